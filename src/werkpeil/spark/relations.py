"""What Python models see of Spark: the few methods of a DuckDB relation that they use.

A table comes to dbt's process as Arrow and becomes a frame by DuckDB, so that a model gets the types that it
gets where DuckDB is the warehouse, and its result goes the same way back.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

import werkpeil
from werkpeil.statistics.additive import add_to, of_one_size

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from werkpeil.statistics.additive import Sums

SEEDS = "seeds"  # the schema of seeds, dbt_project.yml


class Relation:
    """A query on Spark that nothing has run yet.

    Args:
        frame: Spark's own.
        is_ordered: Whether its rows come in an order that means something.
    """

    def __init__(self, frame: Any, *, is_ordered: bool = False) -> None:
        self._frame = frame
        self._order = "" if is_ordered else "order by all"

    def filter(self, condition: str) -> Relation:
        """Return the rows that meet an SQL condition; Spark looks for them."""
        return Relation(self._frame.filter(condition))

    def project(self, columns: str) -> Relation:
        """Return some columns, named with a comma between them."""
        return Relation(self._frame.selectExpr(*columns.split(", ")))

    def distinct(self) -> Relation:
        """Return each row once."""
        return Relation(self._frame.distinct())

    def sums(self, function: Callable[[Any], Sums], batch_size: int) -> Sums:
        """Return the sums over all rows, which Spark's workers make: a partition sends its own, and no row.

        Workers need Python of the same minor version with numpy, pandas and pyarrow; what the function is
        made of is sent along.

        Args:
            function: Returns what a record batch adds.
            batch_size: Rows per batch at most.
        """
        from pyspark.cloudpickle import register_pickle_by_value

        def partition(batches: Iterable[Any]) -> Iterator[Any]:
            total: Sums = {}
            for batch in of_one_size(batches, batch_size):
                add_to(total, function(batch))
            yield pa.record_batch({"sums": pa.array([pickle.dumps(total)], pa.binary())})

        # Workers have no werkpeil: functions and classes travel by value.
        register_pickle_by_value(werkpeil)
        total: Sums = {}
        for row in self._frame.mapInArrow(partition, "sums binary").collect():
            add_to(total, pickle.loads(row["sums"]))  # noqa: S301 - our own, from the cluster that we sent it to
        return total

    def df(self) -> Any:
        """Return the rows as a pandas frame, in the order of their values where Spark's own means nothing."""
        table = self._frame.toArrow()
        with duckdb.connect() as connection:
            connection.register("told", table)
            return connection.execute(f"select * from told {self._order}").df()

    def to_arrow_reader(self, batch_size: int) -> pa.RecordBatchReader:
        """Return the rows as record batches as they arrive; this process holds one partition at a time.

        Args:
            batch_size: Rows per batch at most.
        """
        schema = pa.schema(self._frame.limit(0).toArrow().schema)
        plan = self._frame._plan.to_proto(self._frame.sparkSession.client)
        told = self._frame.sparkSession.client.to_table_as_iterator(plan, self._frame._plan.observations)
        tables = (part.cast(schema) for part in told if isinstance(part, pa.Table))
        batches = (batch for table in tables for batch in table.to_batches(max_chunksize=batch_size))
        return pa.RecordBatchReader.from_batches(schema, batches)


class Session:
    """A Spark session as Python models use it."""

    def __init__(self, spark: Any) -> None:
        self.spark = spark

    def sql(self, query: str) -> Relation:
        """Return a query."""
        return Relation(self.spark.sql(query))

    def table(self, name: str) -> Relation:
        """Return a table; a seed keeps the order of its file."""
        return Relation(self.spark.table(name), is_ordered=name.startswith(f"{SEEDS}."))


def run_model(compiled_code: str, session: Session, partition_columns: list[str]) -> None:
    """Run a compiled Python model and write what it returns.

    Args:
        compiled_code: The model with what dbt puts below it, and the name of the table as `target_table`.
        session: Where it reads and writes.
        partition_columns: Columns of which each combination of values is a partition of the table.
    """
    names: dict[str, Any] = {}
    exec(compile(compiled_code, "<model>", "exec"), names)  # noqa: S102 - a model of this project
    result = names["model"](names["dbtObj"](session.table), session)
    with duckdb.connect() as connection:
        connection.register("returned", result)
        # Made a table first, as dbt-duckdb does: a column of nulls alone has a type then.
        connection.execute("create table stored as select * from returned")
        table = connection.execute("select * from stored").to_arrow_table()
    writer = _frame_of(session.spark, table).write.mode("overwrite").format("parquet")
    if partition_columns:
        writer = writer.partitionBy(*partition_columns)
    writer.saveAsTable(names["target_table"])


def insert_texts(spark: Any, name: str, values: dict[str, list[Any]], types: list[str]) -> None:
    """Insert rows of texts into a table of other types.

    Args:
        spark: The session.
        name: Of the table.
        values: Per column, in the table's order, its texts; None where there is none.
        types: The table's types.
    """
    texts = {
        column: pa.array([None if one is None else str(one) for one in held], pa.string())
        for column, held in values.items()
    }
    frame = _frame_of(spark, pa.table(texts))
    casts = [f"cast({column} as {kind}) as {column}" for column, kind in zip(values, types, strict=True)]
    # One file, so that the rows are read in the order in which they were written.
    frame.coalesce(1).selectExpr(*casts).write.insertInto(name)


def _frame_of(spark: Any, table: pa.Table) -> Any:
    """Return rows as a frame; of no rows at all Spark does not find the types by itself."""
    from pyspark.sql.pandas.types import from_arrow_schema

    return spark.createDataFrame(table, schema=from_arrow_schema(table.schema, prefer_timestamp_ntz=True))
