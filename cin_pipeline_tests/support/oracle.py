"""Every measure worked out a second time, naively: loops and dictionaries over one record at a time.

Written from docs/definitions.md, independently of the package, so that the two can be compared on any input. The
words a function implements stand in it, in quotes; "Silent" marks what they leave open and was chosen here.
"""

import calendar
import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

Key = tuple[str, str, str]
Measures = dict[Key, int | None]
Unusable = list[tuple[str, str, str | None]]
Row = tuple[Fraction, Fraction | None, Fraction | None, Fraction | None]
RowKey = tuple[str, str, str, str]

ENGLAND = "E92000001"
# What can be done about a figure that an authority did not give; the first two are practices too.
ESTIMATE, LEAVE_OUT, CARRY_FORWARD = "estimate", "leave-out", "carry-forward"
DATA = Path(__file__).parents[2] / "cin_pipeline" / "reference" / "data"

# Every measure of section 4 with its breakdowns.
CATALOGUE: dict[str, tuple[str, ...]] = {
    "cin_episodes_starting": (),
    "cin_children_starting": (),
    "cin_episodes_ending": ("duration", "reason_for_closure"),
    "cin_children_ending": (),
    "cin_episodes_any_point": (),
    "cin_children_any_point": (),
    "cin_episodes_at_31_march": (
        "has_disability",
        "disability",
        "primary_need",
        "duration",
        "gender",
        "age_band",
        "ethnicity",
        "primary_need:gender",
        "primary_need:age_band",
        "primary_need:gender:age_band",
        "ethnicity:gender",
        "ethnicity:age_band",
        "ethnicity:gender:age_band",
    ),
    "cin_children_at_31_march": (),
    "cin_awaiting_assessment_at_31_march": (),
    "cin_plans_starting": (),
    "children_cin_plan_starting": (),
    "cin_plans_ending": (),
    "children_cin_plan_ending": (),
    "cin_plans_any_point": (),
    "children_cin_plan_any_point": (),
    "cin_plans_at_31_march": (),
    "referrals": ("referral_source", "month"),
    "children_referred": (),
    "referrals_no_further_action": (),
    "referrals_assessed_not_in_need": (),
    "re_referrals": (),
    "children_re_referred": (),
    "assessments_completed": ("duration", "working_days"),
    "factor_episodes": ("factor", "factor_group"),
    "section_47_enquiries": (),
    "children_section_47": (),
    "icpcs": ("wait", "working_days"),
    "children_icpc": (),
    "cpp_starting": ("initial_category", "latest_category"),
    "children_cpp_starting": (),
    "cpp_starting_second_or_subsequent": (),
    "cpp_ending": ("duration",),
    "children_cpp_ending": (),
    "cpp_any_point": (),
    "children_cpp_any_point": (),
    "cpp_at_31_march": (
        "initial_category",
        "latest_category",
        "duration",
        "gender",
        "age_band",
        "ethnicity",
        "gender:age_band",
        "initial_category:gender",
        "initial_category:age_band",
        "initial_category:gender:age_band",
        "initial_category:ethnicity",
    ),
    "children_cpp_at_31_march": (),
    "cpp_open_3_months_at_31_march": (),
    "cpp_reviewed_in_time_at_31_march": (),
    "cpp_ending_first_6_months": ("remained_in_need",),
    "cpp_ending_first_6_months_transferred": (),
}


def catalogue_of(year: int) -> dict[str, tuple[str, ...]]:
    # "plans of children in need (table B7, from 2022)" "no row before 2022"
    return {name: breakdowns for name, breakdowns in CATALOGUE.items() if year >= 2022 or "cin_plan" not in name}


# "*Part of a whole.*": each part and its whole.
WHOLE_OF = {
    "re_referrals": "referrals",
    "referrals_no_further_action": "referrals",
    "referrals_assessed_not_in_need": "referrals",
    "children_re_referred": "children_referred",
    "cin_awaiting_assessment_at_31_march": "cin_episodes_at_31_march",
    "cpp_starting_second_or_subsequent": "cpp_starting",
}


# Values


@cache
def csv_rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def year_within(year: int, first: str, last: str) -> bool:
    return (not first or int(first) <= year) and (not last or year <= int(last))


@cache
def valid_codes(code_set: str, year: int) -> frozenset[str]:
    # "A code is valid if the year's code set (`code-sets.csv`) holds it."
    return frozenset(
        row["code"]
        for row in csv_rows("code-sets")
        if row["code_set"] == code_set and year_within(year, row["valid_from_year"], row["valid_to_year"])
    )


@cache
def bank_holidays() -> frozenset[date]:
    return frozenset(date.fromisoformat(row["date"]) for row in csv_rows("bank-holidays"))


def trimmed(text: str | None) -> str | None:
    # "White space at either end of a value, of any kind, is cut off. A value of which nothing remains is missing."
    # Silent on what is white space: all that Unicode calls so, the no-break space too.
    return (text or "").strip() or None


def value(record: ElementTree.Element | None, path: str) -> str | None:
    return None if record is None else trimmed(record.findtext(path))


def day(record: ElementTree.Element | None, path: str) -> date | None:
    return read_day(value(record, path))


def read_day(text: str | None) -> date | None:
    # "A date is written YYYY-MM-DD and is a day of the calendar. All other text counts as missing" "a time zone after
    # the day (`Z`, `+01:00`) is allowed and disregarded" Silent on which: those of XML schema's dates, up to 14 hours.
    zone = "Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00)"
    if text is None or not re.fullmatch(f"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}({zone})?", text):
        return None
    try:
        return date(int(text[:4]), int(text[5:7]), int(text[8:10]))
    except ValueError:
        return None


def category(code: str | None, code_set: str, year: int) -> str:
    # "Identifiers and codes must agree in every character" "In a breakdown every missing or invalid code is category
    # `unknown`, also within crossings"
    return code if code is not None and code in valid_codes(code_set, year) else "unknown"


def previous_plans(text: str | None) -> int:
    # "NumberOfPreviousCPP is a run of digits, leading zeros allowed. Whatever else stands there counts as 0"
    return int(text) if text is not None and re.fullmatch("[0-9]+", text) else 0


# Records


