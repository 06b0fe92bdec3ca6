"""Made-up people who answer in more than one wave, and what can be said of them row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from werkpeil.landing import land
from werkpeil.statistics.wave_changes import KEYS

if TYPE_CHECKING:
    from pathlib import Path

    from werkpeil.project import Project

WAVES = ("1", "2", "3")


def panel() -> pd.DataFrame:
    """Three waves, one row per person and wave.

    All 240 people of wave 1 are in wave 2, in the same region. Wave 3 has 150 of them, some in another
    region, and 90 who are new. Answers of a person go together; some are missing; weights differ.
    """
    random = np.random.default_rng(20261125)
    people = pd.DataFrame({"person": np.arange(1, 331)})
    people["region"] = random.choice([1, 2, 3], len(people), p=[0.5, 0.3, 0.2])
    people["sex"] = random.choice([1, 2], len(people))
    people["outlook"] = random.normal(size=len(people)) + 0.4 * (people["region"] == 2)
    members = {"1": np.arange(240), "2": np.arange(240), "3": np.r_[np.arange(90, 240), np.arange(240, 330)]}
    frames = []
    for wave, place in members.items():
        frame = people.iloc[place].copy()
        frame["weight"] = np.round(random.uniform(0.4, 2.5, len(frame)), 3)
        for number in range(1, 6):
            latent = frame["outlook"] + random.normal(size=len(frame)) + 0.1 * int(wave)
            answers = np.clip(np.round(3.2 + latent), 1, 5)
            answers[random.random(len(frame)) < 0.08] = np.nan
            frame[f"mood_{number}"] = answers
        frame["hours"] = random.choice([16.0, 24.0, 32.0, 36.0, 40.0], len(frame))
        if wave == "3":
            moved = random.random(len(frame)) < 0.1
            frame.loc[moved, "region"] = 4 - frame.loc[moved, "region"]
        frames.append(frame.assign(wave=wave))
    return pd.concat(frames, ignore_index=True).drop(columns="outlook")


def schools() -> pd.DataFrame:
    """Two waves of the same pupils in 14 schools of two regions."""
    random = np.random.default_rng(5)
    pupils = pd.DataFrame({"person": np.arange(1, 141), "school": 100 + np.arange(140) // 10})
    pupils["region"] = np.where(pupils["school"] < 106, 1, 2)
    pupils["sex"] = random.choice([1, 2], len(pupils))
    climate = random.normal(size=14)
    frames = []
    for wave in ("1", "2"):
        latent = 0.6 * climate[pupils["school"] - 100] + random.normal(size=len(pupils)) + 0.3 * int(wave)
        frames.append(
            pupils.assign(
                wave=wave,
                weight=np.round(random.uniform(0.5, 2.0, len(pupils)), 3),
                mood_1=np.clip(np.round(3 + latent), 1, 5),
            )
        )
    return pd.concat(frames, ignore_index=True)


def delivered(rows: pd.DataFrame, wave: str, folder: Path, names: dict[str, str] | None = None) -> Path:
    """Write a wave as an agency would deliver it."""
    own = rows[rows["wave"] == wave].drop(columns="wave").rename(columns=names or {})
    path = folder / f"wave-{wave}.csv"
    own.to_csv(path, index=False)
    return path


def land_panel(project: Project, folder: Path) -> None:
    """Land the three waves of the panel; wave 2 lacks a question and has another name for one."""
    rows = panel()
    for wave in WAVES:
        own = rows.drop(columns="mood_2") if wave == "2" else rows
        names = {"mood_3": "boss"} if wave == "2" else {}
        land(project, delivered(own, wave, folder, names), "panel", wave)


def residual_vectors(rows: pd.DataFrame, wave: str, y: Any, unit: str = "person") -> tuple[float, pd.Series]:
    """The estimate of a wave, and what each sampling unit adds to it: its squared length is the variance.

    Args:
        rows: Everybody of all waves, with wave, weight, region and the unit.
        wave: The wave.
        y: The variable of all rows, NaN for who is not in the group or did not answer.
        unit: The column that names the sampling unit.
    """
    own = rows[rows["wave"] == wave].assign(y=np.asarray(y, dtype=float)[(rows["wave"] == wave).to_numpy()])
    weight = own["weight"].where(own["y"].notna(), 0.0)
    estimate = float((weight * own["y"].fillna(0)).sum() / weight.sum())
    residual = (weight * (own["y"] - estimate).fillna(0)).groupby([own["region"], own[unit]]).sum()
    size = residual.groupby(level=0).transform("size")
    centred = residual - residual.groupby(level=0).transform("mean")
    return estimate, (centred * np.sqrt(size / (size - 1)) / weight.sum()).droplevel(0)


def change_by_rows(
    rows: pd.DataFrame, waves: tuple[str, str], y: Any, unit: str = "person"
) -> dict[str, float]:
    """Change, standard error and covariance from the rows themselves."""
    earlier, a = residual_vectors(rows, waves[0], y, unit)
    later, b = residual_vectors(rows, waves[1], y, unit)
    linked = a.index.intersection(b.index)
    covariance = float((a[linked] * b[linked]).sum())
    variance = float((a**2).sum() + (b**2).sum() - 2 * covariance)
    return {"change": later - earlier, "std_error": variance**0.5, "covariance": covariance}


def overlap_sums(
    rows: pd.DataFrame,
    waves: tuple[str, str],
    y: Any,
    unit: str = "person",
    population: dict[int, float] | None = None,
) -> pd.DataFrame:
    """Sums as int_overlap_summed holds them, of rows with wave, weight, region and the unit."""
    sides = []
    for wave in waves:
        chosen = (rows["wave"] == wave).to_numpy()
        own = rows[chosen].assign(y=np.asarray(y, dtype=float)[chosen])
        own["w"] = own["weight"].where(own["y"].notna(), 0.0)
        estimate = (own["w"] * own["y"].fillna(0)).sum() / own["w"].sum()
        own["z"] = own["w"] * (own["y"] - estimate).fillna(0)
        units = own.groupby([unit, "region"], as_index=False).agg(
            z=("z", "sum"), n=("y", "count"), w=("w", "sum")
        )
        strata = units.groupby("region").agg(total=("z", "sum"), unit_count=("z", "size"))
        strata["has_population"] = population is not None
        strata["unsampled_share"] = [
            1 - count / population[region] if population else 1.0
            for region, count in strata["unit_count"].items()
        ]
        sides.append((units, strata, own["w"].sum()))
    (earlier, earlier_strata, earlier_w), (later, later_strata, later_w) = sides
    linked = later.merge(earlier, on=unit, suffixes=("", "_previous"))
    both = (linked["n"] > 0) & (linked["n_previous"] > 0)
    linked = linked.assign(
        n_both=np.where(both, linked["n"], 0),
        units_both=(both & (linked["w"] * linked["w_previous"] > 0)).astype(int),
        n_linked=1,
        sum_zz=linked["z"] * linked["z_previous"],
        sum_z=linked["z"],
        sum_previous_z=linked["z_previous"],
    )
    names = ["n_both", "units_both", "n_linked", "sum_zz", "sum_z", "sum_previous_z"]
    sums = linked.groupby(["region", "region_previous"], as_index=False)[names].sum()
    sums = sums.merge(later_strata, left_on="region", right_index=True)
    sums = sums.merge(earlier_strata.add_prefix("previous_"), left_on="region_previous", right_index=True)
    keys = dict(zip(KEYS, ["s", waves[1], waves[0], "q", "total", "total", "mean"], strict=True))
    return sums.assign(sum_w=later_w, previous_sum_w=earlier_w, **keys)


def changes_of(
    rows: pd.DataFrame, waves: tuple[str, str], y: Any, unit: str = "person", **known: Any
) -> pd.DataFrame:
    """One row as int_wave_changes holds it, from the estimates of both waves."""
    values: dict[str, Any] = dict(
        zip(KEYS, ["s", waves[1], waves[0], "q", "total", "total", "mean"], strict=True)
    )
    for wave, prefix in zip(waves, ("previous_", ""), strict=True):
        chosen = (rows["wave"] == wave).to_numpy()
        answered = np.asarray(y, dtype=float)[chosen]
        own = rows[chosen][np.isfinite(answered)]
        estimate, vector = residual_vectors(rows, wave, y, unit)
        values |= {
            f"{prefix}estimate": estimate,
            f"{prefix}std_error": float(np.sqrt((vector**2).sum())),
            f"{prefix}degrees_of_freedom": len(own.groupby(["region", unit])) - own["region"].nunique(),
            "previous_n" if prefix else "wave_n": len(own),
        }
    return pd.DataFrame([values | {"kind": "item", "theme_id": "t", "null_reason": None} | known])
