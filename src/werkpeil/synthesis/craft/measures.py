"""The published numbers of the craftsmanship study, measured on a synthetic wave.

One row of `targets/per.csv` is one printed number. Counts must be equal; percentages and means must round
to what is printed; words ('nearly half') have the range that their note gives. What no delivery of
respondents can show (the invited sample, the length of the questionnaire) is listed and not tested, and
so are the misprints, which are not followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from werkpeil.synthesis.comparison import Comparison
from werkpeil.synthesis.craft import claims, plan
from werkpeil.synthesis.craft.statistics import ALL, FOUR, POSITIONS, ItemStatistics
from werkpeil.synthesis.targets import published_values, target_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from werkpeil.synthesis.core import Batch

PUBLISHED_WAVE = "2022"

_NOT_FOLLOWED = {
    "cra_t4_mean_tenure_totaal": "V06: below what the bands allow; the model follows their midpoints, 16.7",
    "cra_t4_tenure_26_30_inspectie_n": "V07: the count contradicts its percentage; the model follows 35",
}
_SALARY_TOTAL_NOTE = "V08: printed on all respondents as base; allowed 0.1"
_SALARY_TOTAL_TOLERANCE = 0.1

_DESIGN = "a fact of the design, not of respondents"
_DESIGN_MEASURES = frozenset(
    {
        "significance_threshold",
        "band_bound",
        "questionnaire_minutes",
        "scale_cut_point",
        "item_reference_period",
    }
)
_CHARACTERISTIC_OF = {
    "age": plan.AGE,
    "scale": plan.SALARY,
    "salary": plan.SALARY,
    "tenure": plan.TENURE,
    "mean_age": plan.AGE,
    "mean_salary_scale": plan.SALARY,
    "mean_years_of_service": plan.TENURE,
}
_SAMPLE_NOTE = "the invited sample is not in a delivery; response rates use it"


@dataclass(frozen=True)
class _Wave:
    """A wave, its item statistics, and the masks that the tables need."""

    answers: Batch
    items: ItemStatistics

    def members(self, domain: str, is_manager: str) -> NDArray[np.bool_]:
        """Return who is in a cell of the tables; an empty text means all."""
        chosen = np.ones(len(self.answers["domain"]), dtype=np.bool_)
        if domain:
            chosen &= self.answers["domain"] == plan.DOMAINS.index(domain) + 1
        if is_manager:
            chosen &= self.answers["is_manager"] == int(is_manager)
        return chosen

    def known(self, characteristic: plan.Characteristic) -> NDArray[np.bool_]:
        """Return who gives a number."""
        values = self.answers[characteristic.column].astype(float)
        known: NDArray[np.bool_] = ~np.isnan(values) & (values != characteristic.refused)
        return known

    def responded(self, row: dict[str, str]) -> int:
        """Return the respondents of a cell of table 3, which needs a domain and a position."""
        chosen = self.members(row["domain"], row["is_manager"])
        chosen &= np.isin(self.answers["is_manager"], (plan.EMPLOYEE, plan.MANAGER))
        last = plan.PRINTED_DOMAINS if row["group"] == "subtotal_four_domains" else len(plan.DOMAINS)
        chosen &= np.isin(self.answers["domain"], np.arange(1, last + 1))
        return int(chosen.sum())


def compare(wave_id: str, answers: Batch) -> list[Comparison]:
    """Return the comparison of every printed number and every statement with a wave.

    Nothing is published on other waves than that of 2022, so there is nothing to compare them with.
    """
    if wave_id != PUBLISHED_WAVE:
        return []
    wave = _Wave(answers, ItemStatistics(answers))
    return [*(_number(wave, row) for row in target_rows("per")), *_statements(wave)]


def _number(wave: _Wave, row: dict[str, str]) -> Comparison:
    measure = row["measure"]
    for names, compared in _BY_MEASURE:
        if measure in names:
            return compared(wave, row)
    raise KeyError(measure)


def _compared(
    row: dict[str, str],
    synthetic: float | None,
    tolerance: float | None,
    *,
    unit: str = "",
    is_met: bool | None = None,
    note: str = "",
) -> Comparison:
    label = " ".join(row[part] for part in ("measure", "domain", "group", "item_id", "band") if row[part])
    if row["is_manager"]:
        label += " manager" if row["is_manager"] == "1" else " employee"
    return Comparison(
        result_id=row["result_id"],
        exhibit=row["exhibit"],
        label=label.replace("_", " "),
        published=float(row["value"]),
        synthetic=synthetic,
        tolerance=tolerance,
        unit=unit or row["unit"],
        is_met=is_met,
        note=note,
    )


def _rounding(row: dict[str, str]) -> float:
    """Return half of the last printed decimal."""
    return 0.5 * 10.0 ** -int(row["precision"])


# --- Numbers, by measure ------------------------------------------------------------------------


def _design(_wave: _Wave, row: dict[str, str]) -> Comparison:
    return _compared(row, None, None, note=_DESIGN)


def _sample(_wave: _Wave, row: dict[str, str]) -> Comparison:
    return _compared(row, None, None, note=_SAMPLE_NOTE)


def _design_count(wave: _Wave, row: dict[str, str]) -> Comparison:
    if row["group"] != "participating_organisations":
        return _design(wave, row)
    codes = wave.answers["organisation"].astype(int)
    return _compared(row, len(set(codes[(codes > 0) & (codes < 99)])), 0.0)


def _response(wave: _Wave, row: dict[str, str]) -> Comparison:
    return _compared(row, wave.responded(row), 0.0)


def _response_rate(wave: _Wave, row: dict[str, str]) -> Comparison:
    """Compare a rate: V03, the numerator holds 'Anders' where the print's does, the base never."""
    position = {"1": "manager", "0": "employee", "": "total"}[row["is_manager"]]
    sampled = published_values("per")[f"cra_t3_sample_{row['domain'] or 'subtotal'}_{position}"]
    return _compared(row, 100 * wave.responded(row) / sampled, _rounding(row))


