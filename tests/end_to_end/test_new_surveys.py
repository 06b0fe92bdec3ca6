"""Six public files, each made a survey by the documented commands and no SQL, against numbers of others.

The seventh, fevs2018, is the file of the tutorial: test_documents.py types what is written there.

The check values were computed with pandas, statsmodels and PSPP outside this project, or are plain counts
and means of the delivered file.
"""

from __future__ import annotations

import csv
import shlex
import sys
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pytest

from support.projects import SHARED, made_once, make_project
from werkpeil.cli import main
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from werkpeil.project import Project

pytestmark = pytest.mark.slow

MOST_COMMANDS = 10


@dataclass(frozen=True)
class Stranger:
    """A file as a stranger has it: what is typed for it, and nothing else.

    Args:
        file: In the shared data.
        codebook: The file beside it, if it has one.
    """

    file: str
    codebook: str | None = None

    def commands(self, survey: str) -> list[str]:
        """Return what is typed to make a survey of the file, the common build left out."""
        file = shlex.quote(str(SHARED / self.file))
        beside = f" --codebook {shlex.quote(str(SHARED / self.codebook))}" if self.codebook else ""
        return [
            f"survey new {file} --survey {survey} --wave 1 --language en{beside}",
            f"survey check {survey}",
            f"land {file} --survey {survey} --wave 1",
        ]


FILES = {
    "bfi": Stranger("bfi/bfi.csv"),
    "efc": Stranger("efc/efc.sav"),
    "rse2018": Stranger("rse/rse2018_public_data.csv"),
    "ces11": Stranger("ces11/CES11.csv"),
    "mood": Stranger("limesurvey/survey_998192_R_data_file.csv", "limesurvey/survey_998192_R_syntax_file.R"),
    "choice": Stranger("qualtrics/sample.csv"),
}


