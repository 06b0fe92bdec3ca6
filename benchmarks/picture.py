"""The picture of a benchmark: seconds per contestant and task on a logarithmic axis, as SVG."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING, Any

from benchmarks.tasks import TASKS
from werkpeil.svg import Scale

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH, _NAMES, _LINE, _TITLE = 620, 300, 22, 64
_FONT = "font-family='system-ui, sans-serif'"
_OURS, _THEIRS, _FLOOR = "#1b6ca8", "#c8651f", "#9a9a9a"
_HEAD = "Seconds per contestant, less is better"
_BELOW = (
    "Each line to the right is ten times slower. Answers are made up; the numbers stand in the page beside "
    "this picture."
)
_SIGNS = {"stopped": ", at least", "too_large": ", stopped"}


def draw(entries: dict[str, dict[str, Any]]) -> str:
    """Return a picture with a panel per task, at the largest size that was measured of each."""
    panels = []
    for task in TASKS:
        own = [
            e
            for e in entries.values()
            if e["task"] == task.key and e.get("seconds") and task.key != "readers"
        ]
        if own:
            size = max(entry["size"] for entry in own)
            # A picture has no code font.
            title = task.title.replace("`", "")
            panels.append((title, size, [entry for entry in own if entry["size"] == size]))
    seconds = [entry["seconds"] for _, _, own in panels for entry in own]
    scale = Scale.around([math.log10(value) for value in seconds] or [0.0, 1.0], _WIDTH)
    height = _TITLE + sum(_LINE * (len(own) + 2) for _, _, own in panels) + 30
    width = _NAMES + _WIDTH + 90
    parts = [
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' aria-label='{_HEAD}'>",
        f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
        _text(12, 26, _HEAD, size=16, weight=600),
        _text(12, 46, _BELOW, colour="#555555"),
        *_grid(scale, height),
    ]
    y = _TITLE
    for title, size, own in panels:
        parts += _panel(title, size, own, scale, y)
        y += _LINE * (len(own) + 2)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _grid(scale: Scale, height: int) -> Iterator[str]:
    for power in range(math.ceil(scale.low), math.floor(scale.high) + 1):
        x = _NAMES + scale.at(power)
        yield f"<line x1='{x:.1f}' x2='{x:.1f}' y1='{_TITLE}' y2='{height - 24}' stroke='#e4e4e4'/>"
        yield _text(x, height - 8, f"{10.0**power:g} s", size=11, colour="#555555", anchor="middle")


def _panel(title: str, size: int, own: list[dict[str, Any]], scale: Scale, y: float) -> Iterator[str]:
    words = f"{title}, {size:,} respondents" if size and "200,000" not in title else title
    yield _text(12, y + 16, words, size=13, weight=600)
    for place, entry in enumerate(sorted(own, key=lambda one: float(one["seconds"])), start=1):
        at, x = y + _LINE * place + 16, _NAMES + scale.at(math.log10(entry["seconds"]))
        name, colour = entry["contestant"], _colour(entry["contestant"])
        yield _text(_NAMES - 12, at, name, anchor="end")
        line = f"x1='{_NAMES}' x2='{x:.1f}' y1='{at - 4}' y2='{at - 4}'"
        yield f"<line {line} stroke='{colour}' stroke-width='2'/>"
        yield f"<circle cx='{x:.1f}' cy='{at - 4}' r='4.5' fill='{colour}'/>"
        yield _text(x + 10, at, f"{entry['seconds']:.3g} s{_SIGNS.get(entry['status'], '')}", size=11)


def _text(
    x: float,
    y: float,
    words: str,
    *,
    size: int = 12,
    weight: int = 400,
    colour: str = "#222222",
    anchor: str = "start",
) -> str:
    place = f"x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{colour}'"
    return f"<text {place} {_FONT} font-size='{size}' font-weight='{weight}'>{escape(words)}</text>"


def _colour(name: str) -> str:
    if name.lower().startswith(("werkpeil", "into ", "after ")):
        return _OURS
    return _FLOOR if name.startswith(("floor", "DuckDB", "pyreadstat", "dbt,")) else _THEIRS
