"""Returns as row tables: how they are laid down, and read back also where the census has got tables since."""

from collections.abc import Mapping
from dataclasses import asdict, fields

from pandas import DataFrame

from cin_pipeline.census.cleaning import CleanedReturn
from cin_pipeline.census.header import Header
from cin_pipeline.census.reading import SentReturn, nothing_sent
from cin_pipeline.census.return_tables import ReturnTables, empty_tables, with_declared_types
from cin_pipeline.store.row_tables import StoredTables

VALUE_ISSUES, _HEADER = "issues", "header"

# What was stored of a return before stored tables said which belong together; never added to.
_AT_FIRST = (
    "children", "disabilities", "referrals", "assessments", "assessment_factors", "cin_plans", "section47", "plans",
    "reviews",
)  # fmt: skip


def tables_of_sent(sent: SentReturn) -> dict[str, DataFrame]:
    """The tables a return as sent is stored as; the header is one of a single row."""
    return {**sent.tables, _HEADER: DataFrame([asdict(sent.header)])}


def tables_of_cleaned(cleaned: CleanedReturn) -> dict[str, DataFrame]:
    """The tables a cleaned return is stored as."""
    return {**cleaned.tables, VALUE_ISSUES: cleaned.issues}


def read_sent(tables: StoredTables, place: str, year: int) -> tuple[Header | None, ReturnTables]:
    """A return of `year` as sent; no header where it was stored before headers were.

    A table of the specification that did not exist when it was stored is empty. Raises TablesMissing where none is
    stored there, TablesDamaged where a table that it was stored with is gone."""
    stored = tables.read(place, _AT_FIRST)
    header = stored.pop(_HEADER, None)
    return None if header is None else _header(header), _whole(stored, nothing_sent(year))


def read_cleaned(tables: StoredTables, place: str, year: int) -> CleanedReturn:
    """A cleaned return of `year`, otherwise as `read_sent`."""
    stored = tables.read(place, (*_AT_FIRST, VALUE_ISSUES))
    issues = stored.pop(VALUE_ISSUES)
    return CleanedReturn(with_declared_types(_whole(stored, empty_tables(year)), year), issues)


def _header(stored: DataFrame) -> Header:
    (values,) = stored.astype(object).where(stored.notna(), None).to_dict("records")
    return Header(**{each.name: values[each.name] for each in fields(Header) if each.name in values})


def _whole(stored: Mapping[str, DataFrame], empty: ReturnTables) -> ReturnTables:
    return ReturnTables(**{**empty, **stored})
