"""An exhibit is read from marts into rows and columns, in order, with labels and reasons."""

from __future__ import annotations

from typing import Any

import pytest

from werkpeil.errors import InputError
from werkpeil.exhibits import Exhibit, Table, exhibit_ids, exhibit_named, read_exhibit
from werkpeil.exhibits.layout import (
    GROUPS,
    Begins,
    Block,
    Measure,
    Measures,
    Values,
    count,
    either,
    number,
    ranked,
    share,
    starred,
)
from werkpeil.exhibits.numbers import NumberStyle

STYLE = NumberStyle(decimal_mark=",", thousands_mark=".", leading_zero=False)
ITEMS = Values("item_id", "variable", starred="stars")


def exhibit_of(*blocks: Block) -> Exhibit:
    return Exhibit("craft.figure_x", "per", "2022", "Titel", "Title", blocks, STYLE, "Noot.", "Note.")


def read(marts: Any, *blocks: Block, **options: Any) -> Table:
    return read_exhibit(marts, exhibit_of(*blocks), schema="marts", **options)


def texts(table: Table) -> list[tuple[str, ...]]:
    return [(row.label, *(cell.reason or cell.text for cell in row.cells)) for row in table.rows]


def test_values_of_two_columns_make_a_table(marts: Any) -> None:
    table = read(marts, Block("figure", rows=ITEMS, columns=GROUPS, cell=share("agreed", 0)))
    assert table.headings == ("Beleid", "Inspectie", "Totaal")
    assert texts(table) == [
        ('Eerste | "a" & <b>*', "29%", "50%", "30%"),
        ("Tweede", "12%", "small_group", ""),
    ]
    assert table.reasons == {"small_group": 1}
    assert (table.provenance, table.build_id, table.title, table.note) == (
        "synthetic",
        "b1",
        "Titel",
        "Noot.",
    )


def test_labels_come_in_the_language_asked_for(marts: Any) -> None:
    table = read(marts, Block("figure", rows=ITEMS, columns=GROUPS, cell=share("agreed", 0)), language="en")
    assert table.headings == ("Policy", "Inspection", "Total")
    assert (table.title, table.note) == ("Title", "Note.")
    assert [row.label for row in table.rows] == ["First_1*", "Second"]


def test_measures_make_rows_or_columns(marts: Any) -> None:
    measures = Measures(
        (Measure("n", "n", count("n")), Measure("m", "m", number("mean", 2, coefficient=True)))
    )
    only_q01 = {"item_id": "q01"}
    columns = read(marts, Block("figure", rows=GROUPS, columns=measures, where=only_q01))
    assert texts(columns) == [
        ("Beleid", "1.200", ",15"),
        ("Inspectie", "40", "2,68"),
        ("Totaal", "1.240", "-,05"),
    ]
    rows = read(marts, Block("figure", rows=measures, columns=GROUPS, where=only_q01))
    assert texts(rows) == [("n", "1.200", "40", "1.240"), ("m", ",15", "2,68", "-,05")]


def test_blocks_share_their_columns(marts: Any) -> None:
    below = Measures((Measure("n", "n", count("n")),))
    table = read(
        marts,
        Block(
            "figure", rows=ITEMS, columns=GROUPS, where={"item_id": "q02"}, cell=starred("mean", "stars", 1)
        ),
        Block(
            "figure",
            rows=below,
            columns=GROUPS,
            where={"item_id": "q01", "cut_id": "total"},
            heading=("Onder", "Below"),
        ),
    )
    assert table.headings == ("Beleid", "Inspectie", "Totaal")
    assert texts(table) == [
        ("Tweede", "1,0", "small_group", ""),
        ("Onder",),
        ("n", "", "", "1.240"),
    ]


