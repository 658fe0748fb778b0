"""Sheets as an OpenDocument spreadsheet.

Written with lxml: odfpy, the library for it, needs three times as long as the rest of a publication and comes without a
wheel; the tests read the result with it."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from lxml import etree

from cin_pipeline.publication.workbook.sheets import COUNT, LINE, ONE_DECIMAL, PLAIN, Cell, Link, Sheet, column_letters

MIMETYPE = "application/vnd.oasis.opendocument.spreadsheet"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMES = {
    "office": f"{_OASIS}office:1.0",
    "style": f"{_OASIS}style:1.0",
    "table": f"{_OASIS}table:1.0",
    "text": f"{_OASIS}text:1.0",
    "number": f"{_OASIS}datastyle:1.0",
    "meta": f"{_OASIS}meta:1.0",
    "config": f"{_OASIS}config:1.0",
    "manifest": f"{_OASIS}manifest:1.0",
    "fo": f"{_OASIS}xsl-fo-compatible:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
    "dc": "http://purl.org/dc/elements/1.1/",
}
_VERSION = "1.3"
_CENTIMETRES = 0.2  # of a character
_TITLE, _HEADER, _LINE, _WRAPPED_LINE = "title", "header", "line", "wrapped-line"
_NUMBER_STYLES = {PLAIN: "plain", COUNT: "count", ONE_DECIMAL: "one-decimal"}
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the first time a zip file can hold: what is inside decides the bytes, not the clock


def ods(sheets: tuple[Sheet, ...], *, title: str, made: datetime) -> bytes:
    """The spreadsheet; the same sheets, title and time give the same bytes."""
    parts = {
        "content.xml": _content(sheets),
        "styles.xml": _styles(),
        "meta.xml": _meta(title, made),
        "settings.xml": _settings(sheets),
    }
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        _add(archive, "mimetype", MIMETYPE.encode(), ZIP_STORED)  # first and as it is: readers look for it there
        for name, root in parts.items():
            _add(archive, name, _bytes(root), ZIP_DEFLATED)
        _add(archive, "META-INF/manifest.xml", _bytes(_manifest(parts)), ZIP_DEFLATED)
    return out.getvalue()


def _add(archive: ZipFile, name: str, content: bytes, compression: int) -> None:
    entry = ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = compression
    archive.writestr(entry, content)


def _bytes(root: Any) -> bytes:
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def _q(name: str) -> str:
    prefix, local = name.split(":")
    return f"{{{_NAMES[prefix]}}}{local}"


def _element(name: str, parent: Any = None, text: str | None = None, **attributes: str) -> Any:
    """An element; `a__b_c` as the name of an attribute means `a:b-c`."""
    named = {_q(key.replace("__", ":").replace("_", "-")): value for key, value in attributes.items()}
    made = etree.Element(_q(name), named, nsmap=_NAMES) if parent is None else etree.SubElement(parent, _q(name), named)
    made.text = text
    return made


def _content(sheets: tuple[Sheet, ...]) -> Any:
    root = _element("office:document-content", office__version=_VERSION)
    _automatic_styles(root, sheets)
    body = _element("office:spreadsheet", _element("office:body", root))
    for sheet in sheets:
        _table(body, sheet)
    _named_tables(body, sheets)
    return root


def _automatic_styles(root: Any, sheets: tuple[Sheet, ...]) -> None:
    styles = _element("office:automatic-styles", root)
    for width in sorted({width for sheet in sheets for width in _widths(sheet)}):
        column = _element("style:style", styles, style__name=f"w{width}", style__family="table-column")
        size = f"{width * _CENTIMETRES:.2f}cm"
        _element("style:table-column-properties", column, style__column_width=size, fo__break_before="auto")
    for lines in sorted({lines for sheet in sheets for lines in _heights(sheet)}):
        row = _element("style:style", styles, style__name=f"h{lines}", style__family="table-row")
        _element("style:table-row-properties", row, style__row_height=f"{LINE * lines}pt")
    for name, decimals in (("number-count", 0), ("number-one-decimal", 1)):
        number = _element("number:number-style", styles, style__name=name)
        grouped = {"number__grouping": "true"} if not decimals else {}
        digits = str(decimals)
        _element("number:number", number, number__decimal_places=digits, number__min_integer_digits="1", **grouped)
    for shown, style in _NUMBER_STYLES.items():
        for wrapped in (False, True):
            numbers = "" if shown == PLAIN else f"number-{style}"
            align = "start" if shown == PLAIN else "end"
            _cell_style(styles, _style(shown, wrapped), wrapped=wrapped, align=align, number_style=numbers)
    _cell_style(styles, _TITLE, font={"fo__font_weight": "bold", "fo__font_size": "15pt"})
    _cell_style(styles, _HEADER, wrapped=True, border=True, font={"fo__font_weight": "bold"})
    _cell_style(styles, _LINE)
    _cell_style(styles, _WRAPPED_LINE, wrapped=True)


def _cell_style(
    styles: Any,
    name: str,
    *,
    wrapped: bool = False,
    align: str = "start",
    border: bool = False,
    font: dict[str, str] | None = None,
    number_style: str = "",
) -> None:
    numbers = {"style__data_style_name": number_style} if number_style else {}
    style = _element("style:style", styles, style__name=name, style__family="table-cell", **numbers)
    options = {"fo__wrap_option": "wrap"} if wrapped else {}
    lines = {"fo__border_bottom": "0.5pt solid #000000"} if border else {}
    _element("style:table-cell-properties", style, style__vertical_align="top", **options, **lines)
    _element("style:paragraph-properties", style, fo__text_align=align)
    _element("style:text-properties", style, **(font or {}))


def _style(shown: str, wrapped: bool) -> str:
    return f"{_NUMBER_STYLES[shown]}-wrapped" if wrapped else _NUMBER_STYLES[shown]


def _widths(sheet: Sheet) -> tuple[int, ...]:
    return tuple(column.width for column in sheet.columns) or (sheet.line_width,)


def _heights(sheet: Sheet) -> Iterator[int]:
    """Lines of every row, the title's, the header's and the table's among them."""
    for number, line in enumerate(sheet.lines):
        yield max(sheet.line_height(line), 1 + (number == 0))
    if sheet.columns:
        yield sheet.header_height
        yield from map(sheet.height, sheet.rows)


