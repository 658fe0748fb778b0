"""No false positive: a return without faults has no hit, in any collection year."""

import pytest

from cin_pipeline.census.years import COLLECTION_YEARS
from cin_pipeline.validation.results import CRASHED, FAILED
from cin_pipeline_tests.support.building import return_xml, valid_children
from cin_pipeline_tests.support.checked import checked

YEARS = [year.ending for year in COLLECTION_YEARS]


@pytest.mark.parametrize("year", YEARS)
def test_valid_return_has_no_hits(year):
    results = checked(return_xml(valid_children(), year), year)
    assert results.issues[["rule_id", "table", "record"]].to_dict("records") == []
    assert not results.outcomes["status"].isin([CRASHED, FAILED]).any()


def test_return_without_children_has_only_return_level_hits():
    results = checked(return_xml([]))
    assert sorted(results.issues["rule_id"]) == ["2887Q", "2888Q", "NOCHILD"]
    assert results.issues["la_child_id"].tolist() == ["", "", ""]
    assert results.issues["record"].isna().all()
