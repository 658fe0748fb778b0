"""What the validation rules find in an LA's return, and how far its figures can be relied on."""

from collections.abc import Iterator

import dagster as dg
from pandas import DataFrame

from cin_pipeline.census.cleaning import CleanedReturn
from cin_pipeline.census.reading import SentReturn
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.methodology.catalogue import MEASURES
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.checks import check, result, schema_check, schema_result
from cin_pipeline.orchestration.io_managers import PriorYear
from cin_pipeline.orchestration.metadata import (
    OWNERS,
    declared_columns,
    frame_metadata,
    markdown_table,
    provisional,
    with_bars,
)
from cin_pipeline.orchestration.partitions import by_year_la
from cin_pipeline.orchestration.submissions import Work
from cin_pipeline.reference.authorities import authorities
from cin_pipeline.reference.year_on_year_checks import year_on_year_checks
from cin_pipeline.store.cleaned_returns import cleaned_of
from cin_pipeline.validation import RuleInput, RuleResults, RuleSettings
from cin_pipeline.validation import check as check_rules
from cin_pipeline.validation.confidence import LOW, data_confidence, year_on_year_changes
from cin_pipeline.validation.confidence.grading import WHOLE_RETURN
from cin_pipeline.validation.confidence.table import DATA_CONFIDENCE
from cin_pipeline.validation.results import NAMED_RECORDS, RULE_HITS, RULE_OUTCOMES
from cin_pipeline.validation.year_on_year import compared_checks

VALIDATION = "validation_issues"

HITS_SCHEMA = schema_check("validation_issues")
ERRORS = check("errors", "validation_issues", "No rule with the severity error is broken.")
QUERIES = check("queries", "validation_issues", "No rule with the severity query is broken.")
RAN = check("rules_ran", "validation_issues", "No rule crashed. What a crashed rule looks for is unknown, not absent.")
YEAR_ON_YEAR_CHECKS = check(
    "year_on_year_checks",
    "validation_issues",
    "None of the Department's year-on-year checks is met. Passes without a return for the previous year.",
)


@dg.asset(
    description="Every hit of the validation rules: rule, severity, child, table, record, line, fields. Value issues "
    "of cleaning are in it as rule VALUE, unless a rule reports the same value. The year-on-year checks compare with "
    "the return of the previous year, and run again when that changes.",
    group_name=groups.VALIDATION,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    check_specs=[HITS_SCHEMA, ERRORS, QUERIES, RAN, YEAR_ON_YEAR_CHECKS],
    metadata=declared_columns(RULE_HITS),
    code_version="4",
    io_manager_key="row_tables",
)
def validation_issues(
    work: dg.ResourceParam[Work],
    raw_return: SentReturn,
    cleaned_return: CleanedReturn,
    prior_year_referrals: PriorYear,
) -> Iterator[dg.Output[RuleResults] | dg.AssetCheckResult]:
    """See validation.check."""
    submission, store = work.submission, work.store
    chosen = RuleSettings(store.settings.rules_added, store.settings.rules_removed)
    previous = _previous_return(work, prior_year_referrals)
    found = check_rules(RuleInput(raw_return, cleaned_return, work.year.ending, previous), chosen)
    store.quality.note_rules(
        submission.submission,
        errors=found.count("error"),
        queries=found.count("query"),
        crashed=len(found.crashed),
    )
    by_rule = found.issues.groupby(["severity", "rule_id"], sort=True).size()
    rows = [(rule, severity, count) for (severity, rule), count in by_rule.items()]
    yield dg.Output(
        found,
        metadata={
            **provisional(work.year),
            **frame_metadata(found.issues),
            "hits": markdown_table(("rule", "severity", "", "hits"), with_bars(rows)),
        },
    )
    # Not that of a return, like a hit of a rule: the figures do not rest on these tables.
    tables = ((RULE_HITS, found.issues), (NAMED_RECORDS, found.named), (RULE_OUTCOMES, found.outcomes))
    yield schema_result(HITS_SCHEMA, *tables, overridden=submission.overridden)
    for spec, severity in ((ERRORS, "error"), (QUERIES, "query")):
        hits = {rule: count for rule, level, count in rows if level == severity}
        counts = {"hits": sum(hits.values()), "by_rule": markdown_table(("rule", "hits"), hits.items())}
        yield result(spec, (f"{rule}: {count}" for rule, count in hits.items()), counts)
    yield result(RAN, found.crashed, severity=dg.AssetCheckSeverity.ERROR)
    of_two_years = found.issues[found.issues["rule_id"].isin(list(year_on_year_checks()))]
    said = list(zip(of_two_years["rule_id"], of_two_years["message"], strict=True))
    about = {"compared": previous is not None, "said": markdown_table(("check", "what it says"), said)}
    yield result(YEAR_ON_YEAR_CHECKS, (rule for rule, _ in said), about)


