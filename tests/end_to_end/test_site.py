"""The site of built warehouses: no page is broken, and no file holds what is hidden."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from typer.testing import CliRunner

from support.documents import typed
from support.published import waves_of
from support.site import faults_of_site, hidden_numbers_in, pages_of, parsed, released, rows_of_csv
from werkpeil.cli.main import app
from werkpeil.exhibits import exhibit_ids
from werkpeil.site import write_site
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project


@pytest.fixture(scope="module")
def small_site(small: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = released(small, tmp_path_factory.mktemp("small_site") / "data")
    return write_site(made).index.parent


def test_every_page_is_strict_whole_and_there_in_both_languages(bundled_site: Path) -> None:
    assert faults_of_site(bundled_site, every=12) == []
    first = {path.name for path in bundled_site.glob("*.html")}
    assert first >= {
        "index.html",
        "explore.html",
        "models.html",
        "quality.html",
        "method.html",
        "tables.html",
    }
    assert "changes.html" not in first, "each survey has one wave"
    assert "en/docs/index.html" in parsed(bundled_site / "index.html").links
    assert (bundled_site / "en" / "docs" / "how-to" / "site.html").is_file()


def test_surveys_without_exhibits_and_with_nobody_in_a_group_have_pages_too(
    small: Project, small_site: Path
) -> None:
    assert faults_of_site(small_site) == []
    assert not {"culture.html", "craft.html"} & {path.name for path in small_site.glob("*.html")}
    surveys = {survey for survey, _ in waves_of(small)}
    assert {path.name for path in (small_site / "items").iterdir()} == surveys
    listed = parsed(small_site / "explore.html").links
    for survey in surveys:
        pages = {f"items/{survey}/{path.name}" for path in (small_site / "items" / survey).glob("*.html")}
        assert pages
        assert pages <= set(listed), survey


@pytest.mark.parametrize("item", ["q40", "q01", "q69"])
def test_a_page_shows_what_is_published_and_what_is_hidden_as_hidden(
    bundled: Project, bundled_site: Path, item: str
) -> None:
    with open_warehouse(bundled, read_only=True) as connection:
        rows = (
            connection.execute(
                "select * from published.item_shares where survey_id = 'fevs' and item_id = ?", [item]
            )
            .df()
            .to_dict("records")
        )
    page = parsed(bundled_site / "en" / "items" / "fevs" / f"{item}.html")
    hidden = 0
    for row in rows:
        shown = page.rows[f"{row['cut_id']}.2018.{row['group_id'].replace(' ', '_')}"]
        for name, cell in zip(("positive_share", "neutral_share", "negative_share"), shown[2:5], strict=True):
            if pd.isna(row[name]):
                assert cell == "\u00b7"
                hidden += 1
            else:
                assert cell.startswith(f"{100 * row[name] + 1e-9:.1f}\u202f%"), (row, cell)
        if row["suppression_reason"] == "protected":
            is_hidden = "\u00b7" in shown
            assert (shown[-1] == "hidden to protect people") is is_hidden, row
    assert hidden > 50
    kept = rows_of_csv(bundled_site / "data" / "fevs" / f"{item}.csv")
    same = [row | {"n": str(int(row["n"])) if pd.notna(row["n"]) else ""} for row in rows]
    keys = ["cut_id", "group_id", "n"]
    assert sorted(tuple(row[key] for key in keys) for row in kept) == sorted(
        tuple(row[key] for key in keys) for row in same
    )


def test_no_file_of_the_site_holds_a_hidden_number(bundled: Project, bundled_site: Path) -> None:
    hidden, found = hidden_numbers_in(bundled, bundled_site)
    assert hidden > 10_000
    assert found == []


@pytest.fixture(scope="module")
def culture_site(culture: Project, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_site(released(culture, tmp_path_factory.mktemp("culture_site") / "data")).index.parent


def test_the_site_shows_every_exhibit_with_a_picture_and_as_the_report_computes(culture_site: Path) -> None:
    assert faults_of_site(culture_site, every=10) == []
    page = parsed(culture_site / "culture.html")
    text = (culture_site / "culture.html").read_text(encoding="utf-8")
    for exhibit_id in (name for name in exhibit_ids() if name.startswith("culture")):
        section = text.partition(f'<section id="{exhibit_id}">')[2].partition("</section>")[0]
        assert "<svg class='picture" in section, exhibit_id
        for way in ("report", "design"):
            assert any(name.startswith(f"{exhibit_id}.{way}.") for name in page.rows), (exhibit_id, way)
    # The report prints the coefficients of n = 4578 people; both languages tell the same number.
    assert "4.578" in page.rows["culture.table_4.report.15"]
    assert "4,578" in parsed(culture_site / "en" / "culture.html").rows["culture.table_4.design.15"]


def test_made_up_answers_are_told_on_every_page_and_in_every_picture(culture_site: Path) -> None:
    for path in pages_of(culture_site):
        text = path.read_text(encoding="utf-8")
        word = "SYNTHETIC DATA" if "en" in path.relative_to(culture_site).parts else "SYNTHETISCHE GEGEVENS"
        pictures = re.findall(r"<svg class='picture.*?</svg>(?=</figure>)", text)
        assert all(word in picture for picture in pictures), path
        if path.name not in {"method.html", "tables.html"}:
            assert f"<strong>{word}</strong>" in text, path


def test_the_command_writes_the_site_and_says_where(culture: Project, tmp_path: Path) -> None:
    made = released(culture, tmp_path / "data")
    environment = {"WERKPEIL_PROJECT": str(made.root), "WERKPEIL_DATA": str(made.data)}
    # What is published already is what the first command of the guide and of the tutorial would publish.
    _, command = typed("docs/how-to/site.md", "Write the site").splitlines()
    told = CliRunner().invoke(app, shlex.split(command, comments=True)[1:], env=environment)
    assert told.exit_code == 0, told.output
    assert "site/index.html" in told.output.replace("\n", "")
    assert (made.published / "site" / "index.html").is_file()
    assert not (made.published / ".site.draft").exists()
