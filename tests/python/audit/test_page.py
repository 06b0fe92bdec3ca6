"""The page: complete, safe, in two languages, and asking nothing of the network."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from support.projects import ROOT
from support.reports import Report
from werkpeil.audit import audit, read_tables
from werkpeil.audit.page import render


class Outline(HTMLParser):
    """Tags that are open, addresses that are asked for, ids and links."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.asked: list[str] = []
        self.ids: set[str] = set()
        self.links: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in {"meta", "input", "br", "link"}:
            self.open.append(tag)
        for name, value in attrs:
            if name in {"src", "href"} and value:
                (self.links.add if value.startswith("#") else self.asked.append)(value)
            if name == "id" and value:
                self.ids.add(value)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def outline(page: str) -> Outline:
    read = Outline()
    read.feed(page)
    assert read.open == []
    return read


def test_the_page_is_whole_and_asks_nothing_of_the_network() -> None:
    tables = read_tables(ROOT / "docs" / "examples" / "audit" / "team_survey")
    page = render(tables, audit(tables))
    read = outline(page)
    assert read.asked == []
    assert not re.search(r"https?:|url\(|@import|<script", page)
    assert {link.removeprefix("#") for link in read.links} <= read.ids
    assert page.count("<article") == 3
    assert page.count('lang="nl"') == page.count('lang="en"') + 1  # the page's own
    for figure in ("possible is 3.442 to 3.452", "mogelijk is 3,442 tot 3,452"):
        assert figure in page


def test_a_report_without_mistakes_says_so() -> None:
    report = Report()
    report.add("t/a/all", "count", "3")
    tables = report.tables()
    page = render(tables, audit(tables))
    outline(page)
    assert "geen tegenspraak gevonden" in page
    assert "no contradiction found" in page


def test_names_from_a_report_are_text() -> None:
    report = Report()
    report.numbers.append(
        {
            "table": "t",
            "row": "<b>&",
            "column": '"x"',
            "statistic": "percent",
            "printed": "140% <i>",
            "value": "140",
        }
    )
    tables = report.tables()
    page = render(tables, audit(tables))
    outline(page)
    assert "<b>&" not in page
    assert "140% &lt;i&gt;" in page
