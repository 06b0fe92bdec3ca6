"""Waves side by side: which questions are one item, and how much changed, from delivery to mart."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest

from support import pses
from support.panels import (
    change_by_rows,
    changes_of,
    delivered,
    land_panel,
    overlap_sums,
    panel,
    schools,
)
from support.projects import SHARED, keep_cuts, land_synthetic, make_project, set_surveys, shared_file
from support.r import told_by_r
from werkpeil.building import build
from werkpeil.landing import land
from werkpeil.statistics.wave_changes import compare_waves
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

PRECISION = 1e-8
OURS = ("panel", "schools")
RSE = {"2017": "rse/rse2017_de_public_data.csv", "2018": "rse/rse2018_public_data.csv"}
DEPARTMENTS = ("0", "2", "8")


@pytest.fixture(scope="module")
def marts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, pd.DataFrame]:
    """The marts of all surveys of this file, from one build; the real ones where their data are here."""
    folder = tmp_path_factory.mktemp("waves")
    has_rse = all((SHARED / name).exists() for name in RSE.values())
    has_pses = (SHARED / "pses" / "dtPSES.csv").exists()
    extra = (*OURS, "rse") if has_rse else OURS
    project = make_project(folder, bundled=("werkonderzoek",), extra=extra, published=False)
    surveys = ["werkonderzoek", *extra]
    keep_cuts(project, "werkonderzoek", {"sector"})
    if has_pses:
        rows = pses.published(SHARED / "pses" / "dtPSES.csv", DEPARTMENTS)
        numbers = pses.concordance(SHARED / "pses" / "dtQmapping.csv")
        questions = sorted({row.question for row in rows})
        pses.add_pses(project.root, numbers, questions, DEPARTMENTS)
        surveys.append(pses.SURVEY)
    set_surveys(project.root, surveys)

    land_panels(project, folder)
    land_synthetic(project, folder, "werkonderzoek", ["2022", "2024"], suffix="parquet")
    if has_rse:
        for wave, name in RSE.items():
            land(project, SHARED / name, "rse", wave)
    if has_pses:
        for year in pses.YEARS:
            land(project, pses.delivery(rows, numbers, year, folder), pses.SURVEY, year)
    build(project)
    with open_warehouse(project) as connection:
        return {
            name: connection.execute(f"select * from marts.{name}").df()
            for name in (
                "wave_changes",
                "item_crosswalk",
                "scale_crosswalk",
                "item_shares",
                "scale_scores",
                "scale_reliability",
                "dim_items",
            )
        }


def land_panels(project: Project, folder: Path) -> None:
    """Land the made-up waves."""
    land_panel(project, folder)
    for wave in ("1", "2"):
        land(project, delivered(schools(), wave, folder), "schools", wave)


def of_survey(frame: pd.DataFrame, survey: str, **wanted: Any) -> pd.DataFrame:
    """The rows of a survey with these values; skipped where its data are not here."""
    if survey not in (*OURS, "werkonderzoek"):
        shared_file(survey)
    for column, value in {"survey_id": survey, **wanted}.items():
        frame = frame[frame[column] == value]
    return frame


def one(frame: pd.DataFrame, survey: str, **wanted: Any) -> Any:
    rows = of_survey(frame, survey, **wanted)
    assert len(rows) == 1, wanted
    return rows.iloc[0]


# Changes, from the rows and from R.


GROUPS = {
    ("total", "total"): lambda rows: rows["wave"] != "",
    ("sex", "woman"): lambda rows: rows["sex"] == 2,
    ("region", "north"): lambda rows: rows["region"] == 1,
    ("region*sex", "south*woman"): lambda rows: (rows["region"] == 2) & (rows["sex"] == 2),
}


def answers_of(rows: pd.DataFrame, item: str, measure: str, group: tuple[str, str]) -> pd.Series:
    """The variable whose mean a measure is; missing outside the group."""
    y = rows[item].where(GROUPS[group](rows))
    return y if measure == "mean" else (y >= 4).astype(float).where(y.notna())


@pytest.mark.parametrize("measure", ["mean", "positive_share"])
@pytest.mark.parametrize("group", GROUPS, ids="/".join)
@pytest.mark.parametrize(
    ("item", "waves"),
    [
        ("mood_1", ("1", "2")),
        ("mood_1", ("2", "3")),
        ("mood_2", ("1", "3")),
        ("mood_3", ("1", "2")),
        ("mood_5", ("2", "3")),
    ],
)
def test_changes_from_cells_are_those_of_the_rows(
    marts: dict[str, pd.DataFrame], item: str, waves: tuple[str, str], group: tuple[str, str], measure: str
) -> None:
    wanted = {"variable_id": item, "wave_id": waves[1], "measure": measure}
    row = one(marts["wave_changes"], "panel", cut_id=group[0], group_id=group[1], **wanted)
    assert row["previous_wave_id"] == waves[0]
    rows = panel()
    expected = change_by_rows(rows, waves, answers_of(rows, item, measure, group))
    for name, value in expected.items():
        assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-12), name
    assert row["n_overlap"] > 0
    assert row["covariance"] != 0


@pytest.mark.parametrize("measure", ["mean", "positive_share"])
def test_clusters_that_answer_twice_are_the_units(marts: dict[str, pd.DataFrame], measure: str) -> None:
    rows = schools()
    row = one(marts["wave_changes"], "schools", cut_id="total", measure=measure)
    expected = change_by_rows(
        rows, ("1", "2"), answers_of(rows, "mood_1", measure, ("total", "total")), "school"
    )
    for name, value in expected.items():
        assert row[name] == pytest.approx(value, rel=1e-9), name
    # Fourteen schools in two regions, all in both waves.
    assert (row["df"], row["n_overlap"], row["n"]) == (12, 140, 140)


@pytest.fixture(scope="module")
def from_r(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """What R says of the made-up rows."""
    folder = tmp_path_factory.mktemp("r")
    panel().to_csv(folder / "panel.csv", index=False)
    schools().to_csv(folder / "schools.csv", index=False)
    return told_by_r("against_r_waves.R", str(folder))


NUMBERS = ["change", "std_error", "covariance"]


@pytest.mark.parametrize("item", ["mood_1", "mood_3"])
@pytest.mark.parametrize("measure", ["mean", "positive_share"])
def test_a_panel_changes_as_svycontrast_says(
    marts: dict[str, pd.DataFrame], from_r: dict[str, list[float]], item: str, measure: str
) -> None:
    variable = item if measure == "mean" else item.replace("mood_", "p")
    for name, cut, group in (
        ("total", "total", "total"),
        ("woman", "sex", "woman"),
        ("north", "region", "north"),
    ):
        wanted = {"cut_id": cut, "group_id": group, "measure": measure}
        row = one(marts["wave_changes"], "panel", variable_id=item, wave_id="2", **wanted)
        expected = from_r[f"{name} {variable}"]
        assert [row[number] for number in NUMBERS] == pytest.approx(expected, rel=PRECISION), name


def test_schools_change_as_svycontrast_says(
    marts: dict[str, pd.DataFrame], from_r: dict[str, list[float]]
) -> None:
    row = one(marts["wave_changes"], "schools", cut_id="total", measure="mean")
    assert [row[number] for number in NUMBERS] == pytest.approx(from_r["schools mood_1"], rel=PRECISION)


def test_known_populations_and_partial_overlap_are_as_r_says(from_r: dict[str, list[float]]) -> None:
    rows = panel()
    y = rows["mood_1"]
    population = {1: 400.0, 2: 300.0, 3: 100.0}
    sums = overlap_sums(rows, ("1", "2"), y, population=population)
    row = compare_waves(changes_of(rows, ("1", "2"), y), sums).iloc[0]
    assert row["covariance"] == pytest.approx(from_r["population mood_1"][2], rel=PRECISION)

    plain = rows.assign(region=1)
    found = compare_waves(changes_of(plain, ("2", "3"), y), overlap_sums(plain, ("2", "3"), y)).iloc[0]
    # R takes all people of either wave for one sample of that size; here each wave has its own.
    people = from_r["people"][0]
    as_one_sample = found["covariance"] * (240 - 1) / 240 * people / (people - 1)
    assert as_one_sample == pytest.approx(from_r["some mood_1"][2], rel=PRECISION)


# The crosswalk of the panel.


def test_the_crosswalk_says_what_became_of_each_question(marts: dict[str, pd.DataFrame]) -> None:
    rows = of_survey(marts["item_crosswalk"], "panel")
    found = {(row.item_id, row.wave_id): row.comparability for row in rows.itertuples()}
    assert {key: value for key, value in found.items() if value not in ("same", "first_wave")} == {
        ("mood_2", "2"): "not_asked",
        ("mood_3", "2"): "renamed",
        ("mood_3", "3"): "renamed",
        ("mood_4", "3"): "reworded",
        ("mood_5", "2"): "reworded_comparable",
    }
    later = one(rows, "panel", item_id="mood_2", wave_id="3")
    assert (later["previous_wave_id"], later["comparability"]) == ("1", "same")
    named = one(rows, "panel", item_id="mood_3", wave_id="3")
    assert (named["previous_delivered_name"], named["delivered_name"]) == ("boss", "mood_3")
    asked = one(rows, "panel", item_id="mood_5", wave_id="3")
    assert (asked["question_en"], asked["wording_wave_id"]) == ("I like my work place", "2")


def test_a_scale_of_other_items_is_not_trended_and_says_why(marts: dict[str, pd.DataFrame]) -> None:
    rows = of_survey(marts["scale_crosswalk"], "panel")
    found = {(row.scale_id, row.wave_id): row.comparability for row in rows.itertuples()}
    assert {key: value for key, value in found.items() if value not in ("same", "first_wave")} == {
        ("shorter", "2"): "items_changed",
        ("shorter", "3"): "items_changed",
        ("mixed", "3"): "items_reworded",
        ("bridged", "3"): "declared_comparable",
    }
    changes = of_survey(marts["wave_changes"], "panel", kind="scale", wave_id="3", cut_id="total")
    reasons = changes.set_index(["variable_id", "measure"])["null_reason"]
    assert reasons["shorter", "mean"] == reasons["shorter", "agree_share"] == "items_changed"
    assert reasons["mixed", "mean"] == "items_reworded"
    assert pd.isna(reasons["bridged", "mean"])
    shown = changes[changes["variable_id"] == "shorter"]
    assert shown["change"].isna().all()
    assert shown[["estimate", "previous_estimate"]].notna().all(axis=None)


# The later wave of the culture study: the planted changes, and no others.

UP = {f"lerend_vermogen_{k}" for k in range(1, 5)} | {f"inclusiviteit_{k}" for k in range(1, 4)}
UP |= {"missiegedrevenheid_4", "samenwerkingsgerichtheid_1"}
# What follows from who intends to leave (12 % more) or from who answers about the culture.
INTENTION = "turnover_intention"


def test_the_planted_changes_are_found_and_no_others(marts: dict[str, pd.DataFrame]) -> None:
    changes = of_survey(marts["wave_changes"], "werkonderzoek", cut_id="total", kind="item", measure="mean")
    changes = changes.set_index("variable_id")
    assert changes["n_overlap"].eq(0).all()
    reasons = changes["null_reason"].dropna().to_dict()
    assert reasons == {
        "wendbaarheid_3": "reworded",
        "time_pressure": "not_asked_before",
        "inclusiviteit_4": "not_asked",
    }
    found = changes[changes["q_value"] <= 0.05]
    assert set(found.index) == UP
    items = of_survey(marts["dim_items"], "werkonderzoek").set_index("item_id")
    is_negative = items.loc[found.index, "polarity"].eq("negative")
    # Each became more favourable, so that fewer agree with what is put negatively.
    assert ((found["change"] < 0) == is_negative).all()
    meaningful = set(changes.index[changes["is_meaningful"].eq(other=True)])
    assert {f"lerend_vermogen_{k}" for k in range(1, 5)} <= meaningful <= UP
    assert (changes.loc[list(meaningful), "change"].abs() >= 0.1).all()


def test_scales_of_the_later_culture_wave_are_trended_where_their_items_are_the_same(
    marts: dict[str, pd.DataFrame],
) -> None:
    changes = of_survey(marts["wave_changes"], "werkonderzoek", cut_id="total", kind="scale", measure="mean")
    changes = changes.set_index("variable_id")
    assert changes["null_reason"].dropna().to_dict() == {
        "inclusiviteit": "items_changed",
        "wendbaarheid": "items_reworded",
    }
    assert changes.loc["lerend_vermogen", "is_meaningful"]
    assert changes.loc["menselijke_maat", "q_value"] > 0.05
    crosswalk = one(marts["scale_crosswalk"], "werkonderzoek", scale_id="inclusiviteit", wave_id="2024")
    assert (crosswalk["items_dropped"], crosswalk["items_added"]) == (1, 0)
    assert changes["provenance"].eq("synthetic").all()


# Real waves: research software engineers, 2017 and 2018.


def test_rse_has_the_check_values_of_2018(marts: dict[str, pd.DataFrame]) -> None:
    reliability = one(marts["scale_reliability"], "rse", scale_id="recognition", wave_id="2018")
    assert (reliability["n_complete"], round(reliability["alpha_listwise"], 4)) == (771, 0.6834)
    for item, mean, n in (("recog_1", 4.0254, 787), ("recog_2", 4.0153, 784), ("recog_3", 3.1163, 774)):
        row = one(marts["item_shares"], "rse", item_id=item, wave_id="2018", cut_id="total")
        assert (row["n"], round(row["mean"], 4)) == (n, mean)
    countries = {"au": (6.3412, 85), "de": (7.0071, 280), "nl": (7.3725, 51), "uk": (6.6683, 208)}
    for country, (mean, n) in (countries | {"us": (7.0, 135)}).items():
        wanted = {"item_id": "satisgen_1", "wave_id": "2018", "cut_id": "country", "group_id": country}
        row = one(marts["item_shares"], "rse", **wanted)
        assert (row["n"], round(row["mean"], 4)) == (n, mean), country


def test_rse_items_are_one_under_all_their_names(marts: dict[str, pd.DataFrame]) -> None:
    rows = of_survey(marts["item_crosswalk"], "rse", wave_id="2018")
    found = rows.set_index("item_id")["comparability"].to_dict()
    assert found == {
        "progrse_1": "renamed",
        "progrse_2": "renamed",
        "progrse_3": "renamed",
        "progrse_4": "not_asked",
        "progrse_5": "reworded_comparable",
        "percemp_1": "reworded",
        "percemp_3": "renamed",
        "turnover_6": "renamed",
        "recog_1": "new",
        "recog_2": "new",
        "recog_3": "new",
        "satisgen_1": "renamed",
        "satisgen_2": "renamed",
    }


def test_rse_changes_of_germany_are_those_of_the_two_files(marts: dict[str, pd.DataFrame]) -> None:
    scores = {"Strongly disagree": 1, "Disagree": 2, "Neither agree or disagree": 3, "Agree": 4}
    scores |= {"Strongly Agree": 5}
    means, variances = [], []
    for wave, header in (("2017", "likert2[progRSE2]"), ("2018", "likert5[progRSE2]")):
        rows = pd.read_csv(shared_file(RSE[wave]), dtype=str)
        germany = rows[rows.filter(regex="^socio1").iloc[:, 0] == "Germany"]
        answers = germany.loc[:, [name for name in rows if name.startswith(header)]].iloc[:, 0].map(scores)
        means.append(answers.mean())
        # The sample is everybody of the wave, of whom those in Germany who answered are a part.
        residual = (answers - answers.mean()).fillna(0)
        variances.append((residual**2).sum() * len(rows) / (len(rows) - 1) / answers.count() ** 2)
    wanted = {"variable_id": "progrse_2", "measure": "mean", "cut_id": "country", "group_id": "de"}
    row = one(marts["wave_changes"], "rse", **wanted)
    assert (row["wave_id"], row["previous_wave_id"], row["n_overlap"]) == ("2018", "2017", 0)
    assert row["change"] == pytest.approx(means[1] - means[0], rel=1e-9)
    assert row["std_error"] == pytest.approx(np.sqrt(sum(variances)), rel=1e-9)


# Real waves: the public service of Canada, 2008 to 2018, under each year's own question numbers.


def test_pses_means_over_the_years_are_the_published_scores(marts: dict[str, pd.DataFrame]) -> None:
    rows = pses.published(shared_file("pses/dtPSES.csv"), DEPARTMENTS)
    shares = of_survey(marts["item_shares"], "pses", cut_id="department")
    means = shares.set_index(["wave_id", "item_id", "group_id"])["mean"]
    away = {
        (row.year, row.question, row.department): abs(
            means[row.year, row.question.lower(), f"d{row.department}"] - row.score
        )
        for row in rows
    }
    assert len(away) == len(rows) > 250
    # Shares are published as whole percents: up to 1.5 points of the score are rounding.
    assert max(away.values()) < 2
    assert np.mean([distance <= 1.5 for distance in away.values()]) > 0.98
    # Q64 is reversed, and 9999 is no answer.
    assert away["2018", "Q64", "0"] < 1
    assert away["2018", "Q48", "0"] < 0.5


@pytest.mark.parametrize(
    ("item", "names"),
    [
        ("q06", {"2011": "Q9", "2014": "Q12", "2017": "Q12", "2018": "Q6"}),
        ("q45", {"2008": "Q61", "2011": "Q53", "2014": "Q60", "2017": "Q60", "2018": "Q45"}),
        ("q64", {"2017": "Q85", "2018": "Q64"}),
    ],
)
def test_pses_questions_are_one_item_under_every_number(
    marts: dict[str, pd.DataFrame], item: str, names: dict[str, str]
) -> None:
    crosswalk = of_survey(marts["item_crosswalk"], "pses", item_id=item)
    asked = crosswalk[crosswalk["comparability"] != "not_asked"].sort_values("wave_id")
    assert dict(zip(asked["wave_id"], asked["delivered_name"], strict=True)) == names

    rows = pses.published(shared_file("pses/dtPSES.csv"), ("0",))
    scores = {row.year: row.score for row in rows if row.question == item.upper()}
    years = sorted(names)
    wanted = {"variable_id": item, "measure": "mean", "cut_id": "department", "group_id": "d0"}
    changes = of_survey(marts["wave_changes"], "pses", **wanted).set_index("wave_id")
    for before, after in pairwise(years):
        row = changes.loc[after]
        assert row["previous_wave_id"] == before
        assert row["change"] == pytest.approx(scores[after] - scores[before], abs=2)
