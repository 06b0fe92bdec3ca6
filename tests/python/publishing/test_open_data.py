"""Open data: every format holds the release, spreadsheets run nothing, and both descriptions are valid."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import duckdb
import openpyxl
import pytest
from frictionless import Package
from rdflib import DCAT, DCTERMS, FOAF, RDF, Graph, Literal, Namespace, URIRef

from support.releases import NASTY, content, empty_project, make_ready
from werkpeil.errors import InputError
from werkpeil.files import sha256_of
from werkpeil.project import Project
from werkpeil.publishing import open_data, publish
from werkpeil.publishing.open_data import export_open_data, neutralised

from .conftest import FIRST

if TYPE_CHECKING:
    from pathlib import Path

SECOND = "20260102T000000Z-00000002"
BASE = "https://data.example/werkpeil/catalog.jsonld"
SPDX = Namespace("http://spdx.org/rdf/terms#")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose open data are written; tests read them."""
    project = empty_project(tmp_path_factory.mktemp("open"))
    make_ready(project, FIRST)
    publish(project)
    export_open_data(project)
    return project


def data(project: Project, name: str) -> Path:
    return project.published / "open-data" / FIRST / name


def package(project: Project) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((project.published / "datapackage.json").read_text(encoding="utf-8"))
    return read


def resource(project: Project, name: str) -> dict[str, Any]:
    [found] = [entry for entry in package(project)["resources"] if entry["name"] == name]
    return dict(found)


def test_the_package_and_its_files_are_valid(exported: Project) -> None:
    report = Package(str(exported.published / "datapackage.json")).validate()
    assert report.flatten(["taskNumber", "rowNumber", "fieldName", "note"]) == []
    assert report.valid
    rows = {task.name: task.stats.get("rows") for task in report.tasks}
    assert (rows["shares-csv"], rows["shares-xlsx"], rows["labels-csv"]) == (20, 20, 16)


def test_the_package_tells_types_meaning_keys_and_bounds(exported: Project) -> None:
    schema = resource(exported, "shares-csv")["schema"]
    fields = {field["name"]: field for field in schema["fields"]}
    assert schema["primaryKey"] == ["item_id"]
    assert fields["item_id"] == {"name": "item_id", "type": "string", "constraints": {"required": True}}
    assert fields["n"] == {"name": "n", "type": "integer", "description": "How many; it's n."}
    assert fields["positive_share"]["constraints"] == {"minimum": 0, "maximum": 1}
    assert [fields[name]["type"] for name in ("fieldwork_end", "landed_at", "is_even", "odds")] == [
        "date",
        "datetime",
        "boolean",
        "number",
    ]
    labels = resource(exported, "labels-csv")
    assert "primaryKey" not in labels["schema"], "group_b may be null"
    assert {field["name"]: field for field in labels["schema"]["fields"]}["provenance"]["constraints"] == {
        "enum": ["real", "synthetic"]
    }


def test_what_is_synthetic_says_so_in_the_package_and_in_every_file(exported: Project) -> None:
    described = package(exported)
    assert described["provenance"] == ["real", "synthetic"]
    assert "made-up answers" in described["description"]
    assert resource(exported, "labels-csv")["provenance"] == ["synthetic"]
    with data(exported, "labels.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["provenance"] for row in csv.DictReader(stream)} == {"synthetic"}
    with duckdb.connect() as connection:
        metadata = dict(
            connection.execute(
                "select decode(key), decode(value) from parquet_kv_metadata(?)",
                [str(data(exported, "labels.parquet"))],
            ).fetchall()
        )
    assert (metadata["provenance"], metadata["build_id"]) == ("synthetic", FIRST)
    workbook = openpyxl.load_workbook(data(exported, "labels.xlsx"))
    assert "SYNTHETIC" in str(workbook.properties.subject)
    assert "SYNTHETIC" in str(workbook["about"]["B3"].value)
    assert "SYNTHETIC" in str(workbook["data"].oddHeader.right.text)


def test_parquet_holds_what_the_release_does(exported: Project) -> None:
    with duckdb.connect() as connection:
        for table in ("labels", "nobody", "shares"):
            rows = connection.execute(
                "select * from read_parquet(?) order by all", [str(data(exported, f"{table}.parquet"))]
            ).fetchall()
            assert rows == content(exported.published / "current.duckdb", table)


def test_csv_holds_what_the_release_does_with_formulas_neutralised(exported: Project) -> None:
    assert data(exported, "labels.csv").read_bytes()[:3] != b"\xef\xbb\xbf"
    with data(exported, "labels.csv").open(encoding="utf-8", newline="") as stream:
        texts = [row["label"] for row in csv.DictReader(stream)]
    assert sorted(texts) == sorted(neutralised(text) for text in NASTY)
    assert not [text for text in texts if text[:1] in set("=+-@\t\r\n")]
    with data(exported, "shares.csv").open(encoding="utf-8", newline="") as stream:
        [row] = [row for row in csv.DictReader(stream) if row["item_id"] == "s3"]
    assert row["positive_share"] == "0.03"
    assert (row["landed_at"], row["is_even"], row["odds"]) == ("2024-02-01T10:30:00", "false", "0.4286")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+31 6", "'+31 6"),
        ("-", "'-"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        ("\uff1d1", "'\uff1d1"),
        ("1-1", "1-1"),
        ("'=1", "'=1"),
        ("", ""),
    ],
)
def test_a_formula_is_neutralised(text: str, written: str) -> None:
    assert neutralised(text) == written


