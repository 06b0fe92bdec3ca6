"""Spark of one's own on loopback: a Connect server, with a master and two workers or all in one process.

`make spark` and the tests start one in a temporary folder and stop it again. It needs Java 17 or 21
(Debian: `apt-get install openjdk-17-jre-headless`) and this project's extra `spark`: the wheel of
pyspark holds all of Spark. Everything binds to 127.0.0.1; what it says stands in a log per process.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from loopback_postgres import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator

LOOPBACK = "127.0.0.1"
SECONDS_TO_START = 90
SECONDS_TO_STOP = 15
OLDEST_JAVA = 17
WORKERS = 2
# Hundreds of small queries: to compile each costs more than it saves, and so does Java's last optimising.
# Without it Java keeps room for a fifth of the code; once that is full, a task's result may never arrive, and
# the build hangs.
SHORT_LIVED = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:ReservedCodeCacheSize=240m"
SMALL_QUERIES = {"spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN"}
CONNECT_SERVER = "org.apache.spark.sql.connect.service.SparkConnectServer"


@dataclass
class Spark:
    """Running Spark.

    Args:
        remote: Address of its Connect server.
        folder: Where its logs, tables and the pid of each of its processes are.
        processes: Its processes by name: `connect`, and of a cluster `master`, `worker-1`, `worker-2`.
    """

    remote: str
    folder: Path
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def kill(self, name: str) -> None:
        """Kill a process and its children at once, as a machine dies."""
        os.killpg(self.processes[name].pid, signal.SIGKILL)
        self.processes[name].wait(SECONDS_TO_STOP)


def why_not() -> str | None:
    """Return why no cluster can be started here; None if one can."""
    if find_spec("pyspark") is None:
        return "pyspark is not installed: uv sync --extra spark"
    return why_no_java()


def why_no_java() -> str | None:
    """Return why there is no Java for Spark here; None if there is."""
    java = shutil.which("java")
    if java is None:
        return "there is no Java: apt-get install openjdk-17-jre-headless"
    told = subprocess.run([java, "-version"], capture_output=True, text=True, check=False).stderr  # noqa: S603 - java, told to tell its version
    found = re.search(r'version "(\d+)', told)
    if found is None or int(found[1]) < OLDEST_JAVA:
        return f"Spark 4 needs Java {OLDEST_JAVA} or later, and java -version says: {told.strip()}"
    return None


@contextmanager
def serve(*, memory: int = 1, small: bool = True, cluster: bool = True) -> Iterator[Spark]:
    """Yield running Spark and stop it afterwards, whatever happened.

    Args:
        memory: Of the server and of each worker's executor, GiB; one process has that of all of them.
        small: Whether tables are small, so that a query takes longer to plan and compile than to run.
        cluster: Whether there are a master and workers; one process with as many threads otherwise.

    Raises:
        RuntimeError: if a process ends or does not answer in time; the message holds the end of its log.
    """
    folder = Path(tempfile.mkdtemp(prefix="werkpeil-spark-"))
    port = free_port()
    spark = Spark(f"sc://{LOOPBACK}:{port}", folder)
    try:
        master = _start_cluster(spark, memory) if cluster else f"local[{WORKERS}]"
        heap = memory if cluster else memory * (1 + WORKERS)
        _start(spark, "connect", _connect_server(folder, master, port, memory, small=small), f"{heap}g")
        _wait_for_port(spark, "connect", port)
        yield spark
    finally:
        for name in reversed(list(spark.processes)):
            _stop(spark.processes[name])
        shutil.rmtree(folder, ignore_errors=True)


def _start_cluster(spark: Spark, memory: int) -> str:
    """Start a master and workers; return the master's address."""
    port = free_port()
    _start(spark, "master", [*_spark_class("Master"), "--host", LOOPBACK, "--port", str(port)])
    _wait_for_port(spark, "master", port)
    address = f"spark://{LOOPBACK}:{port}"
    for number in range(1, WORKERS + 1):
        work = ["--work-dir", str(spark.folder / f"work-{number}")]
        sizes = ["--cores", "1", "--memory", f"{memory}g"]
        command = [*_spark_class("Worker"), "--host", LOOPBACK, *sizes, *work, address]
        _start(spark, f"worker-{number}", command)
    return address


def _home() -> Path:
    spec = find_spec("pyspark")
    if spec is None or spec.origin is None:
        raise RuntimeError(why_not() or "pyspark is not installed as files")
    return Path(spec.origin).parent


def _spark_class(role: str) -> list[str]:
    return [
        str(_home() / "bin" / "spark-class"),
        f"org.apache.spark.deploy.{role.lower()}.{role}",
        "--webui-port",
        "0",
    ]


def _connect_server(folder: Path, master: str, port: int, memory: int, *, small: bool) -> list[str]:
    settings = {
        "spark.driver.host": LOOPBACK,
        "spark.driver.bindAddress": LOOPBACK,
        "spark.connect.grpc.binding.address": LOOPBACK,
        "spark.connect.grpc.binding.port": str(port),
        "spark.executor.memory": f"{memory}g",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.catalogImplementation": "in-memory",
        # A worker that dies takes no result with it: its tasks go to the other, with what they had written.
        "spark.task.maxFailures": "8",
    }
    if small:
        settings |= {f"spark.{role}.extraJavaOptions": SHORT_LIVED for role in ("executor", "driver")}
        settings |= SMALL_QUERIES
    chosen = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    submit = [str(_home() / "bin" / "spark-submit"), "--master", master]
    return [*submit, *chosen, "--class", CONNECT_SERVER, "spark-internal"]


def _start(spark: Spark, name: str, command: list[str], heap: str = "256m") -> None:
    environment = os.environ | {
        "SPARK_HOME": str(_home()),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_LOCAL_DIRS": str(spark.folder / "local"),
        "SPARK_DAEMON_MEMORY": heap,
        "PYSPARK_PYTHON": sys.executable,
    }
    with (spark.folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - Spark's own programs and words of ours
            command, stdout=log, stderr=log, cwd=spark.folder, env=environment, start_new_session=True
        )
    (spark.folder / f"{name}.pid").write_text(f"{process.pid}\n", encoding="ascii")
    spark.processes[name] = process


def _wait_for_port(spark: Spark, name: str, port: int) -> None:
    until = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < until:
        if spark.processes[name].poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.2)
    log = (spark.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"Spark's {name} did not start:\n" + "\n".join(log.splitlines()[-20:]))


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Stop a process and its children, at once if they do not within a while."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(SECONDS_TO_STOP)
        except subprocess.TimeoutExpired:
            continue
