"""Check delivered rows and answers against the codebook and write them as Parquet, in SQL.

A row that breaks a rule is rejected; an answer that is not valid keeps its row. What cannot be typed
becomes a value that no survey delivers (`UNTYPED_CODE`, not-a-number), with the delivered text beside
it in the table of invalid answers. A column that was delivered as numbers is typed without a way round
by its texts, and gets the same values as if it had been text.
"""

from __future__ import annotations

import re
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from math import inf, isfinite
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from werkpeil.codebook import normalise_text
from werkpeil.codebook.model import TEXT_MISSING_MARKERS
from werkpeil.errors import InputError
from werkpeil.landing.readers.base import DELIVERED, DOUBLE, MALFORMED, TEXT, Place, places_in
from werkpeil.sql import identifier, literal, literals

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from werkpeil.codebook import Codebook, Column
    from werkpeil.codebook.model import Answer, MissingReason
    from werkpeil.landing.header import HeaderMatch
    from werkpeil.landing.pseudonym import Pseudonymiser

Kind = Literal["code", "label", "number", "text"]

SET_ASIDE = "set_aside"
UNTYPED_CODE = -2_147_483_648
TYPES: dict[Kind, str] = {
    "code": "integer",
    "label": "varchar",
    "number": "double",
    "text": "varchar",
}
KEYS = ("survey_id", "wave_id", "delivery_id", "respondent_id", "row_number")
_DUPLICATE = "respondent_id_duplicate"
RULES = (
    "malformed_row",
    "respondent_id_missing",
    _DUPLICATE,
    "weight_missing",
    "weight_not_a_number",
    "weight_negative",
    "stratum_missing",
    "cluster_missing",
)

_NOT_STORED = frozenset({"respondent_id", "wave", "ignored"})
_FIRST_ROWS = 5
_ROW_GROUP = 32_768
# Rows of a delivery that may wait in memory until others are written.
_MOST_TOGETHER = 150_000
_LONGEST_SHOWN = 60
_LARGEST_CODE = 2_147_483_647
_BITS = 63  # of a bigint, that can tell which codes occur
_NUMBER_TEXT = re.compile(r"-?(?:[0-9.]+(?:e[-+]?[0-9]+)?|inf|nan)")


def kind_of(column: Column) -> Kind:
    """Return how a column's values are stored."""
    if column.is_coded:
        return "label" if column.coding == "labels" else "code"
    if column.is_answered or "weight" in column.role:
        return "number"
    return "text"


def stored_columns(codebook: Codebook) -> list[Column]:
    """Return the columns that responses hold, in the codebook's order; never the id itself."""
    return [
        column
        for column in codebook.columns
        if not _NOT_STORED.issuperset(column.role) and "respondent_id" not in column.role
    ]


def ignored_columns(codebook: Codebook) -> frozenset[str]:
    """Return the names of the columns of which nothing is kept."""
    return frozenset(column.name for column in codebook.columns if column.role == ("ignored",))


def text_missing_codes(column: Column) -> dict[MissingReason, list[str]]:
    """Return the missing codes of a number or code column that are texts, such as `NA`, per reason."""
    if kind_of(column) not in ("code", "number"):
        return {}
    texts = {
        reason: [normalise_text(code) for code in codes if isinstance(code, str) and not _is_number(code)]
        for reason, codes in column.missing.items()
    }
    return {reason: codes for reason, codes in texts.items() if codes}


class Origin(NamedTuple):
    """What a delivery's rows have in common."""

    survey_id: str
    wave_id: str
    delivery_id: str
    sha256: str


class Refusal(NamedTuple):
    """One line of a refused delivery's message: what is wrong, how often, and where first."""

    what: str
    times: int
    first_rows: list[int]


