"""Every command of every document is typed, by this or another test, or says on the page why it is not."""

from __future__ import annotations

import ast
import os
import re
import shutil
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import openpyxl
import pytest
import yaml
from typer.main import get_command

from support.documents import (
    TYPED,
    Block,
    Reader,
    blocks_of,
    require_told,
    rows_to_add,
    shell,
    typed,
)
from support.projects import ROOT, add_seed_rows, make_project, without_checks
from support.releases import tool
from support.site import released
from werkpeil.cli.main import app
from werkpeil.codebook.load import codebook_path
from werkpeil.project import MARKER
from werkpeil.site.documents import read_document, read_documents
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from werkpeil.project import Project

MOST_COMMANDS = 10
COMMAND = re.compile(r"^(?:\$ )?(?:werkpeil|make|\.venv/bin/\S+|git|uv|psql|pip) ", re.MULTILINE)
TUTORIAL = "docs/tutorial/first-survey.md"
DOCUMENTS = sorted(read_documents(ROOT))


def calls_of_tests() -> set[tuple[str, str]]:
    """Documents and sections that tests type: the literal arguments of `follow` and `typed` in them."""
    found = set()
    for path in [*ROOT.glob("tests/end_to_end/*.py"), *ROOT.glob("tests/python/*/test_*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            words = [word.value for word in node.args if isinstance(word, ast.Constant)]
            if name in {"follow", "typed"} and words and len(words) == len(node.args):
                found.add((str(words[0]), str(words[1]) if len(words) > 1 else ""))
    return found


def untyped(blocks: list[Block], calls: set[tuple[str, str]]) -> Iterator[str]:
    for block in blocks:
        if not block.language:
            yield f"{block}: name the language of the block: text if it is none"
        elif block.language in TYPED and not block.excuse:
            if not calls & {(block.document, ""), (block.document, block.section)}:
                yield f"{block}: no test types it, and nothing above it says why"
        elif block.language == "text" and COMMAND.search(block.content):
            yield f"{block}: a command is in a block of the language sh"


def test_every_command_of_every_document_is_typed_or_says_why_not() -> None:
    calls = calls_of_tests()
    blocks = [block for document in DOCUMENTS for block in blocks_of(document)]
    assert sum(block.language in TYPED for block in blocks) > 50
    assert list(untyped(blocks, calls)) == []
    known = {(block.document, section) for block in blocks for section in ("", block.section)}
    assert calls - known == set(), "a test types what no document says"


def test_a_command_that_nobody_types_is_found() -> None:
    blocks = [
        Block("a.md", "One", 1, "sh", "werkpeil x\n", ""),
        Block("a.md", "Two", 2, "sh", "werkpeil x\n", "it needs a desk"),
        Block("a.md", "Three", 3, "sql", "select 1\n", ""),
        Block("a.md", "Four", 4, "text", "make all\n", ""),
        Block("a.md", "Five", 5, "", "some words\n", ""),
        Block("a.md", "Six", 6, "output", "make all\n", ""),
    ]
    assert [found.partition(":")[2].split(":")[0] for found in untyped(blocks, {("a.md", "Three")})] == [
        "1",
        "4",
        "5",
    ]
    assert list(untyped(blocks[:3], {("a.md", "")})) == []


def commands_in_words(document: str) -> Iterator[str]:
    """What a document calls a command of ours in its sentences and tables."""
    for token in read_document(ROOT, document).tokens:
        for inner in token.children or ():
            if inner.type == "code_inline" and re.match(r"(?:\.venv/bin/)?(werkpeil|make) \w", inner.content):
                yield inner.content.removeprefix(".venv/bin/")


def wrong_words(command: str, targets: set[str]) -> Iterator[str]:
    """What of a command does not exist: a target of make, a command of ours, an option of it."""
    program, *words = command.split()
    if program == "make":
        yield from (word for word in words[:1] if word not in targets)
        return
    here: Any = get_command(app)
    while words and hasattr(here, "commands"):
        name = words.pop(0)
        if name not in here.commands:
            yield name
            return
        here = here.commands[name]
    options = {option for parameter in here.params for option in (*parameter.opts, *parameter.secondary_opts)}
    for word in words:
        option = word.strip("[]").partition("=")[0]
        if option.startswith("-") and option not in options | {"--help"}:
            yield option


def test_commands_in_sentences_and_their_options_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    found = {command for document in DOCUMENTS for command in commands_in_words(document)}
    assert len(found) > 35
    assert {command: wrong for command in found if (wrong := list(wrong_words(command, targets)))} == {}
    assert list(wrong_words("werkpeil publish --to postgres --twice", targets)) == ["--twice"]
    assert list(wrong_words("werkpeil dance", targets)) == ["dance"]
    assert list(wrong_words("make dance", targets)) == ["dance"]


def test_output_must_be_told_in_its_order() -> None:
    block = Block("a.md", "", 1, "output", "a  b\nc ... d\n", "")
    require_told(block, "x a\n b y c z\n z d")
    for told in ("c z d a b", "a b c", "a x b c d"):
        with pytest.raises(AssertionError, match="nowhere"):
            require_told(block, told)


def give_scale(project: Project, survey: str, scale_id: str, items: tuple[str, ...]) -> None:
    """Put a scale at its questions in a codebook, as documents tell by one of them."""
    path = codebook_path(project, survey)
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for column in content["sources"][0]["tables"][0]["columns"]:
        if column["name"] in items:
            column["config"]["meta"]["scale"] = scale_id
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")


def set_variable(project: Project, name: str, value: int) -> None:
    path = project.root / MARKER
    settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    settings["vars"][name] = value
    path.write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


def add_rows(project: Project, seed: str, document: str, section: str) -> None:
    """Add to a seed the lines that a section of a document shows."""
    path = project.seeds / f"{seed}.csv"
    header = path.read_text(encoding="utf-8").splitlines()[0]
    add_seed_rows(path, [header, *rows_to_add(document, section)])


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Somebody who went through the tutorial and the guides that go on from it.

    A build takes a minute, so there is one: what the guides change is changed first, all of it, and what
    they build, publish and look at comes after.
    """
    folder = tmp_path_factory.mktemp("reader")
    # Like the clone of a newcomer it has a survey without a wave, a small one.
    project = without_checks(make_project(folder, extra=("apistrat",), metrics=True, documents=True))
    # Ten agencies have 45 pairs for each of 72 questions; nobody looks at them here.
    set_variable(project, "maximum_groups_in_pairs", 4)
    reader = Reader(project, elsewhere=("werkpeil site",))
    reader.follow("docs/tutorial/first-survey.md", "2. Draft a codebook")
    give_scale(project, "opm", "supervisors", ("q47", "q48", "q49", "q51", "q52"))
    add_rows(project, "scales", TUTORIAL, "3. Decide which questions belong together")
    reader.follow("docs/tutorial/first-survey.md", "3. Decide which questions belong together")
    reader.follow("docs/tutorial/first-survey.md", "4. Land the file and build")
    reader.follow("docs/tutorial/first-survey.md", "5. Publish, and look")
    reader.follow("docs/how-to/new-wave.md")
    add_rows(project, "scales", "docs/how-to/new-scale.md", "1. Name it")
    give_scale(project, "opm", "leaders", ("q53", "q54", "q56", "q60", "q61"))
    reader.follow("docs/how-to/new-scale.md")
    regression = "docs/how-to/new-regression.md"
    add_rows(project, "regression_models", regression, "1. Name the model and its outcome")
    add_rows(project, "regression_terms", regression, "2. Name its terms")
    reader.follow("docs/how-to/new-regression.md")
    reader.follow("docs/how-to/renamed-question.md")
    reader.follow("docs/how-to/audit-a-report.md")
    reader.follow("docs/how-to/publish.md")
    reader.follow("docs/how-to/upgrade.md")
    reader.finish()
    return reader


def test_the_tutorial_takes_at_most_ten_commands_and_no_sql(reader: Reader) -> None:
    commands = [
        command for block in blocks_of(TUTORIAL) for command in block.commands if block.language == "sh"
    ]
    assert len(commands) == 9 <= MOST_COMMANDS
    assert {block.language for block in blocks_of(TUTORIAL)} == {"sh", "output", "yaml", "csv"}
    for path in reader.project.root.glob("models/**/*opm*.sql"):
        assert re.fullmatch(r"\{\{ \w+\('opm'\) \}\}\n", path.read_text(encoding="utf-8")), path


@pytest.fixture(scope="module")
def ask(reader: Reader) -> Iterator[Any]:
    with open_warehouse(reader.project, read_only=True) as connection:
        yield lambda query: connection.execute(query).fetchall()


def test_shares_and_reliability_are_those_that_others_computed(ask: Any) -> None:
    found = dict(
        ask(
            "select upper(group_id), 100 * positive_share from marts.item_shares where survey_id = 'opm' "
            "and wave_id = '2018' and item_id = 'q40' and cut_id = 'agency'"
        )
    )
    expected = {"AM": 80.205, "DL": 67.913, "ED": 46.452, "EP": 60.949, "GS": 79.145}
    expected |= {"HU": 57.707, "NU": 75.705, "OM": 71.671, "SB": 62.424, "SE": 86.573}
    assert found == pytest.approx(expected, abs=5e-4)
    assert ask(
        "select scale_id, n_complete, round(alpha_listwise, 4) from marts.scale_reliability "
        "where survey_id = 'opm' and wave_id = '2018' order by scale_id"
    ) == [("leaders", 6515, 0.9039), ("supervisors", 6515, 0.9423)]


def test_the_guides_made_a_wave_a_model_and_a_release_of_it(ask: Any) -> None:
    assert ask("select wave_id, n from published.dim_waves where survey_id = 'opm' order by 1") == [
        ("2018", 6515),
        ("2020", 3257),
    ]
    [(n_overlap, wave_n, change, error)] = ask(
        "select n_overlap, wave_n, change, std_error from published.wave_changes where survey_id = 'opm' "
        "and variable_id = 'q40' and measure = 'positive_share' and cut_id = 'total'"
    )
    assert (n_overlap, wave_n) == (3257, 3257), "everybody of the second wave is in the first"
    assert abs(change) < 3 * error
    terms = ask(
        "select term_id, null_reason from published.regression_coefficients where survey_id = 'opm' "
        "and model_id = 'recommends' and wave_id = '2018' and std_error_type = 'design' order by position"
    )
    assert [term for term, reason in terms if not reason and term != "one"] == [
        "supervisors",
        "leaders",
        "dsuper=supervisor_manager_senior_leader",
    ]


def test_nothing_is_told_of_a_survey_without_waves(ask: Any) -> None:
    assert ask("select survey_id from marts.dim_surveys order by 1") == [("apistrat",), ("opm",)]
    for table in ("dim_surveys", "dim_items", "dim_groups", "dim_scales"):
        assert ask(f"select distinct survey_id from published.{table}") == [("opm",)], table


def test_a_draft_can_be_taken_back_to_start_again(tmp_path: Path) -> None:
    project = make_project(tmp_path, bundled=("fevs",), published=False)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-c", "core.hooksPath=/dev/null"]
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "a"]):
        assert shell(project.root, *git, *words) == (0, "")
    reader = Reader(project)
    reader.follow("docs/how-to/new-survey.md", "1. Draft it")
    assert "models/staging/opm/" in shell(project.root, "git", "status", "--porcelain")[1]
    reader.follow("docs/how-to/new-survey.md", "2. Decide what it asks")
    reader.follow("docs/how-to/new-survey.md", "To start again")
    reader.finish()
    assert shell(project.root, "git", "status", "--porcelain") == (0, "")


def test_the_guide_to_exported_codebooks(tmp_path: Path) -> None:
    project = make_project(tmp_path, bundled=("fevs",), published=False)
    Reader(project).follow("docs/how-to/export-a-codebook.md")
    for name in ("fevs.html", "fevs.xml", "fevs-csvw/csv-metadata.json"):
        assert (project.root / name).stat().st_size > 10_000, name


@pytest.fixture
def of_release(tmp_path: Path) -> Callable[[Project], Reader]:
    """Makes a reader who types in an empty folder and reads a release of a warehouse of other tests."""
    (tmp_path / "here").mkdir()

    def make(project: Project) -> Reader:
        return Reader(released(project, tmp_path / "data"), folder=tmp_path / "here")

    return make


def test_the_guide_to_metrics(bundled: Project, of_release: Callable[[Project], Reader]) -> None:
    reader = of_release(bundled)
    reader.follow("docs/how-to/query-a-metric.md")
    reader.finish()
    assert reader.folder is not None
    rows = (reader.folder / "q12_2.csv").read_text(encoding="utf-8").splitlines()
    assert rows[0].startswith("survey_id,wave_id,item_id,")
    assert len(rows) > 3


def test_the_guides_to_exhibits_and_reproduction(
    craft: Project, of_release: Callable[[Project], Reader]
) -> None:
    reader = of_release(craft)
    reader.follow("docs/how-to/print-an-exhibit.md")
    reader.follow("docs/method/reproduction.md")
    reader.finish()
    assert reader.folder is not None
    assert {path.name for path in reader.folder.iterdir()} == {"table_3.tex", "reproduction.html"}


# What documents call the server and its certificate.
HOST, AUTHORITY = "db.example.org", "/etc/werkpeil/authority.crt"


@pytest.fixture(scope="module")
def connected(reader: Reader) -> Iterator[tuple[Reader, Any]]:
    """The same reader, who has published to a PostgreSQL server; and the server."""
    loopback = tool("loopback_postgres")
    programs = loopback.find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    with loopback.serve(programs) as server:
        root = reader.project.root
        passwords = root / ".pgpass"
        lines = [f"*:*:*:{role}:{password}" for role, password in server.passwords.items()]
        passwords.write_text("\n".join([*lines, ""]), encoding="utf-8")
        passwords.chmod(0o600)
        where = {"PGHOSTADDR": "127.0.0.1", "PGPORT": str(server.port), "PGPASSFILE": str(passwords)}
        # What no variable of libpq's can tell is told in the text.
        there = {HOST: "localhost", AUTHORITY: str(server.authority), "5432": str(server.port)}
        connected = Reader(reader.project, there, where)
        connected.follow("docs/how-to/postgres.md", "3. Publish")
        connected.finish()
        yield connected, server


def test_the_guide_to_postgresql_makes_certificates_a_database_and_roles(
    connected: tuple[Reader, Any], tmp_path: Path
) -> None:
    reader, server = connected
    assert "published" in "".join(reader.told.values())
    code, told = shell(
        tmp_path,
        "bash",
        "-euo",
        "pipefail",
        "-c",
        typed("docs/how-to/postgres.md", "1. The server: TLS and SCRAM only")
        + "openssl verify -CAfile authority.crt -verify_hostname db.example.org server.crt\n",
    )
    assert code == 0, told
    assert told.endswith("server.crt: OK\n")
    environment = server.environment("postgres") | {"PGDATABASE": "postgres"}
    for command in typed("docs/how-to/postgres.md", "2. The database and its roles, once").splitlines():
        role = next((role for role in server.passwords if role in command), "postgres")
        twice = f"{server.passwords[role]}\n" * 2
        elsewhere = re.sub(r"(--dbname|template0) survey\b", r"\1 surveys", command)
        with patch.dict(os.environ, environment):
            code, told = shell(ROOT, "bash", "-euc", elsewhere, input=twice)
        assert code == 0, told
    with server.connect("werkpeil_reader", dbname="surveys") as connection:
        assert connection.execute("select current_user").fetchall() == [("werkpeil_reader",)]


@pytest.mark.parametrize("document", ["python", "excel", "power-bi"])
def test_the_guides_to_other_programs(connected: tuple[Reader, Any], document: str) -> None:
    reader, _ = connected
    if document == "python":
        reader.follow("docs/how-to/connect-python.md")
    elif document == "excel":
        reader.follow("docs/how-to/connect-excel.md")
    else:
        reader.follow("docs/how-to/connect-power-bi.md")
    reader.finish()


def test_the_guide_to_r(connected: tuple[Reader, Any]) -> None:
    if shutil.which("Rscript") is None or shell(ROOT, "Rscript", "-e", "library(RPostgreSQL)")[0]:
        pytest.skip("R with RPostgreSQL is not installed here (Debian: apt-get install r-cran-rpostgresql)")
    reader, _ = connected
    reader.follow("docs/how-to/connect-r.md")
    reader.finish()


def test_the_guide_to_superset_writes_its_file(connected: tuple[Reader, Any]) -> None:
    reader, _ = connected
    reader.follow("docs/how-to/superset.md")
    reader.finish()
    assert (reader.project.root / "werkpeil.zip").is_file()


def test_the_statements_for_excel_and_power_bi_give_the_readers_numbers_over_odbc(
    connected: tuple[Reader, Any],
) -> None:
    """Excel's connection string, with the name that the driver has on Linux, through the driver itself."""
    _, server = connected
    excel, power_bi = "docs/how-to/connect-excel.md", "docs/how-to/connect-power-bi.md"
    [text] = [block.content.strip() for block in blocks_of(excel) if block.content.startswith("Driver=")]
    one_cell = " and wave_id = '2018' and item_id = 'q40'"
    queries = [
        block.content for name in (excel, power_bi) for block in blocks_of(name) if block.language == "sql"
    ]
    first, second = (" ".join(query.split()).rstrip(";") + one_cell for query in queries)
    with server.connect("werkpeil_reader") as connection:
        for query in (first, second):
            rows = [row[2:5] for row in connection.execute(query).fetchall()]
            assert ("am", 283, pytest.approx(0.80205, abs=5e-6)) in rows
    if shutil.which("isql") is None or "[PostgreSQL Unicode]" not in shell(ROOT, "odbcinst", "-q", "-d")[1]:
        pytest.skip("ODBC is not installed here (Debian: apt-get install unixodbc odbc-postgresql)")
    words = text.replace("(x64)", "").replace(HOST, "localhost").replace("5432", str(server.port))
    words += f";UID=werkpeil_reader;PWD={server.passwords['werkpeil_reader']}"
    with patch.dict(os.environ, {"PGSSLROOTCERT": str(server.authority), "PGHOSTADDR": "127.0.0.1"}):
        code, told = shell(ROOT, "isql", "-k", words, "-b", "-d,", input=f"{first}\n")
        assert code == 0, told
        assert re.search(r"^2018,q40,am,283,0\.80205", told, re.MULTILINE), told
        refused = words.replace("verify-full", "disable")
        assert shell(ROOT, "isql", "-k", refused, "-b", "-d,", input=f"{first}\n")[0], "without TLS"


def test_excel_workbooks_hold_numbers_as_numbers(reader: Reader) -> None:
    [file] = reader.project.published.glob("open-data/*/item_shares.xlsx")
    sheet = openpyxl.load_workbook(file, read_only=True)["data"]
    header, *rows = sheet.iter_rows(values_only=True)
    shares = [dict(zip(header, row, strict=True)) for row in rows]
    [am] = [
        row
        for row in shares
        if (row["wave_id"], row["item_id"], row["cut_id"], row["group_id"]) == ("2018", "q40", "agency", "am")
    ]
    assert (am["n"], am["positive_share"]) == (283, pytest.approx(0.80205, abs=5e-6))
    hidden = [row for row in shares if row["suppression_reason"]]
    assert all(row["positive_share"] is None for row in hidden if row["suppression_reason"] == "nobody")
