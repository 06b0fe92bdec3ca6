"""The file that Superset imports: a ZIP of YAML with connection, datasets, charts and dashboards.

Ids come from names, so importing a newer file replaces what an older one made. There is no time and no build
in it: the same definitions, surveys and cuts give the same bytes. The connection has no password; where the
mask stands, Superset asks for it.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode
from uuid import UUID, uuid5

import yaml
from psycopg.pq import Conninfo

from werkpeil.audit.findings import LANGUAGES
from werkpeil.errors import InputError
from werkpeil.files import outside_errors, replace_bytes
from werkpeil.publishing import open_release
from werkpeil.publishing.postgres import READER
from werkpeil.semantic import read_definitions
from werkpeil.superset.charts import COLUMNS, adhoc, make_dashboards
from werkpeil.superset.datasets import make_datasets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.superset.charts import Chart, Choice, Dashboard
    from werkpeil.superset.datasets import Dataset

VERSION = "1.0.0"
ROOT = "werkpeil"
MASK = "XXXXXXXXXX"
SECONDS_IN_CACHE = 600
_SPACE = UUID("5b0c7a52-5f6e-4d0b-8f0c-6d0d6d4b7c11")
# The earliest time that a ZIP can hold.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
CERTIFIED = {
    "nl": "Gedefinieerd in de semantische laag van Werkpeil; hetzelfde getal als bij `werkpeil query`.",
    "en": "Defined in Werkpeil's semantic layer; the same number as that of `werkpeil query`.",
}


@dataclass(frozen=True)
class Server:
    """Where Superset finds the release.

    Attributes:
        host, port, database: Of the PostgreSQL server.
        authority: Path on Superset's machine of what verifies the server's certificate; none for libpq's own.
    """

    host: str
    port: str
    database: str
    authority: str | None

    @property
    def address(self) -> str:
        """The connection as Superset holds it, with a mask for the password."""
        options = {"sslmode": "verify-full"} | ({"sslrootcert": self.authority} if self.authority else {})
        host = f"[{self.host}]" if ":" in self.host else self.host
        # SQLAlchemy takes the name of a database as it stands.
        return f"postgresql://{READER}:{MASK}@{host}:{self.port}/{self.database}?{urlencode(options)}"


@dataclass(frozen=True)
class Export:
    """What was written.

    Attributes:
        file: The file.
        server: Where Superset will read.
        datasets, metrics, charts, dashboards: How many it holds.
    """

    file: Path
    server: Server
    datasets: int
    metrics: int
    charts: int
    dashboards: int


def export_for_superset(project: Project, language: str, out: Path | None = None) -> Export:
    """Write the semantic layer of the current release as a file that Superset imports.

    Args:
        project: The project.
        language: `nl` or `en`, of titles and labels.
        out: The file; `data/published/superset-<language>.zip` unless given.

    Raises:
        InputError: nothing is released, the release defines no metrics, there is no such language or
            folder, or no PostgreSQL server is named.
        OutsideError: the file cannot be written.
    """
    if language not in LANGUAGES:
        raise InputError(f"'{language}' is not a language of the export.", hint="use nl or en.")
    server = named_server()
    with open_release(project) as connection:
        datasets = make_datasets(connection, read_definitions(connection), language)
        dashboards = make_dashboards(connection, datasets, language)
    file = out or project.published / f"superset-{language}.zip"
    if not file.parent.is_dir():
        raise InputError("There is no such folder to write to.", where=str(file.parent))
    with outside_errors("file for Superset"):
        replace_bytes(file, _zipped(_documents(server, datasets, dashboards, language)))
    return Export(
        file=file,
        server=server,
        datasets=len(datasets),
        metrics=sum(len(dataset.measures) for dataset in datasets),
        charts=sum(len(dashboard.charts) for dashboard in dashboards),
        dashboards=len(dashboards),
    )


def named_server() -> Server:
    """Return the server that `PGHOST`, `PGSERVICE` and the like name, as for publishing to it.

    Raises:
        InputError: none is named, or one that cannot be verified by its name.
    """
    found = {one.keyword.decode(): (one.val or b"").decode() for one in Conninfo.get_defaults()}
    host = found.get("host", "")
    if not host or host.startswith("/") or "," in host:
        raise InputError(
            f"'{host}' is no host whose certificate Superset can verify."
            if host
            else "No PostgreSQL server is named, and Superset reads from one.",
            hint="set PGHOST and PGDATABASE, or PGSERVICE, as for `werkpeil publish --to postgres`.",
        )
    database = found.get("dbname") or found.get("user", "")
    return Server(host, found.get("port") or "5432", database, found.get("sslrootcert") or None)


def _documents(
    server: Server, datasets: Sequence[Dataset], dashboards: Sequence[Dashboard], language: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield path and content of every file."""
    ids = _Ids(server.database, language)
    yield "metadata.yaml", {"version": VERSION}
    yield "databases/Werkpeil.yaml", _database(server, ids)
    for dataset in datasets:
        yield f"datasets/Werkpeil/{dataset.key}.yaml", _dataset(dataset, ids, language)
    for dashboard in dashboards:
        for chart in dashboard.charts:
            yield f"charts/{dashboard.survey_id}_{chart.key}.yaml", _chart(dashboard, chart, ids, language)
        yield f"dashboards/{dashboard.survey_id}.yaml", _dashboard(dashboard, ids, language)


