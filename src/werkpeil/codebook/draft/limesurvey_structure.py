"""What a questionnaire that was exported from LimeSurvey says of the columns of its data.

LimeSurvey writes it as XML (`.lss` a survey, `.lsg` a group, `.lsq` a question) and as tab-separated text.
Both are read into the same questions; which columns each type gives: https://manual.limesurvey.org/Question_types.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from werkpeil.codebook import normalise_text
from werkpeil.codebook.draft.description import Description, Variable
from werkpeil.codebook.model import other_language
from werkpeil.markup import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from xml.etree.ElementTree import Element

    from werkpeil.codebook.draft.description import Kind

ROOT = "document"
FIRST_HEADER = re.compile(r'\ufeff?"?(id"?\t"?related_id"?\t"?)?class"?\t"?type/scale"?\t"?name"?\t')

_YES_NO = {"nl": {"Y": "Ja", "N": "Nee"}, "en": {"Y": "Yes", "N": "No"}}
_UNCERTAIN = {"nl": {"Y": "Ja", "U": "Onzeker", "N": "Nee"}, "en": {"Y": "Yes", "U": "Uncertain", "N": "No"}}
_CHANGE = {
    "nl": {"I": "Toename", "S": "Gelijk", "D": "Afname"},
    "en": {"I": "Increase", "S": "Same", "D": "Decrease"},
}
_GENDER = {"nl": {"F": "Vrouw", "M": "Man"}, "en": {"F": "Female", "M": "Male"}}
_FIXED = {"Y": _YES_NO, "C": _UNCERTAIN, "E": _CHANGE, "G": _GENDER, "M": _YES_NO, "P": _YES_NO}
_POINTS = {"5": 5, "A": 5, "B": 10}
_NUMBERS = frozenset("NK:")
_TEXTS = frozenset("STUQ;")
_WITHOUT_ANSWER = frozenset("X|")
_RANKING = "R"


@dataclass(frozen=True)
class Part:
    """A question, a part of it or an answer: its code, and its text per language.

    Args:
        code: As the data name it.
        scale: Of the two that some questions have, 0 or 1.
        texts: By language.
    """

    code: str
    scale: str = "0"
    texts: dict[str, str] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return its text in a language, or in the first one there is."""
        return self.texts.get(language) or next(iter(self.texts.values()), "")


@dataclass
class Question:
    """A question with its parts and answers, in their order."""

    part: Part
    type: str
    has_other: bool = False
    parts: list[Part] = field(default_factory=list)
    answers: list[Part] = field(default_factory=list)

    def of_scale(self, parts: Iterable[Part], scale: str) -> list[Part]:
        """Return those of one of its two scales."""
        return [part for part in parts if part.scale == scale]


def read_structure_xml(root: Element, language: str) -> Description:
    """Return what a `.lss`, `.lsg` or `.lsq` says of each column.

    Args:
        root: Of the XML.
        language: Of the texts, where it has several: nl or en.
    """
    tables = {table.tag: [_row(row) for row in table.iter("row")] for table in root}
    questions: dict[str, Question] = {}
    rows = [*tables.get("questions", []), *tables.get("subquestions", [])]
    texts = _texts(tables.get("question_l10ns") or rows, "qid", "question")
    for row in _once(rows, "qid"):
        part = Part(row.get("title", ""), row.get("scale_id") or "0", texts.get(row["qid"], {}))
        parent = row.get("parent_qid") or "0"
        if parent == "0":
            questions[row["qid"]] = Question(part, row.get("type", ""), row.get("other") == "Y")
        elif parent in questions:
            questions[parent].parts.append(part)
    labels = _texts(tables.get("answer_l10ns", []), "aid", "answer")
    for row in sorted(tables.get("answers", []), key=_place):
        if (question := questions.get(row.get("qid", ""))) is not None:
            # Before version 4 an answer was a row per language, with its text.
            told = labels.get(row.get("aid", "")) or {_language(row): plain_text(row.get("answer", ""))}
            _add(question.answers, Part(row.get("code", ""), row.get("scale_id") or "0", told))
    return _described(questions.values(), language)


def read_structure_text(text: str, language: str) -> Description:
    """Return what a tab-separated questionnaire says of each column.

    Args:
        text: Of the file.
        language: Of the texts, where it has several: nl or en.
    """
    questions: dict[str, Question] = {}
    current: Question | None = None
    reader = csv.DictReader(text.lstrip("\ufeff").splitlines(keepends=True), delimiter="\t")
    for row in reader:
        code, scale = row.get("name") or "", row.get("type/scale") or "0"
        told = {_language(row): plain_text(row.get("text") or "")}
        match row.get("class"):
            case "Q":
                known = questions.get(code)
                if known is not None:
                    known.part.texts.update(told)
                current = questions.setdefault(
                    code, Question(Part(code, "0", told), scale, row.get("other") == "Y")
                )
            case "SQ" if current is not None:
                _add(current.parts, Part(code, scale, told))
            case "A" if current is not None:
                _add(current.answers, Part(code, scale, told))
    return _described(questions.values(), language)


def _row(element: Element) -> dict[str, str]:
    return {child.tag: (child.text or "").strip() for child in element}


def _once(rows: Iterable[dict[str, str]], key: str) -> list[dict[str, str]]:
    """Return the first row of each key."""
    first: dict[str, dict[str, str]] = {}
    for row in rows:
        if row.get(key):
            first.setdefault(row[key], row)
    return list(first.values())


def _texts(rows: Iterable[dict[str, str]], key: str, name: str) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for row in rows:
        if row.get(key) and row.get(name):
            found[row[key]][_language(row)] = plain_text(row[name])
    return found


