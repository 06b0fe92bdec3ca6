"""Records, logs and settings of runs, without a build."""

from __future__ import annotations

import errno
import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from support.workshop import make_workshop
from werkpeil.errors import InputError, OutsideError
from werkpeil.running import read_runs, record
from werkpeil.running.log import kept_log
from werkpeil.running.settings import read_settings
from werkpeil.running.status import timings

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_workshop(tmp_path).project


def begun(project: Project, **changes: Any) -> record.RunRecord:
    """Begin a run and change its record."""
    made = record.begin(project, project.inbox)
    for name, value in changes.items():
        setattr(made, name, value)
    record.save(project, made)
    return made


def test_runs_are_numbered_and_listed_in_their_order(project: Project) -> None:
    for _ in range(11):
        begun(project, status="done")
    assert [one.number for one in read_runs(project)] == list(range(11, 0, -1))
    assert [one.number for one in read_runs(project, 2)] == [11, 10]


def test_a_record_reads_back_as_it_was_written(project: Project) -> None:
    made = begun(project, status="failed", exit_code=1, seconds=2.5, waits=[{"path": "é.csv"}])
    assert read_runs(project) == [made]


def test_a_record_of_a_later_version_can_be_read(project: Project) -> None:
    begun(project)
    path = project.runs / "00000001.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"later": 1}))
    assert read_runs(project)[0].number == 1


def test_a_damaged_record_is_left_out_and_its_number_is_not_used_again(project: Project) -> None:
    begun(project)
    begun(project)
    (project.runs / "00000002.json").write_text("{")
    assert [one.number for one in read_runs(project)] == [1]
    assert begun(project).number == 3


def test_a_record_that_still_says_running_is_of_a_run_that_was_killed(project: Project) -> None:
    begun(project)
    after = begun(project)
    assert read_runs(project)[1].status == "interrupted"
    assert after.notices == ["run 1 was killed before it ended; this one repairs it"]


def test_order_is_that_of_numbers_when_the_clock_goes_back(project: Project) -> None:
    begun(project, status="done", ended_at="2999-01-01T00:00:00.000Z")
    after = begun(project, status="done")
    assert [one.number for one in read_runs(project)] == [2, 1]
    assert after.notices == ["the clock went back: run 1 ended at 2999-01-01T00:00:00.000Z"]


def test_the_oldest_records_go_with_their_logs(project: Project) -> None:
    for number in range(1, 6):
        begun(project, status="done")
        record.log_path(project, number).write_text("")
    record.prune(project, 2)
    names = [f"{number:08}.{ending}" for number in (4, 5) for ending in ("json", "jsonl")]
    assert sorted(path.name for path in project.runs.iterdir()) == names


def test_a_full_disk_leaves_the_last_record_whole(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    made = begun(project, status="done")

    def full(_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("werkpeil.files.fsync", full)
    with pytest.raises(OutsideError, match="The disk is full"):
        record.save(project, made)
    assert read_runs(project) == [made]


def test_the_log_is_one_object_per_line_with_what_was_given_beside_the_message(tmp_path: Path) -> None:
    path = tmp_path / "run.jsonl"
    ours, others = logging.getLogger("werkpeil.some.module"), logging.getLogger("other")
    with kept_log(path, 7):
        ours.debug("built %s\nand more", "x", extra={"node": "é", "seconds": 1.5})
        others.info("chatter")
        others.warning("heed")
        try:
            1 / 0  # noqa: B018 - for its traceback
        except ZeroDivisionError:
            ours.exception("failed")
    ours.warning("after the run")
    first, second, third = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert first.pop("time").endswith("Z")
    assert first == {
        "level": "debug",
        "logger": "werkpeil.some.module",
        "run": 7,
        "message": "built x\nand more",
        "node": "é",
        "seconds": 1.5,
    }
    assert (second["logger"], second["level"], second["message"]) == ("other", "warning", "heed")
    assert "ZeroDivisionError" in third["traceback"]


def test_a_log_that_cannot_be_kept_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(OutsideError), kept_log(tmp_path / "nosuch" / "run.jsonl", 1):
        pass


def set_runs(project: Project, text: str) -> None:
    (project.root / "dbt_project.yml").write_text(f"name: test\nvars:\n  surveys: [plain]\n  runs: {text}\n")


def test_settings_have_defaults_and_are_read(project: Project) -> None:
    assert (read_settings(project).rest_seconds, read_settings(project).keep) == (5, 1000)
    set_runs(project, "{rest_seconds: 0.5, keep: 3}")
    assert (read_settings(project).rest_seconds, read_settings(project).keep) == (0.5, 3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{rest: 1}", "rest` is not one of"),
        ("{rest_seconds: -1}", "rest_seconds` is -1"),
        ("{rest_seconds: soon}", "rest_seconds` is 'soon'"),
        ("{keep: 0}", "keep` is 0"),
        ("{keep: yes}", "keep` is True"),
        ("5", "is 5"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(project: Project, text: str, told: str) -> None:
    set_runs(project, text)
    with pytest.raises(InputError, match=told):
        read_settings(project)


def of_layers(number: int, layers: dict[str, float] | None) -> record.RunRecord:
    build = None if layers is None else {"layers": layers}
    return record.RunRecord(number, "done", "", "", 1, "", "", build=build)


def test_timings_set_the_last_build_beside_the_one_before_and_skip_runs_that_built_nothing() -> None:
    runs = [of_layers(4, {}), of_layers(3, {"cells": 2.0, "new": 1.0}), of_layers(2, None)]
    before = of_layers(1, {"cells": 3.0, "gone": 5.0})
    assert timings([*runs, before]) == [
        {"layer": "cells", "seconds": 2.0, "seconds_before": 3.0},
        {"layer": "new", "seconds": 1.0, "seconds_before": None},
        {"layer": "gone", "seconds": None, "seconds_before": 5.0},
    ]
    assert timings(runs)[0]["seconds_before"] is None
    assert timings([of_layers(1, None)]) == []


def test_the_summary_is_one_line() -> None:
    made = of_layers(12, {"cells": 1.0})
    made.seconds, made.exit_code = 2.4, 0
    made.build = None
    assert record.summary(made) == "run 12: nothing to do, 2 s"
    made.landed = [{"survey_id": "s", "wave_id": str(wave)} for wave in range(7)]
    made.waits = [{"path": "a/b/late.csv.part"}]
    made.build = {"status": "built"}
    made.release = {"status": "published", "build_id": "b1"}
    assert record.summary(made) == (
        "run 12: done (exit 0), 2 s; landed s 0, s 1, s 2, s 3, s 4 and 2 more; waits late.csv.part; built; "
        "published b1"
    )
    made.status, made.exit_code, made.release = "failed", 1, None
    made.error = {"what": "2 checks failed:\n  one\n  two"}
    assert record.summary(made).endswith("; built; 2 checks failed")
    assert "\n" not in record.summary(made)
