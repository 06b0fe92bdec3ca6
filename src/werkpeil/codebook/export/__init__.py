"""A survey's codebook for others: DDI-Codebook XML, CSV on the Web, and a page to print."""

from werkpeil.codebook.export.export import FORMATS, export_codebook

__all__ = ["FORMATS", "export_codebook"]
