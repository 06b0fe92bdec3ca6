"""Primary rules: which counts are hidden for their own sake."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

SMALL_GROUP = "small_group"
SMALL_CATEGORY = "small_category"
UNANIMOUS = "unanimous"
COMPLEMENTARY = "complementary"


@dataclass(frozen=True)
class Thresholds:
    """What `vars: disclosure:` in dbt_project.yml sets.

    Attributes:
        minimum_n: Least people in a group, in a category and in its complement; also the least width, in
            people, of the interval to which a hidden count may be narrowed.
        minimum_n_for_unanimity: Least people in a group of which a share of 0 or 1 is shown.
        categories_of_rests: Whether small and empty categories of larger rests are protected too: of those
            who are in no group of a cut. Rests that are small or of one mind are in any case.
    """

    minimum_n: int = 10
    minimum_n_for_unanimity: int = 50
    categories_of_rests: bool = False

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Thresholds:
        """Read the settings of the project; those that other layers read are passed over.

        Raises:
            InputError: a threshold is no number, or would protect nobody.
        """
        known = {field.name for field in fields(cls)}
        given = {name: value for name, value in settings.items() if name in known}
        made = cls(**given)
        for name in ("minimum_n", "minimum_n_for_unanimity"):
            value = getattr(made, name)
            if not isinstance(value, int) or value < 2:
                raise InputError(
                    f"The threshold {name} must be a whole number of at least 2, not {value!r}.",
                    where="dbt_project.yml, vars: disclosure:",
                    hint="set it to 10 unless your organisation's rule says otherwise.",
                )
        return made


def is_small(counts: NDArray[np.float64], minimum: int) -> NDArray[np.bool_]:
    """Return which counts are of somebody, but of fewer people than the minimum."""
    return np.asarray((counts > 0) & (counts < minimum))


def primary_categories(
    counts: NDArray[np.float64], base: NDArray[np.float64], thresholds: Thresholds
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which categories are too small, and which tell something of everybody in a small group.

    Args:
        counts: Unweighted people per row (group) and column (category).
        base: Unweighted people per row whom the categories divide.
        thresholds: The rules.

    Returns:
        Two masks of the shape of `counts`. The first: a category or its complement is of 1 to `minimum_n` - 1
        people, or any category of a group that small. The second: all categories of a group below
        `minimum_n_for_unanimity` of which one has nobody or everybody.
    """
    whole = base[:, None]
    small = is_small(counts, thresholds.minimum_n) | is_small(whole - counts, thresholds.minimum_n)
    small |= is_small(whole, thresholds.minimum_n)
    extreme = ((counts == 0) | (counts == whole)).any(axis=1) & (base > 0)
    unanimous = np.repeat(
        (extreme & (base < thresholds.minimum_n_for_unanimity))[:, None], counts.shape[1], 1
    )
    return np.asarray(small), np.asarray(unanimous)
