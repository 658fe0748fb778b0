"""The checks of the publishing service by stage, as its screener (eesyscreener 0.3) and the one before it name them.

A check that no function here is declared with stands in `NOT_APPLICABLE`, with the reason.
"""

STAGES = {
    "Check filenames": (
        "check_filename_spaces", "check_filename_special", "check_filenames_match", "check_zip_flat_structure",
    ),
    "Precheck columns": (
        "precheck_col_req_meta", "precheck_col_invalid_meta", "precheck_col_req_data", "precheck_col_to_rows",
    ),
    "Precheck cross-file": ("precheck_cross_meta_to_data", "precheck_cross_data_to_meta"),
    "Check columns": (
        "check_col_names_spaces", "check_col_snake_case", "check_col_var_start", "check_col_ind_smushed",
        "check_col_var_characteristic", "check_empty_cols", "check_empty_rows",
    ),
    "Precheck meta": ("precheck_meta_col_type", "precheck_meta_ob_unit", "precheck_meta_col_name"),
    "Check meta": (
        "check_meta_dupe_label", "check_meta_fil_grp", "check_meta_fil_grp_dupe", "check_meta_fil_grp_is_fil",
        "check_meta_fil_grp_match", "check_meta_fil_grp_stripped", "check_meta_label", "check_meta_filter_hint",
        "check_meta_geog_catch", "check_meta_indicator_dp", "check_meta_col_name_spaces", "check_meta_col_name_dupe",
        "check_meta_ind_dp_set", "check_meta_ind_dp_values", "check_meta_ind_unit", "check_meta_ind_unit_validation",
        "check_meta_indicator_grouping", "check_meta_whitespace_filters",
    ),
    "Check general": ("check_general_null", "check_general_dupes"),
    "Precheck filters": ("precheck_filter_not_singular",),
    "Precheck time": ("precheck_time_period_num", "precheck_time_id_valid", "precheck_time_id_mix"),
    "Precheck geography": ("precheck_geog_level", "precheck_geog_level_present"),
    "Check time": ("check_time_period", "check_time_period_six"),
    "Check filters": (
        "check_filter_defaults", "check_filter_group_level", "check_filter_item_limit", "check_filter_whitespace",
        "check_filter_ob_total", "check_filter_blanks",
    ),
    "Check geography": (
        "check_geog_country_combos", "check_geog_region_combos", "check_geog_ward_combos", "check_geog_pcon_combos",
        "check_geog_lad_combos", "check_geog_lep_combos", "check_geog_lsip_combos", "check_geog_eda_combos",
        "check_geog_la_combos", "check_geog_level_completed", "check_geog_ignored_rows", "check_geog_other_dupes",
        "check_geog_la_col_present", "check_geog_region_col_present", "check_geog_region_for_la",
        "check_geog_region_for_lad", "check_geog_na", "check_geog_na_code", "check_geog_other_code_dupes",
        "check_geog_overcompleted_cols",
    ),
    "Check indicators": ("check_ind_invalid_entry", "check_ind_blanks", "check_ind_obsolete_symbols"),
    "Check harmonised": (
        "check_harmonised_variables", "check_harmonised_eth_vals", "check_harmonised_eth_char_grp",
        "check_harmonised_eth_char_vals",
    ),
    "Check API": (
        "check_api_char_col_name", "check_api_char_col_label", "check_api_char_loc_code", "check_api_char_filter_items",
        "check_api_dict_col_names", "check_data_dict_col_name", "check_data_dict_fil_item",
    ),
}  # fmt: skip

_NO_SUCH_LEVEL = "no table has this level; its codes are not held, and `levels_published` stops a file that has it"
_NO_API = "advice for data sets offered as an API, which ours are not; the dictionary is not held"
NOT_APPLICABLE = {
    "check_geog_ward_combos": _NO_SUCH_LEVEL,
    "check_geog_pcon_combos": _NO_SUCH_LEVEL,
    "check_geog_lad_combos": _NO_SUCH_LEVEL,
    "check_geog_lep_combos": _NO_SUCH_LEVEL,
    "check_geog_lsip_combos": _NO_SUCH_LEVEL,
    "check_geog_eda_combos": _NO_SUCH_LEVEL,
    "check_api_dict_col_names": _NO_API,
    "check_data_dict_col_name": _NO_API,
    "check_data_dict_fil_item": _NO_API,
}
