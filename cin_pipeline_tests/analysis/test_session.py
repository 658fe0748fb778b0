"""SQL over a state: what is in the views, and what no query can do."""

import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sqlalchemy import delete

import cin_pipeline
from cin_pipeline.analysis import Analysis, NoState, connect
from cin_pipeline.analysis.views import VIEWS
from cin_pipeline.census.specification import TABLES
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.settings import Settings
from cin_pipeline.store.cleaned_returns import CLEANED_RETURN, cleaned_of
from cin_pipeline.store.database import BUNDLES
from cin_pipeline.store.row_tables import TablesDamaged, TablesReplaced
from cin_pipeline.store.store import Store, place_of
from cin_pipeline_tests.support.analysed import LAS, accept_whole
from cin_pipeline_tests.support.kept import folder_of
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office

DOCS = Path(cin_pipeline.__file__).parents[1] / "docs" / "analysis.md"


@pytest.fixture
def analysis(office: Office) -> Iterator[Analysis]:
    with Analysis(Store(office.state.settings), tell=pytest.fail) as made:
        yield made


def rows(analysis: Analysis, query: str) -> list[tuple[object, ...]]:
    found = analysis.sql(query)
    assert found is not None
    return found.fetchall()


def worked_examples() -> list[str]:
    return re.findall(r"^```sql\n(.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_children_in_need_counted_from_episodes_are_the_measure(analysis: Analysis) -> None:
    """The first example of docs/analysis.md comes to the pipeline's own figures, for every LA and year."""
    counted = rows(analysis, worked_examples()[0])
    own = rows(
        analysis,
        "SELECT collection_year, la_code, la_name, value FROM la_measures WHERE breakdown = 'total' AND "
        "measure = 'cin_episodes_at_31_march' ORDER BY ALL",
    )
    assert counted == own
    sent = [*((year, la) for year in (2016, 2017) for la in LAS), (2025, "201")]
    assert [row[:3] for row in counted] == [(year, la, every_authority()[la].name) for year, la in sent]
    assert all(isinstance(row[3], int) and row[3] > 0 for row in counted)


def test_every_example_of_the_page_runs(analysis: Analysis) -> None:
    examples = worked_examples()
    assert len(examples) > 2
    for query in examples:
        assert analysis.sql(query) is not None


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_returns_is_every_cleaned_return_of_it(name: str, analysis: Analysis, office: Office) -> None:
    """Row for row, with the record numbers that the file does not hold and the types of the declaration."""
    found = analysis.sql(f"SELECT * FROM {name} ORDER BY submission, {TABLES[name].number}")  # noqa: S608
    assert found is not None
    expected = [
        cleaned_of(office.state, each).tables[name].reset_index().assign(submission=each.submission)
        for each in analysis.current
    ]
    names = [column for column in found.columns if column not in ("collection_year", "la_code", "la_name")]
    assert_frame_equal(_plain(found.df()[names]), _plain(pd.concat(expected, ignore_index=True).reindex(columns=names)))


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).where(table.notna(), None)


def test_every_view_has_its_declared_columns_with_their_comments(analysis: Analysis) -> None:
    for view in VIEWS.values():
        found = analysis.sql(f"SELECT * FROM {view.name} LIMIT 1")  # noqa: S608
        assert found is not None
        assert [(name, str(kind)) for name, kind in zip(found.columns, found.types, strict=True)] == [
            (column.name, column.type) for column in view.columns
        ]
        said = rows(
            analysis,
            f"SELECT column_name, comment FROM duckdb_columns() WHERE table_name = '{view.name}' "  # noqa: S608
            "ORDER BY column_index",
        )
        assert said == [(column.name, column.comment) for column in view.columns]
        assert all(column.comment.endswith(".") for column in view.columns)


def test_what_there_is_can_be_asked_before_it_is_read(analysis: Analysis) -> None:
    assert ("children",) in rows(analysis, "SHOW TABLES")
    assert [row[0] for row in rows(analysis, "DESCRIBE episodes")] == list(VIEWS["episodes"].names)


