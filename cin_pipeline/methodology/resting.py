"""Which figures rest on an item of the census: found by leaving the item out of an example, not listed.

The example is a handful of made-up records that every measure counts and every breakdown divides (a test holds that).
What moves when an item is empty in all of them rests on it.
"""

from functools import cache
from typing import NamedTuple

import numpy as np
import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.return_tables import ReturnTables, empty_tables, links
from cin_pipeline.census.specification import TABLES, Table, tables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.measures import la_measures
from cin_pipeline.methodology.plans import TRANSFERRED
from cin_pipeline.methodology.referrals import PRIOR_REFERRALS
from cin_pipeline.reference.figure_keys import TOTAL


class Resting(NamedTuple):
    """A measure that rests on an item, or (breakdown not empty) one breakdown of it that does while its total does not;
    a breakdown stands for its crossings, as in a line of unusable items."""

    measure: str
    breakdown: str = ""


@cache
def resting_on(table: str, column: str, year: int) -> tuple[Resting, ...]:
    """The figures of the year that rest on an item, in the order of the catalogue; none for one in no figure."""
    whole, without = _whole(year), _figures(_without(_example(year), table, column), year)
    moved = {key for key in whole.keys() | without.keys() if whole.get(key) != without.get(key)}
    return tuple(each for measure, by in MEASURES.items() for each in _of_measure(measure, tuple(by.breakdowns), moved))


def every_figure(year: int) -> tuple[Resting, ...]:
    """Every measure of the year: what rests on there being any record at all."""
    return tuple(Resting(name) for name, measure in MEASURES.items() if measure.since <= year)


def _of_measure(measure: str, breakdowns: tuple[str, ...], moved: set[tuple[str, str]]) -> list[Resting]:
    if (measure, TOTAL) in moved:
        return [Resting(measure)]
    found = [name for name in breakdowns if (measure, name) in moved]
    items = {name: set(name.split(":")) for name in found}
    return [Resting(measure, name) for name in found if not any(items[other] < items[name] for other in found)]


@cache
def _whole(year: int) -> dict[tuple[str, str], object]:
    return _figures(_example(year), year)


def _figures(records: ReturnTables, year: int) -> dict[tuple[str, str], object]:
    """The total of each measure, and the categories of each breakdown with their counts."""
    ending = CollectionYear(year)
    prior = PRIOR_REFERRALS.typed(
        DataFrame(
            {"la_child_id": ["c7"], "referral_date": [_day(year, "0-03-20")], "referral_number": [1], "line": [1]}
        )
    )
    counted = la_measures(ReturnFacts(ending, flag_episodes(records, ending), records, prior), "")
    return {
        (str(measure), str(breakdown)): sorted(zip(rows["category"], rows["value"], strict=True))
        for (measure, breakdown), rows in counted.groupby(["measure", "breakdown"])
    }


def _without(records: ReturnTables, table: str, column: str) -> ReturnTables:
    emptied = records[table].assign(**{column: records[table][column].where(np.zeros(len(records[table]), dtype=bool))})
    return ReturnTables(**{**records, table: emptied})


