"""The craftsmanship model: tables as printed, answers like a survey's, the same whatever the batches."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from werkpeil.errors import InputError
from werkpeil.landing import land
from werkpeil.project import Project
from werkpeil.synthesis import synthesise
from werkpeil.synthesis.core import BLANK, BLOCK
from werkpeil.synthesis.core import block_sizes as blocks_of
from werkpeil.synthesis.craft import CraftModel, items, model, people, plan, texts
from werkpeil.synthesis.report import whole_wave
from werkpeil.synthesis.writing import About


@pytest.fixture(scope="module")
def wave():
    return whole_wave("per", "2022", seed=1, respondents=plan.PUBLISHED_RESPONDENTS)


@pytest.fixture(scope="module")
def later():
    return whole_wave("per", "2024", seed=1, respondents=3_912)


@pytest.mark.parametrize("wave_id", CraftModel.waves)
def test_a_wave_has_the_columns_of_the_codebook(per, wave_id):
    batch = next(CraftModel().batches(wave_id, seed=0, respondents=200, batch_size=200))
    assert set(batch) == {column.name for column in About(per, wave_id, 0, 200).columns}
    for column in per.columns:
        if column.name not in batch or not column.is_coded:
            continue
        known = {answer.answer_code for answer in per.answers_of(column)}
        known |= {int(code) for codes in column.missing.values() for code in codes} | {BLANK}
        assert set(batch[column.name].tolist()) <= known, column.name
        assert batch[column.name].dtype == np.int16


def test_every_item_of_the_questionnaire_is_planned(per):
    planned = {row["item_id"] for row in items.target_rows("per_items")}
    assert planned == {column.name for column in per.with_role("item")}


def test_the_batch_size_changes_nothing(monkeypatch):
    monkeypatch.setattr(model, "block_sizes", lambda respondents: blocks_of(respondents, 400))
    whole = list(CraftModel().batches("2022", seed=4, respondents=1_000, batch_size=10**6))
    parts = list(CraftModel().batches("2022", seed=4, respondents=1_000, batch_size=37))
    assert [len(batch["domain"]) for batch in whole] == [400, 400, 200]
    for name in whole[0]:
        one = np.concatenate([batch[name] for batch in whole])
        other = np.concatenate([batch[name] for batch in parts])
        assert one.tolist() == other.tolist() or np.array_equal(one, other, equal_nan=True), name


def test_many_blocks_keep_the_margins_of_one(monkeypatch):
    monkeypatch.setattr(model, "block_sizes", lambda respondents: blocks_of(respondents, 1_500))
    n = 4 * plan.PUBLISHED_RESPONDENTS
    wave = whole_wave("per", "2022", seed=2, respondents=n)
    cells = plan.reported_cells(n)
    for position, _ in enumerate(plan.DOMAINS):
        for code in (plan.EMPLOYEE, plan.MANAGER):
            here = (wave["domain"] == position + 1) & (wave["is_manager"] == code)
            assert here.sum() == cells[position, code]
    sizes = cells.sum(axis=1)
    for characteristic in plan.CHARACTERISTICS:
        expected = plan.values_by_background(characteristic, sizes[:4])
        values = wave[characteristic.column]
        for background in range(4):
            mine = values[wave["domain"] == background + 1]
            known = mine[~np.isnan(mine) & (mine != characteristic.refused)].astype(int)
            found = np.bincount(known, minlength=characteristic.values[-1] + 1)[characteristic.values]
            assert found.tolist() == expected[background, :-1].tolist()
    # Items are rounded once per block, domain and position: half a respondent each at most.
    wanted = items.item_plan(("q12_10",), is_changed=False)
    for position, item in enumerate(wanted.ids):
        given = wave[item][wave["domain"] == 1]
        valid = given[(given >= 1) & (given <= items.CATEGORIES)]
        rounding = 10 * 1.5 / len(valid)
        assert abs((valid >= 4).mean() - wanted.top[position, 0]) < rounding


def test_nobody_has_served_longer_than_since_the_age_of_entry(wave):
    age, served = wave["age"], wave["years_of_service"]
    known = (age < 100) & (served < 99)
    assert np.all(age[known] - served[known] >= people.YOUNGEST_ENTRY)


def test_backgrounds_are_correlated_as_in_a_workforce(wave):
    known = (wave["age"] < 100) & (wave["years_of_service"] < 99) & (wave["salary_scale"] < 99)
    age, served, scale = (wave[name][known] for name in ("age", "years_of_service", "salary_scale"))
    assert 0.5 < np.corrcoef(age, served)[0, 1] < 0.75
    manager = wave["is_manager"][known] == plan.MANAGER
    assert scale[manager].mean() - scale[~manager].mean() > 0.8
    assert np.mean(wave["is_manager"] == wave["stratum_is_manager"]) > 0.9
    assert np.mean(wave["domain"] == wave["stratum_domain"]) > 0.7


def test_the_register_responds_no_more_than_it_was_invited(wave):
    invited = plan.published_values("per")
    for position, domain in enumerate(plan.DOMAINS[: plan.PRINTED_DOMAINS]):
        for code, name in ((0, "employee"), (1, "manager")):
            here = (wave["stratum_domain"] == position + 1) & (wave["stratum_is_manager"] == code)
            assert 0.1 < here.sum() / invited[f"cra_t3_sample_{domain}_{name}"] < 0.6


def test_missing_answers_are_of_several_kinds(wave):
    given = np.column_stack([wave[f"q{page:02d}_1"] for page in range(8, 15)])
    gone = given == BLANK
    stopped = np.flatnonzero(gone[:, -1] & gone[:, -2])
    assert 0.02 < len(stopped) / len(given) < 0.06
    for item in ("q08_3", "q11_4", "q14_9"):
        assert (wave[item] == items.NO_OPINION).mean() > 0.03
    one_page = np.column_stack([wave[f"q09_{number}"] for number in range(1, 12)]) == BLANK
    assert 0.02 < (one_page.any(axis=1) & ~one_page.all(axis=1)).mean() < 0.12
    assert (wave["salary_scale"] == 99).sum() > 50
    assert np.isnan(wave["salary_scale"]).sum() > 10


def test_who_stops_answers_no_later_page(wave):
    pages = [
        np.column_stack(
            [
                wave[name]
                for name in wave
                if name.startswith(f"q{page:02d}_")
                and "open" not in name
                and name not in ("q10_19", "q14_10", "q14_10_other")
            ]
        )
        for page in range(8, 15)
    ]
    empty = np.column_stack([(page == BLANK).all(axis=1) for page in pages])
    assert np.all(np.diff(empty.astype(int), axis=1) >= 0)


def test_the_other_contact_is_asked_of_who_chose_it(wave):
    other = np.array([text is not None for text in wave["q14_10_other"]])
    assert other.any()
    assert np.all(wave["q14_10"][other] == 6)
    assert set(np.unique(wave["q14_10"])) == {BLANK, 1, 2, 3, 4, 5, 6}


def test_open_answers_come_from_the_bank_alone(wave):
    for column, (sentences, share) in texts.BANK.items():
        written = [text for text in wave[column] if text is not None]
        assert set(written) <= set(sentences)
        assert 0 < len(written) <= len(wave[column]) * (share + 0.05)
    everything = " ".join(sentence for sentences, _ in texts.BANK.values() for sentence in sentences)
    assert ";" in everything
    assert '"' in everything
    assert not any(character.isdigit() for character in everything)


def test_items_of_a_theme_go_together_and_reversed_ones_against_them(wave):
    def valid(item):
        given = wave[item].astype(float)
        return np.where((given >= 1) & (given <= 5), given, np.nan)

    def correlation(one, other):
        pair = np.column_stack([valid(one), valid(other)])
        return np.corrcoef(pair[~np.isnan(pair).any(axis=1)].T)[0, 1]

    assert correlation("q13_1", "q13_2") > 0.3
    assert correlation("q14_3", "q14_6") < -0.2
    assert correlation("q14_3", "q14_4") > correlation("q14_3", "q13_3")


def test_the_later_wave_drifts_as_documented(wave, later):
    assert "q11_5" in wave
    assert "q11_5" not in later
    assert "q12_10" in later
    assert "q12_10" not in wave

    def top(of, item):
        valid = of[item][(of[item] >= 1) & (of[item] <= 5)]
        return (valid >= 4).mean()

    changes = {row["item_id"]: float(row["change_2024"]) for row in items.target_rows("per_items")}
    for item, change in changes.items():
        if item not in wave or item not in later:
            continue
        difference = top(later, item) - top(wave, item)
        if change == 0:
            assert abs(difference) < 0.006, item
        else:
            assert difference * change > 0, item
            assert abs(difference) > 0.015, item
    assert set(wave["organisation"].tolist()) >= {plan.EZK}
    assert not set(wave["organisation"].tolist()) & {plan.EZ, plan.KGG}
    assert plan.EZK not in set(later["organisation"].tolist())
    before = np.mean(wave["organisation"] == plan.EZK)
    after = np.mean(np.isin(later["organisation"], (plan.EZ, plan.KGG)))
    assert abs(before - after) < 4 * np.sqrt(2 * before * (1 - before) / len(wave["organisation"]))
    assert not set(wave["respondent_id"]) & set(later["respondent_id"])


def test_memory_does_not_grow_with_the_respondents(monkeypatch):
    monkeypatch.setattr(model, "block_sizes", lambda respondents: blocks_of(respondents, 1_000))

    def peak(respondents):
        tracemalloc.start()
        for _ in CraftModel().batches("2022", seed=1, respondents=respondents, batch_size=1_000):
            pass
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(2_000)
    assert peak(20_000) < 1.2 * peak(4_000)


@pytest.mark.parametrize("respondents", [100, 101, 250, 999])
def test_small_waves_hold_together(respondents):
    wave = whole_wave("per", "2022", seed=3, respondents=respondents)
    assert {len(values) for values in wave.values()} == {respondents}
    known = (wave["age"] < 100) & (wave["years_of_service"] < 99)
    assert np.all(wave["age"][known] - wave["years_of_service"][known] >= people.YOUNGEST_ENTRY)


def test_too_few_respondents_are_told():
    with pytest.raises(InputError, match="too few for the strata"):
        CraftModel().batches("2022", seed=3, respondents=99, batch_size=BLOCK)


@pytest.mark.parametrize("wave_id", CraftModel.waves)
def test_a_wave_lands_whole_and_as_synthetic(project, tmp_path, wave_id):
    out = tmp_path / "wave.sav"
    own = Project(root=project.root, data=tmp_path / "data")
    synthesise(own, "per", wave_id, seed=1, respondents=500, out=out)
    landed = land(own, out, "per", wave_id)
    assert (landed.rows_accepted, landed.rows_rejected, landed.provenance) == (500, 0, "synthetic")
    assert not landed.invalid_answers
