"""Match the columns of a delivered file to the columns of the codebook.

Survey tools write a column's header in their own ways: the code alone, `code[sub]`,
`code. text`, `code._. text [label]`, or the question in full. Every form of a delivered header is
compared with every form of the codebook's names, the strictest form first.
"""

from __future__ import annotations

import difflib
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from werkpeil.codebook import normalise_text
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkpeil.codebook import Codebook, Column

_LISTED = 12


@dataclass(frozen=True)
class Header:
    """One column of a delivered file.

    Args:
        position: 0-based place in the file.
        names: The header as delivered, then other names it goes by (a second header row).
    """

    position: int
    names: tuple[str, ...]

    @property
    def name(self) -> str:
        """The header as delivered."""
        return self.names[0]


@dataclass(frozen=True)
class HeaderMatch:
    """Which delivered column holds which codebook column.

    Args:
        headers: All columns of the file.
        found: Delivered column of each codebook column in the file, by the codebook's name.
        undeclared: Delivered columns the codebook does not name for this wave.
    """

    headers: tuple[Header, ...]
    found: dict[str, Header]
    undeclared: tuple[Header, ...]


class Matcher(Protocol):
    """What a reader asks about headers: how many it knows, and which it wants."""

    def count(self, names: Sequence[str]) -> int:
        """Return how many of some header texts are columns; a guess of where the header is."""

    def match(self, names: Sequence[tuple[str, ...]]) -> HeaderMatch:
        """Return which delivered column is which, by each column's names."""


class HeaderMatcher:
    """Compares headers with the codebook of one survey and wave.

    Args:
        codebook: The survey's codebook.
        wave_id: The wave that the file is of.
        file_name: Named in messages.
    """

    def __init__(self, codebook: Codebook, wave_id: str, file_name: str) -> None:
        self._codebook = codebook
        self._wave_id = wave_id
        self._file_name = file_name
        self._expected = [column for column in codebook.columns if column.occurs_in(wave_id)]

    def count(self, names: Sequence[str]) -> int:
        """Return how many of some header texts belong to a column; ambiguity does not matter."""
        headers = headers_of([(name,) for name in names])
        known = {header.position for tier in self._tiers(headers) for _, header in tier}
        return len(known)

    def match(self, names: Sequence[tuple[str, ...]]) -> HeaderMatch:
        """Return which delivered column holds which codebook column.

        Args:
            names: Per delivered column its header and other names it goes by.

        Raises:
            InputError: if headers are ambiguous, required columns are missing, columns are
                undeclared where the codebook refuses them, or nothing matches at all.
        """
        headers = headers_of(names)
        found = self._found(headers)
        if not found:
            raise InputError(
                f"None of the {len(self._expected)} columns of survey "
                f"'{self._codebook.survey_id}' is in this file.",
                where=f"{self._file_name}, whose columns are {_listed(h.name for h in headers)}",
                hint="is this the right file, and the right survey and wave?",
            )
        taken = {header.position for header in found.values()}
        undeclared = tuple(header for header in headers if header.position not in taken)
        self._require_all(found, undeclared)
        self._require_declared(undeclared)
        return HeaderMatch(headers, found, undeclared)

    def _found(self, headers: Sequence[Header]) -> dict[str, Header]:
        found: dict[str, Header] = {}
        taken: set[int] = set()
        for tier in self._tiers(headers):
            pairs = [
                (column, header)
                for column, header in tier
                if column not in found and header.position not in taken
            ]
            self._require_unambiguous(pairs)
            found.update(pairs)
            taken.update(header.position for _, header in pairs)
        return found

    def _tiers(self, headers: Sequence[Header]) -> list[list[tuple[str, Header]]]:
        """Pairs that agree on the whole header, on the code in it, on the question's text."""
        wholes = _by_key(headers, lambda name: [normalise_text(name)])
        codes = _by_key(headers, _codes)
        questions = _by_key(headers, _questions)
        return [
            self._pairs(wholes, self._names, lambda name: [normalise_text(name)]),
            self._pairs(codes, self._names, _codes),
            self._pairs(questions, lambda column: [column.description], _questions),
        ]

    def _names(self, column: Column) -> Sequence[str]:
        return column.delivered_names(self._wave_id)

    def _pairs(
        self,
        headers: dict[str, list[Header]],
        names: Callable[[Column], Sequence[str]],
        keys: Callable[[str], list[str]],
    ) -> list[tuple[str, Header]]:
        pairs: dict[tuple[str, int], Header] = {}
        for column in self._expected:
            for name in names(column):
                for key in keys(name):
                    for header in headers.get(key, []):
                        pairs[column.name, header.position] = header
        return [(column, header) for (column, _), header in pairs.items()]

    def _require_unambiguous(self, pairs: Sequence[tuple[str, Header]]) -> None:
        by_column: dict[str, list[Header]] = defaultdict(list)
        by_header: dict[int, list[str]] = defaultdict(list)
        for column, header in pairs:
            by_column[column].append(header)
            by_header[header.position].append(column)
        problems = [
            f"column '{column}' could be {_listed(header.name for header in found)}"
            for column, found in by_column.items()
            if len(found) > 1
        ]
        problems += [
            f"header {header.name!r} could be {_listed(by_header[header.position])}"
            for _, header in pairs
            if len(by_header[header.position]) > 1
        ]
        if problems:
            raise InputError(
                f"Headers are ambiguous: {'; '.join(dict.fromkeys(problems))}.",
                where=f"{self._file_name} against {self._codebook.path}",
                hint="name each column exactly, in delivered_as or names_by_wave.",
            )

    def _require_all(self, found: dict[str, Header], undeclared: Sequence[Header]) -> None:
        missing = [
            column
            for column in self._expected
            if column.name not in found and not column.optional and column.role != ("ignored",)
        ]
        if not missing:
            return
        candidates = {normalise_text(header.name): header.name for header in undeclared}
        lines = [self._missing_line(column, candidates) for column in missing]
        raise InputError(
            f"{len(missing)} columns of the codebook are not in this file:\n  " + "\n  ".join(lines),
            where=f"{self._file_name}, wave {self._wave_id}, against {self._codebook.path}",
            hint="add the delivered name to delivered_as or names_by_wave, list the waves in which "
            "it was asked, or say `optional: true`.",
        )

    def _missing_line(self, column: Column, candidates: dict[str, str]) -> str:
        wanted = [normalise_text(name) for name in (*self._names(column), column.name)]
        near = {
            candidates[key]: None
            for name in wanted
            for key in difflib.get_close_matches(name, list(candidates), n=2, cutoff=0.6)
        }
        nearest = f" (nearest in the file: {_listed(near)})" if near else ""
        return f"{column.name}, delivered as {_listed(self._names(column))}{nearest}"

    def _require_declared(self, undeclared: Sequence[Header]) -> None:
        if not undeclared or self._codebook.undeclared_columns == "ignore":
            return
        known = {
            normalise_text(name)
            for column in self._codebook.columns
            for name in column.delivered_names(self._wave_id)
        }
        elsewhere = [header.name for header in undeclared if normalise_text(header.name) in known]
        note = (
            f"\nof these the codebook says that they were not asked in wave {self._wave_id}: "
            + ", ".join(map(repr, elsewhere))
            if elsewhere
            else ""
        )
        raise InputError(
            f"{len(undeclared)} columns of this file are not in the codebook: "
            + ", ".join(repr(header.name) for header in undeclared)
            + note,
            where=f"{self._file_name} against {self._codebook.path}",
            hint="describe them there (role `ignored` leaves one out), or say "
            "`undeclared_columns: ignore` for the survey.",
        )