CONFIDENCE_SCHEMA = schema_check("data_confidence")
CONFIDENCE = check("confidence", "data_confidence", "No module of the return is of low confidence.")
YEAR_ON_YEAR = check(
    "year_on_year_change",
    "data_confidence",
    "No headline figure moved far beyond the previous year's. Measures and thresholds are ours.",
)


@dg.asset(
    name="data_confidence",
    description="Indicators by module: completeness of each item, records with errors and queries, change on the "
    "previous year, and the confidence they give; thresholds are ours, see docs/data-confidence.md. Beside them the "
    "Department's year-on-year checks.",
    group_name=groups.VALIDATION,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    check_specs=[CONFIDENCE_SCHEMA, CONFIDENCE, YEAR_ON_YEAR],
    metadata=declared_columns(DATA_CONFIDENCE),
    code_version="3",
    io_manager_key="row_tables",
)
def data_confidence_asset(
    work: dg.ResourceParam[Work],
    cleaned_return: CleanedReturn,
    validation_issues: RuleResults,
    la_measures: DataFrame,
    prior_year_referrals: PriorYear,
) -> Iterator[dg.Output[DataFrame] | dg.AssetCheckResult]:
    """See validation.confidence.data_confidence."""
    year = work.year
    table = data_confidence(
        cleaned_return.tables,
        year.ending,
        work.la_code,
        issues=validation_issues.issues,
        measures=la_measures,
        # Dagster allows one mapping between two assets, and la_measures of this year is an input already.
        previous=_current_measures(work),
        crashed=validation_issues.crashed,
        checks=compared_checks(
            cleaned_return.tables,
            _previous_return(work, prior_year_referrals),
            year.ending,
            validation_issues.run,
        ),
    )
    overall = table[table["indicator"] == "overall"]
    rows = list(zip(overall["module"], overall["confidence"], strict=True))
    submission = work.submission
    work.store.quality.note_confidence(submission.submission, dict(rows)[WHOLE_RETURN])
    yield dg.Output(
        table, metadata={**frame_metadata(table), "confidence": markdown_table(("module", "confidence"), rows)}
    )
    yield schema_result(CONFIDENCE_SCHEMA, (DATA_CONFIDENCE, table), overridden=submission.overridden)
    yield result(CONFIDENCE, (f"{module}: low" for module, confidence in rows if confidence == LOW))
    yield result(YEAR_ON_YEAR, year_on_year_changes(table, {name: measure.title for name, measure in MEASURES.items()}))


def _current_measures(work: Work) -> DataFrame | None:
    """The current figures of the previous year, where the LA can be compared with them."""
    current = work.store.registry.current(work.year.previous.ending, work.la_code)
    comparable = current is not None and _existed_before(work)
    return work.store.figures.la_measures_of(current.submission) if comparable and current else None


def _previous_return(work: Work, prior: PriorYear) -> ReturnTables | None:
    """The return that re-referrals were found with, and no later one: so a change of it recounts both or neither.

    None where that is for re-referrals alone: a predecessor's, or a new LA's own."""
    if prior.submission is None:
        return None
    submission = work.store.registry.get(prior.submission)
    if submission.la_code != work.la_code or not _existed_before(work):
        return None
    return cleaned_of(work.store, submission).tables


def _existed_before(work: Work) -> bool:
    return work.la_code in authorities(work.year.previous.ending)
