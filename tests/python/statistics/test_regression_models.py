"""Regression models of the seeds: from moments and rows to coefficients, for the waves that need it."""

from __future__ import annotations

import itertools

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import statsmodels.api as sm

from werkpeil.errors import InputError
from werkpeil.statistics.regression_models import fit_models

NAMES = ("y", "x", "z")
CENTRES = np.array([3.0, 50.0, 0.5])


class Wave:
    """A made-up wave: rows with missing answers, and what the warehouse holds of it."""

    def __init__(self, seed: int, n: int = 120, strata: int = 3) -> None:
        rng = np.random.default_rng(seed)
        x = rng.normal(50, 10, n)
        z = (rng.uniform(size=n) < 0.4).astype(float)
        y = 1 + 0.03 * x - 0.5 * z + rng.normal(size=n)
        self.values = np.column_stack([y, x, z])
        self.values[rng.uniform(size=(n, 3)) < 0.1] = np.nan
        self.weight = rng.uniform(0.5, 2.0, n)
        self.stratum = np.array([f"s{i % strata}" for i in range(n)], dtype=object)
        self.reads = 0

    def pattern(self) -> list[str]:
        return ["".join("0" if np.isnan(v) else "1" for v in row) for row in self.values]

    def moments(self) -> duckdb.DuckDBPyRelation:
        patterns = np.array(self.pattern())
        centred = np.column_stack([np.ones(len(self.values)), np.nan_to_num(self.values - CENTRES)])
        names = ("one", *NAMES)
        rows = []
        for pattern in np.unique(patterns):
            chosen = centred[patterns == pattern]
            w = self.weight[patterns == pattern]
            places = [0, *(p for p in (1, 2, 3) if pattern[p - 1] == "1")]
            rows += [
                {
                    "survey_id": "s",
                    "wave_id": "w",
                    "pattern": pattern,
                    "position_a": a,
                    "position_b": b,
                    "variable_b": names[b],
                    "centre_b": (0.0, *CENTRES)[b],
                    "sum_xy": (chosen[:, a] * chosen[:, b]).sum(),
                    "sum_wxy": (w * chosen[:, a] * chosen[:, b]).sum(),
                    "fingerprint": "f",
                }
                for a, b in itertools.combinations_with_replacement(places, 2)
            ]
        return duckdb.from_df(pd.DataFrame(rows))

    def strata(self) -> pd.DataFrame:
        counts = pd.Series(self.stratum).value_counts()
        return pd.DataFrame(
            {
                "survey_id": "s",
                "wave_id": "w",
                "stratum_id": counts.index,
                "is_clustered": False,
                "unit_count": counts.to_numpy(dtype=float),
                "unsampled_share": 1.0,
            }
        )

    def rows(self, clusters: list[str] | None = None) -> Rows:
        columns = {
            f"value_{place}": pa.array(self.values[:, place - 1] - CENTRES[place - 1]) for place in (1, 2, 3)
        }
        texts = {
            "stratum_id": pa.array(self.stratum),
            "cluster_id": pa.array(clusters or ["none"] * len(self.stratum)),
        }
        return Rows(self, pa.table({**columns, "weight": pa.array(self.weight), **texts}))


class Rows:
    """A wave as a relation, which counts how often it is read."""

    def __init__(self, wave: Wave, table: pa.Table) -> None:
        self._wave = wave
        self._table = table

    def filter(self, condition: str) -> Rows:
        assert condition == "survey_id = 's' and wave_id = 'w'"
        return self

    def project(self, columns: str) -> Rows:
        return Rows(self._wave, self._table.select(columns.split(", ")))

    def to_arrow_reader(self, batch_size: int) -> pa.RecordBatchReader:
        self._wave.reads += 1
        return self._table.to_reader(max_chunksize=min(batch_size, 50))


