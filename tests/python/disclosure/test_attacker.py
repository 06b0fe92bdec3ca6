"""The attacker against random tables with planted small groups; more of them: tools/attack_published.py."""

from __future__ import annotations

import pytest

from support.attacker import Attacker
from support.judge import faults_of
from support.random_tables import (
    CATEGORIES,
    SCORES,
    carried_of,
    counts_of,
    decided,
    judged,
    people_of,
    published_of,
)


@pytest.mark.parametrize("seed", range(20))
def test_nothing_hidden_is_recovered_from_random_tables(seed: int) -> None:
    faults, _ = judged(people_of(seed))
    assert faults == []


@pytest.mark.parametrize(
    ("seed", "cell", "weighted"),
    [(18, "mean", False), (20, "weighted", True)],
    ids=["deviations_of_a_hidden_category", "weights_of_strata"],
)
def test_what_no_count_tells_would_be_told_by(seed: int, cell: str, weighted: bool) -> None:
    """Sums of squares narrow a category, and weighted shares of two strata together both: unless hidden."""
    rows, decisions = decided(people_of(seed))
    own = decisions["cell_id"] == cell
    assert own.any()
    truth = {row: counts_of(members, list(CATEGORIES)) for row, members in rows.items()}
    told = []
    for kept in (decisions, decisions[~own]):
        published = published_of(rows, kept)
        published.values = SCORES
        published.measures = carried_of(rows, published, weighted=weighted)
        told.append(len(faults_of(published, truth)))
    assert told[0] == 0 < told[1]


def test_the_attacker_finds_what_only_primary_rules_protect() -> None:
    rows, decisions = decided(people_of(3))
    published = published_of(rows, decisions[decisions["suppression_reason"] != "complementary"])
    attacker = Attacker(published)
    recovered = [
        (row, category)
        for row, held in published.counts.items()
        for category, count in held.items()
        if count is None
        and attacker.narrows(row, category, float((rows[row]["answer"] == category).sum()), 1e-3)
    ]
    assert recovered
