"""DuckDB over one state: a view for every table, filled by what is current when a query first names it."""

import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa

from cin_pipeline.analysis.database_rows import arrow_tables
from cin_pipeline.analysis.quoting import comments, name_of, text_of
from cin_pipeline.analysis.row_files import PROTOCOL, RowFileSystem
from cin_pipeline.analysis.row_views import NO_ROWS, declared_file, file_name, query_over, stored_files
from cin_pipeline.analysis.views import VIEWS, InDatabase, RowFiles, View
from cin_pipeline.settings import Settings
from cin_pipeline.store.listings import LOCAL_AUTHORITIES, local_authorities
from cin_pipeline.store.opening import is_there
from cin_pipeline.store.row_tables import StoredTable
from cin_pipeline.store.store import Store
from cin_pipeline.store.submissions import Submission


class NoState(LookupError):
    """There is no state of a run where one was named; the message says where."""


def connect(state: Path | str | None = None, *, aggregates: bool = False) -> "Analysis":
    """DuckDB over the state in a directory, CIN_STATE by default: `connect(state).sql("...").df()`.

    `aggregates`: without the views of child-level rows. Raises NoState, StateRefused, ValueError (a setting)."""
    settings = Settings.from_environment(state=None if state is None else Path(state))
    if not is_there(settings):
        raise NoState(f"{settings.state}: there is no state of a run here")
    return Analysis(Store(settings), aggregates=aggregates)


class Analysis:
    """A DuckDB connection with a view for every table of a state, of the submissions that are current when it is made.

    Rows are read when a query needs them, those of children from the store file by file. Nothing can be written to the
    state, and no other file of the machine read. `tell`: what is called with a sentence where rows are lacking."""

    def __init__(self, store: Store, *, aggregates: bool = False, tell: Callable[[str], None] = warnings.warn) -> None:
        self._store = store
        self._tell = tell
        self.views = {name: view for name, view in VIEWS.items() if not (aggregates and view.child_level)}
        registry = store.registry
        self.current = tuple(each for year in registry.years_with_current() for each in registry.all_current(year))
        # Holds nothing: says which tables a query names. To do so it looks into files that are named, where it may, and
        # fetches what it lacks for that from the network.
        self._names = duckdb.connect(config={"enable_external_access": "false", "lock_configuration": "true"})
        self._files = RowFileSystem(store.tables)
        self._spill = TemporaryDirectory(prefix="cin-sql-")
        self.connection = self._opened()
        self._filled: set[str] = set()
        for view in self.views.values():
            self._declare(view)

    def sql(self, query: str) -> duckdb.DuckDBPyRelation | None:
        """What a query gives, read as it is fetched; None for a statement that gives nothing.

        Raises duckdb.Error, TablesDamaged, OSError."""
        for statement in self._names.extract_statements(query):
            for name in self._named(statement.query):
                self.fill(name)
        with self.telling_faults():
            return self.connection.sql(query)

    @contextmanager
    def telling_faults(self) -> Iterator[None]:
        """A block in which rows are fetched; raises TablesDamaged or OSError where that is behind DuckDB's error."""
        self._files.fault = None
        try:
            yield
        except duckdb.Error:
            if self._files.fault is not None:
                raise self._files.fault from None
            raise

    def fill(self, name: str) -> View:
        """Puts the current rows behind a view, unless they are there. Raises TablesDamaged."""
        view = self.views[name]
        if name in self._filled:
            return view
        match view.rows:
            case RowFiles() as rows:
                self._view_files(view, rows)
            case InDatabase(query):
                self._keep_rows(view, arrow_tables(self._store.engine, view, query))
            case None:
                columns = map(list, zip(*local_authorities(), strict=True))
                self._keep_rows(view, [pa.table(dict(zip(view.names, columns, strict=True)))])
        self._filled.add(name)
        return view

    def rows_of(self, name: str, this: Submission, table: StoredTable) -> pa.RecordBatchReader:
        """The rows of one stored table as a view shows them, of a submission that need not be current."""
        view = self.views[name]
        if not isinstance(view.rows, RowFiles):
            raise TypeError(f"{name} has no stored tables")
        self.fill(LOCAL_AUTHORITIES.name)
        files = (
            self._files.add(f"{view.name}/{NO_ROWS}", declared_file(view)),
            self._files.add(f"{view.name}/{file_name(this)}", table),
        )
        with self.telling_faults():
            return self.connection.sql(query_over(view, view.rows, files)).to_arrow_reader()

    def close(self) -> None:
        """Ends the connection, and lets go of the database of the state."""
        self.connection.close()
        self._names.close()
        self._spill.cleanup()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _opened(self) -> duckdb.DuckDBPyConnection:
        """A database in memory that reads our files and no others; what does not fit goes to a directory of its own."""
        connection = duckdb.connect()
        connection.register_filesystem(self._files)
        for setting in (
            f"temp_directory = {text_of(self._spill.name)}",
            f"allowed_directories = [{text_of(f'{PROTOCOL}://')}]",
            "python_enable_replacements = false",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"SET {setting}")
        return connection

    def _named(self, query: str) -> list[str]:
        """The views that a statement names. Where DuckDB cannot say, as of CREATE: any that is one of its words."""
        try:
            words = self._names.get_table_names(query)
        except duckdb.ParserException:
            raise
        except duckdb.Error:
            words = set(re.findall(r"\w+", query))
        named = {word.casefold() for word in words}
        return [name for name in self.views if name in named]

    def _declare(self, view: View) -> None:
        """Columns with their comments, for whoever asks what there is; a query that gets here unseen fails."""
        columns = ", ".join(f"NULL::{column.type} AS {name_of(column.name)}" for column in view.columns)
        why = text_of(f"write the name of {view.name} into the query")
        self.connection.execute(f"CREATE VIEW {name_of(view.name)} AS SELECT {columns} WHERE error({why})::BOOLEAN")
        self._comment(view, "VIEW")

    def _comment(self, view: View, kind: str) -> None:
        for statement in comments(view, kind, name_of(view.name)):
            self.connection.execute(statement)

    def _view_files(self, view: View, rows: RowFiles) -> None:
        self.fill(LOCAL_AUTHORITIES.name)
        names = [self._files.add(f"{view.name}/{NO_ROWS}", declared_file(view))]
        for name, table in stored_files(self._store.tables, view, rows, self.current, self._tell):
            names.append(self._files.add(f"{view.name}/{name}", table))
        with self.telling_faults():
            self.connection.execute(f"CREATE OR REPLACE VIEW {name_of(view.name)} AS {query_over(view, rows, names)}")
        self._comment(view, "VIEW")

    def _keep_rows(self, view: View, rows: "Iterator[pa.Table] | list[pa.Table]") -> None:
        """Rows that DuckDB holds itself: of the database, and those of reference data."""
        columns = ", ".join(f"{name_of(column.name)} {column.type}" for column in view.columns)
        self.connection.execute(f"DROP VIEW {name_of(view.name)}")
        self.connection.execute(f"CREATE TABLE {name_of(view.name)} ({columns})")
        for some in rows:
            self.connection.register("rows_to_keep", some)
            self.connection.execute(f"INSERT INTO {name_of(view.name)} SELECT * FROM rows_to_keep")  # noqa: S608
            self.connection.unregister("rows_to_keep")
        self._comment(view, "TABLE")
