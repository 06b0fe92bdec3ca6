"""What landing a file does to rows, answers and the landing zone."""

from __future__ import annotations

import json
import math
import stat
from typing import TYPE_CHECKING, Any

import pytest

from support.workshop import column
from werkpeil.codebook.model import TEXT_MISSING_MARKERS
from werkpeil.errors import InputError
from werkpeil.landing import all_deliveries, current_deliveries, deliver

if TYPE_CHECKING:
    from support.workshop import Workshop

UNTYPED = -2_147_483_648

pytestmark = pytest.mark.usefixtures("no_leftovers")


def test_accepted_rows_are_typed_by_the_codebook_and_keep_their_order(workshop: Workshop) -> None:
    result = workshop.land(
        workshop.csv('7,1.5,north,5,Eens,"38,5",fine', "3,2,south,5.0, strongly   AGREE ,40,", "5,1,x,9,,,")
    )
    assert (result.status, result.rows_read, result.rows_accepted) == ("landed", 3, 3)
    assert workshop.query("select row_number, w, s, q1, q2, hours, remark from raw.plain") == [
        (1, 1.5, "north", 5, "Eens", 38.5, "fine"),
        (2, 2.0, "south", 5, "strongly AGREE", 40.0, None),
        (3, 1.0, "x", 9, None, None, None),
    ]
    types = workshop.query("select column_name, column_type from (describe raw.plain)")
    assert dict(types) == {
        "survey_id": "VARCHAR",
        "wave_id": "VARCHAR",
        "delivery_id": "VARCHAR",
        "respondent_id": "VARCHAR",
        "row_number": "BIGINT",
        "w": "DOUBLE",
        "s": "VARCHAR",
        "q1": "INTEGER",
        "q2": "VARCHAR",
        "hours": "DOUBLE",
        "remark": "VARCHAR",
    }


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ("2,1,a,5,Eens", "malformed_row"),
        ("2,1,a,5,Eens,40,x,y", "malformed_row"),
        ('2,1,a,5,"Eens"x,40,y', "malformed_row"),
        (",1,a,5,Eens,40,", "respondent_id_missing"),
        ("1,1,a,5,Eens,40,", "respondent_id_duplicate"),
        ("2,,a,5,Eens,40,", "weight_missing"),
        ("2,heavy,a,5,Eens,40,", "weight_not_a_number"),
        ("2,nan,a,5,Eens,40,", "weight_not_a_number"),
        ("2,-0.1,a,5,Eens,40,", "weight_negative"),
        ("2,1, ,5,Eens,40,", "stratum_missing"),
    ],
)
def test_a_row_that_breaks_a_rule_is_set_aside_whole(workshop: Workshop, row: str, rule: str) -> None:
    result = workshop.land(workshop.csv("1,1,a,5,Eens,40,", row, "3,1,a,5,Eens,40,"))
    assert result.rejected_by_rule == {rule: 1}
    assert (result.rows_read, result.rows_accepted, result.rows_rejected) == (3, 2, 1)
    [(number, found, content)] = workshop.query("select row_number, rule, row_json from raw.rejected_rows")
    assert (number, found) == (2, rule)
    assert "40" in content or rule == "malformed_row"
    assert workshop.values("row_number") == [1, 3]


def test_one_rule_counts_per_row_and_the_first_of_equal_ids_stays(workshop: Workshop) -> None:
    result = workshop.land(
        workshop.csv("1,1,a,1,Eens,1,", "1,x,,1,Eens,1,", ",,,1,Eens,1,", "1,1,b,1,Eens,1,")
    )
    assert result.rejected_by_rule == {"respondent_id_missing": 1, "respondent_id_duplicate": 2}
    assert workshop.values("s") == ["a"]


def test_an_undeclared_stratum_code_rejects_its_row(workshop: Workshop) -> None:
    columns = [
        column("s", "stratum", answers="yes_no"),
        column("t", ["stratum", "group"], answers="agree5", coding="labels"),
        column("c", "cluster"),
    ]
    workshop.survey("design", columns)
    file = workshop.file(
        "d.csv", "s,t,c\n1,Eens,k\n2,Eens,k\nx,Eens,k\n0,Nooit,k\n0,Weet niet,k\n0,4,\n1,oneens,m\n"
    )
    result = workshop.land(file, survey_id="design")
    assert result.rejected_by_rule == {"stratum_missing": 5}
    assert workshop.query("select s, t, c from raw.design") == [
        (1, "Eens", "k"),
        (1, "oneens", "m"),
    ]


