"""Which figures moved from one submission to the next."""

from cin_pipeline.methodology.missing import UnusableItem, without_unusable
from cin_pipeline.methodology.moving import moved_figures, totals_first
from cin_pipeline_tests.methodology.test_worked_examples import child, referral
from cin_pipeline_tests.support.pipeline import measures_table
from cin_pipeline_tests.support.random_returns import messy_return, whole_return

ONE = whole_return(child(referral("2016-05-01")), 2017, "201")
TWO = whole_return(child(referral("2016-05-01"), referral("2016-06-01", nfa="1")), 2017, "201")
EMPTY = whole_return("", 2016, "201")


def moved(before: bytes, after: bytes) -> list[tuple[str, str, str, int | None, int | None]]:
    table = moved_figures(measures_table(before, EMPTY, 2017), measures_table(after, EMPTY, 2017)).astype(object)
    return list(table.where(table.notna(), None).itertuples(index=False, name=None))


def test_only_cells_that_differ_with_zero_where_a_category_is_not_listed() -> None:
    assert moved(ONE, TWO) == [
        ("referrals", "total", "total", 1, 2),
        ("referrals", "referral_source", "unknown", 1, 2),
        ("referrals", "month", "2016-06", 0, 1),
        ("referrals_no_further_action", "total", "total", 0, 1),
        ("re_referrals", "total", "total", 0, 1),
        ("children_re_referred", "total", "total", 0, 1),
    ]
    assert moved(TWO, TWO) == []


def test_what_becomes_available_moves_from_nothing() -> None:
    without, with_previous = measures_table(TWO, None, 2017), measures_table(TWO, EMPTY, 2017)
    table = moved_figures(without, with_previous)
    assert list(table["measure"]) == ["re_referrals", "children_re_referred"]
    assert table["before"].isna().all()
    assert list(table["after"]) == [1, 1]
    assert moved_figures(without, without).empty


def test_a_breakdown_that_is_not_available_has_no_cell_of_its_own() -> None:
    table = measures_table(messy_return(1, 40, 2017, "201"), EMPTY, 2017)
    lacking = without_unusable(table, [UnusableItem(2017, "201", "referrals", "x", "month")])
    found = moved_figures(table, lacking)
    assert set(found["breakdown"]) == {"month"}
    assert found["after"].isna().all()
    assert found["before"].sum() == table.set_index(["measure", "breakdown"])["value"].loc["referrals", "total"].sum()


def test_totals_come_first_when_not_all_are_shown() -> None:
    before, after = (measures_table(messy_return(n, 40, 2017, "201"), EMPTY, 2017) for n in (1, 2))
    shown = totals_first(moved_figures(before, after), 20)
    assert len(shown) == 20
    assert set(shown["breakdown"]) == {"total"}
