"""Who is told of a failed run: by a webhook, by mail and by a command, on servers of loopback."""

from __future__ import annotations

import json
import shlex
import socketserver
import ssl
import sys
from typing import TYPE_CHECKING, Any

import pytest
import trustme

from support.servers import collecting, served
from support.workshop import make_workshop
from werkpeil.running import record as records
from werkpeil.running.notify import notify

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project

WAYS = ("WERKPEIL_NOTIFY_WEBHOOK", "WERKPEIL_NOTIFY_MAIL", "WERKPEIL_NOTIFY_COMMAND")
OTHERS = ("WERKPEIL_NOTIFY_FROM", "WERKPEIL_SMTP")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    for name in (*WAYS, *OTHERS, "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return make_workshop(tmp_path).project


@pytest.fixture
def hook() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A web server that keeps what is posted to it; of the path /broken it says 500."""
    with collecting() as (address, posted):
        yield address, posted


class Mailbox(socketserver.StreamRequestHandler):
    """A mail server that keeps the lines of what it is told; with STARTTLS where it has a certificate."""

    lines: list[str]
    tls: ssl.SSLContext | None

    def handle(self) -> None:
        self.say("220 ready")
        answers = {"AUTH": "235 welcome", "DATA": "354 go on", "QUIT": "221 bye", "STARTTLS": "220 go on"}
        word = ""
        while word != "QUIT":
            word = self.heard().partition(" ")[0].upper()
            if word == "EHLO":
                self.say("250-here", "250-AUTH PLAIN" if self.tls is None else "250-STARTTLS", "250 8BITMIME")
            else:
                self.say(answers.get(word, "250 ok"))
            if word == "DATA":
                while self.heard() != ".":
                    pass
                self.say("250 kept")
            elif word == "STARTTLS" and self.tls is not None:
                self.request = self.tls.wrap_socket(self.request, server_side=True)
                self.tls = None
                self.setup()

    def heard(self) -> str:
        line = self.rfile.readline().decode()
        self.lines.append(line.rstrip("\r\n"))
        return self.lines[-1] if line else "QUIT"

    def say(self, *lines: str) -> None:
        for line in lines:
            self.wfile.write(f"{line}\r\n".encode())


def ended(project: Project, **changes: Any) -> records.RunRecord:
    """Begin and end a run, tell of it as a run does, and keep its record."""
    made = records.begin(project, project.inbox)
    made.status, made.exit_code, made.ended_at = "done", 0, made.started_at
    for name, value in changes.items():
        setattr(made, name, value)
    notify(project, made)
    records.save(project, made)
    return made


def failed(project: Project, what: str = "2 checks failed:\n  x: n=3", **changes: Any) -> records.RunRecord:
    error = {"kind": "CheckFailedError", "what": what, "where": None, "hint": None}
    steps = [{"name": "build", "status": "failed"}]
    return ended(project, **({"status": "failed", "exit_code": 1, "error": error, "steps": steps} | changes))


def test_a_failure_is_told_once_and_its_end_too(
    project: Project, hook: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, posted = hook
    monkeypatch.setenv("WERKPEIL_NOTIFY_WEBHOOK", address)
    ended(project)
    assert posted == []
    for _ in range(3):
        failed(project)
    assert [message["event"] for message in posted] == ["run_failed"]
    failed(project, "another thing")
    assert [message["run"] for message in posted] == [2, 5]
    ended(project)
    ended(project)
    assert [message["event"] for message in posted] == ["run_failed", "run_failed", "run_recovered"]
    failed(project)
    assert posted[-1]["run"] == 8, "it came back"
    assert (posted[0]["exit_code"], posted[0]["status"]) == (1, "failed")


def test_no_row_of_a_table_and_nothing_of_a_delivery_is_told(
    project: Project, hook: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, posted = hook
    monkeypatch.setenv("WERKPEIL_NOTIFY_WEBHOOK", address)
    failed(project)
    refused = {
        "survey_id": "s",
        "wave_id": "w",
        "path": "/in/s/w/d.csv",
        "status": "refused",
        "reason": "Jansen",
    }
    steps = [{"name": "land s w", "status": "failed"}, {"name": "publish", "status": "done"}]
    failed(project, "'Jansen' is no answer", steps=steps, waits=[refused])
    assert posted[0]["text"].endswith("run 1 failed: build: 2 checks failed:")
    assert posted[1]["text"].endswith("run 2 failed: refused: s w")
    assert posted[1]["waits"] == [{"file": "d.csv", "status": "refused"}]
    assert "n=3" not in json.dumps(posted)
    assert "Jansen" not in json.dumps(posted)


def test_a_failure_that_lasts_is_told_again_after_a_day_whichever_way_the_clock_goes(
    project: Project, hook: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, posted = hook
    monkeypatch.setenv("WERKPEIL_NOTIFY_WEBHOOK", address)
    failed(project)
    for moment, count in [
        ("2026-01-01T23:59:00Z", 1),
        ("2026-01-02T00:00:00Z", 2),
        ("2025-12-30T00:00:00Z", 3),
    ]:
        last = records.read_runs(project, 1)[0]
        assert last.notification is not None
        last.notification["at"] = "2026-01-01T00:00:00Z"
        records.save(project, last)
        failed(project, ended_at=moment)
        assert len(posted) == count


def test_what_cannot_be_told_is_noted_tried_again_and_fails_nothing(
    project: Project, hook: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, posted = hook
    for wrong in (f"{address}/broken", "http://127.0.0.1:1/", "file:///etc/passwd", "no address"):
        monkeypatch.setenv("WERKPEIL_NOTIFY_WEBHOOK", wrong)
        made = failed(project)
        assert len(made.notices) == 1, wrong
        assert "nobody could be told by webhook" in made.notices[0]
    assert len(posted) == 1
    monkeypatch.setenv("WERKPEIL_NOTIFY_WEBHOOK", address)
    assert failed(project).notices == []
    assert len(posted) == 2


def test_a_run_that_somebody_stopped_is_no_failure(
    project: Project, hook: tuple[str, list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WERKPEIL_NOTIFY_WEBHOOK", hook[0])
    ended(project, status="interrupted", exit_code=130)
    assert hook[1] == []


@pytest.mark.parametrize("secure", [False, True])
def test_mail_goes_to_the_server_that_is_set_and_a_password_only_encrypted(
    secure: bool, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    context = None
    if secure:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    lines: list[str] = []
    handler = type("Handler", (Mailbox,), {"lines": lines, "tls": context})
    with served(socketserver.TCPServer(("127.0.0.1", 0), handler)) as port:
        who = "me:p%40ss@" if secure else ""
        monkeypatch.setenv("WERKPEIL_SMTP", f"smtp://{who}127.0.0.1:{port}")
        monkeypatch.setenv("WERKPEIL_NOTIFY_MAIL", "one@example.org, two@example.org")
        made = failed(project)
    assert made.notices == []
    assert made.notification is not None
    assert made.notification["told_by"] == ["mail"]
    assert [line for line in lines if line.startswith("rcpt")] == [
        "rcpt TO:<one@example.org>",
        "rcpt TO:<two@example.org>",
    ]
    assert "Werkpeil, project project on " in "\n".join(lines)
    assert any('"event": "run_failed"' in line for line in lines)
    words = [line.partition(" ")[0].upper() for line in lines]
    assert ("AUTH" in words) == secure
    if secure:
        assert words.index("STARTTLS") < words.index("AUTH")


def test_a_password_is_not_told_to_a_server_that_does_not_encrypt(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines: list[str] = []
    handler = type("Handler", (Mailbox,), {"lines": lines, "tls": None})
    with served(socketserver.TCPServer(("127.0.0.1", 0), handler)) as port:
        monkeypatch.setenv("WERKPEIL_SMTP", f"smtp://me:secret@127.0.0.1:{port}")
        monkeypatch.setenv("WERKPEIL_NOTIFY_MAIL", "one@example.org")
        made = failed(project)
    assert "nobody could be told by mail: SMTPNotSupportedError" in made.notices[0]
    assert not any(line.upper().startswith("AUTH") for line in lines)
    assert "secret" not in made.notices[0]


def test_a_command_gets_the_message_and_one_that_fails_is_noted(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = tmp_path / "kept here.json"
    code = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text(sys.stdin.read())"
    monkeypatch.setenv("WERKPEIL_NOTIFY_COMMAND", shlex.join([sys.executable, "-c", code, str(kept)]))
    assert failed(project).notices == []
    assert json.loads(kept.read_text())["run"] == 1
    monkeypatch.setenv("WERKPEIL_NOTIFY_COMMAND", "false")
    assert "nobody could be told by command: CalledProcessError" in failed(project, "new").notices[0]
