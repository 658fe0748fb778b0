"""What the release report shows: its headlines and charts, declared, and filled from the published figures alone."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.calendar import ASSESSMENT_BANDS, WAIT_BANDS
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.pages import counted
from cin_pipeline.publication.declaring import DAYS, PERCENT, RATE
from cin_pipeline.publication.report.charts import (
    BarChart,
    Chart,
    DataTable,
    Dot,
    Label,
    Plot,
    axes,
    bars,
    line,
)
from cin_pipeline.publication.report.funnel import AUTHORITIES, funnel_chart
from cin_pipeline.publication.shown import ABSENT, SYMBOLS, InUnit, Published, Shown, measure_in
from cin_pipeline.publication.symbols import UNAVAILABLE
from cin_pipeline.reference.authorities import authorities, every_authority
from cin_pipeline.reference.published import published_england_series


class Headline(NamedTuple):
    """A figure the report opens with, and one that is said beside it."""

    title: str
    wanted: InUnit
    beside: InUnit | None = None
    beside_words: str = ""


HEADLINES = (
    Headline(
        "children in need at 31 March",
        measure_in("cin_episodes_at_31_march"),
        measure_in("cin_episodes_at_31_march", unit=RATE),
        "per 10,000 children",
    ),
    Headline("children in need at any point of the year", measure_in("cin_children_any_point")),
    Headline(
        "referrals in the year", measure_in("referrals"), measure_in("referrals", unit=RATE), "per 10,000 children"
    ),
    Headline(
        "referrals within 12 months of a previous referral",
        measure_in("re_referrals"),
        measure_in("re_referrals", unit=PERCENT, of="referrals"),
        "of referrals",
    ),
    Headline("assessments completed", measure_in("assessments_completed")),
    Headline(
        "section 47 enquiries", measure_in("section_47_enquiries"), measure_in("section_47_enquiries", unit=RATE),
        "per 10,000 children",
    ),
    Headline(
        "initial child protection conferences", measure_in("icpcs"), measure_in("icpcs", unit=RATE),
        "per 10,000 children",
    ),
    Headline(
        "child protection plans at 31 March", measure_in("cpp_at_31_march"), measure_in("cpp_at_31_march", unit=RATE),
        "per 10,000 children",
    ),
    Headline(
        "second or subsequent child protection plans starting in the year",
        measure_in("cpp_starting_second_or_subsequent"),
        measure_in("cpp_starting_second_or_subsequent", unit=PERCENT, of="cpp_starting"),
        "of plans starting",
    ),
)  # fmt: skip

TRENDS = (
    "cin_episodes_at_31_march",
    "referrals",
    "cin_episodes_starting",
    "cin_episodes_ending",
    "re_referrals",
    "referrals_assessed_not_in_need",
)


class Split(NamedTuple):
    """A chart of England's figure by the categories of a breakdown; `within`: the bands that are in time."""

    id: str
    title: str
    measure: str
    breakdown: str
    by_size: bool = True
    within: tuple[str, ...] = ()
    within_words: str = ""
    note: str = ""


SPLITS = {
    "need": (
        Split("need", "Primary need at 31 March", "cin_episodes_at_31_march", "primary_need"),
        Split(
            "factors",
            "Factors identified at the end of assessment",
            "factor_episodes",
            "factor",
            note="An episode is counted once under each factor, so the bars add up to more than the total.",
        ),
    ),
    "referrals": (Split("sources", "Referrals by source", "referrals", "referral_source"),),
    "timeliness": (
        Split(
            "assessments",
            "Assessments by working days from start to completion",
            "assessments_completed",
            "duration",
            by_size=False,
            within=ASSESSMENT_BANDS[: ASSESSMENT_BANDS.index("41-45") + 1],
            within_words="within 45 working days",
        ),
        Split(
            "conferences",
            "Initial child protection conferences by working days from the section 47 enquiry",
            "icpcs",
            "wait",
            by_size=False,
            within=WAIT_BANDS[: WAIT_BANDS.index("11-15") + 1],
            within_words="within 15 working days",
        ),
    ),
    "plans": (
        Split("categories", "Plans at 31 March by initial category of abuse", "cpp_at_31_march", "initial_category"),
        Split("durations", "Plans at 31 March by how long they have been open", "cpp_at_31_march", "duration", False),
    ),
}

RATES = (
    ("need", measure_in("cin_episodes_at_31_march", unit=RATE), "Children in need at 31 March per 10,000 children"),
    ("plans", measure_in("cpp_at_31_march", unit=RATE), "Child protection plans at 31 March per 10,000 children"),
)


class Said(NamedTuple):
    """A headline in words."""

    title: str
    text: str
    beside: str
    change: str


@dataclass(frozen=True)
class Contents:
    """Everything the template needs."""

    year: CollectionYear
    years: tuple[int, ...]
    headlines: tuple[Said, ...]
    trends: tuple[Chart, ...]
    splits: Mapping[str, tuple[Chart, ...]]
    ranked: Mapping[str, Chart]
    funnels: Mapping[str, Chart]
    expected: int  # number of LAs the release is of
    existing: int  # number of LAs there are
    absent: tuple[str, ...]  # names of the LAs none of whose headline figures is available, nor carried forward


