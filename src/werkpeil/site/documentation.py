"""How the warehouse makes its tables, as other tools show it: dbt's documentation, and lineage of columns."""

from __future__ import annotations

import json
import logging
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dbt_colibri.lineage_extractor.extractor import DbtColumnLineageExtractor
from dbt_colibri.report.generator import DbtColibriReportGenerator

from werkpeil.building.dbt import generate_docs
from werkpeil.errors import InputError
from werkpeil.publishing.catalog import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkpeil.project import Project

# Where they stand in the site.
DOCS = "dbt/index.html"
LINEAGE = "lineage/index.html"

# Both load nothing: their scripts and styles are in the page. Whatever they might still ask for is refused.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data:; font-src data:; connect-src data: blob:; worker-src blob:; base-uri 'none'; "
    "form-action 'none'"
)
# Of a node: where it lay on the disk of whoever built it, and what only dbt needs.
_LEFT_OUT_OF_NODES = ("build_path", "compiled_path", "created_at", "root_path", "unrendered_config")
_LEFT_OUT_OF_METADATA = ("env", "invocation_id", "project_id", "user_id")


@dataclass(frozen=True)
class Documentation:
    """Pages that document the project, and what they lead to.

    Args:
        pages: The text of each page by its path in the site.
        models: The model that makes each published table, by the table's name.
    """

    pages: Mapping[str, str]
    models: Mapping[str, str]

    def places(self, table: str) -> tuple[str, str] | None:
        """Return where in `DOCS` a published table is documented, and in `LINEAGE`; None if nowhere."""
        model = self.models.get(table)
        return (f"#!/model/{model}", f"?model={model}&parents=2&children=0") if model else None


def document(project: Project) -> Documentation:
    """Return dbt's documentation of the project and the lineage of its columns, each as one page.

    dbt asks the warehouse for the columns of its tables, not for rows; a respondent is on neither page.

    Args:
        project: The project; its warehouse must be built.

    Raises:
        InputError: dbt cannot document the project, or its pages are not as they are expected.
    """
    with tempfile.TemporaryDirectory(prefix="werkpeil-") as made:
        folder = Path(made)
        generate_docs(project, folder)
        manifest = without_places(json.loads((folder / "manifest.json").read_text(encoding="utf-8")))
        catalog = json.loads((folder / "catalog.json").read_text(encoding="utf-8"))
        empty = (folder / "index.html").read_text(encoding="utf-8")
        (folder / "manifest.json").write_text(_json(manifest), encoding="utf-8")
        pages = {DOCS: _docs(empty, manifest, catalog), LINEAGE: _lineage(folder)}
    models = {
        node["alias"]: name
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["schema"] == SCHEMA
    }
    return Documentation(pages, models)


def without_places(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return a manifest without what tells of the machine that it was made on, and without dbt's own macros.

    Args:
        manifest: As dbt writes `manifest.json`.
    """
    own = f"macro.{manifest['metadata']['project_name']}."
    slim = dict(manifest)
    slim["metadata"] = _without(manifest["metadata"], _LEFT_OUT_OF_METADATA)
    for kind in ("nodes", "sources"):
        slim[kind] = {
            name: _without(node, _LEFT_OUT_OF_NODES) for name, node in manifest.get(kind, {}).items()
        }
    slim["macros"] = {name: macro for name, macro in manifest["macros"].items() if name.startswith(own)}
    return slim


def _without(node: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: value for name, value in node.items() if name not in names}


def _docs(empty: str, manifest: dict[str, Any], catalog: dict[str, Any]) -> str:
    """Put the two files into dbt's page, as `dbt docs generate --static` does."""
    page = empty
    for name, content in (("MANIFEST", manifest), ("CATALOG", catalog)):
        place = f'"{name}.JSON INLINE DATA"'
        if place not in page:
            raise InputError(f"dbt's page of documentation has no place for its {name.lower()}.", where=DOCS)
        page = page.replace(place, _json(content))
    return _strict(page)


def _lineage(folder: Path) -> str:
    # It tells of every table whose columns it cannot follow; Python models are such.
    logging.getLogger("colibri").setLevel(logging.CRITICAL)
    extractor = DbtColumnLineageExtractor(str(folder / "manifest.json"), str(folder / "catalog.json"))
    report = DbtColibriReportGenerator(extractor, light_mode=True, disable_telemetry=True)
    report.generate_report(output_dir=str(folder / "lineage"))
    return _strict((folder / "lineage" / "index.html").read_text(encoding="utf-8"))


def _strict(page: str) -> str:
    """Put the policy first in a page's head."""
    meta = f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    strict, heads = re.subn(r"<head[^>]*>", lambda found: str(found[0]) + meta, page, count=1)
    if not heads:
        raise InputError("A page of documentation has no head to put its policy in.", where=DOCS)
    return strict


def _json(content: dict[str, Any]) -> str:
    # What ends a script must not stand in one.
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
