"""What still has to be done about a survey before its numbers can be believed, most important first.

`check` finds what contradicts itself within a codebook, and landing refuses that. Here the seeds around it
are looked at too, and what is merely missing: decisions, labels, translations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkpeil.codebook.check import Problem, find_problems
from werkpeil.codebook.load import load_codebook, seed_rows
from werkpeil.codebook.model import normalise_text, other_language
from werkpeil.project import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from werkpeil.codebook.model import Codebook, Column
    from werkpeil.project import Project

_LISTED = 6


@dataclass(frozen=True)
class Review:
    """What is wrong with a survey's description, and what is still open about it.

    Args:
        survey_id: Of the survey.
        columns: How many columns its codebook has.
        problems: What contradicts itself: landing or building refuses it.
        open_points: What is missing or was guessed; numbers come out all the same.
    """

    survey_id: str
    columns: int
    problems: tuple[Problem, ...]
    open_points: tuple[Problem, ...]


def review_survey(project: Project, survey_id: str) -> Review:
    """Return everything that is left to do about a survey, most important first.

    Raises:
        InputError: if the survey is not known, or a file of it cannot be read.
    """
    codebook = load_codebook(project, survey_id)
    problems = (
        *find_problems(codebook),
        *_project_problems(project, survey_id),
        *_stratum_problems(project, codebook),
        *_regression_problems(project, codebook),
    )
    rules = (
        _decisions,
        _guesses,
        _design_points,
        _scale_points,
        _unwritten_labels,
        _untranslated,
        _descriptive_points,
    )
    open_points = tuple(point for rule in rules for point in rule(codebook))
    return Review(survey_id, len(codebook.columns), problems, open_points)


# What contradicts itself


def _project_problems(project: Project, survey_id: str) -> Iterator[Problem]:
    if survey_id not in project.surveys:
        yield Problem(
            "It has a codebook and is not listed among the surveys: nothing is built of it.",
            f"{MARKER}, vars.surveys",
            f"add {survey_id} to the list",
        )
    models = (
        project.staging / survey_id / f"stg_{survey_id}__responses.sql",
        project.root / "models" / "scored" / f"scored_{survey_id}.sql",
    )
    for path in models:
        if not path.is_file():
            yield Problem(
                "A model of the survey is missing.",
                str(path.relative_to(project.root)),
                "make it as CONTRIBUTING.md tells under `A survey`: it is one line",
            )


def _stratum_problems(project: Project, codebook: Codebook) -> Iterator[Problem]:
    strata = codebook.with_role("stratum")
    known = [
        {answer.answer_id for answer in codebook.answers_of(column)} if column.is_coded else None
        for column in strata
    ]
    for seed in ("strata", "samples"):
        rows = [row for row in seed_rows(project, seed) if row["survey_id"] == codebook.survey_id]
        where = f"seeds/{seed}.csv, survey '{codebook.survey_id}'"
        if rows and not strata:
            yield Problem(
                "It counts people per stratum, and no column is a stratum.",
                where,
                "give a column the role stratum, or take the rows away",
            )
            continue
        for stratum_id in dict.fromkeys(row["stratum_id"] or "" for row in rows):
            parts = stratum_id.split("*")
            fits = len(parts) == len(known) and all(
                ids is None or part in ids for part, ids in zip(parts, known, strict=True)
            )
            if not fits:
                yield Problem(
                    f"There is no stratum '{stratum_id}'.",
                    where,
                    f"name answer ids of {' and '.join(column.name for column in strata)}, joined with *",
                )


def _regression_problems(project: Project, codebook: Codebook) -> Iterator[Problem]:
    models = {
        row["model_id"]: row["outcome_id"]
        for row in seed_rows(project, "regression_models")
        if row["survey_id"] == codebook.survey_id
    }
    for model_id, outcome_id in models.items():
        if not _is_variable(codebook, outcome_id or ""):
            yield Problem(
                f"Its outcome '{outcome_id}' is no column that is answered, and no scale.",
                f"seeds/regression_models.csv, model '{model_id}'",
                "correct the id",
            )
    for row in seed_rows(project, "regression_terms"):
        if row["survey_id"] != codebook.survey_id:
            continue
        where = f"seeds/regression_terms.csv, model '{row['model_id']}'"
        if row["model_id"] not in models:
            yield Problem(
                "There is no such model.", where, "add it to seeds/regression_models.csv, or correct the id"
            )
        elif not _is_variable(codebook, row["term_id"] or ""):
            yield Problem(
                f"Its term '{row['term_id']}' is no answered column, no scale and no answer of a column.",
                where,
                "correct the id; one answer against all others is written `column=answer`",
            )


def _is_variable(codebook: Codebook, named: str) -> bool:
    """Whether a text names a scale, a column that people answer or are divided by, or one answer of it."""
    name, _, answer_id = named.partition("=")
    if not answer_id and any(scale.scale_id == name for scale in codebook.scales):
        return True
    column = next((column for column in codebook.columns if column.name == name), None)
    if column is None or not (column.is_answered or "group" in column.role):
        return False
    return not answer_id or any(answer.answer_id == answer_id for answer in codebook.answers_of(column))


# What is open


def _decisions(codebook: Codebook) -> Iterator[Problem]:
    for question in codebook.to_decide:
        yield Problem(
            question, _in_codebook(codebook), "decide, mend what is wrong, and take it out of to_decide"
        )


def _guesses(codebook: Codebook) -> Iterator[Problem]:
    assumed = [column.name for column in codebook.columns if column.assumed]
    if assumed:
        yield Problem(
            f"Wording or coding was assumed: {_listed(assumed)}.",
            _in_codebook(codebook),
            "compare with the questionnaire, and take `assumed` away where it is right",
        )
    unnamed = [
        set_id
        for set_id, answers in codebook.answers.items()
        if any(answer.answer_id == f"code_{answer.answer_code}" for answer in answers)
    ]
    if unnamed:
        yield Problem(
            f"Answers are known by their codes only: {_listed(unnamed)}.",
            "seeds/answer_sets.csv",
            "write answer_id, label_nl and label_en",
        )


def _design_points(codebook: Codebook) -> Iterator[Problem]:
    if codebook.first_with_role("respondent_id") is None:
        yield Problem(
            "No column identifies respondents: nobody can be linked between waves, nor be forgotten.",
            _in_codebook(codebook),
            "give the column that does the role respondent_id",
        )
    if codebook.first_with_role("weight") is None and codebook.weighting is None and not codebook.design_note:
        yield Problem(
            "Everybody counts once.",
            _in_codebook(codebook),
            "give a column the role weight, declare a weighting, or say in design_note why none is needed",
        )


def _scale_points(codebook: Codebook) -> Iterator[Problem]:
    for scale in codebook.scales:
        items = [column.name for column in codebook.columns if scale.scale_id in column.scale]
        where = f"seeds/scales.csv, scale '{scale.scale_id}'"
        if not items:
            yield Problem("No column belongs to it.", where, "name it under scale of its items")
    unused = [
        theme.theme_id
        for theme in codebook.themes
        if all(column.theme != theme.theme_id for column in codebook.columns)
    ]
    if unused:
        yield Problem(
            f"No column has the theme: {_listed(unused)}.", "seeds/themes.csv", "name it, or take it away"
        )


def _unwritten_labels(codebook: Codebook) -> Iterator[Problem]:
    shown = [column for column in codebook.columns if column.is_answered or "group" in column.role]
    codes = [column.name for column in shown if _is_its_own_name(column)]
    if codes:
        yield Problem(
            f"The question is not written, only its code: {_listed(codes)}.",
            _in_codebook(codebook),
            "write it under description",
        )
    unlabelled = [column.name for column in shown if not (column.label_nl and column.label_en)]
    if unlabelled:
        yield Problem(
            f"{len(unlabelled)} of {len(shown)} columns have no short label in both languages:"
            f" {_listed(unlabelled)}.",
            _in_codebook(codebook),
            "write label_nl and label_en; until then tables show the question",
        )


def _is_its_own_name(column: Column) -> bool:
    names = {normalise_text(name) for name in (column.name, *column.delivered_as)}
    return not column.description or normalise_text(column.description) in names


def _untranslated(codebook: Codebook) -> Iterator[Problem]:
    other = other_language(codebook.language)
    missing = [
        column.name
        for column in codebook.columns
        if column.is_answered and not codebook.questions_of(column)[other]
    ]
    if missing:
        yield Problem(
            f"{len(missing)} questions are in one language only: {_listed(missing)}.",
            _in_codebook(codebook),
            f"write question_{other}",
        )
    groups = (
        ("answer_sets", [(set_id, _labels(answers)) for set_id, answers in codebook.answers.items()]),
        ("scales", [(scale.scale_id, _labels([scale])) for scale in codebook.scales]),
        ("themes", [(theme.theme_id, _labels([theme])) for theme in codebook.themes]),
        ("cuts", [(cut.cut_id, _labels([cut])) for cut in codebook.cuts]),
    )
    for seed, labelled in groups:
        alike = [name for name, labels in labelled if labels and all(nl == en for nl, en in labels)]
        if alike:
            yield Problem(
                f"Labels are the same in both languages: {_listed(alike)}.",
                f"seeds/{seed}.csv",
                "translate them; names that are the same in both may stay",
            )


def _labels(rows: Iterable[object]) -> list[tuple[str, str]]:
    """Return the Dutch and English labels of rows, numbers left out: they need no translation."""
    pairs = [(getattr(row, "label_nl"), getattr(row, "label_en")) for row in rows]  # noqa: B009 - any seed's row
    return [(nl, en) for nl, en in pairs if any(character.isalpha() for character in nl + en)]


def _descriptive_points(codebook: Codebook) -> Iterator[Problem]:
    missing = [
        key for key in ("universe_nl", "universe_en", "source", "licence") if getattr(codebook, key) is None
    ]
    if missing:
        yield Problem(
            f"The survey does not say: {', '.join(missing)}.",
            _in_codebook(codebook),
            "write them beside its labels",
        )
    undated = [wave_id for wave_id, wave in codebook.waves.items() if not wave.fieldwork_start]
    if undated:
        yield Problem(
            f"Waves without fieldwork dates: {_listed(undated)}.",
            _in_codebook(codebook),
            "write fieldwork_start and fieldwork_end",
        )


def _in_codebook(codebook: Codebook) -> str:
    return codebook.path or codebook.survey_id


def _listed(names: list[str]) -> str:
    more = len(names) - _LISTED
    return ", ".join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
