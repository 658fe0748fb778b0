"""Every table is declared once, and what is made is as declared."""

import importlib
import pkgutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas import DataFrame
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

import cin_pipeline
from cin_pipeline.census.cleaning import VALUE_ISSUES, clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.episodes import EPISODES, flag_episodes
from cin_pipeline.methodology.estimates import ESTIMATES, estimate_england
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.interpretations import INTERPRETATION_COUNTS, touched_by_interpretations
from cin_pipeline.methodology.measures import LA_MEASURES, la_measures
from cin_pipeline.methodology.national import NATIONAL_MEASURES, sum_known
from cin_pipeline.methodology.referrals import PRIOR_REFERRALS, latest_referrals
from cin_pipeline.outputs.data_dictionary import DECLARED, PAGE, data_dictionary
from cin_pipeline.publication.cells import CELLS, ReleaseInput, release_cells
from cin_pipeline.publication.disclosure import protect
from cin_pipeline.publication.protected_cells import PROTECTED_CELLS
from cin_pipeline.store import database
from cin_pipeline.store.listings import LOCAL_AUTHORITIES, SUBMISSION_LIST
from cin_pipeline.tables.declaring import TEXT, WHOLE, Column, TableDeclaration
from cin_pipeline.tables.schemas import declared_faults
from cin_pipeline.validation import RuleInput, check
from cin_pipeline.validation.confidence import data_confidence
from cin_pipeline.validation.confidence.table import DATA_CONFIDENCE
from cin_pipeline.validation.results import NAMED_RECORDS, RULE_HITS, RULE_OUTCOMES
from cin_pipeline_tests.support.random_returns import messy_return

LISTED = {SUBMISSION_LIST.name, LOCAL_AUTHORITIES.name}  # not of a return: test_listings
ROOT = Path(cin_pipeline.__file__).parents[1]


def test_the_page_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == data_dictionary(), "run: make docs"


def test_every_declared_table_is_in_the_page() -> None:
    modules = [each.name for each in pkgutil.walk_packages(cin_pipeline.__path__, "cin_pipeline.")]
    without = tuple(f"cin_pipeline.{name}" for name in ("cli", "definitions", "orchestration", "store.migrations"))
    declared = {
        id(value): value.name
        for name in modules
        if not name.startswith(without)
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, TableDeclaration)
    }
    assert declared.keys() == {id(table) for table in DECLARED}, sorted(declared.values())
    assert len({table.name for table in DECLARED}) == len(DECLARED)


@pytest.mark.parametrize("table", DECLARED, ids=lambda table: table.name)
def test_every_column_has_a_sentence_and_every_number_a_unit(table: TableDeclaration) -> None:
    for sentence in filter(None, (table.summary, table.caution)):
        assert sentence.endswith(".")
    for column in table.columns:
        assert column.meaning.endswith("."), column.name
        assert not column.caution or column.caution.endswith("."), column.name
        assert bool(column.unit) == ("number" in column.type_in_words and not column.values), column.name
    assert set(table.key) <= set(table.names)


@pytest.mark.parametrize("children", [0, 40])
@pytest.mark.parametrize("year", [2017, 2024])
def test_what_is_made_of_a_return_is_as_declared(year: int, children: int) -> None:
    ending = CollectionYear(year)
    xml = messy_return(5, children, year, "201")
    sent = read_return(xml, year)
    cleaned = clean_return(sent.tables, year)
    before = clean_return(read_return(messy_return(5, children, year - 1, "201"), year - 1).tables, year - 1).tables
    episodes, prior = flag_episodes(cleaned.tables, ending), latest_referrals(before, ending.previous)
    facts = ReturnFacts(ending, episodes, cleaned.tables, prior)
    measures = la_measures(facts, "201")
    without = la_measures(ReturnFacts(ending, episodes, cleaned.tables, None), "201")
    found = check(RuleInput(sent, cleaned, year))
    confidence = data_confidence(cleaned.tables, year, "201", issues=found.issues, measures=measures, previous=without)
    people, expected = {"201": 100, "202": 50}, ("201", "202")
    england = estimate_england(measures, expected, people, year)
    cells = release_cells(ReleaseInput(ending, measures, england, {year: expected}, {year: people}))
    made = (
        (VALUE_ISSUES, cleaned.issues),
        (RULE_HITS, found.issues),
        (NAMED_RECORDS, found.named),
        (RULE_OUTCOMES, found.outcomes),
        (EPISODES, episodes),
        (PRIOR_REFERRALS, prior),
        (LA_MEASURES, measures),
        (LA_MEASURES, without),
        (INTERPRETATION_COUNTS, touched_by_interpretations(facts, "201")),
        (DATA_CONFIDENCE, confidence),
        (NATIONAL_MEASURES, sum_known(measures, year)),
        (ESTIMATES, england),
        (ESTIMATES, estimate_england(measures.iloc[:0], expected, people, year)),
        (CELLS, cells),
        (PROTECTED_CELLS, protect(cells)),
    )
    assert [fault for declaration, table in made for fault in declared_faults(declaration, table)] == []
    assert {declaration.name for declaration, _ in made} == {table.name for table in DECLARED} - LISTED


