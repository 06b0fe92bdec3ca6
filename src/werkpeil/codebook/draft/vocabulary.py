"""Words that survey answers and columns are made of, in Dutch and English."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from werkpeil.codebook import normalise_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkpeil.codebook.model import MissingReason

Shape = Literal["two_sided", "one_sided", "yes_no"]

_LEADING_CODE = re.compile(r"^\d+\s*[-\u2013\u2014.:=)]\s*")
_BRACKETED = re.compile(r"^\d+\s*\((.*)\)$")


@dataclass(frozen=True)
class Level:
    """One step of a kind of answers.

    Args:
        rank: Order among the steps; in a two-sided kind, 0 is the neutral middle.
        nl: How it is usually said in Dutch.
        en: How it is usually said in English.
        others: Other ways to say it, in either language.
    """

    rank: int
    nl: str
    en: str
    others: tuple[str, ...] = ()

    @property
    def texts(self) -> tuple[str, ...]:
        """Every way to say it, as texts are compared."""
        return tuple(normalise_text(text) for text in (self.nl, self.en, *self.others))


@dataclass(frozen=True)
class Family:
    """A kind of answers: agreement, frequency, satisfaction and the like."""

    name: str
    shape: Shape
    levels: tuple[Level, ...]

    def find(self, text: str) -> Level | None:
        """Return the step that a text means, or None."""
        wanted = plain(text)
        return next((level for level in self.levels if wanted in level.texts), None)


def plain(text: str) -> str:
    """Return a label as it is compared: without its code in front, `5 (always)` as `always`."""
    folded = normalise_text(text).rstrip(".!")
    bracketed = _BRACKETED.match(folded)
    folded = bracketed[1] if bracketed else _LEADING_CODE.sub("", folded)
    return folded.replace("\u2019", "'")


FAMILIES = (
    Family(
        "agreement",
        "two_sided",
        (
            Level(
                -3,
                "Zeer mee oneens",
                "Strongly disagree",
                (
                    "zeer oneens",
                    "helemaal mee oneens",
                    "helemaal oneens",
                    "helemaal niet mee eens",
                    "helemaal niet eens",
                    "volledig mee oneens",
                    "volledig oneens",
                    "sterk mee oneens",
                    "completely disagree",
                    "totally disagree",
                    "fully disagree",
                    "disagree strongly",
                ),
            ),
            Level(-2, "Mee oneens", "Disagree", ("oneens", "niet mee eens", "niet eens")),
            Level(
                -1,
                "Enigszins mee oneens",
                "Somewhat disagree",
                (
                    "enigszins oneens",
                    "beetje mee oneens",
                    "beetje oneens",
                    "een beetje oneens",
                    "slightly disagree",
                    "tend to disagree",
                    "disagree somewhat",
                    "disagree slightly",
                    "disagree a little",
                ),
            ),
            Level(
                0,
                "Neutraal",
                "Neither agree nor disagree",
                (
                    "neutral",
                    "niet mee eens/niet mee oneens",
                    "niet mee eens, niet mee oneens",
                    "niet eens/niet oneens",
                    "niet eens, niet oneens",
                    "niet mee eens en niet mee oneens",
                    "niet mee eens, maar ook niet mee oneens",
                    "niet eens en niet oneens",
                    "noch mee eens, noch mee oneens",
                    "noch eens, noch oneens",
                    "neither agree or disagree",
                    "niet eens, maar ook niet oneens",
                    "neither",
                    "neutral / no opinion",
                    "no opinion",
                    "geen mening",
                ),
            ),
            Level(
                1,
                "Enigszins mee eens",
                "Somewhat agree",
                (
                    "enigszins eens",
                    "beetje mee eens",
                    "beetje eens",
                    "een beetje eens",
                    "slightly agree",
                    "tend to agree",
                    "agree somewhat",
                    "agree slightly",
                    "agree a little",
                ),
            ),
            Level(2, "Mee eens", "Agree", ("eens",)),
            Level(
                3,
                "Zeer mee eens",
                "Strongly agree",
                (
                    "zeer eens",
                    "helemaal mee eens",
                    "helemaal eens",
                    "volledig mee eens",
                    "volledig eens",
                    "sterk mee eens",
                    "completely agree",
                    "totally agree",
                    "fully agree",
                    "agree strongly",
                ),
            ),
        ),
    ),
    Family(
        "satisfaction",
        "two_sided",
        (
            Level(
                -3,
                "Zeer ontevreden",
                "Very dissatisfied",
                (
                    "helemaal ontevreden",
                    "completely dissatisfied",
                    "extremely dissatisfied",
                    "helemaal niet tevreden",
                    "very unsatisfied",
                ),
            ),
            Level(-2, "Ontevreden", "Dissatisfied", ("unsatisfied", "niet tevreden")),
            Level(
                -1,
                "Enigszins ontevreden",
                "Somewhat dissatisfied",
                ("een beetje ontevreden", "slightly dissatisfied", "fairly dissatisfied"),
            ),
            Level(
                0,
                "Niet tevreden/niet ontevreden",
                "Neither satisfied nor dissatisfied",
                (
                    "neutraal",
                    "neutral",
                    "niet tevreden, niet ontevreden",
                    "neither",
                    "niet tevreden en niet ontevreden",
                    "niet tevreden, maar ook niet ontevreden",
                    "noch tevreden, noch ontevreden",
                ),
            ),
            Level(
                1,
                "Enigszins tevreden",
                "Somewhat satisfied",
                ("een beetje tevreden", "slightly satisfied", "fairly satisfied"),
            ),
            Level(2, "Tevreden", "Satisfied"),
            Level(
                3,
                "Zeer tevreden",
                "Very satisfied",
                ("helemaal tevreden", "completely satisfied", "extremely satisfied"),
            ),
        ),
    ),
    Family(
        "quality",
        "two_sided",
        (
            Level(-2, "Zeer slecht", "Very poor", ("heel slecht", "very bad")),
            Level(-1, "Slecht", "Poor", ("bad",)),
            Level(0, "Matig", "Fair", ("redelijk", "voldoende", "average", "gemiddeld")),
            Level(1, "Goed", "Good"),
            Level(2, "Zeer goed", "Very good", ("heel goed",)),
            Level(3, "Uitstekend", "Excellent"),
        ),
    ),
    Family(
        "frequency",
        "one_sided",
        (
            Level(1, "Nooit", "Never", ("(bijna) nooit", "nooit of bijna nooit", "never or almost never")),
            Level(2, "Bijna nooit", "Almost never", ("hardly ever", "vrijwel nooit")),
            Level(3, "Zelden", "Rarely", ("seldom",)),
            Level(4, "Soms", "Sometimes", ("af en toe", "occasionally", "now and then")),
            Level(5, "Regelmatig", "Regularly", ("about half the time", "geregeld")),
            Level(6, "Vaak", "Often", ("frequently", "dikwijls")),
            Level(7, "Zeer vaak", "Very often", ("heel vaak", "most of the time", "meestal", "usually")),
            Level(8, "Bijna altijd", "Almost always", ("vrijwel altijd",)),
            Level(9, "Altijd", "Always", ("(bijna) altijd", "all the time")),
        ),
    ),
    Family(
        "extent",
        "one_sided",
        (
            Level(1, "Helemaal niet", "Not at all", ("in het geheel niet", "none at all", "geheel niet")),
            Level(
                2,
                "In geringe mate",
                "To a small extent",
                ("nauwelijks", "een beetje", "a little", "slightly", "in beperkte mate", "hardly"),
            ),
            Level(
                3,
                "In enige mate",
                "To some extent",
                ("enigszins", "somewhat", "moderately", "to a moderate extent", "tot op zekere hoogte"),
            ),
            Level(
                4,
                "In sterke mate",
                "To a large extent",
                ("in hoge mate", "in grote mate", "very", "very much", "to a great extent", "quite a bit"),
            ),
            Level(
                5,
                "In zeer sterke mate",
                "To a very large extent",
                ("in zeer hoge mate", "extremely", "to a very great extent", "volledig", "completely"),
            ),
        ),
    ),
    Family(
        "importance",
        "one_sided",
        (
            Level(1, "Helemaal niet belangrijk", "Not at all important", ("zeer onbelangrijk",)),
            Level(2, "Niet belangrijk", "Not important", ("onbelangrijk", "unimportant", "not", "niet")),
            Level(
                3, "Niet zo belangrijk", "Not very important", ("slightly important", "notvery", "not very")
            ),
            Level(4, "Enigszins belangrijk", "Somewhat important", ("somewhat",)),
            Level(5, "Neutraal", "Neutral", ("moderately important",)),
            Level(6, "Belangrijk", "Important", ("fairly important",)),
            Level(7, "Zeer belangrijk", "Very important", ("heel belangrijk", "very")),
            Level(8, "Uiterst belangrijk", "Extremely important"),
        ),
    ),
    Family(
        "likelihood",
        "two_sided",
        (
            Level(
                -2,
                "Zeer onwaarschijnlijk",
                "Very unlikely",
                ("heel onwaarschijnlijk", "zeker niet", "definitely not", "extremely unlikely"),
            ),
            Level(-1, "Onwaarschijnlijk", "Unlikely", ("waarschijnlijk niet", "probably not")),
            Level(0, "Neutraal", "Neutral", ("misschien", "maybe", "neither likely nor unlikely")),
            Level(1, "Waarschijnlijk", "Likely", ("waarschijnlijk wel", "probably")),
            Level(
                2,
                "Zeer waarschijnlijk",
                "Very likely",
                ("heel waarschijnlijk", "zeker wel", "definitely", "extremely likely"),
            ),
        ),
    ),
    Family(
        "accuracy",
        "two_sided",
        (
            Level(-3, "Zeer onjuist", "Very inaccurate", ("helemaal onjuist",)),
            Level(-2, "Onjuist", "Moderately inaccurate", ("inaccurate", "tamelijk onjuist")),
            Level(-1, "Enigszins onjuist", "Slightly inaccurate"),
            Level(0, "Neutraal", "Neither accurate nor inaccurate"),
            Level(1, "Enigszins juist", "Slightly accurate"),
            Level(2, "Juist", "Moderately accurate", ("accurate", "tamelijk juist")),
            Level(3, "Zeer juist", "Very accurate", ("helemaal juist",)),
        ),
    ),
    Family(
        "yes_no",
        "yes_no",
        (
            Level(0, "Nee", "No", ("n", "not selected", "niet geselecteerd")),
            Level(1, "Ja", "Yes", ("j", "y")),
        ),
    ),
)

# Words of degree: labels that differ in them only have an order, though not a good and a bad end.
_DEGREES = {
    "not": 0,
    "niet": 0,
    "independent": 0,
    "onafhankelijk": 0,
    "low": 1,
    "laag": 1,
    "lage": 1,
    "weinig": 1,
    "slightly": 1,
    "licht": 1,
    "intermediate": 2,
    "medium": 2,
    "middle": 2,
    "midden": 2,
    "moderately": 2,
    "matig": 2,
    "high": 3,
    "hoog": 3,
    "hoge": 3,
    "veel": 3,
    "severely": 3,
    "ernstig": 3,
}
_MISSING: dict[MissingReason, tuple[str, ...]] = {
    "dont_know": (
        "weet niet",
        "weet ik niet",
        "weet het niet",
        "weet niet / geen mening",
        "weet niet/geen mening",
        "geen mening",
        "don't know",
        "dont know",
        "do not know",
        "i don't know",
        "no opinion",
        "don't know / no opinion",
        "unknown",
        "onbekend",
        "dk",
        "no basis to judge",
        "do not know/no basis to judge",
    ),
    "refused": (
        "wil niet zeggen",
        "wil ik niet zeggen",
        "zeg ik liever niet",
        "geweigerd",
        "weigert",
        "refused",
        "refusal",
        "prefer not to say",
        "prefer not to answer",
        "rather not say",
    ),
    "not_asked": (
        "n.v.t",
        "nvt",
        "niet van toepassing",
        "not applicable",
        "n/a",
        "does not apply",
        "not asked",
        "niet gesteld",
        "niet gevraagd",
        "inap",
    ),
    "skipped": (
        "na",
        "nan",
        "null",
        "#null",
        "#n/a",
        ".",
        "-",
        "missing",
        "geen antwoord",
        "no answer",
        "niet ingevuld",
        "not answered",
        "overgeslagen",
        "skipped",
    ),
}
# What programs write for an empty cell; people write other things.
EMPTY_MARKS = frozenset({"na", "nan", "null", "#null!", "#n/a"})
_TECHNICAL = frozenset(
    {
        "startdate",
        "enddate",
        "status",
        "progress",
        "durationinseconds",
        "duration",
        "finished",
        "recordeddate",
        "distributionchannel",
        "userlanguage",
        "externalreference",
        "externaldatareference",
        "responseset",
        "seed",
        "lastpage",
        "startlanguage",
        "submitdate",
        "datesubmitted",
        "datestarted",
        "datelastaction",
        "datestamp",
        "refurl",
        "referrerurl",
        "interviewtime",
        "totaltime",
        "rownames",
        "locationaccuracy",
        "importid",
        "starttijd",
        "eindtijd",
        "recordtype",
        "browser",
    }
)
_PERSONAL = re.compile(
    r"ipaddr|ip_?adres|e_?mail|recipient|first_?name|last_?name|voornaam|achternaam|telefo|phone|^bsn$|burgerservice"
    r"|adres$|^address|your_address|postal_code|postcode|zip_?code|birth_?dat|date_?of_?birth|geboortedat|latitude|longitude|^token$"
    r"|personeelsn|employee_?(id|n)|^na[am]{1,2}[me]?$"
)
_EMAIL = re.compile(r"^[^@\s]+@[^@\s]+\.[a-z]{2,}$", re.IGNORECASE)
_IP_ADDRESS = re.compile(r"^\d{1,3}(\.\d{1,3}){3}$")
_BACKGROUND = re.compile(
    r"gender|geslacht|^race$|ethnic|herkomst|^e?\d*_?sex|sex$|educ|opleiding|sector|provinc|region|regio|department|afdeling|functie"
    r"|agency|country|^land$|stedelijk|urban|burgerlijke|marital|nationali|tenure|salar|schaal|supervis|leiding"
    r"|minorit|contract|domein|domain|organisat|ministerie|directie|location|locatie|age_?(group|class|cat)|leeftijds"
)
_CATEGORIES = re.compile(
    r"\b(level|niveau|category|categorie|class|klasse|type|soort|grade|stage)\b", re.IGNORECASE
)
_SHORT = 30
_DATE = re.compile(
    r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2}(\.\d+)?)?)?$|^\d{1,2}[-/.]\d{1,2}[-/.]\d{4}( .*)?$"
    r"|^\d{2}:\d{2}:\d{2}(\.\d+)?$"
)


def family_of(texts: Iterable[str]) -> tuple[Family, dict[str, Level]] | None:
    """Return the kind of answers that some texts are all steps of, each another step.

    One text says too little, and so do two, unless they are yes and no.
    """
    listed = list(texts)
    for family in FAMILIES:
        found = {text: family.find(text) for text in listed}
        levels = {text: level for text, level in found.items() if level is not None}
        ranks = {level.rank for level in levels.values()}
        enough = 1 if family.shape == "yes_no" else 3
        if len(levels) == len(listed) == len(ranks) and len(ranks) >= enough:
            return family, levels
    return None


def degrees_of(labels: Iterable[str]) -> list[int] | None:
    """Return the order that words of degree give some labels; None if they do not tell."""
    found = [
        [_DEGREES[word] for word in normalise_text(label).split() if word in _DEGREES] for label in labels
    ]
    degrees = [each[0] for each in found if each]
    if len(degrees) < len(found) or len(degrees) < 3 or len(set(degrees)) < len(degrees):
        return None
    return degrees


def missing_reason(text: str) -> MissingReason | None:
    """Return why there is no answer, if that is what a text says."""
    wanted = plain(text)
    return next((reason for reason, texts in _MISSING.items() if wanted in texts), None)


def is_technical(name: str) -> bool:
    """Whether a column is one that a survey tool adds: dates, progress, language."""
    letters = re.sub(r"[^a-z]", "", name.casefold())
    return letters in _TECHNICAL or letters.startswith(("grouptime", "questiontime", "filecount"))


def is_personal(name: str) -> bool:
    """Whether a column's name says that it identifies people."""
    return bool(_PERSONAL.search(re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")))


def are_personal(values: Iterable[str]) -> bool:
    """Whether values are e-mail or network addresses."""
    listed = list(values)
    return bool(listed) and all(_EMAIL.match(value) or _IP_ADDRESS.match(value) for value in listed)


def is_background(name: str) -> bool:
    """Whether a column's name is that of a characteristic that divides people."""
    return bool(_BACKGROUND.search(name))


def names_categories(question: str) -> bool:
    """Whether a few words say that what is asked comes in classes, such as `care level`."""
    return len(question) <= _SHORT and bool(_CATEGORIES.search(question))


def are_dates(values: Iterable[str]) -> bool:
    """Whether all values are dates or times."""
    listed = list(values)
    return bool(listed) and all(_DATE.match(value) for value in listed)
