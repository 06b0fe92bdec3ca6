"""Every published table: what a row is, and what each column means."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.publishing.catalog import SCHEMA
from werkpeil.site.documentation import DOCS, LINEAGE
from werkpeil.site.layout import Page, data_link
from werkpeil.site.pages.common import voices
from werkpeil.site.reading import by_key

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.site.documentation import Documentation
    from werkpeil.site.reading import Row, Source
    from werkpeil.site.words import Voice

PATH = "tables.html"
TITLE = Text("Tabellen", "Tables")
TEASER = Text(
    "Elke gepubliceerde tabel en wat haar kolommen betekenen.", "Each published table and its columns."
)


def tables_page(source: Source, documentation: Documentation | None) -> Page:
    """Return the page that tells what is in each table; its words are English, as in the tables.

    Args:
        source: The release.
        documentation: How the tables are made, where that stands in the site.
    """
    told = source.rows(
        "select table_name, comment, estimated_size from duckdb_tables() where schema_name = ? order by 1",
        SCHEMA,
    )
    columns = by_key(
        source.rows(
            "select table_name, column_name, data_type, comment from duckdb_columns() "
            "where schema_name = ? order by table_name, column_index",
            SCHEMA,
        ),
        "table_name",
    )
    main = {
        voice.language: [
            f"<p>{escape(voice.say(_READING))}</p>",
            *([f"<p>{escape(voice.say(_MADE))} {_links(voice)}</p>"] if documentation else ()),
            *(
                piece
                for row in told
                for piece in _table(row, columns[row["table_name"],], documentation, voice)
            ),
        ]
        for voice in voices()
    }
    return Page(PATH, TITLE, main, menu=TITLE, teaser=TEASER)


_READING = Text(
    "De tabellen van deze uitgave. Dezelfde namen staan in de bestanden met getallen en in het "
    "DuckDB-bestand en de PostgreSQL waaruit andere programma's lezen. De omschrijvingen zijn Engels.",
    "The tables of this release. The same names stand in the files of numbers and in the DuckDB file and the "
    "PostgreSQL from which other programs read.",
)


def _links(voice: Voice, places: tuple[str, str] = ("", "")) -> str:
    """Links to how tables are made and to the origin of columns, which other tools tell, in English."""
    return ", ".join(
        f'<a href="{data_link(PATH, voice.language, page)}{place}" hreflang="en">{voice.say(name)}</a>'
        for page, place, name in zip((DOCS, LINEAGE), places, (_DOCS, _LINEAGE), strict=True)
    )


_MADE = Text("Alle stappen van de weg hierheen:", "Every step of the way here:")
_DOCS = Text("hoe gemaakt (dbt)", "how it is made (dbt)")
_LINEAGE = Text("herkomst van kolommen", "where columns come from")


def _table(row: Row, columns: list[Row], documentation: Documentation | None, voice: Voice) -> Iterator[str]:
    name = row["table_name"]
    rows = voice.say(Text("rijen", "rows"))
    foreign = ' lang="en" data-keep' if voice.language != "en" else ""
    yield f'<section id="{name}"><h2>{name}</h2><p{foreign}>{escape(row["comment"] or "")}</p>'
    places = documentation.places(name) if documentation else None
    made = f" {_links(voice, places)}" if places else ""
    yield f"<p>{voice.count(row['estimated_size'])} {rows}.{made}</p>"
    summary = voice.say(Text(f"{len(columns)} kolommen", f"{len(columns)} columns"))
    entries = "".join(
        f"<dt>{escape(column['column_name'])}</dt><dd{foreign}>{escape(column['comment'] or '')}</dd>"
        for column in columns
    )
    yield f'<details><summary>{summary}</summary><dl class="facts">{entries}</dl></details></section>'
