"""The list of everything that has numbers, with a search: the way into the pages of variables."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.layout import Page, link
from werkpeil.site.pages.common import (
    KINDS,
    SHARES,
    headline,
    share_estimate,
    synthetic_names,
    variable_page,
    voices,
)
from werkpeil.site.pages.compare import compare_path, cuts_to_compare
from werkpeil.site.pictures import bar
from werkpeil.site.reading import TOTAL, in_one_naming

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.site.pages.variables import Contents
    from werkpeil.site.reading import Variable
    from werkpeil.site.words import Voice

PATH = "explore.html"
TITLE = Text("Verkennen", "Explore")
TEASER = Text(
    "Elke vraag en schaal, naar elke uitsplitsing en meting; met zoeken.",
    "Each question and scale, by each cut and wave; with a search.",
)


def explore_page(all_contents: Sequence[Contents]) -> Page:
    """Return the page that lists all variables of all surveys."""
    main = {voice.language: list(_main(all_contents, voice)) for voice in voices()}
    surveys = [contents.survey for contents in all_contents]
    return Page(PATH, TITLE, main, synthetic_names(surveys), script=True, menu=TITLE, teaser=TEASER)


def _main(all_contents: Sequence[Contents], voice: Voice) -> Iterator[str]:
    told = Text(
        "Elke vraag en schaal heeft een eigen pagina, met alle uitsplitsingen en metingen. De balk toont de "
        "nieuwste meting van iedereen samen: positief, neutraal, negatief.",
        "Each question and scale has a page of its own, with all cuts and waves. The bar shows the newest "
        "wave of all respondents: positive, neutral, negative.",
    )
    yield f"<p>{voice.say(told)}</p>"
    options = "".join(
        f'<option value="{contents.survey.survey_id}">{escape(voice.label(contents.survey.row))}</option>'
        for contents in all_contents
    )
    counted = voice.say(Text("# gevonden", "# found"))
    yield (
        f'<form class="choose" data-search role="search" hidden>'
        f"<label>{voice.say(Text('Zoek', 'Search'))}<br>"
        f'<input type="search" name="search" autocomplete="off"></label>'
        f'<label>{voice.say(Text("Onderzoek", "Survey"))}<br><select name="survey">'
        f'<option value="">{voice.say(Text("alle", "all"))}</option>{options}</select></label>'
        f'<p role="status" data-count="{counted}"></p></form>'
    )
    for contents in all_contents:
        yield f"<section data-group><h2>{escape(voice.label(contents.survey.row))}</h2>"
        yield _cuts(contents, voice)
        theme = None
        for variable in contents.survey.variables:
            if not contents.of(variable):
                continue
            named = voice.say(Text("Schalen", "Scales")) if variable.is_scale else _theme(variable, voice)
            if named != theme:
                if theme is not None:
                    yield "</ul></section>"
                yield f'<section data-group><h3>{escape(named)}</h3><ul class="found">'
                theme = named
            yield _entry(contents, variable, voice)
        yield "</ul></section></section>" if theme is not None else "</section>"


def _cuts(contents: Contents, voice: Voice) -> str:
    """Links to all questions by each cut."""
    survey = contents.survey
    links = "".join(
        f'<li><a href="{link(PATH, compare_path(survey.survey_id, cut))}">'
        f"{escape(voice.label(survey.cuts[cut], 'cut_label'))}</a></li>"
        for cut in cuts_to_compare(contents)
    )
    if not links:
        return ""
    told = voice.say(Text("Alle vragen naar:", "All questions by:"))
    name = f"{told.removesuffix(':')}, {voice.label(survey.row)}"
    return f'<nav aria-label="{escape(name)}"><p>{told}</p><ul class="tabs">{links}</ul></nav>'


def _theme(variable: Variable, voice: Voice) -> str:
    return voice.label(variable.row, "theme_label") or voice.say(Text("Zonder thema", "Without a theme"))


def _entry(contents: Contents, variable: Variable, voice: Voice) -> str:
    survey = contents.survey
    rows = [in_one_naming(row) for row in contents.of(variable) if row["cut_id"] == TOTAL]
    newest = headline(survey, rows)
    shown, words = "", ""
    if newest is not None:
        shares = tuple(share_estimate(newest, name, voice) for name in SHARES)
        if any(share.value is not None for share in shares):
            shown = bar(shares, voice)
        if newest["mean"] is not None:
            words = f"{voice.say(Text('gemiddelde', 'mean'))} {voice.number(newest['mean'])}"
    kind = voice.say(KINDS.get(variable.kind, Text(variable.kind, variable.kind)))
    told = " \u00b7 ".join(part for part in (kind, words) if part)
    href = link(PATH, variable_page(survey.survey_id, variable.variable_id))
    question = voice.label(variable.row, "question")
    return (
        f'<li data-entry="{escape(f"{variable.variable_id} {question}", quote=True)}" '
        f'data-survey="{survey.survey_id}"><p><a href="{href}">{escape(voice.label(variable.row))}</a> '
        f'<span class="soft">{escape(told)}</span></p>{shown}</li>'
    )
