"""Scales: items that are named alike and answered alike, if they hang together.

Cronbach (1951), Psychometrika 16, 297-334. An item's direction is the sign of its loading on the first
principal component of the items' correlations.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from werkpeil.codebook import normalise_text
from werkpeil.codebook.draft.columns import blocks_of
from werkpeil.codebook.draft.delivery import number_of
from werkpeil.codebook.draft.names import snake_case
from werkpeil.codebook.model import Scale, Theme
from werkpeil.statistics.reliability import cronbach_alpha

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from werkpeil.codebook.draft.columns import DraftColumn
    from werkpeil.codebook.draft.delivery import Delivery
    from werkpeil.codebook.draft.questions import Questions

_LEAST_ALPHA = 0.6
_LEAST_ITEMS = 3
_MOST_ITEMS = 25
_LEAST_ROWS = 30
_AGREEMENT_BANDS = "agreement_mean_5"


@dataclass(frozen=True)
class Proposal:
    """Scales and themes for a survey; the columns carry their ids."""

    scales: tuple[Scale, ...]
    themes: tuple[Theme, ...]


def propose_scales(
    delivery: Delivery,
    columns: Sequence[DraftColumn],
    survey_id: str,
    bands: Iterable[str],
    questions: Questions,
) -> Proposal:
    """Propose a theme for each block of items, and a scale where the items hang together.

    Writes scale, theme and polarity into the columns.

    Args:
        delivery: What was read of the file.
        columns: Named drafts with their answer sets.
        survey_id: Of the new survey.
        bands: Ids of the warehouse's band sets.
        questions: Told of scales and of reversed items.
    """
    taken = {column.name for column in columns}
    known_bands = set(bands)
    scales: list[Scale] = []
    themes: list[Theme] = []
    for prefix, items in _blocks(columns):
        theme_id = _free_id(prefix or "items", {theme.theme_id for theme in themes})
        label = _label(items)
        themes.append(
            Theme(
                survey_id=survey_id,
                theme_id=theme_id,
                label_nl=label,
                label_en=label,
                position=len(themes) + 1,
            )
        )
        for item in items:
            item.theme = theme_id
        members = _keyed(delivery, items, label, questions)
        if not members:
            continue
        scale_id = _free_id(f"scale_{prefix}" if prefix else "scale_items", taken)
        taken.add(scale_id)
        for item in members:
            item.scale = (scale_id,)
        scales.append(
            Scale(
                survey_id=survey_id,
                scale_id=scale_id,
                label_nl=_label(members),
                label_en=_label(members),
                minimum_items=max(len(members) - 1, ceil(len(members) / 2)),
                band_set_id=_AGREEMENT_BANDS
                if _is_agreement(members) and _AGREEMENT_BANDS in known_bands
                else None,
                note="Proposed by `werkpeil survey new` from names and correlations.",
            )
        )
    return Proposal(tuple(scales), tuple(themes))


def _blocks(columns: Sequence[DraftColumn]) -> list[tuple[str, list[DraftColumn]]]:
    """Return blocks of at least three items with one name pattern and one answer set."""
    by_set: dict[str, list[DraftColumn]] = {}
    for column in columns:
        if column.role == "item" and column.answers and not column.answers.kind.startswith("yes_no"):
            by_set.setdefault(column.answers.set_id, []).append(column)
    found: list[tuple[str, list[DraftColumn]]] = []
    for items in by_set.values():
        named = {_block_name(item): item for item in items}
        blocks: dict[str, list[DraftColumn]] = {}
        for name, pattern in blocks_of(named).items():
            blocks.setdefault(pattern, []).append(named[name])
        found += [(_prefix(pattern), members) for pattern, members in blocks.items()]
    return sorted(found, key=lambda block: block[1][0].source.position)


def _block_name(item: DraftColumn) -> str:
    """Return a name that tells an item's block; parts of one question differ in a number."""
    if item.source.code:
        return item.source.code
    shared = re.sub(r"\s*\[[^\]]*\]\s*$", "", item.source.header)
    return f"{snake_case(shared)}_{item.source.position}" if shared != item.source.header else item.name


def _prefix(pattern: str) -> str:
    return snake_case(pattern.replace("#", " "))


def _free_id(wanted: str, taken: set[str]) -> str:
    base = wanted if wanted[0].isalpha() else f"q_{wanted}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    return name


def _label(items: Sequence[DraftColumn]) -> str:
    return f"{items[0].source.shown} - {items[-1].source.shown}"


def _is_agreement(items: Sequence[DraftColumn]) -> bool:
    answers = items[0].answers
    scores = {answer.score for answer in answers.answers if answer.score is not None} if answers else set()
    return answers is not None and answers.kind.startswith("agreement") and scores == {1, 2, 3, 4, 5}


def _keyed(
    delivery: Delivery, items: Sequence[DraftColumn], label: str, questions: Questions
) -> list[DraftColumn]:
    """Return the items of the scale that a block makes, their polarity set; none if it makes no scale."""
    if len(items) > _MOST_ITEMS:
        questions.scales.append(
            f"{label} are {len(items)} items, too many for one scale. Which of them belong together?"
        )
        return []
    scores = np.column_stack([delivery.values_of(item.source, _scores(item)) for item in items])
    varying = np.nanstd(np.where(np.isnan(scores).all(axis=0), 0.0, scores), axis=0) > 0
    members = [item for item, varies in zip(items, varying, strict=True) if varies]
    complete = scores[:, varying]
    complete = complete[~np.isnan(complete).any(axis=1)]
    if len(members) < _LEAST_ITEMS or len(complete) < _LEAST_ROWS or not (complete.std(axis=0) > 0).all():
        return []
    signs = _signs(complete)
    alpha = cronbach_alpha(np.cov(complete * signs, rowvar=False))
    if not alpha >= _LEAST_ALPHA:
        questions.scales.append(f"{label}: no scale is proposed (alpha {alpha:.2f}, n {len(complete)}).")
        return []
    turned = [item for item, sign in zip(members, signs, strict=True) if sign < 0]
    for item in turned:
        item.polarity = "negative"
    questions.reversed_items += [item.source.shown for item in turned]
    reverse = f", {len(turned)} of them reversed" if turned else ""
    questions.scales.append(
        f"A scale of {len(members)} items is proposed{reverse}: {label} (alpha {alpha:.2f},"
        f" n {len(complete)}). Do they measure one thing?"
    )
    return members


def _scores(item: DraftColumn) -> dict[str, float]:
    """Return the score of each delivered text of a column."""
    if item.answers is None:
        return {}
    known = item.answers.scores
    missing = {str(code) for codes in item.missing.values() for code in codes}
    found = {}
    for text in item.source.values:
        number = number_of(text)
        is_code = item.coding == "codes" and number is not None and number.is_integer()
        key = (
            str(int(number))
            if is_code and number is not None
            else normalise_text(item.source.labels.get(text, text))
        )
        if key in known and text not in missing:
            found[text] = known[key]
    return found


def _signs(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return 1 or -1 per item: the direction in which most of them, or else the first, point."""
    _, vectors = np.linalg.eigh(np.corrcoef(scores, rowvar=False))
    signs = np.where(vectors[:, -1] < 0, -1.0, 1.0)
    majority = signs.sum() or signs[0]
    return signs if majority > 0 else -signs
