"""What is missing, worked out by hand (`missing_data_examples`); plans at the boundaries of their bands; the previous
returns of new LAs.

`NATIONAL` and `OF_A_RETURN` name the calculations that are held to the expectations.
"""

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest

from cin_pipeline_tests.methodology.test_worked_examples import (
    ASSESSED,
    TOTAL,
    breakdown,
    child,
    figures,
    need_plan,
    plan,
    referral,
    total,
)
from cin_pipeline_tests.support import oracle
from cin_pipeline_tests.support.missing_data_examples import (
    EXAMPLES,
    HACKNEY,
    HAMPSHIRE,
    NEWCASTLE,
    NEWCASTLE_2017,
    PLACES,
    REGIONS,
    A,
    B,
    Example,
    four_estimated,
)
from cin_pipeline_tests.support.oracle import EnglandRow, Measures, RowKey
from cin_pipeline_tests.support.pipeline import by_the_pipeline, counted
from cin_pipeline_tests.support.random_returns import whole_return


def independently(of: Example) -> dict[RowKey, EnglandRow]:
    return oracle.england_rows(of.measures, of.expected, of.population, of.unusable, of.year, of.practice, of.carried)


NATIONAL: list[Callable[[Example], dict[RowKey, EnglandRow]]] = [independently, by_the_pipeline]
every_example = pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
every_calculation = pytest.mark.parametrize("calculation", NATIONAL, ids=lambda calculation: calculation.__name__)


@every_calculation
@every_example
def test_what_is_missing(example: Example, calculation: Callable[[Example], dict[RowKey, EnglandRow]]) -> None:
    found = calculation(example)
    assert example.rows
    for name, row in example.rows.items():
        assert found[name].missing_data == row.missing_data, name
        for number, by_hand in zip(found[name][:4], row[:4], strict=True):
            assert number == (None if by_hand is None else pytest.approx(by_hand, rel=1e-12)), name
    for name in example.absent:
        assert name not in found or found[name][:2] == (0, 0), name
    for (place, part, whole), by_hand in example.percentages.items():
        number = oracle.percentage(found, PLACES[place], part, whole)
        assert number == (None if by_hand is None else pytest.approx(by_hand, rel=1e-12)), (place, part)


@every_calculation
@every_example
def test_places_add_up(example: Example, calculation: Callable[[Example], dict[RowKey, EnglandRow]]) -> None:
    """In every row, what is empty adding nothing; but nothing adds up to an England that cannot be estimated."""
    found = calculation(example)

    def value_of(places: list[str], row: RowKey) -> Fraction:
        there = [found[place, *row[1:]].value for place in places if (place, *row[1:]) in found]
        return sum((value for value in there if value is not None), Fraction(0))

    parts = {oracle.ENGLAND: REGIONS, PLACES["London"]: [PLACES["Inner"], PLACES["Outer"]]}
    for row in found:
        if row[0] in parts and found[row].value is not None:
            assert value_of(parts[row[0]], row) == pytest.approx(value_of([row[0]], row)), row


def test_estimates_need_a_population_where_nothing_else_does() -> None:
    """D's, which sent nothing; not that of an LA that is carried, nor anybody's where what is missing is left out."""
    without = replace(four_estimated(2017, None), population={A: 1000, B: 3000})
    with pytest.raises(ValueError, match="population"):
        independently(without)
    assert independently(replace(without, practice="leave-out"))
    assert NEWCASTLE not in NEWCASTLE_2017.population


def test_what_is_declared() -> None:
    assert oracle.declared_predecessors() == {
        (2022, "940"): "928",
        (2022, "941"): "928",
        (2024, "942"): "909",
        (2024, "943"): "909",
    }
    carried = {(row["year"], row["la_code"]): row["from_year"] for row in oracle.csv_rows("carry-forward")}
    assert carried == {("2021", HACKNEY): "2020", ("2022", HACKNEY): "2020", ("2024", HAMPSHIRE): "2023"}


# Measures of one return

