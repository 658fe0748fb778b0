"""A view over row files: which files are current, and the query that makes them one table with whose each row is."""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from cin_pipeline.analysis.quoting import name_of, text_of
from cin_pipeline.analysis.views import RELEASE_TABLES, RowFiles, View
from cin_pipeline.store.listings import LOCAL_AUTHORITIES
from cin_pipeline.store.row_tables import StoredTable, StoredTables
from cin_pipeline.store.store import place_of
from cin_pipeline.store.submissions import Submission

# Types of the columns as files hold them; a day lies there as a moment.
_ARROW = {
    "VARCHAR": pa.string(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DOUBLE": pa.float64(),
    "DATE": pa.timestamp("us"),
}
# Where the parts of the name of a file stand: rows://view/year/LA/submission/number.parquet. As it says whose the rows
# are, a query about one LA or year opens the files of these alone.
_YEAR, _LA_CODE, _SUBMISSION = 4, 5, 6
NO_ROWS = "0/none/0/declared.parquet"
_NAMED = 5


def declared_file(view: View) -> bytes:
    """A file of no rows with every column, so that a view has them also where no file does."""
    schema = pa.schema([(each.name, _ARROW[each.type]) for each in view.columns])
    stream = BytesIO()
    pq.write_table(schema.empty_table(), stream)
    return stream.getvalue()


def stored_files(
    tables: StoredTables, view: View, rows: RowFiles, current: Sequence[Submission], tell: Callable[[str], None]
) -> Iterator[tuple[str, StoredTable]]:
    """The files that are current, each with its name below the view's. `tell`: is told what is lacking.

    Raises TablesDamaged."""
    if rows.asset == RELEASE_TABLES:
        for place, found in tables.stored(rows.asset, tables.places(rows.asset)).items():
            yield f"{place.rpartition('/')[2]}/none/0/rows.parquet", found[rows.table]
        return
    places = {place_of(rows.asset, each): each for each in current}
    stored = tables.stored(rows.asset, places)
    if lacking := [str(each.submission) for place, each in places.items() if place not in stored]:
        some = ", ".join(lacking[:_NAMED]) + (", ..." if len(lacking) > _NAMED else "")
        tell(f"{view.name} lacks {len(lacking)} of {len(current)} current submissions: no rows are stored of {some}")
    for place, found in stored.items():
        if rows.table in found:  # not where the census has got the table since
            yield file_name(places[place]), found[rows.table]


def file_name(of: Submission) -> str:
    """The name below a view's of the file with the rows of a submission."""
    return f"{of.collection_year}/{of.la_code}/{of.submission}/rows.parquet"


def query_over(view: View, rows: RowFiles, files: Sequence[str]) -> str:
    """The query that a view over files is; `files`: their names with the protocol, that of `declared_file` too."""
    values = {each.name: f"f.{name_of(each.name)}" for each in view.columns}
    of_release = rows.asset == RELEASE_TABLES
    values |= {"release_year": _part(_YEAR)} if of_release else _whose()
    if rows.number:
        values[rows.number] = f"coalesce({values[rows.number]}, f.file_row_number + {rows.first})"
    columns = ", ".join(f"({values[each.name]})::{each.type} AS {name_of(each.name)}" for each in view.columns)
    listed = ", ".join(map(text_of, files))
    joined = "" if of_release else f"LEFT JOIN {LOCAL_AUTHORITIES.name} AS la ON la.la_code = {_part(_LA_CODE)}"
    return (
        f"SELECT {columns} FROM "  # noqa: S608  # names of the declarations and of files
        f"read_parquet([{listed}], union_by_name = true, filename = true, file_row_number = true) AS f {joined}"
    )


def _whose() -> dict[str, str]:
    return {
        "collection_year": _part(_YEAR),
        "la_code": _part(_LA_CODE),
        "la_name": "la.la_name",
        "submission": _part(_SUBMISSION),
    }


def _part(number: int) -> str:
    return f"split_part(f.filename, '/', {number})"
