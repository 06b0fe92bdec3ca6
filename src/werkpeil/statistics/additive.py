"""Sums over all respondents of a wave: what a batch adds is found by itself, and added in their order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from threadpoolctl import threadpool_limits

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Numbers and arrays by what they are sums of. A key has the same shapes wherever it stands.
Sums = dict[Any, tuple[Any, ...]]

# The database reads the next batches meanwhile; each worker holds one of them.
WORKERS = 2
# Enough that a call costs nothing beside its work, few enough that a batch stays a few megabytes.
BATCH = 65536


def add_to(total: Sums, more: Sums) -> None:
    """Add sums to others."""
    for key, values in more.items():
        known = total.get(key)
        total[key] = values if known is None else tuple(a + b for a, b in zip(known, values, strict=True))


def sum_batches(function: Callable[[Any], Sums], batches: Iterable[Any]) -> Sums:
    """Return the sums over some record batches, the same to the last bit on any machine.

    Products of matrices take one thread each: they are too small for more, and their last bit would follow
    from how many there are.

    Args:
        function: Returns what a batch adds.
        batches: Record batches.
    """
    total: Sums = {}
    with threadpool_limits(1, user_api="blas"), ThreadPoolExecutor(WORKERS) as workers:
        waiting: deque[Future[Sums]] = deque()
        for batch in batches:
            waiting.append(workers.submit(function, batch))
            if len(waiting) > WORKERS:
                add_to(total, waiting.popleft().result())
        while waiting:
            add_to(total, waiting.popleft().result())
    return total


def of_one_size(batches: Iterable[Any], size: int) -> Iterator[Any]:
    """Yield the rows of some record batches as batches of so many rows, the last one excepted.

    Where a batch ends must follow from the rows alone: the last bit of a sum would else depend on how the
    database cuts them.
    """
    waiting: list[Any] = []
    rows = 0
    for batch in batches:
        waiting.append(batch)
        rows += batch.num_rows
        while rows >= size:
            whole = waiting[0] if len(waiting) == 1 else pa.concat_batches(waiting)
            yield whole.slice(0, size)
            rows -= size
            waiting = [whole.slice(size)] if rows else []
    if rows:
        yield pa.concat_batches(waiting)
