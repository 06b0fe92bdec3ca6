"""One published number or statement beside what a synthetic wave gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal["met", "missed", "not_tested"]


@dataclass(frozen=True)
class Comparison:
    """One published number or statement beside its synthetic counterpart.

    Args:
        result_id: As in the published results, or the claim's id.
        exhibit: Where it is printed.
        label: What it is, for a reader.
        published: The printed value; None for a claim without a number.
        synthetic: What the wave gives; None where it was not measured, 1 or 0 for a claim.
        tolerance: How far off it may be, in the unit of the value; None where nothing is tested.
        unit: `count`, `percent`, `mean`, `beta`, `r2`, `claim`, and so on: one panel of the picture each.
        is_met: Verdict of what is no plain difference (a claim, an inequality); None leaves it to
            the tolerance.
        note: Why it is not tested, what is followed instead of a misprint, how it was missed.
    """

    result_id: str
    exhibit: str
    label: str
    published: float | None
    synthetic: float | None
    tolerance: float | None
    unit: str
    is_met: bool | None = None
    note: str = ""

    @property
    def difference(self) -> float | None:
        """Synthetic minus published."""
        if self.published is None or self.synthetic is None:
            return None
        return self.synthetic - self.published

    @property
    def verdict(self) -> Verdict:
        """Whether the number was met."""
        if self.is_met is not None:
            return "met" if self.is_met else "missed"
        if self.tolerance is None or self.difference is None:
            return "not_tested"
        # Printed numbers are decimal fractions: half a unit must not fail by its binary error.
        return "met" if abs(self.difference) <= self.tolerance + 1e-9 else "missed"