OF_A_RETURN: list[Callable[[bytes, bytes | None, int], Measures]] = [oracle.la_measures, counted]
of_a_return = pytest.mark.parametrize("measures", OF_A_RETURN, ids=["independently", "pipeline"])
Count = Callable[[bytes, bytes | None, int], Measures]
FOLLOWED = "cpp_ending_first_6_months"
SOON, LATER, LATEST = "up_to_3_months", "over_3_to_6_months", "over_6_months"


@of_a_return
@pytest.mark.parametrize(
    ("year", "ended", "closed", "followed", "band"),
    [
        # Ended in the first six months of 2018-19, or not.
        (2019, "2018-03-31", "2018-04-01", 0, None),
        (2019, "2018-04-01", "2018-04-01", 1, SOON),
        (2019, "2018-09-30", "2018-09-30", 1, SOON),
        (2019, "2018-10-01", "2018-10-01", 0, None),
        # Three and six months after 15 June: 15 September and 15 December.
        (2019, "2018-06-15", "2018-09-15", 1, SOON),
        (2019, "2018-06-15", "2018-09-16", 1, LATER),
        (2019, "2018-06-15", "2018-12-15", 1, LATER),
        (2019, "2018-06-15", "2018-12-16", 1, LATEST),
        # After 30 September: 30 December and 30 March, so that 31 March is later than six months.
        (2019, "2018-09-30", "2018-12-30", 1, SOON),
        (2019, "2018-09-30", "2018-12-31", 1, LATER),
        (2019, "2018-09-30", "2019-03-30", 1, LATER),
        (2019, "2018-09-30", "2019-03-31", 1, LATEST),
        # After 31 August: 30 November has no 31st, nor has February; 2020 was a leap year.
        (2019, "2018-08-31", "2018-11-30", 1, SOON),
        (2019, "2018-08-31", "2018-12-01", 1, LATER),
        (2019, "2018-08-31", "2019-02-28", 1, LATER),
        (2019, "2018-08-31", "2019-03-01", 1, LATEST),
        (2020, "2019-08-31", "2020-02-29", 1, LATER),
        (2020, "2019-08-31", "2020-03-01", 1, LATEST),
        (2020, "2019-08-29", "2020-02-29", 1, LATER),
        (2019, "2018-08-29", "2019-02-28", 1, LATER),
        (2019, "2018-08-29", "2019-03-01", 1, LATEST),
        # After 30 June: 30 September and 30 December; the end of a month is nothing special.
        (2019, "2018-06-30", "2018-09-30", 1, SOON),
        (2019, "2018-06-30", "2018-12-31", 1, LATEST),
        # Closed before the plan ended: counted, in no band.
        (2019, "2018-06-15", "2018-06-14", 1, None),
        (2019, "2018-06-15", "2018-06-15", 1, SOON),
        # Open at 31 March, or not known to be closed.
        (2019, "2018-06-15", "", 1, LATEST),
        (2019, "2018-09-30", "2019-04-01", 1, LATEST),
        (2019, "2018-06-15", "2025-01-01", 1, LATEST),
        (2019, "2018-06-15", "2018-06-31", 1, LATEST),  # no such day
    ],
)
def test_need_after_a_plan(
    year: int, ended: str, closed: str, followed: int, band: str | None, measures: Count
) -> None:
    for reason, transferred in (("RC5", int(band == SOON)), ("RC1", 0), ("", 0)):
        record = referral("2017-01-10", closed, reason, after=plan("2017-02-01", ended))
        found = measures(whole_return(child(record), year, "202"), None, year)
        assert total(found, FOLLOWED) == followed
        assert breakdown(found, FOLLOWED, "remained_in_need") == ({band: 1} if band else {})
        assert total(found, f"{FOLLOWED}_transferred") == transferred


