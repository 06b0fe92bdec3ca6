"""Find the places where a codebook contradicts itself, before any answer is read by it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from itertools import pairwise, product
from math import inf
from typing import TYPE_CHECKING

from werkpeil.codebook.model import normalise_text
from werkpeil.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from werkpeil.codebook.model import Band, Codebook, Column, Cut, Flow, Role, Scale, Weighting

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_SINGLE_ROLES: tuple[Role, ...] = ("respondent_id", "weight", "cluster", "wave")
_LONELY_ROLES: tuple[Role, ...] = ("respondent_id", "weight", "wave", "open_text", "ignored")
RESERVED = frozenset(
    {
        "survey_id",
        "wave_id",
        "delivery_id",
        "row_number",
        "stratum_id",
        "cluster_id",
        "profile_code",
        "cell_number",
        "fingerprint",
    }
)
# The warehouse has a column of this name itself, and it is this column that fills it.
RESERVED_FOR_ROLE: dict[str, Role] = {"respondent_id": "respondent_id", "weight": "weight"}
_ANY_OTHER_WAVE = ""
_TAKEN = "`missing`, `*` and `|`, which mean something else in margins"


@dataclass(frozen=True)
class Problem:
    """A contradiction in a codebook.

    Args:
        what: One sentence saying what is wrong.
        where: The file and the column, answer set, scale, cut, band set or wave in it.
        hint: What the author of the codebook can do about it.
    """

    what: str
    where: str
    hint: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} ({self.hint})"


def require_consistent(codebook: Codebook) -> None:
    """Accept a codebook without contradictions.

    Raises:
        InputError: if there are any; the message lists all of them.
    """
    problems = find_problems(codebook)
    if not problems:
        return
    listed = "\n".join(f"- {problem}" for problem in problems)
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    raise InputError(
        f"The codebook of survey '{codebook.survey_id}' contradicts itself: {count}.\n{listed}",
        where=codebook.path or None,
        hint="correct the codebook or its seeds; docs/reference/codebook.md explains every key.",
    )


def find_problems(codebook: Codebook) -> list[Problem]:
    """Return every contradiction of a codebook, in the order of its parts; empty if it has none."""
    rules = (
        _name_problems,
        _delivered_name_problems,
        _role_problems,
        _reference_problems,
        _number_problems,
        _missing_code_problems,
        _universe_problems,
        _reported_stratum_problems,
        _indicator_problems,
        _answer_set_problems,
        _shared_text_problems,
        _band_set_problems,
        _scale_problems,
        _cut_problems,
        _flow_problems,
        _theme_problems,
        _wave_problems,
        _weighting_problems,
        _margin_problems,
        _wording_problems,
        _comparable_scale_problems,
    )
    return [problem for rule in rules for problem in rule(codebook)]


# Columns


def _name_problems(codebook: Codebook) -> Iterator[Problem]:
    for name in _repeated(column.name for column in codebook.columns):
        yield Problem(
            f"Two columns are named '{name}'.",
            _at(codebook, "column", name),
            "give every column its own name",
        )
    for column in _distinct(codebook):
        where = _at(codebook, "column", column.name)
        if not _NAME.fullmatch(column.name):
            yield Problem(
                f"'{column.name}' is not in lower snake_case.",
                where,
                "use lower-case letters, digits and underscores, a letter first",
            )
        role = RESERVED_FOR_ROLE.get(column.name)
        if column.name in RESERVED or (role is not None and role not in column.role):
            yield Problem(
                f"The name '{column.name}' is reserved for the warehouse's own column.",
                where,
                "choose another name and keep this one under delivered_as"
                if role is None
                else f"give it the role {role}, or choose another name",
            )


def _delivered_name_problems(codebook: Codebook) -> Iterator[Problem]:
    seen: set[tuple[str, str, str]] = set()
    for wave_id in _wave_ids(codebook):
        owners: dict[str, str] = {}
        for column in _distinct(codebook):
            if not column.occurs_in(wave_id):
                continue
            for delivered in dict.fromkeys(map(normalise_text, column.delivered_names(wave_id))):
                owner = owners.setdefault(delivered, column.name)
                if owner == column.name or (owner, column.name, delivered) in seen:
                    continue
                seen.add((owner, column.name, delivered))
                yield Problem(
                    f"The delivered name '{delivered}' stands for '{owner}' and '{column.name}'"
                    + (f" in wave {wave_id}." if wave_id else "."),
                    _at(codebook, "column", column.name),
                    "change delivered_as, names_by_wave or waves of one of them",
                )


def _role_problems(codebook: Codebook) -> Iterator[Problem]:
    for role in _SINGLE_ROLES:
        names = [column.name for column in codebook.with_role(role)]
        if len(names) > 1:
            yield Problem(
                f"{len(names)} columns have the role {role}: {', '.join(names)}.",
                _at(codebook, "column", names[1]),
                "leave the role to one of them",
            )
    for column in codebook.columns:
        yield from _roles_of_column(codebook, column)


def _roles_of_column(codebook: Codebook, column: Column) -> Iterator[Problem]:
    where = _at(codebook, "column", column.name)
    for role in _LONELY_ROLES:
        if role in column.role and len(set(column.role)) > 1:
            others = ", ".join(other for other in column.role if other != role)
            yield Problem(
                f"The role {role} cannot be combined with {others}.",
                where,
                "keep one of the roles, or describe two columns",
            )
    if "item" in column.role and not column.is_coded:
        yield Problem("An item needs an answer set.", where, "name one under answers")
    if "group" in column.role and not column.is_coded and "stratum" not in column.role:
        named_by = [cut.cut_id for cut in codebook.cuts if column.name in cut.variables]
        if named_by:
            yield Problem(
                f"A group without an answer set cannot divide respondents, and cut"
                f" {', '.join(named_by)} names it.",
                where,
                "name its answer set under answers, or take it out of the cut",
            )


def _reference_problems(codebook: Codebook) -> Iterator[Problem]:
    scales = {scale.scale_id for scale in codebook.scales}
    themes = {theme.theme_id for theme in codebook.themes}
    for column in codebook.columns:
        named = (
            ("answer set", "answer_sets", [column.answers], codebook.answers.keys()),
            ("band set", "band_sets", [column.bands], codebook.bands.keys()),
            ("scale", "scales", list(column.scale), scales),
            ("theme", "themes", [column.theme], themes),
        )
        for kind, seed, identifiers, known in named:
            for identifier in identifiers:
                if identifier is not None and identifier not in known:
                    yield Problem(
                        f"There is no {kind} '{identifier}'.",
                        _at(codebook, "column", column.name),
                        f"add it to seeds/{seed}.csv, or correct the id",
                    )
    for scale in codebook.scales:
        if scale.band_set_id is not None and scale.band_set_id not in codebook.bands:
            yield Problem(
                f"There is no band set '{scale.band_set_id}'.",
                _in_seed("scales", "scale", scale.scale_id),
                "add it to seeds/band_sets.csv, or correct the id",
            )


def _number_problems(codebook: Codebook) -> Iterator[Problem]:
    for column in codebook.columns:
        where = _at(codebook, "column", column.name)
        if column.maximum is not None and column.minimum >= column.maximum:
            yield Problem(
                f"The minimum ({column.minimum:g}) is not below the maximum ({column.maximum:g}).",
                where,
                "correct one of them",
            )
        if column.bands is not None and not _is_numeric(column):
            yield Problem(
                "Bands divide numbers, and this column is not a numeric outcome or control.",
                where,
                "take the bands away, or the answer set",
            )
        if column.coding == "labels" and not column.is_coded:
            yield Problem(
                "It is coded by labels and has no answer set to find them in.",
                where,
                "name one under answers",
            )


def _missing_code_problems(codebook: Codebook) -> Iterator[Problem]:
    for column in codebook.columns:
        codes = [(code, reason) for reason, listed in column.missing.items() for code in listed]
        where = _at(codebook, "column", column.name)
        for repeated in _repeated(str(code) for code, _ in codes):
            yield Problem(f"The missing code {repeated} is declared twice.", where, "declare it once")
        for code, reason in codes:
            if _is_valid_answer(codebook, column, code, reason):
                yield Problem(
                    f"The missing code {code} ({reason}) is a valid answer as well.",
                    where,
                    "change the code, the answer set or the range",
                )


def _is_valid_answer(codebook: Codebook, column: Column, code: int | str, reason: str) -> bool:
    """Whether a missing code means something else as an answer of the column."""
    if column.is_coded:
        matches = [
            answer
            for answer in codebook.answers_of(column)
            if (
                normalise_text(code) in answer.texts
                if column.coding == "labels"
                else str(code).strip() == str(answer.answer_code)
            )
        ]
        return any(answer.missing_reason != reason for answer in matches)
    if not _is_numeric(column) or column.maximum is None:
        return False
    try:
        return column.minimum <= float(code) <= column.maximum
    except ValueError:
        return False


# Universes


def _universe_problems(codebook: Codebook) -> Iterator[Problem]:
    columns = {column.name: column for column in _distinct(codebook)}
    for column in _distinct(codebook):
        where = _at(codebook, "column", column.name)
        for name, answers in column.universe.items():
            asked_of = columns.get(name)
            if asked_of is None:
                yield Problem(
                    f"Its universe names '{name}', which is no column.",
                    where,
                    "correct the name of the column",
                )
            elif not asked_of.is_coded:
                yield Problem(
                    f"Its universe names '{name}', which has no answer set.",
                    where,
                    "route by a coded column",
                )
            else:
                yield from _unknown_routes(codebook, column, asked_of, answers)
        if _leads_back(columns, column.name):
            yield Problem(
                "Its universe leads back to itself.",
                where,
                "a question cannot decide whether it is asked",
            )


def _unknown_routes(
    codebook: Codebook, column: Column, asked_of: Column, answers: tuple[str, ...]
) -> Iterator[Problem]:
    if asked_of.answers not in codebook.answers:
        return  # told as an unknown answer set already
    known = {answer.answer_id for answer in codebook.answers_of(asked_of)}
    for answer_id in answers:
        if answer_id not in known:
            yield Problem(
                f"Its universe names '{answer_id}', which is no answer of '{asked_of.name}'.",
                _at(codebook, "column", column.name),
                f"answers are: {', '.join(sorted(known))}",
            )


def _leads_back(columns: dict[str, Column], start: str) -> bool:
    """Whether following the universes from a column arrives at that column again."""
    reached: set[str] = set()
    waiting = list(columns[start].universe)
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name in reached or name not in columns:
            continue
        reached.add(name)
        waiting.extend(columns[name].universe)
    return False


# Strata as people report them


def _reported_stratum_problems(codebook: Codebook) -> Iterator[Problem]:
    groups = {column.name for column in codebook.with_role("group")}
    strata = codebook.with_role("stratum")
    reported = [column for column in codebook.columns if column.reported_as is not None]
    for column in reported:
        where = _at(codebook, "column", column.name)
        if "stratum" not in column.role:
            yield Problem(
                "It names what people report of it and is no stratum.",
                where,
                "take reported_as away, or give the column the role stratum",
            )
        elif column.reported_as not in groups:
            yield Problem(
                f"It is reported as '{column.reported_as}', which is no group.",
                where,
                "correct the name, or give that column the role group",
            )
    if not reported or any("stratum" not in c.role or c.reported_as not in groups for c in reported):
        return  # told of the column already
    names = tuple(column.reported_as for column in reported)
    if len(names) < len(strata):
        yield Problem(
            "Only some of the stratum columns say what people report of them.",
            _at(codebook, "column", strata[0].name),
            "give every stratum column its reported_as, or none",
        )
    elif all(cut.variables != names for cut in codebook.cuts):
        yield Problem(
            f"No cut divides by what people report of the strata, '{'*'.join(map(str, names))}'.",
            "seeds/cuts.csv",
            "add it, in the order of the stratum columns",
        )


# Answer sets and band sets


def _indicator_problems(codebook: Codebook) -> Iterator[Problem]:
    """Yield indicators whose number could not be computed from how the column is answered."""
    for column in _distinct(codebook):
        if column.indicator is None:
            continue
        valid = [answer for answer in codebook.answers_of(column) if answer.missing_reason is None]
        categories = {answer.category for answer in valid}
        needed = {"positive", "negative"} if column.indicator == "enps" else {"positive"}
        if not column.is_answered or not needed <= categories:
            yield Problem(
                f"It is the indicator {column.indicator}, and has no {' and '.join(sorted(needed))} answers "
                "to compute it from.",
                _at(codebook, "column", column.name),
                "take indicator away, or declare them in category of its answer set",
            )
        # The error of the difference takes what is left of promoters and detractors to be the neutral share.
        elif column.indicator == "enps" and None in categories:
            uncounted = [answer.answer_id for answer in valid if answer.category is None]
            yield Problem(
                f"It is the indicator enps, and no category counts the answers {', '.join(uncounted)}.",
                _at(codebook, "column", column.name),
                "declare one in category of its answer set, neutral perhaps",
            )


def _answer_set_problems(codebook: Codebook) -> Iterator[Problem]:
    for set_id, answers in codebook.answers.items():
        where = _in_seed("answer_sets", "answer set", set_id)
        yield from _repeated_in_set("answer_code", (a.answer_code for a in answers), where)
        yield from _repeated_in_set("answer_id", (a.answer_id for a in answers), where)
        yield from _repeated_in_set("position", (a.position for a in answers), where)
        for answer in answers:
            if answer.missing_reason is None:
                continue
            if answer.score is not None or answer.category is not None:
                yield Problem(
                    f"Answer '{answer.answer_id}' is a missing answer and has a score or category.",
                    where,
                    "leave either the missing_reason or the score and category empty",
                )


def _shared_text_problems(codebook: Codebook) -> Iterator[Problem]:
    labelled = {column.answers for column in codebook.columns if column.coding == "labels"}
    for set_id, answers in codebook.answers.items():
        if set_id not in labelled:
            continue
        for text in _repeated(text for answer in answers for text in answer.texts):
            sharing = [answer.answer_id for answer in answers if text in answer.texts]
            if len(set(sharing)) < len(sharing):
                continue  # told as a repeated answer_id already
            yield Problem(
                f"The text '{text}' stands for the answers {' and '.join(sharing)}.",
                _in_seed("answer_sets", "answer set", set_id),
                "a column coded by labels needs texts that differ; change a label or spelling",
            )


def _band_set_problems(codebook: Codebook) -> Iterator[Problem]:
    for set_id, bands in codebook.bands.items():
        where = _in_seed("band_sets", "band set", set_id)
        yield from _repeated_in_set("band_id", (band.band_id for band in bands), where)
        yield from _repeated_in_set("position", (band.position for band in bands), where)
        empty = [band for band in bands if _lower(band) >= _upper(band)]
        for band in empty:
            yield Problem(
                f"Band '{band.band_id}' is empty: its lower end is not below its upper end.",
                where,
                "correct lower_exclusive or upper_inclusive",
            )
        if not empty:
            yield from _seam_problems(bands, where)


def _seam_problems(bands: tuple[Band, ...], where: str) -> Iterator[Problem]:
    ordered = sorted(bands, key=_lower)
    for left, right in pairwise(ordered):
        if _upper(left) == _lower(right):
            continue
        wrong = "overlap" if _upper(left) > _lower(right) else "leave a gap between them"
        yield Problem(
            f"The bands '{left.band_id}' and '{right.band_id}' {wrong}.",
            where,
            "let each band begin where the one before it ends",
        )
    if [band.position for band in ordered] != sorted(band.position for band in bands):
        yield Problem(
            "The positions do not follow the order of the bands.",
            where,
            "number the bands from the lowest values upwards",
        )


# Scales, cuts and themes


def _scale_problems(codebook: Codebook) -> Iterator[Problem]:
    where_scales = "seeds/scales.csv"
    names = {column.name for column in codebook.columns}
    for scale_id in _repeated(scale.scale_id for scale in codebook.scales):
        yield Problem(f"Two scales are named '{scale_id}'.", where_scales, "give every scale its own id")
    for scale in codebook.scales:
        if scale.scale_id in names:
            yield Problem(
                f"The scale '{scale.scale_id}' has the name of a column.",
                _in_seed("scales", "scale", scale.scale_id),
                "rename the scale or the column",
            )
        yield from _scale_item_problems(codebook, scale)


def _scale_item_problems(codebook: Codebook, scale: Scale) -> Iterator[Problem]:
    where = _in_seed("scales", "scale", scale.scale_id)
    items = [column for column in codebook.columns if scale.scale_id in column.scale]
    if not items:
        yield Problem("No column belongs to the scale.", where, "name the scale in its items, or remove it")
        return
    if scale.minimum_items > len(items):
        yield Problem(
            f"It asks for {scale.minimum_items} valid items and has {len(items)}.",
            where,
            "lower minimum_items",
        )
    ranges: dict[tuple[float, float], str] = {}
    for item in items:
        scores = [a.score for a in codebook.answers_of(item) if a.score is not None]
        if scores:
            ranges.setdefault((min(scores), max(scores)), item.name)
        elif item.answers is None or item.answers in codebook.answers:
            yield Problem(
                f"Its item '{item.name}' has no scores.",
                where,
                "give the answers of the item scores, or take it out of the scale",
            )
    if len(ranges) > 1:
        listed = ", ".join(f"{low:g}-{high:g} ({name})" for (low, high), name in ranges.items())
        yield Problem(
            f"Its items have different ranges of scores: {listed}.",
            where,
            "a mean needs items with one range",
        )


def _cut_problems(codebook: Codebook) -> Iterator[Problem]:
    for cut_id in _repeated(cut.cut_id for cut in codebook.cuts):
        yield Problem(f"Two cuts are named '{cut_id}'.", "seeds/cuts.csv", "give every cut its own id")
    for cut in codebook.cuts:
        where = _in_seed("cuts", "cut", cut.cut_id)
        if cut.cut_id == "total":
            yield Problem("The cut total is there by itself.", where, "remove the row")
        for variable in _repeated(cut.variables):
            yield Problem(f"It names '{variable}' twice.", where, "name every variable once")
        yield from _cut_variable_problems(codebook, cut, where)


def _cut_variable_problems(codebook: Codebook, cut: Cut, where: str) -> Iterator[Problem]:
    columns = {column.name: column for column in _distinct(codebook)}
    scales = {scale.scale_id: scale for scale in reversed(codebook.scales)}
    for variable in dict.fromkeys(cut.variables):
        if variable in columns and variable in scales:
            continue  # told as a scale that has the name of a column
        if variable in columns:
            reason = _why_not_divisible(codebook, columns[variable])
        elif variable in scales:
            reason = None if scales[variable].band_set_id else "is a scale without bands"
        else:
            reason = "is neither a column nor a scale"
        if reason is not None:
            yield Problem(
                f"It divides by '{variable}', which {reason}.",
                where,
                "a cut divides by groups, by categories, or by the bands of numbers and scales",
            )


def _why_not_divisible(codebook: Codebook, column: Column) -> str | None:
    if "group" in column.role:
        return None  # a group without answers is told with its roles
    if column.is_coded:
        answers = codebook.answers_of(column)
        if answers and all(answer.category is None for answer in answers):
            return "has answers without categories and is not a group"
        return None
    if _is_numeric(column):
        return None if column.bands else "is a number without bands"
    return f"has the role {' and '.join(column.role)}"


# Flows


def _flow_problems(codebook: Codebook) -> Iterator[Problem]:
    for flow_id in _repeated(flow.flow_id for flow in codebook.flows):
        yield Problem(f"Two flows are named '{flow_id}'.", "seeds/flows.csv", "give every flow its own id")
    for flow in codebook.flows:
        where = _in_seed("flows", "flow", flow.flow_id)
        yield from _flow_cut_problems(codebook, flow, where)
        yield from _flow_destination_problems(codebook, flow, where)


def _flow_cut_problems(codebook: Codebook, flow: Flow, where: str) -> Iterator[Problem]:
    cuts = {cut.cut_id: cut for cut in codebook.cuts}
    named = [cut_id for cut_id in (flow.origin_cut_id, flow.base_cut_id) if cut_id is not None]
    for cut_id in named:
        if cut_id not in cuts:
            yield Problem(
                f"There is no cut '{cut_id}'.", where, "add it to seeds/cuts.csv, or correct the id"
            )
    if (flow.base_cut_id is None) != (flow.base_group_id is None):
        yield Problem(
            "A base is one group of a cut, and only one of base_cut_id and base_group_id is given.",
            where,
            "give both, or neither where everybody is the base",
        )
    if flow.base_cut_id is None or flow.base_group_id is None or not cuts.keys() >= set(named):
        return
    base = cuts[flow.base_cut_id]
    known = _groups_of_cut(codebook, base)
    if flow.base_group_id not in known:
        yield Problem(
            f"Its base '{flow.base_group_id}' is no group of the cut '{base.cut_id}'.",
            where,
            f"groups are: {', '.join(known) or 'none'}",
        )
    variables = (*cuts[flow.origin_cut_id].variables, *base.variables)
    crossings = [cut.cut_id for cut in codebook.cuts if cut.variables == variables]
    if len(crossings) != 1:
        found = "none does" if not crossings else f"{' and '.join(crossings)} do"
        yield Problem(
            f"One cut must cross its origins with its base, '{'*'.join(variables)}', and {found}.",
            where,
            "add the crossing to seeds/cuts.csv, once and in this order",
        )


def _flow_destination_problems(codebook: Codebook, flow: Flow, where: str) -> Iterator[Problem]:
    columns = {column.name: column for column in _distinct(codebook)}
    for name in _repeated(flow.destination_variables):
        yield Problem(f"It names the destination '{name}' twice.", where, "name every question once")
    if len(flow.destination_variables) > 1 and flow.destination_answer_id is None:
        yield Problem(
            "Each of its questions is a destination, and no answer says that it is chosen.",
            where,
            "give the answer under destination_answer_id",
        )
    for name in dict.fromkeys(flow.destination_variables):
        column = columns.get(name)
        if column is None or not column.is_answered or not column.is_coded:
            yield Problem(
                f"Its destination '{name}' is no item, outcome or control with an answer set.",
                where,
                "correct the name, or give the column its answers",
            )
            continue
        known = [a.answer_id for a in codebook.answers_of(column) if a.missing_reason is None]
        if flow.destination_answer_id is not None and known and flow.destination_answer_id not in known:
            yield Problem(
                f"Its answer '{flow.destination_answer_id}' is no answer of '{name}'.",
                where,
                f"answers are: {', '.join(known)}",
            )


def _groups_of_cut(codebook: Codebook, cut: Cut) -> list[str]:
    """Return the ids of a cut's groups, as the warehouse names them."""
    parts = [_groups_of_variable(codebook, name) for name in cut.variables]
    return ["*".join(crossed) for crossed in product(*parts)]


