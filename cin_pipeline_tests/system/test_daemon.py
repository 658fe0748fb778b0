"""The real daemon: files land, the power is cut, every file is ended exactly once. More in benchmarks/living.py."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cin_pipeline_tests.support import oracle
from cin_pipeline_tests.support.daemon import Daemon
from cin_pipeline_tests.support.random_returns import messy_return

pytestmark = pytest.mark.system


@pytest.fixture
def daemon(tmp_path: Path) -> Iterator[Daemon]:
    made = Daemon(tmp_path, quiet=3600, years=frozenset({2017}))
    yield made
    made.stop()


def test_a_power_cut_in_the_middle_loses_nothing_and_repeats_nothing(daemon: Daemon) -> None:
    sent = messy_return(1, 4, 2017, "201")
    daemon.put("201 (2017).xml", sent)
    daemon.put("bad.xml", b"This is no return.")
    daemon.start()
    daemon.wait("a run", lambda: daemon.states().get("claimed"), 120)
    daemon.kill()
    assert daemon.states() == {"claimed": 1, "refused": 1}  # the bad file kept nobody from being run
    daemon.start()
    daemon.wait("the end", lambda: daemon.ended(2), 120)
    assert daemon.states() == {"accepted": 1, "refused": 1}
    assert set(daemon.acceptances().values()) == {1}
    figures = daemon.state.figures.current_la_measures(2017)
    ours = figures[figures["breakdown"] == "total"]
    given = {row.measure: None if row.status == "not_available" else row.value for row in ours.itertuples()}
    expected = oracle.la_measures(sent, None, 2017).items()
    assert given == {measure: value for (measure, breakdown, _), value in expected if breakdown == "total"}
