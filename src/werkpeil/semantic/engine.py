"""MetricFlow's engine, in process and without a database: names of metrics and dimensions in, SQL out.

The only module that imports it. Its classes are no stable interface (its source says so) and take over a
second to import: it is pinned to one minor version, and imported when the first query is compiled.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from werkpeil.semantic.definitions import Definitions

Dialect = Literal["duckdb", "postgres"]
DIALECTS: tuple[Dialect, ...] = ("duckdb", "postgres")


class Compiler:
    """Compiles metrics to SQL of one dialect.

    Args:
        definitions: What is defined.
        dialect: Whose SQL.
    """

    def __init__(self, definitions: Definitions, dialect: Dialect = "duckdb") -> None:
        from metricflow.engine.metricflow_engine import MetricFlowEngine
        from metricflow_semantics.model.dbt_manifest_parser import parse_manifest_from_dbt_generated_manifest
        from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup

        manifest = parse_manifest_from_dbt_generated_manifest(json.dumps(definitions.manifest))
        self._engine: Any = MetricFlowEngine(SemanticManifestLookup(manifest), _Renderer(dialect))

    def sql(self, metrics: Sequence[str], group_by: Sequence[str], where: Sequence[str] = ()) -> str:
        """Return the query that gives metrics per combination of dimensions.

        Args:
            metrics: Names of metrics.
            group_by: Full names of dimensions, such as `wave__wave_id`.
            where: Conditions in MetricFlow's form, `{{ Dimension('wave__wave_id') }} = '2024'`.
        """
        from metricflow.engine.metricflow_engine import MetricFlowQueryRequest

        request = MetricFlowQueryRequest.create(
            metric_names=list(metrics), group_by_names=list(group_by), where_constraints=list(where) or None
        )
        return str(self._engine.explain(request).sql_statement.sql)

    def dimensions(self, metrics: Sequence[str]) -> list[str]:
        """Return the full names of the dimensions that all of some metrics have; days are none."""
        found = self._engine.simple_dimensions_for_metrics(list(metrics))
        return sorted({one.dunder_name for one in found if one.type.value == "categorical"})


class _Renderer:
    """What the engine needs of a database that it never talks to: its dialect."""

    def __init__(self, dialect: Dialect) -> None:
        from metricflow.protocols.sql_client import SqlEngine
        from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
        from metricflow.sql.render.postgres import PostgresSQLSqlPlanRenderer

        self.sql_engine_type = SqlEngine.DUCKDB if dialect == "duckdb" else SqlEngine.POSTGRES
        self.sql_plan_renderer = (
            DuckDbSqlPlanRenderer() if dialect == "duckdb" else PostgresSQLSqlPlanRenderer()
        )
