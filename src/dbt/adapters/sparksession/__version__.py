"""The adapter's version, by which dbt knows it: that of dbt-spark."""

from dbt.adapters.spark.__version__ import version

__all__ = ["version"]
