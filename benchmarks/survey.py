"""The survey that everybody in the benchmark is asked about: its codebook, its seeds and its made-up answers.

Six scales of four items, eight outcomes, eight controls, a weight and a stratum of sector and size class.
Missing answers come as an agency delivers them: 8 for "don't know", 9 for "refused", empty for skipped.
Nobody gave these answers; every respondent's id says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyreadstat
import yaml

from benchmarks.questions import (
    CONTROLS,
    ITEMS,
    MINIMUM_ITEMS,
    NAME,
    NARROW,
    NUMBERS,
    OUTCOMES,
    REVERSED,
    SCALES,
    SECTORS,
    SIZE_CLASSES,
    TERMS,
    WIDE,
    YES_NO,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

FURTHER = tuple(f"further_{place:02}" for place in range(1, 20))
# What nobody is asked in the narrow survey, whose other controls are groups.
NOT_NARROW = frozenset({*OUTCOMES, *CONTROLS} - {"age", "female"})
BATCH = 250_000


# --- Codebook and seeds -------------------------------------------------------------------------


def write_codebook(folder: Path, name: str = NAME) -> None:
    """Write the codebook and the seeds' rows to a folder, in the form in which the tests keep theirs.

    Args:
        folder: An empty or absent folder.
        name: `benchmark`, `benchmark_wide` or `benchmark_narrow`.
    """
    seeds = folder / "seeds"
    seeds.mkdir(parents=True)
    asked = set(_asked(name))
    meta = {"label_nl": "Vergelijking", "label_en": "Benchmark", "language": "en"}
    table = {
        "name": name,
        "description": "Made-up answers, to compare speeds with.",
        "config": {"meta": meta},
        "columns": [column for column in _columns() if column["name"] in asked],
    }
    book = {"sources": [{"name": "raw", "tables": [table]}]}
    (folder / "codebook.yml").write_text(yaml.safe_dump(book, sort_keys=False), encoding="utf-8")
    for seed, lines in _seeds(name).items():
        (seeds / f"{seed}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _asked(name: str) -> Iterator[str]:
    """Yield the columns of a survey."""
    left_out = {NAME: {*FURTHER}, WIDE: set(), NARROW: {*FURTHER, *NOT_NARROW}}[name]
    return (column["name"] for column in _columns() if column["name"] not in left_out)


def _columns() -> Iterator[dict[str, Any]]:
    missing = {"dont_know": [8], "refused": [9]}
    answered = {"answers": "agreement_5", "missing": missing}
    yield _column("respondent_id", role="respondent_id", delivered_as="person")
    yield _column("weight", role="weight")
    yield _column("sector", role=["group", "stratum"], answers="benchmark_sector")
    yield _column("size_class", role="stratum", answers="benchmark_size")
    yield _column("is_manager", role="group", answers="yes_no")
    for scale, items in ITEMS.items():
        for place, item in enumerate(items):
            polarity = "negative" if place == REVERSED else "positive"
            yield _column(item, role="item", scale=scale, polarity=polarity, **answered)
    for outcome in OUTCOMES:
        yield _column(outcome, role="outcome", **answered)
    for name, (lowest, highest) in NUMBERS.items():
        bands = {"bands": "age_printed"} if name == "age" else {}
        yield _column(name, role="control", minimum=lowest, maximum=highest, **bands)
    for name in YES_NO:
        yield _column(name, role=["control", "group"] if name == "female" else "control", answers="yes_no")
    yield _column("education", role="control", answers="benchmark_education")
    for item in FURTHER:
        yield _column(item, role="item", **answered)


def _column(name: str, **meta: Any) -> dict[str, Any]:
    words = name.replace("_", " ")
    return {"name": name, "description": words, "config": {"meta": meta}}


def _seeds(name: str) -> dict[str, list[str]]:
    cuts = ["sector", "is_manager", "age", "female", "sector*is_manager"]
    explained = () if name == NARROW else OUTCOMES
    return {
        "answer_sets": [
            (
                "answer_set_id,answer_code,answer_id,label_nl,label_en,position,score,category,"
                "missing_reason,spellings"
            ),
            *_answers("benchmark_sector", SECTORS, scored=False),
            *_answers("benchmark_size", SIZE_CLASSES, scored=False),
            *_answers("benchmark_education", 5, scored=True),
        ],
        "scales": [
            "survey_id,scale_id,label_nl,label_en,minimum_items,band_set_id,note",
            *(f"{name},{scale},{scale},{scale},{MINIMUM_ITEMS},agreement_mean_5," for scale in SCALES),
        ],
        "cuts": [
            "survey_id,cut_id,variables,label_nl,label_en,position",
            *(f"{name},{cut},{cut},{cut},{cut},{place}" for place, cut in enumerate(cuts, start=1)),
        ],
        "regression_models": [
            "survey_id,model_id,outcome_id,label_nl,label_en,exhibit,position",
            *(
                f"{name},{outcome},{outcome},{outcome},{outcome},,{place}"
                for place, outcome in enumerate(explained, start=1)
            ),
        ],
        "regression_terms": [
            "survey_id,model_id,term_id,position",
            *(
                f"{name},{outcome},{term},{place}"
                for outcome in explained
                for place, term in enumerate(TERMS, start=1)
            ),
        ],
    }


def _answers(answer_set: str, count: int, *, scored: bool) -> Iterator[str]:
    for code in range(1, count + 1):
        score = code if scored else ""
        yield f"{answer_set},{code},{answer_set}_{code},{code},{code},{code},{score},,,"


# --- Answers ------------------------------------------------------------------------------------


def answers(count: int, *, wave: str = "1", first: int = 1, name: str = NAME) -> pa.Table:
    """Return the answers of some respondents, the same for the same arguments.

    Args:
        count: How many respondents.
        wave: The wave, which is part of their ids and of what the random numbers begin with.
        first: Number of the first respondent.
        name: `benchmark`, `benchmark_wide` or `benchmark_narrow`.
    """
    draw = np.random.default_rng([first, *wave.encode()])
    numbers = np.arange(first, first + count)
    sector = draw.choice(SECTORS, count, p=_shares(SECTORS)) + 1
    size = draw.choice(SIZE_CLASSES, count, p=_shares(SIZE_CLASSES)) + 1
    mood = draw.normal(size=count) + 0.03 * (sector - SECTORS / 2) - 0.1 * (size - 2)
    columns: dict[str, Any] = {
        "person": [f"syn-{wave}-{number:08}" for number in numbers],
        # A base per stratum, and what calibrating does to people in it.
        "weight": np.round((0.4 + 0.1 * sector * size) * np.exp(draw.normal(0, 0.3, count)), 4),
        "sector": _codes(sector),
        "size_class": _codes(size),
        "is_manager": _codes(draw.random(count) < 0.15),
    }
    for place, scale in enumerate(SCALES):
        latent = 0.6 * mood + (0.4 + 0.05 * place) * draw.normal(size=count)
        for position, item in enumerate(ITEMS[scale]):
            sign = -1 if position == REVERSED else 1
            columns[item] = _agreement(draw, 3.3 + sign * latent, missing=0.05)
    for place, outcome in enumerate(() if name == NARROW else OUTCOMES):
        columns[outcome] = _agreement(draw, 2.8 + (0.5 - 0.1 * place) * mood, missing=0.02)
    columns |= _controls(draw, count)
    for item in FURTHER if name == WIDE else ():
        columns[item] = _agreement(draw, 3.0 + 0.5 * mood, missing=0.05)
    delivered = {column: column for column in _asked(name)} | {"respondent_id": "person"}
    return pa.table({column: columns[column] for column in delivered.values()})


def _shares(count: int) -> NDArray[np.float64]:
    sizes = 1 / np.sqrt(np.arange(1, count + 1))
    return np.asarray(sizes / sizes.sum())


def _codes(values: NDArray[Any]) -> pa.Array:
    return pa.array(values.astype(np.int8))


def _agreement(draw: np.random.Generator, centre: NDArray[np.float64], *, missing: float) -> pa.Array:
    """Return answers 1 to 5; of the missing ones three fifths are empty, the others 8 or 9."""
    count = len(centre)
    codes = np.clip(np.rint(centre + 0.8 * draw.normal(size=count)), 1, 5).astype(np.int8)
    luck = draw.random(count)
    codes[luck < 0.4 * missing] = 8
    codes[luck < 0.1 * missing] = 9
    return pa.array(codes, mask=(luck >= 0.4 * missing) & (luck < missing))


def _controls(draw: np.random.Generator, count: int) -> dict[str, pa.Array]:
    age = draw.integers(18, 68, count)
    hours = np.clip(np.rint(draw.normal(32, 7, count)), 4, 40)
    tenure = np.floor((age - 18) * draw.random(count) * 0.9)
    return {
        "hours": _sometimes(draw, hours, 0.01),
        "home_share": _sometimes(draw, 10 * draw.integers(0, 11, count), 0.01),
        "age": _codes(age),
        "tenure": _sometimes(draw, tenure, 0.01),
        "full_time": _codes(hours >= 36),
        "permanent": _codes(draw.random(count) < 0.55 + 0.005 * age),
        "female": _codes(draw.random(count) < 0.5),
        "education": _sometimes(draw, draw.integers(1, 6, count), 0.01),
    }


def _sometimes(draw: np.random.Generator, values: NDArray[Any], missing: float) -> pa.Array:
    return pa.array(values.astype(np.int8), mask=draw.random(len(values)) < missing)


def batches(count: int, *, wave: str = "1", name: str = NAME) -> Iterator[pa.Table]:
    """Yield the answers of a wave, some respondents at a time."""
    for first in range(1, count + 1, BATCH):
        yield answers(min(BATCH, count + 1 - first), wave=wave, first=first, name=name)


# --- Files --------------------------------------------------------------------------------------


def write_parquet(file: Path, count: int, *, wave: str = "1", name: str = NAME) -> None:
    """Write a wave as Parquet."""
    parts = batches(count, wave=wave, name=name)
    head = next(parts)
    with pa.parquet.ParquetWriter(file, head.schema, compression="zstd") as writer:
        writer.write_table(head)
        for part in parts:
            writer.write_table(part)


def write_csv(file: Path, count: int, *, wave: str = "1", name: str = NAME) -> None:
    """Write a wave as CSV."""
    parts = batches(count, wave=wave, name=name)
    head = next(parts)
    options = pa.csv.WriteOptions(quoting_style="none")
    with pa.csv.CSVWriter(file, head.schema, write_options=options) as writer:
        writer.write_table(head)
        for part in parts:
            writer.write_table(part)


def write_sav(file: Path, count: int, *, name: str = NAME) -> None:
    """Write a wave as SPSS delivers it; the whole wave must fit in memory."""
    frame = pa.concat_tables(batches(count, name=name)).to_pandas()
    pyreadstat.write_sav(frame, file)


WRITERS = {".parquet": write_parquet, ".csv": write_csv, ".sav": write_sav}
