"""What every model of a synthetic wave has in common.

A model yields batches of respondents. A batch is one array per codebook column, all of the same
length: coded columns hold the codes of the delivered file (int16, `BLANK` where the field is empty),
numeric columns hold floats (NaN where it is empty) and texts hold strings (None where it is empty).

Two devices keep a wave reproducible and its margins intact at any size. Random numbers come from a
stream per survey, wave, purpose and block (`stream`), so that no part of a model disturbs another.
And respondents are made in blocks of a fixed size (`block_sizes`), so that the bytes of a wave do not
depend on how many respondents the writer asks for at a time (`in_batches`).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.stats import norm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    Batch = dict[str, NDArray[np.generic]]

BLANK = -1  # an empty field of a coded column; answer codes are 0 or higher
BLOCK = 50_000  # respondents made at a time: some 100 MB at 80 columns, with room for the latent values
SYNTHETIC_PREFIX = "syn-"  # landing knows synthetic respondents by it


class Model(Protocol):
    """A model of a survey: it makes respondents of any of its waves."""

    survey_id: str
    waves: tuple[str, ...]

    def default_respondents(self, wave_id: str) -> int:
        """Return the size of the wave, as published where it is."""
        ...

    def batches(self, wave_id: str, *, seed: int, respondents: int, batch_size: int) -> Iterator[Batch]:
        """Yield the respondents of a wave.

        The same wave, seed and number of respondents give the same respondents, whatever the
        batch size.
        """
        ...


def stream(seed: int, *names: str, block: int = 0) -> np.random.Generator:
    """Return the random numbers of one purpose: survey, wave, what is drawn, and block.

    Args:
        seed: What the user asked for; 0 or higher.
        names: What tells the stream from others, such as survey, wave and purpose.
        block: Position of the block of respondents.
    """
    keys = [zlib.crc32(name.encode()) for name in names]
    return np.random.default_rng(np.random.SeedSequence([seed, block, *keys]))


def block_sizes(respondents: int, block: int = BLOCK) -> Iterator[int]:
    """Yield the sizes of the blocks in which `respondents` are made."""
    whole, rest = divmod(respondents, block)
    yield from [block] * whole
    if rest:
        yield rest


def in_batches(blocks: Iterable[Batch], batch_size: int) -> Iterator[Batch]:
    """Cut blocks into batches of at most `batch_size` respondents; batches do not span blocks."""
    for block in blocks:
        size = len(next(iter(block.values())))
        for first in range(0, size, batch_size):
            yield {name: values[first : first + batch_size] for name, values in block.items()}


def respondent_ids(survey_id: str, wave_id: str, first: int, count: int) -> NDArray[np.object_]:
    """Return the ids of respondents number `first` and following: `syn-per-2022-00000001`.

    Survey and wave are in the id because an id that occurs in two waves is the same person.
    """
    start = f"{SYNTHETIC_PREFIX}{survey_id}-{wave_id}-"
    return np.array([f"{start}{number:08d}" for number in range(first, first + count)], dtype=object)


# --- Counts -------------------------------------------------------------------------------------


def split_counts(weights: ArrayLike, total: int) -> NDArray[np.int64]:
    """Divide a whole number in proportion to weights, by the largest remainder.

    Ties go to the earlier part.

    Args:
        weights: One per part, 0 or higher, not all 0.
        total: What to divide.

    Returns:
        Whole numbers that sum to `total`, each less than 1 from its exact part.
    """
    parts = np.asarray(weights, dtype=float)
    exact = parts / parts.sum() * total
    counts: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    short = total - int(counts.sum())
    counts[np.argsort(-(exact - counts), kind="stable")[:short]] += 1
    return counts


def take_without_replacement(
    random: np.random.Generator, remaining: NDArray[np.int64], size: int
) -> NDArray[np.int64]:
    """Draw how many of a block come from each cell of a plan, and take them out of it.

    Over all blocks the plan is met exactly, and each block is a random part of it.

    Args:
        random: The stream.
        remaining: How many are left per cell; changed in place.
        size: How many to draw, at most what is left.

    Returns:
        The number drawn per cell.
    """
    taken: NDArray[np.int64] = random.multivariate_hypergeometric(remaining, size, method="marginals")
    remaining -= taken
    return taken


# --- Ordinal answers ----------------------------------------------------------------------------


def cut_points(shares: ArrayLike) -> NDArray[np.float64]:
    """Return where a standard normal variable must be cut to fall into categories with these shares.

    Args:
        shares: Shares of k ordered categories; they are normed to sum to 1.

    Returns:
        k - 1 ascending cut points; -inf and inf where categories are empty.
    """
    parts = np.asarray(shares, dtype=float)
    cumulative = np.cumsum(parts / parts.sum())[:-1]
    points: NDArray[np.float64] = norm.ppf(np.clip(cumulative, 0.0, 1.0))
    return points


def ordinal(latent: NDArray[np.float64], points: ArrayLike, first_code: int = 1) -> NDArray[np.int16]:
    """Return the answers of latent values: `first_code` below the first cut point, and so on."""
    return (np.searchsorted(np.asarray(points, dtype=float), latent) + first_code).astype(np.int16)


def ordinal_by_rank(
    latent: NDArray[np.float64], counts: Sequence[int] | NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the category of each latent value so that category k holds exactly `counts[k]`.

    The cut points are the sample's own: the lowest `counts[0]` values are in category 0. Values beyond
    the sum of the counts, which are the highest, are in the last category as well.

    Args:
        latent: One value per respondent, without ties among those that are counted.
        counts: One number per category; their sum is at most the number of respondents.
    """
    edges = np.cumsum(counts)[:-1]
    inside = edges[(edges > 0) & (edges < len(latent))]
    cuts = np.full(len(edges), -np.inf)
    if len(inside):
        cuts[(edges > 0) & (edges < len(latent))] = np.partition(latent, inside - 1)[inside - 1]
    cuts[edges >= len(latent)] = np.inf
    return np.searchsorted(cuts, latent, side="left").astype(np.int64)


