"""A fingerprint changes with what it is of, and with nothing else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pytest

from werkpeil.statistics.fingerprints import built_waves, of_code, of_frames

if TYPE_CHECKING:
    from pathlib import Path

FRAME = pd.DataFrame({"a": [1.0, None, 1.0], "b": ["x", None, "y"]})


def test_the_order_of_rows_does_not_matter_and_all_else_does() -> None:
    known = of_frames("code", [FRAME, FRAME[["b"]]])
    assert of_frames("code", [FRAME.iloc[[2, 0, 1]], FRAME[["b"]]]) == known
    others = [
        of_frames("other", [FRAME, FRAME[["b"]]]),
        of_frames("code", [FRAME]),
        of_frames("code", [FRAME[["b"]], FRAME]),
        of_frames("code", [FRAME.assign(a=[1.0, None, 1.0000000001]), FRAME[["b"]]]),
        of_frames("code", [FRAME.rename(columns={"a": "c"}), FRAME[["b"]]]),
        of_frames("code", [pd.concat([FRAME, FRAME.iloc[:1]]), FRAME[["b"]]]),
        of_frames("code", [FRAME.iloc[:0], FRAME[["b"]]]),
    ]
    assert len({known, *others}) == len(others) + 1


def test_code_is_its_files_and_the_versions_of_what_it_uses(tmp_path: Path) -> None:
    one, two = tmp_path / "one.py", tmp_path / "two.py"
    one.write_text("1", encoding="utf-8")
    two.write_text("2", encoding="utf-8")
    known = of_code([one, two], "3.0")
    assert of_code([two, one], "3.0") == known
    assert of_code([one, two], "3.1") != known
    two.write_text("3", encoding="utf-8")
    assert of_code([one, two], "3.0") != known


@pytest.mark.parametrize(
    ("is_incremental", "columns", "expected"),
    [
        (False, "'s' as survey_id, 'w' as wave_id, 'f' as fingerprint", None),
        (True, "'s' as survey_id, 'w' as wave_id", None),
        (True, "'s' as survey_id, 'w' as wave_id, 'f' as fingerprint", [("s", "w", "f")]),
    ],
)
def test_what_is_built_is_read_where_there_is_something_to_go_on_from(
    is_incremental: bool, columns: str, expected: list[tuple[str, ...]] | None
) -> None:
    session: Any = duckdb.connect()
    session.execute(f"create table held as select {columns} from range(2)")
    found = built_waves(SimpleNamespace(is_incremental=is_incremental, this="held"), session)
    assert (None if found is None else list(found.itertuples(index=False, name=None))) == expected
