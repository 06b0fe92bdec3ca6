"""Stand-ins for the project's macros, so that sqlfluff reads a model without dbt and without a database.

sqlfluff's Jinja templater puts every public name of this module in the context of a template. Each macro of
`macros/` renders as `(select 1)`, which is a query, a table and a value alike; the few whose result has
another form (a type, a list, an open `with`) are written out below. A new macro therefore needs nothing here
unless its place in a model asks for another form.
"""

from __future__ import annotations

import re
from pathlib import Path

MACROS = Path(__file__).resolve().parents[2] / "macros"


def _stub(*_arguments: object, **_named: object) -> str:
    return "(select 1)"


for _path in sorted(MACROS.rglob("*.sql")):
    for _name in re.findall(r"{%-?\s*macro\s+(\w+)", _path.read_text(encoding="utf-8")):
        globals()[_name] = _stub

execute = True


def type_text() -> str:
    """Stand in for a type."""
    return "string"


def literal(_text: object) -> str:
    """Stand in for a literal."""
    return "'text'"


def answer_categories() -> list[dict[str, str]]:
    """Stand in for the categories of an ordered answer set."""
    return [{"category": "positive"}, {"category": "negative"}]


def planned_cells(_kinds: list[str], _statistics: list[str]) -> str:
    """Stand in for the CTEs that a mart of shares and means begins with."""
    return "with\n\nplanned as (\n\n    select 1 as planned\n\n)"


def planned_frame(_kinds: list[str]) -> str:
    """Stand in for the CTEs that a mart of single answers begins with."""
    return "with\n\nframed as (\n\n    select 1 as framed\n\n)"


def addressed_values() -> str:
    """Stand in for the CTEs that gather what the warehouse computes."""
    return "with\n\naddressed as (\n\n    select 1 as addressed\n\n)"


def filled(template: str, _numbers: str) -> str:
    """Stand in for a template of an address by the template itself."""
    return template


def is_listed(value: str, list_of: str, _separator: str = ";") -> str:
    """Stand in for a look-up in a list."""
    return f"{value} = {list_of}"


def culture_motives(_measures: list[dict[str, str]]) -> str:
    """Stand in for the CTEs that tables 1 and 2 of the culture study begin with."""
    return "with\n\nmotives as (\n\n    select 1 as motives\n\n)"


def fits_of_models(_condition: str, _keys: list[str], _numbers: list[str]) -> str:
    """Stand in for the CTEs that end in the fits of models."""
    return "with\n\nfits as (\n\n    select 1 as fits\n\n)"


def framed_strata() -> str:
    """Stand in for the CTEs that end in the strata."""
    return "framed_strata as (\n\n    select 1 as framed_strata\n\n)"


def changed_waves(_inputs: dict[str, str]) -> str:
    """Stand in for the CTEs that end in the waves to build."""
    return "waves as (\n\n    select 1 as waves\n\n)"


def digest_of(columns: list[str]) -> str:
    """Stand in for a digest of some columns, which it reads."""
    return f"bit_xor(hash({', '.join(columns)}))"


def ordered_waves(waves: str) -> str:
    """Stand in for the order of some waves, which it reads."""
    return f"select 1 as position\nfrom {waves}"


def share_columns(statistic: str, name: str) -> str:
    """Stand in for a share and its error."""
    return f"{statistic} as {name}"


def find_differences(found: str, expected: str, columns: list[str]) -> str:
    """Stand in for a comparison of two relations, which it reads."""
    return (
        f"select {', '.join(columns)}\nfrom {found}\nunion all\nselect {', '.join(columns)}\nfrom {expected}"
    )