@dataclass(frozen=True)
class _Ids:
    """Ids that are the same in every export of one database, and apart per language."""

    database: str
    language: str

    def of(self, kind: str, *names: str) -> str:
        return str(uuid5(_SPACE, "/".join([self.database, self.language, kind, *names])))

    @property
    def of_database(self) -> str:
        """The connection is one for both languages."""
        return str(uuid5(_SPACE, self.database))


def _database(server: Server, ids: _Ids) -> dict[str, Any]:
    return {
        "database_name": f"Werkpeil ({server.database})",
        "sqlalchemy_uri": server.address,
        "cache_timeout": SECONDS_IN_CACHE,
        "expose_in_sqllab": True,
        "allow_run_async": False,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,
        "extra": {"allows_virtual_table_explore": True},
        "uuid": ids.of_database,
        "version": VERSION,
    }


def _certified(language: str) -> dict[str, Any]:
    return {"certification": {"certified_by": "Werkpeil", "details": CERTIFIED[language]}}


def _dataset(dataset: Dataset, ids: _Ids, language: str) -> dict[str, Any]:
    return {
        "table_name": f"Werkpeil: {dataset.title}",
        "description": dataset.description,
        "schema": "published",
        "sql": dataset.sql,
        "filter_select_enabled": True,
        "extra": _certified(language),
        "uuid": ids.of("dataset", dataset.key),
        "metrics": [
            {
                "metric_name": measure.name,
                "verbose_name": measure.title,
                "expression": measure.sql,
                "description": measure.description,
                "d3format": measure.form,
                "extra": _certified(language),
            }
            for measure in dataset.measures
        ],
        "columns": [
            {
                "column_name": one.name,
                "verbose_name": one.title,
                "type": "TEXT",
                "is_dttm": False,
                "groupby": True,
                "filterable": True,
                "description": one.description,
            }
            for one in dataset.dimensions
        ],
        "version": VERSION,
        "database_uuid": ids.of_database,
    }


def _chart(dashboard: Dashboard, chart: Chart, ids: _Ids, language: str) -> dict[str, Any]:
    filters = [adhoc(condition) for condition in chart.filters]
    return {
        "slice_name": chart.title,
        "certified_by": "Werkpeil",
        "certification_details": CERTIFIED[language],
        "viz_type": chart.form,
        "params": {"viz_type": chart.form, **chart.params, "adhoc_filters": filters},
        "uuid": ids.of("chart", dashboard.survey_id, chart.key),
        "version": VERSION,
        "dataset_uuid": ids.of("dataset", chart.dataset),
    }


