"""Rules of this house that no linter knows. `make check-house` runs them; `python tools/house_rules.py` too.

| rule            | what it asks                                                                             |
| --------------- | ---------------------------------------------------------------------------------------- |
| yaml-beside     | each model has a YAML file of its own name beside it, which describes it and no other    |
| yaml-reads      | YAML can be read                                                                         |
| yaml-width      | lines of YAML have at most 120 characters; a row of a table, `- {...}`, may have more    |
| yaml-order      | a model's keys stand in the house order: description, config, tests, columns             |
| grain-first     | descriptions of models and seeds begin 'Grain: one row per'                              |
| portable-sql    | models, macros and tests name nothing that one engine lacks or reads in another way;     |
|                 | only macros/engine.sql may                                                               |
| no-workplace    | no path of a machine and no host of a package registry in a tracked file                 |
| no-disabled     | no test is switched off, skipped without a condition, expected to fail or only warned of |
| silence-reason  | `noqa` and `type: ignore` name their rule and say why                                    |
| final-newline   | text files end with one line break                                                       |

What `portable-sql` cannot see by word stays a reviewer's: rounding before integer casts, `nullif` divisors,
`nulls last` with a tie-break, bigint casts in marts.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MODEL_FOLDERS = ("models", "python_models")
SQL_FOLDERS = ("models", "macros", "tests", "analyses")
ENGINE_FILE = "macros/engine.sql"
KEY_ORDER = ("name", "description", "latest_version", "config", "data_tests", "columns", "versions")
COLUMN_KEY_ORDER = ("name", "data_type", "description", "config", "constraints", "data_tests")
SECTION_ORDER = (
    "version",
    "models",
    "unit_tests",
    "semantic_models",
    "metrics",
    "saved_queries",
    "exposures",
)
YAML_WIDTH = 120
GRAIN = "Grain: one row per "
# Deliveries are kept as they were delivered.
AS_DELIVERED = ("examples/", "tests/data/")
LOCK_FILES = {"uv.lock", "package-lock.json"}


@dataclass(frozen=True, order=True)
class Finding:
    """A place where a rule does not hold.

    Args:
        path: File, relative to the root.
        line: Line number, from 1.
        rule: Name of the rule.
        what: What is wrong.
        remedy: What to do about it.
    """

    path: str
    line: int
    rule: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.what}\n    what to do: {self.remedy}"


@dataclass(frozen=True)
class Banned:
    """Something in SQL that one of the engines lacks or reads in another way.

    Args:
        pattern: What to look for, regardless of case.
        name: How to call it in a message.
        remedy: What to write instead.
        in_jinja: Whether it is looked for inside Jinja as well, where macros hold pieces of SQL.
    """

    pattern: str
    name: str
    remedy: str
    in_jinja: bool = True


def _function(name: str, remedy: str) -> Banned:
    return Banned(rf"(?<![\w.]){name}\s*\(", f"{name}()", remedy)


IN_ENGINE = f"put it behind a macro in {ENGINE_FILE}, one form per engine."

BANNED = (
    # Read in another way, without an error.
    _function("concat", "use ||, with coalesce around what may be null: engines differ on concat of a null."),
    _function("regexp_replace", "engines replace the first match or all: " + IN_ENGINE),
    _function("dayofweek", "engines count days from 0 or 1: " + IN_ENGINE),
    Banned(r"\bextract\s*\(\s*dow\b", "extract(dow ...)", "engines count days from 0 or 1: " + IN_ENGINE),
    _function("log", "engines take base 10 or e: use ln() or log10()."),
    Banned(r"\bdbt\.type_float\b", "dbt.type_float", "it is 32 bits wide: use cast(... as double)."),
    Banned(r"\bdbt\.safe_cast\b", "dbt.safe_cast", "it is a plain cast here: use try_cast on checked text."),
    Banned(r"\bdbt\.datediff\b", "dbt.datediff", "engines differ below a day: subtract dates."),
    Banned(
        r"\\", "a backslash in SQL", "engines differ on escapes: write a class such as [0-9].", in_jinja=False
    ),
    Banned('"', "a quoted name", "names are lower snake_case and need no quotes.", in_jinja=False),
    Banned("`", "a quoted name", "names are lower snake_case and need no quotes.", in_jinja=False),
    # Not on Spark.
    Banned(r"::", "the cast ::", "use cast(x as t)."),
    Banned(r"\*\s*exclude\b|\bexclude\s*\(", "* exclude", "list the columns."),
    _function("quantile_cont", "use percentile_cont within group."),
    _function("regexp_matches", IN_ENGINE),
    _function("strpos", "use instr()."),
    _function("sha256", IN_ENGINE),
    _function("lgamma", "compute it in src/werkpeil/statistics."),
    _function("unnest", "join a seed or a values list."),
    _function("generate_series", "join a seed, or let Jinja write the rows."),
    _function("arg_max", "use max_by()."),
    _function("arg_min", "use min_by()."),
    Banned(
        r"\bread_(?:parquet|csv|json)\w*\s*\(", "reading a file", "read a source; landing shows files in raw."
    ),
    Banned(r"\bunion\s+(?:all\s+)?by\s+name\b", "union by name", "list the columns in one order."),
    Banned(r"->>", "the operator ->>", IN_ENGINE),
    Banned(r"\bfetch\s+first\b", "fetch first", "use limit."),
    Banned(r"\bdate_diff\s*\(\s*'", "date_diff with a quoted unit", IN_ENGINE),
    Banned(r"\bdistinct\s+on\b", "distinct on", "use row_number() in a subquery."),
    Banned(r"\bqualify\b", "qualify", "use row_number() in a subquery."),
    Banned(r"\b(?:group|order)\s+by\s+all\b", "group by all", "name the columns."),
    # Not on DuckDB.
    _function("stack", "use the macro unpivot()."),
    _function("explode", "join a seed or a values list."),
    _function("sequence", "join a seed, or let Jinja write the rows."),
    _function("regexp_like", IN_ENGINE),
    _function("sha2", IN_ENGINE),
    _function("listagg", IN_ENGINE),
    _function("get_json_object", IN_ENGINE),
    Banned(r"\banti\s+join\b", "anti join", "use where not exists (...)."),
    # On one alone, or asked of the engine's name.
    Banned(
        r"\bdelete\s+from\b", "delete", "use delete_waves() of " + ENGINE_FILE + ": Spark drops partitions."
    ),
    Banned(r"\binsert\s+into\b", "insert", "let dbt write: Spark overwrites partitions."),
    Banned(
        r"[\w)];[ \t]*$", "a second statement", "Spark takes one at a time: use run_query().", in_jinja=False
    ),
    Banned(r"\btarget\s*\.\s*(?:type|name)\b", "the engine's name", IN_ENGINE),
    Banned(r"\badapter\s*\.\s*type\b", "the engine's name", IN_ENGINE),
    # On neither without another table format.
    Banned(r"\bmerge\s+into\b|\bincremental_strategy\W{1,4}merge\b", "merge", "use delete+insert by wave."),
    Banned(
        r"{%-?\s*snapshot\b", "a snapshot", "history is kept as waves, and as deliveries in the landing zone."
    ),
)

WORKPLACE = (
    (r"(?<![\w.~-])/(?:work|root)/", "a path of one machine", "name it relative to the project."),
    (r"(?<![\w.~-])/(?:home|Users)/\w", "a path of one machine", "name it relative to the project."),
    (
        r"(?<![\w.~-])/opt/(?:wheels|pypi)",
        "a package mirror's path",
        "leave it to the machine's own settings.",
    ),
    (
        r"\b(?:pypi[.]org|files[.]pythonhosted[.]org|registry[.]npmjs[.]org|deb[.]debian[.]org)\b",
        "the host of a package registry",
        "leave it to the machine's own settings.",
    ),
)


def find_files(root: Path) -> list[str]:
    """Return the files that git tracks or would track, relative to the root, in order.

    Raises:
        RuntimeError: if the folder is not a git checkout.
    """
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words
    if listed.returncode:
        raise RuntimeError(f"house rules: git cannot list the files of {root}: {listed.stderr.strip()}")
    return sorted({name for name in listed.stdout.split("\0") if name and (root / name).is_file()})


def find_all(root: Path, files: list[str] | None = None) -> list[Finding]:
    """Return every finding in a project, in order of file and line.

    Args:
        root: The project's root.
        files: Files to look at, relative to the root; by default those that git tracks or would track.
    """
    names = find_files(root) if files is None else files
    return sorted({finding for rule in RULES for finding in rule(root, names)})


def yaml_beside(root: Path, files: list[str]) -> Iterator[Finding]:
    """Each model has a YAML file of its own name beside it, which describes it and no other."""
    present = set(files)
    for name in _models(files):
        beside = str(Path(name).with_suffix(".yml"))
        if beside not in present:
            what = f"the model has no {Path(beside).name} beside it"
            yield Finding(name, 1, "yaml-beside", what, "write one; CONTRIBUTING.md lists what it holds.")
    for name, document in _property_files(root, files):
        models = [_plain(entry).get("name") for entry, _ in _entries(document, "models")]
        stem = Path(name).stem
        if models and models != [stem]:
            what = f"it describes {', '.join(map(str, models))}, not {stem} alone"
            yield Finding(name, 1, "yaml-beside", what, "give each model a file of its own name.")
        elif models and not {str(Path(name).with_suffix(end)) for end in (".sql", ".py")} & present:
            what = f"there is no model {stem} beside it"
            yield Finding(name, 1, "yaml-beside", what, "remove it, or move it to its model.")


def yaml_reads(root: Path, files: list[str]) -> Iterator[Finding]:
    """YAML can be read; the other rules pass over files that cannot."""
    for name in files:
        if name.endswith((".yml", ".yaml")):
            try:
                yaml.compose((root / name).read_text(encoding="utf-8"))
            except yaml.MarkedYAMLError as error:
                line = error.problem_mark.line + 1 if error.problem_mark else 1
                yield Finding(
                    name, line, "yaml-reads", f"it cannot be read: {error.problem}", "mend the line."
                )


def yaml_width(root: Path, files: list[str]) -> Iterator[Finding]:
    """Lines of YAML are not too long; rows of a unit test may be, for tables are read down their columns."""
    for name in files:
        if name.endswith((".yml", ".yaml")):
            for number, line in enumerate(_lines(root / name), start=1):
                if len(line) > YAML_WIDTH and not re.match(r"\s*- {", line):
                    what = f"the line has {len(line)} characters, more than {YAML_WIDTH}"
                    yield Finding(
                        name, number, "yaml-width", what, "fold it: `>` for prose, a list over lines."
                    )


def yaml_order(root: Path, files: list[str]) -> Iterator[Finding]:
    """A model's keys stand in the house order."""
    remedy = "move it; the order is "
    for name, document in _property_files(root, files):
        for line, key in _out_of_order(document, SECTION_ORDER):
            yield Finding(
                name, line, "yaml-order", f"'{key}' is late", remedy + ", ".join(SECTION_ORDER) + "."
            )
        for entry, _ in _entries(document, "models"):
            for line, key in _out_of_order(entry, KEY_ORDER):
                yield Finding(
                    name, line, "yaml-order", f"'{key}' is late", remedy + ", ".join(KEY_ORDER) + "."
                )
            for column, _ in _entries(entry, "columns"):
                for line, key in _out_of_order(column, COLUMN_KEY_ORDER):
                    order = ", ".join(COLUMN_KEY_ORDER)
                    yield Finding(name, line, "yaml-order", f"'{key}' is late", remedy + order + ".")


