"""Mid-year estimates of people aged 0 to 17, the base of rates and of estimates for missing LAs [A48]."""

from functools import cache

from cin_pipeline.reference.data_files import rows


@cache
def population(year: int) -> dict[str, int]:
    """People aged 0 to 17 by LA code for the collection year `year`: the mid-year estimate of `year` - 1.

    LAs without a published figure are absent; a year without any gives an empty dictionary."""
    return {
        row["la_code"]: int(row["population"])
        for row in rows("population")
        if row["mid_year"] == str(year - 1) and row["la_code"] and row["population"]
    }


@cache
def place_population(year: int) -> dict[str, int]:
    """The same for England and the regions, by geography code, as published: LAs without a figure are among them."""
    return {
        row["geography_code"]: int(row["population"])
        for row in rows("population")
        if row["mid_year"] == str(year - 1) and not row["la_code"] and row["population"]
    }
