"""A wave as a file: three formats, the same bytes, and never to be mistaken for real."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow.parquet as pq
import pyreadstat
import pytest

from werkpeil.errors import InputError
from werkpeil.landing import land
from werkpeil.project import Project
from werkpeil.synthesis import core, generate, synthesise
from werkpeil.synthesis.writing import About


class _Toy:
    """Answers at random, for every column of any wave."""

    survey_id = "per"
    waves = ("2022",)
    codebook = None

    def default_respondents(self, wave_id):
        return 60 if wave_id == "2022" else 0

    def batches(self, wave_id, *, seed, respondents, batch_size):
        columns = About(self.codebook, wave_id, seed, respondents).columns
        yield from core.in_batches(self._blocks(columns, seed, respondents), batch_size)

    def _blocks(self, columns, seed, respondents):
        first = 1
        for number, size in enumerate(core.block_sizes(respondents, 25)):
            random = core.stream(seed, "toy", block=number)
            yield {column.name: self._values(random, column, first, size) for column in columns}
            first += size

    def _values(self, random, column, first, size):
        if "respondent_id" in column.role:
            return core.respondent_ids("per", "2022", first, size)
        if column.is_coded:
            codes = [answer.answer_code for answer in self.codebook.answers_of(column)]
            blanks = [] if "stratum" in column.role else [core.BLANK]
            return random.choice([*codes, *blanks], size).astype(np.int16)
        if "open_text" in column.role:
            return np.array([None, 'met "aanhalingen"; en puntkomma'] * size, dtype=object)[:size]
        return random.choice([17.0, 18.0, np.nan], size)


@pytest.fixture
def toy(per, monkeypatch):
    _Toy.codebook = per
    monkeypatch.setattr(generate, "model_of", lambda _survey_id: _Toy())


@pytest.fixture
def own_data(project, tmp_path):
    return Project(root=project.root, data=tmp_path / "data")


@pytest.mark.parametrize("suffix", ["sav", "csv", "parquet"])
def test_the_file_lands_as_synthetic(toy, own_data, tmp_path, suffix):
    out = tmp_path / f"wave.{suffix}"
    made = synthesise(own_data, "per", "2022", seed=3, out=out)
    landed = land(own_data, out, "per", "2022")
    assert (made.respondents, landed.rows_accepted, landed.rows_rejected) == (60, 60, 0)
    assert landed.provenance == "synthetic"
    assert not landed.invalid_answers


def test_the_formats_hold_the_same_answers(toy, project, tmp_path):
    for suffix in ("sav", "csv", "parquet"):
        synthesise(project, "per", "2022", seed=3, out=tmp_path / f"wave.{suffix}")
    sav, _ = pyreadstat.read_sav(tmp_path / "wave.sav", user_missing=True)
    parquet = pq.read_table(tmp_path / "wave.parquet").to_pandas()
    lines = (tmp_path / "wave.csv").read_text(encoding="utf-8").splitlines()
    assert list(sav.columns) == list(parquet.columns) == lines[0].split(";")
    for name in ("q01", "q03", "q08_1", "q14_10"):
        assert np.array_equal(sav[name].to_numpy(float), parquet[name].to_numpy(float), equal_nan=True)
    assert "18.0" not in "".join(lines)


@pytest.mark.parametrize("suffix", ["sav", "csv", "parquet"])
def test_the_same_seed_gives_the_same_bytes(toy, project, tmp_path, suffix):
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        synthesise(project, "per", "2022", seed=seed, out=tmp_path / f"{name}.{suffix}")
    contents = {name: (tmp_path / f"{name}.{suffix}").read_bytes() for name in "abc"}
    assert contents["a"] == contents["b"]
    assert contents["a"] != contents["c"]


def test_files_say_that_they_are_synthetic_and_spss_has_its_labels(toy, project, tmp_path):
    synthesise(project, "per", "2022", seed=3, out=tmp_path / "wave.sav")
    synthesise(project, "per", "2022", seed=3, out=tmp_path / "wave.parquet")
    _, about = pyreadstat.read_sav(tmp_path / "wave.sav", metadataonly=True, user_missing=True)
    assert about.creation_time == datetime(2022, 1, 1)
    assert about.file_label.startswith("SYNTHETIC")
    assert "SYNTHETIC: nobody" in " ".join(about.notes)
    assert (
        about.column_names_to_labels["q08_1"]
        == "Discussies over ambtelijk vakmanschap gaan ook over mijn werk"
    )
    assert about.variable_value_labels["q08_1"][6.0] == "Geen mening"
    assert about.missing_ranges["q03"] == [{"lo": 9.0, "hi": 9.0}]
    assert about.variable_value_labels["q03"][9.0] == "Wil niet zeggen"
    measures = {name: about.variable_measure[name] for name in ("q03", "q04", "q08_1")}
    assert measures == {"q03": "nominal", "q04": "scale", "q08_1": "ordinal"}
    metadata = pq.read_schema(tmp_path / "wave.parquet").metadata
    assert metadata[b"provenance"] == b"synthetic"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"wave_id": "1999"}, "no wave '1999'"),
        ({"seed": -1}, "no seed"),
        ({"respondents": 0}, "cannot have 0"),
        ({"name": "wave.xlsx"}, "no format"),
        ({"name": "nowhere/wave.csv"}, "folder for the file"),
        ({"name": "wave.sav", "respondents": 10**7}, "would not fit in memory"),
    ],
)
def test_what_cannot_be_used_is_told(toy, project, tmp_path, change, words):
    options = {"wave_id": "2022", "seed": 1, "respondents": 10, "name": "wave.csv", **change}
    name = options.pop("name")
    with pytest.raises(InputError, match=words):
        synthesise(project, "per", out=tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_is_kept_unless_it_may_be_replaced(toy, project, tmp_path):
    out = tmp_path / "wave.csv"
    out.write_text("a real delivery")
    with pytest.raises(InputError, match="left as it is"):
        synthesise(project, "per", "2022", seed=1, out=out)
    assert out.read_text() == "a real delivery"
    synthesise(project, "per", "2022", seed=1, out=out, overwrite=True)
    assert "syn-per-2022" in out.read_text()


def test_a_survey_without_a_model_is_told():
    with pytest.raises(InputError, match="no model"):
        generate.model_of("fevs")
