"""Publication to a real PostgreSQL over TLS: what arrives, who may do what, and what readers notice."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from psycopg import errors, sql

from support.releases import NASTY, change_warehouse, content, make_ready
from werkpeil.errors import CheckFailedError, InputError, OutsideError
from werkpeil.publishing import postgres as target
from werkpeil.publishing import publish
from werkpeil.publishing.postgres import publish_to_postgres

from .conftest import FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project

SECOND = "20260102T000000Z-00000002"


@pytest.fixture
def server(postgres: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The server, empty, with the publisher's connection in the environment."""
    for name, value in postgres.environment("werkpeil_publisher").items():
        monkeypatch.setenv(name, value)
    with postgres.connect("postgres") as connection:
        owned = connection.execute("select nspname from pg_namespace where nspname like 'published%'")
        for (name,) in owned.fetchall():
            connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(name)))
    return postgres


@pytest.fixture
def released(ready: Project) -> Project:
    publish(ready)
    return ready


def release(project: Project, build_id: str, *changes: str) -> None:
    make_ready(project, build_id)
    if changes:
        change_warehouse(project, *changes)
    publish(project)


def read(server: Any, query: str) -> list[tuple[Any, ...]]:
    with server.connect("werkpeil_reader") as connection:
        return list(connection.execute(query).fetchall())


def test_every_table_and_value_arrives_as_it_is_in_the_release(released: Project, server: Any) -> None:
    result = publish_to_postgres(released)
    assert (result.status, result.rows, result.left) == ("published", 36, ())
    assert result.database.endswith("/survey")
    file = released.published / "current.duckdb"
    for table in ("labels", "nobody", "shares"):
        rows = sorted(read(server, f"select * from published.{table}"), key=repr)
        assert rows == sorted(content(file, table), key=repr)
    assert sorted(text for (text,) in read(server, "select label from published.labels")) == sorted(NASTY)


def test_types_comments_keys_and_statistics_are_there(released: Project, server: Any) -> None:
    publish_to_postgres(released)
    types = read(
        server,
        "select column_name, udt_name from information_schema.columns "
        "where table_schema = 'published' and table_name = 'shares'",
    )
    assert dict(types) | {"item_id": "text", "n": "int8", "positive_share": "float8", "odds": "numeric"} == {
        "item_id": "text",
        "n": "int8",
        "positive_share": "float8",
        "suppression_reason": "text",
        "fieldwork_end": "date",
        "landed_at": "timestamp",
        "is_even": "bool",
        "odds": "numeric",
        "provenance": "text",
        "build_id": "text",
    }
    assert read(server, "select obj_description('published.shares'::regclass)") == [
        ("Grain: one row per item. Shares; it's said.",)
    ]
    assert read(server, "select col_description('published.shares'::regclass, 2)") == [("How many; it's n.",)]
    keys = read(
        server, "select indexdef from pg_indexes where schemaname = 'published' order by tablename, indexname"
    )
    assert [key.split(" USING ")[1] for (key,) in keys] == [
        "btree (label_id, group_b) NULLS NOT DISTINCT",
        "btree (item_id)",
    ]
    with server.connect("postgres") as connection:
        counted = connection.execute(
            "select reltuples from pg_class where oid = 'published.shares'::regclass"
        ).fetchall()
    assert counted == [(20.0,)]


def test_the_same_release_again_loads_nothing_and_a_new_one_replaces_it(
    released: Project, server: Any
) -> None:
    publish_to_postgres(released)
    before = read(server, "select 'published.shares'::regclass::oid")
    assert publish_to_postgres(released).status == "up_to_date"
    assert read(server, "select 'published.shares'::regclass::oid") == before
    release(released, SECOND)
    assert publish_to_postgres(released).status == "published"
    assert read(server, "select distinct build_id from published.shares") == [(SECOND,)]
    assert read(server, "select nspname from pg_namespace where nspname like 'published%'") == [
        ("published",)
    ]