def _groups_of_variable(codebook: Codebook, name: str) -> list[str]:
    for column in codebook.columns:
        if column.name == name and column.is_coded:
            answers = [answer for answer in codebook.answers_of(column) if answer.missing_reason is None]
            if "group" in column.role:
                return [answer.answer_id for answer in answers]
            return list(dict.fromkeys(answer.category for answer in answers if answer.category is not None))
    bands = [column.bands for column in codebook.columns if column.name == name]
    bands += [scale.band_set_id for scale in codebook.scales if scale.scale_id == name]
    return [band.band_id for set_id in bands if set_id for band in codebook.bands.get(set_id, ())]


# Themes


def _theme_problems(codebook: Codebook) -> Iterator[Problem]:
    for theme_id in _repeated(theme.theme_id for theme in codebook.themes):
        yield Problem(
            f"Two themes are named '{theme_id}'.",
            "seeds/themes.csv",
            "give every theme its own id",
        )


# Waves


def _wave_problems(codebook: Codebook) -> Iterator[Problem]:
    for column in codebook.columns:
        for wave_id in column.names_by_wave:
            if not column.occurs_in(wave_id):
                yield Problem(
                    f"It has a name in wave {wave_id}, in which it was not asked.",
                    _at(codebook, "column", column.name),
                    "add the wave to waves, or remove its name from names_by_wave",
                )
    for wave_id, wave in codebook.waves.items():
        where = _at(codebook, "wave", wave_id)
        dates: list[date] = []
        for key in ("fieldwork_start", "fieldwork_end"):
            text = getattr(wave, key)
            if text is None:
                continue
            try:
                dates.append(date.fromisoformat(text))
            except ValueError:
                yield Problem(f"{key} is not a date: '{text}'.", where, "write it as 2022-09-30")
        if len(dates) == 2 and dates[1] < dates[0]:
            yield Problem("The fieldwork ends before it starts.", where, "correct one of the two dates")


