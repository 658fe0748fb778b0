"""A state with returns that were received, counted and accepted, made without Dagster: quick, and the same figures."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cin_pipeline.methodology.estimates import estimate_england
from cin_pipeline.methodology.missing import without_unusable
from cin_pipeline.settings import Settings
from cin_pipeline.store.made_from import ESTIMATES, note_made_from
from cin_pipeline.store.return_files import sha256_of
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission
from cin_pipeline_tests.support.pipeline import measures_table

FIRST_DAY = datetime(2017, 6, 1, 9, 30, tzinfo=UTC)


class Office:
    """Receives returns for a state, one each day."""

    def __init__(self, settings: Settings, expected: tuple[str, ...] = ("201", "202", "390")) -> None:
        self.state = Store(settings)
        self.expected, self.received = expected, 0

    def land(self, la_code: str, data: bytes, year: int = 2017) -> Submission:
        sha256 = sha256_of(data)
        self.state.returns.keep(data, sha256)
        self.received += 1
        return self.state.registry.land(
            year=year,
            la_code=la_code,
            file_name=f"{la_code}_{year}.xml",
            sha256=sha256,
            size=len(data),
            received=FIRST_DAY + timedelta(days=self.received),
        )

    def accept(self, la_code: str, data: bytes, year: int = 2017) -> Submission:
        """Lands a return, counts it beside the current one of the previous year, and accepts it."""
        submission = self.land(la_code, data, year)
        previous = self.state.registry.current(year - 1, la_code)
        before = None if previous is None else self.state.returns.read(previous.sha256)
        self.state.figures.write_la_measures(measures_table(data, before, year, la_code), submission.submission)
        self.state.registry.accept(submission.submission)
        return self.state.registry.get(submission.submission)

    def refuse(self, la_code: str, reason: str, year: int = 2017) -> Submission:
        self.received += 1
        return self.state.registry.refuse(
            file_name="wrong.xml",
            sha256="0" * 64,
            size=1,
            received=FIRST_DAY + timedelta(days=self.received),
            reason=reason,
            year=year,
            la_code=la_code,
        )

    def declare(self, directory: Path, *unusable: str) -> None:
        """The expected authorities, people of each, and lines of unusable items (without year) as the user's files."""
        files = {
            "expected": "la_code\n" + "\n".join(self.expected),
            "people": "la_code,population\n" + "\n".join(f"{la},{n}000" for n, la in enumerate(self.expected, start=1)),
            "unusable": "year,la_code,measure,breakdown,reason\n" + "\n".join(f"2017,{each}" for each in unusable),
        }
        directory.mkdir(exist_ok=True)
        paths = {name: directory / f"{name}.csv" for name in files}
        for name, text in files.items():
            paths[name].write_text(text + "\n")
        self.state.inputs.keep(2017, **paths)

    def make_england(self, year: int = 2017) -> None:
        inputs, returns = self.state.inputs.of(year), self.state.figures.current_inputs(year)
        measures = without_unusable(self.state.figures.current_la_measures(year), inputs.unusable)
        england = estimate_england(measures, inputs.expected, inputs.population, year)
        self.state.figures.write_estimates(england, year)
        made_from = [each for each in returns if each.la_code in inputs.expected]
        note_made_from(self.state, ESTIMATES, year, made_from, inputs)
