"""Write the rejected rows: the rule, what broke it, and the row without what identifies people.

A rejected row keeps every column that the codebook keeps; the respondent's id is its pseudonym
there too. Columns that are ignored or undeclared are left out, as they are everywhere: they are
where files hold names and addresses. In a row whose fields cannot be counted, every field that
could be one of these is treated as if it were.
"""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkpeil.landing.readers.base import MALFORMED, cleaned_text
from werkpeil.landing.rows import SET_ASIDE
from werkpeil.sql import literal

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.landing.rows import Rows


def write_rejected_rows(rows: Rows, delimiter: str | None, path: Path) -> None:
    """Write the table `rejected` with the rows themselves as JSON.

    Args:
        rows: Judged.
        delimiter: Between the fields of malformed rows.
        path: The Parquet file to write.
    """
    mask = _Mask.of(rows, delimiter or ",")
    rows.connection.create_function("masked", mask.as_json, ["varchar"], "varchar")
    rows.connection.execute(
        f"""
        copy (
            select rejected.row_number, rejected.rule, rejected.detail,
                coalesce(
                    {_row_json(rows)},
                    masked(malformed.line)
                ) as row_json
            from rejected
            left join {SET_ASIDE} as d on d.row_number = rejected.row_number
            left join {MALFORMED} as malformed on malformed.row_number = rejected.row_number
            order by rejected.row_number
        ) to {literal(str(path))} (format parquet, compression zstd)
        """,
        rows.pseudonymiser.parameters if rows.place_of_identifier() else {},
    )


def _row_json(rows: Rows) -> str:
    identifier = rows.place_of_identifier()
    pairs = []
    for column, header in rows.match.found.items():
        place = rows.place(column)
        if place is None:
            continue
        value = place.of("d").text
        if place == identifier:
            value = f"case when {place.of('d').name} is not null then {rows.pseudonym('d')} end"
        pairs.append(f"{literal(header.name or column)}, {value}")
    row = f"cast(json_object({', '.join(pairs)}) as varchar)"
    return f"case when d.row_number is not null then {row} end"


@dataclass(frozen=True)
class _Mask:
    """Hides what may identify a person in a line whose fields may have shifted.

    Args:
        delimiter: Between fields.
        width: Number of fields of a whole row.
        identifier: Position of the respondent's id, if there is one.
        left_out: Positions of columns that are not kept.
    """

    rows: Rows
    delimiter: str
    width: int
    identifier: int | None
    left_out: frozenset[int]

    @classmethod
    def of(cls, rows: Rows, delimiter: str) -> _Mask:
        kept = {
            header.position for column, header in rows.match.found.items() if rows.place(column) is not None
        }
        positions = {header.position for header in rows.match.headers}
        column = rows.codebook.first_with_role("respondent_id")
        found = rows.match.found.get(column.name) if column else None
        return cls(
            rows,
            delimiter,
            len(positions),
            found.position if found else None,
            frozenset(positions - kept),
        )

    def as_json(self, line: str) -> str:
        """Return the fields of a line as a JSON object with one list."""
        fields = self._fields(line)
        shift = abs(len(fields) - self.width)
        kept = [self._kept(field, position, shift) for position, field in enumerate(fields)]
        return json.dumps({"fields": kept}, ensure_ascii=False)

    def _fields(self, line: str) -> list[str]:
        try:
            return next(csv.reader([line.replace("\n", " ")], delimiter=self.delimiter), [])
        except csv.Error:
            return line.split(self.delimiter)

    def _kept(self, field: str, position: int, shift: int) -> str | None:
        if self.identifier is not None and abs(position - self.identifier) <= shift:
            text = cleaned_text(field)
            message = f"{self.rows.origin.survey_id}|{text}"
            return self.rows.pseudonymiser.of(message) if text else None
        if any(abs(position - other) <= shift for other in self.left_out):
            return None
        return field
