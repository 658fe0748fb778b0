"""Cases worked out by hand from the definitions, on the pipeline and on the independent calculation at once.

Every call of `measured` and `estimates` counts with both and first of all compares them.
"""

from datetime import date, timedelta
from fractions import Fraction

import pytest

from cin_pipeline_tests.support import oracle
from cin_pipeline_tests.support.pipeline import as_floats, counted, estimated
from cin_pipeline_tests.support.random_returns import whole_return

TOTAL = ("total", "total")
ASSESSED = "<Assessments><AssessmentActualStartDate>2016-05-03</AssessmentActualStartDate></Assessments>"


def child(*records: str, child_id: str | None = "C1", items: str = "", ethnicity: str = "") -> str:
    identity = f"<LAchildID>{child_id}</LAchildID>" if child_id else ""
    return (
        f"<Child><ChildIdentifiers>{identity}{items}</ChildIdentifiers>"
        f"<ChildCharacteristics>{ethnicity}</ChildCharacteristics>{''.join(records)}</Child>"
    )


def referral(when: str, closed: str = "", reason: str = "", inside: str = "", nfa: str = "0", after: str = "") -> str:
    return (
        f"<CINdetails><CINreferralDate>{when}</CINreferralDate><CINclosureDate>{closed}</CINclosureDate>"
        f"<ReasonForClosure>{reason}</ReasonForClosure>{inside}<ReferralNFA>{nfa}</ReferralNFA>{after}</CINdetails>"
    )


def assessment(start: str, end: str, *factors: str) -> str:
    codes = "".join(f"<AssessmentFactors>{code}</AssessmentFactors>" for code in factors)
    return (
        f"<Assessments><AssessmentActualStartDate>{start}</AssessmentActualStartDate>"
        f"<AssessmentAuthorisationDate>{end}</AssessmentAuthorisationDate>"
        f"<FactorsIdentifiedAtAssessment>{codes}</FactorsIdentifiedAtAssessment></Assessments>"
    )


def section_47(start: str, conference: str = "") -> str:
    return (
        f"<Section47><S47ActualStartDate>{start}</S47ActualStartDate>"
        f"<DateOfInitialCPC>{conference}</DateOfInitialCPC></Section47>"
    )


def conference(when: str) -> str:
    return f"<DateOfInitialCPC>{when}</DateOfInitialCPC>"


def plan(start: str, end: str = "", previous: str = "0", reviews: tuple[str, ...] = ()) -> str:
    held = "".join(f"<CPPreviewDate>{when}</CPPreviewDate>" for when in reviews)
    return (
        f"<ChildProtectionPlans><CPPstartDate>{start}</CPPstartDate><CPPendDate>{end}</CPPendDate>"
        f"<NumberOfPreviousCPP>{previous}</NumberOfPreviousCPP><Reviews>{held}</Reviews></ChildProtectionPlans>"
    )


def need_plan(start: str, end: str = "") -> str:
    days = f"<CINPlanStartDate>{start}</CINPlanStartDate><CINPlanEndDate>{end}</CINPlanEndDate>"
    return f"<CINPlanDates>{days}</CINPlanDates>"


def measured(*children: str, previous: tuple[str, ...] | None = ()) -> oracle.Measures:
    this = whole_return("".join(children), 2017, "202")
    before = None if previous is None else whole_return("".join(previous), 2016, "202")
    return measures_of_both(this, before, 2017)


def measures_of_both(this: bytes, previous: bytes | None, year: int) -> oracle.Measures:
    independent = oracle.la_measures(this, previous, year)
    assert counted(this, previous, year) == independent
    return independent


def estimates(
    measures: dict[str, oracle.Measures],
    expected: list[str],
    population: dict[str, int],
    unusable: oracle.Unusable,
    year: int,
) -> dict[tuple[str, str, str, str], oracle.Row]:
    independent = oracle.estimates(measures, expected, population, unusable, year)
    ours, theirs = estimated(measures, expected, population, unusable, year), as_floats(independent)
    assert ours.keys() == theirs.keys()
    for key, row in theirs.items():
        assert ours[key] == pytest.approx(row, rel=1e-12, nan_ok=True), key
    return independent


def total(measures: oracle.Measures, name: str) -> int | None:
    return measures[(name, *TOTAL)]


def breakdown(measures: oracle.Measures, measure: str, name: str) -> dict[str, int | None]:
    return {key[2]: number for key, number in measures.items() if key[:2] == (measure, name)}


