"""The real daemon of Dagster: a file lands, and tables, checks and release are told as assets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from support.projects import ROOT
from support.runnable import deliver, make_runnable, released_waves
from werkpeil.orchestration.assets import define
from werkpeil.running import read_runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.workshop import Workshop

# The suites look at marts that this project does not have: a gate with two checks, one of which warns.
LOADED = """\
import werkpeil.quality.gate as gate
from werkpeil.quality.record import keep_results
from werkpeil.quality.results import CheckResult, WaveResult
from werkpeil.quality.suites import Check
from werkpeil.warehouse import open_warehouse


def checked(project, build_id):
    results = [
        CheckResult(
            Check(f"n_{severity}", "dim_waves", "dim_waves", "n", "few", severity=severity),
            waves=[WaveResult("plain", "2024", 1, broken)],
        )
        for severity, broken in (("critical", 0), ("warning", 1))
    ]
    with open_warehouse(project, read_only=False) as connection:
        connection.execute(
            "create table if not exists quality.quality_checks (build_id varchar, check_id varchar, "
            "table_name varchar, column_name varchar, about varchar, severity varchar, survey_id varchar, "
            "wave_id varchar, row_count bigint, broken_count bigint, has_passed boolean, error varchar, "
            "checked_at timestamp);"
            "create table if not exists quality.quality_broken_rows (build_id varchar, check_id varchar, "
            "position bigint, row_json varchar)"
        )
        keep_results(connection, build_id, results)
    return results


gate._check_results = checked
import werkpeil.orchestration.assets as assets

assets.SECONDS_BETWEEN_LOOKS = 1
from werkpeil.orchestration.definitions import defs
"""
SECONDS_AT_MOST = 600


@pytest.fixture
def daemon(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Workshop, dg.DagsterInstance]]:
    """A daemon that watches the inbox of a project."""
    workshop = make_runnable(tmp_path)
    home = tmp_path / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    (tmp_path / "loaded.py").write_text(LOADED)
    monkeypatch.setenv("DAGSTER_HOME", str(home))
    monkeypatch.setenv("WERKPEIL_PROJECT", str(workshop.project.root))
    for name in ("WERKPEIL_DATA", "WERKPEIL_INBOX", "WERKPEIL_PSEUDONYM_KEY"):
        monkeypatch.delenv(name, raising=False)
    command = [str(ROOT / ".venv" / "bin" / "dagster-daemon"), "run", "-f", str(tmp_path / "loaded.py")]
    # Dagster makes its files when an instance is first opened, and two processes must not do so at once.
    with dg.DagsterInstance.get() as instance, (tmp_path / "daemon.log").open("w") as log:
        process = subprocess.Popen(
            command, cwd=tmp_path, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield workshop, instance
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def test_a_file_that_describes_a_delivery_is_a_reason_to_run_again(tmp_path: Path) -> None:
    """What could not land without it is not the same delivery any more once it has come."""
    workshop = make_runnable(tmp_path)
    inbox = workshop.project.inbox / "plain" / "2024"
    inbox.mkdir(parents=True)
    told = []
    for name in ("answers.asc", "answers.sss", None):
        if name:
            (inbox / name).write_text("1\n")
            os.utime(inbox / name, (1, 1))
        [sensor] = define(workshop.project).sensors or ()
        with dg.DagsterInstance.ephemeral() as instance, dg.build_sensor_context(instance) as context:
            told.append(sensor(context).run_key)
    alone, described, described_still = told
    assert alone != described == described_still


@pytest.mark.slow
def test_several_processes_load_the_project_at_once(tmp_path: Path) -> None:
    """The daemon, the web server and each run load it; none needs a build to have parsed it."""
    workshop = make_runnable(tmp_path)
    environment = {**os.environ, "WERKPEIL_PROJECT": str(workshop.project.root)}
    command = [sys.executable, "-c", "from werkpeil.orchestration.definitions import defs"]
    loading = [subprocess.Popen(command, env=environment, cwd=tmp_path) for _ in range(3)]
    assert [process.wait(SECONDS_AT_MOST) for process in loading] == [0, 0, 0]


@pytest.mark.slow
def test_the_daemon_lands_a_file_and_tells_of_tables_checks_and_release(
    daemon: tuple[Workshop, dg.DagsterInstance], tmp_path: Path
) -> None:
    workshop, instance = daemon
    deliver(workshop, "2024")
    deadline = time.monotonic() + SECONDS_AT_MOST
    finished: list[dg.DagsterRun] = []
    while not finished and time.monotonic() < deadline:
        time.sleep(0.5)
        finished = [run for run in instance.get_runs() if run.is_finished]
    assert [run.status for run in finished] == [dg.DagsterRunStatus.SUCCESS], Path(
        tmp_path / "daemon.log"
    ).read_text()
    assert released_waves(workshop.project) == {"2024": 20}
    assert [(run.number, run.status) for run in read_runs(workshop.project)] == [(1, "done")]
    for key in (["release"], ["marts", "dim_waves"], ["published", "published_dim_waves"]):
        assert instance.get_latest_materialization_event(dg.AssetKey(key)) is not None, key
    mart = dg.AssetKey(["marts", "dim_waves"])
    records = instance.event_log_storage.get_asset_check_execution_history(
        check_key=dg.AssetCheckKey(mart, "gate"), limit=5
    )
    [evaluation] = [record.event.dagster_event.asset_check_evaluation_data for record in records]
    assert (evaluation.passed, evaluation.severity) == (False, dg.AssetCheckSeverity.WARN)
