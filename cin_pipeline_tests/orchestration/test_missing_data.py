"""Figures carried forward, predecessors and low reliability in runs: from the folder, from the state, and when given
wrongly."""

import csv
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from cin_pipeline.answers.explaining import explain_authority, explain_place
from cin_pipeline.answers.status_table import status_of_year
from cin_pipeline.methodology.missing import UnreliableFigure
from cin_pipeline.methodology.tracing import find_figure
from cin_pipeline.orchestration.folder_run import Folder, Report, run_folder
from cin_pipeline.orchestration.home import open_instance
from cin_pipeline.orchestration.sensors import expected_returns
from cin_pipeline.reference.authorities import places
from cin_pipeline.reference.missing_data import Practice
from cin_pipeline.settings import Settings
from cin_pipeline.store.made_from import ESTIMATES, since_changed
from cin_pipeline.store.national_inputs import InputFileError
from cin_pipeline.store.store import Store
from cin_pipeline_tests.methodology.test_worked_examples import child, referral
from cin_pipeline_tests.support.random_returns import whole_return

WHEN = datetime(2021, 7, 1, tzinfo=UTC)
ENGLAND, INNER, OUTER = "E92000001", "E13000001", "E13000002"
CAMDEN, BARNET, HACKNEY = "202", "302", "204"
HAMPSHIRE = "850"


def silent(_what: str, _steps: int) -> Callable[[], None]:
    return lambda: None


def returned(la: str, year: int, referred: dict[str, str]) -> bytes:
    """A return with a referral of each child by LAchildID on its day."""
    return whole_return("\n".join(child(referral(day), child_id=each) for each, day in referred.items()), year, la)


def some(year: int, children: int) -> dict[str, str]:
    return {f"C{n}": f"{year - 1}-06-01" for n in range(children)}


class Office:
    """Folders of returns that are run one after the other into one state."""

    def __init__(self, directory: Path, settings: Settings) -> None:
        self.directory, self.output, self.settings = directory, directory / "output", settings

    def file(self, name: str, *lines: str) -> Path:
        path = self.directory / f"{name}.csv"
        path.write_text("\n".join(lines) + "\n")
        return path

    def folder(self, year: int, **returns: dict[str, str]) -> Path:
        """A folder with returns, each named as in `la_204_2020`."""
        landing = self.directory / f"landing_{year}_{len(list(self.directory.iterdir()))}"
        landing.mkdir()
        for name, referred in returns.items():
            _, la, of_year = name.split("_")
            (landing / f"{name}.xml").write_bytes(returned(la, int(of_year), referred))
        return landing

    def run(self, landing: Path | None, year: int, las: str, missing: Practice | None = None, **files: Path) -> Report:
        expected = self.file(f"expected_{year}", "la_code", *las.split()) if landing else None
        folder = Folder(landing, year, self.output, expected=expected, missing=missing, **files)
        return run_folder(folder, self.settings, WHEN, silent)

    def england(self, measure: str = "referrals", category: str = "total") -> dict[str, tuple[str, str, str, str, str]]:
        with (self.output / "england.csv").open(newline="") as file:
            return {
                row["geography_code"]: (
                    row["known"],
                    row["estimated"],
                    row["value"],
                    row["grossing_factor"],
                    row["missing_data"],
                )
                for row in csv.DictReader(file)
                if row["measure"] == measure and row["category"] == category
            }

    def measures(self, la: str, measure: str) -> str | None:
        with (self.output / "measures.csv").open(newline="") as file:
            for row in csv.DictReader(file):
                if (row["la_code"], row["measure"], row["category"]) == (la, measure, "total"):
                    return row["value"]
        return None


@pytest.fixture
def office(tmp_path: Path, settings: Settings) -> Office:
    return Office(tmp_path, settings)


