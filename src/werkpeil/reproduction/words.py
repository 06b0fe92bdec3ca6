"""What printed numbers are called: by the labels of the warehouse, and words for what only reports have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from werkpeil.audit.findings import Text
from werkpeil.exhibits.layout import EN_DASH

if TYPE_CHECKING:
    from collections.abc import Mapping

    from werkpeil.reproduction.reading import Row

_MEASURES = {
    "adjusted_r_squared": Text("gecorrigeerde R²", "adjusted R²"),
    "band_bound": Text("grens van een klasse", "bound of a band"),
    "design_count": Text("aantal in de opzet", "count in the design"),
    "destination_share": Text("aandeel van de bestemming", "share of the destination"),
    "intended_destination_share": Text(
        "aandeel van de beoogde bestemming", "share of the intended destination"
    ),
    "item_reference_period": Text("periode waar een vraag over gaat", "period that a question is about"),
    "mean_age": Text("gemiddelde leeftijd", "mean age"),
    "mean_salary_scale": Text("gemiddelde salarisschaal", "mean salary scale"),
    "mean_scale_score": Text("gemiddelde schaalscore", "mean scale score"),
    "mean_years_of_service": Text("gemiddeld aantal dienstjaren", "mean years of service"),
    "n": Text("aantal", "number"),
    "n_age_band": Text("aantal in de leeftijdsklasse", "number in the age band"),
    "n_salary_band": Text("aantal in de schaalklasse", "number in the salary band"),
    "n_tenure_band": Text("aantal in de klasse van dienstjaren", "number in the band of years of service"),
    "questionnaire_minutes": Text("minuten voor de vragenlijst", "minutes for the questionnaire"),
    "response_n": Text("respons", "response"),
    "response_rate": Text("responspercentage", "response rate"),
    "sample_n": Text("steekproef", "sample"),
    "scale_bound": Text("uiterste van de schaal", "bound of the scale"),
    "scale_cut_point": Text("grens op de schaal", "cut point of the scale"),
    "scale_points": Text("punten van de schaal", "points of the scale"),
    "secondary_age_band_most_often_leaving_for_culture": Text(
        "leeftijd die het vaakst door cultuur vertrekt", "age that leaves most for culture"
    ),
    "secondary_exit_motive_rank": Text("plaats als vertrekmotief", "rank as a motive to leave"),
    "secondary_job_search_motive_rank": Text("plaats als zoekmotief", "rank as a motive to search"),
    "share_age_band": Text("aandeel van de leeftijdsklasse", "share of the age band"),
    "share_bottom2": Text("aandeel (zeer) mee oneens", "share that disagrees (strongly)"),
    "share_in_band": Text("aandeel in de klasse", "share in the band"),
    "share_leavers_to_other_sector": Text(
        "aandeel vertrekkers naar andere sector", "share of leavers to another sector"
    ),
    "share_of_intenders": Text("aandeel van wie weg wil", "share of intenders"),
    "share_of_leavers": Text("aandeel van de vertrekkers", "share of leavers"),
    "share_of_respondents": Text("aandeel van de respondenten", "share of respondents"),
    "share_of_respondents_in_group": Text(
        "aandeel respondenten in de groep", "share of respondents in the group"
    ),
    "share_of_respondents_leaving_for_culture": Text(
        "vertrokken door cultuur, van allen", "left for culture, of all"
    ),
    "share_of_respondents_with_culture_turnover_intention": Text(
        "wil weg door cultuur, van allen", "would leave for culture, of all"
    ),
    "share_salary_band": Text("aandeel van de schaalklasse", "share of the salary band"),
    "share_tenure_band": Text(
        "aandeel van de klasse van dienstjaren", "share of the band of years of service"
    ),
    "share_top2": Text("aandeel (zeer) mee eens", "share that agrees (strongly)"),
    "share_vakmanschap_not_same_for_all": Text(
        "vakmanschap niet voor iedereen hetzelfde", "craftsmanship not the same for all"
    ),
    "significance_threshold": Text("grens van significantie", "threshold of significance"),
    "standardised_beta": Text("gestandaardiseerde bèta", "standardised beta"),
}
_CODES = {
    "adjusted_r_squared": Text("gecorrigeerde R²", "adjusted R²"),
    "caption": Text("bijschrift", "caption"),
    "destination_1": Text("eerste bestemming", "first destination"),
    "destination_2": Text("tweede bestemming", "second destination"),
    "destination_3": Text("derde bestemming", "third destination"),
    "destination_3_tied": Text("gedeelde derde bestemming", "tied third destination"),
    "employee": Text("medewerker", "staff"),
    "grand_total": Text("eindtotaal", "grand total"),
    "manager": Text("leidinggevende", "managers"),
    "mean_age": Text("gemiddelde leeftijd", "mean age"),
    "mean_scale": Text("gemiddelde schaal", "mean scale"),
    "mean_tenure": Text("gemiddeld aantal dienstjaren", "mean years of service"),
    "n": Text("n", "n"),
    "other_public_sector": Text("andere publieke sector", "other public sector"),
    "private_sector": Text("private sector", "private sector"),
    "same_employer": Text("dezelfde werkgever", "same employer"),
    "same_sector_other_employer": Text("dezelfde sector, andere werkgever", "same sector, other employer"),
    "share_intenders": Text("van wie weg wil", "of intenders"),
    "share_leavers": Text("van vertrekkers", "of leavers"),
    "share_respondents": Text("van allen", "of all"),
    "subtotal": Text("subtotaal", "subtotal"),
    "totaal": Text("totaal", "total"),
    "total": Text("totaal", "total"),
}
_BANDED = {
    "age": Text("leeftijd", "age"),
    "scale": Text("schaal", "scale"),
    "tenure": Text("dienstjaren", "years of service"),
}
_BAND = re.compile(rf"({'|'.join(_BANDED)})_(?:(le|ge)_)?(\d+)(?:_(\d+))?")
_BOUNDS = {"le": "≤ ", "ge": "≥ ", None: ""}


def name_of(row: Row, labels: Mapping[tuple[str, str], Text]) -> Text:
    """Return what a printed number is called.

    Args:
        row: A row of `reproduction_results`. A cell of a table is called by its row and column; a number of a
            text, whose row is the number itself, by its measure, its variable and its group.
        labels: The warehouse's labels by survey and code.
    """
    survey = row["survey_id"]
    if row["row_id"] != row["result_id"]:
        codes = [row["row_id"], row["column_id"]]
        parts = [_named(code, survey, labels) for code in codes if code != "value"]
    else:
        known = [(survey, row[column]) for column in ("variable_id", "group_id")]
        parts = [_MEASURES.get(row["measure"], plain(row["measure"]))]
        parts += [labels[key] for key in known if key in labels]
    return Text(", ".join(part.nl for part in parts), ", ".join(part.en for part in parts))


def _named(code: str, survey: str, labels: Mapping[tuple[str, str], Text]) -> Text:
    if code in _CODES:
        return _CODES[code]
    if (survey, code) in labels:
        return labels[survey, code]
    return _band(code) or plain(code)


def _band(code: str) -> Text | None:
    """The words of a band such as `age_31_35` or `tenure_ge_41`; None for any other code."""
    found = _BAND.fullmatch(code)
    if not found:
        return None
    kind, bound, low, high = found.groups()
    range_ = f"{_BOUNDS[bound]}{low}{EN_DASH + high if high else ''}"
    return Text(f"{_BANDED[kind].nl} {range_}", f"{_BANDED[kind].en} {range_}")


def plain(code: str) -> Text:
    """Return a code as words, where it has no label."""
    words = code.replace("_", " ")
    return Text(words, words)
