"""What the launchers for several machines have in common."""


class HeartbeatsDecide:
    """A run launcher that is not asked whether a run is alive, and resumes none.

    Asked, Dagster's have an answer for each run in progress, also for those that are a part of a bulk run or command
    and that they never launched: not found. Dagster's daemon would then end a run that is at work, and again where a
    broker forgot a task or a control plane was away. The lease that each run renews says who is dead."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        """No: see the class."""
        return False

    @property
    def supports_resume_run(self) -> bool:
        """No: what an orphaned run held waits again, and the next run takes it up where the registry says."""
        return False
