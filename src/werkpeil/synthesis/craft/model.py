"""The model of the craftsmanship study: a wave as published, and a later one with known changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from werkpeil.errors import InputError
from werkpeil.synthesis.core import BLANK, block_sizes, in_batches, respondent_ids, stream
from werkpeil.synthesis.craft import plan
from werkpeil.synthesis.craft.items import ItemPlan, is_still_answering, item_plan, make_answers
from werkpeil.synthesis.craft.people import Remaining, make_people
from werkpeil.synthesis.craft.texts import BANK, write_texts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from werkpeil.synthesis.core import Batch

# First contact in a moral dilemma, codes 1 to 6, by position (employee, manager, unknown). The report
# does not publish it; assumed.
_FIRST_CONTACT = np.array(
    [
        [0.44, 0.37, 0.06, 0.01, 0.05, 0.07],
        [0.36, 0.43, 0.05, 0.03, 0.07, 0.06],
        [0.42, 0.36, 0.08, 0.01, 0.05, 0.08],
    ]
)
_OTHER_CONTACT = 6
_SKIPS_FIRST_CONTACT = 0.02

# Below this number the strata, and with them the shares that rest on their counts, fall apart.
SMALLEST_WAVE = 100


@dataclass(frozen=True)
class _Wave:
    """What is particular to a wave.

    Args:
        respondents: Its size unless another is asked for.
        dropped: Items that it does not have.
        is_later: Whether the drift and the reorganisation have happened.
    """

    respondents: int
    dropped: tuple[str, ...]
    is_later: bool


# The later wave is made up. What changes is listed in docs/method/synthetic-data.md: some items go up or
# down (`change_2024` in targets/per_items.csv), q12_1 is reworded, q12_10 is new, q11_5 is dropped, and
# EZK is divided into EZ and KGG.
_WAVES = {
    "2022": _Wave(plan.PUBLISHED_RESPONDENTS, dropped=("q12_10",), is_later=False),
    "2024": _Wave(3_912, dropped=("q11_5",), is_later=True),
}


class CraftModel:
    """Makes respondents of the Personeelsenquête Rijk on craftsmanship."""

    survey_id = "per"
    waves = tuple(_WAVES)

    def default_respondents(self, wave_id: str) -> int:
        """Return the size of the wave; that of 2022 is published."""
        return _WAVES[wave_id].respondents

    def batches(self, wave_id: str, *, seed: int, respondents: int, batch_size: int) -> Iterator[Batch]:
        """Yield the respondents of a wave; the batch size does not change who they are.

        Raises:
            InputError: if there are too few respondents for the design.
        """
        if respondents < SMALLEST_WAVE:
            raise InputError(
                f"{respondents} respondents are too few for the strata of this survey.",
                hint=f"ask for at least {SMALLEST_WAVE}.",
            )
        return in_batches(self._blocks(wave_id, seed, respondents), batch_size)

    def _blocks(self, wave_id: str, seed: int, respondents: int) -> Iterator[Batch]:
        wave = _WAVES[wave_id]
        remaining = Remaining.of(respondents)
        wanted = item_plan(wave.dropped, is_changed=wave.is_later)
        first = 1
        for block, size in enumerate(block_sizes(respondents)):
            random = stream(seed, self.survey_id, wave_id, "people", block=block)
            people = make_people(random, remaining, size, is_reorganised=wave.is_later)
            random = stream(seed, self.survey_id, wave_id, "items", block=block)
            items = make_answers(random, wanted, people)
            random = stream(seed, self.survey_id, wave_id, "rest", block=block)
            yield {
                "respondent_id": respondent_ids(self.survey_id, wave_id, first, size),
                **people.answers,
                **{item: items[:, position] for position, item in enumerate(wanted.ids)},
                **_rest(random, wanted, items, people.position),
            }
            first += size


def _rest(
    random: np.random.Generator,
    wanted: ItemPlan,
    items: NDArray[np.int16],
    position: NDArray[np.int64],
) -> Batch:
    """Return the first contact in a dilemma and the open answers."""
    size = len(position)
    reaches = {page: is_still_answering(items, wanted, page) for page in (8, 10, 13, 14)}
    edges = np.cumsum(_FIRST_CONTACT, axis=1)[position, :-1]
    contact = (1 + (random.random(size)[:, None] > edges).sum(axis=1)).astype(np.int16)
    contact[~reaches[14] | (random.random(size) < _SKIPS_FIRST_CONTACT)] = BLANK
    is_asked = {
        "q07": np.ones(size, dtype=np.bool_),
        "q10_19": reaches[10],
        "q13_open1": reaches[13],
        "q13_open2": reaches[13],
        "q14_10_other": contact == _OTHER_CONTACT,
    }
    texts = {column: write_texts(random, column, is_asked[column]) for column in BANK}
    return {"q14_10": contact, **texts}
