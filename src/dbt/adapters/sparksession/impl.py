"""The adapter: what dbt-spark does, and Python models that run in dbt's own process."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dbt.adapters.base import PythonJobHelper, available
from dbt.adapters.base.impl import AdapterResponse
from dbt.adapters.spark import SparkAdapter

from dbt.adapters.sparksession.connections import SparkSessionConnectionManager
from werkpeil.spark.relations import Session, insert_texts, run_model
from werkpeil.spark.session import session_at

if TYPE_CHECKING:
    import agate
    from dbt.adapters.base.relation import BaseRelation


class InProcessJobHelper(PythonJobHelper):
    """Runs a Python model in dbt's own process; only what the model reads and returns travels."""

    def __init__(self, parsed_model: dict[str, Any], credentials: Any) -> None:
        self._credentials = credentials
        config = parsed_model["config"]
        self._partition_columns = config["unique_key"] if config["materialized"] == "incremental" else []

    def submit(self, compiled_code: str) -> None:
        """Run a compiled model and write the table that it names."""
        session = session_at(self._credentials.host, self._credentials.server_side_parameters)
        run_model(compiled_code, Session(session), self._partition_columns)


class SparkSessionAdapter(SparkAdapter):
    """dbt-spark through Spark Connect."""

    ConnectionManager = SparkSessionConnectionManager

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._answers: dict[str, agate.Table] = {}

    @property
    def default_python_submission_method(self) -> str:
        """How Python models are run."""
        return "in_process"

    @property
    def python_submission_helpers(self) -> dict[str, type[PythonJobHelper]]:
        """What runs Python models."""
        return {"in_process": InProcessJobHelper}

    def generate_python_submission_response(self, submission_result: Any) -> AdapterResponse:  # noqa: ARG002 - dbt's
        """Return what dbt tells of a Python model that has run."""
        return AdapterResponse(_message="OK")

    @available
    def remembered(self, query: str) -> agate.Table:
        """Return the answer to a query of seeds, asked once until a seed is loaded."""
        if query not in self._answers:
            _, self._answers[query] = self.execute(query, fetch=True)
        return self._answers[query]

    @available
    def insert_rows(self, relation: BaseRelation, rows: agate.Table, types: dict[str, str]) -> None:
        """Insert the rows of a seed, whose values are texts."""
        session = session_at(self.config.credentials.host, self.config.credentials.server_side_parameters)
        self._answers.clear()
        names = list(rows.column_names)
        values = {name: [row[name] for row in rows.rows] for name in names}
        insert_texts(session, relation.render(), values, [types.get(name, "string") for name in names])
