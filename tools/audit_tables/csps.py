"""The UK Civil Service People Survey's published scores in the form of `werkpeil audit`.

    python tools/audit_tables/csps.py ../shared/data/csps /tmp/csps
    werkpeil audit /tmp/csps/2016

One folder per year with the scores of its organisations. The benchmark is their median. A theme's score, the
share of positive answers to all its questions together, lies between those of its questions. The benchmark
file repeats the benchmark. The mean of all civil servants lies between the organisations. For the years whose
results by demographic group are there, themes are checked in each group too.

Three things the files do on their own: percentages are `88%` or `0.88`, and `0.8` is 80 % (a spreadsheet
dropped the zero); `.` and `n/a` are no numbers; some are cp1252 or end lines as old Macs do.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from pathlib import Path

import pandas as pd

from werkpeil.audit.writing import write_rows_of_form

Row = dict[str, str]

THEMES = ("mw", "op", "lm", "mt", "ld", "if", "rw", "pb", "lc")
# Questions of the themes: one left the second theme and three others moved up in 2017.
UNTIL_2016 = (
    "B01-B05",
    "B06-B08",
    "B09-B18",
    "B19-B21",
    "B22-B25",
    "B26-B29",
    "B30-B36",
    "B37-B39",
    "B40-B49",
)
FROM_2017 = (
    "B01-B05",
    "B06-B07",
    "B08-B17",
    "B18-B20",
    "B21-B24",
    "B25-B28",
    "B29-B34",
    "B35-B37",
    "B38-B46",
)
FILES = {
    2013: ("2013_csps2013_allorganisations_20140213.csv", "2013_csps2013_benchmarks_20131125.csv"),
    2014: ("2014_csps2014_allorganisations_20141120.csv", "2014_csps2014_benchmarks.csv"),
    2016: (
        "2016_civil_service_peoples_survey_2016_all_org_scores.csv",
        "2016_civil_service_peoples_survey_2016_benchmark_scores.csv",
    ),
    2017: (
        "2017_Civil_Service_People_Survey_2017_All_Organisation_Scores__CSV_.csv",
        "2017_Civil_Service_People_Survey_2017_Benchmark_scores__CSV_.csv",
    ),
    2018: (
        "2018_Civil-Service-People-Survey-2018-All-Organisation-Scores-v2.0.csv",
        "2018_Civil-Service-People-Survey-2009-2018-Median-Benchmark-Scores.csv",
    ),
}
MEANS = "2018_Civil-Service-People-Survey-2009-2018-Mean-Civil-Servants-Scores.csv"
GROUPS = {
    2013: ("2013_csps2013_demographic_results.csv", 0),
    2014: ("2014_csps2014_demographics.csv", 2),
    2016: ("2016_Civil-Service-People-Survey-2016-_results-by-demographic-groups.csv", 1),
}
SHEETS_2020 = ("2020_Civil_Service_People_Survey_2020-_All_organisation_scores.ods", "Table_1", "Table_2")


def read_cells(path: Path) -> list[list[str]]:
    """Return the cells of a CSV in either encoding and with any line ends."""
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252")
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return list(csv.reader(io.StringIO(lines)))


def percent(text: str) -> str:
    """Return a percentage as it was meant to be printed, or nothing."""
    text = text.strip()
    if re.fullmatch(r"\d+%", text):
        return text
    return f"{float(text) * 100:.0f}%" if re.fullmatch(r"[01](?:\.\d+)?", text) else ""


def codes(labels: list[str]) -> list[str]:
    """Return the code of each measure: a question's own, or that of a theme by its order."""
    found, themes = [], iter(("EES", *THEMES))
    for label in labels:
        question = re.match(r"\s*([BDEW]\d\d)\b", label)
        is_theme = re.match(
            r"\s*(?:EES|\w\w_ts|Employee engagement|Engagement index|My |Organisational|Learning and"
            r"|Inclusion and|Resources and|Pay and|Leadership and)",
            label,
        )
        found.append(question[1] if question else next(themes, "") if is_theme else "")
    return found


def name(text: str) -> str:
    """Return a name that an address can hold."""
    return re.sub(r"[/|;*]+", " ", text).strip()


def add(rows: list[Row], table: str, row: str, column: str, printed: str, statistic: str = "percent") -> None:
    """Append a number, if one is printed."""
    if printed:
        rows.append(
            {"table": table, "row": row, "column": column, "statistic": statistic, "printed": printed}
        )


def scores(cells: list[list[str]], rows: list[Row]) -> list[str]:
    """Append the scores of organisations, and return their names."""
    measures = codes(cells[0])
    found = []
    for line in cells[1:]:
        is_benchmark = "benchmark" in line[1].lower()
        organisation = "benchmark" if is_benchmark else name(line[1])
        if not is_benchmark:
            found.append(organisation)
        for code, text in zip(measures, line, strict=True):
            if code:
                add(rows, "scores", organisation, code, percent(text))
    return found