def contents(
    published: Published,
    year: CollectionYear,
    expected: tuple[str, ...],
    population: Mapping[str, int],
    carried: Collection[str] = (),
) -> Contents:
    """The report of a year. `expected`: codes of the LAs it is of; `population`: people aged 0 to 17 by LA code;
    `carried`: LAs of which England holds the figures of an earlier year."""
    years = tuple(sorted({int(each) for each in published.cells["collection_year"].unique()}))
    every = authorities(year.ending)
    complete = set(expected) >= set(every)
    ranked = {name: _ranked(published, name, wanted, title, year.ending) for name, wanted, title in RATES}
    funnels = {
        name: funnel_chart(f"funnel-{name}", title, _rates_with_people(published, wanted, year.ending, population),
                           published.england(wanted, year.ending))
        for name, wanted, title in RATES
    }  # fmt: skip
    return Contents(
        year=year,
        years=years,
        headlines=tuple(_said(published, headline, year) for headline in HEADLINES),
        trends=tuple(_trend(published, measure, years, beside=complete) for measure in TRENDS),
        splits={
            name: tuple(chart for split in several if (chart := _split(published, split, year.ending)))
            for name, several in SPLITS.items()
        },
        ranked={name: chart for name, chart in ranked.items() if chart},
        funnels={name: chart for name, chart in funnels.items() if chart},
        expected=len(expected),
        existing=len(every),
        absent=tuple(every_authority()[la].name for la in _absent(published, year.ending) if la not in carried),
    )


def _absent(published: Published, year: int) -> tuple[str, ...]:
    """The LAs of which no headline figure is available."""
    by_headline = [published.by_la(headline.wanted, year) for headline in HEADLINES]
    without = [
        {la for la, shown in figures.items() if shown.symbol == UNAVAILABLE} for figures in by_headline if figures
    ]
    return tuple(sorted(set.intersection(*without))) if without else ()


def share(part: Decimal, whole: Decimal) -> str:
    """A percentage of published numbers, to one decimal, half up."""
    return f"{_share(part, whole)}%"


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return (part / whole * 100).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _said(published: Published, headline: Headline, year: CollectionYear) -> Said:
    now = published.england(headline.wanted, year.ending)
    before = published.england(headline.wanted, year.previous.ending)
    beside = published.england(headline.beside, year.ending) if headline.beside else None
    with_words = f"{beside.text} {headline.beside_words}" if beside and beside.number is not None else ""
    return Said(headline.title, now.text, with_words, _change(now, before))


def _change(now: Shown, before: Shown) -> str:
    """The change of two published numbers in words."""
    if before.number is None:
        return f"previous year {before.text}" if before.symbol else "no figure for the previous year"
    if now.number is None:
        return f"{before.text} in the previous year"
    if now.number == before.number:
        return f"unchanged from the previous year ({before.text})"
    way = "up" if now.number > before.number else "down"
    if not before.number:
        return f"{way} from {before.text} in the previous year"
    return f"{way} {share(abs(now.number - before.number), before.number)} from {before.text}"


def _trend(published: Published, measure: str, years: Iterable[int], *, beside: bool) -> Chart:
    """The years held, beside the published series where it is of the same LAs."""
    title = MEASURES[measure].title
    held = {year: published.england(measure_in(measure), year) for year in years}
    ours = [(year, shown.number) for year, shown in held.items() if shown.number is not None]
    series = published_england_series().get(measure, {}) if beside else {}
    theirs = [(year, Decimal(number)) for year, number in series.items()]
    every = [*ours, *theirs]
    listed = sorted({year for year, _ in every} | set(held))
    table = DataTable(
        ("Year ending 31 March", "This release", *(["Published by the Department"] if series else [])),
        tuple(
            (
                str(year),
                held[year].text if year in held else "",
                *([f"{series[year]:,}" if year in series else ""] if series else []),
            )
            for year in listed
        ),
    )
    said = [f"in this release {_from_to(ours)}"] if ours else ["no figure in this release"]
    said += [f"as published {_from_to(theirs)}"] if theirs else []
    blank = Plot(f"trend-{measure}", title, "", f"{title}: {'; '.join(said)}.", table, (), (), (), (), ())
    if not every:
        return blank
    on = axes([float(year) for year in listed], [float(number) for _, number in every])
    dots = [(kind, *point) for kind, points in (("published", theirs), ("ours", ours)) for point in points]
    return replace(
        blank,
        gridlines=on.gridlines(),
        segments=(*line(_floats(theirs), on, "published"), *line(_floats(ours), on, "ours")),
        dots=tuple(Dot(on.x(x), on.y(float(y)), kind, f"{x}: {y:,}") for kind, x, y in dots),
        labels=tuple(Label(on.x(year), "bottom", str(year), "middle") for year in listed),
        legend=(
            *((("ours", "This release"),) if ours else ()),
            *((("published", "Published by the Department, as later revised"),) if theirs else ()),
        ),
    )


