"""Cross-products of the variables of a survey's regressions, from one pass over a wave's respondents.

A batch of respondents is put in order of who answered what, and each such pattern is one product of matrices:
to add up pair by pair in SQL takes ten times as long. Nothing is kept of a batch but these products.
"""

from __future__ import annotations

import hashlib
import logging
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from werkpeil.statistics.regression_rows import WaveRows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from werkpeil.statistics.additive import Sums

logger = logging.getLogger(__name__)

KEPT = "the cross-products of %s %s are not added up anew: the wave is retired"
BLOCK = 4096  # respondents whose products a cache holds
METHOD = "1"  # raised when a change of this module must add up history anew
TYPES = {
    "survey_id": "string",
    "wave_id": "string",
    "pattern": "string",
    "position_a": "int32",
    "position_b": "int32",
    "variable_a": "string",
    "variable_b": "string",
    "centre_a": "float64",
    "centre_b": "float64",
    "n": "int64",
    "sum_xy": "float64",
    "sum_wxy": "float64",
    "fingerprint": "string",
}


def pattern_table(sums: Sums, variables: list[str], centres: list[float]) -> pd.DataFrame:
    """Return a row per pattern and pair of variables that were both answered, in this order.

    Args:
        sums: What `products_of` the batches of a wave add up to.
        variables: Names, v of them.
        centres: What was taken off each.
    """
    names, offsets = np.array(["one", *variables], dtype=object), np.array([0.0, *centres])
    patterns = sorted(sums)
    places = [np.flatnonzero(np.frombuffer(pattern, dtype=bool)) for pattern in patterns]
    pairs = [np.triu_indices(len(own)) for own in places]
    told = [sums[pattern] for pattern in patterns]
    counts = [len(first) for first, _ in pairs]
    a = _joined([own[first] for own, (first, _) in zip(places, pairs, strict=True)], int)
    b = _joined([own[second] for own, (_, second) in zip(places, pairs, strict=True)], int)
    plain, weighted = (
        _joined([own[side][pair] for own, pair in zip(told, pairs, strict=True)], float) for side in (0, 1)
    )
    return pd.DataFrame(
        {
            "pattern": np.repeat(np.array([_letters(p) for p in patterns], dtype=object), counts),
            "position_a": a,
            "position_b": b,
            "variable_a": names[a],
            "variable_b": names[b],
            "centre_a": offsets[a],
            "centre_b": offsets[b],
            "n": np.repeat(np.array([round(own[0][0, 0]) for own in told], dtype=int), counts),
            "sum_xy": plain,
            "sum_wxy": weighted,
        }
    )


def _letters(pattern: bytes) -> str:
    return "".join("1" if answered else "0" for answered in pattern[1:])


def _joined(parts: list[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0, dtype=kind)


def products_of(v: int, batch: Any) -> Sums:
    """Return the products of a record batch of respondents.

    Args:
        v: Number of variables.
        batch: `value_1` to `value_v`, NaN where one was not answered, and `weight`.

    Returns:
        By pattern, a byte for the constant and for each variable, 1 where it was answered: products of what
        was answered, the constant first, and their weighted sums, shape (a, a) both.
    """
    columns = [batch.column(f"value_{place}").to_numpy() for place in range(1, v + 1)]
    weight = batch.column("weight").to_numpy()
    order, starts, answered = _by_pattern(columns, len(weight))
    rows = np.empty((len(columns) + 1, len(weight)))
    rows[0] = 1.0
    for own, column in zip(rows[1:], columns, strict=True):
        np.take(column, order, out=own, mode="clip")
    weight = weight[order]
    complete = np.all(answered, axis=1).tolist()
    found = {}
    for place, (start, end) in enumerate(pairwise([*starts, len(weight)])):
        own = rows[:, start:end]
        if not complete[place]:
            own = own[answered[place]]
        found[answered[place].tobytes()] = _products(own, weight[start:end])
    return found


def _products(
    rows: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the products of m respondents of one pattern, shape (a, m), a block at a time."""
    plain, weighted = np.zeros((2, len(rows), len(rows)))
    for begin in range(0, len(weight), BLOCK):
        own = rows[:, begin : begin + BLOCK]
        plain += own @ own.T
        weighted += (own * weight[begin : begin + BLOCK]) @ own.T
    return plain, weighted


def _by_pattern(
    columns: list[NDArray[np.float64]], m: int
) -> tuple[NDArray[np.intp], list[int], NDArray[np.bool_]]:
    """Return an order by pattern, where each of g patterns begins, and what it has, shape (g, v + 1)."""
    codes = np.zeros(m, dtype=np.int64)
    room = 62
    for column in columns:
        if room == 0:
            codes = pd.factorize(codes)[0].astype(np.int64)
            room = 62 - int(codes.max(initial=0)).bit_length()
        codes <<= 1
        codes |= ~np.isnan(column)
        room -= 1
    codes, found = pd.factorize(codes)
    order = np.argsort(codes.astype(np.min_scalar_type(len(found))), kind="stable")
    starts = np.r_[0, np.cumsum(np.bincount(codes))[:-1]] if m else np.zeros(0, dtype=int)
    first = order[starts]
    answered = np.ones((len(first), len(columns) + 1), dtype=bool)
    for place, column in enumerate(columns, start=1):
        np.equal(column[first], column[first], out=answered[:, place])
    return order, starts.tolist(), answered


def sum_waves(rows: Any, profiles: Any, variables: pd.DataFrame, built: pd.DataFrame | None) -> pd.DataFrame:
    """Return the cross-products of every wave whose respondents or variables changed.

    Args:
        rows: The relation `scored_regression_rows`.
        profiles: The relation `cells_profiles`, whose fingerprints are others when the respondents are.
        variables: `int_regression_variables`.
        built: survey_id, wave_id and fingerprint of what is added up already, or None.

    Returns:
        One row per survey, wave, pattern and pair of variables. A wave that is retired has no respondents any
        more: it keeps what it has, which the log tells.
    """
    known = set() if built is None else set(built.itertuples(index=False, name=None))
    frames = [pd.DataFrame({column: pd.Series(dtype=kind) for column, kind in TYPES.items()})]
    waves = profiles.project("survey_id, wave_id, fingerprint").distinct().df()
    for survey_id, wave_id, scored_as in sorted(waves.astype(str).itertuples(index=False, name=None)):
        own = variables[variables["survey_id"] == survey_id].sort_values("position")
        fingerprint = _fingerprint(scored_as, own)
        if own.empty or (survey_id, wave_id, fingerprint) in known:
            continue
        wave = WaveRows(rows, survey_id, wave_id, len(own))
        sums = wave.sums(partial(products_of, len(own)), with_design=False)
        if not sums:
            logger.warning(KEPT, survey_id, wave_id)
            continue
        names, centres = own["variable_id"].astype(str).tolist(), own["centre"].astype(float).tolist()
        table = pattern_table(sums, names, centres)
        frames.append(table.assign(survey_id=survey_id, wave_id=wave_id, fingerprint=fingerprint))
    return pd.concat([frame[list(TYPES)].astype(TYPES) for frame in frames], ignore_index=True)


def _fingerprint(scored_as: str, variables: pd.DataFrame) -> str:
    parts = [METHOD, scored_as, variables[["variable_id", "centre", "definition"]].to_csv(index=False)]
    return hashlib.md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()
