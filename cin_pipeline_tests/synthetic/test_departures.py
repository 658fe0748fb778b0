"""Returns left out and broken, a season of landings, and the key beside them."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import identify
from cin_pipeline.census.reading import read_return
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.synthetic import synthesise
from cin_pipeline.synthetic.departures import Departures, departing
from cin_pipeline.synthetic.key import KEY_COLUMNS, key_path, left_out_path
from cin_pipeline.synthetic.season import CORRECTION, EARLIER_AGAIN, SAME_AGAIN, landings_of, replay
from cin_pipeline_tests.support.building import child, header, return_xml
from cin_pipeline_tests.support.planted import Planted, compared

LAS = ["201", "202", "203", "204", "205", "206", "207", "208", "209", "210", "211", "212"]
SCALE = 0.01


def made(out: Path, departures: Departures, las: list[str] = LAS, seed: int = 5) -> list[Path]:
    return list(departing(synthesise(2017, SCALE, seed, out, las), 2017, seed, out, departures, las))


def smallest(out: Path, las: list[str]) -> Iterator[Path]:
    """Returns of one child for each of two years."""
    out.mkdir()
    for la in las:
        for year in (2016, 2017):
            path = out / f"{la}_{year}.xml"
            path.write_bytes(return_xml([child()], year, header(LEA=la)))
            yield path


def key_of(out: Path) -> list[dict[str, str]]:
    with key_path(out).open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file)
        assert tuple(rows.fieldnames or ()) == KEY_COLUMNS
        return list(rows)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_without_departures_all_is_as_it_was_and_no_key_is_written(tmp_path: Path) -> None:
    plain = list(synthesise(2017, SCALE, 5, tmp_path / "plain", LAS))
    passed = made(tmp_path / "out", Departures())
    assert [path.read_bytes() for path in passed] == [path.read_bytes() for path in plain]
    assert names(tmp_path) == {"plain", "out"}


def test_returns_left_out_are_beside_the_folder_with_those_of_the_year_before(tmp_path: Path) -> None:
    plain = {path.name: path.read_bytes() for path in synthesise(2017, SCALE, 5, tmp_path / "plain", LAS)}
    out = tmp_path / "out"
    passed = made(out, Departures(missing=3, mistakes=1.0))
    gone = [row for row in key_of(out) if row["kind"] == "left_out"]
    las = {row["la_code"] for row in gone}
    assert len(las) == len(gone) == 3
    assert {row["file"] for row in gone} == {f"{la}_2017.xml" for la in las} == set(plain) - names(out)
    assert {path.name for path in passed} == names(out)
    aside = left_out_path(out)
    assert names(aside) == {f"{la}_{year}.xml" for la in las for year in (2016, 2017)}
    assert all(path.read_bytes() == plain[path.name] for path in aside.iterdir())  # what they would have sent
    assert all((out / f"{la}_2016.xml").read_bytes() != plain[f"{la}_2016.xml"] for la in las)

    made(out, Departures(missing=1), seed=6)  # another England by the same name
    (again,) = [row["la_code"] for row in key_of(out)]
    assert names(aside) == {f"{again}_2016.xml", f"{again}_2017.xml"}
    made(out, Departures(), seed=6)
    assert not key_path(out).exists()
    assert names(aside) == set()


def test_who_is_left_out_or_broken_is_drawn_by_lots_of_their_own(tmp_path: Path) -> None:
    """So the first of three is the only one of one, and whoever is asked for besides does not matter to the rest."""

    def gone(departures: Departures, las: list[str]) -> set[str]:
        out = tmp_path / str(len(list(tmp_path.iterdir())))
        list(departing(smallest(out, las), 2017, 5, out, departures, las))
        return {row["la_code"] for row in key_of(out)}

    (first,) = gone(Departures(missing=1), LAS)
    assert first in gone(Departures(missing=3), LAS)
    assert gone(Departures(missing=1), [la for la in LAS if la == first or la > "205"]) == {first}


def test_broken_files_cannot_be_taken_and_have_no_mistakes_in_the_key(tmp_path: Path) -> None:
    out = tmp_path / "out"
    made(out, Departures(broken=3, missing=1, mistakes=0.5))
    rows = [row for row in key_of(out) if row["kind"] == "structure"]
    assert len({row["became"] for row in rows}) == 3
    faults = []
    for row in rows:
        assert [other for other in key_of(out) if other["file"] == row["file"]] == [row]
        data = (out / row["file"]).read_bytes()
        try:
            faults.append(identify(data).year)
            read_return(data, 2017)
        except ReturnRejected as rejected:
            faults.append(str(rejected).split(";")[0].split(": ")[-1])
    assert 2015 in faults
    assert any("before every element is closed" in str(fault) for fault in faults)
    assert any("DOCTYPE" in str(fault) for fault in faults)


@pytest.mark.parametrize(
    ("departures", "complaint"),
    [
        (Departures(missing=12), "of 12; at least one whole one"),
        (Departures(missing=6, broken=6), "of 12; at least one whole one"),
    ],
)
def test_at_least_one_return_is_left(departures: Departures, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=complaint):
        departing(iter(()), 2017, 1, tmp_path / "out", departures, LAS)
    assert names(tmp_path) == set()


@pytest.mark.parametrize("rate", [-0.1, 1.1, float("nan")])
def test_impossible_rates(rate: float) -> None:
    with pytest.raises(ValueError, match="up to 1 was expected"):
        Departures(mistakes=rate)


def test_season(tmp_path: Path) -> None:
    plain = {path.name: path.read_bytes() for path in synthesise(2017, SCALE, 5, tmp_path / "plain", LAS)}
    out = tmp_path / "season"
    passed = made(out, Departures(resubmissions=True))
    landings = landings_of(out)
    assert len(landings) > len(passed) == len(plain)
    assert [(each.day, each.time) for each in landings] == sorted((each.day, each.time) for each in landings)
    days = {date.fromisoformat(each.day) for each in landings}
    assert date(2017, 4, 1) <= min(days) <= max(days) <= date(2017, 7, 31)
    assert {path.relative_to(out).as_posix() for path in out.rglob("*.xml")} == {each.file for each in landings}

    key = key_of(out)
    for name, data in plain.items():
        of_return = [each for each in landings if each.file.endswith(name)]
        versions = [(out / each.file).read_bytes() for each in of_return]
        assert versions[-1] == data  # the last is the clean return
        assert all(each.file.startswith(each.day) for each in of_return)
        for n, each in enumerate(of_return[1:], start=1):
            before = versions[:n]
            assert (versions[n] == before[-1]) == (each.what == SAME_AGAIN)
            assert (versions[n] in before[:-1]) == (each.what == EARLIER_AGAIN)
        for each, version in zip(of_return, versions, strict=True):
            rows = [row for row in key if row["file"] == each.file]
            assert bool(rows) == (version != data)
            if rows and rows[0]["kind"] != "structure" and each.la_code < "204":
                found = compared(version.decode(), each.collection_year, [_planted(row) for row in rows])
                assert (found.not_found, found.unexplained) == ([], [])
    assert {each.what for each in landings if each.collection_year == 2016} == {
        "previous year's",
        "correction of previous year's",
    }
    assert CORRECTION in {each.what for each in landings}


def _planted(row: dict[str, str]) -> Planted:
    return Planted(
        int(row["line"]), row["table"], int(row["record"]) if row["record"] else None, row["la_child_id"], row["kind"],
        row["field"], row["was"], row["became"], row["mistake"], tuple(row["also"].split()),
    )  # fmt: skip


def test_a_whole_england_sends_in_every_way(tmp_path: Path) -> None:
    """And the season of an LA is the same, whichever others are asked for."""
    out = tmp_path / "season"
    whole = list(departing(smallest(out, sorted(authorities(2017))), 2017, 5, out, Departures(resubmissions=True)))
    assert len(whole) == 304
    landings = landings_of(out)
    times = {what: sum(each.what == what for each in landings) for what in {each.what for each in landings}}
    assert times == {
        "previous year's": 152, "first": 152, "correction": 76, "same again": 16, "broken": 7,
        "an earlier one again": 7, "correction of previous year's": 13,
    }  # fmt: skip
    some = tmp_path / "some"
    list(departing(smallest(some, LAS), 2017, 5, some, Departures(resubmissions=True), LAS))
    assert landings_of(some) == [each for each in landings if each.la_code in LAS]


def test_replay_copies_in_the_order_of_time_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    out, inbox = tmp_path / "season", tmp_path / "inbox"
    made(out, Departures(resubmissions=True))
    landings = landings_of(out)
    middle = landings[len(landings) // 2].day
    first = list(replay(out, inbox, until=middle))
    assert names(inbox) == {path.name for path in first}
    rest = list(replay(out, inbox, after=middle))
    copied = [*first, *rest]
    assert [path.name for path in copied] == sorted(path.name for path in copied)
    assert [path.read_bytes() for path in copied] == [(out / each.file).read_bytes() for each in landings]
    assert names(inbox) == {path.name for path in copied}


def test_a_folder_that_is_no_season(tmp_path: Path) -> None:
    (tmp_path / "season.csv").write_text("day,file\n")
    with pytest.raises(ValueError, match="the columns day, time, file"):
        landings_of(tmp_path)
