"""Read a codebook that lies beside a data file: the format is told by its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.codebook.draft import limesurvey
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.codebook.draft.description import Description

READ = "DDI-Codebook XML (2.0 to 2.6), Triple-S XML (1.1 to 3.0), and LimeSurvey's R syntax file"
_LARGEST = 64 << 20


def read_description(file: Path) -> Description:
    """Return what a codebook says of the columns of the data file that it belongs to.

    Args:
        file: The codebook.

    Raises:
        InputError: if it cannot be read, or is in no format that is known.
    """
    text = _text(file)
    description = None
    if limesurvey.MARK in text:
        description = limesurvey.read_limesurvey(text)
    if description is None or not description.variables:
        raise InputError(
            "This codebook is in no format that is read.", where=str(file), hint=f"read are {READ}."
        )
    return description


def _text(file: Path) -> str:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InputError("The codebook cannot be read.", where=str(file), hint=error.strerror) from error
    if len(content) > _LARGEST:
        raise InputError(
            f"The codebook is larger than {_LARGEST >> 20} MiB.", where=str(file), hint="is it the data file?"
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")
