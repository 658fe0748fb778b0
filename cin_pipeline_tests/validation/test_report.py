"""The report as a string: what it says, shows and forbids. How it works in a browser is tested in `system`."""

import base64
import hashlib
import re

import pytest

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.text import visible
from cin_pipeline.validation import checking
from cin_pipeline.validation.registry import Declaration, Rule, rule_set
from cin_pipeline.validation.reporting import page, rejection_page
from cin_pipeline_tests.support.building import (
    assessment,
    child,
    enquiry,
    header,
    plan,
    return_xml,
    unfinished,
    valid_children,
    with_assessments,
    with_plans,
    with_referral,
)
from cin_pipeline_tests.support.reported import ABOUT, data_of, page_of, text_of, values_of

MARKUP = "</script><img src=x onerror=alert(1)>'\"&<!--{{7*7}}"


def test_a_clean_return_is_said_to_be_clean():
    page = page_of(return_xml(valid_children()))
    shown = text_of(page)
    assert "No errors and no queries. The return passes every rule that was run." in shown
    assert "no rule found anything in this return" in shown
    assert "97 checks passed" in shown
    assert "34 rules not run: not in force in 2016 to 2017" in shown
    assert "14 rules not run: no return for the previous year" in shown
    assert 'id="data"' not in page


def test_summary_names_authority_year_file_and_counts():
    shown = text_of(page_of(return_xml([child(Ethnicity=None), *valid_children()]), previous="201_2016.xml"))
    for part in ("City of London (201), 2016 to 2017", "201_2017.xml", "12,345 bytes", "201_2016.xml", "0" * 64,
                 "1 error. Errors have to be put right in the return.", "1 June 2017 at 09:30 UTC",
                 "Personal data at child level.", "children 9"):  # fmt: skip
        assert part in shown, part


def test_a_hit_has_child_place_message_and_value():
    page = page_of(return_xml([child(Ethnicity="wbri"), *valid_children()]))
    data = data_of(page)
    ((rule, severity, message, child_id, table, record, line, values),) = data["rows"]
    assert (data["rules"][rule], severity, child_id, data["tables"][table], record) == (
        "4220",
        0,
        "subject",
        "children",
        1,
    )
    assert data["messages"][message].startswith("The child's ethnicity is missing or no valid code")
    assert line == 16
    assert values == [[0, "wbri"]]
    assert "4220 error subject children 1 16 The child's ethnicity is missing" in text_of(page)


VALUES = {
    "of the record itself and of what it belongs to": (
        with_assessments(assessment(AssessmentActualStartDate="Y0-05-09")),
        ("1103", [("AssessmentActualStartDate", "2016-05-09"), ("CINreferralDate", "2016-05-10", "referrals 1")]),
    ),
    "missing": (child(LAchildID=None), ("8500", [("LAchildID", "")])),
    "of a record named with it": (
        with_plans(plan(CPPstartDate="W0-06-15", CPPendDate="Y0-09-01"), plan(CPPstartDate="Y0-08-15")),
        (
            "8940",
            [
                ("CPPstartDate", "2016-08-15"), ("CPPstartDate", "2016-06-15", "plans 1"),
                ("CPPendDate", "2016-11-01"), ("CPPendDate", "2016-09-01", "plans 1"),
            ],
        ),
    ),
    "of records below it": (
        with_assessments(unfinished(AssessmentFactors=["2B"])),
        ("8614", [("AssessmentAuthorisationDate", ""), ("AssessmentFactors", "2B", "assessment_factors 1")]),
    ),
    "none below it": (
        with_assessments(assessment(AssessmentFactors=None)),
        ("8897Q", [("AssessmentAuthorisationDate", "2016-06-20"), ("AssessmentFactors", "", "assessment_factors 0")]),
    ),
    "of a group": (child(CINdetails=[]), ("8590", [("CINdetails", "", "referrals 0")])),
    "white space round it left out": (child(GenderCurrent=" 3\n"), ("4180", [("GenderCurrent", "3")])),
}  # fmt: skip


@pytest.mark.parametrize(("record", "expected"), VALUES.values(), ids=VALUES)
def test_values_of_a_hit(record, expected):
    found = values_of(page_of(return_xml([record, *valid_children()])))
    assert expected in found


def test_values_of_the_header():
    page = page_of(return_xml(valid_children(), head=header(ReferenceDate="31/03/2017")))
    assert values_of(page) == [("100", [("Header.ReferenceDate", "31/03/2017"), ("Header.Year", "2017")])]


def test_markup_in_a_return_stays_text():
    """In ids, values and the file's name; in the block of data no tag can begin at all."""
    hostile = child(LAchildID=MARKUP, Ethnicity=MARKUP, GenderCurrent=MARKUP)
    page = page_of(return_xml([hostile, *valid_children()]), file_name=f"{MARKUP}.xml", previous=MARKUP)
    assert MARKUP not in page
    assert "<img" not in page
    assert page.count("<!--") == 0
    assert "49" not in [value[1] for _, values in values_of(page) for value in values]  # no template of ours ran it
    assert data_of(page)["rows"][0][3] == MARKUP
    block = page[page.index('id="data">') + 10 :]
    assert not set("<>&'") & set(block[: block.index("</script>")])
    assert page.count("</script>") == 2


