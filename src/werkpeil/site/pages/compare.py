"""All questions and scales by one cut: groups side by side, theme by theme, with what differs marked."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.layout import Page, link
from werkpeil.site.pages.common import (
    label_text,
    share_estimate,
    synthetic_names,
    variable_page,
    voices,
)
from werkpeil.site.pictures import SERIES, Line, described, dots, share_axis
from werkpeil.site.reading import TOTAL, by_key, in_one_naming
from werkpeil.site.tables import ABSENT, Cell, TableRow, share_cell, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.site.pages.variables import Contents
    from werkpeil.site.reading import Row, Source, Survey, Variable
    from werkpeil.site.words import Voice

# More groups do not stand side by side.
GROUPS = 15
# From which share on a cell has a stronger colour.
_SHADES = ((0.75, "h4"), (0.5, "h3"), (0.25, "h2"), (0.0, "h1"))
_READING = Text(
    "Aandeel positieve antwoorden per groep, met 95%-interval. Sterren: de groepen verschillen (toets "
    "volgens het steekproefontwerp; * p ≤ 0,05, ** p ≤ 0,01, *** p ≤ 0,001); q is p na correctie voor veel "
    "toetsen.",
    "Share of positive answers per group, with 95 % interval. Stars: the groups differ (test under the "
    "sampling design; * p ≤ 0.05, ** p ≤ 0.01, *** p ≤ 0.001); q is p adjusted for many tests.",
)

Tests = dict[tuple[str, ...], list["Row"]]


def compare_path(survey_id: str, cut: str) -> str:
    """Return the path of the page of a cut; the star of a crossing is in no file name."""
    return f"compare/{survey_id}/{cut.replace('*', '-by-')}.html"


def compare_pages(source: Source, contents: Contents) -> Iterator[Page]:
    """Yield a page per cut of a survey whose groups can stand side by side."""
    survey = contents.survey
    tests = by_key(
        source.table(
            "item_differences",
            survey_id=survey.survey_id,
            measure="positive_share",
            test="design",
            group_b=None,
        ),
        "wave_id",
        "cut_id",
        "item_id",
    )
    for cut in cuts_to_compare(contents):
        path = compare_path(survey.survey_id, cut)
        main = {
            voice.language: [
                f"<p>{escape(voice.say(_READING))}</p>",
                *(
                    piece
                    for wave in survey.waves
                    for piece in _wave(
                        contents, cut, wave, partial(_test, tests, wave["wave_id"], cut), voice
                    )
                ),
            ]
            for voice in voices()
        }
        label, named = label_text(survey.cuts[cut], "cut_label"), label_text(survey.row)
        title = Text(f"{named.nl}: {label.nl}", f"{named.en}: {label.en}")
        yield Page(path, title, main, synthetic_names([survey]), section="explore.html")


def cuts_to_compare(contents: Contents) -> list[str]:
    """Return the cuts with a few groups in which somebody answered, in their order."""
    groups: dict[str, set[str]] = {}
    for (_,), rows in [*contents.shares.items(), *contents.scores.items()]:
        for row in rows:
            if row["n"]:
                groups.setdefault(row["cut_id"], set()).add(row["group_id"])
    return [cut for cut in contents.survey.cuts if cut != TOTAL and 1 < len(groups.get(cut, ())) <= GROUPS]


def _test(tests: Tests, wave_id: str, cut: str, variable: Variable) -> Row | None:
    """The test of all groups of a cut; scales are not tested."""
    return next(iter(tests.get((wave_id, cut, variable.variable_id), [])), None)


def _wave(
    contents: Contents, cut: str, wave: Row, test_of: partial[Row | None], voice: Voice
) -> Iterator[str]:
    survey = contents.survey
    by_theme: dict[str, list[tuple[Variable, dict[str, Row]]]] = {}
    for variable in survey.variables:
        rows = {
            row["group_id"]: in_one_naming(row)
            for row in contents.of(variable)
            if row["cut_id"] == cut and row["wave_id"] == wave["wave_id"] and row["n"] != 0
        }
        if any(row["positive_share"] is not None for row in rows.values()):
            theme = voice.say(Text("Schalen", "Scales")) if variable.is_scale else ""
            theme = theme or voice.label(variable.row, "theme_label")
            by_theme.setdefault(theme, []).append((variable, rows))
    if by_theme:
        yield f"<h2>{escape(voice.label(wave))}</h2>"
    for theme, found in by_theme.items():
        yield from _theme(survey, cut, wave, theme or voice.label(survey.row), found, test_of, voice)


def _theme(
    survey: Survey,
    cut: str,
    wave: Row,
    theme: str,
    found: Sequence[tuple[Variable, dict[str, Row]]],
    test_of: partial[Row | None],
    voice: Voice,
) -> Iterator[str]:
    """The questions of a theme: a picture where groups are few, and a table."""
    present = {group for _, rows in found for group in rows}
    groups = [group for (own, group) in survey.groups if own == cut and group in present]
    names = [voice.label(survey.groups[cut, group]) for group in groups]
    lines, body = [], []
    for variable, rows in found:
        test = test_of(variable) or {}
        label = voice.label(variable.row) + (test.get("significance") or "")
        estimates = tuple(
            share_estimate(rows.get(group, _NOBODY), "positive_share", voice) for group in groups
        )
        lines.append(Line(label, estimates))
        cells = [_shaded(rows.get(group), voice) for group in groups]
        q = test.get("q_value")
        path = compare_path(survey.survey_id, cut)
        body.append(
            TableRow(
                label,
                (*cells, ABSENT if q is None else Cell(voice.p_value(q))),
                (wave["wave_id"], variable.variable_id),
                link(path, variable_page(survey.survey_id, variable.variable_id)),
            )
        )
    title = f"{theme}, {voice.label(survey.cuts[cut], 'cut_label')}, {voice.label(wave)}"
    yield f"<h3>{escape(theme)}</h3>"
    shown = table(title, [*names, "q"], body)
    if len(groups) > SERIES:
        yield shown
        return
    synthetic = wave["provenance"] == "synthetic"
    axis = share_axis(lines, voice)
    drawn = dots(lines, names, axis, voice, alternative=described(title, voice), synthetic=synthetic)
    yield f'<div class="pair"><div>{drawn}</div>{shown}</div>'


_NOBODY: Row = {"positive_share": None, "suppression_reason": "nobody"}


def _shaded(row: Row | None, voice: Voice) -> Cell:
    if row is None:
        return Cell()
    if row["positive_share"] is None:
        reason = row["suppression_reason"] or row["positive_share_null_reason"]
        return Cell(ABSENT.text, voice.reason(reason))
    share = row["positive_share"]
    shown = share_cell(voice, share, row["positive_share_ci_lower"], row["positive_share_ci_upper"])
    style = next(style for least, style in _SHADES if share >= least)
    return Cell(shown.text, shown.small, style=style)
