"""What each interpretation touches, worked out by hand: every case is hit by one return and missed by another."""

import pytest

from cin_pipeline.methodology.interpretations import CASES, INTERPRETATION_COLUMNS, touched_by_interpretations
from cin_pipeline_tests.methodology.test_worked_examples import (
    ASSESSED,
    assessment,
    child,
    conference,
    plan,
    referral,
    section_47,
)
from cin_pipeline_tests.support.pipeline import facts_of
from cin_pipeline_tests.support.random_returns import messy_return, whole_return

BORN = "<PersonBirthDate>2010-05-05</PersonBirthDate><GenderCurrent>1</GenderCurrent>"
OPEN = referral("2016-06-01", after="")


def touched(*children: str, previous: tuple[str, ...] | None = ()) -> dict[str, int]:
    before = None if previous is None else whole_return("".join(previous), 2016, "202")
    facts = facts_of(whole_return("".join(children), 2017, "202"), before, 2017)
    return dict(touched_by_interpretations(facts, "202")[["interpretation_case", "records"]].itertuples(index=False))


def found(name: str, *children: str, previous: tuple[str, ...] | None = ()) -> int:
    return touched(*children, previous=previous)[name]


def needed(need: str) -> str:
    return OPEN.replace("<CINclosureDate>", f"<PrimaryNeedCode>{need}</PrimaryNeedCode><CINclosureDate>")


def disabilities(*codes: str) -> str:
    return f"<Disabilities>{''.join(f'<Disability>{code}</Disability>' for code in codes)}</Disabilities>"


