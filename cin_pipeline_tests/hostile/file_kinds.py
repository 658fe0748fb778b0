"""Files that are no return: archives, documents, data of other forms, other XML, and parts of a return."""

import base64
import gzip
import random

from cin_pipeline_tests.hostile.declaring import DECLARATION, GOOD, Kind, accepted, growing, kind, message, refused
from cin_pipeline_tests.hostile.declaring import children as many
from cin_pipeline_tests.support.other_files import compound, tarred, workbook, zipped

RETURN = (DECLARATION + GOOD).encode()


_OPEN_DOCUMENT = zipped(b"", "mimetype") + b"application/vnd.oasis.opendocument.spreadsheet"
_NOISE = random.Random(14).randbytes(5_000)  # noqa: S311 - no secret
_CSV = "LAchildID,CINreferralDate,Sex\nC1,2016-05-10,F\nC2,2016-06-01,M\n"

OTHER_KINDS: tuple[Kind, ...] = (
    kind("ZIP", zipped(RETURN, "201_2017.xml"), refused("a ZIP archive; the XML file in it was expected")),
    kind("ZIP of several returns", zipped(RETURN, "201.xml", "202.xml"), refused("a ZIP archive; the XML file in it")),
    kind("empty ZIP", zipped(RETURN), refused("an empty ZIP archive")),
    kind("ZIP that unpacks to much", zipped(bytes(50_000_000), "x.xml"), refused("a ZIP archive")),
    kind("ZIP cut off", zipped(RETURN, "201_2017.xml")[:200], refused("a ZIP archive")),
    kind("gzip", gzip.compress(RETURN, mtime=0), refused("a gzip archive; the XML file in it was expected")),
    kind("7z", b"7z\xbc\xaf\x27\x1c\x00\x04" + _NOISE, refused("a 7z archive; the XML file in it was expected")),
    kind("RAR", b"Rar!\x1a\x07\x01\x00" + _NOISE, refused("a RAR archive")),
    kind("tar", tarred(RETURN), refused("a tar archive")),
    kind("XLSX", workbook(), refused("a spreadsheet (Excel)")),
    kind("ODS", _OPEN_DOCUMENT, refused("a spreadsheet (OpenDocument)")),
    kind("DOCX", zipped(RETURN, "[Content_Types].xml", "word/document.xml"), refused("a text document (Word)")),
    kind("XLS", compound("Workbook"), refused("a spreadsheet (Excel)")),
    kind("XLSX with a password", compound("EncryptedPackage"), refused("with a password")),
    kind("e-mail of Outlook", compound("__substg1.0_0037001F"), refused("an e-mail (Outlook)")),
    kind(
        "spreadsheet saved as XML",
        f'{DECLARATION}<?mso-application progid="Excel.Sheet"?>\n<Workbook xmlns="urn:schemas-microsoft-com"/>',
        refused("a spreadsheet"),
    ),
    kind("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>", refused("a PDF document")),
    kind("RTF", b"{\\rtf1\\ansi <Message>}", refused("a text document (RTF)")),
    kind("picture", b"\x89PNG\r\n\x1a\n" + _NOISE, refused("a picture")),
    kind("PGP message", b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", refused("encrypted (PGP)")),
    kind("database", b"SQLite format 3\x00" + _NOISE, refused("a database")),
    kind("HTML", "<!DOCTYPE html>\n<html><body><p>Please log in</body></html>", refused("a web page (HTML)")),
    kind(
        "XHTML", f'{DECLARATION}<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>', refused("a web page (HTML)")
    ),
    kind("JSON", '{"Message": {"Header": {"CollectionDetails": {"Year": 2017}}}}', refused("JSON")),
    kind("JSON, line by line", '{"LAchildID": "C1"}\n{"LAchildID": "C2"}\n', refused("JSON")),
    kind("CSV", _CSV, refused("a table of values (CSV)")),
    kind("CSV with semicolons", _CSV.replace(",", ";"), refused("a table of values (CSV)")),
    kind("tabs in UTF-16", _CSV.replace(",", "\t").encode("utf-16"), refused("a table of values (CSV)")),
    kind("CSV with an angle bracket", _CSV + "C3,<unknown>,F\n", refused("a table of values (CSV)")),
    kind("a note", "Hello, please find attached our return. Best wishes", refused("text without XML")),
    kind(
        "an e-mail with the return in it",
        f"From: la@example.org\nSubject: return\n\n{GOOD}",
        refused("text stands before"),
    ),
    kind(
        "copied out of a browser", f"This XML file has no style information.\n\n{GOOD}", refused("text stands before")
    ),
    kind("base64", base64.encodebytes(RETURN), refused("text without XML")),
    kind("angle brackets escaped", GOOD.replace("<", "&lt;").replace(">", "&gt;"), refused("angle brackets")),
    kind("noise", b"\x02" + _NOISE, refused("the file")),
    kind("a line before the declaration", "\n" + DECLARATION + GOOD, refused("line 2: blank lines stand before")),
    kind("a space before the declaration", " " + DECLARATION + GOOD, refused("white space stands before")),
    growing("blank lines before", lambda n: "\n" * n + message(many(1)), refused("blank lines"), 70_000, 9_000_000),
    growing("only white space", lambda n: " \n\t" * n, refused("empty"), 1_000, 3_000_000),
    growing("only NULs", lambda n: "\0" * n, refused("the file"), 1_000, 9_000_000),
    growing("only text", lambda n: "lorem ipsum " * n, refused("text without XML"), 1_000, 800_000),
    growing("only angle brackets", lambda n: "<" * n, refused("not well-formed"), 1_000, 9_000_000),
    growing("ZIP of noise", lambda n: "PK\x03\x04" + "ab" * n, refused("a ZIP archive"), 1_000, 4_500_000),
)

OTHER_XML: tuple[Kind, ...] = (
    kind("empty file", b"", refused("empty")),
    kind("a byte order mark alone", "\ufeff", refused("empty")),
    kind("one character", "<", refused("not well-formed")),
    kind("another root", GOOD.replace("Message", "Return"), refused("the root element is Return")),
    kind("a root of other capitals", GOOD.replace("Message", "MESSAGE"), refused("the root element is MESSAGE")),
    kind(
        "a Child alone", GOOD[GOOD.index("<Child>") : GOOD.index("</Child>") + 8], refused("the root element is Child")
    ),
    kind(
        "the return in an envelope",
        f"<Envelope><Body>{GOOD}</Body></Envelope>",
        refused("the root element is Envelope"),
    ),
    kind("a schema", '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"/>', refused("the root element is schema")),
    kind("a drawing", '<svg xmlns="http://www.w3.org/2000/svg"/>', refused("the root element is svg")),
    kind("an empty Message", "<Message/>", refused("header is missing")),
    kind("two returns in one file", GOOD + GOOD, refused("more after the end")),
    kind("text after the end", GOOD + "-- end of file --", refused("more after the end")),
    kind("white space after the end", GOOD + " \r\n\t" * 500, accepted(0)),
)


def _cut(before: str, more: int = 0) -> str:
    text = DECLARATION + GOOD
    return text[: text.index(before) + more]


CUT: tuple[Kind, ...] = (
    kind("cut in the declaration", DECLARATION[:20], refused("not well-formed")),
    kind("cut after the declaration", DECLARATION, refused("not well-formed")),
    kind("cut in the root's tag", _cut("<Message>", 5), refused("not well-formed")),
    kind("cut in the header", _cut("<LEA>", 7), refused("not well-formed")),
    kind("cut after the header", _cut("<Children>"), refused("ends before every element is closed")),
    kind("cut in a tag", _cut("<CINreferralDate>", 9), refused("not well-formed")),
    kind("cut in a value", _cut("<CINreferralDate>", 21), refused("not well-formed")),
    kind("cut in an end tag", _cut("</CINreferralDate>", 9), refused("not well-formed")),
    kind("cut in a comment", _cut("<Section47>") + "<!-- x", refused("not well-formed")),
    kind("cut in a CDATA section", _cut("a1</LAchildID>") + "<![CDATA[a1", refused("not well-formed")),
    kind("cut in an entity", _cut("a1</LAchildID>") + "&am", refused("not well-formed")),
    kind("cut in an attribute", _cut("<Section47>") + '<Section47 a="', refused("not well-formed")),
    kind("the last end tag missing", GOOD.replace("</Message>", ""), refused("ends before every element is closed")),
    kind("the last character missing", GOOD.rstrip()[:-1], refused("not well-formed")),
    kind("the beginning missing", GOOD[GOOD.index("<LEA>") + 2 :], refused("")),
    kind("a piece missing in the middle", GOOD[:3000] + GOOD[4000:], refused("not well-formed")),
)
KINDS = (*OTHER_KINDS, *OTHER_XML, *CUT)
