"""Labels and the order of what dimensions hold, from the dimension tables of a release."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

# Position and label, by column, survey and value.
Labels = dict[tuple[str, str, str], tuple[int, str]]

# The total stands behind the groups that it sums, as in a printed table.
_LAST = 1_000_000

# What columns are called in Dutch; others keep their names, among them the variables of cuts.
DUTCH = {
    "survey_id": "onderzoek",
    "wave_id": "golf",
    "previous_wave_id": "vorige golf",
    "item_id": "vraag",
    "item_kind": "soort vraag",
    "indicator": "indicator",
    "variable_id": "vraag of schaal",
    "kind": "soort",
    "comparability": "vergelijkbaarheid",
    "theme_id": "thema",
    "answer_set_id": "antwoorden",
    "polarity": "richting",
    "scale_id": "schaal",
    "cut_id": "uitsplitsing",
    "group_id": "groep",
    "method": "telwijze",
    "flow_id": "stroom",
    "origin_id": "herkomst",
    "destination_id": "bestemming",
    "provenance": "echt of verzonnen",
    "build_id": "build",
}


def heading(column: str, language: str) -> str:
    """Return what a dimension's column is called."""
    named = column.removesuffix("_id").replace("_", " ")
    return DUTCH.get(column, named) if language == "nl" else named


def label_queries(language: str) -> dict[str, str]:
    """Return a query per dimension: survey, value, position and label of everything that it holds.

    Groups are not among them: what a group is called depends on its cut too.

    Args:
        language: `nl` or `en`.
    """
    label = f"label_{language}"
    flows = (
        "from published.sector_flows as flow inner join published.dim_items as item "
        "on item.survey_id = flow.survey_id and item.item_id = flow.item_id"
    )
    waves = f"select survey_id, wave_id, position, {label} from published.dim_waves"
    items = f"select survey_id, item_id, position, {label} from published.dim_items"
    scales = f"select survey_id, scale_id, position, {label} from published.dim_scales"
    return {
        # Destinations are answers of one question, or questions of which each is one.
        "destination_id": (
            f"select distinct flow.survey_id, destination_id, destination_position, "
            f"case when destination_id = flow.item_id then item.{label} else part.{label} end {flows} "
            "left join published.dim_answers as part "
            "on part.answer_set_id = item.answer_set_id and part.answer_id = flow.answer_id"
        ),
        # The origin is the first of the variables that a flow's cut crosses.
        "origin_id": (
            f"select distinct flow.survey_id, origin_id, origin_position, origin.{label} {flows} "
            "inner join published.dim_groups as origin "
            "on origin.survey_id = flow.survey_id and origin.group_id = origin_id and origin.cut_id = "
            "case when origin_id = 'total' then 'total' else split_part(flow.cut_id, '*', 1) end"
        ),
        "survey_id": f"select survey_id, survey_id, position, {label} from published.dim_surveys",
        "wave_id": waves,
        "previous_wave_id": waves,
        "item_id": items,
        "scale_id": scales,
        "flow_id": f"select survey_id, flow_id, position, {label} from published.dim_flows",
        "variable_id": f"{items} union all {scales}",
        "theme_id": (
            f"select distinct survey_id, theme_id, theme_position, theme_{label} from published.dim_items "
            "where theme_id is not null"
        ),
        "cut_id": (
            "select distinct survey_id, cut_id, "
            f"case when cut_id = 'total' then {_LAST} else cut_position end, cut_{label} "
            "from published.dim_groups"
        ),
    }


def read_labels(connection: Any, language: str) -> Labels:
    """Return position and label of every value of a dimension, by column, survey and value.

    Args:
        connection: A connection to a release.
        language: `nl` or `en`.
    """
    found: Labels = {}
    for column, query in label_queries(language).items():
        for survey, value, position, text in connection.execute(query).fetchall():
            found[column, survey, value] = (position or 0, text)
    groups = f"select survey_id, cut_id, group_id, position, label_{language} from published.dim_groups"
    for survey, cut, value, position, text in connection.execute(groups).fetchall():
        # A variable that a cut divides by alone labels its parts of crossed groups too.
        found[cut, survey, value] = found[f"group_id of {cut}", survey, value] = (position, text)
    return found


def place(labels: Labels, row: Mapping[str, Any], column: str) -> tuple[int, str]:
    """Return position and label of what a row has in a column; its own text where nobody labelled it."""
    value = row[column]
    named = f"group_id of {row['cut_id']}" if column == "group_id" and "cut_id" in row else column
    return labels.get((named, row["survey_id"], value), (0, "" if value is None else str(value)))


def known_values(labels: Labels, column: str) -> list[str]:
    """Return the values that are known of a dimension, without its entity; empty where none are."""
    return sorted({value for named, _, value in labels if named == column})
