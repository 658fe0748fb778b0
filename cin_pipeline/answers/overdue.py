"""Which LAs owe a return: expected for a year, its date past, and nothing of theirs is current, held or at work."""

from datetime import date

from cin_pipeline.settings import Settings
from cin_pipeline.store.moves import ACCEPTED, CLAIMED, HELD, LANDED
from cin_pipeline.store.store import Store

_HERE = (LANDED, CLAIMED, HELD, ACCEPTED)


def due_date(settings: Settings, year: int) -> date | None:
    """Until when returns of a year may come, the day included; the latest of several. None where nothing is said."""
    return max((day for of_year, day in settings.due if of_year == year), default=None)


def overdue(store: Store, year: int, today: date) -> list[str]:
    """The codes of the LAs whose return of a year is overdue on a day, in order; none before its date has passed.

    An LA whose figures are carried forward is known to send nothing. Raises InputFileError."""
    due = due_date(store.settings, year)
    if due is None or today <= due:
        return []
    inputs = store.inputs.of(year)
    here = {each.la_code for each in store.registry.history(year) if each.state in _HERE}
    return sorted(set(inputs.expected) - here - {each.la_code for each in inputs.carry_forward})
