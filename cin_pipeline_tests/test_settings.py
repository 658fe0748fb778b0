"""Settings come from the environment; a wrong one names its variable."""

import ast
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cin_pipeline.census.hold_reasons import HOLD_REASONS
from cin_pipeline.census.years import FIRST_YEAR, LAST_YEAR
from cin_pipeline.settings import Settings, declared
from cin_pipeline.settings.page import PAGE, with_settings
from cin_pipeline.settings.places import Bucket, Place, holds
from cin_pipeline_tests.test_contracts import MODULES, ROOT


def test_defaults_lie_in_the_state(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CIN_STATE": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path / 'cin.db'}"
    assert settings.dagster_home == tmp_path / "dagster"
    assert Settings.from_environment({}, default_state=tmp_path) == settings
    assert Settings.from_environment({"CIN_STATE": "elsewhere"}, state=tmp_path) == settings


def test_settings_survive_the_way_to_another_process(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "CIN_STATE": str(tmp_path),
            "CIN_DATABASE": "postgresql+psycopg2://u:secret@h/d",
            "CIN_WORKERS": "3",
            "CIN_EXECUTOR": "multiprocess",
            "CIN_RULES_REMOVED": "8841, 8530Q",
            "CIN_INBOX": str(tmp_path / "in box"),
            "CIN_YEARS": "2017, 2018",
            "CIN_SENSORS": "on",
            "CIN_QUIET_SECONDS": "9",
        }
    )
    assert Settings.from_environment(settings.environment()) == settings
    assert settings.rules_removed == {"8841", "8530Q"}
    assert "secret" not in repr(settings)
    assert (settings.years, settings.sensors, settings.quiet_seconds) == ({2017, 2018}, True, 9)


def test_a_reason_to_hold_returns_that_there_is_not_is_named_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"CIN_HOLD_OFF names 'date'; words out of dates_before, .* were expected"):
        Settings.from_environment({"CIN_HOLD_OFF": "date, size"})


def test_a_wrong_year_is_named_with_what_was_expected() -> None:
    with pytest.raises(ValueError, match="CIN_YEARS names '1999'; years from 2014"):
        Settings.from_environment({"CIN_YEARS": "2017,1999"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CIN_WORKERS", "0"),
        ("CIN_WORKERS", "two"),
        ("CIN_MAX_RETURN_BYTES", "-1"),
        ("CIN_EXECUTOR", "celery"),
        ("CIN_SENSORS", "yes"),
        ("CIN_TICK_SECONDS", "0"),
    ],
)
def test_a_wrong_setting_is_named_with_what_was_expected(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"{name} is '{value}'; .* was expected"):
        Settings.from_environment({name: value})


