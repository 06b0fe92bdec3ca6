"""Stars of a standardised coefficient that its size, n and R squared do not allow.

With standardised variables `var(beta_j) = VIF_j (1 - R2) / (n - k - 1)`, where `VIF_j = 1 / (1 - R2_j)` is at
least 1 (Fox and Monette 1992, Journal of the American Statistical Association 87, 178-183). As
`(1 - adjusted R2) / (n - 1) = (1 - R2) / (n - k - 1)`, either R squared gives it. So `|t|` is at most
`|beta| / sqrt((1 - R2)/(n - k - 1))`, and stars bound the VIF from both sides. Classical errors of ordinary
least squares and truly standardised coefficients are assumed; weighted or clustered errors are larger as a
rule, which makes impossible stars more so.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from scipy import stats

from werkpeil.audit.findings import Finding, Shown, Text, joined, say
from werkpeil.audit.printed import Interval
from werkpeil.audit.rules.common import shown
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from werkpeil.audit.tables import Number, Relation, Tables

LEVELS = (0.05, 0.01, 0.001)
# Models on somewhat different people have somewhat different VIFs: intervals this far apart are told.
_VIF_SLACK = 1.25


@dataclass(frozen=True)
class Model:
    """A printed regression.

    Args:
        outcome: Its number of people, which names it.
        betas: Its standardised coefficients.
        smallest_error: Smallest standard error that a coefficient can have, at a VIF of 1.
        df: Residual degrees of freedom.
        levels: p-values of one, two and three stars.
    """

    outcome: Number
    betas: tuple[Number, ...]
    smallest_error: float
    df: int
    levels: tuple[float, ...]

    def needed(self, stars: int) -> float:
        """The |t| that so many stars need; unbounded for more stars than there are levels."""
        if stars > len(self.levels):
            return math.inf
        return float(stats.t.isf(self.levels[stars - 1] / 2, self.df)) if stars else 0.0

    def largest_t(self, beta: Number) -> float:
        """The largest |t| of a coefficient."""
        return float(abs(beta.printed.value) + beta.printed.half) / self.smallest_error

    def vif(self, beta: Number) -> tuple[float, float]:
        """What the VIF can be by the stars that are there, and those that are not."""
        stars = beta.printed.stars
        smallest = max(float(abs(beta.printed.value) - beta.printed.half), 0.0) / self.smallest_error
        low = (smallest / self.needed(stars + 1)) ** 2
        high = (self.largest_t(beta) / self.needed(stars)) ** 2 if stars else math.inf
        return max(low, 1.0), high


def check_models(tables: Tables, relations: Sequence[Relation]) -> Iterator[Finding]:
    """Check the stars of all models of a report; models with the same predictors bound each other's VIFs."""
    alike: dict[frozenset[str], list[Model]] = {}
    for relation in relations:
        for model in read_models(tables, relation):
            alike.setdefault(frozenset(beta.cell.row for beta in model.betas), []).append(model)
    for models in alike.values():
        yield from _check_alike(models)


def _check_alike(models: Sequence[Model]) -> Iterator[Finding]:
    """Models with the same predictors: what one says of their VIFs holds for the others."""
    impossible = {b.number_id for m in models for b in m.betas if m.largest_t(b) < m.needed(b.printed.stars)}
    bounds = vif_bounds(models, impossible)
    for model in models:
        for beta in model.betas:
            if beta.number_id in impossible:
                yield _impossible(model, beta, bounds.get(beta.cell.row))
    yield from _crossed(models, bounds, impossible)


def read_models(tables: Tables, relation: Relation) -> Iterator[Model]:
    """Yield the models that a relation describes: betas, n at the base, R squared at the whole.

    Raises:
        InputError: if the detail is not a number of predictors.
    """
    printed_terms = _terms(relation)
    for whole, cells in tables.instances(relation):
        r_squared = tables.number(whole, "adjusted_r_squared", "r_squared") if whole else None
        base = tables.number(tables.resolve(relation.base, relation, whole)[0], "count") if whole else None
        betas = [n for n in (tables.number(cell, "beta") for cell in cells) if n is not None]
        if r_squared is None or base is None or not betas:
            continue
        terms = printed_terms or len(betas)
        n = int(base.printed.value)
        df = n - terms - 1
        highest = r_squared.printed.value + r_squared.printed.half
        if df < 1 or highest >= 1:
            continue
        people = n - 1 if r_squared.statistic == "adjusted_r_squared" else df
        yield Model(base, tuple(betas), math.sqrt(float((1 - highest) / people)), df, LEVELS)


