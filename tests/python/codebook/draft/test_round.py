"""The whole way of a new survey: drafted, landed, built, and its numbers right."""

from __future__ import annotations

import csv
from statistics import fmean
from typing import TYPE_CHECKING

import pytest

from support.projects import make_project, shared_file
from werkpeil.building import build
from werkpeil.codebook.draft import draft_survey
from werkpeil.landing import land
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

# Listwise means of men and women over the reversed items, computed with pandas outside this project.
LISTWISE = {"a": (4.3777, 4.7748), "c": (4.1385, 4.3220), "e": (3.9917, 4.2193), "n": (2.9476, 3.2705)}


@pytest.mark.slow
def test_bfi_goes_from_file_to_marts_without_a_line_of_sql(tmp_path: Path) -> None:
    file = shared_file("bfi/bfi.csv")
    project = make_project(tmp_path, published=False)
    draft_survey(project, file, "bfi", "2010", "en")
    assert land(project, file, "bfi", "2010").rows_accepted == 2800
    assert build(project).status != "up_to_date"
    with open_warehouse(project) as connection:
        shares = connection.execute(
            "select item_id, n, mean from marts.item_shares "
            "where cut_id = 'total' and item_id in ('a1', 'o2')"
        ).fetchall()
        scales = connection.execute(
            "select scale_id, group_id, mean from marts.scale_scores where cut_id = 'gender' order by 1, 2"
        ).fetchall()
    with file.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    for item, n, mean in shares:
        delivered = [int(row[item.upper()]) for row in rows if row[item.upper()] != "NA"]
        assert n == len(delivered)
        assert mean == pytest.approx(fmean(delivered), abs=1e-9)
    found = {(scale, group): mean for scale, group, mean in scales}
    for letter, expected in LISTWISE.items():
        # Ours also counts those who left one of the five items open.
        for group, mean in zip(("code_1", "code_2"), expected, strict=True):
            assert found[f"scale_{letter}", group] == pytest.approx(mean, abs=0.02)
