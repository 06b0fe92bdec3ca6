"""What the report computes of an item: shares and means per group, and the test of a difference.

Unweighted, as the report does it, on valid answers without 'geen mening' (V32). A difference is
significant if the two-sided t-test of the two means, with equal variances, gives p < .05; between
domains, where the report does not say what it tests (V17), two domains are compared at a time.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import ttest_ind_from_stats

from werkpeil.synthesis.craft.items import CATEGORIES
from werkpeil.synthesis.craft.plan import DOMAINS, EMPLOYEE, MANAGER, PRINTED_DOMAINS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from werkpeil.synthesis.core import Batch

BELEID, INSPECTIE, UITVOERING, BEDRIJFSVOERING = FOUR = DOMAINS[:PRINTED_DOMAINS]
POSITIONS = ("manager", "employee")
ALL = "all"
ALPHA = 0.05

_SCORES = np.arange(1, CATEGORIES + 1)


class ItemStatistics:
    """Shares, means and tests of the items of one wave.

    Args:
        answers: The whole wave.
    """

    def __init__(self, answers: Batch) -> None:
        self._answers = answers
        size = len(answers["domain"])
        self._members: dict[str, NDArray[np.bool_]] = {
            ALL: np.ones(size, dtype=np.bool_),
            "manager": answers["is_manager"] == MANAGER,
            "employee": answers["is_manager"] == EMPLOYEE,
            **{domain: answers["domain"] == code for code, domain in enumerate(DOMAINS, start=1)},
        }
        self._counts = lru_cache(maxsize=None)(self._count)

    def _count(self, item: str, group: str) -> NDArray[np.int64]:
        given = self._answers[item][self._members[group]].astype(np.int64)
        valid = given[(given >= 1) & (given <= CATEGORIES)]
        return np.bincount(valid, minlength=CATEGORIES + 1)[1:]

    def n(self, item: str, group: str = ALL) -> int:
        """Return the number of valid answers."""
        return int(self._counts(item, group).sum())

    def top(self, item: str, group: str = ALL) -> float:
        """Return the share of (strong) agreement, in percent."""
        return self._share(item, group, slice(3, 5))

    def bottom(self, item: str, group: str = ALL) -> float:
        """Return the share of (strong) disagreement, in percent."""
        return self._share(item, group, slice(0, 2))

    def neutral(self, item: str, group: str = ALL) -> float:
        """Return the share of neutral answers, in percent."""
        return self._share(item, group, slice(2, 3))

    def _share(self, item: str, group: str, categories: slice) -> float:
        counts = self._counts(item, group)
        return float(100 * counts[categories].sum() / counts.sum())

    def mean(self, item: str, group: str = ALL) -> float:
        """Return the mean of the answers 1 to 5."""
        return float(np.average(_SCORES, weights=self._counts(item, group)))

    def p_value(self, item: str, one: str, other: str) -> float:
        """Return the p-value of the t-test of two groups' means."""
        moments = [value for group in (one, other) for value in self._moments(item, group)]
        return float(ttest_ind_from_stats(*moments).pvalue)

    def _moments(self, item: str, group: str) -> tuple[float, float, int]:
        counts, mean = self._counts(item, group), self.mean(item, group)
        n = int(counts.sum())
        return mean, float(np.sqrt((counts * (_SCORES - mean) ** 2).sum() / (n - 1))), n

    def is_higher(self, item: str, one: str, other: str) -> bool:
        """Tell whether the mean of one group is significantly higher."""
        return self.mean(item, one) > self.mean(item, other) and self.p_value(item, one, other) < ALPHA

    def is_equal(self, item: str, one: str, other: str) -> bool:
        """Tell whether two means do not differ significantly."""
        return self.p_value(item, one, other) >= ALPHA

    def are_equal(self, item: str, groups: Iterable[str] = FOUR) -> bool:
        """Tell whether no two groups differ significantly."""
        names = list(groups)
        return all(
            self.is_equal(item, one, other) for at, one in enumerate(names) for other in names[at + 1 :]
        )

    def is_highest(self, item: str, group: str, groups: Iterable[str] = FOUR) -> bool:
        """Tell whether agreement is highest in one group."""
        return all(self.top(item, group) > self.top(item, other) for other in groups if other != group)

    def is_lowest(self, item: str, group: str, groups: Iterable[str] = FOUR) -> bool:
        """Tell whether agreement is lowest in one group."""
        return all(self.top(item, group) < self.top(item, other) for other in groups if other != group)

    def is_clearly_highest(self, item: str, group: str) -> bool:
        """Tell whether agreement is highest in a domain and its mean above each other domain's."""
        others = [other for other in FOUR if other != group]
        return self.is_highest(item, group) and all(self.is_higher(item, group, other) for other in others)

    def is_clearly_lowest(self, item: str, group: str) -> bool:
        """Tell whether agreement is lowest in a domain and its mean below each other domain's."""
        others = [other for other in FOUR if other != group]
        return self.is_lowest(item, group) and all(self.is_higher(item, other, group) for other in others)

    def are_above(self, items: Iterable[str], others: Iterable[str], group: str = ALL) -> bool:
        """Tell whether agreement with each of some items is above that with each of the others."""
        lowest = min(self.top(item, group) for item in items)
        return lowest > max(self.top(item, group) for item in others)

    def groups_above(self, item: str, high: Iterable[str], low: Iterable[str]) -> bool:
        """Tell whether agreement in each of some groups is above that in each of the others."""
        return min(self.top(item, group) for group in high) > max(self.top(item, group) for group in low)
