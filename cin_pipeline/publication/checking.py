"""Whether the tables of a release may be published: what each of its blocking checks finds."""

from collections.abc import Iterator, Mapping

import pandas as pd
from pandas import DataFrame, Series

from cin_pipeline.methodology.measures import KNOWN
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.publication.changes import OPEN_DATA
from cin_pipeline.publication.declaring import COUNT, LOCAL_AUTHORITY, Figure, figures_of, held_as
from cin_pipeline.publication.numbers import without_years
from cin_pipeline.publication.profiles import TIDY, Profile
from cin_pipeline.publication.release_tables import TABLES
from cin_pipeline.publication.screening import screen_files
from cin_pipeline.reference.figure_keys import TOTAL

_ROUNDED_TO = 10  # counts of places
_TOLERANCE = 1e-6
_KEYS = ["collection_year", "place", "measure", "breakdown", "category"]


def broken_screening(files: Mapping[str, bytes], profile: Profile = TIDY) -> list[str]:
    """What the open-data screener would turn away of a release's files, in the form of a profile."""
    open_data = {name.removeprefix(OPEN_DATA): content for name, content in files.items() if name.startswith(OPEN_DATA)}
    return screen_files(open_data, in_its_form=not profile.is_tidy)


def broken_identities(release: ReleaseInput, protected: DataFrame) -> list[str]:
    """Counts that are not what the measures, for places the estimates, give: one message a table and indicator.

    Every count that can be looked up is: one that is shown must be the figure itself, of a place to within rounding."""
    figures = _figures(release)
    return [message for table in TABLES for message in _broken_in(table.id, figures, protected)]


def _figures(release: ReleaseInput) -> "pd.Series[float]":
    """Every known measure and every estimate by year, place (LA or geography code), measure, breakdown and category."""
    measures = release.measures[release.measures["status"] == KNOWN].rename(columns={"la_code": "place"})
    estimates = release.estimates.rename(columns={"geography_code": "place"})
    tables = [table[[*_KEYS, "value"]].astype({"value": "float64"}) for table in (measures, estimates)]
    both = pd.concat(tables, ignore_index=True)
    return without_years(both).set_index(_KEYS)["value"]  # the tables hold the year beside the category


def _broken_in(table_id: str, figures: "pd.Series[float]", protected: DataFrame) -> Iterator[str]:
    counts = protected[(protected["table"] == table_id) & (protected["unit"] == COUNT) & (protected["symbol"] == "")]
    within = (counts["geographic_level"] != LOCAL_AUTHORITY) * _ROUNDED_TO / 2 + _TOLERANCE
    off = Series(True, index=counts.index)
    for expected in _expected(table_id, figures, counts):
        off &= (counts["shown"].astype("float64") - expected.fillna(0)).abs() > within
    for indicator, rows in counts[off].groupby("indicator"):
        yield f"{table_id}: {indicator} is not what the measures give in {len(rows)} cells"


def _expected(table_id: str, figures: "pd.Series[float]", counts: DataFrame) -> "Iterator[pd.Series[float]]":
    """What each count should be, its categories added up, in each way that the measures hold it; missing where there
    is no such way, or none of the categories occurs."""
    by_cell = {
        _cell(figure): held_as(figure.numerator)
        for table in TABLES
        if table.id == table_id
        for figure in figures_of(table)
    }
    cells = counts[["filter_1_category", "filter_2_category", "indicator"]].itertuples(index=False, name=None)
    ways = [by_cell[cell] for cell in cells]
    places = counts["la_code"].where(counts["la_code"] != "", counts["geography_code"])
    for way in range(max(map(len, ways), default=0)):
        wanted = [
            (n, year, place, count.measure, count.breakdown, category)
            for n, (year, place, held) in enumerate(zip(counts["collection_year"], places, ways, strict=True))
            for count in (held[min(way, len(held) - 1)],)
            for category in (count.categories if count.breakdown != TOTAL else (TOTAL,))
        ]
        keys = DataFrame(wanted, columns=["cell", *_KEYS])
        found = figures.reindex(pd.MultiIndex.from_frame(keys[_KEYS])).to_numpy()
        summed = keys.assign(value=found).groupby("cell")["value"].sum(min_count=1)
        yield summed.reindex(range(len(counts))).set_axis(counts.index)


def _cell(figure: Figure) -> tuple[str, str, str]:
    codes = [category.code for category in figure.row]
    return (codes[0] if codes else "", codes[1] if len(codes) > 1 else "", figure.indicator.name)