def figures(measures: oracle.Measures, prefix: str) -> dict[str, int | None]:
    names = ("starting", "ending", "any_point", "at_31_march")
    return {name: total(measures, f"{prefix}_{name}") for name in names}


@pytest.mark.parametrize(
    ("referred", "closed", "starting", "ending", "at_end"),
    [
        ("2016-04-01", "", 1, 0, 1),
        ("2016-03-31", "", 0, 0, 1),
        ("2017-03-31", "", 1, 0, 1),
        ("2017-04-01", "", 0, 0, 0),
        ("2017-04-01", "2017-01-01", 0, 0, 0),
        ("2014-01-01", "2016-04-01", 0, 1, 0),
        ("2014-01-01", "2016-03-31", 0, 0, 0),
        ("2016-05-01", "2017-03-31", 1, 1, 0),
        ("2016-05-01", "2017-04-01", 1, 0, 1),
        ("2016-05-01", "2016-02-30", 1, 0, 1),  # unreadable: open
        ("2016-05-01", "2016-01-01", 1, 0, 0),
    ],
)
def test_an_episode_at_the_ends_of_the_year(
    referred: str, closed: str, starting: int, ending: int, at_end: int
) -> None:
    found = measured(child(referral(referred, closed)))
    expected = {"starting": starting, "ending": ending, "any_point": ending + at_end, "at_31_march": at_end}
    assert figures(found, "cin_episodes") == expected
    assert figures(found, "cin_children") == expected


@pytest.mark.parametrize(
    ("record", "not_in_need"),
    [
        (referral("2016-05-01", "", "RC8", ASSESSED), 1),
        (referral("2016-05-01", "2016-06-01", " RC8 ", conference("2016-02-30") + "<Assessments/>"), 1),
        (referral("2016-05-01", "2016-06-01", "RC8"), 0),
        (referral("2016-05-01", "2016-06-01", "rc8", ASSESSED), 0),
        (referral("2016-05-01", "2016-06-01", "RC9", ASSESSED), 0),  # a code from 2023 on
        (referral("2016-05-01", "2016-06-01", "RC8", ASSESSED + "<Section47/>"), 0),
        (referral("2016-05-01", "2016-06-01", "RC8", ASSESSED, after="<ChildProtectionPlans/>"), 0),
        (referral("2016-05-01", "2016-06-01", "RC8", conference("2005-01-01") + ASSESSED), 0),
    ],
)
def test_not_in_need(record: str, not_in_need: int) -> None:
    found = measured(child(record))
    assert total(found, "referrals_assessed_not_in_need") == not_in_need
    assert total(found, "cin_episodes_starting") == 1 - not_in_need


def test_no_further_action_is_a_referral_and_nothing_else() -> None:
    inside = conference("2016-05-05") + assessment("2016-05-03", "2016-05-04", "1A") + section_47("2016-05-03")
    flags = ("1", "TRUE", " true ", "yes", "")
    found = measured(*(child(referral("2016-05-01", "", "", inside, nfa, plan("2016-06-01"))) for nfa in flags))
    assert total(found, "referrals") == 5
    assert total(found, "referrals_no_further_action") == 3
    for name in ("cin_episodes_starting", "assessments_completed", "factor_episodes", "cpp_starting"):
        assert total(found, name) == 2
    assert total(found, "section_47_enquiries") == total(found, "icpcs") == 1  # the same child and day twice


def test_re_referrals_are_up_to_365_days_apart() -> None:
    def found(*this: str, before: tuple[str, ...]) -> tuple[int | None, int | None]:
        previous = (child(*(referral(when, nfa="1") for when in before)),)
        measures = measured(child(*(referral(when) for when in this)), previous=previous)
        return total(measures, "re_referrals"), total(measures, "children_re_referred")

    assert found("2017-02-28", before=("2016-02-29",)) == (1, 1)  # 365 days
    assert found("2017-03-01", before=("2016-02-29",)) == (0, 0)  # 366 days
    assert found("2016-04-01", before=("2016-04-01",)) == (0, 0)  # not dated in the previous year
    assert found("2016-04-01", before=("2015-04-01",)) == (0, 0)  # 366 days: 29 February lies between
    assert found("2016-04-01", before=("2015-04-02", "2015-03-31")) == (1, 1)
    assert found("2016-09-01", "2016-09-01", "2016-04-01", before=("2016-03-31", "2016-01-01")) == (3, 1)


