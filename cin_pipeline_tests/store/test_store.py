"""The store: registry, landing, row tables, figures, the user's own files and what is written for people."""

import json
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pandas import DataFrame
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, StatementError

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.interpretations import CASES, INTERPRETATION_COLUMNS, touched_by_interpretations
from cin_pipeline.methodology.measures import la_measures
from cin_pipeline.outputs.run_files import write_england, write_measures
from cin_pipeline.reference.population import PopulationSource
from cin_pipeline.settings import Settings
from cin_pipeline.store.deliveries.directory import RESULTS_MARKER, files_in
from cin_pipeline.store.landing import ExpectedReturns, land
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.national_inputs import InputFileError
from cin_pipeline.store.row_tables import TablesDamaged, TablesMissing
from cin_pipeline.store.store import Store
from cin_pipeline.store.stored_returns import read_cleaned, read_sent, tables_of_cleaned
from cin_pipeline.store.submissions import RefusedFile, Submission
from cin_pipeline_tests.support.databases import BOTH
from cin_pipeline_tests.support.kept import tables_in, write_input
from cin_pipeline_tests.support.pipeline import facts_of, measures_table
from cin_pipeline_tests.support.random_returns import messy_return

WHEN = datetime(2017, 6, 1, tzinfo=UTC)
TWO_YEARS = ExpectedReturns({2017: frozenset({"201", "202"}), 2016: frozenset({"201", "202"})})


@pytest.fixture(params=BOTH)
def store(request: pytest.FixtureRequest, settings: Settings) -> Store:
    if request.param == "sqlite":
        return Store(settings)
    url = request.getfixturevalue("postgresql_url")
    return Store(Settings(settings.state, url, settings.dagster_home))


def landed(
    store: Store, folder: Path, wanted: ExpectedReturns = TWO_YEARS, max_bytes: int = 10**8
) -> list[Submission | RefusedFile]:
    return land(
        files_in(folder), wanted, store.registry, store.returns, folder=folder, received=WHEN, max_bytes=max_bytes
    )


def number_of(received: Submission | RefusedFile) -> int:
    return received.number if isinstance(received, RefusedFile) else received.submission


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "landing"
    made.mkdir()
    for la in ("201", "202"):
        for year in (2016, 2017):
            (made / f"{la}_{year}.xml").write_bytes(messy_return(1, 3, year, la))
    return made


def test_a_folder_of_returns_lands(store: Store, folder: Path) -> None:
    found = landed(store, folder)
    assert [(each.la_code, each.collection_year, each.state) for each in found] == [
        ("201", 2016, "landed"),
        ("201", 2017, "landed"),
        ("202", 2016, "landed"),
        ("202", 2017, "landed"),
    ]
    assert store.returns.read(found[0].sha256) == (folder / "201_2016.xml").read_bytes()


def test_the_header_decides_not_the_name(store: Store, folder: Path) -> None:
    (folder / "201_2016.xml").rename(folder / "999 of another year\n.txt")
    found = {each.file_name: each for each in landed(store, folder)}
    assert found["999 of another year\n.txt"].la_code == "201"
    assert found["999 of another year\n.txt"].collection_year == 2016


@pytest.mark.parametrize(
    ("data", "said", "identified"),
    [
        (messy_return(1, 1, 2014, "201"), "2013 to 2014; one for 2015 to 2016 or 2016 to 2017 was expected", True),
        (messy_return(1, 1, 2017, "203"), "203 is not among the authorities expected", True),
        (b"\x00\x01", "holds no text", False),
        (b"", "empty", False),
        (b"x" * 2_000_000, "2,000,000 bytes", False),
    ],
)
def test_files_that_are_not_wanted_are_refused_and_the_others_land(
    store: Store, folder: Path, data: bytes, said: str, identified: bool
) -> None:
    (folder / "bad.xml").write_bytes(data)
    found = landed(store, folder, max_bytes=1_000_000)
    assert [each.state for each in found if each.file_name != "bad.xml"] == ["landed"] * 4
    assert sorted(number_of(each) for each in found) == [1, 2, 3, 4, 5]
    (bad,) = [each for each in found if each.file_name == "bad.xml"]
    if identified:
        assert bad.state == "rejected"
        assert bad in store.registry.history(bad.collection_year)
    else:
        assert store.registry.refused_files() == [bad]
    assert pd.Series([bad.reason]).str.contains(said).all()


