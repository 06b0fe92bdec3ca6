"""The marts of the FEVS and of a synthetic wave beside R's survey, psych and MASS, where R has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from support.groups import compared, people_of
from support.projects import ROOT
from support.r import told_by_r
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

FILE = ROOT / "examples" / "fevs" / "2018" / "fevs2018_subset_10agencies.csv.gz"
ITEMS = {"Q1": "q01", "Q40": "q40", "Q71": "q71"}
CUTS = {"sex": "sex", "AGENCY": "agency", "tenure": "tenure"}
GROUPS = {
    "Male": "male",
    "Female": "female",
    "Ten years or fewer": "up_to_10_years",
    "Between 10 and 20 years": "between_10_and_20_years",
    "More than 20 years": "over_20_years",
}
PRECISION = 1e-8
# MASS::polr, on which svyolr stands, ends its search a little earlier, and differentiates numerically.
PRECISION_OF_POLR = 1e-5
SCALES = ["samenwerkingsgerichtheid", "missiegedrevenheid", "wendbaarheid", "inclusiviteit"]
SCALES += ["lerend_vermogen", "menselijke_maat"]
MODELS = {"logit": "turnover_intention_general", "ordinal": "employer_satisfaction"}


@pytest.fixture(scope="module")
def from_r() -> dict[str, list[float]]:
    """What R says of the FEVS."""
    return told_by_r("against_r.R", str(FILE))


@pytest.fixture(scope="module")
def marts(bundled: Project) -> dict[str, pd.DataFrame]:
    """The marts of the FEVS."""
    names = ["item_shares", "item_differences", "regression_coefficients", "regression_blocks"]
    names += ["scale_reliability", "scale_item_reliability"]
    with open_warehouse(bundled) as connection:
        return {
            name: connection.execute(f"select * from marts.{name} where survey_id = 'fevs'").df()
            for name in names
        }


def only(frame: pd.DataFrame, **wanted: Any) -> Any:
    """The only row with these values; None asks for a null."""
    for column, value in wanted.items():
        frame = frame[frame[column].isna() if value is None else frame[column] == value]
    assert len(frame) == 1, wanted
    return frame.iloc[0]


def close(row: Any, columns: list[str], expected: list[float], precision: float = PRECISION) -> None:
    """Numbers of a row are those of R, in their order."""
    assert [float(row[column]) for column in columns] == pytest.approx(expected, rel=precision)


@pytest.mark.parametrize("item", ITEMS)
def test_means_and_errors_by_group_are_those_of_svyby(
    from_r: dict[str, list[float]], marts: dict[str, pd.DataFrame], item: str
) -> None:
    compared = 0
    for name, values in from_r.items():
        if name.startswith(f"mean {item} "):
            by, group = name.split(" ", 3)[2:]
            row = only(
                marts["item_shares"],
                item_id=ITEMS[item],
                cut_id=CUTS[by],
                group_id=GROUPS.get(group, group),
            )
            close(row, ["mean", "mean_std_error"], values)
            compared += 1
    assert compared == 2 + 10 + 3


@pytest.mark.parametrize("item", ITEMS)
def test_shares_and_intervals_are_those_of_svyciprop(
    from_r: dict[str, list[float]], marts: dict[str, pd.DataFrame], item: str
) -> None:
    row = only(marts["item_shares"], item_id=ITEMS[item], cut_id="total")
    ends = ["positive_share_ci_lower", "positive_share_ci_upper"]
    close(row, ["positive_share", "positive_share_std_error", *ends], from_r[f"share {item}"])


@pytest.mark.parametrize("measure", ["mean", "positive_share"])
@pytest.mark.parametrize("item", ITEMS)
def test_two_groups_differ_as_r_says(
    from_r: dict[str, list[float]], marts: dict[str, pd.DataFrame], item: str, measure: str
) -> None:
    name = item if measure == "mean" else f"{item}p"
    pairs = marts["item_differences"].dropna(subset=["group_b"])
    for test in ("design", "pooled", "welch"):
        row = only(pairs, item_id=ITEMS[item], cut_id="sex", measure=measure, test=test)
        # R's factor is ordered as the mart's groups: men first, and svyttest takes the second less the first.
        assert (row["group_a"], row["group_b"]) == ("male", "female")
        columns = ["statistic", "df", "p_value"]
        close(row, ["difference", *columns] if test == "design" else columns, from_r[f"{test}_t {name}"])


@pytest.mark.parametrize("item", ITEMS)
def test_a_pair_among_more_groups_is_svyttest_on_those_two(
    from_r: dict[str, list[float]], marts: dict[str, pd.DataFrame], item: str
) -> None:
    row = only(
        marts["item_differences"],
        item_id=ITEMS[item],
        cut_id="tenure",
        measure="mean",
        test="design",
        group_a="up_to_10_years",
        group_b="between_10_and_20_years",
    )
    # R orders the two by alphabet: "Between" first, so ten years or fewer is the second, as here group_a.
    close(row, ["statistic", "df", "p_value"], from_r[f"domain_t {item}"])


@pytest.mark.parametrize("item", ITEMS)
def test_all_groups_together_differ_as_r_says(
    from_r: dict[str, list[float]], marts: dict[str, pd.DataFrame], item: str
) -> None:
    names = {("mean", "anova"): "pooled", ("mean", "welch_anova"): "welch", ("mean", "wald_f"): "design"}
    names |= {("positive_share", "anova"): "pooled", ("positive_share", "welch_anova"): "welch"}
    names |= {("positive_share", "rao_scott_f"): "design"}
    for (measure, method), test in names.items():
        row = only(
            marts["item_differences"],
            item_id=ITEMS[item],
            cut_id="tenure",
            measure=measure,
            test=test,
            group_b=None,
        )
        assert row["method"] == method
        expected = from_r[f"{method} {item}{'p' if measure == 'positive_share' else ''}"]
        close(row, ["statistic", "df_numerator", "df", "p_value"], expected)


def test_the_regression_is_that_of_svyglm(
    from_r: dict[str, list[float]], marts: dict[str, pd.DataFrame]
) -> None:
    rows = marts["regression_coefficients"]
    rows = rows[rows["std_error_type"] == "design"].set_index("term_id")
    assert len(rows) == 4
    for term, row in rows.iterrows():
        expected = from_r[f"svyglm {'(Intercept)' if term == 'one' else term}"]
        close(row, ["b", "std_error", "df"], expected[:3])
        assert row["p_value"] == pytest.approx(expected[3], rel=1e-6)


def test_a_block_of_terms_has_the_test_of_regtermtest(
    from_r: dict[str, list[float]], marts: dict[str, pd.DataFrame]
) -> None:
    row = only(marts["regression_blocks"], block_id="leadership", std_error_type="design")
    close(row, ["f_statistic", "df_numerator", "df_denominator"], from_r["block leadership"][:3])
    assert row["p_value"] == pytest.approx(from_r["block leadership"][3], rel=1e-6)
    close(row, ["r_squared_change", "adjusted_r_squared_without"], from_r["block r_squared"])


def test_reliability_is_that_of_psych(from_r: dict[str, list[float]], marts: dict[str, pd.DataFrame]) -> None:
    row = only(marts["scale_reliability"], scale_id="supervisors")
    close(row, ["alpha_pairwise", "alpha_standardised", "mean_item_correlation"], from_r["alpha"])
    # psych stops its search for the factor a little earlier.
    assert row["omega"] == pytest.approx(from_r["omega"][0], rel=1e-6)
    items = marts["scale_item_reliability"]
    items = items[items["scale_id"] == "supervisors"].sort_values("position")
    for number, (_, item) in enumerate(items.iterrows(), start=1):
        close(item, ["item_rest_correlation", "alpha_if_dropped"], from_r[f"item {number}"])


def test_clusters_and_a_finite_population_give_what_r_finds(tmp_path: Path) -> None:
    path = tmp_path / "apiclus1.csv"
    expected = told_by_r("against_r_clusters.R", str(path))
    schools = pd.read_csv(path)
    population = {"all": float(schools["fpc"].iloc[0])}
    found = {}
    for measure, column in (("mean", "api00"), ("positive_share", "p")):
        people = people_of(
            schools[column], schools["stype"], schools["pw"], cluster=schools["dnum"].astype(str)
        )
        frame = compared(people, ["E", "M", "H"], measure=measure, population=population)
        found[measure] = frame[frame["test"] == "design"]
    tests = ["difference", "statistic", "df", "p_value"]
    # svyttest takes the second level less the first: M less H, and M less E.
    close(only(found["mean"], group_a="M", group_b="H"), tests, expected["design_t"])
    row = only(found["positive_share"], group_a="E", group_b="M")
    close(row, tests, [-expected["design_t p"][0], -expected["design_t p"][1], *expected["design_t p"][2:]])
    omnibus = ["statistic", "df_numerator", "df", "p_value"]
    close(only(found["mean"], group_b=None), omnibus, expected["wald_f"])
    close(only(found["positive_share"], group_b=None), omnibus, expected["rao_scott_f"])


@pytest.fixture(scope="module")
def wave_from_r(culture: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """What R says of the coded answers of the synthetic wave, with scales of its own making."""
    path = tmp_path_factory.mktemp("wave") / "wave.csv"
    with open_warehouse(culture) as connection:
        people = connection.execute(
            "select scored.*, answers.answer_id as sector_id from scored.scored_werkonderzoek as scored "
            "inner join marts.dim_answers as answers "
            "on answers.answer_set_id = 'sector' and scored.sector = answers.answer_code"
        ).df()
    people.drop(columns=[*SCALES, "profile_code"]).to_csv(path, index=False)
    return told_by_r("against_r_wave.R", str(path))


@pytest.fixture(scope="module")
def wave_marts(culture: Project) -> dict[str, pd.DataFrame]:
    """The marts of the synthetic wave."""
    names = ["item_shares", "scale_scores", "item_differences", "regression_coefficients"]
    names += ["categorical_regression_coefficients", "scale_reliability", "scale_item_reliability"]
    with open_warehouse(culture) as connection:
        return {name: connection.execute(f"select * from marts.{name}").df() for name in names}


def named(from_r: dict[str, list[float]], begin: str) -> dict[str, list[float]]:
    """What R says under names that begin so, by the rest of the name."""
    return {name.removeprefix(begin): value for name, value in from_r.items() if name.startswith(begin)}


def test_strata_weights_and_missing_answers_of_a_wave_give_the_means_of_svyby(
    wave_from_r: dict[str, list[float]], wave_marts: dict[str, pd.DataFrame]
) -> None:
    means = named(wave_from_r, "mean ")
    assert len(means) == 9 * 7
    for name, values in means.items():
        measure, sector = name.split()
        if measure in SCALES:
            row = only(wave_marts["scale_scores"], scale_id=measure, cut_id="sector", group_id=sector)
            close(row, ["mean", "std_error"], values)
        else:
            item = MODELS["logit"] if measure == "leaves" else measure
            row = only(wave_marts["item_shares"], item_id=item, cut_id="sector", group_id=sector)
            close(row, ["mean", "mean_std_error"], values)


def test_a_share_of_a_wave_and_its_interval_are_those_of_svyciprop(
    wave_from_r: dict[str, list[float]], wave_marts: dict[str, pd.DataFrame]
) -> None:
    row = only(wave_marts["item_shares"], item_id=MODELS["logit"], cut_id="total")
    columns = ["positive_share", "positive_share_std_error", "positive_share_ci_lower"]
    close(row, [*columns, "positive_share_ci_upper"], wave_from_r["share"])


@pytest.mark.parametrize("item", ["employer_satisfaction", "employer_recommendation"])
def test_those_who_leave_differ_as_svyttest_says(
    wave_from_r: dict[str, list[float]], wave_marts: dict[str, pd.DataFrame], item: str
) -> None:
    pairs = wave_marts["item_differences"]
    row = only(pairs, item_id=item, cut_id=MODELS["logit"], measure="mean", test="design", group_b="yes")
    difference, statistic, df, p_value = wave_from_r[f"design_t {item}"]
    close(row, ["difference", "statistic", "df", "p_value"], [-difference, -statistic, df, p_value])


def test_reliability_of_a_wave_with_missing_answers_is_that_of_psych(
    wave_from_r: dict[str, list[float]], wave_marts: dict[str, pd.DataFrame]
) -> None:
    numbers = ["alpha_pairwise", "alpha_standardised", "mean_item_correlation"]
    for scale in SCALES:
        close(only(wave_marts["scale_reliability"], scale_id=scale), numbers, wave_from_r[f"alpha {scale}"])
    items = named(wave_from_r, "item ")
    assert len(items) == 4 * len(SCALES)
    for item, values in items.items():
        row = only(wave_marts["scale_item_reliability"], item_id=item)
        close(row, ["item_rest_correlation", "alpha_if_dropped"], values)


def test_the_linear_model_of_a_wave_is_that_of_svyglm(
    wave_from_r: dict[str, list[float]], wave_marts: dict[str, pd.DataFrame]
) -> None:
    expected = named(wave_from_r, "svyglm ")
    assert len(expected) == 15
    for term, values in expected.items():
        row = only(
            wave_marts["regression_coefficients"],
            model_id=MODELS["logit"],
            std_error_type="design",
            term_id="one" if term == "(Intercept)" else term,
        )
        close(row, ["b", "std_error", "df"], values)


@pytest.mark.parametrize("kind", ["classical", "design"])
def test_the_logit_of_a_wave_and_its_marginal_effects_are_those_of_r(
    wave_from_r: dict[str, list[float]], wave_marts: dict[str, pd.DataFrame], kind: str
) -> None:
    expected = named(wave_from_r, f"logit {kind} ")
    assert len(expected) == 15
    for term, (b, std_error, df) in expected.items():
        wanted = {"model_id": MODELS["logit"], "std_error_type": kind}
        wanted["term_id"] = "one" if term == "(Intercept)" else term
        row = only(wave_marts["categorical_regression_coefficients"], **wanted)
        close(row, ["b", "std_error"], [b, std_error])
        assert row["df"] == df if kind == "design" else pd.isna(row["df"])
        if term != "(Intercept)":
            effect = only(wave_marts["regression_coefficients"], **wanted)
            columns = ["average_marginal_effect", "average_marginal_effect_std_error"]
            close(effect, columns, wave_from_r[f"effect {kind} {term}"])


@pytest.mark.parametrize("kind", ["classical", "design"])
def test_the_ordinal_model_of_a_wave_is_that_of_polr_and_svyolr(
    wave_from_r: dict[str, list[float]], wave_marts: dict[str, pd.DataFrame], kind: str
) -> None:
    rows = wave_marts["categorical_regression_coefficients"]
    rows = rows[(rows["model_id"] == MODELS["ordinal"]) & (rows["std_error_type"] == kind)]
    expected = named(wave_from_r, f"ordinal {kind} ")
    assert len(expected) == 14
    for term, values in expected.items():
        close(only(rows, term_id=term), ["b", "std_error"], values, PRECISION_OF_POLR)
    if kind == "classical":
        thresholds = rows[rows["position"] < 1].sort_values("position")
        assert list(thresholds["term_id"]) == ["1|2", "2|3", "3|4", "4|5"]
        assert list(thresholds["b"]) == pytest.approx(wave_from_r["ordinal thresholds"], rel=1e-5)