def _respondents(wave: _Wave, row: dict[str, str]) -> Comparison:
    n = int(wave.members(row["domain"], "").sum())
    if row["comparator"] == "eq":
        return _compared(row, n, 0.0)
    about, above = abs(n - float(row["value"])) <= 50, n > float(row["value"])
    is_met = about if row["comparator"] == "approx" else about and above
    return _compared(row, n, None, is_met=is_met, note="a round number in words: within 50")


def _respondents_share(wave: _Wave, row: dict[str, str]) -> Comparison:
    return _compared(row, 100 * float(wave.members(row["domain"], "").mean()), _rounding(row))


def _band(wave: _Wave, row: dict[str, str]) -> NDArray[np.bool_]:
    characteristic = _CHARACTERISTIC_OF[row["band"].split("_")[0]]
    first, last = {band: (low, high) for band, low, high in characteristic.bands}[row["band"]]
    values = wave.answers[characteristic.column].astype(float)
    return wave.known(characteristic) & (values >= first) & (values <= last)


def _band_count(wave: _Wave, row: dict[str, str]) -> Comparison:
    n = int((_band(wave, row) & wave.members(row["domain"], "")).sum())
    if row["result_id"] in _NOT_FOLLOWED:
        return _compared(row, n, None, note=_NOT_FOLLOWED[row["result_id"]])
    return _compared(row, n, 0.0)


def _band_share(wave: _Wave, row: dict[str, str]) -> Comparison:
    characteristic = _CHARACTERISTIC_OF[row["band"].split("_")[0]]
    chosen = wave.members(row["domain"], "")
    is_salary_total = row["measure"] == "share_salary_band" and not row["domain"]
    base = chosen if is_salary_total else chosen & wave.known(characteristic)
    share = 100 * float((_band(wave, row) & chosen).sum() / base.sum())
    if is_salary_total:
        return _compared(row, share, _SALARY_TOTAL_TOLERANCE, note=_SALARY_TOTAL_NOTE)
    return _compared(row, share, _rounding(row))


def _mean(wave: _Wave, row: dict[str, str]) -> Comparison:
    characteristic = _CHARACTERISTIC_OF[row["measure"]]
    values = wave.answers[characteristic.column].astype(float)
    known = wave.known(characteristic)
    if row["comparator"] in {"range_low", "range_high"}:
        means = [float(values[known & wave.members(domain, "")].mean()) for domain in FOUR]
        nearest = min(means) if row["comparator"] == "range_low" else max(means)
        return _compared(
            row,
            nearest,
            None,
            is_met=45 <= nearest <= 50,
            unit="mean",
            note="every domain is between the two",
        )
    mean = float(values[known & wave.members(row["domain"], "")].mean())
    if row["result_id"] in _NOT_FOLLOWED:
        return _compared(row, mean, None, unit="mean", note=_NOT_FOLLOWED[row["result_id"]])
    return _compared(row, mean, _rounding(row), unit="mean")


def _item_share(wave: _Wave, row: dict[str, str]) -> Comparison:
    share = wave.items.bottom if row["measure"] == "share_bottom2" else wave.items.top
    if row["group"] == "managers;non_managers":
        return _item_words(row, [share(row["item_id"], group) for group in POSITIONS])
    if row["group"] == "each_of_four_domains":
        return _item_words(row, [share(row["item_id"], group) for group in FOUR])
    group = row["domain"] or {"1": "manager", "0": "employee", "": ALL}[row["is_manager"]]
    if row["comparator"] == "eq":
        return _compared(row, share(row["item_id"], group), _rounding(row))
    return _item_words(row, [share(row["item_id"], group)])


