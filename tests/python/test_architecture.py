"""Which part may know which: of the models by dbt's manifest, of the package by its imports.

Every rule is a function that returns what breaks it, so that each can be shown to find a made-up break.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunner

ROOT = Path(__file__).resolve().parents[2]

# What a layer may read: its neighbour below, itself, and the seeds where listed. Estimates and Python models
# are one level: intervals are a Python model over estimates, and SQL may take up what a Python model found.
MAY_READ = {
    "staging": {"source", "seed"},
    "scored": {"staging", "scored", "seed"},
    "cells": {"scored", "cells", "seed"},
    "estimates": {"cells", "estimates", "python_models", "seed"},
    "python_models": {"cells", "estimates", "python_models", "seed"},
    "marts": {"estimates", "python_models", "marts", "seed"},
    "published": {"marts", "published"},
    "semantic": {"published", "semantic"},
}

# Exceptions: (layer that reads, what it reads, why).
EXCEPTIONS = (
    (
        "scored",
        "source.werkpeil.raw.landing_register",
        "a wave is rebuilt when its delivery changed; the register names deliveries, it holds no respondent",
    ),
    (
        "cells",
        "model.werkpeil.stg_landing__waves",
        "later layers need size and provenance; of a retired wave the register alone is left, without people",
    ),
    (
        "marts",
        "model.werkpeil.cells_waves",
        "every mart says whether its wave is real or synthetic; the table has one row per wave",
    ),
    (
        "marts",
        "source.werkpeil.quality.quality_checks",
        "the gate writes after the build that it checks; readers see what it found as they see any result",
    ),
    (
        "python_models",
        "model.werkpeil.scored_regression_rows",
        "design-based errors of regressions need each residual: one pass per new wave, nothing is kept of it",
    ),
    (
        "python_models",
        "model.werkpeil.scored_weighting_classes",
        "weights are computed from counts per class before anybody is scored; the table holds no respondent",
    ),
    (
        "scored",
        "model.werkpeil.weighting",
        "respondents take the weight of their class; what a survey declares is read below its cells for that",
    ),
)

# Macros that may name a source, and which. The manifest does not list what post-hooks read: the text counts.
SOURCES_IN_MACROS = {
    "stage_responses": {"raw, survey_id"},
    "landed_deliveries": {"raw, landing_register"},
    "delete_vanished_waves": {"raw, landing_register"},
}

# Layers with one row per respondent, and those that may read them.
RESPONDENTS = {"staging", "scored"}
MAY_READ_RESPONDENTS = {"staging", "scored", "cells"}

MATHEMATICS = {"numpy", "scipy", "statsmodels", "pandas", "math", "statistics"}
LINES_OF_A_PYTHON_MODEL = 15

SCHEMAS = "raw|seeds|staging|scored|cells|estimates|marts|semantic"


@dataclass(frozen=True)
class Model:
    """A model as far as the rules need it."""

    unique_id: str
    path: str
    reads: tuple[str, ...]

    @property
    def layer(self) -> str:
        """The folder that tells the layer; empty where none does."""
        parts = Path(self.path).parts
        layer = parts[0] if parts[0] == "python_models" else parts[1]
        return layer if layer in MAY_READ else ""


def models_of(manifest: dict[str, Any]) -> dict[str, Model]:
    return {
        unique_id: Model(unique_id, node["original_file_path"], tuple(node["depends_on"]["nodes"]))
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }


# The rules of the models.


def models_outside_a_layer(models: dict[str, Model]) -> list[str]:
    return [f"{model.path} is in no layer" for model in models.values() if not model.layer]


def reads_past_a_neighbour(models: dict[str, Model]) -> list[str]:
    found = []
    allowed = {(layer, unique_id) for layer, unique_id, _ in EXCEPTIONS}
    for model in models.values():
        for read in model.reads:
            kind = models[read].layer if read in models else read.split(".")[0]
            if kind not in MAY_READ.get(model.layer, set()) and (model.layer, read) not in allowed:
                found.append(f"{model.path} ({model.layer}) reads {read} ({kind})")
    return found


def reads_respondents(models: dict[str, Model]) -> list[str]:
    """Models above the cells that read a table with a row per respondent; the register has none."""
    allowed = {(layer, unique_id) for layer, unique_id, _ in EXCEPTIONS}
    return [
        f"{model.path} reads respondents: {read}"
        for model in models.values()
        for read in model.reads
        if model.layer not in MAY_READ_RESPONDENTS
        and (model.layer, read) not in allowed
        and read in models
        and holds_respondents(models[read])
    ]


def holds_respondents(model: Model) -> bool:
    return model.layer in RESPONDENTS and not model.path.startswith("models/staging/landing/")


def macros_that_name_a_source(macros: dict[str, str]) -> list[str]:
    """Macros (name and text) that name a source they are not known to need."""
    found = []
    for name, text in macros.items():
        for call in re.findall(r"\bsource\(([^)]*)\)", text):
            named = call.replace("'", "").replace('"', "")
            if named not in SOURCES_IN_MACROS.get(name, set()):
                found.append(f"the macro {name} reads source({named})")
    return found


# The rules of Python.


def faults_of_a_python_model(name: str, text: str) -> list[str]:
    """A Python model calls one function of the package and returns what it gives."""
    tree = ast.parse(text)
    found = []
    count = len(code_lines(text, tree))
    if count > LINES_OF_A_PYTHON_MODEL:
        found.append(f"{name} has {count} lines of code, more than {LINES_OF_A_PYTHON_MODEL}")
    calculations = [node for node in ast.walk(tree) if isinstance(node, (ast.BinOp, ast.AugAssign))]
    found += [f"{name}:{node.lineno} calculates" for node in calculations]
    for module, line in imports_of(tree):
        if module.split(".")[0] in MATHEMATICS:
            found.append(f"{name}:{line} imports {module}")
    return found


def code_lines(text: str, tree: ast.Module) -> set[int]:
    """Numbers of the lines that hold code: no blanks, comments or docstrings."""
    documented: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            documented |= set(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    layout = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    held: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in layout | {tokenize.COMMENT}:
            held |= set(range(token.start[0], token.end[0] + 1))
    return held - documented


def imports_of(tree: ast.Module) -> list[tuple[str, int]]:
    """Modules imported anywhere in a file, functions included, each with its line."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, node.lineno) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found += [(f"{node.module}.{alias.name}", node.lineno) for alias in node.names]
    return found


