"""Golden copies: the marts of real, public answers, to twelve significant digits."""

from __future__ import annotations

import csv
import gzip
import io
import math
from typing import TYPE_CHECKING, Any

from support.projects import ROOT
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

GOLDEN = ROOT / "tests" / "golden"
SURVEY = "fevs"
MARTS = ("dim_groups", "dim_items", "dim_scales", "dim_surveys", "dim_waves", "item_shares", "scale_scores")
# What differs from one build to the next by design.
PER_BUILD = {"build_id", "delivery_id", "landed_at"}


def golden_path(mart: str) -> Path:
    """Return where the golden copy of a mart is kept."""
    return GOLDEN / SURVEY / f"{mart}.csv.gz"


def mart_lines(project: Project, mart: str) -> list[str]:
    """Return a mart's rows of the golden survey as CSV lines, header first, in a fixed order."""
    with open_warehouse(project) as connection:
        cursor = connection.execute(f"select * from marts.{mart} where survey_id = '{SURVEY}' order by all")
        names = [column[0] for column in cursor.description]
        rows = cursor.fetchall()
    kept = [position for position, name in enumerate(names) if name not in PER_BUILD]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([names[position] for position in kept])
    writer.writerows([[_text(row[position]) for position in kept] for row in rows])
    header, *lines = stream.getvalue().splitlines()
    return [header, *sorted(lines)]


def golden_lines(mart: str) -> list[str]:
    """Return the golden copy of a mart; a missing one is a failure, never a reason to make it."""
    return gzip.decompress(golden_path(mart).read_bytes()).decode().splitlines()


def differences(golden: list[str], built: list[str]) -> list[str]:
    """Return where two copies differ by more than the order in which floats were added."""
    header, *_ = rows = list(csv.reader(golden))
    others = list(csv.reader(built))
    if header != others[0] or len(rows) != len(others):
        return [f"golden has {len(rows)} lines and columns {header}, built {len(others)} and {others[0]}"]
    return [
        f"{' '.join(row[:5])}: {name} was {old}, is {new}"
        for row, other in zip(rows[1:], others[1:], strict=True)
        for name, old, new in zip(header, row, other, strict=True)
        if not _same(old, new)
    ]


def _same(old: str, new: str) -> bool:
    if old == new:
        return True
    try:
        return math.isclose(float(old), float(new), rel_tol=1e-9, abs_tol=1e-12)
    except ValueError:
        return False


def write_golden(project: Project) -> list[Path]:
    """Write the golden copy of every mart and return the files."""
    written = []
    for mart in MARTS:
        path = golden_path(mart)
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(mart_lines(project, mart)) + "\n"
        path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
        written.append(path)
    return written


def _text(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, float) else "" if value is None else str(value)
