"""Work given to the other cores of a machine, by processes: what is Python of it holds one core at a time."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

Result = TypeVar("Result")


class Workers:
    """Processes that are started when there is work for them, or none: then work is done at once, here.

    Args:
        processes: How many at most; this process alone for fewer than two.
    """

    def __init__(self, processes: int) -> None:
        # A process that is forked would share locks that a thread of ours may hold.
        context = multiprocessing.get_context("spawn")
        self._pool = (
            ProcessPoolExecutor(processes, context, initializer=_end_with_parent) if processes > 1 else None
        )

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def submit(self, function: Callable[..., Result], *arguments: Any) -> Future[Result]:
        """Return the outcome to be of a function that can be pickled, as its arguments and its result can."""
        if self._pool is not None:
            return self._pool.submit(function, *arguments)
        return finished(function(*arguments))


def finished(result: Result) -> Future[Result]:
    """Return an outcome that is there."""
    future: Future[Result] = Future()
    future.set_result(result)
    return future


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _end_with_parent() -> None:
    """Leave interrupts to the parent, and end when it does, even if it is killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:  # as it is in every process that was spawned
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
