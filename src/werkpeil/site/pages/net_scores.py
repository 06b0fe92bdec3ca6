"""The eNPS of the question that asks whether people would recommend where they work."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.pages.common import GROUPS_PER_PICTURE, group_label
from werkpeil.site.pictures import Axis, Estimate, Line, described, dots
from werkpeil.site.tables import Cell, TableRow, number_cell, table, why

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.site.reading import Row, Survey
    from werkpeil.site.words import Voice

# Value of `dim_items.indicator`, and name of the metric.
INDICATOR = "enps"
NAME = Text("eNPS", "eNPS")
READING = Text(
    "eNPS: het percentage positieve antwoorden min het percentage negatieve, in punten van \u2212100 tot "
    "100; het interval is 1,96 fouten naar beide kanten.",
    "eNPS: the percentage of positive answers less that of negative ones, in points from \u2212100 to "
    "100; the interval is 1.96 errors to either side.",
)
_NORMAL_95 = 1.959963984540054


def net_scores(
    survey: Survey, rows: list[Row], title: str, voice: Voice, *, synthetic: bool
) -> Iterator[str]:
    """Yield the eNPS of the groups of a cut in a wave as a picture beside its table.

    Args:
        survey: The survey.
        rows: Rows of `scorecard_by_group` of the cut and wave.
        title: What the numbers are of.
        voice: Language.
        synthetic: Whether the answers are made up.
    """
    lines = []
    for row in rows:
        score, error = row["enps"], row["enps_std_error"]
        ends = (None, None)
        if score is not None and error is not None:
            ends = (score - _NORMAL_95 * error, score + _NORMAL_95 * error)
        estimate = Estimate(score, *ends, reason=voice.reason(row["enps_reason"]))
        lines.append(Line(group_label(survey, row, voice), (estimate,)))
    if all(estimate.value is None for line in lines for estimate in line.estimates):
        return
    name = voice.say(NAME)
    yield '<div class="pair">'
    if len(rows) <= GROUPS_PER_PICTURE:
        alternative = described(f"{name}: {title}", voice)
        drawn = dots(lines, [name], _axis(voice), voice, alternative=alternative, synthetic=synthetic)
        yield f'<div><p class="soft">{name}</p>{drawn}</div>'
    cells = [
        (
            number_cell(voice, found.value, found.lower, found.upper, places=1),
            Cell("" if found.value is not None else found.reason, word=True),
        )
        for (found,) in (line.estimates for line in lines)
    ]
    body = [
        TableRow(line.label, told, (row["cut_id"], row["wave_id"], row["group_id"], INDICATOR))
        for line, told, row in zip(lines, cells, rows, strict=True)
    ]
    yield f"<div>{table(f'{name}: {title}', [name, why(voice)], body)}"
    yield f'<p class="notes">{escape(voice.say(READING))}</p></div></div>'


def _axis(voice: Voice) -> Axis:
    """All that a score can be: groups and waves are compared on the same length."""
    return Axis(-100, 100, (-100, -50, 0, 50, 100), lambda value: voice.number(value, 0), zero=True)
