"""Weights of surveys that bring none: design weights, non-response, raking and trimming.

A weight is a function of few columns, the stratum and the variables that are raked, so everything here works
on classes: how many respondents share a stratum and an answer to each of those variables.
`docs/method/weights.md` has the formulas.

Sources: Deming and Stephan (1940), Annals of Mathematical Statistics 11, 427-444, and Deville, Saerndal and
Sautory (1993), Journal of the American Statistical Association 88, 1013-1020, for raking; Kalton and
Flores-Cervantes (2003), Journal of Official Statistics 19, 81-97, for the adjustments; Potter (1990),
Proceedings of the Survey Research Methods Section, American Statistical Association, 225-230, for trimming;
R's `survey`, whose results are the tests' oracles.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

METHOD = "1"  # raised when a change of this module must weigh history anew
MISSING = "missing"
TOLERANCE = 1e-10
MAXIMUM_CYCLES = 1000
MAXIMUM_ROUNDS = 200
CAP_TOLERANCE = 1e-6
MARGINS_AGREE_WITHIN = 0.01

TEXTS = ["survey_id", "wave_id", "margin_id", "stratum_id", "class_id", "steps", "null_reason", "detail"]
TEXTS += ["fingerprint"]
WHOLES = ["n", "trimmed_count", "iterations"]
NUMBERS = ["population", "base_sum_w", "sum_w", "weight", "target", "population_total"]
NUMBERS += ["unrepresented_population", "largest_margin_difference"]
FLAGS = ["is_converged"]


@dataclass(frozen=True)
class Margin:
    """What raking must bring about for one variable.

    Attributes:
        margin_id: Its name.
        labels: The k parts respondents fall into.
        codes: For each class the part it is in, 0 to k - 1, shape (c,).
        targets: Wanted sum of weights per part, shape (k,), all above 0.
        populations: People per part as the seed has them, shape (k,); NaN where they are not known.
    """

    margin_id: str
    labels: tuple[str, ...]
    codes: NDArray[np.int64]
    targets: Floats
    populations: Floats


@dataclass(frozen=True)
class Raked:
    """Weights after raking.

    Attributes:
        weights: Weight of a respondent per class, shape (c,).
        iterations: Cycles through all margins.
        largest_difference: Largest difference between a part's share of the weights and its wanted share.
        is_converged: Whether that is at most the tolerance.
    """

    weights: Floats
    iterations: int
    largest_difference: float
    is_converged: bool


@dataclass(frozen=True)
class Settings:
    """What a survey declares of its weights.

    Attributes:
        base: `design`: population over sample per stratum; `none`: everybody starts at 1.
        is_adjusted: Whether strata are adjusted for non-response.
        margins: Variables that are raked; `sex*age` is one margin of two crossed variables.
        variables: The variables that make up a class, in the order of `class_id`.
        maximum_ratio: Largest weight over the mean weight; None where nothing is trimmed.
    """

    base: str
    is_adjusted: bool
    margins: tuple[str, ...]
    variables: tuple[str, ...]
    maximum_ratio: float | None


@dataclass
class Weighted:
    """What became of one wave."""

    weights: Floats
    base_weights: Floats
    steps: list[str] = field(default_factory=list)
    margins: list[Margin] = field(default_factory=list)
    population_total: float = float("nan")
    unrepresented: float = float("nan")
    trimmed_count: int | None = None
    raked: Raked | None = None
    reason: str | None = None
    detail: str | None = None


class NotPossibleError(Exception):
    """A step that the data do not allow; it ends the weighting of a wave and no more.

    Args:
        reason: Stable code.
        detail: The stratum, margin or answer it is about.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


