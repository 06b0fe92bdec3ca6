"""The documentation of the project, in English: what stands in docs/, in the frame of the site."""

from __future__ import annotations

import posixpath
from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.documents import INDEX, as_html, kinds_of, read_documents
from werkpeil.site.layout import Page, fragment, link

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from werkpeil.site.documents import Document

TITLE = Text("Documentatie", "Documentation")
TEASER = Text(
    "Leren, doen, opzoeken, begrijpen (in het Engels).", "To learn, to do, to look up, to understand."
)
# Fewer sections than this need no list of them.
LISTED = 3
_CURRENT = ' aria-current="page"'


def path_of(document: str) -> str:
    """Return where a document stands below the root of the English pages.

    Args:
        document: Its path in the project: `docs/how-to/site.md`.
    """
    return f"docs/{posixpath.splitext(document.removeprefix('docs/'))[0]}.html"


def document_pages(root: Path) -> list[Page]:
    """Return the pages of the documentation; none where a project has no index of one.

    Args:
        root: The project's root.
    """
    documents = read_documents(root)
    if not documents:
        return []
    kinds = kinds_of(documents[INDEX])
    pictures = {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted((root / "docs").rglob("*.svg"))
    }
    return [_page(document, documents, kinds, pictures) for document in documents.values()]


def _page(
    document: Document,
    documents: Mapping[str, Document],
    kinds: Mapping[str, list[str]],
    pictures: Mapping[str, bytes],
) -> Page:
    path, first = path_of(document.path), document.path == INDEX

    def place(other: str) -> str | None:
        return link(path, path_of(other)) if other in documents else None

    content = as_html(document, place, pictures)
    around = () if first else _around(document, documents, kinds)
    main = {"en": [*around, f'<div class="document">\n{content}</div>']}
    return Page(
        path,
        TITLE if first else Text(document.title, document.title),
        main,
        images="<img" in content,
        section=path_of(INDEX),
        menu=TITLE if first else None,
        teaser=TEASER if first else None,
    )


def _around(
    document: Document, documents: Mapping[str, Document], kinds: Mapping[str, list[str]]
) -> Iterator[str]:
    """What leads from a page to the others, and to its own sections."""
    path = path_of(document.path)
    index = link(path, path_of(INDEX))
    kind = next((name for name, pages in kinds.items() if document.path in pages), "")
    here = f" \u203a {escape(kind)}" if kind else ""
    yield f'<nav class="soft" aria-label="Documentation"><p><a href="{index}">Documentation</a>{here}</p>'
    yield "<details><summary>All pages</summary>"
    for name, pages in kinds.items():
        entries = "".join(
            f'<li><a href="{link(path, path_of(page))}"{_CURRENT if page == document.path else ""}>'
            f"{escape(documents[page].title)}</a></li>"
            for page in pages
            if page in documents
        )
        yield f"<p>{escape(name)}</p><ul>{entries}</ul>"
    yield "</details></nav>"
    sections = [heading for heading in document.headings if heading.level == 2]
    if len(sections) >= LISTED:
        entries = "".join(
            f'<li><a href="{fragment(section.anchor)}">{escape(section.text)}</a></li>'
            for section in sections
        )
        yield f'<nav class="soft" aria-label="On this page"><ul class="tabs">{entries}</ul></nav>'
