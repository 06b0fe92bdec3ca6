"""The statements of the culture report, each as a question that a wave answers with yes or no.

Claim ids are those of this project's list of the report's statements. `REPRODUCIBLE` holds what can be
asked of the data; where a word has no number (small, nearly, about), the number chosen stands in the
question. `PARTLY` holds statements that the report's own tables allow in part only, `CONTRADICTED` those its
tables deny, `SECONDARY` those that rest on other sources. Mean scores that are printed with one decimal
are compared after rounding.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from werkpeil.synthesis.comparison import Comparison
from werkpeil.synthesis.culture import design
from werkpeil.synthesis.culture.results import Results

Question = Callable[[Results], bool]
Flags = NDArray[np.bool_]

SAM, MIS, WEN, INC, LER, MEN = range(6)
LOW_THREE, HIGH_THREE = (WEN, MIS, SAM), (MEN, LER, INC)
RIJK, ZBO, GEM, GR, PROV, WAT, RM = range(7)
ALL_SECTORS = range(7)
NEARLY_ALL = 6  # of seven sectors
SIGNIFICANT = 0.05
SAME, SAME_SECTOR, OTHER_PUBLIC, PRIVATE = range(4)


# --- Shorthands ---------------------------------------------------------------------------------


def _bands(r: Results, aspect: int, sector: int | None = None) -> tuple[float, float, float]:
    return r.band_shares(aspect, r.everyone if sector is None else r.in_sector(sector))


def _agree(r: Results, aspect: int, sector: int | None = None) -> float:
    return _bands(r, aspect, sector)[2]


def _by_kind(r: Results, aspect: int) -> list[float]:
    return [r.mean_score(aspect, np.asarray(r.valid(kind) == 1)) for kind in design.TYPES]


def _by_band(r: Results, aspect: int, band: int) -> list[float]:
    return [r.mean_score(aspect, r.in_band(name, band)) for name in design.ATTITUDES]


def _overall(r: Results, aspect: int) -> float:
    return r.mean_score(aspect, r.everyone)


def _beta(r: Results, outcome: str, predictor: int) -> float:
    return float(r.fits[outcome].betas[predictor])


def _is_significant(r: Results, outcome: str, predictor: int) -> bool:
    return bool(r.fits[outcome].p_values[predictor] <= SIGNIFICANT)


def _significant_models(r: Results, predictor: int) -> int:
    """Count the five intention models in which an aspect is significantly negative."""
    intentions = (design.GENERAL, *design.TYPES)
    return sum(_is_significant(r, o, predictor) and _beta(r, o, predictor) < 0 for o in intentions)


def _largest(r: Results, outcome: str) -> int:
    return int(np.abs(r.fits[outcome].betas[:6]).argmax())


def _culture(r: Results, column: str) -> Flags:
    return np.asarray(r.valid(column) == 1)


def _leaving(r: Results, base: Flags) -> list[float]:
    left = _culture(r, "exit_motive_culture")
    return [100 * r.share(left, base & r.in_sector(s)) for s in ALL_SECTORS]


def _intending(r: Results, base: Flags) -> list[float]:
    planned = _culture(r, "turnover_intention_because_of_culture")
    return [100 * r.share(planned, base & r.in_sector(s)) for s in ALL_SECTORS]


def _goes(r: Results, sector: int) -> NDArray[np.float64]:
    """Return the shares of the destinations of a sector's culture leavers."""
    base = _culture(r, "exit_motive_culture") & r.in_sector(sector)
    to = r.valid("destination_sector")
    return np.array([r.share(np.asarray(to == d + 1), base) for d in range(len(design.DESTINATIONS))])


def _kinds(r: Results, sector: int) -> list[float]:
    """Return the shares of the four kinds of a sector's culture intenders, in percent."""
    base = _culture(r, "turnover_intention_because_of_culture") & r.in_sector(sector)
    return [100 * r.share(np.asarray(r.valid(kind) == 1), base) for kind in design.TYPES]


def _ends(values: list[float], low: float, lowest: int, high: float, highest: int) -> bool:
    """Whether the extremes, printed with one decimal, are these and in these sectors."""
    return (
        int(np.argmin(values)) == lowest
        and int(np.argmax(values)) == highest
        and round(min(values), 1) == low
        and round(max(values), 1) == high
    )


def _rounds(value: float, *printed: float) -> bool:
    return round(value, 1) in printed


# --- Section 3.1 --------------------------------------------------------------------------------