@dataclass(frozen=True)
class Rows:
    """The delivered rows in the workspace's database, and what the codebook says of them.

    Call `judge` first; the other methods build on its tables.

    Args:
        connection: The workspace's DuckDB database, filled by a reader.
        codebook: Of the survey.
        match: Which delivered column holds which codebook column.
        origin: What all rows have in common.
        pseudonymiser: Makes the respondents' ids.
    """

    connection: Any
    codebook: Codebook
    match: HeaderMatch
    origin: Origin
    pseudonymiser: Pseudonymiser

    # --- Rules about rows -----------------------------------------------------------------------

    def judge(self) -> None:
        """Fill the table `rejected` (row_number, rule, detail) and move these rows elsewhere."""
        rules = self._rules() if self._overview.has_faults else []
        arms = " ".join(f"when {rule.condition} then {literal(rule.name)}" for rule in rules)
        details = " ".join(f"when {rule.condition} then {rule.detail}" for rule in rules)
        verdict = f"case {arms} end" if rules else "cast(null as varchar)"
        detail = f"case {details} end" if rules else "cast(null as varchar)"
        self.connection.execute(
            f"""
            create table rejected as
            select row_number, rule, detail
            from (
                select d.row_number, {verdict} as rule, {detail} as detail
                from {DELIVERED} as d {self._duplicates_join() if rules else "where false"}
            )
            where rule is not null
            union all
            select row_number, 'malformed_row', detail from {MALFORMED}
            """
        )
        self._set_rejected_aside()

    @cached_property
    def _overview(self) -> _Overview:
        """Look once at all rows for what most deliveries have none of; fills the table `unknown_labels`."""
        self._find_unknown_labels()
        place = self.place_of_identifier()
        identified = "count(null), count(null), count(null)"
        if place is not None:
            people = place.of("d")
            identified = (
                f"count({people.name}), count(distinct hash({people.name})), "
                f"count(*) filter (where starts_with({people.text}, 'syn-'))"
            )
        broken = [f"({rule.condition})" for rule in self._rules() if rule.name != _DUPLICATE]
        faults = f"count(*) filter (where {' or '.join(broken) or 'false'})"
        [row] = self.connection.execute(f"select {identified}, {faults} from {DELIVERED} as d").fetchall()
        return _Overview(*row)

    def _set_rejected_aside(self) -> None:
        """Move rejected rows elsewhere, because a join while writing would lose the order.

        Where all rows stay, `delivered` may go on being a view of the delivered file.
        """
        [(rejects,)] = self.connection.execute(
            "select count(*) from rejected where rule <> 'malformed_row'"
        ).fetchall()
        condition = "row_number in (select row_number from rejected)" if rejects else "false"
        self.connection.execute(f"create table {SET_ASIDE} as select * from {DELIVERED} where {condition}")
        if rejects:
            self._keep_delivered()
            self.connection.execute(f"delete from {DELIVERED} where {condition}")

    def _keep_delivered(self) -> None:
        """Turn `delivered` into a table if it is a view."""
        if not self._is_view():
            return
        self.connection.execute(f"create table kept as select * from {DELIVERED}")
        self.connection.execute(f"drop view {DELIVERED}")
        self.connection.execute(f"alter table kept rename to {DELIVERED}")

    def _is_view(self) -> bool:
        """Whether the delivered rows are still in the Parquet files that a reader shows."""
        views = f"select view_name from duckdb_views() where view_name = {literal(DELIVERED)}"
        return bool(self.connection.execute(views).fetchall())

    def rejected_by_rule(self) -> dict[str, int]:
        """Return the number of rejected rows per rule, in the order in which rules apply."""
        found = dict(self.connection.execute("select rule, count(*) from rejected group by rule").fetchall())
        return {rule: found[rule] for rule in RULES if rule in found}

    def rejections(self) -> list[Refusal]:
        """Return per rule how many rows broke it and which were the first."""
        found = self.connection.execute(
            f"""
            select rule, count(*), min(row_number, {_FIRST_ROWS})
            from rejected group by rule order by 2 desc, 1
            """
        ).fetchall()
        return [Refusal(*row) for row in found]

    def provenance(self, asked: str | None) -> Literal["real", "synthetic"]:
        """Return `synthetic` if asked for or if the respondents' ids say so, else `real`.

        Raises:
            InputError: if only some of the ids are synthetic.
        """
        ids, synthetic = self._overview.ids, self._overview.synthetic
        if 0 < synthetic < ids:
            raise InputError(
                f"{synthetic} of {ids} respondent ids begin with 'syn-': synthetic and real "
                "respondents may not be in one file.",
                hint="land them as different waves, from files of their own.",
            )
        return "synthetic" if synthetic or asked == "synthetic" else "real"

    def require_one_wave(self) -> None:
        """Refuse a file with rows of several waves.

        Raises:
            InputError: if the column of role `wave` holds more than one value.
        """
        column = self.codebook.first_with_role("wave")
        place = self._place(column)
        if column is None or place is None:
            return
        values = self.connection.execute(
            f"select coalesce({place.text}, '(empty)'), count(*) from {DELIVERED} "
            "group by 1 order by 2 desc, 1"
        ).fetchall()
        if len(values) > 1:
            counts = ", ".join(f"{value}: {count} rows" for value, count in values[:_FIRST_ROWS])
            raise InputError(
                f"The file holds rows of {len(values)} waves ({counts}).",
                where=f"column '{column.name}'",
                hint="land each wave from its own file.",
            )

    def _rules(self) -> list[_Rule]:
        rules = self._identifier_rules()
        for role in ("weight", "stratum", "cluster"):
            for column in self.codebook.columns:
                place = self._place(column)
                if role in column.role and place is not None:
                    rules += _RULES_OF_ROLE[role](self, column, place.of("d"))
        order = {name: position for position, name in enumerate(RULES)}
        return sorted(rules, key=lambda rule: order[rule.name])

    def _identifier_rules(self) -> list[_Rule]:
        place = self.place_of_identifier()
        if place is None:
            return []
        duplicate = "'the respondent id is that of row ' || repeated.first_row"
        return [
            _Rule("respondent_id_missing", f"{place.of('d').name} is null", "'no respondent id'"),
            _Rule(_DUPLICATE, "d.row_number > repeated.first_row", duplicate),
        ]

    def _duplicates_join(self) -> str:
        place = self.place_of_identifier()
        if place is None:
            return ""
        # Few ids share a hash with another row's: only those are compared as they are.
        return f"""
            left join (
                select {place.name} as id, min(row_number) as first_row
                from {DELIVERED}
                where hash({place.name}) in (
                    select hash({place.name}) from {DELIVERED} group by 1 having count(*) > 1
                )
                group by {place.name} having count(*) > 1
            ) as repeated on repeated.id = {place.of("d").name}
        """

    def _weight_rules(self, column: Column, place: Place) -> list[_Rule]:
        value = self._typed(column, place)
        return [
            _Rule("weight_missing", f"{value} is null", literal(f"{column.name} is empty")),
            _Rule("weight_not_a_number", f"isnan({value})", _quoted(column, place)),
            _Rule("weight_negative", f"{value} < 0", _quoted(column, place)),
        ]

    def _stratum_rules(self, column: Column, place: Place) -> list[_Rule]:
        conditions = [f"{place.name} is null"]
        kind = kind_of(column)
        if kind == "code":
            usable = [a.answer_code for a in self.codebook.answers_of(column) if _is_usable(a)]
            allowed = ", ".join(map(str, usable)) or "null"
            conditions.append(f"{self._typed(column, place)} is null")
            conditions.append(f"{self._typed(column, place)} not in ({allowed})")
        elif kind == "label":
            stored = self._typed(column, place)
            conditions.append(f"{stored} in ({self._unknown_labels_of(column)})")
        detail = f"coalesce({_quoted(column, place)}, {literal(f'{column.name} is empty')})"
        return [_Rule("stratum_missing", f"({' or '.join(conditions)})", detail)]

    def _cluster_rules(self, column: Column, place: Place) -> list[_Rule]:
        detail = literal(f"{column.name} is empty")
        return [_Rule("cluster_missing", f"{place.name} is null", detail)]

    # --- Answers --------------------------------------------------------------------------------

    def write_responses(self, path: Path, rows_together: int) -> None:
        """Write the accepted rows, typed by the codebook, in the file's order.

        Args:
            path: The file to write.
            rows_together: The most rows that lie together in what is read, and are read by one thread.
        """
        columns = "".join(
            f", {self._stored(column)} as {identifier(column.name)}"
            for column in stored_columns(self.codebook)
        )
        copying = f"""
            copy (
                select
                    {literal(self.origin.survey_id)} as survey_id,
                    {literal(self.origin.wave_id)} as wave_id,
                    {literal(self.origin.delivery_id)} as delivery_id,
                    {self.pseudonym("d")} as respondent_id,
                    d.row_number{columns}
                from {DELIVERED} as d
            ) to {literal(str(path))}
            (format parquet, compression zstd, row_group_size {_ROW_GROUP})
        """
        with self._one_thread() if rows_together > _MOST_TOGETHER else nullcontext():
            self.connection.execute(copying, self.pseudonymiser.parameters)

    @contextmanager
    def _one_thread(self) -> Iterator[None]:
        """Let DuckDB work with one thread.

        Two threads read two row groups of a Parquet file, and must write them one after the other: of groups
        of a million rows what waits fills memory and then the disk, and is slower.
        """
        [(threads,)] = self.connection.execute("select current_setting('threads')").fetchall()
        self.connection.execute("set threads = 1")
        try:
            yield
        finally:
            self.connection.execute(f"set threads = {threads}")

    def find_invalid_answers(self, responses: Path) -> None:
        """Fill the table `invalid` from the responses as they were written."""
        self.connection.execute(
            "create table invalid (row_number bigint, column_name varchar, "
            "delivered_value varchar, rule varchar)"
        )
        for column, place in self._suspects(responses):
            condition, rule = self._invalid_condition(column)
            self.connection.execute(
                f"""
                insert into invalid
                with found as (
                    select row_number, {rule} as rule
                    from (
                        select row_number, {identifier(column.name)} as stored
                        from read_parquet({literal(str(responses))})
                    )
                    where {condition}
                )
                select found.row_number, {literal(column.name)}, {place.of("d").text}, found.rule
                from found inner join {DELIVERED} as d on d.row_number = found.row_number
                order by found.row_number
                """
            )

    def _suspects(self, responses: Path) -> Iterator[tuple[Column, Place]]:
        """Yield the columns that may hold an invalid answer, in the codebook's order.

        All are looked at together, by the least and the most that they hold and by the codes that occur. To
        judge each answer of each column by itself would take as long as writing them.
        """
        stored = stored_columns(self.codebook)
        limited = [column for column in stored if _is_limited(column)]
        ends = self._summary(responses, {column.name: "[min({0}), max({0})]" for column in limited})
        codes = self._codes_held(responses, ends)
        unknown = self.connection.execute("select distinct column_name from unknown_labels").fetchall()
        for column in stored:
            place = self._place(column)
            if place is None:
                continue
            kind = kind_of(column)
            if kind == "code":
                is_suspect = not codes.get(column.name, {UNTYPED_CODE}) <= self._valid_codes(column)
            elif column.name in ends:
                is_suspect = _is_outside(column, *ends[column.name])
            else:
                is_suspect = (column.name,) in unknown
            if is_suspect:
                yield column, place

    def _codes_held(self, responses: Path, ends: dict[str, Any]) -> dict[str, set[int]]:
        """Return which codes occur in each column of codes, except where they lie too far apart to tell."""
        near = {
            column.name: ends[column.name]
            for column in stored_columns(self.codebook)
            if kind_of(column) == "code" and _span(*ends[column.name]) < _BITS
        }
        bits = {
            name: f"bit_or(1::bigint << ({{0}} - ({low})))"
            for name, (low, _) in near.items()
            if low is not None
        }
        masks = self._summary(responses, bits)
        return {
            name: {low + bit for bit in range(_BITS) if masks.get(name, 0) >> bit & 1}
            for name, (low, _) in near.items()
        }

    def _summary(self, responses: Path, aggregates: dict[str, str]) -> dict[str, Any]:
        """Return an aggregate of each of some columns of the responses, `{0}` being the column in its SQL."""
        if not aggregates:
            return {}
        terms = ", ".join(aggregate.format(identifier(name)) for name, aggregate in aggregates.items())
        [row] = self.connection.execute(
            f"select {terms} from read_parquet({literal(str(responses))})"
        ).fetchall()
        return dict(zip(aggregates, row, strict=True))

    def write_invalid_answers(self, path: Path) -> None:
        """Write the table `invalid`, in the order of the rows."""
        self.connection.execute(
            "copy (select * from invalid order by row_number, column_name) "
            f"to {literal(str(path))} (format parquet, compression zstd)"
        )

    def invalid_answers(self) -> dict[str, int]:
        """Return the number of invalid answers per column that has any."""
        found = self.connection.execute(
            "select column_name, count(*) from invalid group by column_name"
        ).fetchall()
        return dict(sorted(found))

    def invalid_details(self, column_name: str) -> list[Refusal]:
        """Return the most frequent invalid answers of a column, with the first rows of each."""
        found = self.connection.execute(
            f"""
            select rule || ' ' || left(delivered_value, {_LONGEST_SHOWN}), count(*),
                min(row_number, {_FIRST_ROWS})
            from invalid where column_name = $column
            group by rule, delivered_value order by 2 desc, 1 limit {_FIRST_ROWS}
            """,
            {"column": column_name},
        ).fetchall()
        return [Refusal(*row) for row in found]

    def answered(self, responses: Path, column_names: Iterable[str]) -> dict[str, int]:
        """Return the number of answers that are not empty, per stored column."""
        return self._summary(responses, dict.fromkeys(column_names, "count({0})"))

    def _valid_codes(self, column: Column) -> set[int]:
        codes = {answer.answer_code for answer in self.codebook.answers_of(column)}
        return codes | {int(code) for code in _numeric_missing(column)} | _markers(column)

    def _invalid_condition(self, column: Column) -> tuple[str, str]:
        """Return SQL that is true of an invalid value `stored` of a suspect column, and SQL of the rule."""
        kind = kind_of(column)
        if kind == "code":
            allowed = sorted(self._valid_codes(column))
            condition = f"stored not in ({', '.join(map(str, allowed)) or 'null'})"
            untyped = f"stored = {UNTYPED_CODE}"
            return condition, f"case when {untyped} then 'not_a_code' else 'undeclared_code' end"
        if kind == "label":
            return f"stored in ({self._unknown_labels_of(column)})", "'undeclared_label'"
        above = f" or stored > {column.maximum}" if column.maximum is not None else ""
        missing = ", ".join(map(str, [*_numeric_missing(column), *_markers(column)])) or "null"
        outside = f"(stored < {column.minimum}{above})"
        condition = f"isnan(stored) or ({outside} and coalesce(stored not in ({missing}), true))"
        return condition, "case when isnan(stored) then 'not_a_number' else 'out_of_range' end"

    # --- Expressions ----------------------------------------------------------------------------

    @cached_property
    def _places(self) -> dict[str, Place]:
        return places_in(self.connection)

    def place_of_identifier(self) -> Place | None:
        """Return the delivered table's column with the respondents' ids, if there is one."""
        return self._place(self.codebook.first_with_role("respondent_id"))

    def pseudonym(self, table: str) -> str:
        """Return SQL for a respondent's pseudonym; needs the pseudonymiser's parameters."""
        place = self.place_of_identifier()
        if place is None:
            fixed = f"{self.origin.survey_id}|{self.origin.wave_id}|{self.origin.sha256}|"
            return self.pseudonymiser.expression(f"{literal(fixed)} || {table}.row_number")
        fixed = f"{self.origin.survey_id}|"
        return self.pseudonymiser.expression(f"{literal(fixed)} || {place.of(table).text}")

    def place(self, column_name: str) -> Place | None:
        """Return the delivered table's column that holds a codebook column, if it was read."""
        header = self.match.found.get(column_name)
        if header is None or column_name in ignored_columns(self.codebook):
            return None
        return self._places[f"c{header.position}"]

    def _place(self, column: Column | None) -> Place | None:
        return self.place(column.name) if column else None

    def _stored(self, column: Column) -> str:
        place = self._place(column)
        if place is None:
            return f"cast(null as {TYPES[kind_of(column)]})"
        return self._typed(column, place.of("d"))

    def _typed(self, column: Column, place: Place) -> str:
        kind = kind_of(column)
        if kind == "text":
            return place.text
        blanks = [normalise_text(text) for text in self.codebook.blank_texts]
        meanings = [(blanks, "null")]
        meanings += [
            (texts, str(TEXT_MISSING_MARKERS[reason])) for reason, texts in text_missing_codes(column).items()
        ]
        cases = [
            f"when lower({place.text}) in ({literals(possible)}) then {value}"
            for texts, value in meanings
            if (possible := [text for text in texts if _is_possible(text, place)])
        ]
        typed = _as_kind(kind, place)
        return f"case {' '.join(cases)} else {typed} end" if cases else typed

    def _find_unknown_labels(self) -> None:
        """List the texts that match no answer; compared in Python, once per different text."""
        self.connection.execute("create table unknown_labels (column_name varchar, delivered_value varchar)")
        for column in self.codebook.columns:
            place = self._place(column)
            if place is None or kind_of(column) != "label":
                continue
            known = self._known_texts(column)
            texts = self.connection.execute(
                f"select distinct {self._typed(column, place)} from {DELIVERED} "
                f"where {place.name} is not null"
            ).fetchall()
            unknown = [(column.name, t) for (t,) in texts if normalise_text(t) not in known]
            if unknown:
                self.connection.executemany("insert into unknown_labels values (?, ?)", unknown)

    def _known_texts(self, column: Column) -> set[str]:
        answers = self.codebook.answers_of(column)
        if "stratum" in column.role:
            return {text for answer in answers if _is_usable(answer) for text in answer.texts}
        missing = {normalise_text(str(code)) for codes in column.missing.values() for code in codes}
        return missing | {text for answer in answers for text in answer.texts}

    def _unknown_labels_of(self, column: Column) -> str:
        return f"select delivered_value from unknown_labels where column_name = {literal(column.name)}"