def imports_that_reach_too_far(package: str, texts: dict[str, str], forbidden: set[str]) -> list[str]:
    """Files of a package that import what it may not know."""
    return [
        f"{name}:{line} ({package}) imports {module}"
        for name, text in texts.items()
        for module, line in imports_of(ast.parse(text))
        if any(module == other or module.startswith(f"{other}.") for other in forbidden)
    ]


def relative_imports(texts: dict[str, str]) -> list[str]:
    """Relative imports, which the rules above would not see."""
    return [
        f"{name}:{node.lineno} imports by a relative name"
        for name, text in texts.items()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom) and node.level > 0
    ]


# The rule of what is published.


def marts_without_a_rule(nodes: dict[str, Any]) -> list[str]:
    """Marts that are neither published, with a rule what is hidden, nor declared internal with a reason.

    A mart is internal if its YAML says so: `config: meta: internal:` and why.
    """
    models = {node["name"]: node for node in nodes.values() if node["resource_type"] == "model"}
    found = []
    for name, node in models.items():
        if node["original_file_path"].startswith("models/marts/"):
            internal = bool(node["config"].get("meta", {}).get("internal"))
            published = f"published_{name}" in models
            if not internal and not published:
                found.append(f"{name} is neither published nor declared internal")
            elif internal and published:
                found.append(f"{name} is published and declared internal")
    return found


# The rule of the dashboard.


def unpublished_tables(texts: dict[str, str], published: set[str]) -> list[str]:
    """Tables named in the dashboard that are not published; a table nobody publishes counts as one."""
    found = []
    for name, text in texts.items():
        for schema, table in re.findall(
            rf"\b(?:from|join)\s+({SCHEMAS}|published)\.(\w+)", text, re.IGNORECASE
        ):
            if schema.lower() != "published" or table.lower() not in published:
                found.append(f"{name} reads {schema}.{table}")
    return found


