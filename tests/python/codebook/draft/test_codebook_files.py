"""Codebooks that lie beside the data: Triple-S, DDI, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.projects import ROOT
from werkpeil.codebook.draft.codebook_files import read_description
from werkpeil.errors import InputError
from werkpeil.landing import land

if TYPE_CHECKING:
    from pathlib import Path

    from support.drafting import Drafts

CODEBOOKS = ROOT / "tests" / "data" / "codebooks"
TRIPLE_S = CODEBOOKS / "climate_triple_s.xml"
DDI = CODEBOOKS / "archive_ddi.xml"


def fixed_record(n: int) -> str:
    """Return a record of the Triple-S survey: person 8 does not know, person 4 refuses her age."""
    answer = 9 if n == 7 else n % 5 + 1
    spread = "0112" if n % 2 else " 2  "
    age = 999 if n == 3 else 20 + n
    news = f"{n % 2}{n // 2 % 2}1"
    return (
        f"{n + 1:4d}{n % 2 + 1}{answer}{news}{spread}{age:3d}{0.5 + n % 4 / 3:5.3f}mooi werk {n % 3 == 0:d}"
    )


@pytest.fixture
def fixed(drafts: Drafts) -> Path:
    file = drafts.folder / "climate.asc"
    file.write_text("".join(fixed_record(n) + "\n" for n in range(60)))
    return file


def test_triple_s_tells_questions_answers_weight_and_id(drafts: Drafts, fixed: Path) -> None:
    drafts.of(fixed, language="nl", codebook=TRIPLE_S)
    assert drafts.column("q1").description == "Ik houd van mijn werk"
    assert (drafts.column("q1").answers, drafts.column("q1").missing) == ("agreement_5", {"dont_know": (9,)})
    team = drafts.codebook.answers[drafts.column("team").answers or ""]
    assert [(answer.label_nl, answer.label_en) for answer in team] == [("Noord", "North"), ("Zuid", "South")]
    assert drafts.column("weight").delivered_as == ("wf",)
    assert drafts.column("respondent_id").delivered_as == ("id",)
    assert drafts.column("age").missing == {"refused": (999,)}
    assert drafts.role("why") == "open_text"
    assert drafts.column("news_2").description == "Where from [Web]"
    assert {drafts.column(name).answers for name in ("news_1", "spread_12", "boss")} == {"yes_no"}


def test_fixed_width_data_land_by_their_codebook(drafts: Drafts, fixed: Path) -> None:
    drafts.of(fixed, language="nl", codebook=TRIPLE_S)
    assert drafts.draft.is_placed_by_codebook
    result = land(drafts.project, fixed, "nieuw", "2022", described_by=TRIPLE_S)
    assert (result.rows_accepted, result.rows_rejected, result.invalid_answers) == (60, 0, {})


def test_fixed_width_data_without_their_codebook_are_refused(drafts: Drafts, fixed: Path) -> None:
    drafts.of(fixed, language="nl", codebook=TRIPLE_S)
    with pytest.raises(InputError, match="None of the 13 columns"):
        land(drafts.project, fixed, "nieuw", "2022")


def test_ddi_tells_questions_missing_values_and_the_weight(drafts: Drafts) -> None:
    answers, hours = (1, 2, 3, 4, 5, 8, 9), (36, 40, 98, -1)
    rows = [
        f"{n},{0.5 + n % 7 / 6:.3f},{60 + n % 30},{answers[n % 7]},{hours[n % 4]},{n % 2 + 1}"
        for n in range(70)
    ]
    file = drafts.file("PERSID,WGT_FINAL,WEIGHT,LIFESAT,HOURS,REGION", rows)
    drafts.of(file, language="en", codebook=DDI)
    assert not drafts.draft.is_placed_by_codebook
    satisfied = drafts.column("lifesat")
    assert satisfied.description == "How satisfied are you?"
    assert satisfied.answers == "satisfaction_5"
    assert satisfied.missing == {"dont_know": (8,), "refused": (9,)}
    assert drafts.column("weight").delivered_as == ("WGT_FINAL",)
    assert drafts.column("weight_2").delivered_as == ("WEIGHT",)
    assert drafts.role("weight_2") == "control"
    assert drafts.role("hours") == "control"
    assert drafts.column("hours").missing == {"skipped": (-1, 98)}
    assert (drafts.role("region"), drafts.role("respondent_id")) == ("group", "respondent_id")
    result = land(drafts.project, file, "nieuw", "2022")
    assert (result.rows_accepted, result.invalid_answers) == (70, {})


def test_ddi_with_positions_describes_fixed_width_data(drafts: Drafts) -> None:
    codebook = drafts.folder / "extract.xml"
    places = (("YEAR", 1, 4, 0), ("SERIAL", 5, 8, 0), ("PERWT", 9, 13, 2), ("AGE", 14, 15, 0))
    variables = "".join(
        f'<var ID="{name}" name="{name}" dcml="{decimals}"><location StartPos="{start}" EndPos="{end}"/>'
        f"<labl>{name} of the person</labl></var>"
        for name, start, end, decimals in places
    )
    codebook.write_text(f'<codeBook xmlns="ddi:codebook:2_5"><dataDscr>{variables}</dataDscr></codeBook>')
    file = drafts.folder / "extract.dat"
    file.write_text("".join(f"2022{n:04d}{120 + n % 5:05d}{20 + n % 40}\n" for n in range(60)))
    drafts.of(file, codebook=codebook)
    assert drafts.column("weight").delivered_as == ("PERWT",)
    assert drafts.asks("PERWT was taken for the weight (mean 1.22)")
    assert land(drafts.project, file, "nieuw", "2022", described_by=codebook).rows_accepted == 60


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,q1\n1,2\n", "in no format that is read"),
        ("<html><body/></html>", "in no format that is read"),
        ("<codeBook><dataDscr/></codeBook>", "in no format that is read"),
        ("<codeBook><dataDscr>", "no XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><codeBook>&b;</codeBook>', "defines entities"),
        (
            '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><codeBook>&b;</codeBook>',
            "defines entities",
        ),
    ],
)
def test_what_is_no_codebook_is_refused(tmp_path: Path, content: str, message: str) -> None:
    file = tmp_path / "codebook.xml"
    file.write_text(content)
    with pytest.raises(InputError, match=message):
        read_description(file, "en")


def test_a_codebook_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_description(tmp_path / "nosuch.xml", "en")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('<position start="5"/>', '<position start="x"/>', "no number"),
        ('<position start="5"/>', "", "'team' no place"),
        ('start="14" finish="16"', 'start="16" finish="14"', "'age' no place"),
    ],
)
def test_places_that_cannot_be_are_refused(
    drafts: Drafts, fixed: Path, old: str, new: str, message: str
) -> None:
    codebook = drafts.folder / "codebook.xml"
    codebook.write_text(TRIPLE_S.read_text().replace(old, new))
    with pytest.raises(InputError, match=message):
        drafts.of(fixed, codebook=codebook)