def rake(counts: Floats, weights: Floats, margins: Sequence[Margin]) -> Raked:
    """Return weights under which every part of every margin has its target, by proportional fitting.

    The weights of each part are multiplied by its target over its sum, margin after margin, until all hold.
    Among all weights that meet the targets those found are the nearest to the given ones in the sense of
    `sum n (w log(w / d) - w + d)`, so their ratio to the given ones is a product of one factor per margin.

    Args:
        counts: Respondents per class, shape (c,), above 0.
        weights: Weights to start from, shape (c,), above 0.
        margins: The targets; of all margins with one sum.

    Returns:
        Weights on the scale of the targets, converged or not.
    """
    masses = np.asarray(counts * weights, dtype=float)
    cycle, largest = 0, float("inf")
    while cycle < MAXIMUM_CYCLES and largest > TOLERANCE:
        cycle += 1
        for margin in margins:
            sums = np.bincount(margin.codes, masses, len(margin.targets))
            with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
                masses = masses * (margin.targets / sums)[margin.codes]
        if not np.isfinite(masses).all():
            return Raked(weights, cycle, float("inf"), is_converged=False)
        largest = max(_difference(masses, margin) for margin in margins)
    is_converged = largest <= TOLERANCE and bool((masses > 0).all())
    return Raked(masses / counts, cycle, largest, is_converged)


def trim(counts: Floats, weights: Floats, cap: float) -> Floats:
    """Return weights of at most `cap` with the same sum, what is cut off shared equally by all others.

    The rule of `trimWeights(strict = TRUE)` in R's `survey`: who is lifted over the cap is cut in turn.

    Args:
        counts: Respondents per class, shape (c,).
        weights: Their weights, shape (c,).
        cap: Largest weight allowed, above the mean weight.

    Raises:
        ValueError: if the cap is not above the mean weight, so that nobody can take what is cut off.
    """
    if cap * counts.sum() <= float(counts @ weights):
        raise ValueError("the cap must be above the mean weight")
    found = np.array(weights, dtype=float)
    while (over := found > cap).any():
        excess = float(counts[over] @ (found[over] - cap))
        found[over] = cap
        below = found < cap
        found[below] += excess / counts[below].sum()
        # What rounding leaves above the cap would be shared out for ever.
        found = np.where(np.isclose(found, cap, rtol=1e-13, atol=0), cap, found)
    return found


def rake_within(
    counts: Floats, raked: Raked, margins: Sequence[Margin], maximum_ratio: float
) -> tuple[Raked | None, int]:
    """Return raked weights of at most `maximum_ratio` times their mean, trimming and raking in turn.

    Args:
        counts: Respondents per class, shape (c,).
        raked: The weights before trimming.
        margins: The targets.
        maximum_ratio: Largest weight over the mean weight, above 1.

    Returns:
        The weights, None if none were found that hold both; and how many respondents were above the cap.
    """
    cap = maximum_ratio * float(counts @ raked.weights) / float(counts.sum())
    trimmed_count = int(counts[raked.weights > cap].sum())
    found, iterations = raked, raked.iterations
    for _ in range(MAXIMUM_ROUNDS):
        if not found.is_converged:
            break
        if float(found.weights.max()) <= cap * (1 + CAP_TOLERANCE):
            return replace(found, iterations=iterations), trimmed_count
        found = rake(counts, trim(counts, found.weights, cap), margins)
        iterations += found.iterations
    return None, trimmed_count


def weigh_waves(
    classes: pd.DataFrame,
    settings: pd.DataFrame,
    strata: pd.DataFrame,
    samples: pd.DataFrame,
    margins: pd.DataFrame,
    built: pd.DataFrame | None,
) -> pd.DataFrame:
    """Weigh every wave of the surveys that declare how, if its counts or what it is weighed by changed.

    Args:
        classes: `scored_weighting_classes`: survey_id, wave_id, stratum_id, class_id and n.
        settings: `int_weightings`: what each survey declares.
        strata: The seed `strata`: people per stratum of the population.
        samples: The seed `samples`: people invited per stratum.
        margins: The seed `margins`: people per answer.
        built: survey_id, wave_id and fingerprint of what is weighed already, or None.

    Returns:
        Of the waves that were weighed now one row per class, and one per margin and part of it (`margin_id`
        says which), with what holds for the wave repeated.
    """
    known = set() if built is None else set(built.itertuples(index=False, name=None))
    # Whole numbers become others where a single one is unknown; the text a wave is known by must not.
    margins = margins.astype({"population": float})
    frames = []
    for survey in settings[settings["is_declared"]].itertuples(index=False):
        declared = _settings(survey)
        own = classes[classes["survey_id"] == survey.survey_id]
        for wave_id in sorted(own["wave_id"].unique()):
            parts = [_of_wave(frame, survey.survey_id, wave_id) for frame in (own, strata, samples, margins)]
            fingerprint = _fingerprint(declared, parts)
            if (survey.survey_id, wave_id, fingerprint) in known:
                continue
            frame = _table(parts[0], weigh_wave(declared, *parts))
            frames.append(
                frame.assign(survey_id=str(survey.survey_id), wave_id=wave_id, fingerprint=fingerprint)
            )
    return _typed(frames)


