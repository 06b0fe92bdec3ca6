"""What LimeSurvey says of the columns of an export: the R syntax file that it writes beside the data."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from werkpeil.codebook.draft.description import Description, Kind, Variable

if TYPE_CHECKING:
    from collections.abc import Iterable

MARK = "# LimeSurvey Field type:"
_TYPE = re.compile(rf"{MARK}\s*(\S*)")
_LABEL = re.compile(r'attributes\(data\)\$variable\.labels\[(\d+)\] <- "(.*)"')
_FACTOR = re.compile(r"data\[, ?(\d+)\] <- factor\(data\[, ?\d+\], ?levels=c\((.*)\), ?labels=c\((.*)\)\)")
_NAME = re.compile(r'names\(data\)\[(\d+)\] <- "(.*)"')
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,\s"]+)')
_PART = re.compile(r"\[([^\]]*)\]\s+(.+)")


def read_limesurvey(text: str) -> Description:
    """Return what an R syntax file of LimeSurvey says of each column, in the order of its data file.

    Args:
        text: Of the file.
    """
    types: dict[int, str] = {}
    questions: dict[int, str] = {}
    labels: dict[int, dict[str, str]] = {}
    names: dict[int, str] = {}
    last = ""
    for line in text.splitlines():
        if found := _TYPE.match(line):
            last = found[1]
        elif found := _LABEL.match(line):
            types[int(found[1])] = last
            questions[int(found[1])] = _question(found[2])
        elif found := _FACTOR.match(line):
            labels[int(found[1])] = dict(zip(_strings(found[2]), _strings(found[3]), strict=False))
        elif found := _NAME.match(line):
            names[int(found[1])] = _plain(found[2])
    count = max(names, default=0)
    return Description(
        (
            Variable(
                name=names.get(place, ""),
                question=questions.get(place, ""),
                labels=labels.get(place, {}),
                kind=_kind(types.get(place, ""), questions.get(place, ""), labels.get(place, {})),
            )
            for place in range(1, count + 1)
        ),
        by_position=True,
    )


def _kind(field_type: str, question: str, labels: dict[str, str]) -> Kind:
    if labels:
        return "choice"
    if field_type == "A" and not question.startswith("{"):  # an expression is computed, not written
        return "text"
    return "number" if field_type.startswith("F") else ""


def _question(text: str) -> str:
    """Return a question with the part of it that a column asks at its end, as data files write it."""
    question = " ".join(_plain(text).split())
    found = _PART.fullmatch(question)
    return f"{found[2]} [{found[1]}]" if found else question


def _strings(listed: str) -> Iterable[str]:
    return [_plain(quoted or bare) for quoted, bare in _STRING.findall(listed)]


def _plain(text: str) -> str:
    return unescape(re.sub(r"\\(.)", r"\1", text))
