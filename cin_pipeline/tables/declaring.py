"""The words in which tables are declared."""

from dataclasses import dataclass, replace

from pandas import DataFrame, Index, Series

TEXT, FLAG, DAY, CODE, ANY = "str", "bool", "datetime64[us]", "category", "object"
WHOLE, WHOLE_OR_NONE = "int64", "Int64"  # the second can be missing
NUMBER, NUMBER_OR_NONE = "float64", "Float64"

_IN_WORDS = {
    TEXT: "text",
    FLAG: "true or false",
    DAY: "day",
    CODE: "code",
    ANY: "number or text",
    WHOLE: "whole number",
    WHOLE_OR_NONE: "whole number",
    NUMBER: "number",
    NUMBER_OR_NONE: "number",
}


@dataclass(frozen=True)
class Column:
    """One column: its type as pandas has it, and what a value of it means."""

    name: str
    dtype: str
    meaning: str
    unit: str = ""  # of a number
    nullable: bool = False
    longest: int = 0  # characters a text may have; 0: any number
    values: tuple[str, ...] = ()  # all that it can be, where that is worth a list
    same_texts: bool = False  # a CODE that is a text, of which so many rows have the same that each is held once
    caution: str = ""  # where taking it at its word goes wrong

    @property
    def type_in_words(self) -> str:
        """What a reader of the table calls the type."""
        return _IN_WORDS[TEXT if self.same_texts else self.dtype]


def in_words(column: Column) -> str:
    """What a value of a column means, its unit, and the caution: a line of text."""
    unit = f"Unit: {column.unit}." if column.unit else ""
    return " ".join(filter(None, (column.meaning, unit, column.caution)))


def held_once(column: Column) -> Column:
    """A column of text as one that holds each text once."""
    return replace(column, dtype=CODE, same_texts=True)


@dataclass(frozen=True)
class TableDeclaration:
    """One table: a sentence that says what a row is, its columns in their order, and those that say which row it is."""

    name: str
    summary: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    index: Column | None = None  # a number of the row that the table is indexed by
    caution: str = ""

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    def typed(self, table: DataFrame) -> DataFrame:
        """The declared columns of a table in their order and types; what has no row forgets its types."""
        return table[list(self.names)].astype({each.name: each.dtype for each in self.columns if each.dtype != CODE})

    def empty(self) -> DataFrame:
        """The table without a row."""
        columns = {each.name: Series(dtype=each.dtype) for each in self.columns}
        return DataFrame(columns, index=Index([], dtype=WHOLE, name=self.index.name) if self.index else None)
