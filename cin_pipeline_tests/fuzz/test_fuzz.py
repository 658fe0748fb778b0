"""Ten thousand mutants, the same ones every time; `make fuzz` tries others."""

from collections import Counter
from dataclasses import replace

import pytest

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline_tests.fuzz.targets import TARGETS
from cin_pipeline_tests.support.building import child, return_xml, valid_children
from cin_pipeline_tests.support.counting import fits, lost

COUNTS = {"reader": 2_600, "header": 4_000, "inputs": 3_400}
ENDS = {
    "reader": {"accepted", "refused", "refused by its header", "refused by its structure"},
    "header": {"identified", "refused"},
    "inputs": {"taken", "refused"},
}
PARTS = 3  # of a target, so that workers share them


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("name", COUNTS)
def test_what_must_hold_holds_for_every_mutant(name: str, part: int) -> None:
    target, verdicts = TARGETS[name], Counter[str]()
    for number in range(part, COUNTS[name], PARTS):
        data = target.mutant(1, number)
        try:
            verdicts[target.verdict(data)] += 1
        except Exception as fault:
            raise AssertionError(f"mutant {number} of seed 1: {data[:300]!r}") from fault
    assert verdicts.total() == len(range(part, COUNTS[name], PARTS))
    assert verdicts.keys() == ENDS[name]
    assert min(verdicts.values()) > 20  # each way to end is gone by enough of them


@pytest.mark.parametrize("name", COUNTS)
def test_a_mutant_is_made_by_seed_and_number_alone(name: str) -> None:
    made = [TARGETS[name].mutant(2, number) for number in range(50)]
    assert made == [TARGETS[name].mutant(2, number) for number in range(50)]
    assert len(set(made)) > 25


GOOD = return_xml([*valid_children(), child(LAchildID="x", Ethnicity="no code")])


def test_what_is_lost_is_found() -> None:
    cleaned = clean_return(read_return(GOOD, 2017).tables, 2017)
    assert lost(GOOD, 2017, cleaned) == []
    fewer = ReturnTables(**{**cleaned.tables, "plans": cleaned.tables["plans"].iloc[:-1]})
    assert lost(GOOD, 2017, replace(cleaned, tables=fewer))[0] == "3 ChildProtectionPlans, 2 rows of plans"
    unsaid = cleaned.issues[cleaned.issues["item"] != "Ethnicity"]
    assert lost(GOOD, 2017, replace(cleaned, issues=unsaid)) == ["9 values of Ethnicity, 8 told"]


@pytest.mark.parametrize(
    ("old", "new", "fitting"),
    [
        ("<Children>", "<Children>", True),
        ("<Child>", "<Child/><Child>", True),
        ("<ReferralNFA>", "x<ReferralNFA>", False),
        ("<ReferralNFA>", "<ReferralNFA/><ReferralNFA>", False),
        ("<ReferralNFA>", "<PrimaryNeedCode/><ReferralNFA>", False),
        ("<ReferralNFA>", "<Section47/><ReferralNFA>", True),
        ("<ReferralNFA>", "<CINPlanDates/><ReferralNFA>", False),
        (">WBRI<", "><b>WBRI</b><", False),
        ("</Message>", "", False),
        ("<Child>", '<Child xmlns="urn:x">', None),
    ],
)
def test_what_fits_the_specification_is_known_without_the_reader(old: str, new: str, fitting: bool | None) -> None:
    assert fits(GOOD.decode().replace(old, new).encode(), 2017) is fitting
