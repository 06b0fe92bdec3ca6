"""Releases to DuckDB: what is released, what is refused, what readers see and what a kill leaves."""

from __future__ import annotations

import json
import shutil
import stat
from typing import TYPE_CHECKING

import duckdb
import pytest
from filelock import FileLock

from support.releases import NASTY, change_warehouse, content, make_ready
from werkpeil.errors import CheckFailedError, InputError, OutsideError
from werkpeil.files import sha256_of
from werkpeil.landing import zone
from werkpeil.publishing import current_release, publish, releases
from werkpeil.publishing.open_data import export_open_data

from .conftest import FIRST

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

SECOND = "20260102T000000Z-00000002"


def current(project: Project) -> Path:
    return project.published / "current.duckdb"


def deliver(project: Project, *, replaces: zone.Delivery | None = None) -> zone.Delivery:
    """Put a delivery without rows into the landing zone, as the current one of its wave."""
    delivery_id, moment = zone.next_delivery_id("0" * 64, zone.current_delivery(project, "mood", "2024"))
    delivery = zone.Delivery(
        "mood", "2024", delivery_id, "synthetic", "mood.csv", 0, "0" * 64, "delimited", None, None,
        0, 0, 0, {}, {}, [], moment.isoformat(), "0", "key", replaces and replaces.delivery_id,
        zone.wave_folder(project, "mood", "2024") / delivery_id,
    )  # fmt: skip
    with zone.workspace(project) as prepared:
        zone.commit(prepared, delivery)
    return delivery


def files(project: Project) -> list[str]:
    return sorted(path.name for path in project.published.glob("werkpeil-*"))


def test_a_release_holds_the_published_tables_and_nothing_else(ready: Project) -> None:
    result = publish(ready)
    assert result.status == "published"
    assert current(ready).readlink().name == f"werkpeil-{FIRST}.duckdb"
    with duckdb.connect(str(current(ready)), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() order by 2"
        ).fetchall()
    assert tables == [("published", "labels"), ("published", "nobody"), ("published", "shares")]
    for table in ("labels", "nobody", "shares"):
        assert content(current(ready), table) == content(ready.warehouse, table)
    texts = [row[2] for row in content(current(ready), "labels")]
    assert sorted(texts) == sorted(NASTY)


def test_a_reader_finds_what_tables_and_columns_mean(ready: Project) -> None:
    publish(ready)
    with duckdb.connect(str(current(ready)), read_only=True) as connection:
        tables = dict(connection.execute("select table_name, comment from duckdb_tables()").fetchall())
        columns = connection.execute(
            "select comment from duckdb_columns() where table_name = 'shares' and column_name = 'n'"
        ).fetchall()
    assert tables["shares"] == "Grain: one row per item. Shares; it's said."
    assert tables["nobody"] is None
    assert columns == [("How many; it's n.",)]


def test_a_release_is_closed_read_only_listed_and_alone(ready: Project) -> None:
    release = publish(ready).release
    path = ready.published / release.file_name
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert (release.sha256, release.file_bytes) == (sha256_of(path), path.stat().st_size)
    listed = json.loads((ready.published / "releases.json").read_text())["releases"]
    assert listed == [
        {
            "build_id": FIRST,
            "published_at": release.published_at,
            "file_name": f"werkpeil-{FIRST}.duckdb",
            "file_bytes": release.file_bytes,
            "sha256": release.sha256,
            "deliveries": [],
            "tables": {"labels": 16, "nobody": 0, "shares": 20},
            "meanings": {
                "shares": {
                    "grain": ["item_id"],
                    "tests": [
                        ["not_null", "item_id", {}],
                        ["in_range", "positive_share", {"lowest": 0, "highest": 1}],
                    ],
                },
                "labels": {
                    "grain": ["label_id", "group_b"],
                    "tests": [
                        ["not_null", "label_id", {}],
                        ["known_values", "provenance", {"values": ["real", "synthetic"]}],
                    ],
                },
            },
        }
    ]
    assert sorted(path.name for path in ready.published.iterdir()) == [
        ".incoming",
        "current.duckdb",
        "releases.json",
        f"werkpeil-{FIRST}.duckdb",
    ]
    assert list((ready.published / ".incoming").iterdir()) == []