class _Overview(NamedTuple):
    """What one look at all delivered rows tells.

    Args:
        ids: Rows with a respondent's id.
        people: Different ids, or fewer: two whose hashes agree count as one. Hashes of a hundred million
            people are compared in 256 MiB; their ids would not fit.
        synthetic: Rows whose id says that nobody gave these answers.
        faults: Rows that break a rule about themselves.
    """

    ids: int
    people: int
    synthetic: int
    faults: int

    @property
    def has_faults(self) -> bool:
        """Whether any row is to be rejected."""
        return self.faults > 0 or self.people < self.ids


class _Rule(NamedTuple):
    """A rule about rows: its name, SQL that is true where a row breaks it, SQL of the detail."""

    name: str
    condition: str
    detail: str


_RULES_OF_ROLE: dict[str, Callable[[Rows, Column, Place], list[_Rule]]] = {
    "weight": Rows._weight_rules,
    "stratum": Rows._stratum_rules,
    "cluster": Rows._cluster_rules,
}


def create_macros(connection: Any) -> None:
    """Create the functions that type a delivered text.

    A number may have a decimal comma and a percent sign; a code may be written `5`, `5.0` or
    `5,0`; DuckDB would also take `1_000` and `nan` for numbers. The blanks in a label are folded,
    so that a query needs to fold only its case. A delivered number becomes what its text would:
    a zero has no sign then, and what is not finite is no number.
    """
    connection.execute(
        """
        create macro landed_double(value) as try_cast(
            case when not contains(value, '_') then replace(value, ',', '.') end as double
        )
        """
    )
    connection.execute(
        """
        create macro landed_label(value) as
            trim(regexp_replace(replace(value, chr(160), ' '), '\\s+', ' ', 'g'))
        """
    )
    connection.execute(
        """
        create macro landed_finite(number) as case when isfinite(number) then number end
        """
    )
    connection.execute(
        """
        create macro landed_number(value) as case when value is not null then coalesce(
            landed_finite(landed_double(rtrim(value, '% '))), cast('nan' as double)
        ) end
        """
    )
    connection.execute(
        f"""
        create macro landed_code(value) as case
            when strlen(value) = 1 and value between '0' and '9' then ascii(value) - ascii('0')
            when value is not null then coalesce(
            case
                when abs(landed_double(value)) <= {_LARGEST_CODE}
                    and landed_double(value) = trunc(landed_double(value))
                then cast(landed_double(value) as integer)
            end,
            {UNTYPED_CODE}
        ) end
        """
    )
    connection.execute(
        f"""
        create macro landed_code_of_whole(value) as coalesce(
            try_cast(value as integer), case when value is not null then {UNTYPED_CODE} end
        )
        """
    )
    connection.execute(
        f"""
        create macro landed_code_of_double(value) as case
            when value = trunc(value) and abs(value) <= {_LARGEST_CODE} then cast(value as integer)
            when value is not null then {UNTYPED_CODE}
        end
        """
    )
    connection.execute(
        """
        create macro landed_number_of_double(value) as case
            when value = 0 then 0
            when isfinite(value) then value
            when value is not null then cast('nan' as double)
        end
        """
    )


