"""Draft a survey from one delivered file: what `werkpeil survey new` does."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from werkpeil.codebook import normalise_text
from werkpeil.codebook.draft.answers import translated
from werkpeil.codebook.draft.codebook_files import read_description
from werkpeil.codebook.draft.columns import ColumnDrafter, DraftColumn, divides_people
from werkpeil.codebook.draft.delivery import ROW_LIMIT, read_delivery
from werkpeil.codebook.draft.design import find_design
from werkpeil.codebook.draft.facts import SurveyFacts, noted_meta, take_over
from werkpeil.codebook.draft.names import Namer
from werkpeil.codebook.draft.questions import Questions, listed
from werkpeil.codebook.draft.scales import propose_scales
from werkpeil.codebook.draft.write import SurveyFiles, require_new, write_survey
from werkpeil.codebook.load import seed_rows
from werkpeil.codebook.model import Answer, other_language
from werkpeil.landing import zone
from werkpeil.landing.layout import layout_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from werkpeil.codebook.draft.answers import AnswerSet
    from werkpeil.codebook.draft.delivery import Delivery, FileColumn
    from werkpeil.codebook.draft.design import Design
    from werkpeil.codebook.model import Band
    from werkpeil.project import Project

_MOST_CUTS = 8
_MOST_GROUPS_OF_CUT = 40
_MOST_CELLS = 25_000  # numbers by group of all items; a first build shall take minutes
_MOST_PROFILES = 1_000_000_000
_SMALL_GROUP = 10
_RANGES = ("numbers", "recommendation")
_RESERVING_ROLES = ("respondent_id", "weight")


@dataclass(frozen=True)
class Draft:
    """A drafted survey.

    Args:
        survey_id: Of the new survey.
        column_count: Columns in its codebook.
        written: Files written or changed, as paths in the project.
        questions: What a person must decide, most important first.
        is_placed_by_codebook: The data have no header, and land by the codebook beside them only.
    """

    survey_id: str
    column_count: int
    written: tuple[str, ...]
    questions: tuple[str, ...]
    is_placed_by_codebook: bool


def draft_survey(
    project: Project,
    file: Path,
    survey_id: str,
    wave_id: str,
    language: str,
    on_progress: Callable[[float], None] = lambda _: None,
    *,
    codebook: Path | None = None,
) -> Draft:
    """Draft a codebook from a delivered file and add the survey to the project.

    The file is only read. At most its first 50,000 rows are looked at.

    Args:
        project: Where to add the survey.
        file: A delivery of the survey, in any format that landing reads.
        survey_id: Of the new survey: lower snake_case.
        wave_id: Of the wave that the file holds.
        language: Of the questions: nl or en.
        on_progress: Told how much of the file has been read, 0 to 1.
        codebook: A file beside it that describes its columns, in a format that `read_description` knows.

    Raises:
        InputError: if an id or a file cannot be used, or the survey exists.
        OutsideError: if the disk is full or a file cannot be written.
    """
    zone.check_ids(survey_id, wave_id)
    require_new(project, survey_id)
    existing = _existing_answer_sets(project)
    questions = Questions()
    description = read_description(codebook, language) if codebook is not None else None
    with read_delivery(file, on_progress, description, codebook) as delivery:
        design = find_design(delivery, questions)
        columns = _draft_columns(delivery, design, existing, language, questions)
        _name_columns(delivery, columns)
        _name_answer_sets(
            columns, survey_id, {row["answer_set_id"] or "" for row in seed_rows(project, "answer_sets")}
        )
        bands = [row["band_set_id"] or "" for row in seed_rows(project, "band_sets")]
        undescribed = [column for column in columns if column.source.told.facts is None]
        proposal = propose_scales(delivery, undescribed, survey_id, bands, questions)
    told = description.survey if description is not None else SurveyFacts()
    rows = told.seed_rows(survey_id, [column.name for column in columns])
    cuts = rows["cuts"] or _cuts(columns, survey_id, questions)
    _ask_about_answers(columns, questions)
    _ask_about_file(delivery, questions)
    to_decide = tuple(questions.sentences())
    files = SurveyFiles(
        survey_id=survey_id,
        codebook=_codebook(columns, delivery, (survey_id, wave_id), language, to_decide, told),
        rows={
            "answer_sets": _answer_rows(columns),
            "scales": [*rows["scales"], *(scale.model_dump() for scale in proposal.scales)],
            "themes": [*rows["themes"], *(theme.model_dump() for theme in proposal.themes)],
            "flows": rows["flows"],
            "band_sets": _new_bands(told.bands, bands),
            "cuts": cuts,
            "strata": _strata(columns, design, survey_id, wave_id),
        },
    )
    written = write_survey(project, files)
    return Draft(
        survey_id=survey_id,
        column_count=len(columns),
        written=tuple(str(path.relative_to(project.root)) for path in written),
        questions=to_decide,
        is_placed_by_codebook=codebook is not None and layout_of(codebook) is not None,
    )


def _existing_answer_sets(project: Project) -> dict[str, tuple[Answer, ...]]:
    """Return the answer sets that are not another survey's own, which bear its id in front."""
    surveys = {*project.surveys, *(row["survey_id"] or "" for row in seed_rows(project, "cuts"))}
    owners = tuple(f"{survey}_" for survey in surveys if survey)
    found: dict[str, list[Answer]] = {}
    for row in seed_rows(project, "answer_sets"):
        content: dict[str, Any] = {**row, "spellings": tuple((row["spellings"] or "").split("|"))}
        if not row["spellings"]:
            content["spellings"] = ()
        answer = Answer.model_validate(content)
        if not answer.answer_set_id.startswith(owners):
            found.setdefault(answer.answer_set_id, []).append(answer)
    return {set_id: tuple(answers) for set_id, answers in found.items()}


