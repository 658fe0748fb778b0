"""The cleaned tables of a submission, wherever the store has them."""

from cin_pipeline.census.cleaning import CleanedReturn
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.stored_returns import read_cleaned
from cin_pipeline.store.submissions import Submission

CLEANED_RETURN = "cleaned_return"  # the asset


def cleaned_of(store: Store, submission: Submission) -> CleanedReturn:
    """The tables and value issues of a submission as they were cleaned.

    Raises TablesMissing where it never was, TablesDamaged where a stored table is gone."""
    return read_cleaned(store.tables, place_of(CLEANED_RETURN, submission), submission.collection_year)
