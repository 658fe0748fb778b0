"""The declarations: every table there, every code in exactly one row."""

from collections import Counter

import pytest

from cin_pipeline.methodology.calendar import ASSESSMENT_BANDS, DURATION_BANDS, WAIT_BANDS
from cin_pipeline.methodology.children import UNKNOWN
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


def test_ethnicity_and_gender_take_in_every_code() -> None:
    for table, breakdown, code_set in (("A4", "ethnicity", "Ethnicity"), ("A7", "gender", "GenderCurrent")):
        found = {
            code
            for figure in every_figure()
            if figure.table.id == table and figure.numerator.breakdown == breakdown
            for code in figure.numerator.categories
        }
        assert found >= {*codes(code_set, 2017), UNKNOWN}


def test_every_partition_of_an_la_is_a_relation() -> None:
    wholes = Counter(
        relation.whole.measure for relation in la_relations() if relation.whole and len(relation.terms) > 4
    )
    assert wholes["cpp_at_31_march"] == 3  # two categories and duration
    assert wholes["referrals"] == 2  # source and month
