"""Each house rule passes what it should and names file, line and remedy of what it should not."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[3]

GOOD_YAML = """\
models:
  - name: things
    description: >
      Grain: one row per thing.
      Things are things.
    data_tests:
      - unique_combination:
          arguments: {columns: [thing_id]}
    columns:
      - name: thing_id
        data_type: string
        description: The thing.
        data_tests: [not_null]
"""


@pytest.fixture(scope="module")
def rules() -> ModuleType:
    """The script as a module."""
    spec = importlib.util.spec_from_file_location("house_rules", ROOT / "tools" / "house_rules.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["house_rules"] = module
    spec.loader.exec_module(module)
    return module


def written(root: Path, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return sorted(files)


def told(rules: ModuleType, root: Path, files: dict[str, str]) -> list[tuple[str, int, str]]:
    return [(f.path, f.line, f.rule) for f in rules.find_all(root, written(root, files))]


def test_this_project_keeps_its_own_rules(rules: ModuleType) -> None:
    findings = rules.find_all(ROOT)
    assert findings == [], "\n".join(map(str, findings))


def test_a_model_with_its_yaml_beside_it_passes(rules: ModuleType, tmp_path: Path) -> None:
    files = {"models/marts/things.sql": "select 1 as thing_id\n", "models/marts/things.yml": GOOD_YAML}
    assert told(rules, tmp_path, files) == []


def test_a_model_without_yaml_is_found(rules: ModuleType, tmp_path: Path) -> None:
    files = {"models/marts/things.sql": "select 1\n", "python_models/others.py": "x = 1\n"}
    assert told(rules, tmp_path, files) == [
        ("models/marts/things.sql", 1, "yaml-beside"),
        ("python_models/others.py", 1, "yaml-beside"),
    ]


def test_yaml_that_describes_another_model_is_found(rules: ModuleType, tmp_path: Path) -> None:
    files = {
        "models/marts/others.sql": "select 1\n",
        "models/marts/others.yml": GOOD_YAML,
        "models/marts/things.yml": GOOD_YAML,
    }
    assert told(rules, tmp_path, files) == [
        ("models/marts/others.yml", 1, "yaml-beside"),
        ("models/marts/things.yml", 1, "yaml-beside"),
    ]


def test_keys_out_of_order_are_found_at_their_line(rules: ModuleType, tmp_path: Path) -> None:
    late = """\
unit_tests: []
models:
  - name: things
    columns:
      - name: thing_id
        data_tests: [not_null]
        description: The thing.
    description: "Grain: one row per thing."
"""
    files = {"models/marts/things.sql": "select 1\n", "models/marts/things.yml": late}
    assert told(rules, tmp_path, files) == [
        ("models/marts/things.yml", 2, "yaml-order"),
        ("models/marts/things.yml", 7, "yaml-order"),
        ("models/marts/things.yml", 8, "yaml-order"),
    ]


def test_yaml_that_cannot_be_read_is_found_at_its_line(rules: ModuleType, tmp_path: Path) -> None:
    broken = "models:\n  - name: things\n<<<<<<< HEAD\n    description: x\n"
    files = {"models/marts/things.sql": "select 1\n", "models/marts/things.yml": broken}
    assert told(rules, tmp_path, files) == [("models/marts/things.yml", 4, "yaml-reads")]


def test_long_lines_of_yaml_are_found_but_rows_of_tables_are_not(rules: ModuleType, tmp_path: Path) -> None:
    lines = ["a: " + "x" * 117, "b: " + "x" * 118, "rows:", "  - {c: " + "x" * 130 + "}"]
    files = {"seeds/_a.yml": "\n".join(lines) + "\n"}
    assert told(rules, tmp_path, files) == [("seeds/_a.yml", 2, "yaml-width")]


def test_a_description_without_its_grain_is_found(rules: ModuleType, tmp_path: Path) -> None:
    seeds = """\
