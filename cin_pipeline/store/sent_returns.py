"""A return as sent, wherever the store has it: in the row tables of `raw_return`, else in the copy of the file.

What was stored before headers were, or before an item came to the census, is read from the copy again."""

from cin_pipeline.census.header import Header, read_header
from cin_pipeline.census.reading import SentReturn, nothing_sent, read_return
from cin_pipeline.census.return_tables import ReturnTables
from cin_pipeline.store.row_tables import TablesMissing
from cin_pipeline.store.store import Store, place_of
from cin_pipeline.store.stored_returns import read_sent
from cin_pipeline.store.submissions import Submission

RAW_RETURN = "raw_return"  # the asset


def sent_return(store: Store, submission: Submission) -> SentReturn:
    """The header and the records of a submission.

    Raises ObjectMissing where it was never read and there is no copy, ReturnRejected where that is no return,
    TablesDamaged where a stored table is gone."""
    stored = _stored(store, submission)
    if stored is None:
        return read_return(_copy(store, submission), submission.partition[0], _most_bytes(submission))
    header, records = stored
    if header is None:
        header = read_header(_copy(store, submission), _most_bytes(submission))
    return SentReturn(header, records)


def records_as_sent(store: Store, submission: Submission) -> ReturnTables:
    """The records of a submission alone: where these are stored, no copy is needed. Raises as `sent_return`."""
    stored = _stored(store, submission)
    return sent_return(store, submission).tables if stored is None else stored[1]


def _stored(store: Store, submission: Submission) -> tuple[Header | None, ReturnTables] | None:
    """What is stored; None where nothing is, or its tables lack a column that the census has."""
    year = submission.collection_year
    try:
        header, records = read_sent(store.tables, place_of(RAW_RETURN, submission), year)
    except TablesMissing:
        return None
    whole = all(set(expected.columns) <= set(records[name].columns) for name, expected in nothing_sent(year).items())
    return (header, records) if whole else None


def _copy(store: Store, submission: Submission) -> bytes:
    return store.returns.read(submission.sha256)


def _most_bytes(submission: Submission) -> int:
    """It was let in once: a limit that was lowered since is for new files."""
    return max(submission.size, 1)
