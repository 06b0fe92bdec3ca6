"""Deliveries damaged on purpose end well, and what once did not stays mended."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from support.projects import ROOT
from support.releases import tool
from werkpeil.codebook import load_codebook
from werkpeil.errors import InputError
from werkpeil.landing import all_deliveries, forget
from werkpeil.landing.readers.readstat import CrashedError, Request, read

if TYPE_CHECKING:
    from pathlib import Path

    from support.workshop import Workshop

DAMAGED = ROOT / "tests" / "data" / "deliveries"
NASTY_IDS = (
    "'; drop table raw.plain; --",
    'a "quoted" id',
    "../../../etc/passwd",
    "a;b",
    "tab\tand line\nend",
    "\x01\x1b[31m",
    "{{ 7 * 7 }}",
    "$inner_pad",
    "* plain",
)


def test_every_damaged_delivery_is_accepted_whole_or_refused() -> None:
    """The short form of tools/fuzz_deliveries.py, which goes on for as long as one likes."""
    script = tool("fuzz_deliveries")
    ended = list(script.fuzz(seed=3, deliveries=100))
    assert [outcome for outcome in ended if outcome.is_finding] == []
    verdicts = Counter((outcome.kind, outcome.verdict) for outcome in ended)
    assert all(verdicts[kind, verdict] for kind in script.KINDS for verdict in ("accepted", "refused"))


def test_the_fuzz_sees_what_it_looks_for(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that says it delivered another number of rows, and one that leaves a file, are findings."""
    script = tool("fuzz_deliveries")
    monkeypatch.setenv("WERKPEIL_PSEUDONYM_KEY", "a key that is nobody's")
    ground = script.Ground(workshop.folder / "fuzz")
    rows = script.Case("csv", "values", workshop.csv("1,1,a,5,Eens,40,").read_bytes(), rows=2)
    with pytest.raises(script.FindingError, match="2 rows delivered, 1 read"):
        ground.try_case(rows)
    stray = ground.project.root / "stray"
    stray.touch()
    rows.rows = 1
    with pytest.raises(script.FindingError, match=r"left behind: .*stray"):
        ground.try_case(rows)


def test_a_file_that_crashes_the_library_is_damaged_and_the_run_goes_on(workshop: Workshop) -> None:
    path = DAMAGED / "crashes_the_library.sav"
    with pytest.raises(CrashedError):
        list(read([Request("spss", str(path), None, str(workshop.folder), rows=10)]))
    with pytest.raises(InputError, match=r"damaged or cut off: the library .* crashes on it"):
        workshop.land(path)
    assert workshop.land(workshop.csv("1,1,a,5,Eens,40,")).rows_accepted == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("column_without_name", "id, delivered as 'id'"),
        ("no_rows_told", "says that it holds 0 rows, and more follow"),
    ],
)
def test_what_a_damaged_description_leaves_out_is_told(workshop: Workshop, name: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        workshop.land(DAMAGED / f"{name}.sav")


META = "{meta: {label_nl: a, label_en: b, language: nl}}"
COLUMN = f"sources: [{{tables: [{{name: plain, config: {META}, columns: [{{name: q, config: {{%s}}}}]}}]}}]"
CODEBOOKS = {
    "a text": ("just a text", "The codebook is 'just a text', not keys with values"),
    "sources as text": ("sources: x", "`sources` is 'x', not a list"),
    "a source as text": ("sources: [x]", "An entry of `sources` is 'x'"),
    "tables as keys": ("sources: [{tables: {a: 1}}]", "`tables` is {'a': 1}, not a list"),
    "columns as text": ("sources: [{tables: [{name: plain, columns: x}]}]", "`columns` is 'x', not a list"),
    "a column as number": (
        "sources: [{tables: [{name: plain, columns: [1]}]}]",
        "An entry of `columns` is 1",
    ),
    "config as list": ("sources: [{tables: [{name: plain, config: [1]}]}]", "`config` of 'plain' is [1]"),
    "meta as text": ("sources: [{tables: [{name: plain, config: {meta: x}}]}]", "'s `meta` is 'x'"),
    "an impossible date": ("sources: 2024-99-99", "not valid YAML"),
    "answers as list": (COLUMN % "meta: {role: item, answers: [a], bands: {b: c}}", "'q' > answers"),
    "a label as number": (COLUMN % "meta: {role: item, label_nl: 5}", "'q' > label_nl"),
    "description as number": (
        COLUMN.replace("name: q", "name: q, description: 5") % "meta: {role: item}",
        "'q' > desc",
    ),
}


@pytest.mark.parametrize("case", CODEBOOKS)
def test_a_codebook_of_another_shape_says_where(workshop: Workshop, case: str) -> None:
    text, message = CODEBOOKS[case]
    _codebook(workshop).write_text(text)
    with pytest.raises(InputError) as caught:
        load_codebook(workshop.project, "plain")
    assert message in str(caught.value)


def test_a_codebook_and_a_seed_that_are_no_text_say_so(workshop: Workshop) -> None:
    seed = workshop.project.seeds / "scales.csv"
    kept = seed.read_text()
    seed.write_text(kept + "x" * 200_000 + "\n")
    with pytest.raises(InputError, match="The seed scales is no CSV"):
        load_codebook(workshop.project, "plain")
    seed.write_text(kept)
    _codebook(workshop).write_bytes(b"sources: \xff")
    with pytest.raises(InputError, match="The codebook is not UTF-8"):
        load_codebook(workshop.project, "plain")


@pytest.mark.parametrize(
    "name",
    ["it's; drop table x; --.csv", 'a "b".csv', "..%2f..csv", "-rf.csv", "\x1b[31m\n.csv", "{{ x }}.csv"],
)
def test_names_and_ids_that_are_code_elsewhere_are_texts_here(workshop: Workshop, name: str) -> None:
    before = {path for path in workshop.folder.rglob("*") if "data" not in path.parts}
    quoted = [f'"{one}",1,a,5,Eens,40,'.replace('"a "quoted" id"', '"a ""quoted"" id"') for one in NASTY_IDS]
    landed = workshop.land(workshop.csv(*quoted, name=name))
    assert landed.rows_accepted == len(NASTY_IDS)
    assert workshop.query("select file_name from raw.landing_register") == [(name,)]
    assert len(set(workshop.values("respondent_id"))) == len(NASTY_IDS)
    for left, one in enumerate(NASTY_IDS, start=1):
        forget(workshop.project, one)
        assert len(workshop.values("q1")) == len(NASTY_IDS) - left
    [delivery] = all_deliveries(workshop.project)
    assert (delivery.rows_accepted, delivery.rows_forgotten) == (0, len(NASTY_IDS))
    after = {path for path in workshop.folder.rglob("*") if "data" not in path.parts}
    assert after - before == {workshop.folder / name}


def _codebook(workshop: Workshop) -> Path:
    return workshop.project.staging / "plain" / "_plain__sources.yml"
