"""Canada's Public Service Employee Survey results in the form of `werkpeil audit`.

    python tools/audit_tables/pses.py ../shared/data/pses /tmp/pses Q06
    werkpeil audit /tmp/pses/2018_Q06

One folder per year and question (all of them without a question named), with one row per unit of the tree of
organisations. Shares of five answers are together at most 100 %, for those who did not know are left out. The
score is their mean at 100, 75, 50, 25 and 0 points. The units below a unit are no more people than it is, and
where they are just as many, its score and shares lie between theirs.

Three things the file does on its own: it is separated by tabs; 9999 stands in the answers that a question
does not have; question 64 counts from the other end. Its percentages are weighted (of 12 people 53 % agree),
so they are not asked to be whole people.
"""

from __future__ import annotations

import csv
import sys
from collections import defaultdict
from pathlib import Path

from werkpeil.audit.writing import write_rows_of_form

Row = dict[str, str]
Unit = tuple[int, ...]

LEVELS = tuple(f"LEVEL{level}ID" for level in range(1, 6))
POINTS = ("100", "75", "50", "25", "0")
REVERSED = "Q64"
NO_ANSWER = "9999"


def unit_of(row: Row) -> Unit:
    """Return the place of a unit in the tree; zeros all the way is the whole service."""
    return tuple(int(row[level]) for level in LEVELS)


def above(unit: Unit) -> Unit | None:
    """Return the unit that a unit is part of."""
    depth = sum(number != 0 for number in unit)
    return (*unit[: depth - 1], *(0,) * (len(unit) - depth + 1)) if depth else None


def name(unit: Unit) -> str:
    """Return the name of a unit in addresses."""
    return ".".join(map(str, unit))


def numbers(rows: list[Row]) -> list[Row]:
    """Return the printed numbers of one question in one year."""
    made = []
    for row in rows:
        place = {"table": "units", "row": name(unit_of(row))}
        for answer in range(1, 6):
            share = row[f"ANSWER{answer}"]
            if share != NO_ANSWER:
                made.append(place | {"column": f"answer {answer}", "statistic": "percent", "printed": share})
        score = {"column": "score", "statistic": "mean", "lowest": "0", "highest": "100"}
        made.append(place | score | {"printed": row["SCORE100"]})
        made.append(place | {"column": "n", "statistic": "count", "printed": row["ANSCOUNT"]})
    return made


def relations(question: str, rows: list[Row]) -> list[Row]:
    """Return how the numbers of one question in one year hang together."""
    answers = [k for k in range(1, 6) if rows[0][f"ANSWER{k}"] != NO_ANSWER]
    columns = "|".join(f"answer {k}" for k in answers)
    points = POINTS if len(answers) == len(POINTS) else ("0", "100")
    if question == REVERSED:
        points = points[::-1]
    made = [
        {"relation": "some_shares", "parts": f"units/*/{columns}"},
        {
            "relation": "bands",
            "whole": "units/*/score",
            "parts": f"units/*/{columns}",
            "detail": "|".join(f"{point}..{point}" for point in points),
        },
    ]
    people = {unit_of(row): int(row["ANSCOUNT"]) for row in rows}
    below: dict[Unit, list[Unit]] = defaultdict(list)
    for unit in people:
        parent = above(unit)
        if parent in people:
            below[parent].append(unit)
    for parent, units in below.items():
        parts = "|".join(map(name, units))
        made.append({"relation": "within", "whole": f"units/{name(parent)}/n", "parts": f"units/{parts}/n"})
        if sum(people[unit] for unit in units) == people[parent]:
            whole = f"units/{name(parent)}/score|{columns}"
            made.append({"relation": "groups", "whole": whole, "parts": f"units/{parts}/*"})
    return made


def main(folder: Path, out: Path, *questions: str) -> None:
    """Write a folder per year and question."""
    by_question: dict[tuple[str, str], list[Row]] = defaultdict(list)
    with (folder / "dtPSES.csv").open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if not questions or row["QUESTION"] in questions:
                by_question[row["SURVEYR"], row["QUESTION"]].append(row)
    for (year, question), rows in by_question.items():
        write_rows_of_form(out / f"{year}_{question}", numbers(rows), relations(question, rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:])
