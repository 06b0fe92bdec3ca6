"""Compare Werkpeil with its peers, each in a process of its own, and write what was found to a page.

    .venv/bin/python -m benchmarks --respondents 50000 --runs 3

`make bench RESPONDENTS=50000` is the same. The contestants of a task take turns, so that a machine that
becomes slower is slower for all of them. Results are kept as they come, so that a run that was stopped goes
on where it was with `--resume`; `--report` writes the page from what was kept.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import machine, measuring
from benchmarks.agreement import compare, read_answers
from benchmarks.tasks import (
    ROOT,
    TASKS,
    Contestant,
    Task,
    absence,
    command_of,
    make_environments,
    surroundings,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class CannotPrepareError(Exception):
    """What contestants should find ready could not be made; the message is what was said."""


# A contestant that took longer than this is not asked again: its first run stands, and says so.
SECONDS_OF_SEVERAL_RUNS = 120


def main(words: Sequence[str] | None = None) -> int:
    """Measure and report."""
    arguments = _arguments(words)
    folder = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "results.json"
    results: dict[str, Any] = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
    if not arguments.report:
        if not arguments.resume:
            results = {}
        results |= {"machine": machine.describe(), "runs": arguments.runs, "timeout": arguments.timeout}
        results["command"] = arguments.command
        results["parts"] = results.get("parts", 0) + 1
        make_environments(ROOT / "tools" / "find_uv")
        _measure_all(arguments, folder, results, kept)
    # What measures must stay small.
    from benchmarks.report import write  # noqa: PLC0415 - see above

    write(results, arguments.page)
    _say(f"written: {arguments.page}")
    return 0


def _arguments(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--respondents", type=int, default=50_000, help="size of what is compared")
    parser.add_argument("--sizes", default="", help="further sizes, for how cost grows: 50000,500000")
    parser.add_argument("--runs", type=int, default=3, help="of each contestant; medians are told")
    parser.add_argument("--timeout", type=float, default=900, help="seconds after which one is stopped")
    parser.add_argument("--tasks", default="", help=f"of {', '.join(task.key for task in TASKS)}")
    parser.add_argument("--only", default="", help="contestants, by what their names begin with")
    parser.add_argument("--folder", type=Path, default=ROOT / "data" / "benchmarks", help="for data")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md", help="to write")
    parser.add_argument("--resume", action="store_true", help="keep what was measured before")
    parser.add_argument("--report", action="store_true", help="write the page from what was kept only")
    arguments = parser.parse_args(words)
    given = [f"RESPONDENTS={arguments.respondents}", f"RUNS={arguments.runs}"]
    given += [f"TIMEOUT={arguments.timeout:g}"] if arguments.timeout != parser.get_default("timeout") else []
    given += [
        f"{name.upper()}={getattr(arguments, name)}"
        for name in ("sizes", "tasks", "only")
        if getattr(arguments, name)
    ]
    arguments.command = " ".join(["make bench", *given])
    return arguments


def _measure_all(arguments: argparse.Namespace, folder: Path, results: dict[str, Any], kept: Path) -> None:
    sizes = [int(size) for size in arguments.sizes.split(",") if size]
    sizes = sorted({*sizes, arguments.respondents})
    wanted = [key for key in arguments.tasks.split(",") if key]
    entries = results.setdefault("entries", {})
    for size in sizes:
        for task in TASKS:
            if wanted and task.key not in wanted:
                continue
            if size != arguments.respondents and task.prepared not in {"wave", "warehouse", "landed"}:
                continue  # these are asked once, at the size of the benchmark
            count = size if task.size is None else task.size
            asked = [
                contestant
                for contestant in task.contestants
                if _key(task, count, contestant.name) not in entries
                and contestant.name.startswith(tuple(arguments.only.split(",")))
            ]
            for entry in _in_turns(task, asked, count, arguments, folder):
                entries[_key(task, count, entry["contestant"])] = entry
                kept.write_text(json.dumps(results, indent=1), encoding="utf-8")


def _key(task: Task, count: int, contestant: str) -> str:
    return f"{task.key}|{count}|{contestant}"


def _in_turns(
    task: Task, contestants: Sequence[Contestant], count: int, arguments: argparse.Namespace, folder: Path
) -> Iterator[dict[str, Any]]:
    """Let contestants do a task in turns, as often as asked; yield what came of each once it is through."""
    runs: dict[Contestant, list[dict[str, Any]]] = {}
    ready: dict[Contestant, Path] = {}
    for contestant in contestants:
        try:
            reason = _reason_against(contestant, count)
            if reason is None:
                ready[contestant] = _prepared(contestant.prepared or task.prepared, count, folder)
        except CannotPrepareError as error:
            reason = "what it needs could not be made; see prepare.log"
            _say(str(error))
        if reason is None:
            runs[contestant] = []
        else:
            _say(f"{task.key:<12} {count:>9,} {contestant.name:<34} not here: {reason}")
            yield _entry(task, contestant, count) | {"status": "not_here", "reason": reason}
    for turn in range(1, arguments.runs + 1):
        for contestant in list(runs):
            out = folder / "out" / f"{task.key}-{count}" / _folder_name(contestant)
            run = _run(task, contestant, ready[contestant], out, arguments.timeout, surroundings(count))
            runs[contestant].append(run)
            if turn == arguments.runs or run["status"] != "done" or run["wall"] > SECONDS_OF_SEVERAL_RUNS:
                yield _came_of(task, contestant, count, runs.pop(contestant), out)


def _entry(task: Task, contestant: Contestant, count: int) -> dict[str, Any]:
    return {"task": task.key, "size": count, "contestant": contestant.name}


def _reason_against(contestant: Contestant, count: int) -> str | None:
    """Return why a contestant does not take part, if so."""
    if contestant.largest is not None and count > contestant.largest:
        return absence(contestant) or f"not tried above {contestant.largest:,} respondents"
    return absence(contestant)


def _came_of(
    task: Task, contestant: Contestant, count: int, runs: list[dict[str, Any]], out: Path
) -> dict[str, Any]:
    """Return what came of a contestant's runs, and say it."""
    entry = _entry(task, contestant, count) | _summary(runs)
    if entry["status"] == "done":
        entry["agreement"] = _agreement(task, contestant, out)
    _say(
        f"{task.key:<12} {count:>9,} {contestant.name:<34} {entry['status']:<9} "
        f"{entry['seconds']:>9.2f} s {entry['peak'] / 2**20:>8,.0f} MiB"
    )
    if entry["status"] == "failed":
        _say("    " + runs[-1]["output"][-600:].replace("\n", "\n    "))
    return entry


