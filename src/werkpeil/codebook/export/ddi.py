"""A codebook as DDI-Codebook 2.5 XML (ddialliance.org), which archives and statistical packages read.

What the standard has no element for (roles, polarity, scores, the rule of a scale) stands in notes of type
`werkpeil`, so that `werkpeil survey new --codebook` makes the same codebook of it again.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from werkpeil import __version__
from werkpeil.codebook.draft.ddi import NOTE
from werkpeil.codebook.draft.facts import ColumnFacts, SurveyFacts
from werkpeil.codebook.model import other_language
from werkpeil.markup import LANGUAGE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.codebook.model import Answer, Codebook, Column, Scale, Theme

_NAMESPACE = "ddi:codebook:2_5"
_SCHEMA = "http://www.w3.org/2001/XMLSchema-instance"
_PLACE = "http://www.ddialliance.org/Specification/DDI-Codebook/2.5/XMLSchema/codebook.xsd"
# Characters that XML 1.0 cannot hold, not even escaped.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOMINAL_ROLES = {"group", "stratum", "cluster"}


def render(codebook: Codebook) -> str:
    """Return the codebook as XML."""
    root = Element(
        "codeBook",
        {
            "xmlns": _NAMESPACE,
            "xmlns:xsi": _SCHEMA,
            "xsi:schemaLocation": f"{_NAMESPACE} {_PLACE}",
            "version": "2.5",
            "ID": codebook.survey_id,
            LANGUAGE: codebook.language,
        },
    )
    _document(root, codebook)
    _study(SubElement(root, "stdyDscr"), codebook)
    file = SubElement(SubElement(root, "fileDscr", {"ID": "F1"}), "fileTxt")
    SubElement(file, "fileName").text = codebook.survey_id
    _data(SubElement(root, "dataDscr"), codebook)
    for element in root.iter():
        element.text = _NOT_IN_XML.sub("", element.text or "") or None
        for key, value in element.items():
            element.set(key, _NOT_IN_XML.sub("", value))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _document(root: Element, codebook: Codebook) -> None:
    citation = SubElement(SubElement(root, "docDscr"), "citation")
    _both(SubElement(citation, "titlStmt"), "titl", codebook.label_nl, codebook.label_en, codebook)
    production = SubElement(citation, "prodStmt")
    SubElement(production, "software", {"version": __version__}).text = "Werkpeil"


def _study(study: Element, codebook: Codebook) -> None:
    citation = SubElement(study, "citation")
    title = SubElement(citation, "titlStmt")
    _both(title, "titl", codebook.label_nl, codebook.label_en, codebook)
    SubElement(title, "IDNo", {"agency": NOTE}).text = codebook.survey_id
    if codebook.source:
        SubElement(citation, "biblCit").text = codebook.source
    info = SubElement(study, "stdyInfo")
    if codebook.description:
        SubElement(info, "abstract", {LANGUAGE: "en"}).text = codebook.description
    summary = SubElement(info, "sumDscr")
    for wave_id, wave in codebook.waves.items():
        for event, day in (("start", wave.fieldwork_start), ("end", wave.fieldwork_end)):
            if day:
                SubElement(summary, "collDate", {"date": day, "event": event, "cycle": wave_id}).text = day
    for language, text in (("nl", codebook.universe_nl), ("en", codebook.universe_en)):
        if text:
            SubElement(summary, "universe", {LANGUAGE: language}).text = text
    if codebook.design_note:
        collection = SubElement(SubElement(study, "method"), "dataColl")
        SubElement(collection, "sampProc").text = codebook.design_note
    if codebook.licence:
        use = SubElement(SubElement(study, "dataAccs"), "useStmt")
        SubElement(use, "conditions").text = codebook.licence


def _data(data: Element, codebook: Codebook) -> None:
    ids = {column.name: f"V{place}" for place, column in enumerate(codebook.columns, start=1)}
    for place, (kind, row, members) in enumerate(_groups(codebook), start=1):
        if members:
            group = SubElement(
                data,
                "varGrp",
                {"ID": f"G{place}", "type": kind, "var": " ".join(ids[name] for name in members)},
            )
            _both(group, "labl", row.label_nl, row.label_en, codebook, repeated="labl")
    for column in codebook.columns:
        _variable(data, codebook, column, ids[column.name])
    facts = SurveyFacts(
        description=codebook.description,
        label_nl=codebook.label_nl,
        label_en=codebook.label_en,
        universe_nl=codebook.universe_nl,
        universe_en=codebook.universe_en,
        source=codebook.source,
        licence=codebook.licence,
        design_note=codebook.design_note,
        waves=codebook.waves,
        bands=tuple(band for bands in codebook.bands.values() for band in bands),
        scales=codebook.scales,
        themes=codebook.themes,
        cuts=codebook.cuts,
        flows=codebook.flows,
    )
    _note(data, "survey", facts.model_dump_json(exclude_defaults=True))


def _groups(codebook: Codebook) -> list[tuple[str, Scale | Theme, list[str]]]:
    """Return the scales and the themes with the names of their columns."""
    scales: list[tuple[str, Scale | Theme, list[str]]] = [
        ("analysis", scale, [c.name for c in codebook.columns if scale.scale_id in c.scale])
        for scale in codebook.scales
    ]
    return scales + [
        ("subject", theme, [c.name for c in codebook.columns if theme.theme_id == c.theme])
        for theme in codebook.themes
    ]


def _variable(data: Element, codebook: Codebook, column: Column, identifier: str) -> None:
    attributes = {"ID": identifier, "name": column.name, "files": "F1"}
    if "weight" in column.role:
        attributes["wgt"] = "wgt"
    attributes["intrvl"] = "discrete" if column.is_coded else "contin"
    nature = _nature(codebook, column)
    if nature:
        attributes["nature"] = nature
    if column.unit:
        attributes["measUnit"] = column.unit
    variable = SubElement(data, "var", attributes)
    _both(
        variable,
        "labl",
        column.label_nl or column.name,
        column.label_en or column.name,
        codebook,
        repeated="labl",
    )
    _question(variable, codebook, column)
    if column.maximum is not None:
        valid = SubElement(variable, "valrng")
        SubElement(valid, "range", {"min": f"{column.minimum:g}", "max": f"{column.maximum:g}"})
    invalid = [str(code) for codes in column.missing.values() for code in codes]
    if invalid:
        listed = SubElement(variable, "invalrng")
        for code in invalid:
            SubElement(listed, "item", {"VALUE": code})
    for name, answers in column.universe.items():
        SubElement(variable, "universe", {"clusion": "I"}).text = f"{name}: {', '.join(answers)}"
    _categories(variable, codebook, column, identifier)
    if "open_text" in column.role:
        SubElement(variable, "varFormat", {"type": "character"})
    if column.note:
        SubElement(variable, "notes").text = column.note
    facts = ColumnFacts(column=column, answers=codebook.answers_of(column))
    _note(variable, "column", facts.model_dump_json(exclude_defaults=True))


def _nature(codebook: Codebook, column: Column) -> str | None:
    if not column.is_coded:
        return "ratio" if column.is_answered or "weight" in column.role else None
    is_ordered = any(answer.score is not None for answer in codebook.answers_of(column))
    return "ordinal" if is_ordered and _NOMINAL_ROLES.isdisjoint(column.role) else "nominal"


def _question(variable: Element, codebook: Codebook, column: Column) -> None:
    texts = codebook.questions_of(column)
    if any(texts.values()):
        question = SubElement(variable, "qstn")
        for language, text in texts.items():
            if text:
                SubElement(question, "qstnLit", {LANGUAGE: language}).text = text


def _categories(variable: Element, codebook: Codebook, column: Column, identifier: str) -> None:
    answers = codebook.answers_of(column)
    _category_groups(variable, answers, identifier)
    for answer in answers:
        attributes = {"ID": f"{identifier}_{answer.answer_code}"}
        if answer.missing_reason is not None:
            attributes |= {"missing": "Y", "missType": answer.missing_reason}
        category = SubElement(variable, "catgry", attributes)
        SubElement(category, "catValu").text = str(answer.answer_code)
        _both(category, "labl", answer.label_nl, answer.label_en, codebook, repeated="labl")
    for reason, codes in column.missing.items():
        for code in codes:
            category = SubElement(variable, "catgry", {"missing": "Y", "missType": reason})
            SubElement(category, "catValu").text = str(code)


def _category_groups(variable: Element, answers: Sequence[Answer], identifier: str) -> None:
    """Tell which answers are positive, neutral and negative."""
    for name in ("positive", "neutral", "negative"):
        members = [f"{identifier}_{answer.answer_code}" for answer in answers if answer.category == name]
        if members:
            group = SubElement(variable, "catgryGrp", {"catgry": " ".join(members)})
            SubElement(group, "labl", {LANGUAGE: "en"}).text = name


def _both(parent: Element, tag: str, nl: str, en: str, codebook: Codebook, repeated: str = "parTitl") -> None:
    """Add a text in the survey's language, then the other language where it differs."""
    own, other = (nl, en) if codebook.language == "nl" else (en, nl)
    SubElement(parent, tag, {LANGUAGE: codebook.language}).text = own
    if other != own:
        SubElement(parent, repeated, {LANGUAGE: other_language(codebook.language)}).text = other


def _note(parent: Element, subject: str, content: str) -> None:
    SubElement(parent, "notes", {"type": NOTE, "subject": subject}).text = content
