"""Write a drafted survey into the project: all of it or nothing."""

from __future__ import annotations

import csv
import io
import logging
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from werkpeil.codebook.check import find_problems
from werkpeil.codebook.load import codebook_path, load_codebook, seed_rows
from werkpeil.errors import InputError, OutsideError, WerkpeilError
from werkpeil.project import MARKER, Project

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

logger = logging.getLogger(__name__)

SEEDS = ("answer_sets", "band_sets", "scales", "themes", "cuts", "flows", "strata")
_LINE_WIDTH = 100
_FLOW_LIST = re.compile(r"^(?P<key>[ \t]+surveys:[ \t]*)\[(?P<items>[^\]]*)\]", re.MULTILINE)
_BLOCK_LIST = re.compile(
    r"^(?P<indent>[ \t]+)surveys:[ \t]*(?:#[^\n]*)?\n(?P<items>(?:(?P=indent)[ \t]*- [^\n]*\n)+)",
    re.MULTILINE,
)
_EMPTY = re.compile(r"^(?P<key>[ \t]+surveys:)[ \t]*(?P<note>#[^\n]*)?$", re.MULTILINE)


class _IndentingDumper(yaml.SafeDumper):
    """Indents lists under their key, as the codebooks written by hand do."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002 - PyYAML's signature
        super().increase_indent(flow, indentless=False)


@dataclass(frozen=True)
class SurveyFiles:
    """What a new survey adds to a project.

    Args:
        survey_id: Of the new survey.
        codebook: The content of its dbt source.
        rows: New rows per seed.
    """

    survey_id: str
    codebook: Mapping[str, Any]
    rows: Mapping[str, Sequence[Mapping[str, Any]]]


def require_new(project: Project, survey_id: str) -> None:
    """Refuse a survey of which anything exists.

    Raises:
        InputError: if the project has a codebook, a model or a seed row of the survey.
    """
    places = [project.staging / survey_id, _scored_path(project, survey_id)]
    found = next((place for place in places if place.exists()), None)
    where = str(found.relative_to(project.root)) if found else None
    if where is None and survey_id in project.surveys:
        where = f"{MARKER}, vars.surveys"
    for seed in ("scales", "themes", "cuts", "flows", "strata", "margins"):
        if where is None and any(row.get("survey_id") == survey_id for row in seed_rows(project, seed)):
            where = f"seeds/{seed}.csv"
    if where is not None:
        raise InputError(
            f"There is something of a survey '{survey_id}' already; nothing was changed.",
            where=where,
            hint="choose another id; or, to draft it again, remove that first.",
        )


def write_survey(project: Project, files: SurveyFiles) -> list[Path]:
    """Write a survey into a project and return the files written or changed.

    The whole is made and checked in a folder of its own first. Should a step fail after that, what was
    done is undone.

    Raises:
        InputError: if `dbt_project.yml` lists the surveys in a way that cannot be added to.
        OutsideError: if a file cannot be written; nothing is changed then.
    """
    changed = _changed_files(project, files)
    _require_consistent(project, files.survey_id, changed)
    done: list[tuple[Path, bytes | None]] = []
    try:
        for path, content in changed.items():
            before = path.read_bytes() if path.exists() else None
            if before is None:
                path.parent.mkdir(exist_ok=True)
            done.append((path, before))
            _replace(path, content)
    except BaseException as error:
        _undo(project, files.survey_id, done)
        if isinstance(error, OSError):
            raise OutsideError(
                f"The survey could not be written: {error}; nothing was changed.",
                where=str(error.filename or project.root),
                hint="see that the disk has room and the project's folder may be written.",
            ) from error
        raise
    logger.info("wrote %d files for survey %s", len(changed), files.survey_id)
    return list(changed)


def _changed_files(project: Project, files: SurveyFiles) -> dict[Path, str]:
    """Return the new content per file; `dbt_project.yml` comes last, because it switches the survey on."""
    survey_id = files.survey_id
    changed: dict[Path, str] = {}
    for seed in SEEDS:
        if files.rows.get(seed):
            path = project.seeds / f"{seed}.csv"
            changed[path] = _with_rows(path, files.rows[seed])
    path = codebook_path(project, survey_id)
    changed[path] = _codebook_text(files)
    changed[path.parent / f"stg_{survey_id}__responses.sql"] = f"{{{{ stage_responses('{survey_id}') }}}}\n"
    changed[_scored_path(project, survey_id)] = f"{{{{ score_respondents('{survey_id}') }}}}\n"
    settings = project.root / MARKER
    changed[settings] = with_survey(settings.read_text(encoding="utf-8"), survey_id)
    return changed


def _scored_path(project: Project, survey_id: str) -> Path:
    return project.root / "models" / "scored" / f"scored_{survey_id}.sql"


def _codebook_text(files: SurveyFiles) -> str:
    body = yaml.dump(
        files.codebook,
        Dumper=_IndentingDumper,
        allow_unicode=True,
        sort_keys=False,
        width=_LINE_WIDTH,
        default_flow_style=False,
    )
    return (
        "# Drafted by `werkpeil survey new` from a delivered file: review every column.\n"
        "# docs/reference/codebook.md explains the keys.\n" + body
    )


def _with_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> str:
    text = path.read_text(encoding="utf-8")
    names = next(csv.reader([text.partition("\n")[0].rstrip("\r")]))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, names, lineterminator="\n", extrasaction="raise")
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text + ("" if text.endswith("\n") else "\n") + stream.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return f"{value:g}" if isinstance(value, float) else str(value)


def with_survey(settings: str, survey_id: str) -> str:
    """Return the text of a `dbt_project.yml` with one more survey in `vars.surveys`, comments kept.

    Raises:
        InputError: if the list is written in a way that cannot be added to without touching the rest.
    """
    for add in (_in_flow_list, _in_block_list, _in_empty_list):
        changed = add(settings, survey_id)
        if changed is not None and _is_only_difference(settings, changed, survey_id):
            return changed
    raise InputError(
        "The list of surveys cannot be added to.",
        where=f"{MARKER}, vars.surveys",
        hint=f"write it as `surveys: [a, b]` under `vars`, then try again; the new one is {survey_id}.",
    )


def _in_flow_list(settings: str, survey_id: str) -> str | None:
    found = _FLOW_LIST.search(settings)
    if found is None:
        return None
    items = found["items"].rstrip().rstrip(",")
    added = f"{items}, {survey_id}" if items.strip() else survey_id
    return f"{settings[: found.start()]}{found['key']}[{added}]{settings[found.end() :]}"


def _in_block_list(settings: str, survey_id: str) -> str | None:
    found = _BLOCK_LIST.search(settings)
    if found is None:
        return None
    indent = re.match(r"[ \t]*", found["items"])
    line = f"{indent[0] if indent else ''}- {survey_id}\n"
    return settings[: found.end()] + line + settings[found.end() :]


def _in_empty_list(settings: str, survey_id: str) -> str | None:
    found = _EMPTY.search(settings)
    if found is None:
        return None
    note = f"  {found['note']}" if found["note"] else ""
    return f"{settings[: found.start()]}{found['key']} [{survey_id}]{note}{settings[found.end() :]}"


def _is_only_difference(before: str, after: str, survey_id: str) -> bool:
    try:
        old, new = yaml.safe_load(before) or {}, yaml.safe_load(after) or {}
    except yaml.YAMLError:
        return False
    expected = [*((old.get("vars") or {}).get("surveys") or []), survey_id]
    if (new.get("vars") or {}).get("surveys") != expected:
        return False
    new["vars"]["surveys"] = (old.get("vars") or {}).get("surveys")
    return bool(new == old)


def _require_consistent(project: Project, survey_id: str, changed: Mapping[Path, str]) -> None:
    """Load and check the codebook from a copy of the files before any of them is touched."""
    with tempfile.TemporaryDirectory(prefix="werkpeil-draft-") as folder:
        root = Path(folder)
        shutil.copytree(project.seeds, root / "seeds")
        for path, content in changed.items():
            copy = root / path.relative_to(project.root)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_text(content, encoding="utf-8")
        problems = find_problems(load_codebook(Project(root=root, data=root / "data"), survey_id))
    if problems:
        listed = "\n".join(f"- {problem}" for problem in problems)
        raise WerkpeilError(
            f"The draft contradicts itself, which is a defect of Werkpeil; nothing was written.\n{listed}",
            hint="please report it with the names of the file's columns.",
        )


def _replace(path: Path, content: str) -> None:
    """Put content in a file at once: a reader sees the old or the new one."""
    beside = path.with_name(f".{path.name}.draft")
    try:
        beside.write_text(content, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def _undo(project: Project, survey_id: str, done: Sequence[tuple[Path, bytes | None]]) -> None:
    for path, before in reversed(done):
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)
    shutil.rmtree(project.staging / survey_id, ignore_errors=True)
