"""How the published counts of one LA hang together: declared once, for those who hide and for those who attack."""

from dataclasses import dataclass
from functools import cache

from cin_pipeline.methodology.calendar import DURATION_BANDS
from cin_pipeline.methodology.measures import CATALOGUE, OVERLAPPING, SUMS
from cin_pipeline.publication.declaring import COUNT, DAYS, LOCAL_AUTHORITY, Count
from cin_pipeline.publication.release_tables import every_figure

EXACT, AS_A_RULE, AT_MOST = "exact", "as a rule", "at most"


@dataclass(frozen=True)
class Relation:
    """A signed sum of counts of one LA that is 0 (`exact`), 0 as a rule and else more (`as a rule`: a few records have
    impossible dates), or never more than 0 (`at most`)."""

    terms: tuple[tuple[Count, int], ...]
    kind: str

    @property
    def whole(self) -> Count | None:
        """The count that the others are parts of, or add up to; None where no single one is."""
        for sign in (1, -1):
            of_sign = [count for count, each in self.terms if each == sign]
            if len(of_sign) == 1 and (self.kind != AT_MOST or sign == -1):
                return of_sign[0]
        return None


@cache
def la_counts() -> tuple[Count, ...]:
    """Every count published of LAs, once, in the order of the tables."""
    figures = (figure for figure in every_figure() if LOCAL_AUTHORITY in figure.table.levels)
    return tuple(dict.fromkeys(figure.numerator for figure in figures if figure.indicator.unit == COUNT))


@cache
def la_relations() -> tuple[Relation, ...]:
    """Every relation between counts published of LAs."""
    published = set(la_counts())
    found = (*_sums(), *_partitions(), *_limits(), *_overlaps(), *_time_open())
    return tuple(relation for relation in found if {count for count, _ in relation.terms} <= published)


@cache
def bands_of(measure: str) -> tuple[Count, ...]:
    """The published bands that the working days of a measure fall into, shortest first."""
    quartiles = {figure.numerator.measure for figure in every_figure() if figure.indicator.unit == DAYS}
    return tuple(
        count
        for count in la_counts()
        if count.measure == measure and count.measure in quartiles and count.breakdown in ("duration", "wait")
    )


def _sums() -> list[Relation]:
    return [
        Relation(((Count(whole), 1), *((Count(part), -sign) for part, sign in parts.items())), EXACT)
        for whole, parts in SUMS
    ]


def _partitions() -> list[Relation]:
    """Categories of a breakdown and their total. The published ones together take in every category."""
    found = []
    for measure in CATALOGUE:
        for breakdown in measure.breakdowns:
            parts = [count for count in la_counts() if (count.measure, count.breakdown) == (measure.name, breakdown)]
            if parts and breakdown not in OVERLAPPING and breakdown != "has_disability":
                kind = EXACT if measure.adds_up(breakdown) else AS_A_RULE
                found.append(Relation(((Count(measure.name), 1), *((part, -1) for part in parts)), kind))
    return found


def _limits() -> list[Relation]:
    """Children and what they are counted from, parts and their whole, a single category and its total."""
    pairs = [
        (measure.name, limit) for measure in CATALOGUE for limit in (measure.counted_from, measure.part_of) if limit
    ]
    found = [Relation(((Count(part), 1), (Count(whole), -1)), AT_MOST) for part, whole in pairs]
    found += [Relation(((count, 1), (_whole_of(count), -1)), AT_MOST) for count in la_counts() if _overlaps_with(count)]
    return found


def _overlaps() -> list[Relation]:
    """Whoever has a disability, or factors, has at least one of them."""
    found = []
    for whole in dict.fromkeys(_whole_of(count) for count in la_counts() if count.breakdown in OVERLAPPING):
        parts = [count for count in la_counts() if count.breakdown in OVERLAPPING and _whole_of(count) == whole]
        found.append(Relation(((whole, 1), *((part, -1) for part in parts)), AT_MOST))
    return found


def _time_open() -> list[Relation]:
    """Plans open for 3 months or more are those in the longer bands, and those that started 3 months ago to the day."""
    plans, open_longer = Count("cpp_at_31_march"), Count("cpp_open_3_months_at_31_march")
    shortest, *longer = (Count(plans.measure, "duration", (band,)) for band in DURATION_BANDS)
    return [
        # Where all three are shown and do not agree, everybody sees that there are such plans: the rule says nothing.
        Relation(((open_longer, 1), (shortest, 1), (plans, -1)), AS_A_RULE),
        Relation((*((band, 1) for band in longer), (open_longer, -1)), AT_MOST),
    ]


def _overlaps_with(count: Count) -> bool:
    return count.breakdown in OVERLAPPING or count.breakdown == "has_disability"


def _whole_of(count: Count) -> Count:
    """What a category that overlaps with others is a part of."""
    return Count(count.measure, "has_disability", ("yes",)) if count.breakdown == "disability" else Count(count.measure)
