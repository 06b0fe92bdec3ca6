"""Which waves are searched: those that are new or changed, with the result of a search of all."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from support.random_tables import inputs_of, people_of
from werkpeil.disclosure import decisions
from werkpeil.disclosure.decisions import SEARCHED, Inputs, decide_disclosure

LEDGER = ["survey_id", "wave_id", "fingerprint"]


def inputs(seeds: dict[str, int]) -> Inputs:
    """Waves of random people as one input of the search."""
    waves = [inputs_of(people_of(seed), wave_id) for wave_id, seed in seeds.items()]
    return replace(
        waves[0],
        answers=pd.concat([wave.answers for wave in waves]),
        groups=pd.concat([wave.groups for wave in waves]),
    )


def decided(given: Inputs, built: pd.DataFrame | None = None, **settings: Any) -> pd.DataFrame:
    return decide_disclosure(given, settings, built)


def of_waves(found: pd.DataFrame, *waves: str) -> pd.DataFrame:
    return found[found["wave_id"].isin(waves)].reset_index(drop=True)


@pytest.fixture(scope="module")
def full() -> pd.DataFrame:
    return decided(inputs({"1": 3, "2": 4}))


def test_what_is_known_is_not_searched_again(full: pd.DataFrame) -> None:
    assert set(full["wave_id"]) == {"1", "2"}
    assert decided(inputs({"1": 3, "2": 4}), full[LEDGER].drop_duplicates()).empty


def test_a_new_and_a_changed_wave_are_decided_as_by_a_search_of_all(full: pd.DataFrame) -> None:
    changed = {"1": 3, "2": 5, "3": 6}
    found = decided(inputs(changed), full[LEDGER].drop_duplicates())
    assert set(found["wave_id"]) == {"2", "3"}
    kept = pd.concat([of_waves(full, "1"), found], ignore_index=True)
    pd.testing.assert_frame_equal(kept, decided(inputs(changed)))


def test_the_order_of_rows_decides_nothing(full: pd.DataFrame) -> None:
    given = vars(inputs({"1": 3, "2": 4}))
    shuffled = {name: frame.sample(frac=1, random_state=7) for name, frame in given.items()}
    pd.testing.assert_frame_equal(decided(Inputs(**shuffled)), full)


def test_other_thresholds_are_news_for_every_wave(full: pd.DataFrame) -> None:
    found = decided(inputs({"1": 3, "2": 4}), full[LEDGER].drop_duplicates(), minimum_n=5)
    assert set(found["wave_id"]) == {"1", "2"}


def test_a_wave_in_which_nothing_is_hidden_any_more_replaces_what_was() -> None:
    """Its waves are replaced by those of the new rows, so there must be one."""
    large = people_of(3)
    large["unit"], large["post"], large["answer"] = (
        "u0",
        "a",
        (["positive", "neutral", "negative"] * 300)[: len(large)],
    )
    found = decided(inputs_of(large))
    assert found["cell_id"].tolist() == [SEARCHED]
    assert found["fingerprint"].notna().all()


def test_several_processes_hide_what_one_does(full: pd.DataFrame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decisions, "MUCH", 0)
    monkeypatch.setattr(decisions, "cores", lambda: 2)
    pd.testing.assert_frame_equal(decided(inputs({"1": 3, "2": 4})), full)