def test_re_referrals_without_a_previous_return_are_not_available() -> None:
    twice = child(referral("2016-05-01"), referral("2016-05-01"))
    assert total(measured(twice, previous=None), "re_referrals") is None
    assert total(measured(twice, previous=None), "children_re_referred") is None
    assert total(measured(twice, previous=()), "re_referrals") == 1


def test_children_without_an_id_are_each_their_own() -> None:
    unknown = child(referral("2016-05-01"), child_id=None)
    found = measured(unknown, unknown, previous=(unknown.replace("2016", "2015"),))
    assert (total(found, "children_referred"), total(found, "re_referrals")) == (2, 0)
    ids = ("1", "01", "a", "A", " a ")
    found = measured(*(child(referral("2016-05-01"), child_id=name) for name in ids))
    assert (total(found, "children_referred"), total(found, "re_referrals")) == (4, 1)


def test_the_first_occurrence_of_a_child_gives_its_characteristics() -> None:
    first = child(items="<PersonBirthDate/>")
    second = child(
        referral("2016-05-01"),
        items="<PersonBirthDate>2016-05-01</PersonBirthDate>",
        ethnicity="<Ethnicity>WBRI</Ethnicity>",
    )
    assert breakdown(measured(first, second), "cin_episodes_at_31_march", "ethnicity:age_band") == {
        "unknown:unknown": 1
    }
    assert breakdown(measured(second, first), "cin_episodes_at_31_march", "ethnicity:age_band") == {"WBRI:under_1": 1}


@pytest.mark.parametrize(
    ("born", "expected", "band"),
    [
        ("2017-03-31", "", "under_1"),
        ("2017-04-01", "", "unborn"),
        ("", "2012-01-01", "unborn"),
        ("2016-13-01", "2017-06-01", "unborn"),
        ("2016-03-31", "2017-06-01", "1-4"),
        ("", "soon", "unknown"),
        ("2016-04-01", "", "under_1"),
        ("2012-04-01", "", "1-4"),
        ("2012-03-31", "", "5-9"),
        ("2007-03-31", "", "10-15"),
        ("2001-04-01", "", "10-15"),
        ("2001-03-31", "", "16+"),
        ("0001-01-01", "", "16+"),
    ],
)
def test_age_band(born: str, expected: str, band: str) -> None:
    items = f"<PersonBirthDate>{born}</PersonBirthDate><ExpectedPersonBirthDate>{expected}</ExpectedPersonBirthDate>"
    found = measured(child(referral("2016-05-01"), items=items))
    assert breakdown(found, "cin_episodes_at_31_march", "age_band") == {band: 1}


def test_disabilities() -> None:
    codes = "".join(f"<Disability>{code}</Disability>" for code in ("NONE", "LD", " LD", "AUT", "aut", "ZZZ"))
    found = measured(
        child(referral("2016-05-01"), referral("2016-06-01"), ethnicity=f"<Disabilities>{codes}</Disabilities>"),
        child(
            referral("2016-05-01"),
            child_id="C2",
            ethnicity="<Disabilities><Disability>NONE</Disability></Disabilities>",
        ),
    )
    assert breakdown(found, "cin_episodes_at_31_march", "has_disability") == {"yes": 2, "no": 1}
    assert breakdown(found, "cin_episodes_at_31_march", "disability") == {"LD": 2, "AUT": 2}


@pytest.mark.parametrize(
    ("start", "end", "band"),
    [
        ("2016-11-30", "2017-02-28", "up_to_3_months"),
        ("2016-11-30", "2017-03-01", "over_3_to_6_months"),
        ("2016-08-31", "2017-02-28", "over_3_to_6_months"),
        ("2016-08-31", "2017-03-01", "over_6_months_to_1_year"),
        ("2016-02-29", "2017-02-27", "over_6_months_to_1_year"),
        ("2016-02-29", "2017-02-28", "1_to_2_years"),
        ("2015-02-28", "2017-02-27", "1_to_2_years"),
        ("2015-02-28", "2017-02-28", "2_years_or_more"),
        ("0001-01-01", "2016-04-01", "2_years_or_more"),
        ("2017-03-31", "2017-03-31", "up_to_3_months"),
        ("2017-03-31", "2017-03-30", None),
    ],
)
def test_duration_of_episodes_and_plans(start: str, end: str, band: str | None) -> None:
    found = measured(child(referral(start, end, after=plan(start, end))))
    expected = {band: 1} if band else {}
    assert total(found, "cin_episodes_ending") == total(found, "cpp_ending") == 1
    assert breakdown(found, "cin_episodes_ending", "duration") == expected
    assert breakdown(found, "cpp_ending", "duration") == expected


