"""Werkpeil: a survey warehouse for workforce research."""

__version__ = "0.1.0"