def test_of_two_returns_of_one_authority_the_first_that_can_be_read_is_taken(store: Store, folder: Path) -> None:
    good = (folder / "201_2017.xml").read_bytes()
    (folder / "201_2017.xml").write_bytes(good[:-40])  # its header can be read, the rest cannot
    (folder / "201_2017_again.xml").write_bytes(good)
    (folder / "201_2017_more.xml").write_bytes(good)
    found = {each.file_name: each for each in landed(store, folder)}
    assert found["201_2017_again.xml"].state == "landed"
    for name in ("201_2017.xml", "201_2017_more.xml"):
        assert found[name].state == "rejected"
        assert "201_2017_again.xml was taken" in found[name].reason


def test_a_folder_is_read_deep_without_hidden_files_and_own_results(folder: Path) -> None:
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "late").mkdir()
    (folder / "late" / "203.xml").write_bytes(b"x")
    (folder / "results" / "state").mkdir(parents=True)
    (folder / "results" / RESULTS_MARKER).touch()
    (folder / "results" / "state" / "copy.xml").write_bytes(b"x")
    (folder / "gone.xml").symlink_to(folder / "nowhere")
    names = [path.name for path in files_in(folder)]
    assert names == ["201_2016.xml", "201_2017.xml", "202_2016.xml", "202_2017.xml", "gone.xml", "203.xml"]


def test_what_is_no_readable_file_is_refused_and_the_others_land(store: Store, folder: Path) -> None:
    """A loop of links and a name that is no text used to stop every other return."""
    (folder / "gone.xml").symlink_to(folder / "nowhere")
    (folder / "loop.xml").symlink_to(folder / "loop.xml")
    (folder / "self").symlink_to(folder)
    os.mkfifo(folder / "pipe.xml")
    Path(os.fsdecode(os.fsencode(folder) + b"/n\xff.xml")).write_bytes(b"x")
    found = {each.file_name: each for each in landed(store, folder)}
    assert [found[f"{la}_{year}.xml"].state for la in (201, 202) for year in (2016, 2017)] == ["landed"] * 4
    assert found["gone.xml"].reason == "the file cannot be read (No such file or directory)"
    assert "cannot be read" in found["loop.xml"].reason
    for name in ("self", "pipe.xml"):
        assert found[name].reason == "it is no regular file; an XML file was expected"
    assert "text without XML" in found[r"n\xff.xml"].reason


def test_the_last_accepted_return_stays_in_force_until_the_next_is(store: Store, folder: Path) -> None:
    def land_one(content: int) -> Submission:
        (folder / "201_2017.xml").write_bytes(messy_return(content, 3, 2017, "201"))
        return landed(store, folder)[1]

    registry = store.registry
    first = land_one(1)
    assert registry.current(2017, "201") is None
    registry.accept(first.submission)
    assert land_one(1).submission == first.submission  # the same bytes are the same submission
    second = land_one(2)
    assert registry.last_landed(2017, "201").submission == second.submission
    registry.reject(second.submission, "for a reason")
    assert registry.current(2017, "201").submission == first.submission
    third = land_one(3)
    registry.accept(third.submission)
    assert registry.get(first.submission).state is SubmissionState.SUPERSEDED
    assert [each.submission for each in registry.all_current(2017)] == [third.submission]
    again = land_one(1)  # A, B, A is a real sequence
    assert again.submission not in (first.submission, third.submission)
    with pytest.raises(KeyError):
        registry.get(10_000)


def test_measures_come_back_as_they_were_and_only_those_in_force(store: Store, folder: Path) -> None:
    for each in landed(store, folder):
        if each.collection_year == 2017:
            table = measures_table(messy_return(1, 9, 2017, each.la_code), None, 2017, each.la_code)
            store.figures.write_la_measures(table, each.submission)
            store.figures.write_la_measures(table, each.submission)  # in place of the first
            pd.testing.assert_frame_equal(
                _sorted(store.figures.la_measures_of(each.submission)), _sorted(table), check_dtype=False
            )
    assert store.figures.current_la_measures(2017).empty
    store.registry.accept(store.registry.last_landed(2017, "202").submission)
    assert set(store.figures.current_la_measures(2017)["la_code"]) == {"202"}


