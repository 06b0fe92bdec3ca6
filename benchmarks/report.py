"""The page of a benchmark: goals, tables per task, how cost grows, machine and versions; and its picture."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from benchmarks.goals import judge
from benchmarks.picture import draw
from benchmarks.tasks import TASKS, Task

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

# Load above which a machine does something else when a benchmark begins.
QUIET = 0.7
STAGES = ("prepare", "answer")
INTRODUCTION = """\
# Benchmarks

Werkpeil beside others, on the same made-up answers, in one run. How it is done, and how to add a
contestant: [benchmarks](../benchmarks/README.md). This page and its picture were written by the command
below, which writes what it finds, good or bad.

*Not run by the tests: it takes minutes, and programs of others. They run a small contest of their own.*

```sh
{command}
```

- Contestants of a task take turns, each in a process of its own, its file in the page cache.
- **seconds** are the median of its runs, from data in its own memory (or, for Werkpeil and DuckDB, in its
  file) to answers; missing codes and scale scores included (**prepare** is that part, **answer** the
  rest), reading a file into memory not. Werkpeil scores a wave once: "of a scored wave" is what a question
  costs from then on, and goals without a word on scoring compare answers alone, each side with its data
  ready in its own form. **CPU** is that of all cores in that time. **process** is all of it, starting and
  reading included, and **peak** the most memory that it held, its children included. **times ours** is its
  seconds by the first contestant's.
- **differs** is the largest relative difference from the first contestant's answers: of an estimate (of a
  coefficient near 0, relative to its standard error) and of a standard error.
