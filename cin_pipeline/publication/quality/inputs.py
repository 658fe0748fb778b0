"""What the quality report is made from."""

from dataclasses import dataclass

from pandas import DataFrame

from cin_pipeline.methodology.missing import UnusableItem
from cin_pipeline.publication.cells import ReleaseInput
from cin_pipeline.reference.population import PopulationSource


@dataclass(frozen=True)
class QualityInput:
    """What is known about the data of a release.

    `release`: what the release is made from. `protected`: its cells as published (`disclosure.protect`), the only
    source of figures of LAs: nothing suppressed there is said here. `submissions`: a row per LA with a submission of
    the year, columns la_code, submission, sha256, state, errors, queries (missing where nobody looked). `rule_counts`:
    la_code, rule_id, severity (error, query), hits. `confidence`: CONFIDENCE_COLUMNS, all LAs of the year. `unusable`:
    as declared. `interpretations`: INTERPRETATION_COLUMNS, all LAs of the year. `estimated_with`: the population that
    England is estimated with, which need not be that of its rates. Frames may be empty."""

    release: ReleaseInput
    protected: DataFrame
    submissions: DataFrame
    rule_counts: DataFrame
    confidence: DataFrame
    unusable: tuple[UnusableItem, ...]
    interpretations: DataFrame
    estimated_with: PopulationSource