seeds:
  - name: themes
    description: "Grain: one row per theme."
  - name: cuts
    description: The cuts.
  - name: scales
"""
    files = {
        "models/marts/things.sql": "select 1\n",
        "models/marts/things.yml": GOOD_YAML.replace("Grain: one row per thing.", "Holds the things."),
        "seeds/_seeds.yml": seeds,
    }
    assert told(rules, tmp_path, files) == [
        ("models/marts/things.yml", 2, "grain-first"),
        ("seeds/_seeds.yml", 4, "grain-first"),
        ("seeds/_seeds.yml", 6, "grain-first"),
    ]


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select x::int", "the cast ::"),
        ("select * exclude (a) from b", "* exclude"),
        ("select * EXCLUDE (a) from b", "* exclude"),
        ("select quantile_cont(x, 0.5)", "quantile_cont()"),
        ("select regexp_matches (x, 'a')", "regexp_matches()"),
        ("select regexp_replace(x, 'a', 'b')", "regexp_replace()"),
        ("select strpos(x, 'a')", "strpos()"),
        ("select concat(a, b)", "concat()"),
        ("select log(x)", "log()"),
        ("from unnest([1, 2])", "unnest()"),
        ("from generate_series(1, 2)", "generate_series()"),
        ("from read_parquet('x')", "reading a file"),
        ("select a union all by name select b", "union by name"),
        ("select x where y like 'a\\_b'", "a backslash in SQL"),
        ('select "A b"', "a quoted name"),
        ("select `a`", "a quoted name"),
        ("select extract(dow from x)", "extract(dow ...)"),
        ("select listagg(x)", "listagg()"),
        ("from a left anti join b", "anti join"),
        ("merge into a", "merge"),
        ("{{ config(incremental_strategy='merge') }}", "merge"),
        ("{% snapshot a %}", "a snapshot"),
        ("select distinct on (a) b", "distinct on"),
        ("{% do items.append('strpos(a, b)') %}", "strpos()"),
        ("delete from {{ this }} where x = 1", "delete"),
        ("insert into {{ this }} select 1", "insert"),
        ("create schema if not exists a;", "a second statement"),
        ("{% if target.type == 'duckdb' %}a{% endif %}", "the engine's name"),
        ("{{ target . name }}", "the engine's name"),
        ("{% if adapter.type() == 'duckdb' %}a{% endif %}", "the engine's name"),
    ],
)
def test_sql_of_one_engine_is_found(rules: ModuleType, tmp_path: Path, sql: str, name: str) -> None:
    files = {"macros/things.sql": f"{{# strpos(a, b) #}}\n-- x::int\n{sql}\n"}
    findings = rules.find_all(tmp_path, written(tmp_path, files))
    assert {(f.line, f.rule, f.what) for f in findings} == {(3, "portable-sql", f"{name} is not portable")}


@pytest.mark.parametrize(
    "sql",
    [
        "select cast(x as integer), a || b, catalog.column, split_part(a, '_', 1)",
        "{{ parts | join('\\nunion all\\n') }}",
        '{{ ref("things") }}',
        "select substring(pattern, 1, 1), ln(x), regexp_count, dialog(x)",
        "where not exists (select 1 from a)",
        "select instr(a, ';') as b, ';' as c from d",
        "{{ target.schema }}",
    ],
)
def test_portable_sql_passes(rules: ModuleType, tmp_path: Path, sql: str) -> None:
    assert told(rules, tmp_path, {"macros/things.sql": f"{sql}\n"}) == []


def test_only_the_engine_file_may_name_an_engine(rules: ModuleType, tmp_path: Path) -> None:
    files = {"macros/engine.sql": "select x::int\n", "tests/singular/assert_a.sql": "select x::int\n"}
    assert told(rules, tmp_path, files) == [("tests/singular/assert_a.sql", 1, "portable-sql")]


def test_paths_of_a_machine_and_registry_hosts_are_found(rules: ModuleType, tmp_path: Path) -> None:
    # Put together here, so that this file keeps the rule it tests.
    files = {
        "docs/a.md": "see ../work/things and models/work/x\n" + "see /" + "work/things\n",
        "src/b.py": "PATH = '/" + "home/anna/data'\n",
        "c.toml": "index = 'https://" + "pypi" + ".org/simple'\n",
        "uv.lock": "index = 'https://" + "pypi" + ".org/simple'\n",
    }
    assert told(rules, tmp_path, files) == [
        ("c.toml", 1, "no-workplace"),
        ("docs/a.md", 2, "no-workplace"),
        ("src/b.py", 1, "no-workplace"),
    ]


def test_a_test_that_is_switched_off_is_found(rules: ModuleType, tmp_path: Path) -> None:
    python = """\