def test_the_file_is_of_a_storage_version_that_older_readers_open(ready: Project) -> None:
    # Bytes 12 to 19 of a DuckDB file are its storage version; 64 is that of 1.0, and 1.5 reads up to 68.
    release = publish(ready).release
    head = (ready.published / release.file_name).read_bytes()[:20]
    assert head[8:12] == b"DUCK"
    assert int.from_bytes(head[12:20], "little") == 64


def test_publishing_the_same_build_again_changes_nothing(ready: Project) -> None:
    publish(ready)
    before = {path.name: path.lstat() for path in ready.published.iterdir() if path.name != ".incoming"}
    assert publish(ready).status == "up_to_date"
    after = {path.name: path.lstat() for path in ready.published.iterdir() if path.name != ".incoming"}
    assert [(n, s.st_ino, s.st_mtime_ns) for n, s in after.items()] == [
        (n, s.st_ino, s.st_mtime_ns) for n, s in before.items()
    ]


def test_a_reader_keeps_the_old_release_and_a_new_connection_of_its_process_sees_the_new(
    ready: Project,
) -> None:
    publish(ready)
    with duckdb.connect(str(current(ready)), read_only=True) as old:
        make_ready(ready, SECOND)
        publish(ready)
        assert old.execute("select distinct build_id from published.shares").fetchall() == [(FIRST,)]
        with duckdb.connect(str(current(ready)), read_only=True) as new:
            assert new.execute("select distinct build_id from published.shares").fetchall() == [(SECOND,)]


def test_old_releases_are_kept_for_a_declared_number_and_never_the_current_one_removed(
    ready: Project,
) -> None:
    ids = [f"2026010{day}T000000Z-0000000{day}" for day in range(1, 6)]
    for build_id in ids:
        make_ready(ready, build_id)
        result = publish(ready)
    assert result.removed == (ids[1],)
    assert files(ready) == [f"werkpeil-{build_id}.duckdb" for build_id in ids[2:]]
    # An operator goes back to an old release; it stays beside the newest, though it is the third of one.
    releases.show_release(ready, releases.read_index(ready)[-1])
    releases.prune(ready, 1, landed=())
    assert files(ready) == [f"werkpeil-{ids[2]}.duckdb", f"werkpeil-{ids[4]}.duckdb"]
    assert current_release(ready).build_id == ids[2]  # type: ignore[union-attr]  # it is there


def test_releases_that_count_who_was_forgotten_go_with_the_next_publication(ready: Project) -> None:
    """Whoever publishes it: `werkpeil forget` stops at a gate that fails, and another command may go on."""
    ids = [f"2026010{day}T000000Z-0000000{day}" for day in range(1, 4)]
    first = deliver(ready)
    make_ready(ready, ids[0])
    publish(ready)
    export_open_data(ready)
    # The clock went back since the release: it is younger than whatever happens now.
    index = ready.published / "releases.json"
    index.write_text(index.read_text().replace('"published_at": "20', '"published_at": "29'))
    with zone.lock(ready):
        deliver(ready)
        shutil.rmtree(first.folder)
    make_ready(ready, ids[1])
    assert publish(ready).removed == (ids[0],)
    assert export_open_data(ready).build_id == ids[1]
    assert [folder.name for folder in (ready.published / "open-data").iterdir()] == [ids[1]]
    # Nobody left since, a file was replaced: the next release stands beside it.
    current = zone.current_delivery(ready, "mood", "2024")
    deliver(ready, replaces=current)
    make_ready(ready, ids[2])
    assert publish(ready).removed == ()
    assert files(ready) == [f"werkpeil-{build_id}.duckdb" for build_id in ids[1:]]
    # An index of before it told deliveries: what its releases count is not known, so only the current stays.
    listed = json.loads(index.read_text())
    for entry in listed["releases"]:
        del entry["deliveries"]
    index.write_text(json.dumps(listed))
    assert publish(ready).removed == (ids[1],)
    assert files(ready) == [f"werkpeil-{ids[2]}.duckdb"]


