"""Made-up employees for metrics: sectors that are each an edge, in two waves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from werkpeil.landing import land

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

WAVES = ("1", "2")
# People per sector. In `nobody_positive` nobody likes work or colleagues, promotes, left or wants to;
# `not_asked` was not asked about colleagues, advice and leaving; `three` are too few to show; those of
# `weightless` count for nothing.
SIZES = {
    "plain": 180,
    "nobody_positive": 240,
    "not_asked": 120,
    "one_wave": 120,
    "three": 3,
    "weightless": 120,
    "other": 160,
}
# Wave 2 has nobody of these. Sites are the strata of the sample: in wave 1 nobody was invited at `closed`, in
# wave 2 `tiny` has three people, and how many were invited at `field` is not known.
ONLY_FIRST = {"one_wave", "three"}


def people() -> pd.DataFrame:
    """Everybody in both waves: one row per person and wave."""
    random = np.random.default_rng(20261126)
    frames = []
    for wave in WAVES:
        sector = np.concatenate(
            [[name] * size for name, size in SIZES.items() if wave == "1" or name not in ONLY_FIRST]
        )
        count = len(sector)
        frame = pd.DataFrame({"wave": wave, "person": [f"{wave}-{place}" for place in range(count)]})
        frame["sector"] = sector
        frame["weight"] = np.where(sector == "weightless", 0, np.round(random.uniform(0.5, 2, count), 2))
        frame["is_manager"] = random.choice([0, 1], count, p=[0.6, 0.4])
        for item in ("q1", "q2", "q3"):
            answers = random.choice([1, 2, 3, 4, 5], count, p=[0.15, 0.2, 0.25, 0.25, 0.15]).astype(float)
            answers[random.random(count) < 0.03] = np.nan
            frame[item] = answers
        frame["advice"] = random.choice(np.arange(11.0), count)
        frame["has_left"] = random.choice([0, 1], count, p=[0.7, 0.3])
        unhappy = sector == "nobody_positive"
        frame.loc[unhappy, ["q1", "q2"]] = frame.loc[unhappy, ["q1", "q2"]].clip(upper=3)
        frame.loc[unhappy, "advice"] = frame.loc[unhappy, "advice"].clip(upper=8)
        frame.loc[unhappy, "has_left"] = 0
        frame["leaves"] = np.where(frame["has_left"] == 1, np.nan, random.choice([0, 1], count, p=[0.6, 0.4]))
        frame.loc[unhappy, "leaves"] = 0
        frame.loc[sector == "not_asked", ["q2", "advice", "leaves"]] = np.nan
        frame["goes"] = np.where(frame["has_left"] == 1, random.choice(["plain", "other"], count), None)
        frame["age"] = random.integers(20, 65, count)
        frame["site"] = random.choice(["desk", "field"], count)
        if wave == "2":
            frame.loc[:2, "site"] = "tiny"
        frames.append(frame)
    return pd.concat(frames, ignore_index=True)


def land_people(project: Project, folder: Path) -> None:
    """Land both waves."""
    for wave, rows in people().groupby("wave"):
        file = folder / f"metrics_{wave}.csv"
        rows.drop(columns="wave").to_csv(file, index=False)
        land(project, file, "metrics", str(wave))
