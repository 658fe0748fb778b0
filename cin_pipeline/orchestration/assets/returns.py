"""From the landed file of an LA to typed tables."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from cin_pipeline.answers.history import NotComparable, tables_of
from cin_pipeline.census.cleaning import CleanedReturn, clean_return
from cin_pipeline.census.comparing import compare_returns
from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.return_tables import ReturnTables, cleaned_schemas
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.checks import check, count_faults, result, schema_faults, stopping
from cin_pipeline.orchestration.metadata import OWNERS, changed_records, record_counts
from cin_pipeline.orchestration.partitions import by_year_la, year_and_la
from cin_pipeline.orchestration.submissions import begin, holder_of, submission_at_work
from cin_pipeline.store.registry import Submission
from cin_pipeline.store.store import Store

return_file = dg.AssetSpec(
    "return_file",
    description="The file an LA sent for a collection year, as landed. Kept write-once under its hash.",
    group_name=groups.RETURNS,
    owners=OWNERS,
    kinds={"xml"},
    partitions_def=by_year_la,
)


@dg.asset(
    description="The records of the return as sent: eight linked tables of text with record numbers and lines.",
    group_name=groups.RETURNS,
    owners=OWNERS,
    kinds={"xml", "parquet"},
    partitions_def=by_year_la,
    deps=[return_file],
    code_version="1",
    io_manager_key="row_tables",
)
def raw_return(context: dg.AssetExecutionContext, store: dg.ResourceParam[Store]) -> dg.Output[ReturnTables]:
    """See census.reading.read_return."""
    year, _ = year_and_la(context.partition_key)
    submission = begin(context, store)
    try:
        tables = read_return(
            store.returns.read(submission.sha256), year.ending, max_bytes=store.settings.max_return_bytes
        )
    except ReturnRejected as rejected:
        store.registry.reject(submission.submission, str(rejected), holder_of(context.run))
        raise dg.Failure(f"{submission.file_name}: {rejected}", allow_retries=False) from None
    return dg.Output(
        tables,
        # Dagster's own version of an external input is the same for all bytes: a resubmission would be invisible.
        data_version=dg.DataVersion(submission.sha256),
        metadata={
            "submission": submission.submission,
            "file": submission.file_name,
            "sha256": submission.sha256,
            "bytes": submission.size,
            **record_counts(tables.row_counts()),
            **_changes(store, submission, tables),
        },
    )


def _changes(store: Store, submission: Submission, tables: ReturnTables) -> dict[str, Any]:
    """What changed since the submission that was accepted before, where there is one whose copy can be read."""
    earlier = store.registry.accepted_before(submission)
    if earlier is None:
        return {}
    try:
        comparison = compare_returns(tables_of(store, earlier), tables, submission.collection_year)
    except NotComparable as reason:
        return {"changes": f"not known: {reason}"}
    return changed_records(comparison, earlier.submission)


SCHEMA = check("schema", "cleaned_return", "Every table has the columns and types of its schema.", blocking=True)
RECONCILE = check("reconcile", "cleaned_return", "As many records in every table as were sent.", blocking=True)
VALUES = check("values_readable", "cleaned_return", "Every value could be read, and nothing expected is missing.")


@dg.asset(
    description="The typed tables of the return, and a list of every value that could not be read. "
    "A bad value is null here; no record is left out.",
    group_name=groups.RETURNS,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    check_specs=[SCHEMA, RECONCILE, VALUES],
    code_version="1",
    io_manager_key="row_tables",
)
def cleaned_return(
    context: dg.AssetExecutionContext, store: dg.ResourceParam[Store], raw_return: ReturnTables
) -> Iterator[dg.Output[CleanedReturn] | dg.AssetCheckResult]:
    """See census.cleaning.clean_return."""
    year, la_code = year_and_la(context.partition_key)
    submission = submission_at_work(store, year.ending, la_code, context.run)
    cleaned = clean_return(raw_return, year.ending)
    counts = cleaned.tables.row_counts()
    yield dg.Output(cleaned, metadata={**record_counts(counts), "value_issues": len(cleaned.issues)})
    broken = schema_faults(cleaned_schemas(year.ending), dict(cleaned.tables.items()))
    lost = count_faults(raw_return.row_counts(), counts)
    checks = [
        result(SCHEMA, broken, overridden=submission.overridden),
        result(RECONCILE, lost, counts, overridden=submission.overridden),
    ]
    by_item = cleaned.issues["item"].value_counts()
    checks.append(result(VALUES, (f"{item}: {count}" for item, count in by_item.items()), by_item.to_dict()))
    yield from checks
    if failed := stopping(checks):
        store.registry.reject(submission.submission, f"checks failed: {', '.join(failed)}", holder_of(context.run))
