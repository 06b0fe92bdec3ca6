"""Superset in its own environment, over TLS and as the reader: it shows what all other doors show."""

from __future__ import annotations

import json
import os
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.testing import CliRunner

from support.browser import find_chromium, launched
from support.releases import copy_release, tool
from support.site import parsed, rows_of_csv
from werkpeil.cli.main import app
from werkpeil.publishing import open_release
from werkpeil.publishing.postgres import publish_to_postgres
from werkpeil.semantic import Question, answer, plan, read_definitions
from werkpeil.semantic.engine import Compiler
from werkpeil.site import write_site
from werkpeil.superset import export_for_superset

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.project import Project

DASHBOARDS, ASSETS = ("/api/v1/dashboard/import/", "formData"), ("/api/v1/assets/import/", "bundle")
# Superset's page asks its makers for a picture; nothing answers here, and nothing else may be asked for.
TELEMETRY = "https://apachesuperset.gateway.scarf.sh/"


@dataclass(frozen=True)
class Doors:
    """Everything that shows the numbers of one release.

    Attributes:
        project: The project whose release it is.
        server: A PostgreSQL server that shows it.
        superset: A Superset that reads it there.
        file: What Superset imported.
        datasets: Ids in Superset, by key.
    """

    project: Project
    server: Any
    superset: Any
    file: Path
    datasets: dict[str, int]

    def ask(
        self, key: str, metrics: Sequence[str], columns: Sequence[str], **where: str
    ) -> list[dict[str, Any]]:
        """Return what Superset answers of a dataset, as its charts ask."""
        query = {
            "columns": list(columns),
            "metrics": list(metrics),
            "filters": [{"col": name, "op": "==", "val": value} for name, value in where.items()],
            "row_limit": 50_000,
        }
        content = {
            "datasource": {"id": self.datasets[key], "type": "table"},
            "queries": [query],
            "result_format": "json",
            "result_type": "full",
            "force": True,
        }
        rows: list[dict[str, Any]] = self.superset.call("POST", "/api/v1/chart/data", content)["result"][0][
            "data"
        ]
        return rows


def exported(project: Project, folder: Path, language: str) -> Path:
    return export_for_superset(project, language, folder / f"{language}.zip").file


@cache
def documents(file: Path, folder: str) -> dict[str, dict[str, Any]]:
    """Return the YAML files of a folder of an export, by name."""
    with zipfile.ZipFile(file) as bundle:
        return {
            Path(name).stem: yaml.safe_load(bundle.read(name))
            for name in bundle.namelist()
            if name.startswith(f"werkpeil/{folder}/")
        }


@pytest.fixture(scope="module")
def project(sectors: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    return copy_release(sectors, tmp_path_factory.mktemp("superset") / "data")


@pytest.fixture(scope="module")
def doors(project: Project) -> Iterator[Doors]:
    postgres, superset = tool("loopback_postgres"), tool("loopback_superset")
    programs = postgres.find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    if superset.find_python() is None:
        pytest.skip("Superset needs Python 3.11 or 3.12, and there is none here")
    superset.install()
    with pytest.MonkeyPatch.context() as patch, postgres.serve(programs) as server:
        for name, value in server.environment("werkpeil_publisher").items():
            patch.setenv(name, value)
        publish_to_postgres(project)
        file = exported(project, project.data, "en")
        with superset.serve() as running:
            running.import_file(DASHBOARDS[0], file, DASHBOARDS[1], server.passwords["werkpeil_reader"])
            yield Doors(project, server, running, file, datasets_of(running, file))


def datasets_of(superset: Any, file: Path) -> dict[str, int]:
    ids = {str(one["uuid"]): one["id"] for one in superset.call("GET", "/api/v1/dataset/")["result"]}
    return {key: ids[content["uuid"]] for key, content in documents(file, "datasets").items()}


# What is in the file.


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PGHOST": "db.example.org",
        "PGDATABASE": "survey",
        "PGUSER": "werkpeil_publisher",
        "PGPASSWORD": "open sesame",
        "PGSSLROOTCERT": "/etc/werkpeil/authority.crt",
    }.items():
        monkeypatch.setenv(name, value)


