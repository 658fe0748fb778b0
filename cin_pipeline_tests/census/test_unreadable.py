"""In how many of the records that give an item it cannot be read, and where an item is unreadable."""

import pytest

from cin_pipeline.census.cleaning import clean_return
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.unreadable import ItemRead, items_not_read
from cin_pipeline_tests.support.building import child, enquiry, referral, return_xml, with_enquiries, with_referral


def items(*children, year=2017):
    sent = read_return(return_xml(list(children), year), year).tables
    return list(items_not_read(sent, clean_return(sent, year).issues, year))


def dates(*texts):
    return [with_referral(CINreferralDate=text) for text in texts]


def test_a_value_that_cannot_be_read_counts_among_those_given():
    """Missing ones, and white space, are not given; a day that no calendar has is not read."""
    found = items(*dates("2016-06-06", "06/06/2016", "2016-02-30", None, " "))
    assert found == [ItemRead("referrals", "CINreferralDate", 3, 2)]


def test_every_type_of_value_is_looked_at_and_text_is_always_read():
    wrong = child(
        LAchildID="?", UPN="?", GenderCurrent="?", Disability=["?", "NONE"],
        CINdetails=[referral(ReferralNFA="?", Section47=[enquiry(DateOfInitialCPC="?")])],
    )  # fmt: skip
    assert items(wrong) == [
        ItemRead("children", "UPN", 1, 1), ItemRead("children", "GenderCurrent", 1, 1),
        ItemRead("disabilities", "Disability", 2, 1), ItemRead("referrals", "ReferralNFA", 1, 1),
        ItemRead("section47", "DateOfInitialCPC", 1, 1),
    ]  # fmt: skip


def test_an_element_of_two_tables_is_an_item_of_each():
    found = items(with_referral(DateOfInitialCPC="?"), with_enquiries(enquiry(DateOfInitialCPC="?")))
    assert [(each.table, each.given, each.unreadable) for each in found] == [("referrals", 1, 1), ("section47", 1, 1)]


def test_a_return_that_is_read_has_none_and_so_has_one_without_children():
    assert items(child()) == items() == []


def test_a_repeated_id_is_read():
    assert items(child(), child(UPN=None)) == []


@pytest.mark.parametrize(
    ("unreadable", "given", "is_unreadable"),
    [(3, 15, True), (3, 16, False), (19, 100, False), (20, 100, True), (2, 2, False), (3, 3, True), (0, 10, False)],
)
def test_unreadable_from_a_fifth_and_three_records_on(unreadable, given, is_unreadable):
    assert ItemRead("referrals", "CINreferralDate", given, unreadable).is_unreadable is is_unreadable


def test_the_share_in_words_is_never_more_than_it_is():
    shares = [ItemRead("plans", "CPPstartDate", given, n).percent for n, given in ((199, 1000), (1, 1000), (5, 5))]
    assert shares == [19, 1, 100]
