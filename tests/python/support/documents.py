"""What documents tell a reader to type, and a reader who types it.

A fenced block whose language is `sh`, `sql`, `python` or `r` is typed. One that cannot be typed here has a
paragraph right above it that begins *Not run by the tests:* and says why. `# exit 1` at the end of a command
tells how it ends; each line of a block `output` below must be in what was told, `...` stands for anything.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from unittest.mock import patch

from support.projects import ROOT
from werkpeil.cli import main
from werkpeil.site.documents import read_document
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

TYPED = ("sh", "sql", "python", "r")
EXCUSE = "Not run by the tests:"
# These make results of what is written down, or look at them: typed when all is read, in this order.
OURS = re.compile(r"((?:\w+=\S+ +)*)werkpeil ")
WAITING = ("build", "check", "publish", "export", "query", "reproduce", "status", "superset")


@dataclass(frozen=True)
class Block:
    """A fenced block of a document.

    Args:
        document: Path of the document below the root of the project.
        section: The heading above it.
        line: Where it begins in the document.
        language: What its fence names.
        content: What stands in it.
        excuse: Why it is not run, where it is not.
    """

    document: str
    section: str
    line: int
    language: str
    content: str
    excuse: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"

    @property
    def commands(self) -> list[str]:
        """Its commands without what a comment says; lines that go on are one."""
        joined = self.content.replace("\\\n", " ")
        return [line for line in joined.splitlines() if line.strip() and not line.startswith("#")]


@cache
def blocks_of(document: str) -> tuple[Block, ...]:
    """Return the fenced and indented blocks of a document."""
    tokens = read_document(ROOT, document).tokens
    found, section = [], ""
    for place, token in enumerate(tokens):
        if token.type == "heading_open":
            section = tokens[place + 1].content
        if token.type in {"fence", "code_block"}:
            above = tokens[place - 2].content if tokens[place - 1].type == "paragraph_close" else ""
            excuse = above.strip("*").removeprefix(EXCUSE).strip() if above.startswith(f"*{EXCUSE}") else ""
            line = token.map[0] + 1 if token.map else 0
            found.append(Block(document, section, line, token.info.strip(), token.content, excuse))
    return tuple(found)


def in_section(document: str, section: str) -> list[Block]:
    """Return the blocks of a section of a document; there must be one."""
    found = [block for block in blocks_of(document) if block.section == section]
    assert found, f"{document} has no block in a section {section}"
    return found


def typed(document: str, section: str) -> str:
    """Return what a reader types in a section of a document, for a test that does so by itself."""
    return "".join(
        block.content
        for block in in_section(document, section)
        if block.language in TYPED and not block.excuse
    )


def rows_to_add(document: str, section: str) -> list[str]:
    """Return the lines that a section tells the reader to add to a seed."""
    [block] = [block for block in in_section(document, section) if block.language == "csv"]
    return block.content.splitlines()


@dataclass
class Reader:
    """Somebody who types in the folder of a project what documents say.

    Args:
        project: The project.
        replaced: What stands in documents for something else here, such as the name of a server.
        environment: Variables that are set for what is typed.
        elsewhere: Commands that another test types.
        folder: Where this is typed, if not in the folder of the project.
    """

    project: Project
    replaced: dict[str, str] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    elsewhere: tuple[str, ...] = ()
    folder: Path | None = None
    waiting: list[tuple[Block, list[str]]] = field(default_factory=list)
    told: dict[str, str] = field(default_factory=dict)

    def follow(self, document: str, section: str = "") -> None:
        """Type what a document says, or one section of it; what looks at results waits for `finish`."""
        above: list[str] = []
        for block in blocks_of(document):
            if block.excuse or (section and block.section != section):
                continue
            if block.language in TYPED:
                above = self._split(block)
                for command in above:
                    if block.language != "sh" or _waits(command) is not None:
                        self.waiting.append((block, [command]))
                    else:
                        self._type(block, command)
            elif block.language == "output":
                self.waiting.append((block, above))

    def finish(self) -> None:
        """Type what waits, each once, and compare what was told with what documents show."""
        for block, commands in sorted(self.waiting, key=_turn):
            if block.language == "output":
                require_told(block, "\n".join(self.told[command] for command in commands))
                continue
            for command in commands:
                if command not in self.told:
                    self._type(block, command)
        self.waiting.clear()

    def _split(self, block: Block) -> list[str]:
        """Blocks of our own commands are typed one by one; whatever needs a shell is, as a whole."""
        own = [OURS.match(command) for command in block.commands]
        if block.language == "sh" and all(own):
            return [
                command for command in block.commands if command.partition("  #")[0] not in self.elsewhere
            ]
        return [block.content]

    def _type(self, block: Block, command: str) -> None:
        text = command
        for old, new in self.replaced.items():
            text = text.replace(old, new)
        expected = int(found[1]) if (found := re.search(r"# exit (\d)", text)) else 0
        mine = {name: value for name, value in os.environ.items() if not name.startswith(("WERKPEIL_", "PG"))}
        if self.folder:
            mine |= {"WERKPEIL_PROJECT": str(self.project.root), "WERKPEIL_DATA": str(self.project.data)}
        # What a program of Python sets stays its own, as in a process of its own.
        with patch.dict(os.environ, mine | self.environment, clear=True), contextlib.chdir(self._here):
            code, told = self._run(block, text)
        self.told[command] = told
        assert code == expected, f"{block}: {text} ended with {code}:\n{told}"

    @property
    def _here(self) -> Path:
        return self.folder or self.project.root

    def _run(self, block: Block, text: str) -> tuple[int, str]:
        if block.language == "sql":
            with open_warehouse(self.project, read_only=True) as connection:
                return 0, "\n".join(
                    str(row)
                    for query in text.split(";")
                    if query.strip()
                    for row in connection.execute(query).fetchall()
                )
        if block.language == "python":
            told = io.StringIO()
            with contextlib.redirect_stdout(told):
                exec(compile(text, str(block), "exec"), {"__name__": "__main__"})  # noqa: S102 - a document's
            return 0, told.getvalue()
        if block.language == "r":
            return shell(self._here, "Rscript", "-e", text)
        if (ours := OURS.match(text)) and "\n" not in text:
            with patch.dict(os.environ, [word.split("=", 1) for word in ours[1].split()]):
                return in_process(text.removeprefix(ours[1]), self._here)
        return shell(self._here, "bash", "-euo", "pipefail", "-c", text)


def _waits(command: str) -> int | None:
    """The place of a command among those that wait; None for one that is typed at once."""
    found = re.search(rf"^(?:\w+=\S+ +)*werkpeil ({'|'.join(WAITING)})\b", command, re.MULTILINE)
    return WAITING.index(found[1]) if found else None


def _turn(waiting: tuple[Block, list[str]]) -> int:
    """When it is the turn of what waits: what makes results, what looks at them, what was told."""
    block, commands = waiting
    if block.language == "output":
        return len(WAITING) + 1
    place = _waits(commands[0])
    return len(WAITING) if place is None else place


def in_process(command: str, folder: Path) -> tuple[int, str]:
    """Type a command of ours in this process; what is told goes where `>` says."""
    words = shlex.split(command, comments=True)
    target = words[words.index(">") + 1] if ">" in words else None
    results, messages, code = io.StringIO(), io.StringIO(), 0
    with (
        patch.object(sys, "argv", words[: words.index(">")] if target else words),
        contextlib.redirect_stdout(results),
        contextlib.redirect_stderr(messages),
    ):
        try:
            main.run()
        except SystemExit as stop:
            code = int(stop.code or 0)
    if target:
        (folder / target).write_text(results.getvalue(), encoding="utf-8")
    return code, results.getvalue() + messages.getvalue()


def shell(folder: Path, *words: str, **options: str) -> tuple[int, str]:
    """Run a program in a folder, our own environment on PATH; return how it ended, and all it told.

    The program has no terminal: what it asks for, such as a password, it reads from `input`.
    """
    path = f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        words,
        cwd=folder,
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        input=options.get("input", ""),
        text=True,
        check=False,
        start_new_session=True,
    )
    return done.returncode, done.stdout


def require_told(block: Block, told: str) -> None:
    """Each line of a block of output must be in what was told, in order; spaces count as one."""
    rest = " ".join(told.split())
    for line in block.content.splitlines():
        pattern = r".*?".join(re.escape(" ".join(part.split())) for part in line.split("..."))
        found = re.search(pattern, rest)
        assert found, f"{block}: nowhere is told, or not in this order: {line}\n{told}"
        rest = rest[found.end() :]
