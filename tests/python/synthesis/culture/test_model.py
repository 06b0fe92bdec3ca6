"""The synthetic Werkonderzoek: as published at its default size, and true to itself at every other."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2

from werkpeil.codebook.load import load_codebook
from werkpeil.errors import InputError
from werkpeil.synthesis.core import BLANK
from werkpeil.synthesis.culture import CultureModel, design
from werkpeil.synthesis.culture.measures import compare
from werkpeil.synthesis.culture.parameters import FREE_CELLS, betas, parameters
from werkpeil.synthesis.culture.results import Results

OTHER_SEEDS = range(101, 111)


def wave(wave_id="2022", seed=1, respondents=design.RESPONDENTS, batch_size=10**6):
    batches = list(CultureModel().batches(wave_id, seed=seed, respondents=respondents, batch_size=batch_size))
    return {name: np.concatenate([batch[name] for batch in batches]) for name in batches[0]}


@pytest.fixture(scope="module")
def published():
    return wave()


@pytest.fixture(scope="module")
def later():
    return wave("2024")


@pytest.fixture(scope="module")
def comparisons(published):
    return compare("2022", published)


@pytest.fixture(scope="module")
def codebook(project):
    return load_codebook(project, "werkonderzoek")


def of_units(comparisons, *units):
    return [c for c in comparisons if c.unit in units and c.verdict != "not_tested"]


# --- As published -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("units", "number"),
    [
        (("count",), 10),
        (("percent",), 99),
        (("score_1_5",), 34),
        (("beta",), 110),
        (("ratio",), 8),
        (("betas",), 1),
    ],
)
def test_every_possible_number_is_met(comparisons, units, number):
    of_unit = of_units(comparisons, *units)
    assert len(of_unit) == number
    assert [c.result_id for c in of_unit if c.verdict != "met"] == []


def test_nearly_all_reproducible_statements_are_true(comparisons):
    asked = of_units(comparisons, "claim")
    false = [c.result_id for c in asked if c.verdict != "met"]
    assert len(asked) == 55
    assert len(false) <= 0.05 * len(asked), false


def test_impossible_and_contradicted_numbers_are_shown_but_not_followed(comparisons):
    left = {c.result_id: c.note for c in comparisons if c.verdict == "not_tested"}
    assert {note[:3] for note in left.values() if note.startswith("C")} == {
        "C01", "C02", "C03", "C04", "C13", "C15", "C16"
    }  # fmt: skip
    assert all(left.values())


def test_nothing_is_published_on_the_later_wave(later):
    assert compare("2024", later) == []


@pytest.mark.parametrize("seed", OTHER_SEEDS)
def test_other_seeds_are_as_published_too(seed):
    made = compare("2022", wave(seed=seed))
    numbers = [c for c in made if c.unit != "claim"]
    asked = [c for c in made if c.unit == "claim"]
    exact = [c for c in numbers if c.unit in {"count", "beta", "ratio", "betas", "percent"}]
    assert [c.result_id for c in exact if c.verdict == "missed"] == []
    assert sum(c.verdict == "missed" for c in numbers) <= 0.02 * len(numbers)
    assert sum(c.verdict == "met" for c in asked) >= 0.93 * len(asked)


# --- Sampling error -----------------------------------------------------------------------------


def test_uncorrected_seeds_differ_from_the_published_betas_by_sampling_error():
    """Two blocks are not tuned: their betas have an error, which the regression itself estimates."""
    wanted = betas(parameters().free_betas)
    squares = []
    for seed in OTHER_SEEDS:
        fits = Results(wave(seed=seed, respondents=2 * design.RESPONDENTS)).fits
        for position, outcome in enumerate(design.OUTCOMES):
            fit = fits[outcome]
            squares.append(((fit.betas - wanted[:, position]) / fit.errors) ** 2)
    distance = np.array(squares)
    # As many squares of a standard normal variable, if the model's betas are the wanted ones. Correlations
    # of the predictors and margins are held fixed, which makes the true error a little smaller; outcomes
    # of one respondent are correlated, so the sum is wider than independent ones would be: twice.
    count = distance.size
    assert distance.sum() < count + 2 * (chi2.ppf(0.999, count) - count)
    assert distance.max() < chi2.isf(0.001 / count, 1)


def test_margins_of_many_blocks_are_those_of_one(published):
    many = Results(wave(respondents=5 * design.RESPONDENTS + 7))
    one = Results(published)
    for sector in range(len(design.SECTORS)):
        inside, within = many.in_sector(sector), one.in_sector(sector)
        culture = many.share(many.valid("exit_motive_culture") == 1, inside)
        assert culture == pytest.approx(one.share(one.valid("exit_motive_culture") == 1, within), abs=1e-4)
    for aspect in range(len(design.ASPECTS)):
        known = ~np.isnan(many.scores[:, aspect])
        error = many.scores[known, aspect].std() / np.sqrt(np.sum(~np.isnan(one.scores[:, aspect])))
        difference = many.mean_score(aspect, known) - one.mean_score(aspect, one.everyone)
        assert abs(difference) < 3 * error


# --- Form ---------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_respondents_whatever_the_batches(published):
    again = wave(batch_size=777)
    assert again.keys() == published.keys()
    for name, values in published.items():
        assert np.array_equal(values, again[name], equal_nan=values.dtype == float), name


def test_blocks_of_a_wave_hold_other_respondents():
    made = wave(respondents=2 * design.RESPONDENTS)
    first, second = made["age"][: design.RESPONDENTS], made["age"][design.RESPONDENTS :]
    assert 0.02 < np.mean(first == second) < 0.1


def test_the_report_notices_a_wave_that_is_not_as_published(published):
    shuffled = np.random.default_rng(1).permutation(published["employer_satisfaction"])
    missed = {
        c.result_id
        for c in compare("2022", published | {"employer_satisfaction": shuffled})
        if c.verdict == "missed"
    }
    assert "cul_t4_lerend_vermogen__employer_satisfaction" in missed
    assert "cul_t4_adjr2__employer_satisfaction" in missed
    assert "cul_057" in missed
    assert "cul_t4_lerend_vermogen__employer_pride" not in missed


def test_another_seed_gives_other_respondents(published):
    assert not np.array_equal(wave(seed=2)["weight"], published["weight"])


@pytest.mark.parametrize("wave_id", CultureModel.waves)
@pytest.mark.parametrize("respondents", [1, 2, 13, 250, 20_001])
def test_a_wave_of_any_size_has_every_column(codebook, wave_id, respondents):
    made = wave(wave_id, respondents=respondents)
    assert all(len(values) == respondents for values in made.values())
    asked = {column.name for column in codebook.columns if column.occurs_in(wave_id)}
    assert asked <= made.keys()
    assert np.unique(made["respondent_id"]).size == respondents
    assert all(name.startswith("syn-werkonderzoek-") for name in made["respondent_id"])
    assert (made["weight"] > 0).all()


@pytest.mark.parametrize("wave_id", CultureModel.waves)
def test_every_answer_is_one_that_the_codebook_knows(codebook, wave_id, published, later):
    made = published if wave_id == "2022" else later
    for column in codebook.columns:
        values = made.get(column.name)
        if values is None or not column.occurs_in(wave_id):
            continue
        declared = {float(code) for codes in column.missing.values() for code in codes}
        if column.is_coded:
            known = {a.answer_code for a in codebook.answers_of(column)} | declared | {BLANK}
            assert set(np.unique(values).tolist()) <= known, column.name
        elif "control" in column.role:
            numbers = values[~np.isnan(values) & ~np.isin(values, list(declared))]
            assert column.minimum <= numbers.min()
            assert numbers.max() <= (column.maximum or np.inf)


@pytest.mark.parametrize("wave_id", CultureModel.waves)
def test_routing_is_followed(codebook, wave_id, published, later):
    made = published if wave_id == "2022" else later
    columns = {column.name: column for column in codebook.columns}
    for name, column in columns.items():
        for asked_of, answer_ids in column.universe.items():
            codes = [
                a.answer_code for a in codebook.answers_of(columns[asked_of]) if a.answer_id in answer_ids
            ]
            outside = ~np.isin(made[asked_of], codes)
            if column.occurs_in(wave_id):
                assert (made[name][outside] == BLANK).all(), name


def test_answers_are_missing_in_several_ways(published):
    module = published["in_culture_module"] == 1
    for name in ("lerend_vermogen_1", "turnover_intention_general"):
        values = published[name][module]
        assert {BLANK, design.DONT_KNOW, design.REFUSED} <= set(values.tolist())
    ages = published["age"]
    assert np.isnan(ages).any()
    assert (ages == design.REFUSED_NUMBER).any()
    assert (published["gender_female"] == 3).any()


def test_people_are_plausible(published):
    known = published["age"] < design.REFUSED_NUMBER
    served = published["years_with_employer"]
    both = known & (served < design.REFUSED_NUMBER)
    assert (published["age"][both] - served[both] >= design.EARLIEST_START).all()
    hours, full = published["hours_worked"], published["full_time"]
    told = (hours < design.REFUSED_NUMBER) & np.isin(full, (0, 1))
    assert ((hours[told] >= design.FULL_TIME_HOURS) == (full[told] == 1)).all()


def test_two_destinations_that_tie_in_print_tie_exactly(published):
    results = Results(published)
    base = results.in_sector(design.SECTORS.index("rijk")) & (results.valid("exit_motive_culture") == 1)
    goes = results.valid("destination_sector")
    shares = [results.share(goes == design.DESTINATIONS.index(name) + 1, base) for name in ("zbo", "hbo")]
    assert shares[0] == shares[1]


def test_scales_are_reliable_but_not_perfect(published):
    results = Results(published)
    for aspect in design.ASPECTS:
        items = np.column_stack([results.valid(item) for item in design.ITEMS[aspect]])
        items = items[~np.isnan(items).any(axis=1)]
        items = np.column_stack(
            [6 - x if n in design.REVERSED else x for n, x in zip(design.ITEMS[aspect], items.T, strict=True)]
        )
        alpha = 4 / 3 * (1 - items.var(axis=0, ddof=1).sum() / items.sum(axis=1).var(ddof=1))
        assert 0.7 < alpha < 0.93, aspect


def test_an_unknown_wave_is_refused():
    with pytest.raises(InputError, match="no wave '1999'"):
        CultureModel().default_respondents("1999")


# --- The later wave -----------------------------------------------------------------------------


def test_the_known_changes_are_in_the_later_wave(published, later):
    before, after = Results(published), Results(later)

    def mean(results, item):
        keyed = results.valid(item)
        return np.nanmean(6 - keyed if item in design.REVERSED else keyed)

    for item in ("lerend_vermogen_1", "inclusiviteit_1", "missiegedrevenheid_4", "wendbaarheid_3"):
        assert mean(after, item) - mean(before, item) > 0.05, item
    for item in ("wendbaarheid_1", "missiegedrevenheid_1", "menselijke_maat_2"):
        assert abs(mean(after, item) - mean(before, item)) < 0.05, item
    assert (later["inclusiviteit_4"] == BLANK).all()
    assert (published["time_pressure"] == BLANK).all()
    assert np.isin(later["time_pressure"], range(1, 6)).mean() > 0.9
    zbo, rijk = (int((later["sector"] == code).sum()) for code in (2, 1))
    assert (zbo, rijk) == (1_470, 6_430)


def test_more_people_intend_to_leave_in_the_later_wave(published, later):
    shares = [
        results.share(results.valid(design.GENERAL) == 1, ~np.isnan(results.valid(design.GENERAL)))
        for results in (Results(published), Results(later))
    ]
    assert shares[1] > shares[0]


def test_the_two_free_betas_are_those_whose_stars_are_impossible():
    cells = {(design.PREDICTORS[p], design.OUTCOMES[o]) for p, o in FREE_CELLS}
    assert cells == {
        ("lerend_vermogen", "turnover_intention_private_sector"),
        ("menselijke_maat", "turnover_intention_private_sector"),
    }
