"""The marts of the FEVS beside R's survey and psych, where R has them."""

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


@pytest.fixture(scope="module")
def from_r() -> dict[str, list[float]]:
    """What R says of the FEVS."""
    return told_by_r("against_r.R", str(FILE))


@pytest.fixture(scope="module")
def marts(bundled: Project) -> dict[str, pd.DataFrame]:
    """The marts of the FEVS."""
    names = ["item_shares", "item_differences", "regression_coefficients"]
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


def close(row: Any, columns: list[str], expected: list[float]) -> None:
    """Numbers of a row are those of R, in their order."""
    assert [float(row[column]) for column in columns] == pytest.approx(expected, rel=PRECISION)


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
