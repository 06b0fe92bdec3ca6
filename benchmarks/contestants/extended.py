"""numpy's long double by hand, 80 bits on x86: slow, and the judge of the others' last digits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from benchmarks.contestants.common import Entry
from benchmarks.contestants.pandas import prepared
from benchmarks.questions import OUTCOMES, TERMS

if TYPE_CHECKING:
    from collections.abc import Iterator


def regressions(wave: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    """Yield coefficients and classical errors of weighted least squares, from centred cross-products."""
    for outcome in OUTCOMES:
        complete = wave[[outcome, *TERMS, "weight"]].dropna()
        w = complete["weight"].to_numpy(dtype=np.longdouble)
        columns = [complete[name].to_numpy(dtype=np.longdouble) for name in (outcome, *TERMS)]
        means = np.array([(w * column).sum() / w.sum() for column in columns])
        columns = [column - mean for column, mean in zip(columns, means, strict=True)]
        products = np.zeros((len(columns), len(columns)), dtype=np.longdouble)
        for a, column in enumerate(columns):
            weighted = w * column
            for b in range(a, len(columns)):
                products[a, b] = products[b, a] = (weighted * columns[b]).sum()
        inverse = inverted(products[1:, 1:])
        b = inverse @ products[1:, 0]
        residual = products[0, 0] - b @ products[1:, 0]
        spread = residual / (len(complete) - len(TERMS) - 1)
        constant_error = np.sqrt(spread * (1 / w.sum() + means[1:] @ inverse @ means[1:]))
        yield "classical", outcome, "", "one", float(means[0] - means[1:] @ b), float(constant_error)
        errors = np.sqrt(spread * np.diag(inverse))
        for term, estimate, error in zip(TERMS, b, errors, strict=True):
            yield "classical", outcome, "", term, float(estimate), float(error)


def inverted(matrix: Any) -> Any:
    """Return the inverse of a positive definite matrix; LAPACK knows no long double."""
    k = len(matrix)
    left = np.hstack([matrix, np.eye(k, dtype=np.longdouble)])
    for row in range(k):
        left[row] /= left[row, row]
        for other in range(k):
            if other != row:
                left[other] -= left[other, row] * left[row]
    return left[:, k:]


def main() -> None:
    """Answer what is asked."""
    entry = Entry("numpy")
    with entry.stage("read"):
        wave = pd.read_parquet(entry.folder / "wave.parquet")
    with entry.stage("prepare"):
        wave = prepared(wave)
    with entry.stage("answer"):
        found = list(regressions(wave))
    entry.finish(found)


if __name__ == "__main__":
    main()
