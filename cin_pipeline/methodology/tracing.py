"""From a figure of one LA back to the records of its return that were counted.

The lists come out of the rows that the measures count, so they cannot tell another story than the figures; and
each is counted again before it is given away.
"""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame, Series

from cin_pipeline.census.return_tables import ReturnTables, empty_tables
from cin_pipeline.census.specification import RECORD_NUMBER, tables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology import assessments, episodes, referrals, section47
from cin_pipeline.methodology.breakdowns import Kind
from cin_pipeline.methodology.catalogue import MEASURES, Measure
from cin_pipeline.methodology.children import one_child
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.facts import CountedRows, ReturnFacts, counted_rows
from cin_pipeline.methodology.measures import count
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey

RECORD_COLUMNS = ("unit", "child", "collection_year", "table", "record", "line", "la_child_id")

_TABLE_OF = {number: name for name, number in RECORD_NUMBER.items()}


class UnknownName(ValueError):
    """A measure, breakdown or category that does not exist; the message names those that come near."""


class RecordsDoNotAddUp(AssertionError):
    """A list of records that does not give the figure it was made for: a fault of ours."""


def find_figure(measure: str, breakdown: str, category: str, year: int) -> FigureKey:
    """The figure by these names, which must exist in `year`, counted or not. Raises UnknownName."""
    if measure not in MEASURES:
        raise UnknownName(f"there is no measure {measure}; {near(measure, MEASURES)}")
    found = MEASURES[measure]
    if year < found.since:
        first = CollectionYear(found.since)
        raise UnknownName(f"there is no measure {measure} in {CollectionYear(year)}; it is counted from {first} on")
    if breakdown == TOTAL:
        if category != TOTAL:
            raise UnknownName(f"category {category} needs a breakdown; {_breakdowns(found)}")
        return FigureKey(measure)
    if breakdown not in found.breakdowns:
        raise UnknownName(f"{measure} has no breakdown {breakdown}; {_breakdowns(found, breakdown)}")
    known = categories(found, breakdown, year)
    is_number = found.breakdowns[breakdown].kind is Kind.NUMBERS and category.isascii() and category.isdigit()
    if category not in known and not is_number:
        listed = near(category, known) if known else "a whole number was expected"
        raise UnknownName(f"{measure} by {breakdown} has no category {category} in {CollectionYear(year)}; {listed}")
    return FigureKey.one(measure, breakdown, category)


@cache
def categories(measure: Measure, breakdown: str, year: int) -> tuple[str, ...]:
    """Every category that a breakdown may have in `year`, in order; none for one by any whole number."""
    rows = measure.rows_of(breakdown)(_empty_facts(year))
    names = [] if rows is None else [list(rows[name].cat.categories) for name in breakdown.split(":")]
    return tuple(":".join(parts) for parts in product(*names))


def derivation(key: FigureKey, year: int) -> tuple[str, ...]:
    """How the figure is decided, from the measure back to the first choice among the records: the sentences of
    the methodology with their sections and interpretations."""
    facts = _empty_facts(year)
    measure = MEASURES[key.measure]
    source = measure.rows_of(key.breakdown)
    source(facts)
    return tuple(dict.fromkeys((*measure.interpretations(key.breakdown), *facts.derivation(source))))


