"""The pages about the methodology name what exists, and the generated one says what the code does."""

import importlib
import re

from cin_pipeline.methodology.catalogue import CATALOGUE, MEASURES
from cin_pipeline.methodology.measures_page import PAGE, measures_page
from cin_pipeline_tests.methodology import test_missing_data, test_random_returns, test_worked_examples
from cin_pipeline_tests.test_contracts import ROOT

TABLE = (ROOT / "docs" / "methodology.md").read_text(encoding="utf-8")


def test_every_function_and_test_that_is_named_exists() -> None:
    functions = re.findall(r"`(\w+)\.(\w+)`", TABLE)
    for module, function in functions:
        if module == "test_worked_examples":
            continue
        assert callable(getattr(importlib.import_module(f"cin_pipeline.methodology.{module}"), function))
    tests = re.findall(r"`(test_\w+)`", TABLE)
    for test in tests:
        assert any(
            hasattr(module, test) for module in (test_worked_examples, test_random_returns, test_missing_data)
        ), test
    assert len(functions) > 40
    assert len(tests) > 30


def test_every_selection_of_the_catalogue_is_mapped() -> None:
    named = {f"cin_pipeline.methodology.{module}.{name}" for module, name in re.findall(r"`(\w+)\.(\w+)`", TABLE)}
    # "of those" without a sentence of its own in the document
    from_the_release = {"cin_pipeline.methodology.episodes.awaiting_assessment"}
    for measure in CATALOGUE:
        source = f"{measure.rows.__module__}.{measure.rows.__name__}"
        assert source in named | from_the_release, source


def test_the_page_of_measures_is_up_to_date() -> None:
    assert (ROOT / PAGE).read_text(encoding="utf-8") == measures_page(), "run: make docs"


def test_a_whole_stands_before_its_parts() -> None:
    """Estimates are made in the order of the catalogue."""
    names = list(MEASURES)
    for measure in CATALOGUE:
        for whole in filter(None, (measure.part_of, measure.counted_from)):
            assert names.index(whole) < names.index(measure.name)
