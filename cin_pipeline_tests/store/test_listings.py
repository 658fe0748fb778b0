"""Submissions and LAs as tables."""

from pathlib import Path

import pandas as pd
from pandas import DataFrame

from cin_pipeline.reference.authorities import authorities
from cin_pipeline.settings import Settings
from cin_pipeline.store.listings import (
    LOCAL_AUTHORITIES,
    SUBMISSION_LIST,
    current_rows,
    local_authorities,
    submission_list,
)
from cin_pipeline.tables.schemas import declared_faults
from cin_pipeline_tests.support.random_returns import messy_return
from cin_pipeline_tests.support.stored import Office


def test_every_la_of_every_year_is_listed_once() -> None:
    table = DataFrame(local_authorities(), columns=list(LOCAL_AUTHORITIES.names))
    typed = LOCAL_AUTHORITIES.typed(table)
    assert list(declared_faults(LOCAL_AUTHORITIES, typed)) == []
    for year in (2014, 2020, 2026):
        in_year = typed[(typed["first_year"] <= year) & (year <= typed["last_year"])]
        assert list(in_year["la_code"]) == sorted(authorities(year))


def test_every_submission_is_listed_with_its_numbers_and_no_text(settings: Settings, tmp_path: Path) -> None:
    office = Office(settings)
    first = office.accept("201", messy_return(1, 3, 2017, "201"))
    office.accept("201", messy_return(2, 3, 2017, "201"))
    office.refuse("202", "a reason that a person wrote")
    office.state.quality.note_rules(first.submission, errors=2, queries=3, crashed=0)
    with office.state.engine.connect() as connection:
        table = pd.read_sql_query(submission_list(), connection).sort_values("submission")
        figures = pd.read_sql_query(current_rows(), connection)
    listed = SUBMISSION_LIST.typed(
        table.assign(
            la_name="some name",
            received=table["received"].dt.tz_localize(None).dt.normalize(),
        )
    )
    assert list(declared_faults(SUBMISSION_LIST, listed)) == []
    assert list(listed["state"]) == ["superseded", "accepted", "rejected"]
    assert (listed["errors"].iloc[0], listed["queries"].iloc[0]) == (2, 3)
    assert listed["errors"].iloc[1:].isna().all()
    assert set(figures["submission"]) == {2}
