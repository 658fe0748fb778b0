"""Returns in doubt in the UI: a check of the cleaned return, and on top of the screen to watch."""

from pathlib import Path

import dagster as dg

from cin_pipeline.orchestration.folder_run import Folder, run_folder
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.outputs.publishing import unseen
from cin_pipeline.settings import Settings
from cin_pipeline_tests.orchestration.test_folder_run import WHEN
from cin_pipeline_tests.support.building import child, header, referral, return_xml, valid_children

SAID = "3 of 3 referrals have no referral date that can be read"


def day_first(la: str) -> bytes:
    several = [
        child(LAchildID=f"c{n}", UPN=None, CINdetails=[referral(CINreferralDate="06/06/2016")]) for n in range(3)
    ]
    return return_xml(several, head=header(LEA=la))


def test_the_check_fails_and_the_screen_to_watch_says_why(tmp_path: Path, settings: Settings) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    returns = {"201": day_first("201"), "202": return_xml(valid_children(), head=header(LEA="202")),
               "203": return_xml([], head=header(LEA="203"))}  # fmt: skip
    for la, data in returns.items():
        (landing / f"{la}.xml").write_bytes(data)
    expected = tmp_path / "expected.csv"
    expected.write_text("\n".join(["la_code", *returns]) + "\n")
    report = run_folder(Folder(landing, 2017, None, expected=expected), settings, WHEN, unseen)
    assert [each.la_code for each in report.doubts] == ["201", "203"]
    assert {each.la_code for each in report.low} >= {"201", "203"}

    with open_instance(settings) as instance:
        key = dg.AssetCheckKey(dg.AssetKey("cleaned_return"), "not_in_doubt")
        history = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
        evaluations = [each.event.dagster_event.asset_check_evaluation_data for each in history]
        assert sorted((each.passed, each.description or "") for each in evaluations) == [
            (False, "CINreferralDate: 3 of 3 referrals have none that can be read"),
            (False, "the return holds no child"),
            (True, ""),
        ]
        (status,) = instance.fetch_materializations(dg.AssetKey("submission_status"), limit=1).records
        told = status.asset_materialization.metadata["in_doubt"].value
        assert f"| 201: {SAID}; its figures are 0 (2016 to 2017) | not answered: cin-pipeline accept 1" in told
        assert "| 203: the return holds no child; its figures are 0 (2016 to 2017) |" in told