- "stopped" was stopped after its time; its seconds are a lower bound, and nothing is extrapolated.
"""


def write(results: dict[str, Any], page: Path) -> None:
    """Write a page, and the picture beside it.

    Args:
        results: What was kept of a run.
        page: A Markdown file; the picture has its name and ends in `.svg`.
    """
    entries = results["entries"]
    picture = page.with_suffix(".svg")
    picture.write_text(draw(entries), encoding="utf-8")
    parts = [
        INTRODUCTION.format(command=results["command"]),
        f"![Seconds per contestant and task]({picture.name})\n",
        "## Goals\n",
        _table(
            ("", "goal", "measured", "holds"),
            ((v.letter, v.goal, v.measured, v.holds) for v in judge(entries)),
        ),
        *(part for task in TASKS for part in _section(task, entries)),
        *_growth(entries),
        *_surroundings(results),
    ]
    page.write_text("\n".join(part.rstrip("\n") + "\n" for part in parts), encoding="utf-8")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", f"|{'|'.join(' --- ' for _ in head)}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines) + "\n"


def _section(task: Task, entries: dict[str, dict[str, Any]]) -> Iterator[str]:
    places = {contestant.name: place for place, contestant in enumerate(task.contestants)}
    own = [entry for entry in entries.values() if entry["task"] == task.key]
    own.sort(key=lambda entry: places[entry["contestant"]])
    if not own:
        return
    yield f"## ({task.letter}) {task.title}\n"
    for size in sorted({entry["size"] for entry in own}):
        chosen = [entry for entry in own if entry["size"] == size]
        if size and task.size is None:
            yield f"{size:,} respondents:\n"
        if task.key == "readers":
            yield _readers(chosen[0])
            continue
        head = (
            "contestant",
            "seconds",
            "times ours",
            "prepare",
            "answer",
            "CPU",
            "process",
            "peak",
            "runs",
            "differs",
            "note",
        )
        yield _table(head, (_row(task, entry, chosen) for entry in chosen))
    yield from _told_of_dbt(own)


def _row(task: Task, entry: dict[str, Any], others: list[dict[str, Any]]) -> tuple[str, ...]:
    contestant = next(one for one in task.contestants if one.name == entry["contestant"])
    name = entry["contestant"]
    if entry["status"] == "not_here":
        return (name, *("",) * 9, f"not here: {entry['reason']}")
    ours = next((one for one in others if one["contestant"] == task.contestants[0].name), None)
    is_done = entry["status"] == "done"
    sign = "" if is_done else "> "
    ratio = ""
    if (
        ours
        and ours["status"] == "done"
        and ours["seconds"] > 0
        and (is_done or entry["status"] == "stopped")
    ):
        ratio = sign + _number(entry["seconds"] / ours["seconds"])
    notes = [contestant.note] if contestant.note else []
    if not is_done:
        words = {
            "stopped": f"stopped after {entry['wall']:.0f} s",
            "too_large": "stopped: took nearly all memory",
        }
        notes.insert(0, words.get(entry["status"], "failed: " + _last_line(entry["output"])))
    return (
        name,
        sign + _number(entry["seconds"]),
        ratio,
        *(_number(entry["stages"][key]) if is_done and key in entry["stages"] else "" for key in STAGES),
        _number(entry["work_cpu"]) if is_done else "",
        _number(entry["wall"]),
        f"{entry['peak'] / 2**20:,.0f} MiB",
        _runs(entry),
        _difference(entry.get("agreement")),
        "; ".join(notes),
    )


def _runs(entry: dict[str, Any]) -> str:
    """Return how often it ran, and from the fastest to the slowest."""
    if entry["runs"] == 1:
        return "1"
    return f"{entry['runs']}: {_number(entry['fastest'])} to {_number(entry['slowest'])}"


def _number(value: float) -> str:
    """Return a number with three digits that count."""
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 3)}f}"


def _difference(agreement: dict[str, Any] | None) -> str:
    if not agreement:
        return ""
    told = [f"{agreement['estimate']:.0e}"]
    if not math.isnan(agreement["std_error"]):
        told.append(f"{agreement['std_error']:.0e}")
    absent = f", {agreement['absent']} absent" if agreement["absent"] else ""
    return f"{' / '.join(told)} of {agreement['compared']:,}{absent}"


def _last_line(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1][:120].replace("|", "/") if lines else "it said nothing"


def _told_of_dbt(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        if "busy" in entry and entry["status"] == "done":
            longest = sorted(entry["nodes"].items(), key=lambda node: -node[1])[:6]
            told = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in longest)
            yield (
                f"At {entry['size']:,}, of {entry['seconds']:.1f} s through dbt some model ran during "
                f"{entry['busy']:.1f} s; the rest is dbt's own. Longest: {told}.\n"
            )
        if "layers" in entry and entry["status"] == "done":
            told = ", ".join(f"{layer} {seconds:.1f} s" for layer, seconds in entry["layers"].items())
            yield f"{entry['contestant']}, seconds of work by layer, two at a time: {told}.\n"


def _readers(entry: dict[str, Any]) -> str:
    if entry["status"] != "done":
        return f"{entry['status']}: {_last_line(entry.get('output', ''))}\n"
    rows = [("select 1", entry["nothing"]), *entry["marts"].items()]
    told = (
        (name, f"{found['queries']:,}", *(f"{found[p]:.1f}" for p in ("p50", "p95", "p99")))
        for name, found in rows
    )
    return _table(("query", "answered in 10 s", "p50, ms", "p95, ms", "p99, ms"), told)


def _growth(entries: dict[str, dict[str, Any]]) -> Iterator[str]:
    """Yield a table of seconds by size, if there are several sizes."""
    for task in TASKS:
        own = [e for e in entries.values() if e["task"] == task.key and task.size is None]
        sizes = sorted({entry["size"] for entry in own})
        if len(sizes) < 2:
            continue
        rows = []
        for contestant in task.contestants:
            found = {e["size"]: e for e in own if e["contestant"] == contestant.name}
            rows.append((contestant.name, *(_cell(found.get(size)) for size in sizes)))
        yield f"## How cost grows: ({task.letter}) {task.key}, seconds\n"
        yield _table(("contestant", *(f"{size:,}" for size in sizes)), rows)


def _cell(entry: dict[str, Any] | None) -> str:
    if entry is None or entry["status"] == "not_here":
        return ""
    return ("" if entry["status"] == "done" else "> ") + _number(entry["seconds"])


def _load(load: float) -> str:
    """Return what a reader must know if the machine was not quiet."""
    return " Something else ran too: CPU tells more than seconds." if load > QUIET else ""


def _parts(parts: int) -> str:
    """Return what a reader must know if contestants were not measured in one go."""
    return (
        f" Measured in {parts} goes on one machine (`RESUME=1`), each of some contestants."
        if parts > 1
        else ""
    )


def _surroundings(results: dict[str, Any]) -> Iterator[str]:
    found = results["machine"]
    yield "## Machine and versions\n"
    yield (
        f"{found['processor']}, {found['cores']} cores, {found['memory_gib']} GiB, {found['system']}, "
        f"{found['day']}; load when it began: {found['load']}. {results['runs']} runs each, but one where "
        f"that took longer than two minutes; stopped after {results['timeout']:g} s.{_load(found['load'])}"
        f"{_parts(results.get('parts', 1))}\n"
    )
    versions: dict[str, set[str]] = {}
    kernels: dict[str, set[str]] = {}
    for entry in results["entries"].values():
        for package, version in entry.get("versions", {}).items():
            versions.setdefault(package, set()).add(version)
        if entry.get("blas"):
            kernels.setdefault(entry["blas"], set()).add(entry["contestant"])
        if "postgres" in entry:
            versions.setdefault("postgresql", set()).add(entry["postgres"])
    told = (
        f"{package} {' and '.join(sorted(found))}" for package, found in sorted(versions.items(), key=str)
    )
    yield ", ".join(told) + ".\n"
    for kernel, names in sorted(kernels.items()):
        yield f"- BLAS {kernel}: {', '.join(sorted(names))}\n"
