"""Open answers: made-up sentences, put together from parts, that name nobody.

No answer to the open questions was published; these are this project's own words. They hold what makes
open texts hard to read in (semicolons, quotes, accents), because deliveries do.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MEANING_START = (
    "Voor mij betekent het:",
    "Dat je",
    "Vooral:",
    "Kort gezegd,",
    "In mijn werk:",
)
_MEANING_CORE = (
    "je werk goed doen en kunnen uitleggen waarom",
    "kennis van zaken hebben; ook van de praktijk",
    "integer handelen, ook als niemand meekijkt",
    "oog houden voor de bedoeling achter de regels",
    "eerlijk adviseren, ook als het advies niet welkom is",
    "samen met anderen zoeken naar wat werkt",
    "politiek gevoel combineren met inhoud",
    "doen wat je zegt en zeggen wat je doet",
    'het "waarom" van beleid blijven vragen',
    "zorgvuldig omgaan met publiek geld",
    "niet weglopen voor ingewikkelde situaties",
    "blijven leren van ideeën van anderen",
)
_NEEDS_START = ("", "Vooral ", "Eigenlijk alleen ", "Op dit moment ")
_NEEDS_CORE = (
    "meer tijd om te leren naast het gewone werk",
    "ruimte om fouten te bespreken; zonder oordeel",
    "een vast moment voor intervisie met collega's",
    "scholing die past bij de uitvoering",
    "vaker meelopen bij een ander onderdeel",
    "minder systemen en meer contact",
    "duidelijke keuzes: niet alles kan tegelijk",
    "feedback op de inhoud van mijn werk",
    "een opleidingsplan dat ook echt wordt uitgevoerd",
    "gesprekken over dilemma's, niet alleen over resultaten",
)
_EMPLOYER_CORE = (
    "tijd en budget voor opleiding",
    "een leidinggevende die doorvraagt",
    "vertrouwen, en rugdekking als het spannend wordt",
    "realistische planning",
    "waardering voor vakkennis; niet alleen voor snelheid",
    "minder wisselingen in de leiding",
    "betere ondersteuning bij nieuwe systemen",
    "een open gesprek over werkdruk",
    "kansen om van functie te wisselen",
)
_OTHER_VALUE = (
    "Moedig",
    "Nieuwsgierig",
    "Betrouwbaar",
    "Zorgvuldig",
    "Humor, ook dat hoort erbij",
    "Loyaal aan de samenleving",
    "Durf om nee te zeggen",
    "Empathie",
)
_OTHER_CONTACT = (
    "iemand buiten mijn team",
    "mijn partner",
    "een oud-collega",
    "ik los het zelf op",
    "dat hangt van het dilemma af",
    "mijn intervisiegroep",
    "de ondernemingsraad",
)


def _joined(starts: tuple[str, ...], cores: tuple[str, ...]) -> tuple[str, ...]:
    texts = (f"{start.strip()} {core}".strip() for start, core in product(starts, cores))
    return tuple(text[0].upper() + text[1:] for text in texts)


# Column of the codebook: the sentences, and the share of respondents who write one (assumed).
BANK: dict[str, tuple[tuple[str, ...], float]] = {
    "q07": (_joined(_MEANING_START, _MEANING_CORE), 0.58),
    "q10_19": (_OTHER_VALUE, 0.04),
    "q13_open1": (_joined(_NEEDS_START, _NEEDS_CORE), 0.36),
    "q13_open2": (_joined(_NEEDS_START, _EMPLOYER_CORE), 0.31),
    "q14_10_other": (_OTHER_CONTACT, 0.85),
}


def write_texts(random: np.random.Generator, column: str, is_asked: NDArray[np.bool_]) -> NDArray[np.object_]:
    """Return the open answers to one question: None for who writes nothing.

    Args:
        random: The stream.
        column: Column of the codebook.
        is_asked: Who gets to the question.
    """
    sentences, share = BANK[column]
    chosen = random.integers(0, len(sentences), len(is_asked))
    writes = is_asked & (random.random(len(is_asked)) < share)
    texts = np.array(sentences, dtype=object)[chosen]
    texts[~writes] = None
    return texts
