"""A codebook as CSV on the Web (w3.org/TR/tabular-metadata): the survey's table, a code list per answer set.

It describes the answers as the warehouse stores them: small integers, negative where there is no answer. Open
text and columns that are not kept have no place in that table.
"""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from werkpeil.codebook.model import Answer, Codebook, Column

METADATA = "csv-metadata.json"
_CODE_COLUMNS = (
    ("answer_code", "integer", "Code", "Code"),
    ("answer_id", "string", "Kenmerk", "Id"),
    ("label_nl", "string", "Antwoord in het Nederlands", "Answer in Dutch"),
    ("label_en", "string", "Antwoord in het Engels", "Answer in English"),
    ("position", "integer", "Volgorde", "Order"),
    ("score", "number", "Score", "Score"),
    ("category", "string", "Positief, neutraal of negatief", "Positive, neutral or negative"),
    ("missing_reason", "string", "Waarom er geen antwoord is", "Why there is no answer"),
)
_NOT_KEPT = {"open_text", "ignored", "wave"}


def render(codebook: Codebook, reasons: Sequence[Mapping[str, str | None]]) -> dict[str, str]:
    """Return the content of each file, by its path in the folder.

    Args:
        codebook: Of the survey.
        reasons: The rows of the seed `missing_reasons`.
    """
    used = {column.answers for column in codebook.columns if column.answers and _is_kept(column)}
    sets = {set_id: answers for set_id, answers in codebook.answers.items() if set_id in used}
    files = {_code_list(set_id): _codes(answers, reasons) for set_id, answers in sets.items()}
    described = {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": codebook.language}],
        "dc:title": _both(codebook.label_nl, codebook.label_en),
        "dc:identifier": codebook.survey_id,
        "dc:description": codebook.description,
        "dc:source": codebook.source,
        "dc:rights": codebook.licence,
        "tables": [_survey_table(codebook), *(_code_table(set_id) for set_id in sets)],
    }
    text = json.dumps(_filled(described), ensure_ascii=False, indent=2) + "\n"
    return {METADATA: text, **files}


def _is_kept(column: Column) -> bool:
    return _NOT_KEPT.isdisjoint(column.role)


def _code_list(set_id: str) -> str:
    return f"codes/{set_id}.csv"


def _survey_table(codebook: Codebook) -> dict[str, Any]:
    kept = [column for column in codebook.columns if _is_kept(column)]
    schema: dict[str, Any] = {
        "columns": [
            _filled({"name": "wave_id", "titles": _both("Meting", "Wave"), "datatype": "string"}),
            *(_filled(_column(codebook, column)) for column in kept),
        ],
        "foreignKeys": [
            {
                "columnReference": column.name,
                "reference": {"resource": _code_list(column.answers), "columnReference": "answer_code"},
            }
            for column in kept
            if column.answers in codebook.answers and column.answers is not None
        ],
    }
    if any("respondent_id" in column.role for column in kept):
        schema["primaryKey"] = ["wave_id", "respondent_id"]
    return {"url": f"{codebook.survey_id}.csv", "tableSchema": schema}


def _column(codebook: Codebook, column: Column) -> dict[str, Any]:
    questions = codebook.questions_of(column)
    return {
        "name": column.name,
        "titles": _both(column.label_nl or column.name, column.label_en or column.name),
        "dc:description": _both(questions["nl"], questions["en"]),
        "dc:subject": column.theme,
        "datatype": _datatype(column),
        "required": "respondent_id" in column.role,
    }


def _datatype(column: Column) -> str | dict[str, Any]:
    if column.is_coded:
        return "integer"
    if column.is_answered or "weight" in column.role:
        # Below zero stand the reasons why there is no answer.
        return "number" if column.maximum is None else {"base": "number", "maximum": column.maximum}
    return "string"


def _code_table(set_id: str) -> dict[str, Any]:
    return {
        "url": _code_list(set_id),
        "tableSchema": {
            "columns": [
                {"name": name, "titles": {"nl": [name, nl], "en": [name, en]}, "datatype": datatype}
                for name, datatype, nl, en in _CODE_COLUMNS
            ],
            "primaryKey": "answer_code",
        },
    }


def _codes(answers: Sequence[Answer], reasons: Sequence[Mapping[str, str | None]]) -> str:
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([name for name, *_ in _CODE_COLUMNS])
    for answer in answers:
        score = None if answer.score is None else f"{answer.score:g}"
        labels = (answer.label_nl, answer.label_en)
        meaning = (answer.position, score, answer.category, answer.missing_reason)
        writer.writerow((answer.answer_code, answer.answer_id, *labels, *meaning))
    for place, row in enumerate(reasons, start=len(answers) + 1):
        reason, labels = row["missing_reason"], (row["label_nl"] or "", row["label_en"] or "")
        writer.writerow((row["reason_code"], reason, *labels, place, None, None, reason))
    return stream.getvalue()


def _both(nl: str | None, en: str | None) -> dict[str, str]:
    return {language: text for language, text in (("nl", nl), ("en", en)) if text}


def _filled(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if value not in (None, "", {}, False)}
