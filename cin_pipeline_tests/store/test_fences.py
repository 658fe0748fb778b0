"""Who lost its lease writes nothing more: each way of writing, tried by one that slept while another took its run."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pandas import DataFrame
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from cin_pipeline.census.unreadable import ItemRead
from cin_pipeline.methodology.interpretations import INTERPRETATION_COUNTS
from cin_pipeline.methodology.measures import LA_MEASURES
from cin_pipeline.settings import Settings
from cin_pipeline.store.database import LEASES, METADATA
from cin_pipeline.store.liveness import LeaseLost
from cin_pipeline.store.store import Store

WHEN = datetime(2017, 6, 1, tzinfo=UTC)
RUN = "run"


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    if request.param == "sqlite":
        return settings
    return replace(settings, database=request.getfixturevalue("postgresql_url"))


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    with closing(Store(settings)) as store:
        store.registry.land(year=2017, la_code="201", file_name="201.xml", sha256="1" * 64, size=1, received=WHEN)
        yield store


@pytest.fixture
def other(settings: Settings) -> Iterator[Store]:
    with closing(Store(settings)) as store:
        yield store


def no_rows(declared: object) -> DataFrame:
    return DataFrame(columns=[column.name for column in declared.columns])  # type: ignore[attr-defined]


WRITES: dict[str, Callable[[Store], object]] = {
    "claim": lambda store: store.registry.claim(1, RUN),
    "accept": lambda store: store.registry.accept(1, RUN),
    "reject": lambda store: store.registry.reject(1, "a fault", RUN),
    "requeue": lambda store: store.registry.requeue(1, RUN, "failed"),
    "give back": lambda store: store.registry.give_back(1, RUN, "the disk is full"),
    "measures": lambda store: store.figures.write_la_measures(no_rows(LA_MEASURES), 1),
    "interpretations": lambda store: store.figures.write_interpretation_counts(no_rows(INTERPRETATION_COUNTS), 1),
    "what England was made from": lambda store: store.figures.write_manifest("estimates", 2017, [], {"method": "1"}),
    "no estimates": lambda store: store.figures.clear_estimates(2017),
    "how it was read": lambda store: store.quality.note_read(1, 3, [ItemRead("children", "GenderCurrent", 3, 1)]),
    "what the rules found": lambda store: store.quality.note_rules(1, errors=1, queries=0, crashed=0),
    "row tables": lambda store: store.tables.write("episodes/2017/201/1", {"rows": DataFrame({"a": [1]})}, RUN),
}


NOTHING_TO_CLEAR = {"no estimates", "interpretations"}  # there were none


def everything(store: Store) -> dict[str, list[str]]:
    """All rows of ours but the leases."""
    with store.engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table))))
            for name, table in METADATA.tables.items()
            if table is not LEASES
        }


def let_run_out(store: Store) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("update leases set until = clock_timestamp()"))


@pytest.mark.parametrize("what", WRITES)
@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_who_lost_its_lease_writes_nothing_whether_or_not_another_has_it(store: Store, other: Store, what: str) -> None:
    with store.liveness.alive(RUN):
        if what != "claim":
            store.registry.claim(1, RUN)
        before = everything(other)
        let_run_out(other)
        with pytest.raises(LeaseLost, match=r"^run is no more held by this process"):
            WRITES[what](store)
        with other.liveness.alive(RUN), pytest.raises(LeaseLost):
            WRITES[what](store)
        assert everything(other) == before


@pytest.mark.parametrize("what", WRITES)
def test_who_holds_it_writes_and_so_does_who_works_for_it(store: Store, other: Store, what: str) -> None:
    """The second as a worker process does, that is told the fence."""
    with store.liveness.alive(RUN):
        other.liveness.join(RUN, store.liveness.fence(RUN))
        if what != "claim":
            other.registry.claim(1, RUN)
        before = everything(store)
        WRITES[what](other)
        assert everything(store) != before or what in NOTHING_TO_CLEAR


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_who_works_for_one_that_lost_its_lease_writes_nothing_either(store: Store, other: Store) -> None:
    with store.liveness.alive(RUN):
        other.liveness.join(RUN, store.liveness.fence(RUN))
        let_run_out(store)
        with pytest.raises(LeaseLost):
            other.registry.claim(1, RUN)


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_nobody_takes_the_lease_of_one_that_is_writing(store: Store, other: Store) -> None:
    """Else what it writes and what the next one writes could come between each other."""
    with store.liveness.alive(RUN), store.engine.begin() as writing:
        store.liveness.check(writing)
        with other.engine.begin() as impatient:
            impatient.execute(text("set local lock_timeout = 50"))
            with pytest.raises(DBAPIError, match="lock timeout"):
                impatient.execute(text("update leases set until = clock_timestamp()"))


def test_a_person_decides_whoever_lost_a_lease(store: Store, other: Store) -> None:
    with store.liveness.alive(RUN):
        if store.engine.dialect.name != "sqlite":
            let_run_out(other)
        other.registry.turn_down(1, "ann", "not theirs")
    assert other.registry.get(1).state == "rejected"