@pytest.mark.parametrize(
    ("start", "end", "days", "band"),
    [
        ("2016-05-03", "2016-05-03", 0, "same_day"),
        ("2016-07-09", "2016-07-10", 0, "1-10"),  # a Saturday and a Sunday
        ("2016-03-24", "2016-04-01", 4, "1-10"),  # over Easter
        ("2016-05-27", "2016-05-31", 1, "1-10"),  # over a bank holiday Monday
        ("2016-06-01", "2016-08-03", 45, "41-45"),
        ("2016-06-01", "2016-08-04", 46, "46-50"),
        ("2016-06-01", "2016-08-24", 60, "51-60"),
        ("2016-06-01", "2016-08-25", 61, "61+"),
        ("2016-08-25", "2016-06-01", None, None),
        ("2016-8-25", "2016-09-01", None, None),
    ],
)
def test_working_days_of_an_assessment(start: str, end: str, days: int | None, band: str | None) -> None:
    found = measured(child(referral("2016-05-01", inside=assessment(start, end))))
    assert total(found, "assessments_completed") == 1
    assert breakdown(found, "assessments_completed", "working_days") == ({} if days is None else {str(days): 1})
    assert breakdown(found, "assessments_completed", "duration") == ({} if band is None else {band: 1})


def test_working_days_counted_one_by_one() -> None:
    ends = [date(2016, 3, 20) + timedelta(days=n) for n in range(0, 400, 3)]
    for start in (date(2007, 12, 30), date(2016, 3, 20), date(2015, 12, 24)):
        count, last = 0, start
        for end in ends:
            while last < end:
                last += timedelta(days=1)
                count += oracle.is_working_day(last)
            assert oracle.working_days(start, end) == count


def test_factors() -> None:
    found = measured(
        child(
            referral(
                "2016-05-01",
                inside=assessment("", "2016-06-01", "1A", "1B", "1A") + assessment("", "2016-07-01", "21", "1C", "10A"),
            ),
            referral("2016-05-01", inside=assessment("", "2016-06-01", "21", "1a")),
            referral("2016-05-01", inside=assessment("", "2016-06-01", "24A") + assessment("", "2017-04-01", "2A")),
        )
    )
    assert total(found, "factor_episodes") == 1
    assert breakdown(found, "factor_episodes", "factor") == {"1A": 1, "1B": 1, "1C": 1, "10A": 1, "21": 2}
    assert breakdown(found, "factor_episodes", "factor_group") == {"1": 1, "10": 1, "21": 2}


def test_conferences_and_what_their_wait_is_counted_from() -> None:
    found = measured(
        child(  # in two referrals: from the earlier enquiry, 15 working days
            referral("2016-06-01", inside=conference("2016-06-22") + section_47("2016-06-03", "2016-06-22")),
            referral("2016-06-01", inside=section_47("2016-06-01", "2016-06-22")),
        ),
        child(  # at CINdetails level alone: from the earlier referral, 16 working days
            referral("2016-06-03", inside=conference("2016-06-23")),
            referral("2016-06-01", inside=conference("2016-06-23")),
            child_id="C2",
        ),
        child(  # no start of the enquiry: in the total alone
            referral("2016-06-01", inside=conference("2016-06-22") + section_47("x", "2016-06-22")), child_id="C3"
        ),
        child(referral("2016-06-01", inside=section_47("2017-03-31", "2017-04-01")), child_id="C4"),
        child(referral("2016-06-01", inside=section_47("2016-06-23", "2016-06-22")), child_id="C5"),
    )
    assert (total(found, "icpcs"), total(found, "children_icpc")) == (4, 4)
    assert breakdown(found, "icpcs", "wait") == {"11-15": 1, "16-20": 1}
    assert breakdown(found, "icpcs", "working_days") == {"15": 1, "16": 1}
    assert (total(found, "section_47_enquiries"), total(found, "children_section_47")) == (4, 3)


def test_plans_at_the_ends_of_the_year() -> None:
    def found(start: str, end: str) -> dict[str, int | None]:
        return figures(measured(child(referral("2017-06-01", "2016-01-01", after=plan(start, end)))), "cpp")

    assert found("2017-03-31", "") == {"starting": 1, "ending": 0, "any_point": 1, "at_31_march": 1}
    assert found("2016-04-01", "2017-03-31") == {"starting": 1, "ending": 1, "any_point": 1, "at_31_march": 0}
    assert found("2016-03-31", "2017-04-01") == {"starting": 0, "ending": 0, "any_point": 1, "at_31_march": 1}
    assert found("2017-04-01", "2017-01-01") == {"starting": 0, "ending": 0, "any_point": 0, "at_31_march": 0}
    assert found("2016-02-30", "2017-01-01") == {"starting": 0, "ending": 0, "any_point": 0, "at_31_march": 0}


