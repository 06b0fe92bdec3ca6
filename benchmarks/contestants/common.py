"""What contestants in Python share: stages that are timed, answers that are written, and Taylor's formula."""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.questions import STATISTICS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ANSWER = ("kind", "variable", "group", "statistic", "estimate", "std_error")


class Entry:
    """A contestant at work: `python -m benchmarks.contestants.NAME TASK FOLDER OUT`.

    Attributes:
        task: What is asked.
        folder: The data, `wave.parquet` and `wave.csv`.
        out: An empty folder, for answers and what else it writes.
    """

    def __init__(self, *packages: str) -> None:
        """Read the command line; `packages` are those whose versions are told."""
        self.task, folder, out = sys.argv[1:4]
        self.folder, self.out = Path(folder), Path(out)
        self._told: dict[str, Any] = {"stages": {}, "cpu_by_stage": {}, "versions": _versions(packages)}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time a stage: `read`, `prepare` (codes and scale scores) or `answer`."""
        wall, cpu = time.perf_counter(), _cpu()
        yield
        self._told["stages"][name] = self._told["stages"].get(name, 0.0) + time.perf_counter() - wall
        self._told["cpu_by_stage"][name] = self._told["cpu_by_stage"].get(name, 0.0) + _cpu() - cpu

    def tell(self, **facts: Any) -> None:
        """Add facts to what is told of the run."""
        self._told |= facts

    def finish(self, answers: Iterable[tuple[Any, ...]] = ()) -> None:
        """Write the answers, rows of `ANSWER`, and what was timed."""
        with (self.out / "answers.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(ANSWER)
            writer.writerows(answers)
        self._told["blas"] = _blas()
        (self.out / "told.json").write_text(json.dumps(self._told), encoding="utf-8")


def _cpu() -> float:
    return sum(os.times()[:4])


def _versions(packages: Iterable[str]) -> dict[str, str]:
    found = {"python": sys.version.split()[0]}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "?"
    return found


def _blas() -> str:
    """Return the kernel that BLAS runs here, such as `openblas SkylakeX 2 threads`."""
    try:
        from threadpoolctl import threadpool_info  # noqa: PLC0415 - not in every environment
    except ImportError:
        return ""
    kernels = {
        f"{pool['internal_api']} {pool.get('architecture', '')} {pool['num_threads']} threads"
        for pool in threadpool_info()
        if pool["user_api"] == "blas"
    }
    return ", ".join(sorted(kernels))


def taylor(
    sums: Mapping[str, Any], stratum_sizes: Mapping[Any, float], sector_of: Mapping[Any, int], strata: Any
) -> Iterator[tuple[str, str, int, str, float, float]]:
    """Yield the means and shares by sector with their linearised errors, from weighted sums per stratum.

    Args:
        sums: By `<variable>:<sum>` one number per stratum, in the order of `strata`. Of each variable, with
            `y` its answer less 3 and over those who gave one: `w`, `w2`, `wy`, `w2y`, `w2y2`; and over those
            whose answer is in a category: `w_<category>`, `w2_<category>`.
        stratum_sizes: Respondents per stratum, all of them.
        sector_of: Sector that a stratum lies in.
        strata: The strata.
    """
    import numpy as np  # noqa: PLC0415 - who times a start should not wait for it

    sizes = np.array([stratum_sizes[stratum] for stratum in strata], dtype=float)
    sectors = np.array([sector_of[stratum] for stratum in strata])
    for variable in dict.fromkeys(name.split(":")[0] for name in sums):
        column = {key: np.asarray(sums[f"{variable}:{key}"], dtype=float) for key in ("w", "w2")}
        for statistic in STATISTICS:
            if statistic == "mean":
                keys, shift = ("wy", "w2y", "w2y2"), 3.0
            else:
                category = statistic.removesuffix("_share")
                keys, shift = (f"w_{category}", f"w2_{category}", f"w2_{category}"), 0.0
            wy, w2y, w2y2 = (np.asarray(sums[f"{variable}:{key}"], dtype=float) for key in keys)
            for sector in np.unique(sectors):
                at = sectors == sector
                w, w2, m = column["w"][at], column["w2"][at], sizes[at]
                mean = wy[at].sum() / w.sum()
                total = wy[at] - mean * w
                square = w2y2[at] - 2 * mean * w2y[at] + mean**2 * w2
                variance = (m / (m - 1) * (square - total**2 / m)).sum() / w.sum() ** 2
                yield "design", variable, int(sector), statistic, shift + mean, variance**0.5
