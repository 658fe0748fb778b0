"""Which files are notes, and which might have been meant as returns."""

import os
from pathlib import Path

import pytest

from cin_pipeline.store.deliveries.directory import DiskFile
from cin_pipeline.store.notes import is_note, without_notes

NOTES = {
    "read me.txt": b"201's return follows on Monday.\r\n\tAnn",
    "README": b"x",
    "minutes.md": "caf\u00e9 \u2013 \u00a320".encode(),
    "latin": "caf\xe9".encode("latin-1"),
    "marked.txt": b"\xef\xbb\xbfsee below",
    "sixteen.txt": "see below".encode("utf-16"),
    "big end.txt": b"\xfe\xff" + "see below".encode("utf-16-be"),
    "sent.csv": b"la_code,children\n201,3\n",
    "letter.pdf": b"%PDF-1.7\n\x00\x01<<binary>>",
    "a scan": b"%PDF-1.4",
}
OTHERS = {
    "note.xml": b"the return follows on Monday",
    "NOTE.XML": b"the return follows on Monday",
    "letter.pdf.xml": b"%PDF-1.7",
    "return.txt": b"<Message/>",
    "return16": "<Message/>".encode("utf-16"),
    "mail.txt": b"From: Ann <ann@example.org>",
    "archive.zip": b"PK\x03\x04\x14\x00\x00\x00",
    "archive.gz": b"\x1f\x8b\x08\x08abc\x00",
    "archive.7z": b"7z\xbc\xaf\x27\x1c\x00\x04",
    "sheet.xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00",
    "controls": b"\x01\x02\x03",
    "without mark": "see below".encode("utf-16-le"),
    "thirty-two": "see below".encode("utf-32"),
    "empty.txt": b"",
    "blank.txt": b" \r\n\t",
    "mark alone.txt": b"\xef\xbb\xbf",
}


@pytest.mark.parametrize("name", [*NOTES, *OTHERS])
def test_what_is_a_note(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes({**NOTES, **OTHERS}[name])
    assert is_note(DiskFile(path), 1000) == (name in NOTES)


def test_a_file_too_large_for_a_return_is_no_note_unless_it_is_a_pdf(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"x" * 11)
    (tmp_path / "a.pdf").write_bytes(b"%PDF" * 3)
    assert [is_note(DiskFile(tmp_path / name), 10) for name in ("a.txt", "a.pdf")] == [False, True]


def test_what_cannot_be_read_is_no_note(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder").mkdir()
    (tmp_path / "note").write_bytes(b"x")
    paths = [tmp_path / name for name in ("folder", "gone", "note", "pipe")]
    assert without_notes(paths, 10) == ([paths[0], paths[1], paths[3]], 1)
