"""The statements of the craftsmanship report, each as a question that a wave answers with yes or no.

Claim ids are those of this project's list of the report's statements. `REPRODUCIBLE` holds what can be
asked of the data. `AMBIGUOUS` holds statements that can be read in two ways, in the reading that the
rest of the report supports (V20, V23). `CONTRADICTED` are denied by the report itself and are not followed.
Where a word has no number (small, much, few), the number chosen stands in the question.
"""

from __future__ import annotations

from collections.abc import Callable

from werkpeil.synthesis.craft.statistics import (
    ALL,
    BEDRIJFSVOERING,
    BELEID,
    FOUR,
    INSPECTIE,
    POSITIONS,
    UITVOERING,
    ItemStatistics,
)

Question = Callable[[ItemStatistics], bool]

MANAGER, EMPLOYEE = POSITIONS
SMALL = 5.0  # percentage points
FEW = 4  # of eighteen


def _items(question: int, last: int) -> tuple[str, ...]:
    return tuple(f"q{question:02d}_{number}" for number in range(1, last + 1))


COMPETENCES, VALUES = _items(9, 11), _items(10, 18)
EXTERNAL, INTERNAL = _items(11, 9), _items(12, 9)
SUPPORT = _items(13, 4)
DIVERSITY = ("q12_6", "q12_7", "q12_8", "q12_9")
TENSIONS = ("q11_2", "q11_3", "q11_7")
WISHES = ("q11_4", "q11_5", "q11_6")
PRESSURES = ("q12_4", "q12_3", "q12_5")


def _without(items: tuple[str, ...], *left_out: str) -> tuple[str, ...]:
    return tuple(item for item in items if item not in left_out)


def _are_the_highest(s: ItemStatistics, items: tuple[str, ...], among: tuple[str, ...]) -> bool:
    return s.are_above(items, _without(among, *items))


def _in(groups: tuple[str, ...], question: Callable[[str], bool]) -> bool:
    return all(question(group) for group in groups)


def _small_differences(s: ItemStatistics, groups: tuple[str, ...]) -> bool:
    shares = [[s.top(item, group) for group in groups] for item in ("q08_1", "q08_2")]
    return all(max(of_item) - min(of_item) < 2 * SMALL for of_item in shares)


def _more_important_to_managers(s: ItemStatistics) -> bool:
    items = COMPETENCES + VALUES
    higher = [item for item in items if s.top(item, MANAGER) > s.top(item, EMPLOYEE)]
    return len(higher) > len(items) / 2


def _competences_of_managers(s: ItemStatistics) -> bool:
    higher = [item for item in COMPETENCES if s.mean(item, MANAGER) > s.mean(item, EMPLOYEE)]
    clearly = [item for item in COMPETENCES if s.is_higher(item, MANAGER, EMPLOYEE)]
    return len(higher) >= 6 and len(clearly) >= 3


def _competences_of_beleid(s: ItemStatistics) -> bool:
    others = _without(COMPETENCES, "q09_3")
    highest = [item for item in others if s.is_highest(item, BELEID)]
    return len(highest) >= 9 and not s.is_highest("q09_3", BELEID)


def _competences_of_bedrijfsvoering(s: ItemStatistics) -> bool:
    above = [domain for domain in FOUR if s.top("q09_6", domain) > s.top("q09_6", BEDRIJFSVOERING)]
    return (
        s.is_highest("q09_3", BEDRIJFSVOERING) and len(above) <= 1 and s.is_lowest("q09_5", BEDRIJFSVOERING)
    )


def _values_have_their_ends(s: ItemStatistics, group: str) -> bool:
    shares = {item: s.top(item, group) for item in VALUES}
    lowest, highest = min(shares, key=lambda i: shares[i]), max(shares, key=lambda i: shares[i])
    return lowest == "q10_2" and shares[lowest] > 80 and highest == "q10_3"


def _few_values_differ(s: ItemStatistics) -> bool:
    return sum(not s.is_equal(item, MANAGER, EMPLOYEE) for item in VALUES) <= FEW