MODELS = pd.DataFrame(
    {"survey_id": ["s"], "model_id": ["m"], "outcome_id": ["y"], "position": [1], "method": [None]}
)
TERMS = pd.DataFrame(
    {"survey_id": ["s", "s"], "model_id": ["m", "m"], "term_id": ["x", "z"], "position": [1, 2]}
)
BLOCKS = pd.DataFrame(
    {"survey_id": ["s", "s"], "block_id": ["first", "both"], "term_ids": ["x", "z"], "position": [1, 2]}
)


def test_classical_is_ols_and_design_is_the_weighted_sandwich_on_the_complete_rows() -> None:
    wave = Wave(1)
    result = fit_models(wave.moments(), MODELS, TERMS, BLOCKS, wave.strata(), wave.rows(), None)
    complete = ~np.isnan(wave.values).any(axis=1)
    y, x = wave.values[complete, 0], sm.add_constant(wave.values[complete, 1:])
    ols = sm.OLS(y, x).fit()
    classical = result[result["std_error_type"] == "classical"]
    assert list(classical["term_id"]) == ["one", "x", "z"]
    np.testing.assert_allclose(classical["b"], ols.params, rtol=1e-9)
    np.testing.assert_allclose(classical["std_error"], ols.bse, rtol=1e-9)
    np.testing.assert_allclose(classical["p_value"], ols.pvalues, rtol=1e-7)
    np.testing.assert_allclose(classical["ci_lower"], ols.conf_int()[:, 0], rtol=1e-7)
    assert set(classical["n"]) == {complete.sum()}
    assert set(classical["lost_to_missing"]) == {(~np.isnan(wave.values[:, 0])).sum() - complete.sum()}

    w = wave.weight[complete]
    b = sm.WLS(y, x, weights=w).fit().params
    scores = x * (w * (y - x @ b))[:, None]
    meat = np.zeros((3, 3))
    for stratum in np.unique(wave.stratum):
        own = scores[wave.stratum[complete] == stratum]
        m = (wave.stratum == stratum).sum()  # everybody sampled, those with a missing answer included
        total = own.sum(axis=0)
        meat += m / (m - 1) * (own.T @ own - np.outer(total, total) / m)
    bread = np.linalg.inv(x.T @ (x * w[:, None]))
    design = result[result["std_error_type"] == "design"]
    np.testing.assert_allclose(design["b"], b, rtol=1e-9)
    np.testing.assert_allclose(design["std_error"], np.sqrt(np.diag(bread @ meat @ bread)), rtol=1e-9)
    assert set(design["df"]) == {complete.sum() - 3 - 2}
    assert wave.reads == 1


def test_a_wave_that_is_fitted_is_not_read_again() -> None:
    wave = Wave(2)
    first = fit_models(wave.moments(), MODELS, TERMS, BLOCKS, wave.strata(), wave.rows(), None)
    built = first[["survey_id", "wave_id", "fingerprint"]].drop_duplicates()
    again = fit_models(wave.moments(), MODELS, TERMS, BLOCKS, wave.strata(), wave.rows(), built)
    assert again.empty
    assert list(again.columns) == list(first.columns)
    assert wave.reads == 1
    fewer = fit_models(wave.moments(), MODELS, TERMS[:1], BLOCKS[:0], wave.strata(), wave.rows(), built)
    assert list(fewer["term_id"].unique()) == ["one", "x"]
    assert wave.reads == 2


def test_a_stratum_with_one_unit_leaves_coefficients_without_design_errors() -> None:
    wave = Wave(3)
    lonely = np.flatnonzero(~np.isnan(wave.values).any(axis=1))[0]
    wave.stratum[lonely] = "alone"
    result = fit_models(wave.moments(), MODELS, TERMS, BLOCKS, wave.strata(), wave.rows(), None)
    design = result[result["std_error_type"] == "design"]
    assert set(design["null_reason"]) == {"single_unit_stratum"}
    assert design["std_error"].isna().all()
    assert design["b"].notna().all()


