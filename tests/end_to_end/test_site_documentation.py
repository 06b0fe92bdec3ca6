"""What the site has of a build with metrics: how its tables are made, by dbt and by column, and the eNPS."""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING

import pytest

from support.browser import Visit, launched, served
from support.site import parsed, released, rows_of_csv
from werkpeil.building.state import read_state, write_state
from werkpeil.publishing import open_release
from werkpeil.site import write_site
from werkpeil.site.documentation import DOCS, LINEAGE
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from werkpeil.project import Project


@pytest.fixture(scope="module")
def site(sectors: Project) -> Path:
    made = write_site(sectors)
    assert made.documented
    return made.index.parent


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as running:
        yield running


def told_by(site: Path, name: str) -> str:
    """What a page says, what it holds in code unfolded."""
    text = (site / name).read_text(encoding="utf-8")
    packed = re.search(r'window\.colibriData = JSON\.parse\(atob\("([^"]+)"\)\)', text)
    return base64.b64decode(packed[1]).decode() if packed else text


@pytest.mark.parametrize("name", [DOCS, LINEAGE])
def test_documentation_tells_nothing_of_the_machine_and_of_no_respondent(
    sectors: Project, site: Path, name: str
) -> None:
    told = told_by(site, name)
    assert "model.werkpeil.published_item_shares" in told
    assert sectors.root.parent.parent.name + "/" not in told, "a folder of this machine"
    with open_warehouse(sectors) as connection:
        people = connection.execute("select distinct respondent_id from scored.scored_metrics").fetchall()
    assert len(people) > 100
    assert not [person for (person,) in people if str(person) in told]


def test_every_published_model_leads_to_its_making_and_its_columns(
    sectors: Project, site: Path, browser: Browser
) -> None:
    page = parsed(site / "en" / "tables.html")
    made = [link for link in page.links if DOCS in link and "#!/model/" in link]
    origins = [link for link in page.links if LINEAGE in link and "?model=" in link]
    models = {path.stem for path in (sectors.root / "models" / "published").glob("*.sql")}
    assert len(made) == len(origins) == len(models) > 30
    with served(site) as address:
        visit = Visit(browser, address)
        shown = visit.open(f"{DOCS}#!/model/model.werkpeil.published_item_shares")
        shown.get_by_text("positive_share_std_error", exact=True).first.wait_for(timeout=15_000)
        assert "item_shares" in shown.locator("h1").first.inner_text()
        origin = visit.open(f"{LINEAGE}?model=model.werkpeil.published_item_shares&parents=2&children=0")
        origin.get_by_text("positive_share", exact=True).first.wait_for(timeout=15_000)
        # Both tools would ask their makers for more, if they might.
        assert [fault for fault in visit.faults if " asks for " in fault and "data:" not in fault] == []
        visit.context.close()


def test_columns_of_a_published_table_are_followed_to_its_mart(site: Path) -> None:
    edges = json.loads(told_by(site, LINEAGE))["lineage"]["edges"]
    sources = {
        (edge["source"], edge["sourceColumn"])
        for edge in edges
        if (edge["target"], edge["targetColumn"]) == ("model.werkpeil.published_item_shares", "mean")
    }
    assert ("model.werkpeil.item_shares", "mean") in sources


def test_the_page_of_the_question_shows_the_enps_of_the_metric(sectors: Project, site: Path) -> None:
    with open_release(sectors) as connection:
        scores = connection.execute(
            "select cut_id, wave_id, group_id, enps, enps_std_error, enps_reason "
            "from published.scorecard_by_group"
        ).fetchall()
    page = parsed(site / "en" / "items" / "metrics" / "advice.html")
    shown = hidden = 0
    for cut, wave, group, score, error, reason in scores:
        row = page.rows.get(f"{cut}.{wave}.{group}.enps")
        if row is None:
            assert score is None or reason, (cut, wave, group)
            continue
        if score is None:
            assert row[1] == "\u00b7"
            assert row[2], "a reason"
            hidden += 1
        else:
            assert row[1].startswith(f"{score:.1f}".replace("-", "\u2212").replace("\u22120.0", "0.0"))
            assert ("(" in row[1]) is (error is not None), "an interval"
            shown += 1
    assert shown > 5
    assert hidden > 0
    kept = rows_of_csv(site / "data" / "metrics" / "scorecard_by_group.csv")
    assert len(kept) == len(scores)


def test_a_release_that_the_project_no_longer_builds_is_not_documented(
    sectors: Project, tmp_path: Path
) -> None:
    elsewhere = released(sectors, tmp_path / "data")
    write_state(elsewhere, read_state(sectors) | {"inputs": "of another project"})
    made = write_site(elsewhere)
    assert not made.documented
    assert not (made.index.parent / DOCS).exists()
    assert DOCS not in (made.index.parent / "tables.html").read_text(encoding="utf-8")
