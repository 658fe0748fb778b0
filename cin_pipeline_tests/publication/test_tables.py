"""The declarations: every table there, every code in exactly one row."""

from collections import Counter

import pytest

from cin_pipeline.methodology.calendar import ASSESSMENT_BANDS, DURATION_BANDS, WAIT_BANDS
from cin_pipeline.methodology.children import AGE_BANDS, UNKNOWN
from cin_pipeline.publication.declaring import held_as
from cin_pipeline.publication.relations import la_counts, la_relations
from cin_pipeline.publication.release_tables import TABLES, every_figure, table
from cin_pipeline.reference.code_sets import codes
from cin_pipeline.reference.figure_keys import FigureKey

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


def test_all_28_tables_are_declared() -> None:
    expected = [f"{letter}{n}" for letter, last in (("A", 7), ("B", 7), ("C", 6), ("D", 8)) for n in range(1, last + 1)]
    assert [table.id for table in TABLES] == expected
    assert all(table.indicators for table in TABLES)
    assert {table.id: table.since for table in TABLES if table.since} == {"B7": 2022}


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
@pytest.mark.parametrize(("table_id", "measure"), [("A7", "cin_episodes_at_31_march"), ("A5", "cpp_at_31_march")])
def test_every_gender_of_every_born_child_is_in_one_row(table_id: str, measure: str, code_set: str) -> None:
    rows = [
        figure
        for figure in every_figure()
        if (figure.table.id, figure.indicator.unit) == (table_id, "count")
        and (figure.numerator.measure, figure.numerator.breakdown) == (measure, "gender:age_band")
    ]
    assert [figure.row[-1].code for figure in rows] == ["gender_male", "gender_female", "gender_unknown"]
    found = Counter(category for figure in rows for category in figure.numerator.categories)
    born = {
        f"{gender}:{age}"
        for gender in (*codes(code_set, 2017 if code_set == "GenderCurrent" else 2025), UNKNOWN)
        for age in AGE_BANDS
        if age != "unborn"
    }
    assert set(found.values()) == {1}
    assert born <= set(found)
    assert not any("unborn" in category for category in found)


def test_gender_by_age_of_all_episodes_is_added_up_over_every_need_or_every_ethnicity() -> None:
    """The measures have it only within these; of plans they have it, and it is taken as it is."""
    of_plans = FigureKey("cpp_at_31_march", "gender:age_band", ("1:5-9", "1:16+"))
    assert held_as(of_plans) == (of_plans,)
    by_need, by_ethnicity = held_as(FigureKey("cin_episodes_at_31_march", "gender:age_band", ("1:5-9", "1:16+")))
    for held, name, code_set in (
        (by_need, "primary_need", "PrimaryNeedCode"),
        (by_ethnicity, "ethnicity", "Ethnicity"),
    ):
        assert held.breakdown == f"{name}:gender:age_band"
        assert Counter(held.categories) == Counter(
            f"{first}:{rest}" for first in (*codes(code_set, 2017), UNKNOWN) for rest in ("1:5-9", "1:16+")
        )


def test_ethnic_groups_are_the_sum_of_what_is_in_them() -> None:
    rows = {figure.row[0].code: figure for figure in every_figure() if figure.table.id == "A7"}
    for whole, *parts in table("A7").filters[0].sums:
        in_parts = [code for part in parts for code in rows[part].numerator.categories]
        if not rows[whole].numerator.is_whole:
            assert Counter(in_parts) == Counter(rows[whole].numerator.categories), whole
    assert len([code for code in rows if code.startswith("ethnicity_") and code[10:].isupper()]) == 15
    assert rows["ethnicity_travellers"].numerator.categories == ("WIRT", "WROM")


def test_factors_are_the_39_published_ones() -> None:
    rows = [category.code for category in table("C3").filters[0].categories[1:]]
    assert len(rows) == 39
    assert rows[18:21] == ["7A", "privately_fostered", "9A"]
    assert rows[-9:] == ["18B", "18C", "19A", "19B", "19C", "22A", "23A", "24A", "20"]


def test_every_partition_of_an_la_is_a_relation() -> None:
    wholes = Counter(
        relation.whole.measure for relation in la_relations() if relation.whole and len(relation.terms) > 4
    )
    assert wholes["cpp_at_31_march"] == 3  # two categories and duration
    assert wholes["referrals"] == 2  # source and month