def _only_the_other_sex_differs(s: ItemStatistics) -> bool:
    others = _without(INTERNAL, "q12_7")
    return s.is_higher("q12_7", MANAGER, EMPLOYEE) and all(
        s.is_equal(item, MANAGER, EMPLOYEE) for item in others
    )


def _dilemmas_of_managers(s: ItemStatistics) -> bool:
    return s.top("q14_1", MANAGER) > s.top("q14_1", EMPLOYEE) and 45 <= s.top("q14_1", EMPLOYEE) < 50


def _managers_listen(s: ItemStatistics) -> bool:
    return _in(POSITIONS, lambda g: s.top("q14_4", g) > 50) and s.is_higher("q14_4", MANAGER, EMPLOYEE)


def _less_dissent_than_dilemmas(s: ItemStatistics) -> bool:
    return _in(POSITIONS, lambda g: s.top("q14_2", g) < s.top("q14_1", g)) and s.is_equal("q14_2", *POSITIONS)


def _top_is_hardly_reached(s: ItemStatistics) -> bool:
    return _in(POSITIONS, lambda g: s.top("q14_8", g) < 20)


def _supported_by_organisation(s: ItemStatistics) -> bool:
    return all(s.is_higher(item, MANAGER, EMPLOYEE) for item in SUPPORT)


def _tensions_of_managers(s: ItemStatistics) -> bool:
    return all(s.is_higher(item, MANAGER, EMPLOYEE) for item in TENSIONS)


def _solutions_by_domain(s: ItemStatistics) -> bool:
    return s.groups_above("q14_5", (BELEID, BEDRIJFSVOERING), (INSPECTIE, UITVOERING))


def _nicer_by_domain(s: ItemStatistics) -> bool:
    return s.groups_above("q14_9", (INSPECTIE, UITVOERING), (BELEID, BEDRIJFSVOERING))


def _diversity_of_bedrijfsvoering(s: ItemStatistics) -> bool:
    return all(s.is_highest(item, BEDRIJFSVOERING) for item in DIVERSITY)


def _diversity_by_domain(s: ItemStatistics) -> bool:
    lowest = _in(FOUR, lambda g: s.are_above(_without(INTERNAL, *DIVERSITY), DIVERSITY, g))
    return (
        lowest and _diversity_of_bedrijfsvoering(s) and all(s.is_lowest(item, BELEID) for item in DIVERSITY)
    )


def _division_of_beleid(s: ItemStatistics) -> bool:
    return s.is_highest("q11_3", BELEID) and s.is_lowest("q11_3", BEDRIJFSVOERING)


def _technology_and_divisions(s: ItemStatistics) -> bool:
    return s.top("q11_1", BEDRIJFSVOERING) > s.top("q11_1", BELEID) and s.top("q11_2", BELEID) > s.top(
        "q11_2", BEDRIJFSVOERING
    )


def _cuts_and_groups(s: ItemStatistics) -> bool:
    return s.is_highest("q11_8", UITVOERING) and s.is_highest("q11_6", INSPECTIE)


def _valued_least(s: ItemStatistics) -> bool:
    return all(
        s.groups_above(item, (BELEID, BEDRIJFSVOERING), (UITVOERING, INSPECTIE))
        for item in ("q13_2", "q13_3", "q13_4")
    )


def _top_by_domain(s: ItemStatistics) -> bool:
    return (
        abs(s.top("q14_8") - 12.8) <= 0.05
        and s.is_clearly_highest("q14_8", BELEID)
        and s.is_lowest("q14_8", INSPECTIE)
    )


def _safe_in_all_domains(s: ItemStatistics) -> bool:
    are_positive = _in(FOUR, lambda g: s.top("q14_3", g) > 60 and s.top("q14_6", g) < 25)
    return are_positive and s.are_equal("q14_3") and s.are_equal("q14_6")


