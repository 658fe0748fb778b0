"""How the published counts of one LA hang together: declared once, for those who suppress and for those who audit."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product

from cin_pipeline.census.years import LAST_YEAR
from cin_pipeline.methodology.breakdowns import DURATION_TO_31_MARCH, REMAINED_IN_NEED, Breakdown, Kind
from cin_pipeline.methodology.calendar import REMAINED_BANDS
from cin_pipeline.methodology.catalogue import CATALOGUE, MEASURES, SUMS, Measure
from cin_pipeline.methodology.children import UNKNOWN
from cin_pipeline.methodology.tracing import categories
from cin_pipeline.publication.declaring import COUNT, DAYS, ENGLAND_ONLY, LOCAL_AUTHORITY, Table, figures_of
from cin_pipeline.publication.release_tables import TABLES, every_figure
from cin_pipeline.reference.figure_keys import TOTAL, FigureKey

EXACT, AS_A_RULE, AT_MOST = "exact", "as a rule", "at most"


@dataclass(frozen=True)
class Relation:
    """A signed sum of counts of one LA that is 0 (`exact`), 0 as a rule and else more (`as a rule`: a few records have
    impossible dates), or never more than 0 (`at most`)."""

    terms: tuple[tuple[FigureKey, int], ...]
    kind: str

    @property
    def whole(self) -> FigureKey | None:
        """The count that the others are parts of, or add up to; None where no single one is."""
        for sign in (1, -1):
            of_sign = [count for count, each in self.terms if each == sign]
            if len(of_sign) == 1 and (self.kind != AT_MOST or sign == -1):
                return of_sign[0]
        return None


@cache
def la_counts() -> tuple[FigureKey, ...]:
    """Every count published of LAs, once, in the order of the tables."""
    figures = (figure for figure in every_figure() if LOCAL_AUTHORITY in figure.table.levels)
    return tuple(dict.fromkeys(figure.numerator for figure in figures if figure.indicator.unit == COUNT))


@cache
def place_counts() -> tuple[FigureKey, ...]:
    """Every count published of England or a region, once: first those of LAs, in the order of `la_counts`."""
    counts = (figure.numerator for figure in every_figure() if figure.indicator.unit == COUNT)
    return tuple(dict.fromkeys((*la_counts(), *counts)))


@cache
def place_rows() -> tuple[tuple[FigureKey, ...], ...]:
    """The counts that stand in a row of a table of England or regions: a whole, then the categories that make it up."""
    of_las = (tuple(count for count, _ in relation.terms) for relation in _partitions(frozenset(la_counts())))
    of_england = (row for table in TABLES if table.levels == ENGLAND_ONLY for row in _rows_of(table))
    return tuple(dict.fromkeys((*of_las, *of_england)))


def _rows_of(table: Table) -> Iterator[tuple[FigureKey, ...]]:
    """Of a table, what adds up in its first filter; of one by two filters for each category of the second."""
    figures = [figure for figure in figures_of(table) if figure.indicator.unit == COUNT]
    counts = {tuple(category.code for category in figure.row): figure.numerator for figure in figures}
    first, *others = table.filters
    for rest in product(*([category.code for category in filter_.categories] for filter_ in others)):
        for codes in first.sums:
            yield tuple(counts[code, *rest] for code in codes)


@cache
def la_relations(published: frozenset[FigureKey] | None = None) -> tuple[Relation, ...]:
    """Every relation between counts that a release publishes of LAs; by default all that the tables have."""
    published = frozenset(la_counts()) if published is None else published
    found = (*_sums(), *_partitions(published), *_limits(published), *_overlaps(), *_time_open())
    return tuple(relation for relation in found if {count for count, _ in relation.terms} <= published)


@cache
def bands_of(measure: str) -> tuple[FigureKey, ...]:
    """The published bands that the working days of a measure fall into, shortest first."""
    quartiles = {figure.numerator.measure for figure in every_figure() if figure.indicator.unit == DAYS}
    by_number = MEASURES[measure].numbers
    if by_number is None or measure not in quartiles:
        return ()
    return tuple(count for count in la_counts() if (count.measure, count.breakdown) == (measure, by_number.bands))


def _sums() -> list[Relation]:
    return [
        Relation(((FigureKey(whole), 1), *((FigureKey(part), -sign) for part, sign in parts.items())), EXACT)
        for whole, parts in SUMS
    ]


def _partitions(published: frozenset[FigureKey]) -> list[Relation]:
    """Categories of a breakdown and their total, where the published ones together take in every category: as a rule
    also where they leave out what was not recorded."""
    found = []
    for measure in CATALOGUE:
        for breakdown in measure.breakdowns.values():
            if breakdown.kind.limited and _published_whole(measure, breakdown, published):
                complete = not _unpublished(measure, breakdown, published)
                kind = EXACT if breakdown.kind.adds_up and complete else AS_A_RULE
                parts = _published(measure, breakdown, published)
                found.append(Relation(((FigureKey(measure.name), 1), *((part, -1) for part in parts)), kind))
    return found


def _published(measure: Measure, breakdown: Breakdown, published: frozenset[FigureKey]) -> list[FigureKey]:
    return [
        count
        for count in la_counts()
        if (count.measure, count.breakdown) == (measure.name, breakdown.name) and count in published
    ]


def _published_whole(measure: Measure, breakdown: Breakdown, published: frozenset[FigureKey]) -> bool:
    """Whether the published categories of a breakdown together take in all there are, or all but the unknown."""
    several = bool(_published(measure, breakdown, published))
    return breakdown.kind is not Kind.NUMBERS and several and _unpublished(measure, breakdown, published) <= {UNKNOWN}


def _unpublished(measure: Measure, breakdown: Breakdown, published: frozenset[FigureKey]) -> set[str]:
    """The categories of a breakdown that no published one takes in."""
    held = {category for count in _published(measure, breakdown, published) for category in count.categories}
    return {breakdown.without_year(each) for each in categories(measure, breakdown.name, LAST_YEAR)} - held


def _limits(published: frozenset[FigureKey]) -> list[Relation]:
    """Children and what they are counted from, parts and their whole, a single category and its total."""
    pairs = [
        (measure.name, limit) for measure in CATALOGUE for limit in (measure.counted_from, measure.part_of) if limit
    ]
    found = [Relation(((FigureKey(part), 1), (FigureKey(whole), -1)), AT_MOST) for part, whole in pairs]
    found += [
        Relation(((count, 1), (_whole_of(count), -1)), AT_MOST)
        for count in la_counts()
        if count in published and _stands_alone(count, published)
    ]
    soon = FigureKey("cpp_ending_first_6_months", REMAINED_IN_NEED.name, (REMAINED_BANDS[0],))
    return [*found, Relation(((FigureKey("cpp_ending_first_6_months_transferred"), 1), (soon, -1)), AT_MOST)]


def _overlaps() -> list[Relation]:
    """Whoever has a disability, or factors, has at least one of them."""
    found = []
    overlapping = [count for count in la_counts() if _kind_of(count) is Kind.OVERLAPPING]
    for whole in dict.fromkeys(_whole_of(count) for count in overlapping):
        parts = [count for count in overlapping if _whole_of(count) == whole]
        found.append(Relation(((whole, 1), *((part, -1) for part in parts)), AT_MOST))
    return found


def _time_open() -> list[Relation]:
    """Plans open for 3 months or more are those in the longer bands, and those that started 3 months ago to the day."""
    plans, open_longer = FigureKey("cpp_at_31_march"), FigureKey("cpp_open_3_months_at_31_march")
    by_time = DURATION_TO_31_MARCH
    shortest, *longer = (FigureKey(plans.measure, by_time.name, (band,)) for band in by_time.labels)
    return [
        # Where all three are shown and do not agree, everybody sees that there are such plans: the rule says nothing.
        Relation(((open_longer, 1), (shortest, 1), (plans, -1)), AS_A_RULE),
        Relation((*((band, 1) for band in longer), (open_longer, -1)), AT_MOST),
    ]


def _kind_of(count: FigureKey) -> Kind | None:
    """The kind of the breakdown that a count is a category of; None for a total."""
    return None if count.breakdown == TOTAL else MEASURES[count.measure].breakdowns[count.breakdown].kind


def _stands_alone(count: FigureKey, published: frozenset[FigureKey]) -> bool:
    """Whether a category and its whole are all that is said: it overlaps with others, or the rest is not published.

    Several overlapping categories added up may be more than the whole."""
    if count.breakdown == TOTAL:
        return False
    measure = MEASURES[count.measure]
    breakdown = measure.breakdowns[count.breakdown]
    if not breakdown.kind.limited:
        return len(count.categories) == 1
    return not _published_whole(measure, breakdown, published)


def _whole_of(count: FigureKey) -> FigureKey:
    """What a category is a part of."""
    part_of = MEASURES[count.measure].breakdowns[count.breakdown].part_of
    return FigureKey(count.measure, part_of[0], (part_of[1],)) if part_of else FigureKey(count.measure)