def _dashboard(dashboard: Dashboard, ids: _Ids, language: str) -> dict[str, Any]:
    numbers = {chart.key: place for place, chart in enumerate(dashboard.charts, start=1)}
    return {
        "dashboard_title": dashboard.title,
        "certified_by": "Werkpeil",
        "certification_details": CERTIFIED[language],
        "published": True,
        "uuid": ids.of("dashboard", dashboard.survey_id),
        "position": _position(dashboard, numbers, ids),
        "metadata": {
            "native_filter_configuration": [
                _filter(choice, dashboard, numbers, ids) for choice in dashboard.choices
            ],
            "cross_filters_enabled": False,
            "color_scheme": "supersetColors",
        },
        "version": VERSION,
    }


def _position(dashboard: Dashboard, numbers: dict[str, int], ids: _Ids) -> dict[str, Any]:
    """Where everything stands: a text, then rows of charts."""
    text = _placed("MARKDOWN-text", ["ROOT_ID", "GRID_ID", "ROW-text"], [])
    text["meta"] = {"code": dashboard.text, "width": COLUMNS, "height": 14}
    found: dict[str, Any] = {"MARKDOWN-text": text, "ROW-text": _row("ROW-text", ["MARKDOWN-text"])}
    for place, charts in enumerate(dashboard.rows, start=1):
        row = f"ROW-{place}"
        found[row] = _row(row, [f"CHART-{chart.key}" for chart in charts])
        for chart in charts:
            placed = _placed(f"CHART-{chart.key}", ["ROOT_ID", "GRID_ID", row], [])
            placed["meta"] = {
                "chartId": numbers[chart.key],
                "uuid": ids.of("chart", dashboard.survey_id, chart.key),
                "sliceName": chart.title,
                "width": chart.width,
                "height": chart.height,
            }
            found[f"CHART-{chart.key}"] = placed
    rows = [name for name in found if name.startswith("ROW-")]
    header = {"type": "HEADER", "id": "HEADER_ID", "meta": {"text": dashboard.title}}
    return {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": header,
        "GRID_ID": _placed("GRID_ID", ["ROOT_ID"], rows),
        **found,
    }


def _placed(name: str, parents: list[str], children: list[str]) -> dict[str, Any]:
    return {
        "type": name.partition("-")[0].removesuffix("_ID"),
        "id": name,
        "parents": parents,
        "children": children,
    }


def _row(name: str, children: list[str]) -> dict[str, Any]:
    return _placed(name, ["ROOT_ID", "GRID_ID"], children) | {
        "meta": {"background": "BACKGROUND_TRANSPARENT"}
    }


def _filter(choice: Choice, dashboard: Dashboard, numbers: dict[str, int], ids: _Ids) -> dict[str, Any]:
    return {
        "id": f"NATIVE_FILTER-{choice.key}",
        "type": "NATIVE_FILTER",
        "filterType": "filter_select",
        "name": choice.title,
        "description": "",
        "targets": [{"datasetUuid": ids.of("dataset", choice.dataset), "column": {"name": choice.key}}],
        "adhoc_filters": [adhoc(condition) for condition in choice.filters],
        "sortMetric": choice.sort,
        # The first choice is applied by itself; without this it waits for somebody to press a button.
        "requiredFirst": True,
        "controlValues": {
            "enableEmptyFilter": True,
            "defaultToFirstItem": True,
            "multiSelect": False,
            "searchAllOptions": False,
            "inverseSelection": False,
            "sortAscending": not choice.first_is_last,
        },
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
        "cascadeParentIds": [],
        "scope": {
            "rootPath": ["ROOT_ID"],
            "excluded": [numbers[chart.key] for chart in dashboard.charts if choice.key not in chart.asks],
        },
    }


class _Dumper(yaml.SafeDumper):
    """Writes texts of several lines as such: SQL stays readable."""


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def _zipped(documents: Iterator[tuple[str, dict[str, Any]]]) -> bytes:
    """Return a ZIP of YAML files whose bytes depend on nothing but their content."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as bundle:
        for path, content in documents:
            text = yaml.dump(content, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=1000)
            entry = zipfile.ZipInfo(f"{ROOT}/{path}", date_time=_NO_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, text)
    return held.getvalue()
