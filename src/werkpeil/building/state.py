"""What the last build was made from, so that a build without news does nothing."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any

from werkpeil import __version__
from werkpeil.landing import current_deliveries

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project

# Everything that shapes a build: what dbt reads, and the mathematics behind the Python models.
SOURCES: tuple[str, ...] = ("models", "python_models", "macros", "seeds", "src/werkpeil/statistics")
SOURCES += ("src/werkpeil/audit", "src/werkpeil/disclosure", "src/werkpeil/reproduction")
SOURCES += ("tests/generic", "tests/macros", "tests/singular")
SETTINGS = ("dbt_project.yml", "profiles.yml")
KINDS = {".sql", ".py", ".yml", ".csv", ".md"}


def inputs_digest(project: Project, deliveries: list[str]) -> str:
    """Return a digest of the project's code and of the deliveries that a build would read.

    Args:
        project: The project.
        deliveries: One text per current delivery that names it.
    """
    digest = hashlib.sha256(__version__.encode())
    for path in _shaping_files(project):
        digest.update(str(path.relative_to(project.root)).encode())
        digest.update(path.read_bytes())
    for delivery in sorted(deliveries):
        digest.update(delivery.encode())
    return digest.hexdigest()


def digest_now(project: Project) -> str:
    """Return the digest of what a build would read if it began now."""
    deliveries = current_deliveries(project)
    return inputs_digest(
        project, [f"{d.survey_id} {d.wave_id} {d.delivery_id} {d.retired_at}" for d in deliveries]
    )


def read_state(project: Project) -> dict[str, Any]:
    """Return what the last successful build recorded; empty if there was none."""
    try:
        content = json.loads(_state_path(project).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}


def write_state(project: Project, state: dict[str, Any]) -> None:
    """Record a successful build, whole or not at all."""
    path = _state_path(project)
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(state, indent=1), encoding="utf-8")
    draft.replace(path)


def warehouse_fingerprint(project: Project) -> list[Any]:
    """Return what changes whenever anybody writes to the warehouse file; empty where there is none."""
    if not project.warehouse.exists():
        return []
    stat = project.warehouse.stat()
    log = project.warehouse.with_name(project.warehouse.name + ".wal")
    return [stat.st_size, stat.st_mtime_ns, log.exists()]


def forget_state(project: Project) -> None:
    """Forget the last build, because the warehouse is about to change."""
    _state_path(project).unlink(missing_ok=True)


def _state_path(project: Project) -> Path:
    return project.data / "build.json"


def _shaping_files(project: Project) -> Iterator[Path]:
    for setting in SETTINGS:
        yield project.root / setting
    for source in SOURCES:
        for folder, names, files in os.walk(project.root / source):
            names.sort()
            for name in sorted(files):
                path = project.root / folder / name
                if path.suffix in KINDS:
                    yield path