def test_the_command_writes_the_same_file_each_time_without_a_password(
    project: Project, named: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("WERKPEIL_PROJECT", str(project.root))
    monkeypatch.setenv("WERKPEIL_DATA", str(project.data))
    files = [tmp_path / "first.zip", tmp_path / "second.zip"]
    for file in files:
        told = CliRunner().invoke(app, ["superset", "--out", str(file)])
        assert told.exit_code == 0, told.output
        assert "db.example.org:5432/survey as werkpeil_reader" in told.output
    first, second = (file.read_bytes() for file in files)
    assert first == second
    held = b"".join(zipfile.ZipFile(files[0]).read(name) for name in zipfile.ZipFile(files[0]).namelist())
    assert b"sesame" not in held
    [connection] = documents(files[0], "databases").values()
    assert connection["sqlalchemy_uri"] == (
        "postgresql://werkpeil_reader:XXXXXXXXXX@db.example.org:5432/survey"
        "?sslmode=verify-full&sslrootcert=%2Fetc%2Fwerkpeil%2Fauthority.crt"
    )
    assert not any(value for name, value in connection.items() if name.startswith("allow_"))


def test_both_languages_can_stand_beside_each_other(project: Project, named: None, tmp_path: Path) -> None:
    dutch, english = (exported(project, tmp_path, language) for language in ("nl", "en"))
    for folder in ("datasets", "charts", "dashboards"):
        ours, theirs = documents(dutch, folder), documents(english, folder)
        assert ours.keys() == theirs.keys()
        assert not {one["uuid"] for one in ours.values()} & {one["uuid"] for one in theirs.values()}
        assert len({one["uuid"] for one in ours.values()}) == len(ours)
    assert documents(dutch, "databases") == documents(english, "databases")
    titles = {one["metric_name"]: one["verbose_name"] for one in metrics_of(dutch, "item_answers_total")}
    assert titles["positive_share"] == "Aandeel positief"
    assert titles["positive_share_reason"] == "Waarom leeg: Aandeel positief"


def metrics_of(file: Path, key: str) -> list[dict[str, Any]]:
    metrics: list[dict[str, Any]] = documents(file, "datasets")[key]["metrics"]
    return metrics


def test_every_metric_is_in_a_dataset_in_its_format_and_no_number_is_a_column(
    project: Project, named: None, tmp_path: Path
) -> None:
    datasets = documents(exported(project, tmp_path, "en"), "datasets")
    with open_release(project) as connection:
        definitions = read_definitions(connection)
        numbers = connection.execute(
            "select distinct column_name from duckdb_columns() where schema_name = 'published' "
            "and data_type in ('DOUBLE', 'BIGINT', 'INTEGER')"
        ).fetchall()
    held = {one["metric_name"]: one for content in datasets.values() for one in content["metrics"]}
    shown = {"share": ".1%", "share_change": "+.1%", "score": ".2f", "points": "+.1f", "count": ",d"}
    for name, metric in definitions.metrics.items():
        assert held[name]["d3format"].removeprefix("+") == shown[metric.unit].removeprefix("+"), name
        assert held[name]["verbose_name"].startswith(metric.label_en)
        assert held[name]["extra"]["certification"]["certified_by"] == "Werkpeil"
        assert metric.reason in held
    columns = {one["column_name"] for content in datasets.values() for one in content["columns"]}
    assert not columns & {name for (name,) in numbers}


# What Superset answers.


def test_superset_reads_as_the_reader_and_verifies_the_server(doors: Doors) -> None:
    [listed] = doors.superset.call("GET", "/api/v1/database/")["result"]
    found = doors.superset.call("GET", f"/api/v1/database/{listed['id']}/connection")["result"]
    assert "werkpeil_reader:XXXXXXXXXX@localhost" in found["sqlalchemy_uri"]
    assert "sslmode=verify-full" in found["sqlalchemy_uri"]
    assert doors.server.passwords["werkpeil_reader"] not in json.dumps(found)


def cells(
    rows: Sequence[dict[str, Any]], key: Sequence[str], name: str, reason: str
) -> dict[tuple[Any, ...], Any]:
    """Numbers by key, with their reasons; rows that are not about the metric are left out."""
    return {
        tuple(row[column] for column in key): (
            None if row[name] is None else pytest.approx(float(row[name]), rel=1e-9, abs=1e-12),
            row[reason],
        )
        for row in rows
        if (row[name], row[reason]) != (None, None)
    }


def dataset_of(doors: Doors, metric: str) -> str:
    [key] = [
        key
        for key, content in documents(doors.file, "datasets").items()
        if not key.endswith("_total") and metric in {one["metric_name"] for one in content["metrics"]}
    ]
    return key


def test_every_metric_in_every_group_is_that_of_the_query(doors: Doors) -> None:
    compared = 0
    with open_release(doors.project) as connection:
        definitions = read_definitions(connection)
        compiler = Compiler(definitions)
        together: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for name, metric in definitions.metrics.items():
            for grain in metric.grain:
                together.setdefault((dataset_of(doors, name), grain), []).append(name)
        for (key, grain), names in together.items():
            cut = ["cut_id", "group_id"] if key != "flows" else []
            columns = ["survey_id", "wave_id", *grain, *cut]
            question = Question(tuple(names), (*grain, *cut))
            expected = answer(connection, plan(definitions, compiler, question)).rows
            reasons = {name: definitions.metrics[name].reason for name in names}
            found = doors.ask(key, [*reasons, *reasons.values()], columns)
            for name, reason in reasons.items():
                ours = cells(found, columns, name, reason)
                assert ours == cells(expected, columns, name, reason), name
                compared += len(ours)
    assert compared > 3000


def test_what_mixes_cuts_or_waves_is_empty_and_says_so(doors: Doors) -> None:
    for key in [key for key in doors.datasets if not key.endswith("_total")]:
        told = documents(doors.file, "datasets")[key]["metrics"]
        reasons = [one["metric_name"] for one in told if one["metric_name"].endswith("_reason")]
        names = [name.removesuffix("_reason") for name in reasons]
        [row] = doors.ask(key, [*names, *reasons], ["survey_id"])
        assert {row[name] for name in names} == {None}, key
        assert {row[name] for name in reasons} <= {"mixed_groups", "protected", "unreliable"}, key


def test_everybody_together_is_what_nobody_has_to_filter(doors: Doors) -> None:
    rows = doors.ask("item_answers_total", ["responses", "enps"], ["wave"])
    by_cut = doors.ask("item_answers_by_group", ["responses", "enps"], ["wave"], cut_id="total")
    assert {row["wave"]: row["responses"] for row in rows} == {"1": 943, "2": 820}
    assert sorted(rows, key=str) == sorted(by_cut, key=str)


def test_a_newer_file_replaces_what_an_older_one_made(doors: Doors) -> None:
    path, part = ASSETS
    doors.superset.import_file(path, doors.file, part, doors.server.passwords["werkpeil_reader"])
    assert datasets_of(doors.superset, doors.file) == doors.datasets
    assert len(doors.superset.call("GET", "/api/v1/dataset/")["result"]) == len(doors.datasets)
    assert doors.ask("item_answers_total", ["responses"], ["wave"], wave="1") == [
        {"wave": "1", "responses": 943}
    ]


def test_the_dashboard_draws_every_chart(doors: Doors, tmp_path: Path) -> None:
    """In a browser: first choices are made, no chart fails, and what stands at the top is the release's."""
    if find_chromium() is None:
        pytest.skip("no Chromium is installed here (Debian: apt-get install chromium)")
    folder = Path(os.environ.get("WERKPEIL_SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    [content] = documents(doors.file, "dashboards").values()
    charts = [
        one["meta"]["sliceName"] for name, one in content["position"].items() if name.startswith("CHART-")
    ]
    asked: list[str] = []
    with launched() as browser:
        page = browser.new_context(
            base_url=doors.superset.address, viewport={"width": 1400, "height": 2400}
        ).new_page()
        page.set_default_timeout(120_000)
        page.route(lambda url: not url.startswith(doors.superset.address), lambda route: route.abort())
        page.on("request", lambda request: asked.append(request.url))
        # The form takes what is typed only once its scripts run, which a busy machine makes them wait for.
        page.goto("/login/", wait_until="networkidle")
        page.locator("#username").fill("admin")
        page.locator("#password").fill(doors.superset.password)
        assert page.locator("#username").input_value() == "admin"
        page.keyboard.press("Enter")
        page.wait_for_url("**/welcome/**")
        page.goto(f"/superset/dashboard/{content['uuid']}/")
        for title in charts:
            page.locator(".dashboard-component-chart-holder", has_text=title).first.wait_for()
        page.wait_for_function(_DRAWN, arg=len(charts))
        told = page.locator(".superset-legacy-chart-big-number").all_inner_texts()
        shown = page.locator(".dashboard-component-chart-holder").all_inner_texts()
        file = folder / "superset.png"
        page.screenshot(path=file)
    [totals] = doors.ask("item_answers_total", ["responses", "leaver_share"], ["wave_id"], wave_id="2")
    assert told[0] == f"{totals['responses']}"
    assert f"{totals['leaver_share']:.1%}" in told
    assert not [text for text in shown if "rror" in text]
    assert file.stat().st_size > 50_000
    away = {url for url in asked if not url.startswith((doors.superset.address, "data:", "blob:"))}
    assert {url for url in away if not url.startswith(TELEMETRY)} == set()


# Every chart has drawn something, and none waits.
_DRAWN = """count => {
  const held = [...document.querySelectorAll('.dashboard-component-chart-holder')]
    .filter(one => one.querySelector('canvas, table, svg, .superset-legacy-chart-big-number'));
  return held.length >= count && !document.querySelector('.loading, [data-test="loading-indicator"]');
}"""


# Ten questions, five doors.


@dataclass(frozen=True)
class Asked:
    """A question, as each door wants it.

    Attributes:
        metric: The metric.
        wave: Of which wave.
        query: Conditions, for `werkpeil query`.
        superset: Dataset and filters, for Superset.
        table, number, rows: Table, expression and row, for SQL by hand on what is published.
        file, column: Where the page's file of numbers has it, in the same row.
    """

    metric: str
    wave: str
    query: tuple[str, ...]
    superset: tuple[str, dict[str, str]]
    table: str
    number: str
    rows: dict[str, str]
    file: str
    column: str


PLAIN = {"cut_id": "sector", "group_id": "plain"}
TOTAL = {"cut_id": "total", "group_id": "total"}
TEN = [
    Asked(
        "responses",
        "1",
        (),
        ("item_answers_total", {}),
        "item_shares",
        "group_count",
        {"item_id": "q1", **TOTAL},
        "metrics/q1",
        "group_count",
    ),
    Asked(
        "response_share",
        "1",
        ("--where", "method = register"),
        ("responded_strata_total", {"method": "register"}),
        "response_rates",
        "responded / cast(sampled as double precision)",
        {"method": "register", **TOTAL},
        "response_rates",
        "response_share",
    ),
    Asked(
        "positive_share",
        "2",
        ("--where", "item = q1", "--where", "sector = plain"),
        ("item_answers_by_group", {"item_id": "q1", **PLAIN}),
        "item_shares",
        "positive_share",
        {"item_id": "q1", **PLAIN},
        "metrics/q1",
        "positive_share",
    ),
    Asked(
        "negative_share",
        "1",
        ("--where", "item = q3"),
        ("item_answers_total", {"item_id": "q3"}),
        "item_shares",
        "negative_share",
        {"item_id": "q3", **TOTAL},
        "metrics/q3",
        "negative_share",
    ),
    Asked(
        "mean_score",
        "2",
        ("--where", "item = q2", "--where", "sector = other", "--where", "is_manager = yes"),
        ("item_answers_by_group", {"item_id": "q2", "cut_id": "sector*is_manager", "group_id": "other*yes"}),
        "item_shares",
        "mean",
        {"item_id": "q2", "cut_id": "sector*is_manager", "group_id": "other*yes"},
        "metrics/q2",
        "mean",
    ),
    Asked(
        "enps",
        "2",
        ("--where", "sector = plain"),
        ("item_answers_by_group", PLAIN),
        "item_shares",
        "100 * (positive_share - negative_share)",
        {"item_id": "advice", **PLAIN},
        "metrics/scorecard_by_group",
        "enps",
    ),
    Asked(
        "leaver_share",
        "1",
        ("--where", "is_manager = no"),
        ("item_answers_by_group", {"cut_id": "is_manager", "group_id": "no"}),
        "item_shares",
        "positive_share",
        {"item_id": "has_left", "cut_id": "is_manager", "group_id": "no"},
        "metrics/has_left",
        "positive_share",
    ),
    Asked(
        "scale_score",
        "1",
        ("--where", "scale = mood", "--where", "sector = three"),
        ("scale_answers_by_group", {"scale_id": "mood", "cut_id": "sector", "group_id": "three"}),
        "scale_scores",
        "mean",
        {"scale_id": "mood", "cut_id": "sector", "group_id": "three"},
        "metrics/mood",
        "mean",
    ),
    Asked(
        "mean_change",
        "2",
        ("--where", "variable = q1", "--where", "sector = other"),
        ("changes_by_group", {"variable_id": "q1", "cut_id": "sector", "group_id": "other"}),
        "wave_changes",
        "change",
        {"variable_id": "q1", "measure": "mean", "cut_id": "sector", "group_id": "other"},
        "metrics/wave_changes",
        "change",
    ),
    Asked(
        "flow_share",
        "1",
        ("--where", "origin = other", "--where", "destination = plain"),
        ("flows", {"origin_id": "other", "destination_id": "plain"}),
        "sector_flows",
        "flow_share",
        {"origin_id": "other", "destination_id": "plain"},
        "metrics/sector_flows",
        "flow_share",
    ),
]


def test_ten_questions_have_the_same_answer_at_five_doors(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WERKPEIL_PROJECT", str(doors.project.root))
    monkeypatch.setenv("WERKPEIL_DATA", str(doors.project.data))
    site = write_site(doors.project, documented=False).index.parent
    shown = []
    with open_release(doors.project) as duck, doors.server.connect("werkpeil_reader") as postgres:
        for one in TEN:
            rows = {"survey_id": "metrics", "wave_id": one.wave} | one.rows
            where = " and ".join(f"{name} = '{value}'" for name, value in rows.items())
            by_hand = f"select {one.number} from published.{one.table} where {where}"
            [(here,)] = duck.execute(by_hand).fetchall()
            [(there,)] = postgres.execute(by_hand).fetchall()
            found = [here, there, query(one), superset(doors, one), on_the_site(site, one, rows)]
            near = None if here is None else pytest.approx(float(here), rel=1e-9)
            assert found == [near] * 5, (one.metric, found)
            shown.append(here)
    # One of the ten is hidden, at every door.
    assert shown.count(None) == 1
    # And what is on the page is the number of its file, rounded.
    cells_of_row = parsed(site / "en" / "items" / "metrics" / "q1.html").rows["sector.2.plain"]
    assert any(cell.startswith(f"{shown[2]:.1%}"[:-1]) for cell in cells_of_row), cells_of_row


def query(asked: Asked) -> float | None:
    words = ["query", asked.metric, "--where", f"wave = {asked.wave}", *asked.query, "--format", "json"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.output
    [row] = json.loads(told.stdout)
    number: float | None = row[asked.metric]
    return number


def superset(doors: Doors, asked: Asked) -> float | None:
    key, where = asked.superset
    [row] = doors.ask(key, [asked.metric], ["wave_id"], survey_id="metrics", wave_id=asked.wave, **where)
    number: float | None = row[asked.metric]
    return number


def on_the_site(site: Path, asked: Asked, rows: dict[str, str]) -> float | None:
    [row] = [
        row
        for row in rows_of_csv(site / "data" / f"{asked.file}.csv")
        if all(row.get(name, value) == value for name, value in rows.items())
    ]
    return float(row[asked.column]) if row[asked.column] else None