def test_a_service_file_tells_where_to_publish(
    released: Project, server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = {"dbname": "survey", "user": "werkpeil_publisher", "host": "localhost", "port": server.port}
    words |= {"hostaddr": "127.0.0.1", "sslmode": "verify-full", "sslrootcert": server.authority}
    lines = [f"{name}={value}" for name, value in words.items()]
    (tmp_path / "services").write_text("\n".join(["[werkpeil]", *lines]) + "\n")
    for name in server.environment("werkpeil_publisher"):
        if name != "PGPASSWORD":
            monkeypatch.delenv(name)
    monkeypatch.setenv("PGSERVICEFILE", str(tmp_path / "services"))
    monkeypatch.setenv("PGSERVICE", "werkpeil")
    assert publish_to_postgres(released).status == "published"


# The reader.

REFUSED = {
    "insert": "insert into published.shares (item_id) values ('x')",
    "update": "update published.shares set n = 1",
    "delete": "delete from published.shares",
    "truncate": "truncate published.shares",
    "merge": "merge into published.shares s using (select 1) x on true when matched then delete",
    "create_table": "create table published.mine (n int)",
    "create_in_public": "create table public.mine (n int)",
    "create_schema": "create schema mine",
    "create_view": "create view published.mine as select 1",
    "create_function": "create function published.f() returns int language sql as 'select 1'",
    "alter_table": "alter table published.shares add column x int",
    "drop_table": "drop table published.shares",
    "drop_schema": "drop schema published cascade",
    "rename_schema": "alter schema published rename to mine",
    "comment": "comment on table published.shares is 'mine'",
    "index": "create index on published.shares (n)",
    "temporary_table": "create temporary table mine (n int)",
    "select_into_temporary": "select * into temporary mine from published.shares",
    "other_schema": "select * from internal.secret",
    "old_schema": "select * from published_old_x.shares",
    "passwords": "select * from pg_catalog.pg_authid",
    "read_file": "select pg_read_file('PG_VERSION')",
    "list_files": "select pg_ls_dir('.')",
    "copy_from_file": "copy published.shares from '/etc/passwd'",
    "copy_to_file": "copy published.shares to '/tmp/x'",
    "copy_program": "copy published.shares to program 'cat'",
    "large_object": "select lo_create(0)",
    "large_object_from_bytes": "select lo_from_bytea(0, 'x')",
    "server_file_import": "select lo_import('/etc/passwd')",
    "become_publisher": "set role werkpeil_publisher",
    "become_superuser": "set session authorization postgres",
    "alter_system": "alter system set fsync = on",
    "terminate_others": "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'",
    "create_extension": "create extension file_fdw schema published",
    "create_role": "create role mine",
    "untrusted_code": "do language plpythonu 'pass'",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=REFUSED)
def test_the_reader_is_refused(opened: Any, statement: str) -> None:
    with opened.connect("werkpeil_reader") as connection:
        # The reader's own settings are no protection; it can change them.
        connection.execute("set default_transaction_read_only = off")
        with pytest.raises((errors.InsufficientPrivilege, errors.UndefinedObject)) as refusal:
            connection.execute(statement)
        if isinstance(refusal.value, errors.UndefinedObject):
            assert "language" in str(refusal.value)


@pytest.fixture(scope="module")
def opened(postgres: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A server with a publication, an older one that could not be dropped, and a schema of somebody else."""
    with postgres.connect("postgres") as connection:
        connection.execute("drop schema if exists published, published_old_x, internal cascade")
        connection.execute("create schema published authorization werkpeil_publisher")
        connection.execute("create schema internal")
        connection.execute("create table internal.secret as select 1 as n")
        connection.execute("create schema published_old_x")
        connection.execute("create table published_old_x.shares as select 1 as n")
        connection.execute("grant select on published_old_x.shares to werkpeil_reader")
    with postgres.connect("werkpeil_publisher") as connection:
        connection.execute("create table published.shares (item_id text, n int)")
        connection.execute("insert into published.shares values ('a', 1)")
        connection.execute("grant usage on schema published to werkpeil_reader")
        connection.execute("grant select on published.shares to werkpeil_reader")
    yield postgres
    with postgres.connect("postgres") as connection:
        connection.execute("drop schema if exists published, published_old_x, internal cascade")


def test_the_reader_can_select(opened: Any) -> None:
    assert read(opened, "select * from published.shares") == [("a", 1)]


def test_the_reader_has_no_privilege_but_on_what_is_published(released: Project, server: Any) -> None:
    publish_to_postgres(released)
    schemas = read(
        server,
        "select nspname from pg_namespace where has_schema_privilege(oid, 'usage') and nspname <> 'pg_toast' "
        "order by 1",
    )
    assert schemas == [("information_schema",), ("pg_catalog",), ("published",)]
    assert read(server, "select nspname from pg_namespace where has_schema_privilege(oid, 'create')") == []
    writable = read(
        server,
        "select oid::regclass from pg_class where relkind in ('r', 'v', 'm', 'p', 'f') "
        "and has_table_privilege(oid, 'insert, update, delete, truncate, references, trigger') "
        "and relname <> 'pg_settings'",
    )
    assert writable == []
    assert read(server, "select has_database_privilege(current_database(), 'temp')") == [(False,)]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ({"sslmode": "disable"}, "no encryption"),
        ({"password": "wrong"}, "password authentication failed"),
        ({"sslrootcert": "system"}, "certificate"),
        ({"host": "elsewhere.example"}, "does not match host name"),
        ({"user": "nobody_known", "password": "x"}, "authentication failed"),
    ],
)
def test_a_connection_that_is_not_what_it_should_be_fails(
    postgres: Any, words: dict[str, str], told: str
) -> None:
    with pytest.raises(psycopg.OperationalError, match=told):
        postgres.connect("werkpeil_reader", **words)


def test_passwords_are_kept_as_scram_verifiers(postgres: Any) -> None:
    with postgres.connect("postgres") as connection:
        kept = connection.execute(
            "select rolpassword from pg_authid where rolpassword is not null"
        ).fetchall()
    assert len(kept) == 3
    assert all(verifier.startswith("SCRAM-SHA-256$") for (verifier,) in kept)


# Readers who are in the way.


def test_an_open_transaction_of_a_reader_stops_nothing_and_its_schema_is_dropped_later(
    released: Project, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "LOCK_ATTEMPTS", 2)
    monkeypatch.setattr(target, "SECONDS_PER_DROP", 0.1)
    publish_to_postgres(released)
    with server.connect("werkpeil_reader", autocommit=False) as reader:
        reader.execute("select count(*) from published.shares")
        release(released, SECOND)
        result = publish_to_postgres(released)
        assert result.status == "published"
        assert not result.waited_for_readers
        assert len(result.left) == 1
        assert read(server, "select distinct build_id from published.shares") == [(SECOND,)]
        with server.connect("werkpeil_reader") as other, pytest.raises(errors.InsufficientPrivilege):
            other.execute(f"select * from {result.left[0]}.shares")
    assert publish_to_postgres(released).left == ()
    assert read(server, "select nspname from pg_namespace where nspname like 'published%'") == [
        ("published",)
    ]


def test_a_query_that_has_begun_keeps_the_swap_waiting_and_sees_one_build(
    released: Project, server: Any
) -> None:
    publish_to_postgres(released)
    release(released, SECOND)
    seen: list[Any] = []

    def slow_query() -> None:
        query = (
            "select s.build_id, l.build_id from published.shares s, published.labels l, pg_sleep(0.5) limit 1"
        )
        seen.extend(read(server, query))

    reader = threading.Thread(target=slow_query)
    reader.start()
    with server.connect("postgres") as watching:
        while not watching.execute("select 1 from pg_stat_activity where wait_event = 'PgSleep'").fetchall():
            pass
    result = publish_to_postgres(released)
    reader.join()
    assert seen == [(FIRST, FIRST)]
    assert result.waited_for_readers
    assert read(server, "select distinct build_id from published.shares") == [(SECOND,)]


def test_a_view_that_somebody_built_is_not_dropped_with_the_old_schema(
    released: Project, server: Any
) -> None:
    publish_to_postgres(released)
    with server.connect("postgres") as connection:
        connection.execute("create schema if not exists theirs")
        connection.execute("create or replace view theirs.view as select * from published.shares")
    release(released, SECOND)
    assert len(publish_to_postgres(released).left) == 1
    with server.connect("postgres") as connection:
        assert connection.execute("select count(*) from theirs.view").fetchall() == [(20,)]
        connection.execute("drop schema theirs cascade")
    assert publish_to_postgres(released).left == ()


def test_a_prepared_query_goes_on_with_the_new_build(released: Project, server: Any) -> None:
    publish_to_postgres(released)
    with server.connect("werkpeil_reader") as reader:
        query = "select distinct build_id from published.shares"
        assert reader.execute(query, prepare=True).fetchall() == [(FIRST,)]
        release(released, SECOND)
        publish_to_postgres(released)
        assert reader.execute(query, prepare=True).fetchall() == [(SECOND,)]


def test_a_transaction_with_an_older_snapshot_finds_the_new_tables_full(
    released: Project, server: Any
) -> None:
    publish_to_postgres(released)
    with server.connect("werkpeil_reader", autocommit=False) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("select count(*) from pg_class")
        release(released, SECOND)
        publish_to_postgres(released)
        assert reader.execute("select count(*) from published.shares").fetchall() == [(20,)]


# What goes wrong.


def test_nothing_released_is_told(ready: Project, server: Any) -> None:
    with pytest.raises(InputError, match="Nothing is released yet"):
        publish_to_postgres(ready)


def test_a_table_that_breaks_its_key_leaves_the_last_publication(released: Project, server: Any) -> None:
    publish_to_postgres(released)
    release(released, SECOND, "update published.shares set item_id = 's1' where n = 2")
    with pytest.raises(CheckFailedError, match=r"breaks its own key.*s1") as failure:
        publish_to_postgres(released)
    assert "shares" in str(failure.value)
    assert read(server, "select distinct build_id from published.shares") == [(FIRST,)]


def test_a_schema_of_somebody_else_is_never_replaced(released: Project, server: Any) -> None:
    with server.connect("werkpeil_publisher") as connection:
        connection.execute("create schema published")
        connection.execute("create table published.theirs as select 1 as n")
    with pytest.raises(InputError, match="did not make"):
        publish_to_postgres(released)
    with server.connect("werkpeil_publisher") as connection:
        assert connection.execute("select n from published.theirs").fetchall() == [(1,)]


def test_a_database_without_the_set_up_is_told_what_to_run(
    released: Project, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in server.environment("werkpeil_reader").items():
        monkeypatch.setenv(name, value)
    with pytest.raises(InputError) as failure:
        publish_to_postgres(released)
    assert "tools/postgres_setup.sql" in str(failure.value)


def test_a_database_in_another_encoding_is_refused(
    released: Project, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.connect("postgres") as connection:
        connection.execute("create database latin encoding 'LATIN1' locale 'C' template template0")
    monkeypatch.setenv("PGDATABASE", "latin")
    monkeypatch.setenv("PGUSER", "postgres")
    monkeypatch.setenv("PGPASSWORD", server.passwords["postgres"])
    with pytest.raises(InputError, match="LATIN1"):
        publish_to_postgres(released)


def test_a_server_that_cannot_be_reached_is_an_outside_failure_without_its_password(
    released: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "x", "PGPASSWORD": "geheim"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(OutsideError, match="PostgreSQL failed") as failure:
        publish_to_postgres(released)
    assert "geheim" not in str(failure.value)


def test_a_second_publication_waits_for_the_first_and_gives_up(
    released: Project, server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target, "SECONDS_FOR_ANOTHER", 0.2)
    with server.connect("werkpeil_publisher", autocommit=False) as other:
        other.execute("create schema published_next")
        with pytest.raises(OutsideError, match="Another publication"):
            publish_to_postgres(released)
        other.rollback()
    assert publish_to_postgres(released).status == "published"