@pytest.mark.parametrize("table", DECLARED, ids=lambda table: table.name)
def test_a_table_without_a_row_is_as_declared(table: TableDeclaration) -> None:
    assert list(declared_faults(table, table.empty())) == []


PETS = TableDeclaration(
    "pets",
    "A pet.",
    (Column("name", TEXT, "Its name.", longest=5), Column("kind", TEXT, "What it is.", values=("cat", "dog"))),
    key=("name", "kind"),
    index=Column("number", WHOLE, "Its number.", "number"),
)
TWO = {"name": ["Tom", "Rex"], "kind": ["cat", "dog"]}


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (TWO, []),
        (TWO | {"name": ["Tom", "Rexford"]}, ["pets.name breaks str_length(None, 5) 1 times"]),
        (TWO | {"kind": ["cat", "cow"]}, ["pets.kind breaks isin(('cat', 'dog')) 1 times"]),
        (TWO | {"name": ["Tom", None]}, ["pets.name breaks not_nullable 1 times"]),
        (
            {"name": ["Tom", "Tom"], "kind": ["cat", "cat"]},
            [
                "pets.kind breaks multiple_fields_uniqueness 2 times",
                "pets.name breaks multiple_fields_uniqueness 2 times",
            ],
        ),
        (TWO | {"age": [3, 4]}, ["pets.age breaks column_in_schema 1 times"]),
        ({"name": ["Tom", "Rex"]}, ["pets.kind breaks column_in_dataframe 1 times"]),
    ],
)
def test_what_a_table_breaks_is_told_without_a_value(columns: dict[str, list[object]], said: list[str]) -> None:
    table = DataFrame(columns, index=pd.RangeIndex(1, 3, name="number"))
    assert list(declared_faults(PETS, table)) == said


def test_a_wrong_type_and_a_number_that_stands_twice_are_told() -> None:
    wrong = DataFrame(TWO, index=pd.Index(np.array([1, 1]), name="number")).assign(name=[17, 18])
    told = " ".join(declared_faults(PETS, wrong))
    assert "pets.name breaks dtype(" in told
    assert "pets.number breaks field_uniqueness 2 times" in told
    assert "17" not in told


# As the first version of each table has them in SQL: a state of then is one of now.
_FIGURE = "measure VARCHAR(64) NOT NULL, breakdown VARCHAR(64) NOT NULL, category VARCHAR(64) NOT NULL"
_LA_AND_YEAR = "submission INTEGER NOT NULL, collection_year INTEGER NOT NULL, la_code VARCHAR(6) NOT NULL"
FIRST_COLUMNS = {
    "la_measures": f"{_LA_AND_YEAR}, {_FIGURE}, value INTEGER, status VARCHAR(16) NOT NULL",
    "interpretation_counts": f"{_LA_AND_YEAR}, interpretation_case VARCHAR(64) NOT NULL, records INTEGER NOT NULL",
    "estimates": "collection_year INTEGER NOT NULL, geographic_level VARCHAR(16) NOT NULL, "
    f"geography_code VARCHAR(9) NOT NULL, {_FIGURE}, known FLOAT(53) NOT NULL, estimated FLOAT(53), value FLOAT(53), "
    "grossing_factor FLOAT(53)",
}


@pytest.mark.parametrize("name", FIRST_COLUMNS)
def test_sql_has_the_columns_it_always_had(name: str) -> None:
    made = " ".join(str(CreateTable(database.METADATA.tables[name]).compile(dialect=postgresql.dialect())).split())
    assert f"{name} ( {FIRST_COLUMNS[name]}" in made
