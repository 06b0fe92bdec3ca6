"""The command line: help, exit codes, and errors that are messages."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from support.projects import ROOT, SURVEYS, make_project, read_rows
from support.releases import change_warehouse, make_ready
from support.runnable import deliver, make_runnable
from werkpeil import __version__
from werkpeil.cli import main, running, screen
from werkpeil.errors import CheckFailedError, InputError, OutsideError
from werkpeil.quality import gate

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

COMMANDS = [
    ["land"],
    ["build"],
    ["check"],
    ["publish"],
    ["run"],
    ["forget"],
    ["retire"],
    ["export"],
    ["status"],
    ["demo"],
    ["survey", "new"],
    ["survey", "check"],
    ["survey", "export"],
    ["audit"],
]


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    """Run the command line in process and return its exit code."""
    monkeypatch.setattr(sys, "argv", ["werkpeil", *map(str, arguments)])
    try:
        main.run()
    except SystemExit as stop:
        return int(stop.code or 0)
    return 0


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with one survey, around the working directory."""
    made = make_project(tmp_path, extra=("apistrat",))
    monkeypatch.chdir(made.root)
    monkeypatch.delenv("WERKPEIL_DATA", raising=False)
    return made


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_every_command_explains_itself_with_an_example(
    command: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, *command, "--help") == 0
    assert f"Example: werkpeil {' '.join(command)}" in capsys.readouterr().out


def test_the_version_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert call(monkeypatch, "--version") == 0
    assert __version__ in capsys.readouterr().out