# What each setting may be; a new one needs its entry here.
ABSOLUTE = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])).map(lambda text: Path("/", text))
ABOVE_0 = st.integers(1, 10**18 - 1)
BUCKETS = st.builds(
    Bucket,
    st.from_regex(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", fullmatch=True),
    st.lists(st.from_regex(r"[a-z0-9 _=-]{1,9}", fullmatch=True), max_size=3).map("/".join),
)
IDS = st.frozensets(st.from_regex(r"[0-9A-Z]{1,6}", fullmatch=True))
VALUES = {
    "state": ABSOLUTE,
    "database": st.from_regex(r"(sqlite|postgresql\+psycopg2)://[!-~]*", fullmatch=True),
    "dagster_home": ABSOLUTE,
    "lease_seconds": ABOVE_0,
    "max_return_bytes": ABOVE_0,
    "workers": ABOVE_0,
    "executor": st.sampled_from(["in_process", "multiprocess"]),
    "rules_added": IDS,
    "rules_removed": IDS,
    "hold_off": st.frozensets(st.sampled_from([reason.name for reason in HOLD_REASONS])),
    "objects": st.none() | ABSOLUTE | BUCKETS,
    "inbox": st.none() | ABSOLUTE | BUCKETS,
    "years": st.frozensets(st.integers(FIRST_YEAR, LAST_YEAR)),
    "sensors": st.booleans(),
    "tick_seconds": ABOVE_0,
    "quiet_seconds": ABOVE_0,
    "log": st.sampled_from(["json", "text"]),
    "due": st.frozensets(st.tuples(st.integers(FIRST_YEAR, LAST_YEAR), st.dates())),
    "notices": st.frozensets(
        st.sampled_from(["log", "mail:ann@example.org", "https://example.org/hook?key=1", "chat:room 7"])
    ),
    "smtp_url": st.from_regex(
        r"smtps?://([!%-.A-Za-z]+:[!%-.A-Za-z]*@)?[a-z0-9.-]+(:[1-9][0-9]{0,3})?", fullmatch=True
    ),
    "mail_from": st.from_regex(r"[a-z.]+@[a-z.]+", fullmatch=True),
}


@given(st.fixed_dictionaries(VALUES))
def test_every_setting_survives_the_way_to_another_process(values: dict[str, Any]) -> None:
    assert values.keys() == {each.name for each in fields(Settings)}
    settings = Settings(**values)
    assert Settings.from_environment(settings.environment()) == settings


def test_an_empty_variable_is_as_one_that_is_not_set(tmp_path: Path) -> None:
    defaults = Settings.from_environment({}, default_state=tmp_path)
    assert Settings.from_environment(dict.fromkeys(defaults.environment(), ""), default_state=tmp_path) == defaults


def test_settings_are_declared_once_with_a_meaning_and_a_default() -> None:
    variables = [setting.variable for _, setting in declared()]
    assert len(set(variables)) == len(variables)
    for each, setting in declared():
        assert setting.meaning, each.name
        # How else would a reader of the documentation know what holds without it?
        assert setting.unset or setting.in_state or setting.written(each.default), each.name


@pytest.mark.parametrize("url", ["smtp://cin:hun/ter2@mail", "smtp://cin:hunter2#@mail", "smtp://", "mail:hunter2"])
def test_a_wrong_mail_server_is_told_without_its_password(url: str) -> None:
    """A / or # ends the part that says where: the rest looks like a port, and errors about ports show it."""
    with pytest.raises(ValueError, match=r"CIN_SMTP_URL is something else, .* was expected") as told:
        Settings.from_environment({"CIN_SMTP_URL": url})
    assert "hun" not in str(told.value)


@pytest.mark.parametrize("url", ["mysql://u:hunter2@h/d", "postgres://u:hunter2@h/d", "hunter2"])
def test_a_wrong_database_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ValueError, match=r"CIN_DATABASE is something else, .*postgresql\+psycopg2:// was exp") as told:
        Settings.from_environment({"CIN_DATABASE": url})
    assert "hunter2" not in str(told.value)
    assert url not in str(told.value)


@pytest.mark.parametrize(
    "value",
    [
        "s3://",
        "s3://b",
        "s3:/bucket/prefix",
        "s3://Bucket/prefix",
        "s3://bucket//prefix",
        "s3://bucket/a/../b",
        "s3://bucket/a\nb",
        f"s3://bucket/{'x' * 201}",
        "https://bucket.example/prefix",
        "file:///srv/state",
    ],
)
def test_a_place_that_is_none_is_named_with_what_was_expected(value: str) -> None:
    for name in ("CIN_OBJECTS", "CIN_INBOX"):
        with pytest.raises(ValueError, match=f"{name} is .*; a directory or s3://bucket/prefix was expected") as told:
            Settings.from_environment({name: value})
        assert repr(value) in str(told.value)


@pytest.mark.parametrize(
    "address", ["smtp://cin:hunter2@host:abc", "smtps://:25", "smtp://cin:hunter2/2@host", "http://h"]
)
def test_the_address_of_a_mail_server_is_one_and_not_shown(address: str) -> None:
    with pytest.raises(ValueError, match="CIN_SMTP_URL is something else, not shown") as told:
        Settings.from_environment({"CIN_SMTP_URL": address})
    assert "hunter2" not in str(told.value)


