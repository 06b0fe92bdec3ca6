"""Write a synthetic wave as a delivery file."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from werkpeil.codebook.load import load_codebook, seed_rows
from werkpeil.errors import InputError, OutsideError
from werkpeil.synthesis.core import BLOCK
from werkpeil.synthesis.writing import About, writer_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.synthesis.core import Model

# Where the model of each survey is; imported when it is asked for.
MODELS = {
    "per": "werkpeil.synthesis.craft:CraftModel",
    "werkonderzoek": "werkpeil.synthesis.culture:CultureModel",
}

_LARGEST_SEED = 2**63 - 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SynthesisResult:
    """What was written.

    Args:
        survey_id: The survey.
        wave_id: The wave.
        seed: Seed of the random numbers.
        respondents: Rows of the file.
        columns: Columns of the file.
        path: The file.
    """

    survey_id: str
    wave_id: str
    seed: int
    respondents: int
    columns: int
    path: Path


def model_of(survey_id: str) -> Model:
    """Return the model of a survey.

    Raises:
        InputError: if the survey has none.
    """
    if survey_id not in MODELS:
        raise InputError(
            f"There is no model of synthetic respondents for survey '{survey_id}'.",
            hint=f"surveys with a model: {', '.join(sorted(MODELS))}.",
        )
    module, name = MODELS[survey_id].split(":")
    model: Model = getattr(import_module(module), name)()
    return model


def synthesise(  # noqa: PLR0913 - the command's options, all but three of them by name
    project: Project,
    survey_id: str,
    wave_id: str,
    *,
    seed: int,
    out: Path,
    respondents: int | None = None,
    overwrite: bool = False,
    on_progress: Callable[[str, float | None], None] | None = None,
) -> SynthesisResult:
    """Write a synthetic wave to a `.sav`, `.csv` or `.parquet` file.

    The same survey, wave, seed and number of respondents give the same bytes. The file appears
    whole or not at all.

    Args:
        project: Where the codebook is.
        survey_id: A survey that has a model.
        wave_id: A wave of that model.
        seed: 0 or higher.
        out: The file to write; its suffix says the format.
        respondents: How many; as published unless said.
        overwrite: Whether a file that is there may be replaced.
        on_progress: Told the step and the share that is done.

    Raises:
        InputError: if survey, wave, seed, number or file cannot be used.
        OutsideError: if the file cannot be written.
    """
    model = model_of(survey_id)
    _require_usable(model, wave_id, seed, respondents)
    wanted = respondents or model.default_respondents(wave_id)
    open_writer = writer_of(out, wanted)
    _require_free(out, overwrite=overwrite)
    codebook = load_codebook(project, survey_id)
    language = f"label_{codebook.language}"
    reasons = {
        str(row["missing_reason"]): str(row[language]) for row in seed_rows(project, "missing_reasons")
    }
    about = About(codebook, wave_id, seed, wanted, reasons)
    unfinished = out.with_name(f".{out.name}.unfinished")
    tell = on_progress or (lambda _step, _fraction: None)
    try:
        with open_writer(unfinished, about) as writer:
            for batch in model.batches(wave_id, seed=seed, respondents=wanted, batch_size=BLOCK):
                writer.write(batch)
                tell(f"{writer.rows:,} respondents", writer.rows / wanted)
        unfinished.replace(out)
    except OSError as error:
        raise OutsideError(
            f"The file cannot be written: {error.strerror or error}.",
            where=str(out),
            hint="free disk space or choose another place, and run the command again.",
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)
    _log.info("wrote %s synthetic respondents of %s %s to %s", wanted, survey_id, wave_id, out)
    return SynthesisResult(survey_id, wave_id, seed, wanted, len(about.columns), out)


def _require_usable(model: Model, wave_id: str, seed: int, respondents: int | None) -> None:
    if wave_id not in model.waves:
        raise InputError(
            f"The model of {model.survey_id} has no wave '{wave_id}'.",
            hint=f"its waves: {', '.join(model.waves)}.",
        )
    if not 0 <= seed <= _LARGEST_SEED:
        raise InputError(f"{seed} is no seed.", hint="use a whole number, 0 or higher.")
    if respondents is not None and respondents < 1:
        raise InputError(f"A wave cannot have {respondents} respondents.", hint="ask for at least 1.")


def _require_free(out: Path, *, overwrite: bool) -> None:
    if not out.parent.is_dir():
        raise InputError("The folder for the file does not exist.", where=str(out.parent))
    if out.is_dir():
        raise InputError("This is a folder, not a file.", where=str(out))
    if out.exists() and not overwrite:
        raise InputError(
            "The file exists and is left as it is.",
            where=str(out),
            hint="choose another name, or use --overwrite if it may be replaced.",
        )
