"""What XML has besides elements: document types, entities, CDATA, comments, instructions, attributes, namespaces."""

from cin_pipeline_tests.hostile.declaring import (
    DECLARATION,
    GOOD,
    Kind,
    accepted,
    good,
    growing,
    kind,
    message,
    refused,
)
from cin_pipeline_tests.hostile.declaring import children as many

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
CHILD = "<Child>"


def _typed(declared: str) -> str:
    return f"<!DOCTYPE Message {declared}>\n{GOOD}"


def _root(attributes: str, text: str = GOOD) -> str:
    return good("<Message>", f"<Message{attributes}>", text=text)


TYPES: tuple[Kind, ...] = (
    kind("a document type", _typed(""), refused("DOCTYPE")),
    kind("entities that laugh", _typed(f'[<!ENTITY l0 "lol">{LAUGHS}]').replace(">a1<", ">&l9;<"), refused("DOCTYPE")),
    kind(
        "an entity out of a file",
        _typed('[<!ENTITY x SYSTEM "file:///etc/passwd">]').replace(">a1<", ">&x;<"),
        refused("DOCTYPE"),
    ),
    kind("an entity out of the network", _typed('[<!ENTITY x SYSTEM "http://localhost:9/x">]'), refused("DOCTYPE")),
    kind("an entity of parameters", _typed('[<!ENTITY % x SYSTEM "http://localhost:9/x"> %x;]'), refused("DOCTYPE")),
    kind("a document type of the network", _typed('SYSTEM "http://localhost:9/x.dtd"'), refused("DOCTYPE")),
    kind("values by default", _typed('[<!ATTLIST Child a CDATA "b">]'), refused("DOCTYPE")),
    kind("a document type after a comment", f"<!-- {'x' * 5000} -->\n{_typed('')}", refused("DOCTYPE")),
    kind("a document type within", good("<Children>", "<!DOCTYPE Message><Children>"), refused("not well-formed")),
    kind("an entity nobody declared", good(">a1<", ">&x;<"), refused("entity")),
    kind("a space of HTML", good(">a1<", ">a1&nbsp;<"), refused("entity")),
    kind("entities of XML", good(">a1<", ">&lt;&amp;&gt;&quot;&apos;<"), accepted(0)),
    kind("an ampersand alone", good(">a1<", ">a & 1<"), refused("not well-formed")),
    kind("an angle bracket alone", good(">a1<", ">a < 1<"), refused("not well-formed")),
    kind("the end of a CDATA section alone", good(">a1<", ">a]]>1<"), refused("not well-formed")),
    kind("CDATA", good(">a1<", "><![CDATA[a1]]><"), accepted(0)),
    kind("CDATA with elements in it", good(">a1<", "><![CDATA[<Child>&amp;</Child>]]><"), accepted(0)),
    kind("CDATA in pieces", good(">a1<", "><![CDATA[a]]><![CDATA[]]>1<![CDATA[]]><"), accepted(0)),
    kind("CDATA between elements", good("<Children>", "<![CDATA[ x ]]><Children>"), refused("text")),
    kind("CDATA of white space between elements", good("<Children>", "<![CDATA[ ]]><Children>"), accepted(0)),
    growing(
        "references to characters",
        lambda n: message(many(1)).replace(">C1<", ">" + "&#65;" * n + "<"),
        accepted(),
        2_000,
        1_500_000,
    ),
    growing(
        "pieces of CDATA",
        lambda n: message(many(1)).replace(">C1<", ">" + "<![CDATA[A]]>" * n + "<"),
        accepted(),
        2_000,
        700_000,
    ),
)

BESIDES: tuple[Kind, ...] = (
    kind("comments everywhere", GOOD.replace("<", "<!-- <Child> --><").replace("/<!--", "/"), accepted(0)),
    kind("a comment before and after", f"<!-- {GOOD[:40]} -->\n{GOOD}<!-- end -->\n", accepted(0)),
    kind("a comment in a value", good(">2016-05-10<", ">2016-<!-- x -->05-10<"), accepted(0)),
    kind("a comment with two hyphens", good("<Children>", "<!-- a -- b --><Children>"), refused("not well-formed")),
    kind(
        "a whole child in a comment",
        good("</Children>", f"<!-- {GOOD[300:900].replace('--', '')} --></Children>"),
        accepted(0),
    ),
    kind("instructions everywhere", GOOD.replace("<", "<?go <Child> ?><").replace("/<?", "/"), accepted(0)),
    kind("a style sheet", f'<?xml-stylesheet type="text/xsl" href="http://localhost:9/x.xsl"?>\n{GOOD}', accepted(0)),
    kind(
        "a declaration in the middle", good("<Children>", "<?xml version='1.0'?><Children>"), refused("not well-formed")
    ),
    growing("comments between children", lambda n: message(many(1) + "<!-- x -->" * n), accepted(), 2_000, 900_000),
    growing(
        "comments before the root",
        lambda n: message(many(1), start=DECLARATION + "<!-- x -->" * n),
        accepted(),
        2_000,
        900_000,
    ),
    growing("instructions between children", lambda n: message(many(1) + "<?go x?>" * n), accepted(), 2_000, 1_000_000),
    growing(
        "a comment without end",
        lambda n: message(many(1) + "<!-- " + "x" * n),
        refused("not well-formed"),
        10_000,
        9_000_000,
    ),
    growing("a large comment", lambda n: message(many(1) + "<!-- " + "x" * n + " -->"), accepted(), 10_000, 9_000_000),
    growing("white space between elements", lambda n: message(many(1) + " \n" * n), accepted(), 10_000, 4_500_000),
)

