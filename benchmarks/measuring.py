"""Run a command and measure it: wall clock, CPU and peak memory, of it and all that it starts.

Nothing here imports more than the standard library: a child's peak as the kernel tells it when it ends begins
with what the process that started it held, so whoever measures should be small.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SECONDS_BETWEEN_LOOKS = 0.05
# Who takes more than this share of the machine's memory is stopped, or the kernel would choose whom.
LARGEST_SHARE_OF_MEMORY = 0.9
# What OpenBLAS is told here would make it slower, or differ between contestants.
NOT_PASSED_ON = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS")


@dataclass(frozen=True)
class Measured:
    """What a run took.

    Attributes:
        status: `done`, `failed`, `stopped` (after its time) or `too_large` (it took nearly all memory).
        wall: Seconds.
        cpu: Seconds of all cores, children included.
        peak: Largest memory that the processes held at once, bytes; what they share counts once.
        output: The end of what it printed.
    """

    status: str
    wall: float
    cpu: float
    peak: int
    output: str


def measure(
    command: Sequence[str | Path],
    *,
    timeout: float,
    environment: Mapping[str, str] | None = None,
    log: Path | None,
    cwd: Path | None = None,
) -> Measured:
    """Run a command to its end, or until its time is over or the memory is.

    Args:
        command: The program and its arguments.
        timeout: Seconds after which it is stopped.
        environment: What its environment has besides that of this process.
        log: File for what it prints; None: it is shown as it comes.
        cwd: Where it runs.
    """
    passed_on = {name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
    started = time.monotonic()
    with nullcontext() if log is None else log.open("wb") as stream:
        process = subprocess.Popen(  # noqa: S603 - contestants of our own
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            env=passed_on | dict(environment or {}),
            cwd=cwd,
            start_new_session=True,
        )
        watch = _Watch(process.pid, started + timeout)
        watch.start()
        _, code, usage = os.wait4(process.pid, 0)
        wall = time.monotonic() - started
        process.returncode = os.waitstatus_to_exitcode(code)
        watch.end()
    status = watch.verdict or ("done" if process.returncode == 0 else "failed")
    output = "" if log is None else log.read_text(encoding="utf-8", errors="replace")[-2000:]
    cpu = usage.ru_utime + usage.ru_stime
    return Measured(status, wall, cpu, _peak(usage.ru_maxrss * 1024, watch.peak), output)


def _peak(told: int, seen: int) -> int:
    """Return the peak: what the kernel told at the end, unless that is what this process held itself."""
    inherited = _status(os.getpid(), "VmHWM")
    return max(told, seen) if told > inherited or not seen else seen


class _Watch(threading.Thread):
    """Looks at a process and its children until it ends; ends it when it has gone too far."""

    def __init__(self, pid: int, until: float) -> None:
        super().__init__(daemon=True)
        self._pid, self._until = pid, until
        self._ended = threading.Event()
        self._limit = LARGEST_SHARE_OF_MEMORY * machine_memory()
        self.verdict: str | None = None
        self.peak = 0

    def run(self) -> None:
        """Look until told to end."""
        pause = SECONDS_BETWEEN_LOOKS
        while not self._ended.wait(pause):
            began = time.monotonic()
            self.peak = max(self.peak, held_memory(self._pid))
            # A look at large processes costs them time: it may take a twentieth of it.
            pause = max(SECONDS_BETWEEN_LOOKS, 20 * (time.monotonic() - began))
            if self.peak > self._limit:
                self._halt("too_large")
            elif time.monotonic() > self._until:
                self._halt("stopped")

    def end(self) -> None:
        """Stop looking, and end what the process may have left running."""
        self._ended.set()
        self.join()
        self._kill()

    def _halt(self, verdict: str) -> None:
        self.verdict = self.verdict or verdict
        self._kill()

    def _kill(self) -> None:
        # The process leads a session of its own: its number is the group's.
        with suppress(ProcessLookupError):
            os.killpg(self._pid, signal.SIGKILL)


def machine_memory() -> int:
    """Return the machine's memory in bytes."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def held_memory(pid: int) -> int:
    """Return the bytes that a process and its descendants hold; 0 where the system does not tell.

    Of a process without children it is the most that it ever held.
    """
    tree = _descendants(pid)
    if len(tree) == 1:
        return _status(pid, "VmHWM")
    return sum(_proportional(each) for each in tree)


def _descendants(pid: int) -> list[int]:
    found = [pid]
    for each in found:
        for task in _listed(Path(f"/proc/{each}/task")):
            try:
                told = Path(f"/proc/{each}/task/{task}/children").read_text(encoding="ascii")
            except OSError:
                continue
            found += [int(word) for word in told.split()]
    return found


def _listed(folder: Path) -> list[str]:
    try:
        return [path.name for path in folder.iterdir()]
    except OSError:
        return []


def _status(pid: int, name: str) -> int:
    return _kilobytes(Path(f"/proc/{pid}/status"), name)


def _proportional(pid: int) -> int:
    """Return the memory of a process, of what it shares with others its part only."""
    return _kilobytes(Path(f"/proc/{pid}/smaps_rollup"), "Pss")


def _kilobytes(file: Path, name: str) -> int:
    try:
        lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return 0
    for line in lines:
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    return 0


def warm(*files: Path) -> None:
    """Read files, so that each contestant finds them in memory."""
    for file in files:
        if file.is_file():
            with file.open("rb") as stream:
                while stream.read(1 << 22):
                    pass
