"""Headers: missing, several, contradicting; years and authorities of every form."""

from cin_pipeline_tests.hostile.declaring import (
    DECLARATION,
    GOOD,
    Kind,
    accepted,
    good,
    growing,
    header,
    kind,
    message,
    refused,
)
from cin_pipeline_tests.hostile.declaring import children as many

HEADER = GOOD[GOOD.index("<Header>") : GOOD.index("</Header>") + 10]
SOURCE = GOOD[GOOD.index("<Source>") : GOOD.index("</Source>") + 10]
NO_YEAR = good("<Year>2017</Year>", "")


def _year(text: str) -> str:
    return good("<Year>2017</Year>", f"<Year>{text}</Year>")


def _la(text: str) -> str:
    return good(">201<", f">{text}<")


def _reference(text: str) -> str:
    return good("<ReferenceDate>2017-03-31<", f"<ReferenceDate>{text}<")


_NO_YEAR = "which collection year"

HEADERS: tuple[Kind, ...] = (
    kind("no header", good(HEADER, ""), refused("header is missing")),
    kind("an empty header", good(HEADER, "<Header/>\n"), refused("which collection year")),
    kind(
        "a header after the children",
        good("</Message>", HEADER + "</Message>", text=good(HEADER, "")),
        refused("header is missing"),
    ),
    kind("two headers", good(HEADER, HEADER * 2), refused("Header")),
    kind("two headers of two authorities", good(HEADER, HEADER + HEADER.replace("201<", "202<")), refused("Header")),
    kind("CollectionDetails twice", good("<Source>", "<CollectionDetails/><Source>"), refused("CollectionDetails")),
    kind("two Sources of one authority", good(SOURCE, SOURCE * 2), accepted(0, 1)),
    kind("a Source without LEA before it", good(SOURCE, "<Source/>\n" + SOURCE), accepted(0, 1)),
    kind(
        "two Sources of two authorities",
        good(SOURCE, SOURCE + SOURCE.replace("201<", "202<")),
        refused("more than one authority"),
    ),
    kind("the header in lower case", good("Header>", "header>"), refused("header is missing")),
    kind("an unknown item in the header", good("<LEA>", "<Colour/><LEA>"), refused("Colour")),
    kind(
        "items of the header out of order",
        good("<LEA>201</LEA>\n", "", text=good("</Source>", "<LEA>201</LEA></Source>")),
        refused("LEA"),
    ),
    kind("text in the header", good("<Source>", "return<Source>"), refused("text")),
    kind("an element in Year", _year("<b>2017</b>"), refused("")),
    kind(
        "the header's Content, as some send it",
        good("</Header>", "<Content><CBDSLevels><CBDSLevel>Child</CBDSLevel></CBDSLevels></Content></Header>"),
        accepted(0),
    ),
    kind("Collection CLA", good(">CIN<", ">CLA<"), accepted(3, says="ollection")),
    kind("Collection School Census", good(">CIN<", ">SC2<"), accepted(3, says="ollection")),
    kind("no Collection", good("<Collection>CIN</Collection>", ""), accepted()),
    growing(
        "a Source after another",
        lambda n: message(
            many(1), header().replace("</Source>", "</Source><Source><LEA>201</LEA></Source>" + "<Source/>" * n)
        ),
        accepted(),
        1_000,
        1_000_000,
    ),
    growing(
        "levels in the header",
        lambda n: message(
            many(1),
            header(more="<Content><CBDSLevels>" + "<CBDSLevel>Child</CBDSLevel>" * n + "</CBDSLevels></Content>"),
        ),
        accepted(),
        1_000,
        1_000_000,
    ),
    growing(
        "comments in the header",
        lambda n: message(many(1), header(year="20" + "<!-- x -->" * n + "17")),
        accepted(),
        1_000,
        500_000,
    ),
    growing(
        "a header without end",
        lambda n: DECLARATION + "<Message><Header>" + "<Source><LEA>201</LEA></Source>" * n,
        refused("not well-formed"),
        1_000,
        300_000,
    ),
    growing(
        "unknown items in the header",
        lambda n: message(many(1), header(more="<x/>" * n)),
        refused("x"),
        1_000,
        1_000_000,
    ),
    growing(
        "white space in the header", lambda n: message(many(1), header(more=" \n" * n)), accepted(), 10_000, 4_000_000
    ),
)

