"""Parts of SPSS files come in the order in which they were asked for, and nobody gets another's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyreadstat
import pytest

from werkpeil.landing.readers import readstat
from werkpeil.landing.readers.readstat import CrashedError, Part, Request, UnreadableError, Wanted, read

ROWS = 3_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A file whose only variable counts its rows, and a folder for parts of it."""
    pyreadstat.write_sav(pd.DataFrame({"n": [float(row) for row in range(ROWS)]}), str(tmp_path / "n.sav"))
    (tmp_path / "parts").mkdir()
    return tmp_path


N = Wanted("n", "c0", is_text=False, has_labels=False, number="c0", text="c0")


def part(folder: Path, begin: int, rows: int = 10, **other: Any) -> Request:
    asked = {"begin": begin, "rows": rows, "wanted": (N,), **other}
    return Request("spss", str(folder / "n.sav"), None, str(folder / "parts"), **asked)


def numbers(told: Any) -> list[tuple[int, float]]:
    """Return the rows of a part and what they hold, and remove its file."""
    found = Part(*told)
    if found.file is None:
        return []
    rows = duckdb.sql(f"select row_number, c0 from '{found.file}'").fetchall()
    Path(found.file).unlink()
    assert len(rows) == found.rows
    return rows


def parts_left(folder: Path) -> list[Path]:
    return list((folder / "parts").iterdir())


@pytest.mark.parametrize("programs", [1, 2, 4])
def test_parts_come_in_the_order_of_requests(
    folder: Path, monkeypatch: pytest.MonkeyPatch, programs: int
) -> None:
    monkeypatch.setattr(readstat.os, "cpu_count", lambda: programs)
    begins = [2_500, 0, 1_000, 2_990, 3_000, 10]
    found = list(read(part(folder, begin) for begin in begins))
    assert [numbers(told) for told in found] == [
        [(row + 1, float(row)) for row in range(begin, min(begin + 10, ROWS))] for begin in begins
    ]
    assert parts_left(folder) == []


def test_what_a_file_says_of_itself_is_asked_without_rows(folder: Path) -> None:
    [about] = read([part(folder, 0, rows=0)])
    assert (about["column_names"], about["number_rows"], about["labelled"]) == (["n"], ROWS, [])


def test_rows_behind_those_that_are_told_are_looked_for_and_not_written(folder: Path) -> None:
    found = [Part(*told).rows for told in read(part(folder, row, 1, counted=False) for row in (0, ROWS))]
    assert found == [1, 0]
    assert parts_left(folder) == []


def test_who_has_enough_leaves_nothing_to_the_next(folder: Path) -> None:
    parts = read(part(folder, begin) for begin in range(0, ROWS, 10))
    assert numbers(next(parts))[0] == (1, 0)
    # Somebody else asks while answers are on their way.
    [others] = read([part(folder, 2_000)])
    assert numbers(others)[0] == (2_001, 2_000)
    parts.close()
    assert parts_left(folder) == []
    [again] = read([part(folder, 1_000)])
    assert numbers(again)[0] == (1_001, 1_000)


def test_what_the_library_says_is_told_and_the_next_one_is_read(folder: Path) -> None:
    (folder / "bad.sav").write_bytes(b"$FL2 and nothing else")
    bad = Request("spss", str(folder / "bad.sav"), None, str(folder / "parts"), rows=1)
    with pytest.raises(UnreadableError, match=r"."):
        list(read([bad]))
    parts = read([part(folder, 0), bad, part(folder, 10)])
    assert numbers(next(parts))
    with pytest.raises(UnreadableError):
        next(parts)
    assert parts_left(folder) == []
    assert len(list(read([part(folder, 0)]))) == 1


def test_a_program_that_was_killed_is_started_again(folder: Path) -> None:
    assert len(list(read([part(folder, 0)]))) == 1
    for program in readstat._PROGRAMS.values():
        program.kill()
        program.wait()
    assert len(list(read([part(folder, 0)]))) == 1


def test_one_that_takes_too_long_has_crashed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Path(readstat.__file__).read_text(encoding="utf-8")
    slow = program.replace("SECONDS_AT_MOST = 60", "SECONDS_AT_MOST = 1")
    slow = slow.replace("    try:\n        return DONE", "    signal.pause()\n    try:\n        return DONE")
    assert slow.count("\n") == program.count("\n") + 1
    (folder / "slow.py").write_text(slow, encoding="utf-8")
    monkeypatch.setattr(readstat, "__file__", str(folder / "slow.py"))
    monkeypatch.setattr(readstat, "_PROGRAMS", {})
    with pytest.raises(CrashedError):
        list(read([part(folder, 0)]))
    for started in readstat._PROGRAMS.values():
        started.kill()
