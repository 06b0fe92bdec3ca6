"""Scales: which items are put together, in which direction, and when none is proposed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pytest

from werkpeil.codebook.draft.columns import blocks_of

if TYPE_CHECKING:
    from support.drafting import Drafts


def items(reversed_items: set[int], count: int, *, noise: float = 0.8, rows: int = 400) -> list[list[int]]:
    """Return answers from 1 to 5 that share one trait, some of them against it."""
    random = np.random.default_rng(7)
    trait = random.normal(size=rows)
    columns = []
    for number in range(1, count + 1):
        sign = -1 if number in reversed_items else 1
        answers = 3 + sign * trait + noise * random.normal(size=rows)
        columns.append(np.clip(np.round(answers), 1, 5).astype(int))
    return np.column_stack(columns).tolist()


def draft_items(drafts: Drafts, header: str, answers: list[list[int]]) -> None:
    rows = [",".join(map(str, (n, *row))) for n, row in enumerate(answers)]
    drafts.of_rows(f"id,{header}", rows)


@pytest.mark.parametrize("reversed_items", [set(), {1}, {2, 4}])
def test_items_against_the_others_are_negative(drafts: Drafts, reversed_items: set[int]) -> None:
    draft_items(drafts, "k1,k2,k3,k4,k5", items(reversed_items, 5))
    polarities = {n for n in range(1, 6) if drafts.column(f"k{n}").polarity == "negative"}
    assert polarities == reversed_items
    assert drafts.asks("Taken as reversed") == bool(reversed_items)


def test_the_alpha_told_is_that_of_the_items_turned(drafts: Drafts) -> None:
    answers = items({2}, 4)
    draft_items(drafts, "k1,k2,k3,k4", answers)
    turned = np.array(answers, dtype=float)
    turned[:, 1] = 6 - turned[:, 1]
    expected = 4 / 3 * (1 - turned.var(axis=0, ddof=1).sum() / turned.sum(axis=1).var(ddof=1))
    told = re.search(r"alpha ([\d.]+), n (\d+)", drafts.question("A scale of 4 items"))
    assert told is not None
    assert float(told[1]) == pytest.approx(expected, abs=0.005)
    assert int(told[2]) == len(answers)


def test_minimum_items_is_all_but_one_and_at_least_half(drafts: Drafts) -> None:
    draft_items(
        drafts,
        "k1,k2,k3,m1,m2,m3,m4,m5",
        [a + b for a, b in zip(items(set(), 3), items(set(), 5), strict=True)],
    )
    assert {s.scale_id: s.minimum_items for s in drafts.codebook.scales} == {"scale_k": 2, "scale_m": 4}


def test_items_that_do_not_hang_together_make_no_scale(drafts: Drafts) -> None:
    draft_items(drafts, "k1,k2,k3,k4", items(set(), 4, noise=6.0))
    assert drafts.codebook.scales == ()
    assert drafts.asks("no scale is proposed (alpha")
    assert {drafts.column(f"k{n}").theme for n in range(1, 5)} == {"k"}


def test_two_items_are_no_scale(drafts: Drafts) -> None:
    draft_items(drafts, "k1,k2,ander", items(set(), 3))
    assert drafts.codebook.scales == ()


def test_thirty_items_are_too_many_for_one_scale(drafts: Drafts) -> None:
    draft_items(drafts, ",".join(f"v{n}" for n in range(1, 31)), items(set(), 30))
    assert drafts.codebook.scales == ()
    assert drafts.asks("v1 - v30 are 30 items, too many for one scale")


def test_a_scale_never_has_the_name_of_a_column(drafts: Drafts) -> None:
    header = "k1,k2,k3,scale_k"
    draft_items(drafts, header, items(set(), 4))
    assert drafts.codebook.scales[0].scale_id != "scale_k"


def test_names_that_differ_in_their_last_number_make_a_block() -> None:
    names = ["q08_1", "q08_2", "q08_3", "q09_1", "q09_2", "q09_3", "age", "x1", "x2"]
    assert blocks_of(names) == {
        **dict.fromkeys(names[:3], "q08_#"),
        **dict.fromkeys(names[3:6], "q09_#"),
    }


def test_names_that_count_twice_make_a_block_as_well() -> None:
    names = ["c82cop1", "c83cop2", "c84cop3"]
    assert set(blocks_of(names).values()) == {"c#cop#"}
