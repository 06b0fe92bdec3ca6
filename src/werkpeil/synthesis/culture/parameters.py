"""The calibrated parameters of the synthetic Werkonderzoek, as `calibration` stored them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from werkpeil.synthesis.culture import design
from werkpeil.synthesis.targets import published_values, target_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

FILE = "parameters.json"


@dataclass(frozen=True)
class Parameters:
    """What the calibration finds.

    Args:
        score_shares: Shares of the seventeen sums of each aspect; 6 x 17.
        latent_correlation: Of the latent variables; 13 x 13.
        centre: Means of the fourteen predictors.
        scale: Their standard deviations.
        type_shares: Share of staff who intend each kind of move; 4.
        free_betas: Betas of lerend_vermogen and menselijke_maat in the model of the private sector, whose
            printed stars are impossible (C03, C04).
        general: Coefficients of the general intention: predictors, then sectors but the last; 20.
        types: Coefficients of the kinds; 4 x 14.
        attitudes: Coefficients of the stages of the attitudes; 3 x 3 x 14.
    """

    score_shares: Floats
    latent_correlation: Floats
    centre: Floats
    scale: Floats
    type_shares: Floats
    free_betas: Floats
    general: Floats
    types: Floats
    attitudes: Floats

    @classmethod
    def from_json(cls, text: str) -> Parameters:
        """Read parameters from JSON."""
        return cls(**{name: np.array(value) for name, value in json.loads(text).items()})

    def to_json(self) -> str:
        """Write parameters as JSON, one array per line, six significant decimals."""
        rounded: dict[str, Any] = {name: np.round(value, 6).tolist() for name, value in asdict(self).items()}
        lines = [f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in rounded.items()]
        return "{\n" + ",\n".join(lines) + "\n}\n"


@cache
def parameters() -> Parameters:
    """Return the stored parameters."""
    file = resources.files("werkpeil.synthesis.culture") / FILE
    return Parameters.from_json(file.read_text(encoding="utf-8"))


def printed_betas() -> Floats:
    """Return the betas of tables 3 and 4; 14 predictors x 8 outcomes."""
    value = published_values(design.SURVEY)
    return np.array(
        [
            [value[beta_id(predictor, outcome)] for outcome in design.OUTCOMES]
            for predictor in design.PREDICTORS
        ]
    )


def betas(free: Floats) -> Floats:
    """Return the betas the model aims at: as printed, but for the two impossible cells."""
    wanted = printed_betas()
    for (predictor, outcome), value in zip(FREE_CELLS, free, strict=True):
        wanted[predictor, outcome] = value
    return wanted


def printed_stars() -> dict[str, str]:
    """Return the printed stars of each beta: `none`, `*`, `**` or `***`, by result id."""
    rows = target_rows(design.SURVEY)
    return {row["result_id"]: row["significance"] for row in rows if row["unit"] == "beta"}


def beta_id(predictor: str, outcome: str) -> str:
    """Return the id of a published beta."""
    return f"cul_t{table_of(outcome)}_{predictor}__{outcome}"


def table_of(outcome: str) -> int:
    """Return the number of the table an outcome's model is printed in."""
    return 4 if outcome in design.ATTITUDES else 3


FREE_CELLS = tuple(
    (design.PREDICTORS.index(aspect), design.OUTCOMES.index(design.TYPES[3]))
    for aspect in ("lerend_vermogen", "menselijke_maat")
)
