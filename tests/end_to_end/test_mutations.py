"""Each check fires on results that are broken for it, and no other does; every check is shown to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.gate import panel_project, results_of
from support.projects import ROOT
from werkpeil.project import Project
from werkpeil.quality import shuffled
from werkpeil.quality.frames import frame_sql
from werkpeil.quality.results import mart_columns, read_thresholds, run_suites, suites
from werkpeil.quality.suites import MARTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pandas as pd

    from werkpeil.quality.results import CheckResult
    from werkpeil.quality.suites import Check

MARTS_OF_THE_PROJECT = sorted(
    path.stem for path in (ROOT / "models" / "marts").glob("*/*.sql") if path.stem != "quality_checks"
)
ITEM = "survey_id = 'panel' and wave_id = '3' and item_id = 'mood_1'"
SHARE = f"{ITEM} and cut_id = 'region' and group_id = 'north'"
TOTAL = f"{ITEM} and cut_id = 'total'"
CHANGE = TOTAL.replace("item_id", "variable_id") + " and measure = '{measure}'"
FIT = "survey_id = 'panel' and wave_id = '3' and model_id = 'mood' and std_error_type = 'design'"
WEIGHTING = "update marts.weighting_results set {change} where survey_id = 'panel' and wave_id = '3'"
FLOWS = """
    insert into estimates.int_flows by name
        select 'panel' as survey_id, 'left' as flow_id, {multiple} as is_multiple_response;
    insert into marts.sector_flows by name
        select 'panel' as survey_id, '3' as wave_id, 'left' as flow_id, 'north' as origin_id,
            0.7 as flow_share
        from range(2);
