"""Columns with a special part: respondent id, weight, stratum, cluster and wave."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkpeil.codebook.draft.questions import listed
from werkpeil.codebook.draft.vocabulary import are_dates, are_personal, is_personal, is_technical

if TYPE_CHECKING:
    from werkpeil.codebook.draft.delivery import Delivery, FileColumn
    from werkpeil.codebook.draft.questions import Questions
    from werkpeil.codebook.model import Role

_IDENTIFIER = re.compile(
    r"^(id|rid|pid|uuid|respondent.*|resp_?(nr|no|num|nummer|id|code)|response_?id|record_?id|case_?(id|nr|no|num)"
    r"|pers_?(id|nr)|participant.*|deelnemer.*|volgnummer|person_?id|persoon_?(id|nr|nummer)|subject_?(id|nr)?|nomem_encr)$"
)
_IDENTIFYING = re.compile(
    r"\b(identifi(er|cation)|(respondent|person|case|record)('?s)? ?(id|number|no)|respondentnummer)\b",
    re.IGNORECASE,
)
_WEIGHT = re.compile(r"weight|weging|weeg|gewicht|^w$|(^|_)(wt|wgt)|(wt|wgt)(_|$)|^wt[a-z0-9]+$|^ww[a-z]*t$")
_OF_A_BODY = re.compile(
    r"\b(kg|lbs?|kilo\w*|pounds?|body|lichaam\w*|birth|geboorte\w*|height|lengte)\b", re.IGNORECASE
)
_STRATUM = re.compile(r"strat(um|a)|stra$|steekproefcel")
_CLUSTER = re.compile(r"(^|_)psu|psu$|cluster")
_WAVE = re.compile(r"^(wave|jaar|year|meting|golf|peiljaar|peiling|survey_?yea?r|wave_?id|surveyr)$")
_POPULATION = re.compile(
    r"^(population|populatie|bevolking|pop_?(size|total)?|fpc|n_?pop|stratum_?(size|n)|omvang)$"
)
_DECLARED: tuple[Role, ...] = ("respondent_id", "weight", "stratum", "cluster", "wave")
_MOST_STRATA = 200
_FEW_ROWS = 20
_LONGEST_IDENTIFIER = 64
_HEAVIEST_BODY = 250
_LIGHTEST_BODY = 30
_WIDE = 5.0


@dataclass
class Design:
    """Which column has which part, by the column's position.

    Args:
        roles: Of the columns with a part.
        not_kept: Columns that also identify respondents, or tell of strata.
        strata: Columns that are strata beside what else they are.
        populations: People per value of the one column that is the stratum, if the file tells them.
    """

    roles: dict[int, Role] = field(default_factory=dict)
    not_kept: list[FileColumn] = field(default_factory=list)
    strata: set[int] = field(default_factory=set)
    populations: dict[str, int] = field(default_factory=dict)


def find_design(delivery: Delivery, questions: Questions) -> Design:
    """Return the columns with a special part, and ask about those that were guessed or not found."""
    design = Design()
    for column in delivery.columns:
        if column.told.role in _DECLARED:
            design.roles[column.position] = column.told.role
    declared = set(design.roles.values())
    if "respondent_id" not in declared:
        _find_respondent(delivery, design, questions)
    if "weight" not in declared:
        _find_weight(delivery, design, questions)
    if not declared & {"stratum", "cluster"}:
        _find_sample(delivery, design, questions)
    if "stratum" not in design.roles.values():
        _find_populations(delivery, design, questions)
    for column in delivery.columns:
        if column.position not in design.roles and _is_wave(column):
            design.roles[column.position] = "wave"
            break
    return design


def _is_wave(column: FileColumn) -> bool:
    """Whether a column says the same wave of every row; an empty one would be another to landing."""
    return bool(_WAVE.match(_name(column))) and column.distinct == 1 and column.filled == column.rows


def _find_respondent(delivery: Delivery, design: Design, questions: Questions) -> None:
    named = [column for column in delivery.columns if _IDENTIFIER.match(_name(column))]
    unique = [column for column in named if column.is_unique]
    alike = [column for column in delivery.columns if column not in named and _is_like_identifier(column)]
    candidates = [*unique, *alike]
    questions.respondents += [
        f"{column.shown} is named like a respondent id and has {_faults(column)}; it was not taken for one."
        for column in named
        if not column.is_unique and column.values
    ]
    if not candidates:
        questions.respondents.append(
            "No respondent id was found: people cannot be linked between waves. Is there one?"
        )
        return
    chosen, *others = candidates
    design.roles[chosen.position] = "respondent_id"
    design.not_kept += others
    shown = chosen.shown
    if others:
        questions.respondents.append(
            f"Which column identifies respondents? {shown} was taken; unique as well and not kept:"
            f" {listed([column.shown for column in others])}."
        )
    elif chosen in alike:
        questions.respondents.append(
            f"{shown} was taken for the respondent id because every value occurs once. Is it the same in"
            " every wave?"
        )


def _is_like_identifier(column: FileColumn) -> bool:
    """Whether a column behaves as an id: another short value without decimals in each of many rows."""
    is_told_otherwise = bool(column.question) and not _IDENTIFYING.search(column.question)
    if not column.is_unique or column.rows < _FEW_ROWS or column.labels or is_told_otherwise:
        return False
    names = (column.code, column.header)
    if any(is_personal(name) or is_technical(name) for name in names if name) and column.code != "rownames":
        return False
    if column.numbers is not None:
        return column.numbers.are_whole
    first = list(column.values)[:_FEW_ROWS]
    has_digits = all(any(character.isdigit() for character in value) for value in first)
    is_short = column.mean_length <= _LONGEST_IDENTIFIER and not any(" " in value for value in first)
    return has_digits and is_short and not are_dates(first) and not are_personal(first)


def _faults(column: FileColumn) -> str:
    repeated = column.filled - column.distinct
    empty = column.rows - column.filled
    faults = [f"{repeated} repeated values"] if repeated else []
    return " and ".join([*faults, f"{empty} empty ones"] if empty else faults)


def _find_weight(delivery: Delivery, design: Design, questions: Questions) -> None:
    named = [
        column
        for column in delivery.columns
        if column.position not in design.roles and _WEIGHT.search(_name(column))
    ]
    usable = [column for column in named if _is_weight(column)]
    if not usable:
        refused = (
            f" {listed([c.shown for c in named])} is named like one and does not behave so." if named else ""
        )
        questions.weights.append(f"No weight was found: everybody counts once.{refused} Is that right?")
        return
    chosen = min(usable, key=_distance_from_one)
    design.roles[chosen.position] = "weight"
    others = [column.shown for column in usable if column is not chosen]
    also = f" Other candidates: {listed(others)}." if others else ""
    mean = chosen.numbers.mean if chosen.numbers else 0.0
    questions.weights.append(
        f"{chosen.shown} was taken for the weight (mean {mean:.4g}).{also} Is it the right one?"
    )


def _distance_from_one(column: FileColumn) -> float:
    return abs(column.numbers.mean - 1) if column.numbers else float("inf")


def _is_weight(column: FileColumn) -> bool:
    """Whether numbers can be weights: positive, complete, varying, around 1 or very uneven.

    What people weigh is named alike: it is tens to hundreds, whole, and never varies fivefold.
    """
    numbers = column.numbers
    if (
        numbers is None
        or column.answers.keys() != column.values.keys()
        or column.filled < column.rows
        or numbers.distinct < 2
    ):
        return False
    if numbers.lowest[0] < 0 or column.labels or _OF_A_BODY.search(f"{column.header} {column.question}"):
        return False
    if 0.5 <= numbers.mean <= 2:
        return not numbers.are_whole
    spread = numbers.highest[0] / numbers.lowest[0] if numbers.lowest[0] > 0 else float("inf")
    is_like_body = _LIGHTEST_BODY <= numbers.mean <= _HEAVIEST_BODY
    return numbers.mean > 2 and spread >= _WIDE and not (is_like_body and numbers.are_whole)


def _find_sample(delivery: Delivery, design: Design, questions: Questions) -> None:
    for column in delivery.columns:
        if column.position in design.roles:
            continue
        role: Role | None = None
        if _STRATUM.search(_name(column)):
            role = "stratum"
        elif _CLUSTER.search(_name(column)) and "cluster" not in design.roles.values():
            role = "cluster"
        if role is None or 2 * column.distinct > column.rows or column.distinct < 2:
            continue
        if column.filled < column.rows:
            questions.weights.append(
                f"{column.shown} is named like a {role} and is empty in {column.rows - column.filled} rows;"
                " it was not taken for one."
            )
            continue
        design.roles[column.position] = role
        questions.weights.append(f"{column.shown} was taken for the {role} of the sample. Is it?")


def _find_populations(delivery: Delivery, design: Design, questions: Questions) -> None:
    """Find a column that holds one population per value of another: that one is the stratum."""
    for column in delivery.columns:
        if column.position in design.roles or not _POPULATION.match(_name(column)) or not _are_counts(column):
            continue
        found = [
            (other.distinct, other.position, pairs)
            for other in delivery.columns
            if other is not column
            and other.position not in design.roles
            and column.distinct <= other.distinct <= _MOST_STRATA
            and other.filled == other.rows
            and len(pairs := delivery.pairs_of(other, column)) == other.distinct
        ]
        if not found:
            continue
        _, position, pairs = min(found, key=lambda each: each[:2])
        stratum = next(each for each in delivery.columns if each.position == position)
        design.strata.add(position)
        design.populations = {value: int(float(size)) for value, size in pairs}
        design.not_kept.append(column)
        questions.weights.append(
            f"{column.shown} holds one number per {stratum.shown}: it was taken for the population of the"
            " strata, which seeds/strata.csv lists. Is it how many people (or clusters) were sampled from?"
        )
        return


def _are_counts(column: FileColumn) -> bool:
    """Whether a column holds, in every row, the size of a group of the population."""
    numbers = column.numbers
    return (
        numbers is not None
        and numbers.are_whole
        and column.filled == column.rows
        and 2 <= column.distinct <= _MOST_STRATA
        and numbers.lowest[0] >= 1
    )


def _name(column: FileColumn) -> str:
    """Return a column's name for comparison: lower case, one underscore for anything else."""
    return re.sub(r"[^a-z0-9]+", "_", (column.code or column.header).casefold()).strip("_")
