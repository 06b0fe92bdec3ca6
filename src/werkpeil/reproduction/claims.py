"""All statements of the reports, asked of the printed numbers and of the computed ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from werkpeil.errors import InputError
from werkpeil.reproduction.predicates import Address, Answer, Predicate, both, evaluate, read_predicate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_ADDRESS = ["source", "statistic", "variable_id", "cut_id", "group_id"]
_SIDES = ("printed", "computed")
_COLUMNS = {
    "claim_id": "string",
    **dict.fromkeys(_ADDRESS, "string"),
    **{
        f"{side}_{name}": kind
        for side in _SIDES
        for name, kind in (
            ("holds", "boolean"),
            ("reason", "string"),
            ("held", "int64"),
            ("known", "int64"),
        )
    },
    "cases": "int64",
    "cell_count": "int64",
}


@dataclass(frozen=True)
class Asked:
    """What numbers say of a statement: its answer, and why there is none.

    Args:
        answer: The answer, its cases counted over all parts.
        reason: Why it cannot be said; null if it can.
    """

    answer: Answer
    reason: str | None


def ask_claims(
    claims: pd.DataFrame,
    predicates: pd.DataFrame,
    published: pd.DataFrame,
    cells: pd.DataFrame,
    values: pd.DataFrame,
) -> pd.DataFrame:
    """Ask every statement of the printed numbers and of the computed ones.

    Args:
        claims: The seed `published_claims`.
        predicates: The seed `claim_predicates`.
        published: The seed `published_results`.
        cells: `int_published_cells`, which says where a printed number is computed.
        values: `int_computed_values`.

    Returns:
        One row per statement and number that it reads, with the answers of the statement; a statement that
        reads none has one row.

    Raises:
        InputError: if a row of a seed cannot be used.
    """
    parts = _parts(predicates)
    wanted = {address for found in parts.values() for part in found for address in part.cells}
    printed, computed = _printed(published, cells), _computed(values, wanted)
    waves = set(zip(values["survey_id"], values["wave_id"], strict=True))
    rows = []
    for claim in _records(claims):
        claim_id, wave = claim["claim_id"], (claim["survey_id"], claim["wave_id"])
        lacking = "no_number" if wave in waves else "wave_not_in_warehouse"
        answers = {
            "printed": ask(claim_id, parts, printed.get(wave, {}), "not_printed"),
            "computed": ask(claim_id, parts, computed.get(wave, {}), lacking),
        }
        rows += _rows(claim_id, answers, cells_of(claim_id, parts))
    return pd.DataFrame(rows, columns=list(_COLUMNS)).astype(_COLUMNS)


def ask(
    claim_id: str,
    parts: Mapping[str, Sequence[Predicate]],
    values: Mapping[Address, float],
    lacking: str,
    above: tuple[str, ...] = (),
) -> Asked:
    """Ask a statement, and those that it refers to, of numbers.

    Args:
        claim_id: The statement.
        parts: The predicates of every statement.
        values: The numbers that are there.
        lacking: The reason where one is not.
        above: Statements that refer to this one.

    Raises:
        InputError: if statements refer to each other in a circle, or one to none.
    """
    if claim_id in above:
        raise InputError(
            "Statements refer to each other in a circle.",
            where=f"claim_predicates, {' > '.join([*above, claim_id])}",
            hint="let one of them say what must hold by itself.",
        )
    if claim_id not in parts:
        if above:
            raise InputError(
                f"There is no statement '{claim_id}'.",
                where=f"claim_predicates, {above[-1]}",
                hint="name one that has rows of its own.",
            )
        return Asked(Answer(None), "no_predicate")
    asked = []
    for part in parts[claim_id]:
        if part.operator == "untestable":
            asked.append(Asked(Answer(None), part.reason))
        elif part.operator == "claims":
            asked += [ask(other, parts, values, lacking, (*above, claim_id)) for other in part.claim_ids]
        else:
            answer = evaluate(part, values)
            asked.append(Asked(answer, lacking if answer.holds is None else None))
    return _together(asked)


def cells_of(claim_id: str, parts: Mapping[str, Sequence[Predicate]]) -> list[Address]:
    """Return the addresses of all numbers that a statement reads, also through those that it refers to."""
    found: dict[Address, None] = {}
    for part in parts.get(claim_id, ()):
        found |= dict.fromkeys(part.cells)
        for other in part.claim_ids:
            found |= dict.fromkeys(cells_of(other, parts))
    return list(found)


def _together(asked: Sequence[Asked]) -> Asked:
    holds = both(one.answer.holds for one in asked)
    reasons = [one.reason for one in asked if one.reason]
    total = Answer(
        holds,
        held=sum(one.answer.held for one in asked),
        known=sum(one.answer.known for one in asked),
        cases=sum(one.answer.cases for one in asked),
    )
    return Asked(total, reasons[0] if holds is None else None)


def _parts(predicates: pd.DataFrame) -> dict[str, list[Predicate]]:
    parts: dict[str, list[Predicate]] = {}
    for row in _records(predicates.sort_values(["claim_id", "part"]).astype(object)):
        texts = {name: "" if pd.isna(value) else str(value) for name, value in row.items()}
        parts.setdefault(texts["claim_id"], []).append(read_predicate(texts))
    return parts


def _printed(published: pd.DataFrame, cells: pd.DataFrame) -> dict[tuple[str, str], dict[Address, float]]:
    """Printed numbers by the address where they are computed; a coefficient brings its stars along."""
    exact = published[(published["comparator"] == "eq") & published["restates"].isna()]
    numbers = exact[["result_id", "survey_id", "wave_id", "value", "significance"]]
    places = cells.loc[cells["is_single"].eq(other=True), ["result_id", "unit_factor", *_ADDRESS]]
    found: dict[tuple[str, str], dict[Address, float]] = {}
    for row in _records(numbers.merge(places, on="result_id", validate="one_to_one")):
        printed = found.setdefault((row["survey_id"], row["wave_id"]), {})
        address = Address(*(row[name] for name in _ADDRESS))
        printed[address] = row["value"] / row["unit_factor"]
        if address.statistic == "beta":
            stars = 0 if pd.isna(row["significance"]) else len(row["significance"])
            printed[address._replace(statistic="signed_stars")] = stars * (1.0 if row["value"] > 0 else -1.0)
    return found


def _computed(values: pd.DataFrame, wanted: set[Address]) -> dict[tuple[str, str], dict[Address, float]]:
    """Computed numbers that a predicate reads, by wave and address."""
    read = values[values["statistic"].isin({address.statistic for address in wanted})]
    read = read[read["variable_id"].isin({address.variable for address in wanted})]
    found: dict[tuple[str, str], dict[Address, float]] = {}
    for row in _records(read.dropna(subset=["value"])):
        address = Address(*(row[name] for name in _ADDRESS))
        if address in wanted:
            found.setdefault((row["survey_id"], row["wave_id"]), {})[address] = row["value"]
    return found


def _rows(claim_id: str, answers: Mapping[str, Asked], cells: Iterable[Address]) -> list[dict[str, object]]:
    """Rows of one statement: its answers, once for each number that it reads."""
    addresses = list(cells)
    told: dict[str, object] = {
        "claim_id": claim_id,
        "cases": answers["computed"].answer.cases,
        "cell_count": len(addresses),
    }
    for side, asked in answers.items():
        told[f"{side}_holds"] = asked.answer.holds
        told[f"{side}_reason"] = asked.reason
        told[f"{side}_held"] = asked.answer.held
        told[f"{side}_known"] = asked.answer.known
    if not addresses:
        return [told]
    return [told | dict(zip(_ADDRESS, address, strict=True)) for address in addresses]


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