def test_an_empty_cluster_rejects_its_row(workshop: Workshop) -> None:
    workshop.survey("design", [column("c", "cluster"), column("q", "item", answers="agree5")])
    result = workshop.land(workshop.file("d.csv", "c,q\nk,1\n,2\n"), survey_id="design")
    assert result.rejected_by_rule == {"cluster_missing": 1}


def test_invalid_answers_keep_their_row_and_the_delivered_text(workshop: Workshop) -> None:
    result = workshop.land(
        workshop.csv("1,1,a,abc,Nooit,x,", "2,1,a,8,Eens,200,", "3,1,a,4.5,5,1_0,", "4,1,a,9,weet niet,100,")
    )
    assert result.rows_accepted == 4
    assert result.invalid_answers == {"hours": 3, "q1": 3, "q2": 2}
    assert workshop.values("q1") == [UNTYPED, 8, UNTYPED, 9]
    hours = workshop.values("hours")
    assert math.isnan(hours[0])
    assert hours[1] == 200
    assert math.isnan(hours[2])
    assert workshop.query(
        "select row_number, column_name, delivered_value, rule from raw.invalid_answers order by all"
    ) == [
        (1, "hours", "x", "not_a_number"),
        (1, "q1", "abc", "not_a_code"),
        (1, "q2", "Nooit", "undeclared_label"),
        (2, "hours", "200", "out_of_range"),
        (2, "q1", "8", "undeclared_code"),
        (3, "hours", "1_0", "not_a_number"),
        (3, "q1", "4.5", "not_a_code"),
        (3, "q2", "5", "undeclared_label"),
    ]


def test_a_text_missing_code_of_a_number_keeps_its_reason(workshop: Workshop) -> None:
    columns = [
        column("q", "item", answers="agree5", missing={"dont_know": ["X"], "refused": [9]}),
        column("age", "control", maximum=99, missing={"refused": ["geheim", 999]}),
    ]
    workshop.survey("r_export", columns)
    result = workshop.land(workshop.file("d.csv", "q,age\nx,Geheim\n9,999\n5,40\n"), survey_id="r_export")
    assert result.invalid_answers == {}
    dont_know, refused = TEXT_MISSING_MARKERS["dont_know"], TEXT_MISSING_MARKERS["refused"]
    assert workshop.query("select q, age from raw.r_export") == [
        (dont_know, float(refused)),
        (9, 999.0),
        (5, 40.0),
    ]


def test_texts_that_mean_empty_are_empty_in_every_column_but_open_text(workshop: Workshop) -> None:
    columns = [
        column("q", "item", answers="agree5"),
        column("age", "control", maximum=99),
        column("why", "open_text"),
    ]
    workshop.survey("r_export", columns, blank_texts=["NA"])
    result = workshop.land(workshop.file("d.csv", "q,age,why\nNA,na,NA\n5,40,x\n"), survey_id="r_export")
    assert result.invalid_answers == {}
    assert workshop.query("select q, age, why from raw.r_export") == [(None, None, "NA"), (5, 40.0, "x")]


def test_the_same_file_again_changes_nothing(workshop: Workshop) -> None:
    file = workshop.csv("1,1,a,5,Eens,40,", ",1,a,5,Eens,40,")
    first = workshop.land(file)
    before = workshop.tree()
    again = workshop.land(file)
    assert again.status == "already_landed"
    assert (again.delivery_id, again.rows_rejected) == (first.delivery_id, 1)
    assert workshop.tree() == before


def test_another_file_for_a_landed_wave_needs_replace_and_the_older_one_stays(
    workshop: Workshop,
) -> None:
    first = workshop.land(workshop.csv("1,1,a,5,Eens,40,"))
    other = workshop.csv("1,1,a,4,Eens,40,", name="corrected.csv")
    with pytest.raises(InputError, match=r"has landed with another content: 'delivery\.csv', 1 rows"):
        workshop.land(other)
    second = workshop.land(other, replace=True)
    assert second.status == "replaced"
    assert first.path.is_dir()
    assert workshop.values("q1") == [4]
    assert [d.delivery_id for d in current_deliveries(workshop.project)] == [second.delivery_id]
    assert [d.delivery_id for d in all_deliveries(workshop.project)] == [
        second.delivery_id,
        first.delivery_id,
    ]
    assert workshop.query(
        "select delivery_id, is_current, replaces from raw.landing_register order by landed_at, 1"
    ) == [(first.delivery_id, False, None), (second.delivery_id, True, first.delivery_id)]


def test_the_same_file_lands_anew_when_replace_is_asked(workshop: Workshop) -> None:
    file = workshop.csv("1,1,a,5,Eens,40,")
    first = workshop.land(file)
    second = workshop.land(file, replace=True)
    third = workshop.land(file, replace=True)
    assert len({first.delivery_id, second.delivery_id, third.delivery_id}) == 3
    assert len(all_deliveries(workshop.project)) == 3


