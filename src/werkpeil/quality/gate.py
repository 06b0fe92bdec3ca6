"""The gate: what a build must pass before any of it is published.

A pass is recorded with the state of the warehouse file, so that it counts for exactly what was checked.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from werkpeil.building.dbt import require_success, run_dbt
from werkpeil.building.lock import only_one
from werkpeil.building.state import digest_now, read_state, warehouse_fingerprint
from werkpeil.errors import CheckFailedError, InputError
from werkpeil.files import replace_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.quality.results import CheckResult


@dataclass(frozen=True)
class GateResult:
    """A gate that was passed.

    Attributes:
        build_id: The build that was checked.
        checks: Tests of dbt that ran, and passed.
        results: What the suites found in the results; those that warn may have failed.
        seconds: Wall time.
    """

    build_id: str
    checks: int
    seconds: float
    results: list[CheckResult] = field(default_factory=list)


def run_gate(
    project: Project,
    *,
    again: bool = True,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> GateResult:
    """Check the warehouse as it is and record that it passed.

    The tests of dbt run on the data; its unit tests try code and belong to the test run. After them the
    suites run on the results, which are kept in the warehouse whatever they find.

    Args:
        project: Whose warehouse.
        again: Whether to repeat tests of dbt that the build ran on this very file.
        on_progress: Called when a test begins or ends; see `run_dbt`.

    Raises:
        CheckFailedError: a check found rows that must not be, or the last build is not finished or not
            of what is landed now.
        InputError: there is no warehouse yet, or a threshold is missing.
        OutsideError: another process has the warehouse.
    """
    started = time.monotonic()
    with only_one(project):
        if not project.warehouse.exists():
            raise InputError(
                "There is no warehouse yet.", where=str(project.warehouse), hint="run `werkpeil build` first."
            )
        _record_path(project).unlink(missing_ok=True)
        if not again:
            require_newest_build(project)
        try:
            build_id, checks, results = _checked(project, again=again, on_progress=on_progress)
        except CheckFailedError as error:
            built = read_state(project).get("built") or {}
            _record(project, {"build_id": built.get("build_id"), "failed": str(error).partition("\n")[0]})
            raise
        warnings = sum(1 for result in results if not result.passed)
        record_pass(project, build_id, checks, results=len(results), warnings=warnings)
    return GateResult(build_id, checks, time.monotonic() - started, results)


def _checked(
    project: Project, *, again: bool, on_progress: Callable[[str, int, int], None] | None
) -> tuple[str, int, list[CheckResult]]:
    """Check; return the build, how many tests of dbt passed, and what was found in the results."""
    state = read_state(project)
    if not again and state.get("warehouse") == warehouse_fingerprint(project):
        checks = int(state["built"]["checks"])
    else:
        outcome = run_dbt(project, ["test", "--select", "test_type:data"], on_progress=on_progress)
        require_success(project, outcome)
        checks = outcome.checks
    build_id = require_newest_build(project)
    if on_progress is not None:
        on_progress("results", 0, 0)
    return build_id, checks, _check_results(project, build_id)


def _check_results(project: Project, build_id: str) -> list[CheckResult]:
    # Great Expectations takes seconds to import: what only asks whether a build has passed does without.
    from werkpeil.quality.results import check_results

    return check_results(project, build_id)


def require_newest_build(project: Project) -> str:
    """Return the id of the last build, if it is finished and made of what is landed now.

    Raises:
        CheckFailedError: if it is not.
    """
    state = read_state(project)
    if not state:
        raise CheckFailedError(
            "The last build did not finish, or a check of it failed.",
            where=str(project.warehouse),
            hint="run `werkpeil build`, which tells what is wrong.",
        )
    if state.get("inputs") != digest_now(project):
        raise CheckFailedError(
            f"Build {state['built']['build_id']} is not the newest: a delivery or the project's files "
            "changed after it.",
            where=str(project.warehouse),
            hint="run `werkpeil build`.",
        )
    return str(state["built"]["build_id"])


def record_pass(project: Project, build_id: str, checks: int, *, results: int = 0, warnings: int = 0) -> None:
    """Record that the warehouse, as it is now, passed the gate.

    Args:
        project: Whose warehouse.
        build_id: The build that it holds.
        checks: Tests of dbt that passed.
        results: Checks of the results that were made.
        warnings: How many of them warned.
    """
    _record(project, {"build_id": build_id, "checks": checks, "results": results, "warnings": warnings})


def _record(project: Project, record: dict[str, Any]) -> None:
    held = record | {"warehouse": warehouse_fingerprint(project)}
    replace_text(_record_path(project), json.dumps(held, indent=1) + "\n")


def has_passed(project: Project) -> bool:
    """Tell whether the warehouse, as it is now, is the last build and passed the gate."""
    return passed_gate(project) is not None


def passed_gate(project: Project) -> dict[str, Any] | None:
    """Return what is recorded of the gate that the warehouse, as it is now, passed; None if it did not.

    Its keys are `build_id`, `checks`, `results` and `warnings`.
    """
    record = _recorded(project)
    return None if record is None or "failed" in record else record


def failed_gate(project: Project) -> str | None:
    """Return why the warehouse, as it is now, failed the gate; None if it passed, or was not checked."""
    record = _recorded(project) or {}
    return record.get("failed")


def _recorded(project: Project) -> dict[str, Any] | None:
    """What is recorded of the gate for the warehouse as it is now."""
    try:
        record: dict[str, Any] = json.loads(_record_path(project).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    built = read_state(project).get("built") or {}
    now = (built.get("build_id"), warehouse_fingerprint(project))
    return record if (record.get("build_id"), record.pop("warehouse", None)) == now else None


def _record_path(project: Project) -> Path:
    return project.data / "gate.json"
