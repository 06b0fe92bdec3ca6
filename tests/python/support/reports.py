"""Made-up reports whose tables are right: everything is counted from people that a seed draws."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from werkpeil.audit import Tables, make_tables
from werkpeil.audit.findings import rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

Row = dict[str, str]

GROUPS = ("north", "east", "south", "west")
BANDS = ("to_29", "30_39", "40_49", "50_up")
LIMITS = ((18, 29), (30, 39), (40, 49), (50, 67))
ANSWERS = ("yes", "no", "unsure")
PREDICTORS = tuple(f"x{number}" for number in range(1, 9))
OUTCOMES = ("stay", "leave")
ITEMS = 3


@dataclass
class Report:
    """Rows of the form, which a test may spoil before they are read."""

    numbers: list[Row] = field(default_factory=list)
    relations: list[Row] = field(default_factory=list)

    def tables(self) -> Tables:
        return make_tables(self.numbers, self.relations, title="made up")

    def add(self, cell: str, statistic: str, printed: str, **columns: object) -> None:
        table, row, column = cell.split("/")
        place = {"table": table, "row": row, "column": column}
        rest = {name: str(value) for name, value in columns.items()}
        self.numbers.append(place | {"statistic": statistic, "printed": printed} | rest)

    def relate(self, relation: str, whole: str, parts: str, base: str = "", detail: str = "") -> None:
        names = ("relation", "whole", "parts", "base", "detail")
        self.relations.append(dict(zip(names, (relation, whole, parts, base, detail), strict=True)))

    def find(self, cell: str, statistic: str) -> Row:
        table, row, column = cell.split("/")
        wanted = {"table": table, "row": row, "column": column, "statistic": statistic}
        return next(number for number in self.numbers if wanted.items() <= number.items())


def text(value: Fraction | float, decimals: int) -> str:
    return f"{rounded(value, decimals):.{decimals}f}"


def consistent_report(seed: int) -> Report:
    """Return a report of the shape that both real ones have, from 200 to 2000 people."""
    random = np.random.default_rng(seed)
    n = int(random.integers(200, 2000))
    report = Report()
    group = random.choice(len(GROUPS), n, p=random.dirichlet([4.0] * len(GROUPS)))
    age = random.integers(18, 68, n)
    is_known = random.random(n) > 0.05
    scores = random.integers(1, 6, (n, ITEMS)).sum(axis=1)
    _profile(report, group, age, is_known)
    _scores(report, group, scores)
    _response(report, random, group)
    _answers(report, random, group)
    _regressions(report, random, n)
    return report


def _columns(group: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    of_groups = {name: group == place for place, name in enumerate(GROUPS)}
    return {name: mask for name, mask in of_groups.items() if mask.sum() > 1} | {"all": group >= 0}


def _profile(
    report: Report, group: NDArray[np.int64], age: NDArray[np.int64], is_known: NDArray[np.bool_]
) -> None:
    """Bands with counts and percentages of those known, and the mean, per group and for all."""
    columns = _columns(group)
    for column, mask in columns.items():
        report.add(f"profile/n/{column}", "count", str(int(mask.sum())))
        known = age[mask & is_known]
        for band, (low, high) in zip(BANDS, LIMITS, strict=True):
            count = int(((known >= low) & (known <= high)).sum())
            report.add(f"profile/{band}/{column}", "count", str(count))
            report.add(
                f"profile/{band}/{column}", "percent", text(Fraction(100 * count, max(len(known), 1)), 1)
            )
        if len(known):
            report.add(
                f"profile/mean/{column}",
                "mean",
                text(Fraction(int(known.sum()), len(known)), 1),
                n=len(known),
            )
    parts = "|".join(column for column in columns if column != "all")
    bands = "|".join(BANDS)
    report.relate("shares", "", f"profile/{bands}/*", "profile/n/*")
    report.relate("sum", "profile/*/all", f"profile/*/{parts}")
    limits = "|".join(f"{low}..{high}" for low, high in LIMITS)
    report.relate("bands", "profile/mean/*", f"profile/{bands}/*", detail=limits)
    report.relate("groups", "profile/mean/all", f"profile/mean/{parts}", f"profile/{bands}/*")


def _scores(report: Report, group: NDArray[np.int64], scores: NDArray[np.int64]) -> None:
    """Mean scores on three items with their deviations."""
    columns = _columns(group)
    for column, mask in columns.items():
        own = scores[mask] / ITEMS
        mean = Fraction(int(scores[mask].sum()), int(mask.sum()) * ITEMS)
        bounds = {"lowest": 1, "highest": 5}
        report.add(f"scores/trust/{column}", "mean", text(mean, 2), n=int(mask.sum()), items=ITEMS, **bounds)
        report.add(f"scores/trust/{column}", "sd", text(float(own.std(ddof=1)), 2))
    report.relate("groups", "scores/trust/all", "scores/trust/" + "|".join(c for c in columns if c != "all"))


def _response(report: Report, random: np.random.Generator, group: NDArray[np.int64]) -> None:
    """Invited and responded, with the rate, and the same number in the text."""
    columns = [column for column in _columns(group) if column != "all"]
    responded = {column: int((group == GROUPS.index(column)).sum()) for column in columns}
    invited = {column: count + int(random.integers(0, 900)) for column, count in responded.items()}
    for counts in (responded, invited):
        counts["all"] = sum(counts.values())
    for column in (*columns, "all"):
        report.add(f"invited/total/{column}", "count", str(invited[column]))
        report.add(f"responded/total/{column}", "count", str(responded[column]))
        rate = Fraction(100 * responded[column], invited[column])
        report.add(f"rate/total/{column}", "percent", text(rate, 0))
        report.add(f"text/rate_{column}/value", "percent", text(rate, 0))
        report.relate("restates", f"text/rate_{column}/value", f"rate/total/{column}")
    parts = "|".join(columns)
    for table in ("invited", "responded"):
        report.relate("sum", f"{table}/total/all", f"{table}/total/{parts}")
    report.relate("ratio", "rate/total/*", "responded/total/*", "invited/total/*")
    report.relate("groups", "rate/total/all", f"rate/total/{parts}", "invited/total/*")
    whole = {column: int(mask.sum()) for column, mask in _columns(group).items()}
    for column in columns:
        assert whole[column] == responded[column]
        report.relate("same_group", f"profile/n/{column}", f"responded/total/{column}")


def _answers(report: Report, random: np.random.Generator, group: NDArray[np.int64]) -> None:
    """One answer per person, largest share first, as percentages only; everybody in a table of their own."""
    for column, mask in _columns(group).items():
        table = "answers_all" if column == "all" else "answers"
        answers = random.choice(len(ANSWERS), int(mask.sum()))
        counts = sorted(np.bincount(answers, minlength=len(ANSWERS)).tolist(), reverse=True)
        for answer, count in zip(ANSWERS, counts, strict=True):
            share = text(Fraction(100 * count, len(answers)), 1)
            report.add(f"{table}/{answer}/{column}", "percent", share)
    for table in ("answers", "answers_all"):
        cells = f"{table}/{'|'.join(ANSWERS)}/*"
        report.relate("shares", "", cells)
        report.relate("ranked", "", cells)
        report.relate("unknown_base", "", cells, "profile/n/all")


def _regressions(report: Report, random: np.random.Generator, n: int) -> None:
    """Two outcomes on the same correlated predictors, with standardised coefficients and stars."""
    loadings = random.uniform(0, 0.9, len(PREDICTORS))
    common = random.normal(size=n)
    x = common[:, None] * loadings + random.normal(size=(n, len(PREDICTORS)))
    for outcome in OUTCOMES:
        effects = random.choice([0, 0, 0.05, -0.1, 0.2], len(PREDICTORS))
        y = x @ effects + random.normal(size=n)
        beta, p_values, adjusted = _standardised(x, y)
        for name, value, p in zip(PREDICTORS, beta, p_values, strict=True):
            stars = "*" * sum(bool(p <= level) for level in (0.05, 0.01, 0.001))
            report.add(f"models/{name}/{outcome}", "beta", text(value, 3) + stars)
        report.add(f"models/n/{outcome}", "count", str(n))
        report.add(f"models/r2/{outcome}", "adjusted_r_squared", text(adjusted, 3))
    report.relate("model", "models/r2/*", f"models/{'|'.join(PREDICTORS)}/*", "models/n/*")


def _standardised(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
    """Standardised coefficients, p-values and adjusted R squared of ordinary least squares."""
    n, k = x.shape
    z = (x - x.mean(axis=0)) / x.std(axis=0, ddof=1)
    v = (y - y.mean()) / y.std(ddof=1)
    inverse = np.linalg.inv(z.T @ z)
    beta = inverse @ z.T @ v
    residual = float(((v - z @ beta) ** 2).sum())
    errors = np.sqrt(np.diag(inverse) * residual / (n - k - 1))
    p_values = 2 * stats.t.sf(np.abs(beta / errors), n - k - 1)
    return beta, p_values, 1 - residual / (n - k - 1)