# --- Columns ------------------------------------------------------------------------------------


def _draft_columns(
    delivery: Delivery,
    design: Design,
    existing: Mapping[str, tuple[Answer, ...]],
    language: str,
    questions: Questions,
) -> list[DraftColumn]:
    special = [_special(column, design) for column in delivery.columns]
    found = [column for column in special if column is not None]
    taken = {column.source.position for column in found}
    others = [column for column in delivery.columns if column.position not in taken]
    found += ColumnDrafter(existing, language, questions).draft(delivery, others)
    for column in found:
        if column.source.position in design.strata:
            column.also = ("stratum",)
        if column.source.told.facts is not None:
            take_over(column, column.source.told.facts, existing)
        elif column.answers is not None and not column.answers.is_existing:
            column.answers = translated(column.answers, column.source.told.translated_labels, language)
    questions.unusable += delivery.unusable
    return sorted(found, key=lambda column: column.source.position)


def _special(column: FileColumn, design: Design) -> DraftColumn | None:
    if column.position in design.roles:
        return DraftColumn(column, design.roles[column.position])
    return DraftColumn(column, "ignored") if column in design.not_kept else None


def _name_columns(delivery: Delivery, columns: Sequence[DraftColumn]) -> None:
    namer = Namer([column.header for column in delivery.columns])
    for column in columns:
        reserved = column.role if column.role in _RESERVING_ROLES else None
        source = column.source
        column.name = namer.name(source.header, source.code, source.position, wanted=reserved)


# --- Answer sets --------------------------------------------------------------------------------


def _name_answer_sets(columns: Sequence[DraftColumn], survey_id: str, taken: set[str]) -> None:
    """Let columns share the sets that are the same, and name those that are new.

    A set of texts is part of a larger one if all its answers are: nobody gave the others.
    """
    named: list[AnswerSet] = []
    drafted = [column for column in columns if column.answers is not None and not column.answers.is_existing]
    for column in sorted(drafted, key=lambda column: -len(column.answers.answers) if column.answers else 0):
        answers = column.answers
        if answers is None:
            continue
        shared = next((known for known in named if _is_part(answers, known, column.coding)), None)
        if shared is None:
            wanted = f"{survey_id}_{column.name}" if answers.kind == "codes" else answers.kind
            if wanted in taken or answers.kind.startswith(_RANGES):
                wanted = wanted if wanted.startswith(survey_id) else f"{survey_id}_{wanted}"
            set_id = _free(wanted, taken)
            taken.add(set_id)
            renamed = tuple(answer.model_copy(update={"answer_set_id": set_id}) for answer in answers.answers)
            shared = replace(answers, set_id=set_id, answers=renamed)
            named.append(shared)
        column.answers = shared


