"""From the landed file of an LA to typed tables."""

from collections.abc import Iterator
from typing import Any

import dagster as dg

from cin_pipeline.answers.history import NotComparable, tables_of
from cin_pipeline.census.cleaning import VALUE_ISSUES, CleanedReturn, clean_return
from cin_pipeline.census.comparing import compare_returns
from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.reading import SentReturn, read_return
from cin_pipeline.census.return_tables import ReturnTables, cleaned_schemas
from cin_pipeline.census.unreadable import FEWEST_UNREADABLE, UNREADABLE_PERCENT, ItemRead, items_not_read
from cin_pipeline.methodology.doubts import weightiest_first
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.checks import check, count_faults, result, schema_check
from cin_pipeline.orchestration.metadata import OWNERS, changed_records, markdown_table, record_counts, return_columns
from cin_pipeline.orchestration.partitions import by_year_la
from cin_pipeline.orchestration.submissions import Work
from cin_pipeline.store.row_tables import TablesDamaged
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission
from cin_pipeline.tables.schemas import declared_faults, schema_faults

return_file = dg.AssetSpec(
    "return_file",
    description="The file an LA sent for a collection year, as landed. Kept write-once under its hash.",
    group_name=groups.RETURNS,
    owners=OWNERS,
    kinds={"xml"},
    partitions_def=by_year_la,
)


@dg.asset(
    description="The return as sent: its header, and linked tables of text with record numbers and lines.",
    group_name=groups.RETURNS,
    owners=OWNERS,
    kinds={"xml", "parquet"},
    partitions_def=by_year_la,
    deps=[return_file],
    metadata=return_columns(),
    code_version="3",
    io_manager_key="row_tables",
)
def raw_return(work: dg.ResourceParam[Work]) -> dg.Output[SentReturn]:
    """See census.reading.read_return."""
    submission, store = work.begin(), work.store
    try:
        sent = read_return(store.returns.read(submission.sha256), work.year.ending, store.settings.max_return_bytes)
    except ReturnRejected as rejected:
        work.reject(submission, str(rejected))
        raise dg.Failure(f"{submission.file_name}: {rejected}", allow_retries=False) from None
    return dg.Output(
        sent,
        # Dagster's own version of an external input is the same for all bytes: a resubmission would be invisible.
        data_version=dg.DataVersion(submission.sha256),
        metadata={
            "submission": submission.submission,
            "file": submission.file_name,
            "sha256": submission.sha256,
            "bytes": submission.size,
            **record_counts(sent.tables.row_counts()),
            **_changes(store, submission, sent.tables),
        },
    )


def _changes(store: Store, submission: Submission, tables: ReturnTables) -> dict[str, Any]:
    """What changed since the submission that was accepted before, where there is one that can be read again."""
    earlier = store.registry.accepted_before(submission)
    if earlier is None:
        return {}
    try:
        comparison = compare_returns(tables_of(store, earlier), tables, submission.collection_year)
    except (NotComparable, TablesDamaged) as reason:
        return {"changes": f"not known: {reason}"}
    return changed_records(comparison, earlier.submission)


SCHEMA = schema_check("cleaned_return")
RECONCILE = check("reconcile", "cleaned_return", "As many records in every table as were sent.", blocking=True)
VALUES = check("values_readable", "cleaned_return", "Every value could be read, and nothing expected is missing.")
DOUBT = check(
    "not_in_doubt",
    "cleaned_return",
    f"The return holds a child, and no item is unreadable in {UNREADABLE_PERCENT}% or more of the records that give it "
    f"({FEWEST_UNREADABLE} at least). A current return that fails it waits for a person's answer.",
)


@dg.asset(
    description="The typed tables of the return, and a list of every value that could not be read. "
    "A bad value is null here; no record is left out.",
    group_name=groups.RETURNS,
    owners=OWNERS,
    kinds={"pandas", "parquet"},
    partitions_def=by_year_la,
    check_specs=[SCHEMA, RECONCILE, VALUES, DOUBT],
    metadata=return_columns(),
    code_version="3",
    io_manager_key="row_tables",
)
def cleaned_return(
    work: dg.ResourceParam[Work], raw_return: SentReturn
) -> Iterator[dg.Output[CleanedReturn] | dg.AssetCheckResult]:
    """See census.cleaning.clean_return."""
    submission, year = work.submission, work.year.ending
    cleaned = clean_return(raw_return.tables, year)
    counts = cleaned.tables.row_counts()
    items = list(items_not_read(raw_return.tables, cleaned.issues, year))
    work.store.quality.note_read(submission.submission, counts["children"], items)
    yield dg.Output(cleaned, metadata={**record_counts(counts), "value_issues": len(cleaned.issues)})
    broken = [
        fault for name, schema in cleaned_schemas(year).items() for fault in schema_faults(schema, cleaned.tables[name])
    ] + list(declared_faults(VALUE_ISSUES, cleaned.issues))
    lost = count_faults(raw_return.tables.row_counts(), counts)
    checks = [
        result(SCHEMA, broken, overridden=submission.overridden),
        result(RECONCILE, lost, counts, overridden=submission.overridden),
    ]
    by_item = cleaned.issues["item"].value_counts()
    checks.append(result(VALUES, (f"{item}: {count}" for item, count in by_item.items()), by_item.to_dict()))
    checks.append(result(DOUBT, _in_doubt(counts["children"], items, year), {"items_not_read": _read(items)}))
    yield from work.judge(submission, checks)


def _in_doubt(children: int, items: list[ItemRead], year: int) -> Iterator[str]:
    if not children:
        yield "the return holds no child"
    for each in weightiest_first(items, year):
        yield f"{each.item}: {each.unreadable} of {each.given} {each.records} have none that can be read"


def _read(items: list[ItemRead]) -> dg.MarkdownMetadataValue:
    rows = [(each.table, each.item, f"{each.percent}%", f"{each.unreadable} of {each.given}") for each in items]
    return markdown_table(("table", "item", "share", "unreadable"), rows)
