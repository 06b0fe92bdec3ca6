"""The calibration report: every published number beside what a synthetic wave gives.

A survey's module (`MEASURES`) measures the published numbers on a wave's respondents and says how far
each may be off; this module compares, judges, and writes the page and the picture.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

import numpy as np

from werkpeil.errors import InputError, OutsideError
from werkpeil.synthesis.comparison import Comparison
from werkpeil.synthesis.generate import model_of
from werkpeil.synthesis.picture import draw

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.synthesis.core import Batch
    from werkpeil.synthesis.generate import SynthesisResult

__all__ = ["Calibration", "Comparison", "calibrate", "whole_wave", "write_report"]

# Where the published numbers of each survey are measured; imported when it is asked for.
MEASURES = {
    "per": "werkpeil.synthesis.craft.measures",
    "werkonderzoek": "werkpeil.synthesis.culture.measures",
}

# A report reads the whole wave into memory.
LARGEST_REPORT = 500_000


class Measures(Protocol):
    """What a survey's module offers: the comparisons of a wave, read as one batch."""

    def compare(self, wave_id: str, answers: Batch) -> list[Comparison]:
        """Measure every published number of the wave on its respondents; none if nothing is published."""
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

    @property
    def headline(self) -> str:
        """One sentence: how many were tested, and met."""
        verdicts = Counter(entry.verdict for entry in self.comparisons)
        tested = verdicts["met"] + verdicts["missed"]
        return (
            f"{verdicts['met']} of {tested} tested numbers and statements met, "
            f"{verdicts['not_tested']} not tested"
        )

    def summary(self) -> list[str]:
        """Return what a reader of the screen sees: the counts, then the misses one by one."""
        return [self.headline, *(f"  missed  {_miss(entry)}" for entry in self.misses)]


def whole_wave(survey_id: str, wave_id: str, *, seed: int, respondents: int) -> Batch:
    """Return all respondents of a wave as one batch."""
    batches = list(
        model_of(survey_id).batches(wave_id, seed=seed, respondents=respondents, batch_size=respondents)
    )
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


def calibrate(made: SynthesisResult) -> Calibration:
    """Compare a wave with the published numbers.

    Raises:
        InputError: if the wave is too large to be read at once, or nothing is published on it.
    """
    if made.respondents > LARGEST_REPORT:
        raise InputError(
            f"A report of {made.respondents:,} respondents would not fit in memory.",
            hint=f"use at most {LARGEST_REPORT:,} respondents with --report.",
        )
    measures: Measures = import_module(MEASURES[made.survey_id])
    answers = whole_wave(made.survey_id, made.wave_id, seed=made.seed, respondents=made.respondents)
    comparisons = measures.compare(made.wave_id, answers)
    if not comparisons:
        raise InputError(
            f"Nothing is published on wave '{made.wave_id}' of {made.survey_id}, so there is nothing to "
            "compare it with.",
            hint="leave out --report; the file is written.",
        )
    return Calibration(made, tuple(comparisons))


def write_report(project: Project, calibration: Calibration) -> Sequence[Path]:
    """Write `docs/method/synthetic-<survey>.md` and its picture, and return both files.

    Raises:
        OutsideError: if they cannot be written.
    """
    made = calibration.made
    page = project.root / "docs" / "method" / f"synthetic-{made.survey_id}.md"
    picture = page.with_suffix(".svg")
    title = f"{made.survey_id} {made.wave_id}: published and synthetic"
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        picture.write_text(draw(title, calibration.comparisons), encoding="utf-8")
        page.write_text("\n".join(_page(calibration, picture.name)) + "\n", encoding="utf-8")
    except OSError as error:
        raise OutsideError(
            f"The report cannot be written: {error.strerror or error}.", where=str(page)
        ) from error
    return [page, picture]


# --- The page -----------------------------------------------------------------------------------


def _page(calibration: Calibration, picture: str) -> list[str]:
    made = calibration.made
    entries = calibration.comparisons
    misses = calibration.misses
    return [
        f"# Calibration of the synthetic wave {made.survey_id} {made.wave_id}",
        "",
        (
            f"**Synthetic: nobody gave these answers.** {made.respondents:,} made-up respondents, seed "
            f"{made.seed}. Written by `werkpeil synthesise --survey {made.survey_id} --wave {made.wave_id} "
            f"--seed {made.seed} --report`; the model, and what the data may be used for, are in "
            "[synthetic-data.md](synthetic-data.md)."
        ),
        "",
        f"{calibration.headline}.",
        "",
        *_table(
            ["exhibit", "met", "missed", "not tested"],
            [
                [exhibit.replace("_", " "), *_verdicts(e for e in entries if e.exhibit == exhibit)]
                for exhibit in dict.fromkeys(entry.exhibit for entry in entries)
            ],
        ),
        "",
        f"![Published numbers against synthetic ones, one panel per unit]({picture})",
        "",
        "## Misses",
        "",
        *([f"- {_miss(entry)}" for entry in misses] or ["None."]),
        "",
        "## What the report prints and the model does not follow, or cannot show",
        "",
        *_untested(entries),
        "",
        "## Every number and statement",
        "",
        (
            "`allowed` is how far off a number may be. Without it the note, or the statement itself, says "
            "what holds."
        ),
        "",
        *_table(
            ["id", "exhibit", "what", "published", "synthetic", "difference", "allowed", "verdict", "note"],
            [_row(entry) for entry in entries],
        ),
    ]


def _verdicts(entries: Iterable[Comparison]) -> list[str]:
    verdicts = Counter(entry.verdict for entry in entries)
    return [str(verdicts["met"]), str(verdicts["missed"]), str(verdicts["not_tested"])]


def _untested(entries: Sequence[Comparison]) -> list[str]:
    by_reason: dict[str, list[str]] = {}
    for entry in entries:
        if entry.verdict == "not_tested":
            by_reason.setdefault(entry.note or "not measured", []).append(f"`{entry.result_id}`")
    return [f"- {reason}: {', '.join(ids)}" for reason, ids in by_reason.items()] or ["Nothing."]


def _row(entry: Comparison) -> list[str]:
    return [
        f"`{entry.result_id}`",
        entry.exhibit.replace("_", " "),
        entry.label,
        _shown(entry.published),
        _synthetic(entry),
        _shown(entry.difference),
        _shown(entry.tolerance),
        entry.verdict.replace("_", " "),
        entry.note,
    ]


def _synthetic(entry: Comparison) -> str:
    if entry.published is None and entry.synthetic is not None:
        return "true" if entry.synthetic else "false"
    return _shown(entry.synthetic)


def _shown(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.4f}".rstrip("0").rstrip(".") if abs(value) >= 5e-5 else "0"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    lines = ["| " + " | ".join(header) + " |", "|" + " --- |" * len(header)]
    return lines + ["| " + " | ".join(cell.replace("|", "/") for cell in row) + " |" for row in rows]


def _miss(entry: Comparison) -> str:
    if entry.published is None or entry.synthetic is None:
        return f"{entry.result_id}: {entry.label}. {entry.note}".strip()
    return (
        f"{entry.result_id}: published {entry.published:g}, synthetic {entry.synthetic:.4g}, "
        f"allowed {entry.tolerance or 0:g}. {entry.note}".strip()
    )
