"""The suites run on a built warehouse: what each check found, wave by wave, and which rows break it."""

from __future__ import annotations

import logging
import os
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

# Read when the library is imported: nothing of a gate is told to anybody.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import duckdb
import great_expectations as gx
import pandas as pd
from great_expectations.data_context.types.base import (
    DataContextConfig,
    InMemoryStoreBackendDefaults,
    ProgressBarsConfig,
)

from werkpeil.errors import CheckFailedError, InputError
from werkpeil.files import outside_errors
from werkpeil.project import MARKER
from werkpeil.quality.frames import frame_sql
from werkpeil.quality.pages import release_pages
from werkpeil.quality.record import keep_results
from werkpeil.quality.shuffled import shuffled_p_values
from werkpeil.quality.suites import BOUNDS, FAIL, LEVELS, MARTS, Check, frame_checks, mart_checks
from werkpeil.sql import identifier
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from werkpeil.project import Project

# Rows that break a check and are kept for its operator; and how many of them, and of checks, are told.
ROWS_KEPT = 20
ROWS_TOLD = 3
CHECKS_TOLD = 10
SOURCE = "werkpeil"
WAVE = ["survey_id", "wave_id"]
NUMBERS = ("BIGINT", "INTEGER", "SMALLINT", "DOUBLE", "FLOAT", "HUGEINT")
# Texts that name a row, besides whatever ends in `_id`.
NAMES = frozenset(
    {"group_a", "group_b", "measure", "test", "method", "std_error_type", "statistic", "base", "exhibit"}
)


@dataclass(frozen=True)
class WaveResult:
    """What a check found in one wave.

    Attributes:
        survey_id: The survey.
        wave_id: The wave.
        row_count: Rows that it looked at.
        broken_count: Rows that break it.
    """

    survey_id: str
    wave_id: str
    row_count: int
    broken_count: int


@dataclass(frozen=True)
class CheckResult:
    """What one check found.

    Attributes:
        check: The check.
        waves: What it found in each wave that it looked at.
        broken_rows: Some rows that break it: what names the row, and the number. They stay in the warehouse.
        error: Why it could not be run; then it has not passed.
    """

    check: Check
    waves: list[WaveResult] = field(default_factory=list)
    broken_rows: list[dict[str, Any]] = field(default_factory=list)
    error: str | None = None

    @property
    def row_count(self) -> int:
        """Rows that it looked at."""
        return sum(wave.row_count for wave in self.waves)

    @property
    def broken_count(self) -> int:
        """Rows that break it."""
        return sum(wave.broken_count for wave in self.waves)

    @property
    def passed(self) -> bool:
        """Whether it could be run and every row keeps its bound."""
        return self.error is None and self.broken_count == 0

    @property
    def stops(self) -> bool:
        """Whether it keeps the build from being published."""
        return not self.passed and self.check.severity == FAIL


def check_results(project: Project, build_id: str) -> list[CheckResult]:
    """Run every suite on the warehouse of a project, keep what they find in it, and write Data Docs.

    Args:
        project: Whose warehouse; nobody else may write to it meanwhile.
        build_id: The build that it holds.

    Returns:
        One result per check; those that warn may have failed.

    Raises:
        InputError: a threshold is missing or no number.
        CheckFailedError: a critical check failed; the message says which, on which table and which rows.
        OutsideError: the warehouse is in use, or the disk is full.
    """
    thresholds = read_thresholds(project)
    with outside_errors("folder of Data Docs"), tempfile.TemporaryDirectory() as folder:
        with open_warehouse(project) as connection:
            results = run_suites(connection, thresholds, pages=Path(folder))
        release_pages(Path(folder), project.quality)
    with outside_errors("warehouse"), open_warehouse(project, read_only=False) as connection:
        keep_results(connection, build_id, results)
    _require_success(results)
    return results


def read_thresholds(project: Project) -> dict[str, Any]:
    """Return `vars: quality:` of a project.

    Raises:
        InputError: a threshold is missing or no number.
    """
    found = project.variables.get("quality") or {}
    wrong = [name for name in LEVELS if not _is_levels(found.get(name))]
    wrong += [name for name in BOUNDS if not _is_number(found.get(name))]
    if wrong:
        raise InputError(
            f"These thresholds of the gate are missing or no numbers: {', '.join(wrong)}.",
            where=f"{project.root / MARKER}, vars: quality:",
            hint=f"give each a `warn` and a `fail` level; {', '.join(BOUNDS)} one number.",
        )
    return dict(found)