def headers_of(names: Sequence[tuple[str, ...]]) -> tuple[Header, ...]:
    """Return the headers of a file; one without a text goes by its place, `unnamed_1` in the first."""
    return tuple(
        Header(position, (texts[0] if texts[0].strip() else f"unnamed_{position + 1}", *texts[1:]))
        for position, texts in enumerate(names)
    )


def _by_key(headers: Sequence[Header], keys: Callable[[str], list[str]]) -> dict[str, list[Header]]:
    found: dict[str, list[Header]] = defaultdict(list)
    for header in headers:
        for key in {key for name in header.names for key in keys(name)}:
            found[key].append(header)
    return found


def _codes(name: str) -> list[str]:
    """Return the code that a header consists of or begins with; a text without one has none."""
    text = normalise_text(name)
    if not text:
        return []
    before_text = re.split(r"\._\.|\.(?:\s|$)", text, maxsplit=1)[0]
    return [] if " " in before_text else [before_text]


def _questions(name: str) -> list[str]:
    """Return a text of more than one word, with the blanks around a closing `[label]` alike."""
    text = normalise_text(name)
    if text.endswith("]"):
        question, _, label = text[:-1].rpartition("[")
        text = f"{question.rstrip()} [{label.strip()}]"
    return [text] if " " in text else []


def _listed(names: Iterable[str]) -> str:
    texts = [repr(name) for name in names]
    more = len(texts) - _LISTED
    return ", ".join(texts[:_LISTED]) + (f" and {more} more" if more > 0 else "")