class Year(NamedTuple):
    """From 1 April Y-1, its start, to 31 March Y, its end."""

    number: int
    start: date
    end: date

    def holds(self, when: date | None) -> bool:
        # "a date is in the year from the first to the last of these days, both included"
        return when is not None and self.start <= when <= self.end


def year_of(number: int) -> Year:
    return Year(number, date(number - 1, 4, 1), date(number, 3, 31))


ChildKey = tuple[str, str | int]


@dataclass(frozen=True)
class Referral:
    child: ChildKey
    characteristics: ElementTree.Element  # the Child element that gives them
    record: ElementTree.Element  # CINdetails
    referred: date
    closed: date | None
    no_further_action: bool

    def groups(self, name: str) -> list[ElementTree.Element]:
        # "A group is present if its element is, even an empty one"
        return self.record.findall(name)


@dataclass(frozen=True)
class Plan:
    referral: Referral
    record: ElementTree.Element
    started: date
    ended: date | None


def child_key(child: ElementTree.Element, position: int) -> ChildKey:
    # "A *child* is an LA and a LAchildID" "Each Child record without a LAchildID is another child"
    child_id = value(child, "ChildIdentifiers/LAchildID")
    return ("without id", position) if child_id is None else ("id", child_id)


def referrals_in(xml: bytes) -> list[Referral]:
    """The referrals of a return that have a usable date."""
    # "One CINdetails record is one *referral*" "The same record twice is two"
    first: dict[ChildKey, ElementTree.Element] = {}
    found: list[Referral] = []
    for position, child in enumerate(ElementTree.fromstring(xml).findall("Children/Child")):
        key = child_key(child, position)
        # "Child records of one return with the same LAchildID are one child. Its characteristics are all those of the
        # first such record, even those left blank, and even where that record holds no referral"
        first.setdefault(key, child)
        for record in child.findall("CINdetails"):
            referred = day(record, "CINreferralDate")
            # "Nothing is counted of a referral without a date that can be read, nor of what stands under it"
            if referred is not None:
                found.append(Referral(key, first[key], record, referred, day(record, "CINclosureDate"), is_nfa(record)))
    return found


def is_nfa(record: ElementTree.Element) -> bool:
    # "ReferralNFA says `1` or `true`, in capitals or not. Anything else, or nothing, is no."
    return (value(record, "ReferralNFA") or "").lower() in ("1", "true")


def is_not_in_need(referral: Referral, year: Year) -> bool:
    # "it is not flagged as no further action; its ReasonForClosure is RC8, or RC9 in years that have the code; it has
    # an Assessments group; it has neither a Section47 nor a ChildProtectionPlans group, nor a DateOfInitialCPC of its
    # own that can be read. Its dates do not matter"
    reason = category(value(referral.record, "ReasonForClosure"), "ReasonForClosure", year.number)
    return (
        not referral.no_further_action
        and reason in ("RC8", "RC9")
        and len(referral.groups("Assessments")) > 0
        and len(referral.groups("Section47")) == 0
        and len(referral.groups("ChildProtectionPlans")) == 0
        and day(referral.record, "DateOfInitialCPC") is None
    )


def followed_up(referrals: list[Referral]) -> list[Referral]:
    # "Such a referral counts among referrals and in pairs of re-referrals, and what stands under it (assessments,
    # factors, enquiries, conferences, plans) nowhere" "What stands under a referral goes by its own dates, however the
    # referral is dated"
    return [referral for referral in referrals if not referral.no_further_action]


def episodes_of_need(referrals: list[Referral], year: Year) -> list[Referral]:
    # "Any other referral is an *episode of need*."
    return [referral for referral in followed_up(referrals) if not is_not_in_need(referral, year)]


def plans_of(referrals: list[Referral]) -> list[Plan]:
    plans: list[Plan] = []
    for referral in followed_up(referrals):
        for record in referral.groups("ChildProtectionPlans"):
            started = day(record, "CPPstartDate")
            # "nor of a plan without a start that can be read"
            if started is not None:
                plans.append(Plan(referral, record, started, day(record, "CPPendDate")))
    return plans


# Bands


