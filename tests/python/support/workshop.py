"""A tiny project to land in: one survey, its codebook and seeds written by the test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb
import yaml

from werkpeil.landing import land, sync_raw
from werkpeil.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.landing import LandingResult

ANSWER_SETS = """\
answer_set_id,answer_code,answer_id,label_nl,label_en,position,score,category,missing_reason,spellings
agree5,1,strongly_disagree,Helemaal oneens,Strongly disagree,1,1,negative,,
agree5,2,disagree,Oneens,Disagree,2,2,negative,,
agree5,3,neutral,Neutraal,Neither agree nor disagree,3,3,neutral,,Neither agree or disagree
agree5,4,agree,Eens,Agree,4,4,positive,,
agree5,5,strongly_agree,Helemaal eens,Strongly agree,5,5,positive,,
agree5,6,dont_know,Weet niet,Don't know,6,,,dont_know,
yes_no,0,no,Nee,No,1,,,,
yes_no,1,yes,Ja,Yes,2,,,,
"""
OTHER_SEEDS = {
    "band_sets": "band_set_id,band_id,lower_exclusive,upper_inclusive,category,label_nl,label_en,position\n",
    "scales": "survey_id,scale_id,label_nl,label_en,minimum_items,band_set_id,note\n",
    "themes": "survey_id,theme_id,label_nl,label_en,position\n",
    "cuts": "survey_id,cut_id,variables,label_nl,label_en,position\n",
    "margins": "survey_id,wave_id,margin_id,answer_id,population\n",
    "flows": (
        "survey_id,flow_id,origin_cut_id,base_cut_id,base_group_id,destination_variables,"
        "destination_answer_id,label_nl,label_en,position\n"
    ),
    "strata": "survey_id,wave_id,stratum_id,population\n",
}


def column(name: str, role: str | list[str], description: str = "", **meta: Any) -> dict[str, Any]:
    """Return a codebook entry."""
    return {
        "name": name,
        "description": description or f"Question {name}?",
        "config": {"meta": {"role": role, **meta}},
    }


PLAIN = [
    column("id", "respondent_id"),
    column("w", "weight"),
    column("s", "stratum"),
    column("q1", "item", answers="agree5", missing={"refused": [9]}),
    column("q2", "item", answers="agree5", coding="labels"),
    column("hours", "control", maximum=100),
    column("remark", "open_text"),
]
PLAIN_HEADER = ["id", "w", "s", "q1", "q2", "hours", "remark"]


@dataclass
class Workshop:
    """A project in a temporary folder, with short ways to use it."""

    project: Project

    @property
    def folder(self) -> Path:
        return self.project.root.parent

    def survey(self, survey_id: str, columns: list[dict[str, Any]], **meta: Any) -> None:
        """Write a survey's codebook."""
        folder = self.project.staging / survey_id
        folder.mkdir(parents=True, exist_ok=True)
        about = {"label_nl": survey_id, "label_en": survey_id, "language": "nl", **meta}
        table = {"name": survey_id, "config": {"meta": about}, "columns": columns}
        text = yaml.safe_dump({"sources": [{"name": "raw", "tables": [table]}]})
        (folder / f"_{survey_id}__sources.yml").write_text(text, encoding="utf-8")

    def file(self, name: str, content: bytes | str) -> Path:
        """Write a delivered file."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def csv(self, *rows: str, name: str = "delivery.csv") -> Path:
        """Write a delivery of the plain survey."""
        return self.file(name, "\n".join([",".join(PLAIN_HEADER), *rows]) + "\n")

    def land(
        self, file: Path, wave_id: str = "2024", survey_id: str = "plain", **options: Any
    ) -> LandingResult:
        return land(self.project, file, survey_id, wave_id, **options)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Query a warehouse whose schema raw shows the landing zone."""
        with duckdb.connect() as connection:
            sync_raw(self.project, connection)
            return connection.execute(sql).fetchall()

    def values(self, column_name: str, survey_id: str = "plain") -> list[Any]:
        """Return a column of the landed responses in the order of the rows."""
        rows = self.query(f"select {column_name} from raw.{survey_id} order by wave_id, row_number")
        return [row[0] for row in rows]

    def tree(self) -> dict[str, bytes]:
        """Return the landing zone's files and their bytes."""
        zone = self.project.landing
        return {
            str(path.relative_to(zone)): path.read_bytes()
            for path in sorted(zone.rglob("*"))
            if path.is_file()
        }


def make_workshop(folder: Path) -> Workshop:
    """Return a new project with the plain survey."""
    root = folder / "project"
    (root / "seeds").mkdir(parents=True)
    (root / "dbt_project.yml").write_text("name: test\nvars:\n  surveys: [plain]\n")
    (root / "seeds" / "answer_sets.csv").write_text(ANSWER_SETS)
    for name, header in OTHER_SEEDS.items():
        (root / "seeds" / f"{name}.csv").write_text(header)
    workshop = Workshop(Project(root=root, data=root / "data"))
    workshop.survey("plain", PLAIN)
    return workshop