def test_keys_that_were_written_into_the_address_of_a_bucket_are_not_shown() -> None:
    with pytest.raises(ValueError, match="CIN_OBJECTS is something else, not shown") as told:
        Settings.from_environment({"CIN_OBJECTS": "s3://cin:hunter2@bucket/prefix"})
    assert "hunter2" not in str(told.value)


def test_a_place_is_a_directory_or_a_prefix_of_a_bucket() -> None:
    settings = Settings.from_environment({"CIN_OBJECTS": "s3://cin-objects/a/b/", "CIN_INBOX": "in:box/s3"})
    assert (settings.objects, str(settings.objects)) == (Bucket("cin-objects", "a/b"), "s3://cin-objects/a/b")
    assert settings.inbox == Path("in:box/s3").absolute()
    assert str(Bucket("cin")) == "s3://cin"


@pytest.mark.parametrize(
    ("outer", "inner", "held"),
    [
        (Bucket("cin", "a"), Bucket("cin", "a"), True),
        (Bucket("cin"), Bucket("cin", "a/b"), True),
        (Bucket("cin", "a"), Bucket("cin", "ab"), False),
        (Bucket("cin", "a/b"), Bucket("cin", "a"), False),
        (Bucket("cin"), Bucket("other"), False),
        (Path("/a"), Path("/a/b"), True),
        (Path("/a"), Path("/ab"), False),
        (Path("/"), Bucket("cin"), False),
        (Bucket("cin"), Path("/cin"), False),
    ],
)
def test_what_holds_what(outer: Place, inner: Place, *, held: bool) -> None:
    assert holds(outer, inner) is held


@pytest.mark.parametrize(
    ("misspelt", "meant"),
    [
        ("CIN_WORKER", "CIN_WORKERS"),
        ("CIN_YEAR", "CIN_YEARS"),
        ("CIN_SATTE", "CIN_STATE"),
        ("CIN_RULES_REMOVE", "CIN_RULES_REMOVED"),
        ("CIN_DATABASE_URL", "CIN_DATABASE"),
    ],
)
def test_a_misspelt_setting_is_refused_and_the_one_that_was_meant_is_named(misspelt: str, meant: str) -> None:
    with pytest.raises(ValueError, match=f"^{misspelt} is no setting; did you mean {meant}\\?$"):
        Settings.from_environment({misspelt: "3"})


@pytest.mark.parametrize(
    "name",
    [
        "CIN_DEBUG",
        "CIN_SCREENSHOTS",
        "CINEMA",
        "WORKERS",
        # What Kubernetes sets in every container for services that are called cin and cin-database.
        "CIN_PORT",
        "CIN_SERVICE_HOST",
        "CIN_DATABASE_PORT",
        "CIN_DATABASE_SERVICE_HOST",
    ],
)
def test_a_variable_of_something_else_is_left_alone(name: str, tmp_path: Path) -> None:
    assert Settings.from_environment({name: "x"}, state=tmp_path) == Settings.from_environment({}, state=tmp_path)


def test_the_table_of_the_documentation_is_in_step() -> None:
    page = (ROOT / PAGE).read_text(encoding="utf-8")
    assert all(f"\n| `{setting.variable}` | {setting.meaning} |" in page for _, setting in declared())
    assert page == with_settings(page), "run: make docs"


def test_every_variable_that_is_mentioned_exists() -> None:
    """In documents, in the Makefile, in what commands and sensors say."""
    documents = [ROOT / "Makefile", *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    said = {path: path.read_text(encoding="utf-8") for path in documents} | {
        path: "\n".join(
            node.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        )
        for path in MODULES
    }
    known = {setting.variable for _, setting in declared()} | {"CIN_DEBUG"}
    mentioned = {name: path for path, text in said.items() for name in re.findall(r"\bCIN_[A-Z][A-Z_]*\b", text)}
    assert mentioned.keys() == known - {"DAGSTER_HOME"}, {
        name: mentioned.get(name) for name in mentioned.keys() ^ known
    }
