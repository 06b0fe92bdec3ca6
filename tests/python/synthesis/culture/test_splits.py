"""Answers with exact counts whose regressions come out as asked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from werkpeil.synthesis.culture.results import fit
from werkpeil.synthesis.culture.splits import Part, assign, tune, whole


def predictors(random, size, width=4):
    mixing = np.eye(width) + 0.4 * np.tril(np.ones((width, width)), -1)
    drawn = random.standard_normal((size, width)) @ mixing.T
    return drawn / drawn.std(axis=0)


@settings(max_examples=30, deadline=None)
@given(size=st.integers(1, 200), share=st.floats(0, 1), seed=st.integers(0, 2**32 - 1))
def test_counts_are_exact_and_the_highest_say_yes(size, share, seed):
    chosen = round(share * size)
    index = np.random.default_rng(seed).standard_normal(size)
    answers = assign(index, [whole(size, chosen)])
    assert answers.sum() == chosen
    if 0 < chosen < size:
        assert index[answers == 1].min() >= index[answers == 0].max()


def test_parts_are_cut_apart_from_each_other():
    index = np.array([5.0, 1.0, 3.0, 9.0, 7.0, 8.0])
    low = Part(np.array([0, 1, 2]), np.array([2, 1]), np.array([1.0, 2.0]))
    high = Part(np.array([3, 4, 5]), np.array([1, 2]), np.array([3.0, 4.0]))
    assert assign(index, [low, high]).tolist() == [2, 1, 1, 4, 3, 4]


@pytest.mark.parametrize("share", [0.06, 0.3, 0.7])
def test_a_tuned_answer_has_the_betas_that_were_asked_for(share):
    random = np.random.default_rng(7)
    size, wanted = 3000, np.array([0.12, -0.08, 0.05, 0.0])
    rows = predictors(random, size)
    part = whole(size, round(share * size))
    deviation = np.sqrt(share * (1 - share))
    covariance = deviation * rows.std(axis=0) * (np.corrcoef(rows.T) @ wanted)
    target = size * (covariance + share * rows.mean(axis=0))
    _, answers = tune(rows, random.standard_normal(size), [part], target, np.zeros(4))
    assert answers.sum() == part.counts[1]
    assert fit(rows, answers).betas == pytest.approx(wanted, abs=1e-3)


def test_a_tuned_ordinal_answer_keeps_its_categories():
    random = np.random.default_rng(8)
    rows = predictors(random, 2000)
    counts, values = np.array([100, 300, 700, 600, 300]), np.arange(1.0, 6.0)
    answers = np.repeat(values, counts)
    wanted = np.array([0.4, 0.1, 0.0, -0.1])
    covariance = answers.std() * rows.std(axis=0) * (np.corrcoef(rows.T) @ wanted)
    target = 2000 * (covariance + answers.mean() * rows.mean(axis=0))
    part = Part(np.arange(2000), counts, values)
    _, tuned = tune(rows, random.standard_normal(2000), [part], target, np.zeros(4))
    assert np.bincount(tuned.astype(int), minlength=6)[1:].tolist() == counts.tolist()
    assert fit(rows, tuned).betas == pytest.approx(wanted, abs=1e-3)
