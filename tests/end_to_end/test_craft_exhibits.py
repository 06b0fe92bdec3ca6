"""Tables 3 and 4 of the craftsmanship study, from a synthetic wave that was made to carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.published import assert_nothing_told, read_tables, variables_of
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from werkpeil.project import Project


def rows(project: Project, query: str) -> list[tuple[object, ...]]:
    with open_warehouse(project) as connection:
        return [tuple(row) for row in connection.execute(query).fetchall()]


def test_the_sample_and_the_response_are_those_of_table_3(craft: Project) -> None:
    total = rows(
        craft,
        "select sampled, responded, response_share, provenance from marts.craft_response "
        "where wave_id = '2022' and cut_id = 'total' and method = 'register'",
    )
    assert total == [(14301, 3724, pytest.approx(3724 / 14301), "synthetic")]
    by_domain = rows(
        craft,
        "select group_id, sampled from marts.craft_response "
        "where wave_id = '2022' and cut_id = 'stratum_domain' and method = 'register' order by 1",
    )
    assert by_domain == [
        ("bedrijfsvoering", 3350),
        ("beleid", 3473),
        ("inspectie", 3073),
        ("uitvoering", 4405),
    ]


def test_a_wave_without_sample_counts_says_why_it_has_no_rate(craft: Project) -> None:
    found = rows(
        craft,
        "select distinct sampled, response_share, null_reason from marts.craft_response "
        "where wave_id = '2024'",
    )
    assert found == [(None, None, "sample_not_known")]


@pytest.mark.parametrize(
    ("method", "group", "sampled", "responded", "percent"),
    [
        # Printed in table 3: who reports which domain, over the sample of the register.
        ("as_reported", "beleid*yes", 559, 142, 25),
        ("as_reported", "uitvoering*no", 3050, 880, 29),
        ("as_reported", "beleid", 3473, 641, 18),
        ("as_reported", "inspectie", 3073, 707, 23),
        ("as_reported", "bedrijfsvoering", 3350, 628, 19),
        ("as_reported", "uitvoering", 4405, 1310, 30),
        ("as_reported", "anders", 0, 396, None),
        # The two totals: four domains alone, and with other, which nobody was invited in.
        ("as_reported_in_sample", "total", 14301, 3286, 23),
        ("as_reported_in_sample", "yes", 2659, 791, 30),
        ("as_reported_in_sample", "no", 11642, 2495, 21),
        ("as_reported", "total", 14301, 3682, 26),
        ("as_reported", "yes", 2659, 868, 33),
        ("as_reported", "no", 11642, 2814, 24),
    ],
)
def test_the_report_s_own_way_gives_the_counts_of_table_3(
    craft: Project, method: str, group: str, sampled: int, responded: int, percent: int | None
) -> None:
    found = rows(
        craft,
        "select sampled, responded, n, round(100 * response_share), null_reason from marts.craft_response "
        f"where wave_id = '2022' and method = '{method}' and group_id = '{group}'",
    )
    reason = "nobody_invited" if percent is None else None
    assert found == [(sampled, responded, responded, percent, reason)]


def test_first_contacts_add_up_and_have_errors(craft: Project) -> None:
    found = rows(
        craft,
        "select cut_id, group_id, count(*), sum(answer_share), sum(n) = max(base_n), "
        "min(answer_share_std_error) > 0 from marts.craft_first_contact "
        "where wave_id = '2022' group by all order by 1, 2",
    )
    assert [row[:2] for row in found] == [
        *(("domain", name) for name in ("anders", "bedrijfsvoering", "beleid", "inspectie", "uitvoering")),
        ("is_manager", "no"),
        ("is_manager", "yes"),
        ("total", "total"),
    ]
    assert [row[2:] for row in found] == [(6, pytest.approx(1), True, True)] * 8


@pytest.mark.parametrize(
    ("characteristic", "band", "group", "n", "percent"),
    [
        # Printed in table 4 of the report.
        ("age", "age_le_30", "total", 42, 1.2),
        ("age", "age_31_35", "total", 486, 13.9),
        ("salary_scale", "scale_10_13", "total", 2365, None),
    ],
)
def test_bands_of_table_4_are_counted_as_printed(
    craft: Project, characteristic: str, band: str, group: str, n: int, percent: float | None
) -> None:
    found = rows(
        craft,
        "select n, 100 * unweighted_share from marts.craft_respondents where wave_id = '2022' "
        f"and characteristic_id = '{characteristic}' and band_id = '{band}' and group_id = '{group}'",
    )
    assert len(found) == 1
    assert found[0][0] == n
    if percent is not None:
        assert found[0][1] == pytest.approx(percent, abs=0.05)


def test_shares_of_a_characteristic_add_up_to_one_in_every_group(craft: Project) -> None:
    sums = rows(
        craft,
        "select min(total), max(total), count(*) from "
        "(select sum(share) as total from marts.craft_respondents "
        "where band_id <> 'all' group by wave_id, characteristic_id, cut_id, group_id) as groups",
    )
    lowest, highest, count = sums[0]
    assert lowest == pytest.approx(1)
    assert highest == pytest.approx(1)
    assert count == 2 * 4 * 6  # waves, characteristics, the total and five domains


def test_the_attacker_recovers_nothing_that_is_published(craft: Project) -> None:
    tables = read_tables(craft, "per", "2022")
    assert_nothing_told(tables, variables_of(tables)[:2], ["age"], least=50)
