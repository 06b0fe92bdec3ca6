"""Processes that search: the same outcomes, errors told, and none that outlives who started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from werkpeil.disclosure.workers import Workers

SECONDS = 60
STARTS_AND_WAITS = """\
import os, time
from werkpeil.disclosure.workers import Workers

if __name__ == "__main__":
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


def test_who_is_killed_leaves_nobody_behind() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", STARTS_AND_WAITS], stdout=subprocess.PIPE, text=True
    ) as main:
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
