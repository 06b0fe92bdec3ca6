"""Questionnaires as LimeSurvey and Qualtrics export them: their columns, and what is said of each."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

import pytest

from support.projects import shared_file
from werkpeil.codebook.draft.codebook_files import read_description
from werkpeil.errors import InputError
from werkpeil.landing import land

if TYPE_CHECKING:
    from pathlib import Path

    from support.drafting import Drafts
    from werkpeil.codebook.draft.description import Variable

AGREEMENT = {
    "A1": ("Helemaal oneens", "Strongly disagree"),
    "A2": ("Oneens", "Disagree"),
    "A3": ("Neutraal", "Neutral"),
    "A4": ("Eens", "Agree"),
    "A5": ("Helemaal eens", "Strongly agree"),
}
# Code, type, other, texts, parts, answers.
Texts = dict[str, tuple[str, str]]
QUESTIONS: list[tuple[str, str, str, tuple[str, str], Texts, Texts]] = [
    ("intro", "X", "N", ("<p>Welkom</p>", "<p>Welcome</p>"), {}, {}),
    ("work", "F", "N", ("<b>Mijn werk</b> &amp; ik", "My work"), {
        "fun": ("is leuk", "is fun"), "hard": ("is zwaar", "is hard"),
    }, AGREEMENT),
    ("team", "L", "Y", ("Team", "Team"), {}, {"1": ("Noord", "North"), "2": ("Zuid", "South")}),
    ("leads", "Y", "N", ("Geeft u leiding?", "Do you lead?"), {}, {}),
    ("uses", "M", "N", ("U gebruikt", "You use"), {"tr": ("trein", "train"), "bi": ("fiets", "bike")}, {}),
    ("age", "N", "N", ("Leeftijd", "Age"), {}, {}),
    ("why", "T", "N", ("Waarom?", "Why?"), {}, {}),
    ("grade", "A", "N", ("Cijfer", "Mark"), {"boss": ("baas", "boss")}, {}),
    ("spent", ":", "N", ("Uren", "Hours"), {}, {}),
    ("both", "1", "N", ("Nu en straks", "Now and later"), {"pay": ("loon", "pay")}, {"1": ("laag", "low")}),
    ("first", "R", "N", ("Rangorde", "Order"), {}, {"a": ("een", "one"), "b": ("twee", "two")}),
]  # fmt: skip
NAMES = [
    "work[fun]", "work[hard]", "team", "team[other]", "leads", "uses[tr]", "uses[bi]", "age", "why",
    "grade[boss]", "both[pay][1]", "both[pay][2]", "first[1]", "first[2]",
]  # fmt: skip


def lss() -> str:
    """Return the questionnaire as XML of LimeSurvey from version 4 on: texts in tables of their own."""
    tables: dict[str, list[dict[str, str]]] = {
        name: [] for name in ("answers", "answer_l10ns", "questions", "subquestions", "question_l10ns")
    }
    number = 0
    for code, kind, other, texts, parts, answers in QUESTIONS:
        number += 1
        own = str(number)
        tables["questions"].append(
            {"qid": own, "parent_qid": "0", "type": kind, "title": code, "other": other}
        )
        listed = [(own, texts)]
        for part, told in parts.items():
            number += 1
            tables["subquestions"].append(
                {"qid": str(number), "parent_qid": own, "title": part, "scale_id": "0"}
            )
            listed.append((str(number), told))
        for qid, told in listed:
            for language, text in zip(("nl-informal", "en"), told, strict=True):
                tables["question_l10ns"].append({"qid": qid, "question": text, "language": language})
        for place, (answer, told) in enumerate(answers.items()):
            number += 1
            tables["answers"].append(
                {"aid": str(number), "qid": own, "code": answer, "sortorder": str(place), "scale_id": "0"}
            )
            for language, text in zip(("nl-informal", "en"), told, strict=True):
                tables["answer_l10ns"].append({"aid": str(number), "answer": text, "language": language})
    body = "".join(
        f"<{name}><rows>"
        + "".join(
            "<row>" + "".join(f"<{key}>{escape(value)}</{key}>" for key, value in row.items()) + "</row>"
            for row in rows
        )
        + f"</rows></{name}>"
        for name, rows in tables.items()
    )
    return f"<document><LimeSurveyDocType>Survey</LimeSurveyDocType>{body}</document>"


def tsv() -> str:
    """Return the questionnaire as tab-separated text: all of it in one language, then in the other."""
    lines = ["class\ttype/scale\tname\trelevance\ttext\thelp\tlanguage\tvalidation\tmandatory\tother"]
    for place, language in enumerate(("nl", "en")):
        for code, kind, other, texts, parts, answers in QUESTIONS:
            lines.append(f"Q\t{kind}\t{code}\t1\t{texts[place]}\t\t{language}\t\tN\t{other}")
            lines += [f"SQ\t0\t{part}\t1\t{told[place]}\t\t{language}\t\t\t" for part, told in parts.items()]
            lines += [f"A\t0\t{part}\t\t{told[place]}\t\t{language}\t\t\t" for part, told in answers.items()]
    return "\n".join(lines) + "\n"


@pytest.fixture(params=[("mood.lss", lss), ("mood.txt", tsv)], ids=["xml", "text"])
def questionnaire(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name, make = request.param
    file: Path = tmp_path / name
    file.write_text(make(), encoding="utf-8")
    return file


def described(file: Path, language: str) -> dict[str, Variable]:
    return {variable.name: variable for variable in read_description(file, language).variables}


def test_each_type_of_limesurvey_gives_its_columns(questionnaire: Path) -> None:
    found = described(questionnaire, "nl")
    assert list(found) == NAMES
    assert {name: found[name].kind for name in NAMES if found[name].kind != "choice"} == {
        "team[other]": "text", "age": "number", "why": "text", "both[pay][2]": "",
    }  # fmt: skip
    assert found["work[fun]"].question == "Mijn werk & ik [is leuk]"
    assert found["work[fun]"].translated == "My work [is fun]"
    assert found["work[fun]"].labels == {code: told[0] for code, told in AGREEMENT.items()}
    assert found["work[hard]"].translated_labels["A5"] == "Strongly agree"
    assert found["leads"].labels == {"Y": "Ja", "N": "Nee"}
    assert found["grade[boss]"].labels == {str(point): str(point) for point in range(1, 6)}
    assert found["first[2]"].labels == {"a": "een", "b": "twee"}
    assert described(questionnaire, "en")["team"].labels == {"1": "North", "2": "South"}


def test_columns_are_found_by_code_by_flat_code_and_by_question(questionnaire: Path, drafts: Drafts) -> None:
    rows = [
        f"{n},A{n % 5 + 1},A{n % 3 + 2},{n % 2 + 1},{'Y' if n % 4 else 'N'},{20 + n % 40},omdat"
        for n in range(60)
    ]
    file = drafts.folder / "mood.csv"
    header = "id,work[fun],work_hard,Team,leads,age,why"
    file.write_text("\n".join([header, *rows]) + "\n")
    drafts.of(file, language="nl", codebook=questionnaire)
    assert drafts.column("work_fun").description == "Mijn werk & ik [is leuk]"
    assert drafts.column("work_hard").description == "Mijn werk & ik [is zwaar]"
    assert drafts.column("work_fun").answers == drafts.column("work_hard").answers
    team = drafts.codebook.answers[drafts.column("team").answers or ""]
    assert [(answer.label_nl, answer.label_en) for answer in team] == [("Noord", "North"), ("Zuid", "South")]
    assert drafts.column("why").role == ("open_text",)
    landed = land(drafts.project, file, "nieuw", "2022")
    assert (landed.rows_accepted, landed.rows_rejected) == (60, 0)


def test_old_questionnaires_of_limesurvey_have_a_row_per_language(tmp_path: Path) -> None:
    def row(**values: str) -> str:
        return "<row>" + "".join(f"<{key}>{value}</{key}>" for key, value in values.items()) + "</row>"

    questions = "".join(
        row(qid="1", parent_qid="0", type="L", title="team", question=text, language=language)
        for language, text in (("nl", "Ploeg"), ("en", "Team"))
    )
    answers = "".join(
        row(qid="1", code=code, answer=text, language=language, sortorder=place)
        for code, place, told in (("2", "1", ("Zuid", "South")), ("1", "first", ("Noord", "North")))
        for language, text in zip(("nl", "en"), told, strict=True)
    )
    file = tmp_path / "old.lss"
    tables = f"<questions><rows>{questions}</rows></questions><answers><rows>{answers}</rows></answers>"
    file.write_text(f"<document>{tables}</document>")
    [team] = described(file, "en").values()
    assert (team.question, team.translated) == ("Team", "Ploeg")
    assert list(team.labels.items()) == [("1", "North"), ("2", "South")]
    assert team.translated_labels == {"1": "Noord", "2": "Zuid"}


def test_files_of_limesurvey_itself_are_read() -> None:
    group = described(shared_file("limesurvey/limesurvey_group_1370.lsg"), "en")
    assert list(group) == ["questionCode1", *(f"questionCode2[subQuestion{n}]" for n in (1, 2, 3))]
    assert group["questionCode2[subQuestion3]"].question == "Question 2 (array) description [Sub question 3]"
    assert list(group["questionCode1"].labels) == ["1", "2", "3"]
    [only] = described(shared_file("limesurvey/testing-multilingual-export.txt"), "nl").values()
    assert (only.name, only.question) == ("onlyQuestion", "Vraagtekst")
    assert only.labels == {"1": "Dit is antwoordoptie 1", "2": "Antwoordoptie 2"}
    assert only.translated_labels["2"] == "This is the second answer option"


def qsf() -> dict[str, Any]:
    """Return a questionnaire of Qualtrics with each kind of question."""
    scale = {str(n): {"Display": text} for n, text in enumerate(("Oneens", "Neutraal", "Eens"), start=1)}
    dutch = {"QuestionText": "Mijn werk", "Answers": scale, "Choices": {"1": {"Display": "is leuk"}}}
    english = {str(n): {"Display": text} for n, text in enumerate(("Disagree", "Neutral", "Agree"), start=1)}
    payloads: list[dict[str, Any]] = [
        {"DataExportTag": "Intro", "QuestionType": "DB", "Selector": "TB", "QuestionText": "Welcome"},
        {
            "DataExportTag": "Q1", "QuestionType": "Matrix", "Selector": "Likert",
            "QuestionText": "<b>My work</b>",
            "Choices": {"1": {"Display": "is fun"}, "2": {"Display": "is hard"}}, "ChoiceOrder": ["2", "1"],
            "Answers": english, "AnswerOrder": [3, 2, 1], "RecodeValues": {"1": "10", "2": "20", "3": "30"},
            "ChoiceDataExportTags": {"2": "Hard"}, "Language": {"NL": dutch},
        },
        {
            "DataExportTag": "Q2", "QuestionType": "MC", "Selector": "SAVR", "QuestionText": "Team",
            "Choices": {"1": {"Display": "North"}, "2": {"Display": "Other", "TextEntry": "true"}},
        },
        {
            "DataExportTag": "Q3", "QuestionType": "MC", "Selector": "MAVR", "QuestionText": "You use",
            "Choices": {"1": {"Display": "train"}, "4": {"Display": "bike"}},
        },
        {"DataExportTag": "Q4", "QuestionType": "TE", "Selector": "SL", "QuestionText": "Why?"},
        {
            "DataExportTag": "Q5", "QuestionType": "TE", "Selector": "SL", "QuestionText": "Age",
            "Validation": {"Settings": {"ContentType": "ValidNumber"}},
        },
        {
            "DataExportTag": "Q6", "QuestionType": "Slider", "Selector": "HSLIDER", "QuestionText": "Mark",
            "Choices": {"1": {"Display": "boss"}},
        },
    ]  # fmt: skip
    return {
        "SurveyEntry": {},
        "SurveyElements": [
            {"Element": "BL", "Payload": []},
            *({"Element": "SQ", "Payload": payload} for payload in payloads),
        ],
    }


def test_each_type_of_qualtrics_gives_its_columns(tmp_path: Path) -> None:
    file = tmp_path / "mood.qsf"
    file.write_text(json.dumps(qsf()), encoding="utf-8")
    found = described(file, "en")
    assert list(found) == ["Hard", "Q1_1", "Q2", "Q2_2_TEXT", "Q3_1", "Q3_4", "Q4", "Q5", "Q6_1"]
    assert {name: each.kind for name, each in found.items() if each.kind != "choice"} == {
        "Q2_2_TEXT": "text", "Q4": "text", "Q5": "number", "Q6_1": "number",
    }  # fmt: skip
    assert found["Q1_1"].question == "My work [is fun]"
    assert found["Q1_1"].labels == {"30": "Agree", "20": "Neutral", "10": "Disagree"}
    assert found["Q1_1"].translated_labels == {"30": "Eens", "20": "Neutraal", "10": "Oneens"}
    assert found["Q2"].labels == {"1": "North", "2": "Other"}
    assert described(file, "nl")["Q1_1"].question == "Mijn werk [is leuk]"


@pytest.mark.parametrize(
    "text",
    [
        '{"SurveyElements": 5}',
        '{"SurveyElements": [1]}',
        '{"SurveyElements": [{"Element": "SQ", "Payload": {"QuestionType": "Matrix", "Choices": "x"}}]}',
        '{"SurveyElements": ' + "[" * 100_000,
        '{"SurveyElements": [',
        '{"SurveyElements": [{"Element": "SQ"}]}',
        "<document><questions><rows><row><title>q</title></row></rows></questions></document>",
        "class\ttype/scale\tname\trelevance\ttext\nSQ\t0\tq\t1\tlonely\n",
    ],
)
def test_what_is_no_questionnaire_is_told(text: str, tmp_path: Path) -> None:
    file = tmp_path / "odd"
    file.write_text(text)
    with pytest.raises(InputError, match="no format that is read"):
        read_description(file, "en")


def test_a_field_longer_than_a_reader_of_text_takes_is_told(tmp_path: Path) -> None:
    file = tmp_path / "long.txt"
    file.write_text('class\ttype/scale\tname\trelevance\ttext\nQ\tL\tq\t1\t"' + "x" * 200_000)
    # dbt's tables lift the limit of the whole process.
    limit = csv.field_size_limit(131_072)
    try:
        with pytest.raises(InputError, match=r"no tab-separated text .*field larger than field limit"):
            read_description(file, "en")
    finally:
        csv.field_size_limit(limit)
