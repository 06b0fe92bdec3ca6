"""Publish to PostgreSQL: a release becomes schema `published`, in one transaction.

Everything happens in that transaction: a new schema is made and loaded by COPY, indexed, described,
analysed and granted, and takes the old one's name. Killed at any moment, the server rolls back and
readers notice nothing.

A query resolves its tables one by one, so a plain renaming between two of them would show a query two
builds. The swap therefore first locks the old tables, each attempt so short that a reader that holds one
is never in a deadlock. Against a reader that keeps a transaction open for longer than all attempts, the
swap goes on without the lock: its query is over, and only queries that begin in that instant could mix.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import psycopg
from psycopg import errors, sql

from werkpeil.building.lock import only_one
from werkpeil.errors import CheckFailedError, InputError, OutsideError
from werkpeil.files import outside_errors
from werkpeil.publishing import releases
from werkpeil.publishing.catalog import SCHEMA
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.publishing.catalog import Column, Table
    from werkpeil.publishing.releases import Release

READER = "werkpeil_reader"
NEXT = "published_next"
OLD = "published_old_"
OLDEST_SERVER = 150000

SECONDS_FOR_ANOTHER = 10.0
LOCK_ATTEMPTS = 40
SECONDS_PER_LOCK = 0.1  # well below the second after which a server looks for deadlocks
SECONDS_BETWEEN_LOCKS = 0.05
SECONDS_PER_DROP = 2.0
_BLOCK_BYTES = 1 << 20

_TYPES = {
    "text": "text",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamp",
    "timestamptz": "timestamptz",
}
_NUMBERS = {
    "TINYINT": "smallint",
    "UTINYINT": "smallint",
    "SMALLINT": "smallint",
    "USMALLINT": "integer",
    "INTEGER": "integer",
    "UINTEGER": "bigint",
    "BIGINT": "bigint",
    "UBIGINT": "numeric(20)",
    "HUGEINT": "numeric(39)",
    "FLOAT": "real",
    "DOUBLE": "double precision",
}


@dataclass(frozen=True)
class PostgresResult:
    """What a publication to PostgreSQL did.

    Attributes:
        status: `published`, or `up_to_date` when the server had this build already.
        build_id: The build that the server now shows.
        database: Where: user, host and database, without password.
        rows: Rows loaded, all tables together.
        seconds: Wall time.
        waited_for_readers: Whether the swap had the lock, so that no query could see two builds.
        left: Old schemas that a reader still holds, or that a view is built upon; the next publication
            tries again to remove them.
    """

    status: str
    build_id: str
    database: str
    rows: int = 0
    seconds: float = 0.0
    waited_for_readers: bool = True
    left: tuple[str, ...] = ()


def publish_to_postgres(project: Project) -> PostgresResult:
    """Show the current release as schema `published` of a PostgreSQL database.

    The connection is libpq's: `PGHOST`, `PGDATABASE`, `PGUSER`, `PGSSLMODE`, `PGSERVICE`, a password file.

    Raises:
        InputError: nothing is released yet, or the server or its set-up is not what this needs.
        CheckFailedError: a table breaks its own key.
        OutsideError: the server cannot be reached or failed.
    """
    started = time.monotonic()
    with only_one(project), outside_errors("folder of releases"):
        release = releases.require_release(project)
        with _connected() as connection:
            _require_server(connection)
            database = _told(connection)
            if _shown_build(connection) == release.build_id:
                left = _drop_old(connection)
                return PostgresResult("up_to_date", release.build_id, database, left=left)
            with releases.workspace(project) as workspace:
                waited = _publish(project, connection, release, workspace)
            left = _drop_old(connection)
    return PostgresResult(
        status="published",
        build_id=release.build_id,
        database=database,
        rows=sum(release.tables.values()),
        seconds=time.monotonic() - started,
        waited_for_readers=waited,
        left=left,
    )


@contextmanager
def _connected() -> Iterator[psycopg.Connection[Any]]:
    """Yield a connection in autocommit mode; say in words what goes wrong with it."""
    try:
        with psycopg.connect(
            autocommit=True, client_encoding="UTF8", application_name="werkpeil publish"
        ) as connection:
            yield connection
    except errors.UniqueViolation as error:
        raise CheckFailedError(
            f"A published table breaks its own key: {error.diag.message_detail or _first_line(error)}",
            where=f"{error.diag.table_name}, {error.diag.constraint_name}",
            hint="PostgreSQL shows the last release still; correct the table or its test on the grain.",
        ) from error
    except (errors.InsufficientPrivilege, errors.ReadOnlySqlTransaction, errors.UndefinedObject) as error:
        raise InputError(
            f"PostgreSQL refuses this user or lacks a role: {_first_line(error)}",
            hint="an administrator runs tools/postgres_setup.sql once; see docs/how-to/postgres.md.",
        ) from error
    except errors.LockNotAvailable as error:
        raise OutsideError(
            "Another publication to this database is at work.", hint="wait until it is done and repeat."
        ) from error
    except psycopg.Error as error:
        raise OutsideError(
            f"PostgreSQL failed: {_first_line(error)}",
            where="the server that PGHOST, PGSERVICE and the like name",
            hint="nothing changed there; check the connection with psql and repeat.",
        ) from error


def _first_line(error: psycopg.Error) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def _require_server(connection: psycopg.Connection[Any]) -> None:
    version = connection.info.server_version
    if version < OLDEST_SERVER:
        raise InputError(
            f"This server is PostgreSQL {version // 10000}, and Werkpeil needs 15 or later.",
            where=_told(connection),
        )
    [encoding] = connection.execute("show server_encoding").fetchall()[0]
    if encoding != "UTF8":
        raise InputError(
            f"The database is in {encoding}, which cannot hold every text.",
            where=_told(connection),
            hint="make one with `createdb --encoding UTF8 --template template0`.",
        )


def _told(connection: psycopg.Connection[Any]) -> str:
    info = connection.info
    return f"{info.user}@{info.host}:{info.port}/{info.dbname}"


def _shown_build(connection: psycopg.Connection[Any]) -> str | None:
    """Return the build that schema `published` says it holds.

    Raises:
        InputError: if somebody else made that schema.
    """
    found = connection.execute(
        "select obj_description(oid, 'pg_namespace') from pg_namespace where nspname = %s", [SCHEMA]
    ).fetchall()
    comment = (found[0][0] or "") if found else ""
    if not comment.startswith(_COMMENT) and _tables_of(connection, SCHEMA):
        raise InputError(
            f"The database has a schema {SCHEMA} that Werkpeil did not make; it would be replaced.",
            where=_told(connection),
            hint="publish to a database of its own, or rename that schema.",
        )
    return comment.removeprefix(_COMMENT) if comment.startswith(_COMMENT) else None


_COMMENT = "Werkpeil, build "


def _publish(
    project: Project, connection: psycopg.Connection[Any], release: Release, workspace: Path
) -> bool:
    """Load and swap in one transaction; return whether the swap had the lock."""
    source = duckdb.connect(str(project.published / release.file_name), read_only=True)
    try:
        tables = releases.read_release(source, release)
        with connection.transaction():
            # A second publication waits here, for the schema's name, and no longer than this.
            connection.execute(_set_lock_timeout(SECONDS_FOR_ANOTHER))
            connection.execute(sql.SQL("create schema {}").format(sql.Identifier(NEXT)))
            for table in tables:
                _load(connection, source, table, workspace)
            _grant(connection)
            comment = sql.Literal(_COMMENT + release.build_id)
            connection.execute(sql.SQL("comment on schema {} is {}").format(sql.Identifier(NEXT), comment))
            return _swap(connection)
    finally:
        source.close()


def _set_lock_timeout(seconds: float) -> sql.Composed:
    return sql.SQL("set local lock_timeout = {}").format(sql.Literal(f"{round(1000 * seconds)}ms"))


def _load(connection: psycopg.Connection[Any], source: Any, table: Table, workspace: Path) -> None:
    name = sql.Identifier(NEXT, table.name)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column.name), sql.SQL(_type_of(column)))
        for column in table.columns
    )
    connection.execute(sql.SQL("create table {} ({})").format(name, columns))
    _copy(connection, source, table, name, workspace / f"{table.name}.csv")
    for statement in _keys(connection, table, name):
        connection.execute(statement)
    for statement in _comments(table, name):
        connection.execute(statement)
    connection.execute(sql.SQL("analyze {}").format(name))


def _type_of(column: Column) -> Any:
    if column.kind == "decimal":
        return column.type.replace("DECIMAL", "numeric")
    return _TYPES.get(column.kind) or _NUMBERS[column.type]


def _copy(
    connection: psycopg.Connection[Any], source: Any, table: Table, name: sql.Identifier, file: Path
) -> None:
    """Carry the rows over as CSV, in which a quoted empty text and a bare null stay apart."""
    texts = ", ".join(identifier(column.name) for column in table.columns if column.kind == "text")
    quoted = f", force_quote ({texts})" if texts else ""
    source.execute(
        f"copy (select * from {table.relation} {table.order}) to {literal(str(file))} "
        f"(format csv, header false, nullstr ''{quoted})"
    )
    # FREEZE spares the server a second pass over rows that never change; the table is of this transaction.
    statement = sql.SQL("copy {} from stdin (format csv, null '', freeze)").format(name)
    with connection.cursor().copy(statement) as copy, file.open("rb") as stream:
        while block := stream.read(_BLOCK_BYTES):
            copy.write(block)
    file.unlink()


def _keys(connection: psycopg.Connection[Any], table: Table, name: sql.Identifier) -> Iterator[sql.Composed]:
    """Yield the statement that makes the grain a primary key, or unique where it may be null."""
    if not table.grain:
        return
    columns = sql.SQL(", ").join(map(sql.Identifier, table.grain))
    any_null = sql.SQL(" or ").join(
        sql.SQL("{} is null").format(sql.Identifier(column)) for column in table.grain
    )
    [(nulls,)] = connection.execute(
        sql.SQL("select exists (select from {} where {})").format(name, any_null)
    ).fetchall()
    if nulls:
        yield sql.SQL("create unique index on {} ({}) nulls not distinct").format(name, columns)
    else:
        yield sql.SQL("alter table {} add primary key ({})").format(name, columns)


def _comments(table: Table, name: sql.Identifier) -> Iterator[sql.Composed]:
    if table.description:
        yield sql.SQL("comment on table {} is {}").format(name, sql.Literal(table.description))
    for column in table.columns:
        if column.description:
            target = sql.Identifier(NEXT, table.name, column.name)
            yield sql.SQL("comment on column {} is {}").format(target, sql.Literal(column.description))


def _grant(connection: psycopg.Connection[Any]) -> None:
    schema, reader = sql.Identifier(NEXT), sql.Identifier(READER)
    connection.execute(sql.SQL("grant usage on schema {} to {}").format(schema, reader))
    connection.execute(sql.SQL("grant select on all tables in schema {} to {}").format(schema, reader))


def _swap(connection: psycopg.Connection[Any]) -> bool:
    """Give the new schema the old one's name; return whether no query was under way."""
    old_tables = _tables_of(connection, SCHEMA)
    waited = not old_tables or _lock(connection, old_tables)
    found = connection.execute("select 1 from pg_namespace where nspname = %s", [SCHEMA]).fetchall()
    if found:
        [(moment,)] = connection.execute(
            "select to_char(clock_timestamp() at time zone 'UTC', 'YYYYMMDD_HH24MISS_US')"
        ).fetchall()
        old = sql.Identifier(OLD + moment)
        connection.execute(sql.SQL("alter schema {} rename to {}").format(sql.Identifier(SCHEMA), old))
        connection.execute(sql.SQL("revoke all on schema {} from {}").format(old, sql.Identifier(READER)))
    connection.execute(
        sql.SQL("alter schema {} rename to {}").format(sql.Identifier(NEXT), sql.Identifier(SCHEMA))
    )
    return waited