import pytest

@pytest.mark.skipif(True, reason="Windows has no links")
def test_a(): ...

@pytest.mark.skip
def test_b(): ...

@pytest.mark.xfail(reason="later")
def test_c(): ...
"""
    files = {
        "models/marts/_a.yml": "data_tests:\n  - not_null:\n      config:\n        severity: warn\n",
        "models/marts/_b.yml": "config:\n  severity: warn\n  error_if: '>3'\n",
        "models/marts/_c.yml": "config:\n  enabled: false\n",
        "tests/python/test_a.py": python,
        "tests/singular/assert_a.sql": "{{ config(enabled=false) }}\nselect 1\n",
    }
    assert told(rules, tmp_path, files) == [
        ("models/marts/_a.yml", 4, "no-disabled"),
        ("models/marts/_c.yml", 2, "no-disabled"),
        ("tests/python/test_a.py", 6, "no-disabled"),
        ("tests/python/test_a.py", 9, "no-disabled"),
        ("tests/singular/assert_a.sql", 1, "no-disabled"),
    ]


def test_a_silenced_rule_needs_its_name_and_a_reason(rules: ModuleType, tmp_path: Path) -> None:
    silencer = "# no" + "qa"
    ignore = "# type: " + "ignore"
    lines = [
        f"a = 1  {silencer}",
        f"b = 1  {silencer}: E501",
        f"c = 1  {silencer}: E501, S608 - a table of texts",
        f"d = 1  {ignore}",
        f"e = 1  {ignore}[misc]",
        f"f = 1  {ignore}[misc]  # the stubs are wrong",
        f'g = "{silencer}"',
    ]
    found = told(rules, tmp_path, {"src/a.py": "\n".join(lines) + "\n"})
    assert [line for _, line, rule in found if rule == "silence-reason"] == [1, 2, 4, 5]


def test_text_files_end_with_one_line_break(rules: ModuleType, tmp_path: Path) -> None:
    files = {
        "a.md": "text",
        "b.md": "text\n",
        "c.md": "text\n\n",
        "d.md": "",
        "e.bin": "\0text",
        "examples/per/2022/as_delivered.csv": "a;b",
    }
    assert told(rules, tmp_path, files) == [("a.md", 1, "final-newline"), ("c.md", 3, "final-newline")]


def test_a_finding_names_file_line_rule_and_remedy(rules: ModuleType, tmp_path: Path) -> None:
    written(tmp_path, {"macros/a.sql": "select 1\nfrom x::y\n"})
    (finding,) = rules.find_all(tmp_path, ["macros/a.sql"])
    assert str(finding).startswith("macros/a.sql:2: portable-sql: the cast ::")
    assert "what to do: use cast(x as t)." in str(finding)


def test_files_that_git_ignores_are_left_out(rules: ModuleType, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    written(tmp_path, {".gitignore": "data/\n", "data/a.md": "text", "b.md": "text"})
    assert [finding.path for finding in rules.find_all(tmp_path)] == ["b.md"]


def test_a_folder_without_git_is_refused_in_words(rules: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="git cannot list"):
        rules.find_files(tmp_path)
