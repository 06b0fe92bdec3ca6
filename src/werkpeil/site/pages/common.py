"""What several kinds of pages share."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from werkpeil.audit.findings import LANGUAGES, Text
from werkpeil.site.layout import Page
from werkpeil.site.pictures import NEGATIVE, NEUTRAL, POSITIVE, Estimate
from werkpeil.site.words import Voice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from werkpeil.site.reading import Row, Survey, Variable

# More groups than this are a table only.
GROUPS_PER_PICTURE = 60
SHARES = ("positive_share", "neutral_share", "negative_share")
KINDS = {
    "item": Text("vraag", "question"),
    "outcome": Text("uitkomst", "outcome"),
    "control": Text("achtergrond", "background"),
    "scale": Text("schaal", "scale"),
}
INTERVALS = Text(
    "Tussen haken: 95%-interval. Gewogen waar de meting gewichten heeft; fouten volgens het "
    "steekproefontwerp.",
    "In brackets: 95 % interval. Weighted where the wave has weights; errors under the sampling design.",
)


def voices() -> list[Voice]:
    """Return both languages."""
    return [Voice(language) for language in LANGUAGES]


def synthetic_names(surveys: Iterable[Survey]) -> dict[str, list[str]]:
    """Return the names of the surveys whose answers are made up, by language."""
    made_up = [survey for survey in surveys if survey.is_synthetic]
    return {voice.language: [voice.label(survey.row) for survey in made_up] for voice in voices()}


def label_text(row: Mapping[str, object], name: str = "label") -> Text:
    """Return the labels of a row of a dimension in both languages."""
    return Text(str(row.get(f"{name}_nl") or ""), str(row.get(f"{name}_en") or ""))


def group_label(survey: Survey, row: Mapping[str, Any], voice: Voice) -> str:
    """Return the label of the group that a row is of; its id where it has none."""
    group = survey.groups.get((row["cut_id"], row["group_id"]))
    return voice.label(group) if group else str(row["group_id"])


@dataclass(frozen=True)
class Subject:
    """What has a page that lists the surveys and a page of each survey.

    Args:
        path: Path of the list: `models.html`.
        title: What it is called.
        teaser: What the first page says of it.
    """

    path: str
    title: Text
    teaser: Text

    def path_of(self, survey_id: str) -> str:
        """Return the path of the page of a survey."""
        return self.path.replace(".html", f"-{survey_id}.html")

    def pages(
        self,
        of_surveys: Sequence[tuple[Survey, Callable[[Voice], Iterable[str]]]],
        listed: Callable[[Voice], Iterable[str]],
    ) -> list[Page]:
        """Return the list and the page of each survey; none where there is no survey.

        Args:
            of_surveys: Each survey with what makes its page in a language.
            listed: What makes the list in a language.
        """
        if not of_surveys:
            return []
        names = synthetic_names(survey for survey, _ in of_surveys)
        index = {voice.language: list(listed(voice)) for voice in voices()}
        pages = [Page(self.path, self.title, index, names, menu=self.title, teaser=self.teaser)]
        for survey, written in of_surveys:
            label = label_text(survey.row)
            title = Text(f"{self.title.nl}: {label.nl}", f"{self.title.en}: {label.en}")
            main = {voice.language: list(written(voice)) for voice in voices()}
            path = self.path_of(survey.survey_id)
            pages.append(Page(path, title, main, synthetic_names([survey]), section=self.path))
        return pages


def entries_of_facts(facts: Iterable[tuple[Text, object, str]], voice: Voice) -> Iterator[str]:
    """Yield the entries of a list of facts, those that are known.

    Args:
        facts: Name, what is told, and the language that it is in if the codebook has it in one only.
        voice: Language.
    """
    for name, told, language in facts:
        if told:
            foreign = f' lang="{language}" data-keep' if language and language != voice.language else ""
            yield f"<dt>{voice.say(name)}</dt><dd{foreign}>{escape(str(told))}</dd>"


def variable_page(survey_id: str, variable_id: str, part: int = 0) -> str:
    """Return the path of the page of a variable, or of a later part of it."""
    return f"items/{survey_id}/{variable_id}{f'-{part + 1}' if part else ''}.html"


def share_estimate(row: Row, name: str, voice: Voice) -> Estimate:
    """Return a share of a row with its interval, or the reason why it has none."""
    reason = row["suppression_reason"] or row.get(f"{name}_null_reason")
    return Estimate(row[name], row.get(f"{name}_ci_lower"), row.get(f"{name}_ci_upper"), voice.reason(reason))


def names_of_shares(survey: Survey, variable: Variable, voice: Voice) -> list[str]:
    """Return what positive, neutral and negative mean for a variable, by the answers that are each."""
    answers = survey.answers_of(variable)
    names = []
    for category, name in (("positive", POSITIVE), ("neutral", NEUTRAL), ("negative", NEGATIVE)):
        labels = [voice.label(answer) for answer in answers if answer.get("category") == category]
        told = voice.say(name)
        if labels and not variable.is_scale:
            ends = labels if len(labels) < 3 else [labels[0], "\u2026", labels[-1]]
            told += f": {' / '.join(ends)}"
        names.append(told)
    return names


def headline(survey: Survey, rows: Sequence[Row]) -> Row | None:
    """Return the newest of some rows of the total that holds any number."""
    order = [wave["wave_id"] for wave in survey.waves]
    known = [row for row in rows if row["n"] and row["wave_id"] in order]
    return min(known, key=lambda row: order.index(row["wave_id"]), default=None)
