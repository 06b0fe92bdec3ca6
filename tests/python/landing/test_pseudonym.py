"""The key and what it makes."""

from __future__ import annotations

import hmac
import stat
from typing import TYPE_CHECKING

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from werkpeil.errors import InputError
from werkpeil.landing.pseudonym import Pseudonymiser, load_pseudonymiser

if TYPE_CHECKING:
    from support.workshop import Workshop


@settings(max_examples=30, deadline=None)
@given(key=st.binary(min_size=16, max_size=100), message=st.text(max_size=40))
def test_duckdb_and_python_make_the_same_pseudonym(key: bytes, message: str) -> None:
    pseudonymiser = Pseudonymiser(key)
    expected = hmac.new(key, message.encode(), "sha256").hexdigest()[:32]
    assert pseudonymiser.of(message) == expected
    if "\0" in message:
        return
    with duckdb.connect() as connection:
        query = f"select {pseudonymiser.expression('$message')}"
        found = connection.execute(query, {"message": message, **pseudonymiser.parameters})
        assert found.fetchall() == [(expected,)]


def test_a_new_key_is_for_its_owner_alone_and_is_kept(workshop: Workshop) -> None:
    first = load_pseudonymiser(workshop.project)
    folder = workshop.project.secrets
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "pseudonym.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["pseudonym.key"]
    assert len(first.key) == 32
    assert load_pseudonymiser(workshop.project).key == first.key


def test_a_key_that_others_can_read_is_refused(workshop: Workshop) -> None:
    load_pseudonymiser(workshop.project)
    (workshop.project.secrets / "pseudonym.key").chmod(0o640)
    with pytest.raises(InputError, match="can be read by others") as caught:
        load_pseudonymiser(workshop.project)
    assert "chmod 600" in str(caught.value)


@pytest.mark.parametrize(
    ("named", "key"),
    [
        ("00112233445566778899aabbccddeeff", bytes.fromhex("00112233445566778899aabbccddeeff")),
        ("a sentence that is long enough", b"a sentence that is long enough"),
        ("0123456789abcdef", b"0123456789abcdef"),
    ],
)
def test_the_environment_may_hold_the_key(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, named: str, key: bytes
) -> None:
    monkeypatch.setenv("WERKPEIL_PSEUDONYM_KEY", named)
    assert load_pseudonymiser(workshop.project).key == key
    assert not workshop.project.secrets.exists()


@pytest.mark.parametrize("named", ["", "short"])
def test_a_short_key_is_refused(workshop: Workshop, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    monkeypatch.setenv("WERKPEIL_PSEUDONYM_KEY", named)
    with pytest.raises(InputError, match="shorter than 16 bytes"):
        load_pseudonymiser(workshop.project)


def test_a_key_does_not_show_itself(workshop: Workshop) -> None:
    pseudonymiser = Pseudonymiser(b"sixteen bytes ok")
    assert "sixteen" not in repr(pseudonymiser)
    assert "sixteen" not in pseudonymiser.expression("'x'")


def test_another_key_would_unlink_people_and_is_refused(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = workshop.csv("1,1,a,5,Eens,40,")
    workshop.land(file, "2023")
    monkeypatch.setenv("WERKPEIL_PSEUDONYM_KEY", "another key, long enough")
    with pytest.raises(InputError, match="not the one that earlier waves landed with"):
        workshop.land(file, "2024")
