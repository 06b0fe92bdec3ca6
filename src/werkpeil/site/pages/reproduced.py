"""Printed against computed, from the parts of the page of a reproduction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.publishing.catalog import SCHEMA
from werkpeil.reproduction.page import content
from werkpeil.reproduction.reading import read_reproduction
from werkpeil.site.layout import Page
from werkpeil.site.pages.common import synthetic_names, voices
from werkpeil.site.tables import downloads

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.site.numbers import Numbers
    from werkpeil.site.reading import Source, Survey

PATH = "reproduction.html"
TITLE = Text("Reproductie", "Reproduction")
TEASER = Text(
    "Wat de rapporten drukken tegen wat hier is berekend.",
    "What the reports print against what is computed here.",
)


def reproduction_pages(source: Source, surveys: Sequence[Survey], numbers: Numbers) -> list[Page]:
    """Return the page of what reports print against what is computed; none where neither is published."""
    tables = ("reproduction_results", "reproduction_claims", "report_inconsistencies")
    if not source.tables.issuperset(tables[:2]):
        return []
    found = read_reproduction(source.connection, SCHEMA)
    if not found.results:
        return []
    files = [numbers.add(f"data/{name}", name, rows) for name in tables if (rows := source.table(name))]
    concerned = {row["survey_id"] for row in found.results}
    main = {voice.language: [downloads(PATH, voice, *files), *content(found)] for voice in voices()}
    named = synthetic_names(survey for survey in surveys if survey.survey_id in concerned)
    return [Page(PATH, TITLE, main, named, menu=TITLE, teaser=TEASER)]
