"""A return that is about to be accepted, as the registry compares it with what is current."""

from contextlib import suppress

from cin_pipeline.census.holding import SentChildren, dates_of_another_year
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.store.cleaned_returns import cleaned_of
from cin_pipeline.store.holding import Arrival
from cin_pipeline.store.row_tables import TablesDamaged, TablesMissing
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission


def arrival_of(store: Store, submission: Submission, tables: ReturnTables, confirmed_by: str = "") -> Arrival:
    """What of a return, from its cleaned tables, is looked at before it is accepted.

    What it is compared with is made up where an earlier version accepted it. Raises InputFileError."""
    year, la_code = submission.partition
    _make_up(store, submission)
    off = store.settings.hold_off
    return Arrival(
        children=SentChildren.of(tables.children),
        dates=dates_of_another_year(tables, CollectionYear(year), off),
        related=_related(store, year, la_code),
        off=off,
        new=la_code not in authorities(year - 1),
        confirmed_by=confirmed_by,
    )


def with_the_same_children(store: Store, submission: Submission) -> list[Submission]:
    """The current returns of other LAs for the same year that share nine in ten children with this one, either way.

    Nothing is known of returns that an earlier version accepted and that none was compared with since."""
    year, la_code = submission.partition
    related = _related(store, year, la_code)
    others = {
        each.submission: each
        for each in store.registry.all_current(year)
        if each.la_code != la_code and each.la_code not in related
    }
    known = store.registry.children_of([submission.submission, *others])
    mine = known.pop(submission.submission, None)
    same = [number for number, each in known.items() if mine and (mine.same_as(each) or each.same_as(mine))]
    return [others[number] for number in same]


def _related(store: Store, year: int, la_code: str) -> frozenset[str]:
    """A new LA and its predecessor have the same children, and each may send the year before the first of the new."""
    pairs = {(new, old) for each in (year, year + 1) for new, old in store.inputs.predecessors(each).items()}
    return frozenset({old for new, old in pairs if new == la_code} | {new for new, old in pairs if old == la_code})


def _make_up(store: Store, submission: Submission) -> None:
    found = {}
    for each in store.registry.without_children(submission):
        # What is lost of another return is told where that is run again; it keeps no other from being accepted.
        with suppress(TablesMissing, TablesDamaged):
            found[each.submission] = SentChildren.of(cleaned_of(store, each).tables.children)
    if found:
        store.registry.note_children(found)