def one_year(cells: list[list[str]], column: str, table: str, rows: list[Row]) -> None:
    """Append a column of a file that has one row per measure and one column per year."""
    header = [text.strip() for text in cells[0]]
    labels = [line[1] if "Label" in header else line[0] for line in cells[1:]]
    if column in header:
        place = header.index(column)
        for code, line in zip(codes(labels), cells[1:], strict=True):
            # Questions that are asked for several kinds have one row per kind; the first is the question's.
            if code and not any(r["table"] == table and r["row"] == code for r in rows):
                add(rows, table, code, "all", percent(line[place]))


def by_group(cells: list[list[str]], header: int, rows: list[Row]) -> None:
    """Append the results by demographic group; groups of one name are told apart by their place."""
    groups = [f"{place} {name(text)[:40]}" for place, text in enumerate(cells[header])]
    measures = codes([line[0] for line in cells])
    for code, line in zip(measures, cells, strict=True):
        for group, text in list(zip(groups, line, strict=True))[1:]:
            if code:
                add(rows, "groups", code, group, percent(text))


def themes_of(ranges: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the questions of each theme."""
    ends = [re.findall(r"\d+", text) for text in ranges]
    return {
        theme: [f"B{number:02d}" for number in range(int(first), int(last) + 1)]
        for theme, (first, last) in zip(THEMES, ends, strict=True)
    }


def relations(year: int, organisations: list[str], rows: list[Row]) -> list[Row]:
    """Return how the numbers hang together, as far as they are there."""
    present = {(row["table"], row["row"], row["column"]) for row in rows}
    measures = list(dict.fromkeys(row["column"] for row in rows if row["table"] == "scores"))
    everybody = "|".join(dict.fromkeys(organisations))
    made = [{"relation": "median", "whole": "scores/benchmark/*", "parts": f"scores/{everybody}/*"}]
    for measure in measures:
        if ("benchmark", measure, "all") in present:
            made.append(
                {
                    "relation": "restates",
                    "whole": f"benchmark/{measure}/all",
                    "parts": f"scores/benchmark/{measure}",
                }
            )
        if ("mean", measure, "all") in present:
            made.append(
                {
                    "relation": "groups",
                    "whole": f"mean/{measure}/all",
                    "parts": f"scores/{everybody}/{measure}",
                }
            )
    for theme, questions in themes_of(UNTIL_2016 if year < 2017 else FROM_2017).items():
        parts = "|".join(questions)
        if theme in measures:
            made.append(
                {"relation": "groups", "whole": f"scores/{everybody}/{theme}", "parts": f"scores/*/{parts}"}
            )
        if any(table == "groups" for table, *_ in present):
            made.append({"relation": "groups", "whole": f"groups/{theme}/*", "parts": f"groups/{parts}/*"})
    return made


def sheets_of_2020(path: Path) -> list[list[str]]:
    """Return the two tables of 2020 as one, shaped like the files of the other years."""
    first, second = (
        pd.read_excel(path, sheet_name=sheet, header=None, dtype=str, engine="calamine")
        .fillna("")
        .to_numpy()
        .tolist()
        for sheet in SHEETS_2020[1:]
    )
    scores_of = {line[1]: line[3:] for line in second}
    return [[line[0], line[2], *line[3:], *scores_of[line[1]]] for line in first]


def main(folder: Path, out: Path) -> None:
    """Write a folder per year."""
    means = read_cells(folder / MEANS)
    for year, (organisation_file, benchmark_file) in FILES.items():
        rows: list[Row] = []
        organisations = scores(read_cells(folder / organisation_file), rows)
        one_year(read_cells(folder / benchmark_file), str(year), "benchmark", rows)
        if year == 2018:
            # Earlier years are numbered as the questionnaire of 2018, not as their own.
            one_year(means, str(year), "mean", rows)
        if year in GROUPS:
            group_file, header = GROUPS[year]
            by_group(read_cells(folder / group_file), header, rows)
        write_rows_of_form(out / str(year), rows, relations(year, organisations, rows))
    rows = []
    cells = sheets_of_2020(folder / SHEETS_2020[0])
    mean = next(line for line in cells if "mean score" in line[1])
    organisations = scores([line for line in cells if line is not mean], rows)
    for code, text in zip(codes(cells[0]), mean, strict=True):
        if code:
            add(rows, "mean", code, "all", percent(text))
    write_rows_of_form(out / "2020", rows, relations(2020, organisations, rows))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