def test_counts_of_interpretations_come_back_and_only_those_in_force(store: Store, folder: Path) -> None:
    for each in landed(store, folder):
        if each.collection_year == 2017:
            counts = touched_by_interpretations(
                facts_of(messy_return(1, 9, 2017, each.la_code), None, 2017), each.la_code
            )
            store.figures.write_interpretation_counts(counts, each.submission)
            store.figures.write_interpretation_counts(counts, each.submission)  # in place of the first
    assert store.figures.current_interpretation_counts(2017).empty
    store.registry.accept(store.registry.last_landed(2017, "202").submission)
    back = store.figures.current_interpretation_counts(2017)
    assert tuple(back.columns) == INTERPRETATION_COLUMNS
    assert list(back["la_code"]) == ["202"] * len(CASES)
    assert set(back["interpretation_case"]) == {case.name for case in CASES}


def test_estimates_come_back_and_can_be_taken_back(store: Store) -> None:
    table = la_measures(facts_of(messy_return(1, 9, 2017, "201"), None, 2017), "201")
    england = estimate_england(table, ["201"], {}, 2017)
    store.figures.write_estimates(england, 2017)
    back = store.figures.estimates(2017)
    assert len(back) == len(england)
    assert back["grossing_factor"].isna().any()
    store.figures.clear_estimates(2017)
    assert store.figures.estimates(2017).empty


def test_database_errors_print_no_values(store: Store) -> None:
    """A parameter may be a date of birth."""
    with pytest.raises((IntegrityError, StatementError)) as error, store.engine.begin() as connection:
        connection.execute(
            text("insert into la_measures (submission, measure) values (:a, :b)"), {"a": 1, "b": "1999-12-31"}
        )
    assert "1999-12-31" not in str(error.value).split("DETAIL")[0]


def _sorted(table: DataFrame) -> DataFrame:
    keys = ["measure", "breakdown", "category"]
    return table.sort_values(keys).reset_index(drop=True)[[*keys, "value", "status"]]


def test_tables_replace_each_other_whole(tmp_path: Path) -> None:
    tables = tables_in(tmp_path)
    tables.write("t", {"a": DataFrame({"x": [1]}), "b": DataFrame({"x": [2]})}, "run-1")
    tables.write("t", {"a": DataFrame({"x": [3]})}, "run-2")
    assert list(tables.read("t")) == ["a"]
    (folder,) = (tmp_path / "tables" / "t").iterdir()  # nothing is left over
    assert folder.name.startswith("run-2-")
    assert (tables.has("t"), tables.has("none")) == (True, False)
    with pytest.raises(TablesMissing):
        tables.read("none")


def test_a_table_whose_bytes_changed_is_damaged(tmp_path: Path) -> None:
    tables = tables_in(tmp_path)
    tables.write("t", {"a": DataFrame({"x": [1]}), "b": DataFrame({"x": [2]})})
    (table,) = (tmp_path / "tables" / "t").rglob("b.parquet")
    table.write_bytes(table.read_bytes()[:-1] + b"?")
    with pytest.raises(TablesDamaged, match=r"^b of t are gone or damaged"):
        tables.read("t")


def _as_first_written(directory: Path, tables: Mapping[str, DataFrame], *, named: bool = False) -> None:
    """One file per table, and no file says which others there are; nothing is in the database."""
    directory.mkdir(parents=True)
    for name, table in tables.items():
        rows = pa.Table.from_pandas(table)
        if named:
            rows = rows.replace_schema_metadata(
                {**rows.schema.metadata, b"cin_pipeline.tables": json.dumps(list(tables))}
            )
        pq.write_table(rows, directory / f"{name}.parquet")


def _as_written_before_bundles(directory: Path, tables: Mapping[str, DataFrame]) -> None:
    """Every file names all tables."""
    _as_first_written(directory, tables, named=True)


def _as_written_now(directory: Path, tables: Mapping[str, DataFrame]) -> None:
    tables_in(directory.parents[1]).write(directory.name, tables)


