"""samplics: design-based means, shares and regressions, one variable at a time."""

from __future__ import annotations

import numpy as np
from samplics import ModelType, PopParam, TaylorEstimator
from samplics.regression import SurveyGLM

from benchmarks.contestants.common import Entry
from benchmarks.contestants.polars import pl, prepared
from benchmarks.questions import MEASURED, NEUTRAL, OUTCOMES, TERMS


def means(wave: pl.DataFrame):
    """Yield means and shares by sector."""
    design = {
        "samp_weight": wave["weight"].to_numpy(),
        "stratum": wave["stratum"].to_numpy(),
        "domain": wave["sector"].to_numpy(),
    }
    for name in MEASURED:
        y = wave[name].cast(pl.Float64).fill_null(np.nan).to_numpy()
        low, high = NEUTRAL
        measures = {
            "mean": y,
            "negative_share": _share(y, y <= low),
            "neutral_share": _share(y, (y > low) & (y <= high)),
            "positive_share": _share(y, y > high),
        }
        for statistic, values in measures.items():
            estimator = TaylorEstimator(PopParam.mean)
            estimator.estimate(y=values, remove_nan=True, **design)
            for sector, estimate in estimator.point_est.items():
                yield "design", name, int(sector), statistic, estimate, estimator.stderror[sector]


def _share(y: np.ndarray, inside: np.ndarray) -> np.ndarray:
    return np.where(np.isnan(y), np.nan, inside)


def regressions(wave: pl.DataFrame):
    """Yield coefficients with errors of the design."""
    for outcome in OUTCOMES:
        complete = wave.select(outcome, *TERMS, "weight", "stratum").drop_nulls()
        model = SurveyGLM(ModelType.LINEAR)
        model.estimate(
            y=complete[outcome].to_numpy().astype(float),
            x=complete.select(TERMS).cast(pl.Float64).to_numpy(),
            x_labels=list(TERMS),
            samp_weight=complete["weight"].to_numpy(),
            stratum=complete["stratum"].to_numpy(),
            add_intercept=True,
        )
        for name, estimate, error in zip(
            ("one", *TERMS), model.beta["point_est"], model.beta["stderror"], strict=True
        ):
            yield "design", outcome, "", name, estimate, error


def main() -> None:
    """Answer what is asked."""
    entry = Entry("samplics", "polars", "numpy")
    with entry.stage("read"):
        wave = pl.read_parquet(entry.folder / "wave.parquet")
    with entry.stage("prepare"):
        wave = prepared(wave)
    with entry.stage("answer"):
        found = list(means(wave) if entry.task == "means" else regressions(wave))
    entry.finish(found)


if __name__ == "__main__":
    main()
