"""A made-up England: how large each local authority (LA) is, and the files of its returns."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean

import numpy as np

from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR, CollectionYear
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import CENSUS_2021, population
from cin_pipeline.synthetic.calibrated import CALIBRATED, calibrated_timeline
from cin_pipeline.synthetic.returns import cut
from cin_pipeline.synthetic.timeline import Timeline, simulate
from cin_pipeline.synthetic.xml import return_text

# Sizes are the published numbers of people aged 0 to 17 of these collection years. Others would move the bytes of all
# returns.
_YEARS_OF_SIZES = (2016, 2017)


def synthesise(year: int, scale: float, seed: int, out: Path, la_codes: Sequence[str] | None = None) -> Iterator[Path]:
    """Writes the returns of `year` and the year before of every LA, or of some; yields each file once written.

    An LA has a file, `<la>_<year>.xml`, for each of the two years it existed in. `scale` is the size of England: at 1
    each year's returns hold about 850,000 children. The same arguments give the same bytes, and the files of an LA do
    not depend on which others are asked for. Raises ValueError for a year without a known year before it, a scale
    that is not above 0, or an LA unknown in both years."""
    planned = _planned((year - 1, year), la_codes)
    if not scale > 0:
        raise ValueError(f"the scale is {scale}; a number above 0 was expected")

    def timeline(rng: np.random.Generator, la_code: str) -> Timeline:
        existed = year if year in planned[la_code] else year - 1
        return simulate(rng, year, scale * _share_of_england(la_code, existed))

    return _written(timeline, year, seed, out, planned)


def synthesise_calibrated(
    seed: int, out: Path, la_codes: Sequence[str] | None = None, *, year_before: bool = False
) -> Iterator[Path]:
    """Writes the returns of 2016-17 and 2015-16 that give the published figures; yields each file once written.

    The size is that of England and of every LA. `year_before` adds returns of 2014-15, which hold no more than
    the re-referrals of 2015-16 are counted from and the cases that go on. Otherwise like `synthesise`."""
    planned = _planned(_calibrated_years(year_before), la_codes)

    def timeline(rng: np.random.Generator, la_code: str) -> Timeline:
        return calibrated_timeline(rng, la_code, year_before=year_before)

    return _written(timeline, CALIBRATED[-1], seed, out, planned)


def returns_planned(year: int, la_codes: Sequence[str] | None = None, *, year_before: bool = False) -> int:
    """How many files `synthesise` writes; with `year_before` how many `synthesise_calibrated` then does."""
    years = _calibrated_years(year_before) if year_before else (year - 1, year)
    return sum(len(each) for each in _planned(years, la_codes).values())


def _calibrated_years(year_before: bool) -> tuple[int, ...]:
    return (CALIBRATED[0] - 1, *CALIBRATED) if year_before else CALIBRATED


def _planned(years: tuple[int, ...], la_codes: Sequence[str] | None) -> dict[str, list[int]]:
    """The years each LA has a return for, LAs in the order of their codes."""
    if not FIRST_YEAR <= years[0] < years[-1] <= LAST_YEAR:
        raise ValueError(f"the year is {years[-1]}; one from {FIRST_YEAR + 1} to {LAST_YEAR} was expected")
    existing = {ending: authorities(ending) for ending in years}
    known = set().union(*existing.values())
    wanted = known if la_codes is None else set(la_codes)
    if unknown := sorted(wanted - known):
        raise ValueError(f"no authority of {years[0] - 1} to {years[-1]}: {', '.join(unknown)}")
    return {la: [ending for ending, las in existing.items() if la in las] for la in sorted(wanted)}


def _written(
    timeline_of: Callable[[np.random.Generator, str], Timeline],
    year: int,
    seed: int,
    out: Path,
    planned: dict[str, list[int]],
) -> Iterator[Path]:
    out.mkdir(parents=True, exist_ok=True)
    for la_code, years in planned.items():
        timeline = timeline_of(np.random.default_rng(np.random.SeedSequence([seed, int(la_code), year])), la_code)
        for ending in years:
            path = out / f"{la_code}_{ending}.xml"
            text = return_text(ending, _header(la_code, ending), cut(timeline, la_code, ending))
            path.write_text(text, encoding="utf-8", newline="\n")
            yield path


def _share_of_england(la_code: str, year: int) -> float:
    """The LA's part of the people aged 0 to 17, by the nearest of the years that sizes are taken from.

    An LA without a figure counts as one of mean size: invented, but some size it must have."""
    published = population(min(_YEARS_OF_SIZES, key=lambda known: (abs(known - year), known)), CENSUS_2021)
    typical = mean(published.values())
    return published.get(la_code, typical) / sum(published.get(code, typical) for code in authorities(year))


def _header(la_code: str, year: int) -> dict[str, str]:
    """The header's values by column name, the same whenever the file is made."""
    return {
        "collection": "CIN",
        "year": str(year),
        "reference_date": str(CollectionYear(year).end),
        "source_level": "L",
        "la_code": la_code,
        "software_code": "cin_pipeline synthetic",
        "release": "1",
        "serial_number": "001",
        "date_time": f"{year}-06-15T09:00:00",
    }
