"""Work given to the other cores of a machine, by processes: what is Python of it holds one core at a time.

They are programs of this package, not those of `multiprocessing`, which run the caller's own script again.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

Result = TypeVar("Result")

_PROGRAM = f"from {__name__} import answer_all; answer_all()"


class Workers:
    """Processes that are started when there is work for them, or none: then work is done at once, here.

    Args:
        processes: How many at most; this process alone for fewer than two.
    """

    def __init__(self, processes: int) -> None:
        # A thread for each process: it asks, and waits for the answer.
        self._threads = ThreadPoolExecutor(processes) if processes > 1 else None
        self._own = threading.local()
        self._started: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._threads is None:
            return
        if error is not None:  # nobody waits for what they are at
            for program in self._started:
                program.kill()
        self._threads.shutdown(cancel_futures=True)
        for program in self._started:
            # Closes what it reads, which ends it; one that is dead leaves unread what was on its way.
            with suppress(BrokenPipeError), program:
                pass

    def submit(self, function: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Return the outcome to be of a function that can be pickled, as its arguments and its result can.

        The outcome is an error where the function raises one, and a `RuntimeError` where its process died.
        """
        if self._threads is not None:
            return self._threads.submit(self._ask, function, arguments)
        return finished(function(*arguments))

    def _ask(self, function: Callable[..., Result], arguments: tuple[Any, ...]) -> Result:
        program = self._program()
        try:
            pickle.dump((function, arguments), cast("IO[bytes]", program.stdin))
            cast("IO[bytes]", program.stdin).flush()
            is_done, outcome = pickle.load(cast("IO[bytes]", program.stdout))  # noqa: S301 - our own program
        except (EOFError, BrokenPipeError, pickle.UnpicklingError) as error:
            raise RuntimeError("A process that searched for what must be hidden has ended.") from error
        if not is_done:
            raise outcome
        return cast("Result", outcome)

    def _program(self) -> subprocess.Popen[bytes]:
        """Return the program of this thread."""
        if not hasattr(self._own, "program"):
            self._own.program = subprocess.Popen(  # noqa: S603 - this file, by this Python
                [sys.executable, "-P", "-c", _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )
            self._started.append(self._own.program)
        return cast("subprocess.Popen[bytes]", self._own.program)


def finished(result: Result) -> Future[Result]:
    """Return an outcome that is there."""
    future: Future[Result] = Future()
    future.set_result(result)
    return future


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def answer_all() -> None:
    """Answer what a parent asks, until it asks no more or is gone; the program that is started."""
    # Who is interrupted ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # What libraries print must not come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    while True:
        try:
            function, arguments = pickle.load(sys.stdin.buffer)  # noqa: S301 - from our parent
        except EOFError:
            return
        try:
            answer = pickle.dumps((True, function(*arguments)))
        except Exception as error:  # noqa: BLE001 - told to the parent, who raises it
            answer = pickle.dumps((False, error))
        answers.write(answer)
        answers.flush()