"""

# What is done to the results, the table that it is done to, and the checks of frames that must say so.
BREAKS = {
    "parts that sum to less than one": (
        f"update marts.item_shares set neutral_share = neutral_share / 2 where {SHARE}",
        "marts.item_shares",
        {"parts_sum_to_one"},
    ),
    "a characteristic that lost a band": (
        "update marts.respondent_profile set share = 0.7 where wave_id = '3' and cut_id = 'total'",
        "marts.respondent_profile",
        {"parts_sum_to_one"},
    ),
    "a group counted otherwise elsewhere": (
        "update marts.scale_scores set group_count = group_count + 1 where wave_id = '3' and cut_id = 'sex'",
        "marts.scale_scores",
        {"counts_agree"},
    ),
    "more answers than were asked for": (
        f"update marts.item_shares set asked_count = n - 1 where {SHARE}",
        "marts.item_shares",
        {"parts_of_counts"},
    ),
    "a mean told otherwise elsewhere": (
        f"update marts.wave_changes set estimate = estimate + 0.01 where {CHANGE.format(measure='mean')}",
        "marts.wave_changes",
        {"estimates_agree"},
    ),
    "a total outside its groups": (
        (
            f"update marts.item_shares set mean = 4.99 where {TOTAL};"
            f"delete from marts.wave_changes where {CHANGE.format(measure='mean')}"
        ),
        "marts.item_shares",
        {"totals_in_hull"},
    ),
    "a cell that is gone": (
        f"delete from marts.item_shares where {SHARE}",
        "marts.item_shares",
        {"planned_cells"},
    ),
    "a model that is gone": (
        (
            f"delete from marts.regression_fits where {FIT}; "
            f"delete from marts.regression_coefficients where {FIT}"
        ),
        "marts.regression_fits",
        {"planned_cells"},
    ),
    "a model that could not be fitted": (
        f"update marts.regression_fits set null_reason = 'singular' where {FIT}",
        "marts.regression_fits",
        {"models_are_fitted"},
    ),
    "importances that sum to something else": (
        (
            f"update marts.regression_coefficients set relative_importance = 0 "
            f"where {FIT} and term_id = 'mood_3'"
        ),
        "marts.regression_coefficients",
        {"importance_sums_to_r_squared"},
    ),
    "people who go to two places": (
        FLOWS.format(multiple="false"),
        "marts.sector_flows",
        {"flows_sum_to_at_most_one"},
    ),
    "people who may name two places": (FLOWS.format(multiple="true"), "marts.sector_flows", set()),
    "a step of weighting not taken": (
        WEIGHTING.format(change="null_reason = 'margins_disagree'"),
        "marts.weighting_results",
        {"weights_are_as_declared"},
    ),
    "a wave that the seeds have no counts for": (
        WEIGHTING.format(change="null_reason = 'no_margins'"),
        "marts.weighting_results",
        {"weights_have_counts"},
    ),
    "raking that did not end": (
        WEIGHTING.format(change="is_converged = false"),
        "marts.weighting_results",
        {"weights_are_as_declared"},
    ),
    "margins that are missed a little": (
        WEIGHTING.format(change="largest_margin_difference = 0.005"),
        "marts.weighting_results",
        {"margin_gap.warn"},
    ),
    "margins that are missed": (
        WEIGHTING.format(change="largest_margin_difference = 0.05"),
        "marts.weighting_results",
        {"margin_gap.warn", "margin_gap.fail"},
    ),
    "weights that cost too much": (
        WEIGHTING.format(change="weight_design_effect = 6"),
        "marts.weighting_results",
        {"weight_design_effect.warn", "weight_design_effect.fail"},
    ),
    "a mean that jumps": (
        "update marts.wave_changes set ci_lower = 2, ci_upper = 3 where " + CHANGE.format(measure="mean"),
        "marts.wave_changes",
        {"relative_jump.warn", "relative_jump.fail"},
    ),
    "a mean that may have jumped": (
        "update marts.wave_changes set ci_lower = -0.1, ci_upper = 4 where " + CHANGE.format(measure="mean"),
        "marts.wave_changes",
        set(),
    ),
    "a share that falls": (
        "update marts.wave_changes set ci_lower = -0.9, ci_upper = -0.5 where "
        + CHANGE.format(measure="positive_share"),
        "marts.wave_changes",
        {"share_jump.warn", "share_jump.fail"},
    ),
    "a jump without an interval": (
        "update marts.wave_changes set ci_lower = null, ci_upper = null, change = 0.2 where "
        + CHANGE.format(measure="positive_share"),
        "marts.wave_changes",
        {"share_jump.warn"},
    ),
    "an item that few answered": (
        (
            "update marts.item_shares set asked_count = 100 * asked_count "
            "where wave_id = '3' and item_id = 'mood_1' and cut_id = 'total'"
        ),
        "marts.item_shares",
        {"nonresponse_share.warn", "nonresponse_share.fail"},
    ),
    "a sample that looks otherwise": (
        "update seeds.samples set sampled = 100 * sampled where wave_id = '3' and stratum_id = 'south'",
        "seeds.samples",
        {"sample_gap.warn", "sample_gap.fail"},
    ),
    "a population that looks otherwise": (
        "update seeds.strata set population = 100 * population where wave_id = '3' and stratum_id = 'south'",
        "seeds.strata",
        {"population_gap.warn", "population_gap.fail"},
    ),
    "answers that drift": (
        (
            "update estimates.int_answers_grouped set answer_value = 5 "
            "where survey_id = 'panel' and wave_id = '3' "
            "and variable_id = 'mood_1' and cut_id = 'total' and answer_value < 4"
        ),
        "estimates.int_answers_grouped",
        {"stability_index.warn", "stability_index.fail"},
    ),
    "few who responded": (
        "update marts.response_rates set response_share = 0.1 where wave_id = '3' and cut_id = 'total'",
        "marts.response_rates",
        {"response_share.warn"},
    ),
    "hardly anybody responded": (
        "update marts.response_rates set response_share = 0.01 where wave_id = '3' and cut_id = 'total'",
        "marts.response_rates",
        {"response_share.warn", "response_share.fail"},
    ),
}
# What the next but one test breaks.
EAGER = {"shuffled_p_values_are_uniform"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Results that a test may break in a transaction that it rolls back."""
    connection = results_of(panel_project(tmp_path_factory.mktemp("mutations")))
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def levels() -> dict[str, Any]:
    return read_thresholds(Project(ROOT, ROOT / "data"))


@pytest.fixture(scope="module")
def defined(results: Any, levels: dict[str, Any]) -> dict[str, list[Check]]:
    """Every check, by its mart or frame."""
    return suites(mart_columns(results), levels)


@pytest.fixture(scope="module")
def untouched(results: Any, levels: dict[str, Any]) -> list[CheckResult]:
    return run_suites(results, levels)


