"""The groups of every cut compared on every item, as a table.

The mathematics is in `werkpeil.statistics.group_tests`.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from scipy import stats

from werkpeil.sql import of_wave
from werkpeil.statistics import fingerprints
from werkpeil.statistics.adjustment import benjamini_hochberg
from werkpeil.statistics.group_tests import TESTS, Block, Result, blocks, compare_all, compare_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    # Rows of the result, a column of one length for each name.
    Columns = dict[str, NDArray[Any]]

LEVEL = 0.95

TEXTS = ["survey_id", "wave_id", "variable_id", "cut_id", "group_a", "group_b", "measure", "test", "method"]
TEXTS += ["effect_size_type", "null_reason", "fingerprint"]
WHOLES = ["n", "n_a", "n_b", "group_count"]
NUMBERS = ["estimate_a", "estimate_b", "difference", "std_error", "ci_lower", "ci_upper", "statistic"]
NUMBERS += ["df_numerator", "df", "p_value", "q_value", "effect_size"]


def compare_groups(
    sums: Any,
    groups: pd.DataFrame,
    variables: pd.DataFrame,
    strata: pd.DataFrame,
    built: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Test the difference of every pair of groups, and of all of a cut together, in waves that changed.

    Args:
        sums: The relation `int_answers_summed`: sums per wave, cut, group, variable, measure, stratum and
            cluster, with the fingerprint of the wave. Rows are read of waves that are compared now.
        groups: `int_compared_groups`: the groups of each cut, their order, and whether pairs are wanted.
        variables: `int_variables`; p-values are adjusted within their themes.
        strata: `int_strata`: sampling units and unsampled share per stratum.
        built: survey_id, wave_id and fingerprint of the waves that are compared already, or None.

    Returns:
        One row per survey, wave, variable, cut, pair of groups, measure and test; the row of all groups
        together has no groups. `difference` is that of group_a less group_b. `q_value` is adjusted within
        survey, wave, theme, cut, measure and test, pairs apart from the rows of all groups. `fingerprint` is
        of all that the rows of a wave follow from.
    """
    known = set() if built is None else set(built.itertuples(index=False, name=None))
    themes = variables[["survey_id", "variable_id", "theme_id"]]
    frames = [_empty()]
    for survey_id, wave_id, summed in fingerprints.waves_in(sums):
        own = _of_wave(groups, survey_id, wave_id)
        design = _of_wave(strata, survey_id, wave_id)
        themes_here = themes[themes["survey_id"] == survey_id]
        fingerprint = fingerprints.of_frames(f"{_code()} {summed}", [own, design, themes_here])
        if (survey_id, wave_id, fingerprint) in known:
            continue
        rows = sums.filter(of_wave(survey_id, wave_id)).df()
        names = {"survey_id": survey_id, "wave_id": wave_id, "fingerprint": fingerprint}
        frames.append(_adjusted(_wave_rows(rows, own, design), themes_here).assign(**names))
    return _typed(pd.concat(frames, ignore_index=True))


@cache
def _code() -> str:
    """Return a digest of what compares: these modules and what they compute with."""
    folder = Path(__file__).parent
    files = (folder / f"{name}.py" for name in ("group_comparisons", "group_tests", "adjustment"))
    return fingerprints.of_code(files, *(version(name) for name in ("numpy", "scipy")))


def _wave_rows(rows: pd.DataFrame, groups: pd.DataFrame, design: pd.DataFrame) -> pd.DataFrame:
    """Return all tests of a wave, before the adjustment of their p-values."""
    parts: list[Columns] = []
    for (cut_id, measure), found in rows.groupby(["cut_id", "measure"], sort=True):
        own = groups[groups["cut_id"] == cut_id].sort_values("position")
        for block in blocks(found, [str(group) for group in own["group_id"]], design, str(measure)):
            tested = list(_omnibus(block))
            if own["has_pairs"].all() and len(own) > 1:
                tested += _pairs(block)
            parts += [part | {"cut_id": _same(str(cut_id), part)} for part in tested]
    names = [*TEXTS, *WHOLES, *NUMBERS]
    made = [name for name in names if name in parts[0]] if parts else []
    return pd.DataFrame({name: np.concatenate([part[name] for part in parts]) for name in made}).reindex(
        columns=names
    )


def _pairs(block: Block) -> Iterator[Columns]:
    """Yield the tests of all pairs of groups."""
    a, b = np.triu_indices(len(block.groups), 1)
    names = np.array(block.groups, dtype=object)
    size = "cohen_d" if block.measure == "mean" else "cohen_h"
    for test in TESTS:
        found = compare_pairs(block, a, b, test)
        width = stats.t.ppf(1 - (1 - LEVEL) / 2, found.df) * found.std_error
        difference = found.estimate_a - found.estimate_b
        told = _told(block, test, found, size) | {
            "p_value": (2 * stats.t.sf(np.abs(found.statistic), found.df)).reshape(-1),
            "difference": difference.reshape(-1),
            "ci_lower": (difference - width).reshape(-1),
            "ci_upper": (difference + width).reshape(-1),
            "n": (found.n_a + found.n_b).reshape(-1),
        }
        yield told | {
            "group_count": np.full(difference.size, 2.0),
            "variable_id": np.repeat(np.array(block.variables, dtype=object), len(a)),
            "group_a": np.tile(names[a], len(block.variables)),
            "group_b": np.tile(names[b], len(block.variables)),
        }


def _omnibus(block: Block) -> Iterator[Columns]:
    """Yield the tests of all groups together."""
    nothing = np.full(len(block.variables), np.nan)
    nobody = np.full(len(block.variables), None, dtype=object)
    for test in TESTS:
        found = compare_all(block, test)
        yield _told(block, test, found, "eta_squared") | {
            "p_value": stats.f.sf(found.statistic, found.df_numerator, found.df),
            "difference": nothing,
            "ci_lower": nothing,
            "ci_upper": nothing,
            "n": found.n_a,
            "group_count": found.n_b,
            "n_a": nothing,
            "n_b": nothing,
            "variable_id": np.array(block.variables, dtype=object),
            "group_a": nobody,
            "group_b": nobody,
        }


def _told(block: Block, test: str, found: Result, effect_size_type: str) -> Columns:
    """Return what a test found as columns, with the names of the test."""
    told: Columns = {
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
    }
    flat = {name: np.asarray(values).reshape(-1) for name, values in told.items()}
    names = {
        "measure": block.measure,
        "test": test,
        "method": found.method,
        "effect_size_type": effect_size_type,
    }
    return flat | {name: _same(text, flat) for name, text in names.items()}


def _same(text: str, columns: Columns) -> NDArray[Any]:
    return np.full(len(columns["statistic"]), text, dtype=object)


def _adjusted(frame: pd.DataFrame, themes: pd.DataFrame) -> pd.DataFrame:
    """Adjust p-values within their families."""
    theme_of = dict(zip(themes["variable_id"].astype(str), themes["theme_id"], strict=True))
    found = frame.assign(theme_id=frame["variable_id"].map(theme_of), is_omnibus=frame["group_b"].isna())
    keys = ["theme_id", "cut_id", "measure", "test", "is_omnibus"]
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
