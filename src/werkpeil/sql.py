"""Names and texts as SQL writes them; every statement composed in Python goes through here."""

from __future__ import annotations


def identifier(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """Return a text as an SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def literals(texts: list[str]) -> str:
    """Return texts as a comma-separated list of SQL string literals; `null` when there are none."""
    return ", ".join(literal(text) for text in texts) or "null"


def of_wave(survey_id: str, wave_id: str) -> str:
    """Return the condition that the rows of a wave meet."""
    return f"survey_id = {literal(survey_id)} and wave_id = {literal(wave_id)}"
