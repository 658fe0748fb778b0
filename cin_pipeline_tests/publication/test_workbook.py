"""The workbook as real readers see it: openpyxl, odfpy and pandas."""

import io
from datetime import datetime
from typing import Any

import openpyxl
import pandas as pd
import pytest
from odf.opendocument import OpenDocument
from odf.opendocument import load as load_ods
from odf.table import DatabaseRange, Table, TableCell, TableHeaderRows, TableRow
from odf.text import A
from pandas import DataFrame

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.publication.release import table_files
from cin_pipeline.publication.workbook.sheets import Column, Link, Sheet, column_letters
from cin_pipeline_tests.support.release_frames import protected

YEAR = CollectionYear(2017)
NAMES = [f"{part}{n}" for part, most in (("A", 7), ("B", 6), ("C", 6), ("D", 8)) for n in range(1, most + 1)]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return table_files(protected(), YEAR)


@pytest.fixture(scope="module")
def xlsx(files: dict[str, bytes]) -> Any:
    return openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"]))


@pytest.fixture(scope="module")
def ods(files: dict[str, bytes]) -> OpenDocument:
    return load_ods(io.BytesIO(files["tables.ods"]))


def header_row(page: Any) -> int:
    """Number of the header row, from 1."""
    (found,) = page.tables.values()
    return int(found.ref.split(":")[0].removeprefix("A"))


def test_sheets_in_their_order(xlsx: Any, ods: OpenDocument) -> None:
    assert xlsx.sheetnames == ["Cover", "Contents", "Notes", *NAMES]
    assert [sheet.getAttribute("name") for sheet in ods.spreadsheet.getElementsByType(Table)] == xlsx.sheetnames


def test_each_table_is_named_and_starts_in_column_a(xlsx: Any, ods: OpenDocument) -> None:
    named = {each.getAttribute("name"): each for each in ods.spreadsheet.getElementsByType(DatabaseRange)}
    for page in xlsx.worksheets[1:]:
        ((name, place),) = page.tables.items()
        first, last = place.split(":")
        assert first == f"A{header_row(page)}"
        assert last == f"{column_letters(page.max_column - 1)}{page.max_row}"
        assert named[name].getAttribute("targetrangeaddress") == f"'{page.title}'.{first}:'{page.title}'.{last}"
        assert named[name].getAttribute("containsheader") == "true"
    assert len({name for page in xlsx for name in page.tables}) == len(xlsx.sheetnames) - 1 == len(named)


def test_no_merged_cell_no_blank_row_or_column_no_blank_cell(xlsx: Any) -> None:
    for page in xlsx.worksheets:
        assert not page.merged_cells.ranges
        lines = header_row(page) - 1 if page.tables else page.max_row
        above = [*page.iter_rows(max_row=lines, values_only=True)]
        assert all(row[0] and not any(row[1:]) for row in above)
        cells = page.iter_rows(min_row=lines + 1, values_only=True)
        assert all(cell not in (None, "") for row in cells for cell in row)


def test_one_header_row_frozen_wrapped_and_unique(xlsx: Any, ods: OpenDocument) -> None:
    for page in xlsx.worksheets[1:]:
        number = header_row(page)
        headings = [cell.value for cell in page[number]]
        assert len(set(headings)) == len(headings)
        assert page.freeze_panes == f"A{number + 1}"
        assert all(cell.alignment.wrap_text and cell.font.bold for cell in page[number])
        assert all(page.column_dimensions[column_letters(n)].width >= 8 for n in range(len(headings)))
    for sheet in ods.spreadsheet.getElementsByType(Table)[1:]:
        (header,) = sheet.getElementsByType(TableHeaderRows)
        assert len(header.getElementsByType(TableRow)) == 1


def test_links_lead_to_sheets(xlsx: Any, ods: OpenDocument) -> None:
    contents = xlsx["Contents"]
    linked = {row[0].hyperlink.location for row in contents.iter_rows(min_row=header_row(contents) + 1)}
    assert linked == {f"'{name}'!A1" for name in ("Notes", *NAMES)}
    for name in NAMES:
        back = [row[0].hyperlink for row in xlsx[name].iter_rows(max_row=header_row(xlsx[name]) - 1)]
        assert "'Contents'!A1" in [link.location for link in back if link]
    targets = {link.getAttribute("href") for link in ods.spreadsheet.getElementsByType(A)}
    assert targets == {f"#'{name}'.A1" for name in ("Contents", "Notes", *NAMES)}


