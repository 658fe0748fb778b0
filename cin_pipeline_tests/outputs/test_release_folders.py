"""Release folders, and what a release is made from."""

from pathlib import Path

import pytest

from cin_pipeline.outputs.population_of_rates import people_of, without_population
from cin_pipeline.outputs.release_folders import NotARelease, files_in, read_release, write_release
from cin_pipeline.outputs.release_inputs import ReleaseRefused, release_input, years_left_out
from cin_pipeline.publication.changes import NoRelease
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.population import PopulationSource, population
from cin_pipeline.settings import Settings
from cin_pipeline.store.national_inputs import NationalInputs
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


def people(expected: tuple[str, ...], vintage: int | None, own: dict[str, int] | None = None) -> dict[str, int]:
    """People of 2016-17 for rates."""
    source = PopulationSource(2017, vintage)
    return people_of(NationalInputs(expected, own or {}, (), source, 2011), source)


def test_people_of_places() -> None:
    """Figures of the 2021 Census lack Bournemouth, Dorset and Poole: the South West and England have their own."""
    shipped, expected = population(2017, 2021), tuple(authorities(2017))
    found = people(expected, 2021)
    assert (found[ENGLAND], found[SOUTH_WEST]) == (11_671_521, 1_080_374)
    assert found[NORTH_EAST] == sum(shipped[la] for la in expected if NORTH_EAST in authorities(2017)[la].places)
    assert found["390"] == shipped["390"]
    # Of the LAs expected, and no others.
    assert people(("390", "391"), 2021)[ENGLAND] == shipped["390"] + shipped["391"]
    # With other people's figures the published total does not go; nor for some LAs only.
    assert ENGLAND not in people(expected, None, shipped | {"390": 1})
    assert ENGLAND not in people(("390", "836"), 2021)
    assert people(("390", "836"), 2011)[ENGLAND] == population(2017, 2011)["390"] + 30_180
    assert people(("836",), None) == {}


def with_england(settings: Settings, directory: Path, *years: int) -> Office:
    """One LA, Poole, whose England of these years is made without a population file."""
    office = Office(settings, ("836",))
    directory.mkdir()
    expected = directory / "expected.csv"
    expected.write_text("la_code\n836\n")
    for year in years:
        office.accept("836", whole_return("\n" + child(referral(f"{year - 1}-05-01")), year, "836"), year)
        office.state.inputs.keep(year, expected=expected, people=None, unusable=None)
        office.make_england(year)
    return office


def test_a_release_has_its_rates_from_one_vintage(settings: Settings, tmp_path: Path) -> None:
    """That which its newest year is estimated with, kept or the year's own, unless another is asked for."""
    office = with_england(settings, tmp_path / "files", 2016, 2017)
    expected = tmp_path / "files" / "expected.csv"
    release = release_input(office.state, 2017)
    assert release.population_sources == {year: PopulationSource(year, 2011) for year in (2016, 2017)}
    assert release.population[2017] == {"836": 30_180, SOUTH_WEST: 30_180, ENGLAND: 30_180}
    assert without_population(release, 2017) == ""
    # Poole is not in the other one.
    with pytest.raises(ReleaseRefused, match=r"--year 2016 .*--population FILE, or publish with --vintage 2011$"):
        release_input(office.state, 2017, 2021)
    # The user's own replaces either, in its year.
    for year in (2016, 2017):
        (tmp_path / "files" / f"{year}.csv").write_text(f"la_code,population\n836,{year}\n")
        own = tmp_path / "files" / f"{year}.csv"
        office.state.inputs.keep(year, expected=expected, people=own, unusable=None, vintage=2021)
        office.make_england(year)
    release = release_input(office.state, 2017)
    assert set(release.population_sources.values()) == {PopulationSource(2016, None), PopulationSource(2017, None)}
    assert release.population[2016]["836"] == 2016
    office.state.inputs.keep(2016, expected=expected, people=None, unusable=None)
    office.make_england(2016)
    with pytest.raises(ReleaseRefused, match=r"2015 to 2016 is held \(2021 Census, mid-2015\)"):
        release_input(office.state, 2017)
    assert release_input(office.state, 2017, 2011).population_sources[2016] == PopulationSource(2016, 2011)


def test_every_year_whose_england_is_to_be_made_first_is_named_at_once(settings: Settings, tmp_path: Path) -> None:
    office = with_england(settings, tmp_path / "files", 2016, 2017)
    for year in (2016, 2017):
        office.accept("836", whole_return("\n" + child(referral(f"{year - 1}-06-01")), year, "836"), year)
    with pytest.raises(ReleaseRefused) as refused:
        release_input(office.state, 2017)
    told = str(refused.value)
    assert [f"of England for {label} are older" in told for label in ("2015 to 2016", "2016 to 2017")] == [True, True]
    assert told.endswith(
        f"run job england for each of them in the UI, or cin-pipeline run --year 2016 --state {settings.state} "
        f"and cin-pipeline run --year 2017 --state {settings.state}"
    )


def test_a_year_of_which_no_population_is_held_is_not_published(settings: Settings, tmp_path: Path) -> None:
    office = Office(settings, ("201",))
    (tmp_path / "expected.csv").write_text("la_code\n201\n")
    office.accept("201", whole_return("\n" + child(referral("2025-05-01")), 2026, "201"), 2026)
    office.state.inputs.keep(2026, expected=tmp_path / "expected.csv", people=None, unusable=None)
    office.make_england(2026)
    with pytest.raises(ReleaseRefused, match=r"no rate at all\. Give it: .*--year 2026 .*--population FILE$"):
        release_input(office.state, 2026)
    people = tmp_path / "people.csv"
    people.write_text("la_code,population\n201,900\n")
    office.state.inputs.keep(2026, expected=tmp_path / "expected.csv", people=people, unusable=None)
    office.make_england(2026)
    assert release_input(office.state, 2026).population[2026]["201"] == 900


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
