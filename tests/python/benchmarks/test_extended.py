"""The judge of digits judges right: its coefficients and errors are those of statsmodels on few people."""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm
from benchmarks.contestants import extended, pandas
from benchmarks.questions import OUTCOMES

from benchmarks import survey


def test_coefficients_and_errors_are_those_of_statsmodels() -> None:
    wave = pandas.prepared(survey.answers(3000).to_pandas())
    found = np.array([row[4:] for row in extended.regressions(wave)])
    expected = np.array([row[4:] for row in pandas.regressions(wave, sm)])
    assert len(found) == 15 * len(OUTCOMES)
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


def test_an_inverse_is_one() -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(30, 6)).astype(np.longdouble)
    matrix = rows.T @ rows
    assert float(np.abs(extended.inverted(matrix) @ matrix - np.eye(6)).max()) < 1e-15