def test_people_keep_their_pseudonym_between_waves_and_not_between_surveys(
    workshop: Workshop,
) -> None:
    workshop.survey("other", [column("id", "respondent_id")])
    workshop.land(workshop.csv("ann,1,a,5,Eens,40,", "bob,1,a,5,Eens,40,"), "2023")
    workshop.land(workshop.csv("bob,1,a,4,Eens,40,"), "2024")
    workshop.land(workshop.file("o.csv", "id\nbob\n"), "2024", "other")
    ann, bob, bob_later = workshop.values("respondent_id")
    assert bob == bob_later
    assert ann != bob
    assert len(bob) == 32
    [elsewhere] = workshop.values("respondent_id", "other")
    assert elsewhere != bob


def test_no_identifier_and_no_key_is_in_the_landing_zone(
    workshop: Workshop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    columns = [
        column("id", "respondent_id"),
        column("mail", "ignored"),
        column("q", "item", answers="agree5"),
    ]
    workshop.survey("private", columns, undeclared_columns="ignore")
    rows = [
        "person-one,one@example.org,Aland,5",
        "person-one,two@example.org,Aland,5",
        "person-three,three@example.org,Aland",
        "x,y,person-four,four@example.org,Aland,5",
        '"person-five,five@example.org,Aland,5',
        "person-six,six@example.org,Aland,4",
    ]
    file = workshop.file("d.csv", "id,mail,place,q\n" + "\n".join(rows) + "\n")
    result = workshop.land(file, survey_id="private")
    assert result.rows_rejected == 4
    assert result.ignored_columns == ["place"]
    key = (workshop.project.secrets / "pseudonym.key").read_text().strip()
    shown = str(workshop.query("from raw.rejected_rows")) + str(workshop.query("from raw.private"))
    kept = b"".join(workshop.tree().values()) + shown.encode() + caplog.text.encode()
    for secret in ("person-", "@example", "Aland", key):
        assert secret.encode() not in kept


def test_without_an_identifier_everybody_has_a_pseudonym_of_their_own(workshop: Workshop) -> None:
    workshop.survey("nameless", [column("q", "item", answers="agree5")])
    workshop.land(workshop.file("d.csv", "q\n1\n1\n2\n"), "a", "nameless")
    workshop.land(workshop.file("e.csv", "q\n1\n1\n3\n"), "b", "nameless")
    assert len(set(workshop.values("respondent_id", "nameless"))) == 6


def test_synthetic_ids_make_a_delivery_synthetic_whatever_is_asked(workshop: Workshop) -> None:
    real = workshop.land(workshop.csv("1,1,a,5,Eens,40,"), "a")
    asked = workshop.land(workshop.csv("1,1,a,5,Eens,40,"), "b", provenance="synthetic")
    made = workshop.land(workshop.csv("syn-1,1,a,5,Eens,40,"), "c", provenance="real")
    assert [real.provenance, asked.provenance, made.provenance] == [
        "real",
        "synthetic",
        "synthetic",
    ]
    with pytest.raises(InputError, match="1 of 2 respondent ids begin with 'syn-'"):
        workshop.land(workshop.csv("syn-1,1,a,5,Eens,40,", "2,1,a,5,Eens,40,"), "d")


def test_rows_of_two_waves_are_refused_with_their_counts(workshop: Workshop) -> None:
    workshop.survey("waves", [column("jaar", "wave"), column("q", "item", answers="agree5")])
    file = workshop.file("d.csv", "jaar,q\n2022,1\n2023,1\n2023,2\n")
    with pytest.raises(InputError, match="2023: 2 rows, 2022: 1 rows") as caught:
        workshop.land(file, survey_id="waves")
    assert "land each wave from its own file" in str(caught.value)
    assert workshop.land(workshop.file("e.csv", "jaar,q\n2022,1\n"), survey_id="waves").rows_read == 1


def test_too_many_rejected_rows_refuse_the_delivery(workshop: Workshop) -> None:
    good = [f"{i},1,a,5,Eens,40," for i in range(100)]
    bad = [f",1,a,5,Eens,{i}," for i in range(11)]
    with pytest.raises(InputError, match="11 of 111 rows break a rule") as caught:
        workshop.land(workshop.csv(*good, *bad))
    assert "respondent_id_missing, 11 times, first in rows 101, 102, 103" in str(caught.value)
    assert current_deliveries(workshop.project) == []
    assert workshop.land(workshop.csv(*good, *bad[:10])).rows_rejected == 10


def test_too_many_invalid_answers_refuse_the_delivery(workshop: Workshop) -> None:
    rows = [f"{i},1,a,{8 if i < 11 else 5},Eens,40," for i in range(100)]
    with pytest.raises(InputError, match="q1: 11 of 100") as caught:
        workshop.land(workshop.csv(*rows))
    assert "undeclared_code 8, 11 times, first in rows 1, 2, 3" in str(caught.value)
    settings = workshop.project.root / "dbt_project.yml"
    settings.write_text("vars:\n  surveys: [plain]\n  landing: {maximum_invalid_share: 0.2}\n")
    assert workshop.land(workshop.csv(*rows)).invalid_answers == {"q1": 11}


def test_the_register_says_what_was_read(workshop: Workshop) -> None:
    file = workshop.csv("1,1,a,5,Eens,40,", "2,1,a,7,Eens,40,", "3,,a,5,Eens,40,")
    result = workshop.land(file)
    entry = json.loads((result.path / "delivery.json").read_text())
    assert entry["file_bytes"] == file.stat().st_size
    assert (entry["reader"], entry["encoding"], entry["delimiter"]) == ("text", "utf-8", ",")
    [(names, rejected, invalid)] = workshop.query(
        "select file_name, rejected_by_rule, invalid_answers from raw.landing_register"
    )
    assert (names, json.loads(rejected), json.loads(invalid)) == (
        "delivery.csv",
        {"weight_missing": 1},
        {"q1": 1},
    )


def test_progress_is_told_by_step(workshop: Workshop) -> None:
    told: list[tuple[str, float | None]] = []
    workshop.land(
        workshop.csv("1,1,a,5,Eens,40,"), on_progress=lambda step, share: told.append((step, share))
    )
    assert [step for step, _ in told][:2] == ["hashing the file", "reading the file"]
    assert all(share is None or 0 <= share <= 1 for _, share in told)


def test_progress_tells_how_far_a_query_is(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "_SECONDS_BETWEEN_LOOKS", 0.001)
    rows = [f"{i},1,s{i % 3},{i % 5 + 1},Eens,{i % 90},t{i}" for i in range(150_000)]
    told: list[float] = []

    def hear(step: str, share: float | None) -> None:
        if step == "writing the responses" and share is not None:
            told.append(share)

    workshop.land(workshop.csv(*rows), on_progress=hear)
    assert len(set(told)) > 1
    assert told == sorted(told)
    assert told[-1] <= 1


def test_an_optional_or_unasked_column_is_null_when_it_is_absent(workshop: Workshop) -> None:
    columns = [
        column("q1", "item", answers="agree5"),
        column("q2", "item", answers="agree5", optional=True),
        column("q3", "item", answers="agree5", waves=["2020"]),
    ]
    workshop.survey("changing", columns)
    workshop.land(workshop.file("d.csv", "q1\n5\n"), survey_id="changing")
    assert workshop.query("select q1, q2, q3 from raw.changing") == [(5, None, None)]


def test_rows_stay_in_order_over_many_row_groups(workshop: Workshop) -> None:
    rows = [f"{i},1,s{i % 3},{i % 5 + 1},Eens,{i % 90},t{i}" for i in range(150_000)]
    rows[70_000] = "bad,,x,1,Eens,1,"
    result = workshop.land(workshop.csv(*rows))
    path = str(result.path / "responses.parquet")
    numbers = [n for (n,) in workshop.query(f"select row_number from read_parquet('{path}')")]
    assert numbers == [n for n in range(1, 150_001) if n != 70_001]


def test_ids_whose_hashes_agree_are_no_duplicates(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_macros = deliver.create_macros

    def create_one_more(connection: Any) -> None:
        create_macros(connection)
        connection.execute("create macro hash(id) as length(id)")

    monkeypatch.setattr(deliver, "create_macros", create_one_more)
    rows = [f"{i},1,a,5,Eens,40," for i in (1, 2, 3, 10, 2)]
    result = workshop.land(workshop.csv(*rows))
    assert result.rejected_by_rule == {"respondent_id_duplicate": 1}
    assert workshop.query("select row_number from raw.plain") == [(1,), (2,), (3,), (4,)]


def test_the_workspace_is_private_while_it_exists(
    workshop: Workshop,
) -> None:
    modes: list[int] = []

    def look(_step: str, _share: float | None) -> None:
        incoming = workshop.project.landing / ".incoming"
        modes.extend(stat.S_IMODE(f.stat().st_mode) for f in incoming.glob("*"))

    workshop.land(workshop.csv("1,1,a,5,Eens,40,"), on_progress=look)
    assert modes
    assert set(modes) == {0o700}
