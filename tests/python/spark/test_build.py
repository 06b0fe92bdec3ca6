"""What is said before Spark is asked for anything, and what the landing zone's views are made of."""

from __future__ import annotations

import socket
from importlib import util
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from support.projects import ROOT, SURVEYS, make_project
from werkpeil.building.dbt import target_folder
from werkpeil.errors import InputError, OutsideError
from werkpeil.landing import current_deliveries, land
from werkpeil.project import Project
from werkpeil.spark import build as spark_build
from werkpeil.spark.raw import sync_raw
from werkpeil.spark.relations import Session
from werkpeil.spark.session import SETTINGS

if TYPE_CHECKING:
    from pathlib import Path


class Frame:
    """A Spark frame, as far as a model needs one."""

    def __init__(self, table: pa.Table) -> None:
        self.table = table
        self.written: dict[str, Any] = {}

    def toArrow(self) -> pa.Table:  # noqa: N802 - Spark's name
        return self.table


class Spark:
    """A Spark session that remembers what it was told."""

    def __init__(self, tables: dict[str, pa.Table] | None = None) -> None:
        self.tables = tables or {}
        self.told: list[str] = []

    def table(self, name: str) -> Frame:
        return Frame(self.tables[name])

    def sql(self, query: str) -> Spark:
        self.told.append(query)
        return self

    def collect(self) -> list[Any]:
        return []


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is installed: the extra counts as being so."""
    monkeypatch.setattr(spark_build, "find_spec", lambda _: util.find_spec("pyarrow"))


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spark_build, "find_spec", lambda _: None)
    with pytest.raises(InputError, match=r"needs pyspark and dbt\.adapters\.spark"):
        spark_build.require_spark()


@pytest.mark.parametrize("address", ["127.0.0.1:15002", "http://host", "sc://", "sc://host:port"])
def test_an_address_of_another_form_is_refused(
    installed: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("WERKPEIL_SPARK", address)
    with pytest.raises(InputError, match="no address of a Spark Connect server"):
        spark_build.require_spark()


def test_where_nobody_answers_it_can_be_repeated(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        monkeypatch.setenv("WERKPEIL_SPARK", f"sc://127.0.0.1:{bound.getsockname()[1]}")
        with pytest.raises(OutsideError, match="No Spark Connect server answers") as caught:
            spark_build.require_spark()
    assert caught.value.exit_code == 3


def test_where_somebody_answers_it_goes_on(installed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        address = f"sc://127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setenv("WERKPEIL_SPARK", address)
        assert spark_build.require_spark() == address


def test_retired_waves_are_in_duckdb_alone(
    installed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = landed(tmp_path)
    [delivery] = current_deliveries(project)
    monkeypatch.setattr(spark_build, "require_spark", lambda: "sc://nobody")
    monkeypatch.setattr(spark_build, "retired_deliveries", lambda _: [delivery])
    with pytest.raises(InputError, match="DuckDB's warehouse alone") as caught:
        spark_build.build_on_spark(project)
    assert caught.value.where == "apistrat 2000"


def test_each_target_has_a_folder_of_its_own() -> None:
    project = Project.at(ROOT)
    assert target_folder(project, "spark") != target_folder(project)


def test_views_cast_what_is_stored_to_the_types_of_the_codebook(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project, spark = landed(tmp_path), Spark()
    inserted: list[Any] = []
    monkeypatch.setattr("werkpeil.spark.raw.insert_texts", lambda *arguments: inserted.append(arguments))
    sync_raw(project, spark)
    [delivery] = current_deliveries(project)
    view = next(query for query in spark.told if "view raw.apistrat " in query)
    assert f"from parquet.`{delivery.responses}`" in view
    assert "cast(pw as double) as pw" in view
    assert "cast(survey_id as string) as survey_id" in view
    names = pq.read_schema(delivery.responses).names
    assert all(f"cast({name} as" in view for name in names if f" as {name}" in view)
    [(_, table, values, types)] = inserted
    assert table == "raw.landing_register"
    assert values["sha256"] == [delivery.sha256]
    assert values["is_current"] == [True]
    assert types[-1] == "boolean"


def test_a_survey_of_which_nothing_landed_has_an_empty_view(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project, spark = make_project(tmp_path, extra=("apistrat",)), Spark()
    sync_raw(project, spark)
    view = next(query for query in spark.told if "view raw.apistrat " in query)
    assert view.endswith("where false")
    assert "parquet.`" not in view


def test_a_model_gets_the_types_that_it_gets_of_duckdb() -> None:
    session = Session(
        Spark(
            {
                "cells.a": pa.table({"n": pa.array([2, None, 1], pa.int64()), "text": ["b", None, "a"]}),
                "seeds.b": pa.table({"n": [3, 1, 2]}),
            }
        )
    )
    rows = session.table("cells.a").df()
    assert rows["n"].tolist()[:2] == [1, 2]
    told = pa.table({"n": pa.array([2, None, 1], pa.int64()), "text": ["b", None, "a"]})
    assert rows.dtypes.to_dict() == duckdb.from_arrow(told).df().dtypes.to_dict()
    assert rows["text"].isna().tolist() == [False, False, True]
    # A seed keeps the order of its file; the rows of another table come in that of their values.
    assert session.table("seeds.b").df()["n"].tolist() == [3, 1, 2]


def test_settings_say_what_the_engines_must_agree_on() -> None:
    assert SETTINGS["spark.sql.ansi.enabled"] == "true"
    assert SETTINGS["spark.sql.sources.partitionOverwriteMode"] == "dynamic"


def landed(folder: Path) -> Project:
    project = make_project(folder, extra=("apistrat",))
    land(project, SURVEYS / "apistrat" / "apistrat.csv", "apistrat", "2000")
    return project
