"""Write batches of respondents as a field agency would deliver them: SPSS, CSV or Parquet.

Every file says that it is synthetic: SPSS in its label and its notes, Parquet in its metadata, and all
of them in the respondents' ids, which is where landing looks. The same respondents give the same bytes:
what writers add by themselves (times) is replaced.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet
import pyreadstat

from werkpeil import __version__
from werkpeil.errors import InputError
from werkpeil.synthesis.core import BLANK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from werkpeil.codebook.model import Codebook, Column
    from werkpeil.synthesis.core import Batch

# pyreadstat takes a whole table at once: measured 1.0 GB and half a minute at this size (per).
LARGEST_SAV = 500_000

# In the header of an SPSS file: the byte at which date and time begin, and those that stand there instead.
_SAV_TIME = (92, b"01 Jan 22" + b"00:00:00")
_SAV_LABEL_BYTES = 64
_SAV_NOTE_BYTES = 79
_SAV_VARIABLE_LABEL_BYTES = 255


@dataclass(frozen=True)
class About:
    """What a writer must know of the wave.

    Args:
        codebook: Of the survey.
        wave_id: The wave.
        seed: Of the random numbers.
        respondents: How many will come.
        reasons: Labels of the kinds of missing answers, in the survey's language.
    """

    codebook: Codebook
    wave_id: str
    seed: int
    respondents: int
    reasons: dict[str, str] = field(default_factory=dict)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """The columns that a delivery of the wave has, in the codebook's order."""
        return tuple(
            column
            for column in self.codebook.columns
            if column.occurs_in(self.wave_id) and "ignored" not in column.role
        )

    def name_of(self, column: Column) -> str:
        """Return the name that a column has in the delivery."""
        return column.delivered_names(self.wave_id)[0]

    @property
    def statement(self) -> str:
        """One sentence that says what the file is."""
        return (
            f"SYNTHETIC: nobody gave these answers. Made by werkpeil {__version__}: survey "
            f"{self.codebook.survey_id}, wave {self.wave_id}, seed {self.seed}, "
            f"{self.respondents} respondents."
        )


class Writer(Protocol):
    """An open file that takes batches."""

    rows: int

    def write(self, batch: Batch) -> None:
        """Append a batch."""
        ...


def writer_of(out: Path, respondents: int) -> Callable[[Path, About], AbstractContextManager[Writer]]:
    """Return what opens a file of this name's format.

    Raises:
        InputError: if the suffix is no format that is written, or an SPSS file would be too large.
    """
    formats: dict[str, Callable[[Path, About], AbstractContextManager[Writer]]] = {
        ".sav": _open_sav,
        ".csv": _open_csv,
        ".parquet": _open_parquet,
    }
    suffix = out.suffix.lower()
    if suffix not in formats:
        raise InputError(
            f"'{out.suffix}' is no format that a synthetic wave can be written in.",
            where=str(out),
            hint=f"use one of {', '.join(formats)}.",
        )
    if suffix == ".sav" and respondents > LARGEST_SAV:
        raise InputError(
            f"An SPSS file of {respondents:,} respondents would not fit in memory.",
            where=str(out),
            hint=f"write .parquet or .csv, or at most {LARGEST_SAV:,} respondents.",
        )
    return formats[suffix]


def arrow_table(batch: Batch, about: About) -> pa.Table:
    """Return a batch as a table with the delivery's names: int16, double and text columns.

    Raises:
        KeyError: if the batch lacks a column of the wave.
    """
    arrays = [_arrow_array(batch[column.name], column) for column in about.columns]
    return pa.table(arrays, names=[about.name_of(column) for column in about.columns])


def _arrow_array(values: Any, column: Column) -> pa.Array:
    if column.is_coded and values.dtype != object:
        return pa.array(values.astype(np.int16), mask=values == BLANK)
    if np.issubdtype(values.dtype, np.floating):
        return pa.array(values.astype(np.float64), from_pandas=True)
    return pa.array(values, type=pa.string())


# --- CSV ----------------------------------------------------------------------------------------


class _CsvWriter:
    def __init__(self, stream: Any, about: About) -> None:
        self.rows = 0
        self._stream = stream
        self._about = about
        names = (about.name_of(column) for column in about.columns)
        stream.write((";".join(names) + "\n").encode())

    def write(self, batch: Batch) -> None:
        table = arrow_table(batch, self._about)
        options = pyarrow.csv.WriteOptions(include_header=False, delimiter=";", quoting_style="needed")
        pyarrow.csv.write_csv(_without_decimals(table), self._stream, options)
        self.rows += table.num_rows


