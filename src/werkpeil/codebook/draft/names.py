"""Names for columns and ids for answers, made from what was delivered."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import duckdb

from werkpeil.codebook import normalise_text
from werkpeil.codebook.check import RESERVED, RESERVED_FOR_ROLE

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 48
_LONGEST_HEADING = 40


def split_header(header: str) -> tuple[str, str]:
    """Return the code in a delivered header and the question in it; either may be empty.

    Survey tools write `code`, `code[sub]`, `code. question`, `code._. question [part]`, or the
    question in full.
    """
    text = " ".join(header.replace("\ufeff", "").split())
    parts = re.split(r"\._\.\s*|\.(?:\s+|$)", text, maxsplit=1)
    code = parts[0]
    if " " in code:
        return "", text
    question = parts[1].strip() if len(parts) > 1 else ""
    whole = re.fullmatch(r"\[(.*)\]", question)
    return code, whole[1] if whole else question


def snake_case(text: str) -> str:
    """Return a text as lower snake_case of at most 48 characters; empty if nothing is left of it."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    parted = re.sub(r"(?<=[a-z])(?=[A-Z][a-z])", "_", folded)
    return re.sub(r"[^a-z0-9]+", "_", parted.casefold()).strip("_")[:_LONGEST].strip("_")


class Namer:
    """Gives every column its own name, none of which the warehouse or SQL needs for itself.

    Args:
        headers: All delivered headers: a name may not be another column's header.
    """

    def __init__(self, headers: Iterable[str]) -> None:
        self._headers = [normalise_text(header) for header in headers]
        self._taken = set(RESERVED) | set(RESERVED_FOR_ROLE) | _sql_words()

    def name(self, header: str, code: str, position: int, *, wanted: str | None = None) -> str:
        """Return a name for the column with a header.

        Args:
            header: As delivered.
            code: The code in the header, empty if the header is a question.
            position: 0-based place in the file.
            wanted: The name that the column's role reserves for it.
        """
        if wanted is not None:
            return wanted
        base = snake_case(code) if code else snake_case(header)[:_LONGEST_HEADING].strip("_")
        if not base:
            base = f"column_{position + 1}"
        elif not base[0].isalpha():
            base = f"q_{base}"
        name, number = base, 2
        while name in self._taken or self._is_other_header(name, header):
            name, number = f"{base}_{number}", number + 1
        self._taken.add(name)
        return name

    def _is_other_header(self, name: str, header: str) -> bool:
        return name in self._headers and name != normalise_text(header)


def _sql_words() -> set[str]:
    """Words that cannot be a column's name without quotes."""
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select keyword_name from duckdb_keywords() where keyword_category <> 'unreserved'"
        ).fetchall()
    return {word for (word,) in rows}
