"""The two reports: every mistake that is known is found, with its arithmetic, and no number that is right."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pandas as pd
import pytest

from support.projects import ROOT, read_rows
from werkpeil.audit import audit
from werkpeil.audit.published import find_inconsistencies, read_published
from werkpeil.audit.rules import RULES
from werkpeil.synthesis.targets import target_rows

if TYPE_CHECKING:
    from werkpeil.audit import Finding, Tables

CELLS = read_rows(ROOT / "tests" / "data" / "audit" / "recomputed_cells.csv")

# What is found besides the recomputed cells: rule, number, figures of the arithmetic, code of the mistake.
BEYOND_THE_CELLS = [
    ("restatement", "cul_t321_rijk_to_rijk", ["87.6 against 87.8", "-0.2"], "C01"),
    ("range_end", "cul_t321_range_leavers_high", ["35", "38.3"], "C02"),
    ("range_end", "cul_t41_range_leavers_high", ["35", "38.3"], "C02"),
    ("same_group", "cra_t3_response_grandtotal_total", ["3682 against 3724", "-42"], "V02"),
    ("same_group", "cra_ms_n_respondents", ["> 3700 against 3682"], "V02"),
    ("different_people", "cra_t3_rate_grandtotal_manager", ["868/2659 = 32.64", "77", "29.75"], "V03"),
    ("different_people", "cra_t3_rate_grandtotal_employee", ["2814/11642 = 24.17", "319", "21.43"], "V03"),
    ("different_people", "cra_t3_rate_grandtotal_total", ["3682/14301 = 25.75", "396", "22.98"], "V03"),
    ("same_group", "cra_t3_response_beleid_total", ["641 against 643", "-2"], "V04"),
    ("same_group", "cra_t3_response_inspectie_total", ["707 against 711", "-4"], "V04"),
    ("same_group", "cra_t3_response_bedrijfsvoering_total", ["628 against 632", "-4"], "V04"),
    ("same_group", "cra_t3_response_uitvoering_total", ["1310 against 1323", "-13"], "V04"),
    ("sum", "cra_t4_n_totaal_n", ["643 + 711 + 1323 + 632 = 3309", "3724", "415"], "V05"),
    ("total_outside_groups", "cra_t4_mean_tenure_totaal", ["53995", "46917", "397", "-17.8"], "V06"),
    ("shares_below_100", "cra_t4_scale_le_9_totaal_pct", ["19.6 + 63.6 + 13.5 = 96.7"], "V08"),
]

# Figures that the arithmetic of a mistake must show, whatever else it says.
FIGURES = {
    "cul_t3_lerend_vermogen__turnover_intention_private_sector": [
        *("0.01481", "1.65", "0.098", "3.29", "0.049", "2.05 to 3.45", "0.070"),
    ],
    "cul_t3_menselijke_maat__turnover_intention_private_sector": [
        *("0.01481", "0.98", "0.328", "1.96", "0.029", "1.63 to 1.84", "0.037"),
    ],
    "cul_t1_rijk_dest1_rijk": ["352", "309", "12", "9", "343"],
    "cra_t4_tenure_26_30_inspectie_n": ["53/712 = 7.44", "53/711 = 7.45", "35/694 = 5.04"],
    "cra_t4_tenure_le_5_inspectie_pct": ["238/712 = 33.43", "238/694 = 34.29"],
    "cra_t4_scale_le_9_totaal_pct": ["731/3596 = 20.33", "731/3724 = 19.63", "3720.1 and 3739.1"],
    "cra_t4_scale_10_13_totaal_pct": ["2365/3596 = 65.77", "2365/3724 = 63.51", "3715.6 and 3721.5"],
    "cra_t4_scale_14_19_totaal_pct": ["500/3596 = 13.90", "500/3724 = 13.43", "3690.0 and 3717.5"],
    "cra_t4_mean_tenure_totaal": ["14.54 to 19.08"],
}


@pytest.fixture(scope="module")
def reports() -> dict[str, Tables]:
    return read_published(ROOT / "seeds")


@pytest.fixture(scope="module")
def findings(reports: dict[str, Tables]) -> dict[tuple[str, str], list[Finding]]:
    found: dict[tuple[str, str], list[Finding]] = {}
    for tables in reports.values():
        for finding in audit(tables):
            found.setdefault((finding.rule, finding.number.number_id), []).append(finding)
    return found


def test_the_lists_are_whole(reports: dict[str, Tables]) -> None:
    assert {study: len(tables.numbers) for study, tables in reports.items()} == {
        "culture_2022": 300,
        "craft_2022": 294,
    }
    assert Counter(cell["is_right"] for cell in CELLS) == {"yes": 269, "no": 25}
    codes = {cell["finding"] for cell in CELLS} | {code for *_, code in BEYOND_THE_CELLS}
    assert codes - {""} == {"C01", "C02", "C03", "C04", "C06", "C10", *(f"V0{k}" for k in range(2, 9))}


def test_every_mistake_is_found_with_its_arithmetic(
    findings: dict[tuple[str, str], list[Finding]],
) -> None:
    for cell in CELLS:
        if cell["is_right"] == "no":
            (finding,) = findings[cell["rule_id"], cell["result_id"]]
            figures = [cell["computed"], *FIGURES.get(cell["result_id"], [])]
            assert [f for f in figures if f not in finding.arithmetic.en] == [], finding.arithmetic.en


@pytest.mark.parametrize(("rule", "result_id", "figures", "code"), BEYOND_THE_CELLS)
def test_mistakes_between_tables_and_text_are_found(
    rule: str,
    result_id: str,
    figures: list[str],
    code: str,
    findings: dict[tuple[str, str], list[Finding]],
) -> None:
    (finding,) = findings[rule, result_id]
    assert [figure for figure in figures if figure not in finding.arithmetic.en] == [], code


def test_no_number_that_is_right_is_named(findings: dict[tuple[str, str], list[Finding]]) -> None:
    right = {(cell["rule_id"], cell["result_id"]) for cell in CELLS if cell["is_right"] == "yes"}
    assert right & set(findings) == set()


def test_nothing_else_is_found(findings: dict[tuple[str, str], list[Finding]]) -> None:
    known = {(cell["rule_id"], cell["result_id"]) for cell in CELLS if cell["is_right"] == "no"}
    known |= {(rule, result_id) for rule, result_id, *_ in BEYOND_THE_CELLS}
    assert set(findings) == known
    assert all(len(each) == 1 for each in findings.values())


def test_both_languages_tell_the_same_figures(findings: dict[tuple[str, str], list[Finding]]) -> None:
    for each in findings.values():
        for finding in each:
            numbers = [
                sorted(part.strip("().;:") for part in text.replace(mark, ".").split() if part[0].isdigit())
                for text, mark in ((finding.arithmetic.nl, ","), (finding.arithmetic.en, ","))
            ]
            assert numbers[0] == numbers[1], finding.arithmetic
            assert finding.rule in RULES


def test_the_table_for_the_warehouse_holds_every_finding() -> None:
    results = pd.read_csv(ROOT / "seeds" / "published_results.csv")
    relations = pd.read_csv(ROOT / "seeds" / "published_relations.csv")
    found = find_inconsistencies(results, relations)
    assert len(found) == 40
    assert found.groupby("report")["position"].max().to_dict() == {"craft_2022": 26, "culture_2022": 14}
    assert set(found["number_id"]) <= set(results["result_id"])
    tenure = found[found["rule_id"] == "mean_outside_bands"].iloc[0]
    assert (round(tenure["expected_low"], 2), round(tenure["expected_high"], 2)) == (14.54, 19.08)
    nothing = find_inconsistencies(results.head(0), relations.head(0))
    assert list(nothing.columns) == list(found.columns)
    assert nothing.dtypes.to_dict() == found.dtypes.to_dict()


def test_what_synthetic_waves_are_calibrated_to_is_what_is_printed() -> None:
    printed = {row["result_id"]: row for row in read_rows(ROOT / "seeds" / "published_results.csv")}
    for survey in ("per", "werkonderzoek"):
        for row in target_rows(survey):
            assert float(row["value"]) == float(printed[row["result_id"]]["value"]), row["result_id"]


def test_corrections_name_printed_numbers_and_say_why() -> None:
    printed = {row["result_id"]: row for row in read_rows(ROOT / "seeds" / "published_results.csv")}
    for row in read_rows(ROOT / "seeds" / "published_corrections.csv"):
        assert row["result_id"] in printed
        if row["corrected_value"]:
            assert float(row["corrected_value"]) != float(printed[row["result_id"]]["value"])
        assert (row["kind"] in {"misprint", "other_base"}) == bool(row["corrected_value"])
