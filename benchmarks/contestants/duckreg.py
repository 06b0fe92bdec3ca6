"""duckreg: regressions on distinct rows that DuckDB finds.

It knows no sampling weights, and its errors need a matrix of n by n where all rows are distinct; so it gives
unweighted coefficients, and no errors.
"""

from __future__ import annotations

import duckdb
from duckreg import DuckRegression

from benchmarks.contestants.common import Entry
from benchmarks.questions import AGREEMENT, ITEMS, MINIMUM_ITEMS, OUTCOMES, REVERSED, TERMS


def prepare(connection: duckdb.DuckDBPyConnection, file: str) -> None:
    """Make a table of complete rows per outcome, missing codes taken out and scale scores added."""
    cleaned = ", ".join(f"if({name} <= 5, {name}::double, null) as {name}" for name in AGREEMENT)
    scales = []
    for scale, items in ITEMS.items():
        scores = [f"6 - {name}" if at == REVERSED else name for at, name in enumerate(items)]
        listed = f"[{', '.join(scores)}]"
        scales.append(f"if(list_count({listed}) >= {MINIMUM_ITEMS}, list_avg({listed}), null) as {scale}")
    delivered = f"select * replace ({cleaned}) from '{file}'"
    connection.execute(f"create table wave as select *, {', '.join(scales)} from ({delivered})")


def main() -> None:
    """Answer what is asked."""
    entry = Entry("duckreg", "duckdb", "ibis-framework")
    database = entry.out / "duckreg.duckdb"
    with entry.stage("prepare"), duckdb.connect(str(database)) as connection:
        prepare(connection, str(entry.folder / "wave.parquet"))
        for outcome in OUTCOMES:
            complete = " and ".join(f"{name} is not null" for name in (outcome, *TERMS))
            connection.execute(f"create view of_{outcome} as select * from wave where {complete}")
    with entry.stage("answer"):
        found = []
        for outcome in OUTCOMES:
            model = DuckRegression(
                str(database),
                f"of_{outcome}",
                f"{outcome} ~ {' + '.join(TERMS)}",
                cluster_col="",
                seed=1,
                n_bootstraps=0,
            )
            model.fit()
            estimates = model.point_estimate
            found += [
                ("unweighted", outcome, "", name, estimate, "")
                for name, estimate in zip(("one", *TERMS), estimates, strict=True)
            ]
    entry.finish(found)


if __name__ == "__main__":
    main()
