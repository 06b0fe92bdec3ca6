"""A codebook as a page to print: every question and its answers, in Dutch and English."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil import __version__
from werkpeil.audit.findings import Text
from werkpeil.page import both, page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkpeil.codebook.model import Answer, Codebook, Column, Scale

_STYLE = """
:root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--focus:#0550ae;--paper:#f6f8fa}
body{max-width:54rem}
h2{font-size:1.25rem;margin:2rem 0 .6rem;border-bottom:2px solid var(--ink)}
h3{font-size:1rem;margin:0}
nav ul{columns:8rem;padding-left:1.1rem;font-size:.9rem}
article{border-top:1px solid var(--line);padding:.8rem 0}
code{font-family:ui-monospace,monospace;font-size:.9em;overflow-wrap:anywhere}
.facts{color:var(--soft);font-size:.9rem}
table{border-collapse:collapse;font-size:.9rem;margin:.4rem 0}
th{background:var(--paper);text-align:left;font-weight:600}
td.t{text-align:left}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem .9rem;margin:.4rem 0}
dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
@media(max-width:32rem){dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{article{break-inside:avoid}body{max-width:none;font-size:10pt}nav{break-after:page}}
"""
_ROLES = {
    "respondent_id": Text("kenmerk van de respondent", "respondent id"),
    "weight": Text("weegfactor", "weight"),
    "stratum": Text("stratum van de steekproef", "stratum of the sample"),
    "cluster": Text("cluster van de steekproef", "cluster of the sample"),
    "group": Text("groepskenmerk", "group"),
    "item": Text("stelling of vraag", "item"),
    "outcome": Text("uitkomst", "outcome"),
    "control": Text("kenmerk", "control"),
    "open_text": Text("open antwoord, nooit gepubliceerd", "open answer, never published"),
    "wave": Text("meting", "wave"),
    "ignored": Text("niet bewaard", "not kept"),
}
_CATEGORIES = {
    "positive": Text("positief", "positive"),
    "neutral": Text("neutraal", "neutral"),
    "negative": Text("negatief", "negative"),
    None: Text("", ""),
}
_POLARITIES = {
    "negative": Text("omgekeerd in zijn schaal", "reversed in its scale"),
    "pressure": Text("meer is meer druk", "more is more pressure"),
    "neutral": Text("geen goede of slechte kant", "no good or bad end"),
}


def render(codebook: Codebook, reasons: Sequence[Mapping[str, str | None]]) -> str:
    """Return the codebook as HTML that runs nothing and loads nothing.

    Args:
        codebook: Of the survey.
        reasons: The rows of the seed `missing_reasons`, which name what is missing.
    """
    named = {
        row["missing_reason"] or "": Text(row["label_nl"] or "", row["label_en"] or "") for row in reasons
    }
    title = Text(codebook.label_nl, codebook.label_en)
    heading = [both("h1", title), both("p", Text("Codeboek", "Codebook"), style="soft")]
    main = [
        *_survey(codebook),
        both("h2", Text("Inhoud", "Contents")),
        *_contents(codebook),
        both("h2", Text("Vragen en kolommen", "Questions and columns")),
        *(line for column in codebook.columns for line in _article(codebook, column, named)),
        *_scales(codebook),
    ]
    footer = f"werkpeil {escape(__version__)}, {escape(codebook.survey_id)}"
    return page(f"{title.nl} / {title.en}", _STYLE, heading, main, footer)


def _survey(codebook: Codebook) -> list[str]:
    dates = [
        f"{wave_id}: {wave.fieldwork_start or '?'} - {wave.fieldwork_end or '?'}"
        if wave.fieldwork_start or wave.fieldwork_end
        else wave_id
        for wave_id, wave in codebook.waves.items()
    ]
    facts = (
        (Text("Kenmerk", "Id"), _same(codebook.survey_id)),
        (
            Text("Wie gevraagd is", "Who was asked"),
            Text(codebook.universe_nl or "", codebook.universe_en or ""),
        ),
        (Text("Metingen", "Waves"), _same(", ".join(dates))),
        (Text("Steekproef", "Sample"), _same(codebook.design_note or "")),
        (Text("Bron", "Source"), _same(codebook.source or "")),
        (Text("Licentie", "Licence"), _same(codebook.licence or "")),
        (Text("Kolommen", "Columns"), _same(str(len(codebook.columns)))),
    )
    return [
        *([f"<p>{escape(codebook.description)}</p>"] if codebook.description else []),
        *_definitions(facts),
    ]


def _same(text: str) -> Text:
    return Text(text, text)


def _definitions(facts: Iterable[tuple[Text, Text]]) -> list[str]:
    rows = [
        both("dt", name) + both("dd", Text(text.nl or text.en, text.en or text.nl))
        for name, text in facts
        if text.nl or text.en
    ]
    return ["<dl>", *rows, "</dl>"]


def _contents(codebook: Codebook) -> list[str]:
    links = [
        f'<li><a href="#{escape(column.name)}"><code>{escape(column.name)}</code></a></li>'
        for column in codebook.columns
    ]
    return ['<nav aria-label="codebook"><ul>', *links, "</ul></nav>"]


def _article(codebook: Codebook, column: Column, reasons: Mapping[str, Text]) -> list[str]:
    label = Text(column.label_nl or "", column.label_en or "")
    shown = both("span", label) if label.nl and label.en else ""
    lines = [
        f'<article id="{escape(column.name)}"><h3><code>{escape(column.name)}</code> {shown}</h3>',
        both("p", _question(codebook, column)),
        *_definitions(_facts(codebook, column)),
    ]
    answers = codebook.answers_of(column)
    if answers:
        lines += _answers(answers, column, reasons)
    elif column.missing:
        lines += _definitions(_missing(column, reasons))
    return [*lines, "</article>"]


def _question(codebook: Codebook, column: Column) -> Text:
    """Return the question in both languages; in its own where it is not translated."""
    questions, own = codebook.questions_of(column), column.description
    return Text(questions["nl"] or own, questions["en"] or own)


def _facts(codebook: Codebook, column: Column) -> list[tuple[Text, Text]]:
    roles = [_ROLES[role] for role in column.role]
    scales = {scale.scale_id: scale for scale in codebook.scales}
    themes = {theme.theme_id: theme for theme in codebook.themes}
    members = [scales[scale_id] for scale_id in column.scale if scale_id in scales]
    theme = themes.get(column.theme or "")
    universe = "; ".join(f"{name}: {', '.join(answers)}" for name, answers in column.universe.items())
    limits = "" if column.maximum is None else f"{column.minimum:g} - {column.maximum:g} {column.unit or ''}"
    return [
        (Text("Rol", "Role"), Text(", ".join(r.nl for r in roles), ", ".join(r.en for r in roles))),
        (Text("Schaal", "Scale"), Text(*(", ".join(texts) for texts in _labels(members)))),
        (Text("Thema", "Theme"), Text(theme.label_nl, theme.label_en) if theme else _same("")),
        (Text("Richting", "Direction"), _POLARITIES.get(column.polarity, _same(""))),
        (Text("Bereik", "Range"), _same(limits.strip())),
        (Text("Alleen gevraagd bij", "Asked only of"), _same(universe)),
        (Text("Gevraagd in", "Asked in"), _same(", ".join(column.waves))),
        (Text("Geleverd als", "Delivered as"), _same(", ".join(column.delivered_as))),
        (Text("Opmerking", "Note"), _same(column.note or "")),
    ]


def _labels(scales: Sequence[Scale]) -> tuple[list[str], list[str]]:
    return [scale.label_nl for scale in scales], [scale.label_en for scale in scales]


def _answers(answers: Sequence[Answer], column: Column, reasons: Mapping[str, Text]) -> list[str]:
    heads = (
        Text("Code", "Code"),
        Text("Antwoord", "Answer"),
        Text("Score", "Score"),
        Text("Telt als", "Counts as"),
    )
    lines = [
        '<div class="scroll"><table><thead><tr>',
        *(both("th", head) for head in heads),
        "</tr></thead><tbody>",
    ]
    for answer in answers:
        counts_as = _CATEGORIES[answer.category]
        if answer.missing_reason is not None:
            counts_as = reasons.get(answer.missing_reason, _same(answer.missing_reason))
        score = "" if answer.score is None else f"{answer.score:g}"
        lines.append(
            f"<tr><td>{answer.answer_code}</td>"
            + both("td", Text(answer.label_nl, answer.label_en), style="t")
            + f"<td>{score}</td>{both('td', counts_as, style='t')}</tr>"
        )
    for name, codes in _missing(column, reasons):
        lines.append(
            f"<tr><td>{escape(codes.nl)}</td>{both('td', name, style='t')}<td></td>"
            + both("td", Text("geen antwoord", "no answer"), style="t")
            + "</tr>"
        )
    return [*lines, "</tbody></table></div>"]


def _missing(column: Column, reasons: Mapping[str, Text]) -> list[tuple[Text, Text]]:
    return [
        (reasons.get(reason, _same(reason)), _same(", ".join(map(str, codes))))
        for reason, codes in column.missing.items()
    ]


def _scales(codebook: Codebook) -> list[str]:
    if not codebook.scales:
        return []
    lines = [both("h2", Text("Schalen", "Scales"))]
    for scale in codebook.scales:
        items = [
            f"{column.name}{' (-)' if column.polarity == 'negative' else ''}"
            for column in codebook.columns
            if scale.scale_id in column.scale
        ]
        facts = (
            (Text("Vragen", "Items"), _same(", ".join(items))),
            (Text("Ten minste beantwoord", "Least answered"), _same(str(scale.minimum_items))),
            (Text("Opmerking", "Note"), _same(scale.note or "")),
        )
        heading = both("span", Text(scale.label_nl, scale.label_en))
        lines += [
            f"<article><h3><code>{escape(scale.scale_id)}</code> {heading}</h3>",
            *_definitions(facts),
            "</article>",
        ]
    return lines