def test_no_models_give_an_empty_table_with_its_types() -> None:
    wave = Wave(4)
    result = fit_models(wave.moments(), MODELS[:0], TERMS[:0], BLOCKS[:0], wave.strata(), wave.rows(), None)
    assert result.empty
    assert str(result["survey_id"].dtype) == "string"
    assert str(result["b"].dtype) == "float64"
    assert wave.reads == 0


def binary(seed: int) -> Wave:
    """A wave whose outcome is 0 or 1 and whose terms have few values, so that rows repeat."""
    wave = Wave(seed, n=300)
    y = wave.values[:, 0]
    wave.values[:, 0] = np.where(np.isnan(y), np.nan, y > np.nanmedian(y))
    wave.values[:, 1] = np.round(wave.values[:, 1], -1)
    return wave


def fitted_logit(wave: Wave, kind: str, clusters: list[str] | None = None) -> pd.DataFrame:
    strata = wave.strata().assign(is_clustered=clusters is not None)
    if clusters is not None:
        units = pd.DataFrame({"stratum_id": wave.stratum, "cluster": clusters}).drop_duplicates()
        strata["unit_count"] = strata["stratum_id"].map(units["stratum_id"].value_counts()).astype(float)
    result = fit_models(
        wave.moments(), MODELS.assign(method="logit"), TERMS, BLOCKS, strata, wave.rows(clusters), None
    )
    return result[(result["method"] == "logit") & (result["std_error_type"] == kind)]