def _is_levels(value: Any) -> bool:
    return isinstance(value, dict) and all(_is_number(value.get(level)) for level in ("warn", "fail"))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _require_success(results: list[CheckResult]) -> None:
    stopping = [result for result in results if result.stops]
    if not stopping:
        return
    lines = [line for result in stopping[:CHECKS_TOLD] for line in told(result)]
    if len(stopping) > CHECKS_TOLD:
        lines.append(f"  and {len(stopping) - CHECKS_TOLD} more")
    many = "1 check of the results" if len(stopping) == 1 else f"{len(stopping)} checks of the results"
    raise CheckFailedError(
        f"{many} failed:\n" + "\n".join(lines),
        where="the warehouse, quality.quality_checks and quality.quality_broken_rows",
        hint="correct what the rows point at and build again (docs/how-to/read-the-gate.md); "
        "nothing was published.",
    )


def told(result: CheckResult) -> list[str]:
    """Return a failed check in a few lines, with the first rows that break it."""
    check = result.check
    found = f"could not be run: {result.error}" if result.error else _counted(result)
    rows = [", ".join(f"{name}={_short(value)}" for name, value in row.items()) for row in result.broken_rows]
    return [
        f"  {check.check_id} on {check.mart}: {found}; {check.about}",
        *(f"    {row}" for row in rows[:ROWS_TOLD]),
    ]


def _counted(result: CheckResult) -> str:
    waves = [f"{wave.survey_id} {wave.wave_id}" for wave in result.waves if wave.broken_count]
    return f"{result.broken_count:,} of {result.row_count:,} rows, in {', '.join(waves)}"