def test_hackney_is_carried_forward_in_2021_and_the_year_after_from_one_return(office: Office) -> None:
    """Known 3 of Camden and 2 of Barnet; Hackney's 4 of 2020 stand in, in England and Inner London."""
    first = office.folder(2021, la_202_2021=some(2021, 3), la_302_2021=some(2021, 2), la_204_2020=some(2020, 4))
    report = office.run(first, 2021, f"{CAMDEN} {BARNET} {HACKNEY}")
    assert list(report.missing.warnings()) == []
    assert any("Hackney (204)" in each and "2019 to 2020" in each for each in report.missing.sentences())
    rows = office.england()
    assert rows[ENGLAND] == ("5", "4", "9", "1.8", "carry-forward")
    assert rows[INNER] == ("3", "4", "7", "", "carry-forward")
    assert rows[OUTER] == ("2", "0", "2", "", "")
    assert office.england(category="2020-06")[INNER][:3] == ("3", "4", "7")  # its month moved with the year
    # Hackney's own return of 2019 was never sent: what it did not have is left out.
    assert office.england("re_referrals")[ENGLAND] == ("0", "", "", "", "leave-out")
    assert office.measures(HACKNEY, "referrals") is None
    with open_instance(office.settings) as instance:
        (record,) = instance.fetch_materializations(dg.AssetKey("estimates"), limit=1).records
        told = record.asset_materialization.metadata
    assert told["practice"].value == "leave-out"
    assert "Hackney (204) has no return" in str(told["missing_data"].value)
    # A year later the return is in the state alone; and then one of the year wins.
    second = office.folder(2022, la_202_2022=some(2022, 6))
    report = office.run(second, 2022, f"{CAMDEN} {HACKNEY}")
    assert office.england()[ENGLAND][:3] == ("6", "4", "10")
    assert office.england("cin_plans_starting")[ENGLAND] == ("0", "0", "0", "1", "leave-out")
    third = office.folder(2022, la_202_2022=some(2022, 6), la_204_2022=some(2022, 1))
    report = office.run(third, 2022, f"{CAMDEN} {HACKNEY}")
    assert office.england()[ENGLAND] == ("7", "0", "7", "1", "")
    assert any("Nothing of Hackney (204) is carried forward" in each for each in report.missing.sentences())


def test_a_shipped_line_without_a_return_is_a_warning_and_left_out(office: Office) -> None:
    report = office.run(office.folder(2021, la_202_2021=some(2021, 3)), 2021, f"{CAMDEN} {HACKNEY}")
    (warning,) = report.missing.warnings()
    assert "Hackney (204) has no accepted return of 2019 to 2020" in warning
    assert office.england()[ENGLAND] == ("3", "0", "3", "1", "leave-out")


def test_what_is_carried_can_be_declared_and_holds_for_reruns_until_the_next_landing(office: Office) -> None:
    landing = office.folder(2017, la_202_2017=some(2017, 3), la_204_2016=some(2016, 5))
    lines = office.file("carry", "year,la_code,from_year", "2017,204,2016", "2019,204,2015", "2017,886,2016")
    report = office.run(landing, 2017, f"{CAMDEN} {HACKNEY}", carry_forward=lines)
    assert office.england()[ENGLAND] == ("3", "5", "8", repr(8 / 3), "carry-forward")
    assert [each.la_code for each in report.missing.carried] == [HACKNEY]  # the others are of no expected LA, or year
    lines.unlink()
    office.run(None, 2017, "")
    assert office.england()[ENGLAND][:3] == ("3", "5", "8")
    with closing(Store(office.settings)) as store:
        assert not since_changed(store, ESTIMATES, 2017)
        status = status_of_year(store, 2017).set_index("la_code")
        assert status.loc[HACKNEY, "missing"].startswith("no return; 2015 to 2016 carried forward")
        key = find_figure("referrals", "total", "total", 2017)
        found = explain_place(store, 2017, key, places()[0])
        assert (found.known, found.estimated, found.agrees) == (3, 5, True)
        rows = found.authorities.set_index("la_code")
        assert rows["status"].to_dict() == {HACKNEY: "carried forward", CAMDEN: "known"}
        assert "of 2015 to 2016, has is carried forward (explain --year 2016)" in rows.loc[HACKNEY, "why"]
        # Another return of the earlier year, or none: England is to be made again.
        store.registry.withdraw(store.registry.current(2016, HACKNEY).submission, "ann", "why")
        assert since_changed(store, ESTIMATES, 2017).inputs == ("figures carried forward",)
    office.run(landing, 2017, f"{CAMDEN} {HACKNEY}")
    assert office.england()[ENGLAND][4] == "estimate"


