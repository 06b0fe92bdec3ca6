"""The regressions: each model as a picture of its coefficients beside their table."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.site.layout import anchor, link
from werkpeil.site.pages.common import Subject, variable_page
from werkpeil.site.pictures import Estimate, Line, described, dots, number_axis
from werkpeil.site.reading import by_key
from werkpeil.site.tables import ABSENT, Cell, TableRow, downloads, number_cell, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.site.layout import Page
    from werkpeil.site.numbers import Numbers
    from werkpeil.site.reading import Row, Source, Survey
    from werkpeil.site.words import Voice

SUBJECT = Subject(
    "models.html",
    Text("Modellen", "Models"),
    Text(
        "Wat met wat samenhangt, bij gelijke andere omstandigheden.",
        "What goes with what, other things equal.",
    ),
)
TABLES = (
    "regression_fits",
    "regression_coefficients",
    "categorical_regression_fits",
    "categorical_regression_coefficients",
)
CONSTANT = "one"
_CONSTANT_NAME = Text("Constante", "Constant")
_ALPHA = 0.05
ERRORS = {
    "design": Text("fouten volgens het steekproefontwerp, gewogen", "errors by design, weighted"),
    "classical": Text("klassieke fouten, ongewogen", "classical errors, unweighted"),
}
_READING = Text(
    "Elke coëfficiënt zegt hoeveel punten de uitkomst gemiddeld hoger is bij één punt meer van de "
    "voorspeller, bij gelijke andere voorspellers. De streep is het 95%-interval; een open teken verschilt "
    "niet van nul (p > 0,05). Samenhang is geen oorzaak.",
    "Each coefficient says how many points higher the outcome is on average for one more point of the "
    "predictor, other predictors equal. The line is the 95 % interval; an open mark does not differ from "
    "zero (p > 0.05). Association is no cause.",
)


def model_pages(source: Source, surveys: Sequence[Survey], numbers: Numbers) -> list[Page]:
    """Return the page that lists the models and one page per survey; none where nothing is fitted."""
    listed: list[tuple[Survey, list[Row]]] = []
    written = []
    for survey in surveys:
        own = {"survey_id": survey.survey_id}
        tables = {name: source.table(name, "position, model_id", **own) for name in TABLES}
        files = [
            numbers.add(f"data/{survey.survey_id}/{name}", name, rows)
            for name, rows in tables.items()
            if rows
        ]
        if tables["regression_fits"]:
            listed.append((survey, tables["regression_fits"]))
            written.append((survey, partial(_main, survey, tables, files)))
    return SUBJECT.pages(written, partial(_index, listed))


def _main(survey: Survey, tables: dict[str, list[Row]], files: list[str], voice: Voice) -> Iterator[str]:
    path = SUBJECT.path_of(survey.survey_id)
    yield f"<p>{escape(voice.say(_READING))}</p>"
    yield from _survey(survey, tables["regression_fits"], tables["regression_coefficients"], path, voice)
    yield downloads(path, voice, *files)


def _index(listed: Sequence[tuple[Survey, list[Row]]], voice: Voice) -> Iterator[str]:
    yield f"<p>{escape(voice.say(_READING))}</p>"
    for survey, fits in listed:
        rows = []
        for (model,), found in by_key(fits, "model_id").items():
            newest = _newest(survey, [row for row in found if row["std_error_type"] == "design"])
            if newest is None:
                continue
            href = (
                link(SUBJECT.path, SUBJECT.path_of(survey.survey_id)) + "#" + anchor(newest["wave_id"], model)
            )
            cells = _fit_cells(newest, voice)
            rows.append(
                TableRow(voice.label(newest), (Cell(newest["wave_id"], word=True), *cells), href=href)
            )
        yield f"<h2>{escape(voice.label(survey.row))}</h2>"
        wave = voice.say(Text("meting", "wave"))
        caption = voice.say(Text("Modellen, nieuwste meting", "Models, newest wave"))
        yield table(f"{caption}: {voice.label(survey.row)}", [wave, *_fit_headings(voice)], rows)


def _fit_headings(voice: Voice) -> list[str]:
    return ["n", voice.say(Text("aangepaste R²", "adjusted R²")), voice.say(Text("opmerking", "note"))]


def _fit_cells(fit: Row, voice: Voice) -> list[Cell]:
    reason = fit["suppression_reason"] or fit["null_reason"]
    n = ABSENT if fit["n"] is None else Cell(voice.count(fit["n"]))
    return [
        n,
        number_cell(voice, fit["adjusted_r_squared"], places=3),
        Cell(voice.reason(reason), word=True),
    ]


def _newest(survey: Survey, rows: Sequence[Row]) -> Row | None:
    order = [wave["wave_id"] for wave in survey.waves]
    return min(rows, key=lambda row: order.index(row["wave_id"]), default=None)


def _survey(
    survey: Survey, fits: Sequence[Row], coefficients: Sequence[Row], path: str, voice: Voice
) -> Iterator[str]:
    terms = by_key(coefficients, "wave_id", "model_id", "std_error_type")
    fitted = by_key(fits, "wave_id", "model_id")
    for wave in survey.waves:
        yield f"<h2>{escape(voice.label(wave))}</h2>"
        for (wave_id, _), found in fitted.items():
            if wave_id != wave["wave_id"]:
                continue
            yield from _model(survey, wave, found, terms, path, voice)


def _model(
    survey: Survey,
    wave: Row,
    fits: Sequence[Row],
    terms: dict[tuple[str, ...], list[Row]],
    path: str,
    voice: Voice,
) -> Iterator[str]:
    """A model with its errors by design drawn, and in a table of each kind."""
    first = fits[0]
    wave_id, model = wave["wave_id"], first["model_id"]
    label = voice.label(first)
    yield f'<section id="{escape(anchor(wave_id, model), quote=True)}"><h3>{escape(label)}</h3>'
    tables = []
    for fit in sorted(fits, key=lambda fit: fit["std_error_type"] != "design"):
        kind = fit["std_error_type"]
        found = terms.get((wave_id, model, kind), [])
        told = voice.say(ERRORS.get(kind, Text(kind, kind)))
        n = fit["n"]
        size = f"n = {voice.count(n)}" if n is not None else voice.reason(fit["suppression_reason"])
        fitness = fit["adjusted_r_squared"]
        r_squared = f", R² = {voice.number(fitness, 3)}" if fitness is not None else ""
        reason = voice.reason(fit["null_reason"])
        caption = f"{label}, {voice.label(wave)}: {told}; {size}{r_squared}{f'; {reason}' if reason else ''}"
        tables.append(_coefficients(survey, found, caption, path, voice))
    drawn = terms.get((wave_id, model, "design"), [])
    title = f"{label}, {voice.label(wave)}"
    shown = _picture(survey, drawn, title, voice, synthetic=wave["provenance"] == "synthetic")
    yield f'<div class="pair"><div>{shown}</div><div>{tables[0]}</div></div>'
    for rest in tables[1:]:
        summary = voice.say(Text("Met klassieke fouten, ongewogen", "With classical errors, unweighted"))
        yield f"<details><summary>{summary}</summary>{rest}</details>"
    yield "</section>"


def term_label(survey: Survey, term_id: str, voice: Voice) -> str:
    """Return the name of a term: of a variable, of one answer to one, or of the constant."""
    if term_id == CONSTANT:
        return voice.say(_CONSTANT_NAME)
    name, _, answer_id = term_id.partition("=")
    variable = survey.variable(name)
    if variable is None:
        return term_id
    label = voice.label(variable.row)
    if answer_id:
        answer = survey.answer(variable, answer_id)
        label += f": {voice.label(answer) if answer else answer_id}"
    return label


def _picture(survey: Survey, terms: Sequence[Row], title: str, voice: Voice, *, synthetic: bool) -> str:
    lines = _lines(survey, terms, voice)
    axis = number_axis(lines, voice, zero=True)
    if axis is None:
        return ""
    return dots(lines, ["b"], axis, voice, alternative=described(title, voice), synthetic=synthetic)


def _lines(survey: Survey, terms: Sequence[Row], voice: Voice) -> list[Line]:
    """The terms of a model as rows of a picture, without the constant."""
    return [
        Line(
            term_label(survey, row["term_id"], voice),
            (
                Estimate(
                    row["b"],
                    row["ci_lower"],
                    row["ci_upper"],
                    voice.reason(row["suppression_reason"] or row["null_reason"]),
                    firm=row["p_value"] is not None and row["p_value"] <= _ALPHA,
                ),
            ),
            row["significance"] or "",
        )
        for row in terms
        if row["term_id"] != CONSTANT
    ]


def _coefficients(survey: Survey, terms: Sequence[Row], caption: str, path: str, voice: Voice) -> str:
    rows = []
    for row in terms:
        name = row["term_id"].partition("=")[0]
        known = survey.variable(name)
        href = link(path, variable_page(survey.survey_id, name)) if known else ""
        stars = row["significance"] or ""
        b = number_cell(voice, row["b"], row["ci_lower"], row["ci_upper"], places=3)
        rows.append(
            TableRow(
                term_label(survey, row["term_id"], voice),
                (
                    Cell(b.text + stars, b.small),
                    number_cell(voice, row["beta"], places=3),
                    Cell(voice.p_value(row["p_value"])) if row["p_value"] is not None else ABSENT,
                    Cell(voice.p_value(row["q_value"])) if row["q_value"] is not None else Cell(),
                    number_cell(voice, row["vif"], places=1) if row["vif"] is not None else Cell(),
                    Cell(voice.reason(row["suppression_reason"] or row["null_reason"]), word=True),
                ),
                (row["wave_id"], row["model_id"], row["std_error_type"], row["term_id"]),
                href,
            )
        )
    headings = ["b", "beta", "p", "q", "VIF", voice.say(Text("opmerking", "note"))]
    return table(caption, headings, rows)


def coefficient_pictures(
    source: Source, survey: Survey, exhibit_id: str, wave_id: str, voice: Voice
) -> Iterator[str]:
    """Yield a picture per model of an exhibit: coefficients with their intervals, errors by design."""
    chosen = {"survey_id": survey.survey_id, "wave_id": wave_id, "std_error_type": "design"}
    terms = by_key(source.table("regression_coefficients", "position, term_id", **chosen), "model_id")
    wave = survey.wave(wave_id)
    fits = source.table("regression_fits", "position, model_id", exhibit=exhibit_id, **chosen)
    models = {voice.label(fit): _lines(survey, terms.get((fit["model_id"],), []), voice) for fit in fits}
    # One axis for all, so that models can be compared.
    axis = number_axis([line for lines in models.values() for line in lines], voice, zero=True)
    if axis is None:
        return
    for label, lines in models.items():
        alternative = described(f"{label}, {voice.label(wave)}", voice)
        synthetic = wave["provenance"] == "synthetic"
        drawn = dots(lines, ["b"], axis, voice, alternative=alternative, synthetic=synthetic)
        yield f"<div><h3>{escape(label)}</h3>{drawn}</div>"