def test_the_cover_says_of_how_many_authorities(xlsx: Any) -> None:
    said = [row[0] for row in xlsx["Cover"].iter_rows(values_only=True)]
    assert any("of England's 152 local authorities. England and its regions mean those" in str(line) for line in said)


def test_notes_are_referred_to_and_collected(xlsx: Any) -> None:
    notes = {row[0]: (row[1], row[2].split(", ")) for row in xlsx["Notes"].iter_rows(min_row=5, values_only=True)}
    for name in NAMES:
        title = xlsx[name]["A1"].value
        referred = {f"[note {part.split(']')[0]}]" for part in title.split("[note ")[1:]}
        assert referred == {note for note, (_, tables) in notes.items() if name in tables}
    assert any(xlsx["C2"]["A1"].value.endswith(note) for note in notes)
    assert xlsx["C2"]["A1"].value.startswith("Table C2: Assessments by duration, England, regions, local authorities [")


def test_shorthand_is_explained_above_the_table_that_uses_it(xlsx: Any) -> None:
    for page in xlsx.worksheets[3:]:
        first = header_row(page)
        used = {
            cell
            for row in page.iter_rows(min_row=first + 1, values_only=True)
            for cell in row
            if isinstance(cell, str) and cell.startswith("[")
        }
        above = " ".join(str(page.cell(row, 1).value) for row in range(1, first))
        assert used <= {"[c]", "[x]", "[z]"}
        assert {symbol for symbol in ("[c]", "[x]", "[z]", "[k]", "[u]") if symbol in above} == used


@pytest.mark.parametrize("name", ["A3", "B1", "C2", "D5"])
def test_both_formats_hold_the_same_table(files: dict[str, bytes], xlsx: Any, name: str) -> None:
    above = header_row(xlsx[name]) - 1
    one, other = (
        pd.read_excel(io.BytesIO(files[f"tables.{kind}"]), sheet_name=name, header=above, engine=engine)
        for kind, engine in (("xlsx", "openpyxl"), ("ods", "odf"))
    )
    pd.testing.assert_frame_equal(one, other, check_dtype=False)
    assert one["Year to 31 March"].tolist()[0] == 2017  # the release year first
    assert len(one) == len(protected().query("table == @name")) // (len(one.columns) - _described(one))


def _described(table: DataFrame) -> int:
    places = {"Year to 31 March", "Geographic level", "Region", "Area code", "Area"}
    filters = {"Primary need", "Gender or age at 31 March", "Duration"}
    return len((places | filters) & set(table.columns))


def test_numbers_are_numbers_and_shown_as_published(xlsx: Any, ods: OpenDocument) -> None:
    page = xlsx["B1"]
    row = page[header_row(page) + 1]
    formats = {cell.value: shown.number_format for cell, shown in zip(page[header_row(page)], row, strict=True)}
    assert formats["Episodes of need at any point in the year"] == "#,##0"
    assert formats["Episodes of need open at 31 March: rate per 10,000"] == "0.0"
    assert all(isinstance(cell.value, int | float) for cell in row[5:])
    sheet = next(each for each in ods.spreadsheet.getElementsByType(Table) if each.getAttribute("name") == "B1")
    kinds = [
        cell.getAttribute("valuetype") for cell in sheet.getElementsByType(TableRow)[-1].getElementsByType(TableCell)
    ]
    assert set(kinds[5:]) <= {"float", "string"}
    assert "float" in kinds[5:]


def test_the_same_figures_give_the_same_bytes(files: dict[str, bytes]) -> None:
    again = table_files(protected(), YEAR)
    assert again == files
    book = openpyxl.load_workbook(io.BytesIO(files["tables.xlsx"]))
    assert book.properties.created == datetime(2017, 3, 31)
    assert book.properties.title == "Characteristics of children in need: 2016 to 2017"


def test_a_sheet_knows_its_heights_and_columns() -> None:
    columns = (Column("One two three", 5), Column("B", 10, wrapped=True))
    sheet = Sheet("S", ("Title", Link("Contents", "Contents")), "t", columns, ((1, "short"), (2, "rather a long text")))
    assert [sheet.height(row) for row in sheet.rows] == [1, 2]
    assert (sheet.header_row, sheet.header_height) == (2, 3)
    assert [column_letters(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
