"""The small implementation that the calibration report measures with."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from werkpeil.synthesis.culture import design
from werkpeil.synthesis.culture.results import Results, fit

SIZE = 4


def answers(**columns):
    """Four respondents who answer 3 to everything but what is given."""
    names = [item for items in design.ITEMS.values() for item in items]
    made = {name: np.full(SIZE, 3, dtype=np.int16) for name in [*names, *design.ATTITUDES]}
    made |= {name: np.zeros(SIZE, dtype=np.int16) for name in (design.GENERAL, *design.TYPES)}
    made |= {"sector": np.array([1, 1, 2, 2]), "weight": np.array([1.0, 3.0, 1.0, 1.0])}
    made |= {"left_employer": np.zeros(SIZE, dtype=np.int16)}
    return made | {name: np.asarray(values) for name, values in columns.items()}


def test_a_score_reverses_negative_items_and_needs_three_of_four():
    results = Results(
        answers(
            menselijke_maat_1=[5, 5, 5, 5],
            menselijke_maat_2=[4, 4, 8, 4],
            menselijke_maat_3=[4, -1, 9, 4],
            menselijke_maat_4=[1, 1, 1, 5],
        )
    )
    scores = results.scores[:, design.ASPECTS.index("menselijke_maat")]
    assert scores[[0, 1, 3]] == pytest.approx([4.5, 14 / 3, 3.5])
    assert np.isnan(scores[2])


def test_bands_are_cut_at_two_and_a_half_and_three_and_a_half():
    results = Results(
        answers(
            wendbaarheid_1=[2, 3, 4, 5],
            wendbaarheid_2=[2, 4, 4, 5],
            wendbaarheid_3=[3, 2, 2, 1],
            wendbaarheid_4=[3, 3, 3, 5],
        )
    )
    aspect = design.ASPECTS.index("wendbaarheid")
    assert results.scores[:, aspect].tolist() == [2.5, 3.5, 3.75, 5.0]
    assert results.band_shares(aspect, results.everyone) == pytest.approx((1 / 6, 3 / 6, 2 / 6))


def test_shares_are_weighted_unless_said_otherwise():
    made = answers(employer_satisfaction=[4, 2, 5, 3])
    assert (
        Results(made).share(np.array([True, False, False, False]), np.array([True, True, False, False]))
        == 0.25
    )
    unweighted = Results(made, weighted=False)
    assert unweighted.share(unweighted.in_band("employer_satisfaction", 2), unweighted.everyone) == 0.5


def test_other_genders_and_refusals_are_no_predictor():
    controls = dict.fromkeys(design.CONTROLS, (1, 1, 1, 1)) | {"age": [40.0, 999.0, np.nan, 50.0]}
    results = Results(answers(**controls | {"gender_female": [1, 2, 3, 9]}))
    assert results.valid("gender_female")[:2].tolist() == [0.0, 1.0]
    assert np.isnan(results.valid("gender_female")[2:]).all()
    assert np.isnan(results.valid("age")).tolist() == [False, True, True, False]


def test_a_fit_is_that_of_statsmodels_on_standardised_variables():
    random = np.random.default_rng(3)
    rows = random.standard_normal((400, 3)) @ np.array([[1, 0.5, 0], [0, 1, 0.3], [0, 0, 1]])
    outcome = rows @ np.array([0.5, -0.2, 0.1]) + random.standard_normal(400)
    rows[:5, 1] = np.nan
    found = fit(rows, outcome)
    used = np.column_stack([rows, outcome])[5:]
    standard = (used - used.mean(axis=0)) / used.std(axis=0)
    known = sm.OLS(standard[:, -1], sm.add_constant(standard[:, :-1])).fit()
    assert found.n == 395
    assert found.betas == pytest.approx(known.params[1:])
    assert found.p_values == pytest.approx(known.pvalues[1:])
    assert found.errors == pytest.approx(known.bse[1:])
    assert found.adjusted_r2 == pytest.approx(known.rsquared_adj)
