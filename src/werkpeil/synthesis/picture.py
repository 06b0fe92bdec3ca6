"""The picture of a calibration: each published number against its synthetic counterpart, as SVG.

Written without a plotting library, so that the command needs none: points, a diagonal, a few ticks. One
panel per unit, because counts of a thousand and coefficients of a hundredth share no axis.
"""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

from werkpeil.svg import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.synthesis.comparison import Comparison

_PANEL, _GAP, _MARGIN, _TITLE = 250, 70, 60, 96
_PER_ROW = 3
_FONT = "font-family='system-ui, sans-serif'"
_COLOURS = {"met": "#1b6ca8", "missed": "#c8321f", "not_tested": "#9a9a9a"}
_WORDS = {"met": "met", "missed": "missed", "not_tested": "not tested"}


def draw(title: str, comparisons: Sequence[Comparison]) -> str:
    """Return an SVG picture with a panel for each unit that has numbers on both sides."""
    panels: dict[str, list[Comparison]] = {}
    for entry in comparisons:
        if entry.published is not None and entry.synthetic is not None:
            panels.setdefault(entry.unit, []).append(entry)
    columns = min(_PER_ROW, max(len(panels), 1))
    rows = math.ceil(len(panels) / columns) or 1
    width = _MARGIN + columns * (_PANEL + _GAP)
    height = _TITLE + rows * (_PANEL + _GAP)
    parts = [
        (
            f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' "
            f"width='{width}' height='{height}' role='img' aria-label='{_text(title)}'>"
        ),
        f"<rect width='{width}' height='{height}' fill='#ffffff'/>",
        f"<text x='{_MARGIN}' y='28' {_FONT} font-size='17' font-weight='600'>{_text(title)}</text>",
        *_legend(),
    ]
    for position, (unit, entries) in enumerate(panels.items()):
        row, column = divmod(position, columns)
        x, y = _MARGIN + column * (_PANEL + _GAP), _TITLE + row * (_PANEL + _GAP)
        parts += [f"<g transform='translate({x} {y})'>", *_panel(unit, entries), "</g>"]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend() -> list[str]:
    parts = []
    for position, (verdict, colour) in enumerate(_COLOURS.items()):
        x = _MARGIN + 6 + position * 110
        parts += [
            f"<circle cx='{x}' cy='50' r='4' fill='{colour}'/>",
            f"<text x='{x + 9}' y='54' {_FONT} font-size='12'>{_WORDS[verdict]}</text>",
        ]
    return parts


def _panel(unit: str, entries: list[Comparison]) -> list[str]:
    values = [value for entry in entries for value in (entry.published, entry.synthetic)]
    scale = Scale.around([value for value in values if value is not None], _PANEL)
    parts = [
        (
            f"<text x='0' y='-8' {_FONT} font-size='13' font-weight='600'>"
            f"{_text(unit.replace('_', ' '))} ({len(entries)})</text>"
        ),
        f"<rect width='{_PANEL}' height='{_PANEL}' fill='#f7f7f7' stroke='#cccccc'/>",
        f"<line x1='0' y1='{_PANEL}' x2='{_PANEL}' y2='0' stroke='#bbbbbb' stroke-dasharray='4 3'/>",
    ]
    for tick in scale.ticks:
        at = scale.at(tick)
        parts += [
            (
                f"<text x='{at:.1f}' y='{_PANEL + 14}' {_FONT} font-size='10' fill='#555555' "
                f"text-anchor='middle'>{tick:g}</text>"
            ),
            (
                f"<text x='-5' y='{_PANEL - at + 3:.1f}' {_FONT} font-size='10' fill='#555555' "
                f"text-anchor='end'>{tick:g}</text>"
            ),
        ]
    parts += [
        (
            f"<text x='{_PANEL / 2}' y='{_PANEL + 30}' {_FONT} font-size='11' fill='#555555' "
            "text-anchor='middle'>published</text>"
        ),
        (
            f"<text x='-42' y='{_PANEL / 2}' {_FONT} font-size='11' fill='#555555' text-anchor='middle' "
            f"transform='rotate(-90 -42 {_PANEL / 2})'>synthetic</text>"
        ),
    ]
    # What is missed comes last, so that nothing covers it.
    ordered = sorted(entries, key=lambda entry: ("not_tested", "met", "missed").index(entry.verdict))
    return parts + [_point(scale, entry) for entry in ordered]


def _point(scale: Scale, entry: Comparison) -> str:
    published, synthetic = entry.published or 0.0, entry.synthetic or 0.0
    words = f"{entry.result_id}: published {published:g}, synthetic {synthetic:.5g}"
    return (
        f"<circle cx='{scale.at(published):.1f}' cy='{_PANEL - scale.at(synthetic):.1f}' r='3.2' "
        f"fill='{_COLOURS[entry.verdict]}' fill-opacity='0.65'><title>{_text(words)}</title></circle>"
    )


def _text(value: str) -> str:
    return escape(value, quote=True)