def test_gender_and_age_together() -> None:
    girl = "<PersonBirthDate>2012-04-01</PersonBirthDate><GenderCurrent>2</GenderCurrent>"  # four years old
    unborn = "<ExpectedPersonBirthDate>2017-06-01</ExpectedPersonBirthDate>"

    def in_need(after: str) -> str:
        need = "<PrimaryNeedCode>N4</PrimaryNeedCode>"
        return referral("2016-05-01", after=after).replace("<CINclosureDate>", f"{need}<CINclosureDate>")

    found = measured(
        child(in_need(plan("2016-06-01") + plan("2016-07-01")), items=girl),
        child(in_need(""), child_id="C2", items=girl, ethnicity="<Ethnicity>MWBC</Ethnicity>"),
        child(referral("2016-05-01", after=plan("2016-06-01")), child_id="C3", items=unborn),
    )
    episodes, plans = "cin_episodes_at_31_march", "cpp_at_31_march"
    by_need = breakdown(found, episodes, "primary_need:gender:age_band")
    assert by_need == {"N4:2:1-4": 2, "unknown:unknown:unborn": 1}
    by_ethnicity = breakdown(found, episodes, "ethnicity:gender:age_band")
    assert by_ethnicity == {"unknown:2:1-4": 1, "MWBC:2:1-4": 1, "unknown:unknown:unborn": 1}
    assert breakdown(found, plans, "gender:age_band") == {"2:1-4": 2, "unknown:unborn": 1}
    by_category = breakdown(found, plans, "initial_category:gender:age_band")
    assert by_category == {"unknown:2:1-4": 2, "unknown:unknown:unborn": 1}


def test_second_or_subsequent_plans() -> None:
    counts = ("0", "1", "01", "-1", "1.5", "", "x", " 2 ")
    found = measured(child(referral("2016-05-01", after="".join(plan("2016-06-01", "", n) for n in counts))))
    assert (total(found, "cpp_starting"), total(found, "cpp_starting_second_or_subsequent")) == (8, 3)
    assert total(found, "children_cpp_starting") == 1


@pytest.mark.parametrize(
    ("start", "reviews", "in_time"),
    [
        ("2016-12-31", (), True),
        ("2016-12-30", (), False),
        ("2017-01-01", (), None),  # three months are not over
        ("2016-06-30", ("2016-09-30", "2017-03-30"), True),
        ("2016-06-30", ("2016-10-01", "2017-03-30"), False),
        ("2016-06-30", ("2016-09-30", "2017-03-31"), False),  # six months end on 30 March
        ("2016-06-30", ("2016-09-30",), False),
        ("2016-06-30", ("2017-03-30", "2016-09-30"), True),  # any order
        ("2016-07-01", ("2016-09-30",), False),  # 31 March is a day too late
        ("2016-07-01", ("2016-10-01",), True),
        ("2016-07-01", ("2016-06-30", "2017-04-01", "x"), False),  # none of them counts
        ("2016-07-01", ("2016-07-01", "2017-01-01"), True),
    ],
)
def test_reviews_in_time(start: str, reviews: tuple[str, ...], in_time: bool | None) -> None:
    found = measured(child(referral("2016-05-01", after=plan(start, reviews=reviews))))
    assert total(found, "cpp_open_3_months_at_31_march") == (in_time is not None)
    assert total(found, "cpp_reviewed_in_time_at_31_march") == bool(in_time)


