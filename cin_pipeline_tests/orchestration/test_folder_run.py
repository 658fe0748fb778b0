"""The main job on real Dagster instances: what is accepted, rejected, counted and remembered."""

import csv
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pandas as pd
import pytest

from cin_pipeline.methodology.interpretations import touched_by_interpretations
from cin_pipeline.orchestration.folder_run import Folder, Report, run_folder
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.reference.population import PopulationSource, population
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline.validation import check
from cin_pipeline_tests.support import oracle
from cin_pipeline_tests.support.checked import sent as rule_input
from cin_pipeline_tests.support.kept import folder_of
from cin_pipeline_tests.support.pipeline import facts_of
from cin_pipeline_tests.support.random_returns import messy_return

WHEN = datetime(2017, 7, 1, tzinfo=UTC)
LAS = ("201", "202", "390")


def silent(_what: str, _steps: int) -> Callable[[], None]:
    return lambda: None


class Job:
    """A folder, its results and what was said of them."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.landing, self.output, self.settings = directory / "landing", directory / "output", settings
        self.landing.mkdir()
        self.expected = directory / "expected.csv"
        self.expected.write_text("la_code\n" + "\n".join(LAS) + "\n")

    def put(self, la: str, year: int, seed: int = 1, children: int = 8) -> bytes:
        data = messy_return(seed, children, year, la)
        (self.landing / f"{la}_{year}.xml").write_bytes(data)
        return data

    def run(self, *las: str, vintage: int | None = None, **files: Path) -> Report:
        given = {"expected": self.expected, **files}
        folder = Folder(self.landing, 2017, self.output, las, **given, vintage=vintage)
        return run_folder(folder, self.settings, WHEN, silent)

    def measures(self, la: str) -> oracle.Measures:
        with (self.output / "measures.csv").open(newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["la_code"] == la]
        return {
            (row["measure"], row["breakdown"], row["category"]): int(row["value"]) if row["value"] else None
            for row in rows
            if row["breakdown"] == "total" or row["value"]
        }

    def materialisations(self, asset: str) -> int:
        with open_instance(self.settings) as instance:
            return len(instance.fetch_materializations(dg.AssetKey(asset), limit=1000).records)


@pytest.fixture
def job(tmp_path: Path, settings: Settings) -> Job:
    return Job(tmp_path, settings)


def test_a_folder_becomes_measures_and_england(job: Job) -> None:
    sent = {(la, year): job.put(la, year, seed) for seed, la in enumerate(LAS) for year in (2016, 2017)}
    report = job.run()
    assert [len(report.landed), len(report.rejected), report.impossible] == [6, 0, ""]
    for la in LAS:
        assert job.measures(la) == oracle.la_measures(sent[la, 2017], sent[la, 2016], 2017)
    england = pd.read_csv(job.output / "england.csv")
    known = england[(england["geography_code"] == "E92000001") & (england["measure"] == "referrals")]
    assert known["grossing_factor"].eq(1).all()
    issues = pd.read_csv(job.output / "validation_issues.csv", dtype={"la_code": str})
    assert set(issues["la_code"]) == set(LAS)
    assert set(issues["collection_year"]) == {2017}
    assert report.hits["error"] == (issues["severity"] == "error").sum() > 0
    # Run again without any change, the files are the same to the byte.
    written = ("measures.csv", "england.csv", "validation_issues.csv")
    content = [(job.output / name).read_bytes() for name in written]
    job.run()
    assert [(job.output / name).read_bytes() for name in written] == content


def test_returns_are_compared_with_those_of_the_previous_year(job: Job) -> None:
    """390 sent none."""
    before = {la: job.put(la, 2016, seed, children) for seed, (la, children) in enumerate([("201", 30), ("202", 8)])}
    now = {la: job.put(la, 2017, seed, 10) for seed, la in enumerate(LAS)}
    job.run()
    issues = pd.read_csv(job.output / "validation_issues.csv", dtype=str, keep_default_na=False)
    met = issues[issues["rule_id"].str.startswith("YonY")]
    expected = {
        (la, row.rule_id, row.message)
        for la in before
        for row in check(rule_input(now[la], 2017, before[la])).issues.itertuples()
        if row.rule_id.startswith("YonY")
    }
    assert set(met[["la_code", "rule_id", "message"]].itertuples(index=False, name=None)) == expected
    assert {("201", "YonY01"), ("202", "YonY01")} <= {(la, rule_id) for la, rule_id, _ in expected}
    assert set(met["severity"] + met["la_child_id"] + met["table"] + met["record"]) == {"queryreturn"}


def test_what_the_interpretations_touch_is_counted_of_every_return_in_force(job: Job) -> None:
    sent = {year: job.put("201", year) for year in (2016, 2017)}
    job.run()
    with closing(Store(job.settings)) as store:
        counts = store.figures.current_interpretation_counts(2017)
    expected = touched_by_interpretations(facts_of(sent[2017], sent[2016], 2017), "201")
    pd.testing.assert_frame_equal(counts, expected, check_dtype=False)


def test_what_dagster_remembers(job: Job) -> None:
    job.put("201", 2017)
    job.run()
    with open_instance(job.settings) as instance:
        (record,) = instance.fetch_materializations(dg.AssetKey("raw_return"), limit=9).records
        store = Store(job.settings)
        (submission,) = store.registry.all_current(2017)
        assert record.partition_key == "2016-04-01|201"
        assert record.asset_materialization.tags["dagster/data_version"] == submission.sha256
        assert record.asset_materialization.metadata["submission"].value == submission.submission
        for asset, check in (("cleaned_return", "schema"), ("la_measures", "identities")):
            key = dg.AssetCheckKey(dg.AssetKey(asset), check)
            history = instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
            assert [each.status.value for each in history] == ["SUCCEEDED"]
        rules = dg.AssetCheckKey(dg.AssetKey("validation_issues"), "errors")
        (errors,) = instance.event_log_storage.get_asset_check_execution_history(rules, limit=5)
        metadata = errors.event.dagster_event.asset_check_evaluation_data.metadata
        written = pd.read_csv(job.output / "validation_issues.csv", dtype=str)
        by_rule = written[written["severity"] == "error"]["rule_id"].value_counts()
        assert metadata["hits"].value == by_rule.sum()
        assert all(f"| {rule} | {count} |" in metadata["by_rule"].value for rule, count in by_rule.items())
        # No identifier and no value in the event log.
        ids = store.engine.url.database and messy_return(1, 8, 2017, "201").decode()
        texts = [ids.split("<LAchildID>")[n].split("<")[0].strip() for n in range(1, 4)]
        for run in instance.get_runs():
            log = "".join(str(entry.to_json()) for entry in instance.all_logs(run.run_id))
            assert not any(f'"{text}"' in log for text in texts if len(text) > 1)


def test_one_la_at_a_time_leaves_the_others_alone(job: Job) -> None:
    for la in LAS:
        job.put(la, 2017)
    job.run()
    before = {la: job.measures(la) for la in LAS}
    events = job.materialisations("la_measures")
    newer = job.put("202", 2017, seed=5)
    job.put("390", 2017, seed=6)  # changed too, but not asked for
    report = job.run("202")
    assert [each.la_code for each in report.landed] == ["202"]
    assert sorted(each.la_code for each in report.earlier) == ["201", "390"]
    assert job.materialisations("la_measures") == events + 1
    assert {la: job.measures(la) for la in ("201", "390")} == {la: before[la] for la in ("201", "390")}
    assert job.measures("202") == oracle.la_measures(newer, None, 2017)


def test_a_rejected_resubmission_leaves_the_accepted_return_in_force(job: Job) -> None:
    first = job.put("201", 2017)
    job.run()
    (job.landing / "201_2017.xml").write_bytes(first.replace(b"<ReferralNFA>", b"<Colour/><ReferralNFA>"))
    report = job.run()
    assert [each.la_code for each in report.rejected] == ["201"]
    others = first.count(b"<ReferralNFA>") - 1
    assert "Colour is unknown" in report.rejected[0].reason
    assert f"; and {others} more structure faults: run cin-pipeline validate on the" in report.rejected[0].reason
    assert job.measures("201") == oracle.la_measures(first, None, 2017)


def test_last_years_return_makes_re_referrals_available(job: Job) -> None:
    this = job.put("201", 2017)
    job.run()
    assert job.measures("201")["re_referrals", "total", "total"] is None
    before = job.put("201", 2016)
    job.run()
    assert job.measures("201") == oracle.la_measures(this, before, 2017)
    assert job.measures("201")["re_referrals", "total", "total"] is not None


def test_england_that_cannot_be_estimated_leaves_no_old_figures_behind(job: Job, tmp_path: Path) -> None:
    for la in LAS:
        job.put(la, 2017)
    job.run()
    assert (job.output / "england.csv").exists()
    people, expected = tmp_path / "people.csv", tmp_path / "more.csv"
    people.write_text("la_code,population\n201,1000\n")
    expected.write_text("la_code\n201\n202\n390\n391\n")
    report = job.run(expected=expected, population=people)
    assert "391" in report.impossible
    assert "population file" in report.impossible
    assert not (job.output / "england.csv").exists()
    assert Store(job.settings).figures.estimates(2017).empty
    assert len(pd.read_csv(job.output / "measures.csv")) > 90


def test_england_is_estimated_with_the_vintage_asked_for_until_the_next_landing(job: Job) -> None:
    """Gateshead sends nothing: the referrals of the others, by people of the three."""
    given = sum(referrals(job.put(la, 2017, seed)) for seed, la in enumerate(LAS[:2]))

    def estimated() -> float:
        england = Store(job.settings).figures.estimates(2017)
        rows = england[(england["geography_code"] == "E92000001") & (england["measure"] == "referrals")]
        return float(rows.loc[rows["breakdown"] == "total", "estimated"].item())

    def by_hand(vintage: int) -> float:
        people = population(2017, vintage)
        return given * people["390"] / (people["201"] + people["202"])

    for asked, vintage in ((2021, 2021), (None, 2011)):
        report = job.run(vintage=asked)
        assert report.inputs.population_source == PopulationSource(2017, vintage)
        assert estimated() == pytest.approx(by_hand(vintage))
        again = run_folder(Folder(None, 2017, None), job.settings, WHEN, silent)
        assert again.inputs.vintage == vintage
        assert estimated() == pytest.approx(by_hand(vintage))
    assert by_hand(2011) != pytest.approx(by_hand(2021))


def referrals(data: bytes) -> int:
    return oracle.la_measures(data, None, 2017)["referrals", "total", "total"] or 0


def test_unusable_items_and_missing_returns_are_estimated(job: Job, tmp_path: Path) -> None:
    sent = {la: oracle.la_measures(job.put(la, 2017, seed, children=40), None, 2017) for seed, la in enumerate(LAS[:2])}
    unusable = tmp_path / "unusable.csv"
    unusable.write_text(
        "year,la_code,measure,reason,breakdown\n2017,202,cin_episodes_at_31_march,x,gender\n2016,201,referrals,x,\n"
    )
    people = {"201": 600, "202": 40000, "390": 38000}
    population = tmp_path / "people.csv"
    population.write_text("la_code,population\n" + "".join(f"{la},{n}\n" for la, n in people.items()))
    job.run(unusable=unusable, population=population)
    rows = oracle.estimates(sent, list(LAS), people, [("202", "cin_episodes_at_31_march", "gender")], 2017)
    england = pd.read_csv(job.output / "england.csv", dtype={"category": str}).set_index(
        ["geography_code", "measure", "breakdown", "category"]
    )
    assert len(england) == len(rows)
    for key, (known, estimated, value, factor) in rows.items():
        ours = england.loc[key]
        exact = [float("nan") if number is None else float(number) for number in (known, estimated, value, factor)]
        assert list(ours[["known", "estimated", "value", "grossing_factor"]]) == pytest.approx(exact, nan_ok=True)
    measures = pd.read_csv(job.output / "measures.csv", dtype={"la_code": str})
    lacking = measures[(measures["la_code"] == "202") & (measures["status"] == "not_available")]
    of_stock = lacking[lacking["measure"] == "cin_episodes_at_31_march"]
    assert list(of_stock["breakdown"]) == [
        "gender",
        "primary_need:gender",
        "primary_need:gender:age_band",
        "ethnicity:gender",
        "ethnicity:gender:age_band",
    ]
    assert of_stock["category"].isna().all()


def test_the_bulk_lane_gives_what_single_runs_give(job: Job, tmp_path: Path) -> None:
    """More LAs than are run in this process: worker processes are started."""
    las = ("201", "202", "203", "390")
    job.expected.write_text("la_code\n" + "\n".join(las) + "\n")
    sent = {la: job.put(la, 2017, seed) for seed, la in enumerate(las)}
    report = job.run()
    assert len(report.landed) == 4
    for la in las:
        assert job.measures(la) == oracle.la_measures(sent[la], None, 2017)
    assert job.materialisations("la_measures") == 4


def test_a_postgresql_database_serves_as_well(job: Job, postgresql_url: str) -> None:
    job.settings = Settings(job.settings.state, postgresql_url, job.settings.dagster_home)
    sent = job.put("201", 2017)
    job.run()
    assert job.measures("201") == oracle.la_measures(sent, None, 2017)


def test_a_crash_is_told_without_values_and_stops_nobody_else(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    job.put("201", 2017)
    job.put("202", 2017, children=9)

    def crash(facts: object, la_code: str) -> object:
        if la_code == "201":
            raise ZeroDivisionError("1999-12-31")
        return real(facts, la_code)

    from cin_pipeline.orchestration.assets import measures as assets

    real = assets.la_measures
    monkeypatch.setattr(assets, "la_measures", crash)
    report = job.run()
    assert [each.la_code for each in report.landed] == ["202"]
    (crashed,) = report.rejected
    assert "ZeroDivisionError" in crashed.reason
    assert "1999-12-31" not in crashed.reason  # a run id may hold 1999


@pytest.mark.parametrize(
    ("asset", "function", "spoilt"),
    [
        ("episodes", "flag_episodes", {"not_in_need": "maybe"}),
        ("prior_year_referrals", "latest_referrals", {"line": 1.5}),
        ("la_measures", "la_measures", {"status": "1999-12-31"}),
    ],
)
def test_a_table_that_is_not_as_declared_stops_that_return_alone(
    job: Job, monkeypatch: pytest.MonkeyPatch, asset: str, function: str, spoilt: dict[str, object]
) -> None:
    for year in (2016, 2017):
        job.put("201", year)
        job.put("202", year, children=9)

    from cin_pipeline.orchestration.assets import measures as assets

    real = getattr(assets, function)
    first: list[object] = []

    def spoil_one(*arguments: object) -> pd.DataFrame:
        table = real(*arguments)
        first.append(len(table))
        return table.assign(**spoilt) if len(first) == 1 else table

    monkeypatch.setattr(assets, function, spoil_one)
    report = job.run()
    (rejected,) = report.rejected
    assert rejected.reason == f"checks failed: schema of {asset}"
    assert len(report.landed) == 3


def test_a_table_lost_from_the_state_is_told_and_not_taken_for_empty(job: Job) -> None:
    earlier, sent = job.put("201", 2016), job.put("201", 2017)
    job.run()
    store = Store(job.settings)
    last = store.registry.current(2016, "201")
    (folder_of(store, "cleaned_return", last) / "referrals.parquet").unlink()
    (job.landing / "201_2016.xml").unlink()  # which would be read anew
    (rejected,) = job.run().rejected
    assert rejected.reason.startswith("the run failed (referrals of ")
    assert "are gone or damaged: run the return again" in rejected.reason
    assert job.measures("201") == oracle.la_measures(sent, earlier, 2017)


def test_a_crash_on_doing_it_again_takes_nothing_out_of_force(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = job.put("201", 2017)
    job.run()
    monkeypatch.setattr("cin_pipeline.orchestration.assets.measures.la_measures", lambda *_: 1 / 0)
    report = job.run()
    assert "ZeroDivisionError" in report.rejected[0].reason
    assert job.measures("201") == oracle.la_measures(sent, None, 2017)