def _table(body: Any, sheet: Sheet) -> None:
    table = _element("table:table", body, table__name=sheet.name)
    for width in _widths(sheet):
        _element("table:table-column", table, table__style_name=f"w{width}")
    heights = _heights(sheet)
    plain = _LINE if sheet.columns else _WRAPPED_LINE
    for number, line in enumerate(sheet.lines):
        _cell(_row(table, next(heights)), line, _TITLE if number == 0 else plain)
    if sheet.columns:
        header = _row(_element("table:table-header-rows", table), next(heights))
        for column in sheet.columns:
            _cell(header, column.heading, _HEADER)
        styles = [_style(column.shown, column.wrapped) for column in sheet.columns]
        for cells, height in zip(sheet.rows, heights, strict=True):
            row = _row(table, height)
            for cell, style in zip(cells, styles, strict=True):
                _cell(row, cell, style)


def _row(parent: Any, lines: int) -> Any:
    return _element("table:table-row", parent, table__style_name=f"h{lines}")


def _cell(row: Any, cell: Cell, style: str) -> None:
    if isinstance(cell, int | Decimal):
        kind = {"office__value_type": "float", "office__value": str(cell)}
    else:
        kind = {"office__value_type": "string"}
    made = _element("table:table-cell", row, table__style_name=style, **kind)
    if isinstance(cell, Link):
        link = f"#'{cell.sheet}'.A1"
        paragraph = _element("text:p", made)
        _element("text:a", paragraph, cell.text, xlink__href=link, xlink__type="simple")
    else:
        _element("text:p", made, str(cell))


def _named_tables(body: Any, sheets: tuple[Sheet, ...]) -> None:
    ranges = _element("table:database-ranges", body)
    for sheet in sheets:
        if sheet.columns:
            last = f"{column_letters(len(sheet.columns) - 1)}{sheet.header_row + 1 + len(sheet.rows)}"
            address = f"'{sheet.name}'.A{sheet.header_row + 1}:'{sheet.name}'.{last}"
            _element(
                "table:database-range",
                ranges,
                table__name=sheet.table,
                table__target_range_address=address,
                table__contains_header="true",
            )


def _styles() -> Any:
    root = _element("office:document-styles", office__version=_VERSION)
    default = _element("style:default-style", _element("office:styles", root), style__family="table-cell")
    font = {"fo__font_family": "Arial", "fo__font_size": "11pt", "fo__language": "en", "fo__country": "GB"}
    _element("style:text-properties", default, **font)
    return root


def _meta(title: str, made: datetime) -> Any:
    root = _element("office:document-meta", office__version=_VERSION)
    meta = _element("office:meta", root)
    _element("dc:title", meta, title)
    _element("dc:language", meta, "en-GB")
    for name in ("meta:creation-date", "dc:date"):
        _element(name, meta, made.isoformat(timespec="seconds"))
    return root


def _settings(sheets: tuple[Sheet, ...]) -> Any:
    """The rows down to the header stay where they are."""
    root = _element("office:document-settings", office__version=_VERSION)
    settings = _element("config:config-item-set", _element("office:settings", root), config__name="ooo:view-settings")
    views = _element("config:config-item-map-indexed", settings, config__name="Views")
    view = _element("config:config-item-map-entry", views)
    _item(view, "ViewId", "string", "view1")
    tables = _element("config:config-item-map-named", view, config__name="Tables")
    for sheet in sheets:
        if sheet.columns:
            entry = _element("config:config-item-map-entry", tables, config__name=sheet.name)
            for name, kind, value in _frozen(sheet.header_row + 1):
                _item(entry, name, kind, value)
    _item(view, "ActiveTable", "string", sheets[0].name)
    return root


def _frozen(rows: int) -> Iterator[tuple[str, str, str]]:
    yield "VerticalSplitMode", "short", "2"
    yield "VerticalSplitPosition", "int", str(rows)
    yield "ActiveSplitRange", "short", "2"
    yield "PositionTop", "int", "0"
    yield "PositionBottom", "int", str(rows)


def _item(parent: Any, name: str, kind: str, value: str) -> None:
    _element("config:config-item", parent, value, config__name=name, config__type=kind)


def _manifest(parts: dict[str, Any]) -> Any:
    root = _element("manifest:manifest", manifest__version=_VERSION)
    _element("manifest:file-entry", root, manifest__full_path="/", manifest__media_type=MIMETYPE)
    for name in parts:
        _element("manifest:file-entry", root, manifest__full_path=name, manifest__media_type="text/xml")
    return root
