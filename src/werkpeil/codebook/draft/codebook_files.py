"""Read a codebook that lies beside a data file: the format is told by its content."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from werkpeil.codebook.draft import limesurvey, limesurvey_structure, qualtrics
from werkpeil.codebook.draft.ddi import read_ddi
from werkpeil.codebook.draft.triple_s import read_triple_s
from werkpeil.errors import InputError
from werkpeil.markup import read_xml

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.codebook.draft.description import Description

READ = (
    "DDI-Codebook XML, Triple-S XML, LimeSurvey's R syntax file and questionnaire (.lss, .lsg, .txt), "
    "and Qualtrics' questionnaire (.qsf)"
)
_LARGEST = 64 << 20
_XML = {
    "sss": read_triple_s,
    "codeBook": read_ddi,
    limesurvey_structure.ROOT: limesurvey_structure.read_structure_xml,
}


def read_description(file: Path, language: str) -> Description:
    """Return what a codebook says of the columns of the data file that it belongs to.

    Args:
        file: The codebook.
        language: Of its texts, where it has several: nl or en.

    Raises:
        InputError: if it cannot be read, or is in no format that is known.
    """
    text = _text(file)
    description = None
    if limesurvey.MARK in text:
        description = limesurvey.read_limesurvey(text)
    elif limesurvey_structure.FIRST_HEADER.match(text):
        description = _structure_text(file, text, language)
    elif text.lstrip().startswith("<"):
        root = read_xml(file)
        reader = _XML.get(root.tag)
        description = reader(root, language) if reader else None
    elif text.lstrip().startswith("{") and qualtrics.MARK in text:
        description = qualtrics.read_qualtrics(text, language)
    if description is None or not description.variables:
        raise InputError(
            "This codebook is in no format that is read.", where=str(file), hint=f"read are {READ}."
        )
    return description


def _structure_text(file: Path, text: str, language: str) -> Description:
    try:
        return limesurvey_structure.read_structure_text(text, language)
    except csv.Error as error:
        raise InputError(
            f"The codebook is no tab-separated text that can be read: {error}.",
            where=str(file),
            hint="a quote without an end makes one field of all the rest: export it from LimeSurvey anew.",
        ) from error


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
