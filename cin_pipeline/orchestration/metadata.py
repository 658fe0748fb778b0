"""What materialisations show: owners, record counts, columns. Counts and names only, never values."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

import dagster as dg
from pandas import DataFrame

from cin_pipeline.census.comparing import Comparison
from cin_pipeline.census.specification import TABLES, years_in_words
from cin_pipeline.census.text import visible
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.doubts import Doubt
from cin_pipeline.methodology.moving import MOVED_COLUMNS, totals_first
from cin_pipeline.tables.declaring import TableDeclaration, in_words

_BAR = 20  # characters of the longest

MOST_MOVED = 100  # a corrected referral moves dozens of cells; a new extract hundreds

OWNERS = ["team:children-in-need-statistics"]


def record_counts(counts: Mapping[str, int]) -> dict[str, Any]:
    """The number of records of a dataset of several tables, in all and as a table."""
    return {
        "dagster/row_count": sum(counts.values()),
        "records": markdown_table(("table", "records"), [(name, f"{count:,}") for name, count in counts.items()]),
    }


def frame_metadata(table: DataFrame) -> dict[str, Any]:
    """Rows of a dataset of one table; its columns stand with the asset (`declared_columns`)."""
    return {"dagster/row_count": len(table)}


def provisional(year: CollectionYear) -> dict[str, Any]:
    """Why the year is provisional, where it is."""
    return {"provisional": year.provisional} if year.provisional else {}


def in_doubt(doubts: Iterable[Doubt]) -> dict[str, Any]:
    """The returns in doubt with their reasons, and who answered, where there are any."""
    rows = [
        (
            f"{each.sentence} ({CollectionYear(each.year)})".replace("|", "\\|"),
            visible(each.answered).replace("|", "\\|"),
        )
        for each in doubts
    ]
    return {"in_doubt": markdown_table(("current return in doubt", "answer"), rows)} if rows else {}


def declared_columns(table: TableDeclaration) -> dict[str, Any]:
    """The columns of the table that an asset is about, with types, meanings, units and values."""
    columns = [
        dg.TableColumn(
            column.name,
            column.type_in_words,
            in_words(column),
            dg.TableColumnConstraints(
                nullable=column.nullable,
                unique=table.key == (column.name,) or column is table.index,
                other=[f"one of {', '.join(value or 'empty' for value in column.values)}"] if column.values else [],
            ),
        )
        for column in (*([table.index] if table.index else ()), *table.columns)
    ]
    return {"dagster/column_schema": dg.TableSchema(columns)}


def return_columns() -> dict[str, Any]:
    """The items of a return by table, in every year: their element, meaning and caution."""
    told: dict[str, list[str]] = {}  # one column may have held two items, such as GenderCurrent and Sex
    types: dict[str, str] = {}
    for table in TABLES.values():
        for item in table.items:
            column = f"{table.name}.{item.column}"
            told.setdefault(column, []).extend((f"{item.element}{years_in_words(item)}:", item.meaning, item.caution))
            types[column] = item.type.name.lower()
    columns = [dg.TableColumn(name, types[name], " ".join(filter(None, words))) for name, words in told.items()]
    return {"dagster/column_schema": dg.TableSchema(columns)}


def changed_records(comparison: Comparison, earlier: int) -> dict[str, Any]:
    """What changed in the records since an earlier submission: by table, then the fields of the changed ones."""
    tables = comparison.by_table.itertuples(index=False, name=None)
    fields = comparison.by_field.itertuples(index=False, name=None)
    return {
        "compared_with_submission": earlier,
        "changes": markdown_table(tuple(comparison.by_table.columns), tables),
        "changed_fields": markdown_table(tuple(comparison.by_field.columns), fields),
    }


def moved(figures: DataFrame, earlier: int) -> dict[str, Any]:
    """The figures that moved since an earlier submission, totals first."""
    texts = totals_first(figures, MOST_MOVED).astype(object)
    rows = texts.where(texts.notna(), "not available").itertuples(index=False, name=None)
    return {
        "compared_with_submission": earlier,
        "figures_moved": len(figures),
        "moved": markdown_table(MOVED_COLUMNS, rows),
    }


def bar(share: float) -> str:
    """A share between 0 and 1 as a bar of text, which a cell of a table can hold; a sliver for any that is not 0."""
    return "█" * max(round(share * _BAR), 1 if share > 0 else 0)


def with_bars(rows: Sequence[tuple[object, ...]]) -> list[tuple[object, ...]]:
    """Rows that end with a count, each with a bar for it before the count; the longest is the largest."""
    most = max((int(str(row[-1])) for row in rows), default=0)
    return [(*row[:-1], bar(int(str(row[-1])) / most) if most else "", row[-1]) for row in rows]


def partition_link(asset: str, key: str, text: str) -> str:
    """A link, in markdown, to one partition of an asset in the UI."""
    return f"[{text}](/assets/{asset}?view=partitions&partition={quote(key)})"


def markdown_table(heading: Sequence[str], rows: Iterable[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """A small table as the UI shows it; the last column is for figures."""
    lines = [heading, ["---"] * (len(heading) - 1) + ["---:"], *rows]
    return dg.MetadataValue.md("\n".join(f"| {' | '.join(map(str, line))} |" for line in lines))
