"""Public data, loaded as surveys through the ordinary commands, give the numbers that others computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.projects import shared_file
from werkpeil.statistics.reliability import cronbach_alpha, item_covariances
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    import pandas as pd

    from werkpeil.project import Project


@pytest.fixture(scope="module")
def project(public_data: Project) -> Project:
    """A warehouse that holds apistrat, nhanes, bfi and the German research software engineers."""
    shared_file("nhanes/nhanes.csv")
    shared_file("bfi/bfi.csv")
    shared_file("rse/rse2017_de_public_data.csv")
    return public_data


def row_of(project: Project, query: str) -> dict[str, Any]:
    """Return the only row of a query."""
    with open_warehouse(project) as connection:
        result = connection.execute(query).df()
    assert len(result) == 1, query
    return {str(key): value for key, value in result.iloc[0].items()}


def test_apistrat_mean_and_standard_error_are_those_of_r_survey(project: Project) -> None:
    row = row_of(
        project,
        "select * from marts.item_shares where survey_id = 'apistrat' and item_id = 'api00' "
        "and cut_id = 'total'",
    )
    assert row["mean"] == pytest.approx(662.2873632, rel=1e-9)
    assert row["mean_std_error"] == pytest.approx(9.408940803, rel=1e-9)
    assert row["design_effect"] == pytest.approx(1.204457269, rel=1e-9)
    assert row["std_deviation"] ** 2 == pytest.approx(15190.58621, rel=1e-9)


@pytest.mark.parametrize(
    ("group", "mean", "std_error"),
    [("E", 635.87, 13.18767808), ("H", 617.36, 15.27341978), ("M", 610.2, 16.34219218)],
)
def test_apistrat_means_by_school_type_are_those_of_r_survey(
    project: Project, group: str, mean: float, std_error: float
) -> None:
    row = row_of(
        project,
        "select * from marts.item_shares where survey_id = 'apistrat' and item_id = 'api99' "
        f"and cut_id = 'stype' and group_id = '{group}'",
    )
    assert row["mean"] == pytest.approx(mean, rel=1e-9)
    assert row["mean_std_error"] == pytest.approx(std_error, rel=1e-9)


def test_apistrat_share_and_its_interval_are_those_of_r_survey(project: Project) -> None:
    row = row_of(
        project,
        "select * from marts.item_shares where survey_id = 'apistrat' and item_id = 'sch_wide' "
        "and cut_id = 'total'",
    )
    assert row["positive_share"] == pytest.approx(0.8279480114, rel=1e-9)
    assert row["positive_share_std_error"] == pytest.approx(0.02434478011, rel=1e-9)
    assert row["positive_share_ci_lower"] == pytest.approx(0.7745396544, rel=1e-9)
    assert row["positive_share_ci_upper"] == pytest.approx(0.8708148545, rel=1e-9)


def test_apistrat_regression_is_that_of_svyglm(project: Project) -> None:
    with open_warehouse(project) as connection:
        rows = connection.execute(
            "select term_id, b, std_error, df, solver from marts.regression_coefficients "
            "inner join marts.regression_fits using (survey_id, wave_id, model_id, std_error_type) "
            "where survey_id = 'apistrat' and std_error_type = 'design' "
            "order by regression_coefficients.position"
        ).fetchall()
    expected = {
        "one": (820.8873159, 10.07773595),
        "ell": (-0.4805866122, 0.3919734032),
        "meals": (-3.14153531, 0.2839465064),
        "mobility": (0.2257132102, 0.393218362),
    }
    assert [row[0] for row in rows] == list(expected)
    for term, b, std_error, df, solver in rows:
        assert b == pytest.approx(expected[term][0], rel=1e-9), term
        assert std_error == pytest.approx(expected[term][1], rel=1e-9), term
        assert (df, solver) == (194, "moments")


def test_apistrat_difference_by_target_is_that_of_svyttest(project: Project) -> None:
    row = row_of(
        project,
        "select * from marts.item_differences where survey_id = 'apistrat' and item_id = 'api00' "
        "and cut_id = 'sch_wide' and test = 'design' and group_b = 'yes'",
    )
    # svyttest gives yes less no; the mart the first group less the second.
    assert row["difference"] == pytest.approx(-82.78358544, rel=1e-9)
    assert row["statistic"] == pytest.approx(-3.868381908, rel=1e-9)
    assert row["df"] == 196
    assert row["p_value"] == pytest.approx(0.0001490544708, rel=1e-9)


def test_nhanes_share_and_clustered_standard_error_are_those_of_r_survey(project: Project) -> None:
    row = row_of(
        project,
        "select * from marts.item_shares where survey_id = 'nhanes' and item_id = 'hi_chol' "
        "and cut_id = 'total'",
    )
    assert row["n"] == 7846
    assert row["mean"] == pytest.approx(0.112143, abs=5e-7)
    assert row["mean_std_error"] == pytest.approx(0.0054458, abs=5e-8)
    assert row["positive_share"] == pytest.approx(row["mean"], rel=1e-12)
    assert row["positive_share_std_error"] == pytest.approx(row["mean_std_error"], rel=1e-12)


# psych::alpha of the bfi items, keyed: raw (pairwise), and listwise from the shared check values.
ALPHAS = [
    ("agreeableness", 0.7030184461, 0.7037558944),
    ("conscientiousness", 0.7267349729, 0.7293),
    ("extraversion", 0.7617328203, 0.7609),
    ("neuroticism", 0.8139629499, 0.8133),
    ("openness", 0.6001725148, 0.6025),
]


@pytest.mark.parametrize(("scale", "pairwise", "listwise"), ALPHAS)
def test_bfi_alpha_from_the_cells_is_that_of_psych(
    project: Project, scale: str, pairwise: float, listwise: float
) -> None:
    moments = moments_of(project, "bfi", scale)
    items, covariance = item_covariances(moments)
    assert len(items) == 5
    assert cronbach_alpha(covariance) == pytest.approx(pairwise, rel=1e-9)
    _, complete = item_covariances(moments, deletion="listwise")
    assert cronbach_alpha(complete) == pytest.approx(listwise, abs=5e-5)


def test_bfi_reliability_in_the_marts_is_that_of_psych(project: Project) -> None:
    row = row_of(
        project,
        "select * from marts.scale_reliability where survey_id = 'bfi' and scale_id = 'agreeableness'",
    )
    assert (row["n"], row["n_complete"], row["item_count"]) == (2800, 2709, 5)
    assert row["alpha_pairwise"] == pytest.approx(0.7030184461, rel=1e-9)
    assert row["alpha_listwise"] == pytest.approx(0.7037558944, rel=1e-9)
    assert row["alpha_standardised"] == pytest.approx(0.7130285787, rel=1e-9)
    assert row["mean_item_correlation"] == pytest.approx(0.3319676571, rel=1e-9)
    # (sum l)^2 / ((sum l)^2 + sum(1 - l^2)) of fa(fm = "minres") in psych.
    assert row["omega"] == pytest.approx(0.7236414919, rel=1e-7)


BFI_ITEMS = {
    "a1": (0.3084177395, 0.718517357),
    "a2": (0.5636151638, 0.617180037),
    "a3": (0.5870045895, 0.6002595788),
    "a4": (0.3944440866, 0.6858056523),
    "a5": (0.4885651358, 0.6429529601),
}


def test_bfi_items_in_the_marts_are_those_of_psych(project: Project) -> None:
    with open_warehouse(project) as connection:
        rows = connection.execute(
            "select item_id, item_rest_correlation, alpha_if_dropped from marts.scale_item_reliability "
            "where survey_id = 'bfi' and scale_id = 'agreeableness' order by position"
        ).fetchall()
    assert [row[0] for row in rows] == list(BFI_ITEMS)
    for item, correlation, alpha in rows:
        assert correlation == pytest.approx(BFI_ITEMS[item][0], rel=1e-9), item
        assert alpha == pytest.approx(BFI_ITEMS[item][1], rel=1e-9), item


@pytest.mark.parametrize(
    ("scale", "complete_n", "men", "women"),
    [
        ("agreeableness", 2709, 4.3777, 4.7748),
        ("conscientiousness", 2707, 4.1385, 4.3220),
        ("extraversion", 2713, 3.9917, 4.2193),
        ("neuroticism", 2694, 2.9476, 3.2705),
        ("openness", 2726, 4.6604, 4.5618),
    ],
)
def test_bfi_scale_means_by_sex_are_those_computed_elsewhere(
    project: Project, scale: str, complete_n: int, men: float, women: float
) -> None:
    with open_warehouse(project) as connection:
        means = dict(
            connection.execute(
                "select group_id, mean from marts.scale_scores "
                f"where survey_id = 'bfi' and scale_id = '{scale}' and cut_id = 'sex'"
            ).fetchall()
        )
        n = connection.execute(
            "select n from marts.scale_scores "
            f"where survey_id = 'bfi' and scale_id = '{scale}' and cut_id = 'total'"
        ).fetchall()[0][0]
    assert n == complete_n
    assert means["man"] == pytest.approx(men, abs=5e-5)
    assert means["woman"] == pytest.approx(women, abs=5e-5)


def test_bfi_missing_answers_are_all_counted(project: Project) -> None:
    row = row_of(
        project,
        "select sum(n) as n from cells.cells_answers as cells inner join marts.dim_items as items "
        "on cells.survey_id = items.survey_id and cells.variable_id = items.item_id "
        "where cells.survey_id = 'bfi' and items.kind = 'item' and cells.answer_value = -2",
    )
    # 731 cells of the file are missing; 223 of them are education, which this codebook ignores.
    assert row["n"] == 508


def test_bfi_items_that_are_counted_two_at_once_have_the_counts_of_each(project: Project) -> None:
    compiled = project.data / "target" / "compiled" / "werkpeil" / "models" / "cells" / "cells_answers.sql"
    assert "pair_12 as" in compiled.read_text()
    with open_warehouse(project) as connection:
        items = connection.execute(
            "select item_id from marts.dim_items where survey_id = 'bfi' and kind = 'item'"
        ).fetchall()
        counted = connection.execute(
            "select variable_id, stratum_id, profile_code, answer_value, n, sum_w, sum_w2 "
            "from cells.cells_answers where survey_id = 'bfi'"
        ).fetchall()
        for (item,) in items:
            one_by_one = connection.execute(
                f"select '{item}', stratum_id, profile_code, {item}, count(*), sum(weight), sum(weight ** 2) "
                "from scored.scored_bfi group by all"
            ).fetchall()
            assert sorted(one_by_one) == sorted(row for row in counted if row[0] == item)
    assert len(items) == 25


def test_bfi_implausible_age_is_invalid_and_not_lost(project: Project) -> None:
    row = row_of(
        project,
        "select sum(n) as n from cells.cells_answers "
        "where survey_id = 'bfi' and variable_id = 'age' and answer_value = -5",
    )
    assert row["n"] == 2


def moments_of(project: Project, survey: str, moment_set: str) -> pd.DataFrame:
    """Return the cross-products of one scale."""
    with open_warehouse(project) as connection:
        return connection.execute(
            f"select * from cells.cells_moments where survey_id = '{survey}' and moment_set = '{moment_set}'"
        ).df()


# Counted with pandas, outside this project.
MOVES = {
    ("university", "university"): 67,
    ("university", "max_planck"): 41,
    ("university", "helmholtz"): 33,
    ("helmholtz", "helmholtz"): 18,
    ("max_planck", "max_planck"): 16,
    ("private", "helmholtz"): 11,
    ("private", "max_planck"): 10,
}


def flows(project: Project, condition: str, *columns: str) -> list[tuple[Any, ...]]:
    with open_warehouse(project) as connection:
        return connection.execute(
            f"select {', '.join(columns)} from marts.sector_flows "
            f"where survey_id = 'rse_de' and {condition} order by rank, destination_position"
        ).fetchall()


@pytest.mark.parametrize(("move", "n"), MOVES.items())
def test_moves_between_employers_are_those_that_were_counted(
    project: Project, move: tuple[str, str], n: int
) -> None:
    origin, destination = move
    assert flows(project, f"origin_id = '{origin}' and destination_id = '{destination}'", "n") == [(n,)]


def test_a_share_of_movers_has_the_error_of_a_simple_random_sample(project: Project) -> None:
    ((base_n, share, unweighted, std_error),) = flows(
        project,
        "origin_id = 'university' and destination_id = 'university'",
        *("base_n", "flow_share", "flow_share_unweighted", "flow_share_std_error"),
    )
    assert base_n == 171
    assert share == pytest.approx(67 / 171, rel=1e-12)
    assert unweighted == pytest.approx(67 / 171, rel=1e-12)
    # 325 people answered; those who were elsewhere before count in the sample with a residual of 0.
    variance = 325 / 324 * (67 / 171) * (104 / 171) / 171
    assert std_error == pytest.approx(variance**0.5, rel=1e-9)


def test_every_pair_of_employers_is_there_and_ties_share_the_lower_rank(project: Project) -> None:
    assert len(flows(project, "true", "1")) == (9 + 1) * 9
    (total,) = flows(project, "origin_id = 'total'", "sum(n) over ()", "sum(flow_share) over ()")[:1]
    assert total == (325, pytest.approx(1, rel=1e-12))
    # 35 who came from Max Planck: 16 stayed; the rest as pandas counts it, ranks as the method says.
    found = flows(project, "origin_id = 'max_planck' and n > 0", "n", "rank", "is_tied")
    counts = [n for n, _, _ in found]
    assert counts[0] == 16
    assert sum(counts) == 35
    assert [rank for _, rank, _ in found] == [1 + sum(other > n for other in counts) for n in counts]
    assert [tied for _, _, tied in found] == [counts.count(n) > 1 for n in counts]
    # Nobody of the sample came from a Fraunhofer institute: planned, and empty with a reason.
    assert set(flows(project, "origin_id = 'fraunhofer'", "n", "flow_share", "rank", "null_reason")) == {
        (0, None, None, "empty_group")
    }


def test_the_profile_has_shares_with_errors_and_leaves_out_refusals(project: Project) -> None:
    with open_warehouse(project) as connection:
        found = connection.execute(
            "select band_id, n, base_n, share, unweighted_share, share_std_error, share_null_reason "
            "from marts.respondent_profile where survey_id = 'rse_de' and cut_id = 'total' order by n"
        ).fetchall()
    # 34 women and 219 men; 10 would rather not say and 62 left it open.
    share = 34 / 253
    error = pytest.approx((325 / 324 * share * (1 - share) / 253) ** 0.5, rel=1e-9)
    assert found == [
        ("female", 34, 253, pytest.approx(share), pytest.approx(share), error, None),
        ("male", 219, 253, pytest.approx(1 - share), pytest.approx(1 - share), error, None),
    ]
