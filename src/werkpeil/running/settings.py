"""Settings of runs: `vars: runs:` of the project."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkpeil.errors import InputError
from werkpeil.landing.inbox import SECONDS_OF_REST
from werkpeil.project import MARKER

if TYPE_CHECKING:
    from werkpeil.project import Project

KEPT_BY_DEFAULT = 1000
LEAST = {"rest_seconds": 0.0, "keep": 1.0}


@dataclass(frozen=True)
class Settings:
    """How runs go about.

    Attributes:
        rest_seconds: A file in the inbox lands when it has not changed for so long, by the clock and while it
            is watched.
        keep: Records of runs that stay.
    """

    rest_seconds: float = SECONDS_OF_REST
    keep: int = KEPT_BY_DEFAULT


def read_settings(project: Project) -> Settings:
    """Return `vars: runs:` of a project.

    Raises:
        InputError: a setting is unknown or has no value that it can have.
    """
    given = project.variables.get("runs") or {}
    if not isinstance(given, dict):
        raise _wrong(project, "", f"is {given!r}, not settings with names")
    for name, value in given.items():
        if name not in LEAST:
            raise _wrong(project, name, f"is not one of {', '.join(LEAST)}")
        if not _is_number(value) or value < LEAST[name]:
            raise _wrong(project, name, f"is {value!r}, not a number from {LEAST[name]:g} upwards")
    return Settings(
        float(given.get("rest_seconds", SECONDS_OF_REST)), int(given.get("keep", KEPT_BY_DEFAULT))
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrong(project: Project, name: str, why: str) -> InputError:
    return InputError(f"`vars: runs: {name}` {why}.", where=str(project.root / MARKER))
