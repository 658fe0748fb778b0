"""A season in which some authorities' files lie about who they are or when: nothing of it reaches England unasked."""

import re
import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import dagster as dg
import numpy as np
import pytest
from sqlalchemy import delete

from cin_pipeline.answers.status_table import status_of_year, status_summary
from cin_pipeline.census.holding import SentChildren
from cin_pipeline.orchestration import decisions
from cin_pipeline.orchestration.folder_run import Folder, NothingToRun, Report, run_folder
from cin_pipeline.orchestration.la_job import QUIET
from cin_pipeline.orchestration.partitions import partition_key
from cin_pipeline.outputs.quality_inputs import last_submissions
from cin_pipeline.outputs.release_inputs import provenance, release_input
from cin_pipeline.settings import Settings
from cin_pipeline.store.database import RETURN_CHILDREN
from cin_pipeline.store.holding import Arrival
from cin_pipeline.store.registry import CONFIRMED_BY
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.submissions import Submission
from cin_pipeline.synthetic import synthesise
from cin_pipeline_tests.orchestration.test_folder_run import WHEN, silent
from cin_pipeline_tests.orchestration.test_sensors import Living, living
from cin_pipeline_tests.support.kept import folder_of
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office

__all__ = ["living"]  # a fixture

LAS = [*map(str, range(202, 214)), *map(str, range(301, 309))]
# Of the next year's returns of these LAs, that of 202 alone has nine in ten of its dates in its own year.
STALE, YEAR_BEFORE, YEAR_AFTER, COPIED, COPY, HALF = "301", "302", "202", "304", "306", "308"
LYING = (STALE, YEAR_BEFORE, YEAR_AFTER, COPY, HALF)


@pytest.fixture(scope="module")
def returns(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, int], bytes]:
    """Sound returns of 20 LAs, of 36 to 142 children."""
    folder = tmp_path_factory.mktemp("synthetic")
    paths = [path for year in (2017, 2018) for path in synthesise(year, 0.02, 1, folder / str(year), LAS)]
    return {(path.stem[:3], int(path.stem[4:])): path.read_bytes() for path in paths}


def header_of(data: bytes, year: int) -> bytes:
    """The same return under the header of another year."""
    data = re.sub(rb"<Year>\d{4}<", f"<Year>{year}<".encode(), data, count=1)
    return re.sub(rb"<ReferenceDate>\d{4}-", f"<ReferenceDate>{year}-".encode(), data, count=1)


