"""Published tables of other services go through the checker; what it finds in them was checked by hand."""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from support.projects import ROOT, read_rows, shared_file
from werkpeil.audit import audit, make_tables

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.audit import Finding

sys.path.insert(0, str(ROOT / "tools" / "audit_tables"))

import csps
import pses

TRADE, DEVELOPMENT = "Department for International Trade", "Department for International Development"


@pytest.fixture(scope="module")
def uk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("csps")
    csps.main(shared_file("csps"), out)
    return out


def found(folder: Path, *, without: str = "") -> list[Finding]:
    """Findings in a folder, but for a table that takes its time."""
    numbers = [row for row in read_rows(folder / "numbers.csv") if row["table"] != without]
    relations = [
        row
        for row in read_rows(folder / "relations.csv")
        if not without or f"{without}/" not in row["whole"] + row["parts"]
    ]
    return audit(make_tables(numbers, relations))


def test_the_uk_swapped_the_theme_scores_of_two_departments_in_2016(uk: Path) -> None:
    findings = found(uk / "2016", without="groups")
    places = Counter((finding.rule, finding.number.cell.row) for finding in findings)
    assert places == {("total_outside_groups", TRADE): 3, ("total_outside_groups", DEVELOPMENT): 4}
    # The other one's scores would be right, in every theme.
    rows = read_rows(uk / "2016" / "numbers.csv")
    swapped = {TRADE: DEVELOPMENT, DEVELOPMENT: TRADE}
    for row in rows:
        if row["table"] == "scores" and row["column"] in csps.THEMES:
            row["row"] = swapped.get(row["row"], row["row"])
    relations = [r for r in read_rows(uk / "2016" / "relations.csv") if "groups/" not in r["parts"]]
    mended = make_tables([row for row in rows if row["table"] != "groups"], relations)
    assert audit(mended) == []


@pytest.mark.parametrize(
    ("year", "question", "printed", "low", "high"),
    [(2017, "B39", "54%", 50.5, 51.5), (2018, "B41", "49%", 46.5, 47.5)],
)
def test_the_uk_printed_two_benchmarks_that_are_no_median(
    uk: Path, year: int, question: str, printed: str, low: float, high: float
) -> None:
    (finding,) = found(uk / str(year))
    assert (finding.rule, finding.number.cell.column, finding.number.printed.text) == (
        "median",
        question,
        printed,
    )
    assert finding.expected is not None
    assert (finding.expected.low, finding.expected.high) == (low, high)


def test_scores_of_canada_follow_from_its_answers_and_units_nest(tmp_path: Path) -> None:
    pses.main(shared_file("pses"), tmp_path, "Q48", "Q64")
    assert found(tmp_path / "2018_Q48") == []
    assert found(tmp_path / "2017_Q64") == []


def test_a_question_that_counts_from_the_other_end_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pses, "REVERSED", "")
    pses.main(shared_file("pses"), tmp_path, "Q64")
    findings = found(tmp_path / "2017_Q64")
    assert len(findings) > 50
    assert {finding.rule for finding in findings} == {"mean_outside_bands"}
