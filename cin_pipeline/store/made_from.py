"""What England's figures of a year were made from, and whether that is what is current: the one answer, which checks,
sensors and releases go by.

They are not counted again to see: what they were made from is noted with them, returns and all else."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.carrying import Treatment
from cin_pipeline.methodology.catalogue import MEASURES, catalogue_of
from cin_pipeline.methodology.estimates import METHOD_VERSION
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.store.figures import Input, version_of
from cin_pipeline.store.missing_data import treatment_of
from cin_pipeline.store.national_inputs import NationalInputs
from cin_pipeline.store.store import Store

NATIONAL_MEASURES, ESTIMATES = "national_measures", "estimates"

_NAMED = 5
NOT_NOTED = "inputs that an earlier version did not note"


@dataclass(frozen=True)
class SinceChanged:
    """What is not as it was when figures of England were made: codes of LAs whose current return, or its figures, are
    others; names of other inputs. False where nothing is, so that the figures are what would be made now."""

    las: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.las or self.inputs)

    def __str__(self) -> str:
        return ", ".join((*self.las, *self.inputs))


def note_made_from(
    store: Store,
    asset: str,
    year: int,
    returns: Iterable[Input],
    inputs: NationalInputs,
    treatment: Treatment | None = None,
) -> None:
    """Notes what an asset was made from, in place of what it was made from before. `treatment`: what was done about
    what is missing, where that was looked up before."""
    store.figures.write_manifest(asset, year, list(returns), _versions(store, asset, year, inputs, treatment))


def since_changed(store: Store, asset: str, year: int) -> SinceChanged:
    """What has changed since an asset of the year was made; where it never was, all that it would be made from."""
    inputs = store.inputs.of(year)
    current = [each for each in store.figures.current_inputs(year) if each.la_code in inputs.expected]
    made_from = store.figures.manifest(asset, year)
    if not current and not made_from:
        return SinceChanged()
    noted = store.figures.input_versions(asset, year)
    now = _versions(store, asset, year, inputs)
    others = tuple(name for name in now if noted.get(name) != now[name]) if noted else (NOT_NOTED,)
    return SinceChanged(outdated(made_from, current), others)


def why_uncounted(store: Store, year: int) -> str:
    """Why current returns of expected LAs have not all the figures that England is made from, so that these LAs would
    pass for missing; empty where they have."""
    inputs = store.inputs.of(year)
    carried: dict[int, set[str]] = {}
    for line in inputs.carry_forward:
        if store.registry.current(year, line.la_code) is None:
            carried.setdefault(line.from_year, set()).add(line.la_code)
    needed = {year: set(inputs.expected), **carried}
    return "; ".join(filter(None, (_uncounted(store, each, las) for each, las in needed.items())))


def _uncounted(store: Store, year: int, wanted: Collection[str]) -> str:
    measures = [measure.name for measure in catalogue_of(year)]
    las = [la for la in store.figures.uncounted(year, measures) if la in wanted]
    if not las:
        return ""
    named = f"{', '.join(las[:_NAMED])}{', ...' if len(las) > _NAMED else ''}"
    return (
        f"the current returns of {len(las)} LA{'s' if len(las) != 1 else ''} ({named}) have not all figures of "
        f"{CollectionYear(year)}: an earlier version counted them, or figures were lost; count them again: "
        f"cin-pipeline run --year {year} with --state, without --landing"
    )


def outdated(made_from: Iterable[Input], current: Iterable[Input]) -> tuple[str, ...]:
    """The LAs whose current return, or its figures, are not what national figures were made from."""
    return tuple(sorted({each.la_code for each in {*made_from} ^ {*current}}))


def current_version(store: Store, asset: str, year: int) -> str:
    """The version of all that an asset of the year would be made from now."""
    current = [(each.submission, each.data_version) for each in store.figures.current_inputs(year)]
    inputs = store.inputs.of(year)
    return _version((current, _versions(store, asset, year, inputs)))


def _versions(
    store: Store, asset: str, year: int, inputs: NationalInputs, treatment: Treatment | None = None
) -> dict[str, str]:
    """By name, a version of each input of an asset but the returns. The order of LAs is in it: sums go by it."""
    values: dict[str, object] = {
        "expected authorities": inputs.expected,
        "unusable items": sorted(
            {(each.la_code, each.measure, each.breakdown) for each in inputs.unusable if each.year == year}
        ),
    }
    if asset == ESTIMATES:
        done = treatment or treatment_of(store, year, inputs)
        values |= {
            "population": [(la, inputs.population.get(la)) for la in inputs.expected],
            "regions": [(la, every_authority()[la].places) for la in inputs.expected],
            "practice for missing data": str(done.practice),
            "figures carried forward": [
                (la, from_year, version_of(figures)) for la, (from_year, figures) in sorted(done.carried.items())
            ],
            "method": (METHOD_VERSION, *MEASURES),
        }
    return {name: _version(value) for name, value in values.items()}


def _version(value: object) -> str:
    return hashlib.sha256(repr(value).encode()).hexdigest()[:16]