def _short(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def run_suites(
    connection: Any,
    thresholds: Mapping[str, Any],
    *,
    pages: Path | None = None,
    only: Collection[str] | None = None,
) -> list[CheckResult]:
    """Run every suite on a built warehouse.

    Args:
        connection: An open connection to the warehouse; it is read only.
        thresholds: `vars: quality:` of the project.
        pages: A folder for Data Docs; none are written without one.
        only: Marts and frames to look at; all of them if null.

    Returns:
        One result per check, in the order of the suites.
    """
    columns = mart_columns(connection)
    context = _context(pages)
    results: list[CheckResult] = []
    for table, own in suites(columns, thresholds).items():
        if only is not None and table not in only:
            continue
        try:
            frame, keys = _frame(connection, table, own, columns)
        except duckdb.Error as error:
            results += [CheckResult(check, error=str(error).splitlines()[0]) for check in own]
        else:
            results += _validate(context, table, own, frame, keys)
    if pages is not None:
        context.build_data_docs()
    return results


def suites(
    columns: Mapping[str, list[tuple[str, str]]], thresholds: Mapping[str, Any]
) -> dict[str, list[Check]]:
    """Return the checks of each mart and frame.

    Args:
        columns: Names and types of the columns of each mart.
        thresholds: `vars: quality:` of the project.
    """
    numbers = {mart: [name for name, kind in own if kind in NUMBERS] for mart, own in columns.items()}
    found: dict[str, list[Check]] = {}
    for check in [*mart_checks(numbers, thresholds), *frame_checks(thresholds)]:
        found.setdefault(check.table, []).append(check)
    return found


def mart_columns(connection: Any) -> dict[str, list[tuple[str, str]]]:
    """Return names and types of the columns of the marts that tell of waves."""
    rows = connection.execute(
        "select table_name, column_name, data_type from information_schema.columns "
        "where table_schema = 'marts' and table_catalog = current_database() "
        "and table_name not like 'quality_%' order by table_name, ordinal_position"
    ).fetchall()
    columns: dict[str, list[tuple[str, str]]] = {}
    for table, name, data_type in rows:
        columns.setdefault(table, []).append((name, data_type))
    return {mart: own for mart, own in columns.items() if set(WAVE) <= {name for name, _ in own}}


def _frame(
    connection: Any, table: str, checks: list[Check], columns: Mapping[str, list[tuple[str, str]]]
) -> tuple[pd.DataFrame, list[str]]:
    """What the checks of a suite look at, and the columns of it that name a row."""
    bounded = {check.column for check in checks}
    if table in MARTS:
        frame = (
            shuffled_p_values(connection)
            if table == "shuffled"
            else connection.execute(frame_sql(table)).df()
        )
        return _by_categories(frame), [name for name in frame.columns if name not in bounded]
    keys = [name for name, kind in columns[table] if kind not in NUMBERS and _names_a_row(name)]
    wanted = sorted(bounded | {check.minimum for check in checks if isinstance(check.minimum, str)})
    names = ", ".join(identifier(name) for name in [*keys, *wanted])
    frame = connection.execute(f"select {names} from marts.{identifier(table)}").df()
    return _by_categories(frame), keys


def _by_categories(frame: pd.DataFrame) -> pd.DataFrame:
    """The names of waves as categories, by which the checks of a suite count fast."""
    return frame.astype(dict.fromkeys(WAVE, "category"))


def _names_a_row(column: str) -> bool:
    return column in NAMES or (column.endswith("_id") and column not in {"build_id", "delivery_id"})


def _validate(
    context: Any, table: str, checks: list[Check], frame: pd.DataFrame, keys: list[str]
) -> list[CheckResult]:
    asset = context.data_sources.get(SOURCE).add_dataframe_asset(table)
    batch = asset.add_batch_definition_whole_dataframe("all rows")
    suite = context.suites.add(
        gx.ExpectationSuite(table, expectations=[check.expectation() for check in checks])
    )
    definition = context.validation_definitions.add(
        gx.ValidationDefinition(name=table, data=batch, suite=suite)
    )
    # The numbers of broken rows may be those of a few people: Data Docs count them, and show none.
    with _quiet():
        outcome = definition.run(
            batch_parameters={"dataframe": frame}, result_format={"result_format": "BOOLEAN_ONLY"}
        )
    sizes = frame.groupby(WAVE, observed=True).size()
    by_id = {result.expectation_config.meta["check_id"]: result for result in outcome.results}
    return [_result(check, by_id[check.check_id], frame, keys, sizes) for check in checks]


def _result(
    check: Check, outcome: Any, frame: pd.DataFrame, keys: list[str], sizes: pd.Series[int]
) -> CheckResult:
    raised = [
        info["exception_message"]
        for info in _exceptions(outcome.exception_info)
        if info.get("raised_exception")
    ]
    if raised:
        return CheckResult(check, error=str(raised[0]))
    broken = _breaks(check, frame)
    if bool(outcome.success) == bool(broken.any()):
        return CheckResult(check, error="Great Expectations and the count of rows disagree")
    kept = frame.loc[broken, [*keys, check.column]].head(ROWS_KEPT).astype(object)
    return CheckResult(
        check,
        waves=_by_wave(sizes, frame[broken]),
        broken_rows=[
            dict(zip(kept.columns, row, strict=True))
            for row in kept.where(kept.notna(), None).itertuples(index=False, name=None)
        ],
    )


def _by_wave(sizes: pd.Series[int], broken: pd.DataFrame) -> list[WaveResult]:
    found = pd.DataFrame({"row_count": sizes})
    found["broken_count"] = broken.groupby(WAVE, observed=True).size() if len(broken) else 0
    return [
        WaveResult(str(survey_id), str(wave_id), int(rows), int(count))
        for survey_id, wave_id, rows, count in found.fillna(0)
        .reset_index()
        .itertuples(index=False, name=None)
    ]


def _exceptions(info: dict[str, Any]) -> list[dict[str, Any]]:
    """What went wrong in an expectation: one record, or one per metric."""
    return (
        [info]
        if "raised_exception" in info
        else [entry for entry in info.values() if isinstance(entry, dict)]
    )


def _breaks(check: Check, frame: pd.DataFrame) -> pd.Series[bool]:
    """Which rows break a check; Great Expectations says whether, this says which."""
    values = frame[check.column]
    if isinstance(check.minimum, str):
        return values < frame[check.minimum]
    broken = pd.Series(data=False, index=frame.index)
    if check.minimum is not None:
        broken |= (values <= check.minimum) if check.strict else (values < check.minimum)
    if check.maximum is not None:
        broken |= values > check.maximum
    return broken


def _context(pages: Path | None) -> Any:
    """A context that lives in memory, and whose only site, if any, is in a folder."""
    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
        progress_bars=ProgressBarsConfig(globally=False),
        analytics_enabled=False,
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    if pages is not None:
        backend = {"class_name": "TupleFilesystemStoreBackend", "base_directory": str(pages)}
        index = {"class_name": "DefaultSiteIndexBuilder"}
        context.add_data_docs_site(
            SOURCE, {"class_name": "SiteBuilder", "store_backend": backend, "site_index_builder": index}
        )
    context.data_sources.add_pandas(SOURCE)
    return context


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Great Expectations' own log off the screen; what it finds is told in our words."""
    logger = logging.getLogger("great_expectations")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