def grain_first(root: Path, files: list[str]) -> Iterator[Finding]:
    """Descriptions of models and seeds begin with their grain."""
    for name in files:
        if not name.endswith(".yml") or not name.startswith((*MODEL_FOLDERS, "seeds/")):
            continue
        document = _composed(root / name)
        for section in ("models", "seeds"):
            for entry, line in _entries(document, section):
                content = _plain(entry)
                if not str(content.get("description") or "").strip().startswith(GRAIN):
                    what = f"the description of {content.get('name')} does not begin '{GRAIN.strip()}'"
                    yield Finding(
                        name, line, "grain-first", what, "say first what one row is, then what it means."
                    )


def portable_sql(root: Path, files: list[str]) -> Iterator[Finding]:
    """SQL names nothing that one engine lacks or reads in another way."""
    for name in files:
        if not name.endswith(".sql") or not name.startswith(SQL_FOLDERS) or name == ENGINE_FILE:
            continue
        text = _without_comments((root / name).read_text(encoding="utf-8"))
        outside_jinja = _blanked(r"{[{%].*?[}%]}", text)
        for banned in BANNED:
            for found in re.finditer(
                banned.pattern, text if banned.in_jinja else outside_jinja, re.IGNORECASE | re.MULTILINE
            ):
                line = text.count("\n", 0, found.start()) + 1
                yield Finding(name, line, "portable-sql", f"{banned.name} is not portable", banned.remedy)