@pytest.mark.parametrize("kept", ["0", "-1", "true", "many"])
def test_a_number_of_releases_that_is_none_is_refused(ready: Project, kept: str) -> None:
    settings = ready.root / "dbt_project.yml"
    settings.write_text(settings.read_text().replace("keep_releases: 3", f"keep_releases: {kept}"))
    make_ready(ready, FIRST)
    with pytest.raises(InputError, match="keep_releases"):
        publish(ready)
    assert not current(ready).exists()


# What may not be published.


def test_a_build_that_did_not_finish_is_not_published(ready: Project) -> None:
    publish(ready)
    make_ready(ready, SECOND)
    (ready.data / "build.json").unlink()
    with pytest.raises(CheckFailedError, match="did not finish"):
        publish(ready)
    assert current_release(ready).build_id == FIRST  # type: ignore[union-attr]  # it is there


def test_a_build_that_is_not_the_newest_is_not_published(ready: Project) -> None:
    (ready.root / "profiles.yml").write_text("werkpeil: {target: other}\n")
    with pytest.raises(CheckFailedError, match="not the newest"):
        publish(ready)


def test_a_warehouse_that_was_touched_after_the_gate_is_not_published(ready: Project) -> None:
    with duckdb.connect(str(ready.warehouse)) as connection:
        connection.execute("update published.shares set n = 1000000")
    with pytest.raises(CheckFailedError, match="has not passed the gate as it is now"):
        publish(ready)
    assert not current(ready).exists()


def test_a_warehouse_without_published_tables_is_refused(ready: Project) -> None:
    change_warehouse(ready, "drop schema published cascade")
    with pytest.raises(CheckFailedError, match="nothing to publish"):
        publish(ready)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "update published.shares set build_id = 'other' where n < 3",
            "rows_are_of_one_build on shares: 3 rows",
        ),
        (
            "update published.labels set provenance = null where label = ''",
            "provenance_is_known on labels: 1",
        ),
        ("update published.labels set provenance = 'guessed'", "provenance_is_known on labels: 16 rows"),
        (
            "update published.shares set positive_share = 'nan' where n = 1",
            "positive_share_is_a_number on shares: 1",
        ),
        (
            "update published.shares set positive_share = 'inf' where n = 1",
            "positive_share_is_a_number on shares: 1",
        ),
        (
            "update published.labels set label = chr(0) where label = ''",
            "label_can_be_stored on labels: 1 rows",
        ),
        ("alter table published.nobody drop build_id", "nobody: it has no column build_id"),
        ("alter table published.nobody drop provenance", "nobody: it has no column provenance"),
    ],
)
def test_rows_that_may_not_leave_stop_the_publication(ready: Project, statement: str, told: str) -> None:
    change_warehouse(ready, statement)
    with pytest.raises(CheckFailedError) as failure:
        publish(ready)
    assert told in str(failure.value)
    assert not current(ready).exists()
    assert files(ready) == []


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ('create table published."../x" as select 1 as n', "'../x' cannot be published"),
        ('create table published."x\'; --" as select 1 as n', "cannot be published under that name"),
        ('create table published.x as select 1 as "a\nb"', "cannot be published under that name"),
        (f"create table published.{'x' * 64} as select 1 as n", "cannot be published under that name"),
        (f"create table published.x as select 1 as {'n' * 64}", "cannot be published under that name"),
        ("create table published.x as select [1] as n", "not every reader has"),
        ("create table published.x as select {'a': 1} as n", "not every reader has"),
    ],
)
def test_names_and_types_that_do_harm_are_refused(ready: Project, statement: str, told: str) -> None:
    change_warehouse(ready, statement)
    with pytest.raises(InputError) as failure:
        publish(ready)
    assert told in str(failure.value)
    assert files(ready) == []