def lies(returns: dict[tuple[str, int], bytes]) -> dict[str, bytes]:
    """The files of the five that lie, one in each way."""
    head, *children = returns[HALF, 2017].split(b"<Child>")
    few = [b"<Child>" + each.partition(b"</Child>")[0] + b"</Child>" for each in children[: len(children) * 2 // 5]]
    return {
        STALE: returns[STALE, 2017].replace(b"<Year>2017<", b"<Year>2016<"),
        YEAR_BEFORE: header_of(returns[YEAR_BEFORE, 2016], 2017),
        YEAR_AFTER: header_of(returns[YEAR_AFTER, 2018], 2017),
        COPY: returns[COPIED, 2017].replace(f"<LEA>{COPIED}<".encode(), f"<LEA>{COPY}<".encode()),
        HALF: head + b"".join(few) + b"</Children></Message>",
    }


class Season:
    """Folders of returns that are run one after another into one state."""

    def __init__(self, directory: Path, settings: Settings, expected: list[str]) -> None:
        self.directory, self.settings, self.output = directory, replace(settings, workers=1), directory / "output"
        self.expected = directory / "expected.csv"
        self.expected.write_text("\n".join(["la_code", *expected]) + "\n")

    def land(self, files: dict[tuple[str, int], bytes], *, confirm_held: bool = False) -> Report:
        landing = self.directory / f"landing-{len(list(self.directory.iterdir()))}"
        landing.mkdir()
        for (la, year), data in files.items():
            (landing / f"{la}_{year}.xml").write_bytes(data)
        return self.run(Folder(landing, 2017, self.output, expected=self.expected, confirm_held=confirm_held))

    def run(self, folder: Folder) -> Report:
        return run_folder(folder, self.settings, WHEN, silent)

    def again(self, *las: str, confirm_held: bool = False) -> Report:
        return self.run(Folder(None, 2017, self.output, las, confirm_held=confirm_held))

    def written(self) -> list[bytes]:
        return [(self.output / name).read_bytes() for name in ("measures.csv", "england.csv", "validation_issues.csv")]

    def referrals(self) -> float:
        with closing(Store(self.settings)) as store:
            rows = store.figures.estimates(2017)
        of = rows[(rows["geography_code"] == "E92000001") & (rows["measure"] == "referrals")]
        return float(of.loc[of["breakdown"] == "total", "known"].item())


def held(report: Report) -> dict[str, Submission]:
    return {each.la_code: each for each in report.held}


def test_of_a_season_in_which_five_lie_nothing_reaches_england_unasked(
    returns: dict[tuple[str, int], bytes], tmp_path: Path, settings: Settings
) -> None:
    season = Season(tmp_path, settings, LAS)
    sound = {(la, 2017): returns[la, 2017] for la in LAS if la not in LYING or la == HALF}
    report = season.land(sound)
    assert (len(report.landed), report.held, report.rejected) == (16, [], [])
    without = season.written()

    report = season.land({(la, 2017): data for la, data in lies(returns).items()})
    assert [each.la_code for each in report.landed] == []
    assert season.written() == without
    (stale,) = report.rejected
    assert "Year is 2016 and ReferenceDate 2017-03-31" in stale.reason
    reasons = {la: each.reason for la, each in held(report).items()}
    assert reasons.keys() == {YEAR_BEFORE, YEAR_AFTER, COPY, HALF}
    assert re.fullmatch(
        r"(\d+) of \1 of its dates lie in 2015 to 2016, the year before the one its header names", reasons[YEAR_BEFORE]
    )
    assert reasons[YEAR_AFTER].endswith("of its dates lie in 2017 to 2018, the year after the one its header names")
    assert (
        "114 of its 114 children with LAchildID and birth date are those of the return of 304 of the" in reasons[COPY]
    )
    assert re.fullmatch(r"it has 48 children, under 50% of the 120 of its current return \(.*\)", reasons[HALF])

    with closing(Store(settings)) as store:
        status = status_of_year(store, 2017)
        assert list(status["state"][:4]) == ["held"] * 4
        assert set(status["la_code"][:4]) == reasons.keys()
        assert "16 current, 1 no return, 4 held for confirmation" in status_summary(status)
        assert store.registry.current(2017, HALF).submission < held(report)[HALF].submission
        last = last_submissions(store, 2017).set_index("la_code")
        unsent = [YEAR_BEFORE, YEAR_AFTER, COPY]  # HALF has a current one
        assert last["state"].to_dict() == {la: "held" if la in unsent else "accepted" for la in last.index}
        assert last.loc[unsent, ["errors", "queries"]].isna().all(axis=None)

    decisions.accept(settings, held(report)[YEAR_BEFORE].submission, "ann", "it is what they have")
    before = season.referrals()
    report = season.again(YEAR_BEFORE)
    assert held(report).keys() == {YEAR_AFTER, COPY, HALF}
    assert season.written()[1] != without[1]
    assert season.referrals() == before  # its referrals are of another year: what they have is none

    report = season.again(HALF, confirm_held=True)
    assert held(report).keys() == {YEAR_AFTER, COPY}
    assert season.referrals() < before
    with closing(Store(settings)) as store:
        (of_year,) = provenance(store, release_input(store, 2017)).inputs
    assert [(*each[:2], *each[3:]) for each in of_year.once_held] == [
        (YEAR_BEFORE, 2017, ("dates_before",), "a person"),
        (HALF, 2017, ("size",), CONFIRMED_BY),
    ]


def test_a_release_says_of_the_previous_years_return_too_that_it_was_held(tmp_path: Path, settings: Settings) -> None:
    office = Office(settings, ("201",))
    registry, before = office.state.registry, office.land("201", messy_return(1, 5, 2016, "201"), 2016)
    registry.claim(before.submission, "run")
    registry.accept(before.submission, "run", Arrival(SentChildren(0, np.empty(0, "<u8")), "it has 5 children"))
    registry.confirm(before.submission, "ann", "a small LA")
    office.accept("201", messy_return(1, 5, 2017, "201"))
    office.declare(tmp_path / "files")
    office.make_england()
    (of_year,) = provenance(office.state, release_input(office.state, 2017)).inputs
    assert of_year.once_held == (("201", 2016, before.submission, ("size",), "a person"),)


def test_a_return_that_is_displaced_is_in_no_figure_whoever_is_ready_first(
    returns: dict[tuple[str, int], bytes], tmp_path: Path, settings: Settings
) -> None:
    """306 sends 304's return of 2015-16 as its own. The largest files are run first, so its own of 2016-17 is counted
    with it before that of 304 is there."""
    copy = returns[COPIED, 2016].replace(f"<LEA>{COPIED}<".encode(), f"<LEA>{COPY}<".encode())
    files = {(COPIED, year): returns[COPIED, year] for year in (2016, 2017)}
    files |= {(COPY, 2016): copy + b"\n" * 1_000_000, (COPY, 2017): returns[COPY, 2017]}
    season = Season(tmp_path, settings, [COPIED, COPY])
    report = season.land(files)
    (displaced,) = report.held
    assert displaced.partition == (2016, COPY)
    assert sorted(each.partition for each in report.landed) == [(2016, COPIED), (2017, COPIED), (2017, COPY)]
    with closing(Store(settings)) as store:
        events = [event.to_state for event in store.registry.events(displaced.submission)]
        assert events == ["landed", "claimed", "accepted", "held"]
        assert store.figures.recounts() == []
        measures = store.figures.current_la_measures(2017)
    totals = measures[(measures["measure"] == "re_referrals") & (measures["breakdown"] == "total")]
    assert dict(zip(totals["la_code"], totals["status"], strict=True)) == {COPIED: "known", COPY: "not_available"}
    alone = season.written()

    report = season.again(COPY, confirm_held=True)
    assert report.held == []
    assert [each.submission for each in report.confirmed] == [displaced.submission]
    assert season.written() != alone


def test_what_is_held_waits_for_nobody_but_a_person_and_is_shown_at_every_run(
    returns: dict[tuple[str, int], bytes], tmp_path: Path, settings: Settings
) -> None:
    season = Season(tmp_path, settings, [YEAR_BEFORE, COPIED])
    lie = {(YEAR_BEFORE, 2017): header_of(returns[YEAR_BEFORE, 2016], 2017)}
    first = held(season.land(lie))[YEAR_BEFORE]
    again = season.land(lie)  # the same bytes are that submission
    assert [each.submission for each in again.held] == [first.submission]
    assert again.rejected == []
    assert [each.submission for each in season.again().held] == [first.submission]
    with pytest.raises(NothingToRun, match="no return of 304"):
        season.again(COPIED)
    with closing(Store(settings)) as store:
        assert store.registry.waiting() == []
    taken = season.land(lie, confirm_held=True)
    assert (taken.held, [each.submission for each in taken.landed]) == ([], [first.submission])
    (once,) = taken.confirmed
    assert (once.la_code, once.confirmed_by) == (YEAR_BEFORE, CONFIRMED_BY)


def test_a_reason_that_is_switched_off_holds_nothing(
    returns: dict[tuple[str, int], bytes], tmp_path: Path, settings: Settings
) -> None:
    season = Season(tmp_path, replace(settings, hold_off=frozenset({"dates_before"})), [YEAR_BEFORE])
    report = season.land({(YEAR_BEFORE, 2017): header_of(returns[YEAR_BEFORE, 2016], 2017)})
    assert (len(report.landed), report.held) == (1, [])


def copied(data: bytes) -> bytes:
    return data.replace(b">201<", b">202<")


@pytest.mark.parametrize("first", [0, 1])
def test_sensors_ask_for_no_run_of_what_is_held_and_england_does_not_wait(living: Living, first: int) -> None:
    """202 sends 201's return; whichever run ends first."""
    data = living.put("201", children=80)
    (living.inbox / "202_2017.xml").write_bytes(copied(data))
    requests = living.landing()
    for request in (requests[first], requests[1 - first]):
        assert living.run(request).success
    assert [str(living.state.registry.get(number).state) for number in (1, 2)] == ["accepted", "held"]
    assert living.landing() == living.tick("prior_year") == []
    (england,) = living.tick("national")
    assert living.run(england).success
    assert [each.la_code for each in living.state.figures.manifest("estimates", 2017)] == ["201"]
    assert living.tick("national") == []

    assert living.state.registry.confirm(2, "ann", "twins")
    (england,) = living.tick("national")
    assert living.run(england).success
    assert [each.la_code for each in living.state.figures.manifest("estimates", 2017)] == ["201", "202"]


@pytest.mark.parametrize(("kept", "state"), [(True, "held"), (False, "accepted")])
def test_what_an_earlier_version_accepted_is_compared_with_too(living: Living, kept: bool, state: str) -> None:
    """It did not keep who is in a return. What is lost of another LA keeps no return from being accepted."""
    data = living.put("201", children=80)
    living.take()
    with living.state.engine.begin() as connection:
        connection.execute(delete(RETURN_CHILDREN))
    if not kept:
        shutil.rmtree(folder_of(living.state, "cleaned_return", living.state.registry.get(1)))
    (living.inbox / "202_2017.xml").write_bytes(copied(data))
    living.take()
    assert str(living.state.registry.get(2).state) == state


def test_a_run_that_holds_its_return_goes_on_with_it_and_the_check_says_why(living: Living) -> None:
    """Also one that was started by hand and names no submission."""
    living.put("201", children=120)
    living.take()
    (living.inbox / "201_2017.xml").write_bytes(messy_return(2, 50, 2017, "201"))
    living.landing()
    run = living.definitions.resolve_job_def("la_return").execute_in_process(
        instance=living.instance, partition_key=partition_key(2017, "201"), run_config=QUIET
    )
    assert run.success
    registry = living.state.registry
    assert (registry.current(2017, "201").submission, str(registry.get(2).state)) == (1, "held")
    for asset in ("validation_issues", "data_confidence"):
        assert living.state.tables.has(place_of(asset, registry.get(2)))
    assert living.state.quality.of_year(2017).keys() == {1, 2}
    key = dg.AssetCheckKey(dg.AssetKey("la_measures"), "not_held")
    newest, before = living.instance.event_log_storage.get_asset_check_execution_history(key, limit=5)
    assert [newest.status.value, before.status.value] == ["FAILED", "SUCCEEDED"]
    said = newest.event.dagster_event.asset_check_evaluation_data.description
    assert said.startswith("it has 50 children, under 50% of the ")
    assert "`cin-pipeline accept 2 --reason TEXT`" in said
