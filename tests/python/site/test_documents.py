"""The documentation: every page can be reached, every link leads somewhere, and the site shows it whole."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.browser import Visit, launched, served
from support.projects import ROOT
from support.site import faults_of_site, pages_of, parsed
from werkpeil.audit.findings import Text
from werkpeil.site.build import Written
from werkpeil.site.documents import INDEX, Document, as_html, kinds_of, read_document, read_documents
from werkpeil.site.layout import Frame, Page
from werkpeil.site.pages.documents import document_pages, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KINDS = ["Tutorial", "How-to guides", "Reference", "Explanation", "The project"]
START = Page("index.html", Text("Begin", "Start"), {"nl": ["<p>a</p>"], "en": ["<p>a</p>"]})


def tracked(pattern: str) -> list[str]:
    """The files of the repository of a pattern, those that are new included."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return sorted({name for name in told.splitlines() if (ROOT / name).is_file()})


def dead_links(root: Path, document: Document) -> Iterator[str]:
    for link in document.links:
        target = document.target(link)
        if target is None:
            if not link.startswith("https://"):
                yield f"{document.path}: {link} is of no kind that is used here"
            continue
        path, anchor = target
        if not (root / path).exists():
            yield f"{document.path}: {link} leads nowhere"
        elif anchor and anchor not in {heading.anchor for heading in read_document(root, path).headings}:
            yield f"{document.path}: {link} leads to no heading"


def test_no_link_of_any_page_of_markdown_is_dead() -> None:
    pages = tracked("*.md")
    assert len(pages) > 60
    assert [fault for path in pages for fault in dead_links(ROOT, read_document(ROOT, path))] == []


def test_a_dead_link_is_found(tmp_path: Path) -> None:
    (tmp_path / "b.md").write_text("# B\n\n## Two words, and `code`\n\n## Two words, and `code`\n")
    (tmp_path / "a.md").write_text(
        "# A\n\n[x](b.md) [x](b.md#two-words-and-code) [x](b.md#two-words-and-code-1) [x](#a)\n"
        "[x](b.md#two-words-and-code-2) [x](c.md) [x](#b) ![x](d.svg) [x](ftp://e) [x](https://f.org/g)\n"
    )
    assert list(dead_links(tmp_path, read_document(tmp_path, "a.md"))) == [
        "a.md: b.md#two-words-and-code-2 leads to no heading",
        "a.md: c.md leads nowhere",
        "a.md: #b leads to no heading",
        "a.md: d.svg leads nowhere",
        "a.md: ftp://e is of no kind that is used here",
    ]


def test_the_index_leads_to_every_page_by_its_kind() -> None:
    documents = read_documents(ROOT)
    kinds = kinds_of(documents[INDEX])
    assert list(kinds) == KINDS
    listed = {page for pages in kinds.values() for page in pages}
    everything = {path for path in tracked("docs/*.md") if not path.startswith("docs/examples/")}
    # What `werkpeil synthesise` writes about a wave is reached from the page on synthetic waves.
    written = {path for path in everything if path.startswith("docs/method/synthetic-")}
    assert everything - listed - written - {INDEX} == set()
    assert written - set(documents) == set()
    for kind, folder in {"Tutorial": "tutorial", "How-to guides": "how-to", "Reference": "reference"}.items():
        assert {page.split("/")[1] for page in kinds[kind]} == {folder}, kind


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages of the documentation and a first page in both languages, without a warehouse."""
    folder = tmp_path_factory.mktemp("documents")
    pages = [replace(START, menu=START.title), *document_pages(ROOT)]
    written = Written(folder, Frame([page for page in pages if page.menu], "b1", ""))
    for page in pages:
        written.add(page)
    return folder


def test_the_site_shows_the_documentation_whole(site: Path) -> None:
    assert faults_of_site(site) == []
    documents = read_documents(ROOT)
    assert {f"en/{path_of(path)}" for path in documents} == {
        path.relative_to(site).as_posix() for path in pages_of(site) if path.name != "index.html"
    } | {"en/docs/index.html"}
    for path, document in documents.items():
        page = parsed(site / "en" / path_of(path))
        assert {heading.anchor for heading in document.headings[1:]} <= set(page.ids), path
        assert page.title.startswith("Documentation" if path == INDEX else document.title), path
    start = parsed(site / "index.html")
    assert "en/docs/index.html" in start.links, "in the menu of the Dutch pages too"


def test_a_link_to_what_has_no_page_is_words_and_html_is_shown_as_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / INDEX).write_text(
        "# Index\n\n## Kind\n\n[code](../x.py) [page](p.md#a-b) [out](https://a.org) <b>bold</b>\n\n"
        "```sh\na < b\n```\n\n![what it shows](p.svg) ![none](q.svg)\n"
    )
    (tmp_path / "docs" / "p.md").write_text("## A, b\n\nText.\n")
    (tmp_path / "docs" / "p.svg").write_text("<svg/>")
    [index, page] = document_pages(tmp_path)
    told = "\n".join(index.main["en"])
    assert 'code <a href="p.html#a-b">page</a> <a href="https://a.org" rel="noreferrer">out</a>' in told
    assert "&lt;b&gt;bold&lt;/b&gt;" in told
    assert "<code>a &lt; b\n</code>" in told
    assert '<img src="data:image/svg+xml;base64,PHN2Zy8+" alt="what it shows"> <em>none</em>' in told
    assert index.images
    assert not page.images
    assert page.title.en == "A, b"
    assert "Kind" in "".join(page.main["en"])
    assert as_html(read_document(tmp_path, "docs/p.md"), lambda _: None, {}) == "<p>Text.</p>\n"


def test_a_project_without_an_index_has_no_documentation(tmp_path: Path) -> None:
    assert document_pages(tmp_path) == []


def test_pages_fit_a_phone_and_axe_finds_nothing(site: Path) -> None:
    names = [path.relative_to(site).as_posix() for path in pages_of(site) if "docs" in path.parts]
    pictured = [name for name in names if "<img" in (site / name).read_text(encoding="utf-8")]
    assert len(pictured) == 4
    with launched() as browser, served(site) as address:
        phone = Visit(browser, address, width=390)
        for name in {*names[::4], *pictured}:
            phone.open(name)
            assert phone.overflow() <= 0, name
            assert phone.page.locator("img").evaluate_all("all => all.every(one => one.naturalWidth > 9)")
        desk = Visit(browser, address, color_scheme="dark")
        found = []
        for name in ("index", "how-to/superset", "README"):
            desk.open(f"en/docs/{name}.html")
            found += desk.violations()
        assert phone.faults + desk.faults + found == []
