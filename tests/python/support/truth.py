"""What the columns of public files are, read by hand, against what a draft makes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from support.projects import ROOT, read_rows
from werkpeil.codebook import normalise_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.codebook import Codebook, Column

TRUTHS = ROOT / "tests" / "data" / "drafts"


@dataclass(frozen=True)
class Truth:
    """What one column is; tests/data/drafts/README.md explains the fields."""

    roles: tuple[frozenset[str], ...]
    answers: str
    scale: str
    is_reversed: bool
    polarity: str


@dataclass(frozen=True)
class Correction:
    """A drafted column that a person must correct, and what is wrong with it."""

    column: str
    why: str


def truth_of(name: str) -> list[Truth]:
    """Return what each column of a file is, in the file's order."""
    return [
        Truth(
            roles=tuple(frozenset(role.split("+")) for role in row["roles"].split("|")),
            answers=row["answers"],
            scale=row["scale"],
            is_reversed=row["reversed"] == "yes",
            polarity=row["polarity"],
        )
        for row in read_rows(TRUTHS / f"{name}.csv")
        for _ in range(int(row["count"]))
    ]


def corrections(codebook: Codebook, truths: Sequence[Truth]) -> list[Correction]:
    """Return the columns of a draft that a person must correct, in the file's order."""
    assert len(codebook.columns) == len(truths)
    both = list(zip(codebook.columns, truths, strict=True))
    turned = _turned_scales(both)
    found = []
    for column, truth in both:
        faults = [*_faults(codebook, column, truth), *_scale_faults(column, truth, turned)]
        if faults:
            found.append(Correction(column.name, "; ".join(faults)))
    return found


def _faults(codebook: Codebook, column: Column, truth: Truth) -> Iterator[str]:
    roles = frozenset(column.role)
    if roles not in truth.roles:
        wanted = " or ".join("+".join(sorted(each)) for each in truth.roles)
        yield f"it is {'+'.join(sorted(roles))}, not {wanted}"
    elif "<" in truth.answers:
        yield from _order_faults(codebook, column, truth.answers.split("<"))
    elif truth.answers == "unordered" and not column.is_coded:
        yield "it has no answer set"
    if truth.polarity and column.polarity != truth.polarity:
        yield f"its polarity is {column.polarity}, not {truth.polarity}"


def _order_faults(codebook: Codebook, column: Column, wanted: Sequence[str]) -> Iterator[str]:
    """Yield what is wrong with the scores and categories of answers that run from least to most."""
    answers = codebook.answers_of(column)
    by_text = {
        key: answer
        for answer in answers
        for key in (answer.texts if column.coding == "labels" else (str(answer.answer_code),))
    }
    found = [by_text.get(normalise_text(text)) for text in wanted]
    if None in found:
        yield f"it lacks the answer {wanted[found.index(None)]!r}"
        return
    scores = [answer.score for answer in found if answer is not None]
    if None in scores or scores != sorted(set(scores), key=lambda score: score or 0):
        yield f"its scores run {scores}"
    rank = {"negative": 0, "neutral": 1, "positive": 2}
    categories = [rank[answer.category] for answer in found if answer is not None and answer.category]
    if categories != sorted(categories):
        yield "its categories run against its answers"


def _turned_scales(both: Sequence[tuple[Column, Truth]]) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Return the drafted scale of each true one, by its first item, and whether it points the other way."""
    first: dict[str, tuple[tuple[str, ...], bool]] = {}
    for column, truth in both:
        if truth.scale and truth.scale not in first:
            first[truth.scale] = (column.scale, (column.polarity == "negative") != truth.is_reversed)
    return first


def _scale_faults(
    column: Column, truth: Truth, turned: dict[str, tuple[tuple[str, ...], bool]]
) -> Iterator[str]:
    if not truth.scale:
        return
    scale, is_turned = turned[truth.scale]
    if not column.scale or column.scale != scale:
        yield f"it is in the scale {column.scale}, not {scale}"
    elif ((column.polarity == "negative") != truth.is_reversed) != is_turned:
        yield "it points the wrong way in its scale"
