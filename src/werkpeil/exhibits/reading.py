"""Reads an exhibit from the tables of a schema into rows and columns of printed cells."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from werkpeil.errors import InputError
from werkpeil.exhibits.layout import Begins, Block, Cell, Measures, Row, Values
from werkpeil.sql import identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkpeil.exhibits.layout import Exhibit, Measure, Shown

# A side of a table: its keys in their order, each with its label.
Side = dict[Any, str]

LAST = 1_000_000
PUBLISHED = "published"
MEAN = {"nl": "Gemiddelde", "en": "Mean"}


@dataclass(frozen=True)
class TableRow:
    """A row of a printed table; a row without cells is the heading of those below it."""

    label: str
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True)
class Table:
    """An exhibit as it is printed.

    Attributes:
        exhibit_id, survey_id, wave_id: What it shows.
        title: What it shows, in words.
        note: What a reader must know to read it; may be empty.
        headings: One per column of cells.
        rows: Headings and rows of cells, from top to bottom.
        language: `nl` or `en`.
        provenance: `real` or `synthetic`.
        build_id: Build whose numbers these are.
        is_internal: Whether small groups are in it that may not be published.
    """

    exhibit_id: str
    survey_id: str
    wave_id: str
    title: str
    note: str
    headings: tuple[str, ...]
    rows: tuple[TableRow, ...]
    language: str
    provenance: str
    build_id: str
    is_internal: bool = False

    @property
    def reasons(self) -> dict[str, int]:
        """Reasons why cells show no number, with how many cells each has."""
        counted: dict[str, int] = defaultdict(int)
        for row in self.rows:
            for cell in row.cells:
                if cell.reason:
                    counted[cell.reason] += 1
        return dict(sorted(counted.items()))


@dataclass
class _Labels:
    """Labels and positions of everything that a side can be made of, in one language."""

    language: str
    known: dict[tuple[str, Any], tuple[int, str]] = field(default_factory=dict)

    def add(self, kind: str, rows: Iterable[tuple[Any, int | None, str]]) -> None:
        self.known.update({(kind, key): (position or 0, label) for key, position, label in rows})

    def of(self, side: Values, row: Row) -> tuple[int, str]:
        """The position and the label of the value that a row of the mart has on a side."""
        if isinstance(side.labels, str):
            position, label = self.known.get((side.labels, side.key(row)), (0, str(row[side.column])))
        else:
            value = row[side.column]
            position = list(side.labels).index(value)
            label = side.labels[value][0 if self.language == "nl" else 1]
        if side.order is not None:
            position = row[side.order]
        if side.starred and row[side.starred]:
            label += row[side.starred]
        return position, label


def read_exhibit(
    connection: Any, exhibit: Exhibit, *, schema: str, wave_id: str | None = None, language: str = "nl"
) -> Table:
    """Return an exhibit of a wave.

    Args:
        connection: An open DuckDB connection; it is read only.
        exhibit: The exhibit.
        schema: Schema of the marts and dimensions.
        wave_id: The wave; the one that the report printed unless another is named.
        language: `nl` or `en`.

    Raises:
        InputError: the wave is not there, or a mart that the exhibit is made of is missing.
    """
    wave_id = wave_id or exhibit.wave_id
    labels = _read_labels(connection, exhibit, schema, language)
    contents = [read_block(connection, exhibit, block, schema, wave_id) for block in exhibit.blocks]
    for block, content in zip(exhibit.blocks, contents, strict=True):
        for named in block.named:
            for row in content:
                row[named.column] = labels.of(named, row)[1]
    places = list(accumulate(int(block.is_beside) for block in exhibit.blocks))
    columns: Side = {}
    for block, content, place in zip(exhibit.blocks, contents, places, strict=True):
        side = _side(block.columns, content, labels, language)
        columns |= {(place, key): label for key, label in side.items()}
    rows: list[TableRow] = []
    for block, content, place in zip(exhibit.blocks, contents, places, strict=True):
        below = _block_rows(block, content, (place, columns), labels, exhibit)
        rows = _joined(rows, below) if block.is_beside else rows + below
    found = [row for content in contents for row in content]
    if not found:
        raise InputError(
            f"{exhibit.exhibit_id} has no numbers for {exhibit.survey_id} {wave_id}.",
            where=f"{schema}.{exhibit.blocks[0].mart}",
            hint=_known_waves(connection, exhibit, schema),
        )
    return Table(
        exhibit_id=exhibit.exhibit_id,
        survey_id=exhibit.survey_id,
        wave_id=wave_id,
        title=exhibit.title_nl if language == "nl" else exhibit.title_en,
        note=exhibit.note_nl if language == "nl" else exhibit.note_en,
        headings=tuple(columns.values()),
        rows=tuple(rows),
        language=language,
        provenance=str(found[0]["provenance"]),
        build_id=str(found[0]["build_id"]),
        is_internal=schema != PUBLISHED,
    )


def read_block(connection: Any, exhibit: Exhibit, block: Block, schema: str, wave_id: str) -> list[Row]:
    """Return the rows of a mart that a block of an exhibit shows, in no order."""
    conditions = ["survey_id = ?", "wave_id = ?"]
    values: list[Any] = [exhibit.survey_id, wave_id]
    for column, wanted in block.where.items():
        if wanted is None:
            conditions.append(f"{identifier(column)} is null")
            continue
        if isinstance(wanted, Begins):
            conditions.append(f"starts_with({identifier(column)}, ?)")
            values.append(wanted.text)
            continue
        options = list(wanted) if isinstance(wanted, tuple) else [wanted]
        conditions.append(f"{identifier(column)} in ({', '.join('?' * len(options))})")
        values += options
    query = f"select * from {identifier(schema)}.{identifier(block.mart)} where {' and '.join(conditions)}"
    result = connection.execute(query, values)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _read_labels(connection: Any, exhibit: Exhibit, schema: str, language: str) -> _Labels:
    label = f"label_{language}"
    place = identifier(schema)
    labels = _Labels(language)

    def rows(query: str) -> list[tuple[Any, ...]]:
        return list(connection.execute(query, [exhibit.survey_id] if "?" in query else []).fetchall())

    # The total stands behind the groups that it sums, as in a printed table.
    groups = rows(
        f"select cut_id, group_id, case when cut_id = 'total' then {LAST} else position end, {label} "
        f"from {place}.dim_groups where survey_id = ?"
    )
    labels.add("group", (((cut, group), position, text) for cut, group, position, text in groups))
    for table, key in (("dim_items", "item_id"), ("dim_scales", "scale_id")):
        labels.add(
            "variable", rows(f"select {key}, position, {label} from {place}.{table} where survey_id = ?")
        )
    labels.add(
        "model",
        rows(f"select distinct model_id, position, {label} from {place}.regression_fits where survey_id = ?"),
    )
    for table, set_id, key in (
        ("dim_answers", "answer_set_id", "answer_id"),
        ("dim_bands", "band_set_id", "band_id"),
    ):
        answers = rows(
            f"select item_id, {key}, part.position, part.{label} from {place}.dim_items as item "
            f"inner join {place}.{table} as part using ({set_id}) where item.survey_id = ?"
        )
        labels.add("answer", (((item, answer), position, text) for item, answer, position, text in answers))
        labels.add("answer", (((item, "all"), 0, MEAN[language]) for item, *_ in answers))
    ranks = ((rank, rank, f"Nummer {rank}" if language == "nl" else f"Rank {rank}") for rank in range(1, 10))
    labels.add("rank", ranks)
    return labels


def _side(side: Values | Measures, rows: list[Row], labels: _Labels, language: str) -> Side:
    """The keys of a side in their order, with their labels."""
    if isinstance(side, Measures):
        return {
            position: measure.label_nl if language == "nl" else measure.label_en
            for position, measure in enumerate(side.measures)
        }
    known = {side.key(row): labels.of(side, row) for row in rows}
    ordered = sorted(known.items(), key=lambda entry: (entry[1][0], str(entry[0])))
    return {key: label for key, (_, label) in ordered}


def _block_rows(
    block: Block, content: list[Row], columns: tuple[int, Side], labels: _Labels, exhibit: Exhibit
) -> list[TableRow]:
    """The rows of a block; `columns` are those of the table, and which of them are the block's own."""
    rows: list[TableRow] = []
    language = labels.language
    if block.heading is not None:
        rows.append(TableRow(block.heading[0 if language == "nl" else 1]))
    parts: list[tuple[str | None, list[Row]]] = [(None, content)]
    if block.by is not None:
        by = block.by
        headings = _side(by, content, labels, language)
        parts = [(label, [row for row in content if by.key(row) == key]) for key, label in headings.items()]
    own, table = columns
    for heading, part in parts:
        if heading is not None:
            rows.append(TableRow(heading))
        for key, label in _side(block.rows, part, labels, language).items():
            cells = tuple(
                _shown(block, key, column)(_rows_of(block, part, key, column), exhibit.style)
                if place == own
                else Cell()
                for place, column in table
            )
            rows.append(TableRow(label, cells))
    return rows


