"""Whatever a file holds, its draft has no contradictions and the file lands with it whole."""

from __future__ import annotations

import csv
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from support.drafting import Drafts
from support.projects import ROOT
from werkpeil.landing import land
from werkpeil.project import Project

if TYPE_CHECKING:
    from collections.abc import Sequence

WORDS = (
    *(
        "ja",
        "Ja",
        "nee",
        "weet niet",
        "n.v.t.",
        "NA",
        "-",
        "soms",
        "Soms ",
        "nooit",
        "altijd",
        "Mee eens",
        "eens",
    ),
    *(
        "oneens",
        "a b",
        "a_b",
        "A-B",
        "code_1",
        "1",
        "01",
        "1.0",
        "2",
        "5",
        "9",
        "10",
        "99",
        "-1",
        "-99",
        "0,5",
    ),
    *(
        "1 (nooit)",
        "2 - soms",
        "score_1",
        "x|y",
        "é",
        "日本",
        "2022-01-01",
        "1e3",
        "12%",
        "nan",
        "inf",
        "1_000",
    ),
    *("iemand@example.org", "'", "\\", "{{ x }}", "#", "null", "<10", ">10", "Man", "Vrouw", "Anders"),
)
NAMES = (
    *(
        "id",
        "Id 2",
        "q1",
        "q2",
        "q3",
        "Q 1",
        "weight",
        "gewicht",
        "stratum",
        "psu",
        "jaar",
        "wave_id",
        "select",
    ),
    *(
        "respondent_id",
        "1a",
        "",
        " ",
        "é",
        "Vraag 1. Hoe vaak?",
        "code[sub]",
        "code._. Vraag? [deel]",
        "sectie",
    ),
    *(
        "q1_2",
        "leeftijd",
        "geslacht",
        "Hoe tevreden bent u?",
        "a" * 90,
        "日本",
        "x:y",
        "- z",
        "scale_q",
        "no",
    ),
)


@st.composite
def deliveries(draw: st.DrawFn) -> list[list[str]]:
    """A header and rows; each column draws from a few values of its own, or is unique."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=9, unique=True))
    count = draw(st.sampled_from([3, 25, 70]))
    columns: list[Sequence[str]] = []
    for _ in names:
        if draw(st.integers(0, 5)) == 0:
            columns.append([f"{number * 7 % count + 100}" for number in range(count)])
            continue
        values = draw(st.lists(st.sampled_from((*WORDS, "")), min_size=1, max_size=7))
        columns.append([values[(number * number + number // 3) % len(values)] for number in range(count)])
    return [names, *map(list, zip(*columns, strict=True))]


@settings(max_examples=60, phases=(Phase.generate,), deadline=None)
@given(deliveries(), st.sampled_from(["nl", "en"]))
def test_any_file_is_drafted_without_contradictions_and_lands_whole(
    rows: list[list[str]], language: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        shutil.copytree(ROOT / "seeds", root / "seeds")
        shutil.copy(ROOT / "dbt_project.yml", root / "dbt_project.yml")
        for name in ("staging", "scored"):
            (root / "models" / name).mkdir(parents=True)
        file = Path(folder) / "delivery.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        drafts = Drafts(Project(root=root, data=root / "data"), Path(folder)).of(file, language=language)
        result = land(drafts.project, file, "nieuw", "2022")
        assert result.rows_rejected == 0
        assert result.invalid_answers == {}
