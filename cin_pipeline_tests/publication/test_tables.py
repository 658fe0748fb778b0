"""The declarations: every table there, every code in exactly one row."""

from collections import Counter

import pytest

from cin_pipeline.methodology.calendar import ASSESSMENT_BANDS, DURATION_BANDS, WAIT_BANDS
from cin_pipeline.methodology.children import AGE_BANDS, UNKNOWN
from cin_pipeline.publication.relations import la_counts, la_relations
from cin_pipeline.publication.release_tables import TABLES, every_figure
from cin_pipeline.reference.code_sets import codes

ALL_OF = {
    "duration": DURATION_BANDS,
    "wait": WAIT_BANDS,
    "month": tuple(f"{month:02}" for month in range(1, 13)),
    **{
        breakdown: (*codes(code_set, 2017), UNKNOWN)
        for breakdown, code_set in {
            "primary_need": "PrimaryNeedCode",
            "referral_source": "ReferralSource",
            "reason_for_closure": "ReasonForClosure",
            "initial_category": "CategoryOfAbuse",
            "latest_category": "CategoryOfAbuse",
        }.items()
    },
}


def test_all_27_tables_are_declared() -> None:
    expected = [f"{letter}{n}" for letter, last in (("A", 7), ("B", 6), ("C", 6), ("D", 8)) for n in range(1, last + 1)]
    assert [table.id for table in TABLES] == expected
    assert [table.id for table in TABLES if table.not_produced] == ["D8"]
    assert all(table.indicators for table in TABLES if not table.not_produced)


@pytest.mark.parametrize(
    ("measure", "breakdown"), sorted({(c.measure, c.breakdown) for c in la_counts() if c.breakdown in ALL_OF})
)
def test_every_code_is_in_one_row(measure: str, breakdown: str) -> None:
    """Else a table would not add up, and the relations that disclosure control relies on would be wrong."""
    found = Counter(
        code
        for count in la_counts()
        if (count.measure, count.breakdown) == (measure, breakdown)
        for code in count.categories
    )
    assert set(found.values()) == {1}
    expected = ASSESSMENT_BANDS if (measure, breakdown) == ("assessments_completed", "duration") else ALL_OF[breakdown]
    assert set(expected) <= set(found)


def test_ethnicity_takes_in_every_code() -> None:
    found = {
        code
        for figure in every_figure()
        if figure.table.id == "A4" and figure.numerator.breakdown == "ethnicity"
        for code in figure.numerator.categories
    }
    assert found >= {*codes("Ethnicity", 2017), UNKNOWN}


@pytest.mark.parametrize("code_set", ["GenderCurrent", "Sex"])
@pytest.mark.parametrize(
    ("table_id", "measure", "breakdown", "before"),
    [
        ("A7", "cin_episodes_at_31_march", "primary_need:gender:age_band", (*codes("PrimaryNeedCode", 2017), UNKNOWN)),
        ("A5", "cpp_at_31_march", "gender:age_band", None),
    ],
)
def test_every_gender_of_every_born_child_is_in_one_row(
    table_id: str, measure: str, breakdown: str, before: tuple[str, ...] | None, code_set: str
) -> None:
    rows = [
        figure
        for figure in every_figure()
        if (figure.table.id, figure.indicator.unit) == (table_id, "count")
        and (figure.numerator.measure, figure.numerator.breakdown) == (measure, breakdown)
    ]
    assert [figure.row[-1].code for figure in rows] == ["gender_male", "gender_female", "gender_unknown"]
    found = Counter(category for figure in rows for category in figure.numerator.categories)
    born = {
        ":".join((*first, gender, age))
        for first in ([(need,) for need in before] if before else [()])
        for gender in (*codes(code_set, 2017 if code_set == "GenderCurrent" else 2025), UNKNOWN)
        for age in AGE_BANDS
        if age != "unborn"
    }
    assert set(found.values()) == {1}
    assert born <= set(found)
    assert not any("unborn" in category for category in found)


def test_every_partition_of_an_la_is_a_relation() -> None:
    wholes = Counter(
        relation.whole.measure for relation in la_relations() if relation.whole and len(relation.terms) > 4
    )
    assert wholes["cpp_at_31_march"] == 3  # two categories and duration
    assert wholes["referrals"] == 2  # source and month