@pytest.mark.parametrize(
    ("ended", "closed", "band"),
    [
        ("2016-06-30", "2016-06-29", None),  # closed before the plan ended
        ("2016-06-30", "2016-06-30", "up_to_3_months"),
        ("2016-06-30", "2016-09-30", "up_to_3_months"),
        ("2016-06-30", "2016-10-01", "over_3_to_6_months"),
        ("2016-08-31", "2016-11-30", "up_to_3_months"),  # no 31 November: three months end on the 30th
        ("2016-08-31", "2016-12-01", "over_3_to_6_months"),
        ("2016-08-31", "2017-02-28", "over_3_to_6_months"),
        ("2016-08-31", "2017-03-01", "over_6_months"),
        ("2016-09-30", "2017-03-30", "over_3_to_6_months"),
        ("2016-09-30", "2017-03-31", "over_6_months"),
        ("2016-09-30", "2017-04-01", "over_6_months"),  # after 31 March: not closed yet
        ("2016-04-01", "", "over_6_months"),
        ("2016-04-01", "2016-02-30", "over_6_months"),  # no such day: not closed
    ],
)
def test_time_in_need_after_a_plan(ended: str, closed: str, band: str | None) -> None:
    found = measured(child(referral("2015-05-01", closed, "RC5", after=plan("2015-06-01", ended))))
    measure = "cpp_ending_first_6_months"
    assert total(found, measure) == total(found, "cpp_ending") == 1
    assert breakdown(found, measure, "remained_in_need") == ({band: 1} if band else {})
    assert total(found, f"{measure}_transferred") == (band == "up_to_3_months")


def test_only_plans_ended_in_the_first_six_months_are_followed() -> None:
    def found(start: str, end: str, reason: str = "RC5", nfa: str = "0") -> tuple[int | None, ...]:
        sent = measured(child(referral("2015-05-01", end, reason, nfa=nfa, after=plan(start, end))))
        names = ("cpp_ending", "cpp_ending_first_6_months", "cpp_ending_first_6_months_transferred")
        return tuple(total(sent, name) for name in names)

    assert found("2015-06-01", "2016-03-31") == (0, 0, 0)
    assert found("2015-06-01", "2016-04-01") == (1, 1, 1)
    assert found("2015-06-01", "2016-09-30") == (1, 1, 1)
    assert found("2015-06-01", "2016-10-01") == (1, 0, 0)
    assert found("2017-04-01", "2016-09-30") == (0, 0, 0)  # not started by the end of the year
    assert found("2016-09-30", "2016-09-01") == (1, 1, 1)  # ended before it started, as everywhere
    assert found("2015-06-01", "2016-09-30", reason="RC1") == (1, 1, 0)
    assert found("2015-06-01", "2016-09-30", reason="rc5") == (1, 1, 0)
    assert found("2015-06-01", "2016-09-30", nfa="1") == (0, 0, 0)


def test_child_in_need_plans_at_the_ends_of_the_year() -> None:
    def found(*records: str, nfa: str = "0", reason: str = "", after: str = "") -> dict[str, int | None]:
        sent = whole_return(child(referral("2021-05-01", "", reason, "".join(records), nfa, after)), 2022, "202")
        return figures(measures_of_both(sent, None, 2022), "cin_plans")

    def counts(starting: int, ending: int, any_point: int, at_31_march: int) -> dict[str, int | None]:
        return {"starting": starting, "ending": ending, "any_point": any_point, "at_31_march": at_31_march}

    assert found(need_plan("2022-03-31")) == counts(1, 0, 1, 1)
    assert found(need_plan("2021-04-01", "2022-03-31")) == counts(1, 1, 1, 0)
    assert found(need_plan("2021-03-31", "2022-04-01")) == counts(0, 0, 1, 1)
    assert found(need_plan("2020-06-01", "2021-03-31")) == counts(0, 0, 0, 0)
    assert found(need_plan("2020-06-01", "2021-04-01")) == counts(0, 1, 1, 0)
    assert found(need_plan("2022-04-01", "2022-01-01")) == counts(0, 0, 0, 0)
    assert found(need_plan("2022-02-30", "2022-01-01")) == counts(0, 0, 0, 0)  # no usable start
    assert found(need_plan("2021-06-01", "2022-02-30")) == counts(1, 0, 1, 1)  # no usable end
    assert found(need_plan("2021-06-01"), nfa="1") == counts(0, 0, 0, 0)
    assert found(need_plan("2021-06-01") * 2) == counts(2, 0, 2, 2)  # every record counts


def test_a_child_in_need_plan_is_no_activity_that_makes_an_episode() -> None:
    inside = ASSESSED + need_plan("2021-06-01", "2021-07-01")
    sent = child(referral("2021-05-01", "2021-08-01", "RC8", inside)) + child(
        referral("2021-05-01", inside=need_plan("2021-06-01", "2021-07-01") + need_plan("2021-07-01")), child_id="C2"
    )
    found = measures_of_both(whole_return(sent, 2022, "202"), None, 2022)
    assert (total(found, "referrals_assessed_not_in_need"), total(found, "cin_episodes_starting")) == (1, 1)
    assert figures(found, "cin_plans") == {"starting": 3, "ending": 2, "any_point": 3, "at_31_march": 1}
    children = [total(found, f"children_cin_plan_{when}") for when in ("starting", "ending", "any_point")]
    assert children == [2, 2, 2]


