"""History and explanation on a state: which submission is which, what is known and estimated, and out of which file."""

from pathlib import Path

import pytest

from cin_pipeline.answers.explaining import NotExplained, explain_authority, explain_place
from cin_pipeline.answers.history import (
    NotComparable,
    compare_submissions,
    find_submission,
    moved_between,
    tables_of,
)
from cin_pipeline.methodology.estimates import EstimateImpossible
from cin_pipeline.methodology.tracing import find_figure
from cin_pipeline.reference.authorities import places
from cin_pipeline.settings import Settings
from cin_pipeline_tests.methodology.test_worked_examples import child, referral
from cin_pipeline_tests.support.random_returns import messy_return, whole_return
from cin_pipeline_tests.support.stored import Office

ENGLAND = places()[0]
REFERRALS, RE_REFERRALS = (find_figure(name, "total", "total", 2017) for name in ("referrals", "re_referrals"))
MONTH = find_figure("referrals", "month", "2016-05", 2017)


def sent(*days: str, year: int = 2017) -> bytes:
    """A return with a child for each day, referred on it."""
    children = [child(referral(day), child_id=f"C{number}") for number, day in enumerate(days)]
    return whole_return("\n".join(children), year, "201")


@pytest.fixture
def office(settings: Settings, tmp_path: Path) -> Office:
    made = Office(settings)
    made.declare(tmp_path / "files")
    return made


def test_submissions_are_numbered_in_their_order_or_as_the_registry_does(office: Office) -> None:
    office.accept("202", sent("2016-05-01"))
    one, two = office.accept("201", sent("2016-05-01")), office.accept("201", sent("2016-05-02"))
    office.refuse("201", "why")
    history = office.state.registry.history(2017, "201")
    assert [each.submission for each in history] == [2, 3, 4]
    assert [each.la_code for each in office.state.registry.history(2017)] == ["202", "201", "201", "201"]
    assert find_submission(history, "1").submission == one.submission
    assert find_submission(history, "3").submission == 4  # the order comes first
    assert find_submission(history, "#3").submission == two.submission
    for wanted in ("4", "5", "#1", "one", "0", "#"):
        with pytest.raises(NotComparable, match=r"1 \(#2, superseded\), 2 \(#3, accepted\), 3 \(#4, rejected\)"):
            find_submission(history, wanted)
    assert office.state.registry.accepted_before(history[2]).submission == two.submission
    assert office.state.registry.accepted_before(history[0]) is None


def test_what_changed_from_the_copies_that_were_kept(office: Office) -> None:
    one = office.accept("201", sent("2016-05-01", "2016-05-01"))
    two = office.accept("201", sent("2016-05-01", "2016-06-01", "2016-06-01"))
    found = compare_submissions(office.state, one, two).by_table.set_index("table")
    assert found.loc["children"].tolist() == [2, 3, 1, 0, 0]
    assert found.loc["referrals"].tolist() == [2, 3, 2, 1, 0]
    moved = moved_between(office.state, one, two)
    assert moved is not None
    assert moved.set_index(["measure", "category"]).loc[("referrals", "2016-06"), "after"] == 2
    assert moved_between(office.state, two, office.land("201", sent())) is None  # never counted


def test_what_cannot_be_read_again_is_told(office: Office) -> None:
    with pytest.raises(NotComparable, match="refused on receipt"):
        tables_of(office.state, office.refuse("201", "why"))
    broken = office.land("201", sent("2016-05-01").replace(b"<Children>", b"<Colour/><Children>"))
    with pytest.raises(NotComparable, match="Colour is unknown"):
        tables_of(office.state, broken)


def test_known_and_estimated_figures_and_why(office: Office, tmp_path: Path) -> None:
    """Populations 1,000, 2,000 and 3,000: 4 and 6 referrals known, so 10 for the third."""
    office.declare(tmp_path / "files", "202,referrals,month,not recorded")
    office.accept("201", sent("2016-05-01", "2016-05-02", "2016-06-01", "2016-06-02"))
    office.accept("202", sent(*["2016-05-01"] * 6))
    office.make_england()
    found = explain_place(office.state, 2017, REFERRALS, ENGLAND)
    assert [found.known, found.estimated, found.value, found.grossing_factor] == pytest.approx([10, 10, 20, 2])
    assert found.agrees
    assert found.ratio is not None
    assert (found.ratio.given, found.ratio.divisor, found.ratio.base) == (10, 3000, "people aged 0 to 17")
    rows = found.authorities.set_index("la_code")
    assert rows["status"].to_dict() == {"390": "estimated", "202": "known", "201": "known"}
    assert rows["value"].to_dict() == pytest.approx({"390": 10, "202": 6, "201": 4})
    assert rows.loc["390", "why"] == "no accepted return for 2016 to 2017"
    assert rows.loc["390", "base"] == 3000
    assert rows["why"].to_dict() | {"390": ""} == {"201": "", "202": "", "390": ""}
    month = explain_place(office.state, 2017, MONTH, ENGLAND)
    assert [month.known, month.estimated] == pytest.approx([2, 8])  # half of 6, half of 10
    assert month.authorities.set_index("la_code").loc["202", "why"] == "declared unusable: not recorded"
    assert month.authorities.set_index("la_code")["base"].drop("201").to_dict() == pytest.approx({"390": 10, "202": 6})
    nobody = explain_place(office.state, 2017, RE_REFERRALS, ENGLAND)
    assert nobody.value != nobody.value
    assert set(nobody.authorities["status"]) == {"not available"}
    assert "2015 to 2016" in nobody.authorities.set_index("la_code").loc["201", "why"]
    nothing = explain_place(office.state, 2017, find_figure("icpcs", "wait", "0-10", 2017), ENGLAND)
    assert nothing.agrees  # rows of zeros are not in the table of estimates
    assert nothing.known == 0
    assert nothing.estimated != nothing.estimated  # of a total of 0, no share can be taken
    (north_east,) = (place for place in places() if place.name == "North East")
    assert explain_place(office.state, 2017, REFERRALS, north_east).value == pytest.approx(10)