@pytest.mark.parametrize("write", [_as_first_written, _as_written_before_bundles, _as_written_now])
def test_a_stored_return_comes_back_whole_or_not_at_all(
    tmp_path: Path, write: Callable[[Path, Mapping[str, DataFrame]], None]
) -> None:
    """A table that was there and is gone is no table that was not thought of yet."""
    raw = read_return(messy_return(3, 20, 2017, "201"), 2017).tables
    cleaned = clean_return(raw, 2017)
    write(tmp_path / "tables" / "raw", raw)
    write(tmp_path / "tables" / "cleaned", tables_of_cleaned(cleaned))
    tables = tables_in(tmp_path)
    for name, rows in read_sent(tables, "raw", 2017)[1].items():
        texts = [each.astype(object).where(each.notna(), "") for each in (rows, raw[name])]
        pd.testing.assert_frame_equal(*texts)
    back = read_cleaned(tables, "cleaned", 2017)
    pd.testing.assert_frame_equal(back.issues, cleaned.issues)
    for name, rows in back.tables.items():
        pd.testing.assert_frame_equal(rows, cleaned.tables[name])
    for lost in ("raw/**/plans", "cleaned/**/issues"):
        (path,) = (tmp_path / "tables").glob(f"{lost}.parquet")
        path.unlink()
    with pytest.raises(TablesDamaged, match=r"plans of raw are gone or damaged: run the return again"):
        read_sent(tables, "raw", 2017)
    with pytest.raises(TablesDamaged, match="issues of"):
        read_cleaned(tables, "cleaned", 2017)
    for path in (tmp_path / "tables" / "raw").rglob("*.parquet"):
        path.unlink()
    with pytest.raises((TablesDamaged, TablesMissing)):
        tables.read("raw")


