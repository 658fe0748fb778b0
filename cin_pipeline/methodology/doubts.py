"""Returns in doubt: current returns with an item that is unreadable in many records, or without a child.

Their figures stay as they are counted. What is said of them, how much of England comes from them, and which lines of
unusable items would take their figures out, is here; whether it is right so is a person's to answer.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd
from pandas import DataFrame

from cin_pipeline.census.unreadable import ItemRead
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.headlines import HEADLINES
from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.methodology.practice import named
from cin_pipeline.methodology.resting import Resting, every_figure, resting_on
from cin_pipeline.reference.authorities import ENGLAND
from cin_pipeline.reference.figure_keys import TOTAL

MOST_REASONS, MOST_ZEROS = 2, 3  # said of one return


class Answer(NamedTuple):
    """What a person said to a return in doubt when accepting it all the same."""

    by: str
    reason: str


@dataclass(frozen=True)
class Doubt:
    """A current return in doubt. `items`: the unreadable ones, first those that most figures rest on; none where the
    return holds no child. `zeros`: headline measures that rest on them and are 0; `all_zero`: no figure is anything
    else."""

    year: int
    la_code: str
    submission: int
    items: tuple[ItemRead, ...]
    zeros: tuple[str, ...] = ()
    all_zero: bool = False
    answer: Answer | None = None

    @property
    def sentence(self) -> str:
        """The one or two reasons that weigh most, in numbers, and what they make of the figures."""
        reasons = [
            f"{item.unreadable:,} of {item.given:,} {item.givers} have no {item.words} that can be read"
            for item in self.items[:MOST_REASONS]
        ]
        return f"{self.la_code}: {'; '.join((*_with_others(reasons, self.items), *self._of_zeros()))}"

    @property
    def answered(self) -> str:
        """Who answered and why, or that nobody has and how."""
        if self.answer is None:
            return f"not answered: cin-pipeline accept {self.submission} --reason TEXT"
        return f"accepted by {self.answer.by}: {self.answer.reason}"

    @property
    def in_public(self) -> str:
        """The same for what is published: shares in place of numbers, as few records may be few children, and nobody's
        name."""
        reasons = [
            f"of the {item.words} given in its {item.records} {item.percent}% cannot be read"
            for item in self.items[:MOST_REASONS]
        ]
        counts = "was accepted as it is" if self.answer else "is not confirmed"
        return (
            f"The return of {named(self.la_code)} for {CollectionYear(self.year)} counts and {counts}: "
            f"{'; '.join(_with_others(reasons, self.items))}."
        )

    @property
    def resting(self) -> tuple[Resting, ...]:
        """The figures that rest on what cannot be read, in the order of the catalogue; those of a breakdown only where
        the measure itself does not."""
        if not self.items:
            return every_figure(self.year)
        found = {each for item in self.items for each in resting_on(item.table, item.column, self.year)}
        whole = {each.measure for each in found if not each.breakdown}
        order = {each.measure: n for n, each in enumerate(every_figure(self.year))}
        left = [each for each in found if not each.breakdown or each.measure not in whole]
        return tuple(sorted(left, key=lambda each: (order[each.measure], each.breakdown)))

    def proposed(self, declared: Iterable[UnusableItem]) -> list[UnusableItem]:
        """Unusable items that would take out of England what rests on what cannot be read; without those that are
        declared."""
        known = {
            (each.measure, each.breakdown)
            for each in declared
            if (each.year, each.la_code) == (self.year, self.la_code)
        }
        why = self.sentence.partition(": ")[2]
        return [
            UnusableItem(self.year, self.la_code, each.measure, why, each.breakdown)
            for each in self.resting
            if (each.measure, "") not in known and each not in known
        ]

    def _of_zeros(self) -> Iterator[str]:
        if not self.resting:
            yield "no figure rests on it"
        elif self.all_zero:
            yield "its figures are 0"
        elif self.zeros:
            more = ", ..." if len(self.zeros) > MOST_ZEROS else ""
            yield f"its figures are 0 for {', '.join(self.zeros[:MOST_ZEROS])}{more}"


def weightiest_first(items: Iterable[ItemRead], year: int) -> tuple[ItemRead, ...]:
    """The unreadable ones of some items, by how many headline measures rest on them, then how many figures at all, then
    by their share and number of records."""

    def weight(item: ItemRead) -> tuple[int, int, float, int]:
        resting = resting_on(item.table, item.column, year)
        headlines = sum(each.measure in HEADLINES and not each.breakdown for each in resting)
        return -headlines, -len(resting), -item.unreadable / item.given, -item.unreadable

    return tuple(sorted((item for item in items if item.is_unreadable), key=weight))


def zeros_of(resting: Iterable[Resting], measures: DataFrame) -> tuple[tuple[str, ...], bool]:
    """Of one LA's measures, the headline ones among these that are 0, and whether nothing that is known is more."""
    totals = measures[(measures["breakdown"] == TOTAL) & (measures["status"] == KNOWN)]
    value = dict(zip(totals["measure"], totals["value"].astype("int64"), strict=True))
    wanted = {each.measure for each in resting if not each.breakdown}
    zeros = tuple(name for name in HEADLINES if name in wanted and value.get(name) == 0)
    return zeros, bool(zeros) and not any(value.values())


class OfEngland(NamedTuple):
    """A headline figure of England, how much of it comes from returns in doubt, and of that how much rests on what
    cannot be read in them; England's is missing where there is none."""

    measure: str
    england: float
    in_doubt: int
    resting: int
    las: tuple[str, ...]  # that give anything of it


def parts_of_england(
    measures: DataFrame, estimates: DataFrame, doubts: Iterable[Doubt], year: int
) -> Iterator[OfEngland]:
    """What comes from returns in doubt of every headline figure of a year. `measures`: of LAs, without what is
    unusable; `estimates`: of England."""
    of_year = [each for each in doubts if each.year == year]
    resting = {each.la_code: {one.measure for one in each.resting if not one.breakdown} for each in of_year}
    totals = measures[(measures["collection_year"] == year) & (measures["breakdown"] == TOTAL)]
    totals = totals[totals["la_code"].isin(resting) & totals["value"].notna()]
    england = estimates[(estimates["collection_year"] == year) & (estimates["geography_code"] == ENGLAND)]
    of_england = england[england["breakdown"] == TOTAL].set_index("measure")["value"]
    for measure in HEADLINES:
        rows = totals[totals["measure"] == measure]
        given = dict(zip(rows["la_code"], rows["value"].astype("int64").tolist(), strict=True))
        value = of_england.get(measure)
        yield OfEngland(
            measure,
            float("nan") if value is None or pd.isna(value) else float(value),
            sum(given.values()),
            sum(number for la, number in given.items() if measure in resting[la]),
            tuple(la for la, number in sorted(given.items()) if number),
        )


def _with_others(reasons: list[str], items: tuple[ItemRead, ...]) -> Iterator[str]:
    if not items:
        yield "the return holds no child"
    yield from reasons
    if len(items) > MOST_REASONS:
        others = len(items) - MOST_REASONS
        yield f"{others} other item{' is' if others == 1 else 's are'} unreadable too"
