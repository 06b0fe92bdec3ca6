"""Who goes where, or would: a matrix of origins and destinations per flow and wave."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.exhibits.writing import HIDDEN
from werkpeil.site.layout import Page, anchor
from werkpeil.site.pages.common import synthetic_names, voices
from werkpeil.site.reading import TOTAL, by_key
from werkpeil.site.tables import ABSENT, Cell, TableRow, count_cell, downloads, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.site.numbers import Numbers
    from werkpeil.site.reading import Row, Source, Survey
    from werkpeil.site.words import Voice

PATH = "flows.html"
TITLE = Text("Stromen", "Flows")
TEASER = Text("Wie van waar naar waar ging of wil gaan.", "Who went or would go from where to where.")
# From which share on a cell has a stronger colour.
_SHADES = ((0.5, "h4"), (0.25, "h3"), (0.1, "h2"), (0.02, "h1"))
_READING = Text(
    "Elke rij is een herkomst, elke kolom een bestemming: hoe sterker de kleur, hoe groter het deel "
    "van de herkomst dat daarheen gaat. Waar meer antwoorden mogelijk waren, tellen rijen niet op tot 100%.",
    "Each row is an origin, each column a destination: the stronger the colour, the larger the part "
    "of the origin that goes there. Where several answers were possible, rows do not add up to 100 %.",
)


def flow_pages(source: Source, surveys: Sequence[Survey], numbers: Numbers) -> list[Page]:
    """Return the page of flows; none where no survey has one."""
    found = [
        (survey, rows)
        for survey in surveys
        if (
            rows := source.table(
                "sector_flows", "flow_id, origin_position, destination_position", survey_id=survey.survey_id
            )
        )
    ]
    if not found:
        return []
    labels = {(row["survey_id"], row["flow_id"]): row for row in source.table("dim_flows", "position")}
    files = [
        numbers.add(f"data/{survey.survey_id}/sector_flows", "sector_flows", rows) for survey, rows in found
    ]
    main = {
        voice.language: [
            f"<p>{escape(voice.say(_READING))}</p>",
            downloads(PATH, voice, *files),
            *(piece for survey, rows in found for piece in _survey(survey, rows, labels, voice)),
        ]
        for voice in voices()
    }
    return [
        Page(PATH, TITLE, main, synthetic_names(survey for survey, _ in found), menu=TITLE, teaser=TEASER)
    ]


def _survey(
    survey: Survey, rows: Sequence[Row], labels: dict[tuple[str, str], Row], voice: Voice
) -> Iterator[str]:
    yield f"<h2>{escape(voice.label(survey.row))}</h2>"
    flows = by_key(rows, "flow_id", "wave_id")
    own = [flow for survey_id, flow in labels if survey_id == survey.survey_id]
    for flow, wave in ((name, wave) for name in own for wave in survey.waves):
        wave_id = wave["wave_id"]
        found = flows.get((flow, wave_id))
        if not found:
            continue
        title = f"{voice.label(labels[survey.survey_id, flow])}, {voice.label(wave)}"
        yield f'<section id="{escape(anchor(survey.survey_id, flow, wave_id), quote=True)}">'
        yield f"<h3>{escape(title)}</h3>"
        if wave["provenance"] == "synthetic":
            title += f" ({voice.say(Text('synthetische gegevens', 'synthetic data'))})"
        yield _matrix(survey, found, title, voice)
        yield "</section>"


def _matrix(survey: Survey, rows: Sequence[Row], title: str, voice: Voice) -> str:
    destinations = list(dict.fromkeys(row["destination_id"] for row in rows))
    headings = [_destination(survey, rows, destination, voice) for destination in destinations]
    body, reasons = [], []
    for (origin,), found in by_key(rows, "origin_id").items():
        cells = {row["destination_id"]: row for row in found}
        first = found[0]
        line = [count_cell(voice, first["base_n"])]
        for destination in destinations:
            row = cells.get(destination)
            if row is None:
                line.append(Cell())
            elif row["flow_share"] is None:
                reasons.append(voice.reason(row["suppression_reason"] or row["null_reason"]))
                line.append(ABSENT)
            else:
                line.append(_shaded(row, voice))
        label = _origin(survey, first, voice)
        body.append(TableRow(label, tuple(line), (first["flow_id"], first["wave_id"], origin)))
    drawn = table(title, ["n", *headings], body, first=voice.say(Text("van \\ naar", "from \\ to")))
    told = "; ".join(dict.fromkeys(reason for reason in reasons if reason))
    return drawn + (f'<p class="notes">{HIDDEN} {escape(told)}</p>' if told else "")


def _shaded(row: Row, voice: Voice) -> Cell:
    share = row["flow_share"]
    style = next((style for least, style in _SHADES if share >= least), "")
    interval = voice.interval(row["flow_share_ci_lower"], row["flow_share_ci_upper"], share=True, places=0)
    return Cell(voice.share(share), interval, style=style)


def _origin(survey: Survey, row: Row, voice: Voice) -> str:
    if row["origin_id"] == TOTAL:
        return voice.say(Text("Totaal", "Total"))
    cut = str(row["cut_id"]).partition("*")[0]
    group = survey.groups.get((cut, row["origin_id"]))
    return voice.label(group) if group else str(row["origin_id"])


def _destination(survey: Survey, rows: Sequence[Row], destination: str, voice: Voice) -> str:
    """The name of a destination: of an answer, or of the question that is one."""
    row = next(row for row in rows if row["destination_id"] == destination)
    variable = survey.variable(row["item_id"])
    if variable is None:
        return destination
    if destination == row["item_id"]:
        return voice.label(variable.row)
    answer = survey.answer(variable, row["answer_id"])
    return voice.label(answer) if answer else destination
