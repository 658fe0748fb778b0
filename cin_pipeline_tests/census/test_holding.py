"""What of a return contradicts its header, on tables made by hand and on returns."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cin_pipeline.census.hold_reasons import HOLD_REASONS, reasons_named
from cin_pipeline.census.holding import (
    DATED,
    Compared,
    SentChildren,
    another_size,
    children_of_another,
    dates_of_another_year,
)
from cin_pipeline.census.return_tables import ReturnTables, empty_tables
from cin_pipeline.census.specification import TABLES, ValueType
from cin_pipeline.census.years import CollectionYear
from cin_pipeline_tests.support.pipeline import tables_of
from cin_pipeline_tests.support.random_returns import messy_return

YEAR = CollectionYear(2017)
MOST = "45 of 50 of its dates lie in"
BEFORE, WITHIN, AFTER, LONG_AGO = (
    np.datetime64(day) for day in ("2015-04-01", "2016-04-01", "2018-03-31", "2015-03-31")
)


def with_days(*days: np.datetime64, table: str = "referrals", column: str = "referral_date") -> ReturnTables:
    tables = dict(empty_tables(2017))
    tables[table] = pd.DataFrame({name: pd.Series(dtype="datetime64[us]") for name in DATED[table]}).reindex(
        range(len(days))
    )
    tables[table][column] = np.array(days, dtype="datetime64[us]")
    return ReturnTables(**tables)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ([BEFORE] * 45 + [WITHIN] * 5, f"{MOST} 2015 to 2016, the year before the one its header names"),
        ([AFTER] * 45 + [WITHIN] * 5, f"{MOST} 2017 to 2018, the year after the one its header names"),
        ([BEFORE] * 44 + [WITHIN] * 6, ""),
        ([BEFORE] * 49, ""),  # too few to tell
        ([BEFORE] * 45 + [WITHIN] * 5 + [LONG_AGO] * 90, f"{MOST} 2015 to 2016"),
        ([BEFORE] * 25 + [AFTER] * 25, ""),  # in neither
        ([np.datetime64("NaT")] * 50 + [BEFORE] * 49, ""),
        ([WITHIN] * 60, ""),
        ([], ""),
    ],
)  # fmt: skip
def test_nine_in_ten_of_the_dates_in_one_neighbouring_year(days: list[np.datetime64], told: str) -> None:
    found = dates_of_another_year(with_days(*days), YEAR)
    assert found.startswith(told) if told else found == ""
    assert dates_of_another_year(with_days(*days), YEAR, {"dates_before", "dates_after"}) == ""


@pytest.mark.parametrize(
    ("table", "column"), [(table, column) for table, columns in DATED.items() for column in columns]
)
def test_every_date_of_what_happened_counts(table: str, column: str) -> None:
    assert dates_of_another_year(with_days(*[BEFORE] * 50, table=table, column=column), YEAR).startswith("50 of 50")


def test_the_dates_are_dates_of_the_census() -> None:
    for table, columns in DATED.items():
        kinds = {item.column: item.type for item in TABLES[table].items}
        assert {kinds[column] for column in columns} == {ValueType.DATE}


def children(*rows: tuple[str | None, str | None]) -> pd.DataFrame:
    ids, days = [row[0] for row in rows], [row[1] for row in rows]
    return pd.DataFrame({"la_child_id": pd.Series(ids, dtype="str"), "birth_date": pd.to_datetime(pd.Series(days))})


def test_a_child_is_who_has_an_id_and_a_birth_date() -> None:
    sent = SentChildren.of(
        children(*[("a", "2010-01-01")] * 2, ("a", "2010-01-02"), ("b", None), (None, "2010-01-01"), (None, None))
    )
    assert len(sent.keys) == 2
    assert sent.number == 4  # a, b, and two without an id
    assert list(sent.keys) == sorted(sent.keys)
    assert SentChildren.of(children()).number == 0


def test_a_key_is_the_same_in_every_process() -> None:
    """They are kept, and compared with those of other processes and years."""
    code = (
        "import pandas as pd; from cin_pipeline.census.holding import SentChildren\n"
        "frame = pd.DataFrame({'la_child_id': ['C1'], 'birth_date': pd.to_datetime(['2010-01-01'])})\n"
        "print(SentChildren.of(frame).as_bytes().hex())"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == SentChildren.of(children(("C1", "2010-01-01"))).as_bytes().hex() == "399637b48d9f3a54"


@given(st.sets(st.integers(0, 2**64 - 1), max_size=200), st.sets(st.integers(0, 2**64 - 1), max_size=200), st.data())
def test_common_children_are_counted_as_sets_are(some: set[int], others: set[int], data: st.DataObject) -> None:
    shared = data.draw(st.sets(st.sampled_from(sorted(some)))) if some else set()
    mine, theirs = (SentChildren(0, np.array(sorted(each), dtype="<u8")) for each in (some, others | shared))
    common = len(some & (others | shared))
    enough = len(some) >= 50 and common >= 0.9 * len(some)
    assert mine.same_as(theirs) == (common if enough else 0)
    assert SentChildren.stored(0, mine.as_bytes()).same_as(theirs) == mine.same_as(theirs)


def test_a_return_is_itself_and_no_other() -> None:
    one, same, other = (
        SentChildren.of(tables_of(messy_return(seed, 80, 2017, "201"), 2017).children) for seed in (1, 1, 2)
    )
    assert one.same_as(same) == len(one.keys) >= 50
    assert one.same_as(other) == 0


def test_a_reason_is_known_by_its_sentence_alone() -> None:
    sent = SentChildren(50, np.arange(50, dtype="<u8"))
    told = {
        "dates_before": dates_of_another_year(with_days(*[BEFORE] * 60), YEAR),
        "dates_after": dates_of_another_year(with_days(*[AFTER] * 60), YEAR),
        "children": children_of_another(48, sent, "202", 7),
        "size": another_size(10, [Compared(60, "its current return (submission 1)")]),
    }
    assert told.keys() == {reason.name for reason in HOLD_REASONS}
    for name, sentence in told.items():
        assert reasons_named(sentence) == (name,)
    assert set(reasons_named("; ".join(told.values()))) == told.keys()


def test_what_is_said_of_the_thresholds_has_their_numbers() -> None:
    for reason in HOLD_REASONS:
        assert "{" not in reason.when
        assert str(reason.fewest) in reason.when
        assert f"{reason.share:.0%}" in reason.when
