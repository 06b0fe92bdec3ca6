"""The picture of an exhibit: printed numbers across, computed ones up, a panel for each unit."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil.svg import Scale

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.reproduction.reading import Row

_PANEL, _LEFT, _TOP, _GAP, _BELOW = 210, 62, 26, 26, 44
_FONT = "font-family='system-ui, sans-serif' fill='#57606a'"
# A shape and a colour for each verdict, so that neither is needed to tell them apart.
MARKS = {
    "reproduced": "<circle r='3.4' fill='#0550ae' fill-opacity='.75'/>",
    "within_error": "<rect x='-3.4' y='-3.4' width='6.8' height='6.8' fill='#1a7f37' fill-opacity='.8'/>",
    "differs": "<path d='M0-5 5 4H-5Z' fill='#a40e26'/>",
    "printed_error": "<path d='M-4-4 4 4M4-4-4 4' stroke='#8a4600' stroke-width='2.4'/>",
}
_UNITS = {
    "percent": ("procent", "percent"),
    "count": ("aantal", "count"),
    "beta": ("beta", "beta"),
    "ratio": ("verhouding", "ratio"),
    "years": ("jaren", "years"),
    "salary_scale": ("salarisschaal", "salary scale"),
    "score_1_5": ("score 1-5", "score 1-5"),
    "score_1_10": ("score 1-10", "score 1-10"),
}


def draw(rows: Sequence[Row], alternative: str) -> str:
    """Return a picture as SVG; empty if no number of the exhibit is computed.

    Args:
        rows: Rows of `reproduction_results`.
        alternative: What the picture shows, for those who do not see it.
    """
    panels: dict[str, list[Row]] = {}
    for row in rows:
        if row["computed_value"] is not None:
            panels.setdefault(row["unit"], []).append(row)
    if not panels:
        return ""
    step = _LEFT + _PANEL + _GAP
    width, height = step * len(panels), _TOP + _PANEL + _BELOW
    drawn = "".join(
        f"<g transform='translate({_LEFT + place * step} {_TOP})'>{_panel(unit, found)}</g>"
        for place, (unit, found) in enumerate(panels.items())
    )
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' "
        f"height='{height}' role='img' aria-label='{escape(alternative, quote=True)}'>{drawn}</svg>"
    )


def _panel(unit: str, rows: Sequence[Row]) -> str:
    scale = Scale.around(
        [row[side] for row in rows for side in ("published_value", "computed_value")], _PANEL
    )
    nl, en = _UNITS.get(unit, (unit, unit))
    parts = [
        _text(0, -8, nl, en, anchor="start", bold=True),
        f"<rect width='{_PANEL}' height='{_PANEL}' fill='#f6f8fa' stroke='#d0d7de'/>",
        f"<line y1='{_PANEL}' x2='{_PANEL}' stroke='#8c959f' stroke-dasharray='4 3'/>",
        _text(_PANEL / 2, _PANEL + 32, "gedrukt", "printed"),
        f"<g transform='rotate(-90) translate({-_PANEL / 2} -46)'>{_text(0, 0, 'berekend', 'computed')}</g>",
    ]
    for tick in scale.ticks:
        at = scale.at(tick)
        parts.append(_text(at, _PANEL + 15, f"{tick:g}"))
        parts.append(_text(-6, _PANEL - at + 4, f"{tick:g}", anchor="end"))
    # What differs comes last, so that nothing covers it.
    order = ("reproduced", "within_error", "printed_error", "differs")
    ordered = sorted(rows, key=lambda row: order.index(row["verdict"]))
    return "".join(parts + [_point(scale, row) for row in ordered])


def _point(scale: Scale, row: Row) -> str:
    x, y = scale.at(row["published_value"]), _PANEL - scale.at(row["computed_value"])
    bar = ""
    if row["std_error"] is not None:
        # Both ends stay within the panel.
        reach = min(1.96 * row["std_error"] / (scale.high - scale.low) * _PANEL, y, _PANEL - y)
        bar = f"<line y1='{-reach:.1f}' y2='{reach:.1f}' stroke='#57606a' stroke-opacity='.5'/>"
    words = f"{row['result_id']}: {row['published_text']}, {row['computed_value']:.5g}"
    mark = MARKS[row["verdict"]]
    return f"<g transform='translate({x:.1f} {y:.1f})'>{bar}{mark}<title>{escape(words)}</title></g>"


def _text(
    x: float, y: float, nl: str, en: str | None = None, *, anchor: str = "middle", bold: bool = False
) -> str:
    weight = " font-weight='600'" if bold else ""

    def written(text: str, lang: str) -> str:
        return (
            f"<text x='{x:.1f}' y='{y:.1f}' {_FONT} font-size='11' text-anchor='{anchor}'{weight}{lang}>"
            f"{escape(text)}</text>"
        )

    if en is None:
        return written(nl, "")
    return written(nl, " lang='nl'") + written(en, " lang='en'")
