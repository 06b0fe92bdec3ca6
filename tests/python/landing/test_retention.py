"""Retired waves lose their rows, in whatever order things happen, and keep their register entry."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.workshop import PLAIN
from werkpeil.codebook import load_codebook
from werkpeil.errors import InputError
from werkpeil.landing import all_deliveries, forget, zone
from werkpeil.landing.retention import due_on, due_waves, retire_waves

if TYPE_CHECKING:
    from support.workshop import Workshop
    from werkpeil.landing.retention import DueWave

ANN, BEN, CEE = "ann,1,a,8,Eens,40,", "ben,1,a,4,Eens,30,", "cee,1,b,3,Eens,20,"
TODAY = datetime.now(UTC).date()


def _days(days: int) -> timedelta:
    return timedelta(days=days)


@pytest.fixture
def kept(workshop: Workshop) -> Workshop:
    """Two waves of a survey that keeps rows for 30 days; one of them was replaced and has a rejected row."""
    workshop.survey("plain", PLAIN, retention_days=30)
    workshop.land(workshop.csv(ANN, BEN), "2022")
    workshop.land(workshop.csv(ANN, BEN, BEN, CEE, name="whole.csv"), "2022", replace=True)
    workshop.land(workshop.csv(BEN, CEE, name="later.csv"), "2024")
    return workshop


def _due(workshop: Workshop, wave_id: str) -> list[DueWave]:
    return [wave for wave in due_waves(workshop.project, TODAY + _days(30)) if wave.wave_id == wave_id]


def _retire(workshop: Workshop, wave_id: str) -> None:
    retire_waves(workshop.project, _due(workshop, wave_id), {("plain", wave_id): "f1"})


def _age(workshop: Workshop, wave_id: str, days: int) -> None:
    """Let the deliveries of a wave have landed earlier."""
    for delivery in zone.history(workshop.project, "plain", wave_id):
        entry = delivery.folder / zone.REGISTER_ENTRY
        earlier = (datetime.fromisoformat(delivery.landed_at) - _days(days)).isoformat()
        entry.write_text(entry.read_text().replace(delivery.landed_at, earlier))


def test_the_period_counts_from_the_first_delivery(kept: Workshop) -> None:
    assert due_waves(kept.project) == []
    assert due_waves(kept.project, TODAY + _days(29)) == []
    _age(kept, "2022", 10)
    assert [wave.wave_id for wave in due_waves(kept.project, TODAY + _days(20))] == ["2022"]
    [wave] = due_waves(kept.project, TODAY + _days(20))
    assert (wave.landed_on, wave.due_on) == (TODAY - _days(10), TODAY + _days(20))
    assert (wave.deliveries, wave.rows) == (2, 6)
    # A file that replaces another, and a copy without a forgotten person, do not begin a new period.
    forget(kept.project, "cee")
    kept.land(kept.csv(ANN, name="third.csv"), "2022", replace=True)
    assert due_on(kept.project, "plain", "2022") == TODAY + _days(20)


def test_without_a_period_nothing_is_due(workshop: Workshop) -> None:
    workshop.land(workshop.csv(ANN))
    assert due_on(workshop.project, "plain", "2024") is None
    assert due_waves(workshop.project, TODAY + _days(100_000)) == []


@pytest.mark.parametrize("days", [0, -1, "soon", 1.5])
def test_a_period_is_a_number_of_days(workshop: Workshop, days: object) -> None:
    workshop.survey("plain", PLAIN, retention_days=days)
    with pytest.raises(InputError, match="retention_days"):
        load_codebook(workshop.project, "plain")


def test_rows_go_and_the_register_and_other_waves_stay(kept: Workshop) -> None:
    before = {name: content for name, content in kept.tree().items() if "/2024/" in name}
    _retire(kept, "2022")
    assert {name: content for name, content in kept.tree().items() if "/2024/" in name} == before
    left = {name for name in kept.tree() if "/2022/" in name}
    assert {Path(name).name for name in left} == {"current", "delivery.json"}
    assert kept.query("select distinct wave_id from raw.plain") == [("2024",)]
    assert (
        kept.query("select * from raw.rejected_rows union all by name select * from raw.invalid_answers")
        == []
    )
    register = kept.query(
        "select rows_accepted, rows_rejected, retired_at is not null, scored_as from raw.landing_register "
        "where wave_id = '2022' order by is_current"
    )
    assert register == [(2, 0, True, "f1"), (3, 1, True, "f1")]
    assert _due(kept, "2022") == []
    assert (kept.project.data / "rewrite-warehouse").exists()


@pytest.mark.parametrize("step", range(1, 9))
def test_killed_at_any_step_the_wave_is_due_or_retired_and_a_repeat_finishes(
    kept: Workshop, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each file that is replaced or removed is a step; there the power fails."""
    left = step
    with monkeypatch.context() as patch:
        for name in ("replace", "unlink"):
            done = getattr(Path, name)

            def power_cut(path: Path, *rest: object, done: object = done, **options: object) -> object:
                nonlocal left
                left -= 1
                if left == 0:
                    raise KeyboardInterrupt
                return done(path, *rest, **options)  # type: ignore[operator]  # one of the three

            patch.setattr(Path, name, power_cut)
        with pytest.raises(KeyboardInterrupt):
            _retire(kept, "2022")
    retired = zone.history(kept.project, "plain", "2022")[0].retired_at is not None
    assert kept.query("select count(*) from raw.plain where wave_id = '2022'") == [(0 if retired else 3,)]
    _retire(kept, "2022")
    kept.land(kept.csv(CEE, name="other.csv"), "2026")  # which sweeps
    assert not list((kept.project.landing / "plain" / "2022").rglob("*.parquet"))


def test_what_can_no_longer_be_done_is_refused_in_words(kept: Workshop) -> None:
    whole = kept.folder / "whole.csv"
    _age(kept, "2022", 40)
    _retire(kept, "2022")
    again = kept.land(whole, "2022")
    assert (again.status, again.retired_at is not None) == ("already_landed", True)
    with pytest.raises(
        InputError, match=r"retention period of wave 2022 .* was over on .*may not land again"
    ):
        kept.land(whole, "2022", replace=True)
    with pytest.raises(InputError, match=r"Nobody .*\n.*\n.*Retired waves hold no rows: plain 2022"):
        forget(kept.project, "ann")
    removed = forget(kept.project, "cee")
    assert [rows.wave_id for rows in removed] == ["2024"]


def test_a_longer_period_brings_a_wave_back(kept: Workshop) -> None:
    _age(kept, "2022", 40)
    _retire(kept, "2022")
    kept.survey("plain", PLAIN, retention_days=300)
    kept.land(kept.folder / "whole.csv", "2022", replace=True)
    assert kept.query("select count(*) from raw.plain where wave_id = '2022'") == [(3,)]
    assert len(all_deliveries(kept.project)) == 4
    assert [rows.accepted for rows in forget(kept.project, "ann")] == [1]
