"""Where Superset will read, what it is told when that is not said, and what dbt says that it reads."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from support.projects import ROOT
from werkpeil.errors import InputError
from werkpeil.project import Project
from werkpeil.semantic.labels import label_queries
from werkpeil.superset import export_for_superset
from werkpeil.superset.bundle import Server, named_server
from werkpeil.superset.charts import adhoc

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def unnamed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No server is named, by nobody's environment and by no file of a home folder."""
    for name in [name for name in os.environ if name.startswith("PG")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PGSYSCONFDIR", str(tmp_path))
    return monkeypatch


def test_the_server_is_the_one_that_is_published_to(unnamed: pytest.MonkeyPatch) -> None:
    for name, value in {"PGHOST": "db.example.org", "PGPORT": "5433", "PGDATABASE": "survey"}.items():
        unnamed.setenv(name, value)
    assert named_server() == Server("db.example.org", "5433", "survey", None)
    unnamed.setenv("PGSSLROOTCERT", "/etc/authority.crt")
    assert named_server().authority == "/etc/authority.crt"


def test_a_service_names_the_server_too(unnamed: pytest.MonkeyPatch, tmp_path: Path) -> None:
    words = ["[survey]", "host=db.example.org", "dbname=people", "user=werkpeil_publisher", "password=sesame"]
    file = tmp_path / "services.conf"
    file.write_text("\n".join(words) + "\n", encoding="utf-8")
    unnamed.setenv("PGSERVICEFILE", str(file))
    unnamed.setenv("PGSERVICE", "survey")
    found = named_server()
    assert (found.host, found.port, found.database) == ("db.example.org", "5432", "people")
    assert "sesame" not in found.address


@pytest.mark.parametrize("host", ["", "/var/run/postgresql", "one.example.org,two.example.org"])
def test_a_host_that_cannot_be_verified_is_refused(unnamed: pytest.MonkeyPatch, host: str) -> None:
    if host:
        unnamed.setenv("PGHOST", host)
    with pytest.raises(InputError, match=r"PostgreSQL|verify") as refused:
        named_server()
    assert "PGSERVICE" in str(refused.value.hint)


@pytest.mark.parametrize("host", ["db.example.org", "10.0.0.1", "fd00::1"])
@given(authority=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_the_address_says_what_was_named_whatever_it_is(host: str, authority: str) -> None:
    address = urlsplit(Server(host, "5433", "survey", authority).address)
    assert (address.hostname, address.port, address.path) == (host, 5433, "/survey")
    assert (address.username, address.password) == ("werkpeil_reader", "XXXXXXXXXX")
    assert parse_qs(address.query, strict_parsing=True) == {
        "sslmode": ["verify-full"],
        "sslrootcert": [authority],
    }


def test_without_a_release_or_a_language_there_is_no_file(
    unnamed: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unnamed.setenv("PGHOST", "db.example.org")
    project = Project(tmp_path, tmp_path / "data")
    with pytest.raises(InputError, match="'fr' is not a language"):
        export_for_superset(project, "fr")
    with pytest.raises(InputError, match="publish"):
        export_for_superset(project, "nl")


def test_a_condition_is_of_a_column_or_of_a_metric() -> None:
    assert adhoc(("survey_id", "==", "per"))["clause"] == "WHERE"
    assert adhoc(("max(mean) is not null", "having", "")) == {
        "clause": "HAVING",
        "expressionType": "SQL",
        "sqlExpression": "max(mean) is not null",
    }


def test_dbt_knows_which_tables_superset_reads() -> None:
    folder = ROOT / "models" / "semantic"
    [exposure] = yaml.safe_load((folder / "exposures.yml").read_text(encoding="utf-8"))["exposures"]
    measured = {
        model["model"]
        for file in folder.glob("*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("semantic_models", [])
    }
    labelled = {
        f"ref('published_{table}')"
        for query in label_queries("en").values()
        for table in re.findall(r"published\.(\w+)", query)
    }
    assert set(exposure["depends_on"]) == measured | labelled
