"""What a breakdown declares is what is counted, checked, traced and published; crossings of three items too."""

from dataclasses import replace

import pytest

from cin_pipeline.methodology import breakdowns as by
from cin_pipeline.methodology import episodes, identities, measures, missing, tracing
from cin_pipeline.methodology.breakdowns import Kind, crossed
from cin_pipeline.methodology.catalogue import CATALOGUE, MEASURES, Measure, catalogue_faults, named
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.methodology.tracing import categories, counted_records
from cin_pipeline.publication.declaring import (
    COUNT,
    ENGLAND_ONLY,
    Category,
    Filter,
    Indicator,
    Table,
    figures_of,
)
from cin_pipeline.reference.figure_keys import FigureKey
from cin_pipeline_tests.methodology.test_worked_examples import child
from cin_pipeline_tests.support.pipeline import facts_of
from cin_pipeline_tests.support.random_returns import whole_return

THREE_WAY = replace(
    MEASURES["cin_episodes_at_31_march"],
    breakdowns=named(
        by.PRIMARY_NEED,
        by.GENDER,
        crossed(by.PRIMARY_NEED, by.GENDER),
        crossed(by.PRIMARY_NEED, by.GENDER, by.AGE_BAND),
    ),
)
CROSSING = "primary_need:gender:age_band"


def in_need(when: str, need: str) -> str:
    codes = f"<CINreferralDate>{when}</CINreferralDate><PrimaryNeedCode>{need}</PrimaryNeedCode>"
    return f"<CINdetails>{codes}<ReferralNFA>0</ReferralNFA></CINdetails>"


def of(birth: str, gender: str) -> str:
    return f"<PersonBirthDate>{birth}</PersonBirthDate><GenderCurrent>{gender}</GenderCurrent>"


@pytest.fixture
def facts() -> ReturnFacts:
    """Two girls aged 1 to 4 with need N1, one of them twice, and a boy under 1 with N4."""
    sent = (
        child(in_need("2016-05-01", "N1"), child_id="A", items=of("2014-01-01", "2")),
        child(in_need("2016-05-01", "N1"), in_need("2016-06-01", "N1"), child_id="B", items=of("2014-01-01", "2")),
        child(in_need("2017-01-01", "N4"), child_id="C", items=of("2016-12-01", "1")),
    )
    return facts_of(whole_return("\n".join(sent), 2017, "201"), None, 2017)


@pytest.fixture
def _three_way(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (measures, identities):
        monkeypatch.setattr(module, "CATALOGUE", (THREE_WAY,))
    for module in (measures, tracing):
        monkeypatch.setattr(module, "MEASURES", {THREE_WAY.name: THREE_WAY})


@pytest.mark.usefixtures("_three_way")
def test_three_items_are_crossed_in_measures_identities_and_tracing(facts: ReturnFacts) -> None:
    table = measures.la_measures(facts, "201")
    found = table[table["breakdown"] == CROSSING].set_index("category")["value"].to_dict()
    assert found == {"N1:2:1-4": 3, "N4:1:under_1": 1}
    assert identities.broken_identities(table) == []
    records = counted_records(facts, FigureKey.one(THREE_WAY.name, CROSSING, "N1:2:1-4"))
    assert records is not None
    assert records["record"].tolist() == [1, 2, 3]
    assert "N1:2:1-4" in categories(THREE_WAY, CROSSING, 2017)

    wrong = table.copy()
    wrong.loc[wrong["category"] == "N1:2:1-4", "category"] = "N2:2:1-4"  # the sum still holds
    assert identities.broken_identities(wrong) == [
        f"{THREE_WAY.name} by {CROSSING} does not add up to primary_need",
        f"{THREE_WAY.name} by {CROSSING} does not add up to primary_need:gender",
    ]
    wrong = table[table["category"] != "N4:1:under_1"]
    assert f"{THREE_WAY.name} by {CROSSING} sums to 3, its total is 4" in identities.broken_identities(wrong)


def test_a_table_takes_the_crossing_of_its_filters_whatever_they_cross_themselves() -> None:
    """As in the published A3: girls aged 1 to 4 by primary need."""
    needs = Filter("primary_need", "Need", (Category("N1", "Abuse", "primary_need", ("N1",)),))
    girls = Filter("who", "Who", (Category("girls_1_4", "Girls 1 to 4", "gender:age_band", ("2:1-4", "F:1-4")),))
    indicator = Indicator("episodes", "Episodes", COUNT, THREE_WAY.name)
    (figure,) = figures_of(Table("A3", "A3", "", ENGLAND_ONLY, 2017, (needs, girls), (indicator,)))
    assert figure.numerator == FigureKey(THREE_WAY.name, CROSSING, ("N1:2:1-4", "N1:F:1-4"))


def test_a_breakdown_of_rows_made_for_another_measure_is_refused() -> None:
    """A measure of episodes starting by disability once counted the disabilities at 31 March in silence."""
    with pytest.raises(ValueError, match="starting: disability counts rows made for another measure"):
        Measure("starting", "B1", episodes.starting, "Starting", named(by.HAS_DISABILITY, by.DISABILITY))
    of_starting = replace(by.DISABILITY, rows=episodes.starting, of=episodes.starting)
    assert Measure("starting", "B1", episodes.starting, "Starting", named(of_starting)).rows_of("disability")


def test_a_crossing_is_as_strong_as_its_weakest_item() -> None:
    assert crossed(by.GENDER, by.AGE_BAND).kind is Kind.PARTITION
    assert crossed(by.GENDER, by.DURATION).kind is Kind.MAY_FALL_SHORT
    with pytest.raises(ValueError, match="disability cannot be crossed"):
        crossed(by.GENDER, by.DISABILITY)


def test_the_catalogue_is_in_order() -> None:
    assert catalogue_faults(CATALOGUE) == []
    children, starting = MEASURES["cin_children_starting"], MEASURES["cin_episodes_starting"]
    assert catalogue_faults((children, starting)) == [
        "cin_episodes_starting stands after cin_children_starting, which is a part of it"
    ]
    lacking = replace(MEASURES["icpcs"], breakdowns=named(by.WORKING_DAYS_OF_WAIT))
    assert catalogue_faults((lacking,)) == ["icpcs has working_days but no wait"]


def test_every_category_counted_has_a_name() -> None:
    """Labels are declared with the breakdown: codes from their set, bands beside it."""
    for measure in CATALOGUE:
        for name, breakdown in measure.breakdowns.items():
            if breakdown.crossing_of or breakdown.kind is Kind.NUMBERS or name == "factor_group":
                continue
            for category in categories(measure, name, 2017):
                label = breakdown.label_of(category)
                assert label != category or category == "unknown", (measure.name, name, category)


def test_a_category_is_called_what_its_items_call_it() -> None:
    assert by.MONTH.label_of("2016-05") == "May"
    assert by.WORKING_DAYS.label_of("12") == "12"
    assert crossed(by.PRIMARY_NEED, by.AGE_BAND).label_of("N2:1-4") == "Child's disability or illness, 1 to 4"


def test_an_unusable_crossing_takes_the_finer_ones_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(missing, "MEASURES", {THREE_WAY.name: THREE_WAY})
    item = UnusableItem(2017, "201", THREE_WAY.name, "bad", "primary_need:gender")
    assert item.breakdowns == ("primary_need:gender", CROSSING)
    assert UnusableItem(2017, "201", THREE_WAY.name, "bad", "gender").breakdowns == (
        "gender",
        "primary_need:gender",
        CROSSING,
    )
