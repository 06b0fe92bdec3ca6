"""Where a picture puts its numbers, and what it does where one is hidden."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkpeil.site.pictures import (
    SERIES,
    Axis,
    Estimate,
    Line,
    bar,
    described,
    dots,
    number_axis,
    share_axis,
    stacked,
)
from werkpeil.site.words import Voice

EN = Voice("en")
NAMES = ["yes", "so-so", "no"]
HIDDEN = Estimate(None, reason="hidden to protect people")


def drawn(*shares: Estimate, synthetic: bool = False) -> str:
    line = Line("a group", shares, "n = 12")
    return stacked([line], NAMES, EN, alternative="what it shows", synthetic=synthetic)


def bars(picture: str) -> dict[str, tuple[float, float]]:
    """Start and width of each bar by its style, in per cent of the width, without those of the key."""
    found = re.findall(r"<rect class='(\w+)' x='([\d.]+)%' y='[\d.]+' width='([\d.]+)%'", picture)
    return {style: (float(start), float(width)) for style, start, width in found}


def test_three_shares_lie_end_to_end_and_fill_the_axis() -> None:
    found = bars(drawn(Estimate(0.5), Estimate(0.3), Estimate(0.2)))
    assert found == {"pos": (2.5, 47.0), "neu": (49.5, 28.2), "neg": (77.7, 18.8)}


def test_an_interval_lies_at_its_share_and_that_of_the_last_from_the_right() -> None:
    picture = drawn(Estimate(0.5, 0.4, 0.6), Estimate(0.3, 0.2, 0.4), Estimate(0.2, 0.1, 0.3))
    lines = re.findall(r"<line class='ci' x1='([\d.]+)%' x2='([\d.]+)%'", picture)
    ends = [tuple((float(x) - 2.5) / 94 for x in line) for line in lines]
    assert ends == [pytest.approx((0.4, 0.6), abs=1e-3), pytest.approx((0.7, 0.9), abs=1e-3)]


@pytest.mark.parametrize(
    ("shares", "shown"),
    [
        ((Estimate(0.5), HIDDEN, HIDDEN), {"gap": (2.5, 94.0), "pos": (2.5, 47.0)}),
        ((HIDDEN, HIDDEN, Estimate(0.2)), {"gap": (2.5, 94.0), "neg": (77.7, 18.8)}),
        ((HIDDEN, Estimate(0.3), HIDDEN), {"gap": (2.5, 94.0)}),
        (
            (HIDDEN, Estimate(0.3), Estimate(0.2)),
            {"gap": (2.5, 94.0), "neu": (49.5, 28.2), "neg": (77.7, 18.8)},
        ),
        ((HIDDEN, HIDDEN, HIDDEN), {"gap": (2.5, 94.0)}),
    ],
)
def test_a_hidden_share_leaves_a_gap_and_nothing_in_its_place(
    shares: tuple[Estimate, ...], shown: dict[str, tuple[float, float]]
) -> None:
    assert bars(drawn(*shares)) == shown


def test_a_row_that_is_hidden_says_why() -> None:
    assert "hidden to protect people" in drawn(HIDDEN, HIDDEN, HIDDEN)


@pytest.mark.parametrize("synthetic", [True, False])
def test_a_picture_of_made_up_answers_says_so(synthetic: bool) -> None:
    shares = (Estimate(0.5), Estimate(0.3), Estimate(0.2))
    assert ("SYNTHETIC DATA" in drawn(*shares, synthetic=synthetic)) is synthetic
    line = [Line("a", (Estimate(0.5),))]
    marks = dots(line, ["x"], share_axis(line, EN), EN, alternative="x", synthetic=synthetic)
    assert ("SYNTHETIC DATA" in marks) is synthetic


def test_a_picture_tells_in_words_what_it_shows_and_escapes_them() -> None:
    picture = stacked(
        [Line("R&D <x>")], NAMES, EN, alternative=described("Trust & 'pride'", EN), synthetic=False
    )
    assert "aria-label='Trust &amp; &#x27;pride&#x27;. The numbers are in the table beside it.'" in picture
    assert "R&amp;D &lt;x&gt;" in picture


def test_a_bar_of_a_list_tells_its_numbers() -> None:
    told = bar((Estimate(0.5), HIDDEN, Estimate(0.25)), EN)
    assert "aria-label='positive 50\u202f%, negative 25\u202f%'" in told


def test_marks_of_a_row_differ_in_shape_and_the_key_names_each() -> None:
    names = [f"group {place}" for place in range(SERIES)]
    line = Line("a", tuple(Estimate(0.1 * place) for place in range(SERIES)))
    picture = dots([line], names, share_axis([line], EN), EN, alternative="x", synthetic=False)
    key, marks = picture.split("</ul>")
    shapes = re.findall(r"<g class='mark s\d'>(<[^>]+>)", marks)
    assert len(set(shapes)) == SERIES
    assert shapes == re.findall(r"<g class='mark s\d'>(<[^>]+>)", key)
    assert all(name in key for name in names)


def test_a_coefficient_that_may_be_nothing_is_drawn_open() -> None:
    lines = [Line("a", (Estimate(1.0, 0.5, 1.5),)), Line("b", (Estimate(0.1, -0.2, 0.4, firm=False),))]
    axis = number_axis(lines, EN, zero=True)
    assert axis is not None
    picture = dots(lines, ["b"], axis, EN, alternative="x", synthetic=False)
    assert re.findall(r"<g class='(\w+) s1'>", picture) == ["mark", "open"]
    assert "class='zero'" in picture


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_an_axis_of_shares_begins_at_nobody_and_holds_every_share(shares: list[float]) -> None:
    axis = share_axis([Line("a", tuple(Estimate(share) for share in shares))], EN)
    assert axis.low == 0
    assert max(shares) <= axis.high <= 1
    assert axis.ticks[0] == 0
    assert axis.ticks[-1] == axis.high


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=5))
def test_an_axis_of_numbers_holds_zero_and_every_number(values: list[float]) -> None:
    axis = number_axis([Line("a", tuple(Estimate(value) for value in values))], EN, zero=True)
    assert axis is not None
    assert axis.low <= min(0.0, *values)
    assert axis.high >= max(0.0, *values)
    assert all(2.5 <= axis.at(value) <= 96.5 for value in values)


def test_without_a_number_there_is_no_axis() -> None:
    assert number_axis([Line("heading"), Line("a", (HIDDEN,))], EN) is None


def test_what_lies_beyond_an_axis_is_drawn_at_its_end() -> None:
    axis = Axis(0, 1, (0, 1), str)
    assert (axis.at(-3), axis.at(7)) == (2.5, 96.5)
