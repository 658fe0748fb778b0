"""The profiles of a release: which files it has, their columns, rows, labels and symbols.

Their data are `release-files.csv`, `release-columns.csv`, `release-rows.csv` and `release-assumptions.csv` of the
reference data. A profile only puts protected cells into files: `declaring` says what it is made of, `known` reads the
profiles, `selecting` says which cells it shows, `filling` makes its files.
"""

from cin_pipeline.publication.profiles.declaring import Assumption, Profile
from cin_pipeline.publication.profiles.filling import People, filled, labelled_by
from cin_pipeline.publication.profiles.known import DEFAULT, NAMES, TIDY, UnknownProfile, profile_named
from cin_pipeline.publication.profiles.selecting import protected_for, shown_by

__all__ = [
    "DEFAULT",
    "NAMES",
    "TIDY",
    "Assumption",
    "People",
    "Profile",
    "UnknownProfile",
    "filled",
    "labelled_by",
    "profile_named",
    "protected_for",
    "shown_by",
]
