"""Pictures as SVG that any width shows at full size: places across are percentages, text never shrinks.

Each mark has a shape beside its colour, each picture an alternative text, and a picture of made-up answers
says so itself. What a picture shows stands in the table beside it; hidden numbers leave a dashed gap.
"""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.layout import SYNTHETIC
from werkpeil.svg import Scale

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from werkpeil.site.words import Voice

# Room at both ends of the axis for half a mark or half a word, in per cent of the width.
_FIRST, _WIDTH = 2.5, 94.0
_LINE, _BAR, _LANE = 16, 18, 11
# What is higher than this is divided over sheets of paper when it is printed.
_PAPER = 800
# Signs that fit beside a value on the narrowest screen.
_LABEL = 42
SERIES = 6

POSITIVE = Text("positief", "positive")
NEUTRAL = Text("neutraal", "neutral")
NEGATIVE = Text("negatief", "negative")

_SHAPES = (
    "<circle r='4.2'/>",
    "<rect x='-4' y='-4' width='8' height='8'/>",
    "<path d='M0-5.2 4.9 3.6H-4.9Z'/>",
    "<path d='M0-5.6 5.6 0 0 5.6-5.6 0Z'/>",
    "<path d='M0 5.2 4.9-3.6H-4.9Z'/>",
    "<path d='M-2-5H2V-2H5V2H2V5H-2V2H-5V-2H-2Z'/>",
)


@dataclass(frozen=True)
class Estimate:
    """A number to be drawn.

    Args:
        value: The number; None where it is hidden or there is none.
        lower: Lower end of its interval.
        upper: Upper end of its interval.
        reason: Why there is no number, in words.
        firm: Whether its mark is filled: for coefficients, whether they differ from nothing.
    """

    value: float | None
    lower: float | None = None
    upper: float | None = None
    reason: str = ""
    firm: bool = True


@dataclass(frozen=True)
class Line:
    """A row of a picture.

    Args:
        label: Its name; a row without estimates is the heading of those below it.
        estimates: One per series, or positive, neutral and negative shares.
        value: What stands at its right.
    """

    label: str
    estimates: tuple[Estimate, ...] = ()
    value: str = ""


@dataclass
class _Drawing:
    """A picture that grows downwards."""

    parts: list[str] = field(default_factory=list)
    y: float = 0

    def text(self, x: float, y: float, text: str, *, style: str = "", anchor: str = "start") -> None:
        named = f" class='{style}'" if style else ""
        end = "" if anchor == "start" else f" text-anchor='{anchor}'"
        self.parts.append(f"<text x='{x:g}%' y='{y:g}'{named}{end}>{escape(text)}</text>")

    def label(self, line: Line) -> None:
        """Write a row's name, in as many lines as it needs, and its value at the right."""
        if not line.estimates and self.parts:
            self.y += 8
        wrapped = textwrap.wrap(line.label, _LABEL) or [""]
        for place, words in enumerate(wrapped):
            self.text(0, self.y + 13 + place * _LINE, words, style="" if line.estimates else "b")
        if line.value:
            self.text(100, self.y + 13, line.value, style="s", anchor="end")
        self.y += len(wrapped) * _LINE + 3

    def across(self, lower: float, upper: float, y: float, style: str) -> None:
        self.parts.append(
            f"<line class='{style}' x1='{lower:.2f}%' x2='{upper:.2f}%' y1='{y:g}' y2='{y:g}'/>"
        )

    def down(self, x: float, top: float, bottom: float, style: str) -> None:
        self.parts.append(f"<line class='{style}' x1='{x:.2f}%' x2='{x:.2f}%' y1='{top:g}' y2='{bottom:g}'/>")

    def bar(self, lower: float, upper: float, style: str) -> None:
        self.parts.append(
            f"<rect class='{style}' x='{lower:.2f}%' y='{self.y:g}' width='{max(upper - lower, 0):.2f}%' "
            f"height='{_BAR}'/>"
        )

    def axis(self, ticks: Sequence[tuple[float, str]]) -> None:
        """Write the names of the ticks below what was drawn."""
        for x, words in ticks:
            self.text(x, self.y + 12, words, style="axis", anchor="middle")
        self.y += 18

    def finished(self, alternative: str, voice: Voice, *, synthetic: bool) -> str:
        if synthetic:
            self.text(100, self.y + 14, voice.say(SYNTHETIC).upper(), style="s b", anchor="end")
            self.y += 20
        tall = " tall" if self.y > _PAPER else ""
        return (
            f"<svg class='picture{tall}' height='{self.y:g}' role='img' "
            f"aria-label='{escape(alternative, quote=True)}'>{''.join(self.parts)}</svg>"
        )


