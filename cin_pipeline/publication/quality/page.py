"""The quality report as one HTML page that needs nothing else, in light, dark and print."""

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
from pandas import DataFrame

from cin_pipeline.methodology.backtesting import EQUAL, england_against_published, las_against_published
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.pages import environment, render
from cin_pipeline.publication.quality import changes, counts, coverage
from cin_pipeline.publication.quality.inputs import QualityInput
from cin_pipeline.publication.release_tables import TABLES
from cin_pipeline.publication.shown import Published
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.missing_data import Practice

MOST_NAMED = 12  # authorities in one cell; they are all in the table of returns
MOST_RULES = 15  # in the open; the others are folded


def quality_report(facts: QualityInput) -> str:
    """The report on the data of a release."""
    year = facts.release.year
    published = Published(facts.protected, TABLES)
    missing = coverage.missing_figures(facts)
    templates = environment("cin_pipeline.publication.quality")
    return render(
        templates,
        "quality.html",
        style="quality.css",
        year=str(year),
        provisional=year.provisional,
        year_before=str(year.previous),
        expected=coverage.expected(facts),
        returned=coverage.returned(facts),
        not_returned=coverage.not_returned(facts),
        without_year_before=coverage.without_year_before(facts),
        standing_in=coverage.standing_in(facts),
        practice=facts.release.missing_in(year.ending),
        doubts=[each.in_public for each in facts.release.doubts],
        without_population=coverage.without_population(facts),
        estimated_with=facts.estimated_with,
        rates_from=facts.release.population_sources.get(year.ending),
        missing=missing,
        missing_rows=[_missing_row(each) for each in coverage.alike(missing)],
        unusable=[each._replace(breakdown=each.breakdown or "all") for each in coverage.unusable_items(facts)],
        returns=counts.returns(facts),
        rules=counts.rules_by_hits(facts),
        most_rules=MOST_RULES,
        totals={severity: counts.total_of(facts, severity) for severity in ("error", "query")},
        grades=counts.GRADES,
        modules=[(_part(module), *found.values()) for module, found in counts.grades_by_module(facts).items()],
        low=[(_part(module), ", ".join(names)) for module, names in counts.of_low_confidence(facts).items()],
        england_changes=changes.england_changes(published, year),
        la_changes=changes.la_changes(published, year),
        thresholds=changes.ENGLAND_THRESHOLDS,
        titles={name: measure.title for name, measure in MEASURES.items()},
        **_against_published(facts),
        interpretations=counts.interpretations_touched(facts),
        las_counted=facts.interpretations["la_code"].nunique(),
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
        "england_published": [_published_row(row) for row in england.to_dict("records")],
        "england_equal": int((england["outcome"] == EQUAL).sum()),
        "las_published": _outcomes(las),
    }


def _outcomes(las: DataFrame) -> list[tuple[str, str]]:
    """How many cells published for LAs came to which outcome."""
    counted = las["outcome"].value_counts().items()
    return [(f"{str(outcome)[:1].upper()}{str(outcome)[1:]}", f"{number:,}") for outcome, number in counted]


def _published_row(row: Mapping[Hashable, Any]) -> tuple[str, ...]:
    unit = str(row["unit"]) + ("" if row["series"] == "revised" else ", first published")
    numbers = ("" if pd.isna(row[name]) else f"{row[name]:,}" for name in ("published", "ours", "difference"))
    return (str(row["figure"]).replace("_", " "), unit, *numbers)


def _missing_row(missing: coverage.Missing) -> tuple[str, ...]:
    why = "; ".join(f"{_names(names)} ({reason})" for reason, names in missing.reasons.items())
    factor = "no estimate" if math.isnan(missing.factor) else f"{missing.factor:.4f}"
    how = factor if missing.done in ("", Practice.ESTIMATE) else missing.done
    return missing.title, missing.breakdown, why, f"{missing.given:,}", how


def _names(names: tuple[str, ...]) -> str:
    return ", ".join(names) if len(names) <= MOST_NAMED else f"{len(names)} authorities"


def _part(module: str) -> str:
    return "section 47" if module == "section47" else module.replace("_", " ")