# Weighting


def _weighting_problems(codebook: Codebook) -> Iterator[Problem]:
    weighting = codebook.weighting
    if weighting is None:
        return
    where = _at(codebook, "survey", codebook.survey_id)
    own = codebook.first_with_role("weight")
    if own is not None:
        yield Problem(
            f"It brings its own weight, '{own.name}', and declares how to make one.",
            where,
            "take away weighting, or the role weight",
        )
    if weighting.base == "none" and weighting.nonresponse is None and not weighting.rake:
        yield Problem(
            "Its weighting changes nothing: everybody keeps a weight of 1.",
            where,
            "give it base, nonresponse or rake, or take weighting away",
        )
    if codebook.with_role("cluster") and (weighting.base == "design" or weighting.nonresponse):
        yield Problem(
            "Its strata count clusters, so no weights of people follow from them.",
            where,
            "take base and nonresponse away, and deliver the weights or rake",
        )
    yield from _raked_problems(codebook, weighting)


def _raked_problems(codebook: Codebook, weighting: Weighting) -> Iterator[Problem]:
    where = _at(codebook, "survey", codebook.survey_id)
    for margin_id in _repeated(weighting.rake):
        yield Problem(f"The margin '{margin_id}' is raked twice.", where, "name it once")
    for name in dict.fromkeys(name for margin_id in weighting.rake for name in margin_id.split("*")):
        column = next((column for column in codebook.columns if column.name == name), None)
        if column is None:
            yield Problem(f"It rakes '{name}', which is no column.", where, "correct the name")
        elif not column.is_coded and not (_is_numeric(column) and column.bands):
            yield Problem(
                f"It rakes '{name}', which has neither an answer set nor bands.",
                where,
                "name its answers, or its bands if it is a number",
            )
        else:
            for part in _parts_of(codebook, name):
                if part == "missing" or set(part) & set("*|"):
                    yield Problem(
                        f"It rakes '{name}', whose answer '{part}' cannot be told from {_TAKEN}.",
                        where,
                        "give the answer another id",
                    )