def test_the_practice_of_a_year_can_be_overridden(office: Office) -> None:
    people = office.file("people", "la_code,population", "202,1000", "204,500")
    landing = office.folder(2021, la_202_2021=some(2021, 4), la_204_2020=some(2020, 5))
    for missing, row in (
        (Practice.ESTIMATE, ("4", "2", "6", "1.5", "estimate")),
        (Practice.LEAVE_OUT, ("4", "0", "4", "1", "leave-out")),
        (Practice.CARRY_FORWARD, ("4", "5", "9", "2.25", "carry-forward")),
        (None, ("4", "5", "9", "2.25", "carry-forward")),
    ):
        office.run(landing, 2021, f"{CAMDEN} {HACKNEY}", missing=missing, population=people)
        assert office.england()[ENGLAND] == row
        with closing(Store(office.settings)) as store:
            store.figures.clear_estimates(2021)
        report = office.run(None, 2021, "")
        assert office.england()[ENGLAND] == row  # kept for the year
        assert report.missing.asked == (missing in (Practice.ESTIMATE, Practice.LEAVE_OUT))


def test_a_carried_la_that_is_unusable_and_unreliable_too_is_a_warning(office: Office) -> None:
    landing = office.folder(2021, la_202_2021=some(2021, 3), la_204_2020=some(2020, 4))
    unusable = office.file("unusable", "year,la_code,measure,reason", "2021,204,referrals,x")
    low = office.file("low", "year,la_code,measure", "2021,204,icpcs", "2021,202,icpcs", "2019,202,icpcs")
    report = office.run(landing, 2021, f"{CAMDEN} {HACKNEY}", unusable=unusable, low_reliability=low)
    (warning,) = report.missing.warnings()
    assert "unusable and of low reliability" in warning
    assert office.england()[ENGLAND][:3] == ("3", "4", "7")
    assert report.inputs.low_reliability == {
        UnreliableFigure(2021, "204", "icpcs"),
        UnreliableFigure(2021, "202", "icpcs"),
        UnreliableFigure(2019, "202", "icpcs"),
    }
    assert office.measures(CAMDEN, "icpcs") == "0"  # known as before


NORTH, WEST, COUNTY = "940", "941", "928"  # of the Northamptonshires


