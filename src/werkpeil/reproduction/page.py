"""The page of a reproduction: printed against computed for every exhibit, as a picture and as a table.

One file in two languages that asks nothing of the network.
"""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Any

from werkpeil import __version__
from werkpeil.audit.findings import Text
from werkpeil.page import both, page, write
from werkpeil.reproduction.picture import MARKS, draw
from werkpeil.reproduction.reading import verdict_of
from werkpeil.reproduction.words import name_of, plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from werkpeil.reproduction.reading import Reproduction, Row

HIDDEN = Text("verborgen", "hidden")
VERDICTS = {
    "reproduced": Text("gereproduceerd", "reproduced"),
    "within_error": Text("binnen de fout", "within error"),
    "differs": Text("wijkt af", "differs"),
    "printed_error": Text("fout gedrukt", "printed wrong"),
    "cannot_be_computed": Text("niet te berekenen", "cannot be computed"),
    "hidden": HIDDEN,
}
ANSWERS = {
    True: Text("klopt", "holds"),
    False: Text("klopt niet", "fails"),
    None: Text("niet te zeggen", "cannot be said"),
    "hidden": HIDDEN,
}
REASONS = {
    "definition": Text("een afspraak, geen uitkomst", "a definition, no result"),
    "secondary_source": Text("uit ander onderzoek", "from other studies"),
    "several_numbers": Text("vat verschillende getallen samen", "sums up several numbers"),
    "no_source": Text("nergens berekend", "computed nowhere"),
    "no_such_statistic": Text("geen tabel berekent dit", "no table computes it"),
    "no_such_cell": Text("geen cel met dit getal", "no cell with this number"),
    "no_number": Text("een getal ontbreekt", "a number is missing"),
    "not_printed": Text("niet gedrukt", "not printed"),
    "wave_not_in_warehouse": Text("meting niet aanwezig", "wave not in the warehouse"),
    "misprint": Text("verdrukt", "misprint"),
    "impossible": Text("onmogelijk", "impossible"),
    "other_base": Text("andere noemer", "another base"),
    "protected": Text("zou over personen kunnen vertellen", "could tell of persons"),
    "unreliable": Text("te onzeker om te tonen", "too uncertain to show"),
}
_STUDIES = {
    "culture_2022": Text(
        "Cultuur en vertrek (Werkonderzoek 2022)", "Culture and leaving (Werkonderzoek 2022)"
    ),
    "craft_2022": Text(
        "Ambtelijk vakmanschap (Personeelsenquête Rijk)", "Public craftsmanship (Personeelsenquête Rijk)"
    ),
}
_SYNTHETIC = Text(
    "SYNTHETISCHE GEGEVENS: de gedrukte getallen zijn echt, de berekende niet. Niemand heeft deze antwoorden "
    "gegeven; ze zijn gemaakt om op de gedrukte getallen te lijken. Geen oordeel hier is een bevinding.",
    "SYNTHETIC DATA: the printed numbers are real, the computed ones are not. Nobody gave these answers; "
    "they were made to resemble the printed numbers. No verdict here is a finding.",
)
_INTERNAL = Text(
    "NIET VOOR PUBLICATIE: kleine groepen zijn niet verborgen.",
    "NOT FOR PUBLICATION: small groups are not hidden.",
)
_KINDS = {
    "table": Text("Tabel", "Table"),
    "text": Text("Tekst", "Text"),
    "footnote": Text("Voetnoot", "Footnote"),
    "bijlage": Text("Bijlage", "Appendix"),
}
_PLACES = {
    "management_summary": Text("Managementsamenvatting", "Management summary"),
    "summary": Text("Samenvatting", "Summary"),
    "text_inleiding": Text("Inleiding", "Introduction"),
    "footnote_1_attitudes": Text("Voetnoot 1", "Footnote 1"),
    "footnote_2_p6": Text("Voetnoot 2", "Footnote 2"),
    "table_3_sample": Text("Tabel 3, steekproef", "Table 3, sample"),
    "table_3_response": Text("Tabel 3, respons", "Table 3, response"),
    "table_3_rate": Text("Tabel 3, responspercentage", "Table 3, response rate"),
}
_PROVENANCE = {"synthetic": Text("synthetisch", "synthetic"), "real": Text("echt", "real")}
_SHOWN_DECIMALS = {"percent": 2, "beta": 4, "ratio": 4, "count": 0}