def _margin_problems(codebook: Codebook) -> Iterator[Problem]:
    raked = codebook.weighting.rake if codebook.weighting else ()
    columns = {column.name for column in codebook.columns}
    listed = []
    for row in codebook.margins:
        where = _in_seed("margins", "margin", f"{row.margin_id}' of wave '{row.wave_id}")
        names = row.margin_id.split("*")
        if row.margin_id not in raked:
            yield Problem(
                f"Survey '{codebook.survey_id}' does not rake it.",
                where,
                "name it under weighting: rake in the codebook, or take its rows away",
            )
        elif columns.issuperset(names):
            for answer_id in row.answers:
                listed.append((where, answer_id))
                parts = answer_id.split("*")
                known = [_parts_of(codebook, name) for name in names]
                if len(parts) != len(names) or any(
                    part not in own for part, own in zip(parts, known, strict=True)
                ):
                    yield Problem(
                        f"'{answer_id}' is no answer or band of it.",
                        where,
                        f"they are: {'; '.join(', '.join(own) for own in known)}",
                    )
    for where, answer_id in dict.fromkeys(one for one in listed if listed.count(one) > 1):
        yield Problem(f"'{answer_id}' has two populations.", where, "leave one of them")


def _parts_of(codebook: Codebook, name: str) -> list[str]:
    """Ids of the answers, or of the bands, of a column that may be raked."""
    column = next(column for column in codebook.columns if column.name == name)
    if column.is_coded:
        return [answer.answer_id for answer in codebook.answers_of(column) if answer.missing_reason is None]
    return [band.band_id for band in codebook.bands.get(column.bands or "", ())]