def stacked(
    lines: Sequence[Line], names: Sequence[str], voice: Voice, *, alternative: str, synthetic: bool
) -> str:
    """Return rows of shares that add up, with the interval of the first and the last of them.

    Args:
        lines: Rows of three estimates.
        names: Names of the three, first to last.
        voice: Language.
        alternative: What the picture shows, for those who do not see it.
        synthetic: Whether the answers are made up.
    """
    drawing = _Drawing()
    for line in lines:
        drawing.label(line)
        if line.estimates:
            _stack(drawing, line.estimates, voice)
    drawing.axis([(_at(share), voice.share(share, 0)) for share in (0, 0.25, 0.5, 0.75, 1)])
    key = _key([f"<rect class='{style}' x='-6' y='-6' width='12' height='12'/>" for style in _PARTS], names)
    return f"{key}<figure>{drawing.finished(alternative, voice, synthetic=synthetic)}</figure>"


def bar(shares: tuple[Estimate, ...], voice: Voice) -> str:
    """Return one row of shares without its axis, for lists; its alternative text tells them."""
    drawing = _Drawing()
    _stack(drawing, shares, voice)
    names = ((POSITIVE, shares[0]), (NEUTRAL, shares[1]), (NEGATIVE, shares[2]))
    told = ", ".join(
        f"{voice.say(name)} {voice.share(share.value, 0)}" for name, share in names if share.value is not None
    )
    return (
        f"<svg class='picture' height='{_BAR + 6}' role='img' aria-label='{escape(told, quote=True)}'>"
        f"{''.join(drawing.parts)}</svg>"
    )


_PARTS = ("pos", "neu", "neg")


def _at(share: float) -> float:
    return _FIRST + _WIDTH * share


def _stack(drawing: _Drawing, shares: tuple[Estimate, ...], voice: Voice) -> None:
    """Draw a row: the first share from the left, the last from the right, the middle between them."""
    first, middle, last = (estimate.value for estimate in shares)
    left = 0.0 if first is None else first
    right = 1.0 if last is None else 1 - last
    spans = [
        (0.0, first),
        (left, None if middle is None else left + middle),
        (right, None if last is None else 1.0),
    ]
    if first is None and middle is not None:
        # Without the first share the middle is known to lie against the last, if that is known.
        spans[1] = (right - middle, right) if last is not None else (0.0, None)
    drawn = [
        (start, end, style) for (start, end), style in zip(spans, _PARTS, strict=True) if end is not None
    ]
    if len(drawn) < len(spans):
        drawing.bar(_at(0), _at(1), "gap")
        reason = next(
            (estimate.reason for estimate in shares if estimate.value is None and estimate.reason), ""
        )
        if not drawn and reason:
            drawing.text(_at(0) + 1, drawing.y + 13, reason, style="hid")
    for start, end, style in drawn:
        drawing.bar(_at(start), _at(end), style)
        if end - start >= 0.12:
            words = voice.share(end - start, 0)
            drawing.text(_at((start + end) / 2), drawing.y + 13, words, style=f"on{style}", anchor="middle")
    drawing.y += _BAR
    ends = [(shares[0].lower, shares[0].upper)] if first is not None else []
    if last is not None and shares[2].lower is not None and shares[2].upper is not None:
        ends.append((1 - shares[2].upper, 1 - shares[2].lower))
    for lower, upper in ends:
        if lower is not None and upper is not None:
            drawing.across(_at(lower), _at(upper), drawing.y + 3.5, "ci")
    drawing.y += 10


@dataclass(frozen=True)
class Axis:
    """What lies across a picture of marks.

    Args:
        low: Its left end.
        high: Its right end.
        ticks: Values with a line.
        told: How a value is written.
        zero: Whether zero is marked, for differences and coefficients.
    """

    low: float
    high: float
    ticks: Sequence[float]
    told: Callable[[float], str]
    zero: bool = False

    def at(self, value: float) -> float:
        """Return the place of a value in per cent of the width."""
        return _FIRST + _WIDTH * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)


def share_axis(lines: Sequence[Line], voice: Voice) -> Axis:
    """Return the axis of shares: from nobody to everybody, or to a part of them if all shares are small."""
    most = max(_numbers(lines), default=1.0)
    high, step = next((axis for axis in _SHARE_AXES if most <= axis[0]), _SHARE_AXES[-1])
    ticks = [round(place * step, 2) for place in range(round(high / step) + 1)]
    return Axis(0, high, ticks, lambda share: voice.share(share, 0))


