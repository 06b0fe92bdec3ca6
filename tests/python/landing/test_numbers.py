"""A number lands as its text does: the type that a delivery has for a column decides nothing."""

from __future__ import annotations

import math
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyreadstat
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from support.workshop import Workshop, column, make_workshop
from werkpeil.codebook.model import TEXT_MISSING_MARKERS
from werkpeil.errors import InputError
from werkpeil.landing.readers import spss_stata
from werkpeil.landing.readers.base import cleaned, cleaned_text

if TYPE_CHECKING:
    from collections.abc import Sequence

UNTYPED = -2_147_483_648
LIMITS = "name: test\nvars:\n  landing: {maximum_invalid_share: 1.0, maximum_rejected_share: 0.99}\n"
COLUMNS = [
    column("id", "respondent_id"),
    column("w", "weight"),
    column("s", ["stratum", "group"]),
    column("code", "item", answers="agree5", missing={"refused": [9], "skipped": [-1], "dont_know": ["nan"]}),
    column("wide", "item", answers="yes_no", missing={"refused": [2_000_000_000]}),
    column("label", "item", answers="agree5", coding="labels"),
    column("number", "control", maximum=100, missing={"refused": [999], "skipped": ["inf"]}),
    column("remark", "open_text"),
]
NAMES = [one["name"] for one in COLUMNS]

whole = st.sampled_from([0, 1, 2, 5, 6, 9, -1, 7, 60, 99, 100, 101, 999, 2_000_000_000, 2**31 - 1, 2**31])
wide_whole = whole | st.sampled_from([-(2**31), -(2**31) - 1, 2**53 + 1, -(2**63)])
doubles = (
    whole.map(float)
    | st.sampled_from(
        [-0.0, 0.5, 1.5, 0.1, 1 / 3, 1e14, 1e15, 1e16, 1e300, 1e-7, math.nan, math.inf, -math.inf]
    )
    | st.floats(allow_nan=False)
)
KINDS: dict[str, tuple[pa.DataType, st.SearchStrategy[Any]]] = {
    "double": (pa.float64(), doubles),
    "bigint": (pa.int64(), wide_whole),
    "integer": (pa.int32(), st.sampled_from([0, 1, 5, 9, 100, 2**31 - 1, -(2**31)])),
    "tinyint": (pa.int8(), st.integers(-128, 127)),
    "unsigned": (pa.uint64(), st.sampled_from([0, 1, 5, 2**32, 2**64 - 1])),
}


def written(value: float | None) -> str:
    """Return a number as a delimited file has it, by Python's own rules for decimals."""
    if value is None:
        return ""
    is_short = isinstance(value, int) or (math.isfinite(value) and value.is_integer() and abs(value) < 1e15)
    return str(int(value)) if is_short else repr(value)


def landed(workshop: Workshop, file: Path, wave: str) -> dict[str, Any]:
    """Land a file; return all that is kept of it but the ids of wave and delivery."""
    result = workshop.land(file, wave, "numbers")
    rejected = "select row_number, rule, detail, row_json from raw.rejected_rows"
    invalid = "select row_number, column_name, delivered_value, rule from raw.invalid_answers"
    return {
        "counts": (result.rows_read, result.rejected_by_rule, result.invalid_answers, result.provenance),
        "types": workshop.query(f"describe select * from read_parquet('{result.path}/responses.parquet')"),
        "responses": repr(
            workshop.query(
                f"select * exclude (wave_id, delivery_id) from raw.numbers where wave_id = '{wave}'"
            )
        ),
        "rejected": workshop.query(f"{rejected} where wave_id = '{wave}' order by all"),
        "invalid": workshop.query(f"{invalid} where wave_id = '{wave}' order by all"),
    }


@st.composite
def tables(draw: st.DrawFn) -> dict[str, tuple[pa.DataType, list[Any]]]:
    """Columns of numbers of some type; the first row has all that a row must have."""
    rows = draw(st.integers(1, 12))
    table = {}
    for name in NAMES:
        kind, values = KINDS[draw(st.sampled_from(sorted(KINDS)))]
        # A line of a text file in which nothing stands is no row.
        each = values if name == "remark" else st.none() | values
        later = st.lists(each, min_size=rows, max_size=rows)
        table[name] = (kind, [1, *draw(later)])
    return table