def test_there_are_no_child_in_need_plans_before_2022() -> None:
    sent = whole_return(child(referral("2020-05-01")), 2021, "202")
    assert not [key for key in measures_of_both(sent, None, 2021) if "cin_plan" in key[0]]
    one = {la: {("referrals", *TOTAL): 1} for la in (A, B)}
    for year, there in ((2021, False), (2022, True)):
        rows = estimates(one, [A, B], POPULATION, [], year)
        assert ((oracle.ENGLAND, "cin_plans_starting", *TOTAL) in rows) == there


# Estimates: the LAs of the example in docs/definitions.md, in Inner London, Outer London, Inner London, North East.
A, B, C, D = "202", "203", "201", "390"
EXPECTED = [A, B, C, D]
POPULATION = {A: 1000, B: 3000, D: 2000}
INNER, OUTER, LONDON, NORTH_EAST = "E13000001", "E13000002", "E12000007", "E12000001"


def sent(**totals: int | None) -> oracle.Measures:
    return {(measure, *TOTAL): number for measure, number in totals.items()}


def example() -> dict[str, oracle.Measures]:
    return {
        A: sent(referrals=4, re_referrals=1) | {("referrals", "month", "2016-05"): 4},
        B: sent(referrals=12, re_referrals=3) | {("referrals", "month", "2016-05"): 12},
        C: sent(referrals=5, re_referrals=None) | {("referrals", "month", "2016-04"): 5},
    }


def test_the_example_of_the_definitions() -> None:
    rows = estimates(example(), EXPECTED, POPULATION, [(B, "referrals", "month")], 2017)
    assert rows[oracle.ENGLAND, "referrals", *TOTAL] == (21, 8, 29, Fraction(29, 21))
    assert rows[NORTH_EAST, "referrals", *TOTAL] == (0, 8, 8, None)
    assert rows[LONDON, "referrals", *TOTAL] == (21, 0, 21, None)
    assert rows[oracle.ENGLAND, "re_referrals", *TOTAL] == (4, Fraction(13, 4), 4 * Fraction(29, 16), Fraction(29, 16))
    assert rows[INNER, "re_referrals", *TOTAL] == (1, Fraction(5, 4), Fraction(9, 4), None)
    assert rows[OUTER, "re_referrals", *TOTAL] == (3, 0, 3, None)
    for month, known in (("2016-05", 4), ("2016-04", 5)):
        row = rows[oracle.ENGLAND, "referrals", "month", month]
        assert row == (known, known * Fraction(20, 9), known * Fraction(29, 9), Fraction(29, 9))
    assert rows[OUTER, "referrals", "month", "2016-04"] == (0, 12 * Fraction(5, 9), 12 * Fraction(5, 9), None)
    assert rows["E12000009", "referrals", *TOTAL] == (0, 0, 0, None)


def test_reviews_are_estimated_by_population() -> None:
    """Though part of the plans, which are estimated at another rate."""
    names = ("cpp_at_31_march", "cpp_open_3_months_at_31_march", "cpp_reviewed_in_time_at_31_march")
    measures = {
        A: sent(**dict(zip(names, (10, 8, 6), strict=True))),
        B: sent(**dict(zip(names, (50, 12, 4), strict=True))),
    }
    rows = estimates(measures, [A, B, D], POPULATION, [(B, names[1], None)], 2017)
    # Plans: D 2,000 x 60 / 4,000 = 30. Open: 8 / 1,000, so B 24 and D 16. In time: D 2,000 x 10 / 4,000 = 5.
    assert [rows[oracle.ENGLAND, name, *TOTAL][:2] for name in names] == [(60, 30), (8, 40), (10, 5)]


def test_of_those_holds_for_authorities_and_not_for_estimates() -> None:
    measures = {A: sent(cpp_at_31_march=1), B: sent(cpp_at_31_march=30, cpp_open_3_months_at_31_march=30)}
    rows = estimates(measures, [A, B], POPULATION, [(A, "cpp_open_3_months_at_31_march", None)], 2017)
    assert rows[oracle.ENGLAND, "cpp_at_31_march", *TOTAL][2] == 31
    assert rows[oracle.ENGLAND, "cpp_open_3_months_at_31_march", *TOTAL][2] == 30 + 1000 * Fraction(30, 3000)


