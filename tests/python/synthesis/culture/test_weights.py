"""Weights that make unweighted counts the printed shares."""

from __future__ import annotations

import numpy as np
import pytest

from werkpeil.synthesis.culture import CultureModel, design
from werkpeil.synthesis.culture.results import Results


@pytest.fixture(scope="module")
def answers():
    return next(CultureModel().batches("2022", seed=5, respondents=20_000, batch_size=20_000))


def test_weights_average_one_and_vary_moderately(answers):
    weights = answers["weight"]
    assert weights.mean() == pytest.approx(1, abs=1e-3)
    assert 0.1 < weights.std() < 0.4
    assert weights.min() > 0.2
    assert weights.max() < 4
    assert np.array_equal(weights, np.round(weights, 4))


def test_sectors_have_their_share_of_the_population(answers):
    weights = answers["weight"]
    shares = [weights[answers["sector"] == code].sum() / weights.sum() for code in range(1, 8)]
    assert shares == pytest.approx(design.POPULATION_BY_SECTOR.tolist(), abs=1e-4)


def test_kinds_of_moves_are_raked_in_every_sector(answers):
    results = Results(answers)
    culture = results.valid("turnover_intention_because_of_culture") == 1
    for sector in range(len(design.SECTORS)):
        base = culture & results.in_sector(sector)
        shares = [results.share(results.valid(kind) == 1, base) for kind in design.TYPES]
        assert shares == pytest.approx(design.rates().types[sector].tolist(), abs=1e-3)


def test_the_young_weigh_more_than_the_old(answers):
    weights, age = answers["weight"], answers["age"]
    assert weights[age < 30].mean() > weights[(age > 55) & (age < 100)].mean()


def test_published_destinations_sum_to_one_and_stay_below_the_third():
    destinations = design.rates().destinations
    assert destinations.sum(axis=1) == pytest.approx(np.ones(7))
    for sector, name in enumerate(design.SECTORS):
        ranked = np.sort(destinations[sector])[::-1]
        others = [share / 100 for share in design.OTHER_DESTINATIONS[name].values()]
        assert all(share < ranked[2] for share in others), name
