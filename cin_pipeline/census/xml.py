"""How XML is parsed here: nothing is fetched or expanded, and every fault is one sentence without a value."""

from typing import Any

from lxml import etree

from cin_pipeline.census.errors import ReturnRejected

# Options of every parser. Text comes from `text.xml_text`, so it is UTF-8 whatever the declaration says.
# `collect_ids=False` is not among them: it would load document types from the disk.
PARSER_OPTIONS: dict[str, Any] = {
    "encoding": "utf-8",
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}

_FAULTS = {
    getattr(etree.ErrorTypes, name): words
    for name, words in {
        "ERR_TAG_NAME_MISMATCH": "an end tag does not match its start tag",
        "ERR_TAG_NOT_FINISHED": "it ends before every element is closed",
        "ERR_LTSLASH_REQUIRED": "it ends before every element is closed",
        "ERR_GT_REQUIRED": "a tag is not closed, or the file ends in it",
        "ERR_DOCUMENT_EMPTY": "it does not start with an element",
        "ERR_DOCUMENT_END": "there is more after the end of the root element",
        "ERR_UNDECLARED_ENTITY": "it uses an entity that is not defined",
        "ERR_NAME_REQUIRED": "an & or < stands where text was expected",
        "ERR_INVALID_CHAR": "it holds a character that XML does not allow",
        "ERR_RESOURCE_LIMIT": "elements are nested too deep or a value is too long",
        "ERR_ATTRIBUTE_REDEFINED": "an attribute stands twice in a tag",
    }.items()
}


def not_well_formed(error: etree.XMLSyntaxError) -> ReturnRejected:
    """The parser's fault as a rejection."""
    # Not `error.error_log`: it holds the faults of every file this process ever parsed.
    return ReturnRejected(
        f"the file is not well-formed XML ({_FAULTS.get(error.code, 'it cannot be parsed')}); "
        "a complete XML file with the root element Message was expected",
        line=error.lineno or None,
    )


def wrong_root(root: etree._Element) -> ReturnRejected:
    """A rejection for a root element other than Message."""
    name = etree.QName(root)
    found = f"{name.localname} in a namespace" if name.namespace else name.localname
    return ReturnRejected(
        f"the root element is {found}; Message without a namespace was expected", line=root.sourceline
    )