def _free(wanted: str, taken: set[str]) -> str:
    name, number = wanted, 2
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def _is_part(answers: AnswerSet, known: AnswerSet, coding: str) -> bool:
    if answers.identity == known.identity:
        return True
    if coding != "labels" or not answers.is_ordered or answers.kind == "codes":
        return False
    # The middle of a range of numbers depends on where it ends; what words mean does not.
    is_part_of_kind = not answers.kind.startswith(_RANGES)
    by_id = {answer.answer_id: answer for answer in known.answers}
    return all(
        answer.answer_id in by_id
        and set(answer.texts) <= set(by_id[answer.answer_id].texts)
        and (is_part_of_kind or answer.category == by_id[answer.answer_id].category)
        for answer in answers.answers
    )


def _answer_rows(columns: Sequence[DraftColumn]) -> list[dict[str, Any]]:
    used = {column.answers.set_id: column.answers for column in columns if column.answers is not None}
    return [
        {**answer.model_dump(), "spellings": "|".join(answer.spellings)}
        for answers in used.values()
        if not answers.is_existing
        for answer in answers.answers
    ]


def _new_bands(bands: Sequence[Band], existing: Sequence[str]) -> list[dict[str, Any]]:
    return [band.model_dump() for band in bands if band.band_set_id not in existing]


def _ask_about_answers(columns: Sequence[DraftColumn], questions: Questions) -> None:
    by_set: dict[str, list[DraftColumn]] = {}
    for column in columns:
        if column.answers is not None:
            by_set.setdefault(column.answers.set_id, []).append(column)
    untranslated = []
    for set_id, members in by_set.items():
        answers = members[0].answers
        if answers is None:
            continue
        if answers.doubt:
            names = listed([member.source.shown for member in members])
            questions.answer_sets.append(f"Answers {set_id} of {names}: {answers.doubt}. Is that right?")
        alike = [a.label_nl for a in answers.answers if a.label_nl == a.label_en]
        if not answers.is_existing and not all(label.isdigit() for label in alike):
            untranslated.append(set_id)
    if untranslated:
        questions.others.append(
            f"Labels are in one language only: {listed(untranslated)}. Translate them in"
            " seeds/answer_sets.csv."
        )


def _ask_about_file(delivery: Delivery, questions: Questions) -> None:
    if delivery.blank_texts:
        texts = listed(list(delivery.blank_texts))
        questions.others.append(f"Taken for an empty answer in every column: {texts}. Is that right?")
    if delivery.has_more_rows:
        questions.others.append(
            f"Only the first {ROW_LIMIT:,} rows were looked at. Rarer answers may be missing from the"
            " answer sets."
        )


# --- Cuts ---------------------------------------------------------------------------------------


def _cuts(columns: Sequence[DraftColumn], survey_id: str, questions: Questions) -> list[dict[str, Any]]:
    """Return a cut per group, as long as their crossing stays countable: characteristics of people first."""
    cuts: list[dict[str, Any]] = []
    left_out: list[str] = []
    small: list[str] = []
    profiles, cells = 1, 0
    items = sum(column.role == "item" for column in columns)
    grouping = [column for column in columns if column.role == "group" and column.answers is not None]
    for column in sorted(grouping, key=lambda each: not divides_people(each.source)):
        if column.answers is None:
            continue
        groups = len(column.answers.answers)
        few = sum(0 < count < _SMALL_GROUP for count in column.source.answers.values())
        if few:
            small.append(f"{column.source.shown} ({few})")
        too_many = groups > _MOST_GROUPS_OF_CUT or profiles * (groups + 1) > _MOST_PROFILES
        is_of_few = 2 * column.source.filled < column.source.rows
        is_heavy = bool(cuts) and cells + groups * items > _MOST_CELLS
        if too_many or is_of_few or is_heavy or len(cuts) == _MOST_CUTS:
            left_out.append(column.source.shown)
            continue
        profiles *= groups + 1
        cells += groups * items
        label = column.source.question or column.source.shown
        cuts.append(
            {
                "survey_id": survey_id,
                "cut_id": column.name,
                "variables": column.name,
                "label_nl": label,
                "label_en": label,
                "position": len(cuts) + 1,
            }
        )
    if small:
        questions.groups.append(
            f"Groups of fewer than {_SMALL_GROUP} people, which will be suppressed, are in {listed(small)}."
            " Should they be put together?"
        )
    if left_out:
        questions.groups.append(
            f"No results by {listed(left_out)}: many groups, asked of few, or more than {_MOST_CUTS} cuts."
            " Add those you need to seeds/cuts.csv."
        )
    return cuts


