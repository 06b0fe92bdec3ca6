"""Projects that are ready to publish, and a PostgreSQL server to publish to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.releases import empty_project, make_ready, tool

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project

FIRST = "20260101T000000Z-00000001"


@pytest.fixture
def ready(tmp_path: Path) -> Project:
    """A project whose warehouse can be published."""
    project = empty_project(tmp_path)
    make_ready(project, FIRST)
    return project


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A server of one's own on loopback, with TLS and SCRAM."""
    server = tool("loopback_postgres")
    programs = server.find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    with server.serve(programs) as running:
        yield running