@of_a_return
@pytest.mark.parametrize(
    ("start", "end", "starting", "ending", "any_point", "at_31_march"),
    [
        ("2023-03-31", "", 0, 0, 1, 1),
        ("2023-04-01", "", 1, 0, 1, 1),
        ("2024-03-31", "", 1, 0, 1, 1),
        ("2024-04-01", "", 0, 0, 0, 0),
        ("2022-01-01", "2023-03-31", 0, 0, 0, 0),
        ("2022-01-01", "2023-04-01", 0, 1, 1, 0),
        ("2023-05-01", "2024-03-31", 1, 1, 1, 0),
        ("2023-05-01", "2024-04-01", 1, 0, 1, 1),
        ("2023-05-01", "2023-05-01", 1, 1, 1, 0),
        ("2023-05-01", "2023-04-30", 1, 1, 1, 0),  # ended before it started, both in the year
        ("2023-05-01", "2023-03-31", 1, 0, 0, 0),  # so, but ended in the previous year
        ("2024-04-01", "2024-03-31", 0, 0, 0, 0),  # so, but started after the year
        ("", "2023-06-01", 0, 0, 0, 0),
        ("2023-02-29", "2023-06-01", 0, 0, 0, 0),  # no such day
        ("2023-06-01", "2024-02-30", 1, 0, 1, 1),  # no such day
    ],
)
def test_child_in_need_plans_at_the_boundaries(
    start: str, end: str, starting: int, ending: int, any_point: int, at_31_march: int, measures: Count
) -> None:
    by_hand = {"starting": starting, "ending": ending, "any_point": any_point, "at_31_march": at_31_march}
    children = {"starting": starting, "ending": ending, "any_point": any_point}

    def counts(found: Measures) -> tuple[dict[str, int | None], dict[str, int | None]]:
        return figures(found, "cin_plans"), {name: total(found, f"children_cin_plan_{name}") for name in children}

    record = need_plan(start, end)
    once = whole_return(child(referral("2021-05-01", inside=record)), 2024, "202")
    assert counts(measures(once, None, 2024)) == (by_hand, children)
    # The same record again, and under another referral of the child: three plans of one child.
    again = referral("2021-05-01", inside=record * 2) + referral("2023-05-02", inside=record)
    thrice = {name: 3 * number for name, number in by_hand.items()}
    assert counts(measures(whole_return(child(again), 2024, "202"), None, 2024)) == (thrice, children)
    # Under no further action none counts.
    nothing = referral("2023-05-01", inside=record, nfa="1")
    none = (dict.fromkeys(by_hand, 0), dict.fromkeys(children, 0))
    assert counts(measures(whole_return(child(nothing), 2024, "202"), None, 2024)) == none
    # Not in need, as before: the plan makes no episode of it, and counts.
    for reason in ("RC8", "RC9"):
        no_need = referral("2023-05-01", "2023-06-01", reason, ASSESSED + record)
        found = measures(whole_return(child(no_need), 2024, "202"), None, 2024)
        assert (total(found, "referrals_assessed_not_in_need"), total(found, "cin_episodes_starting")) == (1, 0)
        assert counts(found) == (by_hand, children)


@pytest.mark.parametrize(
    ("written", "referrals"),
    [
        ("2017-03-31Z", 1),
        ("2017-03-31-12:00", 1),  # 1 April in Greenwich, which is disregarded
        ("2017-04-01+14:00", 0),  # 31 March there
        (" 2016-04-01+01:00 ", 1),
        ("2016-04-01+14:01", 0),
        ("2016-04-01+0100", 0),
        ("2016-04-01 Z", 0),
        ("2016-04-01z", 0),
        ("2016-02-30Z", 0),
    ],
)
def test_a_time_zone_after_a_date_is_disregarded(written: str, referrals: int) -> None:
    found = oracle.la_measures(whole_return(child(referral(written)), 2017, "202"), None, 2017)
    assert total(found, "referrals") == referrals


# Predecessors. North and West Northamptonshire (940, 941) of 2022 follow Northamptonshire (928) of 2021.


def many(year: int, la_code: str, **dates: str) -> bytes:
    """A return of referrals by LAchildID."""
    return whole_return("".join(child(referral(when), child_id=name) for name, when in dates.items()), year, la_code)


