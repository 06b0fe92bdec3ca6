"""Land deliveries that were damaged on purpose, and look whether each ends well.

    .venv/bin/python tools/fuzz_deliveries.py --deliveries 10000 --seed 1
    .venv/bin/python tools/fuzz_deliveries.py --case 1234 --seed 1

Each case mutates a CSV, an SPSS file, an Excel file, a codebook or a name: values that break whoever composes
SQL, paths or spreadsheets by hand, or bytes of the file itself. It must end in acceptance or in an InputError
that says what is wrong. Rows read are rows accepted plus rows rejected, in the register and in the files, and
all rows that the case wrote, where its damage left them countable. Nothing but the delivery's own folder may
change. A traceback, a worker that dies, an error that blames the machine and more than 30 seconds are
findings, each printed with the number that repeats it alone; a case that takes too long is tried once more.
Interrupted, it tells what it saw so far.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import multiprocessing
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pyreadstat
import xlsxwriter
import yaml

ROOT = Path(__file__).resolve().parents[1]
# A worker begins with this path, and looks for this file in it.
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests" / "python")]

from support.workshop import ANSWER_SETS, OTHER_SEEDS, PLAIN_HEADER, make_workshop  # noqa: E402 - found by the line above
from werkpeil.codebook import codebook_path  # noqa: E402 - after the others, in their order
from werkpeil.errors import InputError  # noqa: E402 - after the others, in their order
from werkpeil.landing import land, sync_raw  # noqa: E402 - after the others, in their order
from werkpeil.landing.pseudonym import KEY_VARIABLE  # noqa: E402 - after the others, in their order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

    from werkpeil.landing import LandingResult

SURVEY, WAVE = "plain", "2024"
SECONDS_AT_MOST = 30.0
# Where files live in memory, landing does not wait for the disk that it syncs to.
IN_MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - a private folder in it
KINDS = ("csv", "sav", "xlsx", "codebook", "name")

# Texts that break whoever composes SQL, CSV, paths, spreadsheets or messages by hand.
NASTY = (
    "'", '"', ";", ",", "\t", "''", '""', "';--", "'; drop table raw.plain; --", '"; drop schema raw; --',
    "../../etc/passwd", "..\\..\\x", "/", "\\", "\\N", "\\.", "%", "%s%n", "{{ 7 * 7 }}", "{% raw %}",
    "${HOME}", "$(reboot)", "`id`", "=1+1", "=cmd|' /C calc'!A0", "@SUM(1)", "+1", "-", "\x00", "\x01",
    "\x1b[31m", "\x7f", "\x85", "\u2028", "\u202e", "\ufeff", "\ufffe", "\ud7ff", "\u00a0", "é", "漢字", "😀",
    "a\nb", "a\r\nb", "\r", "\n", " ", "", "NA", "NULL", "null", "nan", "inf", "-inf", "1e309", "-1e309",
    "1e-400", "-0", "0x1F", "1_000", "1.5", "5,0", "5 %", "\u0663", "\uff19", "9" * 400, "-2147483648",
    "2147483648", "9223372036854775808", "1e15", "2024-01-31", "true", "[]", "{}", "[bold]x[/]",
    "x" * 70_000, "$inner_pad", "?", ":name", "c1", "row_number", "select",
)  # fmt: skip
LABELS = ("Eens", "Helemaal eens", "Oneens", "Neutraal", "helemaal  ONEENS", "Weet niet")


@dataclass
class Case:
    """One damaged delivery.

    Attributes:
        kind: What was damaged.
        damage: How, in a word.
        content: The file.
        name: Its name.
        rows: How many rows were delivered; None where the damage may have changed that.
        survey_id: Survey to land it for.
        wave_id: Wave to land it as.
        rewritten: Files of the project with another content, by their paths within it.
    """

    kind: str
    damage: str
    content: bytes
    name: str = "delivery"
    rows: int | None = None
    survey_id: str = SURVEY
    wave_id: str = WAVE
    rewritten: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a case ended.

    Attributes:
        verdict: `accepted`, `refused`, or what a finding is.
        detail: Message, or traceback of a finding.
    """

    number: int
    kind: str
    damage: str
    verdict: str
    detail: str
    seconds: float

    @property
    def is_finding(self) -> bool:
        """Whether it must not be."""
        return self.verdict not in {"accepted", "refused"}


