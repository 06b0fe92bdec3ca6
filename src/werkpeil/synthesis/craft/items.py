"""The answers to the items of the craftsmanship study.

The report publishes a dozen shares and nearly a hundred statements on which share or mean is higher and
which difference is significant. `targets/per_items.csv` holds one distribution per item that makes them
true: the share of (strong) agreement per domain, how much further managers are on the latent scale, the
width of 'neutraal', and so on; everything that is not printed in it is this project's choice.

For respondent r in domain d and position p, item i has the latent value

    y = x[i, d] + m[i] * (position of p) + load[i] * factor(theme of i, r) + rest * own(i, r)

and the answer is the number of cut points below it. x and the cut points are solved so that the shares
of each domain are the planned ones; the cut points of a block are then its own quantiles per domain and
position (`ordinal_by_rank`), so that these shares have no sampling error and the statements that rest
on them hold with every seed. Everything else (who gives which answer, and so every other cut) is random.

Missing answers are of three kinds: who stops at a page leaves the rest empty, single questions are
skipped, and 'geen mening' is an answer of the list.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

from werkpeil.synthesis.core import BLANK, ordinal_by_rank
from werkpeil.synthesis.craft import plan
from werkpeil.synthesis.targets import target_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from werkpeil.synthesis.craft.people import People
    from werkpeil.synthesis.craft.plan import Counts, Floats

NO_OPINION = 6
CATEGORIES = 5

# Distance between the lowest two cut points on the latent scale.
_LOWEST_WIDTH = 0.75

# Share who have stopped before each page of the questionnaire (assumed); a page is a question number.
STOPPED_BEFORE = {8: 0.0, 9: 0.008, 10: 0.014, 11: 0.022, 12: 0.028, 13: 0.033, 14: 0.038}
_SKIPPED = 0.006

# Share of an item's variance that is a respondent's general inclination to agree.
_ACQUIESCENCE = 0.2

# One printed share rests on everybody, whatever the domain: dissent reaches the top (12.8%).
TOTAL_SHARES = {"q14_8": "cra_t436_top_reached"}


@dataclass(frozen=True)
class ItemPlan:
    """The planned distributions: one row per item.

    Args:
        ids: Item ids in the order of the questionnaire.
        top: Share of (strong) agreement per background (5).
        bottom: Share of (strong) disagreement per background; NaN where the width of neutral says it.
        manager: How much further managers are than others, in latent standard deviations.
        neutral: Distance from the cut below neutral to that above it.
        strong: Distance from the cut below agreement to that below strong agreement.
        loading: Loading on the factor of the theme.
        no_opinion: Share of 'geen mening'.
    """

    ids: tuple[str, ...]
    top: Floats
    bottom: Floats
    manager: Floats
    neutral: Floats
    strong: Floats
    loading: Floats
    no_opinion: Floats

    @property
    def pages(self) -> list[int]:
        """The page of each item."""
        return [int(item[1:3]) for item in self.ids]


@cache
def item_plan(dropped: tuple[str, ...], *, is_changed: bool) -> ItemPlan:
    """Return the plan of a wave.

    Args:
        dropped: Items that the wave does not have.
        is_changed: Whether the drift since the first wave (`change_2024`) is in.
    """
    rows = [row for row in target_rows("per_items") if row["item_id"] not in dropped]

    def numbers(name: str) -> Floats:
        return np.array([float(row[name]) if row[name] else np.nan for row in rows])

    top = np.column_stack([numbers(domain) for domain in plan.DOMAINS]) / 100
    if is_changed:
        top = ndtr(ndtri(top) + numbers("change_2024")[:, None])
    return ItemPlan(
        ids=tuple(row["item_id"] for row in rows),
        top=top,
        bottom=np.column_stack([numbers(f"bottom_{domain}") for domain in plan.DOMAINS]) / 100,
        manager=numbers("manager"),
        neutral=numbers("neutral"),
        strong=numbers("strong"),
        loading=numbers("loading"),
        no_opinion=numbers("no_opinion") / 100,
    )


def make_answers(random: np.random.Generator, wanted: ItemPlan, people: People) -> NDArray[np.int16]:
    """Return the answers of a block: one row per respondent, one column per item."""
    groups = np.minimum(people.domain, plan.REST) * 3 + people.position
    sizes = np.bincount(groups, minlength=15).reshape(5, 3)
    stopped, missing = _missing_counts(wanted, sizes)
    counts = _category_counts(wanted, sizes[:, :, None] - missing.sum(axis=-1))
    latent = _latent(random, wanted, people)
    carelessness = random.standard_normal(len(groups))
    answers = np.full((len(groups), len(wanted.ids)), BLANK, dtype=np.int16)
    for group in range(15):
        members = np.flatnonzero(groups == group)
        if len(members):
            where = divmod(group, 3)
            answers[members] = _assign(
                random, latent[members], carelessness[members], stopped[where], missing[where], counts[where]
            )
    return answers


def is_still_answering(answers: NDArray[np.int16], wanted: ItemPlan, page: int) -> NDArray[np.bool_]:
    """Return who has answered anything from a page on."""
    from_page = [position for position, of_item in enumerate(wanted.pages) if of_item >= page]
    still: NDArray[np.bool_] = (answers[:, from_page] != BLANK).any(axis=1)
    return still


# --- How many -----------------------------------------------------------------------------------


def _missing_counts(wanted: ItemPlan, sizes: Counts) -> tuple[Counts, Counts]:
    """Return per background and position how many have stopped, and how many leave out each item.

    Args:
        wanted: The plan.
        sizes: Respondents per background (5) and position (3).

    Returns:
        Stopped before each item (5, 3, items); skipped, stopped included, and 'geen mening' for
        each item (5, 3, items, 2).
    """
    before = np.array([STOPPED_BEFORE[page] for page in wanted.pages])
    stopped = np.rint(sizes[:, :, None] * before).astype(np.int64)
    skipped = stopped + np.rint((sizes[:, :, None] - stopped) * _SKIPPED).astype(np.int64)
    unsure = np.rint((sizes[:, :, None] - skipped) * wanted.no_opinion).astype(np.int64)
    missing = np.stack([skipped, unsure], axis=-1)
    _fit_printed_shares(wanted, sizes, missing)
    return stopped, missing


def _fit_printed_shares(wanted: ItemPlan, sizes: Counts, missing: Counts) -> None:
    """Give some employees more an opinion, or fewer, until a printed share is possible at all.

    13.8 % of 600 respondents is no whole number of people, of 599 it may be.
    """
    for item, background in zip(*np.nonzero(~np.isnan(wanted.bottom)), strict=True):
        valid = int((sizes[background] - missing[background, :, item].sum(axis=-1)).sum())
        share = wanted.bottom[item, background]
        change = _change_that_fits(valid, share, int(missing[background, plan.EMPLOYEE, item, 1]))
        missing[background, plan.EMPLOYEE, item, 1] -= change


def _change_that_fits(valid: int, share: float, most: int) -> int:
    """Return the smallest change of `valid` after which some count rounds to the share, or 0."""
    for step in range(min(most, 15) + 1):
        for change in (step, -step):
            base = valid + change
            if base > 0 and abs(round(share * base) / base - share) < 0.00045:
                return change
    return 0


def _category_counts(wanted: ItemPlan, valid: Counts) -> Counts:
    """Return how many give each answer, per background, position and item (5, 3, items, 5).

    Shares are those of the plan for each background as a whole: its counts are rounded first, then
    divided over the positions.
    """
    cumulative = _cumulative_shares(wanted, valid)  # 5, 3, items, 4
    expected = np.diff(cumulative, axis=-1, prepend=0.0, append=1.0) * valid[..., None]
    below = np.rint((cumulative * valid[..., None]).sum(axis=1))  # 5, items, 4
    # The rest takes the rounding of the four domains on itself, so that totals are rounded once.
    total = np.rint((cumulative * valid[..., None]).sum(axis=(0, 1)))
    sizes = valid.sum(axis=1)  # 5, items
    rest = np.clip(total - below[: plan.REST].sum(axis=0), 0, sizes[plan.REST][:, None])
    below[plan.REST] = np.maximum.accumulate(rest, axis=-1)
    edges = np.concatenate([np.zeros((*sizes.shape, 1)), below, sizes[..., None]], axis=-1)
    of_background = np.diff(edges, axis=-1).astype(np.int64)
    counts = np.zeros((*valid.shape, CATEGORIES), dtype=np.int64)
    for background in range(valid.shape[0]):
        for item in range(valid.shape[2]):
            counts[background, :, item] = controlled_rounding(
                expected[background, :, item], valid[background, :, item], of_background[background, item]
            )
    return counts


def controlled_rounding(expected: Floats, rows: Counts, columns: Counts) -> Counts:
    """Round a small table to whole numbers with given totals of rows and columns.

    Args:
        expected: The table (r x c), 0 or higher.
        rows: Totals of the rows.
        columns: Totals of the columns; their sum is that of the rows.

    Returns:
        Whole numbers, each near its expected one, that sum to the totals.
    """
    counts = np.minimum(np.floor(expected).astype(np.int64), np.minimum(rows[:, None], columns))
    for surplus in iter(lambda: _surplus(counts, rows, columns), None):
        counts[surplus] -= 1
    row_left, column_left = rows - counts.sum(axis=1), columns - counts.sum(axis=0)
    while row_left.any():
        wanted = np.where((row_left[:, None] > 0) & (column_left > 0), expected - counts, -np.inf)
        row, column = np.unravel_index(np.argmax(wanted), counts.shape)
        counts[row, column] += 1
        row_left[row] -= 1
        column_left[column] -= 1
    return counts


def _surplus(counts: Counts, rows: Counts, columns: Counts) -> tuple[int, int] | None:
    """Return a cell of a row or column that holds more than its total, or None."""
    for row in np.flatnonzero(counts.sum(axis=1) > rows):
        return int(row), int(counts[row].argmax())
    for column in np.flatnonzero(counts.sum(axis=0) > columns):
        return int(counts[:, column].argmax()), int(column)
    return None


def _cumulative_shares(wanted: ItemPlan, valid: Counts) -> Floats:
    """Return the share of answers 1 to k, for k = 1 to 4, per background, position and item."""
    totals = np.maximum(valid.sum(axis=1, keepdims=True), 1)
    weights = valid / totals  # 5, 3, items
    top = _top_shares(wanted, valid)
    shifts = _shifts(wanted, valid, top, weights)  # 5, 3, items
    level = _solve(1 - top, weights, shifts)  # the cut below agreement, per background and item
    neutral = np.broadcast_to(wanted.neutral, level.shape).copy()
    has_bottom = ~np.isnan(wanted.bottom.T)
    bottom = np.where(has_bottom, np.nan_to_num(wanted.bottom.T), 0.1)
    neutral = np.where(has_bottom, level - _solve(bottom, weights, shifts), neutral)
    cuts = np.stack([level - neutral - _LOWEST_WIDTH, level - neutral, level, level + wanted.strong], axis=-1)
    shares: Floats = ndtr(cuts[:, None] - shifts[..., None])
    return shares


def _top_shares(wanted: ItemPlan, valid: Counts) -> Floats:
    """Return the planned agreement (5, items); where a total is printed the rest makes it up."""
    top = wanted.top.T.copy()
    sizes = valid.sum(axis=1)
    for item, result in TOTAL_SHARES.items():
        position = wanted.ids.index(item)
        if sizes[plan.REST, position] == 0:
            continue
        known = (top[: plan.REST, position] * sizes[: plan.REST, position]).sum()
        needed = plan.printed()[result] / 100 * sizes[:, position].sum() - known
        top[plan.REST, position] = np.clip(needed / sizes[plan.REST, position], 0.02, 0.98)
    return top


def _shifts(wanted: ItemPlan, valid: Counts, top: Floats, weights: Floats) -> Floats:
    """Return how far each position is from its background's centre (5, 3, items).

    The planned distance between managers and others is that of all respondents; what the domains
    in which managers work contribute to it is taken out first.
    """
    among = valid / np.maximum(valid.sum(axis=0, keepdims=True), 1)
    from_domains = ((among[:, plan.MANAGER] - among[:, plan.EMPLOYEE]) * ndtri(top)).sum(axis=0)
    distance = wanted.manager - from_domains
    known = np.maximum(weights[:, plan.MANAGER] + weights[:, plan.EMPLOYEE], 1e-9)
    managers = weights[:, plan.MANAGER] / known
    shifts = np.zeros(valid.shape)
    shifts[:, plan.MANAGER] = distance * (1 - managers)
    shifts[:, plan.EMPLOYEE] = -distance * managers
    return shifts


def _solve(share: Floats, weights: Floats, shifts: Floats) -> Floats:
    """Return the cut below which a share of each mixture of normal variables lies (5, items)."""
    low, high = np.full(share.shape, -8.0), np.full(share.shape, 8.0)
    for _ in range(50):
        middle = (low + high) / 2
        is_below = (weights * ndtr(middle[:, None] - shifts)).sum(axis=1) < share
        low, high = np.where(is_below, middle, low), np.where(is_below, high, middle)
    cut: Floats = (low + high) / 2
    return cut


# --- Who ----------------------------------------------------------------------------------------


def _latent(random: np.random.Generator, wanted: ItemPlan, people: People) -> Floats:
    """Return a standard normal value per respondent and item, correlated by theme."""
    size = len(people.domain)
    themes = sorted(set(wanted.pages))
    factors = {page: random.standard_normal(size) for page in themes}
    general = random.standard_normal(size)
    latent = random.standard_normal((size, len(wanted.ids)))
    for position, page in enumerate(wanted.pages):
        loading = wanted.loading[position]
        own = np.sqrt(max(1 - loading**2 - _ACQUIESCENCE**2, 0.0))
        latent[:, position] = loading * factors[page] + _ACQUIESCENCE * general + own * latent[:, position]
    # Older and longer serving respondents agree somewhat more throughout.
    latent += 0.05 * people.latent[:, [0]] + 0.05 * people.latent[:, [2]]
    return latent


def _assign(
    random: np.random.Generator,
    latent: Floats,
    carelessness: Floats,
    stopped: Counts,
    missing: Counts,
    counts: Counts,
) -> NDArray[np.int16]:
    """Give one group its answers: who stops, who skips, who has no opinion, and the ranks of the rest.

    Args:
        random: The stream.
        latent: One row per respondent, one column per item.
        carelessness: A value per respondent; who has more stops and skips first.
        stopped: Respondents who have stopped before each item.
        missing: Skipped (stopped included) and without opinion, per item.
        counts: Respondents per item and category.
    """
    size, items = latent.shape
    place = np.empty(size, dtype=np.int64)
    place[np.argsort(-carelessness, kind="stable")] = np.arange(size)
    answers = np.empty((size, items), dtype=np.int16)
    for item in range(items):
        values = latent[:, item].copy()
        skips = 0.5 * carelessness + random.standard_normal(size)
        skips[place < stopped[item]] = np.inf
        is_skipped = _highest(skips, int(missing[item, 0]))
        # No opinion goes with being in the middle.
        unsure = random.standard_normal(size) - 0.5 * np.abs(values)
        unsure[is_skipped] = -np.inf
        is_unsure = _highest(unsure, int(missing[item, 1]))
        values[is_skipped | is_unsure] = np.inf
        answers[:, item] = 1 + ordinal_by_rank(values, counts[item])
        answers[is_skipped, item] = BLANK
        answers[is_unsure, item] = NO_OPINION
    return answers


def _highest(values: Floats, count: int) -> NDArray[np.bool_]:
    """Return which are the `count` highest values."""
    chosen = np.zeros(len(values), dtype=np.bool_)
    if count:
        chosen[np.argpartition(-values, count - 1)[:count]] = True
    return chosen
