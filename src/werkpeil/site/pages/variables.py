"""A page per item, outcome, background variable and scale: every cut and wave, as pictures and tables."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

from werkpeil.audit.findings import Text
from werkpeil.site.layout import Page, anchor, fragment, link
from werkpeil.site.pages.common import (
    GROUPS_PER_PICTURE,
    INTERVALS,
    KINDS,
    SHARES,
    entries_of_facts,
    group_label,
    label_text,
    names_of_shares,
    share_estimate,
    synthetic_names,
    variable_page,
    voices,
)
from werkpeil.site.pages.net_scores import INDICATOR, net_scores
from werkpeil.site.pictures import (
    NEGATIVE,
    NEUTRAL,
    POSITIVE,
    SERIES,
    Estimate,
    Line,
    described,
    dots,
    number_axis,
    share_axis,
    stacked,
)
from werkpeil.site.reading import by_key, in_one_naming
from werkpeil.site.tables import (
    ABSENT,
    Cell,
    TableRow,
    count_cell,
    downloads,
    number_cell,
    share_cell,
    table,
    why,
    why_cell,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.site.numbers import Numbers
    from werkpeil.site.reading import Row, Source, Survey, Variable
    from werkpeil.site.words import Voice

# A page stays far below two megabytes with so many rows of a table and a picture.
ROWS_PER_PAGE = 1200


class Contents:
    """What is published of the variables of a survey.

    Args:
        source: The release.
        survey: The survey.
    """

    def __init__(self, source: Source, survey: Survey) -> None:
        own = {"survey_id": survey.survey_id}
        self.survey = survey
        self.waves = [wave["wave_id"] for wave in survey.waves]
        self._position = {key: place for place, key in enumerate(survey.groups)}
        self.shares = by_key(self._ordered(source.table("item_shares", **own)), "item_id")
        self.scores = by_key(self._ordered(source.table("scale_scores", **own)), "scale_id")
        self.answers = by_key(self._ordered(source.table("answer_shares", "position", **own)), "item_id")
        self.changes = by_key(source.table("wave_changes", **own), "variable_id")
        self.reliability = by_key(source.table("scale_reliability", **own), "scale_id")
        # What a metric says per group, not per question: of a survey with one such question it is that of it.
        asked = [found for found in survey.variables if found.row.get("indicator") == INDICATOR]
        scores = self._ordered(source.table("scorecard_by_group", **own)) if len(asked) == 1 else []
        self.net_scores = by_key(scores, "cut_id", "wave_id")

    def of(self, variable: Variable) -> list[Row]:
        """Return the rows of a variable as the mart has them."""
        kept = self.scores if variable.is_scale else self.shares
        return kept.get((variable.variable_id,), [])

    def _ordered(self, rows: list[Row]) -> list[Row]:
        last = len(self._position)
        return sorted(rows, key=lambda row: self._position.get((row["cut_id"], row["group_id"]), last))


def variable_pages(contents: Contents, numbers: Numbers) -> Iterator[Page]:
    """Yield the pages of all variables of a survey, and keep their numbers."""
    survey = contents.survey
    for variable in survey.variables:
        rows = contents.of(variable)
        if not rows:
            continue
        files = [
            numbers.add(
                f"data/{survey.survey_id}/{variable.variable_id}",
                "scale_scores" if variable.is_scale else "item_shares",
                rows,
            )
        ]
        answers = contents.answers.get((variable.variable_id,), [])
        if answers:
            name = f"data/{survey.survey_id}/{variable.variable_id}.answers"
            files.append(numbers.add(name, "answer_shares", answers))
        if variable.row.get("indicator") == INDICATOR and contents.net_scores:
            scores = [row for found in contents.net_scores.values() for row in found]
            files.append(
                numbers.add(f"data/{survey.survey_id}/scorecard_by_group", "scorecard_by_group", scores)
            )
        changes = contents.changes.get((variable.variable_id,), [])
        if changes:
            files.append(f"data/{survey.survey_id}/wave_changes")
        cuts = by_key([in_one_naming(row) for row in rows], "cut_id")
        parts = pages_of_cuts({cut: len(found) for (cut,), found in cuts.items()})
        for part, _ in enumerate(parts):
            path = variable_page(survey.survey_id, variable.variable_id, part)
            main = {
                voice.language: [
                    *_introduction(contents, variable, path, files, voice),
                    *_choice(contents, parts, part, path, voice, variable),
                    *(_changes(survey, changes, voice) if part == 0 else ()),
                    *(
                        piece
                        for cut in parts[part]
                        for piece in _cut(contents, variable, cuts[cut,], answers, voice)
                    ),
                ]
                for voice in voices()
            }
            yield Page(
                path,
                label_text(variable.row),
                main,
                synthetic_names([survey]),
                script=True,
                section="explore.html",
            )


def pages_of_cuts(sizes: dict[str, int]) -> list[list[str]]:
    """Divide cuts over pages so that each page has a bounded number of rows, or one cut that is larger.

    Args:
        sizes: Rows of each cut, in the order in which they are to be shown.
    """
    pages: list[list[str]] = [[]]
    held = 0
    for cut, size in sizes.items():
        if pages[-1] and held + size > ROWS_PER_PAGE:
            pages.append([])
            held = 0
        pages[-1].append(cut)
        held += size
    return pages


def _introduction(
    contents: Contents, variable: Variable, path: str, files: list[str], voice: Voice
) -> Iterator[str]:
    survey, row = contents.survey, variable.row
    question, other = voice.label(row, "question"), survey.row["language"]
    if question:
        yield f'<blockquote lang="{voice.language}">{escape(question)}</blockquote>'
    elif not variable.is_scale and row.get(f"question_{other}"):
        yield f'<blockquote lang="{other}" data-keep>{escape(row[f"question_{other}"])}</blockquote>'
    facts = [
        (Text("Onderzoek", "Survey"), voice.label(survey.row), ""),
        (Text("Aan wie", "Of whom"), voice.label(survey.row, "universe"), ""),
        (Text("Soort", "Kind"), voice.say(KINDS.get(variable.kind, Text(variable.kind, variable.kind))), ""),
        (Text("Thema", "Theme"), voice.label(row, "theme_label"), ""),
        (Text("Alleen gevraagd als", "Asked only if"), told_universe(survey, row.get("universe"), voice), ""),
        (Text("Opmerking", "Note"), row.get("note"), "en"),
        (Text("Code", "Code"), f"{survey.survey_id}.{variable.variable_id}", ""),
    ]
    yield '<dl class="facts">'
    yield from entries_of_facts(facts, voice)
    yield from _scales(survey, variable, path, voice)
    yield from _reliability(contents, variable, voice)
    yield "</dl>"
    yield f'<p class="soft">{voice.say(INTERVALS)}</p>'
    yield downloads(path, voice, *files)


def told_universe(survey: Survey, universe: str | None, voice: Voice) -> str:
    """Return who was asked, in the words of the questions that decide it: `left_employer = yes|no; ...`."""
    told = []
    for condition in (universe or "").split("; "):
        name, _, wanted = condition.partition(" = ")
        variable = survey.variable(name)
        if variable is None:
            told.append(condition)
            continue
        answers = [survey.answer(variable, answer) for answer in wanted.split("|")]
        labels = [voice.label(answer) for answer in answers if answer is not None]
        told.append(f"{voice.label(variable.row)}: {' / '.join(labels) or wanted}")
    return "; ".join(told)


def _scales(survey: Survey, variable: Variable, path: str, voice: Voice) -> Iterator[str]:
    """The scales of an item, or the items of a scale, as links."""
    if variable.is_scale:
        name = Text("Vragen", "Items")
        linked = [
            found for found in survey.variables if variable.variable_id in _ids(found.row.get("scale_ids"))
        ]
    else:
        name = Text("Schaal", "Scale")
        linked = [
            found
            for scale in _ids(variable.row.get("scale_ids"))
            if (found := survey.variable(scale)) is not None
        ]
    if linked:
        links = ", ".join(
            f'<a href="{link(path, variable_page(survey.survey_id, found.variable_id))}">'
            f"{escape(voice.label(found.row))}</a>"
            for found in linked
        )
        yield f"<dt>{voice.say(name)}</dt><dd>{links}</dd>"


def _ids(scale_ids: Any) -> list[str]:
    """The scales that a row of `dim_items` names, separated by commas or bars."""
    return str(scale_ids or "").replace("|", ",").replace(" ", "").split(",") if scale_ids else []


def _reliability(contents: Contents, variable: Variable, voice: Voice) -> Iterator[str]:
    for row in contents.reliability.get((variable.variable_id,), []) if variable.is_scale else ():
        alpha, omega = row["alpha_pairwise"], row["omega"]
        told = [
            f"{name} {voice.number(value)}"
            for name, value in (("alpha", alpha), ("omega", omega))
            if value is not None
        ] or [voice.reason(row["suppression_reason"] or row["alpha_null_reason"])]
        wave = voice.label(contents.survey.wave(row["wave_id"]))
        name = voice.say(Text("Betrouwbaarheid", "Reliability"))
        yield f"<dt>{name} {escape(wave)}</dt><dd>{escape(', '.join(told))}</dd>"


def _choice(
    contents: Contents, parts: list[list[str]], part: int, path: str, voice: Voice, variable: Variable
) -> Iterator[str]:
    """Links to the cuts, and for those with a script a choice of one cut and one wave."""
    survey = contents.survey
    links = []
    for place, cuts in enumerate(parts):
        page = variable_page(survey.survey_id, variable.variable_id, place)
        for cut in cuts:
            href = fragment(cut) if place == part else link(path, page) + fragment(cut)
            links.append(f'<li><a href="{href}">{escape(_cut_label(survey, cut, voice))}</a></li>')
    label = voice.say(Text("Uitsplitsingen", "Cuts"))
    yield f'<nav aria-label="{label}"><ul class="tabs">{"".join(links)}</ul></nav>'
    everything = voice.say(Text("alle", "all"))
    cuts_told = "".join(
        f'<option value="{escape(cut, quote=True)}">{escape(_cut_label(survey, cut, voice))}</option>'
        for cut in parts[part]
    )
    waves_told = "".join(
        f'<option value="{escape(wave["wave_id"], quote=True)}">{escape(voice.label(wave))}</option>'
        for wave in survey.waves
    )
    yield (
        f'<form class="choose" data-choose hidden><label>{voice.say(Text("Uitsplitsing", "Cut"))}<br>'
        f'<select name="cut"><option value="">{everything}</option>{cuts_told}</select></label>'
        f"<label>{voice.say(Text('Meting', 'Wave'))}<br>"
        f'<select name="wave"><option value="">{everything}</option>{waves_told}</select></label></form>'
    )


def _cut_label(survey: Survey, cut: str, voice: Voice) -> str:
    row = survey.cuts.get(cut)
    return voice.label(row, "cut_label") if row else cut


def _cut(
    contents: Contents, variable: Variable, rows: list[Row], answers: list[Row], voice: Voice
) -> Iterator[str]:
    survey, cut = contents.survey, rows[0]["cut_id"]
    label = _cut_label(survey, cut, voice)
    yield f'<section data-cut="{escape(cut, quote=True)}" id="{escape(anchor(cut), quote=True)}">'
    yield f"<h2>{escape(label)}</h2>"
    waves = by_key(rows, "wave_id")
    told = by_key([row for row in answers if row["cut_id"] == cut], "wave_id")
    for wave_id in contents.waves:
        found = waves.get((wave_id,), [])
        if not found:
            continue
        wave = survey.wave(wave_id)
        title = f"{voice.label(variable.row)}, {label}, {voice.label(wave)}"
        synthetic = wave["provenance"] == "synthetic"
        yield f'<div data-wave="{escape(wave_id, quote=True)}"><h3>{escape(voice.label(wave))}</h3>'
        own = told.get((wave_id,), [])
        if all(row["n"] == 0 for row in found):
            yield f'<p class="soft">{voice.reason(found[0]["mean_null_reason"] or "nobody_asked")}</p>'
        elif own and all(row["positive_share"] is None for row in found):
            yield from _answers(contents, variable, own, title, voice, synthetic=synthetic)
        else:
            yield from _shares(contents, variable, found, title, voice, synthetic=synthetic)
            if variable.row.get("indicator") == INDICATOR:
                scores = contents.net_scores.get((cut, wave_id), [])
                yield from net_scores(survey, scores, title, voice, synthetic=synthetic)
        yield "</div>"
    yield "</section>"


def _shares(
    contents: Contents, variable: Variable, rows: list[Row], title: str, voice: Voice, *, synthetic: bool
) -> Iterator[str]:
    """Positive, neutral and negative answers and the mean, of the groups of a cut in a wave."""
    survey = contents.survey
    categories = any(row["positive_share_null_reason"] != "no_categories" for row in rows)
    yield '<div class="pair">'
    if len(rows) <= GROUPS_PER_PICTURE:
        draw = _distribution if categories else _means
        yield f"<div>{draw(survey, variable, rows, title, voice, synthetic)}</div>"
    headings = ["n"]
    if categories:
        headings += [voice.say(name) for name in (POSITIVE, NEUTRAL, NEGATIVE)]
    headings += [voice.say(Text("gemiddelde", "mean")), why(voice)]
    lines = []
    for row in rows:
        cells = [count_cell(voice, row["n"])]
        if categories:
            cells += [
                share_cell(voice, row[name], row[f"{name}_ci_lower"], row[f"{name}_ci_upper"])
                for name in SHARES
            ]
        cells.append(number_cell(voice, row["mean"], row["mean_ci_lower"], row["mean_ci_upper"]))
        reasons = [row["reliability_flag"]]
        if ABSENT in cells:
            # What is hidden in the row may be another column than those that are shown here.
            missing = [row["positive_share_null_reason"] if categories else None, row["mean_null_reason"]]
            reasons = [row["suppression_reason"], *missing, *reasons]
        cells.append(why_cell(voice, *reasons))
        address = (row["cut_id"], row["wave_id"], row["group_id"])
        lines.append(TableRow(group_label(survey, row, voice), tuple(cells), address))
    yield table(title, headings, lines)
    yield "</div>"


def _distribution(
    survey: Survey, variable: Variable, rows: list[Row], title: str, voice: Voice, synthetic: bool
) -> str:
    lines = [
        Line(
            group_label(survey, row, voice),
            tuple(share_estimate(row, name, voice) for name in SHARES),
            f"n = {voice.count(row['n'])}" if row["n"] is not None else "",
        )
        for row in rows
    ]
    names = names_of_shares(survey, variable, voice)
    return stacked(lines, names, voice, alternative=described(title, voice), synthetic=synthetic)


def _means(
    survey: Survey, variable: Variable, rows: list[Row], title: str, voice: Voice, synthetic: bool
) -> str:
    del variable  # drawn by the same arguments as a distribution
    lines = [
        Line(
            group_label(survey, row, voice),
            (
                Estimate(
                    row["mean"],
                    row["mean_ci_lower"],
                    row["mean_ci_upper"],
                    voice.reason(row["suppression_reason"] or row["mean_null_reason"]),
                ),
            ),
            f"n = {voice.count(row['n'])}" if row["n"] is not None else "",
        )
        for row in rows
    ]
    axis = number_axis(lines, voice)
    if axis is None:
        return ""
    name = voice.say(Text("gemiddelde", "mean"))
    return dots(lines, [name], axis, voice, alternative=described(title, voice), synthetic=synthetic)


def _answers(
    contents: Contents, variable: Variable, rows: list[Row], title: str, voice: Voice, *, synthetic: bool
) -> Iterator[str]:
    """Shares of single answers: answers below each other, groups side by side."""
    survey = contents.survey
    by_answer = by_key(rows, "answer_id")
    groups = list(dict.fromkeys(row["group_id"] for row in rows))
    cut, wave_id = rows[0]["cut_id"], rows[0]["wave_id"]
    labels = {answer["answer_id"]: voice.label(answer) for answer in survey.answers_of(variable)}
    names = [group_label(survey, {"cut_id": cut, "group_id": group}, voice) for group in groups]
    cells = {(row["answer_id"], row["group_id"]): row for row in rows}
    yield '<div class="pair">'
    if len(groups) <= SERIES:
        lines = [
            Line(
                labels.get(answer, answer),
                tuple(share_estimate(cells[answer, group], "answer_share", voice) for group in groups),
            )
            for (answer,) in by_answer
        ]
        alternative = described(title, voice)
        axis = share_axis(lines, voice)
        drawn = dots(lines, names, axis, voice, alternative=alternative, synthetic=synthetic)
        yield f"<div>{drawn}</div>"
    body = [
        TableRow(
            labels.get(answer, answer),
            tuple(_answer_cell(cells[answer, group], voice) for group in groups),
            (cut, wave_id, answer),
        )
        for (answer,) in by_answer
    ]
    first = [cells[next(iter(by_answer))[0], group] for group in groups]
    base = tuple(count_cell(voice, row["base_n"]) for row in first)
    body.append(TableRow(voice.say(Text("n (basis)", "n (base)")), base, (cut, wave_id, "base")))
    yield table(title, names, body)
    yield "</div>"


def _answer_cell(row: Row, voice: Voice) -> Cell:
    if row["answer_share"] is None:
        reason = voice.reason(row["suppression_reason"] or row["answer_share_null_reason"])
        return Cell(ABSENT.text, reason)
    return share_cell(voice, row["answer_share"], row["answer_share_ci_lower"], row["answer_share_ci_upper"])


def _changes(survey: Survey, changes: Sequence[Row], voice: Voice) -> Iterator[str]:
    """What changed of the total since the wave before, in words."""
    for row in changes:
        if row["cut_id"] == "total" and row["change"] is not None:
            yield f"<p>{escape(told_change(survey, row, voice))}</p>"


def told_change(survey: Survey, row: Row, voice: Voice) -> str:
    """Return a change between two waves as a sentence."""
    share = row["measure"] != "mean"
    factor, places = (100, 1) if share else (1, 2)
    unit = voice.say(Text(" procentpunt", " percentage points")) if share else ""
    what = voice.say(Text("Aandeel positief", "Positive share") if share else Text("Gemiddelde", "Mean"))
    before, after = (survey.wave(row[name]) for name in ("previous_wave_id", "wave_id"))
    ends = [voice.number(factor * row[end], places) for end in ("ci_lower", "ci_upper")]
    told = (
        f"{what}, {voice.label(before)} \u2192 {voice.label(after)}: "
        f"{voice.change(factor * row['change'], places)}{unit} (95 %: {ends[0]} \u2013 {ends[1]})"
    )
    if row["is_meaningful"]:
        return told + voice.say(Text("; een verandering van betekenis.", "; a change that matters."))
    return told + "."
