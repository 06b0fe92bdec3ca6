"""What a Triple-S file (1.1 to 3.0) says of its variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.codebook.draft.description import Description, Kind, Variable
from werkpeil.codebook.draft.vocabulary import missing_reason
from werkpeil.codebook.model import other_language
from werkpeil.landing.layout import option_name
from werkpeil.markup import is_in, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from werkpeil.codebook.model import Role

_USES: dict[str, Role] = {"weight": "weight", "serial": "respondent_id"}
_KINDS: dict[str, Kind] = {"single": "choice", "quantity": "number", "character": "text"}
_YES_NO = {"nl": {"0": "Nee", "1": "Ja"}, "en": {"0": "No", "1": "Yes"}}


def read_triple_s(root: Element, language: str) -> Description:
    """Return what is said of each column, in a language where there are several.

    Args:
        root: Of the XML, without namespaces.
        language: nl or en.
    """
    return Description(each for one in root.iter("variable") for each in _variables(one, language))


def _variables(element: Element, language: str) -> Iterator[Variable]:
    name = text_of(element.find("name"))
    other = other_language(language)
    question = _in_language(element.find("label"), language)
    labels = _labels(element, language)
    kind = element.get("type", "")
    if kind == "multiple":
        for code, label in labels.items():
            yield Variable(
                option_name(name, code), f"{question} [{label}]", labels=_YES_NO[language], kind="choice"
            )
        return
    if kind == "logical":
        labels = _YES_NO[language]
    reasons = {
        code: reason for code, label in labels.items() if (reason := missing_reason(label)) is not None
    }
    is_amount = kind == "quantity"
    yield Variable(
        name=name,
        question=question,
        labels={} if is_amount else labels,
        missing=frozenset(reasons) if is_amount else frozenset(),
        reasons=reasons if is_amount else {},
        is_ordered=True if any(value.get("score") for value in element.iter("value")) else None,
        kind="choice" if labels and not is_amount else _KINDS.get(kind, ""),
        role=_USES.get(element.get("use", "")),
        translated=_in_language(element.find("label"), other)
        if _is_told(element.find("label"), other)
        else "",
        translated_labels=_labels(element, other),
    )


def _labels(element: Element, language: str) -> dict[str, str]:
    """Return the label of each value; in a language in which they are not told, in the one there is."""
    return {
        value.get("code", ""): _in_language(value, language)
        for value in element.iter("value")
        if value.get("code")
    }


def _is_told(element: Element | None, language: str) -> bool:
    texts = [] if element is None else element.findall("text")
    return any(is_in(text, language) for text in texts)


def _in_language(element: Element | None, language: str) -> str:
    """Return a text: what analysts see of it, in the language if it is told in several."""
    if element is None:
        return ""
    texts = element.findall("text")
    if not texts:
        return text_of(element)

    def fit(text: Element) -> tuple[bool, bool]:
        return is_in(text, language), text.get("mode") != "interview"

    return text_of(max(texts, key=fit))