def _related(r: Results) -> bool:
    scores = r.scores[~np.isnan(r.scores).any(axis=1)]
    correlation = np.corrcoef(scores, rowvar=False)
    return bool(np.min(correlation) > 1.96 / np.sqrt(len(scores)))


def _minority_sees_three(r: Results) -> bool:
    return all(_agree(r, a, s) < 0.5 for a in LOW_THREE for s in ALL_SECTORS)


def _judiciary_is_lowest(r: Results) -> bool:
    return all(int(np.argmin([_agree(r, a, s) for s in ALL_SECTORS])) == RM for a in LOW_THREE)


def _mission_is_lowest(r: Results) -> bool:
    disagree = {a: _bands(r, a)[0] for a in LOW_THREE}
    agree = {a: _bands(r, a)[2] for a in LOW_THREE}
    return max(disagree, key=disagree.__getitem__) == MIS and min(agree, key=agree.__getitem__) == MIS


def _a_third_sees_no_mission(r: Results) -> bool:
    bands = [_bands(r, MIS, s) for s in ALL_SECTORS]
    fitting = [0.28 <= low <= 0.38 and 0.33 <= middle <= 0.40 for low, middle, _ in bands]
    return sum(fitting) >= NEARLY_ALL


def _majority_sees_three(r: Results) -> bool:
    return all(_agree(r, a, s) > 0.5 for a in HIGH_THREE for s in ALL_SECTORS if s != RIJK)


def _rijk_is_lower(r: Results) -> bool:
    lowest = all(int(np.argmin([_agree(r, a, s) for s in ALL_SECTORS])) == RIJK for a in HIGH_THREE)
    return lowest and all(
        np.ptp([_agree(r, a, s) for s in ALL_SECTORS if s != RIJK]) < 0.12 for a in HIGH_THREE
    )


def _small_majority_of_rijk(r: Results) -> bool:
    return all(0.5 < 1 - _agree(r, a, RIJK) < 0.6 for a in (MEN, LER))


# --- Section 3.2 --------------------------------------------------------------------------------


def _leavers(r: Results) -> bool:
    culture = int(_culture(r, "exit_motive_culture").sum())
    left = int(r.left.sum())
    return (left, culture) == (1141, 343) and round(100 * culture / left, 1) == 30.1


def _own_sector_first(r: Results) -> bool:
    return all(int(np.argmax(_goes(r, s))) == s for s in ALL_SECTORS)


def _great_majority_stays(r: Results) -> bool:
    return all(_goes(r, s)[s] > 0.7 for s in (RIJK, GR, GEM))


def _next_is_public(r: Results) -> bool:
    """For the six sectors with a second and third destination, gemeenten or rijk is among them."""
    for sector in ALL_SECTORS[:-1]:
        after_first = np.argsort(-_goes(r, sector), kind="stable")[1:3]
        if not {GEM, RIJK} & set(after_first.tolist()):
            return False
    return True


def _some_to_education(r: Results) -> bool:
    hbo = design.DESTINATIONS.index("hbo")
    # A rank is shared by destinations of the same share, to the decimal that is printed.
    return all((np.round(_goes(r, s), 3) > round(_goes(r, s)[hbo], 3)).sum() < 3 for s in (RIJK, ZBO))


def _kinds_on_average(r: Results) -> bool:
    means = np.mean([_kinds(r, s) for s in ALL_SECTORS], axis=0)
    return int(means.argmax()) == OTHER_PUBLIC and int(means.argmin()) == SAME


def _own_sector_of_two(r: Results) -> bool:
    return all(int(np.argmax(_kinds(r, s))) == SAME_SECTOR for s in (RIJK, GEM))


def _far_from_home(r: Results) -> bool:
    return all(
        set(np.argsort(_kinds(r, s))[2:].tolist()) == {OTHER_PUBLIC, PRIVATE} for s in (ZBO, PROV, WAT)
    )


def _half_leaves_sector(r: Results) -> bool:
    return all(0.45 <= 1 - _goes(r, s)[s] <= 0.60 for s in (ZBO, PROV, WAT))


def _intenders_are_neutral(r: Results) -> bool:
    return all(2.0 <= mean <= 3.55 for a in range(6) for mean in _by_kind(r, a))


def _two_lowest_of_intenders(r: Results) -> bool:
    means = np.array([_by_kind(r, a) for a in range(6)])
    return bool(
        (np.maximum(means[SAM], means[MIS]) < means[[WEN, INC, LER, MEN]].min(axis=0)).all()
        and (means[[SAM, MIS]] < 3).all()
    )


def _further_is_lower(r: Results, aspects: tuple[int, ...] = (SAM, MIS, WEN, INC, LER, MEN)) -> bool:
    return all((np.diff(_by_kind(r, a)) <= 0).all() for a in aspects)


