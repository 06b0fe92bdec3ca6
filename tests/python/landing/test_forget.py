"""Forgetting a person: nothing of them is left, nothing else changes, and they do not come back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.workshop import PLAIN
from werkpeil.errors import InputError, OutsideError
from werkpeil.landing import all_deliveries, forget, zone
from werkpeil.landing.forget import FORGOTTEN
from werkpeil.landing.pseudonym import load_pseudonymiser

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.workshop import Workshop

ANN = "ann,1,a,5,Eens,40,remark of ann"
BEN = "ben,1,a,4,Eens,30,"
CEE = "cee,1,b,8,Eens,20,"
ANSWERS = "select wave_id, respondent_id, s, q1, q2, hours, remark from raw.plain order by all"


def _holds(workshop: Workshop, respondent: str) -> bool:
    pseudonym = load_pseudonymiser(workshop.project).of(f"plain|{respondent}")
    rows = workshop.query("select respondent_id from raw.plain")
    rows += workshop.query("select row_json from raw.rejected_rows")
    return any(pseudonym in str(value) for (value,) in rows)


def test_what_is_left_is_what_a_file_without_the_person_gives(workshop: Workshop) -> None:
    workshop.land(workshop.csv(BEN, CEE))
    expected = workshop.query(ANSWERS)
    workshop.land(workshop.csv(ANN, BEN, CEE), replace=True)
    assert _holds(workshop, "ann")
    [removed] = forget(workshop.project, "ann")
    assert (removed.accepted, removed.rejected) == (1, 0)
    assert workshop.query(ANSWERS) == expected
    assert not _holds(workshop, "ann")
    assert workshop.query(
        "select rows_read, rows_accepted, rows_rejected, rows_forgotten from raw.landing_register "
        "where is_current"
    ) == [(3, 2, 0, 1)]


def test_rejected_rows_and_invalid_answers_go_too(workshop: Workshop) -> None:
    workshop.land(
        workshop.csv("ann,1,a,8,Eens,40,", "ann,1,a,5,Eens,40,", "ann,-1,a,5,Eens,40,x,y,z", BEN, CEE)
    )
    [removed] = forget(workshop.project, "ann", survey_id="plain")
    assert removed.accepted + removed.rejected == 3
    assert workshop.query("select * from raw.rejected_rows") == []
    assert workshop.query("select column_name, row_number from raw.invalid_answers") == [("q1", 5)]
    [delivery] = all_deliveries(workshop.project)
    assert (delivery.rejected_by_rule, delivery.invalid_answers) == ({}, {"q1": 1})


def test_older_deliveries_and_other_waves_are_rewritten_and_only_those(workshop: Workshop) -> None:
    workshop.land(workshop.csv(ANN, BEN), "2022")
    workshop.land(workshop.csv(BEN, CEE), "2023")
    workshop.land(workshop.csv(ANN, CEE), "2024")
    workshop.land(workshop.csv(ANN, BEN, CEE), "2024", replace=True)
    untouched = {name: content for name, content in workshop.tree().items() if "/2023/" in name}
    removed = forget(workshop.project, "ann")
    assert [(rows.wave_id, rows.accepted) for rows in removed] == [("2022", 1), ("2024", 1), ("2024", 1)]
    assert {name: content for name, content in workshop.tree().items() if "/2023/" in name} == untouched
    assert [d.rows_accepted for d in zone.history(workshop.project, "plain", "2024")] == [2, 1]
    folders = [path for path in (workshop.project.landing / "plain" / "2024").iterdir() if path.is_dir()]
    assert len(folders) == 2


def test_one_wave_only(workshop: Workshop) -> None:
    workshop.land(workshop.csv(ANN, BEN), "2022")
    workshop.land(workshop.csv(ANN, CEE), "2024")
    assert [rows.wave_id for rows in forget(workshop.project, "ann", wave_id="2024")] == ["2024"]
    assert _holds(workshop, "ann")


@pytest.mark.parametrize("replace", [False, True])
def test_the_same_file_does_not_bring_the_person_back(workshop: Workshop, *, replace: bool) -> None:
    file = workshop.csv(ANN, BEN, CEE)
    workshop.land(file)
    forget(workshop.project, "ann")
    assert workshop.land(file, replace=replace).rows_forgotten == 1
    assert workshop.land(file, "2025").rows_forgotten == 1
    assert not _holds(workshop, "ann")
    assert len(workshop.values("q1")) == 4
    listed = workshop.project.secrets / FORGOTTEN
    assert listed.stat().st_mode & 0o077 == 0
    assert "ann" not in listed.read_text().split(" ")


def test_the_id_is_found_as_it_was_cleaned_when_it_landed(workshop: Workshop) -> None:
    workshop.land(workshop.csv("\ufeff ann\u00a0,1,a,5,Eens,40,", "\u00a0ann ,1,a,5,Eens,40,x,y", BEN, CEE))
    [removed] = forget(workshop.project, " ann")
    assert (removed.accepted, removed.rejected) == (1, 1)
    assert not _holds(workshop, "ann")


def test_a_wave_may_lose_everybody_and_land_anew_after_it(workshop: Workshop) -> None:
    workshop.land(workshop.csv(ANN))
    [landed] = all_deliveries(workshop.project)
    forget(workshop.project, "ann")
    [left] = all_deliveries(workshop.project)
    assert (left.rows_accepted, left.rows_rejected, left.rows_forgotten) == (0, 0, 1)
    # When the person's data came stays known: a copy is written later and has landed no later.
    assert left.landed_at == landed.landed_at
    assert left.delivery_id > landed.delivery_id
    later = workshop.land(workshop.csv(BEN, CEE), replace=True)
    assert later.delivery_id > left.delivery_id
    assert len(workshop.values("respondent_id")) == 2


def test_another_key_finds_nobody_and_says_why(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.land(workshop.csv(ANN, BEN, CEE))
    before = workshop.tree()
    monkeypatch.setenv("WERKPEIL_PSEUDONYM_KEY", "another key of some length")
    with pytest.raises(InputError, match="not the one that this delivery landed with"):
        forget(workshop.project, "ann")
    assert workshop.tree() == before


def test_a_damaged_list_stops_landing_because_forgotten_people_would_come_back(workshop: Workshop) -> None:
    file = workshop.csv(ANN, BEN, CEE)
    workshop.land(file)
    forget(workshop.project, "ann")
    (workshop.project.secrets / FORGOTTEN).write_text("plain *\n")
    with pytest.raises(OutsideError, match="list of forgotten people is damaged"):
        workshop.land(file, "2025")
    assert not _holds(workshop, "ann")


def test_nobody_and_two_surveys_are_refused_and_nothing_changes(workshop: Workshop) -> None:
    workshop.survey("other", PLAIN)
    workshop.land(workshop.csv(ANN, BEN))
    workshop.land(workshop.csv(ANN, CEE), survey_id="other")
    before = workshop.tree()
    with pytest.raises(InputError, match="Nobody"):
        forget(workshop.project, "dee")
    with pytest.raises(InputError, match="Nobody"):
        forget(workshop.project, "ann", survey_id="plain", wave_id="1999")
    with pytest.raises(InputError, match="Several surveys"):
        forget(workshop.project, "ann")
    assert workshop.tree() == before
    assert not (workshop.project.secrets / FORGOTTEN).exists()


@pytest.mark.parametrize("step", range(1, 12))
def test_stopped_at_any_step_each_wave_is_old_or_new_and_a_repeat_finishes(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Every move of a file is a step; there the power fails."""
    workshop.land(workshop.csv(ANN, BEN, CEE), "2022")
    workshop.land(workshop.csv(ANN, BEN, CEE), "2024")
    left = step
    with monkeypatch.context() as patch:
        for name in ("replace", "rename"):
            moved = getattr(Path, name)

            def power_cut(path: Path, target: Path, moved: Callable[[Path, Path], Path] = moved) -> Path:
                nonlocal left
                left -= 1
                if left == 0:
                    raise KeyboardInterrupt
                return moved(path, target)

            patch.setattr(Path, name, power_cut)
        with pytest.raises(KeyboardInterrupt):
            forget(workshop.project, "ann")
    counts = workshop.query("select wave_id, count(*) from raw.plain group by 1 order by 1")
    assert all(count in (2, 3) for _, count in counts)
    if step > 1:  # the list is written first: were the person in no delivery, the repeat would not fail
        assert (workshop.project.secrets / FORGOTTEN).exists()
        forget(workshop.project, "ann")
        assert forget(workshop.project, "ann") == []
        assert not _holds(workshop, "ann")
        assert len(list(workshop.project.landing.glob("plain/*/2*"))) == 2
