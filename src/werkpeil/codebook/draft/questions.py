"""What a person must decide about a drafted codebook, most important first."""

from __future__ import annotations

from dataclasses import dataclass, field

_LISTED = 8


@dataclass
class Questions:
    """Findings by kind, each filled by the part of the draft that makes them.

    The sentences are about people first (who they are, what they count for), then about the meaning of
    their answers, then about what is proposed on top of them.
    """

    respondents: list[str] = field(default_factory=list)
    weights: list[str] = field(default_factory=list)
    answer_sets: list[str] = field(default_factory=list)
    missing_codes: list[str] = field(default_factory=list)
    unlabelled: list[str] = field(default_factory=list)
    open_texts: list[str] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    technical: list[str] = field(default_factory=list)
    dates: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    constant: list[str] = field(default_factory=list)
    negative: list[str] = field(default_factory=list)
    unusable: list[str] = field(default_factory=list)
    reversed_items: list[str] = field(default_factory=list)
    scales: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def sentences(self) -> list[str]:
        """Return one short sentence or two per decision, most important first."""
        grouped = (
            ("These look like codes for missing; say which reason each has. ", self.missing_codes, ""),
            ("Codes without labels, taken as answers: ", self.unlabelled, ". Give them labels."),
            (
                "Taken as open text: ",
                self.open_texts,
                ". It stays in raw and is never published; may it be kept at all?",
            ),
            ("Looks personal, so nothing of it is kept: ", self.personal, ". Is that right?"),
            ("Not kept, because a survey tool adds it: ", self.technical, "."),
            ("Not kept, because it holds dates: ", self.dates, ". Deliver ages or years if they matter."),
            ("Not kept, because it is empty: ", self.empty, "."),
            ("Not kept, because it holds one text only: ", self.constant, "."),
            ("Not kept, because it holds numbers below 0: ", self.negative, ". Deliver it from 0 upwards."),
            (
                "Not kept, because several columns have the same header: ",
                [repr(header) for header in self.unusable],
                ". Give each column its own header.",
            ),
            ("Taken as reversed, from its correlations: ", self.reversed_items, ". Read the questions."),
        )
        return [
            *self.respondents,
            *self.weights,
            *self.answer_sets,
            *(f"{before}{listed(found)}{after}" for before, found, after in grouped if found),
            *self.scales,
            *self.groups,
            *self.others,
        ]


def listed(names: list[str]) -> str:
    """Return the first eight names and how many more there are."""
    separator = "; " if any(":" in name for name in names) else ", "
    more = len(names) - _LISTED
    return separator.join(names[:_LISTED]) + (f" and {more} more" if more > 0 else "")
