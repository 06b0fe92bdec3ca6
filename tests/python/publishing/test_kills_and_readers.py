"""Publications that are killed, and readers that go on reading: short forms of two scripts of tools/."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import duckdb

from support.releases import make_ready, tool
from werkpeil.publishing import current_release, publish, releases

from .conftest import FIRST

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

KILLS = 12
PUBLISH = """
import sys
from pathlib import Path
from werkpeil.project import Project
from werkpeil.publishing import publish
print("ready", flush=True)
publish(Project.at(Path(sys.argv[1])))
"""


def test_a_killed_publication_leaves_a_whole_release_and_the_next_one_repairs(ready: Project) -> None:
    """Every build is published by a process that is killed, most of them before the end."""
    chance = random.Random(20261125)  # noqa: S311 - moments of a test, no secret
    publish(ready)
    shown = [FIRST]
    killed = 0
    usual = 0.0
    for number in range(1, KILLS + 1):
        build_id = f"20260201T000000Z-{number:08d}"
        make_ready(ready, build_id)
        command = [sys.executable, "-c", PUBLISH, str(ready.root)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True, text=True)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        began = time.monotonic()
        try:
            process.wait(chance.uniform(0, usual or 60))
            usual = time.monotonic() - began
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            killed += 1
        process.stdout.close()
        release = current_release(ready)
        assert release is not None
        assert releases.is_whole(ready, release)
        assert release.build_id in {shown[-1], build_id}
        with duckdb.connect(str(ready.published / "current.duckdb"), read_only=True) as connection:
            seen = connection.execute("select distinct build_id from published.shares").fetchall()
        assert seen == [(release.build_id,)]
        shown.append(release.build_id)
    assert killed >= KILLS // 3
    publish(ready)
    assert current_release(ready).build_id == build_id  # type: ignore[union-attr]  # it is there
    assert list((ready.published / ".incoming").iterdir()) == []
    listed = {release.file_name for release in releases.read_index(ready)}
    assert {path.name for path in ready.published.glob("werkpeil-*")} == listed
    assert len(listed) <= 3


def test_readers_notice_no_publication(tmp_path: Path) -> None:
    server = tool("loopback_postgres")
    script = tool("readers_while_publishing")
    results = script.measure(publishes=3, readers=3, programs=server.find_programs(), folder=tmp_path)
    for name, readings in results.items():
        assert readings.errors == [], name
        assert readings.mixed == 0, name
        assert len(readings.builds) >= 2, name
