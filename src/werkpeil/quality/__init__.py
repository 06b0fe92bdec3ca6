"""Quality: the gate that a build passes before any of it is published."""

from werkpeil.quality.gate import GateResult, failed_gate, has_passed, passed_gate, run_gate

__all__ = ["GateResult", "failed_gate", "has_passed", "passed_gate", "run_gate"]
