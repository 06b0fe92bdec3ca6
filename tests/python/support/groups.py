"""Made-up people in groups, as the sums that the warehouse keeps of them, and their comparison."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd

from werkpeil.statistics.fingerprints import of_frames
from werkpeil.statistics.group_comparisons import compare_groups


def sums_of(people: pd.DataFrame, measure: str = "mean") -> pd.DataFrame:
    """Sums as int_answers_summed holds them, of rows with y, group, weight, stratum and cluster."""
    centre = float(people["y"].mean()) if measure == "mean" else 0.0
    w, y = people["weight"], people["y"] - centre
    counted = people.assign(
        survey_id="s", wave_id="1", cut_id="c", group_id=people["group"], variable_id="q", measure=measure,
        stratum_id=people["stratum"], cluster_id=people["cluster"], n=1, n_weighted=(w > 0).astype(int),
        sum_y=y, sum_y2=y * y, sum_w=w, sum_wy=w * y, sum_wy2=w * y * y,
        sum_w2=w * w, sum_w2y=w * w * y, sum_w2y2=w * w * y * y,
    )  # fmt: skip
    keys = [
        "survey_id",
        "wave_id",
        "cut_id",
        "group_id",
        "variable_id",
        "measure",
        "stratum_id",
        "cluster_id",
    ]
    values = ["n", "n_weighted", *(name for name in counted if str(name).startswith("sum_"))]
    return counted.groupby(keys, as_index=False)[values].sum().assign(centre=centre)


def people_of(
    y: Any, group: Any, weight: Any = 1.0, stratum: Any = "all", cluster: Any = "none"
) -> pd.DataFrame:
    return pd.DataFrame({"y": np.asarray(y, dtype=float), "group": group}).assign(
        weight=weight, stratum=stratum, cluster=cluster
    )


def strata_of(people: pd.DataFrame, population: dict[str, float] | None = None) -> pd.DataFrame:
    """int_strata of everybody."""
    rows = []
    for stratum, own in people.groupby("stratum"):
        clustered = bool((own["cluster"] != "none").any())
        units = own["cluster"].nunique() if clustered else len(own)
        unsampled = 1 - units / population[str(stratum)] if population else 1.0
        rows.append(("s", "1", stratum, clustered, float(units), bool(population), unsampled))
    names = ["survey_id", "wave_id", "stratum_id", "is_clustered", "unit_count", "has_population"]
    return pd.DataFrame(rows, columns=[*names, "unsampled_share"])


def compared(
    people: pd.DataFrame,
    groups: list[str],
    *,
    measure: str = "mean",
    population: dict[str, float] | None = None,
    everybody: pd.DataFrame | None = None,
    has_pairs: bool = True,
) -> pd.DataFrame:
    """The comparison of groups of made-up people."""
    table = pd.DataFrame({"group_id": groups, "position": range(len(groups))})
    table = table.assign(survey_id="s", wave_id="1", cut_id="c", has_pairs=has_pairs)
    variables = pd.DataFrame({"survey_id": ["s"], "variable_id": ["q"], "theme_id": ["t"]})
    strata = strata_of(people if everybody is None else everybody, population)
    return compare_groups(relation_of(sums_of(people, measure)), table, variables, strata)


def relation_of(sums: pd.DataFrame) -> Any:
    """The table int_answers_summed of some sums, as one wave."""
    return duckdb.from_df(sums.assign(fingerprint=of_frames("", [sums])))


def one(frame: pd.DataFrame, test: str, *, omnibus: bool = False) -> Any:
    rows = frame[(frame["test"] == test) & (frame["group_b"].isna() == omnibus)]
    assert len(rows) == 1
    return rows.iloc[0]
