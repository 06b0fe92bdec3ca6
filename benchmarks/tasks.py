"""Who is compared at what: tasks, contestants, and how each is run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONTESTANTS = ROOT / "benchmarks" / "contestants"
ENVIRONMENTS = ROOT / "benchmarks" / "environments"
# A fork of R doubles what it holds when it fits models: above that size it fits one at a time.
LARGEST_FORKED = 1_000_000
OLDEST_PYTHON = {"peers": (3, 12), "duckreg": (3, 11)}


@dataclass(frozen=True)
class Contestant:
    """Somebody who answers.

    Attributes:
        name: As it stands in tables.
        module: File in `contestants/`, without its ending.
        where: Environment: `werkpeil`, `peers`, `duckreg` or `r`.
        note: What a reader must know to compare fairly.
        largest: Respondents above which it is not tried, with the reason in the note.
        packages: R packages that it needs.
        prepared: What is prepared for it, if not the same as for all of the task.
    """

    name: str
    module: str
    where: str = "werkpeil"
    note: str = ""
    largest: int | None = None
    packages: tuple[str, ...] = ()
    prepared: str | None = None


@dataclass(frozen=True)
class Task:
    """Something to do.

    Attributes:
        key: What contestants are told.
        title: As it stands in tables.
        contestants: Who does it; the first gives the answers that others are compared with.
        prepared: What must be ready for it, as `prepare.py` knows it.
        size: Respondents, where it is not the benchmark's.
        letter: Its letter among the goals.
    """

    key: str
    letter: str
    title: str
    contestants: tuple[Contestant, ...]
    prepared: str = "wave"
    size: int | None = None


def _ours(name: str = "Werkpeil, its SQL in bare DuckDB", note: str = "") -> Contestant:
    return Contestant(name, "werkpeil", prepared="warehouse", note=note)


def _scored(note: str = "") -> Contestant:
    return Contestant("Werkpeil, of a scored wave", "werkpeil_scored", prepared="warehouse", note=note)


_STREAMED = "48 MB for DuckDB, which reads by one thread while two multiply"
_DBT = "dbt in process, two models at a time, one core per query"
_FLOOR = Contestant("floor: DuckDB sums each column", "bare", prepared="warehouse")
_SURVEY = ("survey", "data.table")
_FORKED = f"forked over models, up to {LARGEST_FORKED:,} respondents"
_NO_DOMAIN = "counts those who gave no answer out of their stratum, so errors differ"

TASKS = (
    Task(
        "means",
        "a",
        "Means, three shares and design-based errors of 24 items and 6 scales by 14 sectors",
        (
            _ours(note="46 variables, the whole and 5 cuts, each kind of missing"),
            _scored(),
            Contestant("Werkpeil through dbt", "werkpeil_dbt", prepared="warehouse", note=_DBT),
            Contestant("R survey", "survey", "r", "svyby, forked over variables", packages=_SURVEY),
            Contestant("R data.table", "data_table", "r", "formula by hand", packages=("data.table",)),
            Contestant("svy", "svy", "peers"),
            Contestant("samplics", "samplics", "peers", _NO_DOMAIN),
            Contestant("pandas", "pandas", "peers", "formula by hand"),
            Contestant("polars", "polars", "peers", "formula by hand"),
            _FLOOR,
        ),
    ),
    Task(
        "cells",
        "a",
        "Cells of 24 items by profile: n and sums of weights per stratum, profile and answer",
        (_ours("Werkpeil"), _FLOOR),
        prepared="warehouse",
    ),
    Task(
        "regressions",
        "b",
        "Eight weighted regressions, 14 terms, classical errors",
        (
            _ours("Werkpeil", note="weighted and unweighted"),
            _scored(_STREAMED),
            Contestant("statsmodels WLS", "pandas", "peers", "from pandas"),
            Contestant("R lm", "survey", "r", _FORKED, packages=_SURVEY),
            Contestant("polars", "polars", "peers", "normal equations by hand"),
            Contestant("pyfixest", "pyfixest", "peers"),
            Contestant("duckreg", "duckreg", "duckreg", "no weights, no classical errors"),
            Contestant("numpy, 80 bits", "extended", "peers", "by hand, for its digits alone"),
            _FLOOR,
        ),
    ),
    Task(
        "design",
        "b",
        "The same with design-based errors",
        (
            _ours("Werkpeil"),
            _scored(_STREAMED),
            Contestant(
                "Werkpeil through dbt",
                "werkpeil_dbt",
                prepared="warehouse",
                note="and R squared by term (2^14 models) and ordinal models",
            ),
            Contestant("R svyglm", "survey", "r", _FORKED, packages=_SURVEY),
            Contestant("svy", "svy", "peers"),
            Contestant(
                "samplics", "samplics", "peers", f"{_NO_DOMAIN}; quadratic in its strata", largest=500_000
            ),
            Contestant("polars", "polars", "peers", "formula by hand"),
            _FLOOR,
        ),
    ),
    *(
        Task(
            f"land_{suffix}",
            "c",
            f"Landing 200,000 x 64 from {words}",
            (
                Contestant("werkpeil land", "werkpeil_land"),
                Contestant(reader, "bare", note="reads only"),
            ),
            prepared="deliveries",
            size=200_000,
        )
        for suffix, words, reader in (
            ("sav", "SPSS", "pyreadstat"),
            ("csv", "CSV", "DuckDB read_csv"),
            ("parquet", "Parquet", "DuckDB read_parquet"),
        )
    ),
    Task(
        "build",
        "d",
        "Whole `werkpeil build` of a landed wave into no warehouse",
        (Contestant("werkpeil build", "werkpeil_build", prepared="landed"),),
        prepared="landed",
    ),
    Task(
        "demo",
        "d",
        "`werkpeil build` of the demo's waves",
        (
            Contestant("werkpeil build", "werkpeil_build", prepared="demo"),
            Contestant("dbt, as many empty models", "empty_dbt", prepared="demo", note="models"),
            Contestant("dbt, as many empty models and checks", "empty_dbt_checks", prepared="demo"),
        ),
        prepared="demo",
        size=0,
    ),
    Task(
        "wave",
        "e",
        "A new wave, of 50,000 at most, into a warehouse that stands: landed and built",
        (
            Contestant("into an empty one", "werkpeil_wave", prepared="empty"),
            Contestant("after one wave", "werkpeil_wave", prepared="history"),
            Contestant("after ten waves", "werkpeil_wave", prepared="histories"),
        ),
        prepared="empty",
    ),
    Task(
        "readers",
        "f",
        "16 readers of PostgreSQL over TLS",
        (Contestant("pgbench, 16 connections", "readers", prepared="history"),),
        prepared="history",
    ),
)


def absence(contestant: Contestant) -> str | None:
    """Return why a contestant is not here; None where it is."""
    if contestant.where == "r":
        return _absence_of_r(contestant.packages)
    python = python_of(contestant.where)
    if not python.exists():
        oldest = ".".join(map(str, OLDEST_PYTHON[contestant.where]))
        return f"its environment could not be made (needs Python {oldest} and the package index)"
    return None


@cache
def _absence_of_r(packages: tuple[str, ...]) -> str | None:
    if shutil.which("Rscript") is None:
        return "no Rscript (Debian: apt-get install r-cran-survey r-cran-data.table)"
    for package in packages:
        words = ["Rscript", "-e", f"q(status = !requireNamespace('{package}', quietly = TRUE))"]
        if subprocess.run(words, capture_output=True, check=False).returncode:  # noqa: S603 - fixed words
            return f"R lacks {package} (Debian: apt-get install r-cran-{package})"
    return None


def python_of(where: str) -> Path:
    """Return the Python of an environment."""
    return Path(sys.executable) if where == "werkpeil" else ENVIRONMENTS / where / ".venv" / "bin" / "python"


def command_of(contestant: Contestant, task: Task, folder: Path, out: Path) -> list[str | Path]:
    """Return the command that lets a contestant do a task."""
    if contestant.where == "r":
        script = CONTESTANTS / f"{contestant.module}.R"
        return ["Rscript", "--vanilla", script, task.key, folder, out]
    module = f"benchmarks.contestants.{contestant.module}"
    return [python_of(contestant.where), "-P", "-m", module, task.key, folder, out]


def surroundings(respondents: int) -> dict[str, str]:
    """Return what every contestant's environment has; alike for all."""
    forks = 1 if respondents > LARGEST_FORKED else os.cpu_count() or 1
    return {
        "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in (".", "tests/python", "tools")),
        "BENCHMARK_CONTESTANTS": str(CONTESTANTS),
        "BENCHMARK_FORKS": str(forks),
    }


