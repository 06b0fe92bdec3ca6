"""A wave larger than memory, from its Parquet file to published marts, as a user runs it.

    make large RESPONDENTS=100000000 MEMORY=2GB

Each step is a command of its own, whose output is shown as it comes; then its seconds and its peak memory are
told. `MEMORY` is what DuckDB may hold while it builds; a process holds more than that.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import machine, measuring
from benchmarks.questions import NARROW
from benchmarks.tasks import ROOT, surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

SECONDS_OF_A_STEP = 6 * 3600
STEPS = (
    ("land", ["land", "wave/wave.parquet", "--survey", NARROW, "--wave", "1", "--synthetic"]),
    ("build", ["build"]),
    ("publish", ["publish"]),
)


def main(words: Sequence[str] | None = None) -> int:
    """Make the wave unless it is there, take the steps from the first, tell what each took."""
    parser = argparse.ArgumentParser(prog="large", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--respondents", type=int, default=10_000_000)
    parser.add_argument("--memory", default="1GB", help="what DuckDB may hold while it builds")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "large")
    arguments = parser.parse_args(words)
    count = arguments.respondents
    folder = arguments.folder.resolve() / str(count)
    environment = surroundings(count) | {
        "WERKPEIL_PROJECT": str(folder / "project" / "project"),
        "WERKPEIL_MEMORY": arguments.memory,
    }
    for what, place in (("narrow", "wave"), ("narrow_project", "project")):
        making = [sys.executable, "-m", "benchmarks.prepare", what, str(folder / place), str(count)]
        made = measuring.measure(making, timeout=SECONDS_OF_A_STEP, environment=environment, log=None)
        if made.status != "done":
            return 1
    told: dict[str, Any] = {"machine": machine.describe(), "memory": arguments.memory, "steps": {}}
    for step, command in STEPS:
        program = Path(sys.executable).parent / "werkpeil"
        measured = measuring.measure(
            [program, *command], timeout=SECONDS_OF_A_STEP, environment=environment, log=None, cwd=folder
        )
        sys.stdout.write(
            f"{step}: {measured.status}, {measured.wall:,.0f} s, CPU {measured.cpu:,.0f} s, "
            f"peak {measured.peak / 2**20:,.0f} MiB\n"
        )
        sys.stdout.flush()
        told["steps"][step] = vars(measured)
        (folder / "told.json").write_text(json.dumps(told, indent=1), encoding="utf-8")
        if measured.status != "done":
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
