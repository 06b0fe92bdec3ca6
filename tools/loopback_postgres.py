"""A PostgreSQL server of one's own on loopback: TLS with its own authority, SCRAM, nothing unencrypted.

Tests and measurements start one in a temporary folder and stop it again. It needs the server's programs
(Debian: `apt-get install postgresql`), found in `WERKPEIL_POSTGRES_BIN`, on PATH or where Debian puts them.
Run by root, the server runs as the user `postgres` or `nobody`, for it refuses to run as root.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import trustme

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
SETUP = ROOT / "tools" / "postgres_setup.sql"
DATABASE = "survey"
SECONDS_TO_START = 60

SETTINGS = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
ssl = on
ssl_min_protocol_version = 'TLSv1.2'
password_encryption = 'scram-sha-256'
max_connections = 60
fsync = off
"""
RULES = """
hostssl all all 127.0.0.1/32 scram-sha-256
hostnossl all all 0.0.0.0/0 reject
"""


@dataclass(frozen=True)
class Server:
    """A running server.

    Args:
        port: Its port on 127.0.0.1.
        authority: PEM file of the authority that signed its certificate.
        passwords: Passwords by role.
        version: Its version, such as `15.18`.
    """

    port: int
    authority: Path
    passwords: dict[str, str]
    version: str

    def environment(self, role: str) -> dict[str, str]:
        """Return the PG* variables with which libpq connects as a role, verifying the server's name."""
        return {
            "PGHOST": "localhost",
            "PGHOSTADDR": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGDATABASE": DATABASE,
            "PGUSER": role,
            "PGPASSWORD": self.passwords[role],
            "PGSSLMODE": "verify-full",
            "PGSSLROOTCERT": str(self.authority),
        }

    def connect(self, role: str, **others: Any) -> psycopg.Connection[Any]:
        """Connect as a role, by default encrypted, verified and in autocommit mode."""
        words: dict[str, Any] = {
            "host": "localhost",
            "hostaddr": "127.0.0.1",
            "port": self.port,
            "dbname": DATABASE,
            "user": role,
            "password": self.passwords[role],
            "sslmode": "verify-full",
            "sslrootcert": str(self.authority),
            "autocommit": True,
        }
        return psycopg.connect(**(words | others))


def find_programs() -> Path | None:
    """Return the folder of `initdb` and `postgres`; None where there is none."""
    named = os.environ.get("WERKPEIL_POSTGRES_BIN")
    on_path = shutil.which("initdb")
    candidates = [Path(named)] if named else []
    candidates += [Path(on_path).resolve().parent] if on_path else []
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    complete = [
        folder
        for folder in candidates
        if all((folder / name).exists() for name in ("initdb", "postgres", "psql"))
    ]
    return complete[0] if complete else None


@contextmanager
def serve(programs: Path) -> Iterator[Server]:
    """Yield a running server that is set up as docs/how-to/postgres.md says, and stop it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="werkpeil-postgres-"))
    user = _server_user()
    try:
        if user:
            shutil.chown(folder, user)
        folder.chmod(0o755)
        port, passwords = free_port(), {"postgres": secrets.token_urlsafe(24)}
        _make_cluster(programs, folder, passwords["postgres"], user)
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - fixed words and a port
                [programs / "postgres", "-D", folder / "data", "-p", str(port)],
                stdout=log,
                stderr=log,
                cwd=folder,
                **_as(user),
            )
        try:
            yield _set_up(programs / "psql", folder, process, port, passwords)
        finally:
            stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a server, at once if it does not within ten seconds."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _server_user() -> str | None:
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _as(user: str | None) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    words: dict[str, Any] = {"env": environment | {"LC_ALL": "C.UTF-8"}}
    if user:
        words |= {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}
    return words


def free_port() -> int:
    """Return a port on loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_cluster(programs: Path, folder: Path, password: str, user: str | None) -> None:
    secret = folder / "password"
    secret.write_text(password + "\n", encoding="utf-8")
    if user:
        shutil.chown(secret, user)
    arguments = ["-D", folder / "data", "-U", "postgres", "-A", "scram-sha-256", "--encoding", "UTF8"]
    arguments += ["--locale", "C.UTF-8", "--no-sync", "--pwfile", secret]
    subprocess.run(  # noqa: S603 - fixed words and paths of our own
        [programs / "initdb", *arguments], check=True, capture_output=True, cwd=folder, **_as(user)
    )
    secret.unlink()
    data = folder / "data"
    with (data / "postgresql.conf").open("a", encoding="utf-8") as stream:
        stream.write(SETTINGS)
    (data / "pg_hba.conf").write_text(RULES, encoding="utf-8")
    authority = trustme.CA()
    issued = authority.issue_cert("localhost", "127.0.0.1")
    authority.cert_pem.write_to_path(folder / "authority.pem")
    issued.private_key_pem.write_to_path(data / "server.key")
    for place, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(data / "server.crt", append=place > 0)
    (data / "server.key").chmod(0o600)
    for path in (data / "server.key", data / "server.crt", data / "pg_hba.conf"):
        if user:
            shutil.chown(path, user)


def _set_up(
    psql: Path, folder: Path, process: subprocess.Popen[bytes], port: int, passwords: dict[str, str]
) -> Server:
    server = Server(port, folder / "authority.pem", passwords, "")
    with _connect_when_ready(server, process, folder) as connection:
        version = str(connection.execute("show server_version").fetchall()[0][0]).split()[0]
        connection.execute(f"create database {DATABASE} encoding 'UTF8' template template0")
    environment = os.environ | server.environment("postgres")
    command = [psql, "--quiet", "--no-psqlrc", "--file", SETUP]
    subprocess.run(command, check=True, env=environment, capture_output=True)  # noqa: S603 - paths of our own
    with server.connect("postgres") as connection:
        for role in ("werkpeil_publisher", "werkpeil_reader"):
            passwords[role] = secrets.token_urlsafe(24)
            verifier = connection.pgconn.encrypt_password(
                passwords[role].encode(), role.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(f"alter role {role} password '{verifier}'")
    return Server(port, server.authority, passwords, version)


def _connect_when_ready(
    server: Server, process: subprocess.Popen[bytes], folder: Path
) -> psycopg.Connection[Any]:
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            return server.connect("postgres", dbname="postgres")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > until:
                log = (folder / "server.log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"the server did not start:\n{log[-2000:]}") from None
            time.sleep(0.1)
