"""Kill `werkpeil` at random moments and look whether anything is lost.

    .venv/bin/python tools/kill_at_random.py --kills 200 --seed 1

In a temporary project with one small survey, each round starts where a step can begin: a delivery is at hand,
landed, built or checked. It kills that step with SIGKILL, children included, at a random moment of its usual
time. After every kill the release that readers see must be whole and of one build, one that was shown before
or that this step shows; no delivery that landed may be missing. What makes a step's start takes minutes, so
it is made once and copied; where one step is killed several times in turn, each kill meets what the last one
left behind. After a killed land or publish the same step must end well, and after every `--repair-every`
kills `werkpeil run` must, and show the newest delivery. A kill that comes after the step has ended counts as
none, and the round is repeated.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from support.projects import SURVEYS, make_project  # noqa: E402 - found by the line above
from werkpeil.landing import all_deliveries  # noqa: E402 - after the others, in their order
from werkpeil.publishing import current_release, releases  # noqa: E402 - after the others, in their order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.project import Project
    from werkpeil.publishing import Release

SURVEY, WAVE = "apistrat", "2000"
STEPS = ("land", "build", "check", "publish")
# Steps that take seconds, so that they can be repeated after each kill.
QUICK = ("land", "publish")
SECONDS_AT_MOST = 1800


class LostError(Exception):
    """Something was lost, or a run did not repair itself."""


@dataclass
class Rounds:
    """What was tried so far.

    Attributes:
        kills: Kills per step.
        repairs: How often a run had to repair, and did.
        usual: Seconds that a step takes when it is left alone.
        landed: Ids of deliveries that landed.
        shown: Builds that readers have seen.
        starts: Copies of the data folder from which each step can begin, and the deliveries in them.
        last: The step that was killed last, if its data folder is as the kill left it.
    """

    kills: Counter[str] = field(default_factory=Counter)
    repairs: int = 0
    usual: dict[str, float] = field(default_factory=dict)
    landed: set[str] = field(default_factory=set)
    shown: set[str] = field(default_factory=set)
    starts: dict[str, tuple[Path, set[str]]] = field(default_factory=dict)
    last: str = ""


def prepare(folder: Path) -> tuple[Project, Rounds]:
    """Make a project with one released wave, keep where each step of the next can begin, and time the steps.

    Args:
        folder: An empty folder.
    """
    project = make_project(folder, extra=(SURVEY,))
    rounds = Rounds()
    for number in range(2):
        file = folder / f"delivery_{number}.csv"
        _write_delivery(file, number)
        for step in STEPS:
            began = time.monotonic()
            _require(_run(project, step, file) == 0, f"{step} fails without being killed")
            rounds.usual[step] = time.monotonic() - began
            following = (STEPS * 2)[STEPS.index(step) + 1]
            if (number, following) in {(0, "land"), (1, "build"), (1, "check"), (1, "publish")}:
                keep_start(project, rounds, following, folder)
            if step == "publish":
                _look(project, rounds)
    return project, rounds


def keep_start(project: Project, rounds: Rounds, step: str, folder: Path) -> None:
    """Keep a copy of the data folder as it is now, from which a step can begin.

    Args:
        project: A project with a release.
        rounds: Gets the copy.
        step: The step that comes next.
        folder: Where the copy is made.
    """
    copy = folder / f"before_{step}"
    shutil.copytree(project.data, copy, symlinks=True)
    rounds.starts[step] = copy, {delivery.delivery_id for delivery in all_deliveries(project)}


def kill_at_random(
    project: Project, rounds: Rounds, steps: Sequence[str], *, seed: int, repair_every: int = 1
) -> None:
    """Kill each of some steps in turn, and repair.

    Args:
        project: A project with a release.
        rounds: What was tried so far, with the usual time of each step and where each can begin.
        steps: The step to kill in each round.
        seed: Makes the same moments again, as far as the machine is as fast.
        repair_every: After how many kills a run must put everything right.

    Raises:
        LostError: if anything was lost.
    """
    chance = random.Random(seed)  # noqa: S311 - moments of a test, no secret
    for number, step in enumerate(steps, start=1):
        _round(project, number, step, rounds, chance)
        if number % repair_every == 0 or number == len(steps):
            _repair(project, rounds)
            rounds.last = ""
            sys.stdout.write(f"{number} of {len(steps)} kills, nothing lost so far\n")
            sys.stdout.flush()


def _round(project: Project, number: int, step: str, rounds: Rounds, chance: random.Random) -> None:
    """Begin a step where it can begin and kill it; again, if it was quicker."""
    for attempt in range(100):
        if rounds.last != step:
            _start(project, step, rounds)
        file = project.root.parent / f"delivery_{number}_{attempt}.csv"
        _write_delivery(file, 2 + number * 100 + attempt)
        killed = _kill(project, step, file, chance.uniform(0, rounds.usual[step]))
        _look(project, rounds)
        rounds.last = step if killed and step not in QUICK else ""
        if killed:
            rounds.kills[step] += 1
            if step in QUICK:
                _require(_run(project, step, file) == 0, f"{step} fails after it was killed")
                _look(project, rounds)
            return
    raise LostError(f"{step} always ended before it was killed")


def _start(project: Project, step: str, rounds: Rounds) -> None:
    """Put the data folder back to where a step can begin."""
    copy, landed = rounds.starts[step]
    rounds.landed = set(landed)
    shutil.rmtree(project.data)
    shutil.copytree(copy, project.data, symlinks=True)


def _command(project: Project, step: str, file: Path | None = None) -> tuple[list[str], dict[str, str]]:
    arguments = [sys.executable, "-c", "from werkpeil.cli.main import run; run()", step]
    if step == "land":
        arguments += [str(file), "--survey", SURVEY, "--wave", WAVE, "--replace"]
    environment = {name: value for name, value in os.environ.items() if name != "WERKPEIL_DATA"}
    return arguments, environment | {"WERKPEIL_PROJECT": str(project.root)}


def _run(project: Project, step: str, file: Path | None = None) -> int:
    arguments, environment = _command(project, step, file)
    done = subprocess.run(  # noqa: S603 - our own command
        arguments, env=environment, capture_output=True, text=True, check=False, timeout=SECONDS_AT_MOST
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode


def _kill(project: Project, step: str, file: Path, moment: float) -> bool:
    """Start a step and kill it and its children; return False if it had ended by itself."""
    arguments, environment = _command(project, step, file)
    process = subprocess.Popen(  # noqa: S603 - our own command
        arguments,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        return process.wait() == -signal.SIGKILL
    return False


def _look(project: Project, rounds: Rounds) -> None:
    """Read what a reader reads, and the register.

    Raises:
        LostError: the release is damaged, or a delivery is missing.
    """
    release = current_release(project)
    _require(release is not None, "no release is shown")
    if release is not None:
        _require(releases.is_whole(project, release), f"{release.file_name} is not what was released")
        _require(_reads_one_build(project, release), f"{release.file_name} does not hold one build")
        rounds.shown.add(release.build_id)
    found = all_deliveries(project)
    missing = rounds.landed - {delivery.delivery_id for delivery in found}
    _require(not missing, f"deliveries are lost: {missing}")
    for delivery in found:
        query = "select count(*) from read_parquet(?)"
        [(rows,)] = duckdb.execute(query, [str(delivery.responses)]).fetchall()
        _require(rows == delivery.rows_accepted, f"rows of {delivery.delivery_id} are lost")
    rounds.landed = {delivery.delivery_id for delivery in found}


def _reads_one_build(project: Project, release: Release) -> bool:
    with duckdb.connect(str(project.published / "current.duckdb"), read_only=True) as connection:
        for table, rows in release.tables.items():
            found = connection.execute(
                f'select count(*), min(build_id), max(build_id) from published."{table}"'
            ).fetchall()[0]
            if found[0] != rows or (rows and found[1:] != (release.build_id, release.build_id)):
                return False
    return True


def _repair(project: Project, rounds: Rounds) -> None:
    """Run everything once; the newest delivery must then be shown, and nothing be left over."""
    _require(_run(project, "run") == 0, "a run after kills fails")
    _look(project, rounds)
    release = current_release(project)
    newest = all_deliveries(project)[0]
    if release is not None:
        with duckdb.connect(str(project.published / release.file_name), read_only=True) as connection:
            [(shown,)] = connection.execute("select delivery_id from published.dim_waves").fetchall()
        _require(shown == newest.delivery_id, "the newest delivery is not shown after a run")
    left = [*(project.published / ".incoming").iterdir(), *project.published.glob("*.wal")]
    _require(not left, f"something is left over: {left}")
    rounds.repairs += 1


def _write_delivery(file: Path, number: int) -> None:
    """Write the bundled wave without a few rows, so that every delivery is another."""
    header, *lines = (SURVEYS / SURVEY / "apistrat.csv").read_text(encoding="utf-8").splitlines()
    dropped = {number % len(lines), (number // len(lines)) % len(lines)}
    kept = [line for place, line in enumerate(lines) if place not in dropped]
    file.write_text("\n".join([header, *kept]) + "\n", encoding="utf-8")


def _require(holds: object, otherwise: str) -> None:
    if not holds:
        raise LostError(otherwise)


def main() -> int:
    """Kill and report; return 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repair-every", type=int, default=10)
    parser.add_argument("--steps", nargs="+", choices=STEPS, default=STEPS)
    parser.add_argument("--often", type=int, default=1, help="how often land and publish per build and check")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)  # noqa: S311 - which step, no secret
    weights = [arguments.often if step in QUICK else 1 for step in arguments.steps]
    steps = chance.choices(arguments.steps, weights, k=arguments.kills)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="werkpeil-kills-") as folder:
        try:
            project, rounds = prepare(Path(folder))
            kill_at_random(project, rounds, steps, seed=arguments.seed, repair_every=arguments.repair_every)
        except LostError as error:
            sys.stdout.write(f"LOST: {error}\n")
            return 1
    told = ", ".join(f"{count} of {step}" for step, count in sorted(rounds.kills.items()))
    sys.stdout.write(
        f"{sum(rounds.kills.values())} kills ({told}), {rounds.repairs} repairs, "
        f"{len(rounds.landed)} deliveries, {len(rounds.shown)} releases shown, nothing lost; "
        f"{time.monotonic() - began:.0f} s\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
