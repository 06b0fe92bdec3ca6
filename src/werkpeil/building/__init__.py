"""Builds: from the landing zone to checked marts, through dbt in process."""

from werkpeil.building.build import BuildResult, build

__all__ = ["BuildResult", "build"]
