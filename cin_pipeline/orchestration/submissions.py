"""Which submission a run is about."""

from collections.abc import Mapping

import dagster as dg

from cin_pipeline.store.registry import Submission
from cin_pipeline.store.state import State

SUBMISSION_TAG = "cin/submission"


def submission_at_work(state: State, year: int, la_code: str, run_tags: Mapping[str, str]) -> Submission:
    """The submission named by the run's tag, else the last landed of the LA and year, else the one in force.

    Raises dagster.Failure where nothing was received."""
    if SUBMISSION_TAG in run_tags:
        return state.registry.get(int(run_tags[SUBMISSION_TAG]))
    found = state.registry.at_work(year, la_code)
    if found is None:
        raise dg.Failure(
            f"No return of {la_code} for {year - 1} to {year} was received. Land one with: cin-pipeline run",
            allow_retries=False,
        )
    return found