_STYLE = """
:root{--ink:#1b1f24;--soft:#57606a;--line:#d0d7de;--warn:#fff1c2;--focus:#0550ae}
body{max-width:70rem}
h2{font-size:1.35rem;margin:2.5rem 0 .4rem}h3{font-size:1.1rem;margin:2rem 0 .3rem}
.warn{background:var(--warn);border-left:.4rem solid #8a4600;padding:.6rem .9rem;margin:.8rem 0}
figure{margin:.6rem 0}figure svg{max-width:100%;height:auto}
.scroll:focus-visible{outline:3px solid var(--focus)}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--soft);padding-bottom:.3rem}
th,td.word{text-align:left;font-weight:400}thead th{background:#f6f8fa;font-weight:600}
.key svg{vertical-align:-.15em}
details summary{cursor:pointer;color:var(--focus)}
"""


def write_page(path: Path, reproduction: Reproduction) -> None:
    """Write the page.

    Raises:
        OutsideError: if it cannot be written.
    """
    write(path, render(reproduction))


def render(reproduction: Reproduction) -> str:
    """Return the page as HTML."""
    title = Text("Gedrukt en berekend", "Printed and computed")
    heading = [both("h1", title)]
    main = content(reproduction)
    builds = sorted({row["build_id"] for row in reproduction.results})
    footer = f"werkpeil {escape(__version__)}\nbuild {escape(', '.join(builds))}"
    return page(title.nl, _STYLE, heading, main, footer)


def content(reproduction: Reproduction) -> list[str]:
    """Return what the page tells below its title as HTML, each text in both languages."""
    told = [*_warnings(reproduction), _headline(reproduction)]
    for study in dict.fromkeys(row["study_id"] for row in reproduction.results):
        told += _study(
            study,
            [row for row in reproduction.results if row["study_id"] == study],
            [row for row in reproduction.claims if row["study_id"] == study],
            reproduction.labels,
        )
    return told


def _warnings(reproduction: Reproduction) -> Iterator[str]:
    rows = [*reproduction.results, *reproduction.claims]
    if any(row["provenance"] == "synthetic" for row in rows):
        yield both("p", _SYNTHETIC, style="warn")
    if reproduction.is_internal:
        yield both("p", _INTERNAL, style="warn")


def _headline(reproduction: Reproduction) -> str:
    numbers = _counted([verdict_of(row) for row in reproduction.results], VERDICTS)
    claims = _counted([_as_computed(row)[0] for row in reproduction.claims], ANSWERS)
    printed = _counted([row["holds_as_printed"] for row in reproduction.claims], ANSWERS)
    of_numbers, of_claims = len(reproduction.results), len(reproduction.claims)
    told = Text(
        f"{of_numbers} gedrukte getallen: {numbers.nl}. {of_claims} uitspraken, berekend: {claims.nl}; "
        f"op de gedrukte getallen zelf: {printed.nl}.",
        f"{of_numbers} printed numbers: {numbers.en}. {of_claims} statements, computed: {claims.en}; "
        f"of the printed numbers themselves: {printed.en}.",
    )
    return both("p", told) + _key()


def _key() -> str:
    """What the marks of the pictures mean."""
    marks = " ".join(
        '<span class="key"><svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">'
        f"{mark}</svg> {both('span', VERDICTS[verdict])}</span>"
        for verdict, mark in MARKS.items()
    )
    words = Text(
        "Op de lijn is berekend gelijk aan gedrukt; streepjes: 1,96 standaardfout.",
        "On the line computed equals printed; bars: 1.96 standard errors.",
    )
    return f'<p class="soft">{marks}<br>{both("span", words)}</p>'


def _study(
    study: str, results: Sequence[Row], claims: Sequence[Row], labels: Mapping[tuple[str, str], Text]
) -> Iterator[str]:
    name = _STUDIES.get(study, Text(study, study))
    yield both("h2", name)
    for exhibit in dict.fromkeys(row["exhibit"] for row in results):
        rows = [row for row in results if row["exhibit"] == exhibit]
        title, counts = _place(exhibit), _counted([verdict_of(row) for row in rows], VERDICTS)
        yield f"<section>{both('h3', title)}"
        yield both("p", counts, style="soft")
        picture = draw(rows, f"{title.nl}: gedrukt tegen berekend; {title.en}: printed against computed")
        if picture:
            yield f"<figure>{picture}</figure>"
        for table in dict.fromkeys(row["table_id"] for row in rows):
            place = _place(table)
            # Both reports have a table 4; who hears where a table begins must hear of which report.
            caption = Text(f"{name.nl}: {place.nl}", f"{name.en}: {place.en}")
            yield _results_table(caption, [row for row in rows if row["table_id"] == table], labels)
        yield "</section>"
    if claims:
        yield "<section>"
        yield both("h3", Text("Uitspraken", "Statements"))
        yield _claims_table(claims, name)
        yield "</section>"


