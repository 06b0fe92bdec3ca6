"""Try an SPSS or Stata file in a process that may die of it.

The C library that reads these files can crash on a damaged one, and would take a whole run with it. Run as a
program of its own, this file answers each line it is given, a JSON list of format and path, with `lived` or
`died`, after a child process has tried that file; importing it starts nothing.
"""

from __future__ import annotations

import atexit
import functools
import json
import os
import signal
import subprocess
import sys

SECONDS_AT_MOST = 20
ROWS_AT_MOST = 10_000
LIVED, DIED = "lived", "died"


def survives(file_format: str, path: str) -> bool:
    """Tell whether a file can be read without the process dying or taking too long.

    Args:
        file_format: `spss` or `stata`.
        path: The file.
    """
    prober = _prober()
    assert prober.stdin is not None  # noqa: S101 - for mypy: both are pipes
    assert prober.stdout is not None  # noqa: S101 - for mypy: both are pipes
    prober.stdin.write(json.dumps([file_format, path]) + "\n")
    prober.stdin.flush()
    return prober.stdout.readline().strip() == LIVED


@functools.cache
def _prober() -> subprocess.Popen[str]:
    """Start the program once: it imports the library, and its children have it already."""
    started = subprocess.Popen(  # noqa: S603 - this file, by this Python
        [sys.executable, "-I", __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    atexit.register(started.kill)
    return started


def _try(file_format: str, path: str) -> None:
    import pyreadstat  # noqa: PLC0415 - the program that asks must not pay for it twice

    read = {"spss": pyreadstat.read_sav, "stata": pyreadstat.read_dta}[file_format]
    read(path, row_limit=ROWS_AT_MOST, output_format="dict")


def _answer_all() -> None:
    import pyreadstat  # noqa: F401, PLC0415 - before the fork, for all children

    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.alarm(SECONDS_AT_MOST)
            try:
                _try(*json.loads(line))
            finally:
                os._exit(0)  # what can be told as an error is told by the reader itself
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{DIED if os.WIFSIGNALED(status) else LIVED}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _answer_all()
