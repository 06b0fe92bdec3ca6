"""Small made-up files: one rule about the parts of columns in each, and what is asked about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from support.drafting import Drafts

ROWS = range(60)


def weights(number: int) -> str:
    return f"{0.6 + 0.02 * (number % 40):.3f}"


# --- Respondents ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["id", "respnr", "ResponseId", "Respondent ID", "caseid", "deelnemernummer"])
def test_a_unique_column_named_like_an_id_identifies_respondents(drafts: Drafts, name: str) -> None:
    drafts.of_rows(f"{name},q1", [f"{1000 + n},{n % 5 + 1}" for n in ROWS])
    assert drafts.column("respondent_id").delivered_as == (name,)
    assert not drafts.asks("respondent id")


def test_an_id_that_repeats_is_refused_and_told(drafts: Drafts) -> None:
    drafts.of_rows("respnr,q1", [f"{n // 2},{n % 5 + 1}" for n in ROWS])
    assert drafts.asks("respnr is named like a respondent id and has 30 repeated values")
    assert drafts.asks("No respondent id was found")
    assert not any("respondent_id" in column.role for column in drafts.codebook.columns)


def test_a_column_of_unique_values_is_taken_for_the_id_and_asked_about(drafts: Drafts) -> None:
    drafts.of_rows("kenmerk,q1", [f"R{n:04},{n % 5 + 1}" for n in ROWS])
    assert drafts.column("respondent_id").delivered_as == ("kenmerk",)
    assert drafts.question("kenmerk", "every value occurs once").endswith("the same in every wave?")


def test_of_two_ids_the_one_named_so_is_taken_and_the_other_not_kept(drafts: Drafts) -> None:
    drafts.of_rows("nummer,id,q1", [f"{500 + n},{n},{n % 5 + 1}" for n in ROWS])
    assert drafts.column("respondent_id").delivered_as == ("id",)
    assert drafts.role("nummer") == "ignored"
    assert "nummer" in drafts.question("Which column identifies respondents?")


def test_amounts_that_happen_to_differ_are_no_id(drafts: Drafts) -> None:
    drafts.of_rows("reistijd,q1", [f"{n + 0.5},{n % 5 + 1}" for n in ROWS])
    assert drafts.role("reistijd") == "control"
    assert drafts.asks("No respondent id was found")


# --- Weight and design ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["weight", "weging", "weegfactor", "gewicht", "POSTWT", "w", "wt_final"])
def test_numbers_around_one_named_like_a_weight_are_the_weight(drafts: Drafts, name: str) -> None:
    drafts.of_rows(f"id,{name}", [f"{n},{weights(n)}" for n in ROWS])
    assert drafts.column("weight").role == ("weight",)
    assert drafts.asks(f"{name} was taken for the weight")


def test_a_weight_in_kilograms_is_an_amount(drafts: Drafts) -> None:
    drafts.of_rows("id,weight", [f"{n},{60 + n % 40}" for n in ROWS])
    assert drafts.role("weight_2") == "control"
    assert drafts.column("weight_2").delivered_as == ("weight",)
    assert drafts.asks("No weight was found", "weight is named like one and does not behave so")


def test_an_expansion_factor_is_a_weight(drafts: Drafts) -> None:
    drafts.of_rows("id,gewicht", [f"{n},{40 + 30 * (n % 30)}.5" for n in ROWS])
    assert drafts.role("weight") == "weight"


@pytest.mark.parametrize("value", ["", "-1", "NA"])
def test_a_weight_that_is_missing_somewhere_is_not_taken(drafts: Drafts, value: str) -> None:
    drafts.of_rows("id,weging", [f"{n},{value if n == 7 else weights(n)}" for n in ROWS])
    assert not any("weight" in column.role for column in drafts.codebook.columns)
    assert drafts.asks("weging is named like one")


def test_of_two_weights_the_one_nearest_to_mean_one_is_taken(drafts: Drafts) -> None:
    rows = [f"{n},{1.4 + 0.01 * (n % 7):.2f},{weights(n)}" for n in ROWS]
    drafts.of_rows("id,weegfactor_ruw,weegfactor", rows)
    assert drafts.column("weight").delivered_as == ("weegfactor",)
    assert drafts.asks("Other candidates: weegfactor_ruw")


def test_strata_and_clusters_by_name_and_only_if_complete(drafts: Drafts) -> None:
    rows = [f"{n},{n % 3},{n % 6},{'' if n == 5 else n % 2}" for n in ROWS]
    drafts.of_rows("id,stratum,psu,strata_oud", rows)
    assert (drafts.role("stratum"), drafts.role("psu")) == ("stratum", "cluster")
    assert drafts.asks("strata_oud is named like a stratum and is empty in 1 rows")


def test_a_constant_year_is_the_wave(drafts: Drafts) -> None:
    drafts.of_rows("id,jaar", [f"{n},2022" for n in ROWS])
    assert drafts.role("jaar") == "wave"


def test_a_year_that_is_empty_somewhere_is_no_wave(drafts: Drafts) -> None:
    drafts.of_rows("id,jaar", [f"{n},{2022 if n else ''}" for n in ROWS])
    assert drafts.role("jaar") != "wave"


# --- Columns of which nothing or no answer is kept ----------------------------------------------------


def test_what_identifies_people_is_not_kept(drafts: Drafts) -> None:
    rows = [f"{n},a{n}@example.org,10.0.0.{n},Jan,{1000 + n}AB" for n in ROWS]
    drafts.of_rows("id,contact,bron,voornaam,postcode", rows)
    assert {drafts.role(name) for name in ("contact", "bron", "voornaam", "postcode")} == {"ignored"}
    assert drafts.asks("Looks personal", "contact, bron, voornaam, postcode")


def test_dates_empty_columns_and_single_texts_are_not_kept(drafts: Drafts) -> None:
    drafts.of_rows("id,wanneer,leeg,land", [f"{n},2022-05-{n % 28 + 1:02},,Nederland" for n in ROWS])
    assert {drafts.role(name) for name in ("wanneer", "leeg", "land")} == {"ignored"}
    assert drafts.asks("it holds dates: wanneer")
    assert drafts.asks("it is empty: leeg")
    assert drafts.asks("it holds one text only: land")


def test_numbers_below_zero_are_not_kept(drafts: Drafts) -> None:
    drafts.of_rows("id,verandering", [f"{n},{n * 1.5 - 30}" for n in ROWS])
    assert drafts.role("verandering") == "ignored"
    assert drafts.asks("numbers below 0: verandering")


def test_what_people_wrote_is_open_text(drafts: Drafts) -> None:
    drafts.of_rows("id,toelichting", [f"{n},Mijn verhaal over werk nummer {n} is dit." for n in ROWS])
    assert drafts.role("toelichting") == "open_text"
    assert "may it be kept at all" in drafts.question("Taken as open text: toelichting")


def test_columns_with_the_same_header_are_left_out(drafts: Drafts) -> None:
    drafts.of_rows("id,q1,Q1", [f"{n},{n % 5 + 1},{n % 3 + 1}" for n in ROWS])
    assert [column.name for column in drafts.codebook.columns] == ["respondent_id"]
    assert drafts.codebook.undeclared_columns == "ignore"
    assert drafts.asks("same header", "'q1', 'Q1'")


# --- Groups, numbers and missing ----------------------------------------------------------------------


def test_few_short_texts_divide_people(drafts: Drafts) -> None:
    afdelingen = ["Beleid", "Uitvoering", "Toezicht en handhaving"]
    drafts.of_rows("id,team", [f"{n},{afdelingen[min(n % 5, 2)]}" for n in ROWS], language="nl")
    assert (drafts.role("team"), drafts.column("team").coding) == ("group", "labels")
    answers = drafts.codebook.answers["nieuw_team"]
    assert [a.label_nl for a in answers] == ["Beleid", "Toezicht en handhaving", "Uitvoering"]
    assert all(a.score is None and a.category is None for a in answers)
    assert [cut.variables for cut in drafts.codebook.cuts] == [("team",)]


def test_small_groups_are_asked_about(drafts: Drafts) -> None:
    drafts.of_rows("id,team", [f"{n},{'klein' if n < 6 else 'groot'}" for n in ROWS])
    assert drafts.asks("fewer than 10 people", "team (1)")


def test_a_number_far_above_the_codes_is_missing(drafts: Drafts) -> None:
    drafts.of_rows("id,q1,q2,q3", [f"{n},{n % 5 + 1},{n % 4 + 1},{9 if n < 3 else n % 5 + 1}" for n in ROWS])
    assert drafts.column("q3").missing == {"skipped": (9,)}
    assert {drafts.column(name).answers for name in ("q1", "q2", "q3")} == {"nieuw_numbers_1_5"}
    assert "q3: 9" in drafts.question("look like codes for missing")


@pytest.mark.parametrize(("code", "highest"), [(999, 65), (99, 65), (-9, 65), (9999, 65)])
def test_a_number_far_from_the_amounts_is_missing(drafts: Drafts, code: int, highest: int) -> None:
    rows = [f"{n},{code if n < 4 else 18 + n % (highest - 18)}" for n in ROWS]
    drafts.of_rows("id,leeftijd", rows)
    assert drafts.role("leeftijd") == "control"
    assert drafts.column("leeftijd").missing == {"skipped": (code,)}
    assert drafts.asks("look like codes for missing", f"leeftijd: {code}")


def test_a_nine_among_amounts_is_an_amount(drafts: Drafts) -> None:
    drafts.of_rows("id,kinderen", [f"{n},{9 if n == 1 else n % 4}" for n in ROWS])
    assert drafts.column("kinderen").missing == {}


def test_texts_for_missing_among_codes_keep_their_reason(drafts: Drafts) -> None:
    texts = {0: "weet niet", 1: "n.v.t.", 2: "geen mening"}
    drafts.of_rows("id,q1", [f"{n},{texts.get(n, str(n % 5 + 1))}" for n in ROWS])
    column = drafts.column("q1")
    assert column.coding == "codes"
    assert set(column.missing["dont_know"]) == {"weet niet", "geen mening"}
    assert column.missing["not_asked"] == ("n.v.t.",)
    assert drafts.asks("look like codes for missing", "q1: geen mening, n.v.t., weet niet")


def test_an_empty_mark_of_a_program_is_blank_in_every_column(drafts: Drafts) -> None:
    drafts.of_rows("id,q1,age", [f"{n},{'NA' if n == 3 else n % 5 + 1},{20 + n % 40}" for n in ROWS])
    assert drafts.codebook.blank_texts == ("NA",)
    assert drafts.asks("empty answer in every column: NA")
    assert drafts.column("q1").missing == {}


def test_ones_and_twos_are_unexplained_groups(drafts: Drafts) -> None:
    drafts.of_rows("id,geslacht", [f"{n},{n % 2 + 1}" for n in ROWS])
    assert drafts.role("geslacht") == "group"
    assert drafts.column("geslacht").assumed
    assert drafts.asks("Codes without labels", "geslacht: 1, 2")


def test_zeros_and_ones_are_no_and_yes(drafts: Drafts) -> None:
    drafts.of_rows("id,ziek", [f"{n},{n % 2}" for n in ROWS])
    assert (drafts.role("ziek"), drafts.column("ziek").answers) == ("item", "yes_no")
    assert drafts.asks("yes_no of ziek", "0 was taken for no and 1 for yes")


def test_names_are_snake_case_unique_and_not_reserved(drafts: Drafts) -> None:
    header = "id,Vraag 1a,vraag-1a,order,wave_id,2e vraag,größe,weight_2,Weight"
    drafts.of_rows(header, [",".join([str(n), *(str((n + k) % 7 + 20) for k in range(8))]) for n in ROWS])
    names = [column.name for column in drafts.codebook.columns]
    assert names == [
        *("respondent_id", "vraag_1a", "vraag_1a_2", "order_2", "wave_id_2", "q_2e_vraag", "grosse"),
        *("weight_2", "weight_3"),
    ] or names[6] in ("groe", "grosse", "groe_e", "gro_e")
    assert len(set(names)) == len(names)
    assert drafts.column("order_2").delivered_as == ("order",)
    assert drafts.column("wave_id_2").delivered_as == ("wave_id",)


def test_a_column_with_one_population_per_group_makes_the_group_the_stratum(drafts: Drafts) -> None:
    sizes = {"a": 120, "b": 4000, "c": 120}
    rows = [f"{n},{'abc'[n % 3]},{'xy'[n % 2]},{sizes['abc'[n % 3]]},{n % 5 + 1}" for n in range(60)]
    drafts.of_rows("id,region,sex,fpc,q1", rows)
    assert drafts.column("region").role == ("group", "stratum")
    assert drafts.role("fpc") == "ignored"
    assert [(row["stratum_id"], row["population"]) for row in drafts.seed("strata")] == [
        *(("a", "120"), ("b", "4000"), ("c", "120")),
    ]


def test_a_population_that_differs_within_every_group_makes_no_stratum(drafts: Drafts) -> None:
    rows = [f"{n},{'abc'[n % 3]},{1000 + n // 6},{n % 5 + 1}" for n in range(60)]
    drafts.of_rows("id,region,population,q1", rows)
    assert drafts.column("region").role == ("group",)
    assert drafts.role("population") == "control"
    assert drafts.seed("strata") == []
