"""What pages for readers share: one file in two languages, chosen by two buttons that need no script."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil.errors import OutsideError

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.audit.findings import Text

# Beside these a page names the colours --ink, --line and --focus.
STYLE = """
*{box-sizing:border-box}
body{margin:0 auto;padding:1.5rem;color:var(--ink);background:#fff}
body{font:1rem/1.5 system-ui,sans-serif}
h1{font-size:1.6rem;margin:.2rem 0}
p{margin:.4rem 0}.soft{color:var(--soft)}
.lang{position:absolute;opacity:0}
.choose{float:right}.choose label{border:1px solid var(--line);padding:.15rem .6rem;cursor:pointer}
#nl:checked~header label[for=nl],#en:checked~header label[for=en]{background:var(--ink);color:#fff}
#nl:focus-visible~header label[for=nl],#en:focus-visible~header label[for=en]{outline:3px solid var(--focus)}
#nl:checked~* [lang=en],#en:checked~* [lang=nl]{display:none}
.scroll{overflow-x:auto}
th,td{border:1px solid var(--line);padding:.2rem .5rem;text-align:right;vertical-align:top}
@media print{.choose{display:none}}
"""


def page(title: str, style: str, heading: list[str], main: list[str], footer: str) -> str:
    """Return a page as HTML; it runs nothing and loads nothing.

    Args:
        title: What a browser calls it, as text.
        style: Its own style, which follows the shared one.
        heading: What stands beside the choice of language, as HTML.
        main: What it tells, as HTML.
        footer: Its last line, as HTML.
    """
    lines = [
        '<!doctype html><html lang="nl"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width,initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy" ',
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style></head><body>",
        '<input class="lang" type="radio" name="lang" id="nl" checked aria-label="Nederlands">',
        '<input class="lang" type="radio" name="lang" id="en" aria-label="English">',
        '<header><div class="choose"><label for="nl">Nederlands</label><label for="en">English</label></div>',
        *heading,
        "</header><main>",
        *main,
        "</main>",
        f'<footer class="soft"><p>{footer}</p></footer></body></html>',
    ]
    return "\n".join(lines) + "\n"


def write(path: Path, content: str) -> None:
    """Write a page.

    Raises:
        OutsideError: if it cannot be written.
    """
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise OutsideError("The page cannot be written.", where=str(path), hint=error.strerror) from error


def both(tag: str, text: Text, *, style: str = "") -> str:
    """Return a text in both languages, each in an element of its own, of which one is shown."""
    named = f' class="{style}"' if style else ""
    return "".join(
        f'<{tag}{named} lang="{lang}">{escape(getattr(text, lang))}</{tag}>' for lang in ("nl", "en")
    )