class FindingError(Exception):
    """A case that ended as none may."""


# --- Cases --------------------------------------------------------------------------------------


def make_case(seed: int, number: int, kinds: tuple[str, ...] = KINDS) -> Case:
    """Return a case; the same seed and number give the same one."""
    chance = random.Random(f"{seed}/{number}")  # noqa: S311 - repeatable, not secret
    return CASES[kinds[number % len(kinds)]](chance)


def _answers(chance: random.Random) -> list[list[str]]:
    """Return a few rows that could land as they are."""
    return [
        [
            f"r{number}",
            f"{chance.randint(1, 300) / 100}",
            chance.choice("abc"),
            str(chance.randint(1, 6)),
            chance.choice(LABELS),
            str(chance.randint(0, 60)),
            chance.choice(("", "a remark")),
        ]
        for number in range(chance.randint(1, 25))
    ]


def _table(chance: random.Random) -> tuple[list[str], list[list[str]], bool]:
    """Return header, rows and whether the header was damaged: some cells hold a nasty text."""
    header, rows = list(PLAIN_HEADER), _answers(chance)
    for _ in range(chance.choice((0, 1, 1, 3, 12))):
        chance.choice(rows)[chance.randrange(len(header))] = _text(chance)
    if chance.random() < 0.15:
        header[chance.randrange(len(header))] = chance.choice((*header, _text(chance)))
        return header, rows, True
    return header, rows, False


def _text(chance: random.Random) -> str:
    """Return a nasty text, or several in one."""
    return "".join(chance.choice(NASTY) for _ in range(chance.choice((1, 1, 1, 2, 3))))


def _filled(rows: list[list[str]]) -> int:
    """Return how many rows hold anything: a blank line is no row."""
    return sum(any(re.sub("[\\s\ufeff]", "", cell) for cell in row) for row in rows)


def _csv_case(chance: random.Random) -> Case:
    header, rows, renamed = _table(chance)
    delimiter = chance.choice(",;\t|")
    text = io.StringIO()
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    writer = csv.writer(
        text, delimiter=delimiter, quoting=quoting, lineterminator=chance.choice(("\n", "\r\n"))
    )
    writer.writerows([header, *rows])
    encoding = chance.choice(("utf-8", "utf-8", "utf-8-sig", "utf-16", "cp1252"))
    content = text.getvalue().encode(encoding, errors="replace")
    packed = chance.random() < 0.1
    content = gzip.compress(content) if packed else content
    if chance.random() < 0.5:
        return Case("csv", "bytes", _damaged(chance, content), "delivery.csv")
    # A lone carriage return may be a line end to one reader and a blank to another; NUL is not text.
    countable = (
        not renamed and encoding != "cp1252" and not re.search("[\x00\r]", "".join(map("".join, rows)))
    )
    return Case("csv", "values", content, "delivery.csv", _filled(rows) if countable else None)


def _sav_case(chance: random.Random) -> Case:
    _, rows, _ = _table(chance)
    frame = pd.DataFrame(rows, columns=PLAIN_HEADER)
    for name in ("w", "q1", "hours"):
        if chance.random() < 0.7:
            frame[name] = pd.to_numeric(frame[name], errors="coerce")
    labels = {"q2": {1.0: _text(chance), 2.0: "Eens"}} if chance.random() < 0.3 else {}
    if labels:
        frame["q2"] = [float(chance.randint(1, 3)) for _ in rows]
    options = {
        "column_labels": [_text(chance) for _ in PLAIN_HEADER] if chance.random() < 0.3 else None,
        "file_label": _text(chance)[:60] if chance.random() < 0.2 else "",
        "variable_value_labels": {key: {k: v[:100] for k, v in one.items()} for key, one in labels.items()},
        "compress": chance.random() < 0.3,
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "delivery.sav"
        try:
            pyreadstat.write_sav(frame.map(_cut), str(path), **options)
            content = path.read_bytes()
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, UnicodeError):
            pyreadstat.write_sav(pd.DataFrame(_answers(chance), columns=PLAIN_HEADER), str(path))
            return Case("sav", "bytes", _damaged(chance, path.read_bytes()), "delivery.sav")
    if chance.random() < 0.6:
        return Case("sav", "bytes", _damaged(chance, content), "delivery.sav")
    return Case("sav", "values", content, "delivery.sav")


