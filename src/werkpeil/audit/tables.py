"""The printed numbers of a report, where they stand, and how they hang together.

A number stands in a cell (table, row, column) and has a statistic there: a cell may hold a count and a
percentage. Relations name cells by addresses, `table/row/column`; in each part `*` stands for every one,
`a|b|c` for several, and several addresses are separated by `;`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Literal, NamedTuple, get_args

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from werkpeil.audit.printed import Printed

Statistic = Literal["count", "percent", "mean", "sd", "beta", "r_squared", "adjusted_r_squared", "other"]
STATISTICS: tuple[Statistic, ...] = get_args(Statistic)

RelationKind = Literal[
    "sum",
    "within",
    "groups",
    "shares",
    "some_shares",
    "multiple",
    "ratio",
    "bands",
    "model",
    "restates",
    "lowest",
    "highest",
    "same_group",
    "ranked",
    "median",
    "unknown_base",
]
RELATIONS: tuple[RelationKind, ...] = get_args(RelationKind)

EACH = "*"


class Cell(NamedTuple):
    """A place in a report."""

    table: str
    row: str
    column: str

    def __str__(self) -> str:
        return "/".join(self)


@dataclass(frozen=True)
class Number:
    """A printed number.

    Args:
        number_id: Its id, unique in the report.
        cell: Where it stands.
        statistic: What kind of number it is.
        printed: The number.
        n: People behind a mean or percentage, if printed.
        items: Items that a mean score is made of.
        lowest: Lowest value that one person can have.
        highest: Highest value that one person can have.
    """

    number_id: str
    cell: Cell
    statistic: Statistic
    printed: Printed
    n: int | None = None
    items: int = 1
    lowest: Fraction | None = None
    highest: Fraction | None = None


@dataclass(frozen=True)
class Relation:
    """How numbers hang together; `docs/reference/audit-tables.md` explains each kind.

    Args:
        kind: The relation.
        whole: Address of the number that the others make up, or repeat.
        parts: Addresses of the others.
        base: Address of the people that percentages or means are of.
        detail: What the kind needs besides: limits of bands, number of predictors.
        where: File and line, for messages.
    """

    kind: RelationKind
    whole: str = ""
    parts: str = ""
    base: str = ""
    detail: str = ""
    where: str = ""


@dataclass(frozen=True)
class Tables:
    """All printed numbers of a report and their relations.

    Raises:
        InputError: if two numbers have the same id, or the same cell and statistic.
    """

    numbers: tuple[Number, ...]
    relations: tuple[Relation, ...] = ()
    title: str = ""
    cells: dict[Cell, dict[str, Number]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        cells: dict[Cell, dict[str, Number]] = {}
        for number in self.numbers:
            if number.statistic in cells.setdefault(number.cell, {}):
                raise InputError(
                    f"Two numbers are the {number.statistic} of {number.cell}.",
                    hint="give one of them another row, column or statistic.",
                )
            cells[number.cell][number.statistic] = number
        object.__setattr__(self, "cells", cells)
        if len(self.by_id) < len(self.numbers):
            ids = Counter(number.number_id for number in self.numbers)
            twice = ids.most_common(1)[0][0]
            raise InputError(f"The number id '{twice}' is used twice.", hint="ids are unique in a report.")

    @cached_property
    def by_id(self) -> dict[str, Number]:
        """Numbers by their id."""
        return {number.number_id: number for number in self.numbers}

    def number(self, cell: Cell, *statistics: Statistic) -> Number | None:
        """Return the number of a cell: the first of these statistics that it has, or its only number."""
        held = self.cells.get(cell, {})
        if statistics:
            return next((held[statistic] for statistic in statistics if statistic in held), None)
        return next(iter(held.values()), None)

    def instances(self, relation: Relation) -> Iterator[tuple[Cell | None, list[Cell]]]:
        """Yield each whole with its parts, also those that the table leaves empty.

        `*` in the parts is that of the whole, if the whole has `*` or several there, otherwise every one.

        Raises:
            InputError: if an address names a cell that no number has.
        """
        if not relation.whole:
            yield from ((None, cells) for cells in self._groups(relation))
            return
        for address in _addresses(relation.whole):
            pattern = self._pattern(address, relation)
            for whole in self._expanded(pattern):
                if whole in self.cells:
                    yield whole, self.resolve(relation.parts, relation, whole, stars_of=pattern)

    def _groups(self, relation: Relation) -> Iterator[list[Cell]]:
        """Parts of a relation without a whole, one group per table, row or column that `*` stands for."""
        groups: dict[tuple[str, ...], list[Cell]] = {}
        for address in _addresses(relation.parts):
            pattern = self._pattern(address, relation)
            for cell in self.resolve(address, relation):
                key = tuple(own for own, part in zip(cell, pattern, strict=True) if part == EACH)
                groups.setdefault(key, []).append(cell)
        yield from groups.values()

    def resolve(
        self, addresses: str, relation: Relation, member: Cell | None = None, *, stars_of: Cell | None = None
    ) -> list[Cell]:
        """Return the cells of addresses, in their order; those of a list may be empty in the report.

        Args:
            addresses: One or more addresses, or number ids.
            relation: Where they stand, for messages.
            member: The cell whose own table, row and column `*` stands for; without it `*` is every one.
            stars_of: The pattern of the member: only where it has `*` or several is `*` its own.

        Raises:
            InputError: if an address names a table, row or column that no number has.
        """
        found: list[Cell] = []
        for address in _addresses(addresses):
            pattern = self._pattern(address, relation)
            if member is not None:
                axes = zip(pattern, member, stars_of or (EACH,) * 3, strict=True)
                pattern = Cell(
                    *(own if part == EACH and _is_several(several) else part for part, own, several in axes)
                )
            found += self._expanded(pattern)
        return found

    @cached_property
    def _patterns(self) -> dict[str, Cell]:
        """Addresses that were found to name something; a relation of many cells asks for each of them."""
        return {}

    def _pattern(self, address: str, relation: Relation) -> Cell:
        if address not in self._patterns:
            self._patterns[address] = self._read_pattern(address, relation)
        return self._patterns[address]

    def _read_pattern(self, address: str, relation: Relation) -> Cell:
        if address in self.by_id:
            return self.by_id[address].cell
        parts = tuple(part.strip() for part in address.split("/"))
        if len(parts) != 3:
            raise InputError(
                f"'{address}' is neither a number id nor an address.",
                where=relation.where,
                hint="write table/row/column, * for every one, a|b for several.",
            )
        pattern = Cell(*parts)
        for axis, part in enumerate(pattern):
            for name in _names(part):
                if name != EACH and name not in self._axis_names[axis]:
                    raise InputError(
                        f"No number has the {Cell._fields[axis]} '{name}' of the address '{address}'.",
                        where=relation.where,
                        hint="names in relations are those of the numbers, letter by letter.",
                    )
        if not any(cell in self.cells for cell in self._expanded(pattern)):
            raise InputError(f"No number stands at '{address}'.", where=relation.where)
        return pattern

    @cached_property
    def _axis_names(self) -> tuple[dict[str, None], ...]:
        return tuple(dict.fromkeys(cell[axis] for cell in self.cells) for axis in range(3))

    def _expanded(self, pattern: Cell) -> list[Cell]:
        """Cells of a pattern: of lists in their order, else those that the report has, in its order."""
        if EACH not in pattern:
            return [Cell(*names) for names in product(*map(_names, pattern))]
        rows, columns = (None if part == EACH else set(_names(part)) for part in pattern[1:])
        tables = self._by_table if pattern.table == EACH else _names(pattern.table)
        return [
            cell
            for table in tables
            for cell in self._by_table.get(table, [])
            if (rows is None or cell.row in rows) and (columns is None or cell.column in columns)
        ]

    @cached_property
    def _by_table(self) -> dict[str, list[Cell]]:
        by_table: dict[str, list[Cell]] = {}
        for cell in self.cells:
            by_table.setdefault(cell.table, []).append(cell)
        return by_table

    @cached_property
    def sums(self) -> dict[Cell, list[Cell]]:
        """The parts of each total; where it is a total of rows and of columns, one of both."""
        parts_of: dict[Cell, list[Cell]] = {}
        for relation in self.relations:
            if relation.kind == "sum":
                for whole, parts in self.instances(relation):
                    if whole is not None and all(part in self.cells for part in parts):
                        parts_of.setdefault(whole, parts)
        return parts_of


def _addresses(text: str) -> list[str]:
    return [address.strip() for address in text.split(";") if address.strip()]


def _is_several(part: str) -> bool:
    return part == EACH or len(_names(part)) > 1


def _names(part: str) -> list[str]:
    return [name.strip() for name in part.split("|")]
