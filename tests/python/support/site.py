"""What every page of a site must be, whatever is on it: a checker that returns what is wrong."""

from __future__ import annotations

import base64
import csv
import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from werkpeil.building.dbt import target_folder
from werkpeil.project import Project
from werkpeil.publishing.catalog import read_catalog, read_meanings
from werkpeil.publishing.releases import show_release, workspace, write_release
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 2_000_000
LOADING = {"src", "srcset", "data", "poster", "action", "formaction", "background", "ping"}
VOID = {"meta", "input", "br", "link", "img", "hr"}


def released(project: Project, data: Path) -> Project:
    """Return a project whose release holds what another has built; the other one is left as it is."""
    data.mkdir()
    made = Project(root=project.root, data=data)
    made.warehouse.symlink_to(project.warehouse)
    target_folder(made).parent.mkdir(parents=True, exist_ok=True)
    target_folder(made).symlink_to(target_folder(project))
    made.published.mkdir()
    meanings = read_meanings(made)
    with open_warehouse(made) as connection:
        [(build_id,)] = connection.execute("select distinct build_id from published.dim_waves").fetchall()
        tables = read_catalog(connection, meanings, build_id)
    with workspace(made) as folder:
        show_release(made, write_release(made, tables, meanings, build_id, folder, deliveries=()))
    return made


