"""Namespaces: a return that is in one from end to end is read; one that strays in is a fault of structure."""

import pytest

from cin_pipeline.census.errors import FaultKind, StructureFaults
from cin_pipeline.census.header import Identity, identify, read_header
from cin_pipeline.census.reading import read_return
from cin_pipeline_tests.census.test_reading import CHILDREN, whole
from cin_pipeline_tests.support.random_returns import messy_return

BY_DEFAULT = whole(root=' xmlns="urn:x"')
BY_PREFIX = whole(root=' xmlns:c="urn:x"').replace("</", "</c:").replace("<", "<c:")
for _wrong, _right in (("<c:/c:", "</c:"), ("<c:?", "<?"), ("<c:!", "<!")):
    BY_PREFIX = BY_PREFIX.replace(_wrong, _right)


@pytest.mark.parametrize("text", [BY_DEFAULT, BY_PREFIX], ids=["by default", "by prefix"])
def test_a_return_whose_every_element_is_in_one_namespace_is_read_as_if_there_were_none(text: str) -> None:
    plain = read_return(whole().encode(), 2017)
    found = read_return(text.encode(), 2017)
    assert found.header.namespace == "urn:x"
    assert found.header.la_code == plain.header.la_code == "201"
    assert all(found.tables[name].equals(plain.tables[name]) for name in plain.tables)
    assert identify(text.encode()) == Identity("201", 2017)
    assert read_header(text.encode()) == found.header
    assert plain.header.namespace == ""


def test_a_header_without_values_keeps_the_namespace() -> None:
    assert read_header(b'<Message xmlns="urn:x"><Children/></Message>').namespace == "urn:x"


STRAY = {
    "an element": ("<ReferralNFA>0</", '<q:ReferralNFA xmlns:q="urn:q">0</q:', 1),
    "an attribute": ("<ReferralNFA>", '<ReferralNFA xmlns:q="urn:q" q:a="1">', 1),
    "an attribute outside a Child": ("<Children>", '<Children xmlns:q="urn:q" q:a="1">', 1),
    "an inclusion": ("<CINdetails/>", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="x"/>', 1),
    "a default for part of it": ("<Child>", '<Child xmlns="urn:q">', 2),
    "one taken away": ("<CINdetails/>", '<CINdetails xmlns="urn:q"/>', 1),
}


@pytest.mark.parametrize("case", STRAY)
def test_a_namespace_that_strays_in_is_a_structure_fault(case: str) -> None:
    old, new, count = STRAY[case]
    text = whole(CHILDREN.replace(old, new))
    with pytest.raises(StructureFaults) as rejected:
        read_return(text.encode(), 2017)
    assert {fault.kind for fault in rejected.value.faults} == {FaultKind.NAMESPACE}
    assert rejected.value.count == count
    assert "namespace" in rejected.value.reason
    assert rejected.value.line == next(n for n, line in enumerate(text.splitlines(), 1) if new in line)


def test_an_element_in_none_within_a_return_in_one_is_a_fault() -> None:
    text = BY_DEFAULT.replace("<Assessments/>", '<Assessments xmlns=""/>')
    with pytest.raises(StructureFaults, match="element Assessments is in no namespace; that of the root"):
        read_return(text.encode(), 2017)


def test_attributes_that_mean_nothing_here_are_let_through() -> None:
    xsi = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:x x.xsd" xml:lang="en" id="1"'
    assert len(read_return(whole(root=xsi).encode(), 2017).tables.children) == 2
    data = messy_return(1, 5, 2017, "201").replace(b"<Child>", b"<Child" + xsi.encode() + b">")
    assert len(read_return(data, 2017).tables.children) == 5
