"""The groups of a wave and how they divide each other: what a reader can add up and take apart."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

Key = tuple[str, str]
TOTAL: Key = ("total", "total")


@dataclass(frozen=True)
class Family:
    """A group and the groups of one cut that lie in it; the others of the parent are the family's rest."""

    parent: int
    children: tuple[int, ...]


@dataclass(frozen=True)
class Groups:
    """The groups of a wave.

    Attributes:
        keys: Cut and group of each.
        counts: Unweighted people in each.
        conditions: What is true of all people of each: variable and its group.
        families: How they divide each other.
    """

    keys: tuple[Key, ...]
    counts: NDArray[np.float64]
    conditions: tuple[frozenset[Key], ...]
    families: tuple[Family, ...]

    @cached_property
    def place(self) -> dict[Key, int]:
        """Row of each group."""
        return {key: row for row, key in enumerate(self.keys)}

    @cached_property
    def relations(self) -> sparse.csr_matrix:
        """One row per family, over groups and rests: parent less children less rest is 0."""
        rows, columns, values = [], [], []
        for number, family in enumerate(self.families):
            members = [family.parent, *family.children, len(self.keys) + number]
            rows += [number] * len(members)
            columns += members
            values += [1.0] + [-1.0] * (len(members) - 1)
        shape = (len(self.families), len(self.keys) + len(self.families))
        return sparse.csr_matrix((values, (rows, columns)), shape=shape)

    def with_rests(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Add the rests, worked out from the groups, to numbers per group (rows)."""
        known = self.relations[:, : len(self.keys)]
        return np.concatenate([values, known @ values])


def find_groups(
    counts: Mapping[Key, int], variables: Mapping[str, tuple[str, ...]], parents: Iterable[tuple[Key, Key]]
) -> Groups:
    """Return the groups of a wave with their families.

    Args:
        counts: People per cut and group, the total included.
        variables: Variables of each cut, as they are crossed; without the total.
        parents: Pairs of a group and the group of another cut that holds all its people, for cuts all of
            whose groups lie within groups of that other cut.
    """
    keys = tuple(counts)
    place = {key: row for row, key in enumerate(keys)}
    conditions = tuple(_conditions(key, variables) for key in keys)
    nested: dict[str, dict[Key, list[int]]] = {}
    for child, parent in parents:
        if child in place and parent in place:
            nested.setdefault(child[0], {}).setdefault(parent, []).append(place[child])

    families = []
    for cut_id, crossed in variables.items():
        rows = [row for row, key in enumerate(keys) if key[0] == cut_id]
        if not rows:
            continue
        members = dict(nested.get(cut_id, {}))
        for margin, cut_variables in variables.items():
            if len(cut_variables) == len(crossed) - 1 and set(cut_variables) < set(crossed):
                for parent in (key for key in keys if key[0] == margin):
                    held = conditions[place[parent]]
                    members[parent] = [row for row in rows if held < conditions[row]]
        if not members:
            members[TOTAL] = rows
        families += [Family(place[parent], tuple(inside)) for parent, inside in members.items()]
    return Groups(keys, np.array([counts[key] for key in keys], dtype=float), conditions, tuple(families))


def with_margins(
    counts: Mapping[Key, int], variables: Mapping[str, tuple[str, ...]]
) -> tuple[dict[Key, int], dict[str, tuple[str, ...]]]:
    """Add the groups of variables that are crossed but divide nobody by themselves.

    Nobody publishes them as groups, but how many gave each answer is published with the variable. People of
    whom only the other variable is unknown are left out of them, which is the worst case.
    """
    crossings = [(cut_id, crossed) for cut_id, crossed in variables.items() if len(crossed) > 1]
    alone = {crossed[0] for crossed in variables.values() if len(crossed) == 1}
    lacking = {name: cut_id for cut_id, crossed in crossings for name in crossed if name not in alone}
    margins: dict[Key, int] = {}
    for name, cut_id in lacking.items():
        for key, n in counts.items():
            if key[0] == cut_id:
                margin = (name, dict(_conditions(key, variables))[name])
                margins[margin] = margins.get(margin, 0) + n
    return {**counts, **margins}, {**variables, **{name: (name,) for name in lacking}}


def _conditions(key: Key, variables: Mapping[str, tuple[str, ...]]) -> frozenset[Key]:
    if key == TOTAL:
        return frozenset()
    crossed = variables[key[0]]
    return frozenset(zip(crossed, key[1].split("*", len(crossed) - 1), strict=True))
