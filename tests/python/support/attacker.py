"""A reader who wants to know what is hidden: linear programming over what is published, and nothing else.

Written apart from `werkpeil.disclosure`, on purpose: its relations come from the names of cuts and groups
as they are published, its programmes go through scipy. It is granted more than a reader has: every shown
share as the exact count behind it.

Besides people it adds up what people carry. A mean is a sum of scores, a deviation one of squares, a weighted
share one of weights: each of them adds over groups as people do, and lies between bounds per person.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

Row = tuple[str, str]
SLACK = 1e-6
FAR = 1e8
CORNERS = 8


@dataclass(frozen=True)
class Measure:
    """A number that each person carries and of which sums are published: a score, its square, a weight.

    Attributes:
        least: Least number of one person, per category; not below 0.
        most: Most number of one person, per category.
        sums: Between which numbers the sum over all categories of a row lies, where that is known.
        parts: What part of the sum of a row a category has, where that is known.
        of_row: Least and most number of one person of a row, where more is known than for everybody.
    """

    least: dict[str, float]
    most: dict[str, float]
    sums: dict[Row, tuple[float, float]]
    parts: dict[tuple[Row, str], float] = field(default_factory=dict)
    of_row: dict[Row, tuple[float, float]] = field(default_factory=dict)


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
        measures: What people carry, by name. `squares` are those of `scores`.
        values: Scores that people of each category can have, in order.
        without_mean: Rows with all shares and no mean.
        without_weights: Rows whose weighted shares are hidden.
    """

    sizes: dict[Row, float | None]
    answered: dict[Row, float | None]
    counts: dict[Row, dict[str, float | None]]
    inside: dict[Row, Row] = field(default_factory=dict)
    variable: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    measures: dict[str, Measure] = field(default_factory=dict)
    values: dict[str, tuple[float, ...]] = field(default_factory=dict)
    without_mean: set[Row] = field(default_factory=set)
    without_weights: set[Row] = field(default_factory=set)


@dataclass
class _Programme:
    names: dict[tuple[object, ...], int] = field(default_factory=dict)
    equations: list[tuple[dict[int, float], float]] = field(default_factory=list)
    bounds: list[tuple[dict[int, float], float]] = field(default_factory=list)

    def unknown(self, *name: object) -> int:
        return self.names.setdefault(name, len(self.names))

    def equate(self, terms: dict[int, float], total: float = 0.0) -> None:
        self.equations.append((terms, total))

    def limit(self, terms: dict[int, float], most: float = 0.0) -> None:
        self.bounds.append((terms, most))

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
        self._equal = self._matrix_of(programme.equations)
        self._limits = self._matrix_of(programme.bounds)
        # The ends of what was found possible so far; looking for one number often settles others.
        self._lowest = np.full(len(unknown), np.inf)
        self._highest = np.full(len(unknown), -np.inf)
        counted = [
            place for name, place in programme.names.items() if "count" in name[:3] and place not in known
        ]
        self._wander([self._place[place] for place in counted])

    def _matrix_of(
        self, relations: list[tuple[dict[int, float], float]]
    ) -> tuple[sparse.csr_matrix, list[float]]:
        """Return relations between unknowns, and their right-hand sides less what is known of each."""
        data, rows, columns, right = [], [], [], []
        for terms, total in relations:
            open_ = {place: sign for place, sign in terms.items() if place not in self._known}
            if open_:
                rows += [len(right)] * len(open_)
                columns += [self._place[place] for place in open_]
                data += list(open_.values())
                settled = terms.keys() - open_.keys()
                right.append(total - sum(terms[place] * self._known[place] for place in settled))
        return sparse.csr_matrix((data, (rows, columns)), shape=(len(right), len(self._place))), right

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
        cell = self._place[place]
        if self._is_open(cell, truth, allowed):
            return None
        highest = self._push({cell: 1.0})
        assert highest >= truth - SLACK, "the truth is among what is possible"
        if self._is_open(cell, truth, allowed):
            return None
        lowest = -self._push({cell: -1.0})
        assert lowest <= truth + SLACK, "the truth is among what is possible"
        return (lowest, highest) if highest - lowest < allowed - 10 * SLACK else None

    def _is_open(self, cell: int, truth: float, allowed: float) -> bool:
        highest, lowest = max(self._highest[cell], truth), min(self._lowest[cell], truth)
        return bool(highest - lowest >= allowed - 10 * SLACK)

    def _wander(self, cells: list[int]) -> None:
        """Look at a few corners of what is possible, which settle most numbers at once."""
        generator = np.random.default_rng(len(cells))
        for _ in range(CORNERS if cells else 0):
            signs = generator.choice([-1.0, 1.0], len(cells)) * generator.uniform(0.5, 1.0, len(cells))
            self._push(dict(zip(cells, signs, strict=True)))

    def _push(self, weights: dict[int, float]) -> float:
        """Return the most that a weighted sum of unknowns can be; beyond `FAR`, it is taken for endless."""
        cost = np.zeros(len(self._place))
        for cell, weight in weights.items():
            cost[cell] = -weight
        (equal, right), (limits, most) = self._equal, self._limits
        answer = linprog(
            cost,
            A_eq=equal if right else None,
            b_eq=right or None,
            A_ub=limits if most else None,
            b_ub=most or None,
            bounds=(0, FAR),
            method="highs",
        )
        assert answer.status == 0, answer.message
        self._lowest = np.minimum(self._lowest, answer.x)
        self._highest = np.maximum(self._highest, answer.x)
        return float(-answer.fun)


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
    for name in published.measures:
        for row in published.counts:
            _carry(programme, published, name, row)
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
            *[(name, category) for name in published.measures for category in categories],
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
        for measure in published.measures:
            for category in categories:
                _bound(programme, published, measure, ("rest", name), category)


