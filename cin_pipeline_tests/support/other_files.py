"""Files that are no XML, as a sender may pack or write a return."""

import io
import tarfile
import zipfile

from openpyxl import Workbook


def zipped(contents: bytes, *names: str) -> bytes:
    """A ZIP archive with the same contents under each name."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(zipfile.ZipInfo(name), contents, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def tarred(contents: bytes, form: str = "w") -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=form) as archive:
        about = tarfile.TarInfo("201_2017.xml")
        about.size = len(contents)
        archive.addfile(about, io.BytesIO(contents))
    return made.getvalue()


def workbook() -> bytes:
    made, book = io.BytesIO(), Workbook()
    book.active.append(["LAchildID", "CINreferralDate"])
    book.save(made)
    return made.getvalue()


def compound(part: str) -> bytes:
    """As an Office document of the old kind begins, with the name of one of its parts."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + part.encode("utf-16-le") + bytes(512)