@dataclass
class Parsed(HTMLParser):
    """A page taken apart."""

    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    language: str = ""
    policy: str = ""
    title: str = ""
    h1: int = 0
    levels: list[int] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    scripts: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    rows: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self._row: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        self._look_for_loading(tag, given)
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "html":
            self.language = given.get("lang", "")
        if given.get("http-equiv") == "Content-Security-Policy":
            self.policy = given["content"]
        if tag == "a":
            self.links.append(given.get("href", ""))
        if re.fullmatch("h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if tag == "tr":
            self._row = given.get("id")
        if tag in {"td", "th"} and self._row is not None:
            self.rows.setdefault(self._row, []).append("")

    def _look_for_loading(self, tag: str, given: dict[str, str]) -> None:
        self.faults += [f"handler {name} at {tag}" for name in given if name.startswith("on")]
        self.faults += [f"style at {tag}" for name in given if name == "style"]
        within = tag == "img" and given.get("src", "").startswith("data:image/svg+xml;base64,")
        self.faults += [f"{tag} loads {given[name]}" for name in LOADING & set(given) if not within]
        if tag in {"iframe", "object", "embed", "base", "link"} or (tag == "img" and not within):
            self.faults.append(f"element {tag}")
        if tag == "img" and not given.get("alt"):
            self.faults.append("an image without words")
        if tag == "svg" and given.get("role") == "img" and not given.get("aria-label"):
            self.faults.append("a picture without words")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            self.faults.append(f"</{tag}> closes what is not open")
        if tag == "tr":
            self._row = None

    def handle_data(self, data: str) -> None:
        within = self._open[-1] if self._open else ""
        if within == "style":
            self.styles.append(data)
        elif within == "script":
            self.scripts.append(data)
        else:
            self.text += data
            if within == "title" and "svg" not in self._open:
                self.title += data
            if self._row is not None and {"td", "th"} & set(self._open):
                self.rows[self._row][-1] += data


@cache
def parsed(path: Path) -> Parsed:
    """Return a page taken apart."""
    page = Parsed()
    page.feed(path.read_text(encoding="utf-8"))
    page.close()
    return page


def pages_of(site: Path) -> list[Path]:
    """Return all pages of a site."""
    return sorted(site.rglob("*.html"))


def faults_of_site(site: Path, *, every: int = 1) -> list[str]:
    """Return what is wrong with any page of a site.

    Args:
        site: Its folder.
        every: Of the pages of variables, which are alike, every nth is taken apart; all others are,
            and of all pages the size and what a browser would load are looked at.
    """
    pages = pages_of(site)
    alike = [path for path in pages if "items" in path.parts]
    apart = set(pages) - set(alike) | set(alike[::every])
    return [
        f"{path.relative_to(site)}: {fault}"
        for path in pages
        for fault in (_faults(site, path) if path in apart else _faults_at_a_glance(path))
    ]


LOADS = re.compile(
    r"https?:|url\(|@import|<(?:iframe|img|link|object|embed|base)\b|\s(?:src|on[a-z]+|style)=", re.IGNORECASE
)


def _faults_at_a_glance(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    if len(text.encode()) > LARGEST:
        yield "too large"
    if "default-src 'none'" not in text:
        yield "no policy"
    yield from (f"loads or runs {match.group()!r}" for match in LOADS.finditer(text))


def _faults(site: Path, path: Path) -> Iterator[str]:
    page = parsed(path)
    name = path.relative_to(site)
    english = name.parts[0] == "en"
    yield from page.faults
    if page.language != ("en" if english else "nl"):
        yield f"language {page.language!r}"
    document = name.parts[:2] == ("en", "docs")  # Documentation is in English only, and may lead elsewhere.
    other = site / Path(*name.parts[1:]) if english else site / "en" / name
    if not other.is_file() and not document:
        yield "no page in the other language"
    if not page.title or page.levels.count(1) != 1:
        yield "no title, or not one first heading"
    if any(after > before + 1 for before, after in pairwise(page.levels)):
        yield f"headings skip a level: {page.levels}"
    if path.stat().st_size > LARGEST:
        yield "too large"
    if len(page.ids) != len(set(page.ids)):
        yield f"ids that occur twice: {sorted({one for one in page.ids if page.ids.count(one) > 1})[:3]}"
    yield from _faults_of_policy(page)
    for link in page.links:
        if not (document and link.startswith("https://")):
            yield from _faults_of_link(site, path, link)


def _faults_of_policy(page: Parsed) -> Iterator[str]:
    rules = dict(rule.split(maxsplit=1) for rule in page.policy.split("; "))
    if rules.get("default-src") != "'none'" or any(word in page.policy for word in ("unsafe", "http", "*")):
        yield f"policy {page.policy!r}"
    for kind, texts in (("style-src", page.styles), ("script-src", page.scripts)):
        digests = [
            f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'" for t in texts
        ]
        if rules.get(kind, "").split() != digests:
            yield f"{kind} is not what the page holds"
    if any(re.search(r"url\(|@import|https?:", text) for text in page.styles + page.scripts):
        yield "a style or script that loads something"


def _faults_of_link(site: Path, path: Path, link: str) -> Iterator[str]:
    address = urlsplit(link)
    if address.scheme or address.netloc or link.startswith("/"):
        yield f"leaves the site: {link}"
        return
    target = (path.parent / unquote(address.path)).resolve() if address.path else path
    if not target.is_file():
        yield f"leads nowhere: {link}"
    elif address.fragment and unquote(address.fragment) not in parsed(target).ids:
        yield f"leads to no element: {link}"


NUMBER = re.compile(r"-?\d+\.\d{6,}(?:e-?\d+)?")


def hidden_numbers_in(project: Project, site: Path) -> tuple[int, list[str]]:
    """Return how many numbers are hidden, and those of them that any file of a site holds.

    A number that another published cell shows as well is no secret and not counted.
    """
    hidden, shown = _numbers_of(project)
    secret = hidden - shown
    found = []
    for path in sorted(site.rglob("*")):
        if path.is_file():
            held = {float(number) for number in NUMBER.findall(path.read_text(encoding="utf-8"))}
            found += [f"{path.relative_to(site)}: {number}" for number in sorted(held & secret)[:3]]
    return len(secret), found


def _numbers_of(project: Project) -> tuple[set[float], set[float]]:
    """Return the numbers of all marts that are hidden where they stand, and all that are published."""
    hidden: set[float] = set()
    shown: set[float] = set()
    keys = {"item_shares": "item_id", "scale_scores": "scale_id"}
    with open_warehouse(project) as connection:
        names = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'published' and data_type in ('DOUBLE', 'FLOAT')"
        ).fetchall()
        for table, column in names:
            rows = connection.execute(f"select distinct {column} from published.{table}").fetchall()
            shown |= {float(value) for (value,) in rows if value is not None}
            if table in keys:
                rows = connection.execute(
                    f"select mart.{column} from marts.{table} as mart inner join published.{table} as copy "
                    f"using (survey_id, wave_id, {keys[table]}, cut_id, group_id) where copy.{column} is null"
                ).fetchall()
                hidden |= {float(value) for (value,) in rows if value is not None and len(f"{value}") > 10}
    return hidden, shown


def rows_of_csv(path: Path) -> list[dict[str, str]]:
    """Return the rows of a file of numbers."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def rows_of_json(path: Path) -> list[dict[str, Any]]:
    """Return the same rows from the other file."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return [dict(zip(content["columns"], row, strict=True)) for row in content["rows"]]
