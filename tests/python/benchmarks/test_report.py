"""The page says what was measured, also where it is bad, absent or stopped."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from benchmarks.goals import OURS, judge
from benchmarks.picture import draw
from benchmarks.report import write

from benchmarks import machine

if TYPE_CHECKING:
    from pathlib import Path

FIVE_MILLION = 5_000_000


def entry(task: str, contestant: str, seconds: float, **others: Any) -> dict[str, Any]:
    told = {
        "task": task,
        "contestant": contestant,
        "size": FIVE_MILLION,
        "status": "done",
        "seconds": seconds,
        "wall": seconds + 1,
        "cpu": 2 * seconds,
        "work_cpu": 2 * seconds,
        "peak": 100 << 20,
        "runs": 3,
        "fastest": seconds,
        "slowest": 2 * seconds,
        "stages": {"prepare": 1.0, "answer": seconds - 1},
        "versions": {"python": "3.12.1"},
        "blas": "openblas Haswell 2 threads",
    }
    return told | others


def entries(*told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{one['task']}|{one['size']}|{one['contestant']}": one for one in told}


def verdict_of(goal: str, *told: dict[str, Any]) -> tuple[str, str]:
    [found] = [verdict for verdict in judge(entries(*told)) if goal in verdict.goal]
    return found.measured, found.holds


GOAL = "150 times faster than R survey, scoring included"


@pytest.mark.parametrize(
    ("theirs", "others", "expected"),
    [
        (3200.0, {}, ("160", "yes")),
        (1000.0, {}, ("50", "no")),
        (4000.0, {"status": "stopped"}, ("more than 200", "yes")),
        (900.0, {"status": "stopped"}, ("more than 45", "not measured")),
        (900.0, {"status": "failed"}, ("the peer: failed", "not measured")),
        (3200.0, {"size": 50_000}, ("a side is absent", "not measured")),
    ],
)
def test_a_goal_is_judged_at_its_size_and_by_lower_bounds(
    theirs: float, others: dict[str, Any], expected: tuple[str, str]
) -> None:
    peer = entry("means", "R survey", theirs, **others)
    ours = entry("means", OURS, 20.0)
    if "size" in others:
        assert verdict_of(GOAL, peer, entry("means", OURS, 20.0, size=50_000)) == (
            "160 at 50,000",
            "not measured",
        )
        ours = entry("means", OURS, 0.0)
    assert verdict_of(GOAL, peer, ours) == expected


def test_a_goal_on_answers_leaves_out_what_was_got_ready_and_knows_no_lower_bound() -> None:
    goal = "classical 35 times faster than statsmodels"
    ours = entry("regressions", "Werkpeil, of a scored wave", 1.5, stages={"answer": 1.5})
    peer = entry("regressions", "statsmodels WLS", 61.0)
    told = judge(entries(peer, ours))
    [found] = [verdict for verdict in told if verdict.goal.endswith(goal)]
    assert (found.measured, found.holds) == ("40", "yes")
    [found] = [v for v in judge(entries(peer | {"status": "stopped"}, ours)) if v.goal.endswith(goal)]
    assert (found.measured, found.holds) == ("the peer: stopped", "not measured")


def test_a_goal_on_equality_is_judged_by_the_worst_size() -> None:
    told = [
        entry("means", "R survey", 1.0, size=size, agreement=vars_of(error))
        for size, error in ((50_000, 1e-14), (FIVE_MILLION, 1e-9))
    ]
    assert verdict_of("standard errors equal R survey's", *told) == ("1.0e-09", "no")


def vars_of(error: float) -> dict[str, Any]:
    return {"compared": 1680, "absent": 0, "estimate": 1e-15, "std_error": error}


def test_the_page_hides_nothing(tmp_path: Path) -> None:
    told = entries(
        entry("means", OURS, 20.0),
        entry("means", "R survey", 900.0, status="stopped", output=""),
        entry("means", "pandas", 5.0, agreement=vars_of(math.nan)),
        entry("means", "svy", 7.0, status="failed", output="Traceback\nValueError: a | b"),
        entry("means", "samplics", 9.0, status="not_here", reason="its environment could not be made"),
        entry("means", OURS, 2.0, size=50_000),
    )
    results = {
        "entries": told,
        "command": "make bench",
        "machine": machine.describe(),
        "runs": 3,
        "timeout": 900,
    }
    page = tmp_path / "benchmarks.md"
    write(results, page)
    text = page.read_text(encoding="utf-8")
    assert "| R survey | > 900 | > 45.0 |" in text
    assert "stopped after 901 s" in text
    assert "failed: ValueError: a / b" in text
    assert "not here: its environment could not be made" in text
    assert (
        "| pandas | 5.00 | 0.250 | 1.00 | 4.00 | 10.0 | 6.00 | 100 MiB | 3: 5.00 to 10.0 | 1e-15 of 1,680 |"
        in text
    )
    assert "How cost grows" in text
    assert f"| {OURS} | 2.00 | 20.0 |" in text
    assert "openblas Haswell 2 threads" in text
    assert all(line.count("|") in {4, 5, 12} for line in text.splitlines() if line.startswith("|"))
    assert (tmp_path / "benchmarks.svg").exists()


def test_the_picture_shows_every_contestant_in_order_of_its_seconds() -> None:
    told = entries(
        entry("means", OURS, 20.0),
        entry("means", "R <survey>", 900.0, status="stopped"),
        entry("means", "pandas", 5.0),
    )
    root = ET.fromstring(draw(told))  # noqa: S314 - our own
    words = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    circles = [float(circle.attrib["cx"]) for circle in root.iter("{http://www.w3.org/2000/svg}circle")]
    assert "R <survey>" in words
    assert "900 s, at least" in words
    assert circles == sorted(circles)
    assert len(circles) == 3


def test_the_machine_tells_no_path_and_no_name() -> None:
    told = machine.describe()
    assert told["cores"] >= 1
    assert told["memory_gib"] > 0
    assert not any("/" in str(value) for name, value in told.items() if name != "processor")