def test_a_figure_of_england_that_is_older_than_the_returns_is_told(office: Office) -> None:
    office.accept("201", sent("2016-05-01"))
    with pytest.raises(NotExplained, match="England was not made"):
        explain_place(office.state, 2017, REFERRALS, ENGLAND)
    office.make_england()
    assert explain_place(office.state, 2017, REFERRALS, ENGLAND).agrees
    office.accept("201", sent("2016-05-01", "2016-05-02"))
    assert not explain_place(office.state, 2017, REFERRALS, ENGLAND).agrees


def test_the_records_of_an_authority_with_the_files_they_are_in(office: Office) -> None:
    before = office.accept("201", sent("2016-01-01", year=2016), 2016)
    office.accept("201", sent("2016-05-01"))
    now = office.accept("201", sent("2016-06-01", "2016-07-01"))
    found = explain_authority(office.state, 2017, RE_REFERRALS, "201")
    assert (found.figure, found.listed, found.why) == (1, 1, "")
    assert found.agrees
    assert found.submission == now
    assert found.number == 2
    assert found.previous == before
    assert found.records is not None
    assert list(found.records["collection_year"]) == [2017, 2016]
    assert explain_authority(office.state, 2017, REFERRALS, "201").previous is None
    assert explain_authority(office.state, 2017, MONTH, "201").listed == 0


def test_a_return_of_last_year_that_came_later_is_told(office: Office) -> None:
    office.accept("201", sent("2016-05-01"))
    lacking = explain_authority(office.state, 2017, RE_REFERRALS, "201")
    assert lacking.agrees
    assert lacking.figure is None
    assert "no return for the previous year" in lacking.why
    office.accept("201", sent("2016-01-01", year=2016), 2016)
    found = explain_authority(office.state, 2017, RE_REFERRALS, "201")
    assert not found.agrees
    assert found.listed == 1


def test_every_figure_in_force_is_explained_by_its_records(office: Office) -> None:
    for year in (2016, 2017):
        office.accept("202", messy_return(3, 25, year, "202"), year)
    measures = office.state.figures.current_la_measures(2017)
    for row in measures.sample(frac=0.1, random_state=1).itertuples():
        found = explain_authority(
            office.state, 2017, find_figure(row.measure, row.breakdown, row.category, 2017), "202"
        )
        assert found.agrees
        assert found.listed == row.value


def test_an_authority_without_a_return_or_not_expected(office: Office) -> None:
    found = explain_authority(office.state, 2017, REFERRALS, "390")
    assert (found.figure, found.submission, found.records) == (None, None, None)
    assert "no accepted return" in found.why
    office.accept("203", sent("2016-05-01"))
    other = explain_authority(office.state, 2017, REFERRALS, "203")
    assert "not among the expected" in other.why
    assert other.listed == 1


def test_an_la_is_explained_where_england_cannot_be_estimated(settings: Settings, tmp_path: Path) -> None:
    """Nobody has the people of one LA without a return; the figures of another's earlier return stand in."""
    office, given = Office(settings), {}
    for name, lines in {
        "expected": ("la_code", "201", "202", "390"),
        "people": ("la_code,population", "201,1000", "202,2000"),
        "carry_forward": ("year,la_code,from_year", "2017,202,2016"),
    }.items():
        given[name] = tmp_path / f"{name}.csv"
        given[name].write_text("\n".join(lines), encoding="utf-8")
    office.state.inputs.keep(2017, unusable=None, **given)
    office.accept("202", sent("2015-05-01", year=2016), 2016)
    office.accept("201", sent("2016-05-01", "2016-06-01"))
    with pytest.raises(EstimateImpossible):
        explain_place(office.state, 2017, REFERRALS, ENGLAND)
    why = {la: explain_authority(office.state, 2017, REFERRALS, la).why for la in ("201", "202", "390")}
    assert why["201"] == ""
    assert why["202"].endswith("of 2015 to 2016, has is carried forward (explain --year 2016)")
    assert why["390"] == "no accepted return for 2016 to 2017"
    # No return of 2014-15 was there, so the earlier return has no re-referrals.
    again = explain_authority(office.state, 2017, RE_REFERRALS, "202").why
    assert again.endswith("of 2015 to 2016, does not have this figure, so nothing is carried forward")
