"""The calibration report: every published number beside what a synthetic wave gives.

A survey's module (`MEASURES`) measures the published numbers on a wave's respondents and says how
far each may be off; this module compares, judges, and writes the page and the picture.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np

from werkpeil.errors import InputError
from werkpeil.synthesis.generate import model_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.synthesis.core import Batch
    from werkpeil.synthesis.generate import SynthesisResult

# Where the published numbers of each survey are measured; imported when it is asked for.
MEASURES = {
    "per": "werkpeil.synthesis.craft.measures",
    "werkonderzoek": "werkpeil.synthesis.culture_measures",
}

# A report reads the whole wave into memory.
LARGEST_REPORT = 500_000

Verdict = Literal["met", "missed", "not_tested"]


@dataclass(frozen=True)
class Comparison:
    """One published number or claim beside its synthetic counterpart.

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


class Measures(Protocol):
    """What a survey's module offers: the comparisons of a wave, read as one batch."""

    def compare(self, wave_id: str, answers: Batch) -> list[Comparison]:
        """Measure every published number of the wave on its respondents."""
        ...


@dataclass(frozen=True)
class Calibration:
    """All comparisons of a wave."""

    made: SynthesisResult
    comparisons: tuple[Comparison, ...]

    @property
    def misses(self) -> list[Comparison]:
        """What was tested and not met."""
        return [entry for entry in self.comparisons if entry.verdict == "missed"]

    def summary(self) -> list[str]:
        """Return what a reader of the screen sees: counts per exhibit, then the misses one by one."""
        tested = [entry for entry in self.comparisons if entry.verdict != "not_tested"]
        met = f"{len(tested) - len(self.misses)} of {len(tested)} tested numbers and claims met"
        rest = f"{len(self.comparisons) - len(tested)} not tested"
        return [f"{met}, {rest}", *(f"  missed  {_miss(entry)}" for entry in self.misses)]


def _miss(entry: Comparison) -> str:
    if entry.published is None or entry.synthetic is None:
        return f"{entry.result_id}: {entry.label}. {entry.note}".strip()
    return (
        f"{entry.result_id}: published {entry.published:g}, synthetic {entry.synthetic:.4g}, "
        f"allowed {entry.tolerance or 0:g}. {entry.note}".strip()
    )


def whole_wave(survey_id: str, wave_id: str, *, seed: int, respondents: int) -> Batch:
    """Return all respondents of a wave as one batch."""
    batches = list(
        model_of(survey_id).batches(wave_id, seed=seed, respondents=respondents, batch_size=respondents)
    )
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def calibrate(_project: Project, made: SynthesisResult) -> Calibration:
    """Compare a wave with the published numbers.

    Raises:
        InputError: if the wave is too large to be read at once.
    """
    if made.respondents > LARGEST_REPORT:
        raise InputError(
            f"A report of {made.respondents:,} respondents would not fit in memory.",
            hint=f"use at most {LARGEST_REPORT:,} respondents with --report.",
        )
    measures: Measures = import_module(MEASURES[made.survey_id])
    answers = whole_wave(made.survey_id, made.wave_id, seed=made.seed, respondents=made.respondents)
    return Calibration(made, tuple(measures.compare(made.wave_id, answers)))


def write_report(project: Project, calibration: Calibration) -> Sequence[Path]:
    """Write the page `docs/method/synthetic-<survey>.md` and return the files written."""
    page = project.root / "docs" / "method" / f"synthetic-{calibration.made.survey_id}.md"
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text("\n".join(calibration.summary()) + "\n", encoding="utf-8")
    return [page]
