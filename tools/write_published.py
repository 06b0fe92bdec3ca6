"""Write the YAML of published models from that of their marts, after a mart changed, and who shows them.

Each `models/published/published_<mart>.sql` is one call of a macro, written by hand; its YAML repeats the
mart's columns, types and descriptions with `suppression_reason` after them, and is written here. What must
hold of each row stands in the contract: the database refuses a row that breaks it, and a build has no
further tests to run. A mart that is a view is published as one, whose rows its own tests hold.

`models/published/exposures.yml` tells what shows all published tables; its lists of them are written here.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[1]
PREFIX = "published_"
FLAGGED = {"item_shares", "scale_scores"}
WIDTH = 92
WHAT = "As published: what could tell of a person is hidden."


def published_yaml(mart: dict[str, Any]) -> dict[str, Any]:
    """Return the YAML of the published copy of a mart.

    Args:
        mart: The mart as its own YAML describes it.
    """
    name = mart["name"]
    keys = _columns_of(mart, "unique_combination")
    never_null = set(_columns_of(mart, "never_null"))
    filled = never_null & set(keys)
    columns = [
        {key: column[key] for key in ("name", "data_type", "description")}
        | ({"constraints": [{"type": "not_null"}]} if column["name"] in filled else {})
        for column in mart["columns"]
    ]
    for column in columns:
        if column["name"] == "n" and "n" in never_null:
            column["constraints"] = [_check("n is not null or suppression_reason is not null")]
    columns.append(
        {
            "name": "suppression_reason",
            "data_type": "string",
            "description": "{{ doc('suppression_reason') }}",
            "constraints": [_check("suppression_reason in ('protected', 'unreliable', 'nobody')")],
        }
    )
    if name in FLAGGED:
        columns.append(
            {
                "name": "reliability_flag",
                "data_type": "string",
                "description": "{{ doc('reliability_flag') }}",
                "constraints": [_check("reliability_flag in ('low_precision')")],
            }
        )
    materialized = (mart.get("config") or {}).get("materialized")
    config: dict[str, Any] = {}
    if materialized == "view":
        config = {"config": {"materialized": "view"}}
        columns = [
            {key: value for key, value in column.items() if key != "constraints"} for column in columns
        ]
    return {
        "name": f"{PREFIX}{name}",
        "description": f"{mart['description'].strip()} {WHAT}\n",
        **config,
        "data_tests": [
            {
                "unique_combination": {
                    "name": f"{PREFIX}{name}_holds_its_grain",
                    "arguments": {"columns": keys},
                }
            }
        ],
        "columns": columns,
    }


def _columns_of(mart: dict[str, Any], test: str) -> list[str]:
    """Return the columns that a test on a mart names."""
    return next(list(found[test]["arguments"]["columns"]) for found in mart["data_tests"] if test in found)


def _check(expression: str) -> dict[str, str]:
    return {"type": "check", "expression": expression}


def _unit_tests(path: Path) -> str:
    """Return the unit tests that stand in a file, which are written by hand and kept."""
    held = path.read_text(encoding="utf-8") if path.exists() else ""
    start = held.find("\nunit_tests:")
    return held[start:] if start >= 0 else ""


class _Dumper(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, **_indentless: bool) -> None:
        """Indent the items of a list, as the house does."""
        super().increase_indent(flow=flow, indentless=False)

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the name that the base class gives it
        """Write everything out, also what stands twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=">" if "\n" in text else None)


_Dumper.add_representer(str, _text)


def write_all(root: Path = ROOT) -> list[Path]:
    """Write the YAML beside every published model, and that of what shows them; return the files."""
    marts = {path.stem: path for path in (root / "models" / "marts").rglob("*.yml")}
    written = []
    for model in sorted((root / "models" / "published").glob(f"{PREFIX}*.sql")):
        described = yaml.safe_load(marts[model.stem.removeprefix(PREFIX)].read_text(encoding="utf-8"))
        target = model.with_suffix(".yml")
        content = {"models": [published_yaml(described["models"][0])]}
        target.write_text(_dumped(content) + _unit_tests(target), encoding="utf-8")
        written.append(target)
    exposures = root / "models" / "published" / "exposures.yml"
    content = yaml.safe_load(exposures.read_text(encoding="utf-8"))
    for exposure in content["exposures"]:
        exposure["depends_on"] = [f"ref('{path.stem}')" for path in written]
    exposures.write_text(_dumped(content), encoding="utf-8")
    return [*written, exposures]


def _dumped(content: dict[str, Any]) -> str:
    return yaml.dump(content, Dumper=_Dumper, sort_keys=False, width=WIDTH, allow_unicode=True)


if __name__ == "__main__":
    sys.stdout.writelines(f"{path.relative_to(ROOT)}\n" for path in write_all())
