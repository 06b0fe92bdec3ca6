"""dbt in process: one command run, and its failures told as errors a reader can act on."""

from __future__ import annotations

import logging
import os
import re
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from werkpeil.errors import CheckFailedError, InputError, OutsideError
from werkpeil.warehouse import open_warehouse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from werkpeil.project import Project

    # Columns and rows of a query, and what asks it.
    Answer = tuple[list[str], list[tuple[Any, ...]]]
    Ask = Callable[[str], Answer]

logger = logging.getLogger(__name__)

DEFAULT_TARGET = "duckdb"
# Unit tests try the SQL on rows of their own, which no new wave changes; `make test` runs them.
COMMAND = ("build", "--exclude-resource-type", "unit_test")
CHECKS_TOLD = 10
_MORE_MEMORY = "let DuckDB hold more, in WERKPEIL_MEMORY (80% of the machine unless set), and build again."
ROWS_TOLD = 3
# Rows of these schemas are respondents; a message may end up in a log or a mail.
SCHEMAS_OF_RESPONDENTS = frozenset({"raw", "staging", "scored"})


@dataclass
class Outcome:
    """What a dbt command did.

    Args:
        results: One dbt result per node.
        exception: What stopped the command as a whole, if something did.
        messages: Its warnings and errors, as dbt words them.
    """

    results: list[Any]
    exception: BaseException | None
    messages: list[str]

    @property
    def checks(self) -> int:
        """How many results are of tests."""
        return sum(1 for result in self.results if is_check(result))

    @property
    def seconds_by_layer(self) -> dict[str, float]:
        """Seconds of work per layer, in the order in which layers begin; two threads' seconds add up."""
        seconds: dict[str, float] = {}
        for result in self.results:
            layer = layer_of(result.node)
            seconds[layer] = seconds.get(layer, 0.0) + float(result.execution_time)
        return {layer: round(spent, 3) for layer, spent in seconds.items()}

    @property
    def failed(self) -> list[Any]:
        """The results of what could not be built, and of checks that found rows."""
        return [result for result in self.results if str(result.status) in {"error", "fail"}]

    @property
    def is_success(self) -> bool:
        """Whether everything was done and no check found rows."""
        return self.exception is None and bool(self.results) and not self.failed


def target_folder(project: Project, target: str = DEFAULT_TARGET) -> Path:
    """Return the folder where dbt keeps what it compiled for a target, its manifest among it."""
    return project.data / ("target" if target == DEFAULT_TARGET else f"target-{target}")


def generate_docs(project: Project, folder: Path) -> None:
    """Write dbt's `manifest.json`, `catalog.json` and `index.html` to a folder; what a build left stays.

    Args:
        project: The project, its warehouse built.
        folder: Where they go; dbt's other files too.

    Raises:
        InputError: a model cannot be compiled.
        OutsideError: the disk is full or the warehouse is in use.
    """
    tests = ["--exclude", "resource_type:test", "resource_type:unit_test"]
    outcome = run_dbt(project, ["docs", "generate", *tests], target=folder)
    if outcome.exception is not None or not (folder / "catalog.json").is_file():
        told = str(outcome.exception or " ".join(outcome.messages[:3]))
        raise InputError(
            f"The project cannot be documented: {_first_lines(told)}", where=str(project.logs / "dbt.log")
        )


def run_dbt(
    project: Project,
    command: Sequence[str],
    *,
    target: Path | None = None,
    on_progress: Callable[[str, int, int], None] | None = None,
) -> Outcome:
    """Run a dbt command on a project's warehouse.

    Args:
        project: The project.
        command: The command and its own options, such as `["build", "--full-refresh"]`.
        target: Where dbt writes what it makes; `target_folder` unless said.
        on_progress: Called when a node begins or ends, with the names of those that run, how many are done
            and how many there are.
    """
    # dbt takes seconds to import; commands that do not build should not wait for it.
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    messages: list[str] = []
    counted = {"done": 0, "total": 0}
    running: dict[str, None] = {}  # in the order in which they began

    def tell() -> None:
        if on_progress:
            on_progress(", ".join(running), counted["done"], counted["total"])

    def watch(event: Any) -> None:
        name = event.info.name
        if name == "ConcurrencyLine":
            counted["total"] = event.data.node_count
        elif name == "NodeStart":
            running[event.data.node_info.node_name] = None
            tell()
        elif name == "NodeFinished":
            counted["done"] += 1
            node, seconds = event.data.node_info, event.data.run_result.execution_time
            outcome = {"node": node.node_name, "status": node.node_status, "seconds": round(seconds, 3)}
            logger.debug("%s %s", node.resource_type, node.node_name, extra=outcome)
            running.pop(node.node_name, None)
            tell()
        elif event.info.level in {"error", "warn"}:
            messages.append(event.info.msg)

    # Nothing is printed: each line that dbt would format for the screen costs as much as one for its log.
    arguments = [*command, "--log-level", "none"]
    arguments += ["--project-dir", str(project.root), "--profiles-dir", str(project.root)]
    arguments += ["--log-path", str(project.logs), "--log-level-file", "info"]
    arguments += ["--target-path", str(target or target_folder(project)), "--no-use-colors"]
    with _environment(WERKPEIL_WAREHOUSE=str(project.warehouse), DBT_SEND_ANONYMOUS_USAGE_STATS="0"):
        try:
            answer = dbtRunner(callbacks=[watch]).invoke(arguments)
        finally:
            DuckDBConnectionManager.close_all_connections()
    results = getattr(answer.result, "results", None) or []
    return Outcome(results=list(results), exception=answer.exception, messages=messages)