def _bottom_shares(s: ItemStatistics) -> bool:
    printed = {BELEID: 13.8, INSPECTIE: 24.2, UITVOERING: 20.5, BEDRIJFSVOERING: 16.8}
    return all(abs(s.bottom("q14_5", domain) - share) <= 0.05 for domain, share in printed.items())


def _not_the_same_for_all(s: ItemStatistics) -> bool:
    return 45 <= s.bottom("q08_4", EMPLOYEE) < 50 and 35 <= s.bottom("q08_4", MANAGER) < 40


def _technology_is_lower(s: ItemStatistics) -> bool:
    low = ("q11_1", "q11_9", "q12_1", "q12_2", *DIVERSITY)
    return s.are_above((*PRESSURES, *TENSIONS, "q11_8"), low)


def _diversity_reading(s: ItemStatistics) -> bool:
    return s.top("q10_2", EMPLOYEE) > s.top("q10_2", MANAGER) and s.is_higher("q12_7", MANAGER, EMPLOYEE)


REPRODUCIBLE: dict[str, tuple[str, Question]] = {
    "cra_001": (
        "four competences matter most",
        lambda s: _are_the_highest(s, ("q09_2", "q09_6", "q09_9", "q09_10"), COMPETENCES),
    ),
    "cra_002": (
        "five values matter most",
        lambda s: _are_the_highest(s, ("q10_3", "q10_10", "q10_9", "q10_16", "q10_11"), VALUES),
    ),
    "cra_003": ("managers find more competences and values important", _more_important_to_managers),
    "cra_004": (
        "managers feel many external developments more",
        lambda s: sum(s.mean(i, MANAGER) > s.mean(i, EMPLOYEE) for i in EXTERNAL) >= 5,
    ),
    "cra_005": ("managers are more positive on support", _supported_by_organisation),
    "cra_007": (
        "four external pressures are highest",
        lambda s: _are_the_highest(s, (*TENSIONS, "q11_8"), EXTERNAL),
    ),
    "cra_008": ("three internal pressures are highest", lambda s: _are_the_highest(s, PRESSURES, INTERNAL)),
    "cra_009": ("technology and diversity press less", _technology_is_lower),
    "cra_010": ("managers have more dilemmas; of others nearly half", _dilemmas_of_managers),
    "cra_011": ("both have the same room to speak up", lambda s: s.is_equal("q14_3", *POSITIONS)),
    "cra_012": ("managers listen, say most, and managers more so", _managers_listen),
    "cra_013": ("the top is hardly reached", _top_is_hardly_reached),
    "cra_014": (
        "both are negative on solutions",
        lambda s: _in(POSITIONS, lambda g: s.top("q14_5", g) <= 50),
    ),
    "cra_015": ("inspectie: craftsmanship has changed", lambda s: s.is_lowest("q08_3", INSPECTIE)),
    "cra_016": ("inspectie: not the same for all", lambda s: s.is_lowest("q08_4", INSPECTIE)),
    "cra_017": ("beleid highest on competences, but for one", _competences_of_beleid),
    "cra_018": (
        "societal sensitivity: beleid above bedrijfsvoering",
        lambda s: (
            s.top("q09_2", BELEID) > s.top("q09_2", BEDRIJFSVOERING)
            and s.is_higher("q09_2", BELEID, BEDRIJFSVOERING)
        ),
    ),
    "cra_019": ("competences of bedrijfsvoering", _competences_of_bedrijfsvoering),
    "cra_020": ("political division: beleid most, bedrijfsvoering least", _division_of_beleid),
    "cra_021": (
        "technology and more with less: uitvoering and bedrijfsvoering",
        lambda s: all(
            s.groups_above(item, (UITVOERING, BEDRIJFSVOERING), (BELEID,)) for item in ("q11_1", "q12_3")
        ),
    ),
    "cra_022": ("cuts press most in uitvoering", lambda s: s.is_highest("q11_8", UITVOERING)),
    "cra_023": ("interest groups press most in inspectie", lambda s: s.is_highest("q11_6", INSPECTIE)),
    "cra_024": ("variety of colleagues: bedrijfsvoering", _diversity_of_bedrijfsvoering),
    "cra_025": (
        "dilemmas: beleid and inspectie",
        lambda s: s.groups_above("q14_1", (BELEID, INSPECTIE), (BEDRIJFSVOERING, UITVOERING)),
    ),
    "cra_027": ("solutions: beleid and bedrijfsvoering", _solutions_by_domain),
    "cra_028": ("reaching the top: beleid clearly most", lambda s: s.is_clearly_highest("q14_8", BELEID)),
    "cra_029": ("made to look nicer: inspectie and uitvoering", _nicer_by_domain),
    "cra_035": (
        "relevance is about equal for both positions",
        lambda s: all(abs(s.top(i, MANAGER) - s.top(i, EMPLOYEE)) < SMALL for i in ("q08_1", "q08_2")),
    ),
    "cra_038": (
        "negotiating and diplomacy are lowest in both",
        lambda s: _in(
            POSITIONS,
            lambda g: s.are_above(_without(COMPETENCES, "q09_7", "q09_8"), ("q09_7", "q09_8"), g),
        ),
    ),
    "cra_039": ("managers higher on most competences", _competences_of_managers),
    "cra_040": (
        "not only for managers",
        lambda s: _in(POSITIONS, lambda g: s.top("q08_2", g) < 50),
    ),
    "cra_041": ("much agreement on the values", _few_values_differ),
    "cra_042": (
        "inclusive is the lowest value and above 80%",
        lambda s: _in(POSITIONS, lambda g: _values_have_their_ends(s, g)),
    ),
    "cra_043": (
        "integrity is the highest value",
        lambda s: _in(POSITIONS, lambda g: s.are_above(("q10_3",), _without(VALUES, "q10_3"), g)),
    ),
    "cra_044": (
        "wishes weigh less than tensions",
        lambda s: _in(POSITIONS, lambda g: s.are_above(TENSIONS, WISHES, g)),
    ),
    "cra_045": ("tensions press more on managers", _tensions_of_managers),
    "cra_046": (
        "the debate on diversity has much less influence",
        lambda s: _in(POSITIONS, lambda g: s.top("q11_9", g) + 10 < min(s.top(item, g) for item in TENSIONS)),
    ),
    "cra_047": (
        "diversity among colleagues is hardly an issue",
        lambda s: _in(POSITIONS, lambda g: s.are_above(_without(INTERNAL, *DIVERSITY), DIVERSITY, g)),
    ),
    "cra_048": (
        "work pressure, more with less, political wishes, in that order",
        lambda s: _in(
            POSITIONS,
            lambda g: (
                s.top("q12_4", g) > s.top("q12_3", g) > s.top("q12_5", g)
                and s.are_above(PRESSURES, _without(INTERNAL, *PRESSURES), g)
            ),
        ),
    ),
    "cra_049": ("of internal developments only the other sex differs", _only_the_other_sex_differs),
    "cra_050": (
        "little talk about craftsmanship",
        lambda s: _in(POSITIONS, lambda g: s.are_above(_without(SUPPORT, "q13_4"), ("q13_4",), g)),
    ),
    "cra_051": ("managers clearly more positive on support", _supported_by_organisation),
    "cra_052": ("managers have clearly more dilemmas", _dilemmas_of_managers),
    "cra_053": ("less dissent than dilemmas, equally in both", _less_dissent_than_dilemmas),
    "cra_054": (
        "room, listening, and the top",
        lambda s: s.is_equal("q14_3", *POSITIONS) and _managers_listen(s) and _top_is_hardly_reached(s),
    ),
    "cra_055": (
        "negative on solutions, dissent important",
        lambda s: _in(POSITIONS, lambda g: s.top("q14_5", g) <= 50 and s.top("q09_11", g) > 75),
    ),
    "cra_056": (
        "around half: made to look nicer; managers slightly more",
        lambda s: (
            _in(POSITIONS, lambda g: 45 <= s.top("q14_9", g) <= 55)
            and 0 < s.top("q14_9", MANAGER) - s.top("q14_9", EMPLOYEE) < SMALL
        ),
    ),
    "cra_057": ("domains agree on relevance", lambda s: _small_differences(s, FOUR)),
    "cra_058": (
        "inspectie: changed, and not the same for all, clearly",
        lambda s: all(s.is_clearly_lowest(item, INSPECTIE) for item in ("q08_3", "q08_4")),
    ),
    "cra_059": ("beleid highest on all competences but one", _competences_of_beleid),
    "cra_060": (
        "political sensitivity and negotiating: beleid clearly",
        lambda s: (
            s.is_clearly_highest("q09_1", BELEID)
            and s.is_clearly_highest("q09_7", BELEID)
            and s.is_lowest("q09_7", INSPECTIE)
        ),
    ),
    "cra_061": (
        "societal sensitivity: beleid clearly above bedrijfsvoering",
        lambda s: s.is_higher("q09_2", BELEID, BEDRIJFSVOERING),
    ),
    "cra_062": ("bedrijfsvoering: organisation and colleagues", _competences_of_bedrijfsvoering),
    "cra_063": (
        "values by domain: inclusive lowest, integrity highest",
        lambda s: _in(FOUR, lambda g: _values_have_their_ends(s, g)),
    ),
    "cra_064": (
        "collaborating slightly less relevant in inspectie",
        lambda s: (
            s.is_lowest("q10_4", INSPECTIE)
            and max(s.top("q10_4", d) for d in FOUR) - s.top("q10_4", INSPECTIE) < SMALL
        ),
    ),
    "cra_065": (
        "transparent and efficient less relevant in beleid",
        lambda s: all(
            s.is_lowest(item, BELEID) and max(s.top(item, d) for d in FOUR) - s.top(item, BELEID) < SMALL
            for item in ("q10_15", "q10_12")
        ),
    ),
    "cra_066": (
        "in each domain wishes and diversity weigh less than tensions",
        lambda s: _in(FOUR, lambda g: s.are_above(TENSIONS, (*WISHES, "q11_9"), g)),
    ),
    "cra_067": ("technology: bedrijfsvoering; divisions: beleid", _technology_and_divisions),
    "cra_068": ("political division: beleid", _division_of_beleid),
    "cra_069": ("cuts: uitvoering; interest groups: inspectie", _cuts_and_groups),
    "cra_070": ("diversity by domain", _diversity_by_domain),
    "cra_071": (
        "algorithms and automation: uitvoering and bedrijfsvoering",
        lambda s: all(
            s.groups_above(item, (UITVOERING, BEDRIJFSVOERING), (BELEID, INSPECTIE))
            for item in ("q12_1", "q12_2")
        ),
    ),
    "cra_072": ("more with less: uitvoering most", lambda s: s.is_highest("q12_3", UITVOERING)),
    "cra_073": ("political pressure: beleid most", lambda s: s.is_highest("q12_5", BELEID)),
    "cra_074": (
        "work pressure highest in all domains, least in inspectie",
        lambda s: (
            _in(FOUR, lambda g: s.are_above(("q12_4",), _without(INTERNAL, "q12_4"), g))
            and s.is_lowest("q12_4", INSPECTIE)
        ),
    ),
    "cra_075": (
        "time and means: bedrijfsvoering most, beleid least, clearly",
        lambda s: (
            s.is_highest("q13_1", BEDRIJFSVOERING)
            and s.is_lowest("q13_1", BELEID)
            and s.is_higher("q13_1", BEDRIJFSVOERING, BELEID)
        ),
    ),
    "cra_076": (
        "bedrijfsvoering most positive on the rest of support",
        lambda s: all(s.is_highest(item, BEDRIJFSVOERING) for item in _without(SUPPORT, "q13_1")),
    ),
    "cra_077": ("uitvoering and inspectie feel least valued", _valued_least),
    "cra_078": (
        "dilemmas: inspectie, then beleid, then the others",
        lambda s: (
            s.top("q14_1", INSPECTIE) > s.top("q14_1", BELEID)
            and s.groups_above("q14_1", (BELEID,), (UITVOERING, BEDRIJFSVOERING))
        ),
    ),
    "cra_079": (
        "need to disagree: inspectie and uitvoering; beleid least",
        lambda s: (
            s.groups_above("q14_2", (INSPECTIE, UITVOERING), (BELEID, BEDRIJFSVOERING))
            and s.is_lowest("q14_2", BELEID)
        ),
    ),
    "cra_080": ("room and safety: positive in all domains, no difference", _safe_in_all_domains),
    "cra_081": (
        "solutions nowhere above half; two domains more positive",
        lambda s: _in(FOUR, lambda g: s.top("q14_5", g) <= 50) and _solutions_by_domain(s),
    ),
    "cra_082": ("disagreement on solutions by domain", _bottom_shares),
    "cra_083": ("12.8% say the top is reached; beleid most, inspectie least", _top_by_domain),
    "cra_084": (
        "made to look nicer by domain; bedrijfsvoering neutral",
        lambda s: (
            _nicer_by_domain(s)
            and all(s.neutral("q14_9", BEDRIJFSVOERING) > s.neutral("q14_9", d) for d in FOUR[:3])
        ),
    ),
    "cra_085": (
        "all values very important, little variation",
        lambda s: (
            min(s.top(i) for i in VALUES) > 80
            and max(s.top(i) for i in VALUES) - min(s.top(i) for i in VALUES) < 20
        ),
    ),
    "cra_087": (
        "participation presses hardly",
        lambda s: all(s.top(item) < 40 for item in WISHES),
    ),
    "cra_089": (
        "room is felt, few think it leads anywhere",
        lambda s: s.top("q14_3") > s.top("q14_5") > s.top("q14_8"),
    ),
    "cra_090": ("dilemmas more often than the need to disagree", _less_dissent_than_dilemmas),
    "cra_091": (
        "inspectie deviates; beleid highest on competences",
        lambda s: (
            s.is_lowest("q08_3", INSPECTIE) and s.is_lowest("q08_4", INSPECTIE) and _competences_of_beleid(s)
        ),
    ),
    "cra_092": (
        "domains differ on developments",
        lambda s: (
            _technology_and_divisions(s)
            and _division_of_beleid(s)
            and _cuts_and_groups(s)
            and _diversity_by_domain(s)
        ),
    ),
}