def near(wrong: str, names: Iterable[str]) -> str:
    """Which of some names a wrong one may have been meant for, in words; all of them where none comes near."""
    every = list(names)
    close = get_close_matches(wrong, every, n=5, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"there are {', '.join(every)}"


def counted_records(facts: ReturnFacts, key: FigureKey) -> DataFrame | None:
    """The records that make up a figure of the return, in the order of the file; None where it is not available.

    Columns RECORD_COLUMNS: unit numbers what is counted from 1 (a child for measures of children, else a row of the
    counted rows) and so ends at the figure; child is the record number of the child's first Child record; then the
    return's year, table, record number and line of each record that makes the unit count, and the child's id. A unit
    may rest on several records: a conference on all that hold its date, a re-referral on both of its pair, the earlier
    in the previous year's return where it stands there.

    Raises RecordsDoNotAddUp."""
    measure = MEASURES[key.measure]
    source = measure.rows_of(key.breakdown)
    rows = source(facts)
    if rows is None or measure.rows(facts) is None:
        return None
    rows = rows[_in_category(rows, key)]
    found = RECORDS_OF.get(source, _own_record)(facts, rows)
    units = rows["child"].to_numpy() if measure.children else np.arange(len(rows))
    listed = _located(found.assign(unit=units[found["row"].to_numpy()]), facts)
    listed = listed.drop_duplicates(["unit", "collection_year", "table", "record"])
    listed = listed.assign(unit=_numbered(listed["unit"]))[list(RECORD_COLUMNS)]
    figure = count(key, facts)
    if listed["unit"].nunique() != figure:
        raise RecordsDoNotAddUp(f"{key}: {listed['unit'].nunique()} listed, {figure} counted")
    return listed


def _in_category(rows: DataFrame, key: FigureKey) -> NDArray[np.bool_]:
    inside = np.ones(len(rows), dtype=bool)
    if not key.is_whole:
        names = key.breakdown.split(":")
        for name, category in zip(names, key.category.split(":", len(names) - 1), strict=True):
            inside &= (rows[name] == category).to_numpy()
    return inside


def _own_record(_facts: ReturnFacts, rows: DataFrame) -> DataFrame:
    """Rows that are records: the name of their index says of which table."""
    return DataFrame({"row": np.arange(len(rows)), "table": _TABLE_OF[str(rows.index.name)], "record": rows.index})


def _all_with_same(
    records: Callable[[ReturnFacts], DataFrame], *keys: str
) -> Callable[[ReturnFacts, DataFrame], DataFrame]:
    """For rows that stand for several records: all those of `records` with the same values in `keys`."""

    def found(facts: ReturnFacts, rows: DataFrame) -> DataFrame:
        several = records(facts)
        own = several[list(keys)].assign(**_own_record(facts, several)[["table", "record"]].set_axis(several.index))
        numbered = rows[list(keys)].assign(row=np.arange(len(rows)))
        return numbered.merge(own, on=list(keys))[["row", "table", "record"]]

    return found


def _conferences(facts: ReturnFacts, rows: DataFrame) -> DataFrame:
    """The records of both modules that hold the conference."""
    keys = ["child", "date_of_initial_cpc"]
    held = section47.held(facts)
    own = held[keys].assign(record=held.index, table=np.where(held["transfer_in"], "referrals", "section47"))
    return rows[keys].assign(row=np.arange(len(rows))).merge(own, on=keys)[["row", "table", "record"]]


def _disabilities(_facts: ReturnFacts, rows: DataFrame) -> DataFrame:
    """The episode, and the record of the disability."""
    return _stacked(rows, {"referrals": rows["referral_number"], "disabilities": rows["disability_number"]})


def _pairs(facts: ReturnFacts, rows: DataFrame) -> DataFrame:
    """The referral, and the one before it in this year's return or the previous year's."""
    both = _stacked(rows, {"referrals": rows["referral_number"]})
    before = _stacked(rows, {"referrals": rows["follows"]})
    last_year = rows["follows_previous_year"].to_numpy()
    year = np.where(last_year, facts.year.previous.ending, facts.year.ending)
    return pd.concat([both.assign(collection_year=facts.year.ending), before.assign(collection_year=year)])


def _stacked(rows: DataFrame, records: "dict[str, Series[int]]") -> DataFrame:
    return pd.concat(
        [
            DataFrame({"row": np.arange(len(rows)), "table": table, "record": numbers.to_numpy()})
            for table, numbers in records.items()
        ]
    )


# How counted rows lead to records, where they are not records themselves.
RECORDS_OF: dict[CountedRows, Callable[[ReturnFacts, DataFrame], DataFrame]] = {
    episodes.disabilities_at_31_march: _disabilities,
    referrals.re_referrals: _pairs,
    assessments.factors: _all_with_same(assessments.named_factors, "referral_number", "factor"),
    assessments.factor_groups: _all_with_same(assessments.named_factors, "referral_number", "factor_group"),
    assessments.with_factors: _all_with_same(assessments.named_but_none, "referral_number"),
    section47.enquiries: _all_with_same(section47.started, "child", "s47_start_date"),
    section47.conferences: _conferences,
}


def _located(found: DataFrame, facts: ReturnFacts) -> DataFrame:
    """Where each record stands: its line, and the child it is of. Sorted as in the file, this year's records first."""
    if "collection_year" not in found:
        found = found.assign(collection_year=facts.year.ending)
    this_year = found["collection_year"] == facts.year.ending
    parts = []
    for table, records in found[this_year].groupby("table", sort=False):
        own = facts.tables[str(table)].loc[records["record"]]
        child = _child_of(str(table), records["record"].to_numpy(), facts)
        parts.append(records.assign(line=own["line"].to_numpy(), child=child))
    located = pd.concat(parts) if parts else found.assign(line=0, child=0).iloc[:0]
    if not this_year.all():
        located = pd.concat([located, _in_previous_year(found[~this_year], located, facts)])
    ids = facts.tables.children["la_child_id"]
    located = located.assign(la_child_id=ids.loc[located["child"]].to_numpy())
    order = {name: n for n, name in enumerate(RECORD_NUMBER)}
    located = located.assign(_this=-located["collection_year"], _table=located["table"].map(order))
    first_line = located[located["collection_year"] == facts.year.ending].groupby("unit")["line"].min()
    located = located.assign(_first=located["unit"].map(first_line))
    return located.sort_values(["_first", "unit", "_this", "_table", "record"], kind="stable", ignore_index=True)


def _in_previous_year(found: DataFrame, this_year: DataFrame, facts: ReturnFacts) -> DataFrame:
    """Referrals of the previous year's return: their lines as noted there, their child as in this year's."""
    if facts.prior_referrals is None:
        raise RecordsDoNotAddUp("records of the previous year without its return")
    lines = facts.prior_referrals.set_index("referral_number")["line"]
    child = this_year.drop_duplicates("row").set_index("row")["child"]
    return found.assign(line=lines.loc[found["record"]].to_numpy(), child=child.loc[found["row"]].to_numpy())


def _child_of(table: str, records: NDArray[np.int64], facts: ReturnFacts) -> NDArray[np.int64]:
    """The record number of the first Child record of the child that each record belongs to."""
    specifications = tables(facts.year.ending)
    while parent := specifications[table].parent:
        records = facts.tables[table][RECORD_NUMBER[parent]].loc[records].to_numpy()
        table = parent
    first: NDArray[np.int64] = _first_of_child(facts)["child"].loc[records].to_numpy()
    return first


@counted_rows  # not counted itself, but asked for by every list
def _first_of_child(facts: ReturnFacts) -> DataFrame:
    """One child for each LAchildID of a return [A9]."""
    return one_child(facts.tables.children).to_frame()


def _numbered(units: "Series[int]") -> NDArray[np.int64]:
    """1, 2, 3, ... for each different unit in the order they come."""
    codes, _ = pd.factorize(units)
    return np.asarray(codes, dtype=np.int64) + 1


def _breakdowns(measure: Measure, wrong: str = "") -> str:
    if not measure.breakdowns:
        return f"{measure.name} has none"
    return near(wrong, measure.breakdowns)


@cache
def _empty_facts(year: int) -> ReturnFacts:
    """What would be counted of a return without a child, and of one the year before."""
    ending = CollectionYear(year)
    nobody: ReturnTables = empty_tables(year)
    prior = referrals.latest_referrals(empty_tables(year), ending.previous)
    return ReturnFacts(ending, flag_episodes(nobody, ending), nobody, prior)
