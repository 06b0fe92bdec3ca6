"""Quality: the gate that a build passes before any of it is published."""

from werkpeil.quality.gate import GateResult, has_passed, passed_gate, run_gate

__all__ = ["GateResult", "has_passed", "passed_gate", "run_gate"]
