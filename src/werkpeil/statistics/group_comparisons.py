"""The groups of every cut compared on every item, as a table.

The mathematics is in `werkpeil.statistics.group_tests`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from werkpeil.statistics.adjustment import benjamini_hochberg
from werkpeil.statistics.group_tests import TESTS, Block, Result, blocks, compare_all, compare_pairs

LEVEL = 0.95

TEXTS = ["survey_id", "wave_id", "variable_id", "cut_id", "group_a", "group_b", "measure", "test", "method"]
TEXTS += ["effect_size_type", "null_reason"]
WHOLES = ["n", "n_a", "n_b", "group_count"]
NUMBERS = ["estimate_a", "estimate_b", "difference", "std_error", "ci_lower", "ci_upper", "statistic"]
NUMBERS += ["df_numerator", "df", "p_value", "q_value", "effect_size"]


def compare_groups(
    sums: pd.DataFrame, groups: pd.DataFrame, variables: pd.DataFrame, strata: pd.DataFrame
) -> pd.DataFrame:
    """Test the difference of every pair of groups, and of all groups of a cut together.

    Args:
        sums: `int_answers_summed`: sums per wave, cut, group, variable, measure, stratum and cluster.
        groups: `int_compared_groups`: the groups of each cut, their order, and whether pairs are wanted.
        variables: `int_variables`; p-values are adjusted within their themes.
        strata: `int_strata`: sampling units and unsampled share per stratum.

    Returns:
        One row per survey, wave, variable, cut, pair of groups, measure and test; the row of all groups
        together has no groups. `difference` is that of group_a less group_b. `q_value` is adjusted within
        survey, wave, theme, cut, measure and test, pairs apart from the rows of all groups.
    """
    frames = [_empty()]
    keys = ["survey_id", "wave_id", "cut_id", "measure"]
    for (survey_id, wave_id, cut_id, measure), rows in sums.groupby(keys, sort=True):
        own = _of_wave(groups, survey_id, wave_id)
        own = own[own["cut_id"] == cut_id].sort_values("position")
        design = _of_wave(strata, survey_id, wave_id)
        names = {"survey_id": str(survey_id), "wave_id": str(wave_id), "cut_id": str(cut_id)}
        for block in blocks(rows, [str(group) for group in own["group_id"]], design, str(measure)):
            frames.append(_omnibus_rows(block).assign(**names))
            if own["has_pairs"].all() and len(own) > 1:
                frames.append(_pair_rows(block).assign(**names))
    return _typed(_adjusted(pd.concat(frames, ignore_index=True), variables))


def _pair_rows(block: Block) -> pd.DataFrame:
    a, b = np.triu_indices(len(block.groups), 1)
    names = np.array(block.groups, dtype=object)
    variables = np.repeat(np.array(block.variables, dtype=object), len(a))
    frames = []
    for test in TESTS:
        found = compare_pairs(block, a, b, test)
        width = stats.t.ppf(1 - (1 - LEVEL) / 2, found.df) * found.std_error
        difference = found.estimate_a - found.estimate_b
        columns = {
            "p_value": 2 * stats.t.sf(np.abs(found.statistic), found.df),
            "difference": difference,
            "ci_lower": difference - width,
            "ci_upper": difference + width,
            "n": found.n_a + found.n_b,
            "group_count": np.full(difference.shape, 2),
        }
        frame = _frame(block, test, found, columns)
        frames.append(
            frame.assign(
                variable_id=variables,
                group_a=np.tile(names[a], len(block.variables)),
                group_b=np.tile(names[b], len(block.variables)),
                effect_size_type="cohen_d" if block.measure == "mean" else "cohen_h",
            )
        )
    return pd.concat(frames, ignore_index=True)


def _omnibus_rows(block: Block) -> pd.DataFrame:
    frames = []
    for test in TESTS:
        found = compare_all(block, test)
        nothing = np.full(len(block.variables), np.nan)
        columns = {
            "p_value": stats.f.sf(found.statistic, found.df_numerator, found.df),
            "difference": nothing,
            "n": found.n_a,
            "group_count": found.n_b,
            "n_a": nothing,
            "n_b": nothing,
        }
        frame = _frame(block, test, found, columns)
        frames.append(frame.assign(variable_id=block.variables, effect_size_type="eta_squared"))
    return pd.concat(frames, ignore_index=True)


def _frame(block: Block, test: str, found: Result, columns: dict[str, Any]) -> pd.DataFrame:
    values = {
        "estimate_a": found.estimate_a,
        "estimate_b": found.estimate_b,
        "std_error": found.std_error,
        "statistic": found.statistic,
        "df_numerator": found.df_numerator,
        "df": np.where(found.reason == None, found.df, np.nan),  # noqa: E711 - elementwise
        "effect_size": found.effect_size,
        "n_a": found.n_a,
        "n_b": found.n_b,
        "null_reason": found.reason,
    } | columns
    frame = pd.DataFrame({name: np.asarray(array).reshape(-1) for name, array in values.items()})
    frame = frame.assign(measure=block.measure, test=test, method=found.method)
    return frame.reindex(columns=[*TEXTS, *WHOLES, *NUMBERS])


def _adjusted(frame: pd.DataFrame, variables: pd.DataFrame) -> pd.DataFrame:
    """Adjust p-values within their families."""
    themes = variables[["survey_id", "variable_id", "theme_id"]].astype("string")
    found = frame.astype({"survey_id": "string", "variable_id": "string"})
    found = found.merge(themes, on=["survey_id", "variable_id"], how="left", validate="many_to_one")
    found = found.assign(is_omnibus=found["group_b"].isna())
    keys = ["survey_id", "wave_id", "theme_id", "cut_id", "measure", "test", "is_omnibus"]
    families = found.groupby(keys, dropna=False, sort=False).ngroup().to_numpy(dtype=np.int64)
    p_values = frame["p_value"].to_numpy(dtype=float)
    return frame.assign(q_value=benjamini_hochberg(p_values, families))


def _of_wave(frame: pd.DataFrame, survey_id: Any, wave_id: Any) -> pd.DataFrame:
    own: pd.DataFrame = frame[(frame["survey_id"] == survey_id) & (frame["wave_id"] == wave_id)]
    return own


def _empty() -> pd.DataFrame:
    return pd.DataFrame({column: [] for column in [*TEXTS, *WHOLES, *NUMBERS]})


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    # Named types, because an empty frame would otherwise reach the database without any.
    types = (
        dict.fromkeys(TEXTS, "string") | dict.fromkeys(WHOLES, "Int64") | dict.fromkeys(NUMBERS, "float64")
    )
    typed: pd.DataFrame = frame[[*TEXTS, *WHOLES, *NUMBERS]].astype(types)
    return typed
