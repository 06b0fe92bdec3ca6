"""svy: design-based means, shares and regressions on polars frames, its own Rust underneath."""

from __future__ import annotations

import svy

from benchmarks.contestants.common import Entry
from benchmarks.contestants.polars import pl, prepared
from benchmarks.questions import MEASURED, NEUTRAL, OUTCOMES, TERMS

CATEGORIES = ("negative", "neutral", "positive")


def categorised(wave: pl.DataFrame) -> pl.DataFrame:
    """Return the wave with a column per variable that says its category: 0, 1 or 2 of `CATEGORIES`."""
    return wave.with_columns(
        pl.when(pl.col(name).is_not_null())
        .then((pl.col(name) > NEUTRAL[0]).cast(pl.Int8) + (pl.col(name) > NEUTRAL[1]).cast(pl.Int8))
        .alias(f"{name}_category")
        for name in MEASURED
    )


def means(sample: svy.Sample):
    """Yield means and shares by sector."""
    for name, estimate in zip(
        MEASURED, sample.estimation.mean(list(MEASURED), by="sector", drop_nulls=True), strict=True
    ):
        for row in estimate.to_polars().iter_rows(named=True):
            yield "design", name, row["sector"], "mean", row["est"], row["se"]
    categories = [f"{name}_category" for name in MEASURED]
    for name, estimate in zip(
        MEASURED, sample.estimation.prop(categories, by="sector", drop_nulls=True), strict=True
    ):
        for row in estimate.to_polars().iter_rows(named=True):
            share = f"{CATEGORIES[int(row[f'{name}_category'])]}_share"
            yield "design", name, row["sector"], share, row["est"], row["se"]


def regressions(sample: svy.Sample):
    """Yield coefficients with errors of the design."""
    for outcome in OUTCOMES:
        fit = sample.glm.fit(outcome, x=list(TERMS))
        for row in fit.to_polars().iter_rows(named=True):
            name = "one" if row["term"] == "_intercept_" else row["term"]
            yield "design", outcome, "", name, row["estimate"], row["std_err"]


def main() -> None:
    """Answer what is asked."""
    entry = Entry("svy", "svy-rs", "polars")
    with entry.stage("read"):
        wave = pl.read_parquet(entry.folder / "wave.parquet")
    with entry.stage("prepare"):
        wave = prepared(wave)
        if entry.task == "means":
            wave = categorised(wave)
    with entry.stage("answer"):
        sample = svy.Sample(wave, svy.Design(stratum="stratum", wgt="weight"))
        found = list(means(sample) if entry.task == "means" else regressions(sample))
    entry.finish(found)


if __name__ == "__main__":
    main()