def _cut(value: Any) -> Any:
    return value[:2000].replace("\x00", "") if isinstance(value, str) else value


def _xlsx_case(chance: random.Random) -> Case:
    header, rows, renamed = _table(chance)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": chance.random() < 0.5})
    for _ in range(chance.choice((0, 0, 1))):
        book.add_worksheet().write_string(0, 0, "About this file")
    sheet = book.add_worksheet(chance.choice(("data", "it's; x", "a;b")))
    top = chance.choice((0, 0, 0, 3))
    for place, row in enumerate([header, *rows]):
        for column, value in enumerate(row):
            _write_cell(chance, sheet, place + top, column, value)
    book.close()
    content = stream.getvalue()
    damage = chance.random()
    if damage < 0.3:
        return Case("xlsx", "bytes", _damaged(chance, content), "delivery.xlsx")
    if damage < 0.65:
        return Case("xlsx", "parts", _damaged_part(chance, content), "delivery.xlsx")
    # What Excel takes for a formula has no value until Excel has computed it.
    countable = not renamed and not any(cell[:1] in {"=", "{"} for row in rows for cell in row)
    return Case("xlsx", "values", content, "delivery.xlsx", _filled(rows) if countable else None)


def _write_cell(chance: random.Random, sheet: Any, row: int, column: int, value: str) -> None:
    text = value[:32_000]
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text) and chance.random() < 0.8:
        sheet.write_number(row, column, float(text))
    elif chance.random() < 0.02:
        sheet.write_boolean(row, column, chance.random() < 0.5)
    else:
        sheet.write_string(row, column, text)


def _damaged_part(chance: random.Random, content: bytes) -> bytes:
    """Damage one part of a zip archive and pack it well again, so that a reader gets as far as that part."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        names = old.namelist()
        likely = [name for name in names if "sheet" in name or "shared" in name]
        hit = chance.choice((*likely, chance.choice(names)))
        for name in names:
            part = old.read(name)
            if name != hit:
                new.writestr(name, part)
            elif chance.random() < 0.9:
                new.writestr(chance.choice((name, name, name, "../" + name)), _damaged(chance, part))
    return stream.getvalue()


def _codebook_case(chance: random.Random) -> Case:
    rows = _answers(chance)
    text = io.StringIO()
    csv.writer(text).writerows([PLAIN_HEADER, *rows])
    case = Case("codebook", "", text.getvalue().encode(), "delivery.csv")
    book = WORKSHOP_CODEBOOK
    way = chance.random()
    if way < 0.25:
        seed, content = chance.choice([("answer_sets", ANSWER_SETS), *OTHER_SEEDS.items()])
        rows_of_seed = content + ",".join(_text(chance) for _ in range(6)) + "\n"
        case.damage = "seed"
        case.rewritten[f"seeds/{seed}.csv"] = _damaged(chance, rows_of_seed.encode(errors="replace"))
    elif way < 0.45:
        case.damage = "bytes"
        case.rewritten[CODEBOOK_PATH] = _damaged(chance, book)
    else:
        case.damage = "values"
        tree = yaml.safe_load(book)
        for _ in range(chance.choice((1, 1, 2, 5))):
            _damage_tree(chance, tree)
        case.rewritten[CODEBOOK_PATH] = yaml.safe_dump(tree, sort_keys=False).encode()
    return case


def _damage_tree(chance: random.Random, tree: Any) -> None:
    """Change, remove or add something anywhere in a tree of YAML."""
    places = list(_places(tree))
    if not places:
        return
    parent, key = chance.choice(places)
    others = [other[name] for other, name in places if not isinstance(other[name], (dict, list))]
    values = [
        None,
        "",
        0,
        -1,
        1.5,
        True,
        [],
        {},
        [None],
        {"a": 1},
        _text(chance),
        chance.choice([None, *others]),
    ]
    values += [float("nan"), 10**30, ["x", "x"], {1: 2}, {"2024": _text(chance)}]
    way = chance.random()
    if way < 0.2:
        del parent[key]
    elif way < 0.35 and isinstance(parent, dict):
        parent[_text(chance)] = parent.pop(key)
    elif way < 0.5 and isinstance(parent, dict):
        known = "role answers coding missing blank maximum minimum universe scale theme waves names_by_wave"
        parent[chance.choice(known.split())] = chance.choice(values)
    elif way < 0.6 and isinstance(parent, list):
        parent.append(parent[key])
    else:
        parent[key] = chance.choice(values)


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every place in a tree as its container and its key."""
    for key in list(tree) if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], (dict, list)):
            yield from _places(tree[key])


