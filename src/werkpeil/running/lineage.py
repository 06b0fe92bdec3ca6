"""OpenLineage events of a run, by the official client, where a collector is configured.

The client reads its own settings (`OPENLINEAGE_URL`, `OPENLINEAGE_CONFIG`, ...). The run is a job; landings,
models, seeds and the publication are jobs whose parent it is. Events name files and tables with their columns
and hold no answer. A collector that cannot be reached costs seconds and makes no run fail.
"""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING, Any

from werkpeil import __version__
from werkpeil.building.dbt import target_folder
from werkpeil.running.record import DONE, FAILED, cause

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkpeil.project import Project
    from werkpeil.running.record import RunRecord

logger = logging.getLogger(__name__)

NAMESPACE = "OPENLINEAGE_NAMESPACE"
SETTINGS = ("OPENLINEAGE_URL", "OPENLINEAGE_CONFIG", "OPENLINEAGE__TRANSPORT__TYPE")
PRODUCER = f"urn:werkpeil:{__version__}"
RUN_JOB = "run"
BUILT = {"success": "COMPLETE", "error": "FAIL", "fail": "FAIL"}


def is_configured() -> bool:
    """Tell whether events are to go anywhere."""
    return any(os.environ.get(name) for name in SETTINGS)


class Lineage:
    """The events of one run."""

    def __init__(self, project: Project, record: RunRecord) -> None:
        """Prepare; nothing is sent yet.

        Args:
            project: Whose run.
            record: The record of the run; gets a notice if events cannot be sent.
        """
        self._project = project
        self._record = record
        self._namespace = os.environ.get(NAMESPACE) or "werkpeil"
        self._client: Any = None
        self._run_id = ""
        if not is_configured():
            return
        try:
            from openlineage.client import OpenLineageClient
            from openlineage.client.uuid import generate_new_uuid

            self._client = OpenLineageClient()
            self._run_id = str(generate_new_uuid())
        except ImportError:
            self._give_up("the client is not installed: install werkpeil[openlineage]")
        except Exception as error:  # noqa: BLE001 - wrong settings of the client raise anything
            self._give_up(f"{type(error).__name__}: {error}")

    def begin(self) -> None:
        """Tell that the run begins."""
        self._emit("START", RUN_JOB, self._record.started_at, run_id=self._run_id)

    def end(self) -> None:
        """Tell what landed, what was built, what was published, and how the run ended."""
        if self._client is None:
            return
        for entry in self._record.landed:
            self._landed(entry)
        if any(step["name"] == "build" for step in self._record.steps):
            for job, state, moment, inputs, outputs in self._built():
                self._emit(state, job, moment, inputs=inputs, outputs=outputs)
        release = self._record.release or {}
        if release.get("status") == "published":
            file = self._project.published / f"werkpeil-{release['build_id']}.duckdb"
            inputs = [self._table(name) for name in self._published_tables()]
            self._emit(
                "COMPLETE", "publish", self._ended_at, inputs=inputs, outputs=[("file", str(file), [])]
            )
        state = {DONE: "COMPLETE", FAILED: "FAIL"}.get(self._record.status, "ABORT")
        error = cause(self._record) if state == "FAIL" else None
        self._emit(state, RUN_JOB, self._ended_at, run_id=self._run_id, error=error)
        self._close()

    @property
    def _ended_at(self) -> str:
        return self._record.ended_at or self._record.started_at

    def _landed(self, entry: dict[str, Any]) -> None:
        if entry["status"] == "already_landed":
            return
        name = f"land {entry['survey_id']} {entry['wave_id']}"
        moment = next(
            (step["started_at"] for step in self._record.steps if step["name"] == name), self._ended_at
        )
        file: Any = ("file", entry["path"], [])
        table = self._table(f"raw.{entry['survey_id']}")
        self._emit("COMPLETE", f"land.{entry['survey_id']}", moment, inputs=[file], outputs=[table])

    def _built(self) -> Iterator[tuple[str, str, str, list[Any], list[Any]]]:
        """Yield what dbt built in this run: job, state, time, tables read and the table written."""
        found = [self._artifact(name) for name in ("manifest", "run_results")]
        if None in found or found[1]["metadata"]["generated_at"] < self._record.started_at:
            return  # it built nothing
        manifest, results = found
        nodes = manifest["nodes"] | manifest["sources"]
        for result in results["results"]:
            node = nodes.get(result["unique_id"])
            state = BUILT.get(result["status"])
            if node is None or state is None or node["resource_type"] not in {"model", "seed"}:
                continue
            read = [nodes[name] for name in node.get("depends_on", {}).get("nodes", []) if name in nodes]
            moment = result["timing"][-1]["completed_at"] if result["timing"] else self._ended_at
            job = f"{node['schema']}.{node['name']}"
            yield job, state, moment, [self._table(_name_of(one)) for one in read], [self._node(node)]

    def _published_tables(self) -> list[str]:
        manifest = self._artifact("manifest")
        nodes = manifest["nodes"].values() if manifest else []
        return sorted(
            _name_of(one) for one in nodes if one["resource_type"] == "model" and one["schema"] == "published"
        )

    def _artifact(self, name: str) -> Any:
        try:
            return json.loads((target_folder(self._project) / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _table(self, name: str) -> tuple[str, str, list[Any]]:
        return f"duckdb://{self._project.warehouse}", name, []

    def _node(self, node: dict[str, Any]) -> tuple[str, str, list[Any]]:
        """Return a table with its columns, as the project describes them."""
        columns = [
            (name, column.get("data_type"), column.get("description") or None)
            for name, column in node["columns"].items()
        ]
        namespace, name, _ = self._table(_name_of(node))
        return namespace, name, columns

    def _emit(
        self,
        state: str,
        job: str,
        moment: str,
        *,
        run_id: str | None = None,
        inputs: list[Any] | None = None,
        outputs: list[Any] | None = None,
        error: str | None = None,
    ) -> None:
        """Send an event; of a job without an id of its own the run is the parent."""
        if self._client is None:
            return
        from openlineage.client import event_v2 as events
        from openlineage.client.facet_v2 import error_message_run, parent_run, schema_dataset
        from openlineage.client.uuid import generate_new_uuid

        facets: dict[str, Any] = {}
        if run_id is None:
            parent = parent_run.Job(namespace=self._namespace, name=RUN_JOB)
            facets["parent"] = parent_run.ParentRunFacet(run=parent_run.Run(self._run_id), job=parent)
        if error:
            facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(error, "python")

        def described(columns: list[Any]) -> dict[str, Any]:
            names = [schema_dataset.SchemaDatasetFacetFields(*column) for column in columns]
            return {"schema": schema_dataset.SchemaDatasetFacet(fields=names)} if names else {}

        event = events.RunEvent(
            eventType=events.RunState[state],
            eventTime=moment,
            run=events.Run(run_id or str(generate_new_uuid()), facets),
            job=events.Job(self._namespace, job),
            inputs=[events.InputDataset(space, name) for space, name, _ in inputs or []],
            outputs=[
                events.OutputDataset(space, name, facets=described(columns))
                for space, name, columns in outputs or []
            ],
            producer=PRODUCER,
        )
        try:
            self._client.emit(event)
        except Exception as failure:  # noqa: BLE001 - whatever the transport raises, the run is not to fail of it
            self._give_up(f"{type(failure).__name__}: {failure}")

    def _close(self) -> None:
        if self._client is not None:
            self._client.close(timeout=10)

    def _give_up(self, why: str) -> None:
        self._client = None
        self._record.notices.append(f"no lineage could be told: {why}")
        logger.info("no lineage could be told: %s", why)


def _name_of(node: dict[str, Any]) -> str:
    return f"{node['schema']}.{node.get('alias') or node.get('identifier') or node['name']}"
