"""Attack what is published: what can be told of people from all published tables together.

    .venv/bin/python tools/attack_published.py               # data/warehouse.duckdb, whole
    .venv/bin/python tools/attack_published.py --survey per  # of one survey
    .venv/bin/python tools/attack_published.py --random 200  # random tables with planted small groups

For each hidden number that is sensitive by the primary rules, two linear programmes bound what it can be:
they count people and missing answers by kind, and add up scores, squares and weights. Facts that one table
tells of what another hides are looked for one by one.
Prints how many numbers are hidden and how many of them can be told more narrowly than the rule allows, and
which share of all numbers was lost: by primary rules alone, by what was decided, and by hiding whole rows
instead. Ends with 1 if anything can be told. The attacker is the one of the tests, written apart from what
it attacks.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "python"))

from support import published, random_tables  # noqa: E402 - found by the line above
from werkpeil.project import Project  # noqa: E402 - after the others, in their order


def attack_warehouse(project: Project, survey: str | None) -> int:
    """Attack every variable of every wave; return how many numbers can be told."""
    told = 0
    for survey_id, wave_id in published.waves_of(project):
        if survey not in (None, survey_id):
            continue
        start = time.monotonic()
        tables = published.read_tables(project, survey_id, wave_id)
        names = [(name, False) for name in published.variables_of(tables)]
        names += [(name, True) for name in published.single_variables_of(tables)]
        hidden = 0
        faults = []
        for name, by_answer in names:
            found, count = published.attack(tables, name, by_answer=by_answer)
            faults += [(name, fault) for fault in found]
            hidden += count
            found, count = published.attack_kinds(tables, name)
            faults += [(name, fault) for fault in found]
            hidden += count
        seconds = time.monotonic() - start
        sys.stdout.write(
            f"{survey_id} {wave_id}: {len(names)} variables, {hidden:,} numbers hidden, {len(faults)} told "
            f"({seconds:.0f} s)\n"
        )
        sys.stdout.writelines(f"  {name}: {fault}\n" for name, fault in faults[:10])
        sys.stdout.flush()
        told += len(faults)
    contradicted = published.told_of_hidden_cells(project)
    sys.stdout.write(f"{len(contradicted)} facts that one table tells of what is hidden in another\n")
    sys.stdout.writelines(f"  {fact}\n" for fact in contradicted[:10])
    told += len(contradicted)
    sys.stdout.write(f"{published.shares_lost(project).round(4).to_string()}\n")
    return told


def attack_random(count: int) -> int:
    """Attack random tables; return how many numbers can be told."""
    told = 0
    totals: Counter[str] = Counter()
    for seed in range(count):
        faults, numbers = random_tables.judged(random_tables.people_of(seed))
        totals.update(numbers)
        told += len(faults)
        if faults:
            sys.stdout.write(f"seed {seed}: {faults[:3]}\n")
    shares = {name: f"{totals[name] / totals['numbers']:.1%}" for name in ("primary", "hidden", "rows")}
    sys.stdout.write(f"{count} tables, {totals['numbers']:,} numbers, {told} told; lost: {shares}\n")
    return told


def main() -> int:
    """Attack what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--survey", help="only this survey")
    parser.add_argument("--random", type=int, metavar="N", help="N random tables instead of the warehouse")
    chosen = parser.parse_args()
    if chosen.random:
        return int(attack_random(chosen.random) > 0)
    return int(attack_warehouse(Project.find(), chosen.survey) > 0)


if __name__ == "__main__":
    sys.exit(main())