def test_only_current_submissions_count(office: Office) -> None:
    replaced = office.state.registry.current(2017, "202")
    again = accept_whole(office, "202", messy_return(5, 3, 2017, "202"))
    office.state.registry.withdraw(office.state.registry.current(2016, "390").submission, "a person", "by mistake")
    with Analysis(office.state, tell=pytest.fail) as analysis:
        for name in ("children", "episodes", "la_measures"):
            query = f"SELECT DISTINCT collection_year, la_code, submission FROM {name} ORDER BY ALL"  # noqa: S608
            found = rows(analysis, query)
            assert (2017, "202", again.submission) in found
            assert replaced is not None
            assert replaced.submission not in [row[2] for row in found]
            assert (2016, "390") not in [row[:2] for row in found]
        states = dict(rows(analysis, "SELECT submission, state FROM submissions"))
        assert states[replaced.submission] == "superseded"


def test_issues_and_the_records_named_with_them_are_joined_by_their_number(analysis: Analysis, office: Office) -> None:
    this = office.state.registry.current(2017, "390")
    assert this is not None
    issues = office.state.tables.read(place_of("validation_issues", this))["issues"]
    of_this = f"submission = {this.submission} ORDER BY issue"
    found = rows(analysis, f"SELECT issue, rule_id FROM validation_issues WHERE {of_this}")  # noqa: S608
    assert found == list(enumerate(issues["rule_id"]))
    assert found