def _joined(left: list[TableRow], right: list[TableRow]) -> list[TableRow]:
    """Rows with the cells of other rows of the same labels put where they have none; the rest comes below."""
    beside = {row.label: row for row in right}
    rows = []
    for row in left:
        other = beside.pop(row.label, row) if row.cells else row
        pairs = zip(row.cells, other.cells, strict=True)
        rows.append(TableRow(row.label, tuple(theirs if own == Cell() else own for own, theirs in pairs)))
    return rows + list(beside.values())


def _shown(block: Block, row_key: Any, column_key: Any) -> Shown:
    """What shows the cell of a row and a column: the measure that makes one of them, or the block's own."""
    for side, key in ((block.rows, row_key), (block.columns, column_key)):
        if isinstance(side, Measures):
            measure: Measure = side.measures[key]
            return measure.shown
    if block.cell is None:
        raise ValueError(f"a block of {block.mart} says neither measures nor a cell")
    return block.cell


def _rows_of(block: Block, rows: list[Row], row_key: Any, column_key: Any) -> list[Row]:
    """The rows of the mart that fall into a cell."""
    for side, key in ((block.rows, row_key), (block.columns, column_key)):
        if isinstance(side, Values):
            rows = [row for row in rows if side.key(row) == key]
    return rows


def _known_waves(connection: Any, exhibit: Exhibit, schema: str) -> str:
    waves = connection.execute(
        f"select wave_id from {identifier(schema)}.dim_waves where survey_id = ? order by position",
        [exhibit.survey_id],
    ).fetchall()
    if not waves:
        return f"land and publish a wave of {exhibit.survey_id} first."
    return f"waves that are there: {', '.join(wave for (wave,) in waves)}."
