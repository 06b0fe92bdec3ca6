"""The regression models of the seeds, fitted for every wave that needs it.

The report's own way (`classical`: everybody counts once, independent errors) and the right way (`design`:
weighted, errors of the sampling design) stand beside each other, told apart by `std_error_type`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from werkpeil.statistics.adjustment import benjamini_hochberg
from werkpeil.statistics.regression import (
    Fit,
    Moments,
    ScoreSums,
    complete_moments,
    design_covariance,
    fit_moments,
    fit_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from numpy.typing import NDArray

    # Record batches of `scored_regression_rows` of one survey and wave.
    Rows = Callable[[str, str], Iterable[Any]]

METHOD = "1"  # raised when a change of this module must refit history
LEVEL = 0.95
KEYS = ["survey_id", "wave_id", "model_id", "std_error_type", "term_id"]
TEXTS = [*KEYS, "solver", "null_reason", "fingerprint"]
WHOLES = ["position", "n", "lost_to_missing", "residual_df"]
NUMBERS = ["b", "beta", "std_error", "statistic", "df", "p_value", "q_value", "ci_lower", "ci_upper", "vif"]
NUMBERS += ["relative_importance", "r_squared", "adjusted_r_squared", "condition_number", "f_statistic"]
NUMBERS += ["f_p_value"]


@dataclass(frozen=True)
class Specification:
    """One model: its outcome and its terms, in order."""

    model_id: str
    outcome: str
    terms: tuple[str, ...]


def fit_models(
    moments: pd.DataFrame,
    models: pd.DataFrame,
    terms: pd.DataFrame,
    strata: pd.DataFrame,
    rows: Rows,
    built: pd.DataFrame | None,
) -> pd.DataFrame:
    """Fit every model of every wave whose moments, models or strata changed.

    Args:
        moments: `cells_moments` of the moment set `regressions`.
        models: The seed `regression_models`.
        terms: The seed `regression_terms`.
        strata: `int_strata`: units and unsampled share per stratum.
        rows: Gives the record batches of a survey and wave; read once per wave that is fitted.
        built: survey_id, wave_id and fingerprint of what is fitted already, or None.

    Returns:
        One row per wave, model, kind of standard error and term, the constant (`one`) included, with the
        model's own numbers repeated; of the waves that were fitted now.
    """
    known = set() if built is None else set(built.itertuples(index=False, name=None))
    frames = [_empty()]
    waves = moments[["survey_id", "wave_id"]].drop_duplicates().astype(str)
    for survey_id, wave_id in waves.itertuples(index=False, name=None):
        cells = moments[(moments["survey_id"] == survey_id) & (moments["wave_id"] == wave_id)]
        specifications = list(_specifications(survey_id, models, terms))
        design = strata[(strata["survey_id"] == survey_id) & (strata["wave_id"] == wave_id)]
        fingerprint = _fingerprint(cells, specifications, design)
        if not specifications or (survey_id, wave_id, fingerprint) in known:
            continue
        fitted = _fit_wave(cells, specifications, design, partial(rows, survey_id, wave_id))
        frames.append(fitted.assign(survey_id=survey_id, wave_id=wave_id, fingerprint=fingerprint))
    return _typed(pd.concat(frames, ignore_index=True))


def _specifications(survey_id: Any, models: pd.DataFrame, terms: pd.DataFrame) -> Iterator[Specification]:
    own = models[models["survey_id"] == survey_id].sort_values("position")
    for model in own.itertuples(index=False):
        chosen = terms[(terms["survey_id"] == survey_id) & (terms["model_id"] == model.model_id)]
        yield Specification(
            str(model.model_id), str(model.outcome_id), tuple(chosen.sort_values("position")["term_id"])
        )


def _fingerprint(cells: pd.DataFrame, specifications: list[Specification], design: pd.DataFrame) -> str:
    parts = [METHOD, *sorted(cells["fingerprint"].unique()), repr(specifications)]
    parts.append(design.sort_values("stratum_id").to_csv(index=False))
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


def _fit_wave(
    cells: pd.DataFrame,
    specifications: list[Specification],
    design: pd.DataFrame,
    rows: Callable[[], Iterable[Any]],
) -> pd.DataFrame:
    fits = {}
    for specification in specifications:
        variables = [specification.outcome, *specification.terms]
        for kind in ("classical", "design"):
            chosen = complete_moments(cells, variables, weighted=kind == "design")
            fit = fit_moments(chosen, specification.outcome, specification.terms)
            if fit.null_reason == "collinear":
                fit = _refit(cells, specification, chosen, rows, weighted=kind == "design")
            fits[specification.model_id, kind] = fit
    errors = _design_errors(cells, specifications, fits, design, rows)
    frames = []
    for specification in specifications:
        answered = complete_moments(cells, [specification.outcome], weighted=False).n
        for kind in ("classical", "design"):
            fit = fits[specification.model_id, kind]
            std_error, df, reason = (
                errors[specification.model_id]
                if kind == "design"
                else (fit.classical_std_error, float(fit.residual_df), fit.null_reason)
            )
            frames.append(_table(specification, kind, fit, std_error, df, reason, answered))
    return pd.concat(frames, ignore_index=True)


def _places(cells: pd.DataFrame) -> dict[str, int]:
    named = cells.loc[cells["position_b"] > 0, ["variable_b", "position_b"]].drop_duplicates()
    return {str(name): int(place) for name, place in named.itertuples(index=False)}


def _centres(cells: pd.DataFrame, variables: list[str]) -> NDArray[np.float64]:
    centres = cells.drop_duplicates("variable_b").set_index("variable_b")["centre_b"]
    return np.array([float(centres[name]) for name in variables])


def _complete_rows(
    batches: Iterable[Any], places: list[int]
) -> Iterator[tuple[Any, NDArray[np.bool_], NDArray[np.float64]]]:
    """Yield each batch with the rows that are complete on some variables, and their centred values."""
    for batch in batches:
        patterns = batch.column("pattern").to_numpy(zero_copy_only=False).astype(str)
        complete = np.ones(len(patterns), dtype=bool)
        letters = patterns.view("<U1").reshape(len(patterns), -1) if len(patterns) else patterns
        for place in places:
            complete &= letters[:, place - 1] == "1" if len(patterns) else complete
        flat = batch.column("centred_values").flatten().to_numpy(zero_copy_only=False)
        values = flat.reshape(len(patterns), -1)[:, [place - 1 for place in places]]
        yield batch, complete, values[complete]


def _refit(
    cells: pd.DataFrame,
    specification: Specification,
    moments: Moments,
    rows: Callable[[], Iterable[Any]],
    *,
    weighted: bool,
) -> Fit:
    """Fit from the rows what the moments cannot tell apart."""
    variables = [specification.outcome, *specification.terms]
    known = _places(cells)
    centres = _centres(cells, variables)
    chosen = moments.of(variables)

    def triples() -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
        for batch, complete, values in _complete_rows(rows(), [known[name] for name in variables]):
            own = values + centres
            weights = batch.column("weight").to_numpy(zero_copy_only=False)[complete]
            yield own[:, 0], own[:, 1:], weights if weighted else np.ones(len(own))

    spread = np.sqrt(np.diag(chosen.products) / chosen.size)
    return fit_rows(
        triples(), specification.terms, shift=chosen.means, scale=np.where(spread > 0, spread, 1.0)
    )


def _design_errors(
    cells: pd.DataFrame,
    specifications: list[Specification],
    fits: dict[tuple[str, str], Fit],
    design: pd.DataFrame,
    rows: Callable[[], Iterable[Any]],
) -> dict[str, tuple[NDArray[np.float64], float, str | None]]:
    """Return standard errors, degrees of freedom and a reason per model, from one pass over the rows."""
    known = _places(cells)
    clustered = bool(design["is_clustered"].any())
    sums = {}
    open_models = [s for s in specifications if fits[s.model_id, "design"].null_reason is None]
    for specification in open_models:
        sums[specification.model_id] = ScoreSums(len(specification.terms) + 1)
    for batch in rows() if open_models else ():
        for specification in open_models:
            variables = [specification.outcome, *specification.terms]
            places = [known[name] for name in variables]
            for _, complete, values in _complete_rows([batch], places):
                own = values + _centres(cells, variables)
                x = np.column_stack([np.ones(len(own)), own[:, 1:]])
                weights = batch.column("weight").to_numpy(zero_copy_only=False)[complete]
                residuals = own[:, 0] - x @ fits[specification.model_id, "design"].b
                strata = batch.column("stratum_id").to_numpy(zero_copy_only=False)[complete]
                clusters = batch.column("cluster_id").to_numpy(zero_copy_only=False)[complete]
                sums[specification.model_id].add(
                    x * (weights * residuals)[:, None], strata, clusters if clustered else None, weights > 0
                )
    units = dict(zip(design["stratum_id"], design["unit_count"].astype(float), strict=True))
    unsampled = dict(zip(design["stratum_id"], design["unsampled_share"].astype(float), strict=True))
    return {
        s.model_id: _errors_of(fits[s.model_id, "design"], sums.get(s.model_id), units, unsampled)
        for s in specifications
    }


def _errors_of(
    fit: Fit, sums: ScoreSums | None, units: dict[str, float], unsampled: dict[str, float]
) -> tuple[NDArray[np.float64], float, str | None]:
    nothing = np.full(len(fit.terms), np.nan)
    if sums is None:
        return nothing, np.nan, fit.null_reason
    meat = sums.meat(units, unsampled)
    if meat is None:
        return nothing, np.nan, "single_unit_stratum"
    # svyglm's degrees of freedom: units less strata, less the terms.
    df = float(sums.unit_count - len(sums.totals) - (len(fit.terms) - 1))
    variances = np.diag(design_covariance(fit, meat))
    if df < 1 or not np.all(variances > 0):
        return nothing, df, "no_variance" if df >= 1 else "too_few_respondents"
    return np.sqrt(variances), df, None


def _table(
    specification: Specification,
    kind: str,
    fit: Fit,
    std_error: NDArray[np.float64],
    df: float,
    reason: str | None,
    answered: int,
) -> pd.DataFrame:
    statistic = fit.b / std_error
    p_value = 2 * stats.t.sf(np.abs(statistic), df) if df >= 1 else np.full(len(fit.b), np.nan)
    width = stats.t.ppf(1 - (1 - LEVEL) / 2, df) * std_error if df >= 1 else np.nan
    q_value = np.concatenate([[np.nan], benjamini_hochberg(p_value[1:])])
    return pd.DataFrame(
        {
            "model_id": specification.model_id,
            "std_error_type": kind,
            "term_id": list(fit.terms),
            "position": range(len(fit.terms)),
            "b": fit.b,
            "beta": fit.beta,
            "std_error": std_error,
            "statistic": statistic,
            "df": df,
            "p_value": p_value,
            "q_value": q_value,
            "ci_lower": fit.b - width,
            "ci_upper": fit.b + width,
            "vif": fit.vif,
            "relative_importance": fit.relative_importance,
            "n": fit.n,
            "lost_to_missing": answered - fit.n,
            "residual_df": fit.residual_df,
            "r_squared": fit.r_squared,
            "adjusted_r_squared": fit.adjusted_r_squared,
            "condition_number": fit.condition_number,
            "f_statistic": fit.f_statistic,
            "f_p_value": fit.f_p_value,
            "solver": fit.solver,
            "null_reason": reason,
        }
    )


def _empty() -> pd.DataFrame:
    return pd.DataFrame({column: [] for column in [*TEXTS, *WHOLES, *NUMBERS]})


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    # Named types, because an empty frame would otherwise reach the database without any.
    types = (
        dict.fromkeys(TEXTS, "string") | dict.fromkeys(WHOLES, "int64") | dict.fromkeys(NUMBERS, "float64")
    )
    return frame[[*TEXTS, *WHOLES, *NUMBERS]].astype(types)
