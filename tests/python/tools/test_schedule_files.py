"""The units and the cron line that are shipped: systemd accepts them, and their command runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from configparser import RawConfigParser
from typing import TYPE_CHECKING

import pytest

from support.documents import Reader
from support.projects import ROOT
from support.releases import make_ready
from support.servers import collecting
from support.workshop import make_workshop
from werkpeil.project import Project

if TYPE_CHECKING:
    from pathlib import Path

UNITS = ROOT / "tools" / "systemd"
HOME = "/srv/werkpeil"


def read_unit(name: str) -> RawConfigParser:
    unit = RawConfigParser(strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign]  # names of systemd have capitals
    unit.read(UNITS / name, encoding="utf-8")
    return unit


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """A folder as the units expect it, with our program and a build that waits for its release."""
    home = tmp_path / "srv"
    root = make_workshop(home).project.root
    (root / ".venv").symlink_to(ROOT / ".venv")
    (root / "profiles.yml").write_text("werkpeil: {}\n")
    (home / "inbox").mkdir()
    make_ready(Project(root, home / "data"), "20260101T000000Z-00000001")
    return home


def test_systemd_accepts_the_units(installed: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd is not installed here")
    for name in ("werkpeil.service", "werkpeil.timer"):
        text = (UNITS / name).read_text(encoding="utf-8")
        (tmp_path / name).write_text(text.replace(HOME, str(installed)))
    units = [str(tmp_path / name) for name in ("werkpeil.service", "werkpeil.timer")]
    found = subprocess.run([analyze, "verify", *units], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout + found.stderr) == (0, "")


def test_the_commands_of_the_guide_run_tell_and_send_lineage(installed: Path) -> None:
    data = installed / "data"
    reader = Reader(
        Project(installed / "project", data), {HOME: str(installed)}, {"WERKPEIL_DATA": str(data)}
    )
    reader.follow("docs/how-to/schedule.md", "Let new waves come in by themselves")
    reader.follow("docs/how-to/schedule.md", "See what happened")
    with collecting() as (address, events):
        reader.replaced["http://localhost:5000"] = address
        reader.follow("docs/how-to/schedule.md", "Send lineage to a collector")
    reader.finish()
    told = "\n".join(reader.told.values())
    assert "run 1: done (exit 0)" in told
    assert "20260101T000000Z-00000001" in reader.told["werkpeil status"]
    assert [event["eventType"] for event in (events[0], events[-1])] == ["START", "COMPLETE"]
    assert {event["job"]["namespace"] for event in events} == {"werkpeil"}


def test_the_service_may_write_to_its_data_and_nowhere_else() -> None:
    service = read_unit("werkpeil.service")["Service"]
    assert service["ProtectSystem"] == "strict"
    assert service["ReadWritePaths"] == f"{HOME}/data"
    assert service["Type"] == "oneshot"


def test_service_and_cron_run_the_same_command(installed: Path) -> None:
    command = read_unit("werkpeil.service")["Service"]["ExecStart"]
    cron = [line for line in (UNITS / "werkpeil.cron").read_text().splitlines() if re.match(r"[*\d]", line)]
    assert len(cron) == 1
    assert cron[0].split(None, 6)[5] == read_unit("werkpeil.service")["Service"]["User"]
    shell = cron[0].split(None, 6)[6]
    assert shell.replace(".venv", f"{HOME}/project/.venv").partition(" && ")[2] == command
    environment = os.environ | {"WERKPEIL_DATA": str(installed / "data")}
    done = subprocess.run(
        ["sh", "-c", shell.replace(HOME, str(installed))],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("run 1: done (exit 0)")
    assert "published 20260101T000000Z-00000001" in done.stdout