def _lock(connection: psycopg.Connection[Any], tables: Sequence[sql.Identifier]) -> bool:
    """Try to lock all old tables at once, in short attempts between which readers go on."""
    statement = sql.SQL("lock table {} in access exclusive mode").format(sql.SQL(", ").join(tables))
    for _ in range(LOCK_ATTEMPTS):
        try:
            with connection.transaction():
                connection.execute(_set_lock_timeout(SECONDS_PER_LOCK))
                connection.execute(statement)
        except errors.LockNotAvailable:
            time.sleep(SECONDS_BETWEEN_LOCKS)
        else:
            return True
    return False


def _drops(connection: psycopg.Connection[Any], schema: str) -> Iterator[sql.Composed]:
    """Yield what drops a schema of ours and nothing that somebody else built upon it."""
    tables = _tables_of(connection, schema)
    if tables:
        yield sql.SQL("drop table {}").format(sql.SQL(", ").join(tables))
    yield sql.SQL("drop schema {}").format(sql.Identifier(schema))


def _tables_of(connection: psycopg.Connection[Any], schema: str) -> list[sql.Identifier]:
    found = connection.execute(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = %s and c.relkind = 'r' order by 1",
        [schema],
    ).fetchall()
    return [sql.Identifier(schema, name) for (name,) in found]


def _drop_old(connection: psycopg.Connection[Any]) -> tuple[str, ...]:
    """Drop old schemas; return those that a reader holds or that somebody's view is built upon."""
    found = connection.execute(
        "select nspname from pg_namespace where starts_with(nspname, %s) "
        "and pg_get_userbyid(nspowner) = current_user order by 1",
        [OLD],
    ).fetchall()
    left = []
    for (name,) in found:
        try:
            with connection.transaction():
                connection.execute(_set_lock_timeout(SECONDS_PER_DROP))
                for statement in _drops(connection, name):
                    connection.execute(statement)
        except (errors.LockNotAvailable, errors.DependentObjectsStillExist):
            left.append(name)
    return tuple(left)
