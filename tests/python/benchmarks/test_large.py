"""The steps of a large wave, of few respondents and without its builds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from benchmarks import large

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def test_steps_are_shown_and_told_until_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    steps = (
        large.STEPS[0],
        ("fail", ["land", "nowhere.parquet", "-s", large.NARROW, "-w", "2"]),
        large.STEPS[1],
    )
    monkeypatch.setattr(large, "STEPS", steps)
    assert large.main(["--respondents", "2000", "--memory", "500MB", "--folder", str(tmp_path)]) == 1
    shown = capfd.readouterr().out
    assert "2,000 rows read, 2,000 accepted" in shown
    assert "land: done" in shown
    told = json.loads((tmp_path / "2000" / "told.json").read_text(encoding="utf-8"))
    assert {step: each["status"] for step, each in told["steps"].items()} == {
        "land": "done",
        "fail": "failed",
    }
    assert told["steps"]["land"]["peak"] > 0
