"""Tell people that a run failed, and that runs are well again: a webhook, a mail, a command.

Addresses are settings of a machine and may hold secrets, so they are environment variables. A failure is
told when it is new and once a day while it lasts, not with every run. What is told names files and checks and
holds no row: messages leave the machine. Nothing that goes wrong here makes a run fail.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import smtplib
import ssl
import subprocess
import urllib.request
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import PurePath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from werkpeil.running.record import DONE, FAILED, cause, moment, read_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from werkpeil.project import Project
    from werkpeil.running.record import RunRecord

WEBHOOK = "WERKPEIL_NOTIFY_WEBHOOK"
COMMAND = "WERKPEIL_NOTIFY_COMMAND"
MAIL_TO = "WERKPEIL_NOTIFY_MAIL"
MAIL_FROM = "WERKPEIL_NOTIFY_FROM"
SMTP = "WERKPEIL_SMTP"

SECONDS_AT_MOST = 10
TELL_AGAIN_AFTER = timedelta(hours=24)
RUN_FAILED, RUN_RECOVERED = "run_failed", "run_recovered"


def notify(project: Project, record: RunRecord) -> None:
    """Tell what is to be told of a run that has ended, and note in its record what became of that.

    Args:
        project: Whose run.
        record: Its record; gets `notification` and, for what could not be told, notices.
    """
    before = read_run(project, record.number - 1)
    earlier = (before.notification if before else None) or {}
    failure = _fingerprint(record) if record.status == FAILED else None
    event = _event(record, failure, earlier)
    if event is None:
        if failure:  # still the same, told before
            record.notification = earlier
        return
    told, failed = [], []
    for name, send in _ways().items():
        try:
            send(_message(project, record, event))
            told.append(name)
        except Exception as error:  # noqa: BLE001 - whatever it is, the run is not to fail of it
            failed.append(name)
            record.notices.append(f"nobody could be told by {name}: {type(error).__name__}: {error}")
    if told or failed:
        record.notification = {
            "event": event,
            "failure": failure,
            "at": moment() if told else None,
            "told_by": told,
            "failed_by": failed,
        }


def _event(record: RunRecord, failure: str | None, earlier: dict[str, Any]) -> str | None:
    """Return what is to be told: a failure that is new or lasts a day, or that one told before is over."""
    if record.status == DONE:
        return RUN_RECOVERED if earlier.get("failure") and earlier.get("at") else None
    if failure is None:  # somebody stopped it
        return None
    if earlier.get("failure") != failure or not earlier.get("at"):
        return RUN_FAILED
    passed = abs(datetime.fromisoformat(record.ended_at or moment()) - datetime.fromisoformat(earlier["at"]))
    return RUN_FAILED if passed >= TELL_AGAIN_AFTER else None


def _fingerprint(record: RunRecord) -> str:
    """Return what is the same as long as the same thing is wrong."""
    refused = sorted(entry["path"] for entry in record.waits if entry["status"] == "refused")
    text = json.dumps([record.exit_code, cause(record), refused])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _message(project: Project, record: RunRecord, event: str) -> dict[str, Any]:
    """Return what is told; `text` is what chat programs show."""
    what = "failed" if event == RUN_FAILED else "is well again"
    why = f": {cause(record)}" if event == RUN_FAILED else ""
    return {
        "text": f"Werkpeil, project {project.root.name} on {record.host}: run {record.number} {what}{why}",
        "event": event,
        "project": project.root.name,
        "run": record.number,
        "status": record.status,
        "exit_code": record.exit_code,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "host": record.host,
        "landed": [f"{one['survey_id']} {one['wave_id']}" for one in record.landed],
        "waits": [{"file": PurePath(one["path"]).name, "status": one["status"]} for one in record.waits],
        "release": (record.release or {}).get("build_id"),
        "see": "werkpeil status",
    }


def _ways() -> dict[str, Callable[[dict[str, Any]], None]]:
    """Return the ways in which people are to be told, those that are set."""
    ways: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
        "webhook": (WEBHOOK, _post),
        "mail": (MAIL_TO, _mail),
        "command": (COMMAND, _call),
    }
    return {name: send for name, (variable, send) in ways.items() if os.environ.get(variable)}


def _post(message: dict[str, Any]) -> None:
    address = os.environ[WEBHOOK]
    if urlsplit(address).scheme not in {"http", "https"}:
        raise ValueError(f"{WEBHOOK} is no address of http or https")
    request = urllib.request.Request(  # noqa: S310 - the scheme is looked at above
        address,
        data=json.dumps(message).encode(),
        headers={"Content-Type": "application/json", "User-Agent": "werkpeil"},
        method="POST",
    )
    with urllib.request.urlopen(request, timeout=SECONDS_AT_MOST):  # noqa: S310 - as above
        pass


def _mail(message: dict[str, Any]) -> None:
    """Send a mail by `smtp://[user:password@]host[:port]` or `smtps://`; no password travels unencrypted."""
    server = urlsplit(os.environ.get(SMTP, "smtp://localhost"))
    if server.scheme not in {"smtp", "smtps"} or not server.hostname:
        raise ValueError(f"{SMTP} is no address of smtp or smtps")
    mail = EmailMessage()
    mail["Subject"] = message["text"][:200]
    mail["From"] = os.environ.get(MAIL_FROM) or f"werkpeil@{message['host']}"
    mail["To"] = os.environ[MAIL_TO]
    mail.set_content(message["text"] + "\n\n" + json.dumps(message, indent=1, ensure_ascii=False) + "\n")
    context = ssl.create_default_context()
    if server.scheme == "smtps":
        client: smtplib.SMTP = smtplib.SMTP_SSL(
            server.hostname, server.port or 465, timeout=SECONDS_AT_MOST, context=context
        )
    else:
        client = smtplib.SMTP(server.hostname, server.port or 25, timeout=SECONDS_AT_MOST)
    with client:
        if server.username:
            if server.scheme == "smtp":
                client.starttls(context=context)
            client.login(unquote(server.username), unquote(server.password or ""))
        client.send_message(mail)


def _call(message: dict[str, Any]) -> None:
    """Start a command with the message as JSON on its standard input."""
    subprocess.run(  # noqa: S603 - the command of who runs this machine
        shlex.split(os.environ[COMMAND]),
        input=json.dumps(message).encode(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        timeout=SECONDS_AT_MOST,
        check=True,
    )
