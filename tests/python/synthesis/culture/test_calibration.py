"""The calibration, on a reduced problem, and what it stored."""

from __future__ import annotations

import numpy as np
import pytest

from werkpeil.synthesis.culture import design
from werkpeil.synthesis.culture.calibration import (
    calibrate,
    margins,
    observed_correlation,
    sample_people,
    score_shares,
    solve_correlations,
)
from werkpeil.synthesis.culture.parameters import Parameters, betas, parameters
from werkpeil.synthesis.culture.people import SUMS
from werkpeil.synthesis.targets import published_values

# Printed stars bound the variance inflation of every predictor (C05).
INFLATION = {
    "samenwerkingsgerichtheid": (1.27, 2.29),
    "missiegedrevenheid": (1.30, 1.46),
    "wendbaarheid": (1.70, 2.04),
    "inclusiviteit": (1.01, 1.71),
    "lerend_vermogen": (2.05, 3.45),
    "menselijke_maat": (1.63, 1.84),
    "hours_worked": (1.00, np.inf),
    "full_time": (1.91, 2.79),
    "permanent_contract": (1.00, 1.50),
    "share_working_from_home": (1.10, 1.31),
    "gender_female": (1.01, 1.36),
    "age": (1.43, 1.82),
    "years_with_employer": (1.13, 1.43),
    "education_level": (1.19, np.inf),
}


@pytest.mark.parametrize("aspect", design.ASPECTS)
def test_scores_have_the_wanted_moments_and_bands(aspect):
    mean, deviation, low, high = design.SCORES[aspect]
    shares = score_shares(mean, deviation, low, high)
    score = SUMS / 4
    assert shares.min() > 0
    assert shares.sum() == pytest.approx(1)
    assert shares @ score == pytest.approx(mean, abs=1e-4)
    assert np.sqrt(shares @ (score - mean) ** 2) == pytest.approx(deviation, abs=1e-3)
    assert shares[score <= 2.5].sum() == pytest.approx(low, abs=1e-4)
    assert shares[score > 3.5].sum() == pytest.approx(high, abs=1e-4)


@pytest.fixture(scope="module")
def observed():
    found = parameters()
    people = sample_people(found.latent_correlation, found.score_shares, 40_000, seed=4)
    return np.corrcoef(people.predictors.T)


def test_stored_correlations_give_the_published_r2(observed):
    value = published_values("werkonderzoek")
    wanted = betas(parameters().free_betas)
    for position, outcome in enumerate(design.OUTCOMES):
        table = 4 if outcome in design.ATTITUDES else 3
        n = value[f"cul_t{table}_n__{outcome}"]
        r2 = wanted[:, position] @ observed @ wanted[:, position]
        adjusted = 1 - (1 - r2) * (n - 1) / (n - 15)
        assert adjusted == pytest.approx(value[f"cul_t{table}_adjr2__{outcome}"], abs=0.004), outcome


def test_stored_correlations_keep_every_inflation_in_its_interval(observed):
    inflation = np.diag(np.linalg.inv(observed))
    for name, factor in zip(design.PREDICTORS, inflation, strict=True):
        lowest, highest = INFLATION[name]
        assert lowest - 0.02 < factor < highest + 0.02, name


def test_stored_aspects_correlate_positively(observed):
    assert observed[:6, :6].min() > 0.1


def test_to_first_order_cutting_weakens_correlations_as_known():
    found = parameters()
    known = margins(found.score_shares, 40_000)
    people = sample_people(found.latent_correlation, found.score_shares, 40_000)
    drawn = np.corrcoef(people.predictors.T)
    difference = np.abs(observed_correlation(found.latent_correlation, known) - drawn)
    age, tenure = design.PREDICTORS.index("age"), design.PREDICTORS.index("years_with_employer")
    assert difference[age, tenure] < 0.1  # nobody serves from before the age of 16
    difference[[age, tenure], [tenure, age]] = 0.0
    assert difference.max() < 0.04


def test_the_solver_reaches_the_published_r2_in_a_few_steps():
    shares = np.array([score_shares(*design.SCORES[aspect]) for aspect in design.ASPECTS])
    solution = solve_correlations(margins(shares, 10_000), evaluations=12)
    wanted = betas(solution.free)
    explained = (wanted * (solution.observed @ wanted)).sum(axis=0)
    assert explained[5:] == pytest.approx([0.327, 0.349, 0.374], abs=0.01)
    assert np.linalg.eigvalsh(solution.latent)[0] > 0


@pytest.mark.slow
def test_a_reduced_calibration_finds_every_parameter_and_survives_storage():
    found = calibrate(size=4_000, rounds=1, repeats=1, evaluations=3)
    again = Parameters.from_json(found.to_json())
    assert again.general.shape == (20,)
    assert again.types.shape == (4, 14)
    assert again.attitudes.shape == (3, 3, 14)
    assert again.latent_correlation == pytest.approx(found.latent_correlation, abs=1e-6)
    assert np.sign(again.general[:2]).tolist() == [-1, -1]
