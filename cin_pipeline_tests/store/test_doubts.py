"""What a state knows of how returns were read, which current ones are in doubt, and what became of people's answers."""

import pytest

from cin_pipeline.census.unreadable import ItemRead
from cin_pipeline.methodology.doubts import Answer
from cin_pipeline.settings import Settings
from cin_pipeline.store.doubts import doubts_of, unanswered
from cin_pipeline.store.quality import Read
from cin_pipeline.store.submissions import DecisionRefused
from cin_pipeline_tests.support.building import header, return_xml, valid_children, with_referral
from cin_pipeline_tests.support.stored import Office

DATES = ItemRead("referrals", "CINreferralDate", 12, 12)
FEW = ItemRead("plans", "CPPendDate", 100, 3)


@pytest.fixture
def office(settings: Settings) -> Office:
    return Office(settings)


def accepted(office, la="201", *items, children=1, xml=None):
    data = xml or return_xml([with_referral(CINreferralDate="?")], head=header(LEA=la))
    submission = office.accept(la, data).submission
    office.state.quality.note_read(submission, children, items)
    return submission


def test_how_a_submission_was_read_is_kept_and_replaced(office):
    quality, number = office.state.quality, accepted(office, "201", DATES, FEW, children=9)
    assert quality.read_of_year(2017) == {number: Read(9, (FEW, DATES))}  # by table, then item
    quality.note_rules(number, errors=3, queries=1, crashed=0)
    quality.note_read(number, 8, [FEW])
    assert quality.read_of_year(2017) == {number: Read(8, (FEW,))}
    assert quality.of_year(2017)[number].errors == 3
    assert quality.read_of_year(2016) == {}


def test_a_current_return_is_in_doubt_with_an_unreadable_item_or_without_a_child(office):
    dates, empty = accepted(office, "201", DATES, FEW), accepted(office, "202", children=0)
    accepted(office, "390", FEW)
    found = doubts_of(office.state, 2017)
    assert [(each.la_code, each.submission, each.items) for each in found] == [
        ("201", dates, (DATES,)), ("202", empty, ()),
    ]  # fmt: skip
    assert [each.la_code for each in doubts_of(office.state, 2017, {"202", "390"})] == ["202"]
    assert found[0].sentence.endswith("its figures are 0")


def test_nothing_is_known_of_what_was_cleaned_before_it_was_noted(office):
    office.accept("201", return_xml(valid_children()))
    office.state.quality.note_rules(1, errors=0, queries=0, crashed=0)
    assert doubts_of(office.state, 2017) == ()


def test_an_answer_stays_with_its_submission_and_no_other(office):
    registry, number = office.state.registry, accepted(office, "201", DATES)
    assert unanswered(office.state, number)
    registry.answer(number, "ann", "so it is")
    registry.accept(number)  # a rerun
    (doubt,) = doubts_of(office.state, 2017)
    assert doubt.answer == Answer("ann", "so it is")
    assert not unanswered(office.state, number)
    event = registry.events(number)[-1]
    assert (event.from_state, event.to_state, event.decided_by) == ("accepted", "accepted", "ann")
    registry.withdraw(number, "bob", "wrong file")
    assert doubts_of(office.state, 2017) == ()
    registry.restore(number, "bob", "no, it was right")
    assert doubts_of(office.state, 2017)[0].answer == Answer("ann", "so it is")
    again = accepted(office, "201", DATES, xml=return_xml([with_referral(CINreferralDate="!")]))
    assert [(each.submission, each.answer) for each in doubts_of(office.state, 2017)] == [(again, None)]


def test_the_last_answer_counts(office):
    number = accepted(office, "201", DATES)
    office.state.registry.answer(number, "ann", "one")
    office.state.registry.answer(number, "bob", "two")
    assert doubts_of(office.state, 2017)[0].answer == Answer("bob", "two")


def test_only_a_current_submission_can_be_answered(office):
    landed = office.land("201", return_xml(valid_children()))
    with pytest.raises(DecisionRefused, match="is landed; one that is current was expected"):
        office.state.registry.answer(landed.submission, "ann", "why")
    with pytest.raises(KeyError):
        office.state.registry.answer(99, "ann", "why")
