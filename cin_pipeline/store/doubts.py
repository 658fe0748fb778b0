"""Which current returns of a year are in doubt, from what the state knows of how they were read."""

from collections.abc import Collection
from dataclasses import replace

from cin_pipeline.census.unreadable import items_not_read
from cin_pipeline.methodology.doubts import Answer, Doubt, weightiest_first, zeros_of
from cin_pipeline.store.cleaned_returns import cleaned_of
from cin_pipeline.store.objects import ObjectMissing
from cin_pipeline.store.row_tables import TablesMissing
from cin_pipeline.store.sent_returns import records_as_sent
from cin_pipeline.store.store import Store


def doubts_of(store: Store, year: int, las: Collection[str] | None = None) -> tuple[Doubt, ...]:
    """The current returns of a year that are in doubt, by LA; of these LAs alone where they are named.

    Nothing is known of a return that was cleaned by an earlier version, until `note_earlier` has looked at it."""
    read, answers = store.quality.read_of_year(year), store.registry.answers(year)
    found = []
    for each in store.registry.all_current(year):
        of_it = read.get(each.submission)
        if of_it is None or (las is not None and each.la_code not in las):
            continue
        items = weightiest_first(of_it.items, year)
        if not items and of_it.children:
            continue
        told = answers.get(each.submission)
        answer = None if told is None else Answer(told.decided_by, told.reason)
        doubt = Doubt(year, each.la_code, each.submission, items, answer=answer)
        # A figure is 0 for what cannot be read only where nothing of an item can be.
        whole = replace(doubt, items=tuple(item for item in items if item.unreadable == item.given))
        resting = whole.resting if whole.items or not items else ()
        zeros, all_zero = zeros_of(resting, store.figures.la_measures_of(each.submission))
        found.append(replace(doubt, zeros=zeros, all_zero=all_zero))
    return tuple(found)


def note_earlier(store: Store, year: int) -> None:
    """Notes how the current returns of a year were read that an earlier version cleaned, from their stored tables.

    Raises TablesDamaged where these are not whole."""
    noted = store.quality.read_of_year(year)
    for each in store.registry.all_current(year):
        if each.submission in noted:
            continue
        try:
            cleaned = cleaned_of(store, each)
            sent = records_as_sent(store, each)
        except (TablesMissing, ObjectMissing):  # nothing is stored of it: it is looked at when it is run again
            continue
        items = items_not_read(sent, cleaned.issues, year)
        store.quality.note_read(each.submission, len(cleaned.tables.children), items)


def unanswered(store: Store, submission: int) -> bool:
    """Whether a submission is current and in doubt, and no person has answered. Raises KeyError."""
    of = store.registry.get(submission)
    return any(
        each.submission == submission and each.answer is None
        for each in doubts_of(store, of.collection_year, {of.la_code})
    )
