"""What an SPSS or Stata file itself says of its variables."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyreadstat

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NOT_SAID = " (not said in the file)"


@dataclass(frozen=True)
class FileLabels:
    """The labels in a file, by variable."""

    metadata: Any

    def question(self, variable: str) -> str:
        """Return the variable's label; empty if it has none."""
        return " ".join((self.metadata.column_names_to_labels.get(variable) or "").split())

    def of_values(self, variable: str) -> dict[str, str]:
        """Return the label of each labelled value, both as texts."""
        labels = self.metadata.variable_value_labels.get(variable) or {}
        return {
            _text(value): " ".join(str(label).split())
            for value, label in labels.items()
            if str(label).strip()
        }

    def is_ordered(self, variable: str) -> bool | None:
        """Return what the variable's measurement level says of an order; None if it says nothing."""
        measure = self.metadata.variable_measure.get(variable)
        return {"ordinal": True, "nominal": False}.get(measure)

    def declared_missing(self, variable: str, values: Iterable[str]) -> frozenset[str]:
        """Return the values, delivered or labelled, that the file declares missing."""
        ranges = self.metadata.missing_ranges.get(variable) or []
        letters = {str(letter) for letter in self.metadata.missing_user_values.get(variable) or []}
        candidates = {*values, *self.of_values(variable), *_ends(ranges)}
        return frozenset(
            value
            for value in candidates
            if value in letters or any(_is_within(value, each) for each in ranges)
        )


def read_labels(path: Path, file_format: str, encoding: str | None) -> FileLabels:
    """Return the labels of a file that a reader has read.

    Args:
        path: The file.
        file_format: `sav`, `zsav` or `dta`.
        encoding: What the reader says of the encoding.
    """
    forced = encoding.removesuffix(_NOT_SAID) if encoding and encoding.endswith(_NOT_SAID) else None
    read = pyreadstat.read_dta if file_format == "dta" else pyreadstat.read_sav
    _, metadata = read(str(path), metadataonly=True, user_missing=True, encoding=forced)
    return FileLabels(metadata)


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _ends(ranges: Iterable[dict[str, Any]]) -> set[str]:
    """Return the single values among the ranges: they are declared whether or not they occur."""
    return {_text(each["lo"]) for each in ranges if each["lo"] == each["hi"]}


def _is_within(value: str, limits: dict[str, Any]) -> bool:
    low, high = limits["lo"], limits["hi"]
    if isinstance(low, str) or isinstance(high, str):
        return value in (str(low).strip(), str(high).strip())
    try:
        number = float(value)
    except ValueError:
        return False
    return math.isfinite(number) and low <= number <= high