NORTH = whole_return(
    child(referral("2021-05-01"), child_id="K1")
    + child(referral("2021-06-01"), child_id="K2")
    + child(referral("2021-04-01"), child_id="K3")
    + child(referral("2021-04-10"), child_id="K4")
    + child(referral("2021-06-15"), child_id="K5")
    + child(referral("2021-04-02"), child_id=None),
    2022,
    "940",
)
WEST = many(2022, "941", K1="2021-04-30", K6="2021-04-01")
COUNTY = whole_return(
    child(referral("2020-12-01"), child_id="K1")  # 151 days before: counts
    + child(referral("2020-05-31"), child_id="K2")  # 366 days before: does not
    + child(referral("2021-03-31", nfa="1"), child_id="K3")  # the day before, no further action: counts
    + child(referral("2021-04-02"), child_id="K4")  # not of the previous year: does not
    + child(referral("2020-04-01") + referral("2021-02-01"), child_id="K5")  # the latest, 134 days before: counts once
    + child(referral("2021-03-01"), child_id=None),  # nobody of 2022
    2021,
    "928",
)
SHADOW = many(2021, "940", K2="2020-06-01")  # 365 days before
EMPTY = whole_return("", 2021, "940")
DECLARED = {(2022, "940"): "928", (2022, "941"): "928"}


@of_a_return
@pytest.mark.parametrize(
    ("la", "this", "held", "declared", "pairs"),
    [
        ("940", NORTH, {(2021, "928"): COUNTY}, DECLARED, 3),
        # K1, 150 days before; that 940 matches the same child is nothing to 941.
        ("941", WEST, {(2021, "928"): COUNTY}, DECLARED, 1),
        # Its own return, alone, though K1, K3 and K5 are in that of the predecessor; even an empty one.
        ("940", NORTH, {(2021, "928"): COUNTY, (2021, "940"): SHADOW}, DECLARED, 1),
        ("940", NORTH, {(2021, "928"): COUNTY, (2021, "940"): EMPTY}, DECLARED, 0),
        # 941's own return says nothing of 940.
        ("940", NORTH, {(2021, "941"): SHADOW}, DECLARED, None),
        ("940", NORTH, {}, DECLARED, None),
        # Declared of another year, of nobody, or of an LA that sent nothing.
        ("940", NORTH, {(2021, "928"): COUNTY}, {(2023, "940"): "928"}, None),
        ("940", NORTH, {(2021, "928"): COUNTY}, {}, None),
        ("940", NORTH, {(2021, "928"): COUNTY}, {(2022, "940"): "925"}, None),
        # A return of the predecessor of another year.
        ("940", NORTH, {(2020, "928"): COUNTY, (2022, "928"): COUNTY}, DECLARED, None),
    ],
)
def test_a_new_authority_looks_back_to_its_own_return_or_that_of_its_predecessor(
    la: str,
    this: bytes,
    held: dict[tuple[int, str], bytes],
    declared: dict[tuple[int, str], str],
    pairs: int | None,
    measures: Count,
) -> None:
    previous = oracle.previous_return({**held, (2022, la): this}, la, 2022, declared)
    found = measures(this, previous, 2022)
    assert (total(found, "re_referrals"), total(found, "children_re_referred")) == (pairs, pairs)
    # No other figure knows of the predecessor.
    alone = measures(this, None, 2022)
    re_referred = ("re_referrals", "children_re_referred")
    assert {key for key in found if found[key] != alone[key]} <= {(name, *TOTAL) for name in re_referred}


def test_which_return_is_the_previous_one() -> None:
    declared = oracle.declared_predecessors()
    of_2013, of_2020 = many(2013, "202", K1="2012-05-01"), many(2019, "835", K1="2018-05-01")
    # Returns of 2013 are not read; Dorset of 2020 has no predecessor; 940 of 2023 has its own return or none.
    assert oracle.previous_return({(2013, "202"): of_2013}, "202", 2014, declared) is None
    assert oracle.previous_return({(2014, "202"): of_2013}, "202", 2015, declared) == of_2013
    assert oracle.previous_return({(2019, "835"): of_2020}, "838", 2020, declared) is None
    assert oracle.previous_return({(2019, "835"): of_2020}, "838", 2020, {(2020, "838"): "835"}) == of_2020
    assert oracle.previous_return({(2022, "928"): COUNTY}, "940", 2023, declared) is None
    assert oracle.previous_return({(2022, "940"): NORTH}, "940", 2023, declared) == NORTH
    assert oracle.previous_return({(2023, "909"): COUNTY}, "943", 2024, declared) == COUNTY
