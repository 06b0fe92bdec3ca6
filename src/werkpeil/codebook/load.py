"""Read a survey's codebook: its dbt source and the seeds that belong to it."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from werkpeil.codebook.model import Answer, Band, Codebook, Cut, Flow, MarginPart, Scale, Theme
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from werkpeil.project import Project

T = TypeVar("T", bound=BaseModel)


def load_codebook(project: Project, survey_id: str) -> Codebook:
    """Return the codebook of a survey.

    Raises:
        InputError: if the survey is not known, a file cannot be read, or an entry has a
            key or value that the codebook does not know.
    """
    path = codebook_path(project, survey_id)
    if not path.is_file():
        known = ", ".join(project.surveys) or "none yet"
        raise InputError(
            f"There is no survey '{survey_id}'.",
            where=_relative(project, path),
            hint=f"known surveys: {known}. `werkpeil survey new FILE` drafts a codebook for a new one.",
        )
    table = _source_table(project, path, survey_id)
    meta = dict((table.get("config") or {}).get("meta") or {})
    columns = [_column_entry(project, path, entry) for entry in table.get("columns") or []]
    content = {
        **meta,
        "survey_id": survey_id,
        "description": table.get("description") or "",
        "columns": columns,
        "path": _relative(project, path),
        **_seed_content(project, survey_id, columns),
    }
    if isinstance(content.get("waves"), dict):
        content["waves"] = {str(key): value or {} for key, value in content["waves"].items()}
    if isinstance(content.get("comparable_scales"), dict):
        content["comparable_scales"] = {
            scale: _by_wave(reasons) for scale, reasons in content["comparable_scales"].items()
        }
    return _validated(Codebook, content, _relative(project, path))


def codebook_path(project: Project, survey_id: str) -> Path:
    """Return where the codebook of a survey is, or would be."""
    return project.staging / survey_id / f"_{survey_id}__sources.yml"


def seed_rows(project: Project, name: str) -> list[dict[str, str | None]]:
    """Return the rows of a seed as texts; an empty field is None.

    Raises:
        InputError: if the seed is missing or is not UTF-8.
    """
    path = project.seeds / f"{name}.csv"
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return [
                {key: (value if value != "" else None) for key, value in row.items() if key}
                for row in csv.DictReader(stream)
            ]
    except FileNotFoundError as error:
        raise InputError(f"The seed {name} is missing.", where=_relative(project, path)) from error
    except UnicodeDecodeError as error:
        raise InputError(
            f"The seed {name} is not UTF-8.",
            where=_relative(project, path),
            hint="save it as UTF-8.",
        ) from error


def _source_table(project: Project, path: Path, survey_id: str) -> dict[str, Any]:
    where = _relative(project, path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise InputError(f"The codebook is not valid YAML: {error}", where=where) from error
    for source in (content or {}).get("sources") or []:
        for table in source.get("tables") or []:
            if table.get("name") == survey_id:
                return dict(table)
    raise InputError(
        f"The codebook describes no table '{survey_id}'.",
        where=where,
        hint=f"it needs `sources: [{{name: raw, tables: [{{name: {survey_id}, ...}}]}}]`.",
    )


def _column_entry(project: Project, path: Path, entry: dict[str, Any]) -> dict[str, Any]:
    meta = (entry.get("config") or {}).get("meta") or {}
    name = entry.get("name")
    if not meta.get("role"):
        raise InputError(
            f"Column '{name}' has no role.",
            where=_relative(project, path),
            hint="give it config.meta.role; docs/reference/codebook.md lists the roles.",
        )
    named = dict(meta)
    for key in {"names_by_wave", "wordings"} & named.keys():
        named[key] = _by_wave(named[key])
    if "waves" in named:
        waves = named["waves"] if isinstance(named["waves"], list) else [named["waves"]]
        named["waves"] = [str(wave) for wave in waves]
    return {**named, "name": name, "description": (entry.get("description") or "").strip()}


def _by_wave(content: Any) -> Any:
    """Take wave ids that YAML read as numbers for the texts that they are."""
    return {str(key): value for key, value in content.items()} if isinstance(content, dict) else content


def _seed_content(project: Project, survey_id: str, columns: Iterable[dict[str, Any]]) -> dict[str, Any]:
    used_answers = {column.get("answers") for column in columns}
    used_bands = {column.get("bands") for column in columns}
    scales = _rows_of(project, "scales", survey_id, Scale)
    used_bands |= {scale.band_set_id for scale in scales}
    return {
        "answers": _grouped(project, "answer_sets", "answer_set_id", used_answers, Answer, _answer),
        "bands": _grouped(project, "band_sets", "band_set_id", used_bands, Band, dict),
        "scales": scales,
        "themes": _rows_of(project, "themes", survey_id, Theme),
        "cuts": _rows_of(project, "cuts", survey_id, Cut, _joined("variables")),
        "flows": _rows_of(project, "flows", survey_id, Flow, _joined("destination_variables")),
        "margins": _rows_of(project, "margins", survey_id, MarginPart),
    }


def _answer(row: dict[str, Any]) -> dict[str, Any]:
    return {
        **row,
        "spellings": tuple((row.get("spellings") or "").split("|")) if row.get("spellings") else (),
    }


def _joined(key: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return how to shape a row one field of which joins names with an asterisk."""
    return lambda row: {**row, key: tuple((row.get(key) or "").split("*"))}


def _rows_of(
    project: Project,
    seed: str,
    survey_id: str,
    kind: type[T],
    shape: Callable[[dict[str, Any]], dict[str, Any]] = dict,
) -> tuple[T, ...]:
    return tuple(
        _validated(kind, shape(row), f"seeds/{seed}.csv")
        for row in seed_rows(project, seed)
        if row.get("survey_id") == survey_id
    )


def _grouped(
    project: Project,
    seed: str,
    key: str,
    wanted: set[Any],
    kind: type[T],
    shape: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, tuple[T, ...]]:
    groups: dict[str, list[T]] = {}
    for row in seed_rows(project, seed):
        identifier = row.get(key)
        if identifier in wanted and identifier is not None:
            groups.setdefault(identifier, []).append(_validated(kind, shape(row), f"seeds/{seed}.csv"))
    return {identifier: tuple(rows) for identifier, rows in groups.items()}


def _validated(kind: type[T], content: dict[str, Any], where: str) -> T:
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        place = _place(content, first["loc"])
        raise InputError(
            f"{kind.__name__} {place}: {first['msg']}.",
            where=where,
            hint="docs/reference/codebook.md lists the keys and their values.",
        ) from error


def _place(content: dict[str, Any], location: tuple[Any, ...]) -> str:
    """Name the column or row an error is in, rather than its number."""
    parts: list[str] = []
    current: Any = content
    for step in location:
        try:
            current = current[step]
        except (KeyError, IndexError, TypeError):
            parts.append(str(step))
            continue
        named = isinstance(current, dict) and isinstance(step, int) and current.get("name")
        parts.append(f"'{named}'" if named else str(step))
    return " > ".join(parts)


def _relative(project: Project, path: Path) -> str:
    try:
        return str(path.relative_to(project.root))
    except ValueError:
        return str(path)
