"""The same project on Spark: every published table equal to DuckDB's, from the same landed files.

It runs where `make spark` does, in the environment of the extra `spark`, `tools/spark/.venv`: on a cluster of
its own, a master, two workers and a Connect server, and on a Connect server alone.
"""

from __future__ import annotations

import subprocess
from itertools import product

import pytest

from support.projects import ROOT
from support.releases import tool

PYTHON = ROOT / "tools" / "spark" / ".venv" / "bin" / "python"
SECONDS = 1500
# Marts that a survey with weights, flows, regressions, scales and two waves must fill.
FILLED = (
    "item_shares",
    "scale_scores",
    "sector_flows",
    "regression_coefficients",
    "wave_changes",
    "item_differences",
)


@pytest.fixture(scope="module")
def outcome() -> str:
    """What `make spark` says, without dbt's tests of each table and with few cuts."""
    if not PYTHON.exists():
        pytest.skip("the environment of Spark is not here: `make spark` makes it")
    tool("loopback_postgres")  # which the next one imports
    reason = tool("loopback_spark").why_no_java()
    if reason:
        pytest.skip(f"no Spark here: {reason}")
    command = [PYTHON, ROOT / "tools" / "build_on_spark.py", "--quick"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        try:
            told, complaints = running.communicate(timeout=SECONDS)
        finally:
            running.terminate()  # the cluster ends with it
    assert running.returncode in {0, 1}, complaints
    return told


@pytest.mark.slow
def test_every_published_table_is_that_of_duckdb(outcome: str) -> None:
    _, *tables, _, _ = outcome.splitlines()
    assert [line for line in tables if not line.endswith("  equal")] == []
    models = {path.stem.removeprefix("published_") for path in (ROOT / "models" / "published").glob("*.sql")}
    rows = {(name, on): int(count) for name, on, count, *_ in (line.split() for line in tables)}
    assert set(rows) == set(product(models, ("cluster", "local")))
    assert all(rows[name, on] > 0 for name, on in product(FILLED, ("cluster", "local")))


@pytest.mark.slow
def test_the_second_build_on_spark_replaced_a_wave(outcome: str) -> None:
    assert "Spark again, with a wave replaced" in outcome.splitlines()[-1]
