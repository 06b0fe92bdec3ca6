"""Open data: the current release as CSV, Parquet and Excel, described for machines.

`datapackage.json` (Frictionless) tells types, keys, bounds and meanings; `catalog.jsonld` (DCAT-AP) lists
the same files for data portals. The files lie in a folder per build and the package is replaced last, in
one step, so whoever reads it finds every file that it names.

A text that a spreadsheet would take for a formula gets an apostrophe in front in CSV; in Excel it is
marked as text, and in Parquet it stands as it is. Made-up answers say so in the package, in each table's
metadata, in the column `provenance` of each row and, in Excel, on each page that is printed.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import xlsxwriter

from werkpeil.building.lock import only_one
from werkpeil.codebook import codebook_path, load_codebook
from werkpeil.files import fsync, outside_errors, replace_text, sha256_of
from werkpeil.publishing import releases
from werkpeil.publishing.dcat import CATALOG, catalog_document
from werkpeil.sql import identifier, literal, literals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.publishing.catalog import Column, Table
    from werkpeil.publishing.releases import Release

PACKAGE = "datapackage.json"
FOLDER = "open-data"
FORMATS = ("csv", "parquet", "xlsx")
MEDIA_TYPES = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# The first characters by which spreadsheets know a formula, wide ones of East Asian keyboards included.
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
ROWS_PER_SHEET = 1_048_575  # one less than Excel's, for the header

_FRICTIONLESS_TYPES = {
    "text": "string",
    "integer": "integer",
    "number": "number",
    "decimal": "number",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "datetime",
    "timestamptz": "datetime",
}
_BATCH = 5_000


@dataclass(frozen=True)
class OpenDataResult:
    """What an export did.

    Attributes:
        status: `exported`, or `up_to_date` when the package was of this build already.
        build_id: The build that the files hold.
        package: The Frictionless description.
        tables: How many tables.
        files: How many data files.
        file_bytes: Their size together.
    """

    status: str
    build_id: str
    package: Path
    tables: int
    files: int
    file_bytes: int


def has_open_data(project: Project) -> bool:
    """Tell whether open data were ever written."""
    return (project.published / PACKAGE).exists()


def export_open_data(
    project: Project, *, on_progress: Callable[[str, float | None], None] | None = None
) -> OpenDataResult:
    """Write the current release as open data.

    The files of the package before this one stay for who is reading them, while its release stays.

    Raises:
        InputError: nothing is released yet.
        OutsideError: the disk is full, or another process publishes.
    """
    with only_one(project), outside_errors("folder of open data"):
        release = releases.require_release(project)
        package = project.published / PACKAGE
        described = _read_package(package)
        final = project.published / FOLDER / release.build_id
        status = "up_to_date"
        if described.get("version") != release.build_id or not final.is_dir():
            status = "exported"
            with releases.workspace(project) as workspace:
                described = _export(project, release, workspace, on_progress)
            _remove_older(project, keep={release.build_id, _read_package(package).get("version")})
            replace_text(project.published / CATALOG, _as_json(catalog_document(project, described)))
            replace_text(package, _as_json(described))
        _remove_older(project, keep={listed.build_id for listed in releases.read_index(project)})
    resources = described["resources"]
    return OpenDataResult(
        status=status,
        build_id=release.build_id,
        package=package,
        tables=len(resources) // len(FORMATS),
        files=len(resources),
        file_bytes=sum(resource["bytes"] for resource in resources),
    )


def neutralised(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _export(
    project: Project,
    release: Release,
    workspace: Path,
    on_progress: Callable[[str, float | None], None] | None,
) -> dict[str, Any]:
    """Write every file, move them into place and return what describes them."""
    folder = workspace / release.build_id
    folder.mkdir()
    source = duckdb.connect(str(project.published / release.file_name), read_only=True)
    try:
        tables = releases.read_release(source, release)
        for place, table in enumerate(tables):
            if on_progress:
                on_progress(table.name, place / len(tables))
            _write_csv(source, table, folder / f"{table.name}.csv")
            _write_parquet(source, table, release, folder / f"{table.name}.parquet")
            _write_excel(source, table, release, folder / f"{table.name}.xlsx")
    finally:
        source.close()
    described = _package(project, release, tables, folder)
    for file in folder.iterdir():
        fsync(file)
    fsync(folder)
    final = project.published / FOLDER / release.build_id
    final.parent.mkdir(exist_ok=True)
    shutil.rmtree(final, ignore_errors=True)  # of an export that was killed: no package names it
    folder.rename(final)
    fsync(final.parent)
    return described


def _read_package(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return {}
    return content if isinstance(content, dict) else {}


def _remove_older(project: Project, keep: set[Any]) -> None:
    """Remove the files of older packages; those of the last one stay for who is reading it."""
    for folder in (project.published / FOLDER).iterdir():
        if folder.name not in keep:
            shutil.rmtree(folder, ignore_errors=True)


def _as_json(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


# --- The files ----------------------------------------------------------------------------------


def _write_csv(source: Any, table: Table, path: Path) -> None:
    columns = ", ".join(f"{_csv_expression(column)} as {identifier(column.name)}" for column in table.columns)
    source.execute(
        f"copy (select {columns} from {table.relation} {table.order}) to {literal(str(path))} "
        "(format csv, header true, nullstr '')"
    )


def _csv_expression(column: Column) -> str:
    name = identifier(column.name)
    if column.kind == "text":
        signs = literals(list(FORMULA_SIGNS))
        return f"case when left({name}, 1) in ({signs}) then '''' || {name} else {name} end"
    if column.kind == "timestamp":
        return f"strftime({name}, '%Y-%m-%dT%H:%M:%S')"
    if column.kind == "timestamptz":
        return f"strftime({name} at time zone 'UTC', '%Y-%m-%dT%H:%M:%SZ')"
    return name


def _write_parquet(source: Any, table: Table, release: Release, path: Path) -> None:
    metadata = {
        "title": table.name,
        "description": table.description,
        "provenance": " ".join(table.provenances),
        "build_id": release.build_id,
    }
    pairs = ", ".join(f"{name}: {literal(value)}" for name, value in metadata.items())
    source.execute(
        f"copy (select * from {table.relation} {table.order}) to {literal(str(path))} "
        f"(format parquet, compression zstd, kv_metadata {{{pairs}}})"
    )


def _write_excel(source: Any, table: Table, release: Release, path: Path) -> None:
    """Write a workbook: the rows on as many sheets as they need, and what they mean on the last."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "remove_timezone": True,
        "default_date_format": "yyyy-mm-dd hh:mm:ss",
    }
    workbook = xlsxwriter.Workbook(str(path), options)
    workbook.set_properties(
        {"title": table.name, "subject": _said(table), "comments": f"Werkpeil, build {release.build_id}"}
    )
    formats = _Formats(
        header=workbook.add_format({"bold": True, "bottom": 1}),
        date=workbook.add_format({"num_format": "yyyy-mm-dd"}),
        text=workbook.add_format({"quote_prefix": True}),
    )
    cursor = source.execute(f"select * from {table.relation} {table.order}")
    for number in range(1, table.rows // ROWS_PER_SHEET + 2):
        sheet = workbook.add_worksheet("data" if number == 1 else f"data {number}")
        _fill_sheet(sheet, cursor, table, formats)
    _write_meaning(workbook.add_worksheet("about"), table, release, formats)
    workbook.close()


@dataclass(frozen=True)
class _Formats:
    header: Any
    date: Any
    text: Any


def _fill_sheet(sheet: Any, cursor: Any, table: Table, formats: _Formats) -> None:
    sheet.freeze_panes(1, 0)
    sheet.set_header(f"&L{table.name}&R{_said(table)}")
    sheet.set_column(0, len(table.columns) - 1, 16)
    for place, column in enumerate(table.columns):
        sheet.write_string(0, place, column.name, formats.header)
    written = 0
    while written < ROWS_PER_SHEET:
        rows = cursor.fetchmany(min(_BATCH, ROWS_PER_SHEET - written))
        if not rows:
            break
        for row in rows:
            written += 1
            for place, (column, value) in enumerate(zip(table.columns, row, strict=True)):
                _write_cell(sheet, (written, place), column, value, formats)
    sheet.autofilter(0, 0, written, len(table.columns) - 1)


def _write_cell(sheet: Any, cell: tuple[int, int], column: Column, value: Any, formats: _Formats) -> None:
    if value is None:
        return
    if column.kind == "text":
        sheet.write_string(*cell, value, formats.text if value.startswith(FORMULA_SIGNS) else None)
    elif column.kind == "boolean":
        sheet.write_boolean(*cell, value)
    elif column.kind == "date":
        sheet.write_datetime(*cell, value, formats.date)
    elif column.kind in {"timestamp", "timestamptz"}:
        sheet.write_datetime(*cell, value)
    else:
        sheet.write_number(*cell, value)


def _write_meaning(sheet: Any, table: Table, release: Release, formats: _Formats) -> None:
    sheet.set_column(0, 0, 32)
    sheet.set_column(1, 1, 120)
    lines = [
        ("table", table.name),
        ("description", table.description),
        ("provenance", _said(table)),
        ("build_id", release.build_id),
        ("", ""),
        *((column.name, column.description) for column in table.columns),
    ]
    for place, (name, meaning) in enumerate(lines):
        sheet.write_string(place, 0, name, formats.header)
        sheet.write_string(place, 1, meaning, formats.text)


def _said(table: Table) -> str:
    """Return what is to be said of the people behind a table's numbers."""
    if "synthetic" not in table.provenances:
        return "Real answers."
    if "real" in table.provenances:
        return "Real and SYNTHETIC answers; the column provenance tells which. Synthetic ones nobody gave."
    return "SYNTHETIC: computed from made-up answers that nobody gave."


# --- The package --------------------------------------------------------------------------------


def _package(project: Project, release: Release, tables: Sequence[Table], folder: Path) -> dict[str, Any]:
    provenances = sorted({provenance for table in tables for provenance in table.provenances})
    settings = project.variables.get("publishing") or {}
    package: dict[str, Any] = {
        "profile": "data-package",
        "name": "werkpeil",
        "id": f"werkpeil-{release.build_id}",
        "title": settings.get("title") or "Werkpeil: results of workforce surveys",
        "description": _of_the_whole(provenances),
        "version": release.build_id,
        "created": release.published_at,
        "provenance": provenances,
    }
    if settings.get("licence"):
        package["licenses"] = [{"name": "other-open", "path": settings["licence"]}]
    sources = list(_sources(project))
    if sources:
        package["sources"] = sources
    package["resources"] = [resource for table in tables for resource in _resources(release, table, folder)]
    return package


def _of_the_whole(provenances: list[str]) -> str:
    said = (
        "Tables of results of workforce surveys, after disclosure control: a number that could tell of a "
        "person is left out, and the column suppression_reason says why."
    )
    if "synthetic" in provenances:
        said += " Rows whose provenance is 'synthetic' come of made-up answers and are true of nobody."
    return said


def _sources(project: Project) -> Iterator[dict[str, str]]:
    for survey_id in project.surveys:
        if codebook_path(project, survey_id).is_file():
            codebook = load_codebook(project, survey_id)
            told = [codebook.source or "", f"Terms: {codebook.licence}" if codebook.licence else ""]
            yield {"title": f"{codebook.label_en}. {' '.join(filter(None, told))}".strip()}


def _resources(release: Release, table: Table, folder: Path) -> Iterator[dict[str, Any]]:
    for extension in FORMATS:
        file = folder / f"{table.name}.{extension}"
        resource: dict[str, Any] = {
            "name": f"{table.name}-{extension}",
            "path": f"{FOLDER}/{release.build_id}/{file.name}",
            "title": table.name,
            "description": table.description,
            "provenance": list(table.provenances),
            "format": extension,
            "mediatype": MEDIA_TYPES[extension],
            "bytes": file.stat().st_size,
            "hash": f"sha256:{sha256_of(file)}",
        }
        if extension == "csv":
            resource |= {
                "profile": "tabular-data-resource",
                "encoding": "utf-8",
                "dialect": {"delimiter": ",", "lineTerminator": "\n", "quoteChar": '"', "doubleQuote": True},
            }
        if extension == "parquet":
            # It carries its own types and nulls; Frictionless would read a null number as not-a-number.
            yield resource | {"type": "file"}
        else:
            yield resource | {"schema": _schema(table)}


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "missingValues": [""],
    }
    required = {column.name for column in table.columns if column.required}
    if table.grain and set(table.grain) <= required:
        schema["primaryKey"] = list(table.grain)
    return schema


def _field(column: Column) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if column.required:
        constraints["required"] = True
    if column.values and column.kind == "text":
        constraints["enum"] = [neutralised(value) for value in column.values]
    if column.lowest is not None:
        constraints["minimum"] = column.lowest
    if column.highest is not None:
        constraints["maximum"] = column.highest
    described: dict[str, Any] = {"name": column.name, "type": _FRICTIONLESS_TYPES[column.kind]}
    if column.kind in {"timestamp", "timestamptz"}:
        described["format"] = "%Y-%m-%dT%H:%M:%S" + ("Z" if column.kind == "timestamptz" else "")
    if column.description:
        described["description"] = column.description
    if constraints:
        described["constraints"] = constraints
    return described
