"""Draft surveys in a temporary project and look at what came of them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from werkpeil.codebook import load_codebook
from werkpeil.codebook.check import find_problems
from werkpeil.codebook.draft import draft_survey

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from werkpeil.codebook import Codebook, Column
    from werkpeil.codebook.draft import Draft
    from werkpeil.project import Project


class Drafts:
    """Drafts surveys in a temporary project.

    Args:
        project: The project.
        folder: Where made-up files go.
    """

    def __init__(self, project: Project, folder: Path) -> None:
        self.project = project
        self.folder = folder
        self.draft: Draft
        self.codebook: Codebook

    def of(
        self, file: Path, survey: str = "nieuw", language: str = "en", codebook: Path | None = None
    ) -> Drafts:
        """Draft a survey, and require that its codebook has no contradictions."""
        self.draft = draft_survey(self.project, file, survey, "2022", language, codebook=codebook)
        self.codebook = load_codebook(self.project, survey)
        assert find_problems(self.codebook) == []
        return self

    def of_rows(
        self, header: str, rows: Iterable[str], survey: str = "nieuw", language: str = "en"
    ) -> Drafts:
        """Draft a survey from the lines of a CSV file."""
        return self.of(self.file(header, rows), survey, language)

    def file(self, header: str, rows: Iterable[str], name: str = "delivery.csv") -> Path:
        path = self.folder / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    def column(self, name: str) -> Column:
        return next(column for column in self.codebook.columns if column.name == name)

    def role(self, name: str) -> str:
        [role] = self.column(name).role
        return role

    def question(self, *words: str) -> str:
        """Return the one question that holds all the words."""
        found = [asked for asked in self.draft.questions if all(word in asked for word in words)]
        assert len(found) == 1, f"{words}: {self.draft.questions}"
        return found[0]

    def asks(self, *words: str) -> bool:
        return any(all(word in asked for word in words) for asked in self.draft.questions)

    def seed(self, name: str) -> list[dict[str, str]]:
        with (self.project.seeds / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))
