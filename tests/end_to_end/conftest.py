"""Builds that several files of tests read and none changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.metrics import land_people
from support.projects import (
    SHARED,
    SURVEYS,
    add_checks_of_sql,
    add_seed_rows,
    add_variant,
    land_synthetic,
    made_once,
    make_project,
    set_surveys,
)
from support.site import released
from werkpeil.building import build
from werkpeil.cli.demo import bundled_waves
from werkpeil.landing import land
from werkpeil.publishing import releases
from werkpeil.publishing.catalog import read_catalog, read_meanings
from werkpeil.site import write_site
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


@pytest.fixture(scope="session")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built warehouse of the bundled surveys; tests read it and change nothing."""

    def make(folder: Path) -> None:
        made = make_project(folder, bundled=("fevs", "werkonderzoek", "per"), metrics=True, documents=True)
        add_checks_of_sql(made)
        for survey_id, wave_id, path in bundled_waves(made):
            land(made, path, survey_id, wave_id)
        build(made)

    return made_once(tmp_path_factory, "bundled", make)


# Public data that are read from the shared folder, where it is: file and wave.
SHARED_WAVES = {
    "nhanes": ("nhanes/nhanes.csv", "2009"),
    "bfi": ("bfi/bfi.csv", "1"),
    "ces11": ("ces11/CES11.csv", "2011"),
    "efc": ("efc/efc.sav", "1"),
    "rse_de": ("rse/rse2017_de_public_data.csv", "2017"),
}


@pytest.fixture(scope="session")
def public_data(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built warehouse of public data that others computed numbers of; tests read it and change nothing."""

    def make(folder: Path) -> None:
        present = {name: wave for name, wave in SHARED_WAVES.items() if (SHARED / wave[0]).exists()}
        own = ("apistrat", "apiclus1")
        made = make_project(folder, extra=(*own, *present), published=False)
        # The same schools without the weight that was delivered, and raked to two margins with a cap.
        add_variant(made.root, "apistrat", "schools", {"base": "design"})
        add_variant(made.root, "apiclus1", "districts", {"rake": ["stype", "sch_wide"]})
        capped = {"rake": ["stype", "sch_wide"], "trim": {"maximum_ratio": 1.8}}
        add_variant(made.root, "apiclus1", "capped", capped)
        header = (made.seeds / "margins.csv").read_text(encoding="utf-8").splitlines()[0]
        targets = [
            f"{name},2000,sch_wide,{met}"
            for name in ("districts", "capped")
            for met in ("no,1072", "yes,5122")
        ]
        add_seed_rows(made.seeds / "margins.csv", [header, *targets])
        set_surveys(made.root, [*own, *present, "schools", "districts", "capped"])
        for name, source in {"schools": "apistrat", "districts": "apiclus1", "capped": "apiclus1"}.items():
            land(made, SURVEYS / source / f"{source}.csv", name, "2000")
        for name in own:
            land(made, SURVEYS / name / f"{name}.csv", name, "2000")
        for name, (path, wave_id) in present.items():
            land(made, SHARED / path, name, wave_id)
        build(made)

    return made_once(tmp_path_factory, "public", make)


@pytest.fixture(scope="session")
def culture(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built warehouse with the culture study's synthetic wave of 2022."""

    def make(folder: Path) -> None:
        made = make_project(folder, bundled=("werkonderzoek",))
        land_synthetic(made, folder, "werkonderzoek", ["2022"])
        build(made)

    return made_once(tmp_path_factory, "culture", make)


@pytest.fixture(scope="session")
def craft(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built warehouse with the craftsmanship study's two synthetic waves."""

    def make(folder: Path) -> None:
        made = make_project(folder, bundled=("per",))
        land_synthetic(made, folder, "per", ["2022", "2024"])
        build(made)

    return made_once(tmp_path_factory, "craft", make)


# Surveys of the tests: (survey, wave, file).
SMALL = [("edges", wave, f"edges/edges_{wave}.csv") for wave in ("plain", "lonely", "one")]
SMALL += [("apiclus1_weighted", "2000", "apiclus1/apiclus1.csv")]
SMALL += [("apiclus2", "2000", "apiclus2/apiclus2.csv")]
SMALL += [("fpc", wave, "fpc/fpc.csv") for wave in ("with", "without")]
# A wave whose populations no seed gives.
SMALL += [("apistrat", "without", "apistrat/apistrat.csv")]


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built warehouse of small surveys: clusters, a finite population, and whatever can be empty."""

    def make(folder: Path) -> None:
        made = make_project(folder, extra=tuple(dict.fromkeys(survey for survey, _, _ in SMALL)))
        for survey_id, wave_id, file in SMALL:
            land(made, SURVEYS / file, survey_id, wave_id)
        build(made)

    return made_once(tmp_path_factory, "small", make)


@pytest.fixture(scope="session")
def sectors(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A built and released warehouse of a survey whose sectors are each an edge, with metrics."""

    def make(folder: Path) -> None:
        made = make_project(folder, extra=("metrics",), metrics=True)
        land_people(made, folder)
        build_id = build(made).build_id
        meanings = read_meanings(made)
        with open_warehouse(made) as connection:
            tables = read_catalog(connection, meanings, build_id)
        with releases.workspace(made) as workspace:
            release = releases.write_release(made, tables, meanings, build_id, workspace, deliveries=())
            releases.show_release(made, release)

    return made_once(tmp_path_factory, "sectors", make)


@pytest.fixture(scope="session")
def bundled_site(bundled: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the bundled surveys."""
    return _site(tmp_path_factory, "bundled_site", bundled)


@pytest.fixture(scope="session")
def craft_site(craft: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of two waves of the craftsmanship study."""
    return _site(tmp_path_factory, "craft_site", craft)


def _site(factory: pytest.TempPathFactory, name: str, project: Project) -> Path:
    def make(folder: Path) -> None:
        (folder / "project").mkdir()
        write_site(released(project, folder / "project" / "data"))

    return made_once(factory, name, make).published / "site"