# Crosswalk between waves


def _wording_problems(codebook: Codebook) -> Iterator[Problem]:
    for column in _distinct(codebook):
        where = _at(codebook, "column", column.name)
        if not column.is_answered and (column.wordings or column.minimum_effect is not None):
            yield Problem(
                "Changes are told of items, outcomes and controls, and this column is none of them.",
                where,
                "remove wordings and minimum_effect, or change its role",
            )
        for wave_id, wording in column.wordings.items():
            told = f"Its wording from wave {wave_id} on"
            if not column.occurs_in(wave_id):
                yield Problem(
                    f"It is reworded in wave {wave_id}, in which it was not asked.",
                    where,
                    "add the wave to waves, or name the first wave that has the wording",
                )
            if wording.comparable and not wording.note:
                yield Problem(
                    f"{told} is called comparable without a reason.",
                    where,
                    "say in its note why answers may be compared, or set comparable to false",
                )
            is_same = normalise_text(wording.question) == normalise_text(column.description)
            if is_same and len(column.wordings) == 1 and not wording.note:
                yield Problem(
                    f"{told} is the question itself.",
                    where,
                    "correct the question, or say in its note what else changed",
                )


def _comparable_scale_problems(codebook: Codebook) -> Iterator[Problem]:
    scales = {scale.scale_id for scale in codebook.scales}
    for scale_id, reasons in codebook.comparable_scales.items():
        where = _at(codebook, "comparable scale", scale_id)
        if scale_id not in scales:
            yield Problem(
                f"There is no scale '{scale_id}'.", where, "add it to seeds/scales.csv, or correct the id"
            )
        for wave_id, reason in reasons.items():
            if not reason.strip():
                yield Problem(
                    f"It is called comparable in wave {wave_id} without a reason.",
                    where,
                    "say why its mean may be compared with the wave before",
                )