def weigh_wave(
    settings: Settings,
    classes: pd.DataFrame,
    strata: pd.DataFrame,
    samples: pd.DataFrame,
    margins: pd.DataFrame,
) -> Weighted:
    """Take the declared steps in order until one is not possible; the weights are those of the steps taken.

    Args:
        settings: What the survey declares.
        classes: stratum_id, class_id and n of the wave, one row per class.
        strata: stratum_id and population of the wave.
        samples: stratum_id and sampled of the wave.
        margins: margin_id, answer_id and population of the wave; an empty population is not known, and
            several answers joined with a bar are one part.
    """
    counts = classes["n"].to_numpy(dtype=float)
    found = Weighted(np.ones(len(counts)), np.ones(len(counts)))
    try:
        _weigh_strata(
            found, settings, classes, _by_stratum(strata, "population"), _by_stratum(samples, "sampled")
        )
        if settings.margins:
            _rake(found, settings, classes, margins)
        if settings.maximum_ratio is not None:
            _trim(found, settings.maximum_ratio, counts)
    except NotPossibleError as stop:
        found.reason, found.detail = stop.reason, stop.detail
    return found


def _weigh_strata(
    found: Weighted,
    settings: Settings,
    classes: pd.DataFrame,
    population: dict[str, float],
    sampled: dict[str, float],
) -> None:
    """Take the steps `design` and `nonresponse`."""
    responded = {str(stratum): float(n) for stratum, n in classes.groupby("stratum_id")["n"].sum().items()}
    strata = classes["stratum_id"].astype(str)
    if settings.base == "design":
        if not population:
            raise NotPossibleError("no_strata", "no population of its strata")
        drawn = sampled or responded
        factors = _ratios(
            responded, population, drawn, "stratum_without_population", "population_below_sample"
        )
        found.weights = found.weights * strata.map(factors).to_numpy(dtype=float)
        found.steps.append("design")
        found.population_total = sum(population.values())
        found.unrepresented = sum(
            people for stratum, people in population.items() if stratum not in responded
        )
    if settings.is_adjusted:
        # Without sample counts a design weight is population over respondents: the adjustment is in it.
        if not sampled and settings.base != "design":
            raise NotPossibleError("no_samples", "no numbers of people invited")
        invited = sampled or responded
        factors = _ratios(
            responded, invited, responded, "stratum_without_sample", "more_responded_than_sampled"
        )
        found.weights = found.weights * strata.map(factors).to_numpy(dtype=float)
        found.steps.append("nonresponse")
        if settings.base != "design":
            found.population_total = sum(invited.values())
            found.unrepresented = sum(
                people for stratum, people in invited.items() if stratum not in responded
            )
    found.base_weights = found.weights


def _ratios(
    strata: Iterable[str], above: dict[str, float], below: dict[str, float], absent: str, contradictory: str
) -> dict[str, float]:
    """Return `above` over `below` per stratum with respondents; a ratio below 1 is a contradiction."""
    ratios = {}
    for stratum in strata:
        if stratum not in above:
            raise NotPossibleError(absent, stratum)
        if stratum not in below:
            raise NotPossibleError("stratum_without_sample", stratum)
        if below[stratum] <= 0 or above[stratum] < below[stratum]:
            raise NotPossibleError(contradictory, f"{stratum}: {above[stratum]:g} against {below[stratum]:g}")
        ratios[stratum] = above[stratum] / below[stratum]
    return ratios


