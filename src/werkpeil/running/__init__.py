"""Scheduled runs: from the inbox to the release, one at a time, each with a record of what it did."""

from werkpeil.running.record import RunRecord, read_runs
from werkpeil.running.run import run
from werkpeil.running.status import read_status

__all__ = ["RunRecord", "read_runs", "read_status", "run"]
