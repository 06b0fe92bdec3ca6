"""Werkpeil without dbt around it, of a wave that is scored: what a question costs once the wave is there."""

from __future__ import annotations

from benchmarks.contestants.werkpeil import main

if __name__ == "__main__":
    main(scored=True)
