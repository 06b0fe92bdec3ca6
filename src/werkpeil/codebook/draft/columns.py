"""The part that every column plays, from its name and from how its values behave."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from werkpeil.codebook import normalise_text
from werkpeil.codebook.draft import answers as sets
from werkpeil.codebook.draft.delivery import number_of
from werkpeil.codebook.draft.vocabulary import (
    are_dates,
    are_personal,
    family_of,
    is_background,
    is_personal,
    is_technical,
    missing_reason,
    names_categories,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkpeil.codebook.draft.answers import AnswerSet
    from werkpeil.codebook.draft.delivery import Delivery, FileColumn
    from werkpeil.codebook.draft.questions import Questions
    from werkpeil.codebook.model import Answer, MissingReason, Role

    Missing = dict[MissingReason, list[int | str]]

_FEW_ROWS = 20
_MOST_GROUPS = 200
_LEAST_PER_GROUP = 5
_LONGEST_GROUP = 80
_LONGEST_NAME = 40
_HIGHEST_CODE = 10
_BLOCK = 3
_USUAL_RANGES = frozenset({(1, 4), (1, 5), (1, 6), (1, 7), (1, 10), (0, 10)})
_SENTINELS = frozenset(
    {8, 9, 77, 88, 95, 96, 97, 98, 99, 777, 888, 997, 998, 999, 7777, 8888, 9997, 9998, 9999, 99999}
)
_NEGATIVE_SENTINELS = frozenset(
    {*range(-9, 0), -66, -77, -88, -95, -96, -97, -98, -99, -888, -998, -999, -9999}
)
_RECOMMENDATION = re.compile(r"recommend|aanbevel|aanrad|\bnps\b|enps", re.IGNORECASE)
_STARTS_WITH_CODE = re.compile(r"(\d{1,2})(?:\s*[-\u2013(:.=].*)?")


@dataclass
class DraftColumn:
    """A column of the codebook in the making.

    Args:
        source: The delivered column.
        role: What it is for.
        answers: Its answer set, if it is coded.
        coding: What the file holds of the answers.
        missing: Its missing codes.
        polarity: If not `positive`.
        name: Its name in the codebook.
        scale: The scales it belongs to.
        theme: The theme it is shown under.
        is_assumed: Its coding was guessed.
        also: Further roles.
    """

    source: FileColumn
    role: Role
    answers: AnswerSet | None = None
    coding: str = "codes"
    missing: Missing = field(default_factory=dict)
    polarity: str = ""
    name: str = ""
    scale: tuple[str, ...] = ()
    theme: str = ""
    is_assumed: bool = False
    also: tuple[Role, ...] = ()


@dataclass(frozen=True)
class _Codes:
    """Whole numbers of a column that may be codes: answers, and what looks like missing."""

    valid: dict[int, int]
    missing: tuple[int, ...]

    @property
    def low(self) -> int:
        return min(self.valid)

    @property
    def high(self) -> int:
        return max(self.valid)

    @property
    def usual_range(self) -> tuple[int, int] | None:
        """The range of the codes, if all of it occurs and questionnaires often have it."""
        span = (self.low, self.high)
        is_whole = len(self.valid) == self.high - self.low + 1
        return span if is_whole and span in _USUAL_RANGES else None


class ColumnDrafter:
    """Decides on the columns that hold answers.

    Args:
        existing: The warehouse's answer sets.
        language: Of the questions: nl or en.
        questions: Told what a person must decide.
    """

    def __init__(
        self, existing: Mapping[str, tuple[Answer, ...]], language: str, questions: Questions
    ) -> None:
        self._existing = existing
        self._language = language
        self._questions = questions

    def draft(self, delivery: Delivery, columns: Iterable[FileColumn]) -> list[DraftColumn]:
        """Return a draft of each column that has no special part such as respondent id or weight."""
        listed = list(columns)
        ranges = _ranges_of_blocks(listed)
        is_labelled = any(column.labels for column in delivery.columns)
        return [
            self._draft(column, ranges.get(column.position), is_labelled=is_labelled) for column in listed
        ]

    def _draft(self, column: FileColumn, span: tuple[int, int] | None, *, is_labelled: bool) -> DraftColumn:
        set_aside = self._set_aside(column)
        if set_aside is not None:
            return set_aside
        if column.labels:
            labelled = self._labelled(column)
            if labelled is not None:
                return labelled
        if column.told.kind == "text":
            return self._open_text(column)
        if column.numbers is not None:
            return self._numeric(column, span, is_labelled=is_labelled)
        return self._textual(column, span)

    # --- Columns of which nothing is kept ---------------------------------------------------------

    def _set_aside(self, column: FileColumn) -> DraftColumn | None:
        ask = self._questions
        if _identifies(column):
            ask.personal.append(column.shown)
        elif is_technical(column.code) or is_technical(column.header):
            ask.technical.append(column.shown)
        elif not column.values and not column.labels:
            ask.empty.append(column.shown)
        elif are_dates(column.answers):
            ask.dates.append(column.shown)
        else:
            return None
        return DraftColumn(column, "ignored")

    # --- Columns whose values the file explains -----------------------------------------------------

    def _labelled(self, column: FileColumn) -> DraftColumn | None:
        """Return a draft by the file's value labels; None if they explain only exceptions."""
        if all(_whole(value) is not None for value in column.labels):
            return self._labelled_codes(column)
        return self._labelled_texts(column)

    def _labelled_codes(self, column: FileColumn) -> DraftColumn | None:
        labels = {int(value): label for value, label in column.labels.items()}
        missing = self._labelled_missing(column, labels)
        valid = {code: label for code, label in labels.items() if code not in missing}
        observed = [_whole(value) for value in column.answers]
        others = {
            code for code in observed if code is not None and code not in labels and code not in missing
        }
        has_more = None in observed or any(code < 0 for code in others)
        if not valid or has_more or len(others) > max(len(valid), _HIGHEST_CODE):
            return None
        if others:
            valid |= self._unlabelled(column, valid, others)
        found = sets.existing_by_codes(valid, self._existing) or sets.from_labels(
            valid, self._language, is_declared_ordered=column.told.is_ordered
        )
        return self._coded(column, found, missing=_missing_in_codes(column, missing))

    def _labelled_missing(self, column: FileColumn, labels: Mapping[int, str]) -> dict[int, MissingReason]:
        """Return why codes are missing: declared so, named so, or negative."""
        found: dict[int, MissingReason] = {
            code: reason for code, reason in _declared(column).items() if isinstance(code, int)
        }
        guessed: list[str] = []
        for code, label in labels.items():
            reason = missing_reason(label)
            if code in found or (reason is None and code >= 0):
                continue
            if reason == "dont_know" and _is_middle(code, labels):
                guessed.append(f"{code} ({label}), taken as the middle")
                continue
            found[code] = reason or "skipped"
            guessed.append(f"{code} ({label})")
        if guessed:
            self._questions.missing_codes.append(f"{column.shown}: {', '.join(guessed)}")
        return found

    def _unlabelled(self, column: FileColumn, valid: Mapping[int, str], others: set[int]) -> dict[int, str]:
        """Return labels for codes that the file does not explain; between two named ends they are a range."""
        low, high = min(valid), max(valid)
        if len(valid) == 2 and all(low < code < high for code in others) and high <= _HIGHEST_CODE:
            return {code: str(code) for code in range(low + 1, high)}
        self._questions.unlabelled.append(f"{column.shown}: {', '.join(map(str, sorted(others)))}")
        return {code: str(code) for code in others}

    def _labelled_texts(self, column: FileColumn) -> DraftColumn | None:
        """Draft a column of texts that have labels, which landing puts in their place.

        Where most of the different texts have none, the labels explain exceptions: the texts may be what
        people wrote, and must not become answers in a seed.
        """
        if column.distinct - sum(value in column.values for value in column.labels) > len(column.labels):
            return None
        texts: dict[str, list[str]] = {}
        shown: dict[str, str] = {}
        missing: Missing = {}
        for value in dict.fromkeys((*column.labels, *column.values, *sorted(column.declared_missing))):
            label = column.labels.get(value, value)
            reason = missing_reason(label) or ("skipped" if value in column.declared_missing else None)
            if reason is None:
                texts.setdefault(shown.setdefault(normalise_text(label), label), []).append(value)
            else:
                missing.setdefault(reason, []).extend(dict.fromkeys((label, value)))
        if not texts or len(texts) > _MOST_GROUPS:
            return self._open_text(column)
        labels = dict(enumerate(texts, start=1))
        spellings = {
            code: tuple(value for value in texts[label] if shown.get(normalise_text(value), label) == label)
            for code, label in labels.items()
        }
        # A set of the warehouse must know what was delivered too: few formats put labels in its place.
        known = [*texts, *(value for code in spellings for value in spellings[code])]
        found = sets.existing_by_texts(known, self._existing) or sets.from_labels(
            labels, self._language, is_declared_ordered=column.told.is_ordered, spellings=spellings
        )
        return self._coded(column, found, coding="labels", missing=missing)

    # --- Columns of numbers -------------------------------------------------------------------------

    def _numeric(self, column: FileColumn, span: tuple[int, int] | None, *, is_labelled: bool) -> DraftColumn:
        codes = _codes_of(column) or _chosen(column)
        if codes is None or _is_amount(column, is_unlike_others=is_labelled and span is None):
            return self._number(column)
        is_unordered = _is_characteristic(column) or column.told.is_ordered is False
        if is_unordered or names_categories(column.question) or (span is None and set(codes.valid) == {1, 2}):
            return self._unexplained_group(column, codes)
        if span is None and set(codes.valid) == {0, 1}:
            found = _yes_no(self._existing, self._language)
            missing = _missing_in_codes(column, dict.fromkeys(codes.missing, "skipped"))
            return self._coded(column, found, missing=missing, is_assumed=True)
        span = span or codes.usual_range
        if span is None:
            return (
                self._unexplained_group(column, codes)
                if column.told.kind == "choice"
                else self._number(column)
            )
        found = sets.from_numbers(*span, {}, is_recommendation=_asks_recommendation(column))
        return self._coded_numbers(column, codes, found)

    def _unexplained_group(self, column: FileColumn, codes: _Codes) -> DraftColumn:
        self._questions.unlabelled.append(f"{column.shown}: {', '.join(map(str, sorted(codes.valid)))}")
        drafted = self._coded_numbers(column, codes, sets.from_codes(codes.valid))
        # What a survey tool offered answers to was asked; by answers without names nobody is divided.
        if column.told.kind == "choice" and not _is_characteristic(column):
            drafted.role = "item"
        return drafted

    def _coded_numbers(self, column: FileColumn, codes: _Codes, found: AnswerSet) -> DraftColumn:
        """Draft a column of codes without labels."""
        if codes.missing:
            self._questions.missing_codes.append(f"{column.shown}: {', '.join(map(str, codes.missing))}")
        guessed: dict[int, MissingReason] = dict.fromkeys(codes.missing, "skipped")
        return self._coded(column, found, missing=_missing_in_codes(column, guessed), is_assumed=True)

    def _number(self, column: FileColumn) -> DraftColumn:
        """Draft a column of numbers that are amounts, such as age."""
        numbers = column.numbers
        if numbers is None:
            return self._open_text(column)
        sentinels = [code for code in _sentinels(column) if not 0 <= code < _HIGHEST_CODE]
        if any(number < 0 and number not in sentinels for number in numbers.lowest):
            self._questions.negative.append(column.shown)
            return DraftColumn(column, "ignored")
        if sentinels:
            self._questions.missing_codes.append(f"{column.shown}: {', '.join(map(str, sentinels))}")
        self._tell_missing_texts(column)
        missing = _missing_in_codes(column, dict.fromkeys(sentinels, "skipped"))
        return DraftColumn(column, "control", missing=missing)

    # --- Columns of texts ---------------------------------------------------------------------------

    def _textual(self, column: FileColumn, span: tuple[int, int] | None) -> DraftColumn:
        texts = list(column.answers)
        if not texts:
            self._questions.empty.append(column.shown)
            return DraftColumn(column, "ignored")
        missing = _missing_in_texts(column, {})
        if column.distinct <= len(column.values):
            found = _as_range(column, span) or sets.existing_by_texts(texts, self._existing)
            if found is None and family_of(texts) is not None:
                found = sets.from_texts(texts, self._language)
            if found is not None:
                return self._coded(column, found, coding="labels", missing=missing)
        if len(texts) == 1 and column.rows >= _FEW_ROWS:
            self._questions.constant.append(column.shown)
            return DraftColumn(column, "ignored")
        if _may_divide(column):
            found = sets.from_texts(texts, self._language)
            return self._coded(column, found, coding="labels", missing=missing)
        return self._open_text(column)

    def _open_text(self, column: FileColumn) -> DraftColumn:
        self._questions.open_texts.append(column.shown)
        return DraftColumn(column, "open_text")

    # --- Coded columns ------------------------------------------------------------------------------

    def _coded(
        self,
        column: FileColumn,
        found: AnswerSet,
        *,
        coding: str = "codes",
        missing: Missing,
        is_assumed: bool = False,
    ) -> DraftColumn:
        asks_for_one = found.kind == "codes" and is_background(column.question.casefold())
        is_group = not found.is_ordered or asks_for_one or _is_characteristic(column)
        self._tell_missing_texts(column)
        return DraftColumn(
            column,
            "group" if is_group else "item",
            answers=found,
            coding=coding,
            missing=missing,
            polarity="none" if is_group or found.kind.startswith("yes_no") else "",
            is_assumed=is_assumed,
        )

    def _tell_missing_texts(self, column: FileColumn) -> None:
        if any(reason != "skipped" for reason in column.missing.values()):
            self._questions.missing_codes.append(f"{column.shown}: {', '.join(sorted(column.missing))}")


