"""What a rule looks at: the records of one return, linked by their place in the file.

Columns are numpy arrays by position in the table (record number less one), made once and kept. A date that is missing
or could not be read is NaT, and no comparison with NaT is true: so a comparison with a missing date is never a hit.
"""

from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas import DataFrame

from cin_pipeline.census.cleaning import ISSUE_COLUMNS, ONE_CODE_EACH, CleanedReturn
from cin_pipeline.census.header import Header
from cin_pipeline.census.reading import SentReturn
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.specification import RECORD_NUMBER, TABLES, tables
from cin_pipeline.census.years import COLLECTION_YEARS, CollectionYear
from cin_pipeline.reference.bank_holidays import bank_holidays
from cin_pipeline.reference.code_sets import codes
from cin_pipeline.reference.days import DAY, Days, add_months

Mask = NDArray[np.bool_]
Positions = NDArray[np.int64]

# A case closed for one of these reasons was assessed and found not in need [rules 2990, 8825Q, 8873Q].
_NOT_IN_NEED_REASONS = frozenset({"RC8", "RC9"})


@dataclass(frozen=True)
class Texts:
    """A column as sent, trimmed: each record's text by number into the different texts, -1 where missing.

    Codes are judged on this text: a code that is not valid is there all the same."""

    numbers: NDArray[np.int32]
    different: tuple[str, ...]

    @property
    def given(self) -> Mask:
        """Where there is a text."""
        return self.numbers >= 0

    def among(self, accepted: Container[str]) -> Mask:
        """Where the text is one of these exactly."""
        return self.where(lambda text: text in accepted)

    def where(self, holds: Callable[[str], bool]) -> Mask:
        """Where the text has a property; a missing one has none. Each different text is asked once."""
        return np.array([*(holds(text) for text in self.different), False], dtype=bool)[self.numbers]

    def invalid(self, valid: Container[str]) -> Mask:
        """Where there is a text but none of the valid ones."""
        return self.given & ~self.among(valid)

    def values(self) -> NDArray[np.object_]:
        """The text of each record, empty where missing."""
        return np.array([*self.different, ""], dtype=object)[self.numbers]


class Records:
    """The records of one table. Each column by position; links upwards and counts from below."""

    def __init__(self, name: str, raw: DataFrame, typed: DataFrame, parent: "Records | None") -> None:
        self.name = name
        self.parent = parent
        self.count = len(typed)
        self.line: Positions = typed["line"].to_numpy(dtype=np.int64)
        self._raw = raw
        self._typed = typed
        self._days: dict[str, Days] = {}
        self._texts: dict[str, Texts] = {}
        self._up: dict[str, Positions] = {}

    def day(self, column: str) -> Days:
        """A date column as days, NaT where missing or unreadable."""
        if column not in self._days:
            held = self._held(self._typed, column)
            missing = np.full(self.count, "NaT", dtype="datetime64[D]")
            self._days[column] = missing if held is None else held.to_numpy().astype("datetime64[D]")
        return self._days[column]

    def dated(self, column: str) -> Mask:
        """Where a date column holds a readable date."""
        return ~np.isnat(self.day(column))

    def flag(self, column: str, value: bool) -> Mask:
        """Where a flag is this; a missing or unreadable one is neither true nor false."""
        held = self._held(self._typed, column)
        if held is None:
            return np.zeros(self.count, dtype=bool)
        flags: Mask = (held == value).fillna(False).to_numpy(dtype=bool)
        return flags

    def readable(self, column: str) -> Mask:
        """Where a column of any type holds a value that could be read."""
        held = self._held(self._typed, column)
        return np.zeros(self.count, dtype=bool) if held is None else held.notna().to_numpy()

    def text(self, column: str) -> Texts:
        """A column as sent, trimmed."""
        if column not in self._texts:
            held = self._held(self._raw, column)
            if held is None:
                self._texts[column] = Texts(np.full(self.count, -1, dtype=np.int32), ())
            else:
                self._texts[column] = _trimmed(held)
        return self._texts[column]

    def has(self, group: str) -> Mask:
        """Where a record holds a group that may be there without content."""
        present: Mask = self._raw[f"has_{group}"].to_numpy(dtype=bool)
        return present

    def up(self, ancestor: "Records") -> Positions:
        """For each record, the position of the record of a table above it that it belongs to."""
        if ancestor.name not in self._up:
            if self.parent is None:
                raise KeyError(f"{self.name} does not lie under {ancestor.name}")
            to_parent: Positions = self._typed[RECORD_NUMBER[self.parent.name]].to_numpy(dtype=np.int64) - 1
            in_parent = to_parent if ancestor is self.parent else self.parent.up(ancestor)[to_parent]
            self._up[ancestor.name] = in_parent
        return self._up[ancestor.name]

    def number_in(self, ancestor: "Records", mask: Mask | None = None) -> Positions:
        """For each record of a table above, how many of these records (of those in the mask) it has."""
        above = self.up(ancestor)
        return np.bincount(above if mask is None else above[mask], minlength=ancestor.count).astype(np.int64)

    def any_in(self, ancestor: "Records", mask: Mask | None = None) -> Mask:
        """For each record of a table above, whether it has one of these records (of those in the mask)."""
        found = np.zeros(ancestor.count, dtype=bool)
        found[self.up(ancestor) if mask is None else self.up(ancestor)[mask]] = True
        return found

    def several_in(self, ancestor: "Records", mask: Mask) -> Mask:
        """Which records of the mask share their record of a table above with another one of the mask."""
        return mask & (self.number_in(ancestor, mask) > 1)[self.up(ancestor)]

    def _held(self, table: DataFrame, column: str) -> "pd.Series | None":
        """A column, or None where the collection year has no such item: then every value is missing."""
        if column in table:
            return table[column]
        if column not in _columns_of_any_year(self.name):
            raise KeyError(f"{self.name} has no column {column} in any collection year")
        return None


