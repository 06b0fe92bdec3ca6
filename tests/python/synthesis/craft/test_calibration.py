"""What the report publishes is what the waves give: this seed, ten others, and the real reference."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2, ttest_ind

from werkpeil.synthesis.craft import claims, measures
from werkpeil.synthesis.craft.model import _FIRST_CONTACT
from werkpeil.synthesis.craft.plan import EMPLOYEE, MANAGER
from werkpeil.synthesis.craft.statistics import ItemStatistics
from werkpeil.synthesis.report import whole_wave
from werkpeil.synthesis.targets import published_values

ROOT = Path(__file__).resolve().parents[4]
REFERENCE = Path(os.environ.get("WERKPEIL_SHARED_DATA", ROOT.parent / "shared" / "data")).parent / "reference"
needs_reference = pytest.mark.skipif(
    not REFERENCE.is_dir(), reason="the reference of the two reports is not here"
)

SEEDS = range(2, 12)
SHARES = ("q08_1", "q09_5", "q10_2", "q11_3", "q12_4", "q13_1", "q14_1", "q14_8")


@pytest.fixture(scope="module")
def waves():
    return [whole_wave("per", "2022", seed=seed, respondents=3_724) for seed in SEEDS]


def test_ten_seeds_meet_every_printed_number_and_statement(waves):
    for wave in waves:
        missed = [entry.result_id for entry in measures.compare("2022", wave) if entry.verdict == "missed"]
        assert missed == []


def test_what_is_not_fixed_varies_between_seeds_as_samples_do(waves):
    """Shares per organisation: the variance over ten seeds against that of a random sample."""
    ratios = []
    for organisation in range(2, 15):
        for item in SHARES:
            found = []
            for wave in waves:
                given = wave[item][wave["organisation"] == organisation]
                valid = given[(given >= 1) & (given <= 5)]
                found.append(((valid >= 4).mean(), len(valid)))
            share = np.average([s for s, _ in found], weights=[n for _, n in found])
            error = np.sqrt(share * (1 - share) / np.array([n for _, n in found]))
            z = (np.array([s for s, _ in found]) - share) / error
            assert np.abs(z).max() < 4.5, (organisation, item)
            ratios.append((z**2).sum() / (len(z) - 1))
    # Fixed shares per domain and position take some variance away, they add none.
    degrees = len(ratios) * (len(SEEDS) - 1)
    assert np.mean(ratios) * degrees < chi2.ppf(0.999, degrees)
    assert np.mean(ratios) > 0.7


def test_first_contacts_stay_within_sampling_error(waves):
    for wave in waves:
        for position in (EMPLOYEE, MANAGER):
            given = wave["q14_10"][(wave["is_manager"] == position) & (wave["q14_10"] > 0)]
            expected = _FIRST_CONTACT[position] * len(given)
            found = np.bincount(given, minlength=7)[1:]
            assert ((found - expected) ** 2 / expected).sum() < chi2.ppf(0.9999, 5)


def test_a_wave_nobody_published_is_not_compared(waves):
    assert measures.compare("2024", waves[0]) == []


def test_misprints_are_listed_and_not_followed(waves):
    entries = {entry.result_id: entry for entry in measures.compare("2022", waves[0])}
    tenure = entries["cra_t4_mean_tenure_totaal"]
    assert tenure.published == 13.0
    assert tenure.verdict == "not_tested"
    assert tenure.synthetic == pytest.approx(16.7, abs=0.05)
    count = entries["cra_t4_tenure_26_30_inspectie_n"]
    assert (count.published, count.synthetic, count.verdict) == (53, 35, "not_tested")
    assert entries["cra_t4_tenure_26_30_inspectie_pct"].verdict == "met"


def test_a_statement_can_be_false():
    """The questions ask something: a wave in which everybody answers alike denies most of them."""
    alike = {
        f"q{question:02d}_{number}": np.tile([3, 4], 1_862).astype(np.int16)
        for question, last in ((8, 4), (9, 11), (10, 18), (11, 9), (12, 9), (13, 4), (14, 9))
        for number in range(1, last + 1)
    }
    alike["domain"] = np.repeat([1, 2, 3, 4], 931).astype(np.int16)
    alike["is_manager"] = np.tile([0, 0, 1, 1], 931).astype(np.int16)
    statistics = ItemStatistics(alike)
    true = [claim for claim, (_, ask) in claims.REPRODUCIBLE.items() if ask(statistics)]
    assert len(true) < 12


def test_the_t_test_is_that_of_scipy(waves):
    wave = waves[0]
    groups = []
    for position in (MANAGER, EMPLOYEE):
        given = wave["q14_4"][wave["is_manager"] == position]
        groups.append(given[(given >= 1) & (given <= 5)].astype(float))
    expected = ttest_ind(*groups)
    assert ItemStatistics(wave).p_value("q14_4", "manager", "employee") == pytest.approx(expected.pvalue)


@needs_reference
def test_the_targets_are_the_published_results():
    with (REFERENCE / "published_results.csv").open(encoding="utf-8") as lines:
        published = {
            row["result_id"]: float(row["value"])
            for row in csv.DictReader(lines)
            if row["study"] == "craft_2022"
        }
    assert published_values("per") == published


@needs_reference
def test_every_published_statement_is_asked_or_named():
    with (REFERENCE / "published_claims.csv").open(encoding="utf-8") as lines:
        published = {
            row["claim_id"]: row["status"] for row in csv.DictReader(lines) if row["study"] == "craft_2022"
        }
    about_people = {"cra_030", "cra_031", "cra_032", "cra_034"}
    asked = set(claims.REPRODUCIBLE) | about_people
    assert asked == {claim for claim, status in published.items() if status == "reproducible"}
    assert set(claims.AMBIGUOUS) == {claim for claim, status in published.items() if status == "ambiguous"}
    assert set(claims.CONTRADICTED) == {
        claim for claim, status in published.items() if status.startswith("contradicted")
    }
