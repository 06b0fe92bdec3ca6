"""The model of the Werkonderzoek: `werkpeil synthesise --survey werkonderzoek`.

Respondents are made in blocks of a default wave (20,000), each with the counts per sector, of leavers, of
intenders and of the culture module that the published shares ask for. The published wave at its default
size is also corrected for sampling error: coefficients of every outcome are tuned until the regressions of
tables 3 and 4 come out as printed (`splits`). Other sizes and waves follow the stored coefficients, and
differ from the published numbers by sampling error alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from werkpeil.errors import InputError
from werkpeil.synthesis.core import (
    BLANK,
    block_sizes,
    in_batches,
    ordinal,
    respondent_ids,
    split_counts,
    stream,
)
from werkpeil.synthesis.culture import design
from werkpeil.synthesis.culture.outcomes import (
    OF_ATTITUDES,
    KnownKind,
    Sample,
    Staff,
    Wanted,
    attitude,
    because_of_culture,
    draw_disturbances,
    intends_to_leave,
    kind_of_others,
    kinds_of_culture_intenders,
)
from werkpeil.synthesis.culture.parameters import Parameters, betas, parameters
from werkpeil.synthesis.culture.people import cuts_of, draw_items, draw_people
from werkpeil.synthesis.culture.weights import Known, weights

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from werkpeil.synthesis.core import Batch

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]
    Codes = NDArray[np.int16]

_MISSING_ITEM = 0.05  # share of complete respondents who leave out one item of an aspect
_MISSING_CONTROL = 0.004  # share of all others who leave out each control
_MALE, _FEMALE, _OTHER_GENDER = 1, 2, 3
_SKIPPED, _DONT_KNOW, _REFUSED = 0.35, 0.5, 0.15  # how an answer is missing
_NUMBERS = ("hours_worked", "share_working_from_home", "age", "years_with_employer")
_CONTROLS_FROM = len(design.ASPECTS)
_SECTORS = len(design.SECTORS)


class CultureModel:
    """Synthetic waves of the Werkonderzoek."""

    survey_id = design.SURVEY
    waves = tuple(design.WAVES)

    def default_respondents(self, wave_id: str) -> int:
        """Return the size of a wave.

        Raises:
            InputError: if the model has no such wave.
        """
        if wave_id not in design.WAVES:
            raise InputError(
                f"The model of {self.survey_id} has no wave '{wave_id}'.",
                hint=f"its waves: {', '.join(self.waves)}.",
            )
        return design.RESPONDENTS

    def batches(self, wave_id: str, *, seed: int, respondents: int, batch_size: int) -> Iterator[Batch]:
        """Yield the respondents of a wave; see `core.Model.batches`."""
        is_default = respondents == self.default_respondents(wave_id)
        wave = design.WAVES[wave_id]

        def blocks() -> Iterator[Batch]:
            first = 1
            for number, size in enumerate(block_sizes(respondents, design.RESPONDENTS)):
                block = _Block(wave, seed, number, size, tuned=is_default and wave.is_published)
                yield {
                    "respondent_id": respondent_ids(design.SURVEY, wave_id, first, size),
                    **block.answers(),
                }
                first += size

        return in_batches(blocks(), batch_size)


class _Block:
    """One block of respondents, made step by step; rows are sorted by sector until the end."""

    def __init__(self, wave: design.Wave, seed: int, number: int, size: int, *, tuned: bool) -> None:
        self.wave, self.seed, self.number, self.size = wave, seed, number, size
        self.found: Parameters = parameters()
        self.wanted = betas(self.found.free_betas) if tuned else None
        self.columns: dict[str, NDArray[np.generic]] = {}

    def answers(self) -> Batch:
        """Return the delivered columns of the block, respondents in random order."""
        self._place()
        self._exit()
        self._people()
        self._controls()
        self._items()
        self._intentions()
        self._attitudes()
        self._time_pressure()
        self._weigh()
        for name in self.wave.not_asked:
            self.columns[name] = np.full(self.size, BLANK, dtype=np.int16)
        order = self._random("order").permutation(self.size)
        return {name: values[order] for name, values in self.columns.items()}

    def _random(self, purpose: str) -> np.random.Generator:
        return stream(self.seed, design.SURVEY, self.wave.wave_id, purpose, block=self.number)

    def _scaled(self, count: float) -> int:
        return round(count * self.size / design.RESPONDENTS)

    def _coded(self, name: str, values: Floats | Integers, asked: Flags) -> Codes:
        codes = np.where(asked, values, BLANK).astype(np.int16)
        self.columns[name] = codes
        return codes

    # --- Who they are -------------------------------------------------------------------------

    def _place(self) -> None:
        """Sectors, and within them leavers first, then the culture module."""
        by_sector = design.RESPONDENTS_BY_SECTOR.copy()
        population = design.POPULATION_BY_SECTOR.copy()
        moved = 0
        if self.wave.moved_to:
            origin, to, share = self.wave.moved_to
            old, new = design.SECTORS.index(origin), design.SECTORS.index(to)
            moved = round(by_sector[old] * share)
            by_sector[[old, new]] += [-moved, moved]
            population[[old, new]] += np.array([-1, 1]) * population[old] * share
        self.population = population
        sizes = split_counts(by_sector, self.size)
        self.sectors = np.repeat(np.arange(_SECTORS), sizes)
        self.first = np.cumsum(sizes) - sizes
        self.sizes = sizes
        # Whose culture people have: who was moved by a reorganisation keeps that of the old sector.
        self.origins = self.sectors.copy()
        if self.wave.moved_to:
            last = self.first[new] + sizes[new]
            self.origins[max(last - self._scaled(moved), self.first[new]) : last] = old
        self.columns["sector"] = (self.sectors + 1).astype(np.int16)

    def _within(self, counts: Integers) -> Flags:
        """Return a flag that is set for the first `counts` respondents of each sector."""
        position = np.arange(self.size) - self.first[self.sectors]
        flags: Flags = position < counts[self.sectors]
        return flags

    def _exit(self) -> None:
        """Leavers, their motive and destination."""
        rate = self.sizes / np.maximum(split_counts(design.RESPONDENTS_BY_SECTOR, self.size), 1)
        leavers = split_counts(design.LEAVERS * rate, self._scaled(design.LEAVERS.sum()))
        leavers = np.minimum(leavers, self.sizes)
        culture = split_counts(design.CULTURE_LEAVERS * rate, self._scaled(design.CULTURE_LEAVERS.sum()))
        self.left = self._within(leavers)
        self.culture_left = self._within(np.minimum(culture, leavers))
        self.destinations = np.full(self.size, -1)
        random = self._random("destination")
        for sector in range(_SECTORS):
            members = np.flatnonzero(self.culture_left & (self.sectors == sector))
            goes = _at_least_one(design.rates().destinations[sector], len(members))
            self.destinations[members] = np.repeat(np.arange(len(goes)), goes)
            members = np.flatnonzero(self.left & ~self.culture_left & (self.sectors == sector))
            goes = split_counts(_ordinary_destinations(sector), len(members))
            self.destinations[members] = random.permutation(np.repeat(np.arange(len(goes)), goes))
        self._coded("left_employer", self.left.astype(float), np.ones(self.size, dtype=bool))
        self._coded("exit_motive_culture", self.culture_left.astype(float), self.left)
        self._coded("destination_sector", self.destinations + 1, self.left)

    def _people(self) -> None:
        """Who is in the culture module, who of them is complete, and everybody's predictors."""
        random = self._random("module")
        staff = np.flatnonzero(~self.left)
        self.module = np.zeros(self.size, dtype=bool)
        self.complete = np.zeros(self.size, dtype=bool)
        modules = split_counts(design.MODULE_BY_SECTOR, self._scaled(design.MODULE_BY_SECTOR.sum()))
        complete = split_counts(design.COMPLETE_BY_SECTOR, self._scaled(design.COMPLETE_BY_SECTOR.sum()))
        for sector in range(_SECTORS):
            chosen = random.permutation(staff[self.sectors[staff] == sector])[: modules[sector]]
            self.module[chosen] = True
            self.complete[chosen[: complete[sector]]] = True
        shifts = np.array([design.SHIFTS[sector] for sector in design.SECTORS])[self.origins]
        shifts = shifts + np.array([self.wave.lifted.get(aspect, 0.0) for aspect in design.ASPECTS])
        self.people = draw_people(
            self._random("people"),
            2 * self.sectors + self.complete,
            shifts,
            self.found.latent_correlation,
            cuts_of(self.found.score_shares),
        )
        self.predictors = self.people.predictors.copy()
        self._coded("in_culture_module", self.module.astype(float), np.ones(self.size, dtype=bool))

    def _controls(self) -> None:
        """Background variables; complete respondents answer them all."""
        random = self._random("controls")
        incomplete = ~self.complete
        self.lost = _why_incomplete(random, self.size)
        for position, name in enumerate(design.CONTROLS):
            values = self.people.predictors[:, _CONTROLS_FROM + position]
            missing = incomplete & (random.random(self.size) < _MISSING_CONTROL)
            missing |= self.module & incomplete & (self.lost == position)
            refused = random.random(self.size) < _REFUSED / (_REFUSED + _SKIPPED)
            if name in _NUMBERS:
                number = np.where(missing & refused, float(design.REFUSED_NUMBER), values)
                self.columns[name] = np.where(missing & ~refused, np.nan, number)
            else:
                codes = values + _MALE if name == "gender_female" else values
                codes = np.where(missing & refused, design.REFUSED, codes)
                if name == "gender_female":
                    codes = np.where(self._of_other_gender(random), _OTHER_GENDER, codes)
                self._coded(name, codes, ~(missing & ~refused))

    def _of_other_gender(self, random: np.random.Generator) -> Flags:
        few = random.random(self.size) < _MISSING_CONTROL
        return ~self.complete & np.where(self.module, self.lost == _LOST_GENDER, few)

    def _items(self) -> None:
        """Items of the culture module, and the scores of who left one out."""
        random = self._random("items")
        items = draw_items(random, self.people.sums)
        for name, share in self.wave.raised.items():
            lifted = (random.random(self.size) < share) & (items[name] < 5)
            items[name] = items[name] + lifted.astype(np.int16)
        partial = self.module & ~self.complete
        for position, aspect in enumerate(design.ASPECTS):
            names = design.ITEMS[aspect]
            left_out = np.zeros((self.size, len(names)), dtype=bool)
            one = np.flatnonzero(random.random(self.size) < _MISSING_ITEM)
            left_out[one, random.integers(0, len(names), len(one))] = True
            answers = np.column_stack([items[name] for name in names])
            score = (answers * ~left_out).sum(axis=1) / (~left_out).sum(axis=1)
            if not self.wave.raised:
                self.predictors[self.complete, position] = score[self.complete]
            several = np.flatnonzero(partial & (self.lost == _LOST_ASPECT + position))
            left_out[several] = random.permuted(
                np.tile([True, True, False, False], (len(several), 1)), axis=1
            )
            stopped = partial & (self.lost >= _LOST_REST) & (self.lost - _LOST_REST <= position)
            how = random.random((self.size, len(names)))
            for number, name in enumerate(names):
                answered = 6 - items[name] if name in design.REVERSED else items[name]
                codes = _marked(
                    answered, left_out[:, number], how[:, number], design.DONT_KNOW, design.REFUSED
                )
                self._coded(name, codes, self.module & ~stopped & (codes >= 0))

    # --- What they think and intend -----------------------------------------------------------

    def _intentions(self) -> None:
        random = self._random("intentions")
        self.staff = np.flatnonzero(~self.left)
        rows = (self.predictors[self.staff] - self.found.centre) / self.found.scale
        disturbances = draw_disturbances(self._random("disturbances"), len(self.staff))
        everyone = Staff(Sample(rows, self.predictors[self.staff]), self.sectors[self.staff], disturbances)
        self.everyone = everyone
        groups = self._groups()
        rates, factor = design.rates(), self.wave.intention_factor
        asked = self._answering(random, groups, design.MEMBERS[design.GENERAL])
        intends = np.full(len(self.staff), np.nan)
        left_over = np.rint(rates.intenders * factor * self.sizes).astype(np.int64)
        for is_complete, group in zip((True, False), groups, strict=True):
            chosen = group[asked[group]]
            part = everyone.part(chosen)
            members = np.bincount(part.sectors, minlength=_SECTORS)
            counts = left_over
            if is_complete:
                counts = np.rint(members * rates.intenders * factor / (1 - rates.leavers)).astype(np.int64)
            wanted = None if self.wanted is None or not is_complete else self.wanted[:, 0]
            counts = np.clip(counts, 0, members)
            intends[chosen] = intends_to_leave(part, counts, self.found.general, wanted)[0]
            said = part.sectors[intends[chosen] == 1]
            left_over = left_over - np.bincount(said, minlength=_SECTORS)
        named = np.rint(rates.culture_intenders * factor * self.sizes).astype(np.int64)
        culture = because_of_culture(everyone, intends, named)
        kinds = self._kinds(random, groups, asked, intends, culture)
        self._deliver_intentions(random, intends, culture, kinds)

    def _groups(self) -> tuple[Integers, Integers]:
        """Positions among staff of the complete respondents and of all others."""
        complete = self.complete[self.staff]
        return np.flatnonzero(complete), np.flatnonzero(~complete)

    def _answering(self, random: np.random.Generator, groups: tuple[Integers, ...], members: int) -> Flags:
        """Return who of the staff answers a question that `members` of the complete respondents answer."""
        answering = np.zeros(len(self.staff), dtype=bool)
        share = members / design.COMPLETE_BY_SECTOR.sum()
        for group in groups:
            answering[random.permutation(group)[: round(share * len(group))]] = True
        return answering

    def _kinds(
        self,
        random: np.random.Generator,
        groups: tuple[Integers, Integers],
        asked: Flags,
        intends: Floats,
        culture: Flags,
    ) -> Floats:
        """Return the four kinds of move, NaN where nothing was answered."""
        share = design.MEMBERS[design.TYPES[0]] / design.MEMBERS[design.GENERAL]
        kinds = np.full((len(self.staff), len(design.TYPES)), np.nan)
        decided = kinds_of_culture_intenders(self.everyone, culture)
        for is_complete, group in zip((True, False), groups, strict=True):
            able = group[asked[group]]
            # Who leaves because of culture answers: table 2 rests on all of them.
            ordered = able[np.argsort(random.random(len(able)) - culture[able], kind="stable")]
            chosen = np.sort(ordered[: round(share * len(able))])
            part = self.everyone.part(chosen)
            for kind in range(len(design.TYPES)):
                known = KnownKind(
                    float(self.found.type_shares[kind]),
                    intends[chosen],
                    culture[chosen],
                    decided[chosen, kind],
                )
                wanted = None if self.wanted is None or not is_complete else self.wanted[:, 1 + kind]
                kinds[chosen, kind] = kind_of_others(kind, part, known, self.found.types[kind], wanted)[0]
        return kinds

    def _deliver_intentions(
        self, random: np.random.Generator, intends: Floats, culture: Flags, kinds: Floats
    ) -> None:
        self.intends = self._spread(intends == 1)
        self.culture_intends = self._spread(culture)
        self.kinds = np.zeros((self.size, len(design.TYPES)))
        self.kinds[self.staff] = np.nan_to_num(kinds)
        self._deliver(random, design.GENERAL, intends)
        for kind, name in enumerate(design.TYPES):
            self._deliver(random, name, kinds[:, kind])
        self._coded("turnover_intention_because_of_culture", self.culture_intends.astype(float), self.intends)

    def _attitudes(self) -> None:
        random = self._random("attitudes")
        for position, name in enumerate(design.ATTITUDES):
            groups = self._groups()
            answering = self._answering(random, groups, design.MEMBERS[name])
            answers = np.full(len(self.staff), np.nan)
            for is_complete, group in zip((True, False), groups, strict=True):
                chosen = group[answering[group]]
                part = self.everyone.part(chosen)
                wanted = None
                if self.wanted is not None and is_complete:
                    wanted = Wanted(self.wanted[:, 5 + position], design.UNFAVOURABLE_MEANS[name])
                disturbances = part.disturbances[:, OF_ATTITUDES + 3 * position :]
                start = self.found.attitudes[position]
                answers[chosen] = attitude(name, part.sample, disturbances, start, wanted)[0]
            is_long = name == "employer_recommendation"
            dont_know = design.DONT_KNOW_RECOMMENDATION if is_long else design.DONT_KNOW
            refused = design.REFUSED_RECOMMENDATION if is_long else design.REFUSED
            self._deliver(random, name, answers, dont_know, refused)

    def _time_pressure(self) -> None:
        """The question that the second wave adds: it rises with hours and falls with learning."""
        random = self._random("time_pressure")
        hours = self.everyone.sample.rows[:, _CONTROLS_FROM]
        learning = self.everyone.sample.rows[:, design.ASPECTS.index("lerend_vermogen")]
        latent = 0.25 * hours - 0.3 * learning + random.standard_normal(len(self.staff))
        answers = ordinal(latent, (-1.5, -0.6, 0.1, 1.1)).astype(float)
        answers[random.random(len(self.staff)) < 0.02] = np.nan
        self._deliver(random, "time_pressure", answers)

    def _spread(self, flags: Flags) -> Flags:
        everyone = np.zeros(self.size, dtype=bool)
        everyone[self.staff] = flags
        return everyone

    def _deliver(
        self,
        random: np.random.Generator,
        name: str,
        answers: Floats,
        dont_know: int = design.DONT_KNOW,
        refused: int = design.REFUSED,
    ) -> None:
        """Deliver an answer of the staff; NaN becomes one of the kinds of missing."""
        missing = np.isnan(answers)
        how = random.random(len(answers))
        codes = _marked(np.nan_to_num(answers), missing, how, dont_know, refused)
        everyone = np.full(self.size, BLANK, dtype=np.int16)
        everyone[self.staff] = codes
        self.columns[name] = everyone

    def _weigh(self) -> None:
        female = self.people.predictors[:, design.PREDICTORS.index("gender_female")]
        known = Known(
            self.sectors,
            self.left,
            self.culture_left,
            self.destinations,
            self.intends,
            self.culture_intends,
            self.kinds,
            self.people.predictors[:, design.PREDICTORS.index("age")],
            female,
        )
        self.columns["weight"] = weights(self._random("weights"), known, self.population)


