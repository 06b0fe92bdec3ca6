"""The session on a Spark Connect server that all of a process share."""

from __future__ import annotations

import threading
import warnings
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# What makes Spark read our SQL as DuckDB does; a profile cannot say otherwise.
SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # a wrong cast is an error, not a null
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    "spark.sql.sources.partitionOverwriteMode": "dynamic",  # `insert overwrite` leaves other waves alone
    # Frames go over the wire as Arrow, whatever the client's pandas is.
    "spark.sql.execution.arrow.pyspark.enabled": "true",
}
_SESSIONS: dict[str, Any] = {}
_SET: set[tuple[str, str, str]] = set()
_LOCK = threading.Lock()


def session_at(remote: str, parameters: Mapping[str, str] | None = None) -> Any:
    """Return this process's session on a server; the first that asks opens it.

    Args:
        remote: Address, such as `sc://127.0.0.1:15002`.
        parameters: Settings of the session beside `SETTINGS`, such as `spark.sql.shuffle.partitions`.
    """
    with _LOCK:
        if remote not in _SESSIONS:
            _SESSIONS[remote] = _opened(remote)
        for name, value in (parameters or {}).items():
            if name not in SETTINGS and (remote, name, value) not in _SET:
                _SESSIONS[remote].conf.set(name, value)
                _SET.add((remote, name, value))
        return _SESSIONS[remote]


def _opened(remote: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas 3, which no frame of ours meets
        from pyspark.sql import SparkSession

        session = SparkSession.builder.remote(remote).create()
        for name, value in SETTINGS.items():
            session.conf.set(name, value)
    return session


def close_sessions() -> None:
    """Close what this process opened."""
    with _LOCK:
        for session in _SESSIONS.values():
            session.stop()
        _SESSIONS.clear()
        _SET.clear()
