"""pyfixest: weighted regressions with classical errors, all eight by one formula."""

from __future__ import annotations

import pyfixest as pf

from benchmarks.contestants.common import Entry
from benchmarks.contestants.pandas import pd, prepared
from benchmarks.questions import OUTCOMES, TERMS


def main() -> None:
    """Answer what is asked."""
    entry = Entry("pyfixest", "pandas", "numpy")
    with entry.stage("read"):
        wave = pd.read_parquet(entry.folder / "wave.parquet")
    with entry.stage("prepare"):
        wave = prepared(wave)
    with entry.stage("answer"):
        found = []
        for outcome in OUTCOMES:
            fit = pf.feols(
                f"{outcome} ~ {' + '.join(TERMS)}",
                wave,
                vcov="iid",
                weights="weight",
                copy_data=False,
                store_data=False,
                lean=True,
            )
            for name, estimate, error in zip(fit.coef().index, fit.coef(), fit.se(), strict=True):
                found.append(
                    ("classical", outcome, "", "one" if name == "Intercept" else name, estimate, error)
                )
    entry.finish(found)


if __name__ == "__main__":
    main()
