"""Exhibits: tables and figures of a report, read from marts and printed as the report prints them."""

from werkpeil.exhibits.catalogue import exhibit_ids, exhibit_named
from werkpeil.exhibits.layout import Exhibit
from werkpeil.exhibits.reading import Table, read_exhibit
from werkpeil.exhibits.writing import FORMATS, write_table

__all__ = ["FORMATS", "Exhibit", "Table", "exhibit_ids", "exhibit_named", "read_exhibit", "write_table"]