def _from_to(points: list[tuple[int, Decimal]]) -> str:
    (first, start), (last, end) = points[0], points[-1]
    return f"{start:,} in {first}" if first == last else f"from {start:,} in {first} to {end:,} in {last}"


def _floats(points: list[tuple[int, Decimal]]) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in points]


def _split(published: Published, split: Split, year: int) -> Chart | None:
    """England's figure by category, with percentages of the total; None where no file has them."""
    listed = published.categories(split.measure, split.breakdown, year)
    total = published.england(measure_in(split.measure), year)
    found = []
    for label, wanted in listed:
        count = published.england(wanted, year)
        percent = published.england(wanted._replace(unit=PERCENT), year)
        found.append((label, count, _worked_out(count, total) if percent == ABSENT else percent))
    found = [each for each in found if each[1] != ABSENT]  # in no file of the profile
    if not found:
        return None
    if split.by_size:
        found.sort(key=lambda each: _size(each[1]), reverse=True)
    texts = [(label, _with_share(count, percent), count.number) for label, count, percent in found]
    title = MEASURES[split.measure].title
    caption = f"England, {title[:1].lower()}{title[1:]}: {total.text}."
    caption += _within(split, listed, published, year)
    if split.note:
        caption += f" {split.note}"
    largest = max(found, key=lambda each: _size(each[1]), default=None)
    most = f" The largest group is {largest[0]}, {_with_share(*largest[1:])}." if largest and largest[1].number else ""
    data = DataTable(
        ("Category", "Number", "Percent"),
        tuple((label, count.text, _percent(percent)) for label, count, percent in found),
    )
    return BarChart(split.id, split.title, caption, f"{split.title}, England.{most}", data, bars(texts))


def _worked_out(count: Shown, total: Shown) -> Shown:
    """The percentage that a table does not have, of published numbers."""
    if count.number is None or not total.number:
        return ABSENT
    return Shown(_share(count.number, total.number), "", PERCENT)


def _size(shown: Shown) -> Decimal:
    return Decimal(-1) if shown.number is None else shown.number


def _with_share(count: Shown, percent: Shown) -> str:
    return f"{count.text} ({percent.text})" if percent.number is not None else count.text


def _percent(percent: Shown) -> str:
    return percent.text if percent.number is not None or percent.symbol else ""


def _within(split: Split, listed: list[tuple[str, InUnit]], published: Published, year: int) -> str:
    """The share done in time, of the published counts in any band; nothing where one of them is not published."""
    counts = {wanted.key.categories: published.england(wanted, year).number for _, wanted in listed}
    if not split.within or not counts or None in counts.values():
        return ""
    numbers = {categories: number for categories, number in counts.items() if number is not None}
    whole = sum(numbers.values(), Decimal(0))
    part = sum((n for categories, n in numbers.items() if set(categories) <= set(split.within)), Decimal(0))
    if not whole:
        return ""
    median = published.england(measure_in(split.measure, unit=DAYS, quantile=0.5), year)
    half = f" The median is {median.text} working days." if median.number is not None else ""
    return f" {part:,} ({share(part, whole)}) were {split.within_words}, of those with a known duration.{half}"


def _ranked(published: Published, name: str, wanted: InUnit, title: str, year: int) -> Chart | None:
    """The rate of every LA that is published, largest first, with England among them."""
    rates = published.by_la(wanted, year)
    known = {la: shown for la, shown in rates.items() if shown.number is not None}
    if not known:
        return None
    england = published.england(wanted, year)
    rows = [(every_authority()[la].name, shown.text, shown.number) for la, shown in known.items()]
    rows += [("England", england.text, england.number)] if england.number is not None else []
    rows.sort(key=lambda row: (-(row[2] or Decimal(0)), row[0]))
    highest, lowest = rows[0], rows[-1]
    alternative = (
        f"{title}: from {highest[1]} in {highest[0]} down to {lowest[1]} in {lowest[0]}; England {england.text}."
    )
    others = [(every_authority()[la].name, shown.text) for la, shown in rates.items() if shown.number is None]
    data = DataTable(("Local authority", "Rate"), (*((label, text) for label, text, _ in rows), *others))
    caption = f"{counted(len(known), *AUTHORITIES)}, highest first. {_left_out(rates)}"
    return BarChart(f"ranked-{name}", title, caption, alternative, data, bars(rows, "England"), columns=True)


def _left_out(rates: Mapping[str, Shown]) -> str:
    """How many LAs have no bar, and why."""
    missing: dict[str, int] = {}
    for shown in rates.values():
        if shown.number is None:
            missing[shown.symbol] = missing.get(shown.symbol, 0) + 1
    if not missing:
        return "Every local authority is shown."
    reasons = [f"{count} {SYMBOLS.get(symbol, symbol)}" for symbol, count in sorted(missing.items())]
    return f"Not in the chart: {', '.join(reasons)}."


def _rates_with_people(
    published: Published, wanted: InUnit, year: int, population: Mapping[str, int]
) -> Iterator[tuple[str, Shown, int | None]]:
    for la, shown in published.by_la(wanted, year).items():
        yield every_authority()[la].name, shown, population.get(la)