# Why a respondent of the module lacks a predictor: a control, gender, an aspect, or all from an aspect on.
_LOST_GENDER = len(design.CONTROLS)
_LOST_ASPECT = _LOST_GENDER + 1
_LOST_REST = _LOST_ASPECT + len(design.ASPECTS)


def _why_incomplete(random: np.random.Generator, size: int) -> Integers:
    """Return one reason per respondent; it counts for the incomplete ones of the module.

    Outside the module only the answer `other` to gender does, for a few.
    """
    shares = [1.0] * len(design.CONTROLS) + [3.0] + [1.0] * len(design.ASPECTS) + [0.8] * len(design.ASPECTS)
    cumulative = np.cumsum(shares) / np.sum(shares)
    reasons: Integers = np.searchsorted(cumulative, random.random(size))
    return reasons


def _marked(
    codes: NDArray[np.generic], missing: Flags, how: Floats, dont_know: int, refused: int
) -> NDArray[np.int64]:
    """Return codes with a kind of missing where an answer is missing; `how` is uniform."""
    kinds = np.select([how < _DONT_KNOW, how < _DONT_KNOW + _REFUSED], [dont_know, refused], BLANK)
    return np.where(missing, kinds, codes).astype(np.int64)


def _at_least_one(shares: Floats, total: int) -> Integers:
    """Divide leavers over destinations; each destination gets one while there are enough."""
    wanted = shares > 0
    if total < wanted.sum():
        return split_counts(shares, total)
    counts: Integers = split_counts(shares, total - int(wanted.sum())) + wanted
    return counts


def _ordinary_destinations(sector: int) -> Floats:
    """Return where leavers of a sector go who do not name culture."""
    shares = np.zeros(len(design.DESTINATIONS))
    for name, share in design.DESTINATIONS_WITHOUT_CULTURE.items():
        shares[sector if name == "own" else design.DESTINATIONS.index(name)] += share
    return shares
