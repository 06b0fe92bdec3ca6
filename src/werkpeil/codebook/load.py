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

# The same YAML, read by C where PyYAML was built with it: a codebook takes milliseconds.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    where = _relative(project, path)
    table = _source_table(path, survey_id, where)
    columns = [_column_entry(entry, where) for entry in _entries(table, "columns", where)]
    content = {
        **_meta(table, where),
        "survey_id": survey_id,
        "description": table.get("description") or "",
        "columns": columns,
        "path": where,
        **_seed_content(project, survey_id, columns),
    }
    if isinstance(content.get("waves"), dict):
        content["waves"] = {str(key): value or {} for key, value in content["waves"].items()}
    if isinstance(content.get("comparable_scales"), dict):
        content["comparable_scales"] = {
            scale: _by_wave(reasons) for scale, reasons in content["comparable_scales"].items()
        }
    return _validated(Codebook, content, where)


def codebook_path(project: Project, survey_id: str) -> Path:
    """Return where the codebook of a survey is, or would be."""
    return project.staging / survey_id / f"_{survey_id}__sources.yml"


def seed_rows(project: Project, name: str) -> list[dict[str, str | None]]:
    """Return the rows of a seed as texts; an empty field is None.

    Raises:
        InputError: if the seed is missing, is not UTF-8 or is no CSV.
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
    except csv.Error as error:
        raise InputError(f"The seed {name} is no CSV: {error}.", where=_relative(project, path)) from error


def _source_table(path: Path, survey_id: str, where: str) -> dict[str, Any]:
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader
    except UnicodeDecodeError as error:
        raise InputError("The codebook is not UTF-8.", where=where, hint="save it as UTF-8.") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # an impossible date is a ValueError
        raise InputError(f"The codebook is not valid YAML: {error}", where=where) from error
    for source in _entries(_mapping(content, "The codebook", where), "sources", where):
        for table in _entries(source, "tables", where):
            if table.get("name") == survey_id:
                return dict(table)
    raise InputError(
        f"The codebook describes no table '{survey_id}'.",
        where=where,
        hint=f"it needs `sources: [{{name: raw, tables: [{{name: {survey_id}, ...}}]}}]`.",
    )


def _column_entry(entry: dict[str, Any], where: str) -> dict[str, Any]:
    named = dict(_meta(entry, where))
    name = entry.get("name")
    if not named.get("role"):
        raise InputError(
            f"Column '{name}' has no role.",
            where=where,
            hint="give it config.meta.role; docs/reference/codebook.md lists the roles.",
        )
    for key in {"names_by_wave", "wordings"} & named.keys():
        named[key] = _by_wave(named[key])
    if "waves" in named:
        waves = named["waves"] if isinstance(named["waves"], list) else [named["waves"]]
        named["waves"] = [str(wave) for wave in waves]
    description = entry.get("description") or ""
    if isinstance(description, str):
        description = description.strip()
    return {**named, "name": name, "description": description}


def _meta(entry: dict[str, Any], where: str) -> dict[str, Any]:
    """Return what a table or a column says under `config: meta:`."""
    what = f"`config` of {_told(entry.get('name'))}"
    return _mapping(_mapping(entry.get("config"), what, where).get("meta"), what + "'s `meta`", where)


def _entries(holder: dict[str, Any], key: str, where: str) -> list[dict[str, Any]]:
    """Return a list of the codebook whose every entry has keys and values."""
    found = holder.get(key) or []
    if not isinstance(found, list):
        raise InputError(f"`{key}` is {_told(found)}, not a list.", where=where)
    return [_mapping(entry, f"An entry of `{key}`", where) for entry in found]


def _mapping(value: Any, what: str, where: str) -> dict[str, Any]:
    """Return a part of the codebook that must have keys with values; nothing there is none of them."""
    if not isinstance(value, dict | None):
        raise InputError(f"{what} is {_told(value)}, not keys with values.", where=where)
    return value or {}


def _told(value: Any) -> str:
    return f"{value!r:.60}"


def _by_wave(content: Any) -> Any:
    """Take wave ids that YAML read as numbers for the texts that they are."""
    return {str(key): value for key, value in content.items()} if isinstance(content, dict) else content


def _seed_content(project: Project, survey_id: str, columns: Iterable[dict[str, Any]]) -> dict[str, Any]:
    used_answers = _texts(column.get("answers") for column in columns)
    used_bands = _texts(column.get("bands") for column in columns)
    scales = _rows_of(project, "scales", survey_id, Scale)
    used_bands |= _texts(scale.band_set_id for scale in scales)
    return {
        "answers": _grouped(project, "answer_sets", "answer_set_id", used_answers, Answer, _answer),
        "bands": _grouped(project, "band_sets", "band_set_id", used_bands, Band, dict),
        "scales": scales,
        "themes": _rows_of(project, "themes", survey_id, Theme),
        "cuts": _rows_of(project, "cuts", survey_id, Cut, _joined("variables")),
        "flows": _rows_of(project, "flows", survey_id, Flow, _joined("destination_variables")),
        "margins": _rows_of(project, "margins", survey_id, MarginPart),
    }


def _texts(values: Iterable[Any]) -> set[str]:
    """Return the values that can name a set; what else stands there is told when the column is validated."""
    return {value for value in values if isinstance(value, str)}


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
    wanted: set[str],
    kind: type[T],
    shape: Callable[[dict[str, Any]], dict[str, Any]],
) -> dict[str, tuple[T, ...]]:
    groups: dict[str, list[T]] = {}
    for row in seed_rows(project, seed):
        identifier = row.get(key)
        if identifier is not None and identifier in wanted:
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