# Days are year of the period and day: 0 is the calendar year it begins in, 1 the one it ends in, p the one before.
_REFERRALS: tuple[dict[str, object], ...] = (
    {"child": 1, "referral_date": "0-05-10"},
    {"child": 2, "referral_date": "p-09-10", "closure_date": "0-09-01", "reason_for_closure": TRANSFERRED},
    {"child": 3, "referral_date": "0-04-20"},
    {"child": 3, "referral_date": "0-07-01"},
    {"child": 4, "referral_date": "0-05-01", "closure_date": "0-06-30", "reason_for_closure": "RC8"},
    {"child": 5, "referral_date": "1-02-01", "date_of_initial_cpc": "1-02-10"},
    {"child": 6, "referral_date": "0-06-01", "closure_date": "0-12-01", "reason_for_closure": "RC1"},
    {"child": 7, "referral_date": "0-05-20"},
    {"child": 8, "referral_date": "0-06-20", "referral_nfa": True},
)
_UNDER: dict[str, tuple[dict[str, object], ...]] = {
    "assessments": (
        {"referral": 1, "assessment_start_date": "0-05-20", "assessment_authorisation_date": "0-06-20"},
        {"referral": 5, "assessment_start_date": "0-05-02", "assessment_authorisation_date": "0-06-20"},
        {"referral": 9, "assessment_start_date": "0-06-21", "assessment_authorisation_date": "0-06-28"},
    ),
    "cin_plans": (
        {"referral": 1, "cin_plan_start_date": "0-05-20"},
        {"referral": 2, "cin_plan_start_date": "0-04-10", "cin_plan_end_date": "0-08-01"},
        {"referral": 9, "cin_plan_start_date": "0-06-25"},
    ),
    "section47": (
        {"referral": 1, "s47_start_date": "0-06-01", "date_of_initial_cpc": "0-06-15", "icpc_not_required": False},
        {"referral": 6, "s47_start_date": "0-06-10", "icpc_not_required": True},
        {"referral": 9, "s47_start_date": "0-06-22", "date_of_initial_cpc": "0-07-01"},
    ),
    "plans": (
        {"referral": 1, "cpp_start_date": "0-06-15", "number_of_previous_cpp": 1},
        {"referral": 2, "cpp_start_date": "p-10-01", "cpp_end_date": "0-08-01", "number_of_previous_cpp": 0},
        {"referral": 9, "cpp_start_date": "0-07-01"},
    ),
}
_BELOW: dict[str, tuple[dict[str, object], ...]] = {
    "disabilities": ({"child": 1, "disability": "HAND"}, {"child": 3, "disability": "NONE"}),
    "assessment_factors": ({"assessment": 1},),
    "reviews": ({"plan": 1, "cpp_review_date": "0-09-01"}, {"plan": 1, "cpp_review_date": "1-02-01"}),
}


@cache
def _example(year: int) -> ReturnTables:
    children: list[dict[str, object]] = [{"la_child_id": f"c{n}", "birth_date": f"p-0{n}-10"} for n in (1, 2, 3, 4)]
    children += [{"la_child_id": "c5", "expected_birth_date": "1-06-20"}]
    children += [{"la_child_id": f"c{n}"} for n in (6, 7, 8)]
    of: dict[str, tuple[dict[str, object], ...]] = {
        "children": tuple(children),
        "referrals": _REFERRALS,
        **_UNDER,
        **_BELOW,
    }
    empty = empty_tables(year)
    return ReturnTables(
        **{name: _records(table, of.get(name, ()), empty[name], year) for name, table in tables(year).items()}
    )


def _records(table: Table, rows: tuple[dict[str, object], ...], empty: DataFrame, year: int) -> DataFrame:
    """Rows as typed records; a code that a row does not say is the first of its code set."""
    if not table.items:
        return empty
    columns: dict[str, object] = {}
    for name in empty.columns:
        if name in links(table):
            above = TABLES[table.parent].record if table.parent else ""
            values = [row.get(above, 1) if name != "line" else n for n, row in enumerate(rows, start=1)]
            columns[name] = np.array(values, dtype=np.int64)
            continue
        kind = empty[name].dtype
        missing = kind.categories[0] if isinstance(kind, pd.CategoricalDtype) and name not in _UNSAID else None
        given = [row.get(name, missing) for row in rows]
        dated = kind.kind == "M"
        columns[name] = (
            pd.Series(
                [_day(year, str(each)) if dated and each else each for each in given], dtype=None if dated else kind
            )
            .astype(kind)
            .array
        )
    return DataFrame(columns, index=pd.RangeIndex(1, len(rows) + 1, name=empty.index.name))


_UNSAID = ("reason_for_closure", "upn_unknown")  # codes that only a row with its own has


def _day(year: int, text: str) -> np.datetime64:
    years = {"p": year - 2, "0": year - 1, "1": year}
    return np.datetime64(f"{years[text[0]]}{text[1:]}", "us")
