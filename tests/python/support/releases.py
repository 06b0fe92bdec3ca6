"""Warehouses that are ready to be published, without a build: small tables, a manifest, a passed gate."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sys
from typing import TYPE_CHECKING, Any

import duckdb

from support.projects import ROOT
from werkpeil.building.state import digest_now, write_state
from werkpeil.project import Project
from werkpeil.quality.gate import record_pass
from werkpeil.sql import identifier, literal

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

# Texts that break whoever composes SQL, CSV, file names or spreadsheets by hand.
NASTY = (
    "plain",
    "it's; drop table x; --",
    'say "no", twice',
    "../../etc/passwd",
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "-1+1",
    "a\nb\r\n\\.\nc",
    "\\N",
    "",
    " padded ",
    "tab\there",
    "\x01\x1b[31m",
    "é 漢 😀",
    "\\",
    "null",
)
SETTINGS = """
name: werkpeil
vars:
  surveys: []
  publishing: {keep_releases: 3}
"""


def empty_project(folder: Path) -> Project:
    """Return a project without surveys in an empty folder."""
    root = folder / 'it\'s a project; "here"'
    root.mkdir()
    (root / "dbt_project.yml").write_text(SETTINGS)
    (root / "profiles.yml").write_text("werkpeil: {}\n")
    return Project(root=root, data=root / "data")


def make_ready(project: Project, build_id: str, *, rows: int = 20) -> None:
    """Make a warehouse of some tables whose build is finished and has passed the gate."""
    project.data.mkdir(exist_ok=True)
    project.warehouse.unlink(missing_ok=True)
    with duckdb.connect(str(project.warehouse)) as connection:
        connection.execute("create schema published")
        connection.execute(
            "create table published.shares as select 's' || i as item_id, cast(i as bigint) as n, "
            "case when i % 5 > 0 then i / 100e0 end as positive_share, "
            "case when i % 5 = 0 then 'too_few' end as suppression_reason, "
            "date '2024-01-31' as fieldwork_end, timestamp '2024-02-01 10:30:00' as landed_at, "
            "i % 2 = 0 as is_even, "
            f"cast(i / 7e0 as decimal(10, 4)) as odds, 'real' as provenance, {literal(build_id)} as build_id "
            f"from range({rows}) t(i)"
        )
        connection.execute(
            "create table published.labels (label_id varchar, group_b varchar, label varchar, "
            'provenance varchar, build_id varchar, "a ""quoted""; name" varchar)'
        )
        connection.executemany(
            "insert into published.labels values (?, ?, ?, 'synthetic', ?, ?)",
            [
                [f"{place} {text}", None if place % 2 else text, text, build_id, text]
                for place, text in enumerate(NASTY)
            ],
        )
        connection.execute(
            "create table published.nobody as "
            f"select 1 as n, 'real' as provenance, {literal(build_id)} as build_id where false"
        )
        connection.execute("create schema marts")
        connection.execute("create table marts.secret as select 1 as n")
    _write_manifest(project)
    declare_built(project, build_id)
    record_pass(project, build_id, 3)


def declare_built(project: Project, build_id: str) -> None:
    """Record a finished build of what is landed now."""
    built = {"build_id": build_id, "models": 1, "checks": 3, "tables": {}}
    write_state(project, {"inputs": digest_now(project), "built": built})


def copy_release(project: Project, data: Path) -> Project:
    """Return a project with the releases of another, in a data folder whose lock nobody else takes."""
    copied = Project(root=project.root, data=data)
    copied.published.mkdir(parents=True)
    for path in [project.published / "releases.json", *project.published.glob("*.duckdb")]:
        shutil.copy2(path, copied.published / path.name, follow_symlinks=False)
    return copied


def change_warehouse(project: Project, *statements: str) -> None:
    """Change a warehouse and let its gate pass again."""
    build_id = json.loads((project.data / "build.json").read_text())["built"]["build_id"]
    with duckdb.connect(str(project.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)
    record_pass(project, build_id, 3)


def content(path: Path, table: str, order: str = "all") -> list[tuple[Any, ...]]:
    """Return a table of a release as a reader sees it."""
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(f"select * from published.{identifier(table)} order by {order}").fetchall()


def tool(name: str) -> ModuleType:
    """Return a script of tools/ as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _write_manifest(project: Project) -> None:
    """Write what dbt would say of these tables."""
    shares, labels = "model.werkpeil.shares", "model.werkpeil.labels"
    in_range = {"columns": ["positive_share"], "lowest": 0, "highest": 1}
    known_values = {"columns": ["provenance"], "values": ["real", "synthetic"]}
    nodes = {
        shares: _model("shares", "Grain: one row per item.\nShares; it's said.", {"n": "How many; it's n."}),
        labels: _model("labels", "Grain: one row per label.", {"label": "A label."}),
        "model.werkpeil.mart_of_shares": {"resource_type": "model", "schema": "marts", "alias": "shares"},
        "test.1": _test(shares, "unique_combination", None, {"columns": ["item_id"]}),
        "test.2": _test(shares, "never_null", None, {"columns": ["item_id"]}),
        "test.3": _test("model.werkpeil.mart_of_shares", "in_range", None, in_range),
        "test.4": _test(labels, "unique_combination", None, {"columns": ["label_id", "group_b"]}),
        "test.5": _test(labels, "known_values", None, known_values),
    }
    # A contract says of a column what a test would.
    nodes[labels]["columns"]["label_id"] = {"constraints": [{"type": "not_null"}, {"type": "check"}]}
    target = project.data / "target"
    target.mkdir(exist_ok=True)
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}))


def _model(name: str, description: str, columns: dict[str, str]) -> dict[str, Any]:
    described = {column: {"description": text} for column, text in columns.items()}
    return {
        "resource_type": "model",
        "schema": "published",
        "alias": name,
        "description": description,
        "columns": described,
    }


def _test(model: str, name: str, column: str | None, arguments: dict[str, Any]) -> dict[str, Any]:
    return {
        "resource_type": "test",
        "attached_node": model,
        "column_name": column,
        "test_metadata": {"name": name, "kwargs": arguments},
    }
