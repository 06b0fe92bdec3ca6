"""What an SPSS or Stata file itself says of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyreadstat

from werkpeil.codebook.draft.description import Description, Variable, value_text

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_NOT_SAID = " (not said in the file)"


def read_labels(path: Path, file_format: str, encoding: str | None) -> Description:
    """Return the labels of a file that a reader has read.

    Args:
        path: The file.
        file_format: `sav`, `zsav` or `dta`.
        encoding: What the reader says of the encoding.
    """
    forced = encoding.removesuffix(_NOT_SAID) if encoding and encoding.endswith(_NOT_SAID) else None
    read = pyreadstat.read_dta if file_format == "dta" else pyreadstat.read_sav
    _, metadata = read(str(path), metadataonly=True, user_missing=True, encoding=forced)
    return Description(_variable(metadata, name) for name in metadata.column_names)


def _variable(metadata: Any, name: str) -> Variable:
    labels = metadata.variable_value_labels.get(name) or {}
    ranges = metadata.missing_ranges.get(name) or []
    letters = {str(letter) for letter in metadata.missing_user_values.get(name) or []}
    return Variable(
        name=name,
        question=" ".join((metadata.column_names_to_labels.get(name) or "").split()),
        labels={
            value_text(value): " ".join(str(label).split())
            for value, label in labels.items()
            if str(label).strip()
        },
        missing=frozenset(letters | _texts(ranges)),
        missing_ranges=tuple((each["lo"], each["hi"]) for each in ranges if not _is_text(each)),
        is_ordered={"ordinal": True, "nominal": False}.get(metadata.variable_measure.get(name)),
    )


def _is_text(limits: dict[str, Any]) -> bool:
    return isinstance(limits["lo"], str) or isinstance(limits["hi"], str)


def _texts(ranges: Iterable[dict[str, Any]]) -> set[str]:
    return {str(end).strip() for each in ranges if _is_text(each) for end in (each["lo"], each["hi"])}
