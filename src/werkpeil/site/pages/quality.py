"""How good the numbers are: what the gate found, how waves are weighted, how well scales hold together."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.layout import Page, data_link
from werkpeil.site.pages.common import synthetic_names, voices
from werkpeil.site.reading import by_key
from werkpeil.site.tables import Cell, TableRow, count_cell, downloads, number_cell, table, why, why_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.site.numbers import Numbers
    from werkpeil.site.reading import Row, Source, Survey
    from werkpeil.site.words import Voice

PATH = "quality.html"
TITLE = Text("Kwaliteit", "Quality")
TEASER = Text(
    "Wat de poort vond, hoe is gewogen, hoe betrouwbaar schalen zijn.",
    "What the gate found, how waves are weighted, how reliable scales are.",
)
DATA_DOCS = "../quality/index.html"
_GATE = Text(
    "Voor publicatie houdt een poort elk resultaat tegen wat een statisticus zou tekenen. Wat faalt, houdt "
    "publicatie tegen; waarschuwingen staan hieronder en moeten door iemand beoordeeld zijn.",
    "Before publication a gate holds each result to what a statistician would sign. What fails stops "
    "publication; warnings are listed below and should have been judged by somebody.",
)


def quality_page(source: Source, surveys: Sequence[Survey], numbers: Numbers, *, has_data_docs: bool) -> Page:
    """Return the page of quality.

    Args:
        source: The release.
        surveys: Its surveys.
        numbers: Where the numbers behind it are kept.
        has_data_docs: Whether the pages of the gate stand beside the site.
    """
    tables = {
        name: source.table(name)
        for name in ("quality_checks", "dim_waves", "weighting_results", "scale_reliability")
    }
    files = [numbers.add(f"data/{name}", name, rows) for name, rows in tables.items() if rows]
    main = {
        voice.language: [
            *_gate(surveys, tables["quality_checks"], voice, has_data_docs=has_data_docs),
            *_landing(surveys, voice),
            *_weighting(surveys, tables["weighting_results"], voice),
            *_reliability(surveys, tables["scale_reliability"], voice),
            downloads(PATH, voice, *files),
        ]
        for voice in voices()
    }
    return Page(PATH, TITLE, main, synthetic_names(surveys), menu=TITLE, teaser=TEASER)


def _gate(
    surveys: Sequence[Survey], checks: Sequence[Row], voice: Voice, *, has_data_docs: bool
) -> Iterator[str]:
    yield f"<h2>{voice.say(Text('De poort', 'The gate'))}</h2><p>{escape(voice.say(_GATE))}</p>"
    if has_data_docs:
        href = data_link(PATH, voice.language, DATA_DOCS)
        told = voice.say(Text("Alle controles, met aantallen", "All checks, with counts"))
        yield f'<p><a href="{href}">{told}</a></p>'
    if checks:
        yield from _warnings(surveys, checks, voice)


def _warnings(surveys: Sequence[Survey], checks: Sequence[Row], voice: Voice) -> Iterator[str]:
    """What does not hold; what does is a number, and stands in the pages of the gate."""
    warned = [row for row in checks if not row["has_passed"]]
    passed, all_ = (voice.count(number) for number in (len(checks) - len(warned), len(checks)))
    told = Text(
        f"Per controle en meting: {passed} van {all_} zonder aanmerking.",
        f"By check and wave: {passed} of {all_} without remark.",
    )
    yield f"<p>{voice.say(told)}</p>"
    rows = [
        TableRow(
            f"{voice.label(survey.row)}, {voice.label(wave)}",
            (
                Cell(row["about"], row["check_id"], word=True, language="en"),
                Cell(row["table_name"], word=True),
                count_cell(voice, row["broken_count"]),
                count_cell(voice, row["row_count"]),
            ),
            ("gate", survey.survey_id, wave["wave_id"], row["check_id"]),
        )
        for survey, wave, own in _by_wave(surveys, warned)
        for row in own
    ]
    if rows:
        headings = [
            voice.say(Text("wat zou moeten gelden", "what should hold")),
            voice.say(Text("tabel", "table")),
            voice.say(Text("rijen die afwijken", "rows that do not")),
            voice.say(Text("rijen", "rows")),
        ]
        yield table(voice.say(Text("Waarschuwingen", "Warnings")), headings, rows)


def _landing(surveys: Sequence[Survey], voice: Voice) -> Iterator[str]:
    title = voice.say(Text("Wat is geleverd", "What was delivered"))
    headings = [
        voice.say(Text("rijen gelezen", "rows read")),
        voice.say(Text("aangenomen", "accepted")),
        voice.say(Text("geweigerd", "rejected")),
        voice.say(Text("respondenten", "respondents")),
        voice.say(Text("effectief aantal", "effective number")),
        voice.say(Text("strata", "strata")),
    ]
    rows = [
        TableRow(
            f"{voice.label(survey.row)}, {voice.label(wave)}",
            tuple(
                count_cell(voice, wave[name])
                for name in ("read_count", "accepted_count", "rejected_count", "n", "n_kish", "stratum_count")
            ),
            ("delivery", survey.survey_id, wave["wave_id"]),
        )
        for survey in surveys
        for wave in survey.waves
    ]
    yield f"<h2>{title}</h2>"
    yield table(title, headings, rows)


def _weighting(surveys: Sequence[Survey], results: Sequence[Row], voice: Voice) -> Iterator[str]:
    if not results:
        return
    title = voice.say(Text("Weging", "Weighting"))
    rows = []
    for survey, wave, found in _by_wave(surveys, results):
        for row in found:
            cells = (
                Cell(str(row["taken_steps"] or "").replace("_", " "), word=True),
                number_cell(voice, row["smallest_weight"]),
                number_cell(voice, row["largest_weight"]),
                number_cell(voice, row["weight_design_effect"]),
                why_cell(voice, row["suppression_reason"], row["null_reason"]),
            )
            address = ("weighting", survey.survey_id, wave["wave_id"])
            rows.append(TableRow(f"{voice.label(survey.row)}, {voice.label(wave)}", cells, address))
    headings = [
        voice.say(Text("stappen", "steps")),
        voice.say(Text("kleinste gewicht", "smallest weight")),
        voice.say(Text("grootste gewicht", "largest weight")),
        voice.say(Text("ontwerpeffect van de weging", "design effect of weighting")),
        why(voice),
    ]
    yield f"<h2>{title}</h2>"
    yield table(title, headings, rows)


def _by_wave(surveys: Sequence[Survey], results: Sequence[Row]) -> Iterator[tuple[Survey, Row, list[Row]]]:
    """The rows of each wave that has any."""
    found = by_key(results, "survey_id", "wave_id")
    for survey in surveys:
        for wave in survey.waves:
            own = found.get((survey.survey_id, wave["wave_id"]))
            if own:
                yield survey, wave, own


def _reliability(surveys: Sequence[Survey], results: Sequence[Row], voice: Voice) -> Iterator[str]:
    if not results:
        return
    title = voice.say(Text("Betrouwbaarheid van schalen", "Reliability of scales"))
    rows = []
    for survey, wave, found in _by_wave(surveys, results):
        rows.append(TableRow(f"{voice.label(survey.row)}, {voice.label(wave)}"))
        for row in found:
            scale = survey.variable(row["scale_id"])
            reasons = (row["suppression_reason"], row["alpha_null_reason"], row["omega_null_reason"])
            cells = (
                count_cell(voice, row["n"]),
                count_cell(voice, row["item_count"]),
                number_cell(voice, row["alpha_pairwise"]),
                number_cell(voice, row["omega"]),
                number_cell(voice, row["mean_item_correlation"]),
                why_cell(voice, *reasons),
            )
            label = voice.label(scale.row) if scale else row["scale_id"]
            address = ("reliability", survey.survey_id, wave["wave_id"], row["scale_id"])
            rows.append(TableRow(label, cells, address))
    headings = [
        "n",
        voice.say(Text("vragen", "items")),
        "alpha",
        "omega",
        voice.say(Text("gemiddelde correlatie", "mean correlation")),
        why(voice),
    ]
    yield f"<h2>{title}</h2>"
    yield table(title, headings, rows)