@cache
def _prepared(what: str, count: int, folder: Path) -> Path:
    """Make what a contestant needs, unless it is there; return its folder."""
    place = folder / (f"{count}" if count else "demo") / what
    words = [sys.executable, "-m", "benchmarks.prepare", what, str(place), str(count)]
    measured = measuring.measure(
        words, timeout=86_400, environment=surroundings(count), log=folder / "prepare.log"
    )
    if measured.status != "done":
        raise CannotPrepareError(measured.output)
    return place


def _run(
    task: Task, contestant: Contestant, ready: Path, out: Path, timeout: float, environment: dict[str, str]
) -> dict[str, Any]:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    measuring.warm(*ready.glob("*.*"), *(ready / "project" / "data").glob("*.duckdb"))
    measured = measuring.measure(
        command_of(contestant, task, ready, out),
        timeout=timeout,
        environment=environment,
        log=out / "log.txt",
        cwd=out,
    )
    run: dict[str, Any] = {
        "status": measured.status,
        "wall": measured.wall,
        "cpu": measured.cpu,
        "peak": measured.peak,
        "output": "" if measured.status == "done" else measured.output,
    }
    if (out / "told.json").exists():
        run |= json.loads((out / "told.json").read_text("utf-8"))
    for bulky in ("project", "data"):
        shutil.rmtree(out / bulky, ignore_errors=True)
    return run


def _summary(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Return medians over the runs; of a contestant that did not end, what its last run tells."""
    last = runs[-1]
    if last["status"] != "done":
        return {**last, "runs": len(runs), "seconds": last["wall"], "all": [run["wall"] for run in runs]}
    stages = {name: statistics.median(run["stages"][name] for run in runs) for name in last["stages"]}
    work = [_work(run["stages"]) for run in runs]
    return {
        **last,
        "runs": len(runs),
        "stages": stages,
        "seconds": statistics.median(work),
        "fastest": min(work),
        "slowest": max(work),
        "work_cpu": statistics.median(_work(run["cpu_by_stage"]) for run in runs),
        "wall": statistics.median(run["wall"] for run in runs),
        "cpu": statistics.median(run["cpu"] for run in runs),
        "peak": statistics.median(run["peak"] for run in runs),
    }


def _work(stages: dict[str, float]) -> float:
    """Return the seconds of what was asked: all but reading the file into memory."""
    return sum(seconds for name, seconds in stages.items() if name != "read")


def _agreement(task: Task, contestant: Contestant, out: Path) -> dict[str, Any] | None:
    first = task.contestants[0]
    if contestant == first or not (out / "answers.csv").exists():
        return None
    ours = out.parent / _folder_name(first) / "answers.csv"
    theirs = read_answers(out / "answers.csv")
    if not theirs or not ours.exists():
        return None
    return vars(compare(read_answers(ours), theirs))


def _folder_name(contestant: Contestant) -> str:
    return contestant.name.replace(" ", "_").replace(",", "")


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {words}", flush=True)  # noqa: T201 - a script


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (KeyboardInterrupt, subprocess.SubprocessError) as error:
        sys.exit(f"stopped: {error}")
