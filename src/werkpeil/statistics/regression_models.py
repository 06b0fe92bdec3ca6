"""The regression models of the seeds, fitted for every wave that needs it.

The report's own way (`classical`: everybody counts once, independent errors) and the right way (`design`:
weighted, errors of the sampling design) stand beside each other, told apart by `std_error_type`; the linear
model and the one that suits an outcome of few answers, told apart by `method`.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import special

from werkpeil.errors import InputError
from werkpeil.sql import of_wave
from werkpeil.statistics.adjustment import benjamini_hochberg
from werkpeil.statistics.categorical_models import categorical_tables
from werkpeil.statistics.fingerprints import waves_in
from werkpeil.statistics.linearisation import Linearised, ScoreSums, Units, linearise, unit_scores
from werkpeil.statistics.regression import Fit, Moments, PatternMoments, fit_moments, fit_rows
from werkpeil.statistics.regression_blocks import block_test
from werkpeil.statistics.regression_rows import CodedWave, Reader, WaveRows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from werkpeil.statistics.additive import Sums

logger = logging.getLogger(__name__)

KEPT = "the models of %s %s are not fitted anew: the wave is retired, and errors need its rows"
METHOD = "3"  # raised when a change of this module must refit history
LEVEL = 0.95
LINEAR = "linear"
TEXTS = ["survey_id", "wave_id", "model_id", "method", "std_error_type", "term_id", "solver", "null_reason"]
TEXTS += ["block_id", "block_null_reason", "fingerprint"]
WHOLES = ["position", "n", "lost_to_missing", "residual_df", "row_count", "block_position"]
WHOLES += ["block_df_numerator"]
NUMBERS = ["b", "beta", "std_error", "statistic", "df", "p_value", "q_value", "ci_lower", "ci_upper", "vif"]
NUMBERS += ["relative_importance", "r_squared", "adjusted_r_squared", "condition_number", "f_statistic"]
NUMBERS += ["f_p_value", "pseudo_r_squared", "average_marginal_effect", "average_marginal_effect_std_error"]
NUMBERS += ["average_marginal_effect_p_value", "average_marginal_effect_ci_lower"]
NUMBERS += ["average_marginal_effect_ci_upper", "block_r_squared_change"]
NUMBERS += ["block_adjusted_r_squared_without", "block_f_statistic", "block_df_denominator", "block_p_value"]


@dataclass(frozen=True)
class Specification:
    """One model.

    Attributes:
        model_id: Its stable code.
        outcome: What it explains.
        terms: By what, in order.
        method: What suits the outcome's answers beside the linear model, if anything does.
        blocks: Terms that are told of together: the block and those of its terms that the model has.
    """

    model_id: str
    outcome: str
    terms: tuple[str, ...]
    method: str | None = None
    blocks: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def variables(self) -> list[str]:
        """The outcome and the terms."""
        return [self.outcome, *self.terms]


def fit_models(  # noqa: PLR0913 - the tables of the layers below, one each
    moments: Any,
    models: pd.DataFrame,
    terms: pd.DataFrame,
    blocks: pd.DataFrame,
    strata: pd.DataFrame,
    rows: Any,
    built: pd.DataFrame | None,
    *,
    waves: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Fit every model of every wave whose moments, models or strata changed.

    Args:
        moments: The relation `regression_moments`; rows are read of waves that are fitted now.
        models: `int_regression_models`: outcome and, where its answers are few, `logit` or `ordinal`.
        terms: The seed `regression_terms`.
        blocks: The seed `term_blocks`.
        strata: `int_strata`: units and unsampled share per stratum.
        rows: The relation `scored_regression_rows`; read at most twice per wave that is fitted, and once more
            for each fit that only the rows can tell.
        built: survey_id, wave_id and fingerprint of what is fitted already, or None.
        waves: `cells_waves`; a wave that is retired has no rows any more and keeps the fits that it has.

    Returns:
        One row per wave, model, method, kind of standard error and term, the constant (`one`) or the
        thresholds included, with the numbers of its model and its block repeated; of the waves that were
        fitted now.

    Raises:
        InputError: a term is in two blocks, or a block names a term that no model of its survey has.
    """
    known = set() if built is None else set(built.itertuples(index=False, name=None))
    retired = _retired(waves)
    frames = [_empty()]
    for survey_id, wave_id, digest in waves_in(moments):
        specifications = list(_specifications(survey_id, models, terms, blocks))
        design = strata[(strata["survey_id"] == survey_id) & (strata["wave_id"] == wave_id)]
        fingerprint = _fingerprint(digest, specifications, design)
        if not specifications or (survey_id, wave_id, fingerprint) in known:
            continue
        if (survey_id, wave_id) in retired:
            logger.warning(KEPT, survey_id, wave_id)
            continue
        cells = moments.filter(of_wave(survey_id, wave_id)).df()
        own = WaveRows(rows, survey_id, wave_id, len(str(cells["pattern"].iloc[0])))
        fitted = _fit_wave(cells, specifications, design, own)
        frames.append(fitted.assign(survey_id=survey_id, wave_id=wave_id, fingerprint=fingerprint))
    return _typed(pd.concat(frames, ignore_index=True))


