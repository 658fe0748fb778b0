"""Making a release from a state: the same steps for the command and for the job."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pandas import DataFrame

from cin_pipeline.outputs.population_of_rates import people_by_year
from cin_pipeline.outputs.quality_inputs import quality_input, returns_of
from cin_pipeline.outputs.release_inputs import provenance
from cin_pipeline.publication.cells import ReleaseInput, release_cells
from cin_pipeline.publication.checking import broken_identities, broken_screening
from cin_pipeline.publication.disclosure import protect
from cin_pipeline.publication.disclosure_audit import recoverable
from cin_pipeline.publication.profiles import Profile, protected_for, shown_by
from cin_pipeline.publication.protected_cells import PROTECTED_CELLS
from cin_pipeline.publication.quality import quality_report
from cin_pipeline.publication.release import table_files, with_manifest
from cin_pipeline.publication.report import release_report
from cin_pipeline.store.store import Store
from cin_pipeline.tables.schemas import declared_faults

# Told what is done and in how many steps; gives what to call after each.
ShowSteps = Callable[[str, int], Callable[[], None]]


@dataclass(frozen=True)
class Tables:
    """The tables of a release: its cells as published, and their files by path."""

    protected: DataFrame
    files: dict[str, bytes] = field(repr=False)


def unseen(_what: str, _steps: int) -> Callable[[], None]:
    """Progress that nobody is shown."""
    return lambda: None


def publication_tables(release: ReleaseInput, profile: Profile, progress: ShowSteps) -> Tables:
    """Fills the tables, suppresses what must be suppressed in those of a profile, writes them as open data and
    workbooks."""
    step = progress("Filling tables", 3)
    cells = protected_for(profile, release_cells(release))
    step()
    protected = protect(cells)
    step()
    files = table_files(protected, release.year, profile, people_by_year(release), release)
    step()
    return Tables(protected, files)


def broken_checks(release: ReleaseInput, profile: Profile, tables: Tables, progress: ShowSteps) -> dict[str, list[str]]:
    """What each blocking check of the tables finds, by name: all empty where they may be published.

    schema: how the cells differ from their declaration; screening: what the open-data screener would turn away;
    disclosure: suppressed cells that can be worked out; identities: counts that are not the measures' and
    estimates'."""
    step = progress("Checking tables", 3)
    found = {"schema": list(declared_faults(PROTECTED_CELLS, tables.protected))}
    found["screening"] = broken_screening(tables.files, profile)
    step()
    found["disclosure"] = recovered(tables.protected)
    step()
    found["identities"] = broken_identities(release, tables.protected)
    step()
    return found


def recovered(protected: DataFrame) -> list[str]:
    """How many suppressed cells of each table an intruder could work out; names no figure and no place."""
    return [
        f"{table}: {len(cells)} suppressed cells can be worked out"
        for table, cells in recoverable(protected).groupby("table", sort=False)
    ]


def whole_release(
    store: Store, release: ReleaseInput, profile: Profile, tables: Tables, progress: ShowSteps
) -> dict[str, bytes]:
    """Every file of the release by path: the tables, both reports, and the manifest."""
    step = progress("Looking at the returns", max(len(returns_of(store, release)), 1))
    shown = shown_by(profile, tables.protected)
    quality = quality_input(store, release, shown, step)
    step = progress("Writing reports", 2)
    files = {**tables.files, "release.html": release_report(shown, release, profile).encode()}
    step()
    files["quality.html"] = quality_report(quality).encode()
    step()
    return with_manifest(files, release.year, provenance(store, release, profile))
