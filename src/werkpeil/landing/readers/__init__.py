"""Readers of delivered files: one table from format to reader, one file per reader.

A reader's module is imported when a file of its format arrives: pyarrow and pyreadstat take more
memory than landing a large text file does.
"""

from __future__ import annotations

from importlib import import_module

from werkpeil.landing.readers.base import Delivered, Reader, Source

_READERS: dict[str, tuple[str, str]] = {
    "text": ("text", "read_text"),
    "sav": ("spss_stata", "read_spss"),
    "zsav": ("spss_stata", "read_spss"),
    "dta": ("spss_stata", "read_stata"),
    "xlsx": ("sheet", "read_sheet"),
    "xls": ("sheet", "read_sheet"),
    "ods": ("sheet", "read_sheet"),
    "parquet": ("parquet", "read_parquet"),
}


def reader_of(file_format: str) -> Reader:
    """Return the reader of a format that `detect` recognises."""
    module, function = _READERS[file_format]
    reader: Reader = getattr(import_module(f"{__name__}.{module}"), function)
    return reader


__all__ = ["Delivered", "Reader", "Source", "reader_of"]
