"""Apache Superset: the semantic layer as its datasets, metrics, charts and dashboards, in one file."""

from werkpeil.superset.bundle import Export, export_for_superset

__all__ = ["Export", "export_for_superset"]
