"""polars: all sums of all variables in one grouped query over all cores; regressions by cross-products."""

from __future__ import annotations

import numpy as np
import polars as pl

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


def prepared(wave: pl.DataFrame) -> pl.DataFrame:
    """Return the wave with missing codes taken out and scale scores added."""
    wave = wave.with_columns(pl.when(pl.col(name) <= 5).then(pl.col(name)).alias(name) for name in AGREEMENT)
    scales = []
    for scale, items in ITEMS.items():
        scores = [6 - pl.col(name) if at == REVERSED else pl.col(name) for at, name in enumerate(items)]
        valid = pl.sum_horizontal(score.is_not_null() for score in scores)
        scales.append(pl.when(valid >= MINIMUM_ITEMS).then(pl.mean_horizontal(scores)).alias(scale))
    stratum = pl.col("sector").cast(pl.Int32) * 10 + pl.col("size_class")
    return wave.with_columns(*scales, stratum=stratum)


def means(wave: pl.DataFrame):
    """Yield means and shares by sector."""
    aggregates = [pl.len().alias("size")]
    for name in MEASURED:
        y = pl.col(name).cast(pl.Float64) - 3
        w = pl.when(pl.col(name).is_not_null()).then(pl.col("weight"))
        low, high = NEUTRAL[0] - 3, NEUTRAL[1] - 3
        parts = {"negative": y <= low, "neutral": (y > low) & (y <= high), "positive": y > high}
        sums = {"w": w, "w2": w * w, "wy": w * y, "w2y": w * w * y, "w2y2": w * w * y * y}
        for part, inside in parts.items():
            sums |= {f"w_{part}": w * inside, f"w2_{part}": w * w * inside}
        aggregates += [value.sum().alias(f"{name}:{key}") for key, value in sums.items()]
    found = wave.lazy().group_by("stratum").agg(aggregates).collect()
    strata = found["stratum"].to_list()
    sizes = dict(zip(strata, found["size"], strict=True))
    sums = {name: found[name].to_numpy() for name in found.columns if ":" in name}
    return list(taylor(sums, sizes, {stratum: stratum // 10 for stratum in strata}, strata))


def regressions(wave: pl.DataFrame, kind: str):
    """Yield coefficients by the normal equations, with errors that are `classical` or of the `design`."""
    sizes = dict(wave.group_by("stratum").len().iter_rows())
    for outcome in OUTCOMES:
        complete = wave.select(outcome, *TERMS, "weight", "stratum").drop_nulls()
        w, y = complete["weight"].to_numpy(), complete[outcome].to_numpy().astype(float)
        x = complete.select(pl.lit(1.0).alias("one"), *(pl.col(term).cast(pl.Float64) for term in TERMS))
        x = x.to_numpy()
        weighted = x * w[:, None]
        inverse = np.linalg.inv(weighted.T @ x)
        b = inverse @ (weighted.T @ y)
        residual = y - x @ b
        if kind == "classical":
            covariance = (w @ np.square(residual)) / (len(w) - x.shape[1]) * inverse
        else:
            scores = weighted * residual[:, None]
            covariance = inverse @ spread_of(scores, complete["stratum"].to_numpy(), sizes) @ inverse
        for name, estimate, error in zip(("one", *TERMS), b, np.sqrt(np.diag(covariance)), strict=True):
            yield kind, outcome, "", name, estimate, error


def spread_of(scores: np.ndarray, strata: np.ndarray, sizes: dict[int, int]) -> np.ndarray:
    """Return the covariance of the total score under the strata."""
    order = np.argsort(strata, kind="stable")
    found, firsts = np.unique(strata[order], return_index=True)
    spread = np.zeros((scores.shape[1], scores.shape[1]))
    for stratum, rows in zip(found, np.split(order, firsts[1:]), strict=True):
        own, m = scores[rows], sizes[stratum]
        total = own.sum(axis=0)
        spread += m / (m - 1) * (own.T @ own - np.outer(total, total) / m)
    return spread


def main() -> None:
    """Answer what is asked."""
    entry = Entry("polars", "numpy")
    with entry.stage("read"):
        wave = pl.read_parquet(entry.folder / "wave.parquet")
    with entry.stage("prepare"):
        wave = prepared(wave)
    with entry.stage("answer"):
        kind = "classical" if entry.task == "regressions" else "design"
        found = means(wave) if entry.task == "means" else list(regressions(wave, kind))
    entry.finish(found)


if __name__ == "__main__":
    main()
