"""A codebook without contradictions passes; each contradiction is found, once, with its place."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from werkpeil.codebook import Codebook
from werkpeil.codebook.check import Problem, find_problems, require_consistent
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[dict[str, Any]], Any]

LABELS = {"label_nl": "naam", "label_en": "name"}


def answer(set_id: str, code: int, answer_id: str, **more: Any) -> dict[str, Any]:
    return {
        "answer_set_id": set_id,
        "answer_code": code,
        "answer_id": answer_id,
        "label_nl": f"{answer_id} (nl)",
        "label_en": f"{answer_id} (en)",
        "position": code + 1,
        **more,
    }


def band(band_id: str, lower: float | None, upper: float | None, position: int) -> dict[str, Any]:
    return {
        "band_set_id": "halves",
        "band_id": band_id,
        "lower_exclusive": lower,
        "upper_inclusive": upper,
        "label_nl": band_id,
        "label_en": band_id,
        "position": position,
    }


def content() -> dict[str, Any]:
    """A consistent survey with every kind of column, scale, cut and route."""
    return {
        "survey_id": "toy",
        "path": "models/staging/toy/_toy__sources.yml",
        "language": "en",
        **LABELS,
        "waves": {"2022": {"fieldwork_start": "2022-09-01", "fieldwork_end": "2022-10-01"}},
        "columns": [
            {"name": "respondent_id", "role": "respondent_id", "delivered_as": "nr"},
            {"name": "weight", "role": "weight"},
            {"name": "office", "role": ["group", "stratum"], "answers": "office"},
            {"name": "region", "role": "group"},
            {"name": "left", "role": ["group", "outcome"], "answers": "yes_no"},
            {
                "name": "age",
                "role": "control",
                "maximum": 99,
                "bands": "halves",
                "missing": {"refused": [999]},
            },
            {
                "name": "mood_1",
                "role": "item",
                "answers": "agreement_3",
                "scale": "mood",
                "theme": "mood_theme",
                "universe": {"left": ["no"]},
                "missing": {"dont_know": [8]},
            },
            {"name": "mood_2", "role": "item", "answers": "agreement_3", "scale": "mood"},
            {"name": "goes_near", "role": "outcome", "answers": "yes_no"},
            {"name": "goes_far", "role": "outcome", "answers": "yes_no"},
            {"name": "why", "role": "open_text"},
            {"name": "scratch", "role": "ignored"},
        ],
        "answers": {
            "office": [answer("office", 1, "north"), answer("office", 2, "south")],
            "yes_no": [
                answer("yes_no", 0, "no", score=0, category="negative"),
                answer("yes_no", 1, "yes", score=1, category="positive"),
            ],
            "agreement_3": [
                answer("agreement_3", 1, "disagree", score=1, category="negative"),
                answer("agreement_3", 2, "neutral", score=2, category="neutral"),
                answer("agreement_3", 3, "agree", score=3, category="positive"),
                answer("agreement_3", 4, "no_opinion", missing_reason="dont_know"),
            ],
        },
        "bands": {"halves": [band("low", None, 2.5, 1), band("high", 2.5, None, 2)]},
        "scales": [
            {
                "survey_id": "toy",
                "scale_id": "mood",
                "minimum_items": 2,
                "band_set_id": "halves",
                **LABELS,
            }
        ],
        "themes": [{"survey_id": "toy", "theme_id": "mood_theme", "position": 1, **LABELS}],
        "cuts": [
            cut("office", 1),
            cut("office*left", 2),
            cut("age", 3),
            cut("mood", 4),
            cut("mood_1", 5),
            cut("left", 6),
        ],
        "flows": [flow()],
    }


def cut(cut_id: str, position: int = 9) -> dict[str, Any]:
    return {
        "survey_id": "toy",
        "cut_id": cut_id,
        "variables": cut_id.split("*"),
        "label_nl": cut_id,
        "label_en": cut_id,
        "position": position,
    }


def flow(**entries: Any) -> dict[str, Any]:
    return {
        "survey_id": "toy",
        "flow_id": "leavers",
        "origin_cut_id": "office",
        "base_cut_id": "left",
        "base_group_id": "yes",
        "destination_variables": ["goes_near", "goes_far"],
        "destination_answer_id": "yes",
        "position": 1,
        **LABELS,
        **entries,
    }


def with_flow(**entries: Any) -> Change:
    return lambda book: book.update(flows=[flow(**entries)])


def codebook(change: Change | None = None) -> Codebook:
    """Return the consistent codebook, after a change to its content."""
    changed = copy.deepcopy(content())
    if change is not None:
        change(changed)
    return Codebook.model_validate(changed)


def column(book: dict[str, Any], name: str) -> dict[str, Any]:
    return next(entry for entry in book["columns"] if entry["name"] == name)


def add(**entry: Any) -> Change:
    return lambda book: book["columns"].append(entry)


def change(name: str, **entries: Any) -> Change:
    return lambda book: column(book, name).update(entries)


def change_answer(set_id: str, index: int, **entries: Any) -> Change:
    return lambda book: book["answers"][set_id][index].update(entries)


def with_cut(cut_id: str, *columns: dict[str, Any]) -> Change:
    def apply(book: dict[str, Any]) -> None:
        book["columns"].extend(columns)
        book["cuts"].append(cut(cut_id))

    return apply


def with_bands(*bands: dict[str, Any]) -> Change:
    return lambda book: book["bands"].update(halves=list(bands))


def together(*changes: Change) -> Change:
    def apply(book: dict[str, Any]) -> None:
        for one in changes:
            one(book)

    return apply


def five_point(set_id: str) -> list[dict[str, Any]]:
    return [answer(set_id, code, f"score_{code}", score=code) for code in range(1, 6)]


def two_routes(book: dict[str, Any]) -> None:
    column(book, "left")["universe"] = {"mood_2": ["agree"]}
    column(book, "mood_2")["universe"] = {"left": ["no"]}


def weighted(*margins: tuple[str, str], **declared: Any) -> Change:
    """Declare a weighting in place of the delivered weight, with rows of the seed `margins`."""

    def apply(book: dict[str, Any]) -> None:
        book["columns"] = [entry for entry in book["columns"] if entry["role"] != "weight"]
        book["weighting"] = declared
        book["margins"] = [
            {"survey_id": "toy", "wave_id": "2022", "margin_id": margin, "answer_id": part, "population": 5}
            for margin, part in margins
        ]

    return apply


CONTRADICTIONS: list[tuple[str, Change, str, str]] = [
    (
        "a repeated column name",
        add(name="left", role="ignored"),
        "Two columns are named 'left'",
        "column 'left'",
    ),
    ("a name in capitals", add(name="Q1", role="ignored"), "not in lower snake_case", "'Q1'"),
    (
        "a name with a digit first",
        add(name="1q", role="ignored"),
        "not in lower snake_case",
        "'1q'",
    ),
    ("a reserved name", add(name="wave_id", role="wave"), "'wave_id' is reserved", "'wave_id'"),
    (
        "a reserved name of another role",
        lambda book: column(book, "weight").update(role="ignored"),
        "'weight' is reserved",
        "'weight'",
    ),
    (
        "a delivered name of two columns",
        add(name="other", role="ignored", delivered_as="NR"),
        "'nr' stands for 'respondent_id' and 'other'",
        "column 'other'",
    ),
    (
        "a delivered name of two columns in one wave",
        add(name="other", role="ignored", names_by_wave={"2017": "Mood_1"}),
        "'mood_1' stands for 'mood_1' and 'other' in wave 2017",
        "column 'other'",
    ),
    (
        "two weights",
        add(name="second_weight", role="weight"),
        "2 columns have the role weight: weight, second_weight",
        "'second_weight'",
    ),
    (
        "two identifiers",
        add(name="second_id", role="respondent_id"),
        "2 columns have the role respondent_id",
        "'second_id'",
    ),
    (
        "two clusters",
        together(add(name="street", role="cluster"), add(name="town", role="cluster")),
        "2 columns have the role cluster",
        "'town'",
    ),
    (
        "two wave columns",
        together(add(name="year", role="wave"), add(name="round", role="wave")),
        "2 columns have the role wave",
        "'round'",
    ),
    (
        "an ignored item",
        change("scratch", role=["ignored", "item"], answers="yes_no"),
        "ignored cannot be combined with item",
        "'scratch'",
    ),
    (
        "open text as a group",
        change("why", role=["open_text", "group"]),
        "open_text cannot be combined with group",
        "'why'",
    ),
    ("an item without answers", add(name="free", role="item"), "needs an answer set", "'free'"),
    (
        "a group without answers in a cut",
        with_cut("region"),
        "cut region names it",
        "column 'region'",
    ),
    (
        "an unknown answer set",
        add(name="new", role="outcome", answers="nowhere"),
        "no answer set 'nowhere'",
        "'new'",
    ),
    (
        "an unknown band set",
        add(name="new", role="control", bands="nowhere"),
        "no band set 'nowhere'",
        "'new'",
    ),
    ("an unknown scale", change("left", scale="nowhere"), "no scale 'nowhere'", "'left'"),
    ("an unknown theme", change("left", theme="nowhere"), "no theme 'nowhere'", "'left'"),
    (
        "an unknown band set of a scale",
        lambda book: book["scales"][0].update(band_set_id="nowhere"),
        "no band set 'nowhere'",
        "scale 'mood'",
    ),
    (
        "a range upside down",
        change("age", minimum=100),
        "minimum (100) is not below the maximum (99)",
        "'age'",
    ),
    ("bands on a coded column", change("left", bands="halves"), "Bands divide numbers", "'left'"),
    ("labels without answers", change("age", coding="labels"), "has no answer set", "'age'"),
    (
        "a missing code that is an answer",
        change("mood_2", missing={"refused": [3]}),
        "missing code 3 (refused) is a valid answer",
        "'mood_2'",
    ),
    (
        "a missing code of another reason",
        change("mood_2", missing={"refused": [4]}),
        "missing code 4 (refused) is a valid answer",
        "'mood_2'",
    ),
    (
        "a missing text that is an answer",
        change("mood_2", coding="labels", missing={"refused": ["AGREE (nl)"]}),
        "missing code AGREE (nl) (refused) is a valid answer",
        "'mood_2'",
    ),
    (
        "a missing number within the range",
        change("age", missing={"refused": [98]}),
        "missing code 98 (refused) is a valid answer",
        "'age'",
    ),
    (
        "a missing code of two reasons",
        change("age", missing={"refused": [999], "dont_know": [999]}),
        "missing code 999 is declared twice",
        "'age'",
    ),
    (
        "a route through nothing",
        change("mood_2", universe={"nowhere": ["no"]}),
        "'nowhere', which is no column",
        "'mood_2'",
    ),
    (
        "a route through a number",
        change("mood_2", universe={"age": ["no"]}),
        "'age', which has no answer set",
        "'mood_2'",
    ),
    (
        "a route through an unknown answer",
        change("mood_2", universe={"left": ["maybe"]}),
        "'maybe', which is no answer of 'left'",
        "'mood_2'",
    ),
    (
        "a route to itself",
        change("mood_2", universe={"mood_2": ["agree"]}),
        "leads back to itself",
        "'mood_2'",
    ),
    (
        "a repeated answer code",
        change_answer("office", 1, answer_code=1),
        "answer_code 1 occurs twice",
        "answer set 'office'",
    ),
    (
        "a repeated answer id",
        change_answer("office", 1, answer_id="north"),
        "answer_id north occurs twice",
        "answer set 'office'",
    ),
    (
        "a repeated position",
        change_answer("office", 1, position=2),
        "position 2 occurs twice",
        "answer set 'office'",
    ),
    (
        "a missing answer with a score",
        change_answer("agreement_3", 3, score=4),
        "'no_opinion' is a missing answer and has a score",
        "answer set 'agreement_3'",
    ),
    (
        "a missing answer with a category",
        change_answer("agreement_3", 3, category="neutral"),
        "'no_opinion' is a missing answer and has a score or category",
        "answer set 'agreement_3'",
    ),
    (
        "a text of two answers",
        together(change("office", coding="labels"), change_answer("office", 1, spellings=["North (EN)"])),
        "'north (en)' stands for the answers north and south",
        "answer set 'office'",
    ),
    (
        "overlapping bands",
        with_bands(band("low", None, 3, 1), band("high", 2.5, None, 2)),
        "'low' and 'high' overlap",
        "band set 'halves'",
    ),
    (
        "a gap between bands",
        with_bands(band("low", None, 2.5, 1), band("high", 2.51, None, 2)),
        "'low' and 'high' leave a gap",
        "band set 'halves'",
    ),
    (
        "bands in the wrong order",
        with_bands(band("low", None, 2.5, 2), band("high", 2.5, None, 1)),
        "positions do not follow the order",
        "band set 'halves'",
    ),
    (
        "an empty band",
        with_bands(band("low", None, 2.5, 1), band("high", 2.5, 2.5, 2)),
        "'high' is empty",
        "band set 'halves'",
    ),
    (
        "a repeated band",
        with_bands(band("low", None, 2.5, 1), band("low", 2.5, None, 2)),
        "band_id low occurs twice",
        "band set 'halves'",
    ),
    (
        "a scale without items",
        lambda book: book["scales"].append(
            {"survey_id": "toy", "scale_id": "empty", "minimum_items": 1, **LABELS}
        ),
        "No column belongs to the scale",
        "scale 'empty'",
    ),
    (
        "too many items wanted",
        lambda book: book["scales"][0].update(minimum_items=3),
        "asks for 3 valid items and has 2",
        "scale 'mood'",
    ),
    (
        "items of different ranges",
        together(
            lambda book: book["answers"].update(five=five_point("five")),
            change("mood_2", answers="five"),
        ),
        "different ranges of scores: 1-3 (mood_1), 1-5 (mood_2)",
        "scale 'mood'",
    ),
    (
        "an item without scores",
        change("mood_2", answers="office"),
        "item 'mood_2' has no scores",
        "scale 'mood'",
    ),
    (
        "a scale named like a column",
        lambda book: book["columns"].append({"name": "mood", "role": "ignored"}),
        "'mood' has the name of a column",
        "scale 'mood'",
    ),
    (
        "a repeated scale",
        lambda book: book["scales"].append(dict(book["scales"][0], band_set_id=None)),
        "Two scales are named 'mood'",
        "seeds/scales.csv",
    ),
    ("a cut by nothing", with_cut("nowhere"), "neither a column nor a scale", "cut 'nowhere'"),
    (
        "a cut by a number without bands",
        with_cut("hours", {"name": "hours", "role": "control"}),
        "'hours', which is a number without bands",
        "cut 'hours'",
    ),
    (
        "a cut by a nominal outcome",
        with_cut("place", {"name": "place", "role": "outcome", "answers": "office"}),
        "'place', which has answers without categories and is not a group",
        "cut 'place'",
    ),
    ("a cut by open text", with_cut("why"), "'why', which has the role open_text", "cut 'why'"),
    ("a variable twice in a cut", with_cut("left*left"), "names 'left' twice", "cut 'left*left'"),
    (
        "the cut total",
        lambda book: book["cuts"].append(cut("office") | {"cut_id": "total"}),
        "by itself",
        "cut 'total'",
    ),
    (
        "a repeated cut",
        lambda book: book["cuts"].append(cut("age")),
        "Two cuts are named 'age'",
        "seeds/cuts.csv",
    ),
    (
        "a stratum reported as nothing",
        change("office", reported_as="nowhere"),
        "reported as 'nowhere', which is no group",
        "column 'office'",
    ),
    (
        "something reported of what is no stratum",
        change("age", reported_as="left"),
        "is no stratum",
        "column 'age'",
    ),
    (
        "one of two strata is reported",
        lambda book: (
            change("office", reported_as="left")(book),
            book["columns"].append({"name": "size", "role": "stratum", "answers": "office"}),
        ),
        "Only some of the stratum columns",
        "column 'office'",
    ),
    (
        "a reported stratum without a cut",
        lambda book: (
            change("office", reported_as="said")(book),
            book["columns"].append({"name": "said", "role": "group", "answers": "office"}),
        ),
        "No cut divides by what people report of the strata, 'said'",
        "seeds/cuts.csv",
    ),
    (
        "a net promoter score without detractors",
        change("age", indicator="enps"),
        "It is the indicator enps, and has no negative and positive answers",
        "column 'age'",
    ),
    (
        "a net promoter score that leaves an answer out",
        lambda book: (
            change("mood_1", indicator="enps")(book),
            book["answers"]["agreement_3"][1].pop("category"),
        ),
        "It is the indicator enps, and no category counts the answers neutral",
        "column 'mood_1'",
    ),
    (
        "an indicator that nobody is asked",
        change("office", indicator="leaver"),
        "It is the indicator leaver, and has no positive answers",
        "column 'office'",
    ),
    (
        "a repeated flow",
        lambda book: book["flows"].append(flow()),
        "Two flows are named 'leavers'",
        "seeds/flows.csv",
    ),
    (
        "a flow from an unknown cut",
        with_flow(origin_cut_id="country"),
        "There is no cut 'country'",
        "flow 'leavers'",
    ),
    (
        "a flow within an unknown cut",
        with_flow(base_cut_id="country"),
        "There is no cut 'country'",
        "flow 'leavers'",
    ),
    (
        "a flow with half a base",
        with_flow(base_group_id=None),
        "only one of base_cut_id and base_group_id is given",
        "flow 'leavers'",
    ),
    (
        "a flow within an unknown group",
        with_flow(base_group_id="perhaps"),
        "'perhaps' is no group of the cut 'left'",
        "flow 'leavers'",
    ),
    (
        "a flow within a band that is none",
        lambda book: (
            book["cuts"].append(cut("office*age")),
            book.update(flows=[flow(base_cut_id="age", base_group_id="middle")]),
        ),
        "'middle' is no group of the cut 'age'",
        "flow 'leavers'",
    ),
    (
        "a flow within a category that is none",
        lambda book: (
            book["cuts"].append(cut("office*mood_1")),
            book.update(flows=[flow(base_cut_id="mood_1", base_group_id="agree")]),
        ),
        "'agree' is no group of the cut 'mood_1'",
        "flow 'leavers'",
    ),
    (
        "a flow whose origins and base are not crossed",
        with_flow(origin_cut_id="mood_1"),
        "must cross its origins with its base, 'mood_1*left', and none does",
        "flow 'leavers'",
    ),
    (
        "a flow whose origins and base are crossed twice",
        lambda book: book["cuts"].append(cut("office*left") | {"cut_id": "again"}),
        "'office*left', and office*left and again do",
        "flow 'leavers'",
    ),
    (
        "a destination twice",
        with_flow(destination_variables=["goes_far", "goes_far"]),
        "names the destination 'goes_far' twice",
        "flow 'leavers'",
    ),
    (
        "several destinations and no answer",
        with_flow(destination_answer_id=None),
        "no answer says that it is chosen",
        "flow 'leavers'",
    ),
    (
        "a destination that is a number",
        with_flow(destination_variables=["age"]),
        "Its destination 'age' is no item, outcome or control with an answer set",
        "flow 'leavers'",
    ),
    (
        "a destination that is nothing",
        with_flow(destination_variables=["nowhere"], destination_answer_id=None),
        "Its destination 'nowhere' is no item",
        "flow 'leavers'",
    ),
    (
        "an answer that is none",
        with_flow(destination_variables=["mood_1"], destination_answer_id="no_opinion"),
        "'no_opinion' is no answer of 'mood_1'",
        "flow 'leavers'",
    ),
    (
        "a repeated theme",
        lambda book: book["themes"].append(dict(book["themes"][0])),
        "Two themes are named 'mood_theme'",
        "seeds/themes.csv",
    ),
    (
        "a name in a wave in which it was not asked",
        change("scratch", waves=["2022"], names_by_wave={"2017": "old"}),
        "has a name in wave 2017, in which it was not asked",
        "'scratch'",
    ),
    (
        "fieldwork that ends first",
        lambda book: book["waves"]["2022"].update(fieldwork_end="2022-08-31"),
        "ends before it starts",
        "wave '2022'",
    ),
    (
        "a date that is none",
        lambda book: book["waves"]["2022"].update(fieldwork_end="autumn"),
        "fieldwork_end is not a date: 'autumn'",
        "wave '2022'",
    ),
    (
        "a weighting beside a weight",
        lambda book: book.update(weighting={"base": "design"}),
        "brings its own weight, 'weight', and declares how to make one",
        "survey 'toy'",
    ),
    ("a weighting that does nothing", weighted(base="none"), "changes nothing", "survey 'toy'"),
    (
        "strata of clusters as a base",
        together(add(name="street", role="cluster"), weighted(base="design")),
        "Its strata count clusters",
        "survey 'toy'",
    ),
    (
        "an unknown raked variable",
        weighted(rake=["shoe"]),
        "rakes 'shoe', which is no column",
        "survey 'toy'",
    ),
    (
        "a raked variable without answers",
        weighted(rake="region"),
        "rakes 'region', which has neither an answer set nor bands",
        "survey 'toy'",
    ),
    (
        "a raked answer by the name of none",
        together(weighted(rake="office"), change_answer("office", 0, answer_id="missing")),
        "whose answer 'missing' cannot be told from",
        "survey 'toy'",
    ),
    ("a margin twice", weighted(rake=["age", "age"]), "The margin 'age' is raked twice", "survey 'toy'"),
    (
        "rows of a margin that is not raked",
        weighted(("left", "yes"), rake="office"),
        "Survey 'toy' does not rake it",
        "seeds/margins.csv, margin 'left' of wave '2022'",
    ),
    (
        "rows of a survey that rakes nothing",
        weighted(("left", "yes"), base="design"),
        "Survey 'toy' does not rake it",
        "seeds/margins.csv, margin 'left' of wave '2022'",
    ),
    (
        "an unknown part of a margin",
        weighted(("office", "north|west"), rake="office"),
        "'west' is no answer or band of it",
        "margin 'office' of wave '2022'",
    ),
    (
        "a crossed margin with half a part",
        weighted(("office*age", "north"), rake="office*age"),
        "'north' is no answer or band of it",
        "margin 'office*age' of wave '2022'",
    ),
    (
        "a part with two populations",
        weighted(("office", "north|south"), ("office", "south"), rake="office"),
        "'south' has two populations",
        "margin 'office' of wave '2022'",
    ),
    (
        "a wording in a wave without the question",
        change("mood_1", waves=["2022"], wordings={"2024": {"question": "Other?"}}),
        "reworded in wave 2024, in which it was not asked",
        "column 'mood_1'",
    ),
    (
        "a comparable wording without a reason",
        change("mood_1", wordings={"2024": {"question": "Other?", "comparable": True}}),
        "called comparable without a reason",
        "column 'mood_1'",
    ),
    (
        "a wording that is the question",
        change("mood_1", description="How?", wordings={"2024": {"question": " how? "}}),
        "is the question itself",
        "column 'mood_1'",
    ),
    (
        "a wording of a column that is not answered",
        change("why", wordings={"2024": {"question": "Other?"}}),
        "this column is none of them",
        "column 'why'",
    ),
    (
        "a smallest change of a column that is not answered",
        change("why", minimum_effect=1),
        "this column is none of them",
        "column 'why'",
    ),
    (
        "a comparable scale that is none",
        lambda book: book.update(comparable_scales={"moods": {"2024": "A pilot."}}),
        "There is no scale 'moods'",
        "comparable scale 'moods'",
    ),
    (
        "a comparable scale without a reason",
        lambda book: book.update(comparable_scales={"mood": {"2024": " "}}),
        "called comparable in wave 2024 without a reason",
        "comparable scale 'mood'",
    ),
]


def test_a_consistent_codebook_has_no_problems() -> None:
    assert find_problems(codebook()) == []
    require_consistent(codebook())


@pytest.mark.parametrize(
    ("apply", "what", "where"),
    [pytest.param(*rest, id=name) for name, *rest in CONTRADICTIONS],
)
def test_each_contradiction_is_found_once_with_its_place(apply: Change, what: str, where: str) -> None:
    problems = find_problems(codebook(apply))
    assert len(problems) == 1, [str(problem) for problem in problems]
    assert what in problems[0].what
    assert where in problems[0].where
    assert problems[0].hint


def test_a_weighting_with_all_steps_has_no_problems() -> None:
    parts = [
        ("office*age", "north*low|south*low"),
        ("office*age", "north*high"),
        ("left", "yes"),
        ("left", "no"),
    ]
    declared = {"base": "design", "nonresponse": "stratum", "trim": {"maximum_ratio": 5}}
    assert find_problems(codebook(weighted(*parts, rake=["office*age", "left"], **declared))) == []


@pytest.mark.parametrize(
    "wrong", [{"base": "delivered"}, {"trim": {"maximum_ratio": 1}}, {"nonresponse": "sex"}, {"steps": 3}]
)
def test_unknown_keys_and_values_of_a_weighting_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="weighting"):
        codebook(weighted(**wrong))


def test_a_scale_without_bands_cannot_divide_a_cut() -> None:
    found = find_problems(codebook(lambda book: book["scales"][0].update(band_set_id=None)))
    assert [problem.what for problem in found] == ["It divides by 'mood', which is a scale without bands."]


def test_every_column_of_a_circle_of_routes_is_told() -> None:
    found = find_problems(codebook(two_routes))
    assert {problem.what for problem in found} == {"Its universe leads back to itself."}
    assert [problem.where.split()[-1] for problem in found] == ["'left'", "'mood_2'"]


def test_a_route_into_a_circle_is_not_itself_a_circle() -> None:
    found = find_problems(codebook(two_routes))
    assert not any("mood_1" in problem.where for problem in found)


def test_a_stratum_without_answers_may_divide_a_cut() -> None:
    def apply(book: dict[str, Any]) -> None:
        column(book, "region")["role"] = ["group", "stratum"]
        book["cuts"].append(cut("region"))

    assert find_problems(codebook(apply)) == []


def test_a_missing_code_of_the_same_reason_as_the_answer_is_no_contradiction() -> None:
    assert find_problems(codebook(change("mood_2", missing={"dont_know": [4]}))) == []


def test_texts_may_be_shared_where_no_column_is_coded_by_labels() -> None:
    assert find_problems(codebook(change_answer("office", 1, label_nl="north (nl)"))) == []


def test_the_error_lists_all_problems_and_is_the_users_to_solve() -> None:
    broken = together(add(name="Q1", role="ignored"), with_cut("nowhere"))
    with pytest.raises(InputError) as caught:
        require_consistent(codebook(broken))
    assert caught.value.exit_code == 2
    assert "survey 'toy' contradicts itself: 2 problems" in caught.value.what
    assert "column 'Q1'" in caught.value.what
    assert "cut 'nowhere'" in caught.value.what
    assert caught.value.where == "models/staging/toy/_toy__sources.yml"


def test_a_problem_reads_as_place_fault_and_remedy() -> None:
    assert str(Problem("It is wrong.", "here", "mend it")) == "here: It is wrong. (mend it)"


@given(
    ends=st.lists(
        st.floats(-1e6, 1e6, allow_nan=False).map(lambda end: round(end, 3)),
        min_size=1,
        max_size=6,
        unique=True,
    ).map(sorted),
    data=st.data(),
)
def test_bands_that_share_their_ends_are_sound_and_moving_one_end_is_not(
    ends: list[float], data: st.DataObject
) -> None:
    lowers = [None, *ends]
    uppers = [*ends, None]
    bands = [band(f"b{i}", lowers[i], uppers[i], i + 1) for i in range(len(lowers))]
    assert find_problems(codebook(with_bands(*bands))) == []
    moved = data.draw(st.integers(0, len(ends) - 1))
    bands[moved] = bands[moved] | {"upper_inclusive": ends[moved] - 0.5}
    assert find_problems(codebook(with_bands(*bands)))