def _terms(relation: Relation) -> int | None:
    if not relation.detail:
        return None
    if not relation.detail.isdigit() or int(relation.detail) < 1:
        raise InputError(
            f"'{relation.detail}' is not a number of predictors.",
            where=relation.where,
            hint="leave detail empty if all predictors are printed, or write how many the model has.",
        )
    return int(relation.detail)


def vif_bounds(models: Sequence[Model], left_out: set[str]) -> dict[str, tuple[float, float]]:
    """Return what the VIF of each predictor can be by all its stars but those that are impossible."""
    bounds: dict[str, tuple[float, float]] = {}
    for model in models:
        for beta in model.betas:
            if beta.number_id not in left_out:
                low, high = model.vif(beta)
                known = bounds.get(beta.cell.row, (1.0, math.inf))
                bounds[beta.cell.row] = (max(low, known[0]), min(high, known[1]))
    return bounds


def _impossible(model: Model, beta: Number, vif: tuple[float, float] | None) -> Finding:
    stars = beta.printed.stars
    needed = model.needed(stars)
    t = model.largest_t(beta)
    p = 2 * float(stats.t.sf(t, model.df))
    smallest = needed * model.smallest_error
    decimals = beta.printed.decimals
    parts: list[Text] = [
        say(
            "standaardfout >= {se} (VIF = 1), dus |t| <= ({beta} + {half})/{se} = {t} en p >= {p}; "
            "{stars} vraagt "
            "|t| >= {needed}, dus |beta| >= {smallest}",
            "standard error >= {se} (VIF = 1), so |t| <= ({beta} + {half})/{se} = {t} and p >= {p}; "
            "{stars} needs "
            "|t| >= {needed}, so |beta| >= {smallest}",
            se=Shown(model.smallest_error, 5), beta=Shown(abs(beta.printed.value), decimals),
            half=Shown(beta.printed.half, decimals + 1), t=Shown(t, 2), p=Shown(p, 3), stars="*" * stars,
            needed=Shown(needed, 2), smallest=Shown(smallest, decimals),
        )
    ]  # fmt: skip
    if vif is not None and 1 < vif[0] <= vif[1]:
        parts.append(
            say(
                "bij de VIF die de andere sterren van deze rij vragen ({low} tot {high}): |beta| >= "
                "{smallest}",
                "at the VIF that the other stars of this row require ({low} to {high}): |beta| >= {smallest}",
                low=Shown(vif[0], 2), high="-" if math.isinf(vif[1]) else Shown(vif[1], 2),
                smallest=Shown(smallest * math.sqrt(vif[0]), decimals),
            )
        )  # fmt: skip
    low = Fraction(needed * model.smallest_error).limit_denominator(10**6)
    return Finding(
        "stars_impossible", beta, (model.outcome,), Interval(low, None), joined(list(parts), "; "), "high"
    )


def _crossed(
    models: Sequence[Model], bounds: dict[str, tuple[float, float]], left_out: set[str]
) -> Iterator[Finding]:
    """Predictors whose stars no one VIF explains, told at the coefficient that asks for the smallest."""
    for row, (low, high) in bounds.items():
        if low <= high * _VIF_SLACK:
            continue
        own = [(m, b) for m in models for b in m.betas if b.cell.row == row and b.number_id not in left_out]
        strict, beta = min(own, key=lambda pair: pair[0].vif(pair[1])[1])
        other_model, other = max(own, key=lambda pair: pair[0].vif(pair[1])[0])
        yield Finding(
            rule="stars_disagree",
            number=beta,
            others=(other, strict.outcome, other_model.outcome),
            expected=None,
            arithmetic=say(
                "{beta}{stars} vraagt VIF <= {high}, {other}{others} ({place}) vraagt VIF >= {low}; de "
                "modellen hebben "
                "dezelfde voorspellers",
                "{beta}{stars} needs VIF <= {high}, {other}{others} ({place}) needs VIF >= {low}; the "
                "models have the same "
                "predictors",
                beta=shown(beta), stars="*" * beta.printed.stars, other=shown(other),
                others="*" * other.printed.stars,
                place=str(other.cell), low=Shown(low, 2), high=Shown(high, 2),
            ),
            severity="low",
        )  # fmt: skip
