"""Sheets as an Office Open XML workbook."""

from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

import xlsxwriter

from cin_pipeline.publication.workbook.sheets import COUNT, LINE, ONE_DECIMAL, PLAIN, Cell, Column, Link, Sheet

_NUMBER_FORMATS = {PLAIN: "General", COUNT: "#,##0", ONE_DECIMAL: "0.0"}
_LINK = {"font_color": "#0563C1", "underline": 1}
_FONT = {"font_name": "Arial", "font_size": 11, "valign": "top"}


def xlsx(sheets: tuple[Sheet, ...], *, title: str, made: datetime) -> bytes:
    """The workbook; the same sheets, title and time give the same bytes."""
    out = BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": title, "created": made})
    formats = _Formats(book)
    for sheet in sheets:
        _write(book.add_worksheet(sheet.name), sheet, formats)
    book.close()
    return out.getvalue()


class _Formats:
    def __init__(self, book: Any) -> None:
        made = {
            (shown, wrapped): book.add_format(
                {**_FONT, "num_format": number, "align": "left" if shown == PLAIN else "right", "text_wrap": wrapped}
            )
            for shown, number in _NUMBER_FORMATS.items()
            for wrapped in (False, True)
        }
        self._made = made
        self.line = book.add_format(_FONT)
        self.wrapped_line = book.add_format({**_FONT, "text_wrap": True})
        self.title = book.add_format({**_FONT, "bold": True, "font_size": 15})
        self.header = book.add_format({**_FONT, "bold": True, "text_wrap": True, "bottom": 1})
        self.link = book.add_format({**_FONT, **_LINK})

    def of(self, column: Column) -> Any:
        return self._made[column.shown, column.wrapped]


def _write(page: Any, sheet: Sheet, formats: _Formats) -> None:
    page.hide_gridlines(2)
    for number, line in enumerate(sheet.lines):
        plain = formats.line if sheet.columns else formats.wrapped_line
        page.set_row(number, LINE * max(sheet.line_height(line), 1 + (number == 0)))
        _write_cell(page, number, 0, line, formats.title if number == 0 else plain, formats)
    if not sheet.columns:
        page.set_column(0, 0, sheet.line_width)
        return
    first, last = sheet.header_row, sheet.header_row + len(sheet.rows)
    for number, column in enumerate(sheet.columns):
        page.set_column(number, number, column.width)
    page.set_row(first, LINE * sheet.header_height)
    for across, row in enumerate(sheet.rows, start=first + 1):
        if (height := sheet.height(row)) > 1:
            page.set_row(across, LINE * height)
        for down, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _write_cell(page, across, down, cell, formats.of(column), formats)
    page.add_table(
        first,
        0,
        last,
        len(sheet.columns) - 1,
        {
            "name": sheet.table,
            "style": None,
            "autofilter": False,
            "columns": [{"header": column.heading, "header_format": formats.header} for column in sheet.columns],
        },
    )
    page.freeze_panes(first + 1, 0)
    page.repeat_rows(first)


def _write_cell(page: Any, row: int, column: int, cell: Cell, form: Any, formats: _Formats) -> None:
    match cell:
        case Link():
            page.write_url(row, column, f"internal:'{cell.sheet}'!A1", formats.link, cell.text)
        case Decimal() | int():
            page.write_number(row, column, float(cell) if isinstance(cell, Decimal) else cell, form)
        case _:
            page.write_string(row, column, cell, form)