def tables_read_of_nobody(texts: dict[str, str], published: set[str]) -> list[str]:
    """Tables that the site reads by name and that are not published."""
    return [
        f"{name} reads {table}"
        for name, text in texts.items()
        for table in re.findall(r"\bsource\.table\(\s*\"(\w+)\"", text)
        if table not in published
    ]


# The project keeps them.


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    target = tmp_path_factory.mktemp("target")
    folders = ["--project-dir", str(ROOT), "--profiles-dir", str(ROOT)]
    folders += ["--target-path", str(target), "--log-path", str(target)]
    answer = dbtRunner().invoke(["parse", "--quiet", "--no-partial-parse", *folders])
    assert answer.success, answer.exception
    parsed: dict[str, Any] = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    return parsed


@pytest.fixture(scope="module")
def models(manifest: dict[str, Any]) -> dict[str, Model]:
    return models_of(manifest)


def texts_under(folder: str, *endings: str) -> dict[str, str]:
    return {
        str(path.relative_to(ROOT)): path.read_text(encoding="utf-8")
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in endings
    }


def test_every_model_is_in_a_layer(models: dict[str, Model]) -> None:
    assert len(models) > 20
    assert models_outside_a_layer(models) == []


def test_each_layer_reads_its_neighbour_only(models: dict[str, Model]) -> None:
    assert reads_past_a_neighbour(models) == []


def test_exceptions_are_needed_and_have_a_reason(models: dict[str, Model]) -> None:
    used = {(model.layer, read) for model in models.values() for read in model.reads}
    assert [exception for exception in EXCEPTIONS if exception[:2] not in used or not exception[2]] == []


def test_nothing_above_the_cells_reads_a_respondent(models: dict[str, Model]) -> None:
    assert any(holds_respondents(model) for model in models.values())
    assert reads_respondents(models) == []


def test_only_known_macros_name_a_source(manifest: dict[str, Any]) -> None:
    macros = {
        macro["name"]: macro["macro_sql"]
        for macro in manifest["macros"].values()
        if macro["package_name"] == "werkpeil"
    }
    assert macros_that_name_a_source(macros) == []
    assert set(macros) >= set(SOURCES_IN_MACROS), "a macro of the list is gone"


def test_python_models_call_and_do_not_calculate() -> None:
    texts = texts_under("python_models", ".py")
    assert texts
    assert [fault for name, text in texts.items() for fault in faults_of_a_python_model(name, text)] == []


def test_statistics_know_nothing_of_where_data_come_from() -> None:
    others = {path.name for path in (ROOT / "src" / "werkpeil").iterdir() if (path / "__init__.py").exists()}
    forbidden = {f"werkpeil.{name}" for name in others - {"statistics"}} | {
        "werkpeil.warehouse",
        "duckdb",
        "dbt",
    }
    texts = texts_under("src/werkpeil/statistics", ".py")
    assert texts
    assert imports_that_reach_too_far("statistics", texts, forbidden) == []


def test_the_checker_of_tables_is_usable_alone() -> None:
    others = {path.name for path in (ROOT / "src" / "werkpeil").iterdir() if (path / "__init__.py").exists()}
    forbidden = {f"werkpeil.{name}" for name in others - {"audit"}} | {"werkpeil.warehouse", "duckdb", "dbt"}
    texts = texts_under("src/werkpeil/audit", ".py")
    assert texts
    assert imports_that_reach_too_far("audit", texts, forbidden) == []


def test_nothing_imports_the_command_line() -> None:
    texts = texts_under("src/werkpeil", ".py") | texts_under("python_models", ".py")
    inner = {name: text for name, text in texts.items() if "/cli/" not in name}
    assert imports_that_reach_too_far("werkpeil", inner, {"werkpeil.cli"}) == []
    assert relative_imports(texts) == []


def test_every_mart_is_published_with_a_rule_or_internal(manifest: dict[str, Any]) -> None:
    assert marts_without_a_rule(manifest["nodes"]) == []