def in_shares(step: Callable[[str, float | None], None]) -> Callable[[str, int, int], None]:
    """Return a function that tells the done ones of a number of nodes as a share of them.

    Nodes differ in how long they take, so their number is told too.

    Args:
        step: Shows what runs, and how far all of it is, 0 to 1 or None.
    """

    def told(running: str, done: int, total: int) -> None:
        step(f"{done} of {total} done; {running}" if total else running, done / total if total else None)

    return told


def layer_of(node: Any) -> str:
    """Return the layer of a node: the folder of its model, `python_models`, `seeds` or `checks`."""
    if str(node.resource_type) in {"test", "unit_test"}:
        return "checks"
    first, *rest = str(node.original_file_path).split("/")
    return rest[0] if first == "models" and len(rest) > 1 else first


def is_check(result: Any) -> bool:
    """Tell whether a dbt result is of a test."""
    return str(result.node.resource_type) in {"test", "unit_test"}


def require_success(project: Project, outcome: Outcome, ask: Ask | None = None) -> None:
    """Return when everything went well.

    Args:
        project: The project.
        outcome: What dbt did.
        ask: Returns the columns and rows of a query, for the first rows that a check found; the warehouse's
            unless given.

    Raises:
        InputError: a model cannot be compiled or built.
        CheckFailedError: a check found rows that must not be; the message names check, table and rows.
        OutsideError: the disk is full or the warehouse is in use.
    """
    log = str(project.logs / "dbt.log")
    if outcome.exception is not None:
        raise InputError(
            f"The project cannot be built: {_first_lines(str(outcome.exception))}",
            where=log,
            hint="the message names the file; correct it and build again.",
        )
    errors = [result for result in outcome.failed if str(result.status) == "error"]
    if errors:
        _raise_model_errors(errors, log)
    if outcome.failed:
        _raise_failed_checks(outcome.failed, log, ask or partial(_ask_warehouse, project))
    if not outcome.results:
        raise InputError("dbt built nothing: " + " ".join(outcome.messages[:3]), where=log)


@contextmanager
def _environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _raise_model_errors(errors: list[Any], log: str) -> None:
    told = "\n".join(
        f"  {result.node.name} ({result.node.original_file_path}): {_first_lines(str(result.message))}"
        for result in errors[:5]
    )
    outside = ("No space left", "Permission denied", "Could not set lock", "Out of Memory")
    kind = OutsideError if any(sign in told for sign in outside) else InputError
    hint = _MORE_MEMORY if "Out of Memory" in told else None
    raise kind(f"{len(errors)} models could not be built:\n{told}", where=log, hint=hint)


def _raise_failed_checks(failed: list[Any], log: str, ask: Ask) -> None:
    lines = [line for result in failed[:CHECKS_TOLD] for line in _told_check(result, ask)]
    more = f"\n  and {len(failed) - CHECKS_TOLD} more" if len(failed) > CHECKS_TOLD else ""
    raise CheckFailedError(
        f"{len(failed)} {'check' if len(failed) == 1 else 'checks'} failed:\n" + "\n".join(lines) + more,
        where=log,
        hint="all rows that a check found: run its query, which stands in the file named with it.",
    )


def _told_check(result: Any, ask: Ask) -> Iterator[str]:
    """Yield a line with check, table and number of rows, and below it the first of those rows."""
    attached = getattr(result.node, "attached_node", None) or ""
    table = attached.rsplit(".", 1)[-1]
    place = f" on {table}" if table else ""
    yield f"  {result.node.name}{place}: {result.failures} rows ({result.node.compiled_path})"
    if not _may_read_respondents(result.node):
        yield from _first_rows(result.node.compiled_code, ask)


def _may_read_respondents(node: Any) -> bool:
    """Tell whether a test's query names a schema of respondents."""
    return any(re.search(rf'\b{schema}"?\.', node.compiled_code or "") for schema in SCHEMAS_OF_RESPONDENTS)


def _first_rows(query: str | None, ask: Ask) -> Iterator[str]:
    if not query:
        return
    names, rows = ask(f"select * from ({query.strip().rstrip(';')}) limit {ROWS_TOLD}")
    for row in rows:
        told = ", ".join(f"{name}={value!r}" for name, value in zip(names, row, strict=True))
        yield f"      {told}"


def _ask_warehouse(project: Project, query: str) -> Answer:
    with open_warehouse(project) as connection:
        found = connection.execute(query)
        return [column[0] for column in found.description], found.fetchall()


def _first_lines(text: str, count: int = 4) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " ".join(lines[:count])