YEARS: tuple[Kind, ...] = (
    kind("no Year, but ReferenceDate", NO_YEAR, accepted(0, 1, 3)),
    kind(
        "neither Year nor ReferenceDate",
        good("<ReferenceDate>2017-03-31</ReferenceDate>", "", text=NO_YEAR),
        refused(_NO_YEAR),
    ),
    kind(
        "Year empty, ReferenceDate day first", good(">2017-03-31<", ">31/03/2017<", text=_year("")), refused(_NO_YEAR)
    ),
    *(
        kind(f"Year {text}", _year(text), refused(f"Year {text}: the year it ends, 2017, was expected"))
        for text in ("2016-17", "2016/17", "2016-2017", "2016 to 2017", "16/17", "2016–17")
    ),
    *(
        kind(f"Year {name}", _year(text), refused(_NO_YEAR))
        for name, text in {
            "of two digits": "17",
            "of five digits": "20017",
            "with a sign": "-2017",
            "with a decimal": "2017.0",
            "in full width": "２０１７",
            "as a date": "2017-03-31",
            "in words": "this year",
            "of two that do not follow": "2015-17",
            "and another": "2016 2017",
            "very long": "2" * 50_000,
        }.items()
    ),
    kind("Year 0000", _year("0000"), refused("")),
    kind("Year 1917", _year("1917"), refused("")),
    kind("Year 9999", _year("9999"), refused("")),
    kind("Year of the future", GOOD.replace("2017", "2031"), refused("2030 to 2031")),
    kind("Year of a time before", GOOD.replace("2017", "2012").replace("2016", "2011"), refused("2011 to 2012")),
    kind("Year with white space round it", _year(" \n 2017\t"), accepted(0)),
    kind("Year in a CDATA section", _year("<![CDATA[2017]]>"), accepted(0)),
    kind("Year by numbers of characters", _year("&#50;&#x30;17"), accepted(0)),
    kind("Year with a comment in it", _year("20<!-- 18 -->17"), accepted(0)),
    kind("Year twice", _year("2017</Year><Year>2016"), refused("Year")),
    kind("Year left as it was", _year("2016"), refused("2017-03-31")),
    kind("ReferenceDate left as it was", _reference("2016-03-31"), refused("2016-03-31")),
    kind("ReferenceDate of the year to come", _reference("2018-03-31"), refused("2018-03-31")),
    kind("ReferenceDate 28 March", _reference("2017-03-28"), accepted(3)),
    kind("ReferenceDate in summer", _reference("2016-07-21"), accepted(3)),
    kind("ReferenceDate day first", _reference("31/03/2017"), accepted(3)),
    kind("ReferenceDate of a day that is not", _reference("2017-02-31"), accepted(3)),
    kind("ReferenceDate empty", _reference(""), accepted(3)),
)

AUTHORITIES: tuple[Kind, ...] = (
    kind("no LEA", good("<LEA>201</LEA>", ""), refused("names no authority")),
    kind("LEA empty", _la(" "), refused("names no authority")),
    kind("LEA with white space round it", _la("\n201 "), accepted(0)),
    kind("LEA 999", _la("999"), refused("999 is no authority")),
    kind("LEA of Wales", _la("660"), refused("660 is no authority")),
    kind(
        "LEA of a county that is no more",
        _la("928").replace("2017", "2023").replace("2016", "2022"),
        refused("928 is no authority"),
    ),
    kind("LEA of an authority yet to come", _la("838"), refused("838 is no authority")),
    kind("LEA of nine characters", _la("E09000001"), refused("no authority")),
    kind("LEA as a name", _la("City of London"), refused("the LEA is no authority")),
    kind("LEA with zeros before it", _la("0201"), refused("no authority")),
    kind("LEA in full width", _la("２０１"), refused("no authority")),
    kind("LEA a path", _la("../../201"), refused("the LEA is no authority")),
    kind("LEA a script", _la("&lt;b&gt;"), refused("the LEA is no authority")),
    growing(
        "LEA without end",
        lambda n: message(many(1), header(la_code="2" * n)),
        refused("the LEA is no authority"),
        10_000,
        9_000_000,
    ),
)
KINDS = (*HEADERS, *YEARS, *AUTHORITIES)
