"""What analysts see who log in to the PostgreSQL database: views of aggregates, tables of children, and two roles.

Schema `analysis` holds views of aggregates over what is current, schema `child_level` copies of rows of children, which
`child_rows` loads. Neither role sees the tables below: no file name, no reason that a person wrote, no key of a child.
"""

from collections.abc import Iterable, Iterator

from sqlalchemy import Connection, Engine, text
from sqlalchemy.dialects import postgresql

from cin_pipeline.analysis.quoting import comments, name_of, text_of
from cin_pipeline.analysis.views import VIEWS, InDatabase, View
from cin_pipeline.store.listings import LOCAL_AUTHORITIES, local_authorities
from cin_pipeline.store.transactions import alone

ANALYSIS, CHILD_LEVEL = "analysis", "child_level"  # schemas
AGGREGATES_ROLE, CHILD_LEVEL_ROLE = "cin_aggregates", "cin_child_level"
LOADED = f"{CHILD_LEVEL}.loaded"
_MAKING = "schemas for analysts"  # by one at a time

_TYPES = {
    "VARCHAR": "text",
    "BIGINT": "bigint",
    "BOOLEAN": "boolean",
    "DOUBLE": "double precision",
    "DATE": "date",
}
CHILD_VIEWS = tuple(view for view in VIEWS.values() if view.child_level)


class NotPostgresql(ValueError):
    """The database is another one, or may not be used so; the message says what to do."""


def structure() -> Iterator[str]:
    """Statements that make the schemas, views and tables, and say what they hold; to be run any number of times."""
    for schema, what in (
        (ANALYSIS, "Aggregates over the current returns of children in need. Not suppressed: not for publication."),
        (CHILD_LEVEL, "Rows of children of current returns, as loaded by cin-pipeline sql --load-postgresql."),
    ):
        yield f"CREATE SCHEMA IF NOT EXISTS {schema}"
        yield f"COMMENT ON SCHEMA {schema} IS {text_of(what)}"
        yield f"REVOKE ALL ON SCHEMA {schema} FROM PUBLIC"
    yield from _authorities()
    for view in VIEWS.values():
        if isinstance(view.rows, InDatabase):
            yield from _view(view, view.rows)
    for view in CHILD_VIEWS:
        yield from _table(view, CHILD_LEVEL)
        of = f"{CHILD_LEVEL}.{name_of(view.name)}"
        yield f"CREATE INDEX IF NOT EXISTS {view.name}_of_la ON {of} (collection_year, la_code)"
    yield (
        f"CREATE TABLE IF NOT EXISTS {LOADED} (submission bigint PRIMARY KEY, collection_year bigint NOT NULL, "
        "la_code text NOT NULL, version text NOT NULL)"
    )
    yield f"COMMENT ON TABLE {LOADED} IS 'The submissions whose rows are here, and a version of their rows.'"


def create_roles() -> Iterator[str]:
    """Statements that make the roles where they are not there; these need CREATEROLE, or an administrator."""
    for role in (AGGREGATES_ROLE, CHILD_LEVEL_ROLE):
        yield (
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') "
            f"THEN CREATE ROLE {role} NOLOGIN; END IF; END $$"
        )


def grants() -> Iterator[str]:
    """Statements that give the roles what they may read; whoever owns the schemas may run them."""
    for role, schemas in ((AGGREGATES_ROLE, (ANALYSIS,)), (CHILD_LEVEL_ROLE, (ANALYSIS, CHILD_LEVEL))):
        for schema in schemas:
            yield f"GRANT USAGE ON SCHEMA {schema} TO {role}"
            yield f"GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"


def script() -> str:
    """All of it, to be read or run by hand as the database user of the deployment."""
    parts = (
        ("Roles: need CREATEROLE, or an administrator", create_roles()),
        ("Views of aggregates, and tables for rows of children", structure()),
        ("What the roles may read", grants()),
    )
    return "\n".join(f"-- {title}\n" + "".join(f"{each};\n" for each in statements) for title, statements in parts)


