"""Data Docs that stand alone: no script, nothing from elsewhere, readable without a network."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from werkpeil.files import replace_folder

if TYPE_CHECKING:
    from pathlib import Path

# Great Expectations loads Bootstrap, jQuery, icons and its logo from other hosts. What is a table stays one
# without them; this gives it a shape.
STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); padding: .35rem .75rem;
  text-align: left; vertical-align: top; }
ul { padding-left: 1.25rem; }
button, form, svg, #ge-cta-footer, .modal, .collapse-toggle { display: none; }
.table-responsive, .card { overflow-x: auto; }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'"

_SCRIPTS = re.compile(r"<script\b.*?</script>", re.DOTALL | re.IGNORECASE)
_STYLES = re.compile(r"<style\b.*?</style>", re.DOTALL | re.IGNORECASE)
_LOADED = re.compile(r"<(?:link|img|iframe)\b[^>]*>", re.IGNORECASE)
_HANDLERS = re.compile(r"""\s(?:on\w+|style)=(?:"[^"]*"|'[^']*')""", re.IGNORECASE)
_ELSEWHERE = re.compile(r"""<a\b[^>]*href=["']?(?:https?:)?//[^>]*>(.*?)</a>""", re.DOTALL | re.IGNORECASE)


def release_pages(site: Path, target: Path) -> None:
    """Put a site of Data Docs in its place, cleaned; the old one is there until the new one is.

    Args:
        site: The folder that Great Expectations wrote.
        target: Where readers look.
    """
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    for page in sorted(site.rglob("*.html")):
        place = draft / page.relative_to(site)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(cleaned(page.read_text(encoding="utf-8")), encoding="utf-8")
    replace_folder(draft, target)


def cleaned(page: str) -> str:
    """Return a page without scripts, handlers, and whatever it would load or link to elsewhere."""
    for pattern in (_SCRIPTS, _STYLES, _LOADED, _HANDLERS):
        page = pattern.sub("", page)
    page = _ELSEWHERE.sub(r"\1", page)
    head = f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n<style>{STYLE}</style>\n'
    return page.replace("</head>", f"{head}</head>", 1)