def months_after(start: date, months: int) -> date:
    # "n months after a day is the same day of the month n months on, or the last of that month where it is shorter"
    month = start.year * 12 + start.month - 1 + months
    last = calendar.monthrange(month // 12, month % 12 + 1)[1]
    return date(month // 12, month % 12 + 1, min(start.day, last))


def duration_band(start: date, end: date) -> str | None:
    # "`up_to_3_months`, the end no later than three months after the start; `over_3_to_6_months`, no later than six;
    # `over_6_months_to_1_year`, before twelve; `1_to_2_years`, before twenty-four; `2_years_or_more`"
    if end < start:
        return None  # "What ends before it starts [...] is in the total and in no category"
    if end <= months_after(start, 3):
        return "up_to_3_months"
    if end <= months_after(start, 6):
        return "over_3_to_6_months"
    if end < months_after(start, 12):
        return "over_6_months_to_1_year"
    return "1_to_2_years" if end < months_after(start, 24) else "2_years_or_more"


def is_working_day(when: date) -> bool:
    # "those from Monday to Friday that are no bank holiday (`bank-holidays.csv`)"
    return when.weekday() < 5 and when not in bank_holidays()


def working_days(start: date | None, end: date) -> int | None:
    # "of the days after the first, the last one included". Whole weeks have five weekdays; the rest is looked at day by
    # day, and holidays on weekdays come off.
    if start is None or end < start:
        return None  # "What ends before it starts, or lacks one of the dates, is in the total and in no category"
    weeks, days = divmod((end - start).days, 7)
    left_over = [end - timedelta(days=back) for back in range(days)]
    holidays = [when for when in bank_holidays() if start < when <= end and when.weekday() < 5]
    return weeks * 5 + sum(when.weekday() < 5 for when in left_over) - len(holidays)


def assessment_band(start: date, end: date, days: int) -> str:
    # "`same_day`, both dates the same; `1-10`, which has 0 between different dates too; `11-20`, `21-30`, `31-40`,
    # `41-45`, `46-50`, `51-60`, `61+`"
    if start == end:
        return "same_day"
    for last, band in ((10, "1-10"), (20, "11-20"), (30, "21-30"), (40, "31-40"), (45, "41-45"), (50, "46-50")):
        if days <= last:
            return band
    return "51-60" if days <= 60 else "61+"


def wait_band(days: int) -> str:
    # "`wait` in working days: `0-10`, `11-15`, `16-20`, `21+`"
    if days <= 10:
        return "0-10"
    if days <= 15:
        return "11-15"
    return "16-20" if days <= 20 else "21+"


def age_band(child: ElementTree.Element, year: Year) -> str:
    # "whole years of age at 31 March" "`unborn`: born after 31 March, or without a birth date and with an expected one.
    # Neither date: `unknown`"
    born = day(child, "ChildIdentifiers/PersonBirthDate")
    if born is None:
        # Silent on an expected date that cannot be read: missing like any other date, so none is held.
        expected = day(child, "ChildIdentifiers/ExpectedPersonBirthDate")
        return "unknown" if expected is None else "unborn"
    if born > year.end:
        return "unborn"
    age = year.end.year - born.year - ((born.month, born.day) > (year.end.month, year.end.day))
    for below, band in ((1, "under_1"), (5, "1-4"), (10, "5-9"), (16, "10-15")):
        if age < below:
            return band
    return "16+"


def gender(child: ElementTree.Element, year: Year) -> str:
    # "GenderCurrent; from 2025 Sex"
    item = "Sex" if year.number >= 2025 else "GenderCurrent"
    return category(value(child, f"ChildIdentifiers/{item}"), item, year.number)


def ethnicity(child: ElementTree.Element, year: Year) -> str:
    return category(value(child, "ChildCharacteristics/Ethnicity"), "Ethnicity", year.number)


def disabilities(child: ElementTree.Element, year: Year) -> set[str]:
    # "`yes` for a child with a valid code other than NONE, otherwise `no`. Under `disability` an episode counts once
    # for each different one of these codes"
    codes = {trimmed(code.text) for code in child.findall("ChildCharacteristics/Disabilities/Disability")}
    return {code for code in codes if code in valid_codes("Disability", year.number) and code != "NONE"}


# Measures


class Counts:
    """Counts of one return so far; categories appear when they are first counted."""

    def __init__(self, year: int) -> None:
        self.counted: dict[Key, int] = {(measure, "total", "total"): 0 for measure in catalogue_of(year)}

    def add(self, measure: str, breakdown: str = "total", category: str | None = "total", number: int = 1) -> None:
        if category is not None and number:
            self.counted.setdefault((measure, breakdown, category), 0)
            self.counted[measure, breakdown, category] += number

    def distinct_children(self, measure: str, children: list[ChildKey]) -> None:
        self.add(measure, number=len(set(children)))


def la_measures(xml: bytes, previous_xml: bytes | None, year: int) -> Measures:
    """Every measure of a return by (measure, breakdown, category); None where it is not available."""
    when = year_of(year)
    referrals = referrals_in(xml)
    counts = Counts(year)
    count_episodes(counts, episodes_of_need(referrals, when), when)
    count_referrals(counts, referrals, when)
    count_assessments(counts, referrals, when)
    count_factors(counts, referrals, when)
    count_section_47(counts, referrals, when)
    count_conferences(counts, referrals, when)
    count_plans(counts, plans_of(referrals), when)
    if year >= 2022:
        count_need_plans(counts, referrals, when)
    if previous_xml is not None:
        count_re_referrals(counts, referrals, referrals_in(previous_xml), when)
    measures: Measures = dict(counts.counted)
    if previous_xml is None:
        # "Where the LA has no such return, both measures are not available; a return without children is one"
        measures["re_referrals", "total", "total"] = None
        measures["children_re_referred", "total", "total"] = None
    return measures


def count_episodes(counts: Counts, episodes: list[Referral], year: Year) -> None:
    starting, ending, any_point, at_end = [], [], [], []
    for episode in episodes:
        # "episodes referred in the year"
        if year.holds(episode.referred):
            starting.append(episode)
        # "episodes closed in the year, referred by its last day, be it in an earlier year"
        if year.holds(episode.closed) and episode.referred <= year.end:
            ending.append(episode)
        # "episodes referred by the last day of the year and not closed before its first"
        if episode.referred <= year.end and (episode.closed is None or episode.closed >= year.start):
            any_point.append(episode)
        # "episodes referred by the last day of the year and not closed by then"
        if episode.referred <= year.end and (episode.closed is None or episode.closed > year.end):
            at_end.append(episode)
    for name, chosen in (
        ("starting", starting),
        ("ending", ending),
        ("any_point", any_point),
        ("at_31_march", at_end),
    ):
        counts.add(f"cin_episodes_{name}", number=len(chosen))
        counts.distinct_children(f"cin_children_{name}", [episode.child for episode in chosen])
    for episode in ending:
        count_ended_episode(counts, episode, year)
    for episode in at_end:
        count_open_episode(counts, episode, year)


def count_ended_episode(counts: Counts, episode: Referral, year: Year) -> None:
    measure = "cin_episodes_ending"
    assert episode.closed is not None
    counts.add(measure, "duration", duration_band(episode.referred, episode.closed))
    reason = category(value(episode.record, "ReasonForClosure"), "ReasonForClosure", year.number)
    counts.add(measure, "reason_for_closure", reason)


def count_open_episode(counts: Counts, episode: Referral, year: Year) -> None:
    measure = "cin_episodes_at_31_march"
    # "of the episodes at 31 March, those without an Assessments group"
    if not episode.groups("Assessments"):
        counts.add("cin_awaiting_assessment_at_31_march")
    child = episode.characteristics
    recorded = disabilities(child, year)
    counts.add(measure, "has_disability", "yes" if recorded else "no")
    for code in recorded:
        counts.add(measure, "disability", code)
    # "At 31 March that day is the end."
    counts.add(measure, "duration", duration_band(episode.referred, year.end))
    need = category(value(episode.record, "PrimaryNeedCode"), "PrimaryNeedCode", year.number)
    sex, age, group = gender(child, year), age_band(child, year), ethnicity(child, year)
    counts.add(measure, "primary_need", need)
    counts.add(measure, "gender", sex)
    counts.add(measure, "age_band", age)
    counts.add(measure, "ethnicity", group)
    # "A crossing has the names of its categories with a colon between."
    counts.add(measure, "primary_need:gender", f"{need}:{sex}")
    counts.add(measure, "primary_need:age_band", f"{need}:{age}")
    counts.add(measure, "primary_need:gender:age_band", f"{need}:{sex}:{age}")
    counts.add(measure, "ethnicity:gender", f"{group}:{sex}")
    counts.add(measure, "ethnicity:age_band", f"{group}:{age}")
    counts.add(measure, "ethnicity:gender:age_band", f"{group}:{sex}:{age}")


def count_referrals(counts: Counts, referrals: list[Referral], year: Year) -> None:
    # "referrals dated in the year, those of no further action too"
    in_year = [referral for referral in referrals if year.holds(referral.referred)]
    counts.add("referrals", number=len(in_year))
    counts.distinct_children("children_referred", [referral.child for referral in in_year])
    for referral in in_year:
        source = category(value(referral.record, "ReferralSource"), "ReferralSource", year.number)
        counts.add("referrals", "referral_source", source)
        # "`month`, the month of its date as YYYY-MM"
        counts.add("referrals", "month", referral.referred.isoformat()[:7])
        if referral.no_further_action:
            counts.add("referrals_no_further_action")
        if is_not_in_need(referral, year):
            counts.add("referrals_assessed_not_in_need")


def count_re_referrals(counts: Counts, referrals: list[Referral], previous: list[Referral], year: Year) -> None:
    # "put a child's referrals of the year and its latest referral of the year before in the order of their dates; every
    # two neighbours 0 to 365 days apart are one" "children with such a pair" "The latest referral of the year before is
    # sought in the return of that year, among referrals dated in it."
    dates: dict[ChildKey, list[date]] = {}
    for referral in referrals:
        if year.holds(referral.referred):
            dates.setdefault(referral.child, []).append(referral.referred)
    last_year = year_of(year.number - 1)
    latest: dict[ChildKey, date] = {}
    for referral in previous:
        # Without a LAchildID "in no other year anybody".
        if last_year.holds(referral.referred) and referral.child[0] == "id":
            latest[referral.child] = max(latest.get(referral.child, referral.referred), referral.referred)
    for child, days in dates.items():
        ordered = sorted(days + ([latest[child]] if child in latest else []))
        pairs = [0 <= (ordered[n + 1] - ordered[n]).days <= 365 for n in range(len(ordered) - 1)]
        counts.add("re_referrals", number=sum(pairs))
        counts.add("children_re_referred", number=int(any(pairs)))


def declared_predecessors() -> dict[tuple[int, str], str]:
    return {(int(row["year"]), row["la_code"]): row["predecessor"] for row in csv_rows("predecessors")}


def previous_return(
    returns: Mapping[tuple[int, str], bytes], la: str, year: int, predecessors: Mapping[tuple[int, str], str]
) -> bytes | None:
    """The return that an LA's re-referrals of the year look back to, of returns and predecessors by (year, LA)."""
    # "From 2014 to 2027" "For 2014 there are no re-referrals."
    if year - 1 < 2014:
        return None
    own = returns.get((year - 1, la))
    # "A new LA without one uses that of the LA declared as its predecessor" The line is of this year: no other year's
    # re-referrals use it.
    if own is not None or (year, la) not in predecessors:
        return own
    return returns.get((year - 1, predecessors[year, la]))


def authorised_in_year(referral: Referral, year: Year) -> list[ElementTree.Element]:
    return [
        assessment
        for assessment in referral.groups("Assessments")
        if year.holds(day(assessment, "AssessmentAuthorisationDate"))
    ]


def count_assessments(counts: Counts, referrals: list[Referral], year: Year) -> None:
    measure = "assessments_completed"
    # "assessments with AssessmentAuthorisationDate in the year"
    for referral in followed_up(referrals):
        for assessment in authorised_in_year(referral, year):
            counts.add(measure)
            # "`duration` and `working_days`, from AssessmentActualStartDate" "a category for every number that occurs"
            start, end = day(assessment, "AssessmentActualStartDate"), day(assessment, "AssessmentAuthorisationDate")
            assert end is not None
            days = working_days(start, end)
            if start is not None and days is not None:
                counts.add(measure, "duration", assessment_band(start, end, days))
                counts.add(measure, "working_days", str(days))


def count_factors(counts: Counts, referrals: list[Referral], year: Year) -> None:
    # "referrals with a factor other than 21 among all the valid factors of their assessments completed in the year"
    for referral in followed_up(referrals):
        union = set()
        for assessment in authorised_in_year(referral, year):
            for factor in assessment.findall("FactorsIdentifiedAtAssessment/AssessmentFactors"):
                code = trimmed(factor.text)
                if code in valid_codes("AssessmentFactors", year.number):
                    union.add(code)
        if union - {"21"}:
            counts.add("factor_episodes")
        # "`factor`, a referral once under each different factor; `factor_group`, once under each different number, a
        # factor without its letter (1A, 1B and 1C are 1)" "Category 21 of either holds all referrals that name it, with
        # or without others, so also some that the total does not"
        for code in union:
            counts.add("factor_episodes", "factor", code)
        for group in {code.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for code in union}:
            counts.add("factor_episodes", "factor_group", group)


def count_section_47(counts: Counts, referrals: list[Referral], year: Year) -> None:
    # "different pairs of a child and an S47ActualStartDate in the year"
    enquiries = set()
    for referral in followed_up(referrals):
        for section_47 in referral.groups("Section47"):
            start = day(section_47, "S47ActualStartDate")
            if year.holds(start):
                enquiries.add((referral.child, start))
    counts.add("section_47_enquiries", number=len(enquiries))
    counts.distinct_children("children_section_47", [child for child, _ in enquiries])


def count_conferences(counts: Counts, referrals: list[Referral], year: Year) -> None:
    # "different pairs of a child and a DateOfInitialCPC in the year, whether in Section47 or in CINdetails"
    section_47_starts: dict[tuple[ChildKey, date], list[date]] = {}
    referral_dates: dict[tuple[ChildKey, date], list[date]] = {}
    for referral in followed_up(referrals):
        for section_47 in referral.groups("Section47"):
            held = day(section_47, "DateOfInitialCPC")
            if held is not None and year.holds(held):
                starts = section_47_starts.setdefault((referral.child, held), [])
                start = day(section_47, "S47ActualStartDate")
                if start is not None:
                    starts.append(start)
        held = day(referral.record, "DateOfInitialCPC")
        if held is not None and year.holds(held):
            referral_dates.setdefault((referral.child, held), []).append(referral.referred)
    conferences = set(section_47_starts) | set(referral_dates)
    counts.add("icpcs", number=len(conferences))
    counts.distinct_children("children_icpc", [child for child, _ in conferences])
    for conference in conferences:
        # "Counting begins with the earliest S47ActualStartDate in any Section47 record of the child that holds this
        # conference date. Only for a conference that no Section47 record holds does it begin with the referral: the
        # earliest date of those that hold it" "A conference in Section47 records without a start that can be read has
        # no wait, even where CINdetails holds it too"
        begun = section_47_starts.get(conference, referral_dates.get(conference, []))
        days = working_days(min(begun, default=None), conference[1])
        if days is not None:
            counts.add("icpcs", "wait", wait_band(days))
            counts.add("icpcs", "working_days", str(days))


def count_plans(counts: Counts, plans: list[Plan], year: Year) -> None:
    starting, ending, any_point, at_end = [], [], [], []
    for plan in plans:
        # "plans with CPPstartDate in the year"
        if year.holds(plan.started):
            starting.append(plan)
        # "plans with CPPendDate in the year, started by its last day"
        if year.holds(plan.ended) and plan.started <= year.end:
            ending.append(plan)
        # "plans started by the last day of the year and not ended before its first"
        if plan.started <= year.end and (plan.ended is None or plan.ended >= year.start):
            any_point.append(plan)
        # "plans started by the last day of the year and not ended by then, whether their referral is closed or not"
        if plan.started <= year.end and (plan.ended is None or plan.ended > year.end):
            at_end.append(plan)
    for name, chosen in (
        ("starting", starting),
        ("ending", ending),
        ("any_point", any_point),
        ("at_31_march", at_end),
    ):
        counts.add(f"cpp_{name}", number=len(chosen))
        counts.distinct_children(f"children_cpp_{name}", [plan.referral.child for plan in chosen])
    for plan in starting:
        count_started_plan(counts, plan, year)
    for plan in ending:
        assert plan.ended is not None
        counts.add("cpp_ending", "duration", duration_band(plan.started, plan.ended))
        count_what_followed(counts, plan, plan.ended, year)
    for plan in at_end:
        count_open_plan(counts, plan, year)
        count_reviews(counts, plan, year)


def count_need_plans(counts: Counts, referrals: list[Referral], year: Year) -> None:
    children: dict[str, list[ChildKey]] = {"starting": [], "ending": [], "any_point": [], "at_31_march": []}
    # "They count under referrals not in need too" "what stands under it [...] nowhere" of those of no further action
    for referral in followed_up(referrals):
        # "CINPlanDates records, defined like the protection plans below with CINPlanStartDate and CINPlanEndDate"
        for record in referral.groups("CINPlanDates"):
            started, ended = day(record, "CINPlanStartDate"), day(record, "CINPlanEndDate")
            if started is None:
                continue  # "nor of a plan without a start that can be read"
            if year.holds(started):
                children["starting"].append(referral.child)
            if year.holds(ended) and started <= year.end:
                children["ending"].append(referral.child)
            if started <= year.end and (ended is None or ended >= year.start):
                children["any_point"].append(referral.child)
            if started <= year.end and (ended is None or ended > year.end):
                children["at_31_march"].append(referral.child)
    for name, of in children.items():
        counts.add(f"cin_plans_{name}", number=len(of))
        if name != "at_31_march":
            counts.distinct_children(f"children_cin_plan_{name}", of)


def category_of_abuse(plan: Plan, item: str, year: Year) -> str:
    return category(value(plan.record, item), "CategoryOfAbuse", year.number)


def count_what_followed(counts: Counts, plan: Plan, ended: date, year: Year) -> None:
    # "of `cpp_ending`, ended from 1 April to 30 September"
    if not date(year.number - 1, 4, 1) <= ended <= date(year.number - 1, 9, 30):
        return
    measure, closed = "cpp_ending_first_6_months", plan.referral.closed
    counts.add(measure)
    if closed is None or closed > year.end:
        # "the last also without a closure by 31 March"
        counts.add(measure, "remained_in_need", "over_6_months")
    elif closed >= ended:  # "closed before the plan ended, in the total alone"
        # "from the plan's end to the closure of its referral" "`up_to_3_months`, no later than three months after;
        # `over_3_to_6_months`, no later than six; `over_6_months`"
        soon = closed <= months_after(ended, 3)
        later = "over_3_to_6_months" if closed <= months_after(ended, 6) else "over_6_months"
        counts.add(measure, "remained_in_need", "up_to_3_months" if soon else later)
        # "of the category `up_to_3_months`, closed as RC5"
        if soon and value(plan.referral.record, "ReasonForClosure") == "RC5":
            counts.add("cpp_ending_first_6_months_transferred")


def count_started_plan(counts: Counts, plan: Plan, year: Year) -> None:
    counts.add("cpp_starting", "initial_category", category_of_abuse(plan, "InitialCategoryOfAbuse", year))
    counts.add("cpp_starting", "latest_category", category_of_abuse(plan, "LatestCategoryOfAbuse", year))
    # "of those, with NumberOfPreviousCPP of 1 or more"
    if previous_plans(value(plan.record, "NumberOfPreviousCPP")) >= 1:
        counts.add("cpp_starting_second_or_subsequent")


def count_open_plan(counts: Counts, plan: Plan, year: Year) -> None:
    measure, child = "cpp_at_31_march", plan.referral.characteristics
    initial = category_of_abuse(plan, "InitialCategoryOfAbuse", year)
    counts.add(measure, "initial_category", initial)
    counts.add(measure, "latest_category", category_of_abuse(plan, "LatestCategoryOfAbuse", year))
    counts.add(measure, "duration", duration_band(plan.started, year.end))
    sex, age = gender(child, year), age_band(child, year)
    counts.add(measure, "gender:age_band", f"{sex}:{age}")
    counts.add(measure, "initial_category:gender:age_band", f"{initial}:{sex}:{age}")
    for breakdown, held in (
        ("gender", sex),
        ("age_band", age),
        ("ethnicity", ethnicity(child, year)),
    ):
        counts.add(measure, breakdown, held)
        counts.add(measure, f"initial_category:{breakdown}", f"{initial}:{held}")


def count_reviews(counts: Counts, plan: Plan, year: Year) -> None:
    # "those for which three months after the start is 31 March or earlier"
    if months_after(plan.started, 3) > year.end:
        return
    counts.add("cpp_open_3_months_at_31_march")
    reviews = []
    for review in plan.record.findall("Reviews/CPPreviewDate"):
        held = read_day(trimmed(review.text))
        # "A review before the start or after 31 March is disregarded; one of an earlier year is not."
        if held is not None and plan.started <= held <= year.end:
            reviews.append(held)
    if reviewed_in_time(plan.started, sorted(reviews), year.end):
        counts.add("cpp_reviewed_in_time_at_31_march")


def reviewed_in_time(started: date, reviews: list[date], end: date) -> bool:
    # "its first review is no later than three months after the start, every other no later than six months after the
    # one before it, and 31 March no later than six months after the last. A plan without a review is, if 31 March is no
    # later than three months after its start."
    if not reviews:
        return end <= months_after(started, 3)
    in_time = reviews[0] <= months_after(started, 3)
    for before, review in pairwise(reviews):
        in_time = in_time and review <= months_after(before, 6)
    return in_time and end <= months_after(reviews[-1], 6)


# Estimates


def place_members(expected: list[str], year: int) -> dict[str, list[str]]:
    """The expected authorities of England, of each region, and of Inner and Outer London."""
    # "England (E92000001), the nine regions, and within London also Inner and Outer London."
    members: dict[str, list[str]] = {ENGLAND: list(expected)}
    placed = []
    for row in csv_rows("local-authorities"):
        here = row["la_code"] in expected and year_within(year, row["valid_from"], row["valid_to"])
        placed += [row["la_code"]] if here else []
        for code in (row["region_code"], row["london_subregion_code"]):
            if code:
                # A place without an expected authority keeps its rows of zero.
                members.setdefault(code, []).extend([row["la_code"]] if here else [])
    if sorted(placed) != sorted(expected):
        raise ValueError("an expected authority is repeated, or is none of the year")
    return members


@dataclass(frozen=True)
class Carried:
    """What stands in for an LA without an accepted return: the measures of its accepted return of an earlier year, and
    what of them was unusable in that year (measure and perhaps breakdown)."""

    from_year: int
    measures: Measures
    unusable: tuple[tuple[str, str | None], ...] = ()


class EnglandRow(NamedTuple):
    """A row of england.csv: its figures, and what was done about the authorities that did not give this one."""

    known: Fraction
    estimated: Fraction | None
    value: Fraction | None
    grossing_factor: Fraction | None
    missing_data: str


class Figure(NamedTuple):
    """What an authority puts into a row, None for nothing; `treatment` is empty where it gave the figure."""

    number: Fraction | None
    treatment: str


def practice_of(year: int) -> str:
    # "All this is the practice `estimate`, of the years to 2018." "From 2019 it is `leave-out`"
    return ESTIMATE if year <= 2018 else LEAVE_OUT


def reaches(declared: str | None, breakdown: str) -> bool:
    # "An entry with a breakdown reaches that and its crossings, of a crossing of two those of three that hold both; one
    # without all of the measure"
    return declared is None or set(declared.split(":")) <= set(breakdown.split(":"))


@dataclass(frozen=True)
class Sent:
    """What the expected authorities sent, what of it is declared unusable, and what is done about the rest."""

    measures: dict[str, Measures]
    expected: list[str]
    population: dict[str, int]
    unusable: Unusable
    year: int
    practice: str
    carried: dict[str, Carried] = field(default_factory=dict)

    def known(self, la: str, measure: str) -> int | None:
        # "A figure of an LA is missing only where that is declared, never because it is 0" "the LA is expected and has
        # no accepted return; it is a re-referral measure and the year before has no return; or the list of unusable
        # items has it"
        if la not in self.measures or (la, measure, None) in self.unusable:
            return None
        # Totals are always there in a return; 0 lets hand-made examples name only what they are about.
        return self.measures[la].get((measure, "total", "total"), 0)

    def gave(self, la: str, measure: str, breakdown: str) -> bool:
        declared = [name for where, of, name in self.unusable if (where, of) == (la, measure) and name is not None]
        reached = any(reaches(name, breakdown) for name in declared)
        return self.known(la, measure) is not None and not reached

    def carries(self, la: str, measure: str, breakdown: str) -> bool:
        # "What the earlier return did not have, or could not use, adds nothing and is not estimated." Of a year without
        # the measure, not available in it, or declared unusable for it.
        earlier = self.carried.get(la)
        if earlier is None or measure not in catalogue_of(earlier.from_year):
            return False
        if earlier.measures.get((measure, "total", "total"), 0) is None:
            return False
        return not any(of == measure and reaches(name, breakdown) for of, name in earlier.unusable)

    def carried_categories(self, la: str, measure: str, breakdown: str) -> dict[str, int]:
        """What is carried of a breakdown, by category of this year."""
        found: dict[str, int] = {}
        if self.carries(la, measure, breakdown):
            earlier = self.carried[la]
            for key, number in earlier.measures.items():
                if key[:2] == (measure, breakdown) and number is not None:
                    name = carried_category(breakdown, key[2], earlier.from_year, self.year)
                    if name is not None:
                        found[name] = found.get(name, 0) + number
        return found

    def carried_number(self, la: str, measure: str, breakdown: str, name: str) -> int | None:
        if not self.carries(la, measure, breakdown):
            return None
        if breakdown == "total":
            return self.carried[la].measures.get((measure, "total", "total"), 0)
        # A category that the earlier year did not have adds nothing either, and the row says so.
        if not could_be_recorded(breakdown, name, self.carried[la].from_year, self.year):
            return None
        return self.carried_categories(la, measure, breakdown).get(name, 0)

    def categories(self, measure: str, breakdown: str) -> list[str]:
        found = set()
        for la in self.expected:
            if self.gave(la, measure, breakdown):
                found |= {key[2] for key, number in self.measures[la].items() if key[:2] == (measure, breakdown)}
            found |= set(self.carried_categories(la, measure, breakdown))
        return sorted(found)


# The code set of each breakdown by codes, but for gender and factor_group.
CODE_SET_OF = {
    "primary_need": "PrimaryNeedCode",
    "reason_for_closure": "ReasonForClosure",
    "referral_source": "ReferralSource",
    "ethnicity": "Ethnicity",
    "initial_category": "CategoryOfAbuse",
    "latest_category": "CategoryOfAbuse",
    "disability": "Disability",
    "factor": "AssessmentFactors",
}
# "genders 1, 2 and 0 or 9 become M, F and U"
SEX_OF = {"1": "M", "2": "F", "0": "U", "9": "U"}


@cache
def codes_of(breakdown: str, year: int) -> frozenset[str] | None:
    """The codes that are a breakdown's categories in a year, None where its categories are no codes."""
    if breakdown == "gender":
        return valid_codes("Sex" if year >= 2025 else "GenderCurrent", year)
    if breakdown == "factor_group":
        return frozenset(re.sub("[A-Z]", "", code) for code in valid_codes("AssessmentFactors", year))
    return valid_codes(CODE_SET_OF[breakdown], year) if breakdown in CODE_SET_OF else None


def carried_category(breakdown: str, name: str, from_year: int, year: int) -> str | None:
    """The category of the year that one of an earlier year counts under; None: under none."""
    moved = []
    for part, code in zip(breakdown.split(":"), name.split(":"), strict=True):
        codes = codes_of(part, year)
        if part == "month":
            # "Months move with the year"
            moved.append(f"{int(code[:4]) + year - from_year}{code[4:]}")
        elif part == "gender" and from_year < 2025 <= year:
            moved.append(SEX_OF.get(code, "unknown"))
        elif codes is None or code in codes:
            moved.append(code)
        elif part in ("disability", "factor", "factor_group"):
            # "factors and disabilities among them go"
            return None
        else:
            # "codes that the year does not have become `unknown`"
            moved.append("unknown")
    return ":".join(moved)


def could_be_recorded(breakdown: str, name: str, from_year: int, year: int) -> bool:
    """Whether the earlier year had a category that counts under this one."""
    for part, code in zip(breakdown.split(":"), name.split(":"), strict=True):
        codes = codes_of(part, from_year)
        if codes is not None and code != "unknown":
            if part == "gender" and from_year < 2025 <= year:
                codes = frozenset(SEX_OF[earlier] for earlier in codes)
            if code not in codes:
                return False
    return True


def england_rows(
    measures: dict[str, Measures],
    expected: list[str],
    population: dict[str, int],
    unusable: Unusable,
    year: int,
    practice: str | None = None,
    carried: Mapping[str, Carried] | None = None,
) -> dict[RowKey, EnglandRow]:
    """The rows of england.csv by (geography code, measure, breakdown, category).

    `practice` is None or `carry-forward` for that of the year and what is `carried` by LA; `estimate` and `leave-out`
    override it and carry nothing. Rows of categories that are zero are left out. Raises ValueError where national
    figures must stop, or for a name outside the catalogue or a return that is not expected."""
    check_names(measures, expected, unusable, year)
    overridden = practice in (ESTIMATE, LEAVE_OUT)
    # "without an accepted return" Silent on a line for an authority that is not expected: nothing of it is in any
    # figure.
    used = {
        la: earlier
        for la, earlier in (carried or {}).items()
        if not overridden and la in expected and la not in measures
    }
    done = practice if practice is not None and overridden else practice_of(year)
    sent = Sent(measures, expected, population, unusable, year, done, used)
    places = place_members(expected, year)
    rows: dict[RowKey, EnglandRow] = {}
    for measure, breakdowns in catalogue_of(year).items():
        known: dict[str, Fraction | None] = {}
        for la in expected:
            number = sent.known(la, measure)
            known[la] = None if number is None else Fraction(number)
        totals = authority_totals(sent, measure)
        figures = figures_of(sent, (measure, "total", "total"), known, totals)
        for place, authorities in places.items():
            rows[place, measure, "total", "total"] = place_row(place, [figures[la] for la in authorities])
        for breakdown in breakdowns:
            for name in sent.categories(measure, breakdown):
                known, numbers = authority_categories(sent, measure, breakdown, name, totals)
                figures = figures_of(sent, (measure, breakdown, name), known, numbers)
                for place, authorities in places.items():
                    row = place_row(place, [figures[la] for la in authorities])
                    if row[:2] != (0, 0):
                        rows[place, measure, breakdown, name] = row
    return rows


def estimates(
    measures: dict[str, Measures],
    expected: list[str],
    population: dict[str, int],
    unusable: Unusable,
    year: int,
    practice: str | None = None,
    carried: Mapping[str, Carried] | None = None,
) -> dict[RowKey, Row]:
    """The figures of `england_rows`: (known, estimated, value, grossing factor)."""
    rows = england_rows(measures, expected, population, unusable, year, practice, carried)
    return {key: (row.known, row.estimated, row.value, row.grossing_factor) for key, row in rows.items()}


def percentage(rows: Mapping[RowKey, EnglandRow], place: str, part: str, whole: str) -> Fraction | None:
    """A measure of a place as a percentage of another, None where there is none to give."""
    # "a percentage is of the place's whole as it stands"
    number, of = rows[place, part, "total", "total"].value, rows[place, whole, "total", "total"].value
    return None if number is None or not of else 100 * number / of


def check_names(measures: dict[str, Measures], expected: list[str], unusable: Unusable, year: int) -> None:
    # "returns of other LAs are refused"
    if not set(measures) <= set(expected):
        raise ValueError("a return of an authority that is not expected")
    # "a measure or breakdown that does not exist is an error". Silent on `total` as a breakdown: there is none.
    # Silent on an entry for an authority that is not expected: nothing of it is in any figure, so it is let through.
    for _, measure, breakdown in unusable:
        known = catalogue_of(year)
        if measure not in known or (breakdown is not None and breakdown not in known[measure]):
            raise ValueError(f"no such measure or breakdown: {measure}, {breakdown}")


def authority_totals(sent: Sent, measure: str) -> dict[str, Fraction | None]:
    """Each authority's total T, None where it can be neither known nor estimated."""
    # "Every LA has a total T of each measure, known or estimated"
    totals: dict[str, Fraction | None] = {}
    for la in sent.expected:
        number = sent.known(la, measure)
        totals[la] = None if number is None else Fraction(number)
    known = {la: number for la, number in totals.items() if number is not None}
    # What is carried forward is "in no rate or divisor", and what it lacks is not estimated.
    missing = [la for la in sent.expected if la not in known and la not in sent.carried]
    if sent.practice == LEAVE_OUT or not missing or not known:
        # "Where an estimate is needed and nobody gave the figure, [...] `estimated`, `value` and `grossing_factor` are
        # empty". Two-edged where the missing also lack a population: no rate to apply, so empty, no error.
        return totals
    if measure in WHOLE_OF:
        totals.update(by_part_of_whole(known, missing, authority_totals(sent, WHOLE_OF[measure])))
    else:
        totals.update(by_population(known, missing, sent.population))
    return totals


def by_population(
    known: dict[str, Fraction], missing: list[str], population: dict[str, int]
) -> dict[str, Fraction | None]:
    # "T is the LA's population times a rate: the sum of the known figures over the sum of the populations, of LAs that
    # have both"
    counted = [la for la in known if la in population]
    people = sum(population[la] for la in counted)
    # "If the LA that is missing has no population, or none of the known has, there are no national figures, but an
    # error."
    if people == 0 or any(la not in population for la in missing):
        raise ValueError("no population to estimate with")
    rate = sum((known[la] for la in counted), Fraction(0)) / people
    return {la: rate * population[la] for la in missing}


def by_part_of_whole(
    known: dict[str, Fraction], missing: list[str], whole: dict[str, Fraction | None]
) -> dict[str, Fraction | None]:
    # "T is the LA's T of the whole, times the sum of the known parts, over the sum of the T of the whole of the LAs
    # that gave the part". Of a giver whose own whole cannot be estimated, as nobody knows the whole, the divisor is
    # "empty itself".
    divisor = Fraction(0)
    for la in known:
        number = whole[la]
        if number is None:
            return dict.fromkeys(missing)
        divisor += number
    return shared_out(known, missing, whole, divisor)


def shared_out(
    known: dict[str, Fraction], missing: list[str], totals: dict[str, Fraction | None], divisor: Fraction
) -> dict[str, Fraction | None]:
    # "the divisor of rule 1 or 3 is 0 [...] empty, even for a whole of 0"
    share = sum(known.values(), Fraction(0)) / divisor if divisor else None
    found: dict[str, Fraction | None] = {}
    for la in missing:
        total = totals[la]
        found[la] = None if total is None or share is None else total * share
    return found


def authority_categories(
    sent: Sent, measure: str, breakdown: str, name: str, totals: dict[str, Fraction | None]
) -> tuple[dict[str, Fraction | None], dict[str, Fraction | None]]:
    """Each authority's known number in a category (None: lacks the breakdown), and its known or estimated number."""
    # "A category of a breakdown that an LA did not give is its T, times the sum of the known category, over the sum of
    # T, of the LAs that gave the breakdown"
    gave: dict[str, Fraction] = {}
    divisor = Fraction(0)
    for la in sent.expected:
        total = totals[la]
        if sent.gave(la, measure, breakdown) and total is not None:
            gave[la] = Fraction(sent.measures[la].get((measure, breakdown, name)) or 0)
            divisor += total
    missing = [la for la in sent.expected if la not in gave]
    known = {la: gave.get(la) for la in sent.expected}
    return known, {**known, **shared_out(gave, missing, totals, divisor)}


def figures_of(
    sent: Sent, key: Key, known: dict[str, Fraction | None], numbers: dict[str, Fraction | None]
) -> dict[str, Figure]:
    """What each authority puts into the rows of a figure, of what it gave or what it can be estimated at."""
    figures: dict[str, Figure] = {}
    for la in sent.expected:
        given = known[la]
        if given is not None:
            figures[la] = Figure(given, "")
        elif la in sent.carried:
            # "the figures of the LA's accepted return of that earlier year are `estimated` in its places" "What the
            # earlier return did not have, or could not use, adds nothing and is not estimated."
            carried = sent.carried_number(la, *key)
            figures[la] = Figure(None, LEAVE_OUT) if carried is None else Figure(Fraction(carried), CARRY_FORWARD)
        else:
            figures[la] = Figure(None, LEAVE_OUT) if sent.practice == LEAVE_OUT else Figure(numbers[la], ESTIMATE)
    return figures


def place_row(place: str, figures: list[Figure]) -> EnglandRow:
    # "`known` is the sum of what its LAs gave and `estimated` the sum of what was estimated for the others; `value` is
    # both together"
    known, estimated = Fraction(0), Fraction(0)
    for figure in figures:
        if figure.treatment == "":
            known += figure.number or 0
        else:
            estimated += figure.number or 0
    # "several joined by `; ` in alphabetical order; empty where nothing was missing"
    treatments = {figure.treatment for figure in figures if figure.treatment}
    done = "; ".join(sorted(treatments))
    # "Where an estimate is needed and nobody gave the figure, or the divisor of rule 1 or 3 is 0 or empty itself,
    # `estimated`, `value` and `grossing_factor` are empty"
    impossible = any(figure == (None, ESTIMATE) for figure in figures)
    # "Where nobody gave the figure, `known` is 0 and the rest is empty." Silent on a place where no authority is
    # expected: none lacks anything, so 0.
    nobody = bool(figures) and all(figure.treatment == LEAVE_OUT for figure in figures)
    if impossible or nobody:
        return EnglandRow(known, None, None, None, done)
    # "`grossing_factor` is `value` over `known`, or 1 if nothing is known; regions have none."
    factor = (known + estimated) / known if known else Fraction(1)
    return EnglandRow(known, estimated, known + estimated, factor if place == ENGLAND else None, done)
