"""The checks: what a statistician would refuse to sign, as Great Expectations suites.

A `Check` bounds one column of one table or frame. Those of single marts follow from the names of columns,
whose endings are a contract (`_share`, `_std_error`, `_ci_lower`), so that a new mart is checked from its
first day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from great_expectations.expectations.core import (
    ExpectColumnPairValuesAToBeGreaterThanB,
    ExpectColumnValuesToBeBetween,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from great_expectations.expectations.expectation import Expectation

FAIL, WARN = "critical", "warning"
# Sums of shares and differences of sums are told in double precision.
ROUNDING = 1e-9
# The mart whose numbers a frame puts to the test.
MARTS = {
    "counts": "item_shares",
    "drift": "item_shares",
    "estimates": "wave_changes",
    "flows": "sector_flows",
    "frame": "respondent_profile",
    "hulls": "item_shares",
    "importance": "regression_coefficients",
    "jumps": "wave_changes",
    "models": "regression_fits",
    "nonresponse": "item_shares",
    "parts": "item_shares",
    "planned": "item_shares",
    "response": "response_rates",
    "shuffled": "item_differences",
    "weighting": "weighting_results",
}
# Measures with a level that warns and one that fails.
LEVELS = ["mean_jump", "share_jump", "nonresponse", "profile_gap", "drift", "response", "margin_gap"]
LEVELS += ["weight_effect"]
# Bounds that are one number each.
BOUNDS = [
    "largest_beta",
    "largest_vif",
    "largest_condition_number",
    "smallest_r_squared",
    "shuffled_uniformity",
]


@dataclass(frozen=True)
class Check:
    """A bound that every row of a table must keep.

    Attributes:
        check_id: Stable name.
        table: A mart, or a frame of `werkpeil.quality.frames`.
        column: The column that is bounded.
        about: What holds, in one sentence.
        minimum, maximum: The bounds; null for none. A text names another column of the row.
        strict: Whether the minimum itself is refused.
        severity: `critical` stops publication, `warning` does not.
    """

    check_id: str
    table: str
    column: str
    about: str
    minimum: float | str | None = None
    maximum: float | None = None
    strict: bool = False
    severity: str = FAIL

    @property
    def mart(self) -> str:
        """The mart that a reader would look at."""
        return MARTS.get(self.table, self.table)

    def expectation(self) -> Expectation:
        """Return the check as an expectation of Great Expectations; nulls keep every bound."""
        told: dict[str, Any] = {
            "severity": self.severity,
            "meta": {"check_id": self.check_id},
            "notes": self.about,
        }
        if isinstance(self.minimum, str):
            return ExpectColumnPairValuesAToBeGreaterThanB(
                column_A=self.column,
                column_B=self.minimum,
                or_equal=True,
                ignore_row_if="either_value_is_missing",
                **told,
            )
        return ExpectColumnValuesToBeBetween(
            column=self.column,
            min_value=self.minimum,
            max_value=self.maximum,
            strict_min=self.strict,
            **told,
        )


def mart_checks(columns: Mapping[str, list[str]], thresholds: Mapping[str, Any]) -> Iterator[Check]:
    """Yield the checks of single marts that follow from the names of their columns.

    Args:
        columns: Names of the numeric columns of each mart.
        thresholds: `vars: quality:` of the project, of which `BOUNDS` count here.
    """
    rules = [*_RULES, *_rules_of_models(thresholds)]
    for mart, names in columns.items():
        for name in names:
            yield from (rule.check(mart, name) for rule in rules if rule.applies(name))
        yield from _interval_checks(mart, names)


def _interval_checks(mart: str, names: list[str]) -> Iterator[Check]:
    """An estimate lies inside its interval; the ends bear its name, or none if a mart has one estimate."""
    about = "an estimate lies inside its interval"
    own = [(name, f"{name}_") for name in names if f"{name}_ci_lower" in names]
    if "ci_lower" in names:
        own += [(name, "") for name in _ESTIMATES if name in names][:1]
    for name, prefix in own:
        yield Check(f"{mart}.{name}.above_its_lower_end", mart, name, about, f"{prefix}ci_lower")
        yield Check(f"{mart}.{name}.below_its_upper_end", mart, f"{prefix}ci_upper", about, name)


# The estimate that an interval without a name of its own is about.
_ESTIMATES = ("change", "b", "mean")


@dataclass(frozen=True)
class _Rule:
    name: str
    endings: tuple[str, ...]
    about: str
    minimum: float | None = None
    maximum: float | None = None
    strict: bool = False
    severity: str = FAIL

    def applies(self, column: str) -> bool:
        return any(column == ending or column.endswith("_" + ending) for ending in self.endings)

    def check(self, mart: str, column: str) -> Check:
        return Check(
            f"{mart}.{column}.{self.name}",
            mart,
            column,
            self.about,
            self.minimum,
            self.maximum,
            strict=self.strict,
            severity=self.severity,
        )


_RULES = (
    _Rule("is_a_share", ("share",), "a share lies between 0 and 1", 0, 1),
    _Rule("is_above_zero", ("std_error",), "a standard error is above zero or null", 0, strict=True),
    _Rule("is_a_probability", ("p_value", "q_value"), "a p-value lies between 0 and 1", 0, 1),
    _Rule("is_a_count", ("n", "count", "responded", "sampled"), "a number of people is not negative", 0),
    _Rule("is_a_deviation", ("std_deviation",), "a standard deviation is not negative", 0),
    _Rule("is_above_zero", ("odds_ratio",), "an odds ratio is above zero", 0, strict=True),
    _Rule(
        "is_a_correlation",
        ("correlation", "correlation_weighted"),
        "a correlation lies between -1 and 1",
        -1 - ROUNDING,
        1 + ROUNDING,
    ),
    _Rule("is_at_least_one", ("vif", "condition_number"), "a variance inflation is at least 1", 1 - ROUNDING),
    _Rule("is_above_zero", ("design_effect",), "a design effect is above zero", 0, strict=True),
    _Rule("is_a_reliability", ("alpha", "omega"), "reliability is at most 1", None, 1 + ROUNDING),
)


def _rules_of_models(thresholds: Mapping[str, Any]) -> list[_Rule]:
    """Return the rules whose bounds are settings, since mathematics gives none."""
    beta, vif, condition, r_squared = (float(thresholds[name]) for name in BOUNDS[:4])
    return [
        _Rule(
            "is_plausible",
            ("beta",),
            f"a standardised coefficient lies between {-beta:g} and {beta:g}",
            -beta,
            beta,
        ),
        _Rule("is_an_r_squared", ("r_squared",), "R squared is at most 1, and not far below 0", r_squared, 1),
        _Rule("is_solvable", ("condition_number",), "a model's terms can be told apart", None, condition),
        _Rule("is_modest", ("vif",), "a term is not nearly the sum of others", None, vif, severity=WARN),
    ]


def frame_checks(thresholds: Mapping[str, Any]) -> list[Check]:
    """Return the checks that need more than one mart.

    Args:
        thresholds: `vars: quality:` of the project: for each of `LEVELS` a `warn` and a `fail` level.
    """
    return [
        _exactly("parts_sum_to_one", "parts", "parts_sum", "the parts of a whole sum to 1", 1),
        _exactly("counts_agree", "counts", "difference", "a number of people is told alike everywhere"),
        _at_most("parts_of_counts", "counts", "excess", "a part of the people is not more than all"),
        _exactly("estimates_agree", "estimates", "difference", "an estimate is told alike everywhere"),
        _at_most("totals_in_hull", "hulls", "outside_hull", "the total lies between its groups"),
        _exactly("planned_cells", "planned", "cells", "every planned cell is there, and once"),
        _at_most("flows_sum_to_at_most_one", "flows", "flow_sum", "who goes, goes to one place", 1),
        _exactly(
            "importance_sums_to_r_squared", "importance", "surplus", "relative importances sum to R squared"
        ),
        _at_most("weights_are_as_declared", "weighting", "failed_steps", "each declared step was taken"),
        _at_most(
            "weights_have_counts",
            "weighting",
            "lacking_counts",
            "seeds have the wave's counts",
            severity=WARN,
        ),
        _at_most("models_are_fitted", "models", "unfitted", "each model could be fitted", severity=WARN),
        Check(
            "shuffled_p_values_are_uniform",
            "shuffled",
            "uniformity",
            "where there is nothing to find, p-values are uniform",
            float(thresholds["shuffled_uniformity"]),
        ),
        *_levels(thresholds, "mean_jump", "jumps", "relative_jump", "a mean moves little between waves"),
        *_levels(thresholds, "share_jump", "jumps", "share_jump", "a share moves little between waves"),
        *_levels(thresholds, "nonresponse", "nonresponse", "nonresponse_share", "most who are asked answer"),
        *_levels(thresholds, "profile_gap", "frame", "sample_gap", "respondents are spread as the sample"),
        *_levels(
            thresholds,
            "profile_gap",
            "frame",
            "population_gap",
            "weighted respondents are spread as the population",
        ),
        *_levels(thresholds, "drift", "drift", "stability_index", "answers are spread as in the wave before"),
        *_levels(thresholds, "response", "response", "response_share", "enough of those invited respond"),
        *_levels(thresholds, "margin_gap", "weighting", "margin_gap", "weighted shares are the margins'"),
        *_levels(
            thresholds, "weight_effect", "weighting", "weight_design_effect", "weights cost little precision"
        ),
    ]


def _exactly(check_id: str, frame: str, column: str, about: str, value: float = 0) -> Check:
    return Check(check_id, frame, column, about, value - ROUNDING, value + ROUNDING)


def _at_most(
    check_id: str, frame: str, column: str, about: str, value: float = 0, severity: str = FAIL
) -> Check:
    return Check(check_id, frame, column, about, None, value + ROUNDING, severity=severity)


def _levels(thresholds: Mapping[str, Any], name: str, table: str, column: str, about: str) -> Iterator[Check]:
    """A check at two levels; a response must not be below them, everything else not above."""
    for level, severity in (("warn", WARN), ("fail", FAIL)):
        bound = float(thresholds[name][level])
        floor, ceiling = (bound, None) if name == "response" else (None, bound)
        yield Check(f"{column}.{level}", table, column, about, floor, ceiling, severity=severity)
