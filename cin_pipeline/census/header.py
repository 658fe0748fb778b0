"""The header of a return, as sent: for the rules about it and for showing where a file comes from."""

from dataclasses import dataclass

from lxml import etree

from cin_pipeline.census.identifying import first_element_of_message
from cin_pipeline.census.text import MAX_BYTES, xml_text


@dataclass(frozen=True)
class Header:
    """The header's values as trimmed text, empty where missing, and its line in the file (None: no header).

    Of several Source groups, the first that has a value counts."""

    collection: str = ""
    year: str = ""
    reference_date: str = ""
    source_level: str = ""
    la_code: str = ""
    software_code: str = ""
    release: str = ""
    serial_number: str = ""
    date_time: str = ""
    line: int | None = None


def read_header(data: bytes, max_bytes: int = MAX_BYTES) -> Header:
    """The header of a file, read no further than its end; an empty one where the file has none.

    Raises ReturnRejected where the file is no XML up to there, or its root is not Message."""
    element = first_element_of_message(xml_text(data, max_bytes))
    if element is None or element.tag != "Header":
        return Header()
    return Header(
        collection=_first_text(element, "CollectionDetails/Collection"),
        year=_first_text(element, "CollectionDetails/Year"),
        reference_date=_first_text(element, "CollectionDetails/ReferenceDate"),
        source_level=_first_text(element, "Source/SourceLevel"),
        la_code=_first_text(element, "Source/LEA"),
        software_code=_first_text(element, "Source/SoftwareCode"),
        release=_first_text(element, "Source/Release"),
        serial_number=_first_text(element, "Source/SerialNo"),
        date_time=_first_text(element, "Source/DateTime"),
        line=element.sourceline,
    )


def _first_text(header: etree._Element, path: str) -> str:
    texts = ((found.text or "").strip() for found in header.findall(path))
    return next(filter(None, texts), "")
