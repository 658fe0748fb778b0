"""The quality report as one HTML page that needs nothing else, in light, dark and print."""

import math
from typing import Any

from pandas import DataFrame

from cin_pipeline.methodology.backtesting import EQUAL, england_against_published, las_against_published
from cin_pipeline.methodology.measures import MEASURES
from cin_pipeline.pages import environment, render
from cin_pipeline.publication.quality import changes, counts, coverage
from cin_pipeline.publication.quality.inputs import QualityInput
from cin_pipeline.publication.shown import Published
from cin_pipeline.publication.tables import TABLES
from cin_pipeline.reference.authorities import authorities

MOST_RULES = 15  # in the open; the others are folded


def quality_report(facts: QualityInput) -> str:
    """The report on the data of a release."""
    year = facts.release.year
    published = Published(facts.protected, TABLES)
    templates = environment("cin_pipeline.publication.quality")
    templates.filters["factor"] = _factor
    return render(
        templates,
        "quality.html",
        style="quality.css",
        year=str(year),
        year_before=str(year.previous),
        expected=coverage.expected(facts),
        returned=coverage.returned(facts),
        not_returned=coverage.not_returned(facts),
        without_year_before=coverage.without_year_before(facts),
        missing=coverage.missing_figures(facts),
        unusable=coverage.unusable_items(facts),
        returns=counts.returns(facts),
        rules=counts.rules_by_hits(facts),
        most_rules=MOST_RULES,
        totals={severity: counts.total_of(facts, severity) for severity in ("error", "query")},
        grades=counts.GRADES,
        modules=counts.grades_by_module(facts),
        low=counts.of_low_confidence(facts),
        england_changes=changes.england_changes(published, year),
        la_changes=changes.la_changes(published, year),
        compared=changes.compared(published, year),
        thresholds=changes.ENGLAND_THRESHOLDS,
        titles={name: measure.title for name, measure in MEASURES.items()},
        **_against_published(facts),
        readings=counts.readings_touched(facts),
        las_counted=facts.readings["la_code"].nunique(),
    )


def _against_published(facts: QualityInput) -> dict[str, Any]:
    """England's figures beside those published, where the release is of all LAs; and how many of the LAs' are equal."""
    year = facts.release.year.ending
    complete = set(coverage.expected(facts)) >= set(authorities(year))
    estimates = facts.release.estimates
    england = england_against_published(estimates[estimates["collection_year"] == year] if complete else estimates[:0])
    measures = facts.release.measures
    las = las_against_published(measures[measures["collection_year"] == year])
    return {
        "complete": complete,
        "england_published": england.astype(object).where(england.notna(), None).to_dict("records"),
        "england_equal": int((england["outcome"] == EQUAL).sum()),
        "las_published": _outcomes(las),
    }


def _outcomes(las: DataFrame) -> list[tuple[str, int]]:
    """How many cells published for LAs came to which outcome."""
    return [(str(outcome), int(number)) for outcome, number in las["outcome"].value_counts().items()]


def _factor(number: float) -> str:
    return "no estimate" if math.isnan(number) else f"{number:.4f}"
