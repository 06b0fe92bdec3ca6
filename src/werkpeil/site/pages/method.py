"""How numbers are made, in short; the long form is in the documentation of the project."""

from __future__ import annotations

from html import escape

from werkpeil.audit.findings import Text
from werkpeil.site.layout import Page
from werkpeil.site.pages.common import voices

PATH = "method.html"
TITLE = Text("Methode", "Method")
TEASER = Text(
    "Hoe getallen tot stand komen, en wat verborgen is.", "How numbers come about, and what is hidden."
)

# Heading and paragraphs, as docs/method tells them at length.
SECTIONS: tuple[tuple[str, Text, tuple[Text, ...]], ...] = (
    (
        "shares",
        Text("Aandelen en gemiddelden", "Shares and means"),
        (
            Text(
                "Positief, neutraal en negatief zijn per antwoordschaal vastgelegd; bij vijf antwoorden "
                "van mee eens tot mee oneens zijn 4 en 5 positief. Aandelen zijn van wie een geldig "
                "antwoord gaf: overgeslagen, weet niet en niet gevraagd tellen niet mee en worden apart "
                "geteld.",
                "Positive, neutral and negative are declared for each set of answers; of five answers of "
                "agreement 4 and 5 are positive. Shares are of those who gave a valid answer: skipped, "
                "don't know and not asked are left out and counted apart.",
            ),
            Text(
                "n is het ongewogen aantal mensen achter een getal.",
                "n is the unweighted number of people behind a number.",
            ),
        ),
    ),
    (
        "weights",
        Text("Weging", "Weighting"),
        (
            Text(
                "Waar een meting gewichten heeft of een weging is afgesproken, zijn getallen gewogen naar "
                "de populatie. Welke stappen zijn gezet staat op de pagina Kwaliteit.",
                "Where a wave has weights or a weighting was declared, numbers are weighted to the "
                "population. Which steps were taken is on the page Quality.",
            ),
        ),
    ),
    (
        "errors",
        Text("Onzekerheid", "Uncertainty"),
        (
            Text(
                "Elk interval is een 95%-interval. De fout volgt het steekproefontwerp "
                "(Taylor-linearisatie: strata, clusters, gewichten, eindige populatie waar die bekend is); "
                "intervallen van aandelen zijn die van Korn en Graubard. Een interval zegt iets over "
                "toeval van de steekproef, niet over wie niet meedeed.",
                "Each interval is a 95 % interval. The error follows the sampling design (Taylor "
                "linearisation: strata, clusters, weights, finite population where it is known); intervals "
                "of shares are those of Korn and Graubard. An interval tells of chance in sampling, not of "
                "those who did not take part.",
            ),
        ),
    ),
    (
        "stars",
        Text("Sterren, p en q", "Stars, p and q"),
        (
            Text(
                "* p \u2264 0,05, ** p \u2264 0,01, *** p \u2264 0,001. q is p na correctie voor veel "
                "toetsen (Benjamini-Hochberg binnen onderzoek, meting en thema).",
                "* p \u2264 0.05, ** p \u2264 0.01, *** p \u2264 0.001. q is p adjusted for many tests "
                "(Benjamini-Hochberg within survey, wave and theme).",
            ),
        ),
    ),
    (
        "changes",
        Text("Veranderingen", "Changes"),
        (
            Text(
                "Metingen worden vergeleken waar de vraag dezelfde bleef. De fout van een verandering "
                "rekent met mensen die in beide metingen antwoordden. Van betekenis is wat groter is dan "
                "toeval en dan het kleinste effect dat voor het onderzoek is afgesproken.",
                "Waves are compared where the question stayed the same. The error of a change reckons with "
                "people who answered in both waves. What matters is larger than chance and than the "
                "smallest effect that was agreed for the survey.",
            ),
        ),
    ),
    (
        "models",
        Text("Modellen", "Models"),
        (
            Text(
                "Lineaire modellen op wie alle vragen van het model beantwoordde; b in punten, beta "
                "gestandaardiseerd. Voor uitkomsten met weinig antwoorden is er een logistisch of ordinaal "
                "model naast, in het bestand met getallen. Samenhang is geen oorzaak.",
                "Linear models of those who answered all questions of the model; b in points, beta "
                "standardised. For outcomes with few answers there is a logit or an ordinal model beside "
                "it, in the files of numbers. Association is no cause.",
            ),
        ),
    ),
    (
        "hidden",
        Text("Wat verborgen is, en waarom", "What is hidden, and why"),
        (
            Text(
                "Een \u00b7 staat waar geen getal is, met de reden in dezelfde rij of eronder. Getallen "
                "over minder dan tien mensen zijn verborgen, en ook wat samen met andere getallen een "
                "verborgen getal zou verraden. Daarom kan ook een grote groep verborgen zijn. Te onzekere "
                "aandelen zijn eveneens weggelaten. Verborgen getallen staan in geen enkel bestand van "
                "deze site.",
                "A \u00b7 stands where there is no number, with the reason in the same row or below. "
                "Numbers of fewer than ten people are hidden, and so is what would give a hidden number "
                "away together with others. That is why a large group can be hidden too. Shares that are "
                "too uncertain are left out as well. No file of this site holds a hidden number.",
            ),
        ),
    ),
    (
        "synthetic",
        Text("Synthetische gegevens", "Synthetic data"),
        (
            Text(
                "Synthetische metingen zijn gemaakt om op gedrukte uitkomsten te lijken. Niemand gaf deze "
                "antwoorden; zij dienen om de rekenwijze te tonen en te toetsen. Elke pagina en elk beeld "
                "ervan zegt dat.",
                "Synthetic waves were made to resemble printed results. Nobody gave these answers; they "
                "serve to show and to test the way of computing. Each page and each picture of them says "
                "so.",
            ),
        ),
    ),
    (
        "trace",
        Text("Een getal terugvinden", "Tracing a number"),
        (
            Text(
                "De naam van een rij is een koppeling naar die rij: kopieer het adres om ernaar te "
                "verwijzen. Bij elke tabel horen bestanden: CSV voor een rekenblad, JSON met de betekenis "
                "van elke kolom. De voet van de pagina noemt de build; dezelfde tabellen staan in de "
                "uitgave van die build.",
                "The name of a row is a link to that row: copy its address to refer to it. Each table has "
                "files: CSV for a spreadsheet, JSON with the meaning of each column. The foot of the page "
                "names the build; the same tables stand in the release of that build.",
            ),
        ),
    ),
)


def method_page() -> Page:
    """Return the page of the method."""
    main = {
        voice.language: [
            f'<section id="{name}"><h2>{escape(voice.say(heading))}</h2>'
            + "".join(f"<p>{escape(voice.say(paragraph))}</p>" for paragraph in paragraphs)
            + "</section>"
            for name, heading, paragraphs in SECTIONS
        ]
        for voice in voices()
    }
    return Page(PATH, TITLE, main, menu=TITLE, teaser=TEASER)
