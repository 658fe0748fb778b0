"""Asset checks, generated from the declarations they check: schemas, record counts, identities.

Metadata holds counts and names, never values: it is kept in the event log for everyone to see.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import dagster as dg
from pandas import DataFrame

from cin_pipeline.orchestration.partitions import by_year, by_year_la
from cin_pipeline.tables.declaring import TableDeclaration
from cin_pipeline.tables.schemas import declared_faults


def check(name: str, asset: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """A check of an asset that is partitioned by year and LA. A blocking one that fails stops that LA only."""
    return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=blocking, partitions_def=by_year_la)


def national_check(name: str, asset: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """A check of an asset that is partitioned by year."""
    return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=blocking, partitions_def=by_year)


def schema_check(asset: str, *, national: bool = False) -> dg.AssetCheckSpec:
    """The check that the tables of an asset are as they are declared: only a fault of ours fails it."""
    description = "Every table has the columns, types and values that are declared for it."
    return (national_check if national else check)("schema", asset, description, blocking=True)


def schema_result(
    spec: dg.AssetCheckSpec, *tables: tuple[TableDeclaration, DataFrame], overridden: bool = False
) -> dg.AssetCheckResult:
    """Whether tables are as they are declared."""
    faults = [fault for declaration, table in tables for fault in declared_faults(declaration, table)]
    return result(spec, faults, overridden=overridden)


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


def count_faults(before: Mapping[str, int], after: Mapping[str, int]) -> Iterator[str]:
    """Tables whose number of records changed on the way."""
    for name, count in before.items():
        if after.get(name) != count:
            yield f"{name} had {count} records and has {after.get(name)}"