def _results_table(caption: Text, rows: Sequence[Row], labels: Mapping[tuple[str, str], Text]) -> str:
    headings = (
        Text("getal", "number"),
        Text("oordeel", "verdict"),
        Text("gedrukt", "printed"),
        Text("berekend", "computed"),
        Text("verschil", "difference"),
        Text("speling", "tolerance"),
        Text("sterren", "stars"),
        Text("gegevens", "data"),
    )
    body = "".join(_result_row(row, labels) for row in rows)
    return _table(caption, headings, body)


def _result_row(row: Row, labels: Mapping[tuple[str, str], Text]) -> str:
    decimals = _SHOWN_DECIMALS.get(row["unit"], 2)
    reason = row["suppression_reason"] or row["reason"]
    verdict = VERDICTS[verdict_of(row)]
    stars = ""
    if row["significance_agrees"] is not None:
        printed, computed = row["published_significance"] or "-", row["computed_significance"] or "-"
        stars = printed if row["significance_agrees"] else f"{printed} / {computed}"
    return (
        f'<tr><th scope="row">{both("span", name_of(row, labels))}</th>'
        f'<td class="word">{both("span", _because(verdict, reason))}</td>'
        f"<td>{escape(row['published_text'])}</td>"
        f"<td>{_number(row['computed_value'], decimals)}</td>"
        f"<td>{_number(row['difference'], decimals, sign='+')}</td>"
        f"<td>{_number(row['tolerance'], decimals + 1)}</td><td>{escape(stars)}</td>"
        f'<td class="word">{both("span", _PROVENANCE[row["provenance"]])}</td></tr>'
    )


def _claims_table(rows: Sequence[Row], study: Text) -> str:
    headings = (
        Text("uitspraak", "statement"),
        Text("plaats", "place"),
        Text("gedrukte getallen", "printed numbers"),
        Text("berekende getallen", "computed numbers"),
        Text("gevallen", "cases"),
        Text("gegevens", "data"),
    )
    body = "".join(
        f'<tr><th scope="row">{both("span", Text(row["statement_nl"], row["statement_en"]))}</th>'
        f'<td class="word">{both("span", _place(row["exhibit"]))}</td>'
        f'<td class="word">{_answer(row["holds_as_printed"], row["as_printed_reason"])}</td>'
        f'<td class="word">{_answer(*_as_computed(row))}</td>'
        f"<td>{_number(row['computed_held_count'], 0)}/{row['case_count']}</td>"
        f'<td class="word">{both("span", _PROVENANCE[row["provenance"]])}</td></tr>'
        for row in rows
    )
    caption = Text(
        f"{study.nl}: wat het rapport in woorden zegt", f"{study.en}: what the report says in words"
    )
    return _table(caption, headings, body)


def _as_computed(row: Row) -> tuple[bool | str | None, str | None]:
    """What the computed numbers say of a statement, and why they say nothing."""
    if row["suppression_reason"]:
        return "hidden", row["suppression_reason"]
    return row["holds_as_computed"], row["as_computed_reason"]


def _answer(answer: bool | str | None, reason: str | None) -> str:
    return both("span", _because(ANSWERS[answer], reason))


def _table(caption: Text, headings: Sequence[Text], body: str) -> str:
    head = "".join(f'<th scope="col">{both("span", heading)}</th>' for heading in headings)
    label = escape(f"{caption.nl} / {caption.en}")
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table>'
        f"<caption>{both('span', caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        "</table></div>"
    )


def _counted(values: Sequence[Any], words: dict[Any, Text]) -> Text:
    """How often each value occurs, in words."""
    counts = Counter(values)
    found = [(counts[value], word) for value, word in words.items() if counts[value]]
    return Text(
        ", ".join(f"{count} {word.nl}" for count, word in found),
        ", ".join(f"{count} {word.en}" for count, word in found),
    )


def _because(word: Text, reason: str | None) -> Text:
    if not reason:
        return word
    why = REASONS.get(reason, plain(reason))
    return Text(f"{word.nl}: {why.nl}", f"{word.en}: {why.en}")


def _number(value: float | None, decimals: int, *, sign: str = "") -> str:
    if value is None:
        return "·"
    text = f"{value:{sign}z.{decimals}f}"
    if float(text) == 0:
        text = text.lstrip("+")
    return both("span", Text(text.replace(".", ","), text)) if decimals else text


def _place(code: str) -> Text:
    """The name of an exhibit or of a block of one."""
    if code in _PLACES:
        return _PLACES[code]
    kind, _, rest = code.partition("_")
    if kind in _KINDS:
        words = plain(rest)
        return Text(f"{_KINDS[kind].nl} {words.nl}", f"{_KINDS[kind].en} {words.en}")
    return plain(code.capitalize())