def _name_case(chance: random.Random) -> Case:
    """Return a sound delivery whose file name, ids of survey and wave or ids of people are nasty."""
    rows = _answers(chance)
    for row in rows:
        row[0] = _text(chance) if chance.random() < 0.5 else row[0]
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows([PLAIN_HEADER, *rows])
    case = Case("name", "file", text.getvalue().encode(errors="replace"), "delivery.csv")
    way = chance.random()
    if way < 0.6:
        case.name = (
            re.sub("[/\x00]", "_", _text(chance)).encode(errors="replace")[:80].decode(errors="ignore")
        )
        case.name = case.name if case.name.strip(".") else "x" + case.name
    elif way < 0.8:
        case.damage, case.survey_id = "survey id", _text(chance)
    else:
        case.damage, case.wave_id = "wave id", _text(chance)
    return case


def _damaged(chance: random.Random, content: bytes) -> bytes:
    """Return bytes of which some were changed, lost, doubled or put in between."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        if not data:
            break
        place = chance.randrange(len(data))
        length = min(chance.choice((1, 1, 4, 32, 500)), len(data) - place)
        way = chance.randrange(7)
        if way == 0:
            data[place] ^= 1 << chance.randrange(8)
        elif way == 1:
            data[place : place + length] = chance.randbytes(length)
        elif way == 2:
            del data[place : place + length]
        elif way == 3:
            data[place:place] = data[place : place + length]
        elif way == 4:
            data[place:place] = _text(chance).encode(errors="replace")[:2000]
        elif way == 5:
            data[place : place + length] = chance.choice((b"\x00", b"\xff", b"\x7f")) * length
        elif chance.random() < 0.3:
            del data[place:]
    return bytes(data)


CASES: dict[str, Callable[[random.Random], Case]] = {
    "csv": _csv_case,
    "sav": _sav_case,
    "xlsx": _xlsx_case,
    "codebook": _codebook_case,
    "name": _name_case,
}


# --- One case -----------------------------------------------------------------------------------


class Ground:
    """A project that every case lands in anew.

    Args:
        folder: An empty folder; what a case changes outside the landing zone is a finding.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "ground").mkdir(parents=True)
        self.project = make_workshop(folder / "ground").project
        self.inbox = folder / "delivered"
        self.warehouse = duckdb.connect(config={"threads": 1})
        self.before = self._listing()

    def try_case(self, case: Case) -> tuple[str, str]:
        """Land a case.

        Returns:
            The verdict, `accepted` or `refused`, and the message of a refusal.

        Raises:
            FindingError: if something changed that must not, or rows are unaccounted for.
        """
        root = self.project.root
        kept = {path: (root / path).read_bytes() for path in case.rewritten}
        self.inbox.mkdir()
        file = self.inbox / case.name
        file.write_bytes(case.content)
        try:
            for path, content in case.rewritten.items():
                (root / path).write_bytes(content)
            try:
                landed = land(self.project, file, case.survey_id, case.wave_id)
            except InputError as error:
                self._look(case, None)
                return "refused", str(error)
            self._look(case, landed)
            self._require_accounted(landed, case.rows)
            return "accepted", ""
        finally:
            for path, content in kept.items():
                (root / path).write_bytes(content)
            shutil.rmtree(self.inbox)
            shutil.rmtree(self.project.data, ignore_errors=True)

    def _look(self, case: Case, landed: LandingResult | None) -> None:
        """Require that nothing changed but the delivery's own folder."""
        expected = set(self.before)
        data = Path("ground/project/data")
        expected |= {data, data / "landing", data / "landing" / ".lock", data / "landing" / ".incoming"}
        expected |= {Path("delivered"), *(path.relative_to(self.folder) for path in self.inbox.iterdir())}
        if landed is not None:
            wave = landed.path.parent.relative_to(self.folder)
            self._require(wave == data / "landing" / SURVEY / case.wave_id, f"landed in {wave}")
            names = ("responses.parquet", "rejected_rows.parquet", "invalid_answers.parquet", "delivery.json")
            delivery = wave / landed.delivery_id
            expected |= {wave.parent, wave, wave / "current", delivery, *(delivery / name for name in names)}
        strange = self._listing() - expected
        self._require(not strange, f"left behind: {sorted(map(str, strange))}")

    def _require_accounted(self, landed: LandingResult, delivered: int | None) -> None:
        """Require that each row is accepted or rejected, once, in the register, the files and schema raw."""
        counted = (landed.rows_accepted, landed.rows_rejected)
        sync_raw(self.project, self.warehouse)
        [found] = self.warehouse.execute(
            f"select (select count(*) from raw.{SURVEY}), (select count(*) from raw.rejected_rows), "
            "(select count(distinct row_number) from "
            f"(select row_number from raw.{SURVEY} union all select row_number from raw.rejected_rows))"
        ).fetchall()
        self.warehouse.execute("select * from raw.invalid_answers").fetchall()
        told = f"{landed.rows_read} rows read, {counted} told, {found} found"
        self._require(found[:2] == counted and sum(counted) == found[2] == landed.rows_read, told)
        if delivered is not None:
            self._require(
                landed.rows_read == delivered, f"{delivered} rows delivered, {landed.rows_read} read"
            )

    def _listing(self) -> set[Path]:
        return {path.relative_to(self.folder) for path in self.folder.rglob("*")}

    @staticmethod
    def _require(holds: object, otherwise: str) -> None:
        if not holds:
            raise FindingError(otherwise)