# Helpers


def _is_numeric(column: Column) -> bool:
    return not column.is_coded and bool({"outcome", "control"} & set(column.role))


def _distinct(codebook: Codebook) -> list[Column]:
    """Columns without those that repeat a name, so that a repeated column is told once."""
    return list({column.name: column for column in reversed(codebook.columns)}.values())[::-1]


def _wave_ids(codebook: Codebook) -> list[str]:
    """Every wave the codebook knows of, and one that it does not know."""
    named = [wave for column in codebook.columns for wave in (*column.waves, *column.names_by_wave)]
    return list(dict.fromkeys((_ANY_OTHER_WAVE, *codebook.waves, *named)))


def _repeated(values: Iterable[str]) -> list[str]:
    return [value for value, count in Counter(values).items() if count > 1]


def _repeated_in_set(key: str, values: Iterable[object], where: str) -> Iterator[Problem]:
    for value in _repeated(str(value) for value in values):
        yield Problem(f"The {key} {value} occurs twice.", where, f"give each row its own {key}")


def _lower(band: Band) -> float:
    return -inf if band.lower_exclusive is None else band.lower_exclusive


def _upper(band: Band) -> float:
    return inf if band.upper_inclusive is None else band.upper_inclusive


def _at(codebook: Codebook, kind: str, name: str) -> str:
    return f"{codebook.path or codebook.survey_id}, {kind} '{name}'"


def _in_seed(seed: str, kind: str, name: str) -> str:
    return f"seeds/{seed}.csv, {kind} '{name}'"
