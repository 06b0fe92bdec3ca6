"""pandas for shares with Taylor's formula by hand, statsmodels for regressions; both in memory, by column."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.contestants.common import Entry, taylor
from benchmarks.questions import (
    AGREEMENT,
    ITEMS,
    MEASURED,
    MINIMUM_ITEMS,
    NEUTRAL,
    OUTCOMES,
    REVERSED,
    TERMS,
)


def prepared(wave: pd.DataFrame) -> pd.DataFrame:
    """Return the wave with missing codes taken out and scale scores added."""
    for name in AGREEMENT:
        wave[name] = wave[name].where(wave[name] <= 5).astype("float64")
    for scale, items in ITEMS.items():
        scores = wave[list(items)].to_numpy(copy=True)
        scores[:, REVERSED] = 6 - scores[:, REVERSED]
        valid = (~np.isnan(scores)).sum(axis=1)
        with np.errstate(invalid="ignore"):
            wave[scale] = np.where(valid >= MINIMUM_ITEMS, np.nansum(scores, axis=1) / valid, np.nan)
    return wave


def means(wave: pd.DataFrame):
    """Yield means and shares by sector."""
    stratum = wave["sector"].astype("int64") * 10 + wave["size_class"]
    sizes = stratum.value_counts().sort_index()
    sums = {}
    weight = wave["weight"].to_numpy()
    for name in MEASURED:
        y = wave[name].to_numpy()
        w = np.where(np.isnan(y), 0.0, weight)
        y = np.nan_to_num(y, nan=3.0) - 3
        low, high = NEUTRAL[0] - 3, NEUTRAL[1] - 3
        parts = {"negative": y <= low, "neutral": (y > low) & (y <= high), "positive": y > high}
        columns = {"w": w, "w2": w * w, "wy": w * y, "w2y": w * w * y, "w2y2": w * w * y * y}
        for part, inside in parts.items():
            columns |= {f"w_{part}": w * inside, f"w2_{part}": w * w * inside}
        summed = pd.DataFrame(columns).groupby(stratum.to_numpy()).sum()
        sums |= {f"{name}:{key}": summed[key].to_numpy() for key in columns}
    return list(taylor(sums, sizes.to_dict(), {s: s // 10 for s in sizes.index}, sizes.index))


def regressions(wave: pd.DataFrame, sm: Any):
    """Yield coefficients and classical errors of weighted least squares."""
    for outcome in OUTCOMES:
        complete = wave[[outcome, *TERMS, "weight"]].dropna()
        x = sm.add_constant(complete[list(TERMS)].astype("float64"))
        fit = sm.WLS(complete[outcome], x, weights=complete["weight"]).fit()
        for term in ("const", *TERMS):
            name = "one" if term == "const" else term
            yield "classical", outcome, "", name, fit.params[term], fit.bse[term]


def main() -> None:
    """Answer what is asked."""
    entry = Entry("pandas", "numpy", "statsmodels", "scipy")
    # It takes seconds to import; who asks for means needs not wait for it.
    statsmodels = import_module("statsmodels.api") if entry.task == "regressions" else None
    with entry.stage("read"):
        wave = pd.read_parquet(entry.folder / "wave.parquet")
    with entry.stage("prepare"):
        wave = prepared(wave)
    with entry.stage("answer"):
        found = means(wave) if entry.task == "means" else list(regressions(wave, statsmodels))
    entry.finish(found)


if __name__ == "__main__":
    main()
