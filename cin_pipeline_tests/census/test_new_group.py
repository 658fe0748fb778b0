"""A new group of the census is one entry of the specification; nothing else has to name it."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import cin_pipeline
from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.header import Header
from cin_pipeline.census.reading import SentReturn, nothing_sent
from cin_pipeline.census.return_tables import ReturnTables, empty_tables
from cin_pipeline.census.specification import TABLES, Group, Item, message
from cin_pipeline.validation import RuleInput

PACKAGE = Path(cin_pipeline.__file__).parent

# Runs on the real specification with one group more, at the end of a referral.
NEW_GROUP = r"""
import importlib.util, sys
from pathlib import Path

spec = importlib.util.find_spec("cin_pipeline.census.specification")
text = Path(spec.origin).read_text(encoding="utf-8")
entry = (
    'Group("Mediation", (Item("MediationDate", "mediation_date", _DATE), Item("Offered", "offered", _FLAG),'
    ' Group("Steps", (Item("Step", "step", _DATE, table="steps", record="step"),))),'
    ' table="mediations", record="mediation", repeats=True, since=2017),'
)
assert text.count("        _PRE_PROCEEDINGS,\n") == 1
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
text = text.replace("        _PRE_PROCEEDINGS,\n", "        _PRE_PROCEEDINGS,\n        " + entry + "\n")
exec(compile(text, spec.origin, "exec"), module.__dict__)
import cin_pipeline.census
cin_pipeline.census.specification = module

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.comparing import compare_returns
from cin_pipeline.census.reading import nothing_sent, read_return
from cin_pipeline.census.return_tables import cleaned_schemas
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.episodes import flag_episodes
from cin_pipeline.methodology.facts import ReturnFacts
from cin_pipeline.methodology.measures import la_measures
from cin_pipeline_tests.support.kept import tables_in
from cin_pipeline.store.stored_returns import read_cleaned, read_sent, tables_of_cleaned
from cin_pipeline.validation import RuleInput, check
from cin_pipeline.validation.confidence import data_confidence

xml = (
    "<Message><Children><Child><ChildIdentifiers><LAchildID>C1</LAchildID></ChildIdentifiers><CINdetails>"
    "<CINreferralDate>2016-05-01</CINreferralDate>"
    "<Mediation><MediationDate>2016-06-01</MediationDate><Offered>1</Offered>"
    "<Steps><Step>2016-07-01</Step><Step>never</Step></Steps></Mediation>"
    "</CINdetails></Child></Children></Message>"
)
whole = read_return(xml.encode(), 2017)
raw = whole.tables
cleaned = clean_return(raw, 2017)
assert list(raw)[-2:] == ["mediations", "steps"]
assert cleaned.tables.mediations["offered"].tolist() == [True]
assert cleaned.tables.steps["mediation_number"].tolist() == [1, 1]
assert "Step" in set(cleaned.issues["item"])
for name, schema in cleaned_schemas(2017).items():
    schema.validate(cleaned.tables[name], lazy=True)
assert len(read_return(xml.encode(), 2018).tables.steps) == 2
assert cleaned_schemas(2016)["steps"].columns.keys() == {"mediation_number", "line"}
sent = RuleInput(whole, cleaned, 2017)
assert sent.steps.up(sent.children).tolist() == [0, 0]
issues = check(sent).issues
assert set(issues.loc[issues["fields"] == "Step", "table"]) == {"steps"}
other = read_return(xml.replace("2016-07-01", "2016-07-02").encode(), 2017).tables
changed = compare_returns(raw, other, 2017).by_table.set_index("table").loc["steps"]
assert changed[["before", "after", "added", "removed", "changed"]].tolist() == [2, 2, 1, 1, 0]
year = CollectionYear(2017)
measures = la_measures(ReturnFacts(year, flag_episodes(cleaned.tables, year), cleaned.tables, None), "201")
confidence = data_confidence(cleaned.tables, 2017, "201", issues=issues, measures=measures, previous=None)
assert {"mediations", "steps"} <= set(confidence["module"])

# What was stored before the group was there, then what is stored now and has lost it.
tables = tables_in(Path(sys.argv[1]))
old = ("mediations", "steps")
tables.write("raw", {name: rows for name, rows in raw.items() if name not in old})
tables.write("cleaned", {name: rows for name, rows in tables_of_cleaned(cleaned).items() if name not in old})
for back in (read_sent(tables, "raw", 2017)[1], read_cleaned(tables, "cleaned", 2017).tables):
    assert len(back.referrals) == 1 and len(back.steps) == 0
back = read_sent(tables, "raw", 2017)[1]
assert list(back.steps.columns) == list(nothing_sent(2017).steps.columns) == list(raw.steps)
for name, schema in cleaned_schemas(2017).items():
    schema.validate(read_cleaned(tables, "cleaned", 2017).tables[name], lazy=True)
"""


def test_a_new_group_is_read_checked_compared_counted_and_stored_by_its_entry_alone(tmp_path: object) -> None:
    done = subprocess.run([sys.executable, "-c", NEW_GROUP, str(tmp_path)], check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_return_has_the_tables_of_the_specification_and_no_others() -> None:
    tables = nothing_sent(2017)
    assert list(tables) == list(TABLES)
    assert tables.referrals is tables["referrals"]
    with pytest.raises(AttributeError, match="no table referral"):
        _ = tables.referral
    with pytest.raises(TypeError, match="plans"):
        ReturnTables(**{name: rows for name, rows in tables.items() if name != "plans"})
    with pytest.raises(TypeError, match="others"):
        ReturnTables(**tables, others=tables.plans)
    assert empty_tables(2017).row_counts() == dict.fromkeys(TABLES, 0)


def test_every_item_and_table_of_the_census_says_what_it_means() -> None:
    def inside(group: Group) -> list[Item | Group]:
        return [
            each
            for member in group.members
            for each in (member, *(inside(member) if hasattr(member, "members") else ()))
        ]

    for each in inside(message(2027)) + inside(message(2017)):
        named = each.column if isinstance(each, Item) else each.table
        if named:
            assert each.meaning[0].isupper(), each.element
            for sentence in filter(None, (each.meaning, each.caution)):
                assert sentence.endswith("."), each.element
    assert len({table.record for table in TABLES.values()}) == len(TABLES)


def test_no_code_names_a_table_that_does_not_exist() -> None:
    """Types cannot tell: the tables of a return are what the specification says when it runs."""
    of_a_column = {"different", "numbers", "categories", "codes"}  # two helpers call a column as sent `sent`
    known = {
        "sent": {*TABLES, *dir(RuleInput), *vars(rule_input()), *of_a_column},
        "tables": {*TABLES, *dir(ReturnTables), *dir(dict)},
    }
    places = [path for room in ("validation", "methodology") for path in (PACKAGE / room).rglob("*.py")]
    used = [
        (path.name, name, node.attr)
        for path in places
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        for name in [getattr(node.value, "id", getattr(node.value, "attr", ""))]
        if name in known
    ]
    assert len(used) > 300
    assert [each for each in used if each[2] not in known[each[1]]] == []
    with pytest.raises(AttributeError, match="no table referal"):
        _ = rule_input().referal


def rule_input() -> RuleInput:
    raw = nothing_sent(2017)
    return RuleInput(SentReturn(Header(), raw), clean_return(raw, 2017), 2017)
