"""Everything a deployment keeps, behind one object."""

from functools import cached_property

from sqlalchemy import Engine

from cin_pipeline.settings import Settings
from cin_pipeline.settings.log import begin_logging
from cin_pipeline.store.bundles import Bundles
from cin_pipeline.store.figures import Figures
from cin_pipeline.store.inbox import Inbox
from cin_pipeline.store.liveness import Liveness
from cin_pipeline.store.liveness.files import FileLocks
from cin_pipeline.store.liveness.leases import Leases
from cin_pipeline.store.national_inputs import InputFiles
from cin_pipeline.store.objects import Objects
from cin_pipeline.store.opening import open_database
from cin_pipeline.store.places import deliveries_in, objects_in
from cin_pipeline.store.quality import Quality
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.return_files import ReturnFiles
from cin_pipeline.store.row_tables import StoredTables
from cin_pipeline.store.submissions import Submission


class Store:
    """The store of one deployment; opened when first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        begin_logging(settings.log)  # here, as every process that works on a deployment makes one

    @cached_property
    def engine(self) -> Engine:
        """The database. Raises StateRefused where it cannot be used as it is."""
        self.settings.state.mkdir(parents=True, exist_ok=True)
        return open_database(self.settings.database)

    def close(self) -> None:
        """Lets go of the database; what was opened opens again when used."""
        if "engine" in self.__dict__:
            self.engine.dispose()

    @cached_property
    def registry(self) -> Registry:
        """What was received, and what is current."""
        return Registry(self.engine, guard=self.liveness.check)

    @cached_property
    def figures(self) -> Figures:
        """Measures and estimates."""
        return Figures(self.engine, self.liveness.check)

    @cached_property
    def quality(self) -> Quality:
        """What the validation rules and the confidence indicators say of each submission, in numbers."""
        return Quality(self.engine, self.liveness.check)

    @cached_property
    def returns(self) -> ReturnFiles:
        """Write-once copies of the files received."""
        return ReturnFiles(self.objects, "returns")

    @cached_property
    def quarantine(self) -> ReturnFiles:
        """Copies of files in the inbox that were refused."""
        return ReturnFiles(self.objects, "quarantine")

    @cached_property
    def objects(self) -> Objects:
        """Copies of returns, row tables and releases. Raises StateRefused where the bucket of the settings cannot be
        used as things are set up."""
        return objects_in(self.settings.kept_in)

    @cached_property
    def tables(self) -> StoredTables:
        """Row tables."""
        return StoredTables(self.bundles, self.objects)

    @cached_property
    def bundles(self) -> Bundles:
        """Files that belong together: row tables, releases, what a user gave."""
        return Bundles(self.objects, self.engine, self.liveness.check)

    @cached_property
    def liveness(self) -> Liveness:
        """Who is alive: where the database is a file, one machine works."""
        if self.engine.dialect.name == "sqlite":
            return FileLocks(self.settings.state / "locks")
        return Leases(self.engine, self.settings.lease_seconds)

    def inbox(self) -> Inbox | None:
        """Where files arrive; None where the settings name nothing. Raises StateRefused as `objects`."""
        if self.settings.inbox is None:
            return None
        return Inbox(deliveries_in(self.settings.inbox), self.engine, self.registry, self.returns, self.quarantine)

    @cached_property
    def inputs(self) -> InputFiles:
        """Expected authorities, population with its vintage, and unusable items of each year."""
        return InputFiles(self.bundles)


def place_of(asset: str, submission: Submission) -> str:
    """Where the row tables of an asset are for one submission."""
    year, la_code = submission.partition
    return f"{asset}/{year}/{la_code}/{submission.submission}"