def no_workplace(root: Path, files: list[str]) -> Iterator[Finding]:
    """No path of a machine and no host of a registry is in a tracked file."""
    for name in files:
        if Path(name).name in LOCK_FILES:
            continue
        for number, line in enumerate(_lines(root / name), start=1):
            for pattern, what, remedy in WORKPLACE:
                found = re.search(pattern, line)
                if found:
                    yield Finding(name, number, "no-workplace", f"{what}: {found.group()}", remedy)


def no_disabled(root: Path, files: list[str]) -> Iterator[Finding]:
    """No test is switched off."""
    for name in files:
        if name.endswith((".yml", ".yaml")) and name.startswith(
            (*MODEL_FOLDERS, "seeds/", "tests/", "dbt_project")
        ):
            pattern, what = r"^\s*(?:- )?\+?enabled:\s*(?:false|no|off)\b", "something is switched off"
            yield from _matches(root, name, "no-disabled", pattern, what)
            yield from _warnings(root, name)
        elif name.endswith(".sql") and name.startswith(SQL_FOLDERS):
            pattern, what = r"\benabled\s*=\s*false\b", "something is switched off"
            yield from _matches(root, name, "no-disabled", pattern, what)
        elif name.endswith(".py") and name.startswith("tests/"):
            yield from _switched_off(root, name)


