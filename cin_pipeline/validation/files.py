"""One file, checked: from its bytes to results, without a store, a server or any other authority's return."""

from collections.abc import Callable
from dataclasses import dataclass

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import Identity, identify
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.text import MAX_BYTES
from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR, CollectionYear
from cin_pipeline.validation.checking import check
from cin_pipeline.validation.inputs import RuleInput
from cin_pipeline.validation.registry import RuleSettings
from cin_pipeline.validation.results import RuleResults

CHECK_STEPS = 3  # read, cleaned, checked


@dataclass(frozen=True)
class CheckedFile:
    """What the rules saw in a file, and what they found."""

    sent: RuleInput
    results: RuleResults


def whose(data: bytes, max_bytes: int = MAX_BYTES) -> Identity:
    """The authority and the year of a file, if it is a year whose items and rules are known.

    Raises ReturnRejected, also for any other year."""
    identity = identify(data, max_bytes)
    if not FIRST_YEAR <= identity.year <= LAST_YEAR:
        years = f"{CollectionYear(FIRST_YEAR)} up to {CollectionYear(LAST_YEAR)}"
        raise ReturnRejected(f"the return is for {CollectionYear(identity.year)}; one of {years} was expected")
    return identity


def check_file(
    data: bytes,
    year: int,
    previous: ReturnTables | None = None,
    max_bytes: int = MAX_BYTES,
    on_step: Callable[[], None] = lambda: None,
    settings: RuleSettings | None = None,
) -> CheckedFile:
    """Reads a file as a return of a year and runs its rules; `previous` as in RuleInput, `settings` as in check.

    `on_step` is called CHECK_STEPS times. Raises ReturnRejected where the file is no readable return."""
    sent = read_return(data, year, max_bytes)
    on_step()
    seen = RuleInput(sent, clean_return(sent.tables, year), year, previous)
    on_step()
    results = check(seen, settings)
    on_step()
    return CheckedFile(seen, results)


def previous_tables(data: bytes, identity: Identity, max_bytes: int = MAX_BYTES) -> ReturnTables:
    """The typed tables of a file that must be the return of the same authority for the previous year `identity`.

    Raises ReturnRejected where it is not."""
    found, wanted = identify(data, max_bytes), Identity(identity.la_code, identity.year - 1)
    if found != wanted:
        raise ReturnRejected(f"it is {_named(found)}; {_named(wanted)} was expected")
    return clean_return(read_return(data, found.year, max_bytes).tables, found.year).tables


def _named(identity: Identity) -> str:
    return f"the return of {identity.la_code} for {CollectionYear(identity.year)}"