def run_case(ground: Ground, seed: int, number: int, kinds: tuple[str, ...] = KINDS) -> Outcome:
    """Make a case, land it and tell how it ended."""
    case = make_case(seed, number, kinds)
    started = time.monotonic()
    try:
        verdict, detail = ground.try_case(case)
    except FindingError as finding:
        verdict, detail = "unaccounted", str(finding)
    except BaseException as error:  # noqa: BLE001 - whatever else comes out is what is looked for
        verdict, detail = f"traceback: {type(error).__name__}", traceback.format_exc()
    return Outcome(number, case.kind, case.damage, verdict, detail, time.monotonic() - started)


# --- Many cases ---------------------------------------------------------------------------------


def fuzz(
    seed: int, deliveries: int, processes: int = 2, kinds: tuple[str, ...] = KINDS, first: int = 0
) -> Iterator[Outcome]:
    """Try cases in processes of their own; one that dies or takes too long ends that process and no more.

    Args:
        seed: Of the cases.
        deliveries: How many.
        processes: At work at a time.
        kinds: What to damage, in turn.
        first: Number of the first case.
    """
    waiting = iter(range(first, first + deliveries))
    workers = [_Worker(seed, kinds) for _ in range(processes)]
    try:
        busy = [worker for worker in workers if worker.start(next(waiting, None))]
        while busy:
            ready = wait([worker.pipe for worker in busy], timeout=1.0)
            for worker in list(busy):
                outcome = worker.outcome(is_ready=worker.pipe in ready)
                if outcome is not None:
                    yield outcome
                    if not worker.start(next(waiting, None)):
                        busy.remove(worker)
    finally:
        for worker in workers:
            worker.stop()