def failed(found: list[CheckResult]) -> set[str]:
    assert [(result.check.check_id, result.error) for result in found if result.error] == []
    return {result.check.check_id for result in found if not result.passed}


def frames_of(table: str) -> set[str]:
    """The frames that read a table, the shuffled answers apart: they have a test of their own."""
    return {frame for frame in MARTS if frame != "shuffled" and table in frame_sql(frame)}


def test_what_is_not_broken_passes(untouched: list[CheckResult]) -> None:
    assert failed(untouched) == set()
    assert len(untouched) > 250
    looked_at = {result.check.table for result in untouched if result.row_count}
    assert looked_at >= set(MARTS) - {"flows"}


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_found_and_nothing_else(name: str, results: Any, levels: dict[str, Any]) -> None:
    statement, table, expected = BREAKS[name]
    results.execute("begin")
    try:
        results.execute(statement)
        found = run_suites(results, levels, only=frames_of(table))
    finally:
        results.execute("rollback")
    assert found
    assert failed(found) == expected
    assert all(result.broken_rows for result in found if not result.passed)


def test_a_test_that_finds_too_much_is_found(
    results: Any, levels: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = shuffled.compare_groups

    def eager(*tables: pd.DataFrame) -> pd.DataFrame:
        found = honest(*tables)
        return found.assign(p_value=found["p_value"] ** 4)

    monkeypatch.setattr(shuffled, "compare_groups", eager)
    assert failed(run_suites(results, levels, only={"shuffled"})) == EAGER


@pytest.mark.parametrize("mart", MARTS_OF_THE_PROJECT)
def test_each_row_broken_for_a_check_of_a_mart_is_found_by_that_check_alone(
    mart: str, results: Any, levels: dict[str, Any], defined: dict[str, list[Check]]
) -> None:
    """Each check gets rows of its own, which break nothing else; the wave of a row is its number."""
    broken = [(check, values) for check in defined.get(mart, []) for values in breaking(check)]
    results.execute("begin")
    try:
        for number, (_, values) in enumerate(broken):
            columns = ", ".join(f"? as {name}" for name in ("survey_id", "wave_id", *values))
            row = ["broken", str(number), *values.values()]
            results.execute(f"insert into marts.{mart} by name select {columns}", row)
        found = run_suites(results, levels, only={mart})
    finally:
        results.execute("rollback")
    fired: dict[str, set[str]] = {}
    for result in found:
        assert result.error is None
        for wave in result.waves:
            if wave.broken_count:
                fired.setdefault(wave.wave_id, set()).add(result.check.check_id)
    assert fired == {str(number): {check.check_id} for number, (check, _) in enumerate(broken)}


def breaking(check: Check) -> list[dict[str, float]]:
    """Values of one row that break a check of a mart: below its bounds, and above."""
    if isinstance(check.minimum, str):
        return [{check.column: 0.4, check.minimum: 0.5}]
    rows = []
    if check.minimum is not None:
        rows.append({check.column: check.minimum - (0 if check.strict else 1)})
    if check.maximum is not None:
        rows.append({check.column: check.maximum + 1})
    return rows


def test_every_check_is_shown_to_fail(defined: dict[str, list[Check]]) -> None:
    """The tests above hold that what is expected fires; this one that nothing is left out."""
    of_frames = {check.check_id for table, own in defined.items() if table in MARTS for check in own}
    assert of_frames == EAGER.union(*(expected for _, _, expected in BREAKS.values()))
    of_marts = [check for table, own in defined.items() if table not in MARTS for check in own]
    assert {check.table for check in of_marts} <= set(MARTS_OF_THE_PROJECT)
    assert all(breaking(check) for check in of_marts)
    ids = [check.check_id for own in defined.values() for check in own]
    assert len(ids) == len(set(ids))


def test_what_cannot_be_checked_has_not_passed(results: Any, levels: dict[str, Any]) -> None:
    results.execute("begin")
    try:
        results.execute("alter table marts.response_rates drop response_share")
        found = run_suites(results, levels, only={"response", "response_rates"})
    finally:
        results.execute("rollback")
    assert {result.check.check_id for result in found if result.stops} == {"response_share.fail"}
    assert all(result.error and "response_share" in result.error for result in found if result.stops)
