"""The landing zone survives kills, and only a pointer makes a delivery exist."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from filelock import FileLock

from werkpeil.errors import OutsideError
from werkpeil.files import outside_errors
from werkpeil.landing import all_deliveries, current_deliveries, zone

if TYPE_CHECKING:
    from support.workshop import Workshop

LAND = """
import sys
from pathlib import Path
from werkpeil.landing import land
from werkpeil.project import Project
print("ready", flush=True)
land(Project.at(Path(sys.argv[1])), Path(sys.argv[2]), "plain", "2024", replace=True)
"""
GOOD = "1,1,a,5,Eens,40,"


@pytest.mark.parametrize("replacing", [False, True])
def test_a_killed_landing_leaves_the_wave_whole_or_absent(workshop: Workshop, *, replacing: bool) -> None:
    chance = random.Random(20241122 + replacing)  # noqa: S311 - moments of a test, no secret
    rows = [f"{i},1,a,5,Eens,40,{'x' * 40}" for i in range(30_000)]
    file = workshop.csv(*rows)
    first = workshop.land(workshop.csv(GOOD, name="first.csv")) if replacing else None
    for _ in range(5):
        command = [sys.executable, "-c", LAND, str(workshop.project.root), str(file)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.8))
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        current = zone.current_delivery(workshop.project, "plain", "2024")
        counts = workshop.query("select count(*) from raw.plain")
        if current is None:
            assert counts == [(0,)]
        else:
            assert counts == [(current.rows_accepted,)]
            assert current.rows_accepted in (1, 30_000)
    result = workshop.land(file, replace=True)
    assert workshop.query("select count(*) from raw.plain") == [(30_000,)]
    incoming = workshop.project.landing / ".incoming"
    assert list(incoming.iterdir()) == []
    folders = {path.name for path in result.path.parent.iterdir() if path.is_dir()}
    known = {delivery.delivery_id for delivery in all_deliveries(workshop.project)}
    assert folders == known
    assert first is None or first.delivery_id in known


def test_a_delivery_that_no_pointer_names_does_not_exist_and_is_removed(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = workshop.land(workshop.csv(GOOD))
    renamed = type(first.path).replace

    def power_cut(self: object, target: object) -> None:
        raise KeyboardInterrupt(str(target))

    monkeypatch.setattr(type(first.path), "replace", power_cut)
    with pytest.raises(KeyboardInterrupt):
        workshop.land(workshop.csv(GOOD, "2,1,a,5,Eens,40,"), replace=True)
    monkeypatch.setattr(type(first.path), "replace", renamed)
    assert [d.delivery_id for d in all_deliveries(workshop.project)] == [first.delivery_id]
    orphans = [p for p in first.path.parent.iterdir() if p.is_dir() and p != first.path]
    assert len(orphans) == 1
    assert workshop.query("select count(*) from raw.plain") == [(1,)]
    workshop.land(workshop.csv(GOOD), "2025")
    assert not orphans[0].exists()
    assert first.path.is_dir()


def test_one_landing_at_a_time(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone, "SECONDS_TO_WAIT_FOR_LOCK", 0.1)
    workshop.project.landing.mkdir(parents=True)
    with FileLock(workshop.project.landing / ".lock"), pytest.raises(OutsideError) as caught:
        workshop.land(workshop.csv(GOOD))
    assert "Another landing is at work" in str(caught.value)
    assert caught.value.exit_code == 3
    assert workshop.land(workshop.csv(GOOD)).status == "landed"


def test_a_damaged_register_entry_is_named_and_nothing_is_removed(workshop: Workshop) -> None:
    first = workshop.land(workshop.csv(GOOD))
    (first.path / "delivery.json").write_text("{")
    with pytest.raises(OutsideError, match="landing zone is damaged") as caught:
        current_deliveries(workshop.project)
    assert "delivery.json" in str(caught.value)
    with pytest.raises(OutsideError, match="landing zone is damaged"):
        workshop.land(workshop.csv(GOOD), "2025")
    assert (first.path / "responses.parquet").exists()


def test_strangers_in_the_zone_are_left_alone(workshop: Workshop) -> None:
    first = workshop.land(workshop.csv(GOOD))
    (workshop.project.landing / "README").write_text("hands off")
    (first.path.parent / "notes").mkdir()
    (workshop.project.landing / "plain" / "NOT A WAVE").mkdir()
    workshop.land(workshop.csv(GOOD), "2025")
    assert len(current_deliveries(workshop.project)) == 2
    assert (first.path.parent / "notes").is_dir()


def test_everything_is_synced_before_the_pointer_names_it(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync = os.fsync

    def recorded(descriptor: int) -> None:
        steps.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        sync(descriptor)

    workshop.land(workshop.csv(GOOD), "2023")  # so that the key exists already
    monkeypatch.setattr(os, "fsync", recorded)
    workshop.land(workshop.csv(GOOD))
    files = {
        "responses.parquet",
        "rejected_rows.parquet",
        "invalid_answers.parquet",
        "delivery.json",
    }
    pointer = steps.index("current")
    assert files <= set(steps[:pointer])
    assert "2024" in steps[pointer:]


def test_an_error_of_our_own_sql_is_not_blamed_on_the_machine() -> None:
    with pytest.raises(duckdb.BinderException), outside_errors(zone.PLACE):
        duckdb.connect().execute("select nowhere from (select 1 as a)").fetchall()
    with pytest.raises(OutsideError, match="The disk is full"), outside_errors(zone.PLACE):
        raise duckdb.BinderException("No space left on device")
    with pytest.raises(OutsideError, match="memory did not suffice"), outside_errors(zone.PLACE):
        raise duckdb.OutOfMemoryException("failed to allocate data of size 512.0 KiB")
    with pytest.raises(OutsideError, match="failed"), outside_errors(zone.PLACE):
        raise duckdb.IOException("something broke")
