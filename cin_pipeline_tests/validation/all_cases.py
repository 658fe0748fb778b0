"""Every case of every rule, and the plants: its first case that hits, of each rule that looks at one year alone."""

from cin_pipeline_tests.validation import (
    cases_assessment,
    cases_child,
    cases_cin_plan,
    cases_plan,
    cases_pre_proceedings,
    cases_referral,
    cases_return_level,
    cases_section47,
    cases_year_on_year,
)
from cin_pipeline_tests.validation.cases import Case

_MODULES = (
    cases_return_level, cases_child, cases_referral, cases_assessment, cases_section47, cases_plan, cases_cin_plan,
    cases_pre_proceedings, cases_year_on_year,
)  # fmt: skip

CASES: list[Case] = [case for module in _MODULES for case in module.CASES]
PLANTS: dict[str, Case] = {case.rule_id: case for case in reversed(CASES) if case.places and case.before is None}
