"""The first page: what was asked of whom and when, how many responded, and where to look further."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.layout import Page, foreign, fragment, link
from werkpeil.site.pages.common import (
    SHARES,
    entries_of_facts,
    headline,
    share_estimate,
    synthetic_names,
    variable_page,
    voices,
)
from werkpeil.site.pictures import NEGATIVE, NEUTRAL, POSITIVE, Line, described, stacked
from werkpeil.site.reading import TOTAL
from werkpeil.site.tables import Cell, TableRow, count_cell, downloads, share_cell, table, why, why_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.site.numbers import Numbers
    from werkpeil.site.pages.variables import Contents
    from werkpeil.site.reading import Row, Source, Survey
    from werkpeil.site.words import Voice

PATH = "index.html"
TITLE = Text("Overzicht", "Overview")
ENDS = 5  # How many of the most and least positive questions are shown.


def overview_page(
    source: Source,
    all_contents: Sequence[Contents],
    numbers: Numbers,
    further: Sequence[Page],
) -> Page:
    """Return the first page.

    Args:
        source: The release.
        all_contents: What there is of each survey.
        numbers: Where the numbers behind it are kept.
        further: The pages of the menu.
    """
    responses = source.table("response_rates")
    files = [
        numbers.add("data/dim_surveys", "dim_surveys", source.table("dim_surveys", "position")),
        numbers.add("data/dim_waves", "dim_waves", source.table("dim_waves", "survey_id, position")),
        numbers.add("data/response_rates", "response_rates", responses),
    ]
    main = {
        voice.language: [
            *_introduction(all_contents, voice),
            *(piece for contents in all_contents for piece in _survey(contents, responses, voice)),
            downloads(PATH, voice, *files),
            *_tiles(further, voice),
        ]
        for voice in voices()
    }
    names = synthetic_names(contents.survey for contents in all_contents)
    return Page(PATH, TITLE, main, names, menu=TITLE)


def _introduction(all_contents: Sequence[Contents], voice: Voice) -> Iterator[str]:
    told = Text(
        "Wat is aan wie gevraagd, wanneer, en hoeveel mensen antwoordden.",
        "What was asked of whom, when, and how many people answered.",
    )
    yield f"<p>{escape(voice.say(told))}</p>"
    surveys = [contents.survey for contents in all_contents]
    links = "".join(
        f'<li><a href="{fragment(survey.survey_id)}">{escape(voice.label(survey.row))}</a></li>'
        for survey in surveys
    )
    yield f'<nav aria-label="{voice.say(Text("Onderzoeken", "Surveys"))}"><ul>{links}</ul></nav>'


def _tiles(further: Sequence[Page], voice: Voice) -> Iterator[str]:
    entries = "".join(
        f'<li><a href="{link(PATH, page.seen_from(voice.language))}"{foreign(page, voice)}>'
        f"{escape(voice.say(page.menu))}</a>"
        f"<p>{escape(voice.say(page.teaser))}</p></li>"
        for page in further
        if page.menu and page.teaser
    )
    yield f"<h2>{voice.say(Text('Verder kijken', 'Look further'))}</h2>"
    yield f'<ul class="tiles">{entries}</ul>'


def _survey(contents: Contents, responses: Sequence[Row], voice: Voice) -> Iterator[str]:
    survey = contents.survey
    row = survey.row
    yield f'<section id="{survey.survey_id}"><h2>{escape(voice.label(row))}</h2>'
    made_up = [wave["provenance"] == "synthetic" for wave in survey.waves]
    provenance = Text("echte antwoorden", "real answers")
    if all(made_up):
        provenance = Text("synthetisch: niemand gaf deze antwoorden", "synthetic: nobody gave these answers")
    elif any(made_up):
        provenance = Text("deels synthetisch, zie de metingen", "partly synthetic, see the waves")
    asked = sum(1 for variable in survey.variables if not variable.is_scale)
    facts = [
        (Text("Aan wie", "Of whom"), voice.label(row, "universe"), ""),
        (Text("Wat", "What"), voice.say(Text(f"{asked} vragen", f"{asked} questions")), ""),
        (Text("Gegevens", "Data"), voice.say(provenance), ""),
        (Text("Opzet", "Design"), row["design_note"], "en"),
        (Text("Bron", "Source"), row["source"], "en"),
        (Text("Licentie", "Licence"), row["licence"], "en"),
    ]
    yield '<dl class="facts">'
    yield from entries_of_facts(facts, voice)
    yield "</dl>"
    yield _waves(survey, responses, voice)
    yield from _most_and_least(contents, voice)
    yield "</section>"


def _waves(survey: Survey, responses: Sequence[Row], voice: Voice) -> str:
    """When a survey was held and who responded."""
    totals = {
        row["wave_id"]: row
        for row in responses
        if row["survey_id"] == survey.survey_id and row["cut_id"] == TOTAL and row["method"] == "register"
    }
    rows = []
    for wave in survey.waves:
        found = totals.get(wave["wave_id"], {})
        start, end = wave["fieldwork_start"], wave["fieldwork_end"]
        rows.append(
            TableRow(
                voice.label(wave),
                (
                    Cell(f"{start} \u2013 {end}" if start and end else "", word=True),
                    count_cell(voice, found.get("sampled")),
                    count_cell(voice, wave["n"]),
                    share_cell(voice, found.get("response_share")),
                    why_cell(voice, found.get("suppression_reason"), found.get("null_reason")),
                ),
                (survey.survey_id, wave["wave_id"]),
            )
        )
    headings = [
        voice.say(Text("veldwerk", "fieldwork")),
        voice.say(Text("uitgenodigd", "invited")),
        voice.say(Text("respondenten", "respondents")),
        voice.say(Text("respons", "response")),
        why(voice),
    ]
    caption = voice.say(Text("Metingen en respons", "Waves and response"))
    return table(f"{caption}: {voice.label(survey.row)}", headings, rows)


def _most_and_least(contents: Contents, voice: Voice) -> Iterator[str]:
    """The questions that most and fewest answer positively, in the newest wave."""
    survey = contents.survey
    found = []
    for variable in survey.variables:
        if variable.kind != "item":
            continue
        rows = [row for row in contents.of(variable) if row["cut_id"] == TOTAL]
        newest = headline(survey, rows)
        if newest is not None and newest["positive_share"] is not None:
            found.append((newest["positive_share"], variable, newest))
    if len(found) < 2 * ENDS:
        return
    found.sort(key=lambda entry: (-entry[0], entry[1].variable_id))
    most = voice.say(Text("Meest positief", "Most positive"))
    least = voice.say(Text("Minst positief", "Least positive"))
    lines, links = [], []
    for heading, part in ((most, found[:ENDS]), (least, found[-ENDS:])):
        lines.append(Line(heading))
        links.append(TableRow(heading))
        for _, variable, row in part:
            label = voice.label(variable.row)
            n = f"n = {voice.count(row['n'])}"
            lines.append(Line(label, tuple(share_estimate(row, name, voice) for name in SHARES), n))
            cells = [
                share_cell(voice, row[name], row[f"{name}_ci_lower"], row[f"{name}_ci_upper"])
                for name in SHARES
            ]
            href = link(PATH, variable_page(survey.survey_id, variable.variable_id))
            links.append(TableRow(label, (count_cell(voice, row["n"]), *cells), href=href))
    wave = voice.label(survey.waves[0])
    title = voice.say(
        Text(
            f"De {ENDS} vragen met de meeste en de minste positieve antwoorden",
            f"The {ENDS} questions with the most and the fewest positive answers",
        )
    )
    names = [voice.say(name) for name in (POSITIVE, NEUTRAL, NEGATIVE)]
    yield f"<h3>{escape(title)}</h3>"
    yield '<div class="pair"><div>'
    alternative = described(f"{title}, {voice.label(survey.row)}, {wave}", voice)
    yield stacked(lines, names, voice, alternative=alternative, synthetic=survey.is_synthetic)
    yield "</div>"
    yield table(f"{title}, {voice.label(survey.row)}", ["n", *names], links)
    yield "</div>"