@pytest.mark.parametrize("build_id", ["../../x", "a b", "x'; drop", "", "x" * 65, "a\n"])
def test_a_build_id_that_is_no_file_name_is_refused(ready: Project, build_id: str) -> None:
    make_ready(ready, build_id)
    with pytest.raises(InputError, match="cannot be the id of a release"):
        publish(ready)
    assert files(ready) == []


def test_a_second_publication_at_the_same_time_is_refused(ready: Project) -> None:
    with (
        FileLock(ready.data / ".build.lock"),
        pytest.raises(OutsideError, match="Another build, check or pub"),
    ):
        publish(ready)


def test_a_folder_that_cannot_be_written_is_an_outside_failure(
    ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(releases, "fsync", full)
    with pytest.raises(OutsideError, match="The disk is full"):
        publish(ready)
    assert not current(ready).exists()


# Write-ahead logs, leftovers and damage.


@pytest.mark.parametrize("name", [f"werkpeil-{FIRST}.duckdb.wal", "current.duckdb.wal"])
def test_a_write_ahead_log_beside_a_release_is_refused(ready: Project, name: str) -> None:
    publish(ready)
    log = ready.published / name
    log.write_bytes(b"somebody else's")
    make_ready(ready, SECOND)
    with pytest.raises(OutsideError, match="write-ahead log") as failure:
        publish(ready)
    assert name in str(failure.value)
    assert current_release(ready).build_id == FIRST  # type: ignore[union-attr]  # it is there
    log.unlink()
    assert publish(ready).release.build_id == SECOND


def test_what_a_killed_publication_left_is_removed(ready: Project) -> None:
    incoming = ready.published / ".incoming" / "0123"
    incoming.mkdir(parents=True)
    (incoming / f"werkpeil-{FIRST}.duckdb").write_bytes(b"half")
    (incoming / f"werkpeil-{FIRST}.duckdb.wal").write_bytes(b"half")
    (ready.published / ".current.duckdb.draft").symlink_to("nowhere")
    (ready.published / f"werkpeil-{SECOND}.duckdb").write_bytes(b"renamed and never listed")
    (ready.published / f"werkpeil-{FIRST}.duckdb").write_bytes(b"renamed and never listed")
    publish(ready)
    assert list((ready.published / ".incoming").iterdir()) == []
    assert files(ready) == [f"werkpeil-{FIRST}.duckdb"]
    assert len(content(current(ready), "shares")) == 20


def test_a_release_that_was_listed_and_not_shown_is_shown(ready: Project) -> None:
    publish(ready)
    inode = (ready.published / f"werkpeil-{FIRST}.duckdb").stat().st_ino
    current(ready).unlink()
    result = publish(ready)
    assert result.status == "published"
    assert (ready.published / f"werkpeil-{FIRST}.duckdb").stat().st_ino == inode
    assert current(ready).exists()


def test_a_release_that_was_altered_is_made_again(ready: Project) -> None:
    release = publish(ready).release
    path = ready.published / release.file_name
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    assert publish(ready).status == "published"
    assert releases.is_whole(ready, current_release(ready))  # type: ignore[arg-type]  # it is there


def test_a_damaged_index_or_pointer_is_told_with_its_place(ready: Project) -> None:
    publish(ready)
    index = ready.published / "releases.json"
    kept = index.read_text()
    index.write_text("{")
    with pytest.raises(OutsideError, match="index of releases is damaged"):
        publish(ready)
    index.write_text(kept)
    (ready.published / f"werkpeil-{FIRST}.duckdb").unlink()
    with pytest.raises(OutsideError, match="is not there"):
        publish(ready)
    current(ready).unlink()
    assert publish(ready).status == "published"
