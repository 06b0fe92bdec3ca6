"""Every metric by every dimension against hand-written SQL on the marts, in sectors that are each an edge."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from typer.testing import CliRunner

from support.metrics import SIZES, people
from support.releases import copy_release, tool
from werkpeil.cli.main import app
from werkpeil.errors import InputError
from werkpeil.publishing import releases
from werkpeil.publishing.postgres import publish_to_postgres
from werkpeil.semantic import Question, answer, plan, read_definitions
from werkpeil.semantic.engine import Compiler
from werkpeil.semantic.expressions import expression
from werkpeil.semantic.saved import grain_of
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from werkpeil.project import Project
    from werkpeil.semantic import Answer, Definitions, Metric

HIDING = {"protected", "unreliable"}


@pytest.fixture(scope="module")
def project(sectors: Project) -> Project:
    return sectors


@dataclass(frozen=True)
class Doors:
    """The ways to the same numbers: the marts, and the release by metrics."""

    marts: Any
    release: Any
    definitions: Definitions
    compiler: Compiler

    def ask(self, metrics: str, by: str = "", *where: str) -> Answer:
        question = Question(tuple(metrics.split()), tuple(by.split()), where)
        return answer(self.release, plan(self.definitions, self.compiler, question))


@pytest.fixture(scope="module")
def doors(project: Project) -> Iterator[Doors]:
    with open_warehouse(project) as marts, releases.open_release(project) as opened:
        definitions = read_definitions(opened)
        yield Doors(marts, opened, definitions, Compiler(definitions))


# What a metric is, in words of SQL on a mart, `mart`, joined with its published copy, `shown`.
POOLED = "sum(mart.{0} * mart.n) / nullif(sum(case when mart.{0} is not null then mart.n end), 0)"
HIDDEN = "bool_or(shown.{0} is null and mart.{0} is not null)"


@dataclass(frozen=True)
class Reference:
    """A metric by hand.

    Attributes:
        mart: Where its rows are.
        key: What tells a row of the mart from all others, beside survey, wave, cut and group.
        number: The metric.
        hidden: Whether it must be hidden.
        error: Its standard error; null for those that have none.
        rows: Which rows it is of.
    """

    mart: str
    key: str
    number: str
    hidden: str
    error: str = "null"
    rows: str = "true"


def pooled(column: str, error: str, rows: str = "true") -> Reference:
    only = f"case when count(*) = 1 then max(mart.{error}) end"
    return Reference("item_shares", "item_id", POOLED.format(column), HIDDEN.format(column), only, rows)


def single(mart: str, key: str, column: str, error: str = "", rows: str = "true") -> Reference:
    found = f"max(mart.{error})" if error else "null"
    return Reference(mart, key, f"max(mart.{column})", HIDDEN.format(column), found, rows)


def scale(column: str, error: str = "") -> Reference:
    return single("scale_scores", "scale_id", column, error)


def change(measures: str) -> Reference:
    key = "variable_id, previous_wave_id, measure"
    return single("wave_changes", key, "change", "std_error", f"mart.measure in ({measures})")


def flow(column: str, error: str = "") -> Reference:
    return single("sector_flows", "flow_id, origin_id, destination_id", column, error)


ITEMS = {
    "positive_share": pooled("positive_share", "positive_share_std_error"),
    "neutral_share": pooled("neutral_share", "neutral_share_std_error"),
    "negative_share": pooled("negative_share", "negative_share_std_error"),
    "mean_score": pooled("mean", "mean_std_error"),
    "answers": Reference("item_shares", "item_id", "sum(mart.n)", HIDDEN.format("n")),
}
WHOLE = {
    "enps": Reference(
        "item_shares",
        "item_id",
        "100 * max(mart.positive_share - mart.negative_share)",
        f"{HIDDEN.format('positive_share')} or {HIDDEN.format('negative_share')}",
        # It takes all three errors, and the neutral one may be hidden by itself.
        "100 * max(sqrt(2 * shown.positive_share_std_error ** 2 + 2 * shown.negative_share_std_error ** 2 "
        "- shown.neutral_share_std_error ** 2))",
        "mart.item_id = 'advice'",
    ),
    "leaver_share": pooled("positive_share", "positive_share_std_error", "mart.item_id = 'has_left'"),
    "turnover_intention_share": pooled(
        "positive_share", "positive_share_std_error", "mart.item_id = 'leaves'"
    ),
    "responses": Reference(
        "item_shares", "item_id", "max(mart.group_count)", "max(shown.group_count) is null"
    ),
}
SCALES = {
    "scale_score": scale("mean", "std_error"),
    "scale_agree_share": scale("agree_share", "agree_share_std_error"),
    "scale_neutral_share": scale("neutral_share", "neutral_share_std_error"),
    "scale_disagree_share": scale("disagree_share", "disagree_share_std_error"),
    "scale_responses": scale("n"),
}
CHANGES = {
    "positive_share_change": change("'positive_share', 'agree_share'"),
    "mean_change": change("'mean'"),
}
FLOWS = {"flow_share": flow("flow_share", "flow_share_std_error"), "flow_responses": flow("n")}
RESPONSE = {
    "invited": single("response_rates", "method", "sampled"),
    "responded": single("response_rates", "method", "responded"),
    "response_share": single("response_rates", "method", "response_share"),
}
REFERENCES = ITEMS | WHOLE | SCALES | CHANGES | FLOWS | RESPONSE
# How people are divided: what is asked, the cut, and its group's parts.
CUTS = {
    "": ("total", []),
    "sector": ("sector", ["mart.group_id"]),
    "is_manager": ("is_manager", ["mart.group_id"]),
    "sector is_manager": (
        "sector*is_manager",
        ["split_part(mart.group_id, '*', 1)", "split_part(mart.group_id, '*', 2)"],
    ),
    "is_manager sector": (
        "sector*is_manager",
        ["split_part(mart.group_id, '*', 2)", "split_part(mart.group_id, '*', 1)"],
    ),
    "cut_id group_id": (None, ["mart.cut_id", "mart.group_id"]),
}
# What a metric's numbers are of, beside survey, wave and group.
BY_SECTOR = (
    (ITEMS, "item_id"),
    (ITEMS, "theme_id answer_set_id polarity"),
    (WHOLE, ""),
    (SCALES, "scale_id"),
    (CHANGES, "previous_wave_id variable_id"),
)
STRATA = {
    "": CUTS[""],
    "site": ("site", ["mart.group_id"]),
    "cut_id group_id": CUTS["cut_id group_id"],
}
FLOW = {"": (None, [])}
CASES = [
    (name, cut, by.split())
    for metrics, by, cuts in (
        *((metrics, by, CUTS) for metrics, by in BY_SECTOR),
        (FLOWS, "flow_id origin_id destination_id", FLOW),
        (RESPONSE, "method", STRATA),
    )
    for name in metrics
    for cut in cuts
]
DIMENSIONS = {
    "theme_id": "coalesce(item.theme_id, 'none')",
    "answer_set_id": "coalesce(item.answer_set_id, item.item_id)",
    "polarity": "item.polarity",
}


@dataclass(frozen=True)
class Expected:
    """What SQL by hand says: a number, its error, and whether both must be hidden."""

    number: float | None
    error: float | None
    is_hidden: bool


def by_hand(doors: Doors, metric: str, cut: str, grain: list[str]) -> dict[tuple[Any, ...], Expected]:
    """Return what a metric is per survey, wave, grain and parts of the group."""
    held = REFERENCES[metric]
    cut_id, parts = (FLOW if metric in FLOWS else STRATA | CUTS)[cut]
    columns = ["mart.survey_id", "mart.wave_id"]
    columns += [DIMENSIONS.get(name, f"mart.{name}") for name in grain] + parts
    joined = " and ".join(
        f"shown.{name.strip()} = mart.{name.strip()}"
        for name in ("survey_id", "wave_id", "cut_id", "group_id", *held.key.split(","))
    )
    items = "left join marts.dim_items as item on item.survey_id = mart.survey_id and item.item_id = "
    items += "mart.item_id" if held.mart == "item_shares" else "'none'"
    within = f"mart.cut_id = '{cut_id}'" if cut_id else "true"
    query = (
        f"select {', '.join(columns)}, {held.number}, {held.error}, {held.hidden} "
        f"from marts.{held.mart} as mart inner join published.{held.mart} as shown on {joined} {items} "
        f"where {within} and {held.rows} group by {', '.join(columns)}"
    )
    return {tuple(row[:-3]): Expected(*row[-3:]) for row in doors.marts.execute(query).fetchall()}


def require_equal(
    rows: Sequence[dict[str, Any]],
    metric: Metric,
    columns: list[str],
    expected: dict[tuple[Any, ...], Expected],
) -> None:
    """Compare a metric cell by cell: number, error, what is hidden, and what is not there."""
    found = {tuple(row[name] for name in columns): row for row in rows}
    assert len(found) == len(rows)
    for key, row in found.items():
        wanted, number, reason = expected.get(key), row[metric.name], row[metric.reason]
        error = row.get(metric.std_error)
        if wanted is None:
            # A saved query has rows of its other metrics too.
            assert (number, error, reason) == (None, None, None), key
        elif wanted.is_hidden:
            assert (number, error, reason in HIDING) == (None, None, True), key
        elif wanted.number is None:
            # Where the whole row is hidden, what is not there cannot be told from what is hidden.
            assert (number, error) == (None, None), key
            assert reason not in {None, "mixed_groups"}, key
        else:
            assert number == pytest.approx(wanted.number, rel=1e-12, abs=1e-15), key
            # A saved query may leave the error out.
            if metric.std_error in row:
                assert (error is None) == (wanted.error is None), key
                assert error is None or error == pytest.approx(wanted.error, rel=1e-9), key
            assert reason is None, key
    # What is not in the answer has neither a number nor anything to hide.
    absent = [wanted for key, wanted in expected.items() if key not in found]
    assert all(wanted.number is None and not wanted.is_hidden for wanted in absent)
    assert any(row[metric.name] is not None for row in rows)


@pytest.mark.parametrize(
    ("metric", "cut", "grain"),
    [
        pytest.param(*case, id="-".join([case[0], *case[2][:1], case[1].replace(" ", "*") or "total"]))
        for case in CASES
    ],
)
def test_a_metric_is_what_sql_on_the_mart_gives(
    doors: Doors, metric: str, cut: str, grain: list[str]
) -> None:
    found = doors.ask(metric, " ".join([*grain, *cut.split()]))
    columns = ["survey_id", "wave_id", *grain, *cut.split()]
    require_equal(found.rows, found.plan.metrics[0], columns, by_hand(doors, metric, cut, grain))


def test_no_metric_is_without_sql_by_hand(doors: Doors) -> None:
    assert {*doors.definitions.metrics} == {*REFERENCES}


def test_response_is_a_share_or_the_reason_why_it_is_none(doors: Doors) -> None:
    rates = doors.ask("response_share invited", "site")
    share, reason = cell(rates, "response_share", wave_id="1", site="desk")
    assert reason is None
    assert share == (people().query("wave == '1' and site == 'desk'").shape[0]) / 900
    assert cell(rates, "response_share", wave_id="1", site="closed") == (None, "nobody_invited")
    assert cell(rates, "response_share", wave_id="2", site="tiny") == (None, "protected")
    assert cell(doors.ask("response_share"), "response_share", wave_id="2") == (None, "sample_not_known")


def test_the_net_promoter_score_is_that_of_the_answers(doors: Doors) -> None:
    """From the rows that were landed, without any table of the warehouse; its error by linearisation."""
    everybody = people()
    shown = 0
    for row in doors.ask("enps", "sector").rows:
        own = everybody[(everybody["wave"] == row["wave_id"]) & (everybody["sector"] == row["sector"])]
        if row["enps"] is not None:
            promoters = own["weight"][own["advice"] >= 9].sum()
            detractors = own["weight"][own["advice"] <= 6].sum()
            score = 100 * (promoters - detractors) / own["weight"].sum()
            assert row["enps"] == pytest.approx(score, rel=1e-12)
            points = 100 * (own["advice"] >= 9) - 100 * (own["advice"] <= 6)
            wave = everybody[everybody["wave"] == row["wave_id"]]
            residuals = (own["weight"] * (points - score)).reindex(wave.index, fill_value=0)
            strata = residuals.groupby(wave["site"])
            variance = (strata.size() * strata.var(ddof=1)).sum() / own["weight"].sum() ** 2
            assert row["enps_std_error"] in (None, pytest.approx(variance**0.5, rel=1e-9))
            shown += row["enps_std_error"] is not None
    assert shown >= 4


def cell(found: Answer, metric: str, **dimensions: str) -> tuple[Any, str | None]:
    (row,) = [row for row in found.rows if all(row[name] == value for name, value in dimensions.items())]
    return row[metric], row[f"{metric}_reason"]


COUNTS = {"answers", "responses", "scale_responses", "flow_responses"}
EDGES = [
    *((name, f"{by} sector", "sector") for metrics, by in BY_SECTOR for name in metrics),
    *((name, "origin", "origin_id") for name in FLOWS),
]


@pytest.mark.parametrize(
    ("metric", "by", "column"), [pytest.param(*edge, id=f"{edge[0]}-{edge[1].split()[0]}") for edge in EDGES]
)
def test_small_empty_and_weightless_groups_have_reasons(
    doors: Doors, metric: str, by: str, column: str
) -> None:
    rows = doors.ask(metric, by).rows

    def told(**where: str) -> set[tuple[float | None, str | None]]:
        return {
            (row[metric], row[f"{metric}_reason"])
            for row in rows
            if all(row[name] == value for name, value in where.items())
        }

    hiding = "2" if metric in CHANGES else "1"
    assert told(**{column: "three", "wave_id": hiding}) == {(None, "protected")}
    empty = told(**{column: "one_wave", "wave_id": "2"})
    weightless = told(**{column: "weightless"})
    if metric in COUNTS:
        assert empty == {(0, None)}
        assert any(number for number, _ in weightless)
    else:
        # A change is hidden where either wave is.
        assert empty <= {(None, "empty_group"), (None, "protected")}
        reasons = {"zero_weight", "protected", "no_categories", "no_scores"}
        assert weightless <= {(None, reason) for reason in reasons}
        assert (None, "zero_weight") in weightless


@pytest.mark.parametrize(
    ("metric", "by", "where"),
    [
        ("positive_share", "item", ("item = q1",)),
        ("positive_share", "theme", ("theme = employer", "answer_set = yes_no")),
        ("leaver_share", "", ()),
        ("turnover_intention_share", "", ()),
        ("scale_agree_share", "scale", ("scale = mood",)),
    ],
)
def test_where_nobody_is_positive_the_share_is_zero(
    doors: Doors, metric: str, by: str, where: tuple[str, ...]
) -> None:
    found = doors.ask(metric, f"{by} sector", "sector = nobody_positive", *where)
    assert [(row[metric], row[f"{metric}_reason"]) for row in found.rows] == [(0.0, None)] * 2


def test_where_nobody_promotes_the_score_is_that_of_the_detractors(doors: Doors) -> None:
    scores = doors.ask("enps", "", "sector = nobody_positive")
    shares = doors.ask("negative_share", "item", "sector = nobody_positive", "item = advice")
    for score, share in zip(scores.rows, shares.rows, strict=True):
        assert score["enps"] == pytest.approx(-100 * share["negative_share"], rel=1e-12)
        assert -100 < score["enps"] < 0


@pytest.mark.parametrize(
    ("metric", "by", "where"),
    [
        *((name, "item", ("item = q2",)) for name in ITEMS if name != "answers"),
        ("enps", "", ()),
        ("turnover_intention_share", "", ()),
        *((name, "scale", ("scale = colleagues",)) for name in SCALES if name != "scale_responses"),
        *((name, "variable", ("variable = q2",)) for name in CHANGES),
    ],
)
def test_where_nobody_was_asked_there_is_no_number(
    doors: Doors, metric: str, by: str, where: tuple[str, ...]
) -> None:
    found = doors.ask(metric, f"{by} sector", "sector = not_asked", *where)
    assert found.rows
    assert {(row[metric], row[f"{metric}_reason"]) for row in found.rows} == {(None, "nobody_asked")}


def test_an_item_that_was_not_asked_takes_nothing_from_its_theme(doors: Doors) -> None:
    themes = doors.ask("positive_share answers", "theme sector", "theme = work", "polarity = positive")
    items = doors.ask("positive_share answers", "item sector", "item = q1")
    value, reason = cell(themes, "positive_share", sector="not_asked", wave_id="1")
    assert (value, reason) == cell(items, "positive_share", sector="not_asked", wave_id="1")
    assert value is not None


@pytest.mark.parametrize("by", [["wave__survey_id"], ["wave__survey_id", "wave__wave_id"]])
@pytest.mark.parametrize("metric", REFERENCES)
def test_what_mixes_groups_or_waves_is_null_and_says_so(doors: Doors, metric: str, by: list[str]) -> None:
    """By the engine alone, as a BI tool would ask: the guard is in the metric, not in the command."""
    held = doors.definitions.metrics[metric]
    columns = [name for name in (metric, held.std_error) if name]
    sql = doors.compiler.sql([*columns, held.reason], by)
    rows = doors.release.execute(f"select {held.reason}, {', '.join(columns)} from ({sql})").fetchall()
    assert rows
    for reason, *numbers in rows:
        # Hidden rows tell so first; both ways no number comes out.
        assert {*numbers} == {None}
        assert reason in {"mixed_groups", *HIDING}


def test_saved_queries_are_tables_of_the_release_with_the_same_numbers(
    doors: Doors, project: Project
) -> None:
    current = releases.require_release(project)
    for query in doors.definitions.saved_queries:
        assert current.tables[query.name] > 0, query.name
        grain = [
            name for name in grain_of(query) if name not in {"survey_id", "wave_id", "cut_id", "group_id"}
        ]
        table = doors.release.execute(f"select * from published.{query.name}")
        names = [column[0] for column in table.description]
        rows = [dict(zip(names, row, strict=True)) for row in table.fetchall()]
        columns = ["survey_id", "wave_id", *grain, "cut_id", "group_id"]
        for name in query.metrics:
            if name in REFERENCES:
                metric = doors.definitions.metrics[name]
                require_equal(rows, metric, columns, by_hand(doors, name, "cut_id group_id", grain))


def test_postgres_has_the_tables_and_its_sql_the_same_numbers(
    doors: Doors, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    server = tool("loopback_postgres")
    programs = server.find_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed here (Debian: apt-get install postgresql)")
    asked = [
        *(Question(tuple(metrics), (*by.split(), "sector", "is_manager")) for metrics, by in BY_SECTOR),
        Question(tuple(FLOWS)),
        Question(tuple(RESPONSE), ("site",)),
    ]
    with server.serve(programs) as running:
        for name, value in running.environment("werkpeil_publisher").items():
            monkeypatch.setenv(name, value)
        publish_to_postgres(copy_release(project, tmp_path / "data"))
        compiler = Compiler(doors.definitions, "postgres")
        with running.connect("werkpeil_reader") as connection:
            for question in asked:
                there = connection.execute(plan(doors.definitions, compiler, question).sql).fetchall()
                answered = answer(doors.release, plan(doors.definitions, doors.compiler, question))
                here = [tuple(row.values()) for row in answered.rows]
                assert sorted(map(rounded, there)) == sorted(map(rounded, here))
            for query in doors.definitions.saved_queries:
                everything = f"select * from published.{query.name}"
                there = connection.execute(everything).fetchall()
                here = doors.release.execute(everything).fetchall()
                assert sorted(map(rounded, there)) == sorted(map(rounded, here))


def rounded(row: tuple[Any, ...]) -> tuple[str, ...]:
    """A row as texts that do not depend on the order in which an engine adds."""
    return tuple(
        f"{value:.10g}" if isinstance(value, int | float) and math.isfinite(value) else str(value)
        for value in row
    )


# What the command refuses, and how it shows what it does not.


@pytest.mark.parametrize(
    ("metrics", "by", "where", "what", "hint"),
    [
        ("", "", (), "No metric is asked for", "--list"),
        ("positve_share", "", (), "There is no metric 'positve_share'", "positive_share"),
        ("positive_hidden", "", (), "There is no metric 'positive_hidden'", "positive_share"),
        ("positive_share", "scale", (), "cannot be divided by 'scale'", "there are"),
        ("scale_score", "secter", (), "cannot be divided by 'secter'", "sector"),
        (
            "enps",
            "is_manager has_left",
            (),
            "No cut divides people by has_left and",
            "sector*has_left",
        ),
        ("enps", "sector cut", (), "would choose one", "leave out"),
        ("enps", "", ("sector",), "is no condition", "wave = 2024"),
        ("enps", "", ("sector = {{ 1 }}",), "is no condition", "no braces"),
        ("enps positive_share", "scale", (), "cannot be divided by 'scale'", "there are"),
        ("enps scale_score", "sector", (), "are of different tables", "of its own"),
        ("responses response_share", "", (), "are of different tables", "of its own"),
        ("positive_share mean_change", "", (), "are of different tables", "of its own"),
        ("enps", "", ("survey = metrix",), "There is no survey metrix", "metrics"),
        ("enps", "", ("wave_position = first",), "compared with a text", "a number"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_what_can(
    doors: Doors, metrics: str, by: str, where: tuple[str, ...], what: str, hint: str
) -> None:
    with pytest.raises(InputError) as refused:
        doors.ask(metrics, by, *where)
    assert what in refused.value.what
    assert hint in str(refused.value.hint)


def test_a_dimension_has_a_short_and_a_full_name_and_conditions_add_theirs(doors: Doors) -> None:
    named = [doors.ask("enps", by).rows for by in ("sector", "cut_group__sector")]
    assert named[0] == named[1]
    assert doors.ask("enps", "manager").rows == doors.ask("enps", "is_manager").rows
    assert doors.ask("enps enps", "sector sector").rows == named[0]
    assert [row["provenance"] for row in doors.ask("enps", "provenance").rows] == ["real", "real"]
    some = doors.ask("enps", "", "sector in (plain, 'other')", "wave != 2")
    assert [(row["wave_id"], row["sector"]) for row in some.rows] == [("1", "other"), ("1", "plain")]
    not_some = doors.ask("enps", "sector", "sector not in (plain, other)", "wave = 1")
    assert {row["sector"] for row in not_some.rows} == {*SIZES} - {"plain", "other"}
    by_cut = doors.ask("enps", "", "cut = sector")
    assert {row["group_id"] for row in by_cut.rows} == {*SIZES}


def run(project: Project, monkeypatch: pytest.MonkeyPatch, *arguments: str) -> Any:
    monkeypatch.setenv("WERKPEIL_PROJECT", str(project.root))
    return CliRunner().invoke(app, ["query", *arguments])


def test_the_command_shows_numbers_hides_what_is_hidden_and_says_so(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = run(project, monkeypatch, "enps", "responses", "--by", "sector", "-l", "nl")
    assert shown.exit_code == 0
    assert "Plain" in shown.output
    assert "verborgen: om mensen te beschermen" in shown.output
    assert "niemand in de groep" in shown.output
    written = run(project, monkeypatch, "enps", "--by", "sector", "--format", "csv")
    lines = list(csv.DictReader(io.StringIO(written.stdout)))
    assert {line["enps_reason"] for line in lines if not line["enps"]} >= {"protected", "empty_group"}
    held = run(project, monkeypatch, "enps", "--by", "sector", "--format", "json")
    assert [row["enps"] for row in json.loads(held.stdout)] == [
        float(line["enps"]) if line["enps"] else None for line in lines
    ]
    listed = run(project, monkeypatch, "--list")
    assert "turnover_intention_share" in listed.output
    assert "scorecard_by_group" in listed.output


def test_the_command_gives_the_sql_of_both_dialects(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = run(project, monkeypatch, "enps", "--format", "sql").output
    theirs = run(project, monkeypatch, "enps", "--format", "sql", "--dialect", "postgres").output
    assert "published.item_shares" in ours
    assert "published.item_shares" in theirs


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["enps", "--where", "sector = plian"], "plain"),
        (["enps", "--format", "xml"], "'xml' is not a format"),
        (["enps", "--format", "sql", "--dialect", "oracle"], "'oracle' is not a dialect"),
        (["enps", "-l", "fr"], "'fr' is not a language"),
    ],
)
def test_the_command_tells_what_is_wrong(
    project: Project, monkeypatch: pytest.MonkeyPatch, arguments: list[str], what: str
) -> None:
    refused = run(project, monkeypatch, *arguments)
    assert isinstance(refused.exception, InputError)
    assert what in f"{refused.exception}"


# Metrics as expressions, for tools that group a table themselves.


def test_an_expression_over_the_table_gives_the_metric(doors: Doors) -> None:
    compared = 0
    for name, metric in doors.definitions.metrics.items():
        if name not in {*ITEMS, *WHOLE, *SCALES}:
            continue
        by = "scale" if name in SCALES else "item" if name in ITEMS else ""
        key = [f"{by}_id"] if by else []
        expected = {
            tuple(row[column] for column in ("wave_id", "sector", *key)): (row[name], row[metric.reason])
            for row in doors.ask(name, f"{by} sector").rows
        }
        number, reason = (expression(doors.definitions, one) for one in (name, metric.reason))
        dataset = number.table
        if number.joined == ("item__indicator",):
            dataset = (
                f"(select shares.*, item.indicator from {number.table} as shares "
                "inner join published.dim_items as item using (survey_id, item_id))"
            )
        group = ", ".join(["wave_id", "group_id", *key])
        rows = doors.release.execute(
            f"select {group}, {number.sql}, {reason.sql} from {dataset} "
            f"where cut_id = 'sector' group by {group}"
        ).fetchall()
        found = {tuple(row[:-2]): tuple(row[-2:]) for row in rows if row[-2:] != (None, None)}
        assert _near(found, expected), name
        compared += 1
    assert compared == len(ITEMS) + len(WHOLE) + len(SCALES)


@pytest.mark.parametrize("name", ["nothing", "positive_n_share"])
def test_an_expression_of_no_metric_is_refused(doors: Doors, name: str) -> None:
    with pytest.raises(InputError, match="There is no metric"):
        expression(doors.definitions, name)


def _near(found: dict[Any, Any], expected: dict[Any, Any]) -> bool:
    return found.keys() == expected.keys() and all(
        reason == expected[key][1]
        and (number is None) == (expected[key][0] is None)
        and (number is None or math.isclose(number, expected[key][0], rel_tol=1e-12))
        for key, (number, reason) in found.items()
    )
