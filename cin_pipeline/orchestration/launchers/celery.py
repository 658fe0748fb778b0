"""Runs as tasks of Celery."""

from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

from cin_pipeline.orchestration.launchers.liveness import HeartbeatsDecide


class CeleryLauncher(HeartbeatsDecide, CeleryRunLauncher):
    """Each run is a task: bulk runs in queue `bulk`, all others in the default queue."""

    def terminate(self, run_id: str) -> bool:
        """Ends the task of a run; False for one that has ended, or is a part of another and so no task.

        Dagster is told that it is being ended, which its own launcher leaves out: the daemon calls it canceled then."""
        run = self._instance.get_run_by_id(run_id)
        if run is None or run.is_finished or DAGSTER_CELERY_TASK_ID_TAG not in run.tags:
            return False
        self._instance.report_run_canceling(run)
        self.celery.control.revoke(run.tags[DAGSTER_CELERY_TASK_ID_TAG], terminate=True)
        return True
