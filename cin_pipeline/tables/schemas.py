"""The schema of a declared table, and what a table breaks of it. Counts and names only, never a value."""

from collections.abc import Iterator
from functools import cache

import pandera.pandas as pa
from pandas import DataFrame

from cin_pipeline.tables.declaring import Column, TableDeclaration

_ABOUT_COLUMNS = ("column_in_schema", "column_in_dataframe", "column_ordered")


@cache
def schema_of(declaration: TableDeclaration) -> pa.DataFrameSchema:
    """These columns and no others, in this order, of these types and values; no two rows with the same key."""
    index = declaration.index
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(column.dtype, _checks(column), nullable=column.nullable)
            for column in declaration.columns
        },
        index=pa.Index(index.dtype, unique=True, name=index.name) if index else None,
        strict=True,
        ordered=True,
        unique=list(declaration.key) or None,
        name=declaration.name,
    )


def _checks(column: Column) -> list[pa.Check]:
    checks = [pa.Check.isin(column.values)] if column.values else []
    return [*checks, pa.Check.str_length(max_value=column.longest)] if column.longest else checks


def declared_faults(declaration: TableDeclaration, table: DataFrame) -> Iterator[str]:
    """How a table breaks its declaration."""
    return schema_faults(schema_of(declaration), table)


def schema_faults(schema: pa.DataFrameSchema, table: DataFrame) -> Iterator[str]:
    """How a table breaks its schema: table, column, check and how often."""
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        found = errors.failure_cases
        # Where a column is missing or too many, its name stands in the place of a value.
        found = found.assign(column=found["column"].mask(found["check"].isin(_ABOUT_COLUMNS), found["failure_case"]))
        # Only these columns: the others hold the values themselves.
        for (column, broken), cases in found.groupby(["column", "check"], dropna=False):
            yield f"{schema.name}.{column} breaks {broken} {len(cases)} times"
