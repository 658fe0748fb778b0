"""The facts shipped with the package."""

import numpy as np
import pytest

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.reference.authorities import ENGLAND, authorities, every_authority, places
from cin_pipeline.reference.bank_holidays import bank_holidays
from cin_pipeline.reference.code_sets import code_labels, codes, every_code
from cin_pipeline.reference.data_files import fingerprints
from cin_pipeline.reference.population import (
    CENSUS_2011,
    CENSUS_2021,
    VINTAGES,
    PopulationSource,
    mid_year,
    place_population,
    population,
    vintage_of,
)
from cin_pipeline.reference.published import (
    LOCAL,
    NATIONAL,
    PLACE_TABLES,
    REGIONAL,
    SUPPRESSED,
    published_england_figures,
    published_england_series,
    published_rows,
    published_table,
)


def test_there_are_152_authorities_in_2016_17_in_nine_regions() -> None:
    las = authorities(2017)
    assert len(las) == 152
    assert len({la.region_code for la in las.values()}) == 9
    assert sum(bool(la.london_subregion_code) for la in las.values()) == 33


def test_authorities_come_and_go_with_their_years() -> None:
    assert "835" in authorities(2019)
    assert "835" not in authorities(2020)
    assert "838" in authorities(2020)
    assert authorities(2017)["825"].new_la_code == "E10000002"
    assert authorities(2021)["825"].new_la_code == "E06000060"
    assert set(every_authority()) >= set(authorities(2026)) | set(authorities(2014))
    assert authorities(2027) == authorities(2026)  # none other is known: the year is provisional


def test_every_authority_lies_in_england_and_a_region() -> None:
    known = {place.geography_code for place in places()}
    assert len(known) == 12
    for la in every_authority().values():
        assert la.places[0] == ENGLAND
        assert set(la.places) <= known


def test_2016_17_has_255_working_days() -> None:
    """The figure that rule cut-offs of 2016-17 were checked with."""
    assert np.busday_count("2016-04-01", "2017-04-01", holidays=bank_holidays()) == 255


def test_codes_are_those_of_the_year() -> None:
    assert len(codes("AssessmentFactors", 2017)) == 39
    assert "22A" not in codes("AssessmentFactors", 2016)
    assert "RC9" in codes("ReasonForClosure", 2023)
    assert "RC9" not in codes("ReasonForClosure", 2022)
    assert codes("GenderCurrent", 2025) == ()
    assert code_labels("Sex", 2025)["M"] == "Male"
    assert code_labels("PPOutcome", 2027) == dict.fromkeys("ABC", "label not found")
    assert codes("PPOutcome", 2026) == ()
    with pytest.raises(KeyError):
        codes("NoSuchSet", 2017)


def test_chinese_children_are_in_the_asian_group() -> None:
    """As published for England, 2016-17 (table A7): 26,690 Asian children in need with 720 Chinese."""
    published = {"AIND": 3_460, "APKN": 9_490, "ABAN": 4_180, "AOTH": 8_840, "CHNE": 720}
    asian = {code.code for code in every_code("Ethnicity") if code.group == "Asian or Asian British"}
    assert asian == set(published)
    assert sum(published.values()) == 26_690


def test_population_is_the_mid_year_before() -> None:
    assert population(2017, CENSUS_2021)["201"] == 618
    assert population(2016, CENSUS_2021)["201"] == 669
    for vintage, last in ((CENSUS_2011, 2021), (CENSUS_2021, 2025)):
        assert [mid_year(year, vintage) for year in range(2013, last + 1)] == [*range(2012, last)]
    # The last release of the older vintage had no later estimate.
    assert mid_year(2022, CENSUS_2011) == 2020
    assert mid_year(2023, CENSUS_2011) is None


def test_bournemouth_dorset_and_poole_have_a_population_in_one_vintage() -> None:
    """The middle of what counts and rates leave possible, rounded down: 35,310 to 35,312; 77,157 to 77,160."""
    of_2011 = population(2017, CENSUS_2011)
    assert [of_2011[la] for la in ("837", "835", "836")] == [35_311, 77_158, 30_180]
    assert not {"837", "835", "836"} & population(2017, CENSUS_2021).keys()


def test_who_has_no_population() -> None:
    lacking = {
        (vintage, year): sorted(authorities(year).keys() - population(year, vintage).keys())
        for vintage, last in ((CENSUS_2011, 2022), (CENSUS_2021, 2025))
        for year in range(2014, last + 1)
    }
    dorset = ["835", "836", "837"]
    assert {key: las for key, las in lacking.items() if las} == {
        (CENSUS_2011, 2021): ["204"],
        (CENSUS_2011, 2022): ["204", "940", "941"],
        **{(CENSUS_2021, year): dorset for year in range(2014, 2020)},
    }
    assert population(2023, CENSUS_2011) == population(2026, CENSUS_2021) == {}