RC8 = {"reason": "RC8"}
CLOSED = ("2016-06-01", "2016-08-01")
HIT_AND_MISSED = {
    "nfa_of_other_years": (
        [child(referral("2016-03-31", nfa="1"))],
        [child(referral("2016-04-01", nfa="1")), child(referral("2016-03-31"), child_id="C2")],
    ),
    "no_activity": (
        [child(referral(*CLOSED, **RC8))],
        [
            child(referral(*CLOSED, **RC8, inside=ASSESSED)),
            child(referral(*CLOSED, **RC8, inside=section_47("2016-06-02")), child_id="C2"),
            child(referral(*CLOSED, **RC8, inside=conference("2016-06-02")), child_id="C3"),
            child(referral("2015-06-01", "2016-03-31", **RC8), child_id="C4"),
        ],
    ),
    "not_in_need_of_earlier_years": (
        [child(referral("2016-03-31", "2016-04-01", **RC8, inside=ASSESSED))],
        [
            child(referral("2016-04-01", "2016-05-01", **RC8, inside=ASSESSED)),
            child(referral("2015-06-01", "2016-03-31", **RC8, inside=ASSESSED), child_id="C2"),
        ],
    ),
    "ended_of_earlier_referral": (
        [child(referral("2016-03-31", "2017-03-31", "RC1"))],
        [child(referral("2016-04-01", "2017-03-31", "RC1"))],
    ),
    "first_or_last_day": (
        [child(referral("2015-05-01", "2016-04-01", "RC1"))],
        [child(referral("2015-05-01", "2016-04-02", "RC1")), child(referral("2017-03-30"), child_id="C2")],
    ),
    "closed_after_the_year": (
        [child(referral("2016-05-01", "2017-04-01", "RC1"))],
        [child(referral("2016-05-01", "2017-03-31", "RC1"))],
    ),
    "undated_referrals": ([child(referral("2016-02-30"))], [child(OPEN)]),
    "closed_before_referred": (
        [child(referral("2016-06-02", "2016-06-01", "RC1"))],
        [child(referral("2016-06-01", "2016-06-01", "RC1"))],
    ),
    "no_nfa_flag": ([child(referral("2016-06-01", nfa=""))], [child(OPEN)]),
    "more_than_one_open": ([child(OPEN, referral("2016-07-01"))], [child(OPEN), child(OPEN, child_id="C2")]),
    "repeated_children": ([child(OPEN), child(OPEN)], [child(OPEN, child_id=None), child(OPEN, child_id=None)]),
    "same_day_referrals": (
        [child(OPEN, OPEN)],
        [child(OPEN, referral("2016-06-02")), child(OPEN, child_id="C2")],
    ),
    "nfa_in_pairs": (
        [child(referral("2016-06-01", nfa="1"), referral("2016-07-01"))],
        [child(OPEN, referral("2016-07-01"))],
    ),
    "gap_of_0_days": ([child(OPEN, OPEN)], [child(OPEN, referral("2016-06-02"))]),
    "assessments_not_in_need": (
        [child(referral(*CLOSED, **RC8, inside=assessment("2016-06-01", "2016-07-01")))],
        [child(referral(*CLOSED, "RC1", inside=assessment("2016-06-01", "2016-07-01")))],
    ),
    "assessments_nfa": (
        [child(referral("2016-06-01", inside=assessment("2016-06-01", "2016-07-01"), nfa="1"))],
        [child(referral("2016-06-01", inside=assessment("2016-06-01", "2016-07-01")))],
    ),
    "assessments_weekend": (  # 4 June 2016 was a Saturday
        [child(referral("2016-06-01", inside=assessment("2016-06-04", "2016-06-05")))],
        [child(referral("2016-06-01", inside=assessment("2016-06-04", "2016-06-04")))],
    ),
    "assessments_undatable": (
        [child(referral("2016-06-01", inside=assessment("2016-07-02", "2016-07-01")))],
        [child(referral("2016-06-01", inside=assessment("2016-07-01", "2016-07-01")))],
    ),
    "assessments_started_later": (
        [child(referral("2016-06-01", inside=assessment("2016-06-02", "2016-07-01")))],
        [child(referral("2016-06-01", inside=assessment("2016-06-01", "2016-07-01")))],
    ),
    "only_factor_21": (
        [child(referral("2016-06-01", inside=assessment("2016-06-01", "2016-07-01", "21")))],
        [child(referral("2016-06-01", inside=assessment("2016-06-01", "2016-07-01", "21", "1A")))],
    ),
    "factors_of_one_group": (
        [child(referral("2016-06-01", inside=assessment("2016-06-01", "2016-07-01", "1A", "1B", "2A")))],
        [child(referral("2016-06-01", inside=assessment("2016-06-01", "2016-07-01", "1A", "2A")))],
    ),
    "factors_not_in_need": (
        [child(referral(*CLOSED, **RC8, inside=assessment("2016-06-01", "2016-07-01", "1A")))],
        [child(referral(*CLOSED, "RC1", inside=assessment("2016-06-01", "2016-07-01", "1A")))],
    ),
    "no_primary_need": ([child(needed("N99"))], [child(needed("N0"))]),
    "repeated_enquiries": (
        [child(referral("2016-06-01", inside=section_47("2016-06-02") + section_47("2016-06-02")))],
        [child(referral("2016-06-01", inside=section_47("2016-06-02") + section_47("2016-06-03")))],
    ),
    "enquiries_nfa": (
        [child(referral("2016-06-01", inside=section_47("2016-06-02"), nfa="true"))],
        [child(referral("2016-06-01", inside=section_47("2016-06-02")))],
    ),
    "repeated_conferences": (
        [
            child(
                referral("2016-06-01", inside=conference("2016-06-20") + section_47("2016-06-02", "2016-06-20")),
            )
        ],
        [child(referral("2016-06-01", inside=section_47("2016-06-02", "2016-06-20")))],
    ),
    "transfer_in": (
        [child(referral("2016-06-01", inside=conference("2016-06-20")))],
        [child(referral("2016-06-01", inside=section_47("2016-06-02", "2016-06-20")))],
    ),
    "several_enquiries": (
        [
            child(
                referral(
                    "2016-06-01",
                    inside=section_47("2016-06-02", "2016-06-20") + section_47("2016-06-03", "2016-06-20"),
                )
            )
        ],
        [
            child(
                referral(
                    "2016-06-01",
                    inside=section_47("2016-06-02", "2016-06-20") + section_47("2016-06-03", "2016-06-21"),
                )
            )
        ],
    ),
    "conference_in_another_year": (
        [child(referral("2017-03-01", inside=section_47("2017-03-31", "2017-04-03")))],
        [child(referral("2017-03-01", inside=section_47("2017-03-01", "2017-03-31")))],
    ),
    "plans_from_last_day": (
        [child(referral("2016-06-01", after=plan("2017-03-31")))],
        [child(referral("2016-06-01", after=plan("2017-03-30")))],
    ),
    "plans_ending_later": (
        [child(referral("2016-06-01", after=plan("2016-06-30", "2017-04-01")))],
        [child(referral("2016-06-01", after=plan("2016-06-30", "2017-03-31")))],
    ),
    "plans_of_closed_referrals": (
        [child(referral("2016-06-01", "2017-03-31", "RC1", after=plan("2016-06-30")))],
        [child(referral("2016-06-01", "2017-04-01", "RC1", after=plan("2016-06-30")))],
    ),
    "plans_of_one_day": (
        [child(referral("2016-06-01", after=plan("2016-06-30", "2016-06-30")))],
        [child(referral("2016-06-01", after=plan("2016-06-30", "2016-07-01")))],
    ),
    "repeated_plans": (
        [child(OPEN.replace("</CINdetails>", plan("2016-06-30") * 2 + "</CINdetails>"))],
        [child(referral("2016-06-01", after=plan("2016-06-30") + plan("2016-07-30")))],
    ),
    "no_number_of_plans": (
        [child(referral("2016-06-01", after=plan("2016-06-30", previous="")))],
        [child(referral("2016-06-01", after=plan("2016-06-30", previous="0")))],
    ),
    # 30 December to 31 March: three months and a day, but 91 days. 31 December: three months and 90 days.
    "bands_in_days": (
        [child(referral("2016-06-01", after=plan("2016-12-30")))],
        [child(referral("2016-06-01", after=plan("2016-12-31")))],
    ),
    "plans_without_review": (
        [child(referral("2016-06-01", after=plan("2016-06-30")))],
        [
            child(referral("2016-06-01", after=plan("2016-06-30", reviews=("2016-09-30",)))),
            child(referral("2017-01-01", after=plan("2017-01-01")), child_id="C2"),
        ],
    ),
    "unborn": (
        [child(OPEN, items="<ExpectedPersonBirthDate>2017-06-01</ExpectedPersonBirthDate>")],
        [child(OPEN, items=BORN)],
    ),
    "adults": (
        [child(OPEN, items="<PersonBirthDate>1999-03-31</PersonBirthDate>")],
        [child(OPEN, items="<PersonBirthDate>1999-04-01</PersonBirthDate>")],
    ),
    "long_expected": (
        [child(OPEN, items="<ExpectedPersonBirthDate>2016-12-30</ExpectedPersonBirthDate>")],
        [child(OPEN, items="<ExpectedPersonBirthDate>2016-12-31</ExpectedPersonBirthDate>")],
    ),
    "deceased": (
        [child(OPEN, items="<PersonDeathDate>2017-03-31</PersonDeathDate>")],
        [child(OPEN, items=BORN)],
    ),
    "no_disability_code": (
        [child(OPEN, items=BORN)],
        [child(OPEN, items=BORN, ethnicity=disabilities("NONE"))],
    ),
    "disability_and_none": (
        [child(OPEN, ethnicity=disabilities("NONE", "MOB"))],
        [child(OPEN, ethnicity=disabilities("MOB"))],
    ),
    "unclear_gender": (
        [child(OPEN, items="<PersonBirthDate>2010-05-05</PersonBirthDate><GenderCurrent>9</GenderCurrent>")],
        [child(OPEN, items=BORN)],
    ),
}  # fmt: skip
WITH_A_YEAR_BEFORE = {"gap_of_366_days", "no_previous_return", "no_child_id"}


