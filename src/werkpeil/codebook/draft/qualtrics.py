"""What a questionnaire that was exported from Qualtrics (`.qsf`) says of the columns of its data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkpeil.codebook.draft.description import Description, Variable
from werkpeil.codebook.model import other_language
from werkpeil.markup import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

MARK = '"SurveyElements"'
# Selectors of a question with several answers at once, which has a column per answer.
_SEVERAL = frozenset({"MAVR", "MAHR", "MACOL", "MSB"})
_PER_CHOICE = frozenset({"MC", "Matrix", "TE", "Slider", "CS", "RO"})


def read_qualtrics(text: str, language: str) -> Description | None:
    """Return what a `.qsf` says of each column; None if it is none.

    Args:
        text: Of the file.
        language: Of the texts, where it has several: nl or en.
    """
    try:
        elements = json.loads(text)["SurveyElements"]
        questions = [each["Payload"] for each in elements if each.get("Element") == "SQ"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return Description(
        variable
        for question in questions
        if isinstance(question, dict)
        for variable in _variables(question, language)
    )


def _variables(question: dict[str, Any], language: str) -> Iterator[Variable]:
    tag = str(question.get("DataExportTag") or question.get("QuestionID") or "")
    kind, selector = str(question.get("QuestionType")), str(question.get("Selector") or "")
    choices = _parts(question, "Choices")
    if kind == "MC" and selector not in _SEVERAL:
        yield _variable(question, language, tag, "", "Choices")
    elif kind == "TE" and selector != "FORM":
        is_number = "ValidNumber" in json.dumps(question.get("Validation") or {})
        yield Variable(tag, _asked(question, language, ""), kind="number" if is_number else "text")
    elif kind in _PER_CHOICE:
        for key in choices:
            part = _text(question, "Choices", key, language)
            yield _of_choice(question, language, _name(question, tag, key), part)
    for key, choice in choices.items():
        if isinstance(choice, dict) and choice.get("TextEntry"):
            asked = _asked(question, language, _text(question, "Choices", key, language))
            yield Variable(f"{_name(question, tag, key)}_TEXT", asked, kind="text")


def _of_choice(question: dict[str, Any], language: str, name: str, part: str) -> Variable:
    if question["QuestionType"] in {"MC", "Matrix"}:
        answers = "Answers" if question["QuestionType"] == "Matrix" else ""
        return _variable(question, language, name, part, answers)
    is_text = question["QuestionType"] == "TE"
    return Variable(name, _asked(question, language, part), kind="text" if is_text else "number")


def _variable(question: dict[str, Any], language: str, name: str, part: str, answers: str) -> Variable:
    other = other_language(language)
    labels = {
        _value(question, key): _text(question, answers, key, language) for key in _order(question, answers)
    }
    told = _in_language(question, other)
    translated = plain_text(str(told.get("QuestionText") or ""))
    return Variable(
        name=name,
        question=_asked(question, language, part),
        labels=labels or {"1": {"nl": "Ja", "en": "Yes"}[language]},
        kind="choice",
        translated=f"{translated} [{part}]" if translated and part else translated,
        translated_labels={
            _value(question, key): _text(question, answers, key, other) for key in _order(question, answers)
        }
        if told.get(answers)
        else {},
    )


def _parts(question: dict[str, Any], name: str) -> dict[str, Any]:
    """Return choices or answers by their key; Qualtrics writes a list where keys count from 0 or 1."""
    parts = question.get(name) or {}
    if isinstance(parts, list):
        return {str(place): part for place, part in enumerate(parts, start=1)}
    if not isinstance(parts, dict):
        return {}
    return {str(key): parts[key] for key in _ordered(parts, question.get(f"{name.removesuffix('s')}Order"))}


def _ordered(parts: dict[str, Any], order: Any) -> list[str]:
    wanted = [str(key) for key in order if str(key) in parts] if isinstance(order, list) else []
    return [*wanted, *(key for key in parts if key not in wanted)]


def _order(question: dict[str, Any], answers: str) -> list[str]:
    return list(_parts(question, answers)) if answers else []


def _name(question: dict[str, Any], tag: str, key: str) -> str:
    tags = question.get("ChoiceDataExportTags")
    own = tags.get(key) if isinstance(tags, dict) else None
    return str(own or f"{tag}_{key}")


def _value(question: dict[str, Any], key: str) -> str:
    recoded = question.get("RecodeValues")
    return str(recoded.get(key, key)) if isinstance(recoded, dict) else key


def _in_language(question: dict[str, Any], language: str) -> dict[str, Any]:
    languages = question.get("Language")
    told = languages.get(language.upper()) if isinstance(languages, dict) else None
    return told if isinstance(told, dict) else {}


def _text(question: dict[str, Any], name: str, key: str, language: str) -> str:
    translated = _in_language(question, language).get(name)
    part = (translated.get(key) if isinstance(translated, dict) else None) or _parts(question, name).get(key)
    return plain_text(str(part.get("Display") or "")) if isinstance(part, dict) else ""


def _asked(question: dict[str, Any], language: str, part: str) -> str:
    text = plain_text(
        str(_in_language(question, language).get("QuestionText") or question.get("QuestionText") or "")
    )
    return f"{text} [{part}]" if part else text
