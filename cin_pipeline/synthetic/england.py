"""A made-up England: how large each local authority (LA) is, and the files of its returns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import mean

import numpy as np

from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR, CollectionYear
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import CENSUS_2021, population
from cin_pipeline.synthetic.calibrated import CALIBRATED, calibrated_timelines, figures
from cin_pipeline.synthetic.returns import cut
from cin_pipeline.synthetic.timeline import Timeline, simulate
from cin_pipeline.synthetic.xml import return_text

Draws = Callable[[str], np.random.Generator]  # those of each LA

# Sizes are the published numbers of people aged 0 to 17 of these collection years. Others would move the bytes of all
# returns.
_YEARS_OF_SIZES = (2016, 2017)


def synthesise(year: int, scale: float, seed: int, out: Path, la_codes: Sequence[str] | None = None) -> Iterator[Path]:
    """Writes the returns of `year` and the year before of every LA, or of some; yields each file once written.

    An LA has a file, `<la>_<year>.xml`, for each of the two years it existed in. `scale` is the size of England: at 1
    each year's returns hold about 850,000 children. The same arguments give the same bytes, and the files of an LA do
    not depend on which others are asked for. Raises ValueError for a year without a known year before it, a scale
    that is not above 0, or an LA unknown in both years."""
    planned = _planned(_years(year), la_codes)
    if not scale > 0:
        raise ValueError(f"the scale is {scale}; a number above 0 was expected")

    def timelines(rng_of: Draws, la_code: str) -> Mapping[int, Timeline]:
        existed = year if year in planned[la_code] else year - 1
        timeline = simulate(rng_of(la_code), year, scale * _share_of_england(la_code, existed))
        return dict.fromkeys(planned[la_code], timeline)

    return _written(timelines, year, seed, out, planned)


def synthesise_calibrated(
    year: int, seed: int, out: Path, la_codes: Sequence[str] | None = None, *, year_before: bool = False
) -> Iterator[Path]:
    """Writes the returns of `year` and the year before that give the published figures; yields each file once written.

    The size is that of England and of every LA; an LA that sent nothing has no return. `year_before` adds returns of
    one more year before, which hold no more than the re-referrals of the first are counted from and the cases that go
    on. Otherwise like `synthesise`. Raises ValueError also for a year that is none of CALIBRATED."""
    planned = _planned_calibrated(year, la_codes, year_before=year_before)

    def timelines(rng_of: Draws, la_code: str) -> Mapping[int, Timeline]:
        return calibrated_timelines(rng_of, la_code, (year - 1, year))

    return _written(timelines, year, seed, out, planned)


def returns_planned(
    year: int, la_codes: Sequence[str] | None = None, *, calibrated: bool = False, year_before: bool = False
) -> int:
    """How many files `synthesise` writes, or with `calibrated` `synthesise_calibrated`."""
    planned = (
        _planned_calibrated(year, la_codes, year_before=year_before) if calibrated else _planned(_years(year), la_codes)
    )
    return sum(map(len, planned.values()))


def with_returns(year: int, la_codes: Sequence[str] | None = None) -> list[str]:
    """The LAs, of some or of all, that have a calibrated return of a year."""
    return [la for la in sorted(figures(year)) if la_codes is None or la in la_codes]


def _years(year: int) -> tuple[int, ...]:
    """The year and the one before, where that is a collection year."""
    return (year,) if year <= FIRST_YEAR else (year - 1, year)


def _planned_calibrated(year: int, la_codes: Sequence[str] | None, *, year_before: bool) -> dict[str, list[int]]:
    """The years each LA has a return for: those with figures, and on request the one before."""
    if year not in CALIBRATED:
        raise ValueError(f"the year is {year}; one from {CALIBRATED[0]} to {CALIBRATED[-1]} was expected")
    found = {}
    for la_code, years in _planned((year - 1, year), la_codes).items():
        given = [each for each in years if la_code in figures(each)]
        before = [given[0] - 1] if year_before and given and given[0] < year else []
        found[la_code] = before + given
    return found


def _planned(years: tuple[int, ...], la_codes: Sequence[str] | None) -> dict[str, list[int]]:
    """The years each LA has a return for, LAs in the order of their codes."""
    if not FIRST_YEAR <= years[0] <= years[-1] <= LAST_YEAR:
        raise ValueError(f"the year is {years[-1]}; one from {FIRST_YEAR} to {LAST_YEAR} was expected")
    existing = {ending: authorities(ending) for ending in years}
    known = set().union(*existing.values())
    wanted = known if la_codes is None else set(la_codes)
    if unknown := sorted(wanted - known):
        raise ValueError(f"no authority of {years[-1] - 2} to {years[-1]}: {', '.join(unknown)}")
    return {la: [ending for ending, las in existing.items() if la in las] for la in sorted(wanted)}


def _written(
    timelines_of: Callable[[Draws, str], Mapping[int, Timeline]],
    year: int,
    seed: int,
    out: Path,
    planned: dict[str, list[int]],
) -> Iterator[Path]:
    def rng_of(la_code: str) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence([seed, int(la_code), year]))

    out.mkdir(parents=True, exist_ok=True)
    for la_code, years in planned.items():
        timelines = timelines_of(rng_of, la_code)
        for ending in years:
            path = out / f"{la_code}_{ending}.xml"
            text = return_text(ending, _header(la_code, ending), cut(timelines[ending], la_code, ending))
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
