"""Where things are: one object that knows every path of a Werkpeil project."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from werkpeil.errors import InputError

MARKER = "dbt_project.yml"


@dataclass(frozen=True)
class Project:
    """A checkout of the warehouse: its code, its codebooks and its data folder.

    Args:
        root: The folder that holds `dbt_project.yml`.
        data: The folder for landing zone, warehouse and releases; `<root>/data` unless
            the environment variable `WERKPEIL_DATA` names another.
    """

    root: Path
    data: Path

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Return the project around `start` (default: the working directory).

        Raises:
            InputError: if no folder from `start` upwards holds a `dbt_project.yml`.
        """
        named = os.environ.get("WERKPEIL_PROJECT")
        here = Path(named) if named else (start or Path.cwd())
        here = here.resolve()
        for folder in (here, *here.parents):
            if (folder / MARKER).is_file():
                return cls.at(folder)
        raise InputError(
            f"No Werkpeil project here: no {MARKER} in {here} or above it.",
            hint="change to the project's folder, or set WERKPEIL_PROJECT to it.",
        )

    @classmethod
    def at(cls, root: Path) -> Project:
        """Return the project whose root is known."""
        data = os.environ.get("WERKPEIL_DATA")
        return cls(root=root, data=Path(data).resolve() if data else root / "data")

    @property
    def staging(self) -> Path:
        """Folder of the codebooks, one folder per survey."""
        return self.root / "models" / "staging"

    @property
    def seeds(self) -> Path:
        """Folder of the seeds: answer sets, scales, bands, cuts, themes, strata."""
        return self.root / "seeds"

    @property
    def inbox(self) -> Path:
        """Folder that `werkpeil run` watches: `<inbox>/<survey>/<wave>/<file>`."""
        return self.data / "inbox"

    @property
    def landing(self) -> Path:
        """The landing zone: immutable Parquet, one folder per survey and wave."""
        return self.data / "landing"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that builds write to."""
        return self.data / "warehouse.duckdb"

    @property
    def published(self) -> Path:
        """Folder of releases."""
        return self.data / "published"

    @property
    def quality(self) -> Path:
        """Data Docs of the last run of the gate."""
        return self.data / "quality"

    @property
    def secrets(self) -> Path:
        """Folder of keys, mode 0700."""
        return self.data / "secrets"

    @property
    def logs(self) -> Path:
        """Folder of the logs of dbt, and of what failed unforeseen."""
        return self.data / "logs"

    @property
    def runs(self) -> Path:
        """Folder of run records and their logs, one of each per `werkpeil run`."""
        return self.data / "runs"

    @property
    def variables(self) -> dict[str, Any]:
        """What `vars` of `dbt_project.yml` sets."""
        settings = yaml.safe_load((self.root / MARKER).read_text(encoding="utf-8")) or {}
        return settings.get("vars") or {}

    @property
    def surveys(self) -> list[str]:
        """Ids of the surveys in the warehouse, as `dbt_project.yml` lists them."""
        return [str(survey) for survey in self.variables.get("surveys") or []]
