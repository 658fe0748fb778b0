"""What a release was made from and what it consists of: `manifest.json`, beside every release.

Hashes and codes, and of returns in doubt which share of records could not be read: no figure, nothing of a child."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple

from cin_pipeline.census.years import CollectionYear
from cin_pipeline.methodology.catalogue import CATALOGUE
from cin_pipeline.methodology.doubts import Doubt
from cin_pipeline.methodology.practice import MissingData
from cin_pipeline.publication.profiles import TIDY, Profile
from cin_pipeline.reference.authorities import every_authority
from cin_pipeline.reference.figure_keys import TOTAL
from cin_pipeline.reference.population import PopulationSource

MANIFEST = "manifest.json"
FORMAT = 3  # raise it when the meaning or the name of an entry changes


class Population(NamedTuple):
    """People aged 0 to 17 by LA, or by LA and place, and where they are from."""

    source: PopulationSource
    people: Mapping[str, int]


@dataclass(frozen=True)
class YearInputs:
    """What went into the figures of one collection year.

    `submissions`: LA code, number of the submission and sha256 of its file, of the current returns of expected LAs.
    `population`: what England was estimated with; `population_of_rates`: what its rates are per 10,000 of. `unusable`:
    LA, measure, breakdown. `missing`: what was done about missing data. `doubts`: the current returns in doubt.
    `once_held`: the current returns that were held for confirmation, of the year and, where that is not in the release,
    the previous one: LA, year, number of the submission, names of the reasons, and whether a person confirmed it or a
    command that takes all."""

    year: CollectionYear
    submissions: tuple[tuple[str, int, str], ...]
    expected: tuple[str, ...]
    population: Population
    population_of_rates: Population
    unusable: tuple[tuple[str, str, str], ...]
    missing: MissingData | None = None
    doubts: tuple[Doubt, ...] = ()
    once_held: tuple[tuple[str, int, int, tuple[str, ...], str], ...] = ()


@dataclass(frozen=True)
class Provenance:
    """Where a release comes from: inputs by year, its profile, versions of code and reference data, settings."""

    inputs: tuple[YearInputs, ...]
    package_version: str
    data_versions: Mapping[str, str]  # sha256 of each reference file, by name
    settings: Mapping[str, Any]
    profile: Profile = TIDY


def manifest(year: CollectionYear, provenance: Provenance, files: Mapping[str, bytes]) -> bytes:
    """The manifest of a release with these files (by path): JSON, keys in order, the same for the same release."""
    content = {
        "format": FORMAT,
        "release": {
            "collection_year": year.ending,
            "label": year.label,
            **({"provisional": year.provisional} if year.provisional else {}),
        },
        "profile": {"name": provenance.profile.name, "assumed": list(map(str, provenance.profile.assumed))},
        "inputs": {str(inputs.year.ending): _inputs(inputs) for inputs in provenance.inputs},
        "code": {"cin_pipeline": provenance.package_version, "reference_data": dict(provenance.data_versions)},
        "settings": dict(provenance.settings),
        "interpretations": interpretations(),
        "files": {name: {"sha256": digest(content), "bytes": len(content)} for name, content in files.items()},
    }
    return (json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def interpretations() -> dict[str, list[str]]:
    """The sentences of the methodology that decide each measure and breakdown, with the interpretations
    [A..]."""
    return {
        measure.name if breakdown == TOTAL else f"{measure.name} by {breakdown}": list(
            measure.interpretations(breakdown)
        )
        for measure in CATALOGUE
        for breakdown in (TOTAL, *measure.breakdowns)
    }


def digest(content: bytes) -> str:
    """The sha256 of a file."""
    return sha256(content).hexdigest()


def _inputs(inputs: YearInputs) -> dict[str, Any]:
    return {
        "submissions": [
            {"la_code": la, "submission": number, "sha256": file} for la, number, file in sorted(inputs.submissions)
        ],
        "expected_las": sorted(inputs.expected),
        "population": _population(inputs.population),
        "population_of_rates": _population(inputs.population_of_rates),
        "unusable": [
            {"la_code": la, "measure": measure, "breakdown": breakdown}
            for la, measure, breakdown in sorted(inputs.unusable)
        ],
        "once_held": [
            {
                "la_code": la,
                "collection_year": of,
                "submission": number,
                "held_for": list(reasons),
                "confirmed_by": who,
            }
            for la, of, number, reasons, who in sorted(inputs.once_held)
        ],
        **({} if inputs.missing is None else {"missing_data": _missing_data(inputs.missing)}),
        **({"in_doubt": [_doubt(each) for each in inputs.doubts]} if inputs.doubts else {}),
    }


def _doubt(doubt: Doubt) -> dict[str, Any]:
    """A return in doubt, and whether a person answered; no number of records, as few may be few children."""
    return {
        "la_code": doubt.la_code,
        "submission": doubt.submission,
        "holds_no_child": not doubt.items,
        "unreadable_items": [
            {"table": each.table, "item": each.item, "unreadable_percent": each.percent} for each in doubt.items
        ],
        "answered": doubt.answer is not None,
    }


def _missing_data(missing: MissingData) -> dict[str, Any]:
    return {
        "practice": str(missing.practice),
        "asked_for": missing.asked,
        "carried_forward": [
            {"la_code": la, "from_year": year, "outcome": str(outcome), "submission": number, "sha256": sha256_}
            for la, year, outcome, number, sha256_ in sorted(missing.carried)
        ],
        "predecessors": [
            {"la_code": la, "predecessor": old, "re_referrals_with": counted_with, "submission": number}
            for la, old, counted_with, number, _ in sorted(missing.new)
        ],
        "low_reliability": [{"la_code": la, "measure": measure} for la, measure in missing.low_reliability],
        "warnings": list(missing.warnings()),
    }


def _population(population: Population) -> dict[str, Any]:
    people = "".join(f"{place},{number}\n" for place, number in sorted(population.people.items()))
    return {
        "vintage": str(population.source),
        "las": sum(code in every_authority() for code in population.people),
        "sha256": digest(people.encode()),
    }