def _trimmed(column: "pd.Series") -> Texts:
    sent = column.astype("category").cat
    trimmed = [str(text).strip() for text in sent.categories]
    different = tuple(dict.fromkeys(text for text in trimmed if text))
    number = {text: n for n, text in enumerate(different)} | {"": -1}
    numbers = np.array([*(number[text] for text in trimmed), -1], dtype=np.int32)
    return Texts(numbers[sent.codes.to_numpy()], different)


@cache
def _columns_of_any_year(table: str) -> frozenset[str]:
    return frozenset(item.column for year in COLLECTION_YEARS for item in tables(year.ending)[table].items)


class RuleInput:
    """One return as the rules see it, its collection year, and the previous year's return where there is one.

    The records of each table are an attribute, such as `sent.referrals`. `sent` and `cleaned` come from the same file;
    `previous` are the typed tables of the previous year's return."""

    def __init__(
        self,
        sent: SentReturn,
        cleaned: CleanedReturn,
        year: int,
        previous: ReturnTables | None = None,
    ) -> None:
        self.header = sent.header
        self.year = year
        self.value_issues = cleaned.issues
        self.previous = previous
        self.tables: dict[str, Records] = {}
        for name, records in sent.tables.items():
            above = TABLES[name].parent
            self.tables[name] = Records(name, records, cleaned.tables[name], self.tables[above] if above else None)

    @classmethod
    def from_cleaned(cls, cleaned: ReturnTables, year: int) -> "RuleInput":
        """The typed tables in place of the text as sent: a value that could not be read is missing, and the header is.

        For what is counted, not for what is checked."""
        no_issues = DataFrame(columns=list(ISSUE_COLUMNS))
        return cls(SentReturn(Header(), cleaned), CleanedReturn(cleaned, no_issues), year)

    def __getattr__(self, name: str) -> Records:
        if name in TABLES:
            return self.tables[name]
        raise AttributeError(f"a return has no table {name}, and a rule sees nothing else by that name")

    @cached_property
    def several_codes(self) -> dict[tuple[str, str], Positions]:
        """By table and item, the positions of the records in which several codes stand in one element."""
        found = self.value_issues[self.value_issues["expected"].str.startswith(ONE_CODE_EACH)]
        groups = found.groupby(["table", "item"], observed=True)["record"]
        return {(str(table), str(item)): records.to_numpy() - 1 for (table, item), records in groups}

    @cached_property
    def previous_input(self) -> "RuleInput":
        """The previous year's return as a rule sees it. ValueError where there is none: no rule that needs it runs."""
        if self.previous is None:
            raise ValueError("there is no return for the previous year")
        return RuleInput.from_cleaned(self.previous, self.year - 1)

    @cached_property
    def first_day(self) -> np.datetime64:
        """The first day of the period: 1 April."""
        return CollectionYear(self.year).start

    @cached_property
    def reference_date(self) -> np.datetime64:
        """The last day of the period: 31 March of the collection year, whatever the header says."""
        return CollectionYear(self.year).end

    def in_period(self, days: Days) -> Mask:
        """Which days lie in the period, both ends in; a missing one does not."""
        return (self.first_day <= days) & (days <= self.reference_date)

    def outside_period(self, days: Days) -> Mask:
        """Which days lie outside the period; a missing one does not."""
        return (days < self.first_day) | (days > self.reference_date)

    def or_reference_date(self, days: Days) -> Days:
        """The days, with the reference date for what is not over yet."""
        return np.where(np.isnat(days), self.reference_date, days)

    def valid(self, code_set: str) -> frozenset[str]:
        """The codes of a code set that are valid in the collection year."""
        return frozenset(codes(code_set, self.year))

    @cached_property
    def not_in_need_reasons(self) -> frozenset[str]:
        """The year's reasons for closure that say an assessment found the child not in need."""
        return _NOT_IN_NEED_REASONS & self.valid("ReasonForClosure")

    @cached_property
    def gender_code_set(self) -> str:
        """GenderCurrent, or Sex in the years that ask for it."""
        return next(item.code_set for item in tables(self.year)["children"].items if item.column == "gender")

    @cached_property
    def unborn_gender(self) -> str:
        """The code of gender or sex that an unborn child has."""
        return {"GenderCurrent": "0", "Sex": "U"}[self.gender_code_set]

    @cached_property
    def not_nfa(self) -> Mask:
        """Referrals that say they did not end in no further action; a missing or unreadable flag says nothing."""
        return self.referrals.flag("referral_nfa", False)

    @cached_property
    def nfa(self) -> Mask:
        """Referrals that say they ended in no further action."""
        return self.referrals.flag("referral_nfa", True)

    @cached_property
    def closed(self) -> Mask:
        """Referrals with a closure date."""
        return self.referrals.dated("closure_date")

    @cached_property
    def authorised(self) -> Mask:
        """Assessments with an authorisation date: completed ones."""
        return self.assessments.dated("assessment_authorisation_date")

    @cached_property
    def authorised_since_start(self) -> Mask:
        """Assessments authorised on or after the first day of the period."""
        return self.assessments.day("assessment_authorisation_date") >= self.first_day

    @cached_property
    def no_conference(self) -> Mask:
        """Section 47 enquiries without a conference date."""
        return ~self.section47.dated("date_of_initial_cpc")

    @cached_property
    def open_section47(self) -> Mask:
        """Section 47 enquiries with neither a conference date nor word that none is required."""
        return self.no_conference & ~self.section47.flag("icpc_not_required", True)

    @cached_property
    def open_plans(self) -> Mask:
        """Child protection plans without an end date."""
        return ~self.plans.dated("cpp_end_date")

    @cached_property
    def open_cin_plans(self) -> Mask:
        """Child in need plans without an end date."""
        return ~self.cin_plans.dated("cin_plan_end_date")

    @cached_property
    def disability_names(self) -> Mask:
        """Disability values that name one: neither missing nor NONE."""
        return self.disabilities.text("disability").invalid({"NONE"})


def working_days_before(day: np.datetime64, number: int) -> np.datetime64:
    """The day that many working days earlier; the day itself is not counted, also when it is no working day."""
    return np.busday_offset(day, -number, roll="forward", holidays=bank_holidays())


def years_later(days: Days, years: int) -> Days:
    """The same day that many years later (earlier if negative), 29 February becoming 28 where there is none."""
    return add_months(days, 12 * years)


def day_before(days: Days) -> Days:
    """The day before each day."""
    before: Days = days - DAY
    return before


def day_after(days: Days) -> Days:
    """The day after each day."""
    after: Days = days + DAY
    return after