def _retired(waves: pd.DataFrame | None) -> set[tuple[Any, ...]]:
    if waves is None:
        return set()
    retired = waves[waves["retired_at"].notna()]
    return set(retired[["survey_id", "wave_id"]].itertuples(index=False, name=None))


def _specifications(
    survey_id: Any, models: pd.DataFrame, terms: pd.DataFrame, blocks: pd.DataFrame
) -> Iterator[Specification]:
    own = models[models["survey_id"] == survey_id].sort_values("position")
    grouped = _blocks(survey_id, terms, blocks)
    for model in own.itertuples(index=False):
        chosen = terms[(terms["survey_id"] == survey_id) & (terms["model_id"] == model.model_id)]
        method = None if pd.isna(model.method) else str(model.method)
        names = tuple(chosen.sort_values("position")["term_id"])
        held = (
            (block_id, tuple(name for name in names if name in block)) for block_id, block in grouped.items()
        )
        own_blocks = tuple(block for block in held if block[1])
        yield Specification(str(model.model_id), str(model.outcome_id), names, method, own_blocks)


def _blocks(survey_id: Any, terms: pd.DataFrame, blocks: pd.DataFrame) -> dict[str, set[str]]:
    """Return the terms of each block of a survey, in the order of the blocks."""
    known = set(terms.loc[terms["survey_id"] == survey_id, "term_id"])
    found: dict[str, set[str]] = {}
    for block in blocks[blocks["survey_id"] == survey_id].sort_values("position").itertuples(index=False):
        names = set(str(block.term_ids).split("|"))
        place = f"seeds/term_blocks.csv, block {block.block_id} of {survey_id}"
        if unknown := sorted(names - known):
            raise InputError(f"No model has the terms {', '.join(unknown)}.", where=place)
        if twice := sorted(names & set().union(*found.values())):
            raise InputError(f"Another block has the terms {', '.join(twice)} too.", where=place)
        found[str(block.block_id)] = names
    return found


def _fingerprint(digest: str, specifications: list[Specification], design: pd.DataFrame) -> str:
    parts = [METHOD, digest, repr(specifications)]
    parts.append(design.sort_values("stratum_id").to_csv(index=False))
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


def _fit_wave(
    cells: pd.DataFrame,
    specifications: list[Specification],
    design: pd.DataFrame,
    rows: WaveRows,
) -> pd.DataFrame:
    moments, reader = PatternMoments(cells), Reader(cells)
    fits = {}
    for specification in specifications:
        for kind in ("classical", "design"):
            weighted = kind == "design"
            chosen = moments.complete(specification.variables, weighted=weighted)
            fit = fit_moments(chosen, specification.outcome, specification.terms)
            if fit.null_reason == "collinear":
                fit = _refit(reader, specification, chosen, rows, weighted=weighted)
            fits[specification.model_id, kind] = fit
    errors = design_errors(reader, specifications, fits, design, rows)
    few = [
        s for s in specifications if s.method is not None and moments.complete(s.variables, weighted=False).n
    ]
    coded = _coded_wave(reader, few, design, rows)
    frames = []
    for specification in specifications:
        model_id = specification.model_id
        classical, blocks = fits[model_id, "classical"], specification.blocks
        tables = [
            _table("classical", classical, _classical(classical), blocks),
            _table("design", fits[model_id, "design"], errors[model_id], blocks),
        ]
        if specification.method is not None:
            distinct = None
            if coded is not None and specification in few:
                distinct = coded.distinct(specification.outcome, specification.terms)
            tables.append(categorical_tables(specification.terms, specification.method, distinct, design))
        answered = moments.complete([specification.outcome], weighted=False).n
        frames += [table.assign(model_id=model_id, lost_to_missing=answered - table["n"]) for table in tables]
    return pd.concat(frames, ignore_index=True)


def _refit(
    reader: Reader,
    specification: Specification,
    moments: Moments,
    rows: WaveRows,
    *,
    weighted: bool,
) -> Fit:
    """Fit from the rows what the moments cannot tell apart."""
    chosen = moments.of(specification.variables)

    def triples() -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]]:
        places = reader.rows(specification.variables)
        for batch in rows.batches():
            people = reader.people(batch)
            complete = people.answered[places].all(axis=0)
            values = people.values[places][:, complete]
            weights = people.weight[complete] if weighted else np.ones(values.shape[1])
            yield values[0], values[1:].T, weights

    spread = np.sqrt(np.diag(chosen.products) / chosen.size)
    return fit_rows(
        triples(), specification.terms, shift=chosen.means, scale=np.where(spread > 0, spread, 1.0)
    )


