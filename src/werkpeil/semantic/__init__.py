"""The semantic layer: metrics defined once in `models/semantic`, the same number through every door.

MetricFlow's engine turns a metric into SQL; nothing else knows it than `werkpeil.semantic.engine`. A release
carries the definitions that it was made with, so that what is asked of it and what it holds are of one build.
"""

from werkpeil.semantic.definitions import Definitions, Metric, read_definitions
from werkpeil.semantic.query import Answer, Question, answer, plan

__all__ = ["Answer", "Definitions", "Metric", "Question", "answer", "plan", "read_definitions"]
