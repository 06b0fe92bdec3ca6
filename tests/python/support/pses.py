"""The Public Service Employee Survey of Canada as a survey, made of its published answer shares.

A test construction: one made-up respondent per department, year, question and answer, who answers that
question alone and weighs what that answer's share of the department's answers weighs. Each year goes under
its own question numbers, which the publisher's concordance gives.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

SURVEY = "pses"
YEARS = ("2008", "2011", "2014", "2017", "2018")
# In the order of the columns ANSWER1 to ANSWER5. Q64 is put so that agreement is bad.
SETS = {
    "pses_agreement": (
        (100, "positive"),
        (75, "positive"),
        (50, "neutral"),
        (25, "negative"),
        (0, "negative"),
    ),
    "pses_drained": ((0, "negative"), (25, "negative"), (50, "neutral"), (75, "positive"), (100, "positive")),
    "pses_victim": ((0, "negative"), (100, "positive")),
}
SET_OF = {"Q64": "pses_drained", "Q48": "pses_victim", "Q55": "pses_victim"}
NO_ANSWER = "9999"


@dataclass(frozen=True)
class Published:
    """One published row: a department's answers to a question in a year."""

    department: str
    year: str
    question: str
    shares: tuple[int, ...]
    score: int
    count: int


def published(file: Path, departments: tuple[str, ...]) -> list[Published]:
    """Read the rows of whole departments; an answer that the question does not have is left out."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [
            row
            for row in csv.DictReader(stream, delimiter="\t")
            if row["LEVEL1ID"] in departments and row["LEVEL2ID"] == "0"
        ]
    return [
        Published(
            row["LEVEL1ID"],
            row["SURVEYR"],
            row["QUESTION"],
            tuple(int(row[f"ANSWER{k}"]) for k in range(1, 6) if row[f"ANSWER{k}"] != NO_ANSWER),
            int(row["SCORE100"]),
            int(row["ANSCOUNT"]),
        )
        for row in rows
    ]


def concordance(file: Path) -> dict[str, dict[str, str]]:
    """Numbers of each question of 2018 in the years that asked it."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return {
        f"Q{int(row['n2018']):02d}": {
            year: f"Q{row[f'n{year}']}" for year in YEARS if row[f"n{year}"] not in ("N/A", "", None)
        }
        | {"text": row["Question"]}
        for row in rows
        if row["n2018"].isdigit()
    }


def add_pses(root: Path, numbers: dict[str, dict[str, str]], questions: list[str], departments: Any) -> None:
    """Write the codebook, the models and the seeds of the survey into a project."""
    columns: list[dict[str, Any]] = [
        {"name": "weight", "description": "Answers", "config": {"meta": {"role": "weight"}}},
        {
            "name": "department",
            "description": "Department",
            "config": {"meta": {"role": ["group", "stratum"], "answers": "pses_department"}},
        },
    ]
    for question in questions:
        names = {year: name for year, name in numbers[question].items() if year in YEARS}
        meta = {
            "role": "item",
            "answers": SET_OF.get(question, "pses_agreement"),
            "blank": "not_asked",
            "delivered_as": names["2018"],
            "names_by_wave": {year: name for year, name in names.items() if year != "2018"},
            "waves": sorted(names),
        }
        columns.append(
            {"name": question.lower(), "description": numbers[question]["text"], "config": {"meta": meta}}
        )
    meta = {"label_nl": "PSES", "label_en": "PSES", "language": "en", "minimum_effect": {"mean": 1}}
    table = {
        "name": SURVEY,
        "description": "Published shares.",
        "config": {"meta": meta},
        "columns": columns,
    }
    folder = root / "models" / "staging" / SURVEY
    folder.mkdir()
    source = {"sources": [{"name": "raw", "tables": [table]}]}
    (folder / f"_{SURVEY}__sources.yml").write_text(yaml.safe_dump(source, sort_keys=False))
    (folder / f"stg_{SURVEY}__responses.sql").write_text(f"{{{{ stage_responses('{SURVEY}') }}}}\n")
    (root / "models" / "scored" / f"scored_{SURVEY}.sql").write_text(
        f"{{{{ score_respondents('{SURVEY}') }}}}\n"
    )
    with (root / "seeds" / "answer_sets.csv").open("a", encoding="utf-8") as stream:
        for name, answers in SETS.items():
            for place, (score, category) in enumerate(answers, start=1):
                label = f"answer_{place}"
                stream.write(f"{name},{place},{label},{label},{label},{place},{score},{category},,\n")
        for place, department in enumerate(departments, start=1):
            label = f"d{department}"
            stream.write(f"pses_department,{department},{label},{label},{label},{place},,,,\n")
    with (root / "seeds" / "cuts.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"{SURVEY},department,department,Organisatie,Department,1\n")


def delivery(rows: list[Published], numbers: dict[str, dict[str, str]], year: str, folder: Path) -> Path:
    """Write a year as a file of respondents, under the year's own question numbers."""
    own = [row for row in rows if row.year == year]
    names = sorted({numbers[row.question][year] for row in own})
    path = folder / f"{SURVEY}-{year}.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["department", "weight", *names])
        writer.writeheader()
        for row in own:
            for answer, share in enumerate(row.shares, start=1):
                if share:
                    weight = row.count * share / sum(row.shares)
                    writer.writerow(
                        {
                            "department": row.department,
                            "weight": weight,
                            numbers[row.question][year]: answer,
                        }
                    )
    return path