def design_errors(
    reader: Reader,
    specifications: list[Specification],
    fits: dict[tuple[str, str], Fit],
    design: pd.DataFrame,
    rows: WaveRows,
) -> dict[str, Linearised]:
    """Return the covariance of each model's coefficients under the design, from one pass over the rows."""
    clustered = bool(design["is_clustered"].any())
    open_models = [s for s in specifications if fits[s.model_id, "design"].null_reason is None]
    chosen = [(s.model_id, reader.rows(s.variables), fits[s.model_id, "design"].b) for s in open_models]
    summed = rows.sums(partial(_scores, reader, chosen, clustered), with_design=True) if chosen else {}
    sums = {s.model_id: ScoreSums(len(s.terms) + 1) for s in open_models}
    for (model_id, unit), values in summed.items():
        sums[model_id].add({unit: values})
    found = {}
    for specification in specifications:
        fit = fits[specification.model_id, "design"]
        found[specification.model_id] = (
            _classical(fit)
            if fit.null_reason is not None or fit.is_exact
            else linearise(fit.bread, sums[specification.model_id], design)
        )
    return found


def _scores(
    reader: Reader, models: list[tuple[str, list[int], NDArray[np.float64]]], clustered: bool, batch: Any
) -> Sums:
    """Return the scores that a batch adds, by model and unit.

    Args:
        reader: Of the wave.
        models: The code, where the variables stand, the outcome first, and the coefficients of each.
        clustered: Whether clusters are the sampling units.
        batch: Record batch.
    """
    people = reader.people(batch)
    units = Units.of(people.stratum, people.cluster if clustered else None)
    people = people.in_order(units.order)
    found: Sums = {}
    for model_id, places, b in models:
        weight = people.weight * people.answered[places].all(axis=0)
        x = np.empty((len(places), len(weight)))
        x[0] = 1.0
        x[1:] = people.values[places[1:]]
        residuals = people.values[places[0]] - b @ x
        own = unit_scores(x * (weight * residuals), units, weight > 0)
        found |= {(model_id, unit): values for unit, values in own.items()}
    return found


def _coded_wave(
    reader: Reader,
    specifications: list[Specification],
    design: pd.DataFrame,
    rows: WaveRows,
) -> CodedWave | None:
    """Return the respondents of some models as codes, or None where there is no such model."""
    variables = [name for specification in specifications for name in specification.variables]
    if not variables:
        return None
    return CodedWave(reader, rows.batches(), variables, clustered=bool(design["is_clustered"].any()))


def _classical(fit: Fit) -> Linearised:
    """Return the covariance under independent errors, or why there is none."""
    if fit.null_reason is None and fit.is_exact:
        return Linearised(np.full_like(fit.bread, np.nan), float(fit.residual_df), "exact_fit")
    return Linearised(fit.classical_covariance, float(fit.residual_df), fit.null_reason)


def _table(
    kind: str, fit: Fit, errors: Linearised, blocks: Sequence[tuple[str, tuple[str, ...]]]
) -> pd.DataFrame:
    df = errors.df
    std_error = np.sqrt(np.diag(errors.covariance))
    statistic = fit.b / std_error
    p_value = 2 * special.stdtr(df, -np.abs(statistic)) if df >= 1 else np.full(len(fit.b), np.nan)
    width = special.stdtrit(df, 1 - (1 - LEVEL) / 2) * std_error if df >= 1 else np.nan
    q_value = np.concatenate([[np.nan], benjamini_hochberg(p_value[1:])])
    table = pd.DataFrame(
        {
            "method": LINEAR,
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
            "residual_df": fit.residual_df,
            "r_squared": fit.r_squared,
            "adjusted_r_squared": fit.adjusted_r_squared,
            # Readers of the table, JSON among them, know no infinity.
            "condition_number": fit.condition_number if np.isfinite(fit.condition_number) else np.nan,
            "f_statistic": fit.f_statistic,
            "f_p_value": fit.f_p_value,
            "solver": fit.solver,
            "null_reason": errors.null_reason,
        }
    )
    told = [row for block_id, names in blocks for row in _block_rows(block_id, names, fit, errors)]
    return table.merge(pd.DataFrame(told), on="term_id", how="left") if told else table


def _block_rows(
    block_id: str, names: Sequence[str], fit: Fit, errors: Linearised
) -> Iterator[dict[str, Any]]:
    """Yield what is told of a block, once for each of its terms."""
    test = block_test(fit, errors, names)
    for place, name in enumerate(names, start=1):
        yield {
            "term_id": name,
            "block_id": block_id,
            "block_position": place,
            "block_r_squared_change": test.r_squared_change,
            "block_adjusted_r_squared_without": test.adjusted_r_squared_without,
            "block_f_statistic": test.f_statistic,
            "block_df_numerator": test.df_numerator,
            "block_df_denominator": test.df_denominator,
            "block_p_value": test.p_value,
            "block_null_reason": test.null_reason,
        }


def _empty() -> pd.DataFrame:
    return pd.DataFrame({column: [] for column in [*TEXTS, *WHOLES, *NUMBERS]})


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    # Named types, because an empty frame would otherwise reach the database without any.
    types = (
        dict.fromkeys(TEXTS, "string") | dict.fromkeys(WHOLES, "Int64") | dict.fromkeys(NUMBERS, "float64")
    )
    return frame[[*TEXTS, *WHOLES, *NUMBERS]].astype(types)