def _strata(
    columns: Sequence[DraftColumn], design: Design, survey_id: str, wave_id: str
) -> list[dict[str, Any]]:
    """Return the population of each stratum, if the file tells it; a stratum goes by its answer's id."""
    found = next((column for column in columns if "stratum" in column.also), None)
    if found is None:
        return []
    answers = found.answers.answers if found.answers else ()
    named = {
        text: answer.answer_id for answer in answers for text in (*answer.texts, str(answer.answer_code))
    }
    return [
        {
            "survey_id": survey_id,
            "wave_id": wave_id,
            "stratum_id": named.get(normalise_text(value), value),
            "population": population,
        }
        for value, population in design.populations.items()
    ]


# --- The codebook -------------------------------------------------------------------------------


def _codebook(
    columns: Sequence[DraftColumn],
    delivery: Delivery,
    ids: tuple[str, str],
    language: str,
    to_decide: Sequence[str],
    told: SurveyFacts,
) -> dict[str, Any]:
    survey_id, wave_id = ids
    title = survey_id.replace("_", " ").capitalize()
    meta = {
        "label_nl": title,
        "label_en": title,
        "language": language,
        "undeclared_columns": "ignore" if delivery.unusable else "refuse",
        "blank_texts": list(delivery.blank_texts),
        "to_decide": list(to_decide),
        "waves": {wave_id: {"label_nl": f"{title} {wave_id}", "label_en": f"{title} {wave_id}"}},
    }
    if not delivery.blank_texts:
        del meta["blank_texts"]
    meta |= told.meta()
    table = {
        "name": survey_id,
        "description": told.description
        or f"{title}, one row per respondent. Drafted from a delivered file; not reviewed yet.",
        "config": {"meta": meta},
        "columns": [_column(column, language, [each.name for each in columns]) for column in columns],
    }
    source = {
        "name": "raw",
        "description": "Deliveries as they were landed; `werkpeil land` checks them against this file.",
        "tables": [table],
    }
    return {"version": 2, "sources": [source]}


def _column(column: DraftColumn, language: str, names: Sequence[str]) -> dict[str, Any]:
    source = column.source
    if source.told.facts is not None:
        noted = noted_meta(source.told.facts, names)
        if column.answers is not None:
            noted["answers"] = column.answers.set_id
        if normalise_text(source.header) != column.name:
            noted["delivered_as"] = [source.header]
        description = source.told.facts.column.description
        return {"name": column.name, "description": description, "config": {"meta": noted}}
    meta: dict[str, Any] = {"role": [column.role, *column.also] if column.also else column.role}
    if column.answers is not None:
        meta["answers"] = column.answers.set_id
    if column.coding != "codes":
        meta["coding"] = column.coding
    if column.missing:
        meta["missing"] = {reason: list(codes) for reason, codes in column.missing.items()}
    meta |= {key: value for key, value in _optional(column).items() if value}
    if source.told.translated:
        meta[f"question_{other_language(language)}"] = source.told.translated
    if normalise_text(source.header) != column.name:
        meta["delivered_as"] = [source.header]
    if column.is_assumed:
        meta["assumed"] = True
    return {
        "name": column.name,
        "description": source.question or source.code or source.header or column.name,
        "config": {"meta": meta},
    }


def _optional(column: DraftColumn) -> dict[str, str | list[str]]:
    scale = column.scale[0] if len(column.scale) == 1 else list(column.scale)
    return {"polarity": column.polarity, "scale": scale, "theme": column.theme}
