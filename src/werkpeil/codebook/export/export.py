"""Write the codebook of a survey in a form that others read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.codebook.export import csvw, ddi, page
from werkpeil.codebook.load import load_codebook, seed_rows
from werkpeil.errors import InputError, OutsideError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from werkpeil.project import Project

FORMATS = ("ddi", "csvw", "html")


def export_codebook(project: Project, survey_id: str, file_format: str, out: Path) -> list[Path]:
    """Write the codebook of a survey and return the files written.

    Args:
        project: Where the survey is.
        survey_id: Of the survey.
        file_format: `ddi` (DDI-Codebook 2.5 XML) or `html` (a page in Dutch and English to print), each one
            file; or `csvw` (CSV on the Web), a folder of metadata and code lists.
        out: The file, or for `csvw` the folder.

    Raises:
        InputError: if the survey or the format is not known, or its files cannot be read.
        OutsideError: if a file cannot be written.
    """
    codebook = load_codebook(project, survey_id)
    reasons = seed_rows(project, "missing_reasons")
    if file_format == "ddi":
        return _write({out: ddi.render(codebook)})
    if file_format == "html":
        return _write({out: page.render(codebook, reasons)})
    if file_format == "csvw":
        return _write({out / name: text for name, text in csvw.render(codebook, reasons).items()})
    raise InputError(f"'{file_format}' is no format of codebooks.", hint=f"use {', '.join(FORMATS)}.")


def _write(files: Mapping[Path, str]) -> list[Path]:
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
        except OSError as error:
            raise OutsideError(
                "The codebook cannot be written.", where=str(path), hint=error.strerror
            ) from error
    return list(files)