def test_a_crash_while_writing_leaves_the_old_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whichever object it is that cannot be written any more."""
    tables = tables_in(tmp_path)
    tables.write("t", {"a": DataFrame({"x": [1]}), "b": DataFrame({"x": [1]})})
    for last in range(3):
        left = iter(range(last))
        monkeypatch.setattr("os.link", lambda *paths, left=left, link=os.link: (next(left), link(*paths)))
        with pytest.raises(StopIteration):
            tables.write("t", {"a": DataFrame({"x": [2]}), "b": DataFrame({"x": [2]})})
        monkeypatch.undo()
        assert [tables.read("t")[name]["x"].tolist() for name in "ab"] == [[1], [1]]


def test_what_was_stored_before_bundles_goes_when_it_is_written_again(tmp_path: Path) -> None:
    _as_written_before_bundles(tmp_path / "tables" / "t", {"a": DataFrame({"x": [1]}), "b": DataFrame({"x": [2]})})
    tables = tables_in(tmp_path)
    assert sorted(tables.read("t")) == ["a", "b"]
    tables.write("t", {"a": DataFrame({"x": [3]})})
    assert list(tables.read("t")) == ["a"]
    assert not list((tmp_path / "tables" / "t").glob("*.parquet"))


INPUTS = {
    "a name outside the catalogue": ("unusable", "year,la_code,measure,reason\n2017,201,refferals,x\n", "refferals"),
    "a breakdown it has not": ("unusable", "year,la_code,measure,reason,breakdown\n2017,201,icpcs,x,month\n", "month"),
    "the whole as a breakdown": (
        "unusable",
        "year,la_code,measure,reason,breakdown\n2017,201,icpcs,x,total\n",
        "total",
    ),
    "an unknown LA": ("expected", "la_code\n201\n999\n", "line 3: '999' is no code"),
    "an LA twice": ("expected", "la_code\n201\n201\n", "twice"),
    "a missing column": ("population", "la_code,people\n201,5\n", "column population is missing"),
    "no number": ("population", "la_code,population\n201,many\n", "line 2: population is 'many'"),
    "a number without end": ("population", f"la_code,population\n201,{'9' * 5_000}\n", "(5,000 characters)'; a whole"),
    "a character that does not print": ("population", "la_code,population\n\0,5\n\0,6\n", "line 3: [U+0000] stands"),
    "a measure without end": (
        "unusable",
        f"year,la_code,measure,reason\n2017,201,{'x' * 5_000},x\n",
        "line 2: there is no measure 'xxx",
    ),
    "a negative number": ("population", "la_code,population\n201,-5\n", "whole number"),
    "no reason": ("unusable", "year,la_code,measure,reason\n2017,201,icpcs,\n", "line 2: reason is empty"),
    "an open quote": ("population", 'la_code,population\n201,"1\n', "no well-formed CSV"),
    "no text": ("expected", b"\xff\xfe\x00", "cannot be read as UTF-8"),
    "nothing": ("expected", "", "column la_code is missing"),
}


@pytest.mark.parametrize("case", INPUTS)
def test_a_file_of_the_users_that_is_wrong_is_named_with_its_line(store: Store, tmp_path: Path, case: str) -> None:
    kind, content, said = INPUTS[case]
    path = tmp_path / f"{kind}.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    files = {"expected": None, "people": None, "unusable": None}
    files["people" if kind == "population" else kind] = path
    with pytest.raises(InputFileError) as error:
        store.inputs.keep(2017, **files)
    assert str(path) in str(error.value)
    assert said in str(error.value)
    assert store.inputs.of(2017).expected  # nothing was changed


def test_the_users_files_stand_in_for_the_shipped_ones_until_they_are_not_given(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "expected.csv"
    path.write_text("\ufeffla_code , note\n 201 ,x\n202,y\n")
    assert store.inputs.keep(2017, expected=path, people=None, unusable=None).expected == ("201", "202")
    assert store.inputs.of(2017).expected == ("201", "202")
    assert len(store.inputs.of(2016).expected) == 152
    assert len(store.inputs.keep(2017, expected=None, people=None, unusable=None).expected) == 152


def test_a_file_of_the_users_that_is_lost_is_told_and_can_be_given_again(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "expected.csv"
    path.write_text("la_code\n201\n")
    store.inputs.keep(2017, expected=path, people=None, unusable=None)
    store.objects.delete(f"{store.bundles.prefix('inputs/2017')}/expected.csv")
    with pytest.raises(InputFileError, match=r"^expected\.csv of inputs/2017: gone or changed since it was kept; give"):
        store.inputs.of(2017)
    assert store.inputs.keep(2017, expected=path, people=None, unusable=None) == store.inputs.of(2017)


def test_the_vintage_of_the_population_is_kept_until_none_is_given(store: Store, tmp_path: Path) -> None:
    people = tmp_path / "people.csv"
    people.write_text("la_code,population\n837,5\n")
    assert store.inputs.of(2017).population["837"] == 35_311
    assert store.inputs.of(2023).vintage == 2021
    kept = store.inputs.keep(2017, expected=None, people=None, unusable=None, vintage=2021)
    assert kept == store.inputs.of(2017)
    assert "837" not in kept.population
    assert (kept.vintage, kept.population_source) == (2021, PopulationSource(2017, 2021))
    assert store.inputs.of(2016).vintage == 2011
    # The user's own stands for either; the vintage stays for what is published beside it.
    own = store.inputs.keep(2017, expected=None, people=people, unusable=None, vintage=2021)
    assert (own.population, own.population_source, own.vintage) == ({"837": 5}, PopulationSource(2017, None), 2021)
    assert store.inputs.keep(2017, expected=None, people=None, unusable=None).vintage == 2011
    write_input(store, "vintage.txt", "2001\n")
    with pytest.raises(InputFileError, match=r"vintage\.txt: the vintage is '2001'; 2011 or 2021 was expected"):
        store.inputs.of(2017)


def test_written_files_are_ordered_exact_and_the_same_every_time(tmp_path: Path) -> None:
    tables = [measures_table(messy_return(n, 30, 2017, la), None, 2017, la) for n, la in ((1, "202"), (2, "201"))]
    measures = pd.concat(tables, ignore_index=True)
    england = estimate_england(measures, ["201", "202", "203"], {"201": 7, "202": 11, "203": 13}, 2017)
    for shuffled in (measures, measures.sample(frac=1, random_state=1)):
        write_measures(shuffled, tmp_path / "measures.csv")
        write_england(england.sample(frac=1, random_state=len(shuffled)), tmp_path / "england.csv")
        content = (tmp_path / "measures.csv").read_bytes(), (tmp_path / "england.csv").read_bytes()
        if shuffled is measures:
            first = content
    assert content == first
    back = pd.read_csv(tmp_path / "measures.csv", dtype={"la_code": str, "category": str}, keep_default_na=False)
    assert list(back.columns) == ["collection_year", "la_code", "measure", "breakdown", "category", "value", "status"]
    assert back["la_code"].is_monotonic_increasing
    unavailable = back[back["status"] == "not_available"]
    assert set(unavailable["measure"]) == {"re_referrals", "children_re_referred"}
    assert set(unavailable["value"]) == {""}
    days = back[(back["la_code"] == "201") & (back["breakdown"] == "working_days") & (back["measure"] == "icpcs")]
    assert days["category"].astype(int).is_monotonic_increasing
    sent = pd.read_csv(tmp_path / "england.csv")
    key = ["geography_code", "measure", "breakdown", "category"]
    exact = sent.astype({"category": str}).merge(england, on=key, suffixes=("", "_made"))
    assert (exact["value"].fillna(-1) == exact["value_made"].fillna(-1)).all()
    assert sent["geography_code"].iloc[0] == "E92000001"
