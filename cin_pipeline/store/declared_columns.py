"""The columns of a declared table as SQL has them."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Float, Integer, String, Text
from sqlalchemy.types import TypeEngine

from cin_pipeline.tables import declaring
from cin_pipeline.tables.declaring import TableDeclaration


def sql_columns(declaration: TableDeclaration) -> Iterator[Column[Any]]:
    """A column for each that is declared. Raises KeyError for a type that no table of figures has."""
    for column in declaration.columns:
        yield Column(column.name, _type_of(column), nullable=column.nullable)


def _type_of(column: declaring.Column) -> TypeEngine[Any]:
    types: dict[str, TypeEngine[Any]] = {
        declaring.TEXT: String(column.longest) if column.longest else Text(),
        declaring.WHOLE: Integer(),
        declaring.WHOLE_OR_NONE: Integer(),
        declaring.NUMBER: Float(53),
    }
    return types[column.dtype]
