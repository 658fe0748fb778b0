"""Every check of the open data: a pair that breaks it, and nothing else, and one that nearly does."""

import pandas as pd
import pytest
from pandas import DataFrame

from cin_pipeline.publication.screening import screen_files
from cin_pipeline.publication.screening.checks import Verdict
from cin_pipeline.publication.screening.checks_page import PAGE, made, screening_page
from cin_pipeline.publication.screening.filenames import NAME_CHECKS
from cin_pipeline.publication.screening.running import CHECKS, findings_of, findings_of_pair
from cin_pipeline.publication.screening.service import NOT_APPLICABLE, STAGES
from cin_pipeline.publication.screening.vocabulary import MOST_ITEMS
from cin_pipeline_tests.support.open_data_pairs import (
    BLANK_PLACE,
    LOCAL,
    NATIONAL,
    REGIONAL,
    Change,
    also_at,
    also_described,
    at_level,
    both,
    cell,
    described,
    dropped,
    every_cell,
    filtered,
    grouped,
    meta_with,
    meta_without,
    only,
    pair,
    renamed,
    replaced,
    row_repeated,
    same,
    without,
)
from cin_pipeline_tests.test_contracts import ROOT

KINDS = {"Total": "Total", "Police": "Other", "School": "Schools", "Schools nearby": "Schools"}
SINGLE = {"Total": "Total", "Police": "A", "School": "B", "Schools nearby": "C"}
FINER = {"Total": "Total", "Police": "Forces", "School": "Schools", "Schools nearby": "Near"}
SIGNS = {"Total": "Total", "Police": "Near by", "School": "Near-by", "Schools nearby": "Near-by"}
OWN = {"col_type": "Indicator", "label": "Another", "indicator_dp": "0"}
TRUST = {"trust_id": "TR1", "trust_name": "Trust one"}
WARD = {"ward_code": "E05000001", "ward_name": "Ward one"}
DISTRICT = {"lad_code": "E08000037", "lad_name": "Gateshead"}
IN_NORTH_EAST = {"region_code": "E12000001", "region_name": "North East"}
SCHOOL = {"school_urn": "1", "school_laestab": "2", "school_name": "One"}
ETHNIC = {"Total": "Total", "Police": "White", "School": "Unknown", "Schools nearby": "Asian / Asian British"}
MIXED = ETHNIC | {"Schools nearby": "Asian"}
UNITS = ("", "%", "pp", "£", "£m", "numberstring")


