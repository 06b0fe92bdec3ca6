"""Temporary projects: this repository's models with surveys of a test's choice."""

from __future__ import annotations

import csv
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from filelock import FileLock

from werkpeil.landing import land
from werkpeil.project import Project
from werkpeil.synthesis import synthesise

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

ROOT = Path(__file__).resolve().parents[3]
SURVEYS = ROOT / "tests" / "data" / "surveys"
SHARED = Path(os.environ.get("WERKPEIL_SHARED_DATA", ROOT.parent / "shared" / "data"))
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")
COPIED = ("models", "python_models", "macros", "seeds", "tests/generic", "examples")


def shared_file(name: str) -> Path:
    """Return a file of the shared data; the test is skipped, saying so, where it is absent."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"the shared data are not here: {name}")
    return path


def make_project(
    folder: Path,
    *,
    bundled: tuple[str, ...] = (),
    extra: tuple[str, ...] = (),
    published: bool = True,
    metrics: bool = False,
    documents: bool = False,
) -> Project:
    """Return a project in an empty folder with some of the bundled and the tests' own surveys.

    Args:
        folder: Where it is made.
        bundled: Surveys of this repository that it keeps.
        extra: The tests' own surveys that it gets.
        published: Whether it publishes; a test that reads marts only need not wait for that.
        metrics: Whether it defines metrics, which dbt takes some seconds to check.
        documents: Whether it has the documentation.
    """
    root = folder / "project"
    for name in COPIED + (("docs",) if documents else ()):
        shutil.copytree(ROOT / name, root / name)
    for name in DOCUMENTS if documents else ():
        shutil.copy(ROOT / name, root / name)
    if not published:
        shutil.rmtree(root / "models" / "published")
    if not metrics:
        shutil.rmtree(root / "models" / "semantic")
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


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Project:
    """Return a project that all processes of a test run share: the first that asks makes it, others wait.

    Args:
        factory: pytest's maker of folders.
        name: Name of the project's folder.
        make: Makes it in an empty folder.
    """
    run = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        run = run.parent
    folder, done = run / name, run / f"{name}.done"
    with FileLock(run / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            make(folder)
            done.touch()
    return Project(root=folder / "project", data=folder / "project" / "data")


def copy_project(project: Project, folder: Path) -> Project:
    """Return a copy of a project, its warehouse with it, that a test may change."""
    root = folder / "project"
    shutil.copytree(project.root, root)
    return Project(root=root, data=root / "data")


def without_checks(project: Project) -> Project:
    """Take from a project what it checks of its models, but of published ones; return it.

    A build spends half of its time on checks. What builds only to see what is built, or when, needs none:
    those of the surveys that every test reads have them all.
    """
    for name in ("models", "python_models", "seeds"):
        for path in sorted((project.root / name).rglob("*.yml")):
            if {"published", "staging"} & set(path.parts):
                continue  # Releases are described by the tests of the former; tests write into the latter.
            held = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
            path.write_text(yaml.dump(_without_checks(held), Dumper=yaml.CSafeDumper, sort_keys=False))
    return project


def _without_checks(held: Any) -> Any:
    if isinstance(held, dict):
        left_out = {"data_tests", "unit_tests"}
        return {name: _without_checks(value) for name, value in held.items() if name not in left_out}
    return [_without_checks(value) for value in held] if isinstance(held, list) else held


def add_checks_of_sql(project: Project) -> None:
    """Give a project the tests of macros and of marts against each other, which a build then runs too."""
    for name in ("macros", "singular"):
        shutil.copytree(ROOT / "tests" / name, project.root / "tests" / name)


def add_survey(root: Path, survey: str, name: str | None = None, *, source: Path | None = None) -> None:
    """Add a survey to a project: its codebook, its seeds and two models.

    Args:
        root: Of the project.
        survey: Its id in what is added.
        name: Its id in the project, if another.
        source: Folder of codebook and seeds, if it is none of the tests' own.
    """
    name, source = name or survey, source or SURVEYS / survey
    staging = root / "models" / "staging" / name
    staging.mkdir()
    codebook = (source / "codebook.yml").read_text(encoding="utf-8")
    (staging / f"_{name}__sources.yml").write_text(codebook.replace(f"name: {survey}\n", f"name: {name}\n"))
    (staging / f"stg_{name}__responses.sql").write_text(f"{{{{ stage_responses('{name}') }}}}\n")
    (root / "models" / "scored" / f"scored_{name}.sql").write_text(f"{{{{ score_respondents('{name}') }}}}\n")
    for rows in sorted((source / "seeds").glob("*.csv")):
        header, *lines = rows.read_text(encoding="utf-8").splitlines()
        named = [
            f"{name},{line.partition(',')[2]}" if line.startswith(f"{survey},") else line for line in lines
        ]
        add_seed_rows(root / "seeds" / rows.name, [header, *named])


def add_variant(root: Path, survey: str, variant: str, weighting: dict[str, object] | None = None) -> None:
    """Add a survey of the tests under another name and without its own weight, weighted as told."""
    add_survey(root, survey, variant)
    path = root / "models" / "staging" / variant / f"_{variant}__sources.yml"
    codebook = yaml.safe_load(path.read_text(encoding="utf-8"))
    table = codebook["sources"][0]["tables"][0]
    table["columns"] = [one for one in table["columns"] if one["config"]["meta"]["role"] != "weight"]
    table["config"]["meta"]["weighting"] = weighting
    path.write_text(yaml.safe_dump(codebook, sort_keys=False), encoding="utf-8")


def land_synthetic(
    project: Project, folder: Path, survey_id: str, waves: Iterable[str], suffix: str = "csv"
) -> None:
    """Land made-up waves of a bundled survey, from seed 1, by files of that kind in a folder."""
    for wave_id in waves:
        file = folder / f"{survey_id}-{wave_id}.{suffix}"
        synthesise(project, survey_id, wave_id, seed=1, out=file)
        land(project, file, survey_id, wave_id)


def add_seed_rows(seed: Path, rows: list[str]) -> None:
    """Append lines of a CSV, its header first, to a seed, those that it does not hold yet."""
    present = seed.read_text(encoding="utf-8").splitlines()
    header, *lines = rows
    assert header == present[0], f"{seed} has other columns than {header}"
    with seed.open("a", encoding="utf-8") as stream:
        stream.writelines(f"{line}\n" for line in lines if line not in present)


def keep_cuts(project: Project, survey: str, cuts: set[str], flows: frozenset[str] = frozenset()) -> None:
    """Leave a survey these cuts and flows only: what is counted by others costs most of a build."""
    for name, ids in {"cuts": cuts, "flows": flows}.items():
        path = project.seeds / f"{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if line.split(",")[0] != survey or line.split(",")[1] in ids]
        path.write_text("\n".join(kept) + "\n", encoding="utf-8")


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
