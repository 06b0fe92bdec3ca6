"""Draft a codebook from one delivered file, for a person to review."""

from werkpeil.codebook.draft.survey import Draft, draft_survey

__all__ = ["Draft", "draft_survey"]
