"""What pictures written as SVG share; no plotting library is needed for points and a few ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

_TICKS = 5


@dataclass(frozen=True)
class Scale:
    """The range of an axis, how wide it is drawn, and where its ticks are."""

    low: float
    high: float
    step: float
    width: float

    @classmethod
    def around(cls, values: Sequence[float], width: float) -> Scale:
        """Return a scale with a little room on both sides of some values, drawn so wide."""
        low, high = min(values), max(values)
        room = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
        step = _round_step((high - low + 2 * room) / _TICKS)
        return cls(low - room, high + room, step, width)

    def at(self, value: float) -> float:
        """Return the position of a value, from 0 to its width."""
        return (value - self.low) / (self.high - self.low) * self.width

    @property
    def ticks(self) -> list[float]:
        """The values with a tick."""
        first = math.ceil(self.low / self.step)
        last = math.floor(self.high / self.step)
        return [round(number * self.step, 10) for number in range(first, last + 1)]


def _round_step(step: float) -> float:
    """Return 1, 2 or 5 times a power of ten, at least the step."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= step * (1 - 1e-9))
