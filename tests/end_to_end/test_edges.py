"""Nobody, one person, no variance, no weight, a lonely stratum: a defined answer in every mart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.project import Project


@pytest.fixture(scope="module")
def ask(small: Project) -> Iterator[Any]:
    """Ask the warehouse of the survey of edges."""
    with open_warehouse(small) as connection:
        yield lambda query: connection.execute(query).fetchall()


SHARES = ("positive_share", "neutral_share", "negative_share")
BANDS = ("disagree_share", "neutral_share", "agree_share")
EFFECT = "average_marginal_effect"
# Mart, a number in it, and the column that tells why it is null.
REASONS = [("item_shares", f"{share}_std_error", f"{share}_null_reason") for share in SHARES]
REASONS += [("scale_scores", f"{share}_std_error", f"{share}_null_reason") for share in BANDS]
REASONS += [
    ("item_shares", "mean_std_error", "mean_null_reason"),
    ("scale_scores", "std_error", "mean_null_reason"),
    ("item_differences", "p_value", "null_reason"),
    ("scale_reliability", "alpha_pairwise", "alpha_null_reason"),
    ("scale_reliability", "alpha_pairwise_weighted", "alpha_weighted_null_reason"),
    ("scale_reliability", "omega", "omega_null_reason"),
    ("scale_item_reliability", "item_rest_correlation", "null_reason"),
    ("scale_item_reliability", "item_rest_correlation_weighted", "weighted_null_reason"),
    ("regression_coefficients", "std_error", "null_reason"),
    ("regression_coefficients", f"{EFFECT}_std_error", f"{EFFECT}_null_reason"),
    ("categorical_regression_coefficients", "std_error", "null_reason"),
]


@pytest.mark.parametrize(("mart", "number", "reason"), REASONS)
def test_a_number_is_null_where_there_is_a_reason_and_nowhere_else(
    ask: Any, mart: str, number: str, reason: str
) -> None:
    known, unknown, unexplained = ask(
        f"select count({number}), count(*) - count({number}), "
        f"count(*) filter (where ({number} is null) <> ({reason} is not null) or isnan({number})) "
        f"from marts.{mart} where survey_id = 'edges'"
    )[0]
    assert known > 0
    assert unknown > 0
    assert unexplained == 0


def test_no_standard_error_is_zero_and_no_number_is_infinite(ask: Any) -> None:
    columns = ask(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'marts' and data_type = 'DOUBLE'"
    )
    assert len(columns) > 50
    for mart, column in columns:
        odd = f"isinf({column}) or isnan({column})"
        if column.endswith("std_error"):
            odd += f" or {column} <= 0"
        assert ask(f"select count(*) from marts.{mart} where {odd}") == [(0,)], (mart, column)


GROUPS = [
    ("plain", "alike", "no_variance"),
    ("plain", "silent", "nobody_answered"),
    ("plain", "weightless", "zero_weight"),
    ("plain", "single", "one_respondent"),
    ("plain", "total", None),
    ("lonely", "total", "single_unit_stratum"),
    ("one", "total", "one_respondent"),
    ("one", "alike", "empty_group"),
]


@pytest.mark.parametrize(("wave", "group", "reason"), GROUPS)
def test_groups_without_an_error_say_why(ask: Any, wave: str, group: str, reason: str | None) -> None:
    where = f"survey_id = 'edges' and wave_id = '{wave}' and group_id = '{group}'"
    query = f"select mean_null_reason from marts.item_shares where {where} and item_id = 'q1'"
    assert ask(query) == [(reason,)]
    assert ask(f"select mean_null_reason from marts.scale_scores where {where} and scale_id = 'mood'") == [
        (reason,)
    ]


PAIRS = [
    ("whole", "alike", None, None),
    ("whole", "silent", "empty_group", "empty_group"),
    ("whole", "single", "one_respondent", "one_respondent"),
    ("whole", "weightless", "zero_weight", None),
]


@pytest.mark.parametrize(("a", "b", "design", "welch"), PAIRS)
def test_groups_that_cannot_be_compared_say_why(
    ask: Any, a: str, b: str, design: str | None, welch: str | None
) -> None:
    rows = ask(
        "select test, null_reason from marts.item_differences where survey_id = 'edges' "
        "and wave_id = 'plain' and item_id = 'q1' and measure = 'mean' "
        f"and group_a = '{a}' and group_b = '{b}'"
    )
    assert {(test, reason) for test, reason in rows if test != "pooled"} == {
        ("design", design),
        ("welch", welch),
    }


# Model, reasons of the linear fit (classical, design), and of the logit or ordinal one; "-": there is none.
MODELS = [
    ("fits", None, None, None, None),
    ("ordered", None, None, None, None),
    ("linear_only", None, None, "-", "-"),
    ("outcome_alike", *["no_variance"] * 4),
    ("one_answer", *["no_variance"] * 4),
    ("term_alike", *["no_variance"] * 4),
    ("nobody", *["nobody_answered"] * 4),
    ("nobody_term", *["nobody_answered"] * 4),
    ("one_person", *["too_few_respondents"] * 4),
    ("weightless", None, "zero_weight", None, "zero_weight"),
    ("collinear", *["collinear"] * 4),
    ("separated", None, None, "separated", "separated"),
    ("exact", "exact_fit", "exact_fit", "-", "-"),
]


@pytest.mark.parametrize(("model", "classical", "design", "other_classical", "other_design"), MODELS)
def test_models_that_cannot_be_fitted_say_why(
    ask: Any,
    model: str,
    classical: str | None,
    design: str | None,
    other_classical: str | None,
    other_design: str | None,
) -> None:
    where = f"wave_id = 'plain' and model_id = '{model}' order by std_error_type"
    assert ask(f"select null_reason from marts.regression_fits where {where}") == [(classical,), (design,)]
    other = ask(f"select null_reason from marts.categorical_regression_fits where {where}")
    assert other == ([] if other_design == "-" else [(other_classical,), (other_design,)])


def test_a_lonely_stratum_and_a_lonely_person_leave_no_errors_by_design(ask: Any) -> None:
    fits = "select distinct null_reason from marts.regression_fits where survey_id = 'edges'"
    assert ask(f"{fits} and wave_id = 'lonely' and std_error_type = 'design' and model_id = 'fits'") == [
        ("single_unit_stratum",)
    ]
    assert {reason for (reason,) in ask(f"{fits} and wave_id = 'one'")} == {
        "nobody_answered",
        "too_few_respondents",
    }


def test_scales_without_reliability_say_why(ask: Any) -> None:
    rows = ask(
        "select wave_id, scale_id, alpha_null_reason from marts.scale_reliability "
        "where survey_id = 'edges' and wave_id <> 'lonely' order by all"
    )
    assert rows == [
        ("one", "alike", "one_item"),
        ("one", "mood", "too_few_respondents"),
        ("one", "nobody", "nobody_answered"),
        ("plain", "alike", "too_few_respondents"),
        ("plain", "mood", None),
        ("plain", "nobody", "one_item"),
    ]
