"""The machine that a benchmark ran on: what matters for speed, and nothing that tells which one it is."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from typing import Any

from benchmarks.measuring import machine_memory


def describe() -> dict[str, Any]:
    """Return processor, cores, memory, system, day, and how busy the machine was with other things."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(machine_memory() / 2**30, 1),
        "system": f"{platform.system()} {platform.release().split('-')[0]}",
        "day": time.strftime("%Y-%m-%d"),
        "load": round(os.getloadavg()[0], 1),
    }


def _processor() -> str:
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.processor() or "unknown"