@pytest.mark.parametrize(
    ("error", "code"), [(CheckFailedError("a"), 1), (InputError("b"), 2), (OutsideError("c"), 3)]
)
def test_an_error_is_a_message_with_its_exit_code(
    error: Exception,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(main, "app", fail)
    assert call(monkeypatch) == code
    told = capsys.readouterr().err
    assert str(error) in told
    assert "Traceback" not in told


def test_a_defect_of_ours_is_told_and_its_traceback_kept(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(**_: object) -> None:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr(main, "app", fail)
    assert call(monkeypatch) == 3
    told = capsys.readouterr().err
    assert "ZeroDivisionError" in told
    assert "Traceback" not in told
    assert "Traceback" in (project.logs / "defect.log").read_text()


def test_outside_a_project_the_reader_is_told_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert call(monkeypatch, "status") == 2
    assert "No Werkpeil project here" in capsys.readouterr().err


def test_unusable_input_exits_2_and_says_what_to_do(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for arguments in (
        ("land", "nosuch.csv", "--survey", "apistrat", "--wave", "2000"),
        ("land", project.root, "--survey", "apistrat", "--wave", "2000"),
        ("land", project.root / "dbt_project.yml", "--survey", "nosuch", "--wave", "2000"),
        ("land", project.root / "dbt_project.yml", "--survey", "apistrat", "--wave", "../2000"),
        ("land", "missing-options.csv"),
        ("nosuch",),
    ):
        assert call(monkeypatch, *arguments) == 2, arguments
        told = capsys.readouterr()
        assert told.err, arguments
        assert "Traceback" not in told.err


def test_status_before_and_after_landing_and_the_inbox(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "status") == 0
    assert "Nothing is landed yet" in capsys.readouterr().out
    file = SURVEYS / "apistrat" / "apistrat.csv"
    assert call(monkeypatch, "land", file, "--survey", "apistrat", "--wave", "2000") == 0
    assert "landed apistrat 2000: 200 rows read, 200 accepted, 0 rejected" in capsys.readouterr().out
    assert call(monkeypatch, "land", file, "--survey", "apistrat", "--wave", "2000") == 0
    assert "already landed, nothing to do" in capsys.readouterr().out
    waiting = project.inbox / "apistrat" / "2001"
    waiting.mkdir(parents=True)
    (waiting / "later.csv").write_bytes(file.read_bytes())
    assert call(monkeypatch, "status") == 0
    told = capsys.readouterr().out
    assert "apistrat" in told
    assert "200" in told
    assert "Inbox: 1 waiting" in told
    assert "later.csv" in told


@pytest.mark.parametrize(
    ("gate", "failure", "words"),
    [
        ({"checks": 3, "results": 5, "warnings": 1}, None, "Gate: passed, 3 tests and 5 checks"),
        (None, "2 checks failed:", "Gate: failed. 2 checks failed:"),
        (None, None, "Gate: not run on this build"),
    ],
)
def test_status_tells_a_gate_that_failed_from_one_that_was_not_run(
    capsys: pytest.CaptureFixture[str], gate: dict[str, Any] | None, failure: str | None, words: str
) -> None:
    build = {"build_id": "b", "models": 1, "checks": 2, "is_current": True}
    running._show_build(build, gate, failure)
    assert words in capsys.readouterr().out


def test_run_lands_what_is_new_publishes_and_tells_of_what_it_could_not_land(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop = make_runnable(tmp_path)
    monkeypatch.chdir(workshop.project.root)
    monkeypatch.setattr(gate, "_check_results", lambda *_: [])  # its marts are not here
    good, bad = deliver(workshop, "2000"), deliver(workshop, "2001")
    bad.write_text("nothing,of,this\n1,2,3\n")
    os.utime(bad, (1_700_000_000, 1_700_000_000))
    assert call(monkeypatch, "run") == 2
    told = capsys.readouterr()
    assert "landed plain 2000" in told.out
    assert "built" in told.out
    assert "passed the gate" in told.out
    assert "run 1: failed (exit 2)" in told.out.splitlines()[-1]
    assert "None of the" in told.err
    assert bad.exists()
    assert good.exists()
    assert call(monkeypatch, "status") == 0
    told = capsys.readouterr()
    assert "2001 d.csv: refused: None of the" in told.out
    assert "Seconds per layer (the build before): " in told.out
    bad.unlink()
    assert call(monkeypatch, "run") == 0
    told = capsys.readouterr()
    assert "Nothing changed since build" in told.out
    assert "is the current release; nothing was published" in told.out
    assert "run 2: nothing to do" in told.out.splitlines()[-1]
    assert call(monkeypatch, "run", "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    assert call(monkeypatch, "status") == 0
    told = capsys.readouterr()
    assert "Current release: " in told.out
    assert "Gate: passed" in told.out
    assert "Inbox: 0 waiting" in told.out
    assert call(monkeypatch, "status", "--json") == 0
    status = json.loads(capsys.readouterr().out)
    assert [run["number"] for run in status["runs"]] == [3, 2, 1]
    assert status["release"]["is_last_build"]
    assert call(monkeypatch, "export") == 0
    assert "datapackage.json" in capsys.readouterr().out
    assert (workshop.project.published / "datapackage.json").exists()


def test_what_is_not_fit_to_be_published_exits_1_and_the_last_release_stays(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_ready(project, "20260101T000000Z-00000001")
    assert call(monkeypatch, "publish") == 0
    assert "published 20260101T000000Z-00000001: 3 tables, 36 rows" in capsys.readouterr().out
    make_ready(project, "20260102T000000Z-00000002")
    change_warehouse(project, "update published.shares set build_id = 'other' where n < 3")
    assert call(monkeypatch, "publish") == 1
    assert "rows_are_of_one_build on shares: 3 rows" in capsys.readouterr().err
    assert call(monkeypatch, "status") == 0
    told = capsys.readouterr().out
    assert "Current release: 20260101T000000Z-00000001" in told
    assert "not the last build" in told


def test_publishing_elsewhere_is_refused_and_a_server_that_is_not_there_exits_3(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call(monkeypatch, "publish", "--to", "../moon") == 2
    assert "use --to postgres" in capsys.readouterr().err
    make_ready(project, "20260101T000000Z-00000001")
    for name, value in {"PGHOST": "127.0.0.1", "PGPORT": "1", "PGUSER": "x"}.items():
        monkeypatch.setenv(name, value)
    assert call(monkeypatch, "publish", "--to", "postgres") == 3
    assert "PostgreSQL failed" in capsys.readouterr().err
    assert (project.published / "current.duckdb").exists()


def test_nothing_is_exported_before_a_release(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    assert call(monkeypatch, "export") == 2


def test_brackets_in_a_file_name_are_text_and_not_markup(capsys: pytest.CaptureFixture[str]) -> None:
    screen.say("landed [bold]x[/bold].csv")
    screen.show_error(InputError("No [red]such[/red] file.", where="[dir]/x.csv", hint="[none]"))
    told = capsys.readouterr()
    assert "[bold]x[/bold].csv" in told.out
    assert "No [red]such[/red] file." in told.err
    assert "[dir]/x.csv" in told.err


def test_audit_tells_shows_and_writes_what_it_finds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    example = ROOT / "docs" / "examples" / "audit" / "team_survey"
    page, rows, table = tmp_path / "page.html", tmp_path / "found.json", tmp_path / "found.csv"
    arguments = ("audit", example, "--language", "en")
    assert call(monkeypatch, *arguments, "--page", page, "--out", rows) == 1
    told = capsys.readouterr().out
    assert "table 3/trust/all" in told
    assert "Total outside its groups" in told
    assert "possible is 3.442 to 3.452" in told
    assert "3 found." in told
    assert "3.442 to 3.452" in page.read_text()
    assert [row["rule_id"] for row in json.loads(rows.read_text())] == [
        "total_outside_groups",
        "grim",
        "stars_impossible",
    ]
    assert call(monkeypatch, "audit", example, "--out", table) == 1
    assert "mogelijk is 3,442 tot 3,452" in capsys.readouterr().out
    assert len(read_rows(table)) == 3


def test_audit_of_right_tables_is_0_and_of_unusable_ones_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "numbers.csv").write_text("table,row,statistic,printed\nt,a,count,3\n")
    assert call(monkeypatch, "audit", tmp_path) == 0
    assert "nothing found" in capsys.readouterr().out
    (tmp_path / "numbers.csv").write_text("table,row,statistic,printed\nt,a,count,three\n")
    for arguments in ((tmp_path,), ("nosuch",), (ROOT / "examples", "--language", "fr")):
        assert call(monkeypatch, "audit", *arguments) == 2
        told = capsys.readouterr().err
        assert "what to do" in told
        assert "Traceback" not in told


def test_audit_knows_the_studies_of_the_seeds(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    form = tmp_path / "form"
    assert call(monkeypatch, "audit", "culture_2022", "--save-tables", form) == 1
    assert "14 found." in capsys.readouterr().out
    assert call(monkeypatch, "audit", form) == 1
    assert "14 found." in capsys.readouterr().out


def test_control_characters_of_a_name_are_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    screen.say("landed a\x1b[2Jb\u202ec.csv")
    screen.show_error(InputError("No\x07 such file.", where="\x9bx.csv", hint="\x00"))
    told = capsys.readouterr()
    assert "a\\x1b[2Jb\\x202ec.csv" in told.out
    assert "No\\x07 such file." in told.err
    assert "\\x9bx.csv" in told.err
    assert not set("\x1b\x07\x9b\x00\u202e") & set(told.out + told.err)