def _carry(programme: _Programme, published: Published, name: str, row: Row) -> None:
    """Write down what is known of the sums of a measure in a row."""
    measure = published.measures[name]
    places = {category: programme.unknown(name, row, category) for category in published.counts[row]}
    for category, place in places.items():
        _bound(programme, published, name, (), category, row)
        part = measure.parts.get((row, category))
        if part is not None:
            terms = dict.fromkeys(places.values(), -part)
            programme.equate({**terms, place: 1.0 - part})
    between = measure.sums.get(row)
    if between is not None:
        whole = dict.fromkeys(places.values(), 1.0)
        if between[0] == between[1]:
            programme.equate(whole, between[0])
        else:
            programme.limit(whole, between[1])
            programme.limit(dict.fromkeys(whole, -1.0), -between[0])


def _bound(
    programme: _Programme,
    published: Published,
    name: str,
    prefix: tuple[object, ...],
    category: str,
    row: Row | None = None,
) -> None:
    """Write down between which numbers the sum of a measure lies, given how many people carry it."""
    measure = published.measures[name]

    def unknown(what: str) -> int:
        return programme.unknown(*prefix, what, *([row] if row else []), category)

    amount, people = unknown(name), unknown("count")
    least, most = measure.least[category], measure.most[category]
    if row in measure.of_row:
        least, most = measure.of_row[row]
    if least == most:
        programme.equate({amount: 1.0, people: -least})
        return
    programme.limit({amount: 1.0, people: -most})
    programme.limit({amount: -1.0, people: least})
    if name == "squares":
        values = published.values[category]
        scores = unknown("scores")
        # A square lies below the chord over all values, and above that over any two that are neighbours.
        programme.limit({amount: 1.0, scores: -(values[0] + values[-1]), people: values[0] * values[-1]})
        for place in {0, (len(values) - 2) // 2, len(values) - 2}:
            one, other = values[place], values[place + 1]
            programme.limit({amount: -1.0, scores: one + other, people: -one * other})


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