AMBIGUOUS: dict[str, tuple[str, Question, str]] = {
    "cra_006": (
        "diversity matters more to employees",
        _diversity_reading,
        "V23: read as q10_2 higher for employees and q12_7 higher for managers",
    ),
    "cra_036": (
        "both: not the same for everyone",
        lambda s: _in(POSITIONS, lambda g: s.top("q08_4", g) < 50),
        "V20: read as less than half agree that it should be the same",
    ),
    "cra_037": (
        "not the same for all: nearly half, just under 40%",
        _not_the_same_for_all,
        "V20: read as the share that disagrees",
    ),
    "cra_086": (
        "inclusive appeals less to managers",
        lambda s: s.top("q10_2", MANAGER) < s.top("q10_2", EMPLOYEE),
        "V23: q10_2 only; 'inward orientation' is no item",
    ),
    "cra_088": (
        "diversity matters more to employees (conclusions)",
        _diversity_reading,
        "V23: as cra_006",
    ),
}

CONTRADICTED: dict[str, tuple[str, str]] = {
    "cra_026": ("beleid more positive on room to speak up", "V18: section 4.3.6 finds no difference"),
    "cra_033": ("salary scales are evenly distributed", "V10: table 4 has two thirds in scales 10 to 13"),
}

__all__ = ["ALL", "AMBIGUOUS", "CONTRADICTED", "REPRODUCIBLE"]
