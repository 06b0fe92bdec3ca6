"""Which numbers of a build are hidden, and why: rules and suppression applied to all tables of each wave."""

from __future__ import annotations

from copy import copy
from dataclasses import asdict, dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from werkpeil.disclosure.groups import TOTAL, Groups, Key, find_groups, with_margins
from werkpeil.disclosure.moments import Scored, hidden_moments, moments_table
from werkpeil.disclosure.rules import (
    COMPLEMENTARY,
    SMALL_CATEGORY,
    SMALL_GROUP,
    UNANIMOUS,
    Thresholds,
    is_small,
    primary_categories,
)
from werkpeil.disclosure.suppression import HIDDEN, SHOWN, complete
from werkpeil.disclosure.tables import Grid, grid_table, join_tables
from werkpeil.disclosure.weights import Weighted, hidden_weights, known_weights, weights_table
from werkpeil.disclosure.workers import Workers, cores, finished
from werkpeil.statistics import fingerprints

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Mapping, Sequence
    from concurrent.futures import Future

    from numpy.typing import NDArray

    from werkpeil.disclosure.suppression import Table

COLUMNS = [
    "survey_id",
    "wave_id",
    "variable_id",
    "cut_id",
    "group_id",
    "cell_id",
    "category",
    "suppression_reason",
    "fingerprint",
]
# What decides on a wave, in one order, so that its search takes the same way whatever order rows come in.
ANSWERS = ["cut_id", "group_id", "variable_id", "answer_id", "category", "missing_reason", "score"]
ANSWERS += ["n", "sum_w"]
GROUPS = ["cut_id", "group_id", "n", "smallest_weight", "largest_weight"]
NESTED = ["cut_id", "group_id", "parent_cut_id", "parent_group_id"]
CUTS = ["cut_id", "variables"]
VARIABLES = ["variable_id", "kind", "universe", "by_answer"]
# Which rows of a variable are hidden whole, and why.
Base = tuple["NDArray[np.bool_]", "NDArray[np.object_]"]
Decision = tuple[str, str, str, str, "str | None", str]

# The cells of a row: the row as a whole, the kinds of missing answers together, the mean with the deviation,
# all weighted shares, and each answer or category.
ROW = "row"
MISSING = "missing"
MEAN = "mean"
WEIGHTED = "weighted"
EVERY_VARIABLE = "every_variable"
# The row of each wave that was searched, in which nothing is hidden.
SEARCHED = "searched"
OTHER = "other"
# How often more is hidden whole: crossed cuts, further cuts, all cuts; with the first attempt and the last.
ATTEMPTS = 4
# Rounds of the search for groups and rows to hide, which cost more than anything else and are few.
PATIENCE = 40
# Rows of answers from which on more processes than this one are worth starting.
MUCH = 20_000
# What a row of a cut by one variable costs more than one of a crossed cut: it is in more figures.
SINGLE_CUT = 4.0
# Kinds of missing answers of which every item's share is published, whether or not they occur.
KINDS = ("skipped", "dont_know", "refused", "invalid")
NOBODY = "nobody of these conditions"
# What a hidden category of this name costs more than another: figures show the share of positive answers.
FAVOURED = {"positive": 3.0}


@dataclass(frozen=True)
class Variable:
    """People per group and answer of one variable.

    Attributes:
        variable_id: Its name.
        universe: What is true of all who were asked: variable and answers, none if everybody was.
        cells: Names of the published categories (columns of `answers`).
        categories: Category that each of them belongs to.
        answers: People per group and category.
        answered: People per group with an answer.
        kinds: Names of the kinds of missing answers (columns of `missing`), not asked included.
        missing: People per group and kind of missing answer.
        label: Of a variable that people are grouped by: which group each category is.
        scored: People per answer and score, if there are scores.
        weights: Sums of their weights per group and category.
    """

    variable_id: str
    universe: tuple[str, frozenset[str]] | None
    cells: tuple[str, ...]
    categories: tuple[str | None, ...]
    answers: NDArray[np.float64]
    answered: NDArray[np.float64]
    kinds: tuple[str, ...]
    missing: NDArray[np.float64]
    label: Mapping[str, str]
    weights: NDArray[np.float64]
    scored: Scored | None = None


@dataclass(frozen=True)
class Inputs:
    """What is decided on.

    Attributes:
        answers: `int_answer_cells`: people per wave, cut, group, variable and answer or kind of missing.
        groups: `int_group_counts`: people per survey, wave, cut and group, and the ends of their weights.
        nested: `int_groups_nested`: groups that lie within a group of another cut.
        cuts: The seed `cuts`.
        variables: `int_variables`.
        single_answers: `int_single_answers`: variables of which the share of each answer is published, not
            only those of categories.
    """

    answers: pd.DataFrame
    groups: pd.DataFrame
    nested: pd.DataFrame
    cuts: pd.DataFrame
    variables: pd.DataFrame
    single_answers: pd.DataFrame


