"""Processes that search: the same outcomes, errors told, and none that outlives who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from werkpeil.disclosure.workers import Workers

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = 60
# A script as analysts write them, that does not say what of it is for others to import.
STARTS_AND_WAITS = """\
import os, time
from werkpeil.disclosure.workers import Workers

with Workers(2) as workers:
    print(workers.submit(os.getpid).result(), flush=True)
    time.sleep(600)
"""


def test_one_process_works_at_once_and_by_itself() -> None:
    with Workers(1) as workers:
        assert workers.submit(os.getpid).result() == os.getpid()


def test_more_than_one_are_others() -> None:
    with Workers(2) as workers:
        assert workers.submit(os.getpid).result() != os.getpid()


@pytest.mark.parametrize("processes", [1, 2])
def test_an_error_is_the_same_wherever_it_was_made(processes: int) -> None:
    with Workers(processes) as workers, pytest.raises(ValueError, match="invalid literal"):
        workers.submit(int, "no number").result()


def test_what_is_printed_is_no_answer(capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(2) as workers:
        assert workers.submit(print, "aside").result() is None
        assert workers.submit(os.system, "echo aside").result() == 0
    assert capfd.readouterr().out == ""


def test_a_process_that_dies_is_told_and_does_not_keep_the_others_waiting() -> None:
    with Workers(2) as workers, pytest.raises(RuntimeError, match="has ended"):
        workers.submit(os._exit, 1).result(SECONDS)


def test_a_process_that_dies_before_it_is_asked_is_told_too() -> None:
    with Workers(2) as workers:
        for pid in {pid.result() for pid in [workers.submit(pid_after, 0.2) for _ in range(6)]}:
            os.kill(pid, signal.SIGKILL)
            while is_alive(pid):
                time.sleep(0.01)
        with pytest.raises(RuntimeError, match="has ended"):
            workers.submit(os.getpid).result(SECONDS)


def test_work_is_shared_out() -> None:
    with Workers(2) as workers:
        pids = [workers.submit(pid_after, 0.2) for _ in range(6)]
        assert len({pid.result() for pid in pids}) == 2


def pid_after(seconds: float) -> int:
    """Return the id of this process, late enough for another one to be asked too."""
    time.sleep(seconds)
    return os.getpid()


def test_who_fails_does_not_wait_for_what_is_going_on() -> None:
    def fail_while_one_is_busy() -> None:
        with Workers(2) as workers:
            workers.submit(time.sleep, SECONDS)
            workers.submit(int, "no number").result()

    began = time.monotonic()
    with pytest.raises(ValueError, match="invalid literal"):
        fail_while_one_is_busy()
    assert time.monotonic() - began < SECONDS


def test_who_is_killed_leaves_nobody_behind(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(STARTS_AND_WAITS)
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as main:
        assert main.stdout is not None
        worker = int(main.stdout.readline())
        main.send_signal(signal.SIGKILL)
    until = time.monotonic() + SECONDS
    while is_alive(worker) and time.monotonic() < until:
        time.sleep(0.1)
    assert not is_alive(worker)


def is_alive(pid: int) -> bool:
    """Tell whether a process is there and no mere remainder of one."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return not state.stdout.startswith("Z")