def correlated_normals(
    random: np.random.Generator, size: int, correlation: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return `size` rows of standard normal variables with a correlation matrix (k x k)."""
    factor = np.linalg.cholesky(correlation)
    drawn: NDArray[np.float64] = random.standard_normal((size, len(correlation))) @ factor.T
    return drawn


# --- Missing answers ----------------------------------------------------------------------------


def skipped_at_random(
    random: np.random.Generator, size: int, rates: ArrayLike, carelessness: NDArray[np.float64] | None = None
) -> NDArray[np.bool_]:
    """Return who leaves which question blank.

    Args:
        random: The stream.
        size: Number of respondents.
        rates: Share of blanks per question.
        carelessness: A standard normal value per respondent; who has more skips more. None
            makes blanks independent of each other.

    Returns:
        One row per respondent, one column per question.
    """
    shares = np.asarray(rates, dtype=float)
    if carelessness is None:
        return random.random((size, len(shares))) < shares
    shared = 0.6  # correlation of a respondent's blanks on the latent scale is its square
    own = np.sqrt(1 - shared**2) * random.standard_normal((size, len(shares)))
    skipped: NDArray[np.bool_] = (shared * carelessness[:, None] + own) > norm.isf(shares)
    return skipped


def break_off(random: np.random.Generator, size: int, rate: float, questions: int) -> NDArray[np.bool_]:
    """Return who has stopped before which question: from a question on, all are blank.

    Args:
        random: The stream.
        size: Number of respondents.
        rate: Share who stop before the end.
        questions: Number of questions; who stops does so after the first, anywhere.

    Returns:
        One row per respondent, one column per question.
    """
    stops = random.random(size) < rate
    last = random.integers(1, max(questions, 2), size)
    return stops[:, None] & (np.arange(questions)[None, :] >= last[:, None])
