"""What the synthetic Werkonderzoek assumes: sectors, counts, rates, drift.

Published numbers come from `targets/werkonderzoek.csv`, named as in the published results. What the
report does not print is chosen here, so that everything it does print can hold together; each choice
says what it follows from. C.. refers to the contradictions found in the report.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from werkpeil.synthesis.targets import published_values

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SURVEY = "werkonderzoek"

# In the order of tables 3 and 4 of the report; figure order does not matter to the model.
ASPECTS = (
    "samenwerkingsgerichtheid",
    "missiegedrevenheid",
    "wendbaarheid",
    "inclusiviteit",
    "lerend_vermogen",
    "menselijke_maat",
)
CONTROLS = (
    "hours_worked",
    "full_time",
    "permanent_contract",
    "share_working_from_home",
    "gender_female",
    "age",
    "years_with_employer",
    "education_level",
)
PREDICTORS = ASPECTS + CONTROLS
GENERAL = "turnover_intention_general"
TYPES = (
    "turnover_intention_same_employer",
    "turnover_intention_same_sector_other_employer",
    "turnover_intention_other_public_sector",
    "turnover_intention_private_sector",
)
ATTITUDES = ("employer_satisfaction", "employer_pride", "employer_recommendation")
OUTCOMES = (GENERAL, *TYPES, *ATTITUDES)
SECTORS = (
    "rijk",
    "zbo",
    "gemeenten",
    "gemeenschappelijke_regelingen",
    "provincies",
    "waterschappen",
    "rechterlijke_macht",
)
# Codes of the answer set destination_sector.
DESTINATIONS = (*SECTORS, "hbo", "other_public", "private", "self_employed", "abroad", "not_working")

ITEMS = {aspect: tuple(f"{aspect}_{number}" for number in (1, 2, 3, 4)) for aspect in ASPECTS}
# As the codebook has them.
REVERSED = frozenset(
    {"menselijke_maat_4", "lerend_vermogen_4", "wendbaarheid_3", "samenwerkingsgerichtheid_4"}
)

# The base is not published; the regressions rest on 4,349 to 4,578 people, the shares of tables 1 and 2
# on at least some 17,000 (C07). Blocks of one default wave keep the counts below whole.
RESPONDENTS = 20_000

# Respondents, and what they stand for, per sector: small sectors are oversampled.
RESPONDENTS_BY_SECTOR = np.array([5_800, 2_100, 6_900, 1_700, 1_700, 1_300, 500])
POPULATION_BY_SECTOR = np.array([6_100, 2_000, 7_350, 1_500, 1_500, 1_100, 450]) / 20_000

# Leavers per sector sum to the published 1,141, culture leavers to 343; of the judiciary one of eight (C20).
LEAVERS = np.array([366, 67, 440, 114, 92, 54, 8])
CULTURE_LEAVERS = np.array([100, 19, 149, 26, 34, 14, 1])

# The report prints three destinations; the rest goes to further ones, each below the third (C22), in percent.
OTHER_DESTINATIONS: dict[str, dict[str, float]] = {
    "rijk": {"private": 2.0, "other_public": 1.6},
    "zbo": {"private": 8.0, "rijk": 8.0, "other_public": 6.0},
    "gemeenten": {
        "private": 4.6,
        "provincies": 3.5,
        "gemeenschappelijke_regelingen": 2.8,
        "not_working": 2.2,
    },
    "gemeenschappelijke_regelingen": {"private": 4.6, "other_public": 4.2},
    "provincies": {"private": 6.2},
    "waterschappen": {"private": 5.4, "provincies": 5.0},
    "rechterlijke_macht": {},
}
# Where leavers go who do not name culture: not published.
DESTINATIONS_WITHOUT_CULTURE = {
    "own": 0.42,
    "other_public": 0.13,
    "private": 0.17,
    "self_employed": 0.04,
    "abroad": 0.01,
    "not_working": 0.13,
    "hbo": 0.02,
    "rijk": 0.03,
    "gemeenten": 0.05,
}

# The culture module: a subsample of staff, of which nearly all answer every predictor. The published N of
# each model follow from who, of those, skipped the outcome.
MODULE_BY_SECTOR = np.array([1_340, 510, 1_530, 390, 400, 320, 190])
COMPLETE_BY_SECTOR = np.array([1_315, 500, 1_500, 382, 393, 314, 186])
MEMBERS = {GENERAL: 4_374, TYPES[0]: 4_349, ATTITUDES[0]: 4_578, ATTITUDES[1]: 4_578, ATTITUDES[2]: 4_567}
DONT_KNOW_RECOMMENDATION, REFUSED_RECOMMENDATION = 98, 99
DONT_KNOW, REFUSED, REFUSED_NUMBER = 8, 9, 999

# Latent shift per aspect where a sector stands out: Rijk sees less of three aspects, the judiciary less of
# the three others (figure 1 as the text describes it); the rest differs little.
SHIFTS = {
    "rijk": (0.0, 0.02, 0.02, -0.27, -0.21, -0.40),
    "zbo": (0.03, 0.0, 0.03, 0.02, 0.0, 0.0),
    "gemeenten": (0.0, 0.0, 0.0, 0.0, 0.0, 0.02),
    "gemeenschappelijke_regelingen": (0.03, 0.02, 0.03, 0.03, 0.02, 0.03),
    "provincies": (-0.02, -0.02, -0.02, 0.02, 0.0, 0.0),
    "waterschappen": (0.02, 0.02, -0.02, 0.0, 0.02, 0.02),
    "rechterlijke_macht": (-0.30, -0.18, -0.32, 0.0, 0.0, 0.0),
}
# Scores outside the sectors that stand out: mean, standard deviation, share at most 2.5, share above 3.5.
# The means follow section 3.3.1, the shares figure 1 (C18 asks a long lower tail of lerend_vermogen).
SCORES = {
    "samenwerkingsgerichtheid": (3.115, 0.80, 0.250, 0.350),
    "missiegedrevenheid": (3.095, 1.03, 0.315, 0.330),
    "wendbaarheid": (3.32, 0.75, 0.180, 0.385),
    "inclusiviteit": (3.75, 0.69, 0.070, 0.620),
    "lerend_vermogen": (3.385, 0.84, 0.205, 0.555),
    "menselijke_maat": (3.745, 0.60, 0.040, 0.620),
}

# Categories of the attitudes. The favourable shares are published; few may be critical, or the overall
# mean of menselijke_maat could not be 3.7 (C19).
ATTITUDE_SHARES = {
    "employer_satisfaction": (0.015, 0.055, 0.235, 0.525, 0.170),
    "employer_pride": (0.015, 0.050, 0.330, 0.440, 0.165),
    "employer_recommendation": (0.003, 0.004, 0.008, 0.018, 0.037, 0.112, 0.250, 0.360, 0.138, 0.070),
}
BANDS = {
    "employer_satisfaction": (2, 3, 5),
    "employer_pride": (2, 3, 5),
    "employer_recommendation": (5, 7, 10),
}
GROUPS = {
    "employer_satisfaction": ("dissatisfied", "neutral_satisfaction", "satisfied"),
    "employer_pride": ("not_proud", "neutral_pride", "proud"),
    "employer_recommendation": ("critic", "passive", "promoter"),
}
# Mean score of who answers unfavourably, by position of the aspect: within what is printed (weights take
# some hundredths off, because the young count more), and such that
# the means of the other bands, which then follow from the betas, are as printed too (C19). lerend_vermogen
# stays above the two lowest aspects in every band.
UNFAVOURABLE_MEANS = {
    "employer_satisfaction": {5: 3.125, 0: 2.305, 1: 2.31, 3: 3.02, 4: 2.355},
    "employer_pride": {5: 2.985, 0: 2.305, 1: 2.30, 3: 3.05, 4: 2.37},
    "employer_recommendation": {5: 3.03, 0: 2.30, 1: 2.30, 3: 3.02, 4: 2.37},
}
# The printed means per band that bound the correlations of aspects and attitudes.
BAND_MEANS = {
    "employer_satisfaction": {5: (3.12, 3.43, 3.82), 0: (2.30, 2.79, 3.30), 1: (2.33, 2.83, 3.28)},
    "employer_pride": {5: (3.02, 3.475, 3.87), 0: (2.30, 2.81, 3.35), 1: (2.33, 2.86, 3.31)},
    "employer_recommendation": {5: (3.05, 3.545, 3.832), 0: (2.30, 2.86, 3.355), 1: (2.33, 2.86, 3.34)},
}

# How much likelier a kind of move is for who intends to leave, in standard deviations of the index: chosen.
# How many of all staff intend each kind is not published either, but the mean scores of lerend_vermogen by
# kind (section 3.2.3) fix it together with table 3; calibration solves it.
TYPE_GIVEN_INTENTION = {TYPES[0]: 0.35, TYPES[1]: 0.75, TYPES[2]: 0.9, TYPES[3]: 1.2}

# Hours are cut from one latent variable, full-time is 36 hours or more.
HOURS = (12, 16, 18, 20, 24, 28, 32, 34, 36, 38, 40)
HOURS_SHARES = (0.03, 0.04, 0.01, 0.03, 0.05, 0.05, 0.20, 0.05, 0.30, 0.03, 0.21)
FULL_TIME_HOURS = 36
PERMANENT_SHARE = 0.90
FEMALE_SHARE = 0.48
EDUCATION_SHARES = (0.01, 0.06, 0.27, 0.39, 0.27)
AGE_MEAN, AGE_SD, AGE_RANGE = 46.5, 10.5, (19, 67)
# A person starts work at 16 at the earliest.
EARLIEST_START = 16


@dataclass(frozen=True)
class Wave:
    """What sets a wave apart.

    Args:
        wave_id: The wave.
        lifted: Aspects whose latent mean moves, in standard deviations.
        moved_to: Sector of origin, sector of destination and share of its staff that a
            reorganisation moved.
        intention_factor: How many intend to leave, against the first wave.
        raised: Items that go up by one answer for this share of respondents.
        not_asked: Columns that the wave does not have.
        is_published: Whether the wave is the one that the report describes.
    """

    wave_id: str
    lifted: dict[str, float] = field(default_factory=dict)
    moved_to: tuple[str, str, float] | None = None
    intention_factor: float = 1.0
    raised: dict[str, float] = field(default_factory=dict)
    not_asked: tuple[str, ...] = ()
    is_published: bool = False


WAVES = {
    "2022": Wave("2022", not_asked=("time_pressure",), is_published=True),
    # Invented: known changes for trends, crosswalks and new waves to find. The page of the model lists them.
    "2024": Wave(
        "2024",
        lifted={"lerend_vermogen": 0.15, "inclusiviteit": 0.10},
        moved_to=("zbo", "rijk", 0.30),
        intention_factor=1.12,
        raised={"wendbaarheid_3": 0.22, "missiegedrevenheid_4": 0.15, "samenwerkingsgerichtheid_1": 0.15},
        not_asked=("inclusiviteit_4",),
    ),
}


@dataclass(frozen=True)
class Rates:
    """The published shares of tables 1 and 2, per sector, as shares of 1.

    Args:
        culture_leavers: Leavers because of culture, of all respondents.
        leavers: Leavers of all respondents; implied by two printed shares.
        culture_intenders: Intend to leave because of culture, of all respondents.
        intenders: Intend to leave, of all respondents; implied by two printed shares.
        types: Of who intends to leave because of culture; sectors x 4.
        destinations: Of who left because of culture; sectors x 13.
    """

    culture_leavers: Floats
    leavers: Floats
    culture_intenders: Floats
    intenders: Floats
    types: Floats
    destinations: Floats


@cache
def rates() -> Rates:
    """Return tables 1 and 2 as the model uses them."""
    value = published_values(SURVEY)

    def column(table: int, name: str) -> Floats:
        return np.array([value[f"cul_t{table}_{sector}_{name}"] / 100 for sector in SECTORS])

    culture_leavers, of_leavers = column(1, "share_respondents"), column(1, "share_leavers")
    culture_intenders, of_intenders = column(2, "share_respondents"), column(2, "share_intenders")
    return Rates(
        culture_leavers,
        culture_leavers / of_leavers,
        culture_intenders,
        culture_intenders / of_intenders,
        np.column_stack([column(2, kind.removeprefix("turnover_intention_")) for kind in TYPES]),
        np.array([_destinations(sector, value) for sector in SECTORS]),
    )


def _destinations(sector: str, value: dict[str, float]) -> Floats:
    shares = np.zeros(len(DESTINATIONS))
    for destination, share in OTHER_DESTINATIONS[sector].items():
        shares[DESTINATIONS.index(destination)] = share
    for result_id, share in value.items():
        if result_id.startswith(f"cul_t1_{sector}_dest"):
            destination = result_id.removeprefix(f"cul_t1_{sector}_dest").partition("_")[2]
            shares[DESTINATIONS.index(destination)] = share
    return np.asarray(shares / shares.sum())