def run(project: Project, command: str) -> None:
    """Type a command in a project's folder; it must end well."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project.root)
        patch.delenv("WERKPEIL_DATA", raising=False)
        patch.setattr(sys, "argv", ["werkpeil", *shlex.split(command)])
        with pytest.raises(SystemExit) as stop:
            main.run()
    assert not stop.value.code, f"werkpeil {command} ended with {stop.value.code}"


@pytest.fixture(scope="module")
def strangers(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """All the files in one project, built once; what each of them took counts the build as well."""
    absent = [each.file for each in FILES.values() if not (SHARED / each.file).exists()]
    if absent:
        pytest.skip(f"the shared data are not here: {', '.join(absent)}")

    def make(folder: Path) -> None:
        made = make_project(folder, published=False)
        for survey, stranger in FILES.items():
            typed = stranger.commands(survey)
            assert len([*typed, "build", "status"]) <= MOST_COMMANDS
            for command in typed:
                run(made, command)
        run(made, "survey check")
        run(made, "build")
        run(made, "status")

    return made_once(tmp_path_factory, "strangers", make)


@pytest.fixture(scope="module")
def ask(strangers: Project) -> Iterator[Any]:
    with open_warehouse(strangers) as connection:
        yield lambda query: connection.execute(query).fetchall()


def delivered(name: str, column: str) -> list[float]:
    """Return the numbers of a column of a delivered file, those that are there."""
    with (SHARED / name).open(encoding="utf-8-sig", newline="") as stream:
        return [float(row[column]) for row in csv.DictReader(stream) if row[column] not in {"", "NA"}]


def test_no_sql_was_written(strangers: Project) -> None:
    for survey in FILES:
        for path in (*strangers.root.glob(f"models/**/*{survey}*.sql"),):
            lines = path.read_text(encoding="utf-8").splitlines()
            assert len(lines) == 1, path
            assert lines[0].startswith("{{"), path


def test_five_personality_scales(ask: Any) -> None:
    assert ask(
        "select scale_id, n_complete, round(alpha_listwise, 4) from marts.scale_reliability "
        "where survey_id = 'bfi' order by scale_id"
    ) == [
        ("scale_a", 2709, 0.7038),
        ("scale_c", 2707, 0.7293),
        ("scale_e", 2713, 0.7609),
        ("scale_n", 2694, 0.8133),
        ("scale_o", 2726, 0.6025),
    ]


# Listwise means of men and women over the reversed items.
LISTWISE = {"a": (4.3777, 4.7748), "c": (4.1385, 4.3220), "e": (3.9917, 4.2193), "n": (2.9476, 3.2705)}


def test_personality_of_men_and_women(ask: Any) -> None:
    found = {
        (scale, group): mean
        for scale, group, mean in ask(
            "select scale_id, group_id, mean from marts.scale_scores "
            "where survey_id = 'bfi' and cut_id = 'gender'"
        )
    }
    for letter, expected in LISTWISE.items():
        # Ours also counts those who left one of the five items open.
        for group, mean in zip(("code_1", "code_2"), expected, strict=True):
            assert found[f"scale_{letter}", group] == pytest.approx(mean, abs=0.02)


def test_carers_answers_as_the_same_data_give_them_in_text(ask: Any) -> None:
    found = ask(
        "select item_id, n, mean from marts.item_shares "
        "where survey_id = 'efc' and cut_id = 'total' and item_id like 'c8%cop%' order by item_id"
    )
    assert len(found) == 8
    for item, n, mean in found:
        values = delivered("efc/efc.csv", item)
        assert (n, mean) == (len(values), pytest.approx(fmean(values), abs=1e-9))


def test_recognition_and_satisfaction_of_software_engineers_from_texts(ask: Any) -> None:
    assert ask(
        "select n_complete, round(alpha_listwise, 4) from marts.scale_reliability "
        "where survey_id = 'rse2018' and scale_id = 'scale_likert4_recog'"
    ) == [(771, 0.6834)]
    assert ask(
        "select n, round(mean, 4) from marts.item_shares where survey_id = 'rse2018' and cut_id = 'total' "
        "and item_id like 'likert4_recog%' order by item_id"
    ) == [(787, 4.0254), (784, 4.0153), (774, 3.1163)]
    found = {
        group: (mean, n)
        for group, mean, n in ask(
            "select group_id, round(mean, 4), n from marts.item_shares where survey_id = 'rse2018' "
            "and item_id = 'likert3_satis_gen1' and cut_id = 'socio1'"
        )
    }
    expected = {
        "australia": (6.3412, 85),
        "germany": (7.0071, 280),
        "netherlands": (7.3725, 51),
        "united_kingdom_of_great_britain_and_northern_ire": (6.6683, 208),
        "united_states_of_america": (7.0, 135),
    }
    assert {group: found[group] for group in expected} == expected


def test_weighted_shares_under_strata_of_the_election_study(ask: Any) -> None:
    found = dict(
        ask(
            "select group_id, 100 * positive_share from marts.item_shares "
            "where survey_id = 'ces11' and item_id = 'importance' and cut_id = 'gender'"
        )
    )
    assert found == pytest.approx({"female": 64.6706, "male": 51.0992}, abs=5e-5)
    assert ask("select count(distinct stratum_id) from cells.cells_answers where survey_id = 'ces11'") == [
        (10,)
    ]


def test_a_limesurvey_export_with_its_syntax_file(ask: Any) -> None:
    # Two of seven people came to these questions: 3 and 1, 3 and 2, 3 and 4.
    assert ask(
        "select item_id, n, mean from marts.item_shares where survey_id = 'mood' and cut_id = 'total' and "
        "item_id in ('personality_open', 'personality_cons', 'personality_neur') order by item_id"
    ) == [("personality_cons", 2, 2.5), ("personality_neur", 2, 3.5), ("personality_open", 2, 2.0)]
    # Ages 66, 44 and 4.
    assert ask(
        "select n, mean from marts.item_shares "
        "where survey_id = 'mood' and cut_id = 'total' and item_id = 'age'"
    ) == [(3, 38.0)]


def test_a_qualtrics_export_of_one_person(ask: Any) -> None:
    assert ask("select variable_id, answer_value, n from cells.cells_answers where survey_id = 'choice'") == [
        ("q1", 2.0, 1)
    ]
    assert ask(
        "select item_id, n from marts.item_shares where survey_id = 'choice' and cut_id = 'total'"
    ) == [("q1", 1)]
