"""Runs as a scheduler starts them: at once, killed, with a full inbox, a full disk and a wrong clock."""

from __future__ import annotations

import errno
import json
import os
import signal
import time
from datetime import UTC, date, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
import time_machine

from support.runnable import (
    call,
    deliver,
    ended,
    make_runnable,
    released_waves,
    start,
    status_of,
)
from support.workshop import PLAIN_HEADER
from werkpeil.building import BuildResult
from werkpeil.building.lock import is_run_at_work
from werkpeil.errors import InputError, OutsideError
from werkpeil.landing import all_deliveries
from werkpeil.landing.retention import DueWave
from werkpeil.publishing import PublishResult, Release, current_release, releases
from werkpeil.quality import GateResult, gate
from werkpeil.running import read_runs, read_status, record, run
from werkpeil.running.run import NOBODY, Audience

if TYPE_CHECKING:
    from support.workshop import Workshop
    from werkpeil.project import Project
    from werkpeil.running import RunRecord

RUN = import_module("werkpeil.running.run")  # its function has its name in the package


@pytest.fixture
def runnable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    for name in ("WERKPEIL_DATA", "WERKPEIL_PSEUDONYM_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(gate, "_check_results", lambda *_: [])  # its marts are not here
    return make_runnable(tmp_path)


def landed(project: Project) -> list[str]:
    """Return the waves of all deliveries of any time; twice who landed twice."""
    return sorted(delivery.wave_id for delivery in all_deliveries(project))


def last_run(project: Project) -> RunRecord:
    return read_runs(project, 1)[0]


def killed_at(project: Project, step: str) -> None:
    """Start a run and kill it as soon as its record says that it is at a step."""
    before = len(read_runs(project))
    process = start(project, "run")
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        runs = read_runs(project)
        if len(runs) > before and runs[0].steps and runs[0].steps[-1]["name"] == step:
            break
        time.sleep(0.005)
        assert process.poll() is None, ended(process)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    process.communicate()


@pytest.mark.slow
def test_of_two_runs_at_once_one_works_and_the_other_says_who_and_nothing_is_lost_by_kills(
    runnable: Workshop,
) -> None:
    """One project lives through all of it, as a server's does."""
    project = runnable.project
    waves = [f"w{number:02}" for number in range(6)]
    deliver(runnable, waves[0])
    outcomes = [ended(process) for process in [start(project, "run"), start(project, "run")]]
    (code, told, _), (refused, nothing, error) = sorted(outcomes)
    assert (code, refused, nothing) == (0, 3, "")
    assert "run 1: done (exit 0)" in told
    assert "Another run is at work: run 1 of " in error
    assert "with a later run" in error
    assert [one.number for one in read_runs(project)] == [1]
    assert landed(project) == waves[:1]
    assert released_waves(project) == {waves[0]: 20}

    # A full inbox, and a kill at each kind of step: the old release serves, and the next run does the rest.
    for number, wave_id in enumerate(waves[1:], start=1):
        deliver(runnable, wave_id, people=number)
    for step in (f"land plain {waves[4]}", "build", "publish"):
        killed_at(project, step)
        assert last_run(project).status == "running"
        assert not is_run_at_work(project)
        assert read_status(project)["runs"][0]["status"] == "interrupted"
        assert released_waves(project) in ({waves[0]: 20}, expected(waves))
        assert len(landed(project)) == len(set(landed(project)))
    code, told, errors = call(project, "run")
    assert code == 0, errors
    assert "was killed before it ended" in errors
    assert [one.status for one in read_runs(project)] == ["done", *["interrupted"] * 3, "done"]
    assert landed(project) == waves
    assert released_waves(project) == expected(waves)
    release = current_release(project)
    assert release is not None
    assert releases.is_whole(project, release)
    assert [*(project.published / ".incoming").iterdir(), *(project.landing / ".incoming").iterdir()] == []

    with duckdb.connect(str(project.warehouse), read_only=True) as connection:
        history = connection.execute("select run_number, status, landed_count from quality.runs order by 1")
        assert [row[:2] for row in history.fetchall()] == [
            (one.number, one.status) for one in reversed(read_runs(project))
        ]
        layers = connection.execute("select distinct layer from quality.run_layers order by 1").fetchall()
        assert layers == [("marts",), ("published",), ("seeds",)]
        steps = "select step, status from quality.run_steps where run_number = 1 order by position"
        assert connection.execute(steps).fetchall() == [
            (step, "done") for step in ("inbox", "land plain w00", "build", "gate", "publish")
        ]

    # Nothing is left to do, and --quiet has nothing to say.
    assert call(project, "run", "--quiet") == (0, "", "")
    assert last_run(project).is_idle
    assert read_status(project)["inbox"]["waits"] == []


def expected(waves: list[str]) -> dict[str, int]:
    return {wave_id: number or 20 for number, wave_id in enumerate(waves)}


@pytest.mark.slow
def test_a_clock_that_goes_back_changes_no_order_and_loses_nothing(runnable: Workshop) -> None:
    project = runnable.project
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    for number, moment in enumerate([noon, noon - timedelta(days=2)]):
        with time_machine.travel(moment, tick=True):
            deliver(runnable, f"wave{number}", people=number + 1)
            done = run(project)
        assert done.exit_code == 0, done.error
        assert done.number == number + 1
        assert read_runs(project)[0] == done
        assert done.release is not None
        assert done.release["status"] == "published"
        current = current_release(project)
        assert current is not None
        assert current == releases.read_index(project)[0]
        assert current.build_id == done.release["build_id"]
        assert released_waves(project) == {f"wave{before}": before + 1 for before in range(number + 1)}
    assert [one.number for one in read_runs(project)] == [2, 1]
    assert "the clock went back: run 1 ended at 2026-11-20T12:" in done.notices[0]
    assert landed(project) == ["wave0", "wave1"]


RESULTS = {
    "build": BuildResult("up_to_date", "b", models=1, checks=0, seconds=0.0),
    "run_gate": GateResult("b", checks=0, seconds=0.0),
    "publish": PublishResult("up_to_date", Release("b", "2026-11-20T12:00:00Z", "b.duckdb", 1, "", {})),
}


class Stages:
    """Stands for build, gate and publication, where a test is about the rest of a run."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for name, result in RESULTS.items():
            monkeypatch.setattr(RUN, name, self._stage(name, result))
        monkeypatch.setattr(RUN, "passed_gate", lambda _: {"build_id": "b"})
        monkeypatch.setattr(RUN, "retire_due", lambda _: [])
        self.fail: dict[str, BaseException] = {}
        self.done: list[str] = []

    def _stage(self, name: str, result: Any) -> Any:
        def stage(*_: object, **__: object) -> Any:
            self.done.append(name)
            if name in self.fail:
                raise self.fail[name]
            return result

        return stage


@pytest.fixture
def stages(monkeypatch: pytest.MonkeyPatch) -> Stages:
    return Stages(monkeypatch)


def waits(project: Project) -> dict[str, str]:
    return {Path(entry["path"]).name: entry["status"] for entry in last_run(project).waits}


def test_a_full_inbox_lands_whole_and_each_file_that_waits_says_why(
    runnable: Workshop, stages: Stages
) -> None:
    project = runnable.project
    waves = [f"w{number:02}" for number in range(12)]
    for wave_id in waves:
        deliver(runnable, wave_id, people=1)
    deliver(runnable, "w00", people=1, name="the same again.csv")
    deliver(runnable, "w01", people=2, name="z another.csv")
    for name in ("a.csv.part", "b.CSV.filepart", "c.crdownload", "d.csv~"):
        deliver(runnable, "later", name=name)
    (project.inbox / "plain" / "stray.csv").write_text("x")
    (project.inbox / "plain" / "later" / "deeper").mkdir()
    (project.inbox / "plain" / "later" / "deeper" / "deep.csv").write_text("x")
    done = run(project)
    assert landed(project) == waves
    assert done.exit_code == 2
    assert waits(project) == {
        "a.csv.part": "partial_name",
        "b.CSV.filepart": "partial_name",
        "c.crdownload": "partial_name",
        "d.csv~": "partial_name",
        "stray.csv": "misplaced",
        "deep.csv": "misplaced",
        "z another.csv": "refused",
    }
    assert done.error is not None
    assert "has landed with another content" in done.error["what"]
    shown = {entry["status"]: entry["reason"] for entry in status_of(project)["inbox"]["waits"]}
    assert set(shown) == {"partial_name", "misplaced", "refused"}
    assert "--replace" in shown["refused"]
    assert run(project).landed == []
    assert landed(project) == waves


def test_data_without_a_header_land_with_the_codebook_beside_them(runnable: Workshop, stages: Stages) -> None:
    data = deliver(runnable, "2024", people=12, name="d.asc")
    data.write_text(data.read_text().partition("\n")[2])
    fields = "".join(
        f'<variable type="character"><name>{name}</name><position start="{place}"/></variable>'
        for place, name in enumerate(PLAIN_HEADER, start=1)
    )
    codebook = f'<sss version="3.0"><survey><record ident="A" format="csv">{fields}</record></survey></sss>'
    (data.parent / "d.sss").write_text(codebook)
    for path in data.parent.iterdir():
        os.utime(path, (1_700_000_000, 1_700_000_000))
    done = run(runnable.project)
    assert (done.exit_code, done.error, waits(runnable.project)) == (0, None, {})
    assert [(entry["wave_id"], entry["rows_accepted"]) for entry in done.landed] == [("2024", 12)]
    assert run(runnable.project).landed == []


def test_a_file_that_is_being_copied_waits_and_lands_when_it_is_whole(
    runnable: Workshop, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = runnable.project
    path = deliver(runnable, "2024", people=50)
    whole = path.read_text()
    with path.open("w") as copy:  # a program that has the file open, and does nothing for an hour
        copy.write(whole[:300])
        copy.flush()
        os.utime(path, (time.time() - 3600, time.time() - 3600))
        done = run(project)
        assert (done.exit_code, done.landed, waits(project)) == (0, [], {"d.csv": "still_arriving"})
        copy.write(whole[300:])
    settings = project.root / "dbt_project.yml"
    kept = settings.read_text()
    settings.write_text(kept.replace("rest_seconds: 0.2", "rest_seconds: 600"))
    assert run(project).waits[0]["status"] == "still_arriving", "it changed a moment ago"
    settings.write_text(kept)
    os.utime(path, (time.time() - 3600, time.time() - 3600))
    assert [entry["rows_accepted"] for entry in run(project).landed] == [50]
    assert landed(project) == ["2024"]


def test_a_file_that_grows_while_it_is_watched_waits_whatever_its_time_says(
    runnable: Workshop, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy over a network: the other machine's clock is wrong, and nobody here has the file open."""
    path = deliver(runnable, "2024", people=2)
    gone = deliver(runnable, "2025", people=2)

    def meanwhile(_: float) -> None:
        with path.open("a") as copy:
            copy.write("9,1,a,5,Eens,40,\n")
        os.utime(path, (4_000_000_000, 4_000_000_000))
        gone.unlink()

    monkeypatch.setattr("werkpeil.landing.inbox.time.sleep", meanwhile)
    assert waits_after_run(runnable) == {"d.csv": "still_arriving"}
    assert landed(runnable.project) == []
    monkeypatch.undo()
    Stages(monkeypatch)
    assert waits_after_run(runnable) == {}, "a time in the future is no reason to wait for ever"
    assert landed(runnable.project) == ["2024"]


def waits_after_run(workshop: Workshop) -> dict[str, str]:
    run(workshop.project)
    return waits(workshop.project)


@pytest.mark.parametrize("place", ["land", "build", "gate", "publish"])
def test_a_full_disk_ends_the_run_with_3_and_the_next_one_goes_on(
    place: str, runnable: Workshop, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = runnable.project
    deliver(runnable, "2024", people=3)
    full = OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patch:
        if place == "land":
            patch.setattr("werkpeil.landing.zone.fsync", lambda _: (_ for _ in ()).throw(full))
        elif place == "gate":
            patch.setattr(RUN, "passed_gate", lambda _: None)
            stages.fail["run_gate"] = OutsideError("The disk is full.")
        else:
            stages.fail[place] = OutsideError("The disk is full.")
        done = run(project)
    assert (done.status, done.exit_code) == ("failed", 3)
    assert done.error is not None
    assert done.error["what"] == "The disk is full."
    assert done.steps[[step["status"] for step in done.steps].index("failed")]["name"].startswith(place)
    assert landed(project) == ([] if place == "land" else ["2024"])
    stages.fail.clear()
    after = run(project)
    assert (after.status, after.exit_code) == ("done", 0)
    assert landed(project) == ["2024"]


def test_a_record_that_cannot_be_written_in_the_end_is_told_and_exits_3(
    runnable: Workshop, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    save, heard = record.save, []

    def until_the_end(project: Project, made: RunRecord) -> None:
        if made.exit_code is not None:
            raise OutsideError("The disk is full.")
        save(project, made)

    monkeypatch.setattr(record, "save", until_the_end)
    done = run(runnable.project, audience=Audience(NOBODY.on_step, heard.append))
    assert (done.status, done.exit_code) == ("failed", 3)
    assert [str(told) for told in heard if isinstance(told, OutsideError)] == ["The disk is full."]


def test_a_wave_that_is_due_is_retired_after_the_release_and_released_without_its_rows(
    runnable: Workshop, stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    day = date(2026, 1, 1)

    def retire(_: Project) -> list[DueWave]:
        stages.done.append("retire")
        return [DueWave("plain", "2020", day, day, deliveries=1, rows=3)] if len(stages.done) < 4 else []

    monkeypatch.setattr(RUN, "retire_due", retire)
    done = run(runnable.project)
    assert stages.done == ["build", "publish", "retire", "build", "publish"]
    assert done.retired == [{"survey_id": "plain", "wave_id": "2020", "due_on": "2026-01-01"}]
    assert "retired plain 2020" in record.summary(done)


def test_a_defect_is_recorded_with_its_traceback_in_the_log_and_goes_on_to_who_started_the_run(
    runnable: Workshop, stages: Stages
) -> None:
    stages.fail["publish"] = ZeroDivisionError("division by zero")
    with pytest.raises(ZeroDivisionError):
        run(runnable.project)
    last = last_run(runnable.project)
    assert (last.status, last.exit_code) == ("failed", 3)
    assert last.error is not None
    assert last.error["kind"] == "defect"
    lines = (runnable.project.runs / "00000001.jsonl").read_text().splitlines()
    assert any("ZeroDivisionError" in json.loads(line).get("traceback", "") for line in lines)


def test_an_interrupted_run_says_so(runnable: Workshop, stages: Stages) -> None:
    stages.fail["build"] = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        run(runnable.project)
    last = last_run(runnable.project)
    assert (last.status, last.exit_code, last.steps[-1]["status"]) == ("interrupted", 130, "interrupted")
    assert not is_run_at_work(runnable.project)


def test_an_inbox_that_was_named_and_is_not_there_is_told(runnable: Workshop, stages: Stages) -> None:
    done = run(runnable.project, runnable.project.inbox / "nosuch")
    assert (done.exit_code, stages.done) == (2, [])
    assert done.error is not None
    assert "no such inbox" in done.error["what"]
    assert run(runnable.project).exit_code == 0, "its own need not be there yet"


def test_wrong_settings_stop_a_run_before_it_begins(runnable: Workshop) -> None:
    settings = runnable.project.root / "dbt_project.yml"
    settings.write_text(settings.read_text().replace("rest_seconds: 0.2", "rest_seconds: soon"))
    with pytest.raises(InputError, match="rest_seconds"):
        run(runnable.project)
    assert read_runs(runnable.project) == []


def test_status_names_the_inbox_of_the_last_run(runnable: Workshop, stages: Stages, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(runnable.project, elsewhere)
    assert read_status(runnable.project)["inbox"]["folder"] == str(elsewhere)