def _without_decimals(table: pa.Table) -> pa.Table:
    """Return the table with whole numbers written as such: 45 and not 45.0."""
    for position, column in enumerate(table.schema):
        if not pa.types.is_floating(column.type):
            continue
        values = table.column(position).to_numpy()
        if np.all(np.isnan(values) | (values == np.round(values))):
            table = table.set_column(position, column.name, table.column(position).cast(pa.int64()))
    return table


@contextmanager
def _open_csv(path: Path, about: About) -> Iterator[Writer]:
    with path.open("wb") as stream:
        yield _CsvWriter(stream, about)


# --- Parquet ------------------------------------------------------------------------------------


class _ParquetWriter:
    def __init__(self, path: Path, about: About) -> None:
        self.rows = 0
        self._path = path
        self._about = about
        self._writer: Any = None

    def write(self, batch: Batch) -> None:
        table = arrow_table(batch, self._about)
        if self._writer is None:
            about = self._about
            metadata = {
                "provenance": "synthetic",
                "statement": about.statement,
                "survey_id": about.codebook.survey_id,
                "wave_id": about.wave_id,
                "seed": str(about.seed),
            }
            self._writer = pyarrow.parquet.ParquetWriter(
                self._path, table.schema.with_metadata(metadata), compression="zstd"
            )
        self._writer.write_table(table.cast(self._writer.schema))
        self.rows += table.num_rows

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()


@contextmanager
def _open_parquet(path: Path, about: About) -> Iterator[Writer]:
    writer = _ParquetWriter(path, about)
    try:
        yield writer
    finally:
        writer.close()


# --- SPSS ---------------------------------------------------------------------------------------


class _SavWriter:
    def __init__(self) -> None:
        self.rows = 0
        self.batches: list[Batch] = []

    def write(self, batch: Batch) -> None:
        self.batches.append(batch)
        self.rows += len(next(iter(batch.values())))


@contextmanager
def _open_sav(path: Path, about: About) -> Iterator[Writer]:
    writer = _SavWriter()
    yield writer
    _write_sav(path, about, writer.batches)


def _write_sav(path: Path, about: About, batches: list[Batch]) -> None:
    frame = pd.DataFrame(
        {
            about.name_of(column): _sav_values(np.concatenate([batch[column.name] for batch in batches]))
            for column in about.columns
        }
    )
    numbers = [column for column in about.columns if frame[about.name_of(column)].dtype != object]
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=f"SYNTHETIC, nobody's answers: {about.codebook.survey_id} {about.wave_id}"[
            :_SAV_LABEL_BYTES
        ],
        row_compress=True,
        note=wrap(about.statement, _SAV_NOTE_BYTES),
        column_labels={
            about.name_of(column): _shortened(column.description, _SAV_VARIABLE_LABEL_BYTES)
            for column in about.columns
        },
        variable_value_labels={
            about.name_of(column): labels for column in numbers if (labels := _value_labels(about, column))
        },
        missing_ranges={
            about.name_of(column): codes for column in numbers if (codes := _missing_codes(about, column))
        },
        variable_format={
            about.name_of(column): "F8.0" if _is_whole(frame[about.name_of(column)]) else "F12.6"
            for column in numbers
        },
        variable_measure={about.name_of(column): _measure(about, column) for column in numbers},
    )
    _fix_time(path)


def _sav_values(values: Any) -> Any:
    if values.dtype == object:
        return np.where(pd.isna(values), "", values).astype(object)
    if np.issubdtype(values.dtype, np.floating):
        return values
    return np.where(values == BLANK, np.nan, values.astype(float))


def _is_whole(values: Any) -> bool:
    known = values.dropna()
    return bool((known == known.round()).all())


def _measure(about: About, column: Column) -> str:
    if not column.is_coded:
        return "scale"
    has_order = any(answer.score is not None for answer in about.codebook.answers_of(column))
    return "ordinal" if has_order else "nominal"


def _value_labels(about: About, column: Column) -> dict[float, str]:
    labels = {
        float(answer.answer_code): answer.label_nl if about.codebook.language == "nl" else answer.label_en
        for answer in about.codebook.answers_of(column)
    }
    for reason, codes in column.missing.items():
        labels.update({float(code): about.reasons.get(reason, reason) for code in codes})
    return dict(sorted(labels.items()))


def _missing_codes(about: About, column: Column) -> list[float]:
    declared = [float(code) for codes in column.missing.values() for code in codes]
    answers = about.codebook.answers_of(column)
    return sorted({*declared, *(float(a.answer_code) for a in answers if a.missing_reason)})


def _shortened(text: str, most_bytes: int) -> str:
    """Return a text cut to a number of bytes of UTF-8, whole characters only."""
    return text.encode()[:most_bytes].decode(errors="ignore")


def _fix_time(path: Path) -> None:
    """Replace the time of writing in the header, which would make each file different."""
    offset, fixed = _SAV_TIME
    with path.open("r+b") as stream:
        stream.seek(offset)
        stream.write(fixed)
