"""A return as linked tables, and the schema that each cleaned table keeps."""

from collections.abc import Iterator, Mapping
from functools import cache

import numpy as np
import pandas as pd
import pandera.pandas as pa
from pandas import DataFrame

from cin_pipeline.census.specification import RECORD_NUMBER, TABLES, Item, Table, ValueType, tables
from cin_pipeline.reference.code_sets import codes


class ReturnTables(Mapping[str, DataFrame]):
    """The records of one return by table, parents before children, also as attributes: `tables.referrals`.

    The tables are those of the specification, no more and no fewer (TypeError). Each is indexed by its record number,
    from 1 in the order of the file, and holds the record number of its parent (`child_number`, ...), the `line` of the
    record in the file, and its items."""

    def __init__(self, **tables: DataFrame) -> None:
        if differs := tables.keys() ^ TABLES.keys():
            raise TypeError(f"the tables of a return were expected; missing or too many: {', '.join(sorted(differs))}")
        self._tables = {name: tables[name] for name in TABLES}

    def __getitem__(self, name: str) -> DataFrame:
        return self._tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __len__(self) -> int:
        return len(self._tables)

    def __getattr__(self, name: str) -> DataFrame:
        if name in TABLES:
            return self._tables[name]
        raise AttributeError(f"a return has no table {name}")

    def row_counts(self) -> dict[str, int]:
        """Number of records by table."""
        return {name: len(table) for name, table in self.items()}


@cache
def code_dtype(code_set: str, year: int) -> pd.CategoricalDtype:
    """The codes that are valid in `year` as a category type, in the order of the code set."""
    return pd.CategoricalDtype(pd.Index(codes(code_set, year), dtype="str"))


def dtype(item: Item, year: int) -> object:
    """The type of an item's column in the cleaned tables of `year`."""
    match item.type:
        case ValueType.CODE:
            return code_dtype(item.code_set, year)
        case ValueType.DATE:
            return "datetime64[us]"
        case ValueType.FLAG:
            return "boolean"
        case ValueType.COUNT:
            return "Int64"
        case ValueType.TEXT | ValueType.UPN:
            return "str"


def with_declared_types(cleaned: ReturnTables, year: int) -> ReturnTables:
    """Cleaned tables as read back from a file, with the code sets of their columns whole again.

    A stored table without rows, or without any value in a column, forgets which codes there could be."""
    specifications = tables(year)
    return ReturnTables(
        **{
            name: records.astype({item.column: dtype(item, year) for item in specifications[name].items})
            for name, records in cleaned.items()
        }
    )


def empty_tables(year: int) -> ReturnTables:
    """The cleaned tables of a return of `year` without any child: columns and types without rows."""
    columns = {
        table.name: DataFrame(
            {
                **{link: pd.Series(dtype="int64") for link in links(table)},
                **{item.column: pd.Series(dtype="object") for item in table.items},
            },
            index=pd.RangeIndex(1, 1, name=table.number),
        )
        for table in tables(year).values()
    }
    return with_declared_types(ReturnTables(**columns), year)


@cache
def cleaned_schemas(year: int) -> dict[str, pa.DataFrameSchema]:
    """The schema of every cleaned table of `year`: columns, types, record numbers from 1 without gaps."""
    return {table.name: _schema(table, year) for table in tables(year).values()}


def links(table: Table) -> list[str]:
    """The columns of a table that are no data items: its parent's record number, and the line in the file."""
    return [*([RECORD_NUMBER[table.parent]] if table.parent else []), "line"]


def _schema(table: Table, year: int) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            **{link: pa.Column("int64", pa.Check.ge(1)) for link in links(table)},
            **{item.column: pa.Column(dtype(item, year), nullable=True) for item in table.items},
        },
        index=pa.Index("int64", pa.Check(_counts_from_one, name="counts_from_one"), name=table.number),
        strict=True,
        name=table.name,
    )


def _counts_from_one(numbers: "pd.Series[int]") -> bool:
    return bool(np.array_equal(numbers.to_numpy(), np.arange(1, len(numbers) + 1)))
