"""What is published: the tables of one schema, with their types, descriptions, grain and bounds.

Tables and types come from the database itself, so a release holds whatever the build made. What a
table means comes from dbt's manifest of the same build: descriptions, the test on the grain as key,
and what the contract and the tests say of columns as constraints. A release carries it along, in comments
and in the index. A table that dbt does not know has its comments and no more.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkpeil.building.dbt import target_folder
from werkpeil.errors import CheckFailedError, InputError
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from werkpeil.project import Project

SCHEMA = "published"
MARTS = "marts"
PROVENANCES = ("real", "synthetic")
LONGEST_NAME = 63  # PostgreSQL cuts longer names off

_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]*")
_DECIMAL = re.compile(r"DECIMAL\((\d+),\s?(\d+)\)")
_KINDS = {
    "BOOLEAN": "boolean",
    "VARCHAR": "text",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP WITH TIME ZONE": "timestamptz",
    "FLOAT": "number",
    "DOUBLE": "number",
} | dict.fromkeys(
    ("TINYINT", "UTINYINT", "SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT"),
    "integer",
)


@dataclass(frozen=True)
class Column:
    """A column of a published table.

    Args:
        name: Its name.
        type: DuckDB's type.
        kind: `text`, `integer`, `number`, `decimal`, `boolean`, `date`, `timestamp` or `timestamptz`.
        description: What it means; empty if nobody said.
        required: Whether a test holds that it is never null.
        values: The only values that a test accepts.
        lowest: Lower bound that a test holds.
        highest: Upper bound that a test holds.
    """

    name: str
    type: str
    kind: str
    description: str = ""
    required: bool = False
    values: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Table:
    """A published table.

    Args:
        name: Its name.
        description: What one row is and what it means; empty if nobody said.
        columns: Its columns, in order.
        grain: Names of the columns that tell a row from all others; empty if no test says.
        rows: How many rows it has.
        provenances: `real`, `synthetic` or both: what its rows say they are.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    grain: tuple[str, ...]
    rows: int
    provenances: tuple[str, ...]

    @property
    def relation(self) -> str:
        """The table as SQL names it in a release."""
        return f"{SCHEMA}.{identifier(self.name)}"

    @property
    def order(self) -> str:
        """An `order by` that puts rows in one order, whatever the engine did with them."""
        names = self.grain or tuple(column.name for column in self.columns)
        return "order by " + ", ".join(f"{identifier(name)} nulls first" for name in names)


@dataclass
class Meaning:
    """What dbt's manifest says of a table.

    Args:
        grain: Columns that the test on the grain names.
        tests: Name, column and arguments of every constraint and test on a column.
        description: What it is; a release keeps it as a comment.
        columns: Descriptions of columns; a release keeps them as comments.
    """

    grain: list[str] = field(default_factory=list)
    tests: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    description: str = ""
    columns: dict[str, str] = field(default_factory=dict)


def read_catalog(connection: Any, meanings: Mapping[str, Meaning], build_id: str) -> list[Table]:
    """Return the published tables of a warehouse or release, by name, if they are fit to be released.

    Args:
        connection: A connection whose current database is that warehouse or release.
        meanings: What tables mean, by name.
        build_id: The build that every row must be of.

    Raises:
        CheckFailedError: there is no table, or one holds rows that must not leave: of another build, of
            no known provenance, with a number that is none, or with a text that not every reader can store.
        InputError: a name or a type cannot be released.
    """
    tables = [
        _described(connection, name, meanings.get(name, Meaning())) for name in _table_names(connection)
    ]
    if not tables:
        raise CheckFailedError(
            f"There is nothing to publish: the warehouse has no table in schema {SCHEMA}.",
            hint="models in models/published make them; run `werkpeil build`.",
        )
    faults = [fault for table in tables for fault in _faults(connection, table, build_id)]
    if faults:
        raise CheckFailedError(
            f"{len(faults)} {'check' if len(faults) == 1 else 'checks'} of what would be published failed:\n"
            + "\n".join(f"  {fault}" for fault in faults[:10]),
            where=f"schema {SCHEMA}",
            hint="correct the models that make these tables; nothing was published.",
        )
    return tables


