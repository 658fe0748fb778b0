"""Mid-year estimates of people aged 0 to 17, the base of rates and of estimates for missing LAs [A48; A66].

They come in two vintages, by the census that they are carried forward from. Those of the 2011 Census are what the
published counts and rates of the 2022 release leave possible: the middle of the lowest and the highest. Those of the
2021 Census are in the file of the 2025 release.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from cin_pipeline.reference.authorities import authorities, places
from cin_pipeline.reference.data_files import rows

CENSUS_2011, CENSUS_2021 = 2011, 2021
VINTAGES = (CENSUS_2011, CENSUS_2021)

_LAST_YEAR_OF_2011 = 2022


@dataclass(frozen=True)
class PopulationSource:
    """Whose people of a collection year these are: a vintage's, or with None the user's own file."""

    year: int
    vintage: int | None

    def __str__(self) -> str:
        if self.vintage is None:
            return "user's own file"
        middle = mid_year(self.year, self.vintage)
        return f"{self.vintage} Census, {f'mid-{middle}' if middle else 'no estimate held'}"


def vintage_of(year: int) -> int:
    """The vintage that figures of a collection year are estimated with, unless another is asked for [A66]."""
    return CENSUS_2011 if year <= _LAST_YEAR_OF_2011 else CENSUS_2021


@cache
def population(year: int, vintage: int) -> dict[str, int]:
    """People aged 0 to 17 by LA code for the collection year `year`.

    LAs without a figure in the vintage are absent; a year without any gives an empty dictionary."""
    return {row["la_code"]: number for row, number in _figures(year, vintage) if row["la_code"]}


@cache
def place_population(year: int, vintage: int) -> dict[str, int]:
    """The same for England and the regions, by geography code: the sum of all LAs of the year in the place, or the
    place's own figure where one of them has none."""
    of_las = population(year, vintage)
    own = {row["geography_code"]: number for row, number in _figures(year, vintage) if not row["la_code"]}
    found = {}
    for place in places():
        inside = {la for la, each in authorities(year).items() if place.geography_code in each.places}
        if inside <= of_las.keys():
            found[place.geography_code] = sum(of_las[la] for la in inside)
        elif place.geography_code in own:
            found[place.geography_code] = own[place.geography_code]
    return found


@cache
def mid_year(year: int, vintage: int) -> int | None:
    """The calendar year in whose middle the people of a collection year are counted; None where none are held.

    The year before, but for the last of the 2011 vintage: 2022 is on mid-2020, as 2021 is."""
    return next((int(row["mid_year"]) for row, _ in _figures(year, vintage)), None)


def _figures(year: int, vintage: int) -> Iterator[tuple[dict[str, str], int]]:
    """The rows of a year that have a figure, with it."""
    for row in rows(f"population-{vintage}-census"):
        if row["year"] != str(year):
            continue
        if vintage == CENSUS_2011:
            yield row, (int(row["lowest"]) + int(row["highest"])) // 2
        elif row["population"]:
            yield row, int(row["population"])