def _learning_by_kind(r: Results) -> bool:
    means = _by_kind(r, LER)
    return _rounds(means[SAME], 3.2) and _rounds(means[OTHER_PUBLIC], 2.9) and _rounds(means[PRIVATE], 2.8)


def _human_scale_by_kind(r: Results) -> bool:
    return all(3.2 <= round(mean, 1) <= 3.5 for a in (MEN, INC) for mean in _by_kind(r, a))


def _little_is_explained(r: Results) -> bool:
    return all(round(r.fits[o].adjusted_r2, 3) <= 0.09 for o in (design.GENERAL, *design.TYPES))


def _four_retain(r: Results) -> bool:
    return all(
        _beta(r, design.GENERAL, a) < 0 and _is_significant(r, design.GENERAL, a)
        for a in (SAM, INC, LER, MEN)
    )


def _about_equal(r: Results) -> bool:
    betas = [abs(_beta(r, design.GENERAL, a)) for a in (SAM, LER, INC)]
    # The printed betas are 0.030 apart: a thousandth is rounding.
    return float(np.ptp(betas)) <= 0.031 and min(betas) > abs(_beta(r, design.GENERAL, MEN))


def _two_prevent_all(r: Results) -> bool:
    return all(_significant_models(r, a) >= 4 for a in (LER, INC))


def _two_prevent_some(r: Results) -> bool:
    return all(2 <= _significant_models(r, a) < _significant_models(r, INC) for a in (MEN, SAM))


def _inclusion_above_learning(r: Results) -> bool:
    return all(i > le for i, le in zip(_by_kind(r, INC), _by_kind(r, LER), strict=True))


def _agility_makes_leave(r: Results) -> bool:
    positive = all(_beta(r, o, WEN) > 0 for o in (design.GENERAL, *design.TYPES))
    starred = (design.GENERAL, design.TYPES[SAME], design.TYPES[PRIVATE])
    return positive and all(_is_significant(r, o, WEN) for o in starred)


# --- Section 3.3 --------------------------------------------------------------------------------


def _scores_rise(r: Results) -> bool:
    bands = [[_by_band(r, a, band) for band in range(3)] for a in range(6)]
    return bool((np.diff(np.array(bands), axis=1) > 0).all())


def _attitudes_agree(r: Results) -> bool:
    # About 0.1, and means are printed with one decimal only.
    return all(np.ptp(_by_band(r, a, band)) <= 0.15 for a in range(6) for band in range(3))


def _human_scale_by_band(r: Results) -> bool:
    printed = ((3.1, 3.0, 3.0), (3.4, 3.5, 3.5), (3.8, 3.9, 3.8))
    return all(
        _rounds(mean, value)
        for band, values in enumerate(printed)
        for mean, value in zip(_by_band(r, MEN, band), values, strict=True)
    )


def _two_are_lowest(r: Results) -> bool:
    def holds(mean: Callable[[int], list[float]]) -> bool:
        rest = np.min([mean(a) for a in (WEN, INC, LER, MEN)], axis=0)
        return bool((np.max([mean(SAM), mean(MIS)], axis=0) < rest).all())

    groups = [lambda a, b=band: _by_band(r, a, b) for band in range(3)]
    return all(holds(mean) for mean in groups) and holds(lambda a: [_overall(r, a)])


def _negative_groups(r: Results) -> bool:
    return all(_rounds(mean, 2.3, 2.4) for a in (SAM, MIS) for mean in _by_band(r, a, 0))


def _neutral_groups(r: Results) -> bool:
    return all(mean < 3 for a in (SAM, MIS) for mean in _by_band(r, a, 1))


def _positive_groups(r: Results) -> bool:
    positive = all(_rounds(mean, 3.3, 3.4) for a in (SAM, MIS) for mean in _by_band(r, a, 2))
    return positive and all(_rounds(_overall(r, a), 3.1) for a in (SAM, MIS))


def _shares_of_groups(r: Results) -> bool:
    printed = dict(zip(design.ATTITUDES, (69.5, 60.5, 56.8), strict=True))
    return all(
        abs(100 * r.share(r.in_band(name, 2), ~np.isnan(r.valid(name))) - share) <= 0.5
        for name, share in printed.items()
    )