def test_re_referrals_of_a_new_la_with_its_own_return_of_the_year_before_else_its_predecessors(office: Office) -> None:
    """C1 was referred to the county 31 days before, C2 is new; in the West C1 to its own shadow, C3 to the county."""
    landing = office.folder(
        2022,
        la_928_2021={"C1": "2021-03-31", "C3": "2021-03-31"} | {f"X{n}": "2020-06-01" for n in range(40)},
        la_940_2022={"C1": "2021-05-01", "C2": "2021-05-01"},
        la_941_2021={"C1": "2021-03-31"} | {f"X{n}": "2020-06-01" for n in range(40)},
        la_941_2022={"C1": "2021-05-01", "C3": "2021-05-01"},
    )
    report = office.run(landing, 2022, f"{NORTH} {WEST}")
    assert (len(report.landed), report.rejected) == (4, [])
    assert [office.measures(la, "re_referrals") for la in (NORTH, WEST)] == ["1", "1"]
    said = list(report.missing.sentences())
    assert any("North Northamptonshire (940)" in each and "Northamptonshire (928)" in each for each in said)
    assert not any("(941)" in each for each in said)
    assert list(report.missing.warnings()) == []
    # For re-referrals alone: nothing is compared with the year before, neither the county's nor the shadow's.
    assert "YonY" not in (office.output / "validation_issues.csv").read_text()
    with closing(Store(office.settings)) as store:
        key = find_figure("re_referrals", "total", "total", 2022)
        found = explain_authority(store, 2022, key, NORTH)
        assert (found.figure, found.listed) == (1, 1)
        assert found.previous is not None
        assert found.previous.la_code == COUNTY
        assert status_of_year(store, 2022).set_index("la_code")["missing"].to_dict() == {NORTH: "", WEST: ""}
        assert store.figures.recounts(store.inputs.predecessors) == []
        # Part of no figure of their own year, and of no check of the next.
        assert since_changed(store, ESTIMATES, 2021).las in ((), (COUNTY,))
        # Without the county's the figure is to be counted again, as not available.
        store.registry.withdraw(store.registry.current(2021, COUNTY).submission, "ann", "why")
        recounts = store.figures.recounts(store.inputs.predecessors)
        assert [(each.la_code, each.previous) for each in recounts] == [(NORTH, None)]


def test_among_many_returns_the_predecessors_comes_first(office: Office) -> None:
    """In worker processes, where the county's long return would be done after the short ones that need it."""
    others = {f"la_{la}_2022": some(2022, 1) for la in ("201", "202", "203")}
    county = {"C1": "2021-03-31"} | {f"X{n}": "2020-06-01" for n in range(600)}
    new = {f"la_{la}_2022": {"C1": "2021-05-01"} for la in (NORTH, WEST)}
    landing = office.folder(2022, la_928_2021=county, **new, **others)
    report = office.run(landing, 2022, f"201 202 203 {NORTH} {WEST}")
    assert len(report.landed) == 6
    assert [office.measures(la, "re_referrals") for la in (NORTH, WEST)] == ["1", "1"]


def test_without_either_re_referrals_of_a_new_la_are_not_available_and_that_is_said(office: Office) -> None:
    report = office.run(
        office.folder(2022, la_940_2022=some(2022, 2), la_202_2022=some(2022, 1)), 2022, f"{CAMDEN} {NORTH}"
    )
    (warning,) = report.missing.warnings()
    assert "neither it nor its predecessor Northamptonshire (928) has an accepted return of 2020 to 2021" in warning
    assert office.measures(NORTH, "re_referrals") == ""
    # Dorset of 2020 has no predecessor declared.
    landing = office.folder(
        2020, la_838_2020={"C1": "2019-05-01"}, la_838_2019={"C1": "2019-03-01"}, la_839_2020=some(2020, 2)
    )
    report = office.run(landing, 2020, "838 839")
    assert report.rejected == []  # a shadow return is taken of any new LA
    assert [office.measures(la, "re_referrals") for la in ("838", "839")] == ["1", ""]


def test_predecessors_can_be_declared(office: Office) -> None:
    landing = office.folder(2022, la_204_2021={"C1": "2021-03-31"}, la_940_2022={"C1": "2021-05-01"})
    lines = office.file("predecessors", "year,la_code,predecessor", "2022,940,204")
    report = office.run(landing, 2022, NORTH, predecessors=lines)
    assert report.rejected == []
    assert office.measures(NORTH, "re_referrals") == "1"
    with closing(Store(office.settings)) as store:
        wanted = expected_returns(store, office.settings)
        assert HACKNEY in wanted.expected[2021]
    # The shipped list again: Hackney's is no return of a predecessor.
    report = office.run(landing, 2022, NORTH)
    assert len(report.rejected) == 1
    assert office.measures(NORTH, "re_referrals") == ""