def apply(engine: Engine) -> None:
    """Makes roles, views and tables, and grants, in one transaction. Raises NotPostgresql, which says what to do."""
    refuse_other_databases(engine)
    with alone(engine, _MAKING) as connection:
        may_create = "SELECT rolcreaterole OR rolsuper FROM pg_roles WHERE rolname = current_user"
        missing = _missing_roles(connection)
        if missing and not connection.execute(text(may_create)).scalar_one():
            made = " ".join(f"CREATE ROLE {role} NOLOGIN;" for role in missing)
            raise NotPostgresql(
                f"the database user may not create roles (CREATEROLE): let an administrator run {made} and repeat this"
            )
        _run(connection, create_roles())
        _make(connection)


def prepare(engine: Engine) -> None:
    """Makes views and tables, and grants them to the roles that there are. Raises NotPostgresql."""
    refuse_other_databases(engine)
    with alone(engine, _MAKING) as connection:
        _make(connection)


def refuse_other_databases(engine: Engine) -> None:
    """Raises NotPostgresql where the database is another one."""
    if engine.dialect.name != "postgresql":
        raise NotPostgresql("the state keeps its database in a file; CIN_DATABASE with a PostgreSQL URL was expected")


def _make(connection: Connection) -> None:
    may = "SELECT has_database_privilege(current_database(), 'CREATE')"
    if not connection.execute(text(may)).scalar_one():
        raise NotPostgresql("the database user may not create schemas: let an administrator GRANT CREATE ON DATABASE")
    _drop_outdated(connection)
    _run(connection, structure())
    if not _missing_roles(connection):
        _run(connection, grants())


def _run(connection: Connection, statements: Iterable[str]) -> None:
    """Runs statements as they are: a % in a comment stands for itself."""
    as_they_are = connection.execution_options(no_parameters=True)
    for statement in statements:
        as_they_are.exec_driver_sql(statement)


def _missing_roles(connection: Connection) -> list[str]:
    there = set(connection.execute(text("SELECT rolname FROM pg_roles")).scalars())
    return [role for role in (AGGREGATES_ROLE, CHILD_LEVEL_ROLE) if role not in there]


def _drop_outdated(connection: Connection) -> None:
    """Tables of children are copies: where other columns are declared by now, all are dropped, to be loaded anew."""
    query = text(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = :schema ORDER BY table_name, ordinal_position"
    )
    there: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(query, {"schema": CHILD_LEVEL}):
        there.setdefault(table, []).append((column, kind))
    declared = {view.name: [(each.name, _TYPES[each.type]) for each in view.columns] for view in CHILD_VIEWS}
    if any(there.get(name, columns) != columns for name, columns in declared.items()):
        _run(connection, [f"DROP TABLE IF EXISTS {CHILD_LEVEL}.{name_of(name)}" for name in (*declared, "loaded")])


def _authorities() -> Iterator[str]:
    view = VIEWS[LOCAL_AUTHORITIES.name]
    of = f"{ANALYSIS}.{view.name}"
    yield from _table(view, ANALYSIS)
    yield f"DELETE FROM {of}"  # noqa: S608
    rows = ", ".join(f"({', '.join(map(_value, row))})" for row in local_authorities())
    yield f"INSERT INTO {of} VALUES {rows}"  # noqa: S608


def _value(value: str | int) -> str:
    return str(value) if isinstance(value, int) else text_of(value)


def _table(view: View, schema: str) -> Iterator[str]:
    of = f"{schema}.{name_of(view.name)}"
    columns = ", ".join(f"{name_of(each.name)} {_TYPES[each.type]}" for each in view.columns)
    yield f"CREATE TABLE IF NOT EXISTS {of} ({columns})"
    yield from comments(view, "TABLE", of)


def _view(view: View, rows: InDatabase) -> Iterator[str]:
    of = f"{ANALYSIS}.{name_of(view.name)}"
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    query = rows.query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    named = "la_name" in view.names
    values = {each.name: f"q.{name_of(each.name)}" for each in view.columns} | {"la_name": "la.la_name"}
    values |= {each.name: f"({values[each.name]} AT TIME ZONE 'UTC')" for each in view.columns if each.type == "DATE"}
    columns = ", ".join(f"{values[each.name]}::{_TYPES[each.type]} AS {name_of(each.name)}" for each in view.columns)
    joined = f"LEFT JOIN {ANALYSIS}.{LOCAL_AUTHORITIES.name} AS la ON la.la_code = q.la_code" if named else ""
    yield f"CREATE OR REPLACE VIEW {of} AS SELECT {columns} FROM ({query}) AS q {joined}"  # noqa: S608
    yield from comments(view, "VIEW", of)