def few_columns(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
    return data.iloc[[0], [0, 1, 2, 3, 4, 11]], meta[meta["col_name"] == "referrals"]


def column_twice(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
    return data.assign(percent2="1").rename(columns={"percent2": "percent"}), meta


def row_blank(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
    return pd.concat([data, data.tail(1).assign(**dict.fromkeys(data.columns, ""))], ignore_index=True), meta


def many_items(number: int) -> Change:
    """One row of England for each item; the others go."""

    def change(data: DataFrame, meta: DataFrame) -> tuple[DataFrame, DataFrame]:
        rows = data.iloc[[0] * number].reset_index(drop=True)
        return rows.assign(source=["Total", *(f"Source {n}" for n in range(1, number))]), meta

    return change


ELSEWHERE = "z", "Outside of England and unknown"
# Check; what breaks it; what nearly does; what else the first breaks, because one cannot be without the other.
CASES: list[tuple[str, Change, Change, set[str]]] = [
    # Columns.
    ("precheck_col_req_meta", meta_without("label"), same, set()),
    ("precheck_col_invalid_meta", meta_with("note"), meta_with("filter_default"), set()),
    ("precheck_col_req_data", without("country_name"), without(*BLANK_PLACE), set()),
    ("precheck_col_to_rows", both(few_columns, also_described(col_name="referrals", **OWN)), few_columns, set()),
    ("precheck_cross_meta_to_data", without("percent"), same, set()),
    ("check_meta_fil_grp_match", described("source", filter_grouping_column="kind"), grouped(KINDS), set()),
    ("precheck_cross_data_to_meta", both(every_cell("own", "1"), cell("own", "2")), every_cell("own", "1"), set()),
    ("check_col_names_spaces", both(every_cell("a b", "1")), every_cell("a_b", "1"),
     {"check_col_snake_case", "plain_names"}),
    ("check_col_snake_case", renamed("referrals", "Referrals"), renamed("referrals", "referrals_2"),
     {"check_col_var_start"}),
    ("check_col_snake_case", renamed("referrals", "rEFERRALS"), same, set()),
    ("check_col_var_start", renamed("referrals", "_referrals"), renamed("referrals", "referrals_"), {"plain_names"}),
    ("check_col_ind_smushed", renamed("referrals", "referrals_females"), renamed("source", "females"), set()),
    ("check_col_var_characteristic", renamed("source", "characteristic"), renamed("source", "characteristics"), set()),
    ("check_empty_cols", every_cell("own", ""), every_cell("own", "0"), set()),
    ("check_empty_rows", row_blank, row_repeated(source="Another"), set()),
    # Metadata.
    ("precheck_meta_col_type", described("referrals", col_type="indicator"), same, set()),
    ("precheck_meta_ob_unit", also_described(col_name="time_period", **OWN), same, set()),
    ("precheck_meta_col_name", both(every_cell("own", "1"), also_described(**OWN)), same, set()),
    ("check_meta_dupe_label", described("referrals", label="Percentage of referrals"),
     described("referrals", label="percentage of referrals"), set()),
    ("check_meta_label", described("referrals", label=""), described("referrals", label="N"), set()),
    ("check_meta_fil_grp", both(grouped(KINDS), described("source", filter_grouping_column=""),
     described("percent", filter_grouping_column="kind")), grouped(KINDS), set()),
    ("check_meta_filter_hint", described("referrals", filter_hint="Choose"), described("source", filter_hint=""),
     set()),
    ("check_meta_indicator_dp", described("source", indicator_dp="0"), described("referrals", indicator_dp="1"), set()),
    ("check_meta_ind_unit", described("source", indicator_unit="%"), described("referrals", indicator_unit="%"), set()),
    ("check_meta_indicator_grouping", described("source", indicator_grouping="Counts"),
     described("referrals", indicator_grouping="Counts"), set()),
    ("check_meta_fil_grp_dupe", both(grouped(KINDS), filtered("other", SINGLE), described("other",
     filter_grouping_column="kind")), grouped(KINDS), {"every_combination"}),
    ("check_meta_fil_grp_is_fil", both(grouped(KINDS), lambda data, meta: (data, meta[meta["col_name"] != "kind"])),
     grouped(KINDS), set()),
    ("check_meta_fil_grp_stripped", grouped(SIGNS), grouped(KINDS), set()),
    ("check_meta_geog_catch", renamed("source", "local_office_name"), renamed("source", "office_named"), set()),
    ("check_meta_col_name_spaces", renamed("source", "the source"), renamed("source", "the_source"),
     {"check_col_names_spaces", "check_col_snake_case", "plain_names"}),
    ("check_meta_col_name_dupe", also_described(col_name="referrals", **OWN),
     both(every_cell("own", "1"), also_described(col_name="own", **OWN)), set()),
    ("check_meta_ind_dp_set", described("referrals", indicator_dp=""), described("referrals", indicator_dp="0"), set()),
    ("check_meta_ind_dp_values", described("percent", indicator_dp="1.5"), described("percent", indicator_dp="2"),
     set()),
    ("check_meta_ind_dp_values", described("percent", indicator_dp="-1"), described("percent", indicator_dp="10"),
     set()),
    *(("check_meta_ind_unit_validation", described("percent", indicator_unit="percent"),
       described("percent", indicator_unit=unit), set[str]()) for unit in UNITS),
    # Time.
    ("precheck_time_period_num", every_cell("time_period", "2O17", where=NATIONAL), same, set()),
    ("precheck_time_id_valid", every_cell("time_identifier", "reporting year", where=NATIONAL),
     same, {"identifier_published"}),
    ("precheck_time_id_mix", every_cell("time_identifier", "Calendar year", where=NATIONAL),
     every_cell("time_identifier", "Calendar year"),
     {"identifier_published"}),
    ("precheck_time_id_mix", both(every_cell("time_identifier", "January"),
     every_cell("time_identifier", "Week 2", where=NATIONAL)),
     both(every_cell("time_identifier", "Week 1"), every_cell("time_identifier", "Week 52", where=NATIONAL)),
     {"identifier_published"}),
    ("check_time_period", every_cell("time_period", "201617", where=NATIONAL),
     every_cell("time_period", "2016", where=NATIONAL), set()),
    ("check_time_period", every_cell("time_identifier", "Academic year"),
     both(every_cell("time_identifier", "Academic year"), every_cell("time_period", "201617")),
     {"identifier_published"}),
    ("check_time_period_six", both(every_cell("time_identifier", "Tax year"), every_cell("time_period", "201719")),
     both(every_cell("time_identifier", "Tax year"),
     every_cell("time_period", "199900")), {"identifier_published"}),
    # Filters and rows.
    ("precheck_filter_not_singular", only("source", "Total"), only("source", "Total", "Police"), set()),
    ("check_filter_defaults", only("source", "Police", "School"), only("source", "Police", "Total"), set()),
    ("check_filter_defaults", meta_with("filter_default", "Prisons"),
     both(only("source", "Police", "School"), meta_with("filter_default", "Police")), set()),
    ("check_filter_defaults", grouped({**KINDS, "Total": "All of them"}), grouped(KINDS), set()),
    ("check_filter_group_level", both(grouped(FINER), replaced("source", {"Schools nearby": "School"}),
     lambda data, meta: (data.drop_duplicates(["source", "new_la_code", "region_code"]), meta),
     cell("kind", "Yet another")), grouped(SINGLE), set()),
    ("check_filter_item_limit", many_items(MOST_ITEMS + 1), many_items(MOST_ITEMS), set()),
    ("check_filter_whitespace", replaced("source", {"Police": "Police "}), replaced("source", {"Police": "A  B"}),
     set()),
    ("check_filter_ob_total", every_cell("la_name", "Total", where=REGIONAL), same, {"check_geog_overcompleted_cols"}),
    ("check_filter_ob_total", every_cell("school_code", "All"), every_cell("office_code", "All"), set()),
    ("check_filter_blanks", replaced("source", {"Police": ""}), same, set()),
    ("check_general_dupes", row_repeated(referrals="7"), row_repeated(source="Another", referrals="7"), set()),
    ("check_general_dupes", both(at_level("School", **SCHOOL), row_repeated()),
     both(also_at("School", **SCHOOL), row_repeated()), {"levels_published"}),
    ("check_general_null", described("source", filter_hint="null"), described("source", filter_hint="No null"), set()),
    ("check_general_null", replaced("source", {"Police": "NA"}), replaced("source", {"Police": "Nauru"}), set()),
    ("check_general_null", replaced("source", {"Police": ".."}), replaced("source", {"Police": "..."}), set()),
    # Places.
    ("precheck_geog_level", every_cell("geographic_level", "Local Authority", where=LOCAL), same,
     {"levels_published", "check_geog_overcompleted_cols"}),
    ("precheck_geog_level_present", without("old_la_code", "la_name", "new_la_code"),
     both(without("old_la_code", "la_name", "new_la_code"), dropped(geographic_level=LOCAL)), set()),
    ("check_geog_la_col_present", both(dropped(geographic_level=LOCAL), without("la_name")),
     both(dropped(geographic_level=LOCAL), without("la_name", "old_la_code", "new_la_code")), set()),
    ("check_geog_region_col_present", both(only("geographic_level", NATIONAL), without("region_name")),
     both(only("geographic_level", NATIONAL), without("region_name", "region_code")), set()),
    ("check_geog_country_combos", every_cell("country_name", "Wales"), every_cell("country_code", "x"), set()),
    ("check_geog_country_combos", every_cell("country_code", "E92000002"),
     both(every_cell("country_code", ELSEWHERE[0]), every_cell("country_name", ELSEWHERE[1])), set()),
    ("check_geog_region_combos", every_cell("region_name", "North", where=REGIONAL), same, set()),
    ("check_geog_region_combos", every_cell("region_code", "E12000002", where=REGIONAL),
     both(every_cell("region_code", "E12000002", where=REGIONAL),
          every_cell("region_name", "North West", where=REGIONAL)), set()),
    ("check_geog_la_combos", replaced("la_name", {"Camden": "London"}), same, {"las_of_their_year_and_region"}),
    ("check_geog_la_combos", replaced("old_la_code", {"202": "203"}), same, {"las_of_their_year_and_region"}),
    ("check_geog_la_combos", replaced("new_la_code", {"E09000007": "E09000008"}), same,
     {"las_of_their_year_and_region"}),
    ("check_geog_level_completed", every_cell("la_name", "", where=LOCAL), every_cell("la_name", "", where=NATIONAL),
     {"check_geog_la_combos", "las_of_their_year_and_region"}),
    ("check_geog_level_completed", also_at("Ward", ward_code="", ward_name="Ward one"), also_at("Ward", **WARD),
     {"levels_published"}),
    ("check_geog_overcompleted_cols", every_cell("new_la_code", "E09000007", where=REGIONAL), same, set()),
    ("check_geog_overcompleted_cols", also_at("MAT", **TRUST, **IN_NORTH_EAST),
     also_at("Ward", **WARD, **IN_NORTH_EAST),
     {"levels_published"}),
    ("check_geog_region_for_la", both(every_cell("region_code", "", where=LOCAL),
     every_cell("region_name", "", where=LOCAL)), same, {"las_of_their_year_and_region"}),
    ("check_geog_region_for_lad", also_at("Local authority district", **DISTRICT),
     also_at("Local authority district", **DISTRICT, **IN_NORTH_EAST), {"levels_published"}),
    ("check_geog_ignored_rows", at_level("Institution", institution_id="1", institution_name="One"),
     also_at("Institution", institution_id="1", institution_name="One"), {"levels_published"}),
    ("check_geog_ignored_rows", both(also_at("School", **SCHOOL), also_at("Provider", provider_ukprn="1",
     provider_name="Two")), also_at("School", **SCHOOL), {"levels_published"}),
    ("check_geog_na", also_at("MAT", trust_id="x", trust_name="Trust one"),
     also_at("MAT", trust_id="x", trust_name="Not available"), {"levels_published"}),
    ("check_geog_na_code", also_at("MAT", trust_id="TR1", trust_name="Not available"),
     also_at("MAT", trust_id="x", trust_name="Not available"), {"levels_published"}),
    ("check_geog_other_dupes", both(also_at("MAT", **TRUST), also_at("MAT", trust_id="TR2", trust_name="Trust one")),
     both(also_at("MAT", **TRUST), also_at("MAT", trust_id="TR2", trust_name="Trust two")), {"levels_published"}),
    ("check_geog_other_code_dupes", both(also_at("MAT", **TRUST), also_at("MAT", trust_id="TR1", trust_name="Two")),
     both(also_at("MAT", **TRUST), also_at("MAT", trust_id="TR2", trust_name="Two")), {"levels_published"}),
    # Indicators.
    ("check_ind_blanks", cell("referrals", ""), cell("referrals", "0"), set()),
    ("check_ind_obsolete_symbols", cell("referrals", ":"), cell("referrals", "z"), {"numbers_or_symbols"}),
    ("check_ind_obsolete_symbols", cell("referrals", "~"), cell("referrals", "low"), {"numbers_or_symbols"}),
    # Harmonised variables, and texts of an API.
    ("check_harmonised_variables", renamed("source", "school_type"), renamed("source", "establishment_type"), set()),
    ("check_harmonised_variables", renamed("source", "ethnic_group"), renamed("source", "minority_ethnic"), set()),
    ("check_harmonised_eth_vals", filtered("ethnicity_major", MIXED), filtered("ethnicity_major", ETHNIC),
     {"every_combination"}),
    ("check_harmonised_eth_vals", both(filtered("ethnicity_major", ETHNIC), every_cell("ethnicity_minor", "Irish")),
     both(filtered("ethnicity_major", ETHNIC), replaced("ethnicity_major", {"Unknown": "White"}),
          every_cell("ethnicity_minor", "Total")), {"every_combination"}),
    ("check_harmonised_eth_char_grp", every_cell("characteristic_group", "Ethnicity"),
     every_cell("characteristic_group", "Gender and Minority Ethnic"), set()),
    ("check_harmonised_eth_char_vals", both(every_cell("characteristic_group", "Ethnicity Major"),
     every_cell("characteristic", "Asian")), both(every_cell("characteristic_group", "Ethnicity Major"),
     every_cell("characteristic", "Asian/Asian British")), set()),
    ("check_api_char_col_name", every_cell("c" * 51, "1"), every_cell("c" * 50, "1"), set()),
    ("check_api_char_col_label", described("percent", label="l" * 101), described("percent", label="l" * 100), set()),
    ("check_api_char_loc_code", both(at_level("MAT", trust_id="T" * 31, trust_name="One")),
     at_level("MAT", trust_id="T" * 30, trust_name="One"), {"levels_published"}),
    ("check_api_char_filter_items", replaced("source", {"Police": "P" * 121}),
     replaced("source", {"Police": "P" * 120}),
     set()),
    # What we ask for beyond.
    ("columns_once", column_twice, same, set()),
    ("plain_names", every_cell("a-b", "1"), every_cell("a_b", "1"), {"check_col_snake_case"}),
    ("an_indicator", lambda data, meta: (data.drop(columns=["referrals", "percent"]), meta.head(1)),
     lambda data, meta: (data.drop(columns="percent"), meta.head(2)), set()),
    ("no_blanks_around_texts", described("referrals", label=" Number"), described("referrals", label="A number"),
     set()),
    ("levels_published", at_level("Ward", **WARD), same, set()),
    ("identifier_published", both(every_cell("time_identifier", "Calendar year")), same, set()),
    # Camden lies in London and in Inner London, not in the North East.
    ("las_of_their_year_and_region", both(every_cell("region_code", "E12000001", where=LOCAL),
     every_cell("region_name", "North East", where=LOCAL)), both(
         replaced("region_code", {"E13000001": "E12000007"}), replaced("region_name", {"Inner London": "London"})),
     set()),
    # Gateshead's code until 2013.
    ("las_of_their_year_and_region", replaced("new_la_code", {"E08000037": "E08000020"}), same, set()),
    ("every_combination", dropped(source="Police", la_name="Camden"), dropped(source="Police"), set()),
    ("every_combination", dropped(source="Police", geographic_level=NATIONAL), dropped(geographic_level=NATIONAL),
     set()),
    ("no_words_of_python", replaced("source", {"Police": "nan"}), replaced("source", {"Police": "Nan's"}), set()),
    ("numbers_or_symbols", cell("referrals", "1,234"), cell("referrals", "1234"), set()),
    ("numbers_or_symbols", cell("percent", "12.5%"), cell("percent", "12.5"), set()),
    ("numbers_or_symbols", cell("percent", "12.55"), cell("percent", "12"), set()),
    ("numbers_or_symbols", cell("referrals", "C"), cell("referrals", "c"), set()),
]  # fmt: skip


def broken(*changes: Change) -> set[str]:
    return {finding.check for finding in findings_of_pair(pair(*changes))}


@pytest.mark.parametrize(("check", "hit", "near_miss", "also"), CASES, ids=[case[0] for case in CASES])
def test_a_check(check: str, hit: Change, near_miss: Change, also: set[str]) -> None:
    assert broken(hit) == {check, *also}
    assert check not in broken(near_miss)


def test_every_check_has_a_case() -> None:
    assert {check.names[0] for check in CHECKS} == {check for check, *_ in CASES}


@pytest.mark.parametrize(
    "change",
    [
        same,
        grouped(KINDS),
        grouped(SINGLE),
        only("geographic_level", NATIONAL),
        both(only("geographic_level", NATIONAL), without(*BLANK_PLACE)),
        only("source", "Total", "Police"),
    ],
)
def test_a_good_pair_passes(change: Change) -> None:
    assert findings_of_pair(pair(change)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (cell("percent", ":"), "c5_referrals.csv: check_ind_obsolete_symbols: percent: holds ':'"),
        (
            replaced("la_name", {"Camden": "London"}),
            "c5_referrals.csv: check_geog_la_combos: old_la_code: unknown, with la_name and new_la_code: "
            "'202 / London / E09000007'",
        ),
        (
            described("percent", indicator_unit="percent"),
            "c5_referrals.meta.csv: check_meta_ind_unit_validation: percent: indicator_unit is 'percent': "
            "%, pp, £, £m, numberstring or none",
        ),
        (
            dropped(source="Police", la_name="Camden"),
            "c5_referrals.csv: every_combination: source: 1 places lack some combinations, first "
            "'2017 Reporting year Local authority E92000001 England E13000001 Inner London E09000007 202 Camden'",
        ),
    ],
)
def test_a_message_names_file_column_and_value(change: Change, said: str) -> None:
    assert said in map(str, findings_of_pair(pair(change)))


def test_only_names_of_schools_may_be_a_filter() -> None:
    """Rows of a place say Total there, which no other name of a place may; and only where nothing else is a filter."""
    schools = both(
        renamed("source", "school_name"), *(every_cell(name, "") for name in ("school_urn", "school_laestab"))
    )
    assert broken(schools, every_cell("school_urn", "7"), without("school_urn", "school_laestab")) == set()
    kind = both(
        every_cell("kind", "A"), cell("kind", "B"), also_described(col_name="kind", col_type="Filter", label="K")
    )
    assert {"check_meta_geog_catch", "check_filter_ob_total", "check_geog_overcompleted_cols"} <= broken(schools, kind)


# Files.


def files(name: str = "c5_referrals", meta: str = "c5_referrals") -> dict[str, bytes]:
    good = pair()
    return {
        f"{name}.csv": good.data.to_csv(index=False).encode(),
        f"{meta}.meta.csv": good.meta.to_csv(index=False).encode(),
    }


NAMES = [
    ("check_filename_spaces", "c5 referrals", "c5_referrals"),
    ("check_filename_special", "c5+referrals", "c5-referrals"),
    ("check_zip_flat_structure", "c5/referrals", "c5_referrals"),
    ("lower_case_name", "C5_referrals", "c5_referrals"),
    ("lower_case_name", "5_referrals", "c5_referrals"),
    ("no_year_in_name", "c5_referrals_2017", "c5_referrals_20170"),
    ("short_name", "c" * 66, "c" * 65),
]


@pytest.mark.parametrize(("check", "hit", "near_miss"), NAMES)
def test_a_name(check: str, hit: str, near_miss: str) -> None:
    assert {finding.check for finding in findings_of(files(hit, hit))} == {check}
    assert findings_of(files(near_miss, near_miss)) == []


def test_both_files_are_there() -> None:
    assert list(map(str, findings_of(files(meta="c5_other")))) == [
        "c5_referrals.csv: check_filenames_match: c5_referrals.meta.csv is missing",
        "c5_other.meta.csv: check_filenames_match: c5_other.csv is missing",
    ]


def test_every_check_of_names_has_a_case() -> None:
    assert {check.name for check in NAME_CHECKS} == {check for check, *_ in NAMES} | {"check_filenames_match"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"time_period\n\xff\n", "readable: is not UTF-8 text from byte 12 on"),
        ("\ufeff".encode() + files()["c5_referrals.csv"], "no_byte_order_mark: it starts with a byte order mark"),
        (b"time_period\n", "readable: has no rows"),
        (b"", "readable: has no rows"),
        (b"a,b\n1,2\n1\n", "readable: row 3 has 1 cells, the header 2"),
        (files()["c5_referrals.csv"] + b"\n", "check_empty_rows: blank rows: '18'"),
    ],
)
def test_what_is_no_table(content: bytes, said: str) -> None:
    assert f"c5_referrals.csv: {said}" in screen_files(files() | {"c5_referrals.csv": content})


