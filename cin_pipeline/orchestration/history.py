"""Dagster's own history brought to the revision of this Dagster, by one process at a time."""

from dataclasses import dataclass

from cin_pipeline.orchestration.home import open_instance, prepare_home
from cin_pipeline.orchestration.home_looks import Home
from cin_pipeline.settings import Settings
from cin_pipeline.store.opening import CONNECT_SECONDS
from cin_pipeline.store.store import Store


@dataclass(frozen=True)
class HistoryUpgrade:
    """The revisions of the tables before, none where they were made anew, and the one they have now."""

    before: frozenset[str]
    after: str


def upgrade_history(settings: Settings, store: Store) -> HistoryUpgrade:
    """Makes Dagster's tables where none are, or does what `dagster instance migrate` does. Others at it are waited for.

    The tables of the store must be of the current version. Raises HomeRefused, or DatabaseRefused."""
    prepare_home(settings)
    with store.liveness.one_at_a_time("upgrading-history"):
        home = Home(settings.dagster_home)
        on_a_server = home.reach_storages(CONNECT_SECONDS)
        newest, found = home.revisions(CONNECT_SECONDS)
        before = frozenset(found.values())
        with open_instance(settings) as instance:
            # SQLite has a file for each run; they are not all opened to find nothing to do.
            if on_a_server or before - {newest}:
                instance.upgrade()
    return HistoryUpgrade(before, newest)
