"""An Apache Superset of one's own on loopback, with nothing in it but an administrator.

Tests start one and import what `werkpeil superset` wrote. To look at the current release in it,
on a PostgreSQL server that starts and stops with it: `python tools/loopback_superset.py`.

It is installed in an environment of its own, `tools/superset/.venv`, since it needs older versions of what
the warehouse is built with. That takes Python 3.11 or 3.12 and 700 MB.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import loopback_postgres

from werkpeil.project import Project
from werkpeil.publishing.postgres import publish_to_postgres
from werkpeil.superset import export_for_superset

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "tools" / "superset"
PYTHON = HOME / ".venv" / "bin" / "python"
USER = "admin"
SECONDS_TO_START = 300
SECONDS_TO_ANSWER = 120
# The key of the file's connection where passwords are given.
CONNECTION = "databases/Werkpeil.yaml"
DASHBOARDS = "/api/v1/dashboard/import/"

# On loopback without HTTPS, by scripts that ask as often as they like.
SETTINGS = """
SECRET_KEY = {secret!r}
SQLALCHEMY_DATABASE_URI = {metadata!r}
TALISMAN_ENABLED = False
RATELIMIT_ENABLED = False
BABEL_DEFAULT_LOCALE = {language!r}
LANGUAGES = {{"en": {{"flag": "us", "name": "English"}}, "nl": {{"flag": "nl", "name": "Dutch"}}}}
"""


@dataclass
class Superset:
    """A running Superset.

    Args:
        address: Where it is, without a slash at its end.
        password: Of the user `admin`.
    """

    address: str
    password: str

    def __post_init__(self) -> None:
        self._headers = {"Accept": "application/json", "Referer": self.address}
        self._browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def log_in(self) -> None:
        """Log in by REST; all calls after it are the administrator's."""
        words = {"username": USER, "password": self.password, "provider": "db"}
        token = self.call("POST", "/api/v1/security/login", words)["access_token"]
        self._headers["Authorization"] = f"Bearer {token}"
        self._headers["X-CSRFToken"] = self.call("GET", "/api/v1/security/csrf_token/")["result"]

    def call(self, method: str, path: str, content: Any = None) -> Any:
        """Return what a REST call answers.

        Raises:
            RuntimeError: it is refused; the message says why.
        """
        data = None if content is None else json.dumps(content).encode()
        return self._send(method, path, data, "application/json")

    def import_file(self, path: str, file: Path, part: str, password: str, **fields: str) -> None:
        """Import a file as the form of Superset's page does.

        Args:
            path: The endpoint.
            file: The file.
            part: What the endpoint calls it.
            password: Of the connection to PostgreSQL.
            fields: What else the form has.
        """
        edge = secrets.token_hex(16)
        given = {"passwords": json.dumps({CONNECTION: password}), **fields}
        lines = b"".join(
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in given.items()
        )
        head = f'--{edge}\r\nContent-Disposition: form-data; name="{part}"; filename="{file.name}"\r\n'
        head += "Content-Type: application/zip\r\n\r\n"
        data = lines + head.encode() + file.read_bytes() + f"\r\n--{edge}--\r\n".encode()
        self._send("POST", path, data, f"multipart/form-data; boundary={edge}")

    def _send(self, method: str, path: str, data: bytes | None, kind: str) -> Any:
        headers = self._headers | {"Content-Type": kind}
        request = urllib.request.Request(self.address + path, data, headers, method=method)  # noqa: S310 - loopback
        try:
            with self._browser.open(request, timeout=SECONDS_TO_ANSWER) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            told = error.read().decode(errors="replace")
            raise RuntimeError(f"{method} {path}: {error.code} {told[:2000]}") from error


def find_python() -> str | None:
    """Return a Python that Superset can be installed with; None where there is none."""
    found = subprocess.run(  # noqa: S603 - fixed words
        [_uv(), "python", "find", "--no-python-downloads", ">=3.11,<3.13"],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    return found.stdout.strip() if found.returncode == 0 else None


def install() -> None:
    """Install the locked versions in `tools/superset/.venv`; a moment where they are there."""
    settings = {"UV_PROJECT_ENVIRONMENT": ".venv", "UV_PYTHON_DOWNLOADS": "never"}
    environment = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"} | settings
    subprocess.run(  # noqa: S603 - fixed words and a path of our own
        [_uv(), "sync", "--locked", "--quiet", "--project", HOME], check=True, env=environment, cwd=ROOT
    )


def _uv() -> str:
    command = [ROOT / "tools" / "find_uv"]
    found = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603 - a path of our own
    return found.stdout.strip()


@contextmanager
def serve(language: str = "en") -> Iterator[Superset]:
    """Yield a Superset that somebody is logged in to, and stop it afterwards.

    Args:
        language: Of its own words.
    """
    folder = Path(tempfile.mkdtemp(prefix="werkpeil-superset-"))
    try:
        port, password = loopback_postgres.free_port(), secrets.token_urlsafe(24)
        settings = folder / "superset_config.py"
        settings.write_text(
            SETTINGS.format(
                secret=secrets.token_urlsafe(42),
                metadata=f"sqlite:///{folder}/metadata.db",
                language=language,
            ),
            encoding="utf-8",
        )
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")} | {
            "SUPERSET_CONFIG_PATH": str(settings),
            "SUPERSET_HOME": str(folder),
            "LOOPBACK_PORT": str(port),
            "LOOPBACK_USER": USER,
            "LOOPBACK_PASSWORD": password,
        }
        with (folder / "server.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - paths of our own
                [PYTHON, HOME / "start.py"], env=environment, stdout=log, stderr=log, cwd=folder
            )
        try:
            running = Superset(f"http://127.0.0.1:{port}", password)
            _wait(running, process, folder / "server.log")
            running.log_in()
            yield running
        finally:
            loopback_postgres.stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait(running: Superset, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while True:
        try:
            with urllib.request.urlopen(f"{running.address}/health", timeout=5):  # noqa: S310 - loopback
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                told = log.read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"Superset did not start:\n{told[-3000:]}") from None
            time.sleep(0.2)


def main() -> int:
    """Show the current release in a Superset until the user stops it."""
    programs = loopback_postgres.find_programs()
    if programs is None:
        sys.stderr.write("No PostgreSQL server is installed here (Debian: apt-get install postgresql).\n")
        return 3
    language = sys.argv[1] if len(sys.argv) > 1 else "nl"
    project = Project.find()
    install()
    with loopback_postgres.serve(programs) as server, tempfile.TemporaryDirectory() as folder:
        os.environ.update(server.environment("werkpeil_publisher"))
        publish_to_postgres(project)
        made = export_for_superset(project, language, Path(folder) / "superset.zip")
        with serve(language) as running:
            running.import_file(DASHBOARDS, made.file, "formData", server.passwords["werkpeil_reader"])
            sys.stdout.write(
                f"{running.address}/dashboard/list/ as {USER} with password {running.password}\n"
                "Ctrl-C stops it; nothing of it stays.\n"
            )
            sys.stdout.flush()
            for kind in (signal.SIGINT, signal.SIGTERM):
                signal.signal(kind, signal.default_int_handler)
            with suppress(KeyboardInterrupt):
                signal.pause()
    return 0


if __name__ == "__main__":
    sys.exit(main())
