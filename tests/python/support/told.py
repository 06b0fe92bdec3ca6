"""Which numbers of people any published table tells of, whichever table that is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterator

# What a column tells of: a category, all categories of a row (means, deviations, effective sizes), an answer,
# how missing answers divide into kinds, the respondents of a row, a group as such, or all groups of a cut.
CATEGORY, MEAN, ANSWER, MISSING = "category", "mean", "answer", "missing"
ANSWERED, GROUP, CUT = "answered", "group", "cut"
FACT = ["survey_id", "wave_id", "variable_id", "cut_id", "group_id", "what", "cell_id"]
_SHARES = {
    "positive_share": "positive",
    "agree_share": "positive",
    "neutral_share": "neutral",
    "negative_share": "negative",
    "disagree_share": "negative",
}
_OF_ALL_CATEGORIES = {"std_deviation", "n_effective", "design_effect", "std_error", "ci_lower", "ci_upper"}
_KINDS = {"asked_share", "skipped_share", "dont_know_share", "refused_share", "invalid_share"}
_KINDS |= {"asked_count", "too_few_items_share"}
_TESTS = {"pooled_p_value", "pooled_significance", "design_p_value", "design_q_value", "design_significance"}
_VARIABLES = ("item_id", "scale_id", "aspect_id", "characteristic_id")


def told_facts(connection: Any) -> pd.DataFrame:
    """Return everything that published tables tell, one row per fact, with the table that tells it.

    Args:
        connection: An open connection to a built warehouse or a release.

    Returns:
        Columns `FACT` and `table_name`. `cell_id` names the category or answer, empty for other facts.
    """
    columns: dict[str, list[str]] = {}
    found = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'published' order by all"
    ).fetchall()
    for table, column in found:
        columns.setdefault(table, []).append(column)
    queries = list(_queries(columns))
    return connection.execute(" union ".join(f"({query})" for query in queries)).df()


def told_of_hidden(facts: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Return the facts that some table tells of what is hidden.

    Args:
        facts: What tables tell.
        decisions: `disclosure_decisions` of the same build.
    """
    row = FACT[:5]
    whole = decisions["cell_id"] == "row"
    kinds = decisions["cell_id"] == "missing"
    cells = decisions[~whole & ~kinds]
    by_category = cells.drop(columns="cell_id").rename(columns={"category": "cell_id"})
    found = [facts.merge(decisions.loc[whole, row].drop_duplicates(), on=row).query("what != 'cut'")]
    for what, hidden, keys in (
        (MEAN, cells, row),
        (CATEGORY, by_category, [*row, "cell_id"]),
        (ANSWER, cells, [*row, "cell_id"]),
        (MISSING, decisions[kinds], row),
        (CUT, decisions[~kinds], row[:4]),
    ):
        own = facts[facts["what"] == what]
        found.append(own.merge(hidden.dropna(subset=keys)[keys].drop_duplicates(), on=keys))
    return pd.concat(found, ignore_index=True)


def _queries(columns: dict[str, list[str]]) -> Iterator[str]:
    for table, names in columns.items():
        variable = next((name for name in _VARIABLES if name in names), None)
        if variable and {"cut_id", "group_id", "suppression_reason"} <= set(names) and "flow_id" not in names:
            yield from _of_groups(table, names, variable)
    yield from _of_differences()
    yield from _of_changes()
    yield from _of_counts()
    yield from _of_reproductions()


def _fact(table: str, number: str, what: str, cell: str = "''", **names: str) -> str:
    """One query: every row of a table in which a number is shown tells this."""
    keys = {"wave_id": "wave_id", "variable_id": "variable_id", "cut_id": "cut_id", "group_id": "group_id"}
    selected = ", ".join(f"{value} as {name}" for name, value in (keys | names).items() if name != "also")
    also = f" and {names['also']}" if "also" in names else ""
    return (
        f"select distinct survey_id, {selected}, '{what}' as what, {cell} as cell_id, "
        f"'{table}' as table_name from published.{table} where {number} is not null{also}"
    )


