"""The definitions as Dagster sees them: a change of the graph is seen here first."""

from datetime import UTC, datetime

import dagster as dg
import pytest
from dagster._core.definitions.partitions.context import partition_loading_context

from cin_pipeline.census.years import COLLECTION_YEARS, LAST_YEAR, CollectionYear
from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.partitions import by_year, by_year_la, partition_key, year_and_la
from cin_pipeline.settings import Settings

GRAPH = {
    "return_file": ("1_returns", []),
    "raw_return": ("1_returns", ["return_file"]),
    "cleaned_return": ("1_returns", ["raw_return"]),
    "episodes": ("3_measures", ["cleaned_return"]),
    "prior_year_referrals": ("3_measures", ["cleaned_return"]),
    "la_measures": ("3_measures", ["cleaned_return", "episodes", "prior_year_referrals"]),
    "validation_issues": ("2_validation", ["cleaned_return", "prior_year_referrals", "raw_return"]),
    "data_confidence": (
        "2_validation",
        ["cleaned_return", "la_measures", "prior_year_referrals", "validation_issues"],
    ),
    "population": ("4_england", []),
    "national_measures": ("4_england", ["la_measures"]),
    "estimates": ("4_england", ["la_measures", "national_measures", "population"]),
    "submission_status": ("4_england", ["data_confidence", "la_measures"]),
    "publication_tables": ("5_publication", ["estimates", "la_measures"]),
    "release_report": ("5_publication", ["data_confidence", "publication_tables", "validation_issues"]),
}
CHECKS = {
    ("cleaned_return", "schema", True),
    ("cleaned_return", "reconcile", True),
    ("cleaned_return", "values_readable", False),
    ("cleaned_return", "not_in_doubt", False),
    ("episodes", "schema", True),
    ("episodes", "reconcile", True),
    ("episodes", "referrals_dated", False),
    ("prior_year_referrals", "schema", True),
    ("la_measures", "schema", True),
    ("la_measures", "identities", True),
    ("la_measures", "not_held", False),
    ("validation_issues", "schema", True),
    ("validation_issues", "errors", False),
    ("validation_issues", "queries", False),
    ("validation_issues", "rules_ran", False),
    ("validation_issues", "year_on_year_checks", False),
    ("data_confidence", "schema", True),
    ("data_confidence", "confidence", False),
    ("data_confidence", "year_on_year_change", False),
    ("national_measures", "schema", True),
    ("national_measures", "completeness", False),
    ("national_measures", "inputs_current", False),
    ("estimates", "schema", True),
    ("estimates", "identities", True),
    ("estimates", "inputs_current", False),
    ("submission_status", "returns_due", False),
    ("publication_tables", "schema", True),
    ("publication_tables", "screening", True),
    ("publication_tables", "disclosure", True),
    ("publication_tables", "identities", True),
}


@pytest.fixture
def definitions(settings: Settings) -> dg.Definitions:
    return build_definitions(settings)


def test_the_graph(definitions: dg.Definitions) -> None:
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    graph = {
        name: (spec.group_name, sorted(dep.asset_key.to_user_string() for dep in spec.deps))
        for name, spec in specs.items()
    }
    assert graph == GRAPH
    for spec in specs.values():
        assert spec.description
        assert spec.owners
        assert spec.kinds
        assert spec.partitions_def is not None


def test_the_checks(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    specs = [spec for asset in graph.assets_defs for spec in asset.check_specs]
    found = {(spec.asset_key.to_user_string(), spec.name, spec.blocking) for spec in specs}
    assert found == CHECKS
    assert all(spec.description and spec.partitions_def is not None for spec in specs)


def test_every_table_shows_what_its_columns_mean(definitions: dg.Definitions) -> None:
    """The assets without: a file, the user's own file, the registry, and a folder of files."""
    graph = definitions.resolve_asset_graph()
    without = {"return_file", "population", "submission_status", "release_report"}
    for name in GRAPH.keys() - without:
        schema = graph.get(dg.AssetKey(name)).metadata["dagster/column_schema"]
        assert all(column.description and column.type for column in schema.columns), name
    columns = {
        column.name: column
        for name in ("la_measures", "cleaned_return")
        for column in graph.get(dg.AssetKey(name)).metadata["dagster/column_schema"].columns
    }
    assert columns["value"].description.startswith("How many, not rounded")
    assert "Unit: children, or records." in columns["value"].description
    assert columns["status"].constraints.other == ["one of known, not_available"]
    assert columns["children.gender"].description.startswith("GenderCurrent to 2023-24: Gender")


def test_every_asset_has_a_code_version(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    for key in graph.materializable_asset_keys:
        assert graph.get(key).code_version, key


def test_a_years_previous_referrals_come_from_the_year_before(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    mapping = graph.get_partition_mapping(dg.AssetKey("prior_year_referrals"), dg.AssetKey("cleaned_return"))
    partitions = graph.get(dg.AssetKey("cleaned_return")).partitions_def

    def upstream(year: int) -> list[str]:
        subset = partitions.empty_subset().with_partition_keys([partition_key(year, "201")])
        found = mapping.get_upstream_mapped_partitions_result_for_partitions(subset, partitions, partitions)
        return list(found.partitions_subset.get_partition_keys())

    assert upstream(2017) == ["2015-04-01|201"]
    assert upstream(2014) == []  # there is none before the first


@pytest.mark.parametrize("today", ["2014-05-01", "2027-03-31", "2027-04-01", "2040-01-01"])
def test_every_year_has_its_partition_whatever_the_day_is(today: str) -> None:
    """Returns of a year are made up, and tried, before it is over."""
    now = datetime.fromisoformat(today).replace(tzinfo=UTC)
    every = [year.key for year in COLLECTION_YEARS]
    assert list(by_year.get_partition_keys(current_time=now)) == every
    with partition_loading_context(now):
        assert by_year_la.has_partition_key(partition_key(LAST_YEAR, "201"))
        assert not by_year.has_partition_key(CollectionYear(LAST_YEAR + 1).key)
        assert by_year.get_last_partition_key() == every[-1]


def test_partition_keys_name_the_first_day_of_the_year() -> None:
    """A key `2016` would mean the return whose header says 2017."""
    key = partition_key(2017, "201")
    assert str(key) == "2016-04-01|201"
    year, la_code = year_and_la(str(key))
    assert (year.ending, la_code, str(year)) == (2017, "201", "2016 to 2017")


def test_jobs_and_the_default_executor(definitions: dg.Definitions) -> None:
    assert {job.name for job in definitions.resolve_all_job_defs()} >= {"la_return", "england", "publish", "bulk_load"}
    assert definitions.resolve_job_def("la_return").executor_def.name == "in_process"
