"""Returns in doubt from the command line: a run ends with 1 until a person answers, and a release carries them."""

import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from typer.testing import CliRunner

from cin_pipeline.cli import app
from cin_pipeline.settings import Settings
from cin_pipeline.store.database import ITEMS_NOT_READ, QUALITY
from cin_pipeline.store.store import Store
from cin_pipeline_tests.support.building import Record, child, header, referral, return_xml

YEAR = ("--year", 2017)


def command(*args: object) -> tuple[int, str]:
    result = CliRunner().invoke(app, [str(arg) for arg in args])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.split())


def several(number: int, la: str, **changes: object) -> Iterator[Record]:
    """Children with a referral each, of which this many are changed."""
    for n in range(number):
        yield child(LAchildID=f"{la}-{n}", UPN=None, UPNunknown="UN2", CINdetails=[referral(**changes)])


def return_of(la: str, wrong: int, right: int, **changes: object) -> bytes:
    return return_xml([*several(wrong, la, **changes), *several(right, f"{la}r")], head=header(LEA=la))


DAY_FIRST = {"CINreferralDate": "06/06/2016"}
RETURNS = {
    "201": return_of("201", 12, 0, **DAY_FIRST),  # every date
    "202": return_of("202", 3, 12, PrimaryNeedCode="Abuse"),  # a fifth exactly, of another item
    "203": return_of("203", 3, 13, **DAY_FIRST),  # less than a fifth
    "204": return_of("204", 2, 0, **DAY_FIRST),  # fewer than three
    "205": return_xml([], head=header(LEA="205")),
    "206": return_of("206", 0, 20),
}


class Place:
    """A folder with returns, and where a run writes to."""

    def __init__(self, directory: Path) -> None:
        self.landing, self.output, self.release = (directory / name for name in ("landing", "output", "release"))
        self.landing.mkdir()
        self.expected = directory / "expected.csv"
        self.state = ("--state", self.output / "state")

    def put(self, returns: Mapping[str, bytes]) -> None:
        for la, data in returns.items():
            (self.landing / f"{la}.xml").write_bytes(data)
        self.expected.write_text("\n".join(["la_code", *returns]) + "\n")

    def run(self, *more: object) -> tuple[int, str]:
        given = ("--landing", self.landing, "--output", self.output, "--expected", self.expected)
        return command("run", *YEAR, *given, *more)

    def again(self) -> tuple[int, str]:
        return command("run", *YEAR, *self.state)

    def accept(self, number: int, reason: str) -> tuple[int, str]:
        return command("accept", number, "--reason", reason, "--by", "ann", *self.state)

    def publish(self) -> tuple[int, str, dict[str, object]]:
        code, said = command("publish", *YEAR, "--output", self.release, *self.state)
        inputs = json.loads((self.release / "manifest.json").read_text())["inputs"]["2017"]
        return code, said, {each["la_code"]: each for each in inputs.get("in_doubt", [])}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.setenv("CIN_WORKERS", "1")  # to start two takes longer than these few returns
    return Place(tmp_path)


