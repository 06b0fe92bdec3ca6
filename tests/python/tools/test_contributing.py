"""What helps contributors: the diffs of the templates fit and hold, and what is named exists."""

from __future__ import annotations

import contextlib
import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
import yaml

from support.documents import in_process
from support.projects import COPIED, ROOT
from support.releases import tool
from werkpeil.site.documents import read_document

if TYPE_CHECKING:
    from pathlib import Path

TEMPLATES = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.md"))
DIFFS = {"item": "fevs", "scale": "fevs", "wave": "fevs", "survey": "pulse", "mart": ""}
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGETS = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))


def made_targets(text: str) -> set[str]:
    return set(re.findall(r"\bmake ([a-z-]+)", text))


@pytest.mark.parametrize("name", DIFFS)
def test_the_diff_to_imitate_applies_and_breaks_no_rule(tmp_path: Path, name: str) -> None:
    root = tmp_path / "project"
    for folder in COPIED:
        shutil.copytree(ROOT / folder, root / folder)
    for file in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / file, root / file)
    template = ".github/ISSUE_TEMPLATE/" + name + ".md"
    [diff] = [token.content for token in read_document(ROOT, template).tokens if token.info == "diff"]
    applied = subprocess.run(
        ["git", "apply", "--verbose", "-"], cwd=root, input=diff, capture_output=True, text=True, check=False
    )
    assert applied.returncode == 0, applied.stderr
    assert "offset" not in applied.stderr, "the place in the file moved: make the diff anew"
    changed = re.findall(r"^\+\+\+ b/(\S+)$", diff, re.MULTILINE)
    assert tool("house_rules").find_all(root, changed) == []
    if survey := DIFFS[name]:
        with contextlib.chdir(root):
            code, told = in_process(f"werkpeil survey check {survey}", root)
        assert (code, "0 contradictions" in told) == (0, True), told


def test_every_template_leads_to_the_steps_and_holds_a_checklist() -> None:
    assert {path.stem for path in TEMPLATES} == {*DIFFS, "bug"}
    headings = {heading.text for heading in read_document(ROOT, "CONTRIBUTING.md").headings}
    for path in TEMPLATES:
        text = path.read_text(encoding="utf-8")
        front = yaml.safe_load(text.split("---\n")[1])
        assert {"name", "about", "title"} <= set(front), path
        assert "- [ ] " in text, path
        named = re.findall(r"`CONTRIBUTING.md`, \*([^*]+)\*", text)
        assert set(named) <= headings, path
        assert bool(named) is (path.stem != "bug"), path


def test_the_container_the_hooks_and_the_documents_name_targets_that_exist() -> None:
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))
    assert container["image"].startswith("mcr.microsoft.com/devcontainers/python:3.12")
    commands = [str(value) for name, value in container.items() if name.endswith("Command")]
    assert commands == ["make setup"]
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"] for repository in hooks["repos"] for hook in repository["hooks"]]
    assert len(entries) > 5
    templates = [path.read_text(encoding="utf-8") for path in (ROOT / ".github").rglob("*.md")]
    for text in (*commands, *entries, *templates):
        assert made_targets(text) <= TARGETS, text


def test_make_lists_its_targets_and_what_they_do() -> None:
    told = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    listed = dict(re.findall(r"^  make (\S+)\s+(\S.+)$", told, re.MULTILINE))
    # The steps of `make check` are told with it.
    assert set(listed) == {target for target in TARGETS if not target.startswith("check-")}
    assert set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, re.MULTILINE)) == set(listed)