def _two_are_highest(r: Results) -> bool:
    for band in range(3):
        best = np.min([_by_band(r, a, band) for a in (MEN, INC)], axis=0)
        if not (best > np.max([_by_band(r, a, band) for a in (SAM, MIS, WEN, LER)], axis=0)).all():
            return False
    low = all(round(mean, 1) >= 3.0 for a in (MEN, INC) for mean in _by_band(r, a, 0))
    return low and all(_rounds(_overall(r, a), 3.7) for a in (MEN, INC))


def _two_in_between(r: Results) -> bool:
    middle = [_overall(r, a) for a in (LER, WEN)]
    return (
        all(_rounds(mean, 3.3) for mean in middle)
        and max(middle) < min(_overall(r, a) for a in (MEN, INC))
        and min(middle) > max(_overall(r, a) for a in (SAM, MIS))
    )


def _critical_see_little(r: Results) -> bool:
    return all(
        low < 3.5 and low < high
        for a in (LER, WEN)
        for band in (0, 1)
        for low, high in zip(_by_band(r, a, band), _by_band(r, a, 2), strict=True)
    )


def _all_matter(r: Results) -> bool:
    return all(_beta(r, o, a) > 0 and _is_significant(r, o, a) for o in design.ATTITUDES for a in range(6))


def _learning_matters_most(r: Results) -> bool:
    return all(_largest(r, o) == LER for o in design.ATTITUDES)


def _learning_prevents_most(r: Results) -> bool:
    return _largest(r, design.GENERAL) == LER and _learning_matters_most(r)


def _no_mass_exit(r: Results) -> bool:
    return round(max(_leaving(r, r.everyone)), 1) <= 2.1 and round(max(_intending(r, r.everyone)), 1) <= 6.1


def _learning_is_low_for_critics(r: Results) -> bool:
    learning = np.array(_by_band(r, LER, 0))
    return all((learning < np.array(_by_band(r, a, 0))).all() for a in (MEN, INC))


def _modest_part(r: Results) -> bool:
    explained = [r.fits[o].adjusted_r2 for o in design.OUTCOMES]
    return max(explained) < 0.5 and min(explained) > 0.02


def _leaving_range(r: Results) -> bool:
    return _ends(_leaving(r, r.everyone), 0.3, RM, 2.1, GEM)


def _intending_range(r: Results) -> bool:
    return _ends(_intending(r, r.everyone), 2.5, RM, 6.1, GEM)


def _intenders_range(r: Results) -> bool:
    return _ends(_intending(r, _culture(r, design.GENERAL)), 29.4, RIJK, 37.9, GR)