def _add(parts: list[Part], part: Part) -> None:
    """Add a part, or its text in another language to the one that is there."""
    for known in parts:
        if (known.code, known.scale) == (part.code, part.scale):
            known.texts.update(part.texts)
            return
    parts.append(part)


def _place(row: Mapping[str, str]) -> int:
    place = row.get("sortorder", "")
    return int(place) if place.isdecimal() else 0


def _language(row: Mapping[str, str]) -> str:
    """Return a row's language without the kind of it, as in `nl-informal`."""
    return (row.get("language") or "").partition("-")[0]


# --- Columns ------------------------------------------------------------------------------------


def _described(questions: Iterable[Question], language: str) -> Description:
    variables = [variable for question in questions for variable in _variables(question, language)]
    # Data may be exported with questions for headers; one that several columns share tells none of them.
    asked = Counter(normalise_text(variable.question) for variable in variables)
    return Description(
        replace(variable, aliases=(*variable.aliases, variable.question))
        if variable.question and asked[normalise_text(variable.question)] == 1
        else variable
        for variable in variables
    )


def _variables(question: Question, language: str) -> Iterator[Variable]:
    if question.type in _WITHOUT_ANSWER:
        return
    yield from _COLUMNS.get(question.type, _whole)(question, language)
    if question.has_other:
        yield _in_own_words(question, language, "[other]", (Part("other", "0", {"": "Other"}),))


def _whole(question: Question, language: str) -> Iterator[Variable]:
    yield _variable(question, language, "", ())
    if question.type == "O":
        yield _in_own_words(question, language, "[comment]", ())


def _per_part(question: Question, language: str) -> Iterator[Variable]:
    for part in question.parts:
        yield _variable(question, language, f"[{part.code}]", (part,))
        if question.type == "P":
            yield _in_own_words(question, language, f"[{part.code}comment]", (part,))


def _crossed(question: Question, language: str) -> Iterator[Variable]:
    for row in question.of_scale(question.parts, "0"):
        for column in question.of_scale(question.parts, "1"):
            yield _variable(question, language, f"[{row.code}_{column.code}]", (row, column))


def _dual(question: Question, language: str) -> Iterator[Variable]:
    for part in question.of_scale(question.parts, "0"):
        for scale in ("0", "1"):
            yield _variable(question, language, f"[{part.code}][{int(scale) + 1}]", (part,), scale)


def _ranked(question: Question, language: str) -> Iterator[Variable]:
    for place in range(1, len(question.answers or question.parts) + 1):
        yield _variable(question, language, f"[{place}]", (Part(str(place), "0", {"": str(place)}),))


_COLUMNS = {
    **dict.fromkeys("ABCEFHMPQK", _per_part),
    **dict.fromkeys(":;", _crossed),
    "1": _dual,
    _RANKING: _ranked,
}


def _variable(
    question: Question, language: str, suffix: str, parts: tuple[Part, ...], scale: str = "0"
) -> Variable:
    labels, translated = (_labels(question, told, scale) for told in (language, other_language(language)))
    is_fixed = question.type in _FIXED
    return Variable(
        name=question.part.code + suffix,
        question=_asked(question, language, parts),
        labels=labels,
        is_ordered=True if question.type in _POINTS else None,
        kind=_kind(question, labels),
        translated=_translated(question, language, parts),
        translated_labels=translated
        if is_fixed or _is_told(question.answers, other_language(language))
        else {},
        aliases=_aliases(question.part.code, suffix),
    )


def _in_own_words(question: Question, language: str, suffix: str, parts: tuple[Part, ...]) -> Variable:
    asked = f"{_asked(question, language, parts)} ({'comment' if 'comment' in suffix else 'other'})"
    return Variable(
        question.part.code + suffix, asked, kind="text", aliases=_aliases(question.part.code, suffix)
    )


def _aliases(code: str, suffix: str) -> tuple[str, ...]:
    """Return the same name as exports for other programs write it: `q1_SQ001` for `q1[SQ001]`."""
    flat = suffix.replace("][", "_").strip("[]")
    return (f"{code}_{flat}",) if flat else ()


def _kind(question: Question, labels: dict[str, str]) -> Kind:
    if question.type in _NUMBERS:
        return "number"
    if question.type in _TEXTS:
        return "text"
    return "choice" if labels else ""


def _labels(question: Question, language: str, scale: str) -> dict[str, str]:
    if question.type in _FIXED:
        return dict(_FIXED[question.type][language])
    if question.type in _POINTS:
        return {str(point): str(point) for point in range(1, _POINTS[question.type] + 1)}
    if question.type in _NUMBERS | _TEXTS:
        return {}
    answers = question.of_scale(question.answers, scale)
    if question.type == _RANKING:
        answers = answers or question.of_scale(question.parts, scale)
    return {answer.code: answer.text(language) for answer in answers}


def _asked(question: Question, language: str, parts: tuple[Part, ...]) -> str:
    """Return a question with its part at the end, as data files write it."""
    part = "][".join(part.text(language) for part in parts)
    return f"{question.part.text(language)} [{part}]" if part else question.part.text(language)


def _translated(question: Question, language: str, parts: tuple[Part, ...]) -> str:
    other = other_language(language)
    told = [question.part, *(part for part in parts if "" not in part.texts)]
    return _asked(question, other, parts) if _is_told(told, other) else ""


def _is_told(parts: Iterable[Part], language: str) -> bool:
    listed = list(parts)
    return bool(listed) and all(part.texts.get(language) for part in listed)
