"""Changes on the previous year that are larger than a threshold: of England, and of each LA. Published figures only."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.publication.quality.coverage import la_name
from cin_pipeline.publication.shown import Published, Shown, measure_in
from cin_pipeline.validation.confidence.grading import CHANGE, HIGH, graded_change, threshold_of
from cin_pipeline.validation.confidence.year_on_year import HEADLINES


class EnglandThreshold(NamedTuple):
    """A change of England's figure, in percent of the previous year, beyond which it is listed."""

    measure: str  # empty: every measure without one of its own
    percent: int


# Ours, on the published series of 2013 to 2018: about one change in eight lies beyond them.
ENGLAND_THRESHOLDS = (
    EnglandThreshold("", 5),
    EnglandThreshold("referrals_no_further_action", 15),
    EnglandThreshold("referrals_assessed_not_in_need", 15),
    EnglandThreshold("cin_awaiting_assessment_at_31_march", 20),
)
_PERCENT = dict(ENGLAND_THRESHOLDS)

OF_ENGLAND = tuple(measure.name for measure in MEASURES.values() if not measure.children)
OF_LAS = tuple((module, measure) for module, measures in HEADLINES.items() for measure in measures)


class Change(NamedTuple):
    """A figure that moved: published values and the change in words."""

    place: str
    title: str
    before: str
    now: str
    change: str
    beyond: str  # the threshold it is beyond


def england_changes(published: Published, year: CollectionYear) -> list[Change]:
    """England's counts that moved by more than the threshold of their measure, in the order of the catalogue."""
    found = []
    for measure in OF_ENGLAND:
        wanted = measure_in(measure)
        before, now = (published.england(wanted, each) for each in (year.previous.ending, year.ending))
        percent = _PERCENT.get(measure, _PERCENT[""])
        if before.number is None or now.number is None:
            continue
        if abs(now.number - before.number) * 100 > percent * before.number:
            found.append(_change("England", measure, before, now, f"{percent}%"))
    return found


class LaChanges(NamedTuple):
    """The figures of LAs that moved, and how many are published for both years, so that they could be compared."""

    found: list[Change]
    compared: int


def la_changes(published: Published, year: CollectionYear) -> LaChanges:
    """LAs' counts that moved beyond the thresholds of data confidence (docs/data-confidence.md), and beyond chance."""
    found, compared = [], 0
    for module, measure in OF_LAS:
        rise = threshold_of(CHANGE, measure).high
        for la, before, now in _both(published, year, measure):
            compared += 1
            if graded_change(module, measure, int(now.number or 0), int(before.number or 0)).confidence != HIGH:
                # Judged by how far the larger exceeds the smaller: doubling weighs as much as halving.
                beyond = rise if (now.number or 0) >= (before.number or 0) else 1 / (1 + rise) - 1
                found.append(_change(la_name(la), measure, before, now, f"{beyond:+.0%}"))
    return LaChanges(found, compared)


def _both(published: Published, year: CollectionYear, measure: str) -> Iterator[tuple[str, Shown, Shown]]:
    """LAs with a published figure of both years."""
    earlier = published.by_la(measure_in(measure), year.previous.ending)
    for la, now in published.by_la(measure_in(measure), year.ending).items():
        before = earlier.get(la)
        if before is not None and before.number is not None and now.number is not None:
            yield la, before, now


def _change(place: str, measure: str, before: Shown, now: Shown, beyond: str) -> Change:
    was, is_ = before.number or Decimal(0), now.number or Decimal(0)
    words = f"{(is_ / was - 1) * 100:+.1f}%" if was else "from none"
    return Change(place, MEASURES[measure].title, before.text, now.text, words, beyond)
