"""What a run is about: an LA's return of a year. Which submission that is, that no other run works on it, and how it
ends: nothing else accepts or rejects one for what was found in it."""

from collections.abc import Iterator, Sequence

import dagster as dg

from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.census.years import CollectionYear
from cin_pipeline.orchestration.checks import stopping
from cin_pipeline.orchestration.faults import requeue_orphan
from cin_pipeline.orchestration.partitions import year_and_la
from cin_pipeline.orchestration.runs import HOLDER_TAG, PARTITION_TAG, is_orphaned
from cin_pipeline.store.arrivals import arrival_of
from cin_pipeline.store.moves import SubmissionState
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission

SUBMISSION_TAG = "cin/submission"
CONFIRMED_TAG = "cin/confirmed-by"  # who takes beforehand what would be held


class Work:
    """The LA, the year and the submission of a run. Nothing is looked up before it is asked for: a run for England has
    no LA, and the submission changes with what is done."""

    def __init__(self, store: Store, run: dg.DagsterRun, instance: dg.DagsterInstance) -> None:
        self.store = store
        self._run = run
        self._instance = instance

    @property
    def year(self) -> CollectionYear:
        """The collection year."""
        return self._year_and_la[0]

    @property
    def la_code(self) -> str:
        """The LA."""
        return self._year_and_la[1]

    @property
    def submission(self) -> Submission:
        """The submission named by the run's tag, else the one it has claimed or held, else the current one.

        Raises dagster.Failure where there is none."""
        if SUBMISSION_TAG in self._run.tags:
            return self.store.registry.get(int(self._run.tags[SUBMISSION_TAG]))
        year, la_code = self._year_and_la
        run, registry = self._run.run_id, self.store.registry
        own = [*registry.held_by(run), *(each for each in registry.held(year.ending) if each.run == run)]
        claimed = [each for each in own if each.partition == (year.ending, la_code)]
        found = claimed[0] if claimed else registry.current(year.ending, la_code)
        if found is None:
            raise dg.Failure(
                f"No return of {la_code} for {year} is current or waits. Land one with: cin-pipeline run",
                allow_retries=False,
            )
        return found

    def begin(self) -> Submission:
        """Claims the submission, at the first step; the current return is done again without a claim.

        Raises dagster.Failure where another run is at work on it, or it was ended already: nothing is done twice."""
        if SUBMISSION_TAG not in self._run.tags:
            for waiting in reversed(self.store.registry.waiting()):
                if waiting.partition == (self.year.ending, self.la_code):
                    return self._claimed(waiting)
        submission = self.submission
        return submission if submission.state is SubmissionState.ACCEPTED else self._claimed(submission)

    def reject(self, submission: Submission, reason: str) -> None:
        """Rejects the submission if this run has claimed it; what is current stays so."""
        self.store.registry.reject(submission.submission, reason, self._holder)

    def judge(
        self,
        submission: Submission,
        results: Sequence[dg.AssetCheckResult],
        *,
        last: ReturnTables | None = None,
    ) -> Iterator[dg.AssetCheckResult]:
        """Hands on the results of an asset's checks, then rejects the submission where one stops what depends on it.

        last: its cleaned tables, with which it is accepted, or held for what is in them, where none does."""
        yield from results
        if failed := stopping(results):
            (asset,) = {each.asset_key.to_user_string() for each in results if each.asset_key}
            self.reject(submission, f"checks failed: {', '.join(failed)} of {asset}")
        elif last is not None:
            # Only what was never accepted is looked at: a rerun and a recount hold nothing.
            again = submission.state is SubmissionState.ACCEPTED
            beforehand = self._run.tags.get(CONFIRMED_TAG, "")
            arrival = None if again else arrival_of(self.store, submission, last, beforehand)
            self.store.registry.accept(submission.submission, self._holder, arrival)

    @property
    def _year_and_la(self) -> tuple[CollectionYear, str]:
        if PARTITION_TAG not in self._run.tags:
            raise dg.Failure("This run is of no single LA and year: one partition a run.", allow_retries=False)
        return year_and_la(self._run.tags[PARTITION_TAG])

    @property
    def _holder(self) -> str:
        """In whose name the run claims: its own, or that of the bulk load or command it is a part of."""
        return self._run.tags.get(HOLDER_TAG, self._run.run_id)

    def _claimed(self, submission: Submission) -> Submission:
        number, registry = submission.submission, self.store.registry
        if submission.state is SubmissionState.CLAIMED and submission.run != self._holder:
            if not is_orphaned(submission.run, self._instance, self.store):
                raise dg.Failure(
                    f"Submission {number} is at work in run {submission.run}; nothing was done here.",
                    allow_retries=False,
                )
            requeue_orphan(submission, self._instance, self.store)
        registry.claim(number, self._holder)
        after = registry.get(number)
        if after.state is not SubmissionState.CLAIMED or after.run != self._holder:
            raise dg.Failure(f"Submission {number} is {after.standing}; nothing was done here.", allow_retries=False)
        return after
