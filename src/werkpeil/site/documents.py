"""The documentation of the project: pages of Markdown, their headings, and where their links lead."""

from __future__ import annotations

import base64
import posixpath
import re
from collections import deque
from dataclasses import dataclass
from functools import cache
from html import escape
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

# The page that leads to all others, and tells by its headings of which kind each is.
INDEX = "docs/index.md"


@dataclass(frozen=True)
class Heading:
    """A heading of a document.

    Args:
        level: 1 to 6.
        anchor: What a link to it names after `#`.
        text: Its words, without marks.
    """

    level: int
    anchor: str
    text: str


@dataclass(frozen=True)
class Document:
    """A page of Markdown.

    Args:
        path: Where it stands below the root of the project, with slashes.
        tokens: What markdown-it reads in it.
        headings: Its headings in order.
        links: The addresses that it leads to, images among them, as they are written.
    """

    path: str
    tokens: tuple[Token, ...]
    headings: tuple[Heading, ...]
    links: tuple[str, ...]

    @property
    def title(self) -> str:
        """Its first heading; its path where it has none."""
        return self.headings[0].text if self.headings else self.path

    def target(self, link: str) -> tuple[str, str] | None:
        """Return the file of the project that a link leads to and the anchor in it; None if it leaves."""
        address = urlsplit(link)
        if address.scheme or address.netloc:
            return None
        path = unquote(address.path)
        folder = posixpath.dirname(self.path)
        found = posixpath.normpath(posixpath.join(folder, path)) if path else self.path
        return found, unquote(address.fragment)


def read_document(root: Path, path: str) -> Document:
    """Return a page of Markdown of a project.

    Args:
        root: The project's root.
        path: The page, relative to the root.

    Raises:
        OSError: it cannot be read.
    """
    tokens = tuple(_parser().parse((root / path).read_text(encoding="utf-8")))
    links = tuple(
        str(token.attrs["href" if token.type == "link_open" else "src"])
        for token in _all(tokens)
        if token.type in {"link_open", "image"}
    )
    return Document(path, tokens, tuple(_headings(tokens)), links)


def read_documents(root: Path) -> dict[str, Document]:
    """Return the index of the documentation and each page of Markdown that a link of one leads to, by path.

    Args:
        root: The project's root; without an index it has no documentation.
    """
    found: dict[str, Document] = {}
    waiting = deque([INDEX])
    while waiting:
        path = waiting.popleft()
        if path in found or not (root / path).is_file():
            continue
        found[path] = document = read_document(root, path)
        targets = (document.target(link) for link in document.links)
        waiting.extend(target[0] for target in targets if target and target[0].endswith(".md"))
    return found


def kinds_of(index: Document) -> dict[str, list[str]]:
    """Return the pages that the index lists below each of its headings, in its order.

    Args:
        index: The index; the heading of a page is the nearest one of the second level above its first link.
    """
    kinds: dict[str, list[str]] = {}
    seen: set[str] = set()
    kind = ""
    for place, token in enumerate(index.tokens):
        if token.type == "heading_open" and token.tag == "h2":
            kind = _text(index.tokens[place + 1])
        for inner in token.children or ():
            target = index.target(str(inner.attrs["href"])) if inner.type == "link_open" else None
            if kind and target and target[0].endswith(".md") and target[0] not in seen:
                seen.add(target[0])
                kinds.setdefault(kind, []).append(target[0])
    return kinds


def as_html(document: Document, place: Callable[[str], str | None], pictures: Mapping[str, bytes]) -> str:
    """Return a document as HTML, below its title.

    Args:
        document: The document.
        place: Tells the address of a document by its path; None for a file that has no page, the link to
            which is then left out and its words are kept.
        pictures: The pictures (SVG) of the project by path; they become part of the page.
    """
    return str(_parser().renderer.render(list(_rewritten(document, place, pictures)), _parser().options, {}))


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _all(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from token.children or ()


def _text(token: Token) -> str:
    """The words of a run of text."""
    return "".join(inner.content for inner in token.children or () if inner.type in {"text", "code_inline"})


def _headings(tokens: tuple[Token, ...]) -> Iterator[Heading]:
    """Headings, with the anchors that code forges give them."""
    given: dict[str, int] = {}
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            text = _text(tokens[place + 1])
            anchor = re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
            again = given.get(anchor, 0)
            given[anchor] = again + 1
            yield Heading(int(token.tag[1]), f"{anchor}-{again}" if again else anchor, text)


def _rewritten(
    document: Document, place: Callable[[str], str | None], pictures: Mapping[str, bytes]
) -> Iterator[Token]:
    """The tokens of a document with anchors, with links between pages, and with tables that scroll."""
    headings = iter(document.headings)
    tables = count(1)
    titled = bool(document.headings) and document.tokens[0].type == "heading_open"
    for token in document.tokens[3 if titled else 0 :]:
        changed = token.copy()
        if token.type == "heading_open":
            changed.attrs = {"id": _next_below(headings, int(token.tag[1]))}
        elif token.type in {"th_open", "td_open"}:
            # A style at an element is what the policy of the site forbids.
            changed.attrs = {"class": "number"} if "right" in str(token.attrs.get("style")) else {}
        elif token.type == "table_open":
            name = f"Table {next(tables)}"
            yield _html(f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">')
        elif token.type in {"fence", "code_block"}:
            yield _html(f'<pre tabindex="0"><code>{escape(token.content)}</code></pre>\n')
            continue
        elif token.children:
            changed.children = list(_relinked(document, token.children, place, pictures))
        yield changed
        if token.type == "table_close":
            yield _html("</div>")


def _next_below(headings: Iterator[Heading], level: int) -> str:
    """The anchor of the next heading of a level; the title above it is told by the page's frame."""
    return next(heading.anchor for heading in headings if heading.level == level)


def _relinked(
    document: Document,
    tokens: list[Token],
    place: Callable[[str], str | None],
    pictures: Mapping[str, bytes],
) -> Iterator[Token]:
    kept: list[bool] = []
    for token in tokens:
        if token.type == "link_open":
            address = _address(document, str(token.attrs["href"]), place)
            kept.append(address is not None)
            if address is not None:
                leaves = document.target(str(token.attrs["href"])) is None
                yield token.copy(attrs={"href": address} | ({"rel": "noreferrer"} if leaves else {}))
        elif token.type == "link_close":
            if kept.pop():
                yield token
        elif token.type == "image":
            yield _html(_picture(document, token, pictures))
        else:
            yield token


def _address(document: Document, link: str, place: Callable[[str], str | None]) -> str | None:
    target = document.target(link)
    if target is None:
        return link
    path, anchor = target
    address = "" if path == document.path else place(path)
    return None if address is None else address + (f"#{anchor}" if anchor else "") or None


def _picture(document: Document, image: Token, pictures: Mapping[str, bytes]) -> str:
    """A picture as part of the page: its own styles are then no styles of the page."""
    words = "".join(inner.content if inner.type == "text" else " " for inner in image.children or ())
    target = document.target(str(image.attrs["src"]))
    content = pictures.get(target[0]) if target else None
    if content is None:
        return f"<em>{escape(words)}</em>"
    data = base64.b64encode(content).decode()
    return f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(words)}">'


def _html(text: str) -> Token:
    return Token("html_block", "", 0, content=text)