@pytest.mark.parametrize("name", HIT_AND_MISSED)
def test_one_record_is_touched_and_others_are_not(name: str) -> None:
    hit, missed = HIT_AND_MISSED[name]
    assert found(name, *hit) == 1
    assert found(name, *missed) == 0


def test_a_year_and_a_leap_day_after_the_referral_before() -> None:
    """29 February 2016 lies between: 1 February 2017 is 366 days after 1 February 2016."""
    before = (child(referral("2016-02-01")),)
    assert found("gap_of_366_days", child(referral("2017-02-01")), previous=before) == 1
    assert found("gap_of_366_days", child(referral("2017-01-31")), previous=before) == 0
    assert found("gap_of_366_days", child(referral("2017-02-01")), previous=None) == 0


def test_without_a_previous_return_every_referral_of_the_year_is_touched() -> None:
    sent = child(referral("2016-02-01"), OPEN, referral("2016-07-01", nfa="1"))
    assert found("no_previous_return", sent, previous=None) == 2
    assert found("no_previous_return", sent, previous=()) == 0
    assert found("nfa_in_pairs", sent, previous=None) == 0


def test_children_without_an_identifier() -> None:
    assert found("no_child_id", child(OPEN, child_id=None), child(OPEN)) == 1


def test_every_case_is_tested_and_no_interpretation_is_forgotten() -> None:
    assert {*HIT_AND_MISSED, *WITH_A_YEAR_BEFORE} == {case.name for case in CASES}
    assert len({case.name for case in CASES}) == len(CASES)
    numbers = [int(case.interpretation.removeprefix("A")) for case in CASES]
    assert numbers == sorted(numbers)
    assert all(not case.what.endswith(".") for case in CASES)
    of_no_record = {10, 11, 13, 16, 17, 20, 23, *range(42, 51), 53, *range(58, 64)}
    assert set(range(1, 64)) - of_no_record == set(numbers)


def test_any_return_can_be_counted() -> None:
    """Messy ones, and one without a child: whole numbers, a row for every case."""
    for sent in (messy_return(3, 40, 2017, "202"), whole_return("", 2017, "202")):
        for previous in (None, whole_return("", 2016, "202")):
            table = touched_by_interpretations(facts_of(sent, previous, 2017), "202")
            assert tuple(table.columns) == INTERPRETATION_COLUMNS
            assert list(table["interpretation_case"]) == [case.name for case in CASES]
            assert (table["records"] >= 0).all()
    assert not touched_by_interpretations(facts_of(whole_return("", 2017, "202"), None, 2017), "202")["records"].any()
