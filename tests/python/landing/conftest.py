"""A tiny project to land in, and the shared files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.projects import shared_file
from support.workshop import Workshop, make_workshop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    monkeypatch.delenv("WERKPEIL_DATA", raising=False)
    monkeypatch.delenv("WERKPEIL_PSEUDONYM_KEY", raising=False)
    return make_workshop(tmp_path)


@pytest.fixture
def shared() -> Callable[[str], Path]:
    """Return the path of a shared file; skips the test where it is absent."""
    return shared_file


@pytest.fixture
def no_leftovers(workshop: Workshop) -> Iterator[None]:
    yield
    incoming = workshop.project.landing / ".incoming"
    assert not incoming.exists() or not list(incoming.iterdir())
