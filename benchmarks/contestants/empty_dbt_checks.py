"""dbt's own time for as many empty models and as many checks as the demo has."""

from __future__ import annotations

from benchmarks.contestants.empty_dbt import main

if __name__ == "__main__":
    main("empty_nodes")
