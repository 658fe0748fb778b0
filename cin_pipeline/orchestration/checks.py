"""Asset checks, generated from the declarations they check: schemas, record counts, identities.

Metadata holds counts and names, never values: it is kept in the event log for everyone to see.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg
import pandera.pandas as pa
from pandas import DataFrame

from cin_pipeline.orchestration.partitions import by_year, by_year_la


def check(name: str, asset: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """A check of an asset that is partitioned by year and LA. A blocking one that fails stops that LA only."""
    return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=blocking, partitions_def=by_year_la)


def national_check(name: str, asset: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """A check of an asset that is partitioned by year."""
    return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=blocking, partitions_def=by_year)


def result(
    spec: dg.AssetCheckSpec,
    faults: Iterable[str],
    metadata: Mapping[str, Any] | None = None,
    severity: dg.AssetCheckSeverity | None = None,
    *,
    overridden: bool = False,
) -> dg.AssetCheckResult:
    """Passed without faults. Faults of a blocking check are errors, of another warnings unless said otherwise.

    Where a person has overridden the checks of a submission, faults are warnings and block nothing."""
    found = list(faults)
    stops = spec.blocking and not overridden
    return dg.AssetCheckResult(
        check_name=spec.name,
        asset_key=spec.asset_key,
        passed=not found,
        severity=severity or (dg.AssetCheckSeverity.ERROR if stops else dg.AssetCheckSeverity.WARN),
        description="; ".join(found[:5]) or None,
        metadata={"faults": len(found), **(metadata or {})},
    )


def stopping(results: Iterable[dg.AssetCheckResult]) -> list[str]:
    """The names of the checks that failed and stop what depends on them."""
    error = dg.AssetCheckSeverity.ERROR
    return [str(each.check_name) for each in results if not each.passed and each.severity is error]


def schema_faults(schemas: Mapping[str, pa.DataFrameSchema], tables: Mapping[str, DataFrame]) -> Iterator[str]:
    """How tables break their schemas: table, column, check and how often."""
    for name, schema in schemas.items():
        try:
            schema.validate(tables[name], lazy=True)
        except pa.errors.SchemaErrors as errors:
            # Only these columns: the others hold the values themselves.
            for (column, broken), cases in errors.failure_cases.groupby(["column", "check"], dropna=False):
                yield f"{name}.{column} breaks {broken} {len(cases)} times"


def count_faults(before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[str]:
    """Tables whose number of records changed on the way."""
    for name, count in before.items():
        if after.get(name) != count:
            yield f"{name} had {count} records and has {after.get(name)}"
