"""XML that strangers wrote: read without entities, outside files or namespaces that differ by version."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from werkpeil.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path
    from xml.etree.ElementTree import Element

LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_LARGEST = 64 << 20


def read_xml(file: Path) -> Element:
    """Return the root of an XML file, its tags without namespaces.

    Raises:
        InputError: if it cannot be read, is no XML, or defines entities, which could make it swell or reach
            for other files.
    """
    try:
        if file.stat().st_size > _LARGEST:
            raise InputError(f"The XML is larger than {_LARGEST >> 20} MiB.", where=str(file))
        root: Element = fromstring(file.read_bytes())
    except OSError as error:
        raise InputError("The XML cannot be read.", where=str(file), hint=error.strerror) from error
    except (ParseError, ValueError, LookupError) as error:
        if isinstance(error, DefusedXmlException):
            raise InputError(
                "The XML defines entities, which are not read.",
                where=str(file),
                hint="export it without a document type of its own.",
            ) from error
        raise InputError(f"The file is no XML: {error}.", where=str(file)) from error
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def is_in(element: Element, language: str) -> bool:
    """Tell whether an element says that its text is in a language, whatever the country."""
    return (element.get(LANGUAGE) or "").casefold().startswith(language)


def plain_text(markup: str) -> str:
    """Return a text of a questionnaire without its tags and entities, one blank between words."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def text_of(element: Element | None) -> str:
    """Return all text in an element, one blank between words; empty if there is no element."""
    return "" if element is None else " ".join("".join(element.itertext()).split())