@pytest.mark.parametrize(
    "query",
    [
        "COPY (SELECT 1) TO '{tmp}/x.csv'",
        "WITH a AS (COPY (SELECT 1) TO '{tmp}/x.csv') SELECT * FROM a",
        "EXPLAIN ANALYZE COPY (SELECT 1) TO '{tmp}/x.csv'",
        "COPY (SELECT 1) TO 'rows://children/2017/201/4/rows.parquet' (FORMAT parquet, USE_TMP_FILE false)",
        "COPY children TO '{state}/cin.db' (FORMAT csv)",
        "ATTACH '{state}/cin.db' AS state (TYPE sqlite)",
        "ATTACH '{tmp}/x.duckdb'",
        "SELECT * FROM read_text('{tmp}/secret.txt')",
        "SELECT * FROM read_csv('{tmp}/secret.txt')",
        "SELECT * FROM '{tmp}/secret.txt'",
        "SELECT * FROM glob('{tmp}/*')",
        "SELECT * FROM read_parquet('rows://children/../../secret.parquet')",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "INSTALL httpfs",
        "SELECT * FROM office",  # a variable of Python
    ],
)
def test_no_query_reads_another_file_or_writes_one(query: str, analysis: Analysis, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret\n1\n")
    state = tmp_path / "state"
    analysis.sql("SELECT count(*) FROM children")
    before = _bytes_below(state)
    with pytest.raises((duckdb.Error, PermissionError)):
        _fetched(analysis, query.format(tmp=tmp_path.as_posix(), state=state.as_posix()))
    assert _bytes_below(state) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["secret.txt", "state"]


def test_which_views_a_query_names_is_found_out_without_reading_what_it_names(
    analysis: Analysis, tmp_path: Path
) -> None:
    path = tmp_path / "secret.csv"
    path.write_text("secret\n1\n")
    with pytest.raises(duckdb.PermissionException):
        analysis._names.get_table_names(f"FROM read_csv('{path.as_posix()}')")


def _fetched(analysis: Analysis, query: str) -> None:
    found = analysis.sql(query)
    if found is not None:
        found.fetchall()


def _bytes_below(directory: Path) -> dict[Path, bytes]:
    kept = {path: path.read_bytes() for path in directory.rglob("*") if path.is_file()}
    return {path: data for path, data in kept.items() if not path.name.startswith("cin.db-")}  # SQLite's own


def test_what_a_query_deletes_is_deleted_for_itself_alone(analysis: Analysis, office: Office) -> None:
    _fetched(analysis, "DELETE FROM la_measures")
    assert rows(analysis, "SELECT count(*) FROM la_measures") == [(0,)]
    assert not office.state.figures.current_la_measures(2017).empty


def test_rows_from_before_there_were_bundles_are_read(office: Office, analysis: Analysis) -> None:
    this = office.state.registry.current(2017, "201")
    assert this is not None
    expected = rows(analysis, "SELECT * FROM children ORDER BY ALL")
    place = f"tables/{place_of(CLEANED_RETURN, this)}"
    prefix = office.state.bundles.prefix(place)
    for found in list(office.state.objects.list(prefix)):
        if found.key.endswith(".parquet"):
            office.state.objects.put_new(f"{place}/{found.key.rpartition('/')[2]}", office.state.objects.get(found.key))
        office.state.objects.delete(found.key)
    with office.state.engine.begin() as connection:
        connection.execute(delete(BUNDLES).where(BUNDLES.c.place == place))
    with Analysis(office.state, tell=pytest.fail) as again:
        assert rows(again, "SELECT * FROM children ORDER BY ALL") == expected


def test_damaged_and_lacking_rows_are_told(office: Office) -> None:
    of_la = {la: office.state.registry.current(2017, la) for la in ("201", "202")}
    damaged, gone = of_la["201"], of_la["202"]
    assert damaged is not None
    assert gone is not None
    file = folder_of(office.state, CLEANED_RETURN, damaged) / "children.parquet"
    file.write_bytes(file.read_bytes() + b"0")
    with office.state.engine.begin() as connection:
        connection.execute(delete(BUNDLES).where(BUNDLES.c.place == f"tables/{place_of('episodes', gone)}"))
    for path in (office.state.settings.state / "tables" / place_of("episodes", gone)).glob("*/*"):
        path.unlink()
    told: list[str] = []
    with Analysis(office.state, tell=told.append) as analysis:
        with pytest.raises(TablesDamaged, match=r"children of cleaned_return/2017/201/4 are gone or damaged"):
            _fetched(analysis, "SELECT count(*) FROM children")
        _fetched(analysis, "SELECT count(*) FROM episodes")
    assert told == [f"episodes lacks 1 of 7 current submissions: no rows are stored of {gone.submission}"]


def test_tables_that_were_stored_anew_meanwhile_are_not_called_damaged(office: Office) -> None:
    this = office.state.registry.current(2017, "201")
    assert this is not None
    place = place_of("episodes", this)
    before = office.state.tables.stored("episodes", [place])[place]["rows"]
    office.state.tables.write(place, office.state.tables.read(place))
    with pytest.raises(TablesReplaced, match="rows of episodes/2017/201/4 was stored anew meanwhile: ask again"):
        office.state.tables.content(before)
    now = office.state.tables.stored("episodes", [place])[place]["rows"]
    assert office.state.tables.content(now)


def test_aggregates_leave_out_every_view_with_rows_of_children(office: Office) -> None:
    with connect(office.state.settings.state, aggregates=True) as analysis:
        assert not [view.name for view in analysis.views.values() if view.child_level]
        with pytest.raises(duckdb.CatalogException):
            analysis.sql("SELECT * FROM children")
    about_children = {name for name, view in VIEWS.items() if {"la_child_id", "line", "record"} & set(view.names)}
    assert about_children == {name for name, view in VIEWS.items() if view.child_level}


def test_a_notebook_gets_data_frames(office: Office) -> None:
    with connect(office.state.settings.state) as analysis:
        found = analysis.sql(
            "SELECT referral_date, referral_nfa FROM referrals WHERE referral_date IS NOT NULL LIMIT 5"
        )
        assert found is not None
        assert len(found.df()) == 5


def test_a_state_without_returns_has_every_view_without_rows(settings: Settings) -> None:
    with Analysis(Store(settings), tell=pytest.fail) as analysis:
        for name in VIEWS.keys() - {"local_authorities"}:
            assert rows(analysis, f"SELECT count(*) FROM {name}") == [(0,)]  # noqa: S608


def test_no_state(tmp_path: Path) -> None:
    with pytest.raises(NoState, match="there is no state of a run here"):
        connect(tmp_path)
