"""The devices of a model: counts that add up, categories with exact sizes, streams of their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from werkpeil.synthesis import core

weights = st.lists(st.floats(0, 1e6), min_size=1, max_size=12).filter(lambda parts: sum(parts) > 1e-3)


@settings(deadline=None)
@given(weights, st.integers(0, 10**7))
def test_split_counts_add_up_and_stay_within_one_of_the_exact_part(parts, total):
    counts = core.split_counts(parts, total)
    exact = np.asarray(parts) / np.sum(parts) * total
    assert counts.sum() == total
    assert np.all(counts >= 0)
    assert np.all(np.abs(counts - exact) < 1 + 1e-6)


@settings(deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**5))
def test_blocks_add_up_to_the_respondents(respondents, block):
    sizes = list(core.block_sizes(respondents, block))
    assert sum(sizes) == respondents
    assert all(0 < size <= block for size in sizes)


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), min_size=2, max_size=7).filter(lambda counts: sum(counts) > 0))
def test_ranks_give_each_category_its_exact_size(counts):
    latent = np.random.default_rng(1).standard_normal(sum(counts))
    categories = core.ordinal_by_rank(latent, counts)
    assert np.bincount(categories, minlength=len(counts)).tolist() == counts
    assert np.all(np.diff(categories[np.argsort(latent)]) >= 0)


def test_cut_points_give_the_shares_back():
    shares = np.array([0.05, 0.15, 0.3, 0.4, 0.1])
    latent = np.random.default_rng(3).standard_normal(400_000)
    answers = core.ordinal(latent, core.cut_points(shares))
    found = np.bincount(answers, minlength=6)[1:] / len(latent)
    assert found == pytest.approx(shares, abs=4 * np.sqrt(0.25 / len(latent)))


def test_empty_categories_are_never_answered():
    answers = core.ordinal(np.array([-5.0, 0.0, 5.0]), core.cut_points([0, 1, 0]))
    assert answers.tolist() == [2, 2, 2]


def test_a_plan_is_met_exactly_over_all_blocks():
    plan = np.array([5, 0, 120, 75])
    remaining = plan.copy()
    random = np.random.default_rng(0)
    taken = [core.take_without_replacement(random, remaining, size) for size in (70, 70, 60)]
    assert [int(part.sum()) for part in taken] == [70, 70, 60]
    assert np.sum(taken, axis=0).tolist() == plan.tolist()
    assert remaining.sum() == 0


def test_streams_are_reproducible_and_apart():
    first = core.stream(7, "per", "2022", "age", block=1).random(5)
    assert core.stream(7, "per", "2022", "age", block=1).random(5).tolist() == first.tolist()
    for other in (
        core.stream(8, "per", "2022", "age", block=1),
        core.stream(7, "per", "2024", "age", block=1),
        core.stream(7, "per", "2022", "age", block=2),
        core.stream(7, "per", "2022", "scale", block=1),
    ):
        assert not np.any(other.random(5) == first)


def test_skipping_has_the_asked_rates_and_goes_with_carelessness():
    random = np.random.default_rng(5)
    careless = random.standard_normal(100_000)
    skipped = core.skipped_at_random(random, 100_000, [0.02, 0.1], careless)
    error = np.sqrt(np.array([0.02 * 0.98, 0.1 * 0.9]) / 100_000)
    assert np.all(np.abs(skipped.mean(axis=0) - [0.02, 0.1]) < 4 * error)
    together = (skipped[:, 0] & skipped[:, 1]).mean()
    assert together > 0.02 * 0.1 + 4 * np.sqrt(0.002 / 100_000)


def test_who_breaks_off_answers_nothing_after():
    stopped = core.break_off(np.random.default_rng(5), 2_000, 0.3, 10)
    assert not stopped[:, 0].any()
    assert np.all(np.diff(stopped.astype(int), axis=1) >= 0)
    assert abs(stopped[:, -1].mean() - 0.3) < 4 * np.sqrt(0.21 / 2_000)


def test_ids_say_that_they_are_synthetic_and_differ_between_waves():
    first = core.respondent_ids("per", "2022", 1, 2).tolist()
    assert first == ["syn-per-2022-00000001", "syn-per-2022-00000002"]
    assert not set(first) & set(core.respondent_ids("per", "2024", 1, 2).tolist())