def silence_reason(root: Path, files: list[str]) -> Iterator[Finding]:
    """A linter or type checker is silenced for one rule, with the reason beside it."""
    silencer = re.compile(r"#\s*(?:noqa|type:\s*ignore)\b(.*)", re.IGNORECASE)
    reasoned = re.compile(r"(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*|\[[\w, -]+\])\s+(?:-|#)\s*\S+")
    for name in files:
        if not name.endswith(".py"):
            continue
        for number, line in enumerate(_lines(root / name), start=1):
            found = silencer.search(line)
            if found and not _quoted(line, found.start()) and not reasoned.match(found.group(1)):
                what = "a rule is silenced without its name or a reason"
                remedy = (
                    "write `# noqa: RULE - reason` or `# type: ignore[rule]  # reason`, or mend the code."
                )
                yield Finding(name, number, "silence-reason", what, remedy)


def final_newline(root: Path, files: list[str]) -> Iterator[Finding]:
    """Text files end with one line break."""
    for name in files:
        content = (root / name).read_bytes()
        if not content or b"\0" in content or name.startswith(AS_DELIVERED):
            continue
        if not content.endswith(b"\n") or content.endswith(b"\n\n"):
            line = content.count(b"\n") + 1
            yield Finding(
                name, line, "final-newline", "the file does not end with one line break", "end it with one."
            )


RULES: tuple[Callable[[Path, list[str]], Iterator[Finding]], ...] = (
    yaml_beside,
    yaml_reads,
    yaml_width,
    yaml_order,
    grain_first,
    portable_sql,
    no_workplace,
    no_disabled,
    silence_reason,
    final_newline,
)


def _models(files: list[str]) -> Iterator[str]:
    for name in files:
        path = Path(name)
        if (path.parts[0], path.suffix) in {("models", ".sql"), ("python_models", ".py")}:
            yield name


