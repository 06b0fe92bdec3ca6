"""Random tables with planted small groups, decided as the warehouse does and judged by the attacker."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from support.attacker import Measure, Published, Row
from support.judge import faults_of, sensitive_of
from werkpeil.disclosure.decisions import Inputs, decide_disclosure

CATEGORIES = ("negative", "neutral", "positive")
SCORES = {"negative": (1.0, 2.0), "neutral": (3.0,), "positive": (4.0, 5.0)}
LIGHTEST, HEAVIEST = 0.5, 3.0
CUTS = pd.DataFrame(
    [("s", "unit", "unit"), ("s", "post", "post"), ("s", "unit*post", "unit*post")],
    columns=["survey_id", "cut_id", "variables"],
)


def people_of(seed: int) -> pd.DataFrame:
    """Some hundreds of people in units and posts, one unit and one answer being rare, some in no post.

    Half of all tables are weighted, by strata half of them: then all of a unit and post have one weight.
    """
    generator = np.random.default_rng(seed)
    size = int(generator.integers(150, 900))
    units = int(generator.integers(3, 7))
    weights = np.append(generator.uniform(1, 3, units - 1), generator.uniform(0.02, 0.3))
    rare = generator.uniform(0.01, 0.1)
    people = pd.DataFrame(
        {
            "unit": generator.choice(
                [f"u{number}" for number in range(units)], size, p=weights / weights.sum()
            ),
            "post": generator.choice(["a", "b", ""], size, p=[0.7, 0.28, 0.02]),
            "answer": generator.choice(CATEGORIES, size, p=[rare, 0.4, 0.6 - rare]),
        }
    )
    people.loc[generator.random(size) < 0.03, "answer"] = "skipped"
    ends = people["answer"].map(SCORES)
    people["score"] = [generator.choice(scores) if isinstance(scores, tuple) else np.nan for scores in ends]
    people["weight"] = generator.uniform(LIGHTEST, HEAVIEST, size)
    if size % 4 == 3:
        stratum = people["unit"] + "*" + people["post"]
        people["weight"] = stratum.map(
            {name: generator.uniform(LIGHTEST, HEAVIEST) for name in sorted(set(stratum))}
        )
    return people


def is_weighted(people: pd.DataFrame) -> bool:
    """Whether shares and means of these people are weighted."""
    return len(people) % 2 == 1


def rows_of(people: pd.DataFrame) -> dict[Row, pd.DataFrame]:
    """The people of each group of each cut."""
    found = {("total", "total"): people}
    for cut in ("unit", "post", "unit*post"):
        names = cut.split("*")
        named = people[(people[names] != "").all(axis=1)]
        for key, members in named.groupby(names):
            found[cut, "*".join(key)] = members
    return found


def decided(people: pd.DataFrame) -> tuple[dict[Row, pd.DataFrame], pd.DataFrame]:
    """What the warehouse decides on these people."""
    return rows_of(people), decide_disclosure(inputs_of(people), {})


def inputs_of(people: pd.DataFrame, wave_id: str = "1") -> Inputs:
    """The tables that the warehouse decides by, with these people as a wave."""
    answers, groups = [], []
    for (cut, group), members in rows_of(people).items():
        weights = members["weight"] if is_weighted(people) else pd.Series(1.0, members.index)
        groups.append(
            {
                "cut_id": cut,
                "group_id": group,
                "n": len(members),
                "smallest_weight": weights.min(),
                "largest_weight": weights.max(),
            }
        )
        counted = weights.groupby([members["answer"], members["score"]], dropna=False).agg(["size", "sum"])
        for (answer, score), (n, sum_w) in counted.iterrows():
            missing = answer == "skipped"
            answers.append(
                {
                    "cut_id": cut,
                    "group_id": group,
                    "variable_id": "q",
                    "answer_id": None if missing else f"{answer}_{score:g}",
                    "category": None if missing else answer,
                    "missing_reason": answer if missing else None,
                    "score": score,
                    "n": int(n),
                    "sum_w": sum_w,
                }
            )
    wave = {"survey_id": "s", "wave_id": wave_id}
    variables = pd.DataFrame([{"survey_id": "s", "variable_id": "q", "kind": "item", "universe": None}])
    nested = pd.DataFrame(
        columns=["survey_id", "wave_id", "cut_id", "group_id", "parent_cut_id", "parent_group_id"]
    )
    single = pd.DataFrame(columns=["survey_id", "variable_id"])
    return Inputs(
        pd.DataFrame(answers).assign(**wave),
        pd.DataFrame(groups).assign(**wave),
        nested,
        CUTS,
        variables,
        single,
    )


def published_of(rows: dict[Row, pd.DataFrame], decisions: pd.DataFrame) -> Published:
    """What a reader sees: counts that are not hidden."""
    hidden = {
        ((row.cut_id, row.group_id), row.cell_id)
        for row in decisions[decisions["variable_id"] == "q"].itertuples()
    }
    published = Published({}, {}, {})
    for row, members in rows.items():
        whole = (row, "row") in hidden
        answered = members[members["answer"] != "skipped"]
        if {(row, "mean"), (row, "weighted")} & hidden:
            published.without_mean.add(row)
        if (row, "weighted") in hidden:
            published.without_weights.add(row)
        published.sizes[row] = None if whole else len(members)
        published.answered[row] = None if whole else len(answered)
        published.counts[row] = {
            category: None
            if whole or (row, category) in hidden
            else float((answered["answer"] == category).sum())
            for category in CATEGORIES
        }
    return published


def carried_of(rows: dict[Row, pd.DataFrame], published: Published, *, weighted: bool) -> dict[str, Measure]:
    """What a reader sees of scores and weights: means and deviations of rows of which no share is hidden.

    Args:
        rows: People per row.
        published: Which shares are shown.
        weighted: Whether shares are weighted; then deviations are too, and tell no sum of squares.
    """
    given = {row: members[members["answer"] != "skipped"] for row, members in rows.items()}
    whole = {
        row: held
        for row, held in given.items()
        if None not in published.counts[row].values() and row not in published.without_mean
    }
    lowest = {name: scores[0] for name, scores in SCORES.items()}
    highest = {name: scores[-1] for name, scores in SCORES.items()}
    sums = {row: float(held["score"].sum()) for row, held in whole.items()}
    found = {"scores": Measure(lowest, highest, {row: (value, value) for row, value in sums.items()})}
    if weighted:
        parts = {
            (row, name): float(held.loc[held["answer"] == name, "weight"].sum() / held["weight"].sum())
            for row, held in given.items()
            for name in CATEGORIES
            if published.counts[row][name] is not None and row not in published.without_weights and len(held)
        }
        everybody = rows["total", "total"]["weight"]
        light, heavy = (dict.fromkeys(CATEGORIES, end) for end in (everybody.min(), everybody.max()))
        one = {
            row: (float(members["weight"].min()),) * 2
            for row, members in rows.items()
            if members["weight"].nunique() == 1
        }
        return found | {"weights": Measure(light, heavy, {}, parts, one)}
    squares = {row: float((held["score"] ** 2).sum()) for row, held in whole.items()}
    return found | {
        "squares": Measure(
            {name: score**2 for name, score in lowest.items()},
            {name: score**2 for name, score in highest.items()},
            {row: (value, value) for row, value in squares.items()},
        )
    }


def judged(people: pd.DataFrame) -> tuple[list[Any], dict[str, int]]:
    """What the attacker finds, and how much is hidden."""
    rows, decisions = decided(people)
    published = published_of(rows, decisions)
    published.values = SCORES
    published.measures = carried_of(rows, published, weighted=is_weighted(people))
    given = [category for category in CATEGORIES if (people["answer"] == category).any()]
    truth = {row: counts_of(members, given) for row, members in rows.items()}
    told = {"numbers": 0, "primary": 0, "hidden": 0, "rows": 0}
    for row, held in truth.items():
        found = sensitive_of(held)
        told["rows"] += len(held) * bool(found)
        told["numbers"] += len(held)
        told["primary"] += len(found)
        told["hidden"] += sum(published.counts[row][category] is None for category in held)
    return faults_of(published, truth), told


def counts_of(members: pd.DataFrame, given: list[str]) -> dict[str, int]:
    """People per category that anybody of the wave gave."""
    return {category: int((members["answer"] == category).sum()) for category in given}
