"""What R says, for the tests that compare with it."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from support.projects import ROOT


def told_by_r(script: str, *arguments: str) -> dict[str, list[float]]:
    """What an R script says, by name; skipped where R or its packages are absent."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        pytest.skip("there is no Rscript here")
    needed = 'q(status = !all(sapply(c("survey", "psych", "MASS"), requireNamespace, quietly = TRUE)))'
    if subprocess.run([rscript, "-e", needed], capture_output=True, check=False).returncode:
        pytest.skip("R lacks the packages survey, psych and MASS")
    path = ROOT / "tests" / "end_to_end" / script
    told = subprocess.run(
        [rscript, str(path), *arguments], capture_output=True, text=True, check=False, timeout=300
    )
    assert told.returncode == 0, told.stderr
    lines = [line.split("\t") for line in told.stdout.splitlines() if line]
    return {name: [float(value) for value in values if value.strip()] for name, *values in lines}
