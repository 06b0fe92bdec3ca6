"""A reader who wants to know what is hidden: linear programming over what is published, and nothing else.

Written apart from `werkpeil.disclosure`, on purpose: its relations come from the names of cuts and groups
as they are published, its programmes go through scipy. It is granted more than a reader has: every shown
share as the exact count behind it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

Row = tuple[str, str]


@dataclass
class Published:
    """What is published of one variable in one wave.

    Attributes:
        sizes: People in each cut and group; none where hidden.
        answered: Respondents behind each row; none where hidden.
        counts: Respondents per row and category; none where hidden.
        inside: Groups of one cut that lie in a group of another, as their codes tell.
        variable: Its name, if people are grouped by it too; empty otherwise.
        labels: Which group of its own cut each category is.
    """

    sizes: dict[Row, float | None]
    answered: dict[Row, float | None]
    counts: dict[Row, dict[str, float | None]]
    inside: dict[Row, Row] = field(default_factory=dict)
    variable: str = ""
    labels: dict[str, str] = field(default_factory=dict)


@dataclass
class _Programme:
    names: dict[tuple[object, ...], int] = field(default_factory=dict)
    equations: list[tuple[dict[int, float], float]] = field(default_factory=list)
    upper: dict[int, float] = field(default_factory=dict)

    def unknown(self, *name: object) -> int:
        return self.names.setdefault(name, len(self.names))

    def equate(self, terms: dict[int, float]) -> None:
        self.equations.append((terms, 0.0))

    def know(self, place: int, value: float) -> None:
        self.equations.append(({place: 1.0}, value))


class Attacker:
    """What can be concluded from what is published of one variable."""

    def __init__(self, published: Published) -> None:
        """Write down every relation that the published names tell of, what is known standing on its right."""
        programme = _programme_of(published)
        known = {place: value for terms, value in programme.equations if len(terms) == 1 for place in terms}
        unknown = [place for place in programme.names.values() if place not in known]
        self._place = {place: number for number, place in enumerate(unknown)}
        self._names = programme.names
        self._known = known
        data, rows, columns, right = [], [], [], []
        for terms, _ in programme.equations:
            open_ = {place: sign for place, sign in terms.items() if place not in known}
            if open_:
                rows += [len(right)] * len(open_)
                columns += [self._place[place] for place in open_]
                data += list(open_.values())
                right.append(-sum(sign * known[place] for place, sign in terms.items() if place in known))
        self._matrix = sparse.csr_matrix((data, (rows, columns)), shape=(len(right), len(unknown)))
        self._right = right

    def narrows(self, row: Row, category: str, truth: float, allowed: float) -> tuple[float, float] | None:
        """Return between which counts a category of a group must lie, if that is less than is allowed."""
        return self._narrows(self._names["count", row, category], truth, allowed)

    def narrows_rest(
        self, name: object, category: str, truth: float, allowed: float
    ) -> tuple[float, float] | None:
        """Return the same of those who are in no group of a cut."""
        return self._narrows(self._names["rest", name, "count", category], truth, allowed)

    def _narrows(self, place: int, truth: float, allowed: float) -> tuple[float, float] | None:
        if place in self._known:
            return self._known[place], self._known[place]
        highest = -_extreme(self._matrix, self._right, self._place[place], -1.0)
        assert highest >= truth - 1e-6, "the truth is among what is possible"
        if highest - truth >= allowed - 1e-5:
            return None
        lowest = _extreme(self._matrix, self._right, self._place[place], 1.0)
        assert lowest <= truth + 1e-6, "the truth is among what is possible"
        return (lowest, highest) if highest - lowest < allowed - 1e-5 else None


def _extreme(matrix: sparse.csr_matrix, right: list[float], place: int, sign: float) -> float:
    cost = np.zeros(matrix.shape[1])
    cost[place] = sign
    answer = linprog(cost, A_eq=matrix, b_eq=right, bounds=(0, None), method="highs")
    if answer.status == 3:
        return -np.inf
    assert answer.status == 0, answer.message
    return float(answer.fun)


def _programme_of(published: Published) -> _Programme:
    programme = _Programme()
    for row, categories in published.counts.items():
        whole = {programme.unknown("answered", row): 1.0}
        for category, count in categories.items():
            place = programme.unknown("count", row, category)
            whole[place] = -1.0
            if count is not None:
                programme.know(place, count)
        programme.equate(whole)
        programme.equate(
            {
                programme.unknown("size", row): 1.0,
                programme.unknown("answered", row): -1.0,
                programme.unknown("unanswered", row): -1.0,
            }
        )
        for what, numbers in (("answered", published.answered), ("size", published.sizes)):
            known = numbers[row]
            if known is not None:
                programme.know(programme.unknown(what, row), known)
    _divide(programme, published)
    for row, category, group in namesakes(published):
        programme.equate(
            {programme.unknown("count", row, category): 1.0, programme.unknown("size", group): -1.0}
        )
    return programme


def _divide(programme: _Programme, published: Published) -> None:
    """Write down that groups and the rest beside them add up to the group that they divide."""
    categories = sorted({category for held in published.counts.values() for category in held})
    for parent, children, name in divisions(published):
        for what in [
            ("answered",),
            ("size",),
            ("unanswered",),
            *[("count", category) for category in categories],
        ]:
            terms = {programme.unknown(what[0], parent, *what[1:]): 1.0}
            for child in children:
                terms[programme.unknown(what[0], child, *what[1:])] = -1.0
            terms[programme.unknown("rest", name, *what)] = -1.0
            programme.equate(terms)
        rest = {programme.unknown("rest", name, "answered"): 1.0}
        for category in categories:
            rest[programme.unknown("rest", name, "count", category)] = -1.0
        programme.equate(rest)


def namesakes(published: Published) -> list[tuple[Row, str, Row]]:
    """Every row and category that is the same people as a group: of those who left, and who left."""
    if not published.variable:
        return []
    groups = {_conditions(row): row for row in published.sizes}
    found = []
    for row in published.counts:
        held = _conditions(row)
        for category, label in published.labels.items():
            group = groups.get(held | {(published.variable, label)})
            if group and published.variable not in dict(held):
                found.append((row, category, group))
    return found


def _conditions(row: Row) -> frozenset[tuple[str, str]]:
    if row == ("total", "total"):
        return frozenset()
    return frozenset(zip(row[0].split("*"), row[1].split("*"), strict=True))


def divisions(published: Published) -> list[tuple[Row, list[Row], object]]:
    """Every group with the groups that lie in it: of a cut in the total, of a crossed cut in its sides."""
    by_cut: dict[str, list[Row]] = defaultdict(list)
    for row in published.counts:
        by_cut[row[0]].append(row)
    found: list[tuple[Row, list[Row], object]] = []
    for cut, rows in by_cut.items():
        if cut == "total":
            continue
        found.append((("total", "total"), rows, (cut, "total")))
        names = cut.split("*")
        if len(names) > 1:
            for side, name in enumerate(names):
                for parent in by_cut.get(name, []):
                    members = [row for row in rows if row[1].split("*")[side] == parent[1]]
                    found.append((parent, members, (cut, parent)))
        parents = defaultdict(list)
        for row in rows:
            if row in published.inside:
                parents[published.inside[row]].append(row)
        found += [(parent, members, (cut, parent)) for parent, members in parents.items()]
    return found
