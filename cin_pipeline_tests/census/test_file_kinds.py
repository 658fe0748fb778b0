"""A file that is no XML is told what it is."""

import bz2
import codecs
import gzip
import lzma
from collections.abc import Callable

import pytest

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import Identity, identify
from cin_pipeline.census.reading import read_return
from cin_pipeline_tests.census.test_reading import whole
from cin_pipeline_tests.support.other_files import compound, tarred, workbook, zipped

TEXT = whole()
RETURN = TEXT.encode()
NO_XML = TEXT.partition("?>\n")[2]


KINDS: dict[str, tuple[bytes, str]] = {
    "ZIP": (zipped(RETURN, "201_2017.xml"), "a ZIP archive; the XML file in it was expected"),
    "ZIP of two": (zipped(RETURN, "201_2017.xml", "202_2017.xml"), "a ZIP archive; the XML file in it was expected"),
    "empty ZIP": (zipped(RETURN), "an empty ZIP archive; the return as an XML file was expected"),
    "gzip": (gzip.compress(RETURN, mtime=0), "a gzip archive; the XML file in it was expected"),
    "bzip2": (bz2.compress(RETURN), "a bzip2 archive"),
    "xz": (lzma.compress(RETURN), "an xz archive"),
    "7z": (b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(40), "a 7z archive; the XML file in it was expected"),
    "RAR": (b"Rar!\x1a\x07\x01\x00" + bytes(40), "a RAR archive; the XML file in it was expected"),
    "tar": (tarred(RETURN, "w"), "a tar archive; the XML file in it was expected"),
    "tar and gzip": (tarred(RETURN, "w:gz"), "a gzip archive"),
    "XLSX": (workbook(), "a spreadsheet (Excel); the return as an XML file was expected"),
    "ODS": (
        zipped(b"", "mimetype") + b"application/vnd.oasis.opendocument.spreadsheet",
        "a spreadsheet (OpenDocument)",
    ),
    "DOCX": (zipped(RETURN, "[Content_Types].xml", "word/document.xml"), "a text document (Word)"),
    "XLS": (compound("Workbook"), "a spreadsheet (Excel)"),
    "DOC": (compound("WordDocument"), "a text document (Word)"),
    "XLSX with a password": (compound("EncryptedPackage"), "an Office document with a password"),
    "MSG": (compound("__substg1.0_0037001F"), "an e-mail (Outlook)"),
    "spreadsheet as XML": (
        b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>',
        "a spreadsheet (Excel's XML)",
    ),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "a PDF document"),
    "RTF": (b"{\\rtf1\\ansi <Message>}", "a text document (RTF)"),
    "picture": (b"\x89PNG\r\n\x1a\n", "a picture"),
    "PGP": (b"-----BEGIN PGP MESSAGE-----\n\nhQEM", "encrypted (PGP)"),
    "HTML": (b"\n<!DOCTYPE html>\n<html><body>Log in</body></html>", "a web page (HTML)"),
    "XHTML": (b'<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml"/>', "a web page (HTML)"),
    "JSON": (b'{"Message": {"Header": {"Year": 2017}}}', "JSON"),
    "JSON list": (b'\xef\xbb\xbf[\n {"LAchildID": "1"}]', "JSON"),
    "JSON with the return in it": (b'{"file": "' + NO_XML.encode() + b'"}', "JSON"),
    "CSV": (b"la_code,year\n201,2017\n", "a table of values (CSV)"),
    "CSV with semicolons": (b"LAchildID;CINreferralDate\r\n1;2016-05-01\r\n2;<none>\r\n", "a table of values (CSV)"),
    "CSV in UTF-16": ("LAchildID\tSex\n1\tF\n".encode("utf-16"), "a table of values (CSV)"),
    "text": (b"Please find the return attached.\n", "text without XML"),
    "bytes": (bytes(range(1, 32)) * 10, "holds no text"),
    "escaped": (b"&lt;Message&gt;", "angle brackets are written as &lt; and &gt;"),
    "UTF-16 without a mark": (TEXT.encode("utf-16-le"), "UTF-16 without a byte order mark"),
    "UTF-16, big ends first, without a mark": (TEXT.encode("utf-16-be"), "UTF-16 without a byte order mark"),
    "UTF-32": (TEXT.encode("utf-32"), "UTF-32"),
    "EBCDIC": (TEXT.encode("cp037"), "EBCDIC"),
    "said to be UTF-16": (
        whole(start='<?xml version="1.0" encoding="utf-16"?>').encode(),
        "the XML declaration says UTF-16, but the file is in another encoding",
    ),
    "two marks": (codecs.BOM_UTF8 * 2 + RETURN, "more than one byte order mark"),
    "a blank line before": (b"\n" + RETURN, "line 2: blank lines stand before the XML declaration"),
    "a space before": (b" " + RETURN, "line 1: white space stands before the XML declaration"),
    "blank lines after a mark": (codecs.BOM_UTF8 + b"\r\n\r\n" + RETURN, "line 3: blank lines stand before"),
    "many blank lines before": (b"\n" * 100_000 + RETURN, "line 100001: blank lines stand before"),
    "text before": (
        b"\nThis XML file has no style information.\n" + NO_XML.encode(),
        "line 2: text stands before the XML, which begins on line 3; a file that begins with the XML was expected",
    ),
    "text before the declaration": (b"Subject: return 201\n\n" + RETURN, "line 1: text stands before the XML, which"),
}


@pytest.mark.parametrize("case", KINDS)
@pytest.mark.parametrize("read", [identify, lambda data: read_return(data, 2017)], ids=["identify", "read_return"])
def test_a_file_of_another_kind_is_called_so(read: Callable[[bytes], object], case: str) -> None:
    data, said = KINDS[case]
    with pytest.raises(ReturnRejected) as rejected:
        read(data)
    assert said in str(rejected.value)


@pytest.mark.parametrize(
    "data",
    [
        RETURN,
        NO_XML.encode(),
        b" \n\t" + NO_XML.encode(),
        b"<!-- not <html> -->" + NO_XML.encode(),
        b"<!--" + b"x" * 253 + b"ustar-->" + NO_XML.encode(),
    ],
)
def test_what_is_xml_is_left_alone(data: bytes) -> None:
    assert identify(data) == Identity("201", 2017)


def test_nothing_of_the_contents_is_said() -> None:
    for data in (b"Jane Doe,2009-09-09\nJohn Doe,2010-01-01\n", b"Jane Doe\n<Message/>", b'["Jane Doe"]'):
        with pytest.raises(ReturnRejected) as rejected:
            identify(data)
        assert "Doe" not in str(rejected.value)