_WORDS: dict[str, tuple[str, Callable[[float, float], bool]]] = {
    "gt": ("each group is above", lambda share, said: share > said),
    "le": ("no group is above", lambda share, said: share <= said),
    "approx": ("each group within 5 points", lambda share, said: abs(share - said) <= 5),
    "approx_lt": ("up to 5 points below", lambda share, said: said - 5 <= share < said),
}


def _item_words(row: dict[str, str], shares: list[float]) -> Comparison:
    """Compare shares that the report puts in words; the share shown is the one furthest off."""
    said = float(row["value"])
    words, holds = _WORDS[row["comparator"]]
    furthest = {"gt": min, "le": max}.get(row["comparator"], lambda s: max(s, key=lambda x: abs(x - said)))
    return _compared(
        row, furthest(shares), None, is_met=all(holds(share, said) for share in shares), note=words
    )


def _not_the_same(wave: _Wave, row: dict[str, str]) -> Comparison:
    share = wave.items.bottom(row["item_id"], "manager" if row["is_manager"] == "1" else "employee")
    compared = _item_words(row, [share])
    return Comparison(**{**vars(compared), "note": f"V20: read as the share that disagrees; {compared.note}"})


_BY_MEASURE: tuple[tuple[frozenset[str], Callable[[_Wave, dict[str, str]], Comparison]], ...] = (
    (_DESIGN_MEASURES, _design),
    (frozenset({"design_count"}), _design_count),
    (frozenset({"sample_n"}), _sample),
    (frozenset({"response_n"}), _response),
    (frozenset({"response_rate"}), _response_rate),
    (frozenset({"n"}), _respondents),
    (frozenset({"share_of_respondents"}), _respondents_share),
    (frozenset({"n_age_band", "n_salary_band", "n_tenure_band"}), _band_count),
    (frozenset({"share_age_band", "share_salary_band", "share_tenure_band"}), _band_share),
    (frozenset({"mean_age", "mean_salary_scale", "mean_years_of_service"}), _mean),
    (frozenset({"share_top2", "share_bottom2"}), _item_share),
    (frozenset({"share_vakmanschap_not_same_for_all"}), _not_the_same),
)


# --- Statements ---------------------------------------------------------------------------------


def _statements(wave: _Wave) -> list[Comparison]:
    about_people = {
        "cra_030": ("response of employees is lower in every domain", _employees_respond_less(wave)),
        "cra_031": ("uitvoering is the largest domain, 35.5%", _uitvoering_is_largest(wave)),
        "cra_032": ("mean age by domain is between 45 and 50", _ages_in_range(wave)),
        "cra_034": ("up to five years is the largest band of service", _short_service_is_largest(wave)),
    }
    asked = {
        **about_people,
        **{claim: (label, ask(wave.items)) for claim, (label, ask) in claims.REPRODUCIBLE.items()},
    }
    return [
        *(_statement(claim, *asked[claim]) for claim in sorted(asked)),
        *(
            _statement(claim, label, ask(wave.items), unit="ambiguous claim", note=note)
            for claim, (label, ask, note) in claims.AMBIGUOUS.items()
        ),
        *(
            Comparison(claim, "claims", label, None, None, None, "contradicted claim", note=note)
            for claim, (label, note) in claims.CONTRADICTED.items()
        ),
    ]


def _statement(claim: str, label: str, is_met: bool, *, unit: str = "claim", note: str = "") -> Comparison:
    return Comparison(claim, "claims", label, None, float(is_met), None, unit, is_met=is_met, note=note)


def _employees_respond_less(wave: _Wave) -> bool:
    sampled = published_values("per")

    def rate(domain: str, position: str) -> float:
        row = {"domain": domain, "group": "", "is_manager": "1" if position == "manager" else "0"}
        return wave.responded(row) / sampled[f"cra_t3_sample_{domain or 'subtotal'}_{position}"]

    return all(rate(domain, "employee") < rate(domain, "manager") for domain in (*FOUR, ""))


def _uitvoering_is_largest(wave: _Wave) -> bool:
    shares = {domain: 100 * float(wave.members(domain, "").mean()) for domain in FOUR}
    return max(shares, key=lambda d: shares[d]) == "uitvoering" and abs(shares["uitvoering"] - 35.5) <= 0.05


def _ages_in_range(wave: _Wave) -> bool:
    age, known = wave.answers["age"].astype(float), wave.known(plan.AGE)
    return all(45 <= float(age[known & wave.members(domain, "")].mean()) <= 50 for domain in FOUR)


def _short_service_is_largest(wave: _Wave) -> bool:
    for domain in (*FOUR, ""):
        row = {"domain": domain}
        counts = [
            int((_band(wave, {**row, "band": band}) & wave.members(domain, "")).sum())
            for band, _, _ in plan.TENURE.bands
        ]
        if max(counts) != counts[0]:
            return False
    return True
