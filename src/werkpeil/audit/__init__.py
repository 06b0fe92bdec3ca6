"""A consistency checker for published tables: what cannot be right, from the printed numbers alone."""

from werkpeil.audit.check import audit
from werkpeil.audit.findings import Finding
from werkpeil.audit.reading import make_tables, read_tables
from werkpeil.audit.tables import Number, Relation, Tables

__all__ = ["Finding", "Number", "Relation", "Tables", "audit", "make_tables", "read_tables"]
