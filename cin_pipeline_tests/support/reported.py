"""From XML to a report, and what a reader of the page or a program gets out of it."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from lxml import html

from cin_pipeline.validation.files import check_file
from cin_pipeline.validation.reporting import About, report_page

ABOUT = About("201_2017.xml", 12_345, datetime(2017, 6, 1, 9, 30, tzinfo=UTC), "0" * 64, "201", "City of London", 2017)


def page_of(xml: bytes, **about: Any) -> str:
    checked = check_file(xml, 2017)
    return report_page(replace(ABOUT, **about), checked.sent, checked.results)


def text_of(page: str) -> str:
    """What a reader without scripts sees, in one line."""
    document = html.document_fromstring(page)
    for part in document.iter("script", "style"):
        part.text = ""
    return re.sub(r" (?=[.,;:])", "", " ".join(" ".join(document.itertext()).split()))


def data_of(page: str) -> dict[str, Any]:
    """The hits as the script reads them."""
    (block,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    found: dict[str, Any] = json.loads(block)
    return found


def values_of(page: str) -> list[tuple[str, list[tuple[object, ...]]]]:
    """Rule of each hit, with its values: field, text, and place where it is not the hit's own record."""
    data = data_of(page)
    return [(data["rules"][row[0]], [_value(data, *value) for value in row[7]]) for row in data["rows"]]


def _value(data: dict[str, Any], field: int, text: str, *place: int) -> tuple[object, ...]:
    if not place:
        return data["fields"][field], text
    table, record, _ = place
    return data["fields"][field], text, f"{data['tables'][table]} {record}"