REPRODUCIBLE: dict[str, tuple[str, Question]] = {
    "cul_001": (
        "agility and mission drive are seen by a minority",
        lambda r: max(_agree(r, WEN), _agree(r, MIS)) < 0.5,
    ),
    "cul_004": ("learning capacity is seen by 50 to 60%", lambda r: 0.5 < _agree(r, LER) < 0.6),
    "cul_005": ("learning capacity has the largest betas", _learning_prevents_most),
    "cul_011": ("aspects correlate positively", _related),
    "cul_012": ("in every sector a minority sees three aspects", _minority_sees_three),
    "cul_013": ("the judiciary sees least of these three", _judiciary_is_lowest),
    "cul_014": ("mission drive is seen least of the three", _mission_is_lowest),
    "cul_015": ("about a third sees none, a third little, of mission drive", _a_third_sees_no_mission),
    "cul_016": ("outside rijk a majority sees the other three", _majority_sees_three),
    "cul_017": ("rijk sees least of them, the rest alike", _rijk_is_lower),
    "cul_018": ("in rijk 50 to 60% sees little of two", _small_majority_of_rijk),
    "cul_019": ("1,141 leavers, 343 because of culture", _leavers),
    "cul_020": ("culture leavers are 0.3 to 2.1% of respondents", _leaving_range),
    "cul_022": ("own sector is the first destination everywhere", _own_sector_first),
    "cul_023": ("over 70% stays in three sectors", _great_majority_stays),
    "cul_024": ("gemeenten or rijk is second or third", _next_is_public),
    "cul_025": ("hbo is in the first three of rijk and zbo", _some_to_education),
    "cul_026": ("culture intenders are 2.5 to 6.1% of respondents", _intending_range),
    "cul_027": ("culture is named by 29.4 to 37.9% of intenders", _intenders_range),
    "cul_028": ("on average other public sectors first, own employer last", _kinds_on_average),
    "cul_029": ("rijk and gemeenten look in their own sector", _own_sector_of_two),
    "cul_030": ("three sectors look far from home", _far_from_home),
    "cul_031": ("about half of the leavers of three sectors leaves it", _half_leaves_sector),
    "cul_032": ("intenders score 2 to 3.5", _intenders_are_neutral),
    "cul_033": ("mission drive and collaboration are lowest for intenders", _two_lowest_of_intenders),
    "cul_034": ("the further the move, the lower the scores", _further_is_lower),
    "cul_035": ("learning capacity 3.2, 2.9, 2.8 by kind", _learning_by_kind),
    "cul_036": ("the other aspects fall alike", lambda r: _further_is_lower(r, (SAM, MIS, WEN, INC, MEN))),
    "cul_037": ("human scale and inclusiveness 3.2 to 3.5 by kind", _human_scale_by_kind),
    "cul_038": ("intention models explain at most 9%", _little_is_explained),
    "cul_039": ("four aspects lower the general intention", _four_retain),
    "cul_040": ("three of them about equally, human scale less", _about_equal),
    "cul_041": ("learning and inclusiveness lower four of five intentions", _two_prevent_all),
    "cul_042": ("human scale and collaboration lower some", _two_prevent_some),
    "cul_043": ("intenders rate inclusiveness above learning", _inclusion_above_learning),
    "cul_045": ("agility raises intentions", _agility_makes_leave),
    "cul_046": ("scores rise with each attitude", _scores_rise),
    "cul_047": ("the three attitudes show the same means", _attitudes_agree),
    "cul_048": ("nine means of human scale as printed", _human_scale_by_band),
    "cul_049": ("collaboration and mission drive are lowest in all groups", _two_are_lowest),
    "cul_050": ("negative groups score 2.3 to 2.4 on both", _negative_groups),
    "cul_051": ("neutral groups score below 3 on both", _neutral_groups),
    "cul_052": ("positive groups score 3.3 to 3.4 on both, all 3.1", _positive_groups),
    "cul_053": ("69.5% satisfied, 60.5% proud, 56.8% promoter", _shares_of_groups),
    "cul_054": ("human scale and inclusiveness are highest in all groups", _two_are_highest),
    "cul_055": ("learning and agility lie between, at 3.3", _two_in_between),
    "cul_056": ("the critical see too little of both", _critical_see_little),
    "cul_057": ("all aspects raise all attitudes", _all_matter),
    "cul_058": ("learning capacity raises each most", _learning_matters_most),
    "cul_061": ("repeats cul_012 and cul_016", lambda r: _minority_sees_three(r) and _majority_sees_three(r)),
    "cul_062": ("repeats cul_022 and cul_028", lambda r: _own_sector_first(r) and _kinds_on_average(r)),
    "cul_063": ("repeats cul_005 and cul_041", lambda r: _learning_prevents_most(r) and _two_prevent_all(r)),
    "cul_064": ("at most 2.1% leaves, 6.1% intends to", _no_mass_exit),
    "cul_065": ("critical groups rate learning below the highest two", _learning_is_low_for_critics),
    "cul_066": ("aspects are a modest part of the explanation", _modest_part),
}

PARTLY: dict[str, tuple[str, str]] = {
    "cul_002": ("agility and mission drive hardly raise pride", "C15: agility ties with inclusiveness"),
    "cul_044": ("mission drive hardly matters for intentions", "C13: not so in the private-sector model"),
    "cul_060": ("three aspects lie between the others", "C15: a tie in the pride model"),
}
CONTRADICTED: dict[str, tuple[str, str]] = {
    "cul_003": ("both business values make people leave", "C16: mission drive does nowhere in table 3"),
    "cul_021": ("12.5 to 35% of leavers name culture", "C02: table 1 reaches 38.3%"),
    "cul_059": ("agility and mission drive matter least by far", "C15: not so in table 4"),
}
SECONDARY = ("cul_006", "cul_007", "cul_008", "cul_009", "cul_010")


def ask_all(results: Results) -> list[Comparison]:
    """Return every statement with the answer that a wave gives."""
    return [
        *(_asked(claim, label, question(results)) for claim, (label, question) in REPRODUCIBLE.items()),
        *(_left(claim, label, "partly contradicted claim", note) for claim, (label, note) in PARTLY.items()),
        *(_left(claim, label, "contradicted claim", note) for claim, (label, note) in CONTRADICTED.items()),
        *(
            _left(claim, "from other sources", "secondary claim", "rests on other sources than these data")
            for claim in SECONDARY
        ),
    ]


def _asked(claim: str, label: str, is_met: bool) -> Comparison:
    return Comparison(claim, "claims", label, None, float(is_met), None, "claim", is_met=is_met)


def _left(claim: str, label: str, unit: str, note: str) -> Comparison:
    return Comparison(claim, "claims", label, None, None, None, unit, note=note)