def test_a_block_may_be_repeated_by_a_column(marts: Any) -> None:
    table = read(
        marts,
        Block(
            "figure",
            rows=GROUPS,
            columns=Measures((Measure("n", "n", count("n")),)),
            where={"cut_id": "domain"},
            by=ITEMS,
        ),
    )
    assert [row.label for row in table.rows] == [
        'Eerste | "a" & <b>*', "Beleid", "Inspectie", "Tweede", "Beleid", "Inspectie",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "labels"),
    [
        ({"stars": None}, ["Tweede"]),
        ({"item_id": Begins("q01")}, ['Eerste | "a" & <b>*']),
        ({"item_id": ("q01", "q02"), "group_id": "inspectie"}, ['Eerste | "a" & <b>*', "Tweede"]),
    ],
)
def test_conditions_choose_rows(marts: Any, where: dict[str, Any], labels: list[str]) -> None:
    table = read(marts, Block("figure", rows=ITEMS, columns=GROUPS, where=where, cell=count("n")))
    assert [row.label for row in table.rows] == labels


def test_intervals_stand_behind_their_number_where_there_are_any(marts: Any) -> None:
    table = read(
        marts,
        Block(
            "figure",
            rows=ITEMS,
            columns=GROUPS,
            where={"group_id": "beleid", "cut_id": "domain"},
            cell=share("agreed", 0, interval=True),
        ),
    )
    assert [row.cells[0].text for row in table.rows] == ["29% (25\u201332)", "12%"]


def test_ranks_that_are_shared_stand_in_one_cell(marts: Any) -> None:
    marts.execute(
        "create table marts.flows as "
        "select 'per' as survey_id, '2022' as wave_id, t.*, 'real' as provenance, 'b' as build_id "
        "from (values ('a', 1, 'Rijk', 0.878, 1), ('a', 3, 'HBO', 0.026, 9), ('a', 3, 'ZBO', 0.026, 2), "
        "('b', 1, 'Rijk', null, 1)) as t (origin, rank, destination, flow_share, position)"
    )
    flows = Block(
        "flows",
        rows=Values("origin", "text"),
        columns=Values("rank", "rank"),
        cell=ranked("destination", "flow_share", 1, order="position"),
    )
    table = read(marts, flows)
    assert table.headings == ("Nummer 1", "Nummer 3")
    assert texts(table) == [("a", "Rijk (87,8%)", "ZBO/HBO (2,6%/2,6%)"), ("b", "no_number", "-")]


def test_two_rows_in_one_cell_are_a_mistake_of_the_layout(marts: Any) -> None:
    with pytest.raises(ValueError, match="fall into one cell"):
        read(marts, Block("figure", rows=ITEMS, columns=Values("wave_id", "text"), cell=count("n")))


def test_the_first_number_there_is_is_shown(marts: Any) -> None:
    cell = either(share("agreed_ci_lower", 0), number("mean", 1))
    table = read(marts, Block("figure", rows=ITEMS, columns=GROUPS, where={"group_id": "beleid"}, cell=cell))
    assert [row.cells[0].text for row in table.rows] == ["25%", "1,0"]


def test_a_wave_that_is_not_there_is_said_with_those_that_are(marts: Any) -> None:
    with pytest.raises(InputError, match="no numbers for per 1999") as raised:
        read(marts, Block("figure", rows=ITEMS, columns=GROUPS, cell=count("n")), wave_id="1999")
    assert "2022, 2024" in str(raised.value)


def test_an_exhibit_that_is_not_there_is_said_with_those_that_are() -> None:
    with pytest.raises(InputError, match="There is no exhibit") as raised:
        exhibit_named("culture.table_9")
    assert "culture.table_3" in str(raised.value)
    with pytest.raises(InputError, match="'printed' is no way"):
        exhibit_named("culture.table_3", "printed")


def test_both_reports_are_there_in_full() -> None:
    expected = {f"culture.table_{place}" for place in range(1, 5)}
    expected |= {f"culture.figure_{place}" for place in range(1, 4)}
    expected |= {"craft.table_3", "craft.table_4", "craft.q14_10"}
    expected |= {f"craft.figure_{place}" for place in range(1, 15)}
    assert set(exhibit_ids()) == expected
