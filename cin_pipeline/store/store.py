"""Everything a state directory keeps, behind one object."""

from functools import cached_property
from pathlib import Path

from sqlalchemy import Engine

from cin_pipeline.settings import Settings
from cin_pipeline.store.figures import Figures
from cin_pipeline.store.inbox import Inbox
from cin_pipeline.store.locks import Locks
from cin_pipeline.store.national_inputs import InputFiles
from cin_pipeline.store.opening import open_database
from cin_pipeline.store.quality import Quality
from cin_pipeline.store.registry import Registry
from cin_pipeline.store.return_files import ReturnFiles


class Store:
    """The store of one deployment; opened when first used."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

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
        return Registry(self.engine)

    @cached_property
    def figures(self) -> Figures:
        """Measures and estimates."""
        return Figures(self.engine)

    @cached_property
    def quality(self) -> Quality:
        """What the validation rules and the confidence indicators say of each submission, in numbers."""
        return Quality(self.engine)

    @cached_property
    def returns(self) -> ReturnFiles:
        """Write-once copies of the files received."""
        return ReturnFiles(self.settings.state / "returns")

    @cached_property
    def quarantine(self) -> ReturnFiles:
        """Copies of files in the inbox that were refused."""
        return ReturnFiles(self.settings.state / "quarantine")

    @cached_property
    def locks(self) -> Locks:
        """Who is alive."""
        return Locks(self.settings.state / "locks")

    def inbox(self) -> Inbox | None:
        """The directory that files arrive in; None where the settings name none."""
        if self.settings.inbox is None:
            return None
        return Inbox(self.settings.inbox, self.engine, self.registry, self.returns, self.quarantine)

    @cached_property
    def inputs(self) -> InputFiles:
        """Expected authorities, population with its vintage, and unusable items of each year."""
        return InputFiles(self.settings.state / "inputs")

    def tables_of_release(self, year: int) -> Path:
        """Where the cells of a release are kept until its reports are written, suppressed ones with their value."""
        return self.settings.state / "tables" / "publication_tables" / str(year)

    def release_directory(self, year: int) -> Path:
        """Where job publish writes the release of a year."""
        return self.settings.state / "releases" / str(year)

    def tables_directory(self, asset: str, year: int, la_code: str, submission: int) -> Path:
        """Where the row tables of an asset lie for one submission."""
        return self.settings.state / "tables" / asset / str(year) / la_code / str(submission)