# Ends of axes of shares, each with its step; all begin at nobody.
_SHARE_AXES = ((0.1, 0.02), (0.2, 0.05), (0.5, 0.1), (1.0, 0.25))


def _numbers(lines: Sequence[Line]) -> list[float]:
    """All numbers and ends of intervals of some rows."""
    return [
        number
        for line in lines
        for estimate in line.estimates
        for number in (estimate.value, estimate.lower, estimate.upper)
        if number is not None
    ]


def number_axis(
    lines: Sequence[Line], voice: Voice, *, zero: bool = False, share: bool = False
) -> Axis | None:
    """Return an axis around all numbers and intervals of some rows; None if there are none.

    Args:
        lines: The rows.
        voice: Language.
        zero: Whether zero is on it.
        share: Whether the numbers are differences of shares, told in percentage points.
    """
    numbers = _numbers(lines)
    if not numbers:
        return None
    scale = Scale.around([*numbers, 0.0] if zero else numbers, 1)
    factor = 100 if share else 1
    places = max(0, min(3, -_exponent(scale.step * factor)))
    return Axis(
        scale.low, scale.high, scale.ticks, lambda value: voice.number(value * factor, places), zero=zero
    )


def _exponent(step: float) -> int:
    return int(f"{step:e}".partition("e")[2])


def dots(
    lines: Sequence[Line],
    names: Sequence[str],
    axis: Axis,
    voice: Voice,
    *,
    alternative: str,
    synthetic: bool,
) -> str:
    """Return rows of marks with their intervals, one lane per series.

    Args:
        lines: Rows with an estimate per series.
        names: Names of the series, at most `SERIES`; with one, no key is drawn.
        axis: What lies across.
        voice: Language.
        alternative: What the picture shows, for those who do not see it.
        synthetic: Whether the answers are made up.
    """
    drawing = _Drawing()
    ticks = [(axis.at(tick), axis.told(tick)) for tick in axis.ticks]
    if len(lines) > 12:
        drawing.axis(ticks)
    for line in lines:
        drawing.label(line)
        if line.estimates:
            _lanes(drawing, line.estimates, axis)
    drawing.axis(ticks)
    key = _key([_mark(place, shape) for place, shape in enumerate(_SHAPES)], names) if len(names) > 1 else ""
    return f"{key}<figure>{drawing.finished(alternative, voice, synthetic=synthetic)}</figure>"


def _lanes(drawing: _Drawing, estimates: Sequence[Estimate], axis: Axis) -> None:
    height = max(len(estimates), 1) * _LANE + 5
    top = drawing.y
    drawing.parts.append(f"<rect class='band' x='0' y='{top:g}' width='100%' height='{height}'/>")
    for tick in axis.ticks:
        drawing.down(axis.at(tick), top, top + height, "zero" if axis.zero and tick == 0 else "grid")
    for place, estimate in enumerate(estimates):
        y = top + 2.5 + _LANE * (place + 0.5)
        if estimate.value is None:
            drawing.text(_FIRST, y + 4, estimate.reason, style="hid")
            continue
        if estimate.lower is not None and estimate.upper is not None:
            drawing.across(axis.at(estimate.lower), axis.at(estimate.upper), y, f"line s{place + 1}")
        shape = _mark(place, _SHAPES[place], firm=estimate.firm)
        drawing.parts.append(
            f"<svg x='{axis.at(estimate.value):.2f}%' y='{y:g}' overflow='visible'>{shape}</svg>"
        )
    drawing.y += height + 7


def _mark(place: int, shape: str, *, firm: bool = True) -> str:
    return f"<g class='{'mark' if firm else 'open'} s{place + 1}'>{shape}</g>"


def _key(marks: Sequence[str], names: Sequence[str]) -> str:
    """The key of a picture: words beside marks."""
    entries = "".join(
        f"<li><svg aria-hidden='true' viewBox='-7 -7 14 14'>{mark}</svg>{escape(name)}</li>"
        for mark, name in zip(marks, names, strict=False)
    )
    return f"<ul class='key'>{entries}</ul>"


def described(what: str, voice: Voice) -> str:
    """Return the alternative text of a picture whose numbers stand in a table beside it."""
    beside = voice.say(
        Text("De getallen staan in de tabel erbij.", "The numbers are in the table beside it.")
    )
    return f"{what}. {beside}"