def read_meanings(project: Project) -> dict[str, Meaning]:
    """Return what dbt's manifest of the last build says of each published table."""
    try:
        manifest = json.loads((target_folder(project) / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    nodes: Mapping[str, Any] = manifest.get("nodes") or {}
    published = {
        unique_id: Meaning(
            description=_one_line(node.get("description")),
            columns={
                name: _one_line(column.get("description")) for name, column in (node["columns"] or {}).items()
            },
            tests=[
                ("not_null", name, {})
                for name, column in (node["columns"] or {}).items()
                if any(constraint["type"] == "not_null" for constraint in column.get("constraints") or ())
            ],
        )
        for unique_id, node in nodes.items()
        if node.get("schema") == SCHEMA and node.get("resource_type") == "model"
    }
    named = {nodes[unique_id]["alias"]: meaning for unique_id, meaning in published.items()}
    for node in nodes.values():
        tested, metadata = node.get("attached_node") or "", node.get("test_metadata")
        if not metadata:
            continue
        test, arguments = metadata["name"], metadata.get("kwargs") or {}
        if tested in published:
            _learn_grain(published[tested], test, node.get("column_name"), arguments)
        # A published table repeats its mart and hides some of it, so what its values may be holds there too.
        about = nodes.get(tested) or {}
        meaning = named.get(about.get("alias") or "")
        if meaning is not None and about["schema"] in {SCHEMA, MARTS}:
            _learn_values(meaning, test, arguments)
    return named


def _learn_grain(meaning: Meaning, test: str, column: str | None, arguments: dict[str, Any]) -> None:
    if test == "unique_combination":
        meaning.grain = list(arguments.get("columns") or ())
    elif test == "unique" and column and not meaning.grain:
        meaning.grain = [column]
    elif test == "never_null":
        meaning.tests += [("not_null", name, {}) for name in arguments.get("columns") or ()]


def _learn_values(meaning: Meaning, test: str, arguments: dict[str, Any]) -> None:
    if test in {"in_range", "known_values"}:
        kept = {name: arguments[name] for name in ("lowest", "highest", "values") if name in arguments}
        meaning.tests += [(test, name, kept) for name in arguments["columns"]]


def _table_names(connection: Any) -> list[str]:
    found = connection.execute(
        "select table_name from duckdb_tables() where schema_name = ? and database_name = current_database() "
        "union all "
        "select view_name from duckdb_views() where schema_name = ? and database_name = current_database() "
        "order by 1",
        [SCHEMA, SCHEMA],
    ).fetchall()
    names = [str(name) for (name,) in found]
    for name in names:
        if not _TABLE_NAME.fullmatch(name) or len(name) > LONGEST_NAME:
            raise InputError(
                f"The table {name!r} cannot be published under that name.",
                where=f"schema {SCHEMA}",
                hint=f"use lower-case letters, digits and underscores, at most {LONGEST_NAME}.",
            )
    return names


def _described(connection: Any, name: str, meaning: Meaning) -> Table:
    relation = f"{SCHEMA}.{identifier(name)}"
    [(rows,)] = connection.execute(f"select count(*) from {relation}").fetchall()
    columns = tuple(_columns(connection, name, meaning))
    known = {column.name for column in columns}
    provenances: list[str] = []
    if "provenance" in known:
        found = connection.execute(f"select distinct provenance from {relation} order by 1").fetchall()
        provenances = [str(value) for (value,) in found]
    return Table(
        name=name,
        description=meaning.description or _comment(connection, name),
        columns=columns,
        grain=tuple(meaning.grain) if set(meaning.grain) <= known else (),
        rows=int(rows),
        provenances=tuple(provenances),
    )


def _comment(connection: Any, table: str) -> str:
    found = connection.execute(
        "select comment from duckdb_tables() "
        "where schema_name = ? and table_name = ? and database_name = current_database()",
        [SCHEMA, table],
    ).fetchall()
    return _one_line(found[0][0]) if found else ""


def _columns(connection: Any, table: str, meaning: Meaning) -> Iterator[Column]:
    found = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        "where schema_name = ? and table_name = ? and database_name = current_database() "
        "order by column_index",
        [SCHEMA, table],
    ).fetchall()
    for name, data_type, comment in found:
        if len(name.encode()) > LONGEST_NAME or not name.isprintable():
            raise InputError(
                f"The column {name!r} of {table} cannot be published under that name.",
                hint=f"use at most {LONGEST_NAME} printable characters.",
            )
        yield Column(
            name=name,
            type=data_type,
            kind=_kind(table, name, data_type),
            description=meaning.columns.get(name) or _one_line(comment),
            **_constraints(name, meaning.tests),
        )


def _kind(table: str, column: str, data_type: str) -> str:
    kind = "decimal" if _DECIMAL.fullmatch(data_type) else _KINDS.get(data_type)
    if kind is None:
        raise InputError(
            f"The column {column} of {table} has type {data_type}, which not every reader has.",
            hint="cast it in the published model to a text, number, boolean, date or timestamp.",
        )
    return kind


def _constraints(column: str, tests: Iterable[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for test, tested, arguments in tests:
        if tested != column:
            continue
        if test == "not_null":
            found["required"] = True
        elif test == "known_values":
            found["values"] = tuple(str(value) for value in arguments.get("values") or ())
        elif test == "in_range":
            found |= {bound: arguments[bound] for bound in ("lowest", "highest")}
    return found


def _faults(connection: Any, table: Table, build_id: str) -> Iterator[str]:
    """Yield what may not leave: the check, the table and how many rows it found."""
    known = {column.name for column in table.columns}
    for needed in ("build_id", "provenance"):
        if needed not in known:
            yield f"column_is_there on {table.name}: it has no column {needed}"
    conditions = list(_conditions(table, known, build_id))
    if not conditions:
        return
    counts = ", ".join(f"count(*) filter ({condition})" for _, condition in conditions)
    found = connection.execute(f"select {counts} from {table.relation}").fetchall()[0]
    for (check, _), count in zip(conditions, found, strict=True):
        if count:
            yield f"{check} on {table.name}: {count} rows"


def _conditions(table: Table, known: set[str], build_id: str) -> Iterator[tuple[str, str]]:
    if "build_id" in known:
        yield "rows_are_of_one_build", f"build_id is distinct from {literal(build_id)}"
    if "provenance" in known:
        yield "provenance_is_known", f"provenance is null or provenance not in {PROVENANCES}"
    for column in table.columns:
        name = identifier(column.name)
        if column.kind == "number":
            yield f"{column.name}_is_a_number", f"not isfinite({name})"
        elif column.kind == "text":
            yield f"{column.name}_can_be_stored", f"contains({name}, chr(0))"


def _one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def copied_counts(connection: Any, tables: Sequence[Table]) -> dict[str, int]:
    """Return how many rows each of some tables has in the current database."""
    return {
        table.name: int(connection.execute(f"select count(*) from {table.relation}").fetchall()[0][0])
        for table in tables
    }
