"""People aged 0 to 17 for the estimates of a year, between what numbers they can be."""

from collections.abc import Iterator

from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.data_files import rows
from cin_pipeline.reference.missing_data import Practice, practice_of
from cin_pipeline.reference.population import CENSUS_2011


def populations(year: int, missing: frozenset[str]) -> Iterator[dict[str, int]]:
    """By LA code: as the product takes them, then with the most for the `missing` LAs and the least for the others, and
    the other way round. In a year in which nothing is estimated nobody.

    The vintage of the 2011 Census is known between bounds; for an LA without a figure in it (Norfolk 2013, which sent
    nothing that could have told) what is left of its region."""
    if practice_of(year) is not Practice.ESTIMATE:
        yield {}
        return
    held = [row for row in rows(f"population-{CENSUS_2011}-census") if row["year"] == str(year)]
    least = {row["la_code"] or row["geography_code"]: int(row["lowest"]) for row in held}
    most = {row["la_code"] or row["geography_code"]: int(row["highest"]) for row in held}
    for la, authority in authorities(year).items():
        if la not in least and authority.region_code in least:
            others = [each for each, one in authorities(year).items() if one.region_code == authority.region_code]
            others.remove(la)
            least[la] = least[authority.region_code] - sum(most[each] for each in others)
            most[la] = most[authority.region_code] - sum(least[each] for each in others)
    of_year = [la for la in authorities(year) if la in least]
    yield {la: (least[la] + most[la]) // 2 for la in of_year}
    yield {la: most[la] if la in missing else least[la] for la in of_year}
    yield {la: least[la] if la in missing else most[la] for la in of_year}
