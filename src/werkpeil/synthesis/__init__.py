"""Synthetic waves: made-up respondents whose answers lead to the published exhibits.

`docs/method/synthetic-data.md` describes the models and what the data may be used for.
"""

from werkpeil.synthesis.generate import SynthesisResult, synthesise

__all__ = ["SynthesisResult", "synthesise"]
