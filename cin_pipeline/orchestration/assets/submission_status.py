"""The screen the data team watches: one line per LA."""

from datetime import UTC, datetime

import dagster as dg

from cin_pipeline.answers.overdue import due_date, overdue
from cin_pipeline.answers.status_table import status_of_year, status_summary
from cin_pipeline.census.text import visible
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.orchestration import groups
from cin_pipeline.orchestration.assets.measures import la_measures_asset
from cin_pipeline.orchestration.assets.validation import data_confidence_asset
from cin_pipeline.orchestration.metadata import OWNERS, in_doubt, markdown_table, partition_link, provisional, with_bars
from cin_pipeline.orchestration.partitions import all_las_of_year, by_year, partition_key
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.store.doubts import doubts_of
from cin_pipeline.store.store import Store

_SHOWN = ("la_code", "la_name", "state", "received", "submissions", "errors", "queries", "confidence", "missing")


@dg.asset(
    description="One line per LA: how far its return has come, errors, queries, confidence, and what is missing. What "
    "needs attention comes first. Nothing is made from it: the same table is `cin-pipeline status`.",
    group_name=groups.ENGLAND,
    owners=OWNERS,
    kinds={"sql"},
    partitions_def=by_year,
    deps=[
        dg.AssetDep(asset.key, partition_mapping=all_las_of_year)
        for asset in (la_measures_asset, data_confidence_asset)
    ],
    code_version="1",
)
def submission_status(
    context: dg.AssetExecutionContext, store: dg.ResourceParam[Store]
) -> dg.MaterializeResult:  # nothing to store: the registry is the table
    """See answers.status_table.status_table."""
    year = CollectionYear.from_key(context.partition_key).ending
    doubts = doubts_of(store, year)
    table = status_of_year(store, year, doubts)
    texts = table.assign(received=table["received"].dt.strftime("%Y-%m-%d %H:%M"))[list(_SHOWN)]
    rows = texts.astype(object).where(texts.notna(), "").itertuples(index=False, name=None)
    cells = []
    for row in rows:
        la_code, *rest = (visible(str(cell), most=200).replace("|", "\\|") for cell in row)
        cells.append([partition_link("la_measures", partition_key(year, la_code), la_code), *rest])
    states = list(table["state"].value_counts().items())
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": len(table),
            **in_doubt(doubts),
            "summary": status_summary(table),
            **provisional(CollectionYear(year)),
            "states": markdown_table(("state", "", "LAs"), with_bars(states)),
            "status": markdown_table(_SHOWN, cells),
        }
    )


@dg.asset_check(
    name="returns_due",
    asset=submission_status,
    description="Every expected return is there once the date of its year in CIN_DUE has passed. Looked at again when "
    "that changes.",
    partitions_def=by_year,
)  # and no freshness policy: that knows when an asset was last made, for any LA and year
def returns_due(context: dg.AssetCheckExecutionContext, store: dg.ResourceParam[Store]) -> dg.AssetCheckResult:
    """See answers.overdue.overdue."""
    year = CollectionYear.from_key(context.op_execution_context.partition_key).ending
    due, late = due_date(store.settings, year), overdue(store, year, datetime.now(UTC).date())
    rows = [(partition_link("raw_return", partition_key(year, la), la), every_authority()[la].name) for la in late]
    return dg.AssetCheckResult(
        passed=not late,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"overdue since {due}: {', '.join(late)}" if late else None,
        metadata={
            "due": str(due or "no date is set"),
            "overdue": len(late),
            **({"las": markdown_table(("overdue", "authority"), rows)} if rows else {}),
        },
    )