def test_the_dashboard_reads_published_tables_only(
    manifest: dict[str, Any], models: dict[str, Model]
) -> None:
    # A published model is named after its mart with a prefix, its table without (macros/publish_marts.sql).
    published = {
        model.unique_id.split(".")[2].removeprefix("published_")
        for model in models.values()
        if model.layer == "published"
    }
    # A release has a table of each saved query, made of published tables (werkpeil.semantic.saved).
    published |= {name.split(".")[2] for name in manifest["saved_queries"]}
    texts = texts_under("src/werkpeil/site", ".py", ".js")
    assert texts
    assert unpublished_tables(texts, published) == []
    assert tables_read_of_nobody(texts, published) == []


# Each rule finds what breaks it.


def made_up(layer_path: str, *reads: str) -> dict[str, Model]:
    """A small project with one model more, which reads what it is told to."""
    known = {
        "source.werkpeil.raw.per": None,
        "model.werkpeil.stg_per__responses": "models/staging/per/stg_per__responses.sql",
        "model.werkpeil.stg_landing__waves": "models/staging/landing/stg_landing__waves.sql",
        "model.werkpeil.scored_per": "models/scored/scored_per.sql",
        "model.werkpeil.cells_answers": "models/cells/cells_answers.sql",
        "model.werkpeil.cells_waves": "models/cells/cells_waves.sql",
        "model.werkpeil.estimates": "models/estimates/estimates.sql",
        "model.werkpeil.item_shares": "models/marts/shared/item_shares.sql",
        "model.werkpeil.published_shares": "models/published/published_shares.sql",
    }
    models = {key: Model(key, path, ()) for key, path in known.items() if path}
    models["model.werkpeil.made_up"] = Model("model.werkpeil.made_up", layer_path, reads)
    return models


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("models/staging/per/made_up.sql", "model.werkpeil.stg_per__responses"),
        ("models/scored/made_up.sql", "source.werkpeil.raw.per"),
        ("models/scored/made_up.sql", "model.werkpeil.cells_answers"),
        ("models/cells/made_up.sql", "model.werkpeil.stg_per__responses"),
        ("models/cells/made_up.sql", "source.werkpeil.raw.landing_register"),
        ("models/estimates/made_up.sql", "model.werkpeil.scored_per"),
        ("models/estimates/made_up.sql", "model.werkpeil.item_shares"),
        ("python_models/made_up.py", "model.werkpeil.scored_per"),
        ("models/marts/shared/made_up.sql", "model.werkpeil.cells_answers"),
        ("models/marts/shared/made_up.sql", "source.werkpeil.raw.landing_register"),
        ("models/published/made_up.sql", "model.werkpeil.estimates"),
        ("models/published/made_up.sql", "seed.werkpeil.cuts"),
        ("models/semantic/made_up.sql", "model.werkpeil.item_shares"),
    ],
)
def test_reading_past_a_neighbour_is_found(path: str, read: str) -> None:
    (found,) = reads_past_a_neighbour(made_up(path, read))
    assert found.startswith(path)
    assert read in found


@pytest.mark.parametrize(
    ("path", "read"),
    [
        ("models/staging/per/made_up.sql", "source.werkpeil.raw.per"),
        ("models/scored/made_up.sql", "model.werkpeil.stg_per__responses"),
        ("models/scored/made_up.sql", "source.werkpeil.raw.landing_register"),
        ("models/cells/made_up.sql", "model.werkpeil.stg_landing__waves"),
        ("python_models/made_up.py", "model.werkpeil.estimates"),
        ("models/marts/shared/made_up.sql", "model.werkpeil.cells_waves"),
        ("models/published/made_up.sql", "model.werkpeil.item_shares"),
        ("models/semantic/made_up.sql", "model.werkpeil.published_shares"),
    ],
)
def test_reading_a_neighbour_passes(path: str, read: str) -> None:
    assert reads_past_a_neighbour(made_up(path, read)) == []