def _rake(found: Weighted, settings: Settings, classes: pd.DataFrame, margins: pd.DataFrame) -> None:
    counts = classes["n"].to_numpy(dtype=float)
    answers = [str(class_id).split("*") for class_id in classes["class_id"]]
    for margin_id in settings.margins:
        places = [settings.variables.index(name) for name in margin_id.split("*")]
        crossed = [[one[place] for place in places] for one in answers]
        labels = [MISSING if MISSING in parts else "*".join(parts) for parts in crossed]
        rows = margins[margins["margin_id"] == margin_id]
        total = float(found.margins[0].targets.sum()) if found.margins else None
        found.margins.append(margin_of(margin_id, labels, rows, counts * found.weights, total))
    found.raked = rake(counts, found.weights, found.margins)
    if not found.raked.is_converged:
        what = (
            f"largest difference {found.raked.largest_difference:.3g} after {found.raked.iterations} cycles"
        )
        raise NotPossibleError("not_converged", what)
    found.weights = found.raked.weights
    found.population_total = float(found.margins[0].targets.sum())
    found.steps.append("rake")


def margin_of(
    margin_id: str, labels: Sequence[str], rows: pd.DataFrame, masses: Floats, total: float | None
) -> Margin:
    """Return the targets of a margin on the scale of the population.

    Who gave no answer, or one whose population is not known, is a part of their own that keeps its share of
    the weights; the others share the remainder by their populations.

    Args:
        margin_id: Its name.
        labels: For each class its answer, or `missing`, length c.
        rows: answer_id and population, one row per part.
        masses: Sum of weights per class before raking, shape (c,).
        total: People in the population; None where this margin tells it.

    Raises:
        NotPossibleError: if the margin has no populations, nobody answered, an answer is not in it, a part
            with people has no respondents or the other way about, or its sum is not `total` within one per
            cent.
    """
    known = dict(zip(rows["answer_id"].astype(str), rows["population"].astype(float), strict=True))
    part_of = {answer: part for part in known for answer in part.split("|")}
    if not any(people > 0 for people in known.values()):
        raise NotPossibleError("no_margins", margin_id)
    unlisted = [label for label in labels if label != MISSING and label not in part_of]
    if unlisted:
        raise NotPossibleError("unlisted_answer", f"{margin_id}={min(unlisted)}")
    parts = [part_of.get(label, MISSING) for label in labels]
    present = sorted(set(parts) - {MISSING})
    if not present:
        raise NotPossibleError("nobody_answered", margin_id)
    for part, people in known.items():
        if people > 0 and part not in present:
            raise NotPossibleError("empty_margin_class", f"{margin_id}={part}")
        if people == 0 and part in present:
            raise NotPossibleError("zero_population", f"{margin_id}={part}")
    people_in_all = sum(people for people in known.values() if people > 0)
    total = people_in_all if total is None else total
    if abs(people_in_all / total - 1) > MARGINS_AGREE_WITHIN:
        raise NotPossibleError("margins_disagree", f"{margin_id}: {people_in_all:g} people, not {total:g}")
    if MISSING in parts:
        present.append(MISSING)
    codes = np.array([present.index(part) for part in parts], dtype=np.int64)
    populations = np.array([known.get(part, np.nan) for part in present], dtype=float)
    shares = np.bincount(codes, masses, len(present)) / masses.sum()
    is_known = populations > 0
    remainder = 1 - shares[~is_known].sum()
    targets = np.where(is_known, populations / people_in_all * remainder, shares) * total
    return Margin(margin_id, tuple(present), codes, targets, populations)


