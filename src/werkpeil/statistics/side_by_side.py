"""Batches that are worked on side by side; what comes out is the same to the last bit as one by one."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Batch = TypeVar("Batch")
Result = TypeVar("Result")

# The database reads the next batches meanwhile; each worker holds one of them.
WORKERS = 2


def each(function: Callable[[Batch], Result], batches: Iterable[Batch]) -> Iterator[Result]:
    """Yield what a function makes of each batch, in their order.

    Products of matrices take one thread each: they are too small for more, and their last bit would follow
    from how many there are.
    """
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(WORKERS) as workers:
        waiting: deque[Future[Result]] = deque()
        for batch in batches:
            waiting.append(workers.submit(function, batch))
            if len(waiting) > WORKERS:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
