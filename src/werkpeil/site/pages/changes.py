"""Changes between waves: what moved of all respondents, and which groups moved by more than chance."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.layout import fragment, link
from werkpeil.site.pages.common import Subject, variable_page
from werkpeil.site.pictures import Estimate, Line, described, dots, number_axis
from werkpeil.site.reading import TOTAL, by_key
from werkpeil.site.tables import ABSENT, Cell, TableRow, count_cell, downloads, table, why, why_cell

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.site.layout import Page
    from werkpeil.site.numbers import Numbers
    from werkpeil.site.reading import Row, Source, Survey
    from werkpeil.site.words import Voice

SUBJECT = Subject(
    "changes.html",
    Text("Veranderingen", "Changes"),
    Text(
        "Wat tussen twee metingen bewoog, en of het van betekenis is.",
        "What moved between two waves, and whether it matters.",
    ),
)
# A longer list of groups is in the file of numbers.
GROUPS = 200
MEASURES = {
    "positive_share": Text("Aandeel positief, in procentpunten", "Positive share, in percentage points"),
    "agree_share": Text("Aandeel dat instemt, in procentpunten", "Share that agrees, in percentage points"),
    "mean": Text("Gemiddelde, in punten van de vraag", "Mean, in points of the question"),
}
READING = Text(
    "Verandering sinds de vorige meting waarin hetzelfde is gevraagd, met 95%-interval; wie twee keer "
    "antwoordde telt in de fout mee. Een gevuld teken is een verandering van betekenis: groter dan toeval "
    "(q ≤ 0,05) en dan het kleinste effect dat voor dit onderzoek telt. Vragen die anders gesteld zijn "
    "worden niet vergeleken.",
    "Change since the last wave in which the same was asked, with 95 % interval; people who answered twice "
    "are reckoned with in the error. A filled mark is a change that matters: larger than chance (q ≤ 0.05) "
    "and than the smallest effect that counts for this survey. Questions that were reworded are not "
    "compared.",
)


def change_pages(source: Source, surveys: Sequence[Survey], numbers: Numbers) -> list[Page]:
    """Return the page that lists the comparisons and one page per survey; none where there is one wave."""
    listed: list[tuple[Survey, list[Row]]] = []
    written = []
    for survey in surveys:
        rows = source.table(
            "wave_changes", "variable_id, measure, cut_id, group_id", survey_id=survey.survey_id
        )
        if rows:
            file = numbers.add(f"data/{survey.survey_id}/wave_changes", "wave_changes", rows)
            listed.append((survey, rows))
            written.append((survey, partial(_main, survey, rows, file)))
    return SUBJECT.pages(written, partial(_index, listed))


def _main(survey: Survey, rows: Sequence[Row], file: str, voice: Voice) -> Iterator[str]:
    path = SUBJECT.path_of(survey.survey_id)
    yield f"<p>{escape(voice.say(READING))}</p>"
    yield downloads(path, voice, file)
    yield from _survey(survey, rows, path, voice)


def _index(listed: Sequence[tuple[Survey, list[Row]]], voice: Voice) -> Iterator[str]:
    yield f"<p>{escape(voice.say(READING))}</p>"
    headings = [
        voice.say(Text("vergelijkingen", "comparisons")),
        voice.say(Text("van betekenis, iedereen", "that matter, all respondents")),
        voice.say(Text("van betekenis, groepen", "that matter, groups")),
        voice.say(Text("zonder getal", "without a number")),
    ]
    rows = []
    for survey, found in listed:
        shown = [row for row in found if row["change"] is not None]
        mattering = [row for row in shown if row["is_meaningful"]]
        of_total = [row for row in mattering if row["cut_id"] == TOTAL]
        counts = (len(shown), len(of_total), len(mattering) - len(of_total), len(found) - len(shown))
        cells = tuple(count_cell(voice, count) for count in counts)
        href = link(SUBJECT.path, SUBJECT.path_of(survey.survey_id))
        rows.append(TableRow(voice.label(survey.row), cells, href=href))
    yield table(voice.say(Text("Veranderingen per onderzoek", "Changes by survey")), headings, rows)


def _survey(survey: Survey, rows: Sequence[Row], path: str, voice: Voice) -> Iterator[str]:
    for wave in survey.waves:
        own = [row for row in rows if row["wave_id"] == wave["wave_id"]]
        if not any(row["change"] is not None for row in own):
            continue
        yield f'<section id="{escape(wave["wave_id"], quote=True)}">'
        totals = by_key([row for row in own if row["cut_id"] == TOTAL], "measure")
        for measure in [*MEASURES, *sorted({name for (name,) in totals} - set(MEASURES))]:
            found = totals.get((measure,), [])
            if any(row["change"] is not None for row in found):
                yield from _measure(survey, wave, measure, found, path, voice)
        yield from _groups(survey, wave, own, path, voice)
        yield "</section>"


def _measure(
    survey: Survey, wave: Row, measure: str, rows: Sequence[Row], path: str, voice: Voice
) -> Iterator[str]:
    """One measure of all respondents, by item and scale, the largest fall first."""
    known = {variable.variable_id: variable for variable in survey.variables}
    named = [
        row for row in rows if row["variable_id"] in known and known[row["variable_id"]].kind != "control"
    ]
    named.sort(key=lambda row: (row["change"] is None, row["change"] or 0, row["variable_id"]))
    if not named:
        return
    title = f"{voice.say(MEASURES.get(measure, Text(measure, measure)))}, {voice.label(wave)}"
    yield f'<h2 id="{wave["wave_id"]}.{measure}">{escape(title)}</h2>'
    is_share = measure.endswith("_share")
    drawn = [
        Line(
            voice.label(known[row["variable_id"]].row),
            (Estimate(row["change"], row["ci_lower"], row["ci_upper"], firm=bool(row["is_meaningful"])),),
            change_text(row, voice),
        )
        for row in named
        if row["change"] is not None
    ]
    axis = number_axis(drawn, voice, zero=True, share=is_share)
    yield '<div class="pair"><div>'
    if axis is not None:
        alternative = described(title, voice)
        synthetic = wave["provenance"] == "synthetic"
        yield dots(drawn, [title], axis, voice, alternative=alternative, synthetic=synthetic)
    yield "</div>"
    body = [
        TableRow(
            voice.label(known[row["variable_id"]].row),
            _cells(row, voice),
            (wave["wave_id"], measure, row["variable_id"]),
            link(path, variable_page(survey.survey_id, row["variable_id"])),
        )
        for row in named
    ]
    yield table(title, _headings(voice), body)
    yield "</div>"


def _headings(voice: Voice) -> list[str]:
    return [
        voice.say(Text("vorige", "before")),
        voice.say(Text("nu", "now")),
        voice.say(Text("verandering", "change")),
        "q",
        "n",
        why(voice),
    ]


def _cells(row: Row, voice: Voice) -> tuple[Cell, ...]:
    share = row["measure"] != "mean"

    def level(value: float | None) -> Cell:
        if value is None:
            return ABSENT
        return Cell(voice.share(value) if share else voice.number(value))

    factor, places = (100, 1) if share else (1, 2)
    ends = [row[end] for end in ("ci_lower", "ci_upper")]
    small = " \u2013 ".join(voice.number(factor * end, places) for end in ends) if None not in ends else ""
    change = ABSENT if row["change"] is None else Cell(change_text(row, voice), small)
    reasons = [row["suppression_reason"], row["null_reason"]] if row["change"] is None else []
    return (
        level(row["previous_estimate"]),
        level(row["estimate"]),
        change,
        Cell(voice.p_value(row["q_value"])) if row["q_value"] is not None else ABSENT,
        count_cell(voice, row["n"]),
        why_cell(voice, *reasons),
    )


def change_text(row: Row, voice: Voice) -> str:
    """Return a change with its sign, a star behind one that matters."""
    factor, places = (100, 1) if row["measure"] != "mean" else (1, 2)
    return f"{voice.change(factor * row['change'], places)}{' *' if row['is_meaningful'] else ''}"


def _groups(survey: Survey, wave: Row, rows: Sequence[Row], path: str, voice: Voice) -> Iterator[str]:
    """The groups whose changes matter, the largest first within each measure."""
    known = {variable.variable_id: variable for variable in survey.variables}
    found = [
        row
        for row in rows
        if row["is_meaningful"]
        and row["change"] is not None
        and row["cut_id"] != TOTAL
        and row["variable_id"] in known
    ]
    if not found:
        return
    found.sort(key=lambda row: (row["measure"], -abs(row["change"]), row["variable_id"], row["group_id"]))
    name = voice.say(Text("Groepen met een verandering van betekenis", "Groups with a change that matters"))
    title = f"{name}, {voice.label(wave)}"
    yield f'<h2 id="{wave["wave_id"]}.groups">{escape(title)}</h2>'
    for (measure,), part in by_key(found, "measure").items():
        body = []
        for row in part[:GROUPS]:
            group = survey.groups.get((row["cut_id"], row["group_id"]), {})
            label = f"{voice.label(known[row['variable_id']].row)} \u00b7 {voice.label(group)}"
            target = variable_page(survey.survey_id, row["variable_id"])
            href = link(path, target) + fragment(row["cut_id"])
            address = (wave["wave_id"], measure, row["variable_id"], row["cut_id"], row["group_id"])
            body.append(TableRow(label, _cells(row, voice), address, href))
        caption = voice.say(MEASURES.get(measure, Text(measure, measure)))
        if len(part) > GROUPS:
            rest = len(part) - GROUPS
            caption += voice.say(
                Text(f"; nog {rest} in het bestand", f"; {rest} more in the file of numbers")
            )
        yield table(caption, _headings(voice), body)
