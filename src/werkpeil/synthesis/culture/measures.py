"""Every published number and statement of the culture study, beside what a synthetic wave gives.

Numbers are measured by `results`, statements asked by `claims`. How far off a number may be is what was
asked of the model: half a point for shares, 0.05 for mean scores, 0.02 for betas, 0.01 for adjusted R2,
nothing for counts. Where the report contradicts itself or prints what cannot be, the recommended reading
is followed and the misprint is shown untested.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from werkpeil.synthesis.comparison import Comparison
from werkpeil.synthesis.culture import claims, design
from werkpeil.synthesis.culture.parameters import FREE_CELLS, beta_id
from werkpeil.synthesis.culture.results import Results
from werkpeil.synthesis.targets import target_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from werkpeil.synthesis.core import Batch

    Row = dict[str, str]

PUBLISHED_WAVE = "2022"

_SHARE, _MEAN, _BETA, _R2 = 0.5, 0.05, 0.02, 0.01
_STARS_RIGHT = 0.9
_WORDS = 5.0  # points around a third, or a half, that is printed in words

_NOT_FOLLOWED = {
    "cul_t321_rijk_to_rijk": "C01: table 1 prints 87.8, which is followed",
    "cul_t321_range_leavers_high": "C02: table 1 has 38.3 for provincies, which is followed",
    "cul_t41_range_leavers_high": "C02: table 1 has 38.3 for provincies, which is followed",
}
_IMPOSSIBLE = {
    beta_id(design.PREDICTORS[predictor], design.OUTCOMES[outcome]): note
    for (predictor, outcome), note in zip(
        FREE_CELLS,
        (
            "C03: the stars are impossible for this beta; the model chooses another",
            "C04: the star is impossible for this beta; the model chooses another",
        ),
        strict=True,
    )
}
_PASSED = {"range_low": 1.0, "ge": 1.0, "gt": 1.0, "range_high": -1.0, "le": -1.0, "lt": -1.0}


def compare(wave_id: str, answers: Batch) -> list[Comparison]:
    """Return the comparison of every printed number and statement with a wave; none but for 2022."""
    if wave_id != PUBLISHED_WAVE:
        return []
    results = Results(answers)
    numbers = [_number(results, row) for row in target_rows(design.SURVEY)]
    return [*numbers, _star_classes(results), *claims.ask_all(results)]


def _number(results: Results, row: Row) -> Comparison:
    measured, tolerance = _BY_MEASURE[row["measure"]]
    synthetic = measured(results, row)
    note = _NOT_FOLLOWED.get(row["result_id"], "") or _IMPOSSIBLE.get(row["result_id"], "")
    is_met: bool | None = None
    if row["comparator"] in _PASSED and not row["restates"]:
        side = _PASSED[row["comparator"]]
        is_met = side * (synthetic - float(row["value"])) >= -tolerance
    if row["unit"] == "beta" and not note:
        note = _stars_of(results, row)
    if row["result_id"] in _NOT_FOLLOWED or row["result_id"] in _IMPOSSIBLE:
        return _comparison(row, synthetic, None, None, note)
    return _comparison(row, synthetic, tolerance, is_met, note)


def _comparison(
    row: Row, synthetic: float, tolerance: float | None, is_met: bool | None, note: str
) -> Comparison:
    parts = ("measure", "sector", "culture_aspect", "predictor", "outcome", "group", "destination")
    label = " ".join(dict.fromkeys(row[part] for part in parts if row[part]))
    return Comparison(
        row["result_id"],
        row["exhibit"],
        label.replace("_", " "),
        float(row["value"]),
        synthetic,
        tolerance,
        row["unit"],
        is_met,
        note,
    )


def _stars_of(results: Results, row: Row) -> str:
    stars = results.fits[row["outcome"]].stars(design.PREDICTORS.index(row["predictor"]))
    return "" if stars == row["significance"] else f"stars: printed {row['significance']}, synthetic {stars}"


def _star_classes(results: Results) -> Comparison:
    """Count the betas whose significance is as printed, of those that are possible."""
    rows = [
        row
        for row in target_rows(design.SURVEY)
        if row["unit"] == "beta" and row["result_id"] not in _IMPOSSIBLE
    ]
    right = sum(not _stars_of(results, row) for row in rows)
    return Comparison(
        "stars_as_printed",
        "tables_3_and_4",
        "betas with the printed stars",
        float(len(rows)),
        float(right),
        (1 - _STARS_RIGHT) * len(rows),
        "betas",
    )


# --- Numbers, by measure ------------------------------------------------------------------------


def _sectors(row: Row) -> list[int]:
    """Return the sectors that a number is about: one, several, or all."""
    named = [design.SECTORS.index(name) for name in row["sector"].split(";") if name in design.SECTORS]
    return named or list(range(len(design.SECTORS)))


def _of_sectors(results: Results, row: Row, chosen: NDArray[np.bool_], base: NDArray[np.bool_]) -> float:
    """Return a share in percent; over all sectors the end of the range that the row is about."""
    shares = [100 * results.share(chosen, base & results.in_sector(sector)) for sector in _sectors(row)]
    return max(shares) if row["comparator"] == "range_high" else min(shares)


def _culture_leavers(results: Results) -> NDArray[np.bool_]:
    return np.asarray(results.valid("exit_motive_culture") == 1)


def _intenders(results: Results) -> NDArray[np.bool_]:
    return np.asarray(results.valid(design.GENERAL) == 1)


def _culture_intenders(results: Results) -> NDArray[np.bool_]:
    return np.asarray(results.valid("turnover_intention_because_of_culture") == 1)


def _count(results: Results, row: Row) -> float:
    if row["outcome"]:
        return float(results.fits[row["outcome"]].n)
    members = results.left if row["group"] == "leavers" else _culture_leavers(results)
    return float(members.sum())


def _leaving(results: Results, row: Row) -> float:
    return _of_sectors(results, row, _culture_leavers(results), results.everyone)


def _of_leavers(results: Results, row: Row) -> float:
    if row["result_id"] == "cul_t321_share_culture_leavers":  # 343 of 1,141: people, not weights
        return 100 * float(_culture_leavers(results).sum()) / float(results.left.sum())
    return _of_sectors(results, row, _culture_leavers(results), results.left)


def _goes_to(results: Results, row: Row) -> float:
    goes = results.valid("destination_sector") == design.DESTINATIONS.index(row["destination"]) + 1
    return _of_sectors(results, row, goes, _culture_leavers(results))


def _to_other_sector(results: Results, row: Row) -> float:
    stays = results.valid("destination_sector") == results.sectors + 1
    base = _culture_leavers(results)
    return float(
        np.mean([100 - 100 * results.share(stays, base & results.in_sector(s)) for s in _sectors(row)])
    )


def _intending(results: Results, row: Row) -> float:
    return _of_sectors(results, row, _culture_intenders(results), results.everyone)


def _of_intenders(results: Results, row: Row) -> float:
    return _of_sectors(results, row, _culture_intenders(results), _intenders(results))


def _intends_kind(results: Results, row: Row) -> float:
    return _of_sectors(results, row, results.valid(row["outcome"]) == 1, _culture_intenders(results))


def _in_group(results: Results, row: Row) -> float:
    answered = ~np.isnan(results.valid(row["outcome"]))
    band = design.GROUPS[row["outcome"]].index(row["group"])
    return 100 * results.share(results.in_band(row["outcome"], band), answered)


def _in_score_band(results: Results, row: Row) -> float:
    band = 0 if "disagree" in row["result_id"] else 1
    return 100 * results.band_shares(design.ASPECTS.index(row["culture_aspect"]), results.everyone)[band]


def _score(results: Results, row: Row) -> float:
    """Return a mean score; of several groups the one that is furthest in the direction of the row."""
    aspect = design.ASPECTS.index(row["culture_aspect"])
    means = [results.mean_score(aspect, group) for group in _groups(results, row)]
    return max(means) if _PASSED.get(row["comparator"], 1.0) < 0 else min(means)


def _groups(results: Results, row: Row) -> list[NDArray[np.bool_]]:
    if row["group"] == "all_respondents":
        return [results.everyone]
    if row["group"].startswith("turnover_intenders"):
        kinds = [row["outcome"]] if row["outcome"] else design.TYPES
        return [np.asarray(results.valid(kind) == 1) for kind in kinds]
    return [
        results.in_band(attitude, names.index(group))
        for group in row["group"].split(";")
        for attitude, names in design.GROUPS.items()
        if group in names
    ]


def _beta(results: Results, row: Row) -> float:
    return float(results.fits[row["outcome"]].betas[design.PREDICTORS.index(row["predictor"])])


def _adjusted_r2(results: Results, row: Row) -> float:
    return results.fits[row["outcome"]].adjusted_r2


_BY_MEASURE: dict[str, tuple[Callable[[Results, Row], float], float]] = {
    "n": (_count, 0.0),
    "share_of_respondents_leaving_for_culture": (_leaving, _SHARE),
    "share_of_leavers": (_of_leavers, _SHARE),
    "destination_share": (_goes_to, _SHARE),
    "share_leavers_to_other_sector": (_to_other_sector, _WORDS),
    "share_of_respondents_with_culture_turnover_intention": (_intending, _SHARE),
    "share_of_intenders": (_of_intenders, _SHARE),
    "intended_destination_share": (_intends_kind, _SHARE),
    "share_of_respondents_in_group": (_in_group, _SHARE),
    "share_in_band": (_in_score_band, _WORDS),
    "mean_scale_score": (_score, _MEAN),
    "standardised_beta": (_beta, _BETA),
    "adjusted_r_squared": (_adjusted_r2, _R2),
}
