"""Connections of dbt to a Spark Connect server: all of a process share one session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.spark import SparkConnectionManager, SparkCredentials
from dbt.adapters.spark.connections import SparkConnectionMethod
from dbt.adapters.spark.session import Cursor, SessionConnectionWrapper
from dbt_common.exceptions import DbtRuntimeError
from pyspark.errors import PySparkException

from werkpeil.spark.session import session_at

if TYPE_CHECKING:
    from dbt.adapters.contracts.connection import Connection


@dataclass
class SparkSessionCredentials(SparkCredentials):
    """Where the Spark Connect server is: `host`, such as `sc://127.0.0.1:15002`."""

    def __post_init__(self) -> None:
        """Take the method for granted."""
        self.method = SparkConnectionMethod.SESSION
        super().__post_init__()
        # dbt-spark switches errors on wrong casts off; what DuckDB refuses must not be null here.
        del self.server_side_parameters["spark.sql.ansi.enabled"]

    @property
    def type(self) -> str:
        """Name of the adapter."""
        return "sparksession"


class SharedCursor(Cursor):
    """A cursor on the session of the process."""

    def __init__(self, credentials: SparkSessionCredentials) -> None:
        super().__init__()
        self.session = session_at(credentials.host, credentials.server_side_parameters)

    def execute(self, sql: str, *parameters: Any) -> None:
        """Run a statement.

        Raises:
            DbtRuntimeError: if Spark refuses it, or it has parameters, which no statement of ours has.
        """
        if parameters:
            raise DbtRuntimeError("Statements on Spark take no parameters; write them into the SQL.")
        self._rows = None
        try:
            self._df = self.session.sql(sql)
        except PySparkException as error:
            raise DbtRuntimeError(str(error).partition("JVM stacktrace:")[0].strip()) from error


class SharedHandle:
    """What dbt holds of a connection."""

    def __init__(self, credentials: SparkSessionCredentials) -> None:
        self._credentials = credentials

    def cursor(self) -> SharedCursor:
        """Return a new cursor."""
        return SharedCursor(self._credentials)


class SparkSessionConnectionManager(SparkConnectionManager):
    """Opens connections on the session of the process."""

    TYPE = "sparksession"

    @classmethod
    def open(cls, connection: Connection) -> Connection:
        """Open a connection."""
        if connection.state != ConnectionState.OPEN:
            connection.handle = SessionConnectionWrapper(SharedHandle(connection.credentials))
            connection.state = ConnectionState.OPEN
        return connection

    @classmethod
    def data_type_code_to_name(cls, type_code: type | str) -> str:
        """Return the name of a type as contracts write it: times here have no zone."""
        name = super().data_type_code_to_name(type_code)
        return "timestamp" if name == "timestamp_ntz" else name
