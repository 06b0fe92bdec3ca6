"""The frame of every page: head with a strict policy, menu, switch of language, banner, foot."""

from __future__ import annotations

import base64
import hashlib
import posixpath
from dataclasses import dataclass, field
from functools import cache
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING
from urllib.parse import quote

from werkpeil import __version__
from werkpeil.audit.findings import LANGUAGES, Text
from werkpeil.site.words import NAMES, Voice

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Dutch stands at the root, English below it; both have pages of the same names.
ROOTS = {"nl": "", "en": "en/"}

FIRST = "index.html"
SYNTHETIC = Text("Synthetische gegevens", "Synthetic data")


@dataclass(frozen=True)
class Page:
    """A page in both languages, before its frame.

    Args:
        path: Where it stands below the root of its language: `items/per/q08_1.html`.
        title: What it is called.
        main: Its content as HTML, by language, below its heading; in English alone if it is documentation.
        synthetic: Names of the surveys on it whose answers are made up, by language.
        script: Whether it has something to choose, for which the script is put in.
        images: Whether it holds images, the data of which are within it.
        section: Path of the entry of the menu that it belongs to; its own unless said.
        menu: Its name in the menu; without, it has no entry.
        teaser: What the first page says of it.
    """

    path: str
    title: Text
    main: Mapping[str, Sequence[str]]
    synthetic: Mapping[str, Sequence[str]] = field(default_factory=dict)
    script: bool = False
    images: bool = False
    section: str = ""
    menu: Text | None = None
    teaser: Text | None = None

    def seen_from(self, language: str) -> str:
        """Return where it stands below the root of a language, or the English page where it has no other."""
        return self.path if language in self.main else ROOTS["en"] + self.path


@dataclass(frozen=True)
class Frame:
    """What all pages of a site share.

    Args:
        menu: The pages that have an entry in it.
        build_id: The build whose numbers these are.
        published_at: When it was released, UTC.
    """

    menu: Sequence[Page]
    build_id: str
    published_at: str


def anchor(*parts: str) -> str:
    """Return the id of an element of a page."""
    return ".".join(part.replace(" ", "_") for part in parts)


def fragment(*parts: str) -> str:
    """Return the link to an element of the same page."""
    return "#" + quote(anchor(*parts), safe="*.~_-")


def link(page: str, target: str) -> str:
    """Return the relative address of a target from a page, both below the same root."""
    return quote(posixpath.relpath(target, posixpath.dirname(page) or "."), safe="/.*~_-")


def data_link(page: str, language: str, target: str) -> str:
    """Return the relative address of a file of numbers, which both languages share."""
    return link(ROOTS[language] + page, target)


def write_page(frame: Frame, page: Page, language: str) -> str:
    """Return a page in its frame as HTML; it loads nothing."""
    voice = Voice(language)
    style, script = resource("style.css"), resource("explore.js") if page.script else ""
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    switch = link(ROOTS[language] + page.path, ROOTS[other] + (page.path if other in page.main else FIRST))
    title = voice.say(page.title)
    head = [
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        f'<meta http-equiv="Content-Security-Policy" content="{policy(style, script, images=page.images)}">',
        f"<title>{escape(title)} \u00b7 Werkpeil</title><style>{style}</style></head><body>",
        f'<a class="skip" href="#main">{voice.say(Text("Naar de inhoud", "Skip to content"))}</a>',
        f'<header class="top"><p class="brand"><a href="{link(page.path, FIRST)}">Werkpeil</a></p>',
        _menu(frame, page, voice),
        f'<p class="lang"><a href="{switch}" lang="{other}" hreflang="{other}">{NAMES[other]}</a></p>',
        "</header>",
    ]
    foot = voice.say(
        Text(
            f"Build {frame.build_id}, gepubliceerd {frame.published_at}. Gemaakt door werkpeil "
            f"{__version__} uit gepubliceerde tabellen.",
            f"Build {frame.build_id}, published {frame.published_at}. Made by werkpeil {__version__} from "
            "published tables.",
        )
    )
    return "\n".join(
        [
            *head,
            banner(page.synthetic.get(language, ()), voice),
            f'<main id="main"><h1>{escape(title)}</h1>',
            *page.main[language],
            f'</main><footer class="soft"><p>{escape(foot)}</p></footer>',
            f"<script>{script}</script></body></html>\n" if script else "</body></html>\n",
        ]
    )


def banner(synthetic: Sequence[str], voice: Voice) -> str:
    """Return what every page with made-up answers says at its top; empty if there are none."""
    if not synthetic:
        return ""
    names = voice.names(list(synthetic))
    told = voice.say(
        Text(
            f"{names}: niemand heeft deze antwoorden gegeven. Geen getal hiervan is een uitkomst.",
            f"{names}: nobody gave these answers. No number of it is a finding.",
        )
    )
    name = voice.say(SYNTHETIC)
    strong = f"<strong>{name.upper()}</strong>"
    return f'<aside class="warn" aria-label="{name}">{strong} \u2014 {escape(told)}</aside>'


def policy(style: str, script: str, *, images: bool = False) -> str:
    """Return the content security policy of a page: its own style, script and images, nothing else."""
    scripts = f"script-src {_digest(script)}; " if script else ""
    held = f"style-src {_digest(style)}; {scripts}{'img-src data:; ' if images else ''}"
    return f"default-src 'none'; {held}base-uri 'none'; form-action 'none'"


@cache
def resource(name: str) -> str:
    """Return a file of this package that pages hold."""
    return (files("werkpeil.site") / name).read_text(encoding="utf-8").strip()


@cache
def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _menu(frame: Frame, page: Page, voice: Voice) -> str:
    here = page.section or page.path
    entries = "".join(
        f'<li><a href="{link(page.path, entry.seen_from(voice.language))}"'
        f"{foreign(entry, voice)}{_current(entry.path, page.path, here)}>"
        f"{escape(voice.say(entry.menu))}</a></li>"
        for entry in frame.menu
        if entry.menu
    )
    return f'<nav aria-label="{voice.say(Text("Hoofdmenu", "Main menu"))}"><ul>{entries}</ul></nav>'


def foreign(page: Page, voice: Voice) -> str:
    """Return the attribute of a link to a page that is not in this language; empty where it is."""
    return "" if voice.language in page.main else ' hreflang="en"'


def _current(entry: str, path: str, section: str) -> str:
    if entry == path:
        return ' aria-current="page"'
    return ' aria-current="true"' if entry == section else ""