def test_good_files_pass() -> None:
    assert screen_files(files()) == []


def test_advice_stops_a_release_too() -> None:
    """Save what is exempt: our names of columns have capitals, as the Department's own."""
    advised, exempt = every_cell("own", "1"), renamed("referrals", "Referrals")
    given = pair(advised, cell("own", "2"), exempt)
    content = {"c5_referrals.csv": given.data, "c5_referrals.meta.csv": given.meta}
    found = findings_of({name: frame.to_csv(index=False).encode() for name, frame in content.items()})
    assert {finding.verdict for finding in found} == {Verdict.ADVISED}
    assert screen_files({name: frame.to_csv(index=False).encode() for name, frame in content.items()}) == [
        "c5_referrals.csv: precheck_cross_data_to_meta: own: holds '2', '1' and is not in the metadata"
    ]


# The list of the service's checks.


def test_every_check_of_the_service_is_made_or_not_applicable() -> None:
    names = [name for stage in STAGES.values() for name in stage]
    assert len(names) == len(set(names)) == 88
    assert {name for name in names if made(name)} == set(names) - set(NOT_APPLICABLE)
    assert set(NOT_APPLICABLE) <= set(names)
    known = {name for check in CHECKS if check.verdict != Verdict.OURS for name in check.names}
    assert known | {check.name for check in NAME_CHECKS if check.verdict != Verdict.OURS} <= set(names)


def test_the_page_of_checks_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == screening_page(), "run: make docs"
