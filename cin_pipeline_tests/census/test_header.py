"""The header as the rules see it: what was sent, or nothing."""

import pytest

from cin_pipeline.census.errors import ReturnRejected
from cin_pipeline.census.header import Header, Identity, identify, identity_of, read_header
from cin_pipeline.census.reading import read_return
from cin_pipeline_tests.support.random_returns import messy_return

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


@pytest.mark.parametrize("seed", range(3))
def test_a_return_that_is_read_whole_has_the_same_header(seed):
    data = messy_return(seed, 20, 2017, "201")
    assert read_return(data, 2017).header == read_header(data)
    assert read_return(HEADER, 2017).header == read_header(HEADER)
    assert read_return(b"<Message><Children/></Message>", 2017).header == Header()


def test_the_identity_follows_from_the_values():
    assert identity_of(read_header(HEADER)) == identify(HEADER) == Identity("201", 2017)
    assert identity_of(Header(reference_date="2016-03-31", la_code="202")) == Identity("202", 2016)
    unknown = Header(year="2017", la_code="999", la_line=7)
    with pytest.raises(ReturnRejected, match=r"line 7.*999 is no authority"):
        identity_of(unknown)


@pytest.mark.parametrize(("year", "date"), [("2016", "2017-03-31"), ("2017", "2016-03-31"), ("2017", "2018-03-31Z")])
def test_a_year_and_the_31_march_of_another_contradict_each_other(year, date):
    data = HEADER.replace(b" 2017 ", year.encode()).replace(b"2017-03-31", date.encode())
    told = rf"^line 3, at /Message/Header/CollectionDetails/Year: .*Year is {year} and ReferenceDate {date[:10]};"
    with pytest.raises(ReturnRejected, match=told):
        identify(data)


@pytest.mark.parametrize("date", ["2017-03-28", "2016-07-21", "", "31/03/2016", "2016-03-32", "2016-03-30"])
def test_a_reference_date_that_is_merely_wrong_says_nothing_of_the_year(date):
    assert identify(HEADER.replace(b"2017-03-31", date.encode())) == Identity("201", 2017)