def test_a_mart_that_nobody_decided_on_is_found() -> None:
    def node(name: str, folder: str, **meta: str) -> dict[str, Any]:
        path = f"models/{folder}/{name}.sql"
        return {
            "name": name,
            "resource_type": "model",
            "original_file_path": path,
            "config": {"meta": meta},
        }

    nodes = [
        node("shown", "marts/shared"),
        node("published_shown", "published"),
        node("kept", "marts/shared", internal="it tells which numbers are small"),
        node("both", "marts/culture", internal="why"),
        node("published_both", "published"),
        node("forgotten", "marts/culture"),
        node("unexplained", "marts/craft", internal=""),
        node("estimates", "estimates"),
    ]
    assert marts_without_a_rule({made["name"]: made for made in nodes}) == [
        "both is published and declared internal",
        "forgotten is neither published nor declared internal",
        "unexplained is neither published nor declared internal",
    ]


def test_a_model_outside_the_layers_is_found() -> None:
    assert models_outside_a_layer(made_up("models/intermediate/made_up.sql")) == [
        "models/intermediate/made_up.sql is in no layer"
    ]


@pytest.mark.parametrize("read", ["model.werkpeil.stg_per__responses", "model.werkpeil.scored_per"])
@pytest.mark.parametrize("path", ["models/marts/shared/made_up.sql", "python_models/made_up.py"])
def test_reading_respondents_is_found(path: str, read: str) -> None:
    assert reads_respondents(made_up(path, read)) == [f"{path} reads respondents: {read}"]
    assert reads_respondents(made_up(path, "model.werkpeil.stg_landing__waves")) == []


def test_a_macro_that_reads_a_source_is_found() -> None:
    macros = {
        "stage_responses": "{{ source('raw', survey_id) }}",
        "count_answers": "{{ source('raw', 'per') }}",
        "delete_vanished_waves": "{{ source('raw', 'rejected_rows') }}",
    }
    assert macros_that_name_a_source(macros) == [
        "the macro count_answers reads source(raw, per)",
        "the macro delete_vanished_waves reads source(raw, rejected_rows)",
    ]


def test_a_python_model_that_calculates_is_found() -> None:
    text = '"""Doc."""\n\nimport numpy as np\nfrom pandas.io import sql\n\nx = 1 + 1\nx += 1\n'
    assert sorted(faults_of_a_python_model("m.py", text)) == [
        "m.py:3 imports numpy",
        "m.py:4 imports pandas.io.sql",
        "m.py:6 calculates",
        "m.py:7 calculates",
    ]


def test_a_long_python_model_is_found_and_comments_do_not_count() -> None:
    short = '"""Doc.\n\nMore.\n"""\n\n' + "# why\nx = 1\n" * LINES_OF_A_PYTHON_MODEL
    assert faults_of_a_python_model("m.py", short) == []
    assert faults_of_a_python_model("m.py", short + "y = 2\n") == ["m.py has 16 lines of code, more than 15"]


def test_imports_that_reach_too_far_are_found_inside_functions_too() -> None:
    texts = {
        "a.py": "def f():\n    from werkpeil.cli import screen\n",
        "b.py": "import werkpeil.cli.main\nimport werkpeil.climate\n",
        "c.py": "from werkpeil import cli\n",
    }
    assert imports_that_reach_too_far("landing", texts, {"werkpeil.cli"}) == [
        "a.py:2 (landing) imports werkpeil.cli.screen",
        "b.py:1 (landing) imports werkpeil.cli.main",
        "c.py:1 (landing) imports werkpeil.cli",
    ]
    assert relative_imports({"d.py": "from ..cli import screen\n"}) == ["d.py:1 imports by a relative name"]


def test_an_unpublished_table_in_the_dashboard_is_found() -> None:
    texts = {
        "pages.py": 'QUERY = "select * from published.item_shares inner join marts.dim_items"\n',
        "more.sql": "select *\nFROM scored.scored_per\nleft join published.nobody_has_it\n",
        "imports.py": "from werkpeil.publishing import release\n",
    }
    read = {"site.py": 'source.table("item_shares")\nsource.table(\n    "disclosure_decisions", "n")\n'}
    assert tables_read_of_nobody(read, {"item_shares"}) == ["site.py reads disclosure_decisions"]
    assert unpublished_tables(texts, {"item_shares"}) == [
        "pages.py reads marts.dim_items",
        "more.sql reads scored.scored_per",
        "more.sql reads published.nobody_has_it",
    ]
