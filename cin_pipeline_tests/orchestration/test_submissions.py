"""How a submission ends by what was found in it: one place, the same for every check that blocks."""

from pathlib import Path

import pytest

from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline_tests.orchestration.test_folder_run import Job

ASSETS = "cin_pipeline.orchestration.assets"
FAILING = {
    "records of cleaned_return": (f"{ASSETS}.returns.count_faults", "checks failed: reconcile of cleaned_return"),
    "schema of cleaned_return": (f"{ASSETS}.returns.schema_faults", "checks failed: schema of cleaned_return"),
    "episodes": (f"{ASSETS}.measures.count_faults", "checks failed: reconcile of episodes"),
    "la_measures": (f"{ASSETS}.measures.broken_identities", "checks failed: identities of la_measures"),
}


@pytest.mark.parametrize("case", FAILING)
def test_a_blocking_check_rejects_and_what_is_current_stays(
    case: str, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = Job(tmp_path, settings)
    job.put("201", 2017)
    job.run("201")
    before = job.measures("201")
    check, reason = FAILING[case]
    monkeypatch.setattr(check, lambda *_: ["as it should not be"])
    job.put("201", 2017, seed=2)
    (rejected,) = job.run("201").rejected
    assert (rejected.state, rejected.reason) == ("rejected", reason)
    registry = Store(settings).registry
    assert [each.to_state for each in registry.events(rejected.submission)] == ["landed", "claimed", "rejected"]
    assert registry.current(2017, "201").submission == 1
    assert job.measures("201") == before
