"""What a DDI-Codebook (2.0 to 2.6) says of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.codebook.draft.description import Description, Kind, Variable
from werkpeil.codebook.draft.facts import ColumnFacts, SurveyFacts, facts_of
from werkpeil.codebook.model import other_language
from werkpeil.markup import is_in, text_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

    from werkpeil.codebook.model import MissingReason

NOTE = "werkpeil"
_ORDERED = {"ordinal": True, "nominal": False}
_REASONS: tuple[MissingReason, ...] = ("not_asked", "skipped", "dont_know", "refused", "invalid")


def read_ddi(root: Element, language: str) -> Description:
    """Return what is said of each variable, in a language where there are several.

    Args:
        root: Of the XML, without namespaces.
        language: nl or en.
    """
    note = _note(root.find("dataDscr"))
    return Description(
        (_variable(element, language) for element in root.iter("var")),
        survey=facts_of(SurveyFacts, note) if note else None,
    )


def _variable(element: Element, language: str) -> Variable:
    other = other_language(language)
    labels: dict[str, str] = {}
    translated_labels: dict[str, str] = {}
    missing: set[str] = set()
    reasons: dict[str, MissingReason] = {}
    for category in element.findall("catgry"):
        value = text_of(category.find("catValu"))
        label = _in_language(category.findall("labl"), language)
        if label:
            labels[value] = label
            translated_labels[value] = _in_language(category.findall("labl"), other)
        if category.get("missing") == "Y":
            missing.add(value)
            reason = next((each for each in _REASONS if each == category.get("missType")), None)
            if reason is not None:
                reasons[value] = reason
    invalid = element.find("invalrng")
    listed = [] if invalid is None else [each.get("VALUE", "") for each in invalid.findall("item")]
    questions = [each for question in element.findall("qstn") for each in question.findall("qstnLit")]
    note = _note(element)
    return Variable(
        name=element.get("name", ""),
        question=_in_language(questions, language) or _in_language(element.findall("labl"), language),
        labels=labels,
        missing=frozenset({*missing, *listed} - {""}),
        missing_ranges=() if invalid is None else tuple(map(_range, invalid.findall("range"))),
        reasons=reasons,
        is_ordered=_ORDERED.get(element.get("nature", "")),
        kind=_kind(element, labels),
        role="weight" if element.get("wgt") == "wgt" else None,
        translated=_in_language([each for each in questions if is_in(each, other)], other),
        translated_labels=translated_labels,
        facts=facts_of(ColumnFacts, note) if note else None,
    )


def _kind(element: Element, labels: dict[str, str]) -> Kind:
    if labels:
        return ""
    is_amount = element.get("intrvl") == "contin" or element.get("nature") in {"interval", "ratio"}
    return "number" if is_amount else ""


def _range(element: Element) -> tuple[float, float]:
    def end(name: str, otherwise: str) -> float:
        try:
            return float(element.get(name) or element.get(f"{name}Exclusive") or otherwise)
        except ValueError:
            return float("nan")

    return end("min", "-inf"), end("max", "inf")


def _note(element: Element | None) -> str:
    """Return what Werkpeil itself noted of something when it wrote the file; empty in other files."""
    notes = [] if element is None else element.findall("notes")
    return next((text_of(note) for note in notes if note.get("type") == NOTE), "")


def _in_language(texts: Sequence[Element], language: str) -> str:
    """Return the text of the language, otherwise the first."""
    told = [text for text in texts if is_in(text, language)]
    return text_of(next(iter(told or texts), None))