MOSTLY_NULL = (pa.int64(), [1, *[None] * 7])
NAN_AMONG_NULLS = {
    **dict.fromkeys(NAMES, MOSTLY_NULL),
    "label": (pa.float64(), [1, *[None] * 5, 0.0, math.nan]),
    "remark": (pa.int32(), [1, *[0] * 7]),
}


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(table=tables())
@example(table=NAN_AMONG_NULLS)
def test_numbers_of_any_type_land_as_their_texts(table: dict[str, tuple[pa.DataType, list[Any]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        workshop = make_workshop(Path(folder))
        (workshop.project.root / "dbt_project.yml").write_text(LIMITS)
        workshop.survey("numbers", COLUMNS, blank_texts=["NA", "7", "0.5"])
        arrays = {name: pa.array(values, type=kind) for name, (kind, values) in table.items()}
        native, text = workshop.folder / "native.parquet", workshop.folder / "text.csv"
        pq.write_table(pa.table(arrays), native, row_group_size=4)
        rows = zip(*(array.to_pylist() for array in arrays.values()), strict=True)
        lines = [NAMES, *([written(value) for value in row] for row in rows)]
        text.write_text("".join(",".join(line) + "\n" for line in lines))
        assert landed(workshop, native, "native") == landed(workshop, text, "text")


SPELLINGS = {
    # delivered text: stored code, stored number, whether these are kept with what was delivered
    "5": (5, 5.0, "", ""),
    "05": (5, 5.0, "", ""),
    "+5": (5, 5.0, "", ""),
    " 5": (5, 5.0, "", ""),
    "5.0": (5, 5.0, "", ""),
    "5,0": (5, 5.0, "", ""),
    "5e0": (5, 5.0, "", ""),
    "": (None, None, "", ""),
    "  ": (None, None, "", ""),
    "08": (8, 8.0, "08", ""),
    "-0": (0, -0.0, "-0", ""),
    "1e2": (100, 100.0, "1e2", ""),
    "0101": (101, 101.0, "0101", "0101"),
    "5_0": (UNTYPED, math.nan, "5_0", "5_0"),
    "4.5": (UNTYPED, 4.5, "4.5", ""),
    "3000000000": (UNTYPED, 3e9, "3000000000", "3000000000"),
    "-2147483648": (UNTYPED, -2147483648.0, "-2147483648", "-2147483648"),
    "five": (UNTYPED, math.nan, "five", "five"),
}


@pytest.mark.parametrize("quoted", [False, True])
@pytest.mark.parametrize("before", [0, 400])
def test_every_spelling_lands_wherever_it_stands(workshop: Workshop, before: int, *, quoted: bool) -> None:
    """Behind many rows of plain digits, where the column was taken for one of whole numbers, too."""
    (workshop.project.root / "dbt_project.yml").write_text(LIMITS)
    workshop.survey("s", [column("q", "item", answers="agree5"), column("n", "control", maximum=100)])
    mark = '"' if quoted else ""
    spelled = [text if quoted or "," not in text else f'"{text}"' for text in SPELLINGS]
    lines = ["q,n", *["5,5"] * before, *(f"{mark}{one}{mark},{mark}{one}{mark}" for one in spelled[:7])]
    lines += [f"{mark}{one}{mark},{mark}{one}{mark}" for one in spelled[9:]]
    lines += ["2,", ",3"]
    workshop.land(workshop.file("d.csv", "\n".join(lines) + "\n"), survey_id="s")
    kept = [SPELLINGS[text] for text in SPELLINGS if text.strip()]
    stored = workshop.query("select q, n from raw.s order by row_number")[before:]
    expected = [(code, number) for code, number, _, _ in kept] + [(2, None), (None, 3.0)]
    assert repr(stored) == repr(expected)
    invalid = workshop.query(
        "select row_number, column_name, delivered_value from raw.invalid_answers order by column_name, 1"
    )
    assert invalid == [
        (before + row, name, text)
        for name, place in (("n", 3), ("q", 2))
        for row, entry in enumerate(kept, start=1)
        if (text := entry[place])
    ]


def test_a_rejected_row_keeps_the_digits_that_were_delivered(workshop: Workshop) -> None:
    rows = [f"{number},1,a,5,Eens,40,x" for number in range(300)]
    workshop.land(workshop.csv(*rows, ",01,a,05,Eens,4.0,x"))
    [(content,)] = workshop.query("select row_json from raw.rejected_rows")
    assert '"w":"01","s":"a","q1":"05","q2":"Eens","hours":"4.0"' in content


def test_rows_are_set_aside_from_a_parquet_file_and_the_others_keep_their_order(workshop: Workshop) -> None:
    people = list(range(1, 5_001))
    people[41] = people[17]
    frame = pd.DataFrame(
        {"id": people, "w": 1.0, "s": "a", "q1": 5, "q2": "Eens", "hours": 4.5, "remark": ""}
    )
    frame.loc[99, "w"] = -1
    frame.to_parquet(workshop.folder / "d.parquet", row_group_size=1_000)
    result = workshop.land(workshop.folder / "d.parquet")
    assert result.rejected_by_rule == {"respondent_id_duplicate": 1, "weight_negative": 1}
    numbers = [number for (number,) in workshop.query("select row_number from raw.plain")]
    assert numbers == [number for number in range(1, 5_001) if number not in (42, 100)]
    assert workshop.query("select row_number, detail from raw.rejected_rows order by 1") == [
        (42, "the respondent id is that of row 18"),
        (100, "w: -1"),
    ]


def test_rows_of_a_parquet_file_of_many_row_groups_keep_their_order(workshop: Workshop) -> None:
    people = list(range(200_000, 0, -1))
    frame = pd.DataFrame(
        {"id": people, "w": 1.0, "s": "a", "q1": 5, "q2": "Eens", "hours": 4.5, "remark": people}
    )
    frame.to_parquet(workshop.folder / "d.parquet", row_group_size=30_000)
    workshop.land(workshop.folder / "d.parquet")
    assert workshop.query("select count(*), min(row_number + cast(remark as integer)) from raw.plain") == [
        (200_000, 200_001)
    ]
    path = f"{workshop.project.landing}/plain/*/*/responses.parquet"
    [(in_order,)] = workshop.query(
        "select bool_and(file_row_number + 1 = row_number) "
        f"from read_parquet('{path}', file_row_number => true)"
    )
    assert in_order


def test_a_column_becomes_text_at_the_first_value_that_is_no_number(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stata's letters may come in the second chunk only."""
    monkeypatch.setattr(spss_stata, "_CELLS_AT_A_TIME", 0)  # chunks of 1,000 rows
    values: list[Any] = [1.5] * 1_200 + ["a"] + [2.0] * 1_000
    path = workshop.folder / "s.dta"
    pyreadstat.write_dta(pd.DataFrame({"h": values}), str(path), missing_user_values={"h": ["a"]})
    workshop.survey("stata", [column("h", "control", missing={"skipped": ["a"]})])
    assert workshop.land(path, survey_id="stata").invalid_answers == {}
    skipped = float(TEXT_MISSING_MARKERS["skipped"])
    assert workshop.values("h", "stata") == [1.5] * 1_200 + [skipped] + [2.0] * 1_000


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_damage_that_shows_when_a_page_is_read_is_told_as_damage(workshop: Workshop, share: float) -> None:
    workshop.survey(
        "damaged", [column("n", "control"), column("t", "open_text")], undeclared_columns="ignore"
    )
    frame = pd.DataFrame(
        {"n": [number * 1.7 for number in range(5_000)], "t": [f"t{n}" for n in range(5_000)]}
    )
    path = workshop.folder / "d.parquet"
    frame.to_parquet(path, compression="zstd")
    content = bytearray(path.read_bytes())
    at = int(len(content) * share)
    content[at : at + 64] = bytes(64)
    path.write_bytes(content)
    with pytest.raises(InputError, match="Parquet file cannot be read"):
        workshop.land(path, survey_id="damaged")
    assert not (workshop.project.landing / "damaged").exists()


def kept_texts(texts: Sequence[str]) -> list[str | None]:
    with duckdb.connect() as connection:
        connection.register(
            "texts", pa.table({"place": range(len(texts)), "t": pa.array(texts, pa.string())})
        )
        rows = connection.execute(f"select {cleaned('t')} from texts order by place").fetchall()
    return [text for (text,) in rows]


@given(texts=st.lists(st.text(st.sampled_from("a! \t\r\n\u00a0\ufeff\x01\x7fé~"), max_size=6), max_size=40))
def test_texts_are_cleaned_alike_in_sql_and_in_python(texts: list[str]) -> None:
    # A control character alone is no text where files are read; in Python an id is looked up as it is.
    assert kept_texts(texts) == [None if text == "\x01" else cleaned_text(text) or None for text in texts]