def test_the_inbox_takes_what_new_authorities_need_of_the_year_before(office: Office) -> None:
    with closing(Store(office.settings)) as store:
        wanted = expected_returns(store, office.settings).expected
    assert {COUNTY, NORTH, WEST} <= wanted[2021]
    assert not {NORTH, WEST} & wanted[2020]
    assert {"838", "839"} <= wanted[2019]
    assert {"942", "943", "909"} <= wanted[2023]
    assert "835" not in wanted[2020]


WRONG: dict[str, tuple[str, tuple[str, ...], str]] = {
    "neither held nor in the folder": (
        "carry_forward",
        ("year,la_code,from_year", "2021,204,2019"),
        "neither the state",
    ),
    "nor from the year before": ("carry_forward", ("year,la_code,from_year", "2021,202,2020"), "202 is to be carried"),
    "carried itself": (
        "carry_forward",
        ("year,la_code,from_year", "2021,204,2020", "2020,204,2019"),
        "line 2: the figures of 204 for 2019 to 2020 are themselves carried forward",
    ),
    "two lines to carry": (
        "carry_forward",
        ("year,la_code,from_year", "2021,204,2020", "2021,204,2019"),
        "line 3: 204 stands in the file twice for 2020 to 2021",
    ),
    "from a later year": ("carry_forward", ("year,la_code,from_year", "2021,204,2021"), "a year before 2021"),
    "from no year": ("carry_forward", ("year,la_code,from_year", "2021,204,"), "line 2: from_year is ''"),
    "of no LA": ("carry_forward", ("year,la_code,from_year", "2021,999,2020"), "'999' is no code"),
    "two predecessors": (
        "predecessors",
        ("year,la_code,predecessor", "2022,940,928", "2022,940,909"),
        "line 3: 940 stands in the file twice for 2021 to 2022",
    ),
    "an unknown predecessor": ("predecessors", ("year,la_code,predecessor", "2022,940,9"), "'9' is no code"),
    "its own predecessor": ("predecessors", ("year,la_code,predecessor", "2022,940,940"), "follow on itself"),
    "no measure": ("low_reliability", ("year,la_code,measure", "2021,204,refferals"), "no measure 'refferals'"),
    "no measure of the year": (
        "low_reliability",
        ("year,la_code,measure", "2021,204,cin_plans_starting"),
        "its first is",
    ),
    "one figure twice": (
        "low_reliability",
        ("year,la_code,measure", "2021,204,icpcs", "2021,204,icpcs"),
        "line 3: icpcs of 204 stands in the file twice for 2020 to 2021",
    ),
    "of low reliability, of no LA": ("low_reliability", ("year,la_code,measure", "2021,000,icpcs"), "'000' is no code"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_file_is_told_and_nothing_written(case: str, office: Office) -> None:
    kind, lines, said = WRONG[case]
    landing = office.folder(2021, la_202_2021=some(2021, 3), la_204_2020=some(2020, 4))
    with pytest.raises(InputFileError) as error:
        office.run(landing, 2021, f"{CAMDEN} {HACKNEY}", **{kind: office.file(kind, *lines)})
    assert said in str(error.value)
    assert str(office.directory / f"{kind}.csv") in str(error.value)
    assert not office.output.exists()
    assert not list(office.settings.state.glob("*"))


def test_a_file_of_the_earlier_year_that_is_not_accepted_is_a_warning(office: Office) -> None:
    landing = office.folder(2021, la_202_2021=some(2021, 3), la_204_2020=some(2020, 4))
    broken = landing / "la_204_2020.xml"
    broken.write_bytes(broken.read_bytes().replace(b"<Children>", b"<Colour/><Children>"))
    lines = office.file("carry", "year,la_code,from_year", "2021,204,2020")
    report = office.run(landing, 2021, f"{CAMDEN} {HACKNEY}", carry_forward=lines)
    assert [each.file_name for each in report.rejected] == ["la_204_2020.xml"]
    (warning,) = report.missing.warnings()
    assert "it is left out" in warning
    assert office.england()[ENGLAND] == ("3", "0", "3", "1", "leave-out")
