"""The rules, each with what it says, in two languages, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from werkpeil.audit.findings import Text


@dataclass(frozen=True)
class Rule:
    """What a rule says.

    Args:
        title: Its name for readers.
        meaning: What holds of numbers that are right.
    """

    title: Text
    meaning: Text


RULES: dict[str, Rule] = {
    "share_of_count": Rule(
        Text("Percentage past niet bij aantal", "Percentage does not fit its count"),
        Text(
            "Elk percentage van een verdeling is zijn aantal gedeeld door één basis.",
            "Each percentage of a distribution is its count over one base.",
        ),
    ),
    "count_within_base": Rule(
        Text("Aantallen groter dan hun basis", "Counts exceed their base"),
        Text(
            "De aantallen van een verdeling zijn samen niet meer dan de basis.",
            "The counts of a distribution together are no more than its base.",
        ),
    ),
    "shares_above_100": Rule(
        Text("Percentages boven 100", "Percentages above 100"),
        Text(
            "Percentages van één basis zijn samen 100, tenzij er staat dat meer antwoorden mogelijk zijn.",
            "Percentages of one base add to 100, unless several answers are said to be possible.",
        ),
    ),
    "shares_below_100": Rule(
        Text("Percentages onder 100", "Percentages below 100"),
        Text(
            "De percentages van een volledige verdeling zijn samen 100, op afronding na.",
            "The percentages of a whole distribution add to 100, but for rounding.",
        ),
    ),
    "sum": Rule(
        Text("Som klopt niet", "Sum does not add up"),
        Text("Een totaal is de som van zijn delen.", "A total is the sum of its parts."),
    ),
    "within": Rule(
        Text("Deel groter dan het geheel", "Part exceeds its whole"),
        Text(
            "Wat naast de gedrukte groepen overblijft is niet negatief, en niet meer dan er mensen zijn.",
            "What is left beside the printed groups is not negative, and no more than there are people.",
        ),
    ),
    "total_outside_groups": Rule(
        Text("Totaal buiten de groepen", "Total outside its groups"),
        Text(
            "Een gemiddelde of percentage van iedereen is het gewogen gemiddelde van zijn groepen.",
            "A mean or percentage of everybody is the weighted mean of its groups.",
        ),
    ),
    "ratio": Rule(
        Text("Percentage is niet teller door noemer", "Percentage is not numerator over denominator"),
        Text(
            "Het percentage is het ene aantal gedeeld door het andere.",
            "The percentage is one count over the other.",
        ),
    ),
    "different_people": Rule(
        Text("Teller en noemer tellen anderen", "Numerator and denominator count others"),
        Text(
            "Wie in de teller zit, zit ook in de noemer.",
            "Whoever is in the numerator is in the denominator.",
        ),
    ),
    "unknown_base": Rule(
        Text("Geen ongewogen aantallen", "No unweighted counts"),
        Text(
            "Ongewogen percentages zijn gehele aantallen van een basis die in het geheel past.",
            "Unweighted percentages are whole numbers of a base that fits in the whole.",
        ),
    ),
    "mean_outside_bands": Rule(
        Text("Gemiddelde buiten de banden", "Mean outside its bands"),
        Text(
            "Een gemiddelde ligt tussen wat de onder- en bovengrenzen van de banden toelaten.",
            "A mean lies between what the lower and upper limits of the bands allow.",
        ),
    ),
    "restatement": Rule(
        Text("Tekst en tabel verschillen", "Text and table differ"),
        Text("Een herhaald getal is hetzelfde getal.", "A repeated number is the same number."),
    ),
    "range_end": Rule(
        Text("Uiterste klopt niet", "End of a range is not the end"),
        Text(
            "Wat het laagste of hoogste heet, is dat in de tabel.",
            "What is called the lowest or highest is so in the table.",
        ),
    ),
    "same_group": Rule(
        Text("Zelfde groep, ander aantal", "Same group, other count"),
        Text(
            "Aantallen van dezelfde mensen zijn in alle tabellen gelijk.",
            "Counts of the same people are equal in all tables.",
        ),
    ),
    "median": Rule(
        Text("Mediaan klopt niet", "Median does not hold"),
        Text("Een mediaan is het middelste van de getallen.", "A median is the middle one of the numbers."),
    ),
    "ranked": Rule(
        Text("Volgorde klopt niet", "Order does not hold"),
        Text(
            "Rijen staan in de volgorde die het rapport noemt.",
            "Rows stand in the order that the report names.",
        ),
    ),
    "out_of_range": Rule(
        Text("Buiten het bereik", "Out of range"),
        Text("Een getal ligt in het bereik van zijn schaal.", "A number lies in the range of its scale."),
    ),
    "grim": Rule(
        Text("Gemiddelde kan niet (GRIM)", "Impossible mean (GRIM)"),
        Text(
            "De som van gehele antwoorden is geheel, dus niet elk gemiddelde is mogelijk bij n personen.",
            "The sum of whole answers is whole, so not every mean is possible with n people.",
        ),
    ),
    "share_of_n": Rule(
        Text("Percentage kan niet bij n", "Impossible percentage of n"),
        Text(
            "Een ongewogen percentage van n personen is een geheel aantal.",
            "An unweighted percentage of n people is a whole number of them.",
        ),
    ),
    "deviation_too_large": Rule(
        Text("Standaardafwijking te groot", "Standard deviation too large"),
        Text(
            "Gemiddelde en bereik begrenzen de standaardafwijking.",
            "Mean and range limit the standard deviation.",
        ),
    ),
    "grimmer": Rule(
        Text("Standaardafwijking kan niet (GRIMMER)", "Impossible standard deviation (GRIMMER)"),
        Text(
            "De kwadratensom van gehele antwoorden is geheel, en even of oneven als hun som.",
            "The sum of squares of whole answers is whole, and even or odd as their sum is.",
        ),
    ),
    "stars_impossible": Rule(
        Text("Sterren kunnen niet", "Impossible stars"),
        Text(
            "De standaardfout van een gestandaardiseerde beta is ten minste wortel (1 - R2)/(n - k - 1).",
            "The standard error of a standardised beta is at least the root of (1 - R2)/(n - k - 1).",
        ),
    ),
    "stars_disagree": Rule(
        Text("Sterren spreken elkaar tegen", "Stars disagree"),
        Text(
            "Eén VIF per voorspeller verklaart de sterren van modellen met dezelfde voorspellers.",
            "One VIF per predictor explains the stars of models with the same predictors.",
        ),
    ),
}
