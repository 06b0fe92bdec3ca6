"""OpenLineage events of a run, as a collector on loopback gets them from the official client."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, Any

import pytest

from support.runnable import deliver, make_runnable
from support.servers import collecting
from werkpeil.quality import gate
from werkpeil.running import run
from werkpeil.running.lineage import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from support.workshop import Workshop

Events = list[dict[str, Any]]


@pytest.fixture
def runnable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    for name in ("WERKPEIL_DATA", "OPENLINEAGE_NAMESPACE", *SETTINGS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(gate, "_check_results", lambda *_: [])  # its marts are not here
    return make_runnable(tmp_path)


@pytest.fixture
def collector() -> Iterator[tuple[str, Events]]:
    with collecting() as (address, events):
        yield address, events


def test_a_collector_gets_the_run_its_deliveries_models_and_release(
    runnable: Workshop, collector: tuple[str, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, events = collector
    monkeypatch.setenv("OPENLINEAGE_URL", address)
    monkeypatch.setenv("OPENLINEAGE_NAMESPACE", "surveys")
    file = deliver(runnable, "2024")
    done = run(runnable.project)
    assert (done.exit_code, done.notices) == (0, [])
    first, *children, last = events
    assert (first["eventType"], last["eventType"]) == ("START", "COMPLETE")
    assert {event["job"]["namespace"] for event in events} == {"surveys"}
    assert first["run"]["runId"] == last["run"]["runId"]
    assert first["job"]["name"] == last["job"]["name"] == "run"
    assert {event["run"]["facets"]["parent"]["run"]["runId"] for event in children} == {first["run"]["runId"]}
    by_job = {event["job"]["name"]: event for event in children}
    assert {
        "land.plain",
        "marts.dim_waves",
        "published.published_dim_waves",
        "main.scales",
        "publish",
    } <= set(by_job)
    assert names(by_job["land.plain"]) == ([str(file)], ["raw.plain"])
    assert names(by_job["marts.dim_waves"]) == (["raw.plain"], ["marts.dim_waves"])
    assert names(by_job["published.published_dim_waves"]) == (["marts.dim_waves"], ["published.dim_waves"])
    assert done.release is not None
    released = str(runnable.project.published / f"werkpeil-{done.release['build_id']}.duckdb")
    assert names(by_job["publish"]) == (["published.dim_waves"], [released])

    # A run without news tells of itself and of nothing else.
    events.clear()
    run(runnable.project)
    assert [(event["job"]["name"], event["eventType"]) for event in events] == [
        ("run", "START"),
        ("run", "COMPLETE"),
    ]


def names(event: dict[str, Any]) -> tuple[list[str], list[str]]:
    inputs, outputs = ([one["name"] for one in event[side]] for side in ("inputs", "outputs"))
    return inputs, outputs


def break_codebook(workshop: Workshop) -> None:
    path = workshop.project.staging / "plain" / "_plain__sources.yml"
    path.write_text(path.read_text().replace("agree5", "no_such_set"))


def test_a_run_that_fails_is_told_with_its_cause(
    runnable: Workshop, collector: tuple[str, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, events = collector
    monkeypatch.setenv("OPENLINEAGE_URL", address)
    break_codebook(runnable)
    assert run(runnable.project).exit_code == 2
    assert [event["eventType"] for event in events] == ["START", "FAIL"]
    message = events[-1]["run"]["facets"]["errorMessage"]["message"]
    assert message.startswith("build: The codebook of survey 'plain' contradicts itself")


def test_a_collector_that_fails_is_noted_once_and_fails_nothing(
    runnable: Workshop, collector: tuple[str, Events], monkeypatch: pytest.MonkeyPatch
) -> None:
    break_codebook(runnable)  # a run that is soon over
    address, _ = collector
    monkeypatch.setenv("OPENLINEAGE_ENDPOINT", "broken")
    for wrong in (address, "no address"):
        monkeypatch.setenv("OPENLINEAGE_URL", wrong)
        done = run(runnable.project)
        assert done.exit_code == 2
        assert len([told for told in done.notices if "no lineage could be told" in told]) == 1, wrong


def test_without_the_client_the_run_says_what_to_install(
    runnable: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.startswith("openlineage"):
            raise ImportError(name)
        return real(name, *rest, **named)

    break_codebook(runnable)
    monkeypatch.setenv("OPENLINEAGE_URL", "http://127.0.0.1:1")
    monkeypatch.setattr(builtins, "__import__", without)
    assert "install werkpeil[openlineage]" in run(runnable.project).notices[0]
    monkeypatch.delenv("OPENLINEAGE_URL")
    assert run(runnable.project).notices == []