def test_a_logit_stands_beside_the_linear_model_of_a_binary_outcome() -> None:
    wave = binary(5)
    complete = ~np.isnan(wave.values).any(axis=1)
    reference = sm.Logit(wave.values[complete, 0], sm.add_constant(wave.values[complete, 1:])).fit(
        disp=0, method="newton", tol=1e-12
    )
    found = fitted_logit(wave, "classical")
    assert list(found["term_id"]) == ["one", "x", "z"]
    assert list(found["position"]) == [0, 1, 2]
    np.testing.assert_allclose(found["b"], reference.params, rtol=1e-8)
    np.testing.assert_allclose(found["std_error"], reference.bse, rtol=1e-8)
    np.testing.assert_allclose(found["p_value"], reference.pvalues, rtol=1e-6)
    np.testing.assert_allclose(found["ci_upper"], reference.conf_int()[:, 1], rtol=1e-7)
    effects = reference.get_margeff()
    np.testing.assert_allclose(found["average_marginal_effect"][1:], effects.margeff, rtol=1e-8)
    np.testing.assert_allclose(found["average_marginal_effect_std_error"][1:], effects.margeff_se, rtol=1e-7)
    assert found["df"].isna().all()
    assert set(found["n"]) == {complete.sum()}
    assert set(found["row_count"]) < set(range(1, complete.sum() // 2))
    assert set(found["lost_to_missing"]) == {(~np.isnan(wave.values[:, 0])).sum() - complete.sum()}


@pytest.mark.parametrize("clustered", [False, True])
def test_the_errors_of_a_logit_by_design_are_the_sandwich_over_units(clustered: bool) -> None:
    wave = binary(6)
    wave.weight[:20] = 0.0
    clusters = [f"c{i // 3 % 9}" for i in range(300)] if clustered else None
    complete = ~np.isnan(wave.values).any(axis=1) & (wave.weight > 0)
    y, x = wave.values[complete, 0], sm.add_constant(wave.values[complete, 1:])
    w = wave.weight[complete]
    reference = sm.GLM(y, x, family=sm.families.Binomial(), freq_weights=w).fit(tol=1e-14, maxiter=100)
    p = reference.fittedvalues
    scores = x * (w * (y - p))[:, None]
    units = np.arange(300).astype(str) if clusters is None else np.array(clusters)
    meat = np.zeros((3, 3))
    for stratum in np.unique(wave.stratum):
        own = wave.stratum == stratum
        names = np.unique(units[own])
        totals = np.array(
            [scores[(own & (units == name))[complete]].sum(axis=0) for name in names]
        )  # zero for units without complete answers
        spread = totals - totals.mean(axis=0)
        meat += len(names) / (len(names) - 1) * spread.T @ spread
    bread = np.linalg.inv(x.T @ (x * (w * p * (1 - p))[:, None]))
    found = fitted_logit(wave, "design", clusters)
    np.testing.assert_allclose(found["b"], reference.params, rtol=1e-7)
    np.testing.assert_allclose(found["std_error"], np.sqrt(np.diag(bread @ meat @ bread)), rtol=1e-6)
    assert set(found["df"]) == {(27 if clustered else complete.sum()) - 3 - 2}


def test_a_retired_wave_keeps_its_fits_and_is_told_of(caplog: pytest.LogCaptureFixture) -> None:
    wave = binary(7)
    first = fit_models(wave.moments(), MODELS, TERMS, BLOCKS, wave.strata(), wave.rows(), None)
    built = first[["survey_id", "wave_id", "fingerprint"]].drop_duplicates()
    waves = built[["survey_id", "wave_id"]].assign(retired_at=pd.Timestamp("2026-01-01"))
    same = (wave.moments(), MODELS, TERMS, BLOCKS, wave.strata(), wave.rows(), built)
    assert fit_models(*same, waves=waves).empty
    assert caplog.messages == []
    fewer = (wave.moments(), MODELS, TERMS[:1], BLOCKS[:0], wave.strata(), wave.rows(), built)
    assert fit_models(*fewer, waves=waves).empty
    assert "are not fitted anew" in caplog.text
    assert not fit_models(*fewer, waves=waves.assign(retired_at=pd.NaT)).empty


def test_a_wave_is_fitted_again_when_what_suits_its_outcome_changes() -> None:
    wave = binary(7)
    first = fit_models(wave.moments(), MODELS, TERMS, BLOCKS, wave.strata(), wave.rows(), None)
    built = first[["survey_id", "wave_id", "fingerprint"]].drop_duplicates()
    again = fit_models(
        wave.moments(), MODELS.assign(method="logit"), TERMS, BLOCKS, wave.strata(), wave.rows(), built
    )
    assert set(again["method"]) == {"linear", "logit"}
    assert list(again.columns) == list(first.columns)


def test_what_a_block_explains_stands_in_the_rows_of_its_terms() -> None:
    wave = Wave(8)
    result = fit_models(wave.moments(), MODELS, TERMS, BLOCKS, wave.strata(), wave.rows(), None)
    complete = ~np.isnan(wave.values).any(axis=1)
    y, x = wave.values[complete, 0], wave.values[complete, 1:]
    whole, smaller = sm.OLS(y, sm.add_constant(x)).fit(), sm.OLS(y, sm.add_constant(x[:, 1])).fit()
    rows = result[result["std_error_type"] == "classical"].set_index("term_id")
    assert pd.isna(rows.loc["one", "block_id"])
    assert (rows.loc["x", "block_id"], rows.loc["x", "block_position"]) == ("first", 1)
    assert rows.loc["x", "block_r_squared_change"] == pytest.approx(whole.rsquared - smaller.rsquared)
    assert rows.loc["x", "block_p_value"] == pytest.approx(whole.compare_f_test(smaller)[1])
    design = result[result["std_error_type"] == "design"].set_index("term_id")
    assert design.loc["z", "block_f_statistic"] == pytest.approx(design.loc["z", "statistic"] ** 2)


@pytest.mark.parametrize(
    ("term_ids", "message"), [(["x|q", "z"], "No model has the terms q"), (["x", "x|z"], "the terms x too")]
)
def test_a_block_that_contradicts_the_models_is_refused(term_ids: list[str], message: str) -> None:
    wave = Wave(9)
    blocks = BLOCKS.assign(term_ids=term_ids)
    with pytest.raises(InputError, match=message):
        fit_models(wave.moments(), MODELS, TERMS, blocks, wave.strata(), wave.rows(), None)
