"""DCAT-AP: the open data as data portals list them, one dataset per table, in JSON-LD."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from werkpeil.project import Project

CATALOG = "catalog.jsonld"

_AUTHORITY = "http://publications.europa.eu/resource/authority"
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def catalog_document(project: Project, package: Mapping[str, Any]) -> dict[str, Any]:
    """Return the catalogue of a Frictionless package as JSON-LD.

    Addresses are relative to the document, so that the folder can be put on any web server.

    Args:
        project: Whose `vars: publishing:` name publisher and licence.
        package: The content of `datapackage.json`.
    """
    settings = project.variables.get("publishing") or {}
    by_table: dict[str, list[Mapping[str, Any]]] = {}
    for resource in package["resources"]:
        by_table.setdefault(resource["title"], []).append(resource)
    datasets = [_dataset(package, table, files, settings) for table, files in by_table.items()]
    catalog = {
        "@id": "#catalog",
        "@type": "dcat:Catalog",
        "dct:title": _in_english(package["title"]),
        "dct:description": _in_english(package["description"]),
        "dct:publisher": {"@id": "#publisher"},
        "dct:language": [
            {"@id": f"{_AUTHORITY}/language/NLD"},
            {"@id": f"{_AUTHORITY}/language/ENG"},
        ],
        "dct:modified": _moment(package["created"]),
        "dcat:dataset": [{"@id": dataset["@id"]} for dataset in datasets],
    }
    publisher = {
        "@id": "#publisher",
        "@type": "foaf:Agent",
        "foaf:name": settings.get("publisher") or "Werkpeil",
    }
    return {"@context": _CONTEXT, "@graph": [catalog, publisher, *datasets]}


def _dataset(
    package: Mapping[str, Any],
    table: str,
    files: list[Mapping[str, Any]],
    settings: Mapping[str, Any],
) -> dict[str, Any]:
    provenances = files[0]["provenance"]
    return {
        "@id": f"#{table}",
        "@type": "dcat:Dataset",
        "dct:title": _in_english(table),
        "dct:description": _in_english(files[0]["description"] or table),
        "dct:identifier": f"{package['id']}/{table}",
        "dct:publisher": {"@id": "#publisher"},
        "dct:accessRights": {"@id": f"{_AUTHORITY}/access-right/PUBLIC"},
        "dcat:theme": {"@id": f"{_AUTHORITY}/data-theme/SOCI"},
        "dcat:keyword": [_in_english(word) for word in ("workforce", "survey", *provenances)],
        "dcat:version": package["version"],
        "dct:modified": _moment(package["created"]),
        "dct:provenance": [
            {"@type": "dct:ProvenanceStatement", "rdfs:label": _in_english(provenance)}
            for provenance in provenances
        ],
        "dcat:distribution": list(_distributions(files, settings)),
    }


def _distributions(files: list[Mapping[str, Any]], settings: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for file in files:
        distribution = {
            "@id": f"#{file['name']}",
            "@type": "dcat:Distribution",
            "dct:title": _in_english(file["name"]),
            "dcat:accessURL": {"@id": file["path"]},
            "dcat:downloadURL": {"@id": file["path"]},
            "dct:format": {"@id": f"{_AUTHORITY}/file-type/{file['format'].upper()}"},
            "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{file['mediatype']}"},
            "dcat:byteSize": {"@value": str(file["bytes"]), "@type": "xsd:nonNegativeInteger"},
            "spdx:checksum": {
                "@type": "spdx:Checksum",
                "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                "spdx:checksumValue": {
                    "@value": file["hash"].removeprefix("sha256:"),
                    "@type": "xsd:hexBinary",
                },
            },
        }
        if settings.get("licence"):
            distribution["dct:license"] = {"@id": settings["licence"]}
        yield distribution


def _in_english(text: str) -> dict[str, str]:
    return {"@value": text, "@language": "en"}


def _moment(text: str) -> dict[str, str]:
    return {"@value": text, "@type": "xsd:dateTime"}