def make_environments(find_uv: Path) -> None:
    """Make the contestants' environments from their locks; who cannot be had is told of as absent."""
    uv = subprocess.run([find_uv], capture_output=True, text=True, check=False).stdout.strip()  # noqa: S603 - our own
    for where, oldest in OLDEST_PYTHON.items():
        python = find_python(oldest)
        if not uv or python is None:
            continue
        words = [uv, "sync", "--locked", "--quiet", "--python", python]
        kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
        kept["UV_PROJECT_ENVIRONMENT"] = ".venv"
        subprocess.run(words, check=False, env=kept, cwd=ENVIRONMENTS / where)  # noqa: S603 - fixed words


def find_python(oldest: tuple[int, int], newest: tuple[int, int] = (3, 13)) -> str | None:
    """Return a Python of a version in a range: this one, one on PATH, or one of pyenv's."""
    for minor in range(oldest[1], newest[1] + 1):
        pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
        candidates = [sys.executable, shutil.which(f"python3.{minor}")]
        candidates += [str(path) for path in sorted(pyenv.glob(f"3.{minor}.*/bin/python"))]
        for candidate in filter(None, candidates):
            words = [candidate, "-c", "import sys; print(*sys.version_info[:2])"]
            told = subprocess.run(words, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
            if told.stdout.split() == ["3", str(minor)]:
                return candidate
    return None
