"""docs/rules.md says what the code does."""

from pathlib import Path

import cin_pipeline
from cin_pipeline.reference.validation_rules import rule_variants
from cin_pipeline.validation.rules_page import PAGE, rules_page
from cin_pipeline.validation.whole_return import CHECKS


def test_page_is_up_to_date():
    page = Path(cin_pipeline.__file__).parents[1] / PAGE
    assert page.read_text(encoding="utf-8") == rules_page(), "run python -m cin_pipeline.validation.rules_page"


def test_page_has_a_row_for_every_variant_and_every_check_of_ours():
    rows = [line.split(" | ")[0].removeprefix("| ") for line in rules_page().splitlines() if line.startswith("| ")]
    ids = [row for row in rows if row != "id"]
    variants = [facts.rule_id for variants in rule_variants().values() for facts in variants]
    assert sorted(ids) == sorted([*variants, *(ours.check_id for ours in CHECKS)])