def test_excel_holds_what_the_release_does_and_no_formula(exported: Project) -> None:
    workbook = openpyxl.load_workbook(data(exported, "labels.xlsx"))
    assert workbook.sheetnames == ["data", "about"]
    cells = [cell for row in workbook["data"].iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}, "no cell is a formula"
    texts = {cell.value for cell in cells if cell.data_type == "s"}
    assert {"=cmd|' /C calc'!A0", "@SUM(1+1)", "-1+1"} <= texts
    [formula] = [cell for cell in cells if cell.value == "@SUM(1+1)" and cell.column == 3]
    assert formula.quotePrefix
    shares = openpyxl.load_workbook(data(exported, "shares.xlsx"))["data"]
    [row] = [row for row in shares.iter_rows(values_only=True) if row[0] == "s3"]
    assert row[:4] == ("s3", 3, 0.03, None)
    assert str(row[4]) == "2024-01-31 00:00:00"


def test_a_table_that_is_too_long_for_a_sheet_goes_on_on_the_next(
    ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_data, "ROWS_PER_SHEET", 8)
    publish(ready)
    export_open_data(ready)
    workbook = openpyxl.load_workbook(data(ready, "shares.xlsx"))
    assert workbook.sheetnames == ["data", "data 2", "data 3", "about"]
    rows = [row[0].value for sheet in workbook.worksheets[:3] for row in sheet.iter_rows(min_row=2)]
    assert sorted(rows) == sorted(f"s{i}" for i in range(20))


def test_the_catalogue_is_dcat_ap(exported: Project) -> None:
    """The properties that DCAT-AP 3 makes mandatory, and links that lead to the files."""
    graph = Graph().parse(str(exported.published / "catalog.jsonld"), format="json-ld", publicID=BASE)
    [catalog] = graph.subjects(RDF.type, DCAT.Catalog)
    for needed in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher):
        assert graph.value(catalog, needed) is not None
    publisher = graph.value(catalog, DCTERMS.publisher)
    assert (publisher, RDF.type, FOAF.Agent) in graph
    assert graph.value(publisher, FOAF.name) == Literal("Werkpeil")
    datasets = set(graph.objects(catalog, DCAT.dataset))
    assert datasets == set(graph.subjects(RDF.type, DCAT.Dataset))
    assert len(datasets) == 3
    for dataset in datasets:
        assert graph.value(dataset, DCTERMS.title) is not None
        assert graph.value(dataset, DCTERMS.description) is not None
        assert len(list(graph.objects(dataset, DCAT.distribution))) == 3
    distributions = list(graph.subjects(RDF.type, DCAT.Distribution))
    assert len(distributions) == 9
    for distribution in distributions:
        address = graph.value(distribution, DCAT.accessURL)
        assert isinstance(address, URIRef)
        file = exported.published / str(address).removeprefix(BASE.removesuffix("catalog.jsonld"))
        checksum = graph.value(distribution, SPDX.checksum)
        assert str(graph.value(checksum, SPDX.checksumValue)) == sha256_of(file)
        assert int(str(graph.value(distribution, DCAT.byteSize))) == file.stat().st_size


def test_a_declared_licence_and_publisher_are_told(ready: Project) -> None:
    settings = ready.root / "dbt_project.yml"
    licence = "https://creativecommons.org/licenses/by/4.0/"
    settings.write_text(
        settings.read_text().replace(
            "keep_releases: 3", f"keep_releases: 3, publisher: Ministry (x); y, licence: {licence}"
        )
    )
    fresh = Project(ready.root, ready.data)
    make_ready(fresh, FIRST)
    publish(fresh)
    export_open_data(fresh)
    assert package(fresh)["licenses"] == [{"name": "other-open", "path": licence}]
    assert Package(str(fresh.published / "datapackage.json")).validate().valid
    graph = Graph().parse(str(fresh.published / "catalog.jsonld"), format="json-ld", publicID=BASE)
    assert set(graph.objects(None, DCTERMS.license)) == {URIRef(licence)}
    assert set(graph.objects(None, FOAF.name)) == {Literal("Ministry (x); y")}


def test_the_same_release_again_writes_nothing_and_older_files_go_at_last(ready: Project) -> None:
    publish(ready)
    assert export_open_data(ready).status == "exported"
    assert export_open_data(ready).status == "up_to_date"
    folder = ready.published / "open-data"
    for build_id in (SECOND, "20260103T000000Z-00000003"):
        make_ready(ready, build_id)
        publish(ready)
        result = export_open_data(ready)
        assert (result.status, result.build_id, result.tables, result.files) == ("exported", build_id, 3, 9)
    assert sorted(path.name for path in folder.iterdir()) == [SECOND, "20260103T000000Z-00000003"]


def test_what_a_killed_export_left_is_made_again(ready: Project) -> None:
    publish(ready)
    half = ready.published / "open-data" / FIRST
    half.mkdir(parents=True)
    (half / "shares.csv").write_text("half")
    assert export_open_data(ready).status == "exported"
    assert Package(str(ready.published / "datapackage.json")).validate().valid


def test_the_package_is_described_as_the_release_was_whatever_dbt_did_since(ready: Project) -> None:
    publish(ready)
    (ready.data / "target" / "manifest.json").unlink()
    export_open_data(ready)
    assert resource(ready, "shares-csv")["schema"]["primaryKey"] == ["item_id"]
    assert resource(ready, "shares-csv")["description"] == "Grain: one row per item. Shares; it's said."


def test_nothing_released_is_told(ready: Project) -> None:
    with pytest.raises(InputError, match="Nothing is released yet"):
        export_open_data(ready)