def test_what_does_not_print_is_shown_by_its_number():
    assert visible("a\x00b\u202ec\td") == "a[U+0000]b[U+202E]c[U+0009]d"
    assert visible("Ärger, 日本 😀") == "Ärger, 日本 😀"
    assert visible("\udcff.xml") == "[U+DCFF].xml"
    assert visible("x" * 1_000) == f"{'x' * 200}… (1,000 characters)"
    page = page_of(return_xml([child(LAchildID="a\u202eb", Ethnicity="\x85"), *valid_children()]))
    assert "\u202e" not in page
    assert "a[U+202E]b" in text_of(page)
    page.encode("utf-8")


def test_the_page_allows_itself_its_own_script_and_style_and_nothing_else():
    page = page_of(return_xml([child(Ethnicity=None), *valid_children()]))
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    assert policy.startswith("default-src 'none'; ")
    for kind, content in (
        ("style", re.findall(r"<style>(.*?)</style>", page, re.DOTALL)),
        ("script", re.findall(r"<script>(.*?)</script>", page, re.DOTALL)),
    ):
        digest = base64.b64encode(hashlib.sha256(content[0].encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not re.search(r"""(?:src|href)=["'](?!#|data:,)""", page)
    assert not re.search(r"""\son\w+=|style="|https?:""", page)


def test_without_scripts_the_first_thousand_hits_are_there():
    many = [child(LAchildID=f"c{n}", UPN=None, Ethnicity=None, CINdetails=[]) for n in range(1_001)]
    page = page_of(return_xml([*many, *valid_children()]))
    assert "The first 1,000 of 2,002 hits. All of them are in issues.csv" in text_of(page)
    assert len(data_of(page)["rows"]) == 2_002
    (table,) = re.findall(r'<div id="plain">(.*?)</table>', page, re.DOTALL)
    assert table.count('<tr><th scope="row">') == 1_000


def test_a_crashed_rule_is_loud(monkeypatch):
    monkeypatch.setattr(checking, "rule_set", with_a_crash)
    shown = text_of(page_of(return_xml(valid_children())))
    assert "1 rule crashed: this report is not complete" in shown
    assert "ZeroDivisionError at test_report.py:" in shown
    assert "The return passes every rule that was run" not in shown
    assert "96 of 97 checks passed" in shown


def with_a_crash(year, settings):
    rules = rule_set(year, settings)
    return tuple(
        Rule(r.facts, Declaration("8500", r.message, _crash), year) if r.rule_id == "8500" else r for r in rules
    )


def _crash(sent):
    return 1 // 0


def test_a_rejected_file_has_a_page_with_reason_line_and_place():
    rejected = ReturnRejected("element <b> is unknown", line=65_536, path="/Message/Children")
    page = rejection_page(ABOUT, rejected)
    shown = text_of(page)
    for part in (
        "could not be read as a return",
        "Element <b> is unknown.",
        "65,536",
        "/Message/Children",
        "201_2017.xml",
    ):
        assert part in shown, part
    assert "<b>" not in page
    assert "Personal data" not in shown
    assert "not known" in text_of(rejection_page(ABOUT, ReturnRejected("the file is empty")))


def test_repeated_plans_of_one_conference_are_shown_with_it():
    """2885 names nothing here, so the enquiries beside the plan are shown."""
    record = with_referral(
        Assessments=[assessment()], Section47=[enquiry()], ChildProtectionPlans=[plan(CPPstartDate="Y0-07-01")]
    )
    found = dict(values_of(page_of(return_xml([record, *valid_children()]))))
    assert ("Section47.DateOfInitialCPC", "2016-06-15", "section47 1") in found["2885"]


def test_of_very_many_hits_the_page_holds_the_first_of_each_rule(monkeypatch):
    """As many of each as all together may be; a rule with fewer hits is held whole, with the values of each."""
    records = [*valid_children(), *[child(Ethnicity="x")] * 2, *[with_referral(CINreferralDate="never")] * 30]
    named = [record | {"LAchildID": f"C{n:02}", "UPN": None, "UPNunknown": "UN1"} for n, record in enumerate(records)]
    whole = values_of(page_of(return_xml(named)))
    counts = {rule: sum(found == rule for found, _ in whole) for rule, _ in whole}
    assert (counts["4220"], counts["8600"]) == (2, 30)
    monkeypatch.setattr(page, "MOST_HITS", len(whole) - 15)
    limited = page_of(return_xml(named))
    most = max(k for k in range(31) if sum(min(count, k) for count in counts.values()) <= len(whole) - 15)
    assert 2 < most < 30
    of_each = {rule: [hit for hit in whole if hit[0] == rule][:most] for rule in counts}
    assert values_of(limited) == [hit for hits in of_each.values() for hit in hits]
    assert f"This page holds the first {most} hits of each rule. All {len(whole)} are in issues.csv" in text_of(limited)
    assert "This page holds the first" not in text_of(page_of(return_xml(named[:-20])))
