"""What the checks look at: one query per question that a single mart cannot answer.

Each yields the columns that name a row, and the numbers that the checks bound. A query whose subject is not
there (one wave, no sample counts) yields no rows, and its checks have nothing to say.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def frame_sql(name: str) -> str:
    """Return the query of a frame; `KeyError` if there is none of that name."""
    source = files(__name__) / f"{name}.sql"
    if not source.is_file():
        raise KeyError(name)
    return source.read_text(encoding="utf-8")