def test_returns_in_doubt_are_said_until_a_person_answers_and_beyond(place: Place) -> None:
    place.put(RETURNS)
    code, said = place.run()
    assert code == 1
    assert "3 current returns are in doubt, 3 without a person's answer:" in said
    assert "201: 12 of 12 referrals have no referral date that can be read; its figures are 0 (2016 to 2017" in said
    assert (
        "202: 3 of 15 referrals that give one have no primary need that can be read (2016 to 2017, submission 2" in said
    )
    assert "205: the return holds no child; its figures are 0 (2016 to 2017" in said
    assert said.index("are in doubt") < said.index("Returns taken: 6")
    assert "203: 3 of" not in said
    assert "204: 2 of" not in said

    code, said = place.accept(1, "their system is being replaced")
    assert (code, "Submission 1 (201, 2016 to 2017) stays current: its doubt is answered" in said) == (0, True)
    assert "England is made again" not in said
    assert "there is nothing to decide" in place.accept(1, "once more")[1]
    assert place.accept(6, "nothing wrong with it") == (
        2, "cin-pipeline: submission 6 is accepted; there is nothing to decide"
    )  # fmt: skip

    code, said, doubts = place.publish()
    assert code == 0
    assert said.index("3 current returns are in doubt, 2 without a person's answer:") < said.index(
        "Files of the release"
    )
    assert "accepted by ann: their system is being replaced" in said
    assert sorted(doubts) == ["201", "202", "205"]
    assert doubts["201"] == {
        "la_code": "201", "submission": 1, "holds_no_child": False, "answered": True,
        "unreadable_items": [{"table": "referrals", "item": "CINreferralDate", "unreadable_percent": 100}],
    }  # fmt: skip
    assert doubts["202"] == {
        "la_code": "202", "submission": 2, "holds_no_child": False, "answered": False,
        "unreadable_items": [
            {"table": "referrals", "item": "PrimaryNeedCode", "unreadable_percent": 20}
        ],
    }  # fmt: skip
    assert (doubts["205"]["holds_no_child"], doubts["205"]["unreadable_items"]) == (True, [])
    for page in ("release.html", "quality.html"):
        told = (place.release / page).read_text()
        assert "City of London (201) for 2016 to 2017 counts and was accepted as it is" in told
        assert (
            "Camden (202) for 2016 to 2017 counts and is not confirmed: of the primary need given in its referrals"
            in told
        )
        assert "their system" not in told

    code, said = command("status", *YEAR, *place.state, "--csv", place.output / "status.csv")
    assert "3 current returns are in doubt, 2 without a person's answer:" in said
    assert "6 current, 3 in doubt" in said
    with (place.output / "status.csv").open(newline="") as file:
        lines = [(row["la_code"], row["missing"].split(";")[0]) for row in csv.DictReader(file)]
    assert lines[:2] == [("202", "in doubt, not answered"), ("205", "in doubt, not answered")]  # what needs attention
    assert ("201", "in doubt, accepted by ann") in lines

    for number, reason in ((2, "a small LA"), (5, "no children there")):
        assert place.accept(number, reason)[0] == 0
    for code, said in (place.run(), place.again()):
        assert code == 0
        assert "3 current returns are in doubt, none without a person's answer:" in said
        assert "202: 3 of 15 referrals that give one have no primary need that can be read" in said

    place.put(RETURNS | {"202": return_of("202", 4, 12, PrimaryNeedCode="Abuse")})
    code, said = place.run()
    assert code == 1
    assert "3 current returns are in doubt, 1 without a person's answer:" in said
    assert (
        "202: 4 of 16 referrals that give one have no primary need that can be read (2016 to 2017, submission 7; not"
        in said
    )


def test_what_comes_from_returns_in_doubt_and_the_lines_that_leave_it_out(place: Place, tmp_path: Path) -> None:
    place.put({"202": return_of("202", 3, 12, PrimaryNeedCode="Abuse"), "206": return_of("206", 0, 20)})
    assert place.run()[0] == 1
    code, said, doubts = place.publish()
    assert (code, list(doubts)) == (0, ["202"])
    assert "│ referrals │ 35 │ 15 │ 42.9% │ 0 │ 1 │" in said
    lines = said[said.index("year,la_code,measure,breakdown,reason") :].split(" Files of")[0]
    assert lines == (
        "year,la_code,measure,breakdown,reason "
        "2017,202,cin_episodes_at_31_march,primary_need,"
        "3 of 15 referrals that give one have no primary need that can be read"
    )
    unusable = tmp_path / "unusable.csv"
    unusable.write_text(lines.replace("reason 2017", "reason\n2017") + "\n")
    assert place.run("--unusable", unusable)[0] == 1  # declared is not answered
    with (place.output / "measures.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["la_code"], row["breakdown"]) == ("202", "primary_need")]
    assert [row["status"] for row in rows] == ["not_available"]
    _, said, _ = place.publish()
    assert "year,la_code,measure" not in said


def test_returns_that_an_earlier_version_cleaned_are_looked_at(place: Place) -> None:
    """It noted nothing of how they were read, but kept their tables."""
    place.put({"201": RETURNS["201"], "205": RETURNS["205"], "206": RETURNS["206"]})
    assert place.run()[0] == 1
    _, _, before = place.publish()
    with (
        closing(Store(Settings.from_environment({}, state=place.output / "state"))) as store,
        store.engine.begin() as sql,
    ):
        sql.execute(delete(ITEMS_NOT_READ))
        sql.execute(update(QUALITY).values(children=None))
    assert "in doubt" not in command("status", *YEAR, *place.state)[1]
    _, said, after = place.publish()
    assert "2 current returns are in doubt, 2 without a person's answer:" in said
    assert after == before
    assert sorted(after) == ["201", "205"]


def test_without_doubt_nothing_is_said(place: Place) -> None:
    place.put({"206": RETURNS["206"]})
    code, said = place.run()
    assert (code, "in doubt" in said) == (0, False)
    code, said, doubts = place.publish()
    assert (code, "in doubt" in said, doubts) == (0, False, {})
