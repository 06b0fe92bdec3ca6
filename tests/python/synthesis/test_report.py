"""Verdicts, the page and the picture."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from werkpeil.errors import InputError
from werkpeil.project import Project
from werkpeil.synthesis.generate import SynthesisResult
from werkpeil.synthesis.picture import draw
from werkpeil.synthesis.report import Calibration, Comparison, calibrate, write_report


def number(published, synthetic, tolerance, *, unit="percent", name="cra_x"):
    return Comparison(name, "table_4", "a share", published, synthetic, tolerance, unit)


def made(tmp_path, wave_id="2022", respondents=3_724):
    return SynthesisResult("per", wave_id, 1, respondents, 79, tmp_path / "wave.csv")


@pytest.mark.parametrize(
    ("entry", "verdict"),
    [
        (number(6.3, 6.25, 0.05), "met"),
        (number(6.3, 6.2, 0.05), "missed"),
        (number(53, 35, None), "not_tested"),
        (number(53, None, 0.0), "not_tested"),
        (Comparison("cra_1", "claims", "x", None, 0.0, None, "claim", is_met=False), "missed"),
        (Comparison("cra_1", "claims", "x", 50, 49, None, "percent", is_met=True), "met"),
    ],
)
def test_verdicts(entry, verdict):
    assert entry.verdict == verdict


def test_the_page_tells_the_misses_one_by_one(tmp_path):
    entries = (
        number(10, 10, 0.5),
        number(20, 25, 0.5, name="cra_missed"),
        Comparison("cra_9", "claims", "nobody agrees", None, 0.0, None, "claim", is_met=False),
        Comparison("cra_8", "claims", "misread", None, None, None, "claim", note="V99: not so"),
    )
    written = write_report(Project(root=tmp_path, data=tmp_path), Calibration(made(tmp_path), entries))
    page = written[0].read_text(encoding="utf-8")
    assert "Synthetic: nobody gave these answers" in page
    assert "1 of 3 tested numbers and statements met, 1 not tested" in page
    misses = page.split("## Misses")[1].split("##")[0]
    assert misses.count("\n- ") == 2
    assert "cra_missed: published 20, synthetic 25, allowed 0.5" in misses
    assert "V99: not so: `cra_8`" in page
    assert "(synthetic-per.svg)" in page
    assert written[1].is_file()


def test_the_picture_has_a_point_for_every_number():
    entries = [number(share, share + 0.1, 0.5, name=f"cra_{share}") for share in range(7)]
    entries += [number(-0.2, -0.21, 0.02, unit="beta"), number(1, None, None)]
    picture = ET.fromstring(draw("a & b", entries))  # noqa: S314 - what we have just written
    titles = [element.text for element in picture.iter() if element.tag.endswith("title")]
    assert len(titles) == 8
    assert picture.attrib["aria-label"] == "a & b"
    for circle in picture.iter("{http://www.w3.org/2000/svg}circle"):
        assert re.fullmatch(r"-?\d+(\.\d)?", circle.attrib["cx"])


def test_one_number_alone_can_be_drawn():
    assert "<circle" in draw("one", [number(0, 0, 0.0)])


def test_a_wave_nobody_published_cannot_be_reported(tmp_path):
    with pytest.raises(InputError, match="Nothing is published on wave '2024'"):
        calibrate(made(tmp_path, wave_id="2024", respondents=200))


def test_a_huge_wave_cannot_be_reported(tmp_path):
    with pytest.raises(InputError, match="would not fit in memory"):
        calibrate(made(tmp_path, respondents=10_000_000))