def _property_files(root: Path, files: list[str]) -> Iterator[tuple[str, yaml.Node]]:
    for name in files:
        in_layer = name.startswith(tuple(f"{folder}/" for folder in MODEL_FOLDERS))
        if in_layer and name.endswith(".yml") and not Path(name).name.startswith("_"):
            document = _composed(root / name)
            if document is not None:
                yield name, document


def _composed(path: Path) -> yaml.Node | None:
    """The nodes of a YAML file; None for an empty one and for one that cannot be read."""
    try:
        node: yaml.Node | None = yaml.compose(path.read_text(encoding="utf-8"))
    except yaml.YAMLError:
        return None
    return node


def _entries(node: yaml.Node | None, section: str) -> Iterator[tuple[yaml.MappingNode, int]]:
    """The mappings listed under a key, each with its line."""
    if not isinstance(node, yaml.MappingNode):
        return
    for key, value in node.value:
        if key.value == section and isinstance(value, yaml.SequenceNode):
            for entry in value.value:
                if isinstance(entry, yaml.MappingNode):
                    yield entry, entry.start_mark.line + 1


def _plain(node: yaml.MappingNode) -> dict[str, Any]:
    return {key.value: value.value for key, value in node.value if isinstance(value, yaml.ScalarNode)}


def _out_of_order(node: yaml.Node, order: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Keys that stand after a key they should precede, with their lines; keys without a place are free."""
    if not isinstance(node, yaml.MappingNode):
        return
    furthest = -1
    for key, _ in node.value:
        if key.value not in order:
            continue
        place = order.index(key.value)
        if place < furthest:
            yield key.start_mark.line + 1, key.value
        furthest = max(furthest, place)


def _without_comments(text: str) -> str:
    """The text with comments of Jinja and SQL blanked, line numbers unchanged."""
    return _blanked(r"--[^\n]*", _blanked(r"{#.*?#}", text))


def _blanked(pattern: str, text: str) -> str:
    return re.sub(pattern, lambda found: re.sub(r"[^\n]", " ", found.group()), text, flags=re.DOTALL)


def _lines(path: Path) -> list[str]:
    content = path.read_bytes()
    return [] if b"\0" in content else content.decode("utf-8", errors="replace").split("\n")


def _quoted(line: str, position: int) -> bool:
    """Whether a place in a line of Python is inside a string or inside backticks."""
    before = line[:position]
    return before.count('"') % 2 == 1 or before.count("`") % 2 == 1


def _matches(root: Path, name: str, rule: str, pattern: str, what: str) -> Iterator[Finding]:
    remedy = "mend what it finds; a known failure has error_if, the count, the reason and an issue."
    for number, line in enumerate(_lines(root / name), start=1):
        if re.search(pattern, line, re.IGNORECASE):
            yield Finding(name, number, rule, what, remedy)


def _warnings(root: Path, name: str) -> Iterator[Finding]:
    """Tests that only warn, unless the same file bounds the failures with error_if."""
    if not any("error_if:" in line for line in _lines(root / name)):
        yield from _matches(root, name, "no-disabled", r"^\s*\+?severity:\s*warn\b", "a test only warns")


def _switched_off(root: Path, name: str) -> Iterator[Finding]:
    remedy = "mend it or remove it; where it needs something absent, skip on that condition."
    for node in ast.walk(ast.parse((root / name).read_text(encoding="utf-8"), name)):
        for decorator in getattr(node, "decorator_list", []):
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if isinstance(called, ast.Attribute) and called.attr in {"skip", "xfail"}:
                what = f"a test is marked {called.attr}"
                yield Finding(name, decorator.lineno, "no-disabled", what, remedy)


def main() -> int:
    """Print every finding; return 1 if there is one."""
    root = Path(__file__).resolve().parents[1]
    findings = find_all(root)
    for finding in findings:
        sys.stdout.write(f"{finding}\n")
    if findings:
        sys.stdout.write(f"house rules: {len(findings)} findings\n")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
