"""The commands over a state of an earlier version: what it said is said still, and its figures are the same bytes
beside those that came later."""

import os
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.settings import Settings
from cin_pipeline.store.store import Store
from cin_pipeline.store.versions import CURRENT
from cin_pipeline_tests.support.old_state import into, unpacked


def said(*args: object, code: int = 0) -> str:
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return " ".join(result.output.split())


def lines_that_were(before: Path, now: Path, *changed: str) -> tuple[list[str], list[str]]:
    """The lines of a file and, of the file of today, those of the same figures; without measures that are estimated in
    another way now, and without a column that came later."""

    def lines(path: Path) -> dict[str, str]:
        table = path.read_text().splitlines()
        at = table[0].split(",").index("category") + 1
        keys = {",".join(line.split(",")[:at]): line for line in table}
        assert len(keys) == len(table)
        return {key: line for key, line in keys.items() if not {*changed} & {*key.split(",")}}

    were, are = lines(before), lines(now)
    columns = before.read_text().splitlines()[0].count(",") + 1
    return list(were.values()), [",".join(line.split(",")[:columns]) for key, line in are.items() if key in were]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The old state, with the vintage of the population that its version had asked for."""
    old = unpacked(tmp_path)
    (old / "inputs" / "2017").mkdir(parents=True, exist_ok=True)
    (old / "inputs" / "2017" / "vintage.txt").write_text("2021\n")
    return old


def test_an_old_state_is_on_the_vintage_of_its_year_once_run_again(tmp_path: Path) -> None:
    """Known figures are the same, and estimates those of the 2011 Census."""
    old = unpacked(tmp_path)
    stale = said("explain", "--year", 2017, "--measure", "referrals", "--state", old, code=1)
    assert "made from other returns or another population" in stale
    assert "2011 Census, mid-2016" in said("run", "--year", 2017, "--state", old, "--output", tmp_path / "now")
    said("explain", "--year", 2017, "--measure", "referrals", "--state", old)
    were, are = lines_that_were(tmp_path / "measures.csv", tmp_path / "now" / "measures.csv")
    assert are == were
    before, now = (pd.read_csv(path / "england.csv", dtype={"category": str}) for path in (tmp_path, tmp_path / "now"))
    both = before.merge(now, on=["geography_code", "measure", "breakdown", "category"], suffixes=("", "_now"))
    assert len(both) == len(before)
    assert (both["known"] == both["known_now"]).all()
    assert (both["estimated"] != both["estimated_now"]).any()


def test_what_looks_into_an_old_state_finds_what_was_there(state: Path, tmp_path: Path) -> None:
    said("status", "--year", 2017, "--state", state, "--csv", tmp_path / "now.csv")
    before = pd.read_csv(tmp_path / "status.csv", dtype=str).rename(columns={"in_force": "current"})
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "now.csv", dtype=str), before)
    assert "1 (#5): 805_2017.xml" in said("diff", "--la", 805, "--year", 2017, "--state", state)
    england = pd.read_csv(tmp_path / "england.csv", dtype={"category": str})
    (row,) = england[
        (england["geography_code"] == "E92000001")
        & (england["measure"] == "referrals")
        & (england["breakdown"] == "total")
    ].to_dict("records")
    told = said("explain", "--year", 2017, "--measure", "referrals", "--la", 807, "--state", state)
    assert f"England: {row['value']:,.1f} = {row['known']:,.0f} known + {row['estimated']:,.1f} estimated" in told
    assert "807_2017.xml" in told


def test_an_old_state_is_run_on_to_the_same_bytes_and_takes_decisions(state: Path, tmp_path: Path) -> None:
    run = ("run", "--year", 2017, "--state", state, "--output", tmp_path / "now")
    told = said(*run, "--la", 805, code=1)
    assert "Returns taken: 1 for 2016 to 2017" in told
    assert (
        "England cannot be made: the current returns of 2 LAs (806, 807) have not all figures of 2016 to 2017" in told
    )
    assert "Returns taken: 2 for 2016 to 2017" in said(*run, "--la", 806, "--la", 807)
    plans = ("cpp_open_3_months_at_31_march", "cpp_reviewed_in_time_at_31_march")
    for name, changed in (("measures.csv", ()), ("england.csv", plans)):
        were, are = lines_that_were(tmp_path / name, tmp_path / "now" / name, *changed)
        assert are == were
    england = pd.read_csv(tmp_path / "now" / "england.csv", dtype={"category": str})
    assert set(england["missing_data"].fillna("")) == {"", "estimate"}
    assert (england["missing_data"] == "estimate")[england["estimated"] != 0].all()
    with closing(Store(Settings.from_environment({}, state=state))) as store:
        orphaned = store.registry.get(13)  # of a command of the old version that was killed
        assert (orphaned.state, orphaned.reason) == ("landed", "its run ended without a result")
    reason = ("--reason", "why", "--by", "ann", "--state", state)
    assert "submission 6 is current again" in said("accept", 11, *reason) + said("withdraw", 11, *reason)
    for number, file in ((8, "not well-formed XML"), (15, "the root element is letter")):
        told = said("accept", number, *reason, code=2)
        assert f"submission {number} cannot be accepted: whose return it is could not be read (line 1: " in told
        assert file in told
        assert f"submission {number} is rejected; only one that is landed" in said("reject", number, *reason, code=2)
        assert f"submission {number} is rejected; one that is" in said("withdraw", number, *reason, code=2)


def test_upgrade_says_what_it_did(
    state: Path, tmp_path: Path, postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    into(postgresql_url, state / "cin.db").dispose()
    told = said("upgrade", "--state", state)
    assert f"upgraded from version 0001 to {CURRENT}" in told
    assert "cin.db.0001" in told
    assert f"version {CURRENT} already; nothing was done" in said("upgrade", "--state", state)
    assert "no database here" in said("upgrade", "--state", tmp_path, code=2)
    monkeypatch.setenv("CIN_DATABASE", postgresql_url)
    assert "run: cin-pipeline upgrade" in said("status", "--year", 2017, "--state", state, code=2)
    assert "run: cin-pipeline upgrade" in said("run", "--year", 2017, "--state", state, code=2)
    assert f"upgraded from version 0001 to {CURRENT}" in said("upgrade", "--state", state)
    assert "3 current" in said("status", "--year", 2017, "--state", state)


COMMANDS = {
    "run": ("run", "--year", 2017),
    "status": ("status", "--year", 2017),
    "explain": ("explain", "--year", 2017, "--measure", "icpcs"),
    "diff": ("diff", "--la", 805, "--year", 2017),
    "withdraw": ("withdraw", 10, "--reason", "x"),
    "accept": ("accept", 10, "--reason", "x"),
    "publish": ("publish", "--year", 2017, "--output", "release"),
    "upgrade": ("upgrade",),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_state_of_a_later_version_is_one_sentence(
    command: str, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    said("upgrade", "--state", state)
    engine = create_engine(f"sqlite:///{state / 'cin.db'}")
    with engine.begin() as connection:
        connection.execute(text("update cin_schema_version set version_num = '0999'"))
    engine.dispose()
    assert "made by a later version of cin-pipeline" in said(*COMMANDS[command], "--state", state, code=2)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_file_that_is_no_database_is_one_sentence(
    command: str, state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (state / "cin.db").write_bytes(b"this is no database" * 100)
    assert "the database of the state cannot be read (DatabaseError)" in said(
        *COMMANDS[command], "--state", state, code=2
    )
    assert (state / "cin.db").read_bytes() == b"this is no database" * 100


def test_a_state_that_cannot_be_written_is_read_or_one_sentence(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said("upgrade", "--state", state)
    can = os.access
    monkeypatch.setattr(os, "access", lambda path, mode, **more: mode != os.W_OK and can(path, mode, **more))
    assert "nothing was done" in said("upgrade", "--state", state)
    assert "3 current" in said("status", "--year", 2017, "--state", state)
    assert "805_2017.xml" in said("diff", "--la", 805, "--year", 2017, "--state", state)
    assert "England" in said("explain", "--year", 2017, "--measure", "icpcs", "--state", state)
    for command in ("withdraw", "run"):
        assert "the database cannot be written, and this needs to" in said(*COMMANDS[command], "--state", state, code=2)