def test_a_part_stays_known_where_its_whole_is_unusable() -> None:
    rows = estimates(example(), EXPECTED, POPULATION, [(A, "referrals", None)], 2017)
    # A 1,000 x 12 / 3,000 = 4, D 8; parts: (1 + 3) / (4 + 12) of C 5 and of D 8.
    assert rows[oracle.ENGLAND, "referrals", *TOTAL] == (17, 12, 29, Fraction(29, 17))
    assert rows[oracle.ENGLAND, "re_referrals", *TOTAL][:2] == (4, Fraction(13, 4))


def test_an_unusable_breakdown_takes_its_crossings_with_it_and_no_more() -> None:
    breakdowns = {
        ("gender", "1"),
        ("age_band", "1-4"),
        ("ethnicity:gender", "WBRI:1"),
        ("ethnicity:age_band", "WBRI:1-4"),
        ("ethnicity:gender:age_band", "WBRI:1:1-4"),
    }
    stock = "cin_episodes_at_31_march"
    one = sent(cin_episodes_at_31_march=6) | {(stock, *key): 6 for key in breakdowns}
    measures = {A: one, B: one}
    rows = estimates(measures, [A, B], POPULATION, [(B, stock, "gender")], 2017)
    known = {key: rows[oracle.ENGLAND, stock, *key][0] for key in breakdowns}
    assert known == {key: 6 if "gender" in key[0] else 12 for key in breakdowns}
    rows = estimates(measures, [A, B], POPULATION, [(B, stock, "ethnicity:gender")], 2017)
    known = {key: rows[oracle.ENGLAND, stock, *key][0] for key in breakdowns}
    assert known == {key: 6 if key[0].startswith("ethnicity:gender") else 12 for key in breakdowns}


def test_pre_proceedings_change_no_figure() -> None:
    """2026-27. They are no other activity, either: with an assessment alone an RC8 referral stays not in need."""
    group = "<PreProceedingsandFGDM><PPStartDate>2026-06-01</PPStartDate></PreProceedingsandFGDM>"
    assessed = "<Assessments><AssessmentActualStartDate>2026-05-03</AssessmentActualStartDate></Assessments>"

    def found(after: str) -> oracle.Measures:
        need = referral("2026-05-01", after=after)
        no_need = referral("2026-05-02", "2026-08-01", "RC8", inside=assessed, after=after)
        this = whole_return(child(need) + child(no_need, child_id="C2"), 2027, "202")
        return measures_of_both(this, None, 2027)

    with_it = found(group * 2)
    assert with_it == found("")
    assert total(with_it, "referrals_assessed_not_in_need") == 1
    assert total(with_it, "cin_episodes_at_31_march") == 1


def test_what_cannot_be_estimated_is_empty() -> None:
    unusable: oracle.Unusable = [(la, "referrals", None) for la in (A, B, C)]
    rows = estimates(example(), EXPECTED, POPULATION, unusable, 2017)
    assert rows[oracle.ENGLAND, "referrals", *TOTAL] == (0, None, None, None)
    assert rows["E12000009", "referrals", *TOTAL] == (0, 0, 0, None)
    assert rows[oracle.ENGLAND, "re_referrals", *TOTAL] == (4, None, None, None)
    assert rows[OUTER, "re_referrals", *TOTAL] == (3, 0, 3, None)
    # Nobody who gave the part has any of the whole.
    measures = {A: sent(referrals=0, re_referrals=0), B: sent(referrals=0, re_referrals=None)}
    rows = estimates(measures, [A, B], POPULATION, [], 2017)
    assert rows[oracle.ENGLAND, "re_referrals", *TOTAL] == (0, None, None, None)
    assert rows[oracle.ENGLAND, "referrals", *TOTAL] == (0, 0, 0, 1)


@pytest.mark.parametrize(
    ("population", "unusable"),
    [
        ({A: 1000, B: 3000}, []),
        ({D: 2000}, []),
        (POPULATION, [(C, "referrals", None)]),
        (POPULATION, [(A, "refferals", None)]),
        (POPULATION, [(A, "cin_plans_starting", None)]),  # not in 2017
        (POPULATION, [(A, "referrals", "gender")]),
    ],
)
def test_national_figures_stop(population: dict[str, int], unusable: oracle.Unusable) -> None:
    with pytest.raises(ValueError, match=r"population|no such"):
        oracle.estimates(example(), EXPECTED, population, unusable, 2017)
    with pytest.raises(ValueError, match=r"population|no measure|no breakdown"):
        estimated(example(), EXPECTED, population, unusable, 2017)
