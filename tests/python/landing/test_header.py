"""Delivered headers in every form that survey tools write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.workshop import column
from werkpeil.codebook import load_codebook
from werkpeil.errors import InputError
from werkpeil.landing.header import HeaderMatcher

if TYPE_CHECKING:
    from support.workshop import Workshop


def matcher(workshop: Workshop, columns: list[dict[str, Any]], wave_id: str = "2024") -> HeaderMatcher:
    workshop.survey("plain", columns, undeclared_columns="ignore")
    return HeaderMatcher(load_codebook(workshop.project, "plain"), wave_id, "d.csv")


@pytest.mark.parametrize(
    "header",
    [
        "likert4[recog1]",
        "LIKERT4[Recog1]",
        "\ufefflikert4[recog1]\u00a0",
        "likert4[recog1]._.To what extent do you agree? [My work is recognised]",
        "likert4[recog1]. To what extent do you agree? [My work is recognised]",
        "likert4[recog1].",
        "To what extent  do you agree?\n[My work is recognised ]",
        "to what extent do you agree? [My work is recognised]",
    ],
)
def test_every_form_of_a_header_is_recognised(workshop: Workshop, header: str) -> None:
    question = "To what extent do you agree? [My work is recognised]"
    columns = [
        column("recog_1", "item", question, answers="agree5", delivered_as="likert4[recog1]"),
        column("recog_2", "item", answers="agree5", delivered_as="likert4[recog2]", optional=True),
    ]
    found = matcher(workshop, columns).match([("other",), (header,)])
    assert {name: h.position for name, h in found.found.items()} == {"recog_1": 1}
    assert [h.name for h in found.undeclared] == ["other"]


@pytest.mark.parametrize("declared", ["B01", "B01. I like it", "b01._.I like it [x]"])
def test_the_codebook_may_name_a_column_in_any_form(workshop: Workshop, declared: str) -> None:
    columns = [column("likes", "outcome", delivered_as=declared)]
    found = matcher(workshop, columns).match([("B01. I like it",)])
    assert "likes" in found.found


def test_the_strictest_form_wins(workshop: Workshop) -> None:
    columns = [
        column("q1", "outcome"),
        column("q2", "outcome", "The full text of q2", optional=True),
    ]
    found = matcher(workshop, columns).match([("q1",), ("q1. The same code again",)])
    assert found.found["q1"].position == 0


def test_a_wave_has_its_own_names_and_columns(workshop: Workshop) -> None:
    columns = [
        column("q", "outcome", names_by_wave={"2017": "old_q"}),
        column("r", "outcome", waves=["2017"]),
    ]
    assert set(matcher(workshop, columns, "2017").match([("old_q",), ("r",)]).found) == {"q", "r"}
    assert set(matcher(workshop, columns).match([("q",)]).found) == {"q"}
    with pytest.raises(InputError, match="q, delivered as 'old_q'"):
        matcher(workshop, columns, "2017").match([("q",), ("r",)])


def test_an_unnamed_column_can_be_declared(workshop: Workshop) -> None:
    columns = [column("person", "respondent_id", delivered_as="unnamed_2"), column("q", "outcome")]
    found = matcher(workshop, columns).match([("q",), ("",), (" ",)])
    assert found.found["person"].position == 1
    assert [header.name for header in found.undeclared] == ["unnamed_3"]


def test_an_ignored_column_need_not_be_there(workshop: Workshop) -> None:
    columns = [column("mail", "ignored"), column("q", "outcome")]
    assert set(matcher(workshop, columns).match([("q",)]).found) == {"q"}