def divides_people(column: FileColumn) -> bool:
    """Whether a column is a characteristic of people, by its name or by what was asked."""
    return _is_characteristic(column) or is_background(column.question.casefold())


def pattern_of(name: str) -> tuple[str, str]:
    """Return what a name shares with those of its block: all but its last number, and all but any."""
    folded = name.casefold()
    return re.sub(r"\d+(?=\D*$)", "#", folded), re.sub(r"\d+", "#", folded)


def blocks_of(names: Iterable[str]) -> dict[str, str]:
    """Return the block that each name belongs to, of at least three names that differ in numbers.

    `q08_1, q08_2, ...` are a block apart from `q09_1, ...`; where no three names differ in their
    last number alone, all numbers may differ (`c82cop1, c83cop2, ...`).
    """
    listed = list(names)
    narrow = {name: pattern_of(name)[0] for name in listed}
    wide = {name: pattern_of(name)[1] for name in listed}
    found = _members(narrow, listed)
    rest = [name for name in listed if name not in found]
    return found | _members(wide, rest)


def _members(patterns: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    groups: dict[str, list[str]] = {}
    for name in names:
        if "#" in patterns[name]:
            groups.setdefault(patterns[name], []).append(name)
    return {name: pattern for pattern, listed in groups.items() if len(listed) >= _BLOCK for name in listed}


def _ranges_of_blocks(columns: Iterable[FileColumn]) -> dict[int, tuple[int, int]]:
    """Return the range of codes of each column whose block holds small whole numbers only."""
    candidates = {}
    for column in columns:
        codes = None if column.labels else _codes_of(column)
        if codes is not None and column.code:
            candidates[column.code] = (column.position, codes)
    blocks: dict[str, list[str]] = {}
    for name, block in blocks_of(candidates).items():
        blocks.setdefault(block, []).append(name)
    found: dict[int, tuple[int, int]] = {}
    for names in blocks.values():
        low = min(candidates[name][1].low for name in names)
        high = max(candidates[name][1].high for name in names)
        if high - max(low, 0) >= 2:  # zeros and ones, or ones and twos, are no range of degrees
            span = (min(low, 1), high)
            found |= {candidates[name][0]: span for name in names}
    return found


def _codes_of(column: FileColumn) -> _Codes | None:
    """Return a column's numbers as codes from 0 to 10, with what looks like missing apart."""
    numbers = column.numbers
    if numbers is None:
        texts = _numbered_texts(column)
        return _Codes({code: column.values[text] for code, text in texts.items()}, ()) if texts else None
    if not numbers.are_whole or numbers.distinct > 2 * _HIGHEST_CODE:
        return None
    counts = {int(number): count for number, count in numbers.counts.items()}
    missing = set(_sentinels(column))
    valid = {code: count for code, count in counts.items() if code not in missing}
    if len(valid) < 2 or min(valid) < 0 or max(valid) > _HIGHEST_CODE:
        return None
    return _Codes(valid, tuple(sorted(missing)))


def _chosen(column: FileColumn) -> _Codes | None:
    """Return the codes of a question that offered answers, however few of them were given."""
    numbers = column.numbers
    if column.told.kind != "choice" or numbers is None or not numbers.are_whole or numbers.lowest[0] < 0:
        return None
    return _Codes({int(number): count for number, count in numbers.counts.items()}, ())


def _sentinels(column: FileColumn) -> list[int]:
    """Return the numbers that look like codes for missing: far above the others, or below zero."""
    numbers = column.numbers
    if numbers is None:
        return []
    negative = [int(number) for number in numbers.lowest if number in _NEGATIVE_SENTINELS]
    highest = list(numbers.highest)
    found: list[int] = []
    while highest and highest[0] in _SENTINELS:
        below = [number for number in highest if number not in _SENTINELS]
        if not below or not _is_far_above(highest[0], below[0], numbers.highest):
            break
        found.append(int(highest.pop(0)))
    declared = {code for value in column.declared_missing if (code := _whole(value)) is not None}
    return [code for code in (*negative, *found) if code not in declared]


def _is_middle(code: int, labels: Mapping[int, str]) -> bool:
    """Whether a code is the middle one of an odd number of answers, as in a five-point scale."""
    answers = sorted(other for other in labels if missing_reason(labels[other]) in (None, "dont_know"))
    return len(answers) >= _BLOCK and len(answers) % 2 == 1 and answers[len(answers) // 2] == code


def _is_far_above(sentinel: float, highest: float, present: Iterable[float]) -> bool:
    """Whether a code stands apart: 8 and 9 above 6, 99 above 89, 999 above 899."""
    if sentinel < _HIGHEST_CODE:
        return highest + 1 not in present
    return sentinel > 1.1 * highest


def _is_amount(column: FileColumn, *, is_unlike_others: bool) -> bool:
    """Whether small numbers are amounts: it is said so, or the file labels others and not these."""
    if column.told.kind == "number":
        return True
    return is_unlike_others and column.told.is_ordered is None and not names_categories(column.question)


def _is_characteristic(column: FileColumn) -> bool:
    """Whether a column's name is that of a characteristic; a question in full mentions too much."""
    name = column.code or column.header
    return len(name) <= _LONGEST_NAME and is_background(name.casefold())


def _identifies(column: FileColumn) -> bool:
    """Whether a column tells who people are, by its name, its values, or what was asked."""
    if is_personal(column.code or column.header) or are_personal(column.values):
        return True
    is_written = column.numbers is None and column.distinct * _LEAST_PER_GROUP > column.filled
    return is_written and bool(column.question) and is_personal(column.question)


def _numbered_texts(column: FileColumn) -> dict[int, str] | None:
    """Return the codes of texts such as `1 (None at all), 2, ..., 10 (All the time)`, with their texts.

    Texts that all have words of their own are labels rather than a range of numbers.
    """
    texts: dict[int, str] = {}
    for text in column.answers:
        matched = _STARTS_WITH_CODE.fullmatch(text)
        if matched is None or int(matched[1]) in texts:
            return None
        texts[int(matched[1])] = text
    worded = sum(not text.isdigit() for text in texts.values())
    is_range = len(texts) >= _BLOCK and max(texts) <= _HIGHEST_CODE and worded <= 2
    return texts if is_range else None


def _as_range(column: FileColumn, span: tuple[int, int] | None) -> AnswerSet | None:
    """Return the range of numbers that a column's texts are steps of, if they are."""
    texts = _numbered_texts(column)
    if texts is None:
        return None
    low, high = span or (min(*texts, 1), max(texts))
    ends = {code: text for code, text in texts.items() if not text.isdigit()}
    return sets.from_numbers(low, high, ends, is_recommendation=_asks_recommendation(column))


def _asks_recommendation(column: FileColumn) -> bool:
    return bool(_RECOMMENDATION.search(f"{column.header} {column.question}"))


def _may_divide(column: FileColumn) -> bool:
    """Whether texts are few and short enough to be groups of people rather than what they wrote."""
    different = len(column.answers)
    return (
        column.rows >= _FEW_ROWS
        and column.distinct <= min(len(column.values), _MOST_GROUPS)
        and sum(column.answers.values()) >= _LEAST_PER_GROUP * different
        and column.mean_length <= _LONGEST_GROUP
    )


def _yes_no(existing: Mapping[str, tuple[Answer, ...]], language: str) -> AnswerSet:
    labels = {0: "Nee", 1: "Ja"} if language == "nl" else {0: "No", 1: "Yes"}
    found = sets.existing_by_codes(labels, existing) or sets.from_labels(
        labels, language, is_declared_ordered=None
    )
    return replace(found, doubt="0 was taken for no and 1 for yes")


def _whole(text: str) -> int | None:
    number = number_of(text)
    return int(number) if number is not None and number.is_integer() else None


def _declared(column: FileColumn) -> dict[int | str, MissingReason]:
    """Return the codes that the file declares missing; letters and texts as they are."""
    found: dict[int | str, MissingReason] = {}
    for value in sorted(column.declared_missing):
        code = _whole(value)
        said = column.told.reasons.get(value) or missing_reason(column.labels.get(value, ""))
        found[value if code is None else code] = said or "skipped"
    return found


def _missing_in_codes(column: FileColumn, guessed: Mapping[int, MissingReason]) -> Missing:
    """Return the missing codes of a column of numbers: numbers, and texts as they are."""
    return _by_reason(_reasons(column, guessed))


def _missing_in_texts(column: FileColumn, guessed: Mapping[int, MissingReason]) -> Missing:
    """Return the missing codes of a column of texts."""
    reasons = _reasons(column, guessed)
    return _by_reason({str(code): reason for code, reason in reasons.items()})


def _reasons(column: FileColumn, guessed: Mapping[int, MissingReason]) -> dict[int | str, MissingReason]:
    reasons: dict[int | str, MissingReason] = dict(guessed.items())
    reasons.update(_declared(column))
    reasons.update(column.missing.items())
    return reasons


def _by_reason(codes: Mapping[int | str, MissingReason]) -> Missing:
    found: Missing = {}
    for code in sorted(codes, key=str):
        found.setdefault(codes[code], []).append(code)
    return found
