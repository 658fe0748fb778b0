"""What changed between two returns, worked by hand and on random returns."""

import pytest
from hypothesis import HealthCheck, given, settings

from cin_pipeline.census.comparing import CHANGE_COLUMNS, KEYS, Comparison, compare_returns
from cin_pipeline.census.reading import read_return
from cin_pipeline.census.specification import RECORD_NUMBER
from cin_pipeline_tests.methodology.test_worked_examples import assessment, child, plan, referral, section_47
from cin_pipeline_tests.support.random_returns import messy_return, return_pairs, returns, whole_return

QUICK = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
NONE = (0, 0, 0)


def compared(before: bytes, after: bytes) -> Comparison:
    return compare_returns(read_return(before, 2017).tables, read_return(after, 2017).tables, 2017)


def changes(before: tuple[str, ...], after: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """Added, removed, changed of each table where anything is."""
    found = compared(*(whole_return("\n".join(each), 2017, "201") for each in (before, after)))
    rows = found.by_table.set_index("table")[["added", "removed", "changed"]].itertuples(name=None)
    return {name: tuple(counts) for name, *counts in rows if tuple(counts) != NONE}


ONE = child(referral("2016-05-01", inside=assessment("2016-05-02", "2016-06-01", "1A", "2B")))
DATED = [referral(f"2016-05-0{day}") for day in range(1, 5)]
OTHER = child(referral("2016-07-01", after=plan("2016-08-01", reviews=("2016-10-01",))), child_id="C2")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ((ONE, OTHER), (OTHER, ONE), {}),  # the order of children means nothing
        ((ONE,), (ONE.replace("2016-05-01", " 2016-05-01 "),), {}),  # nor does white space
        ((ONE,), (ONE.replace("2016-06-01", "2016-06-02"),), {"assessments": (0, 0, 1)}),
        ((ONE,), (ONE.replace("1A", "1B"),), {"assessment_factors": (1, 1, 0)}),
        (
            (ONE, OTHER),
            (ONE,),
            {"children": (0, 1, 0), "referrals": (0, 1, 0), "plans": (0, 1, 0), "reviews": (0, 1, 0)},
        ),
        # A corrected date is another record, with all it holds.
        ((OTHER,), (OTHER.replace("2016-08-01", "2016-08-02"),), {"plans": (1, 1, 0), "reviews": (1, 1, 0)}),
        # The first of two on one day goes: one record less, and nothing seems changed.
        (
            (child(referral("2016-05-01", reason="RC1"), referral("2016-05-01", reason="RC2")),),
            (child(referral("2016-05-01", reason="RC2")),),
            {"referrals": (0, 1, 0)},
        ),
        # Few records below many: of another day below another record, neither is the other.
        (
            (child(*DATED[:3], referral("2016-05-04", inside=section_47("2016-06-01"))),),
            (child(referral("2016-05-01", inside=section_47("2016-07-01")), *DATED[1:]),),
            {"section47": (1, 1, 0)},
        ),
        # Children without an id are matched by what they hold, then by their order.
        (
            (child(child_id=None, items="<UPN>A</UPN>"), child(child_id=None, items="<UPN>B</UPN>")),
            (child(child_id=None, items="<UPN>B</UPN>"), child(child_id=None, items="<UPN>C</UPN>")),
            {"children": (0, 0, 1)},
        ),
    ],
)
def test_what_changed(before: tuple[str, ...], after: tuple[str, ...], expected: dict[str, tuple[int, ...]]) -> None:
    assert changes(before, after) == expected


def test_which_fields_changed_and_where_the_records_stand() -> None:
    before = whole_return("\n" + ONE + "\n" + OTHER, 2017, "201")
    after = before.replace(b"<ReferralNFA>0", b"<ReferralNFA>1", 1).replace(b"2016-10-01", b"2016-10-02")
    after = after.replace(b"<CINclosureDate></CINclosureDate>", b"<CINclosureDate>2017-01-01</CINclosureDate>")
    found = compared(before, after)
    assert found.by_field.to_dict("list") == {
        "table": ["referrals", "referrals"],
        "field": ["CINclosureDate", "ReferralNFA"],
        "records": [2, 1],
    }
    assert tuple(found.records.columns) == CHANGE_COLUMNS
    rows = found.records.drop(columns="la_child_id").astype(object)
    assert rows.where(rows.notna(), None).values.tolist() == [
        ["referrals", "changed", "CINclosureDate ReferralNFA", 1, 3, 1, 3],
        ["referrals", "changed", "CINclosureDate", 2, 4, 2, 4],
        ["reviews", "removed", "", 1, 4, None, None],
        ["reviews", "added", "", None, None, 1, 4],
    ]
    assert list(found.records["la_child_id"]) == ["C1", "C2", "C2", "C2"]


def test_a_group_that_comes_or_goes_is_a_change() -> None:
    """A Reviews group means something when it is empty."""
    plain = child(referral("2016-05-01", after="<ChildProtectionPlans></ChildProtectionPlans>"))
    with_reviews = plain.replace("Plans></Child", "Plans><Reviews></Reviews></Child")
    assert changes((plain,), (with_reviews,)) == {"plans": (0, 0, 1)}


@QUICK
@given(return_pairs())
def test_the_counts_add_up_and_backwards_is_the_reverse(pair: tuple[bytes, bytes | None]) -> None:
    this, other = pair[0], pair[1] or whole_return("", 2017, "201")
    there, back = compared(this, other), compared(other, this)
    table = there.by_table
    assert (table["before"] + table["added"] - table["removed"] == table["after"]).all()
    assert (table["added"] == back.by_table["removed"]).all()
    assert (table["changed"] == back.by_table["changed"]).all()
    listed = there.records.groupby(["table", "change"]).size()
    for name, _, _, added, removed, changed in table.itertuples(index=False, name=None):
        counts = [int(listed.get((name, change), 0)) for change in ("added", "removed", "changed")]
        assert counts == [added, removed, changed]


@QUICK
@given(returns())
def test_a_return_does_not_differ_from_itself(xml: bytes) -> None:
    assert not compared(xml, xml).differs


def test_of_a_large_return_only_what_was_edited_differs() -> None:
    head, *children, last = messy_return(4, 300, 2017, "201").split(b"<Child>")

    def with_children(some: list[bytes]) -> bytes:
        return b"<Child>".join([head, *some, last])

    found = compared(with_children(children), with_children(children[:100] + children[103:]))
    gone = compared(with_children(children[100:103]), with_children([]))
    assert found.by_table["added"].sum() == found.by_table["changed"].sum() == 0
    assert list(found.by_table["removed"]) == list(gone.by_table["removed"])


def test_the_first_item_of_a_record_says_which_it_is() -> None:
    assert list(KEYS) == list(RECORD_NUMBER)
    assert KEYS["children"] == "la_child_id"
    assert KEYS["referrals"] == "referral_date"
    assert KEYS["section47"] == "s47_start_date"
    assert KEYS["reviews"] == "cpp_review_date"
