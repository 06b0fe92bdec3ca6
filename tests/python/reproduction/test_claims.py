"""The statements of the reports, asked of what the reports print and of numbers made up for the purpose."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from support.projects import ROOT
from werkpeil.errors import InputError
from werkpeil.reproduction.claims import ask_claims

SEEDS = ROOT / "seeds"
NUMBER = {"survey_id": "s", "wave_id": "1", "source": "estimates", "statistic": "mean", "cut_id": "c"}


def claims(*claim_ids: str, wave_id: str = "1") -> pd.DataFrame:
    return pd.DataFrame([{"claim_id": name, "survey_id": "s", "wave_id": wave_id} for name in claim_ids])


def predicates(*rows: dict[str, Any]) -> pd.DataFrame:
    columns = pd.read_csv(SEEDS / "claim_predicates.csv", nrows=0).columns
    address = {"source": "estimates", "statistic": "mean", "cut_ids": "c", "group_ids": "g"}
    return pd.DataFrame(
        [{"part": 1} | (address if "variable_ids" in row else {}) | row for row in rows], columns=columns
    )


def values(**numbers: float) -> pd.DataFrame:
    rows = [
        NUMBER | {"variable_id": name, "group_id": "g", "value": value} for name, value in numbers.items()
    ]
    return pd.DataFrame(rows, columns=[*NUMBER, "variable_id", "group_id", "value"])


def printed(**numbers: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The seed of printed numbers in percent, and the cells where they are computed."""
    seed = [
        {"result_id": name, "survey_id": "s", "wave_id": "1", "value": 100 * value, "comparator": "eq"}
        for name, value in numbers.items()
    ]
    cells = [
        {"result_id": name, "unit_factor": 100, "is_single": True, "variable_id": name, "group_id": "g"}
        | {key: NUMBER[key] for key in ("source", "statistic", "cut_id")}
        for name in numbers
    ]
    columns = ["result_id", "survey_id", "wave_id", "value", "comparator", "significance", "restates"]
    places = ["result_id", "unit_factor", "is_single", *NUMBER, "variable_id", "group_id"][:]
    return (
        pd.DataFrame(seed, columns=columns),
        pd.DataFrame(cells, columns=[name for name in places if name not in {"survey_id", "wave_id"}]),
    )


ABOVE = {"claim_id": "k", "operator": "above", "variable_ids": "a", "other_variable_ids": "b"}


def test_printed_and_computed_numbers_are_asked_apart() -> None:
    found = ask_claims(claims("k"), predicates(ABOVE), *printed(a=0.5, b=0.4), values(a=0.3, b=0.4))
    assert found["printed_holds"].tolist() == [True, True]
    assert found["computed_holds"].tolist() == [False, False]
    assert found["variable_id"].tolist() == ["a", "b"]
    assert found["cell_count"].tolist() == [2, 2]


def test_flipped_numbers_flip_both_answers() -> None:
    found = ask_claims(claims("k"), predicates(ABOVE), *printed(a=0.4, b=0.5), values(a=0.4, b=0.3))
    assert not found["printed_holds"].any()
    assert found["computed_holds"].all()


def test_what_cannot_be_asked_has_a_row_and_a_reason() -> None:
    rows = predicates(ABOVE, {"claim_id": "quoted", "operator": "untestable", "reason": "secondary_source"})
    found = ask_claims(claims("k", "quoted", "forgotten"), rows, *printed(a=0.4), values(a=0.4))
    assert found.groupby("claim_id", sort=False)["printed_reason"].first().to_dict() == {
        "k": "not_printed",
        "quoted": "secondary_source",
        "forgotten": "no_predicate",
    }
    assert found.groupby("claim_id", sort=False)["computed_reason"].first().to_dict() == {
        "k": "no_number",
        "quoted": "secondary_source",
        "forgotten": "no_predicate",
    }
    assert found["computed_holds"].isna().all()


def test_a_wave_that_is_not_there_is_the_reason() -> None:
    found = ask_claims(claims("k", wave_id="2"), predicates(ABOVE), *printed(), values(a=1, b=2))
    assert set(found["computed_reason"]) == {"wave_not_in_warehouse"}


def test_statements_may_refer_to_others_but_not_in_a_circle() -> None:
    refers = {"claim_id": "all", "operator": "claims", "claim_ids": "k"}
    found = ask_claims(claims("all"), predicates(ABOVE, refers), *printed(), values(a=2, b=1))
    assert found["computed_holds"].all()
    assert found["variable_id"].tolist() == ["a", "b"]
    circle = predicates({"claim_id": "k", "operator": "claims", "claim_ids": "k"})
    with pytest.raises(InputError, match="circle"):
        ask_claims(claims("k"), circle, *printed(), values())
    unknown = predicates(refers | {"claim_ids": "nobody"})
    with pytest.raises(InputError, match="nobody"):
        ask_claims(claims("all"), unknown, *printed(), values())


def test_every_statement_of_the_reports_has_a_predicate() -> None:
    asked = pd.read_csv(SEEDS / "claim_predicates.csv", dtype=str)
    stated = pd.read_csv(SEEDS / "published_claims.csv", dtype=str)
    assert set(asked["claim_id"]) == set(stated["claim_id"])
    assert len(stated) == 158
