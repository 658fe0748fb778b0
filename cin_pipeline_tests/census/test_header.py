"""The header as the rules see it: what was sent, or nothing."""

import pytest

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import Header, read_header

HEADER = b"""<Message>
 <Header>
  <CollectionDetails><Collection>CIN</Collection><Year> 2017 </Year>
  <ReferenceDate>2017-03-31</ReferenceDate></CollectionDetails>
  <Source><SourceLevel>L</SourceLevel><LEA> </LEA></Source>
  <Source><LEA>201</LEA><SerialNo>001</SerialNo></Source>
 </Header><Children/></Message>"""


def test_values_are_trimmed_and_the_first_source_with_a_value_counts():
    assert read_header(HEADER) == Header(
        collection="CIN", year="2017", reference_date="2017-03-31", source_level="L", la_code="201",
        serial_number="001", line=2,
    )  # fmt: skip


@pytest.mark.parametrize("data", [b"<Message/>", b"<Message><Children><Child/></Children></Message>"])
def test_no_header_is_an_empty_one(data):
    assert read_header(data) == Header()


@pytest.mark.parametrize("data", [b"", b"<Message><Header>", b"<Return/>", b"<Message><Header></Children>"])
def test_file_that_cannot_be_read_so_far_is_rejected(data):
    with pytest.raises(ReturnRejected):
        read_header(data)


def test_reads_no_further_than_the_header():
    assert read_header(HEADER.replace(b"<Children/>", b"<Children>" + b" " * 40_000 + b"<<<")).la_code == "201"