def test_places_are_sums_or_their_own_figure_where_a_sum_would_lack_an_authority() -> None:
    north_east, south_west, inner_london = "E12000001", "E12000009", "E13000001"
    for vintage in VINTAGES:
        las = population(2017, vintage)
        inside = [la for la, each in authorities(2017).items() if north_east in each.places]
        assert place_population(2017, vintage)[north_east] == sum(las[la] for la in inside)
    rebased = place_population(2017, CENSUS_2021)
    assert (rebased[ENGLAND], rebased[south_west]) == (11_671_521, 1_080_374)
    # Without Hackney; the others would come to some 60,000 less.
    assert place_population(2022, CENSUS_2011)[inner_london] > 700_000
    # From mid-2019 the published figures of places are the sums.
    assert place_population(2020, CENSUS_2021)[ENGLAND] == 11_790_492
    assert place_population(2025, CENSUS_2021)[ENGLAND] == 12_183_016
    assert place_population(2026, CENSUS_2021) == {}


def test_revised_rates_of_england_are_per_10_000_of_the_2021_vintage() -> None:
    for year in (2016, 2017):
        rates = [each for each in published_england_figures(year) if each.unit == "rate" and each.series == "revised"]
        assert len(rates) == 5
        assert {each.population for each in rates} == {place_population(year, CENSUS_2021)[ENGLAND]}


def test_the_vintage_of_a_year() -> None:
    assert [vintage_of(year) for year in (2014, 2022, 2023, 2026)] == [2011, 2011, 2021, 2021]
    assert str(PopulationSource(2022, 2011)) == "2011 Census, mid-2020"
    assert str(PopulationSource(2026, 2021)) == "2021 Census, no estimate held"
    assert str(PopulationSource(2026, None)) == "user's own file"


def test_every_collection_year_has_what_it_needs() -> None:
    for year in COLLECTION_YEARS:
        assert authorities(year.ending)
        for name in ("Ethnicity", "Disability", "ReferralSource", "PrimaryNeedCode", "ReasonForClosure"):
            assert codes(name, year.ending)


def test_englands_published_series_holds_thirteen_years_of_tables_b1_and_c1() -> None:
    series = published_england_series()
    whole = {measure for measure, by_year in series.items() if list(by_year) == list(range(2013, 2026))}
    assert len(whole) == 14
    assert series["cin_episodes_at_31_march"][2013] == 378_030
    assert series["children_re_referred"][2018] == 120_190
    assert [series["cin_episodes_at_31_march"][year] for year in (2019, 2022, 2025)] == [399_510, 404_310, 402_400]
    assert [series["referrals"][year] for year in (2021, 2024, 2025)] == [597_760, 621_880, 632_830]
    # Each figure stands once: those of 2017 are what the backtests are held against.
    figures = {each.key.measure: int(each.value) for each in published_england_figures(2017)
               if (each.key.is_whole, each.unit, each.series) == (True, "count", "revised")}  # fmt: skip
    assert figures == {measure: by_year[2017] for measure, by_year in series.items() if 2017 in by_year}
    assert all(number % 10 == 0 for by_year in series.values() for number in by_year.values())


def test_the_identities_of_the_published_series_hold_within_rounding() -> None:
    """Any point = ending + at 31 March in the years without estimates for missing authorities."""
    series = published_england_series()
    for year in range(2016, 2026):
        any_point, ending, open_ = (
            series[f"cin_episodes_{name}"][year] for name in ("any_point", "ending", "at_31_march")
        )
        assert abs(any_point - ending - open_) <= 10


def test_published_tables_have_a_row_for_every_authority_region_and_england() -> None:
    regions = {place.geography_code for place in places() if place.geography_code != ENGLAND}
    for table in PLACE_TABLES:
        years = {int(row["year"]) for row in published_rows(table)}
        assert max(years) in (2024, 2025), table
        assert min(years) in (2013, 2014, 2018, 2022), table
        for year in years:
            found = published_table(table, year)
            assert {code for level, code in found if level == LOCAL} == authorities(year).keys(), (table, year)
            assert {code for level, code in found if level == REGIONAL} == regions, (table, year)
            assert (NATIONAL, ENGLAND) in found
    assert published_table("c1", 2017)[NATIONAL, ENGLAND]["referral_count"] == "646120"
    assert published_table("c1", 2017)[LOCAL, "201"]["no_further_action_count"] == SUPPRESSED
    assert published_table("b7", 2017) == {}
    with pytest.raises(ValueError, match="a1 is no table by place"):
        published_table("a1", 2017)
    assert {row["year"] for row in published_rows("a1")} == {str(year) for year in range(2013, 2025)}


def test_every_data_file_has_a_fingerprint() -> None:
    found = fingerprints()
    assert {"local-authorities.csv", "published-tables/d8.csv"} <= found.keys()
    assert list(found) == sorted(found)
