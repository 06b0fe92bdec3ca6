"""Tests of groups on answers that were dealt out anew: their p-values must be uniform.

Answers of an item are dealt out at random over the people of the groups, which keeps how many gave each
answer and how large each group is. Then no group differs from another, and whatever the tests find is
chance: a p-value below 0.05 comes up one time in twenty. A test with wrong errors shows here.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
from scipy import stats

from werkpeil.statistics.group_comparisons import compare_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST_GROUP = 30
FEWEST_P_VALUES = 20

_COUNTS = """
    select
        answers.survey_id, answers.wave_id, answers.cut_id, answers.group_id, answers.variable_id,
        valued.score, cast(sum(answers.n) as bigint) as n
    from estimates.int_answers_grouped as answers
    inner join estimates.int_answers_valued as valued using (survey_id, variable_id, answer_value)
    inner join estimates.int_variables as variables using (survey_id, variable_id)
    inner join estimates.int_compared_groups as compared using (survey_id, wave_id, cut_id, group_id)
    where
        compared.has_pairs
        and variables.kind = 'item'
        and valued.missing_reason is null
        and valued.score is not null
    group by all
    order by all
"""


def shuffled_p_values(connection: Any) -> pd.DataFrame:
    """Return how uniform the p-values of each test are when there is nothing to find.

    Args:
        connection: An open connection to a built warehouse; it is read only.

    Returns:
        One row per survey, wave and test: `p_values`, how many items there are, and `uniformity`, the
        p-value of the Kolmogorov-Smirnov test that theirs are uniform. Waves with fewer than 20 items whose
        groups all have 30 people are left out.
    """
    counts = connection.execute(_COUNTS).df()
    rows = []
    for (survey_id, wave_id), wave in counts.groupby(["survey_id", "wave_id"], sort=True):
        generator = np.random.default_rng(zlib.crc32(f"{survey_id} {wave_id}".encode()))
        sums = _dealt_anew(wave, generator)
        if sums["variable_id"].nunique() < FEWEST_P_VALUES:
            continue
        for test, p_values in _tested(sums).groupby("test", sort=True)["p_value"]:
            known = p_values.dropna().to_numpy(dtype=float)
            rows.append(
                {
                    "survey_id": survey_id,
                    "wave_id": wave_id,
                    "test": test,
                    "p_values": len(known),
                    "uniformity": float(stats.kstest(known, "uniform").pvalue) if len(known) else np.nan,
                }
            )
    return pd.DataFrame(rows, columns=["survey_id", "wave_id", "test", "p_values", "uniformity"])


def _dealt_anew(wave: pd.DataFrame, generator: np.random.Generator) -> pd.DataFrame:
    """Sums of one wave as `int_answers_summed` has them, for dealt answers, everybody counting once.

    Each item is tested on one cut alone, the cuts taking turns, so that the p-values are independent.
    """
    cuts = sorted(wave["cut_id"].unique())
    frames = []
    for place, (variable_id, rows) in enumerate(wave.groupby("variable_id", sort=True)):
        cut_id = cuts[place % len(cuts)]
        own = rows[rows["cut_id"] == cut_id]
        groups, group = np.unique(own["group_id"].to_numpy(dtype=str), return_inverse=True)
        scores, score = np.unique(own["score"].to_numpy(dtype=float), return_inverse=True)
        table = np.zeros((len(groups), len(scores)), dtype=np.int64)
        np.add.at(table, (group, score), own["n"].to_numpy(dtype=np.int64))
        large = table.sum(axis=1) >= SMALLEST_GROUP
        if large.sum() < 2:
            continue
        dealt = _deal(table[large], generator)
        names = {"group_id": groups[large], "variable_id": variable_id, "cut_id": cut_id}
        frames.append(
            pd.DataFrame({**names, "centre": scores.mean(), **_sums(dealt, scores - scores.mean())})
        )
    columns = ["group_id", "variable_id", "cut_id", "centre"]
    sums = pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)
    return sums.assign(
        survey_id="shuffled",
        wave_id="shuffled",
        measure="mean",
        stratum_id="all",
        cluster_id="none",
        fingerprint="shuffled",
    )


def _deal(table: NDArray[np.int64], generator: np.random.Generator) -> NDArray[np.int64]:
    """A random table with the same margins: rows are groups, columns answers."""
    left = table.sum(axis=0)
    dealt = np.zeros_like(table)
    for group, size in enumerate(table.sum(axis=1)):
        dealt[group] = generator.multivariate_hypergeometric(left, size)
        left = left - dealt[group]
    return dealt


def _sums(dealt: NDArray[np.int64], scores: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """The sums that tests need, per group, with weights of one."""
    n, y, squares = dealt.sum(axis=1), dealt @ scores, dealt @ scores**2
    return (
        dict.fromkeys(("n", "n_weighted"), n)
        | dict.fromkeys(("sum_w", "sum_w2"), n.astype(float))
        | dict.fromkeys(("sum_y", "sum_wy", "sum_w2y"), y)
        | dict.fromkeys(("sum_y2", "sum_wy2", "sum_w2y2"), squares)
    )


def _tested(sums: pd.DataFrame) -> pd.DataFrame:
    """The test of all groups of each item."""
    groups = sums[["survey_id", "wave_id", "cut_id", "group_id"]].drop_duplicates()
    groups = groups.assign(position=range(1, len(groups) + 1), has_pairs=False)
    variables = sums[["survey_id", "variable_id"]].drop_duplicates().assign(theme_id="all")
    people = int(sums.groupby("variable_id")["n"].sum().max())
    strata = pd.DataFrame(
        {
            "survey_id": ["shuffled"],
            "wave_id": ["shuffled"],
            "stratum_id": ["all"],
            "unit_count": [people],
            "unsampled_share": [1.0],
            "is_clustered": [False],
        }
    )
    with duckdb.connect() as connection:
        found = compare_groups(connection.from_df(sums), groups, variables, strata)
    return found[found["group_b"].isna()]