def decide_disclosure(
    inputs: Inputs, settings: Mapping[str, Any], built: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return every cell that may not be shown, of every wave that is new or changed.

    Args:
        inputs: What is decided on.
        settings: `vars: disclosure:` of dbt_project.yml.
        built: survey_id, wave_id and fingerprint of what is decided already, or None.

    Returns:
        One row per survey, wave, variable, cut, group and cell, with the category of an answer. `cell_id`
        is `row` (everything of the row is hidden), `missing` (how many answers are missing of which kind),
        `mean`, `weighted` (all weighted numbers), or the name of a category or answer. `variable_id` is
        `every_variable` where a group is hidden as such. Each wave that was searched has a row `searched`
        besides, in which nothing is hidden. `fingerprint` is of all that the decisions of its wave follow
        from.
    """
    thresholds = Thresholds.of(settings)
    known = set() if built is None else set(built.itertuples(index=False, name=None))
    described = _described(inputs)
    waves = []
    for key, rows in inputs.answers.groupby(["survey_id", "wave_id"], sort=True):
        survey_id, wave_id = str(key[0]), str(key[1])
        followed = [
            rows[ANSWERS],
            _own(inputs.groups, survey_id, wave_id)[GROUPS],
            _own(inputs.nested, survey_id, wave_id)[NESTED],
            _of(inputs.cuts, survey_id)[CUTS],
            _of(described, survey_id)[VARIABLES],
        ]
        fingerprint = _fingerprint(followed, thresholds)
        if (survey_id, wave_id, fingerprint) not in known:
            waves.append(((survey_id, wave_id, fingerprint), [_ordered(frame) for frame in followed]))
    is_much = sum(len(answers) for _, (answers, *_) in waves) >= MUCH
    with Workers(cores() if is_much else 1) as workers:
        searches = [(key, _wave(ordered, thresholds).search(workers)) for key, ordered in waves]
        frames = [_frame(key, parts) for key, parts in searches]
    return pd.concat([pd.DataFrame(columns=COLUMNS), *frames], ignore_index=True)[COLUMNS].astype("string")


def _wave(ordered: list[pd.DataFrame], thresholds: Thresholds) -> _Wave:
    answers, groups, nested, cuts, variables = ordered
    ends = groups[["smallest_weight", "largest_weight"]].to_numpy(dtype=float)
    return _Wave(*_groups_of_wave(groups, nested, cuts), ends, answers, variables, thresholds)


def _frame(key: tuple[str, str, str], parts: list[Future[list[Decision]]]) -> pd.DataFrame:
    """Return the rows of a wave, when all parts of its search are done."""
    survey_id, wave_id, fingerprint = key
    searched = (SEARCHED, *TOTAL, SEARCHED, None, SEARCHED)
    decisions = [searched, *(decision for part in parts for decision in part.result())]
    found = pd.DataFrame(decisions, columns=COLUMNS[2:-1])
    return found.assign(survey_id=survey_id, wave_id=wave_id, fingerprint=fingerprint)


def _described(inputs: Inputs) -> pd.DataFrame:
    """Return the variables, with whether each answer is published."""
    keys = ["survey_id", "variable_id"]
    single = pd.MultiIndex.from_frame(inputs.single_answers[keys])
    return inputs.variables.assign(by_answer=pd.MultiIndex.from_frame(inputs.variables[keys]).isin(single))


def _ordered(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.sort_values(list(frame.columns), na_position="first", ignore_index=True)


def _fingerprint(inputs: list[pd.DataFrame], thresholds: Thresholds) -> str:
    return fingerprints.of_frames(f"{_code()} {sorted(asdict(thresholds).items())!r}", inputs)


@cache
def _code() -> str:
    """Return a digest of what decides: this package and its solver."""
    return fingerprints.of_code(Path(__file__).parent.glob("*.py"), version("highspy"))


def _of(frame: pd.DataFrame, survey_id: Hashable) -> pd.DataFrame:
    return frame[frame["survey_id"] == survey_id]


def _own(frame: pd.DataFrame, survey_id: Hashable, wave_id: Hashable) -> pd.DataFrame:
    return frame[(frame["survey_id"] == survey_id) & (frame["wave_id"] == wave_id)]


def _groups_of_wave(groups: pd.DataFrame, nested: pd.DataFrame, cuts: pd.DataFrame) -> tuple[Groups, Groups]:
    """Return the groups of a wave, and the same with margins that only answers tell of after them."""
    counts = {
        (str(cut_id), str(group_id)): int(n)
        for cut_id, group_id, n in zip(groups["cut_id"], groups["group_id"], groups["n"], strict=True)
    }
    variables = {
        str(cut_id): tuple(str(crossed).split("*"))
        for cut_id, crossed in zip(cuts["cut_id"], cuts["variables"], strict=True)
    }
    parents = [
        ((str(row.cut_id), str(row.group_id)), (str(row.parent_cut_id), str(row.parent_group_id)))
        for row in nested.itertuples()
    ]
    return find_groups(counts, variables, parents), find_groups(*with_margins(counts, variables), parents)


class _Wave:
    """One wave, decided step by step: groups, bases, kinds of missing answers, answers."""

    def __init__(
        self,
        groups: Groups,
        margined: Groups,
        ends: NDArray[np.float64],
        answers: pd.DataFrame,
        variables: pd.DataFrame,
        thresholds: Thresholds,
    ) -> None:
        self.groups = groups
        self.margined = margined
        self.answers = answers
        self.described = variables
        self.thresholds = thresholds
        self.count = len(groups.keys)
        self.sizes = groups.with_rests(groups.counts[:, None])[:, 0]
        self.cut_variables = {name for conditions in groups.conditions for name, _ in conditions}
        self.variables = list(_read_variables(groups, answers, variables))
        self.universes = {found.variable_id: found.universe for found in self.variables if found.universe}
        self.total = groups.place[TOTAL]
        self.ends = ends
        self.is_weighted = bool(ends[self.total, 0] < ends[self.total, 1])
        self.lightest, self.heaviest = known_weights(groups, ends[:, 0], ends[:, 1], self.total)

    def search(self, workers: Workers) -> list[Future[list[Decision]]]:
        """Return variable, cut, group, cell, category and reason of what is hidden.

        In parts, in one order whoever does them: workers may still be at some.
        """
        grouping = [variable for variable in self.variables if variable.label]
        hidden_groups, reasons = self._hide_groups()
        for attempt in range(ATTEMPTS):
            if hidden_groups.sum() == self.count - 1 > 0 and not hidden_groups[self.total]:
                return self._only_total(reasons, workers)
            bases = {
                variable.variable_id: self._hide_bases(variable, hidden_groups, reasons)
                for variable in self.variables
            }
            found, exposed = self._hide_answers(grouping, bases, hidden_groups)
            if not exposed.any():
                found, exposed = self._hide_more(grouping, found, bases, hidden_groups)
            if not exposed.any():
                break
            hidden_groups = hidden_groups | self._more_to_hide(exposed, hidden_groups, attempt)
        together = [
            (EVERY_VARIABLE, *self.groups.keys[row], ROW, None, str(reasons[row]))
            for row in np.flatnonzero(hidden_groups)
        ]
        parts = [finished([*together, *found])]
        # Workers need not be sent what they do not look at.
        wave = copy(self)
        wave.answers, wave.variables = self.answers[:0], []
        for variable in self.variables:
            base = bases[variable.variable_id]
            if variable.label:
                parts.append(finished(self._hide_rows(variable, base)))
            else:
                parts.append(workers.submit(wave.hide_alone, variable, base, hidden_groups))
        return parts

    def _only_total(self, reasons: NDArray[np.object_], workers: Workers) -> list[Future[list[Decision]]]:
        """Return that all groups are hidden, and what of the total must be: of no group anything is told."""
        answers = self.answers[self.answers["cut_id"] == TOTAL[0]]
        groups = find_groups({TOTAL: int(self.groups.counts[self.total])}, {}, [])
        ends = self.ends[[self.total]]
        total = _Wave(groups, groups, ends, answers, self.described, self.thresholds)
        hidden: list[Decision] = [
            (variable_id, *self.groups.keys[row], ROW, None, str(reasons[row]))
            for row in np.flatnonzero(np.arange(self.count) != self.total)
            for variable_id in (EVERY_VARIABLE, *(variable.variable_id for variable in self.variables))
        ]
        return [*total.search(workers), finished(hidden)]

    def hide_alone(self, variable: Variable, base: Base, hidden_groups: NDArray[np.bool_]) -> list[Decision]:
        """Hide answers of a variable that divides nobody; where that does not do, whole rows of its cuts."""
        hidden, reasons = base
        for attempt in range(ATTEMPTS):
            bases = {variable.variable_id: (hidden, reasons)}
            found, exposed = self._hide_answers([variable], bases, hidden_groups)
            if not exposed.any():
                found, exposed = self._hide_more([variable], found, bases, hidden_groups)
            if not exposed.any():
                return [*found, *self._hide_rows(variable, (hidden, reasons))]
            hidden = hidden | self._more_to_hide(exposed, hidden, attempt)
        # What nothing is shown of is not exposed.
        return self._hide_rows(variable, (np.ones(self.count, dtype=bool), reasons))

    def _hide_rows(self, variable: Variable, base: Base) -> list[Decision]:
        """Hide rows of a variable whole, and of the others how their missing answers divide."""
        hidden, reasons = base
        rows = [
            (variable.variable_id, *self.groups.keys[row], ROW, None, str(reasons[row]))
            for row in np.flatnonzero(hidden)
        ]
        return [*rows, *self._hide_missing(variable, hidden)]

    def _hide_more(
        self,
        variables: list[Variable],
        found: list[Decision],
        bases: Mapping[str, Base],
        hidden_groups: NDArray[np.bool_],
    ) -> tuple[list[Decision], NDArray[np.bool_]]:
        """Hide means and weighted shares, where they tell of hidden categories.

        Returns:
            What is hidden now, and all groups of the cuts in which something is exposed even so.
        """
        more: list[Decision] = []
        exposed = np.zeros(self.count, dtype=bool)
        for variable in variables:
            rows_hidden = bases[variable.variable_id][0]
            grid = self._decided_grid(variable, found, rows_hidden, hidden_groups)
            if not (grid.width > 0).any():
                continue
            if self.is_weighted:
                name, table = WEIGHTED, self._weights_table(variable, grid)
            elif variable.scored is not None:
                name, table = MEAN, moments_table(self.groups, grid, variable.scored)
            else:
                continue
            chosen, narrow = complete(table, rounds=0)
            if self.is_weighted:
                rows = hidden_weights(chosen, grid)
            else:  # the mean of a row with a hidden share is hidden anyway
                rows = hidden_moments(chosen, grid) & ~grid.hidden.any(axis=1)
            exposed |= self._in_exposed_cuts(np.flatnonzero(narrow) // (len(narrow) // len(grid.base)))
            more += [
                (variable.variable_id, *self.groups.keys[row], name, None, COMPLEMENTARY)
                for row in np.flatnonzero(rows[: self.count] & ~rows_hidden)
            ]
        return [*found, *more], exposed

    def _decided_grid(
        self,
        variable: Variable,
        found: list[Decision],
        rows_hidden: NDArray[np.bool_],
        hidden_groups: NDArray[np.bool_],
    ) -> Grid:
        """Return the categories of a variable, with what is hidden of them: nobody who is a shown group."""
        grid, *_ = self._answers_grid(variable, rows_hidden, hidden_groups, keeps_parents=False)
        hidden, width = grid.hidden.copy(), grid.width.copy()
        for variable_id, cut_id, group_id, cell, *_ in found:
            if variable_id == variable.variable_id:
                hidden[self.groups.place[cut_id, group_id], variable.cells.index(cell)] = True
        settled = self._settled(hidden_groups)
        states = [settled.get(name) for name in self._names_of_cells(variable)]
        shown = np.array(states).reshape(len(grid.base), -1)[:, :-1] == SHOWN
        hidden[shown], width[shown] = False, 0.0
        return replace(grid, hidden=hidden, width=width)

    def _weights_table(self, variable: Variable, grid: Grid) -> Table:
        everybody = variable.answered[self.total] == self.groups.counts[self.total]
        weighted = Weighted(variable.weights, self.lightest, self.heaviest, bool(everybody))
        return weights_table(self.groups, grid, weighted, self.total)

    def _more_to_hide(
        self, exposed: NDArray[np.bool_], hidden: NDArray[np.bool_], attempt: int
    ) -> NDArray[np.bool_]:
        """Return groups to hide whole: those of exposed cuts, crossed ones first; the last time, all.

        Args:
            exposed: Groups of cuts in which something is exposed.
            hidden: Groups that are hidden already.
            attempt: How often more was hidden before.
        """
        crossed = np.array(["*" in cut_id for cut_id, _ in self.groups.keys])
        every = np.arange(self.count) != self.total
        steps = [exposed & crossed, exposed & every][attempt:] if attempt < ATTEMPTS - 2 else []
        more = next((groups for groups in steps if (groups & ~hidden).any()), every)
        return np.asarray(more)

    def _hide_groups(self) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
        """Hide groups that are too small, and others from which their size would follow."""
        groups = self.margined
        counts = groups.with_rests(groups.counts[:, None])[:, 0]
        small = is_small(groups.counts, self.thresholds.minimum_n)
        shown = np.arange(len(groups.keys)) >= self.count
        hidden = self._complete_bases(groups, counts, small & ~shown, small & ~shown, shown)
        return hidden[: self.count], np.where(small, SMALL_GROUP, COMPLEMENTARY)[: self.count].astype(object)

    def _hide_bases(
        self, variable: Variable, hidden_groups: NDArray[np.bool_], reasons: NDArray[np.object_]
    ) -> tuple[NDArray[np.bool_], NDArray[np.object_]]:
        """Hide the rows of groups in which too few answered, and others from which that would follow."""
        minimum = self.thresholds.minimum_n
        small = is_small(variable.answered, minimum)
        close = self._tells_a_hidden_group(variable, hidden_groups)
        forced = hidden_groups | small | close
        counts = self.groups.with_rests(variable.answered[:, None])[:, 0]
        shown = np.zeros(self.count, dtype=bool)
        hidden = self._complete_bases(
            self.groups, counts, small | close, forced, shown, self._known_sizes(hidden_groups)
        )
        why = np.where(small, SMALL_GROUP, np.where(hidden_groups, reasons, COMPLEMENTARY))
        return hidden, why.astype(object)

    def _complete_bases(
        self,
        groups: Groups,
        counts: NDArray[np.float64],
        protected: NDArray[np.bool_],
        forced: NDArray[np.bool_],
        shown: NDArray[np.bool_],
        upper: NDArray[np.float64] | None = None,
    ) -> NDArray[np.bool_]:
        """Hide further groups until no protected one can be narrowed by sums.

        Args:
            groups: The groups and how they divide each other.
            counts: People per group and rest.
            protected: Groups whose count is to be protected.
            forced: Groups that are hidden in any case.
            shown: Groups that must not be hidden.
            upper: What a reader knows a count to be at most. Where that leaves no room, because almost
                everybody answered, the number of answers cannot be hidden better than the sizes allow.
        """
        if not protected.any():
            return forced
        size = len(groups.keys)
        # A rest of nobody is taken as known to be so, which is the worst case.
        rests = counts[size:] > 0
        free = ~forced & ~shown & (counts[:size] > 0)
        free[self.total] = False
        width = np.zeros(len(counts))
        width[:size][protected] = self.thresholds.minimum_n
        grid = replace(
            self._bare_grid(counts, np.ones(len(counts), dtype=bool)),
            counts=counts[:, None],
            hidden=np.append(forced, rests)[:, None],
            fixed=np.append(~free & ~forced, ~rests)[:, None],
            cost=(np.log2(2.0 + counts) * self._worth(len(counts)))[:, None],
            width=width[:, None],
            upper=np.full(len(counts), np.inf) if upper is None else upper,
        )
        chosen, exposed = complete(grid_table(groups, grid), rounds=PATIENCE)
        if exposed.any() and upper is None:
            return np.asarray(forced | (np.arange(size) != self.total))
        return chosen.reshape(len(counts), 2)[:size, 0]

    def _bare_grid(self, base: NDArray[np.float64], base_hidden: NDArray[np.bool_]) -> Grid:
        empty = np.zeros((len(base), 0))
        return Grid(
            counts=empty,
            base=base,
            width=empty,
            base_width=np.zeros(len(base)),
            hidden=empty.astype(bool),
            base_hidden=base_hidden,
            fixed=empty.astype(bool),
            cost=empty,
            upper=np.full(len(base), np.inf),
        )

    def _worth(self, count: int) -> NDArray[np.float64]:
        """Return what a row is worth beside a row of a crossed cut."""
        worth = np.ones(count)
        for row, held in enumerate(self.groups.conditions):
            worth[row] = 1.0 if len(held) > 1 else SINGLE_CUT
        return worth

    def _known_sizes(self, hidden_groups: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the sizes of groups and rests, infinite where a reader does not know them."""
        sizes = self.sizes.copy()
        sizes[: self.count][hidden_groups] = np.inf
        for number, family in enumerate(self.groups.families):
            if hidden_groups[[family.parent, *family.children]].any():
                sizes[self.count + number] = np.inf
        return sizes

    def _tells_a_hidden_group(
        self, variable: Variable, hidden_groups: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return the rows whose number of answers comes close to the size of a hidden group.

        A question put to those who left was put to as many people of a sector as left it. Where (almost) all
        of them answered, the number of answers tells how many left.
        """
        close = np.zeros(self.count, dtype=bool)
        minimum = self.thresholds.minimum_n
        unanswered = self.groups.counts - variable.answered
        if "not_asked" in variable.kinds:
            not_asked = variable.missing[:, variable.kinds.index("not_asked")]
            close |= is_small(not_asked, minimum) & (unanswered < minimum) & (variable.answered > 0)
        else:
            not_asked = np.zeros(self.count)
        if variable.universe is None:
            return close & ~hidden_groups
        name, values = variable.universe
        secret = {self.groups.conditions[row] for row in np.flatnonzero(hidden_groups)}
        asked = self.groups.counts - not_asked
        for row, held in enumerate(self.groups.conditions):
            if any(held | {(name, value)} in secret for value in values) and variable.answered[row] > 0:
                close[row] |= asked[row] - variable.answered[row] < minimum
        return close & ~hidden_groups

    def _hide_missing(self, variable: Variable, hidden_rows: NDArray[np.bool_]) -> Iterator[Decision]:
        """Hide how the missing answers of a row divide, where a kind is of too few people."""
        minimum = self.thresholds.minimum_n
        counts = self.groups.with_rests(variable.missing)
        if counts.shape[1] < 2:
            return
        base = counts.sum(axis=1)
        rests = np.ones(len(base) - self.count, dtype=bool)
        rows_hidden = np.append(hidden_rows, rests)
        whole = np.repeat(np.append(self.groups.counts, np.zeros(len(rests)))[:, None], counts.shape[1], 1)
        small = is_small(counts, minimum) | is_small(whole - counts, minimum)
        small[self.count :] = False
        small[: self.count][hidden_rows] = False
        if not small.any():
            return
        forced = rows_hidden | small.any(axis=1)
        grid = replace(
            self._bare_grid(base, rows_hidden),
            counts=counts,
            width=np.where(small, np.minimum(float(minimum), base)[:, None], 0.0),
            hidden=np.repeat(forced[:, None], counts.shape[1], 1),
            fixed=np.repeat((base == 0)[:, None], counts.shape[1], 1),
            cost=np.repeat(np.log2(2.0 + base)[:, None], counts.shape[1], 1),
            whole_rows=True,
        )
        chosen, exposed = complete(grid_table(self.groups, grid), rounds=0)
        chosen = chosen.reshape(len(base), counts.shape[1] + 1)[: self.count, 0] | exposed.any()
        for row in np.flatnonzero(chosen & ~hidden_rows):
            reason = SMALL_CATEGORY if small[row].any() else COMPLEMENTARY
            yield variable.variable_id, *self.groups.keys[row], MISSING, None, reason

    def _hide_answers(
        self,
        variables: list[Variable],
        bases: Mapping[str, Base],
        hidden_groups: NDArray[np.bool_],
    ) -> tuple[list[Decision], NDArray[np.bool_]]:
        """Hide categories that are too small or too telling, and others from which they would follow.

        Returns:
            What is hidden, and all groups of the cuts in which something is exposed even so.
        """
        for keeps_parents in (True, False):
            found, exposed = self._search_answers(variables, bases, hidden_groups, keeps_parents)
            if not exposed.any():
                break
        return found, exposed

    def _search_answers(
        self,
        variables: list[Variable],
        bases: Mapping[str, Base],
        hidden_groups: NDArray[np.bool_],
        keeps_parents: bool,
    ) -> tuple[list[Decision], NDArray[np.bool_]]:
        grids = [
            self._answers_grid(variable, bases[variable.variable_id][0], hidden_groups, keeps_parents)
            for variable in variables
        ]
        if not any((grid.width > 0).any() for grid, *_ in grids):
            return [], np.zeros(self.count, dtype=bool)
        rests = np.ones(len(self.sizes) - self.count, dtype=bool)
        sizes = self._bare_grid(self.sizes, np.append(hidden_groups, rests))
        size_names: list[Hashable] = [self._name_of(row) for row in range(len(self.sizes))]
        tables = [grid_table(self.groups, sizes)]
        names = [size_names]
        settled = self._settled(hidden_groups)
        for variable, (grid, _, _) in zip(variables, grids, strict=True):
            tables.append(grid_table(self.groups, grid))
            names.append(list(self._names_of_cells(variable)))
        joined, merged = join_tables(tables, names, settled)
        chosen, exposed = complete(joined, gives_up=True)
        found = []
        start = len(size_names)
        for variable, (grid, small, unanimous) in zip(variables, grids, strict=True):
            rows, columns = grid.counts.shape
            stop = start + rows * (columns + 1)
            hidden = chosen[merged[start:stop]].reshape(rows, columns + 1)[: self.count, :columns]
            start = stop
            hidden = hidden & ~bases[variable.variable_id][0][:, None] & (variable.answered > 0)[:, None]
            for row, column in zip(*np.nonzero(hidden), strict=True):
                reason = (
                    SMALL_CATEGORY
                    if small[row, column]
                    else UNANIMOUS
                    if unanimous[row, column]
                    else COMPLEMENTARY
                )
                cell, category = variable.cells[column], variable.categories[column]
                found.append((variable.variable_id, *self.groups.keys[row], cell, category, reason))
        rows = np.concatenate(
            [np.arange(len(self.sizes))]
            + [np.repeat(np.arange(len(self.sizes)), grid.counts.shape[1] + 1) for grid, *_ in grids]
        )
        return found, self._in_exposed_cuts(rows[exposed[merged]])

    def _in_exposed_cuts(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return all groups of the cuts that some rows, of groups or rests, belong to."""
        children = [self.groups.families[row - self.count].children[0] for row in rows if row >= self.count]
        cuts = {self.groups.keys[row][0] for row in [*rows[rows < self.count], *children]}
        return np.array([cut_id in cuts for cut_id, _ in self.groups.keys])

    def _answers_grid(
        self,
        variable: Variable,
        hidden_rows: NDArray[np.bool_],
        hidden_groups: NDArray[np.bool_],
        keeps_parents: bool,
    ) -> tuple[Grid, NDArray[np.bool_], NDArray[np.bool_]]:
        counts = self.groups.with_rests(variable.answers)
        base = self.groups.with_rests(variable.answered[:, None])[:, 0]
        rests = np.ones(len(base) - self.count, dtype=bool)
        small, unanimous = primary_categories(counts, base, self.thresholds)
        own = np.array(
            [any(name == variable.variable_id for name, _ in held) for held in self.groups.conditions]
        )
        # A group of those who left says of everybody in it that they left: that is its name, no disclosure.
        defined = np.append(own, ~rests)
        # How many of a group are in no group of another cut is the missing answers of its variable.
        if variable.label:
            defined |= np.arange(len(base)) >= self.count
        small[defined] = unanimous[defined] = False
        if not self.thresholds.categories_of_rests:
            small[self.count :] &= is_small(base[self.count :], self.thresholds.minimum_n)[:, None]
            unanimous[self.count :] &= (counts == base[:, None]).any(axis=1)[self.count :, None]
        primary = small | unanimous
        kept = self._kept_parents(primary) if keeps_parents else np.zeros(len(base), dtype=bool)
        fixed = np.repeat(((base == 0) | np.append(own, ~rests) | kept)[:, None], counts.shape[1], 1)
        weights = np.array([FAVOURED.get(str(category), 1.0) for category in variable.categories])
        rows_hidden = np.append(hidden_rows, rests)
        width = np.where(primary, np.minimum(float(self.thresholds.minimum_n), base)[:, None], 0.0)
        return (
            replace(
                self._bare_grid(base, rows_hidden),
                counts=counts,
                width=width,
                # A rest of nobody is taken as known to be so, which is the worst case.
                hidden=primary | np.append(hidden_rows, base[self.count :] > 0)[:, None],
                fixed=fixed,
                cost=np.log2(2.0 + counts) * weights * self._worth(len(base))[:, None],
                upper=self._known_sizes(hidden_groups),
            ),
            small,
            unanimous,
        )

    def _kept_parents(self, primary: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the groups with groups inside them that stay shown, which divides the search into parts.

        Not one with something to protect in itself, or in a group or rest beside it.
        """
        kept = np.zeros(len(primary), dtype=bool)
        kept[[family.parent for family in self.groups.families]] = True
        for number, family in enumerate(self.groups.families):
            beside = [*family.children, self.count + number]
            if primary[beside].any():
                kept[beside] = False
        return kept & ~primary.any(axis=1)

    def _name_of(self, row: int) -> Hashable:
        """Name the people of a group by what is true of all of them, those of a rest by their family."""
        return self._same_people(self.groups.conditions[row]) if row < self.count else ("rest", row)

    def _settled(self, hidden_groups: NDArray[np.bool_]) -> dict[Hashable, int]:
        """Return what is decided of people who are a group, by their name, and of nobody."""
        groups = {self._name_of(row): HIDDEN if hidden_groups[row] else SHOWN for row in range(self.count)}
        return {NOBODY: SHOWN, **groups}

    def _names_of_cells(self, variable: Variable) -> Iterator[Hashable]:
        for row in range(len(self.sizes)):
            for cell in variable.cells:
                if row >= self.count or cell not in variable.label:
                    yield variable.variable_id, row, cell
                else:
                    held = self.groups.conditions[row]
                    yield self._same_people(held | {(variable.variable_id, variable.label[cell])})
            yield variable.variable_id, row, "answered"

    def _same_people(self, conditions: frozenset[Key]) -> Hashable:
        """Return one name for all conditions that are true of the same people.

        A condition that follows from another one is left out: whoever has a motive for leaving has left.
        """
        held: dict[str, frozenset[str]] = {}
        for name, value in conditions:
            if held.setdefault(name, frozenset({value})) != {value}:
                return NOBODY
        follows = set()
        names = list(held)
        for name in names:
            if name in self.universes:
                asked, values = self.universes[name]
                if asked not in held:
                    names.append(asked)
                held[asked] = held.get(asked, values) & values
                if not held[asked]:
                    return NOBODY
                if len(values) == 1:
                    follows.add(asked)
        return frozenset((name, value) for name, value in conditions if name not in follows)


def _read_variables(groups: Groups, answers: pd.DataFrame, variables: pd.DataFrame) -> Iterator[Variable]:
    described = variables.set_index("variable_id")
    grouping = {name for conditions in groups.conditions for name, _ in conditions}
    places = pd.MultiIndex.from_tuples(groups.keys)
    rows = places.get_indexer(pd.MultiIndex.from_frame(answers[["cut_id", "group_id"]]))
    for variable_id, own in answers.assign(row=rows).groupby("variable_id", sort=True):
        about = described.loc[variable_id]
        is_missing = own["missing_reason"].notna()
        given, missing = own[~is_missing], own[is_missing]
        names = given["answer_id" if about["by_answer"] else "category"]
        names = names.fillna(OTHER) if names.notna().any() else names
        categories = dict(zip(names, given["category"], strict=True))
        cells, counted = _counted(given, names, len(groups.keys))
        possible = [] if about["kind"] == "scale" else list(KINDS)
        kinds, counted_missing = _counted(missing, missing["missing_reason"], len(groups.keys), possible)
        yield Variable(
            variable_id=str(variable_id),
            universe=_universe(about["universe"]),
            cells=cells,
            categories=tuple(None if pd.isna(categories[name]) else str(categories[name]) for name in cells),
            answers=counted,
            answered=_people(given, len(groups.keys)),
            kinds=kinds,
            missing=counted_missing,
            label=_labels(str(variable_id), groups, cells, counted) if variable_id in grouping else {},
            weights=_counted(given, names, len(groups.keys), what="sum_w")[1],
            scored=_scored(given, names, cells, len(groups.keys)),
        )


def _scored(given: pd.DataFrame, names: pd.Series, cells: tuple[str, ...], count: int) -> Scored | None:
    """Return people per score, or none where there is no mean."""
    scores = given["score"]
    if given.empty or not (scores.notna() & names.notna()).all():
        return None
    answers = pd.MultiIndex.from_arrays([names, scores])
    found = sorted(set(answers))
    codes = answers.map({answer: place for place, answer in enumerate(found)}).to_numpy()
    counted = np.zeros((count, len(found)))
    np.add.at(counted, (given["row"].to_numpy(), codes), given["n"].to_numpy())
    return Scored(
        scores=np.array([float(score) for _, score in found]),
        categories=np.array([cells.index(str(name)) for name, _ in found]),
        counts=counted,
    )


def _counted(
    rows: pd.DataFrame, names: pd.Series, count: int, possible: Sequence[str] = (), what: str = "n"
) -> tuple[tuple[str, ...], NDArray[np.float64]]:
    found = sorted({*names.dropna(), *possible})
    codes = pd.Categorical(names, categories=found).codes
    counted = np.zeros((count, len(found)))
    held = codes >= 0
    np.add.at(counted, (rows["row"].to_numpy()[held], codes[held]), rows[what].to_numpy()[held])
    return tuple(str(name) for name in found), counted


def _people(rows: pd.DataFrame, count: int) -> NDArray[np.float64]:
    found = np.zeros(count)
    np.add.at(found, rows["row"].to_numpy(), rows["n"].to_numpy())
    return found


def _universe(text: Any) -> tuple[str, frozenset[str]] | None:
    """Read a universe of one condition, `name = answer|answer`; one of several is taken as unknown."""
    if not isinstance(text, str) or ";" in text or " = " not in text:
        return None
    name, values = text.split(" = ", 1)
    return name, frozenset(values.split("|"))


def _labels(
    variable_id: str, groups: Groups, cells: tuple[str, ...], counted: NDArray[np.float64]
) -> dict[str, str]:
    """Tell which group each category is, from the groups that the variable itself divides.

    A category that holds people of several groups, or shares a group with another category, is none.
    """
    found: dict[str, set[str]] = {cell: set() for cell in cells}
    for row, held in enumerate(groups.conditions):
        for name, group_id in held:
            if name == variable_id:
                for column in np.flatnonzero(counted[row] > 0):
                    found[cells[column]].add(group_id)
    labels = {cell: min(ids) for cell, ids in found.items() if len(ids) == 1}
    return labels if len(set(labels.values())) == len(labels) else {}
