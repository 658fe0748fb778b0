"""The facts shipped with the package."""

import numpy as np
import pytest

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.reference.authorities import ENGLAND, authorities, every_authority, places
from cin_pipeline.reference.bank_holidays import bank_holidays
from cin_pipeline.reference.code_sets import code_labels, codes, every_code
from cin_pipeline.reference.population import population
from cin_pipeline.reference.published import published_england_figures, published_england_series


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
    with pytest.raises(KeyError):
        codes("NoSuchSet", 2017)


def test_chinese_children_are_in_the_asian_group() -> None:
    """As published for England, 2016-17 (table A7): 26,690 Asian children in need with 720 Chinese."""
    published = {"AIND": 3_460, "APKN": 9_490, "ABAN": 4_180, "AOTH": 8_840, "CHNE": 720}
    asian = {code.code for code in every_code("Ethnicity") if code.group == "Asian or Asian British"}
    assert asian == set(published)
    assert sum(published.values()) == 26_690


def test_population_is_the_mid_year_before() -> None:
    assert population(2017)["201"] == 618
    assert population(2016)["201"] == 669
    assert "837" not in population(2017)
    assert population(2018) == {}


def test_every_collection_year_has_what_it_needs() -> None:
    for year in COLLECTION_YEARS:
        assert authorities(year.ending)
        for name in ("Ethnicity", "Disability", "ReferralSource", "PrimaryNeedCode", "ReasonForClosure"):
            assert codes(name, year.ending)


def test_englands_published_series_holds_six_years_of_tables_b1_and_c1() -> None:
    series = published_england_series()
    whole = {measure for measure, by_year in series.items() if list(by_year) == [2013, 2014, 2015, 2016, 2017, 2018]}
    assert len(whole) == 14
    assert series["cin_episodes_at_31_march"][2013] == 378_030
    assert series["children_re_referred"][2018] == 120_190
    # Each figure stands once: those of 2017 are what the backtests are held against.
    figures = {each.key.measure: int(each.value) for each in published_england_figures(2017)
               if (each.key.is_whole, each.unit, each.series) == (True, "count", "revised")}  # fmt: skip
    assert figures == {measure: by_year[2017] for measure, by_year in series.items() if 2017 in by_year}
    assert all(number % 10 == 0 for by_year in series.values() for number in by_year.values())


def test_the_identities_of_the_published_series_hold_within_rounding() -> None:
    """Any point = ending + at 31 March in the years without estimates for missing authorities."""
    series = published_england_series()
    for year in (2016, 2017, 2018):
        any_point, ending, open_ = (
            series[f"cin_episodes_{name}"][year] for name in ("any_point", "ending", "at_31_march")
        )
        assert abs(any_point - ending - open_) <= 10
