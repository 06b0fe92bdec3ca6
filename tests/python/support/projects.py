"""Temporary projects: this repository's models with surveys of a test's choice."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path

import pytest
import yaml

from werkpeil.project import Project

ROOT = Path(__file__).resolve().parents[3]
SURVEYS = ROOT / "tests" / "data" / "surveys"
SHARED = Path(os.environ.get("WERKPEIL_SHARED_DATA", ROOT.parent / "shared" / "data"))
COPIED = ("models", "python_models", "macros", "seeds", "tests/generic", "examples")


def shared_file(name: str) -> Path:
    """Return a file of the shared data; the test is skipped, saying so, where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared data are not here: {name}")
    return path


def make_project(folder: Path, *, bundled: tuple[str, ...] = (), extra: tuple[str, ...] = ()) -> Project:
    """Return a project in an empty folder with some of the bundled and the tests' own surveys."""
    root = folder / "project"
    for name in COPIED:
        shutil.copytree(ROOT / name, root / name)
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, root / name)
    for survey in Project(ROOT, ROOT / "data").surveys:
        if survey not in bundled:
            shutil.rmtree(root / "models" / "staging" / survey)
            (root / "models" / "scored" / f"scored_{survey}.sql").unlink()
            for stray in (root / "models" / "scored").glob(f"scored_{survey}.yml"):
                stray.unlink()
    for survey in extra:
        add_survey(root, survey)
    set_surveys(root, [*bundled, *extra])
    return Project(root=root, data=root / "data")


def add_survey(root: Path, survey: str) -> None:
    """Add one of the tests' own surveys to a project: its codebook, its seeds and two models."""
    staging = root / "models" / "staging" / survey
    staging.mkdir()
    shutil.copy(SURVEYS / survey / "codebook.yml", staging / f"_{survey}__sources.yml")
    (staging / f"stg_{survey}__responses.sql").write_text(f"{{{{ stage_responses('{survey}') }}}}\n")
    (root / "models" / "scored" / f"scored_{survey}.sql").write_text(
        f"{{{{ score_respondents('{survey}') }}}}\n"
    )
    for rows in sorted((SURVEYS / survey / "seeds").glob("*.csv")):
        add_seed_rows(root / "seeds" / rows.name, rows)


def add_seed_rows(seed: Path, rows: Path) -> None:
    """Append the rows of one CSV to a seed, those that it does not hold yet."""
    present = set(seed.read_text(encoding="utf-8").splitlines())
    header, *lines = rows.read_text(encoding="utf-8").splitlines()
    assert header == seed.read_text(encoding="utf-8").splitlines()[0], f"{rows} has other columns"
    with seed.open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines if line not in present)


def set_surveys(root: Path, surveys: list[str]) -> None:
    """List the surveys of a project in its settings."""
    path = root / "dbt_project.yml"
    settings = yaml.safe_load(path.read_text())
    settings["vars"]["surveys"] = surveys
    path.write_text(yaml.safe_dump(settings, sort_keys=False))


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a CSV."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