def _trim(found: Weighted, maximum_ratio: float, counts: Floats) -> None:
    if found.raked is None:
        cap = maximum_ratio * float(counts @ found.weights) / float(counts.sum())
        trimmed_count = int(counts[found.weights > cap].sum())
        found.weights = trim(counts, found.weights, cap)
    else:
        raked, trimmed_count = rake_within(counts, found.raked, found.margins, maximum_ratio)
        if raked is None:
            raise NotPossibleError(
                "cap_cannot_hold", f"no weights of at most {maximum_ratio:g} times the mean"
            )
        found.raked, found.weights = raked, raked.weights
    found.trimmed_count = trimmed_count
    found.steps.append("trim")


def _difference(masses: Floats, margin: Margin) -> float:
    """Return the largest difference between a part's share of the weights and its wanted share."""
    sums = np.bincount(margin.codes, masses, len(margin.targets))
    return float(np.abs(sums - margin.targets).max() / margin.targets.sum())


def _settings(survey: Any) -> Settings:
    ratio = survey.maximum_ratio
    return Settings(
        base=str(survey.base),
        is_adjusted=bool(survey.is_adjusted),
        margins=_split(survey.margins),
        variables=_split(survey.variables),
        maximum_ratio=None if pd.isna(ratio) else float(ratio),
    )


def _split(text: Any) -> tuple[str, ...]:
    return () if pd.isna(text) or not text else tuple(str(text).split("|"))


def _of_wave(frame: pd.DataFrame, survey_id: Any, wave_id: Any) -> pd.DataFrame:
    chosen: pd.DataFrame = frame[(frame["survey_id"] == survey_id) & (frame["wave_id"] == wave_id)]
    return chosen.sort_values(list(chosen.columns)).reset_index(drop=True)


def _by_stratum(rows: pd.DataFrame, column: str) -> dict[str, float]:
    return {str(stratum): float(n) for stratum, n in zip(rows["stratum_id"], rows[column], strict=True)}


def _fingerprint(settings: Settings, parts: Sequence[pd.DataFrame]) -> str:
    texts = [METHOD, repr(settings)]
    texts += [part.drop(columns="fingerprint", errors="ignore").to_csv(index=False) for part in parts]
    return hashlib.md5("\n".join(texts).encode(), usedforsecurity=False).hexdigest()


def _table(classes: pd.DataFrame, found: Weighted) -> pd.DataFrame:
    """Return the rows of the classes and of the margins."""
    counts = classes["n"].to_numpy(dtype=float)
    before, after = counts * found.base_weights, counts * found.weights
    rows = [
        pd.DataFrame(
            {
                "stratum_id": classes["stratum_id"],
                "class_id": classes["class_id"],
                "n": classes["n"],
                "base_sum_w": before,
                "sum_w": after,
                "weight": found.weights,
            }
        )
    ]
    for margin in found.margins:
        sums = [np.bincount(margin.codes, masses, len(margin.labels)) for masses in (counts, before, after)]
        rows.append(
            pd.DataFrame(
                {
                    "margin_id": margin.margin_id,
                    "class_id": margin.labels,
                    "n": sums[0].astype(int),
                    "base_sum_w": sums[1],
                    "sum_w": sums[2],
                    "population": margin.populations,
                    "target": margin.targets,
                }
            )
        )
    raked = found.raked
    return pd.concat(rows, ignore_index=True).assign(
        steps="|".join(found.steps),
        population_total=found.population_total,
        unrepresented_population=found.unrepresented,
        trimmed_count=found.trimmed_count,
        iterations=raked.iterations if raked else None,
        is_converged=raked.is_converged if raked else None,
        largest_margin_difference=raked.largest_difference if raked else np.nan,
        null_reason=found.reason,
        detail=found.detail,
    )


def _typed(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Return the frames as one, with named types: an empty one would reach the database without any."""
    columns = [*TEXTS, *WHOLES, *NUMBERS, *FLAGS]
    found = pd.concat([frame.reindex(columns=columns).astype(object) for frame in frames]) if frames else None
    table = pd.DataFrame(columns=columns) if found is None else found
    types = dict.fromkeys(TEXTS, "string") | dict.fromkeys(WHOLES, "Int64")
    types |= dict.fromkeys(NUMBERS, "float64") | dict.fromkeys(FLAGS, "boolean")
    return table.reset_index(drop=True).astype(types)
