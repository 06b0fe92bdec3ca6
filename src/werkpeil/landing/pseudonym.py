"""Pseudonyms of respondents: HMAC-SHA256 under a key that stays on this machine.

The same person has the same pseudonym in every wave of a survey and an unrelated one in another
survey. The key is a parameter of every statement, never part of its text, so that neither a log
nor an error message can show it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

KEY_VARIABLE = "WERKPEIL_PSEUDONYM_KEY"
KEY_FILE = "pseudonym.key"
MINIMUM_BYTES = 16
PSEUDONYM_LENGTH = 32

_BLOCK = 64  # block size of SHA-256 in bytes, which HMAC pads its key to


@dataclass(frozen=True)
class Pseudonymiser:
    """Makes pseudonyms, one by one in Python or many at once in DuckDB.

    Args:
        key: At least 16 secret bytes.
    """

    key: bytes = field(repr=False)

    def of(self, message: str) -> str:
        """Return the pseudonym of a message such as `<survey>|<id>`."""
        return hmac.new(self.key, message.encode(), "sha256").hexdigest()[:PSEUDONYM_LENGTH]

    @property
    def fingerprint(self) -> str:
        """Tell two keys apart without telling either."""
        return self.of("werkpeil key fingerprint")[:16]

    def expression(self, message: str) -> str:
        """Return SQL for the pseudonym of an SQL text; the statement needs `parameters`."""
        return (
            "left(sha256(unhex($outer_pad) || unhex(sha256(unhex($inner_pad) || "
            f"encode({message})))), {PSEUDONYM_LENGTH})"
        )

    @property
    def parameters(self) -> dict[str, str]:
        """Parameters of a statement that holds `expression`."""
        padded = self._padded_key()
        return {
            "inner_pad": bytes(byte ^ 0x36 for byte in padded).hex(),
            "outer_pad": bytes(byte ^ 0x5C for byte in padded).hex(),
        }

    def _padded_key(self) -> bytes:
        short = hashlib.sha256(self.key).digest() if len(self.key) > _BLOCK else self.key
        return short.ljust(_BLOCK, b"\0")


def load_pseudonymiser(project: Project) -> Pseudonymiser:
    """Return the project's pseudonymiser; makes a key when there is none.

    Raises:
        InputError: if the key is too short or its file can be read by others.
    """
    named = os.environ.get(KEY_VARIABLE)
    if named is not None:
        return Pseudonymiser(_key_from_text(named, f"environment variable {KEY_VARIABLE}"))
    path = project.secrets / KEY_FILE
    if not path.exists():
        _create_key(path)
    if path.stat().st_mode & 0o077:
        raise InputError(
            "The key of the pseudonyms can be read by others.",
            where=str(path),
            hint=f"chmod 600 {path}",
        )
    return Pseudonymiser(_key_from_text(path.read_text(encoding="utf-8").strip(), str(path)))


def _key_from_text(text: str, where: str) -> bytes:
    key = text.encode()
    if len(text) >= 2 * MINIMUM_BYTES:
        try:
            key = bytes.fromhex(text)
        except ValueError:
            key = text.encode()
    if len(key) < MINIMUM_BYTES:
        raise InputError(
            f"The key of the pseudonyms is shorter than {MINIMUM_BYTES} bytes.",
            where=where,
            hint="use at least 32 hexadecimal digits or 16 characters, picked at random.",
        )
    return key


def _create_key(path: Path) -> None:
    """Write a new key so that a killed process leaves either no key or a whole one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f".{KEY_FILE}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as stream:
            stream.write(secrets.token_hex(32) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(FileExistsError):  # another process was first: its key stands
            os.link(unfinished, path)
    finally:
        unfinished.unlink()
