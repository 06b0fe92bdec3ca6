"""A process is measured from outside: what it took, and that it is stopped when it goes too far."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

import pytest

from benchmarks import measuring

if TYPE_CHECKING:
    from pathlib import Path

MEBIBYTE = 1 << 20
HOLD = "import time; held = bytearray(b'x') * ({mebibytes} << 20); time.sleep(0.8)"
# Two children that hold as much at the same time, however long each takes to start.
HOLD_TOGETHER = """
import subprocess, sys, time
code = "held = bytearray(b'x') * (200 << 20); print('ready', flush=True); input()"
pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
children = [subprocess.Popen([sys.executable, "-c", code], **pipes) for _ in "12"]
for child in children:
    child.stdout.readline()
time.sleep(1)
for child in children:
    child.communicate("done")
"""
FORK = (
    "import subprocess, sys; "
    "[p.wait() for p in [subprocess.Popen([sys.executable, '-c', {code!r}]) for _ in '12']]"
)


def run(tmp_path: Path, code: str, **others: float) -> measuring.Measured:
    timeout = others.get("timeout", 60)
    return measuring.measure([sys.executable, "-c", code], timeout=timeout, log=tmp_path / "log")


def test_peak_memory_is_what_a_process_held_at_once(tmp_path: Path) -> None:
    small, large = (run(tmp_path, HOLD.format(mebibytes=size)).peak for size in (1, 301))
    assert large - small == pytest.approx(300 * MEBIBYTE, rel=0.1)


def test_peak_memory_counts_children_together(tmp_path: Path) -> None:
    alone = run(tmp_path, HOLD.format(mebibytes=200)).peak
    both = run(tmp_path, HOLD_TOGETHER).peak
    assert both > alone + 150 * MEBIBYTE


def test_a_process_is_not_charged_with_the_memory_of_who_measures_it(tmp_path: Path) -> None:
    held = bytearray(b"x") * (400 * MEBIBYTE)
    watched = measuring.measure(["sleep", "0.3"], timeout=10, log=tmp_path / "log")
    assert 0 < watched.peak < len(held) / 10


def test_a_process_that_is_no_more_holds_nothing() -> None:
    assert measuring.held_memory(2**22 + 1) == 0


def test_cpu_of_all_children_counts(tmp_path: Path) -> None:
    code = "import time; until = time.process_time() + 0.3\nwhile time.process_time() < until: pass"
    measured = run(tmp_path, FORK.format(code=code))
    assert measured.cpu >= 0.6
    assert measured.status == "done"


def test_a_process_that_takes_too_long_is_stopped_with_its_children(tmp_path: Path) -> None:
    began = time.monotonic()
    measured = run(tmp_path, FORK.format(code="import time; time.sleep(60)"), timeout=1)
    assert measured.status == "stopped"
    assert 1 <= measured.wall < 10
    assert time.monotonic() - began < 10


def test_a_process_that_takes_nearly_all_memory_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(measuring, "machine_memory", lambda: 200 * MEBIBYTE)
    measured = run(tmp_path, HOLD.format(mebibytes=300).replace("0.8", "60"))
    assert measured.status == "too_large"
    assert measured.wall < 30


def test_a_failure_is_told_with_its_last_words(tmp_path: Path) -> None:
    measured = run(tmp_path, "raise SystemExit('no such package')")
    assert measured.status == "failed"
    assert "no such package" in measured.output


def test_what_slows_openblas_is_not_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENBLAS_CORETYPE", "Prescott")
    measured = run(tmp_path, "import os; print('OPENBLAS_CORETYPE' in os.environ)")
    assert measured.output.strip() == "False"
