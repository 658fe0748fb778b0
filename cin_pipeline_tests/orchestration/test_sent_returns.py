"""A return is parsed once on its way; later its header and records come from where they were stored."""

from contextlib import closing
from pathlib import Path

import dagster as dg
import pytest
from pandas.testing import assert_frame_equal

from cin_pipeline.answers.history import NotComparable, compare_submissions, tables_of
from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.comparing import compare_returns
from cin_pipeline.census.header import Header
from cin_pipeline.census.reading import nothing_sent, read_return
from cin_pipeline.orchestration.build import build_definitions
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.la_job import LA_JOB, QUIET
from cin_pipeline.orchestration.partitions import partition_key
from cin_pipeline.settings import Settings
from cin_pipeline.store.objects import ObjectMissing
from cin_pipeline.store.sent_returns import records_as_sent, sent_return
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.stored_returns import tables_of_sent
from cin_pipeline.store.submissions import Submission
from cin_pipeline_tests.orchestration.test_folder_run import Job
from cin_pipeline_tests.support.kept import folder_of, lose_copy, table_of
from cin_pipeline_tests.support.parses import Parses
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office


@pytest.fixture
def job(tmp_path: Path, settings: Settings) -> Job:
    return Job(tmp_path, settings)


def materialise(settings: Settings, *assets: str) -> None:
    """These assets of the return of 201 for 2017 alone, as when somebody materialises them in the UI."""
    with closing(Store(settings)) as store, open_instance(settings) as instance:
        run = (
            build_definitions(settings, store)
            .resolve_job_def(LA_JOB)
            .execute_in_process(
                partition_key=partition_key(2017, "201"),
                instance=instance,
                asset_selection=[dg.AssetKey(asset) for asset in assets],
                run_config=QUIET,
            )
        )
    assert run.success


def write_without_header(store: Store, submission: Submission) -> None:
    """As a state of before the header was stored has it."""
    place = place_of("raw_return", submission)
    tables = store.tables.read(place)
    store.tables.write(place, {name: table for name, table in tables.items() if name != "header"})


def test_a_return_is_parsed_once_on_its_way(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing_sent(2017)  # once in a process: what a table looks like that was sent nothing
    parses = Parses(monkeypatch)
    for seed in (1, 2):  # a resubmission is compared with what is stored
        sent = job.put("201", 2017, seed=seed)
        job.run("201")
        assert parses.since() == (1, 1), "one look at the header on landing, one parse in the run"
    materialise(job.settings, "cleaned_return", "validation_issues")
    store = Store(job.settings)
    before, after = store.registry.history(2017, "201")
    assert compare_submissions(store, before, after).differs
    assert sent_return(store, after).header.la_code == "201"
    assert parses.since() == (0, 0)
    assert sent_return(store, after).header == read_return(sent, 2017).header


def test_a_return_stored_without_its_header_is_checked_again(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = job.put("201", 2017).replace(b"<SerialNo>", b"<SerialNo>x", 1).replace(b"2017-03-31", b"2017-03-30")
    (job.landing / "201_2017.xml").write_bytes(wrong)
    job.run("201")
    store = Store(job.settings)
    (submission,) = store.registry.all_current(2017)
    write_without_header(store, submission)
    before = table_of(store, "validation_issues", submission, "issues")
    assert "100" in set(before["rule_id"])  # about the header
    folder = folder_of(store, "validation_issues", submission)
    parses = Parses(monkeypatch)
    materialise(job.settings, "validation_issues")
    assert not folder.exists()  # made anew
    assert_frame_equal(table_of(store, "validation_issues", submission, "issues"), before)
    assert parses.since() == (0, 1)


@pytest.mark.parametrize("year", [2014, 2017, 2026])
@pytest.mark.parametrize("children", [0, 30])
def test_what_is_stored_is_what_was_sent(settings: Settings, year: int, children: int) -> None:
    office = Office(settings)
    data = messy_return(5, children, year, "201")
    submission = office.land("201", data, year)
    sent = read_return(data, year)
    office.state.tables.write(place_of("raw_return", submission), tables_of_sent(sent))
    lose_copy(office.state, submission)
    stored = sent_return(office.state, submission)
    assert stored.header == sent.header
    assert stored.header.year_line == sent.header.year_line
    assert not compare_returns(sent.tables, stored.tables, year).differs
    cleaned, again = clean_return(sent.tables, year), clean_return(stored.tables, year)
    assert_frame_equal(cleaned.issues, again.issues)
    for name, records in cleaned.tables.items():
        assert_frame_equal(records, getattr(again.tables, name))
    # Its records alone need no header.
    write_without_header(office.state, submission)
    assert records_as_sent(office.state, submission).row_counts() == sent.tables.row_counts()
    with pytest.raises(ObjectMissing):
        sent_return(office.state, submission)


def test_no_header_is_stored_as_none() -> None:
    sent = read_return(b"<Message><Children/></Message>", 2017)
    assert sent.header == Header()
    assert tables_of_sent(sent)["header"]["line"].tolist() == [None]


def test_tables_that_lack_what_the_census_has_now_are_read_from_the_copy(settings: Settings) -> None:
    office = Office(settings)
    data = messy_return(5, 9, 2017, "201")
    submission = office.land("201", data)
    sent = read_return(data, 2017)
    tables = tables_of_sent(sent)
    for lacking in (
        {**tables, "children": tables["children"].drop(columns="ethnicity")},
        {**tables, "plans": tables["plans"].drop(columns="has_Reviews")},
    ):
        office.state.tables.write(place_of("raw_return", submission), lacking)
        assert not compare_returns(sent.tables, tables_of(office.state, submission), 2017).differs
        assert sent_return(office.state, submission).header == sent.header
    lose_copy(office.state, submission)
    with pytest.raises(NotComparable, match="its copy is gone"):
        tables_of(office.state, submission)
