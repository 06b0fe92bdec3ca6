"""Drafts of seven public files need a person's correction on at most one column in twenty.

`python -m pytest -s` of this file lists every column that needs one.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.projects import shared_file
from support.truth import TRUTHS, Correction, corrections, truth_of

if TYPE_CHECKING:
    from support.drafting import Drafts

FILES = {
    "fevs2018": ("fevs2018/fevs2018_subset_10agencies.csv", None),
    "bfi": ("bfi/bfi.csv", None),
    "efc": ("efc/efc.sav", None),
    "rse2018": ("rse/rse2018_public_data.csv", None),
    "ces11": ("ces11/CES11.csv", None),
    "limesurvey": ("limesurvey/survey_998192_R_data_file.csv", "limesurvey/survey_998192_R_syntax_file.R"),
    "qualtrics": ("qualtrics/sample.csv", None),
}
# A change here is a change of what people must do: better or worse.
NEEDED: dict[str, list[str]] = {
    # Answers that too few people gave to be told from what people write, and two questions about leaving.
    "rse2018": [
        "edu1qzaf",
        *("edu2qnl", "edu2qzaf", "edu2qnzl", "edu2qcan", "edu2qworld"),
        "current_emp1qcan",
        "prev_emp1qzaf",
        "fund1can",
        "turn_over3_sq001",
        "turn_over6_sq001",
    ],
}


def corrections_of(drafts: Drafts, name: str) -> tuple[list[Correction], int]:
    file, codebook = FILES[name]
    described = shared_file(codebook) if codebook else None
    drafts.of(shared_file(file), "draft", codebook=described)
    return corrections(drafts.codebook, truth_of(name)), len(drafts.codebook.columns)


def test_every_truth_is_of_a_file_that_is_drafted() -> None:
    assert {path.stem for path in TRUTHS.glob("*.csv")} == set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_at_most_one_column_in_twenty_needs_correction(drafts: Drafts, name: str) -> None:
    found, columns = corrections_of(drafts, name)
    listed = "\n".join(f"  {each.column}: {each.why}" for each in found)
    print(f"{name}: {len(found)} of {columns} columns\n{listed}")  # noqa: T201 - the list is what is asked for
    assert 20 * len(found) <= columns, listed
    assert [each.column for each in found] == NEEDED.get(name, [])


def test_what_is_wrong_in_a_draft_is_seen(drafts: Drafts) -> None:
    drafts.of(shared_file("bfi/bfi.csv"), "draft")
    truths = truth_of("bfi")
    wrong = {
        "a2": replace(truths[2], is_reversed=True),
        "a3": replace(truths[3], answers="6<5<4<3<2<1"),
        "a4": replace(truths[4], answers="0<1<2<3<4<5<6"),
        "c1": replace(truths[6], roles=(frozenset({"group"}),)),
        "e1": replace(truths[11], scale="conscientiousness"),
        "age": replace(truths[28], polarity="negative"),
    }
    names = [column.name for column in drafts.codebook.columns]
    judged = [wrong.get(name, truth) for name, truth in zip(names, truths, strict=True)]
    assert [each.column for each in corrections(drafts.codebook, judged)] == list(wrong)