ATTRIBUTES: tuple[Kind, ...] = (
    kind(
        "attributes everywhere",
        GOOD.replace(CHILD, '<Child id="1" lang="en">').replace("<LEA>", '<LEA n="1">'),
        accepted(0),
    ),
    kind("an attribute twice", good(CHILD, '<Child a="1" a="2">', 1), refused("attribute stands twice")),
    kind("an attribute without quotes", good(CHILD, "<Child a=1>", 1), refused("not well-formed")),
    kind("attributes of XML itself", good(CHILD, '<Child xml:lang="en" xml:space="preserve">'), accepted(0)),
    kind("an xml:id twice", good(CHILD, '<Child xml:id="x">'), accepted(0, 4)),
    kind("a value in an attribute", good("<LAchildID>a1</LAchildID>", '<LAchildID value="a1"/>'), accepted(3)),
    growing(
        "attributes in one tag",
        lambda n: message(many(1)).replace(CHILD, "<Child" + "".join(f' a{i}=""' for i in range(n)) + ">"),
        accepted(0, 1, 3, 4),
        2_000,
        500_000,
    ),
    growing(
        "an attribute of great length",
        lambda n: message(many(1)).replace(CHILD, '<Child a="' + "x" * n + '">'),
        accepted(0, 1, 3, 4),
        10_000,
        9_000_000,
    ),
    growing(
        "an attribute in every child",
        lambda n: message(many(n)).replace(CHILD, '<Child a="x" b="y" c="z">'),
        accepted(),
        50,
        20_000,
    ),
)

NAMESPACES: tuple[Kind, ...] = (
    kind("all in a namespace by default", _root(' xmlns="urn:cin"'), accepted(1, says="namespace")),
    kind(
        "all in a namespace by prefix",
        _root(' xmlns:c="urn:cin"').replace("</", "</c:").replace("<", "<c:").replace("<c:/c:", "</c:"),
        accepted(1, says="namespace"),
    ),
    kind(
        "all but the root in a namespace",
        good("<Header>", '<Header xmlns="urn:cin">').replace("<Children>", '<Children xmlns="urn:cin">'),
        refused(""),
    ),
    kind("one child in a namespace", good(CHILD, '<Child xmlns="urn:x">', 1), refused("namespace")),
    kind("one item in a namespace", good("<UPN>", '<x:UPN xmlns:x="urn:x"/><UPN>', 1), refused("namespace")),
    kind("an attribute in a namespace", good(CHILD, '<Child xmlns:x="urn:x" x:a="1">', 1), accepted(0, 1, 3, 4)),
    kind(
        "two namespaces",
        _root(' xmlns="urn:cin"', good("<Children>", '<Children xmlns="urn:other">')),
        refused("namespace"),
    ),
    kind(
        "a namespace taken back",
        _root(' xmlns="urn:cin"', good("<Children>", '<Children xmlns="">')),
        refused("namespace"),
    ),
    kind("a prefix nobody declared", good("<Child>", "<x:Child>", 1).replace("</Child>", "</x:Child>", 1), refused("")),
    kind("a namespace declared and not used", _root(' xmlns:x="urn:x"'), accepted(0)),
    kind("a schema named", _root(f'{XSI} xsi:noNamespaceSchemaLocation="cin.xsd"'), accepted(0)),
    kind("a schema of the network", _root(f'{XSI} xsi:schemaLocation="urn:x http://localhost:9/x.xsd"'), accepted(0)),
    kind("xsi:nil", _root(XSI, good("<UPN>E20512345678A</UPN>", '<UPN xsi:nil="true"/>')), accepted()),
    kind(
        "xsi:nil with a value",
        _root(XSI, good("<UPN>E20512345678A</UPN>", '<UPN xsi:nil="true">E20512345678A</UPN>')),
        accepted(0, 1, 3, 4),
    ),
    kind("xsi:type", _root(XSI, good(CHILD, '<Child xsi:type="xs:string">')), accepted(0)),
    kind(
        "an inclusion",
        good(
            "</Children>",
            '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/></Children>',
        ),
        refused("namespace"),
    ),
    kind(
        "an inclusion in a child",
        good("<CINdetails>", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x.xml"/><CINdetails>', 1),
        refused("namespace"),
    ),
    growing(
        "namespaces in one tag",
        lambda n: message(many(1), attributes="".join(f' xmlns:n{i}="urn:{i}"' for i in range(n))),
        accepted(0, 1, 3, 4),
        1_000,
        200_000,
    ),
    growing(
        "a namespace in every child",
        lambda n: message(many(n)).replace(CHILD, '<Child xmlns:x="urn:x" x:a="1">'),
        accepted(0, 1, 3, 4),
        50,
        20_000,
    ),
    growing(
        "an item in a namespace in every child",
        lambda n: message(many(n)).replace("<Ethnicity>", '<x:a xmlns:x="urn:x"/><Ethnicity>'),
        refused("namespace"),
        50,
        20_000,
    ),
)
KINDS = (*TYPES, *BESIDES, *ATTRIBUTES, *NAMESPACES)
