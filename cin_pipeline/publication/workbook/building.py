"""The sheets of the release, as the accessibility guidance for spreadsheets of statistics asks for.

Each table starts in column A with one header row, no merged cell and no blank row or column; titles and notes stand
above it; shorthand is in square brackets and explained above every table that uses it.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

import numpy as np
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.publication.arranging import Arranged, Figures, Where, where_of
from cin_pipeline.publication.declaring import COUNT, LOCAL_AUTHORITY, NATIONAL, PERCENT, RATE
from cin_pipeline.publication.open_data import authority_of, place_names, region_of
from cin_pipeline.publication.symbols import INAPPLICABLE, ROUNDS_TO_ZERO, SUPPRESSED, UNAVAILABLE, UNRELIABLE
from cin_pipeline.publication.workbook import sheets
from cin_pipeline.publication.workbook.sheets import Cell, Column, Link, Sheet
from cin_pipeline.reference.authorities import authorities

COVER, CONTENTS, NOTES = "Cover", "Contents", "Notes"

SHORTHAND = {
    SUPPRESSED: "[c] confidential: suppressed so that nothing is learnt of a child",
    UNAVAILABLE: "[x] not available",
    INAPPLICABLE: "[z] not applicable",
    ROUNDS_TO_ZERO: "[k] a percentage that rounds to zero, though its count is not zero",
    UNRELIABLE: "[u] of low reliability",
}
_SHOWN = {COUNT: sheets.COUNT, PERCENT: sheets.ONE_DECIMAL, RATE: sheets.ONE_DECIMAL}
_MOST_HEADING = 3  # lines of a heading before its column is made wider


def release_sheets(made: Sequence[Arranged], protected: DataFrame, year: CollectionYear) -> tuple[Sheet, ...]:
    """Every sheet of the workbook: one for each file, whose cells are `protected` (`disclosure.protect`)."""
    notes = _numbered(note for table in made for note in table.notes)
    years = ", ".join(CollectionYear(int(each)).label for each in sorted(protected["collection_year"].unique()))
    return (
        _cover(year, years, made, coverage(protected, year)),
        _contents(made),
        _notes(notes, made),
        *(_table_sheet(table, notes) for table in made),
    )


def _numbered(notes: Iterable[str]) -> dict[str, int]:
    return {note: number for number, note in enumerate(dict.fromkeys(notes), start=1)}


def title_of(year: CollectionYear) -> str:
    """The title of the workbook."""
    return f"Characteristics of children in need: {year}"


def coverage(protected: DataFrame, year: CollectionYear) -> str:
    """Of how many of the authorities of the year the tables are, in a sentence; empty where they are of all."""
    of_year = protected[protected["collection_year"] == year.ending]
    shown, existing = set(of_year["la_code"]) - {""}, set(authorities(year.ending))
    if shown >= existing:
        return ""
    return (
        f"These tables are of {len(shown)} of England's {len(existing)} local authorities. England and its regions "
        "mean those of them together."
    )


def _cover(year: CollectionYear, years: str, made: Sequence[Arranged], covered: str) -> Sheet:
    return Sheet(
        COVER,
        (
            title_of(year),
            f"Children in need and child protection in England, from the children in need census. {len(made)} tables.",
            f"Years: {years}. A year runs from 1 April to 31 March.",
            *([year.provisional] if year.provisional else []),
            *([covered] if covered else []),
            "Counts of England and its regions are rounded to the nearest 10, so parts may not add up to their total. "
            "Counts of local authorities are not rounded. Percentages are made from unrounded counts, rates of England "
            "and its regions from rounded ones; both have one decimal.",
            "Counts from 1 to 5 are suppressed, and so is what they could be worked out from.",
            "Shorthand in the tables:",
            *SHORTHAND.values(),
            Link("Contents", CONTENTS),
            Link("Notes", NOTES),
        ),
    )


def _contents(made: Sequence[Arranged]) -> Sheet:
    columns = (Column("Sheet", 12), Column("Table", 70, wrapped=True), Column("Areas", 45, wrapped=True))
    rows: list[tuple[Cell, ...]] = [(Link(NOTES, NOTES), "Notes to the tables", "All")]
    rows += [(Link(table.id, table.id), table.title, _areas(table)) for table in made]
    lines = (
        "Contents",
        "This worksheet contains one table: the worksheets, each with a link to it.",
    )
    return Sheet(CONTENTS, lines, "contents", columns, tuple(rows))


def _areas(table: Arranged) -> str:
    return "England" if table.levels == (NATIONAL,) else "England, regions, local authorities"


def _notes(notes: Mapping[str, int], made: Sequence[Arranged]) -> Sheet:
    columns = (Column("Note", 10), Column("Text", 100, wrapped=True), Column("Tables", 30, wrapped=True))
    rows = tuple(
        (f"[note {number}]", note, ", ".join(table.id for table in made if note in table.notes))
        for note, number in notes.items()
    )
    lines = (
        "Notes",
        "This worksheet contains one table: the notes that the tables refer to.",
        Link(CONTENTS, CONTENTS),
    )
    return Sheet(NOTES, lines, "notes", columns, rows)


def _table_sheet(table: Arranged, notes: Mapping[str, int]) -> Sheet:
    time = "mid_year" if table.mid_years else "collection_year"
    wide = table.rows.sort_values(time, ascending=False, kind="stable")
    markers = " ".join(f"[note {notes[note]}]" for note in table.notes)
    names = [each.name for each in table.figures]
    symbols = set(np.unique(wide[names].to_numpy(dtype=str)))
    used = [text for symbol, text in SHORTHAND.items() if symbol in symbols]
    lines: tuple[str | Link, ...] = (
        " ".join(filter(None, (f"Table {table.id}: {table.title}, {_areas(table)}", markers))),
        f"This worksheet contains one table. {table.description}",
        *([f"Shorthand: {'; '.join(used)}."] if used else []),
        *([Link("Notes", NOTES)] if table.notes else []),
        Link("Contents", CONTENTS),
    )
    places = _place_columns(table)
    words = [each for each in table.words if wide[each.name].nunique() > 1]  # what is always the same says nothing
    columns = (
        *places,
        *(Column(each.label, 45, wrapped=True) for each in words),
        *(_figures(each) for each in table.figures),
    )
    texts = wide[[*(each.name for each in words), *names]].itertuples(index=False, name=None)
    rows = tuple(
        (int(year), *_place(where, len(places) - 1), *row[: len(words)], *map(_figure, row[len(words) :]))
        for where, year, row in zip(where_of(wide), wide[time], texts, strict=True)
    )
    return Sheet(table.id, lines, f"table_{table.id.lower()}", columns, rows)


def _place_columns(table: Arranged) -> tuple[Column, ...]:
    year = Column("Middle of the year" if table.mid_years else "Year to 31 March", 10)
    if table.levels == (NATIONAL,):
        return (year,)
    return (
        year,
        Column("Geographic level", 16),
        Column("Region", 24, wrapped=True),
        Column("Area code", 12),
        Column("Area", 28, wrapped=True),
    )


def _place(where: Where, columns: int) -> tuple[Cell, ...]:
    if not columns:
        return ()
    if where.level == LOCAL_AUTHORITY:
        authority = authority_of(where.la_code, where.year)
        return where.level, region_of(authority)[1], authority.new_la_code, authority.name
    name = place_names()[where.geography_code]
    region = "All regions" if where.level == NATIONAL else name
    return where.level, region, where.geography_code, name


def _figures(indicator: Figures) -> Column:
    width = max(12, -(-len(indicator.label) // _MOST_HEADING) + 2)
    return Column(indicator.label, width, _SHOWN.get(indicator.unit, sheets.PLAIN))


def _figure(text: str) -> Cell:
    if text in SHORTHAND:
        return f"[{text}]"
    return Decimal(text) if "." in text else int(text)
