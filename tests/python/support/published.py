"""What readers see of a built warehouse, as the attacker takes it; and the true counts for the judge."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from support.attacker import Published, Row
from support.carried import Carried
from support.judge import Counts, faults_of, faults_of_kinds
from support.told import ANSWER, CATEGORY, GROUP, told_facts, told_of_hidden
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from werkpeil.project import Project

SHARES = {
    "item_shares": {"positive": "positive_share", "neutral": "neutral_share", "negative": "negative_share"},
    "scale_scores": {"positive": "agree_share", "neutral": "neutral_share", "negative": "disagree_share"},
}
# Which share tells of which kind of missing answers.
KINDS = {
    "not_asked": "asked_share",
    "skipped": "skipped_share",
    "dont_know": "dont_know_share",
    "refused": "refused_share",
    "invalid": "invalid_share",
}
ROW = ["survey_id", "wave_id", "variable_id", "cut_id", "group_id"]


@dataclass(frozen=True)
class Tables:
    """Tables of one wave.

    Attributes:
        shares: Published items and scales with one name per column: people in the group, people who answered
            and the share of each category; null where hidden.
        answers: Published answers of variables of which each is published.
        truth: True counts.
        missing: True counts of kinds of missing answers.
        universes: Condition under which each item is put to somebody.
        carried: Sums of what people carry.
        told: What any table tells: `FACT` of support.told without survey and wave.
        sizes: People in each group that any table shows.
    """

    shares: pd.DataFrame
    answers: pd.DataFrame
    truth: pd.DataFrame
    missing: pd.DataFrame
    universes: dict[str, str]
    carried: Carried
    told: set[tuple[str, ...]]
    sizes: dict[Row, float]


def waves_of(project: Project) -> list[tuple[str, str]]:
    """Return survey and wave of everything that is published."""
    with open_warehouse(project, read_only=True) as connection:
        query = "select distinct survey_id, wave_id from published.item_shares order by all"
        return [(str(survey), str(wave)) for survey, wave in connection.execute(query).fetchall()]


def read_tables(project: Project, survey: str, wave: str) -> Tables:
    """Read what is published of a wave, and its truth."""
    with open_warehouse(project, read_only=True) as connection:

        def read(table: str, columns: str = "*", condition: str = "true") -> pd.DataFrame:
            query = f"select {columns} from {table} where survey_id = ? and wave_id = ? and {condition}"
            return connection.execute(query, [survey, wave]).df()

        shares = []
        for mart, columns in SHARES.items():
            found = read(f"published.{mart}")
            names = {share: category for category, share in columns.items()}
            shares.append(found.rename(columns={"item_id": "variable_id", "scale_id": "variable_id"} | names))
        universes = connection.execute(
            "select item_id, universe from published.dim_items where survey_id = ? and universe is not null",
            [survey],
        ).fetchall()
        facts = told_facts(connection)
        facts = facts[(facts["survey_id"] == survey) & (facts["wave_id"] == wave)]
        keys = ["variable_id", "cut_id", "group_id", "what", "cell_id"]
        joined = pd.concat(shares, ignore_index=True)
        told = set(facts[keys].itertuples(index=False, name=None))
        groups = read("estimates.int_group_counts")
        return Tables(
            shares=joined,
            answers=read("published.answer_shares").rename(columns={"item_id": "variable_id"}),
            truth=read("estimates.int_answer_cells", condition="missing_reason is null"),
            missing=read("estimates.int_answer_cells", condition="missing_reason is not null"),
            universes=dict(universes),
            carried=Carried(connection, survey, wave, joined),
            told=told,
            sizes={
                (str(cut), str(group)): float(n)
                for cut, group, n in groups[["cut_id", "group_id", "n"]].itertuples(index=False)
                if ("every_variable", cut, group, GROUP, "") in told
            },
        )


def variables_of(tables: Tables) -> list[str]:
    """Return items and scales with categories, in a random order that stays."""
    given = tables.truth[tables.truth["category"].notna()]
    found = sorted(set(given["variable_id"]) & set(tables.shares["variable_id"]))
    return [str(name) for name in np.random.default_rng(len(found)).permutation(found)]


def single_variables_of(tables: Tables) -> list[str]:
    """Return the variables of which each answer is published."""
    return sorted(str(name) for name in set(tables.answers["variable_id"]))


def attack(tables: Tables, variable: str, *, by_answer: bool = False) -> tuple[list[Any], int]:
    """Return what can be told of a variable that may not be, and how many numbers of it are hidden.

    Args:
        tables: What is published.
        variable: An item, outcome, control or scale.
        by_answer: Whether each answer is published, not categories of them.
    """
    truth = _true_counts(tables, variable, "answer_id" if by_answer else "category")
    published = _published_answers(tables, variable, truth) if by_answer else _shares(tables, variable, truth)
    published.measures, published.values = tables.carried.measures(
        variable, "answer_id" if by_answer else "category"
    )
    hidden = sum(count is None for counts in published.counts.values() for count in counts.values())
    return faults_of(published, truth, _telling(tables, variable)), hidden


def attack_kinds(tables: Tables, variable: str) -> tuple[list[Any], int]:
    """Return the same of kinds of missing answers: what can be told, and how many are hidden."""
    own = tables.missing[tables.missing["variable_id"] == variable]
    lines = tables.shares[tables.shares["variable_id"] == variable].to_dict("records")
    kinds = [kind for kind in KINDS if kind in set(own["missing_reason"])]
    if len(kinds) < 2 or not lines:
        return [], 0
    counted = {
        (str(cut), str(group), str(kind)): int(n)
        for cut, group, kind, n in own[["cut_id", "group_id", "missing_reason", "n"]].itertuples(index=False)
    }
    published = Published({}, {}, {})
    truth: Counts = {}
    for line in lines:
        row = (str(line["cut_id"]), str(line["group_id"]))
        truth[row] = {kind: counted.get((*row, kind), 0) for kind in kinds}
        size, answered = tables.sizes.get(row), _number(line["n"])
        published.sizes[row] = size
        published.answered[row] = None if size is None or answered is None else size - answered
        published.counts[row] = {
            kind: float(count) if _number(line[KINDS[kind]]) is not None else None
            for kind, count in truth[row].items()
        }
    hidden = sum(count is None for counts in published.counts.values() for count in counts.values())
    return faults_of_kinds(published, truth), hidden


def assert_nothing_told(tables: Tables, names: list[str], by_answer: list[str], *, least: int) -> None:
    """Assert that nothing hidden of some variables can be told, and that more than `least` are hidden.

    Each takes some seconds; the complete attack is tools/attack_published.py.
    """
    hidden = 0
    for name, single in [*((name, False) for name in names), *((name, True) for name in by_answer)]:
        faults, count = attack(tables, name, by_answer=single)
        assert faults == [], name
        assert attack_kinds(tables, name)[0] == [], name
        hidden += count
    assert hidden > least


def _shares(tables: Tables, variable: str, truth: Counts) -> Published:
    """One item or scale as published, its shown shares as counts."""
    own = tables.truth[tables.truth["variable_id"] == variable]
    answers = own.groupby("category")["answer_id"].unique()
    labels = {str(category): str(names[0]) for category, names in answers.items() if len(names) == 1}
    published = Published({}, {}, {}, variable=variable, labels=labels)
    lines = tables.shares[tables.shares["variable_id"] == variable]
    for line in lines.to_dict("records"):
        row = (str(line["cut_id"]), str(line["group_id"]))
        if row in truth:
            published.sizes[row] = tables.sizes.get(row)
            published.answered[row] = _number(line["n"])
            published.counts[row] = {
                category: float(count)
                if _number(line[category]) is not None or (variable, *row, CATEGORY, category) in tables.told
                else None
                for category, count in truth[row].items()
            }
            unit = re.match(r"[A-Z]{2}", row[1]) if row[0] == "level_1" else None
            if unit:
                published.inside[row] = ("agency", unit.group())
    return published


def _published_answers(tables: Tables, variable: str, truth: Counts) -> Published:
    """One variable of which each answer is published: people per answer, and in all."""
    answers = {answer for held in truth.values() for answer in held}
    published = Published({}, {}, {}, variable=variable, labels={answer: answer for answer in answers})
    rows = tables.shares[tables.shares["variable_id"] == variable]
    for line in rows.to_dict("records"):
        row = (str(line["cut_id"]), str(line["group_id"]))
        if row in truth:
            published.sizes[row] = tables.sizes.get(row)
            published.answered[row] = _number(line["n"])
            published.counts[row] = {
                answer: float(count) if (variable, *row, ANSWER, answer) in tables.told else None
                for answer, count in truth[row].items()
            }
    return published


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _true_counts(tables: Tables, variable: str, by: str) -> Counts:
    rows = tables.truth[(tables.truth["variable_id"] == variable) & tables.truth[by].notna()]
    counted = rows.pivot_table(
        index=["cut_id", "group_id"], columns=by, values="n", aggfunc="sum", fill_value=0
    )
    return {
        (str(row[0]), str(row[1])): {str(category): int(n) for category, n in held.items()}
        for row, held in counted.to_dict("index").items()
    }


def _telling(tables: Tables, variable: str) -> frozenset[str]:
    """The variable and those that are put only to people who gave one of its answers, and so on."""
    found = {variable}
    for _ in tables.universes:
        asked = {name for name, universe in tables.universes.items() if universe.split(" = ")[0] in found}
        found |= asked
    return frozenset(found)


def told_of_hidden_cells(project: Project) -> list[Any]:
    """Return what any published table tells of what is hidden."""
    with open_warehouse(project, read_only=True) as connection:
        decisions = connection.execute("select * from marts.disclosure_decisions").df()
        found = told_of_hidden(told_facts(connection), decisions)
    return list(found.itertuples(index=False, name=None))


def shares_lost(project: Project) -> pd.DataFrame:
    """Return what share of all shares of items and scales is hidden, per survey.

    Returns:
        Per survey: how many shares there are, and which part of them is hidden by primary rules alone, by
        what is decided, and by hiding every row with a primary cell whole; also of positive shares alone.
    """
    with open_warehouse(project, read_only=True) as connection:
        decisions = connection.execute("select * from marts.disclosure_decisions").df()
        found = []
        for mart, columns in SHARES.items():
            key = "scale_id" if mart == "scale_scores" else "item_id"
            for category, share in columns.items():
                query = (
                    f"select survey_id, wave_id, {key} as variable_id, cut_id, group_id, "
                    f"'{category}' as category from marts.{mart} where {share} is not null"
                )
                found.append(connection.execute(query).df())
    shares = pd.concat(found, ignore_index=True)
    answers = decisions[decisions["cell_id"] != "missing"]
    primary = answers[answers["suppression_reason"] != "complementary"]
    for name, cells in {"primary": primary, "decided": answers}.items():
        whole = cells[cells["cell_id"] == "row"][ROW].drop_duplicates()
        single = cells[cells["category"].notna()][[*ROW, "category"]].drop_duplicates()
        shares[name] = _is_in(shares, whole, ROW) | _is_in(shares, single, [*ROW, "category"])
    shares["rows"] = _is_in(shares, primary[ROW].drop_duplicates(), ROW)
    ways = ["primary", "decided", "rows"]
    lost = shares.groupby("survey_id")[ways].mean()
    positive = shares[shares["category"] == "positive"].groupby("survey_id")[ways].mean()
    lost.insert(0, "shares", shares.groupby("survey_id").size())
    return lost.join(positive.add_suffix("_positive"))


def _is_in(shares: pd.DataFrame, cells: pd.DataFrame, keys: list[str]) -> pd.Series:
    return pd.MultiIndex.from_frame(shares[keys]).isin(pd.MultiIndex.from_frame(cells[keys]))
