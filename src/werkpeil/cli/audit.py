"""`werkpeil audit`: read the tables, check them, show and write what was found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from werkpeil.audit import audit, read_tables
from werkpeil.audit.findings import LANGUAGES
from werkpeil.audit.page import write_page
from werkpeil.audit.published import read_published
from werkpeil.audit.rules import RULES
from werkpeil.audit.writing import write_findings, write_form
from werkpeil.cli import screen
from werkpeil.errors import InputError
from werkpeil.project import Project

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.audit import Finding, Tables


def run_audit(
    named: str,
    relations: Path | None,
    *,
    out: Path | None,
    page: Path | None,
    save_tables: Path | None,
    language: str,
) -> int:
    """Check a report's tables and return how many findings there are.

    Raises:
        InputError: if the tables or an option cannot be used.
        OutsideError: if a file cannot be written.
    """
    if language not in LANGUAGES:
        raise InputError(f"'{language}' is not a language of Werkpeil.", hint="use nl or en.")
    tables = _tables(named, relations)
    findings = audit(tables)
    _tell(tables, findings, language)
    if out is not None:
        write_findings(out, findings, tables.title)
        screen.say(f"  wrote   {screen.near(out)}")
    if page is not None:
        write_page(page, tables, findings)
        screen.say(f"  wrote   {screen.near(page)}")
    if save_tables is not None:
        for path in write_form(save_tables, tables):
            screen.say(f"  wrote   {screen.near(path)}")
    return len(findings)


def _tables(named: str, relations: Path | None) -> Tables:
    path = Path(named)
    if path.exists():
        return read_tables(path, relations)
    try:
        studies = read_published(Project.find().seeds)
    except InputError:
        studies = {}
    if named not in studies:
        known = f", or a study of the seeds: {', '.join(studies)}" if studies else ""
        raise InputError(
            f"There is no '{named}'.", hint=f"name a folder with numbers.csv and relations.csv{known}."
        )
    return studies[named]


def _tell(tables: Tables, findings: Sequence[Finding], language: str) -> None:
    checked = f"{len(tables.numbers)} numbers and {len(tables.relations)} relations checked"
    if not findings:
        screen.say(f"{tables.title}: {checked}; nothing found that cannot be right.")
        return
    rows = [
        (
            position,
            finding.severity,
            str(finding.number.cell),
            finding.number.printed.text,
            getattr(RULES[finding.rule].title, language),
        )
        for position, finding in enumerate(findings, start=1)
    ]
    screen.show_table(f"{tables.title}: {checked}", ["", "severity", "where", "printed", "finding"], rows)
    for position, finding in enumerate(findings, start=1):
        screen.say(f"{position:>3}  {getattr(finding.arithmetic, language)}")
    screen.say(f"{len(findings)} found.", style="bold")
