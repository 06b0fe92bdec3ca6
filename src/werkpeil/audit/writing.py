"""Findings as CSV and JSON, and tables in the form, for who wants to see or correct what was checked."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

from werkpeil.audit.reading import NUMBER_COLUMNS, NUMBERS_FILE, RELATION_COLUMNS, RELATIONS_FILE
from werkpeil.audit.rules import RULES
from werkpeil.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from fractions import Fraction
    from pathlib import Path

    from werkpeil.audit.findings import Finding
    from werkpeil.audit.tables import Number, Tables

COLUMNS: tuple[str, ...] = (
    "report",
    "severity",
    "rule_id",
    "rule_nl",
    "rule_en",
    "table",
    "row",
    "column",
    "statistic",
)
COLUMNS += (
    "number_id",
    "other_number_ids",
    "printed",
    "expected_low",
    "expected_high",
    "arithmetic_nl",
    "arithmetic_en",
)


def finding_row(finding: Finding, report: str) -> dict[str, Any]:
    """Return a finding as a row of `COLUMNS`; an end of the expected range that is unbounded is None."""
    number, expected = finding.number, finding.expected
    low, high = (expected.low, expected.high) if expected else (None, None)
    rule = RULES[finding.rule]
    return {
        "report": report,
        "severity": finding.severity,
        "rule_id": finding.rule,
        "rule_nl": rule.title.nl,
        "rule_en": rule.title.en,
        "table": number.cell.table,
        "row": number.cell.row,
        "column": number.cell.column,
        "statistic": number.statistic,
        "number_id": number.number_id,
        "other_number_ids": ";".join(other.number_id for other in finding.others),
        "printed": number.printed.text,
        "expected_low": None if low is None else float(low),
        "expected_high": None if high is None else float(high),
        "arithmetic_nl": finding.arithmetic.nl,
        "arithmetic_en": finding.arithmetic.en,
    }


def write_findings(path: Path, findings: Sequence[Finding], report: str) -> None:
    """Write findings as `.json`, or as CSV under any other name.

    Raises:
        OutsideError: if the file cannot be written.
    """
    rows = [finding_row(finding, report) for finding in findings]
    try:
        if path.suffix == ".json":
            path.write_text(json.dumps(rows, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        else:
            _write_rows(path, COLUMNS, rows)
    except OSError as error:
        raise OutsideError("The findings cannot be written.", where=str(path), hint=error.strerror) from error


def write_form(folder: Path, tables: Tables) -> list[Path]:
    """Write tables as `numbers.csv` and `relations.csv` in a folder, made if need be; return both files.

    Raises:
        OutsideError: if they cannot be written.
    """
    numbers = [_number_row(number) for number in tables.numbers]
    relations = [
        {"relation": r.kind, "whole": r.whole, "parts": r.parts, "base": r.base, "detail": r.detail}
        for r in tables.relations
    ]
    return write_rows_of_form(folder, numbers, relations)


def write_rows_of_form(
    folder: Path, numbers: Iterable[Mapping[str, Any]], relations: Iterable[Mapping[str, Any]]
) -> list[Path]:
    """Write rows of the form as the two files in a folder, made if need be; return both.

    Raises:
        OutsideError: if they cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_rows(folder / NUMBERS_FILE, NUMBER_COLUMNS, numbers)
        _write_rows(folder / RELATIONS_FILE, RELATION_COLUMNS, relations)
    except OSError as error:
        raise OutsideError("The tables cannot be written.", where=str(folder), hint=error.strerror) from error
    return [folder / NUMBERS_FILE, folder / RELATIONS_FILE]


def _number_row(number: Number) -> dict[str, Any]:
    """A number as a row of the form; its value is written where the printed text is in words."""
    printed = number.printed
    in_words = any(mark.isalpha() for mark in printed.text)
    return {
        "number_id": number.number_id,
        **number.cell._asdict(),
        "statistic": number.statistic,
        "printed": printed.text,
        "value": f"{float(printed.value):.{printed.decimals}f}" if in_words else "",
        "reading": "" if printed.reading == "eq" else printed.reading,
        "n": number.n,
        "items": number.items if number.items > 1 else "",
        "lowest": _end(number.lowest),
        "highest": _end(number.highest),
    }


def _end(value: Fraction | None) -> str:
    return "" if value is None else f"{float(value):g}"


def _write_rows(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
