"""The exhibits of the two studies, as selections of marts.

Each comes in two ways: `report`, as its authors computed and printed it, and `design`, with weights, with
errors that follow the sampling design, and with intervals.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from werkpeil.errors import InputError
from werkpeil.exhibits.layout import (
    GROUPS,
    Begins,
    Block,
    Exhibit,
    Measure,
    Measures,
    Shown,
    Values,
    count,
    either,
    number,
    ranked,
    share,
    share_and_count,
    starred,
)
from werkpeil.exhibits.numbers import NumberStyle

WAYS = ("report", "design")

CULTURE = NumberStyle(decimal_mark=",", thousands_mark=".", leading_zero=False)
CRAFT = NumberStyle(decimal_mark=".", thousands_mark=".")

# The items of a question make a figure: figures 1 to 7 by position, 8 to 14 by domain.
QUESTIONS = (
    ("q08_", "opvattingen over ambtelijk vakmanschap", "views of public craftsmanship"),
    ("q09_", "vaardigheden en competenties", "skills and competences"),
    ("q10_", "publieke waarden", "public values"),
    ("q11_", "maatschappelijke ontwikkelingen", "developments in society"),
    ("q12_", "organisatieontwikkelingen", "developments in the organisation"),
    ("q13_", "personeelsbeleid, training, ontwikkeling en leiderschap", "HR policy, training and leadership"),
    ("q14_", "morele dilemma's en loyale tegenspraak", "moral dilemmas and loyal dissent"),
)
DOMAIN_LABELS = {
    "beleid": ("Beleid", "Policy"),
    "inspectie": ("Inspectie", "Inspection"),
    "bedrijfsvoering": ("Bedrijfsvoering", "Operations"),
    "uitvoering": ("Uitvoering", "Execution"),
    "anders": ("Anders", "Other"),
    "total": ("Totaal", "Total"),
}
# What table 4 tells of the respondents of each domain.
CHARACTERISTICS = ("age", "salary_scale", "years_of_service")
DOMAINS = ("beleid", "inspectie", "uitvoering", "bedrijfsvoering")
POSITIONS = Values(
    "group_id",
    {
        "yes": ("Leidinggevend", "Managers"),
        "no": ("Niet-leidinggevend", "Not managers"),
        "total": ("Totaal", "Total"),
    },
)
MANAGER_LABELS = {
    "yes": ("Leiding", "Managers"),
    "no": ("Medewerker", "Staff"),
    "total": ("Totaal", "Total"),
}
LEFT_LABELS = {
    "culture_leavers_of_respondents": ("Vertrokken door cultuur, van allen", "Left for culture, of all"),
    "culture_leavers_of_leavers": (
        "Vertrokken door cultuur, van vertrekkers",
        "Left for culture, of leavers",
    ),
}
INTENDS_LABELS = {
    "culture_intenders_of_respondents": (
        "Wil weg door cultuur, van allen",
        "Would leave for culture, of all",
    ),
    "culture_intenders_of_intenders": (
        "Wil weg door cultuur, van wie weg wil",
        "Would leave for culture, of intenders",
    ),
    "turnover_intention_same_employer": ("Dezelfde werkgever", "Same employer"),
    "turnover_intention_same_sector_other_employer": (
        "Dezelfde sector, andere werkgever",
        "Same sector, other employer",
    ),
    "turnover_intention_other_public_sector": ("Andere publieke sector", "Other public sector"),
    "turnover_intention_private_sector": ("Private sector", "Private sector"),
}

# What is drawn in another way than a row of marks per row.
PICTURES = {
    "culture.table_1": "panels",
    "culture.table_2": "panels",
    "culture.table_3": "coefficients",
    "culture.table_4": "coefficients",
    "culture.figure_1": "shares",
    "culture.figure_3": "across",
}

RESPONDENTS = Measure("n", "n", count("n"))
ADJUSTED_R2 = Measure("Adjusted R2", "Adjusted R2", number("adjusted_r_squared", 3, coefficient=True))

STARS = "* p ≤ ,05, ** p ≤ ,01, *** p ≤ ,001."
REGRESSION_NOTES = {
    "report": (
        f"{STARS} Gestandaardiseerde coëfficiënten, ongewogen, klassieke fouten.",
        f"{STARS} Standardised coefficients, unweighted, classical errors.",
    ),
    "design": (
        f"{STARS} Gestandaardiseerde coëfficiënten, gewogen, fouten volgens het steekproefontwerp.",
        f"{STARS} Standardised coefficients, weighted, errors under the sampling design.",
    ),
}
FIGURE_NOTES = {
    "report": (
        f"{STARS} Aandeel (zeer) mee eens, ongewogen; sterren: klassieke toets op de gemiddelden.",
        f"{STARS} Share that agrees (strongly), unweighted; stars: classical test of the means.",
    ),
    "design": (
        f"{STARS} Aandeel (zeer) mee eens met 95%-interval; sterren: toets volgens het ontwerp.",
        f"{STARS} Share that agrees (strongly) with 95 % interval; stars: design-based test.",
    ),
}
INTERVAL_NOTES = {
    "report": ("", ""),
    "design": ("Tussen haken: 95%-interval.", "In brackets: 95 % interval."),
}
DESTINATION_NOTES = {
    way: (
        f"Bestemmingen: van wie weg wil door de cultuur; meer antwoorden mogelijk. {nl}".strip(),
        f"Destinations: of those who would leave for culture; several answers possible. {en}".strip(),
    )
    for way, (nl, en) in INTERVAL_NOTES.items()
}
RESPONSE_NOTES = {
    "report": (
        "Respons naar het opgegeven domein, over de steekproef naar het register.",
        "Response by the domain that respondents told, over the sample by the register.",
    ),
    "design": ("Respons en steekproef naar het register.", "Response and sample by the register."),
}


def exhibit_ids() -> list[str]:
    """Return the ids of all exhibits, in the order of the reports."""
    return list(_exhibits("report"))


def exhibit_named(exhibit_id: str, way: str = "report") -> Exhibit:
    """Return an exhibit by its id.

    Args:
        exhibit_id: For example `culture.table_3`.
        way: `report` or `design`.

    Raises:
        InputError: there is none of that id, or the way is another.
    """
    if way not in WAYS:
        raise InputError(f"'{way}' is no way to compute an exhibit.", hint=f"use {' or '.join(WAYS)}.")
    known = _exhibits(way)
    if exhibit_id not in known:
        raise InputError(f"There is no exhibit '{exhibit_id}'.", hint=f"there are: {', '.join(known)}.")
    return known[exhibit_id]


@cache
def _exhibits(way: str) -> dict[str, Exhibit]:
    return {
        exhibit.exhibit_id: exhibit
        for exhibit in (
            *_culture_tables(way),
            *_culture_figures(way),
            *_craft_tables(way),
            *_craft_figures(way),
        )
    }


def _culture_tables(way: str) -> list[Exhibit]:
    measure = share("measure_share", 1, interval=way == "design")
    left = Block(
        "culture_leavers_by_sector",
        rows=GROUPS,
        columns=Values("measure_id", LEFT_LABELS),
        where={"measure_id": tuple(LEFT_LABELS)},
        cell=measure,
    )
    went_to = Block(
        "culture_leaver_flows",
        rows=Values("origin_id", "group", inside="sector"),
        columns=Values("rank", "rank"),
        cell=ranked("destination_id", "flow_share", 1, order="destination_position"),
        named=(Values("destination_id", "answer", inside="destination_sector"),),
        is_beside=True,
    )
    intends = Block(
        "culture_turnover_intention_by_sector",
        rows=GROUPS,
        columns=Values("measure_id", INTENDS_LABELS),
        cell=measure,
    )
    return [
        _culture(
            way,
            "table_1",
            "Tabel 1: vertrek door de cultuur, en de drie meest gekozen sectoren van bestemming",
            "Table 1: leaving because of culture, and the three most frequent destinations",
            (left, went_to),
            INTERVAL_NOTES,
        ),
        _culture(
            way,
            "table_2",
            "Tabel 2: vertrekintentie door de cultuur, en waar wie weg wil naartoe wil",
            "Table 2: turnover intention because of culture, and where intenders would go",
            (intends,),
            DESTINATION_NOTES,
        ),
        _regressions(
            way,
            "table_3",
            "Tabel 3: vertrekintentie naar cultuuraspecten",
            "Table 3: turnover intention by aspects of culture",
        ),
        _regressions(
            way,
            "table_4",
            "Tabel 4: houding tegenover de werkgever naar cultuuraspecten",
            "Table 4: attitudes towards the employer by aspects of culture",
        ),
    ]


def _regressions(way: str, name: str, title_nl: str, title_en: str) -> Exhibit:
    """Coefficients of several models side by side, with the respondents and the fit of each below."""
    errors = "classical" if way == "report" else "design"
    chosen = {"exhibit": f"culture.{name}", "std_error_type": errors}
    models = Values("model_id", "model")
    blocks = (
        Block(
            "culture_regressions",
            rows=Values("term_id", "variable", order="position"),
            columns=models,
            where=chosen,
            cell=starred("beta", "significance", 3),
        ),
        Block("regression_fits", rows=Measures((RESPONDENTS, ADJUSTED_R2)), columns=models, where=chosen),
    )
    return _culture(way, name, title_nl, title_en, blocks, REGRESSION_NOTES)


def _culture_figures(way: str) -> list[Exhibit]:
    interval = way == "design"
    three_shares = Measures(
        (
            Measure(
                "(Helemaal) mee oneens", "(Strongly) disagree", share("disagree_share", 1, interval=interval)
            ),
            Measure("Niet eens, niet oneens", "Neither", share("neutral_share", 1, interval=interval)),
            Measure("(Helemaal) mee eens", "(Strongly) agree", share("agree_share", 1, interval=interval)),
            RESPONDENTS,
        )
    )
    aspects = Values("aspect_id", "variable")
    score = number("mean", 1, interval=("ci_lower", "ci_upper") if interval else None)
    return [
        _culture(
            way,
            "figure_1",
            "Figuur 1: oordeel over zes cultuuraspecten, naar sector",
            "Figure 1: opinion of six aspects of culture, by sector",
            (Block("culture_aspects_by_sector", rows=GROUPS, columns=three_shares, by=aspects),),
            INTERVAL_NOTES,
        ),
        _culture(
            way,
            "figure_2",
            "Figuur 2: gemiddeld oordeel over zes cultuuraspecten, naar vertrekintentie",
            "Figure 2: mean score of six aspects of culture, by turnover intention",
            (
                Block(
                    "culture_aspects_by_turnover_intention",
                    rows=Values("cut_id", "variable"),
                    columns=aspects,
                    cell=score,
                ),
            ),
            INTERVAL_NOTES,
        ),
        _culture(
            way,
            "figure_3",
            "Figuur 3: gemiddeld oordeel over zes cultuuraspecten, naar houding tegenover de werkgever",
            "Figure 3: mean score of six aspects of culture, by attitude towards the employer",
            (
                Block(
                    "culture_aspects_by_attitude",
                    rows=GROUPS,
                    columns=aspects,
                    cell=score,
                    by=Values("cut_id", "variable"),
                ),
            ),
            INTERVAL_NOTES,
        ),
    ]


def _craft_tables(way: str) -> list[Exhibit]:
    report = way == "report"
    response = tuple(
        block
        for heading, cell in (
            (("Steekproef", "Sample"), count("sampled")),
            (("Respons", "Response"), count("responded")),
            (("Respons %", "Response %"), share("response_share", 0)),
        )
        for block in _response_blocks(report=report, heading=heading, cell=cell)
    )
    profile = share_and_count("unweighted_share" if report else "share", "n", 1)
    everybody = Block(
        "item_shares",
        rows=Measures((Measure("N totaal", "N total", share_and_count("group_share", "group_count", 1)),)),
        columns=GROUPS,
        where={"item_id": "age", "group_id": (*DOMAINS, "total")},
    )
    respondents = Block(
        "craft_respondents",
        rows=Values("band_id", "answer", within="characteristic_id"),
        columns=GROUPS,
        where={"characteristic_id": CHARACTERISTICS, "group_id": (*DOMAINS, "total")},
        cell=either(number("mean", 1), profile),
        by=Values("characteristic_id", "variable"),
    )
    first_contact = Block(
        "craft_first_contact",
        rows=Values("answer_id", "answer", within="item_id"),
        columns=POSITIONS,
        where={"cut_id": ("is_manager", "total")},
        cell=share("answer_share_unweighted", 1) if report else share("answer_share", 1, interval=True),
    )
    return [
        _craft(
            way,
            "table_3",
            "Tabel 3: steekproef en respons",
            "Table 3: sample and response",
            response,
            RESPONSE_NOTES,
        ),
        _craft(
            way,
            "table_4",
            "Tabel 4: belangrijkste kenmerken van de respondenten",
            "Table 4: main characteristics of the respondents",
            (everybody, respondents),
            dict.fromkeys(WAYS, ("", "")),
        ),
        _craft(
            way,
            "q14_10",
            "Vraag 14_10: waar het eerst heen met een moreel dilemma",
            "Question 14_10: where to go first with a moral dilemma",
            (first_contact,),
            INTERVAL_NOTES,
        ),
    ]


def _response_blocks(*, report: bool, heading: tuple[str, str], cell: Shown) -> tuple[Block, ...]:
    """The domains of the sample with their sum; below, as the report has it, others and all."""
    columns = Values("manager_id", MANAGER_LABELS)
    sampled = Values("domain_id", DOMAIN_LABELS | {"total": ("Eindtotaal", "Subtotal")})
    if not report:
        rows = Values("domain_id", DOMAIN_LABELS)
        return (Block("craft_response", rows, columns, {"method": "register"}, cell, heading),)
    rest = {"method": "as_reported", "domain_id": ("anders", "total")}
    return (
        Block("craft_response", sampled, columns, {"method": "as_reported_in_sample"}, cell, heading),
        Block("craft_response", Values("domain_id", DOMAIN_LABELS), columns, rest, cell),
    )


def _craft_figures(way: str) -> list[Exhibit]:
    managers = ("craft_items_by_manager", ("naar leidinggevende functie", "by managerial position"))
    domains = ("craft_items_by_domain", ("naar domein", "by domain"))
    return [
        *(_craft_figure(way, 1 + place, question, *managers) for place, question in enumerate(QUESTIONS)),
        *(
            _craft_figure(way, 8 + place, question, *domains, group_id=DOMAINS)
            for place, question in enumerate(QUESTIONS)
        ),
    ]


def _craft_figure(
    way: str, figure: int, question: tuple[str, str, str], mart: str, by: tuple[str, str], **where: Any
) -> Exhibit:
    """The share that agrees with each item of a question, by group; stars where the groups differ."""
    prefix, of_nl, of_en = question
    design = way == "design"
    agreed = share("positive_share", 0, interval=True) if design else share("positive_share_unweighted", 0)
    stars = "design_significance" if design else "pooled_significance"
    block = Block(
        mart,
        rows=Values("item_id", "variable", starred=stars),
        columns=POSITIONS if mart == "craft_items_by_manager" else GROUPS,
        where={"item_id": Begins(prefix), **where},
        cell=agreed,
    )
    title_nl, title_en = f"Figuur {figure}: {of_nl}, {by[0]}", f"Figure {figure}: {of_en}, {by[1]}"
    return _craft(way, f"figure_{figure}", title_nl, title_en, (block,), FIGURE_NOTES)


Notes = dict[str, tuple[str, str]]


def _culture(
    way: str, name: str, title_nl: str, title_en: str, blocks: tuple[Block, ...], notes: Notes
) -> Exhibit:
    return _exhibit(f"culture.{name}", "werkonderzoek", (title_nl, title_en), blocks, CULTURE, notes[way])


def _craft(
    way: str, name: str, title_nl: str, title_en: str, blocks: tuple[Block, ...], notes: Notes
) -> Exhibit:
    return _exhibit(f"craft.{name}", "per", (title_nl, title_en), blocks, CRAFT, notes[way])


def _exhibit(
    exhibit_id: str,
    survey_id: str,
    title: tuple[str, str],
    blocks: tuple[Block, ...],
    style: NumberStyle,
    note: tuple[str, str],
) -> Exhibit:
    return Exhibit(
        exhibit_id, survey_id, "2022", *title, blocks, style, *note, picture=PICTURES.get(exhibit_id, "dots")
    )