def _as_kind(kind: Kind, place: Place) -> str:
    """Return SQL for the values of a delivered column as they are stored."""
    if kind == "label" or place.type == TEXT:
        return f"landed_{kind}({place.text})"
    if place.type == DOUBLE:
        return f"landed_{kind}_of_double({place.name})"
    if kind == "number":
        return f"cast({place.name} as double)"
    return f"landed_code_of_whole({place.name})"


def _is_possible(text: str, place: Place) -> bool:
    """Tell whether a delivered column may hold a text; one of numbers holds few others than digits."""
    return place.type == TEXT or _NUMBER_TEXT.fullmatch(text) is not None


def _is_limited(column: Column) -> bool:
    """Tell whether a column's values are numbers of which not all are valid."""
    return kind_of(column) == "code" or (kind_of(column) == "number" and "weight" not in column.role)


def _is_outside(column: Column, low: float | None, high: float | None) -> bool:
    """Tell whether a column of numbers holds one outside its range; not-a-number is the highest of all."""
    highest = inf if column.maximum is None else column.maximum
    return low is not None and high is not None and not (column.minimum <= low and high <= highest)


def _span(low: int | None, high: int | None) -> int:
    return 0 if low is None or high is None else high - low


def _quoted(column: Column, place: Place) -> str:
    return f"{literal(column.name + ': ')} || left({place.text}, {_LONGEST_SHOWN})"


def _markers(column: Column) -> set[int]:
    return {TEXT_MISSING_MARKERS[reason] for reason in text_missing_codes(column)}


def _numeric_missing(column: Column) -> list[float]:
    codes = (code for codes in column.missing.values() for code in codes)
    return [float(code) for code in codes if _is_number(code)]


def _is_usable(answer: Answer) -> bool:
    return answer.missing_reason is None


def _is_number(code: int | str) -> bool:
    """`nan` and `inf` are texts: no column of numbers can hold them as codes."""
    try:
        return isfinite(float(code))
    except ValueError:
        return False
