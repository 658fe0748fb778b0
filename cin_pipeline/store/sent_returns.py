"""A return as sent, wherever the store has it: in the row tables of `raw_return`, else in the copy of the file.

The header is a table of one row beside those of the records. What was stored before it was, or before an item came to
the census, is read from the copy again."""

from dataclasses import asdict, fields

from pandas import DataFrame

from cin_pipeline.census.header import Header, read_header
from cin_pipeline.census.reading import SentReturn, read_return
from cin_pipeline.census.return_tables import ReturnTables, links
from cin_pipeline.census.specification import tables
from cin_pipeline.store.registry import Submission
from cin_pipeline.store.row_tables import read_tables
from cin_pipeline.store.store import Store

RAW_RETURN = "raw_return"  # the asset

_HEADER = "header"


def sent_tables(sent: SentReturn) -> dict[str, DataFrame]:
    """The row tables that a return as sent is stored as."""
    return {**dict(sent.tables.items()), _HEADER: DataFrame([asdict(sent.header)])}


def sent_return(store: Store, submission: Submission) -> SentReturn:
    """The header and the records of a submission.

    Raises FileNotFoundError where it was never read and there is no copy, ReturnRejected where that is no return."""
    stored = _stored(store, submission)
    if stored is None:
        return read_return(_copy(store, submission), submission.partition[0], _most_bytes(submission))
    header = stored.pop(_HEADER, None)
    if header is None:
        return SentReturn(read_header(_copy(store, submission), _most_bytes(submission)), ReturnTables(**stored))
    return SentReturn(_header(header), ReturnTables(**stored))


def records_as_sent(store: Store, submission: Submission) -> ReturnTables:
    """The records of a submission alone: where these are stored, no copy is needed. Raises as `sent_return`."""
    stored = _stored(store, submission)
    if stored is None:
        return sent_return(store, submission).tables
    stored.pop(_HEADER, None)
    return ReturnTables(**stored)


def _stored(store: Store, submission: Submission) -> dict[str, DataFrame] | None:
    """The stored tables; None where they were never made, or lack a column that the census has."""
    year, la_code = submission.partition
    try:
        stored = read_tables(store.tables_directory(RAW_RETURN, year, la_code, submission.submission))
    except FileNotFoundError:
        return None
    for table in tables(year).values():
        groups = [f"has_{group}" for group in (*table.required_groups, *table.noted_groups)]
        columns = {*links(table), *groups, *(item.column for item in table.items)}
        if table.name not in stored or not columns <= set(stored[table.name].columns):
            return None
    return stored


def _copy(store: Store, submission: Submission) -> bytes:
    return store.returns.read(submission.sha256)


def _most_bytes(submission: Submission) -> int:
    """It was let in once: a limit that was lowered since is for new files."""
    return max(submission.size, 1)


def _header(stored: DataFrame) -> Header:
    (values,) = stored.astype(object).where(stored.notna(), None).to_dict("records")
    return Header(**{each.name: values[each.name] for each in fields(Header) if each.name in values})