def _of_groups(table: str, names: list[str], variable: str) -> Iterator[str]:
    """Tables with a row per variable, cut and group, and perhaps answer."""
    if "measure_id" in names:
        bases = {"cut_id": "base_cut_id", "group_id": "base_group_id"}
        yield _fact(table, "measure_share", CATEGORY, "'positive'", variable_id=variable, **bases)
        return
    cell = next((name for name in ("answer_id", "band_id") if name in names), None)
    if cell:
        yield _fact(table, "n", ANSWER, cell, variable_id=variable, also=f"{cell} <> 'all'")
        yield _fact(table, "base_n", ANSWERED, variable_id=variable)
    else:
        yield _fact(table, "n", ANSWERED, variable_id=variable)
    for share, category in _SHARES.items():
        own = [name for name in names if name.startswith(share) and not name.endswith("_reason")]
        if own:
            yield _fact(table, _first(own), CATEGORY, f"'{category}'", variable_id=variable)
    numbers = [name for name in names if not name.endswith("_reason")]
    for what, own in {
        MEAN: [name for name in numbers if name in _OF_ALL_CATEGORIES or name.startswith("mean")],
        MISSING: [name for name in numbers if name in _KINDS],
        CUT: [name for name in numbers if name in _TESTS],
    }.items():
        if own:
            yield _fact(table, _first(own), what, variable_id=variable)
    if "group_count" in names:
        yield _fact(table, "group_count", GROUP, variable_id="'every_variable'")


def _first(names: list[str]) -> str:
    """Whichever number is shown, as text: they are of several types."""
    return "coalesce(" + ", ".join(f"cast({name} as varchar)" for name in names) + ")"


def _of_differences() -> Iterator[str]:
    """Of a shown difference both ends are told, whichever of its columns is shown."""
    shown = _first(["n", "estimate_a", "estimate_b", "difference", "statistic", "p_value", "effect_size"])
    for group in ("group_a", "group_b"):
        pair = {"variable_id": "item_id", "group_id": group}
        yield _fact("item_differences", shown, MEAN, **pair, also="group_b is not null and measure = 'mean'")
        shares = "group_b is not null and measure = 'positive_share'"
        yield _fact("item_differences", shown, CATEGORY, "'positive'", **pair, also=shares)
    cut = {"variable_id": "item_id", "group_id": "''"}
    yield _fact("item_differences", shown, CUT, **cut, also="group_b is null")


def _of_changes() -> Iterator[str]:
    shown = _first(["estimate", "change", "n_overlap", "covariance", "statistic", "p_value"])
    for wave in ("wave_id", "previous_wave_id"):
        yield _fact("wave_changes", shown, MEAN, wave_id=wave, also="measure = 'mean'")
        yield _fact("wave_changes", shown, CATEGORY, "'positive'", wave_id=wave, also="measure <> 'mean'")
    yield _fact("wave_changes", "wave_n", ANSWERED)
    yield _fact("wave_changes", "previous_n", ANSWERED, wave_id="previous_wave_id")


def _of_counts() -> Iterator[str]:
    every = {"variable_id": "'every_variable'"}
    yield _fact("response_rates", "coalesce(n, responded, response_share)", GROUP, **every)
    yield _fact("sector_flows", "n", ANSWER, "answer_id", variable_id="item_id", also="answer_id is not null")
    yield _fact(
        "weighting_margins",
        "coalesce(n, unweighted_share)",
        ANSWER,
        "answer_id",
        variable_id="margin_id",
        cut_id="'total'",
        group_id="'total'",
    )


def _of_reproductions() -> Iterator[str]:
    categories = "replace(replace(statistic, '_of_everybody', ''), '_unweighted', '')"
    one = "source = 'estimates' and cell_count = 1"
    yield _fact(
        "reproduction_results",
        "computed_value",
        CATEGORY,
        f"replace(replace({categories}, '_share', ''), '_count', '')",
        also=f"{one} and {categories} in ('positive_share', 'neutral_share', 'negative_share')",
    )
    yield _fact("reproduction_results", "computed_value", MEAN, also=f"{one} and {categories} = 'mean'")
