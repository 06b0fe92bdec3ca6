"""Schema raw shows the landing zone and nothing else; the inbox shows what has not landed."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import duckdb
import pytest

from support.workshop import PLAIN, column
from werkpeil.errors import InputError
from werkpeil.landing import InboxItem, pending, sync_raw
from werkpeil.landing.inbox import watched

if TYPE_CHECKING:
    from pathlib import Path

    from support.workshop import Workshop

GOOD = "1,1,a,5,Eens,40,"


def test_a_survey_without_deliveries_has_empty_views_of_the_right_columns(
    workshop: Workshop,
) -> None:
    assert workshop.query("from raw.plain") == []
    names = [name for (name,) in workshop.query("select column_name from (describe raw.plain)")]
    assert names == [
        "survey_id",
        "wave_id",
        "delivery_id",
        "respondent_id",
        "row_number",
        *("w", "s", "q1", "q2", "hours", "remark"),
    ]
    for table in ("landing_register", "rejected_rows", "invalid_answers"):
        assert workshop.query(f"from raw.{table}") == []
        assert ("survey_id",) in workshop.query(f"select column_name from (describe raw.{table})")


def test_empty_and_filled_views_have_the_same_columns(workshop: Workshop) -> None:
    tables = ("plain", "landing_register", "rejected_rows", "invalid_answers")
    described = "select column_name, column_type from (describe raw.{})"
    empty = {table: workshop.query(described.format(table)) for table in tables}
    workshop.land(workshop.csv(GOOD, "2,x,a,5,Eens,40,", "3,1,a,8,Eens,40,"))
    assert {table: workshop.query(described.format(table)) for table in tables} == empty


def test_waves_that_landed_before_a_column_was_added_show_it_as_null(workshop: Workshop) -> None:
    workshop.land(workshop.csv(GOOD), "2023")
    workshop.survey("plain", [*PLAIN, column("q9", "item", answers="agree5", waves=["2024"])])
    text = workshop.csv(GOOD).read_text().replace("remark", "remark,q9").replace("40,", "40,,3")
    workshop.land(workshop.file("new.csv", text), "2024")
    assert workshop.query("select wave_id, q9 from raw.plain order by 1") == [
        ("2023", None),
        ("2024", 3),
    ]


def test_a_column_that_left_the_codebook_leaves_the_view(workshop: Workshop) -> None:
    workshop.land(workshop.csv(GOOD))
    workshop.survey("plain", PLAIN[:4])
    assert "q2" not in str(workshop.query("describe raw.plain"))


def test_syncing_again_shows_the_zone_as_it_is_now(workshop: Workshop) -> None:
    warehouse = workshop.folder / "warehouse.duckdb"
    for expected in (0, 1, 2):
        if expected:
            workshop.land(workshop.csv(GOOD), f"wave-{expected}")
        with duckdb.connect(str(warehouse)) as connection:
            sync_raw(workshop.project, connection)
            for table in ("plain", "landing_register"):
                [(count,)] = connection.execute(f"select count(*) from raw.{table}").fetchall()
                assert count == expected


def test_a_failed_sync_leaves_the_schema_as_it_was(workshop: Workshop) -> None:
    workshop.land(workshop.csv(GOOD))
    with duckdb.connect() as connection:
        sync_raw(workshop.project, connection)
        (workshop.project.seeds / "scales.csv").unlink()
        with pytest.raises(InputError, match="scales"):
            sync_raw(workshop.project, connection)
        assert connection.execute("select count(*) from raw.plain").fetchall() == [(1,)]


def settled(path: Path) -> Path:
    """Make a file look as if it arrived a minute ago."""
    before = time.time() - 60
    os.utime(path, (before, before))
    return path


def deliver(workshop: Workshop, place: str, content: str) -> Path:
    path = workshop.project.inbox / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return settled(path)


def test_the_inbox_lists_what_has_not_landed(workshop: Workshop) -> None:
    assert pending(workshop.project) == []
    content = workshop.csv(GOOD).read_text()
    waiting = deliver(workshop, "plain/2024/d.csv", content)
    landed = deliver(workshop, "plain/2023/d.csv", content)
    deliver(workshop, "plain/2023/.hidden.csv", content)
    deliver(workshop, "plain/.later/d.csv", content)
    stray = deliver(workshop, "plain/stray.csv", content)
    deep = deliver(workshop, "plain/2024/a/b/deep.csv", content)
    partial = deliver(workshop, "plain/2024/e.csv.PART", content)
    workshop.land(landed, "2023")
    assert pending(workshop.project) == [
        InboxItem(deep, "", "", "misplaced"),
        InboxItem(waiting, "plain", "2024", "new"),
        InboxItem(partial, "plain", "2024", "partial_name"),
        InboxItem(stray, "", "", "misplaced"),
    ]
    assert all(item.reason for item in pending(workshop.project))


def test_a_file_that_a_program_has_open_to_write_is_still_arriving(workshop: Workshop) -> None:
    path = deliver(workshop, "plain/2024/d.csv", "x")
    with path.open("a"):
        assert [item.status for item in pending(workshop.project)] == ["still_arriving"]
    with path.open():
        assert [item.status for item in pending(workshop.project)] == ["new"]


def test_a_file_that_may_not_be_read_says_so(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    content = workshop.csv(GOOD).read_text()
    workshop.land(workshop.csv(GOOD))
    deliver(workshop, "plain/2024/d.csv", content)

    def refuse(_: Path) -> str:
        raise PermissionError

    monkeypatch.setattr("werkpeil.landing.inbox.sha256_of", refuse)
    assert [item.status for item in pending(workshop.project)] == ["unreadable"]


def test_a_file_that_goes_while_it_is_looked_at_is_left_out(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = deliver(workshop, "plain/2024/d.csv", "x")
    monkeypatch.setattr("werkpeil.landing.inbox.zone.history", lambda *_: path.unlink() or [])
    assert pending(workshop.project) == []


def test_a_replaced_delivery_does_not_come_back(workshop: Workshop) -> None:
    first = deliver(workshop, "plain/2024/a.csv", workshop.csv(GOOD).read_text())
    second = deliver(workshop, "plain/2024/b.csv", workshop.csv(GOOD.replace("5", "4")).read_text())
    workshop.land(first)
    workshop.land(second, replace=True)
    assert pending(workshop.project) == []


def test_a_file_that_just_changed_is_still_arriving(workshop: Workshop) -> None:
    path = deliver(workshop, "plain/2024/d.csv", "x")
    os.utime(path)
    [item] = pending(workshop.project)
    assert item.status == "still_arriving"


def test_another_inbox_can_be_named(workshop: Workshop, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere" / "plain" / "2024"
    folder.mkdir(parents=True)
    path = settled(workshop.csv(GOOD)).rename(folder / "d.csv")
    assert [item.path for item in pending(workshop.project, tmp_path / "elsewhere")] == [path]


def test_a_codebook_beside_a_delivery_describes_it_and_is_none_itself(workshop: Workshop) -> None:
    folder = workshop.project.inbox / "plain" / "2024"
    folder.mkdir(parents=True)
    data, beside = folder / "data.asc", folder / "data.SSS"
    other, alone = folder / "data2.csv", folder / "alone.xml"
    for path in (data, beside, other, alone):
        path.write_text("x\n")
        os.utime(path, (1, 1))
    assert pending(workshop.project) == [
        InboxItem(alone, "plain", "2024", "new"),
        InboxItem(data, "plain", "2024", "new", beside),
        InboxItem(other, "plain", "2024", "new"),
    ]
    beside.touch()
    assert [item.status for item in pending(workshop.project)] == ["new", "still_arriving", "new"]


def test_a_codebook_that_changes_while_a_delivery_is_watched_lets_it_wait(workshop: Workshop) -> None:
    folder = workshop.project.inbox / "plain" / "2024"
    folder.mkdir(parents=True)
    for name in ("data.asc", "data.sss"):
        (folder / name).write_text("x\n")
        os.utime(folder / name, (1, 1))
    items = pending(workshop.project)
    changing = threading.Timer(0.05, (folder / "data.sss").write_text, ("longer\n",))
    changing.start()
    [item] = watched(items, seconds=0.3)
    changing.join()
    assert item.status == "still_arriving"
