"""`cin-pipeline sql` as an analyst meets it."""

import csv
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cin_pipeline.analysis import Analysis
from cin_pipeline.analysis.views import VIEWS
from cin_pipeline.cli import app
from cin_pipeline.cli.sql_prompt import answer_prompts
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline_tests.support.analysed import accept_whole
from cin_pipeline_tests.support.random_returns import messy_return, whole_return
from cin_pipeline_tests.support.stored import Office

QUERY = "SELECT la_code, measure, value FROM la_measures WHERE measure = 'referrals' AND breakdown = 'total' ORDER BY 1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A database in a file, whatever the other tests run on: one that is a server has tests of its own."""
    return Settings.from_environment({}, state=tmp_path / "kept" / "state")


@pytest.fixture
def office(settings: Settings) -> Office:
    made = Office(settings)
    accept_whole(made, "201", messy_return(1, 80, 2017, "201"))
    accept_whole(made, "202", whole_return("", 2017, "202"))
    made.state.close()
    return made


def command(office: Office, *args: object, asked: str | None = None) -> Result:
    words = ["sql", *map(str, args), "--state", str(office.state.settings.state)]
    return CliRunner().invoke(app, words, input=asked, env={"COLUMNS": "200"})


def referrals(office: Office) -> int:
    table = office.state.figures.current_la_measures(2017)
    of_201 = table[(table["measure"] == "referrals") & (table["breakdown"] == "total") & (table["la_code"] == "201")]
    return int(of_201["value"].item())


def test_a_query_gives_a_table(office: Office) -> None:
    found = command(office, QUERY)
    assert found.exit_code == 0
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in found.output.splitlines() if "│" in line]
    assert rows == [["201", "referrals", str(referrals(office))], ["202", "referrals", "0"]]


def test_a_long_answer_is_cut_and_says_so(office: Office) -> None:
    found = command(office, "SELECT la_child_id FROM children WHERE la_code = '201'")
    assert "There are more rows than these 60; --csv or --output gives all." in found.output
    whole = command(office, "SELECT la_child_id FROM children WHERE la_code = '201'", "--csv")
    assert len(whole.stdout.splitlines()) > 61


def test_a_query_from_the_standard_input_as_csv(office: Office) -> None:
    found = command(office, "--csv", asked=f"{QUERY};\n")
    assert list(csv.reader(found.stdout.splitlines())) == [
        ["la_code", "measure", "value"],
        ["201", "referrals", str(referrals(office))],
        ["202", "referrals", "0"],
    ]


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_a_query_to_a_file(name: str, office: Office, tmp_path: Path) -> None:
    query = "SELECT '=1+1' AS formula, DATE '2017-03-31' AS day, NULL AS nothing, la_code FROM submissions ORDER BY ALL"
    found = command(office, query, "--output", tmp_path / name)
    assert found.exit_code == 0, found.output
    if name.endswith(".csv"):
        expected = "formula,day,nothing,la_code\n'=1+1,2017-03-31,,201\n'=1+1,2017-03-31,,202\n"
        assert (tmp_path / name).read_text() == expected
    else:
        table = pq.read_table(tmp_path / name)
        assert table.column("la_code").to_pylist() == ["201", "202"]
        assert str(table.schema.field("day").type) == "date32[day]"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELEC 1", "Parser Error: syntax error"),
        ("SELECT age FROM children", 'Referenced column "age" not found'),
        ("SELECT * FROM child", "Table with name child does not exist"),
        ("SELECT CAST('x' AS INTEGER)", "Conversion Error"),
    ],
)
def test_an_error_in_a_query_is_duckdbs_sentence(query: str, said: str, office: Office) -> None:
    found = command(office, query)
    assert found.exit_code == 2
    assert said in found.stderr
    assert "Traceback" not in found.output


def test_wrong_use(office: Office, tmp_path: Path) -> None:
    assert "ends in .csv or .parquet" in command(office, QUERY, "--output", tmp_path / "x.xlsx").stderr
    assert command(office, QUERY, "--output", tmp_path / "gone" / "x.csv").exit_code == 2
    assert CliRunner().invoke(app, ["sql", "SELECT 1", "--state", str(tmp_path / "files")]).exit_code == 2


def test_nothing_held_is_said(settings: Settings) -> None:
    office = Office(settings)
    office.refuse("201", "no return")
    found = command(office, "SELECT count(*) FROM children")
    assert found.exit_code == 0
    assert "No return is current in this state" in found.stderr


def test_views_are_listed(office: Office) -> None:
    found = command(office, "--views")
    assert all(name in found.output for name in VIEWS)
    assert "children" not in command(office, "--views", "--aggregates").output.split()


def test_a_duckdb_file_has_every_table_with_types_and_comments(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "analysis.duckdb"
    assert command(office, "--to", path).exit_code == 0
    assert command(office, "--to", path).exit_code == 0, "one that was written before is written anew"
    with duckdb.connect(path, read_only=True) as there, Analysis(Store(office.state.settings)) as analysis:
        for name, view in VIEWS.items():
            query = f"SELECT * FROM {name} ORDER BY ALL"  # noqa: S608
            own = analysis.sql(query)
            assert own is not None
            assert there.sql(query).fetchall() == own.fetchall()
            columns = there.execute(
                "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = ? "
                "ORDER BY column_index",
                [name],
            ).fetchall()
            assert columns == [(column.name, column.type, column.comment) for column in view.columns]
        assert there.sql("SELECT count(*) FROM children WHERE la_code = '201'").fetchall()[0][0] >= 80


def test_a_duckdb_file_without_rows_of_children(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "aggregates.duckdb"
    assert command(office, "--to", path, "--aggregates").exit_code == 0
    with duckdb.connect(path, read_only=True) as there:
        tables = {row[0] for row in there.sql("SELECT table_name FROM duckdb_tables()").fetchall()}
    assert tables == {name for name, view in VIEWS.items() if not view.child_level}


def test_another_file_is_not_written_over(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "mine.duckdb"
    with duckdb.connect(path) as mine:
        mine.execute("CREATE TABLE mine AS SELECT 1")
    text = tmp_path / "notes.txt"
    text.write_text("mine")
    for each, said in ((path, "holds other tables"), (text, "is no DuckDB file")):
        before = each.read_bytes()
        found = command(office, "--to", each)
        assert found.exit_code == 2
        assert said in found.stderr
        assert each.read_bytes() == before


def test_the_prompt_answers_queries_one_after_the_other(office: Office, capsys: pytest.CaptureFixture[str]) -> None:
    lines: Iterator[str | type[BaseException]] = iter(
        [".tables", ".columns plans", ".columns pets", "", "SELECT", "1;", "SELECT", KeyboardInterrupt, "SELECT 2;"]
    )
    asked: list[str] = []

    def read(prompt: str) -> str:
        asked.append(prompt)
        line = next(lines, EOFError)
        if isinstance(line, str):
            return line
        raise line

    answered: list[str] = []
    with Analysis(Store(office.state.settings)) as analysis:
        answer_prompts(analysis, answered.append, read)
    assert answered == ["SELECT\n1;", "SELECT 2;"]
    assert asked == [*["sql> "] * 5, "...> ", "sql> ", "...> ", "sql> ", "sql> "]
    printed = capsys.readouterr().out
    assert "cpp_start_date" in printed
    assert "There is no view pets" in printed
