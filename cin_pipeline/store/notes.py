"""What lies beside returns and is none: notes and PDFs. They are left alone, counted, and never rejected.

Whatever might have been meant as a return is not among them: a name that ends in .xml, a `<` anywhere, an archive, a
spreadsheet, a file without content. Such a file is rejected with its reason.
"""

import re
from collections.abc import Iterable
from pathlib import Path

from cin_pipeline.census.text import BYTE_ORDER_MARKS
from cin_pipeline.store.deliveries import DeliveredFile, Unreadable
from cin_pipeline.store.deliveries.directory import DiskFile

_PDF = b"%PDF"
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x19\x1c-\x1f<]")  # controls that no note has, or what every XML file has


def is_note(file: DeliveredFile, max_bytes: int) -> bool:
    """Whether a file is a note or a PDF. What cannot be read, or is larger than a return may be, is no note.

    Only what is not named like a return is opened. Raises FileGone, InboxUnusable."""
    if file.name.lower().endswith(".xml"):
        return False
    try:
        size, head = file.size(), file.read(len(_PDF))
        if head == _PDF or size > max_bytes:
            return head == _PDF
        return _is_text(file.read(max_bytes))
    except Unreadable:  # whoever takes the file says why
        return False


def without_notes(paths: Iterable[Path], max_bytes: int) -> tuple[list[Path], int]:
    """The files that are to be taken or rejected, and how many notes lie beside them."""
    several = list(paths)
    others = [path for path in several if not is_note(DiskFile(path), max_bytes)]
    return others, len(several) - len(others)


def _is_text(data: bytes) -> bool:
    mark, encoding = next(((mark, name) for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)), (b"", "latin-1"))
    text = data[len(mark) :].decode(encoding, errors="replace")
    return bool(text.strip()) and _NO_TEXT.search(text) is None
