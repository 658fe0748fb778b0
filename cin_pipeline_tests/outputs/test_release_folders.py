"""Release folders, and what a release is made from."""

from pathlib import Path

import pytest

from cin_pipeline.outputs.release_folders import NotARelease, files_in, read_release, write_release
from cin_pipeline.outputs.release_inputs import people_of, release_input, years_left_out
from cin_pipeline.publication.changes import NoRelease
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import place_population, population
from cin_pipeline.settings import Settings
from cin_pipeline_tests.methodology.test_worked_examples import child, referral
from cin_pipeline_tests.support.random_returns import whole_return
from cin_pipeline_tests.support.stored import Office

ENGLAND, NORTH_EAST, SOUTH_WEST = "E92000001", "E12000001", "E12000009"


def test_a_release_replaces_an_earlier_one(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "release"
    write_release({"open-data/a.csv": b"1", "manifest.json": b'{"files": {"open-data/a.csv": {}}}'}, folder)
    write_release({"tables.ods": b"2", "manifest.json": b'{"files": {"tables.ods": {}}}'}, folder)
    assert files_in(folder) == ["manifest.json", "tables.ods"]
    assert read_release(folder)["tables.ods"] == b"2"


def test_one_that_was_broken_off_is_none_and_can_be_written_again(tmp_path: Path) -> None:
    (tmp_path / "open-data").mkdir()
    (tmp_path / "open-data" / "a.csv").write_text("half")
    (tmp_path / "open-data" / ".b.csv").write_text("half")
    with pytest.raises(NoRelease, match=r"no manifest\.json"):
        read_release(tmp_path)
    write_release({"tables.ods": b"2", "manifest.json": b"{}"}, tmp_path)
    assert files_in(tmp_path) == ["manifest.json", "tables.ods"]


@pytest.mark.parametrize("name", ["measures.csv", "open-data/Mine.txt", "photos/release.html"])
def test_other_files_are_never_touched(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("mine")
    with pytest.raises(NotARelease, match="which is no file of a release"):
        write_release({"manifest.json": b"{}"}, tmp_path)
    assert files_in(tmp_path) == [name]


def test_people_of_places() -> None:
    """Shipped figures lack Bournemouth, Dorset and Poole: the South West and England have their published ones."""
    shipped, expected = population(2017), tuple(authorities(2017))
    assert {la for la in expected if la not in shipped} == {"835", "836", "837"}
    found = people_of(2017, expected, shipped)
    assert (found[ENGLAND], found[SOUTH_WEST]) == (11_671_521, 1_080_374)
    assert found[NORTH_EAST] == sum(shipped[la] for la in expected if NORTH_EAST in authorities(2017)[la].places)
    assert found["390"] == shipped["390"]
    # Of the LAs expected, and no others.
    assert people_of(2017, ("390", "391"), shipped)[ENGLAND] == shipped["390"] + shipped["391"]
    # With other people's figures the published total does not go; nor for some LAs only.
    assert ENGLAND not in people_of(2017, expected, shipped | {"390": 1})
    assert ENGLAND not in people_of(2017, ("390", "836"), shipped)
    assert NORTH_EAST not in people_of(2017, ("836",), {})
    assert place_population(2030) == {}


def test_years_held(settings: Settings, tmp_path: Path) -> None:
    """An earlier year is in a release once England was made for it."""
    office = Office(settings)
    office.declare(tmp_path / "files")
    xml = "\n" + child(referral("2016-02-01"))
    office.accept("201", whole_return(xml, 2016, "201"), 2016)
    office.accept("201", whole_return(xml, 2017, "201"))
    office.make_england()
    release = release_input(office.state, 2017)
    assert release.years == (2017,)
    assert [each.ending for each in years_left_out(office.state, release)] == [2016]
    assert set(release.measures["collection_year"]) == set(release.estimates["collection_year"]) == {2017}
    expected = tmp_path / "files" / "expected.csv"
    office.state.inputs.keep(2016, expected=expected, people=tmp_path / "files" / "people.csv", unusable=None)
    office.make_england(2016)
    release = release_input(office.state, 2017)
    assert release.years == (2016, 2017)
    assert set(release.measures["collection_year"]) == set(release.estimates["collection_year"]) == {2016, 2017}
    assert years_left_out(office.state, release) == []
    assert release_input(office.state, 2016).years == (2016,)