class _Worker:
    """A process that tries one case after the other, and is replaced when it dies."""

    def __init__(self, seed: int, kinds: tuple[str, ...]) -> None:
        self.seed, self.kinds = seed, kinds
        self.number, self.since, self.tried = -1, 0.0, 1
        self._open()

    def start(self, number: int | None) -> bool:
        """Begin a case; tell whether there was one."""
        if number is None:
            return False
        self.number, self.tried = number, 1
        self._send()
        return True

    def _send(self) -> None:
        self.since = time.monotonic()
        self.pipe.send(self.number)

    def outcome(self, *, is_ready: bool) -> Outcome | None:
        """Return how the case ended, if it did."""
        seconds = time.monotonic() - self.since
        if is_ready:
            try:
                return self.pipe.recv()  # type: ignore[no-any-return]  # a pipe knows no types
            except EOFError:
                self.process.join()
                verdict = f"died: exit code {self.process.exitcode}"
        elif seconds > SECONDS_AT_MOST:
            verdict = "hung"
        else:
            return None
        self.stop()
        self._open()
        if verdict == "hung" and self.tried == 1:  # a busy machine is none of the case's making
            self.tried = 2
            self._send()
            return None
        kind = self.kinds[self.number % len(self.kinds)]
        return Outcome(self.number, kind, "", verdict, "", seconds)

    def stop(self) -> None:
        """End the process."""
        self.process.kill()
        self.process.join()
        self.pipe.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=IN_MEMORY))
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=_work, args=(theirs, str(self.folder), self.seed, self.kinds), daemon=True
        )
        self.process.start()
        theirs.close()
        self.pipe.recv()  # it has imported what it needs


def _work(pipe: Connection, folder: str, seed: int, kinds: tuple[str, ...]) -> None:
    os.environ[KEY_VARIABLE] = "a key for cases that are nobody's"
    ground = Ground(Path(folder))
    pipe.send("ready")
    while True:
        pipe.send(run_case(ground, seed, pipe.recv(), kinds))


def main() -> int:
    """Run the cases and print what came of them; 1 if anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--deliveries", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--case", type=int, help="this case alone, told in full")
    arguments = parser.parse_args()
    first, deliveries = arguments.first, arguments.deliveries
    if arguments.case is not None:
        first, deliveries = arguments.case, 1
    told = Told()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell takes from what runs behind it
    try:
        for outcome in fuzz(arguments.seed, deliveries, arguments.processes, tuple(arguments.kinds), first):
            told.add(outcome, in_full=arguments.case is not None)
    except KeyboardInterrupt:
        sys.stdout.write("Interrupted.\n")
    return told.summary()


class Told:
    """What came of the cases so far, on the screen."""

    def __init__(self) -> None:
        self.ended: Counter[tuple[str, str, str]] = Counter()
        self.started = time.monotonic()
        self.slowest, self.findings = 0.0, 0

    def add(self, outcome: Outcome, *, in_full: bool) -> None:
        """Count a case, and print it if it is a finding."""
        self.ended[outcome.kind, outcome.damage, outcome.verdict] += 1
        self.slowest = max(self.slowest, outcome.seconds)
        self.findings += outcome.is_finding
        if outcome.is_finding or in_full:
            case = f"case {outcome.number}: {outcome.kind} {outcome.damage}: {outcome.verdict}"
            sys.stdout.write(f"{case}\n{outcome.detail}\n")
            sys.stdout.flush()

    def summary(self) -> int:
        """Print how many ended how; return 1 if anything was found."""
        for (kind, damage, verdict), count in sorted(self.ended.items()):
            sys.stdout.write(f"{count:>7,}  {kind:<9} {damage:<10} {verdict}\n")
        sys.stdout.write(
            f"{self.ended.total():,} deliveries in {time.monotonic() - self.started:.0f} s, the slowest "
            f"{self.slowest:.1f} s; {self.findings} findings\n"
        )
        return 1 if self.findings else 0


def _plain() -> tuple[str, bytes]:
    """Return path and content of the codebook that cases land against."""
    with tempfile.TemporaryDirectory() as folder:
        project = make_workshop(Path(folder)).project
        path = codebook_path(project, SURVEY)
        return str(path.relative_to(project.root)), path.read_bytes()


CODEBOOK_PATH, WORKSHOP_CODEBOOK = _plain()

if __name__ == "__main__":
    sys.exit(main())
