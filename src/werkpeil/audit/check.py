"""All rules over all tables of a report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkpeil.audit.findings import SEVERITIES
from werkpeil.audit.rules import bands, bases, repeats, shares, single, stars, sums

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from werkpeil.audit.findings import Finding
    from werkpeil.audit.tables import Relation, RelationKind, Tables

CHECKS: dict[RelationKind, Callable[[Tables, Relation], Iterator[Finding]]] = {
    "sum": sums.check_sum,
    "within": sums.check_within,
    "groups": sums.check_groups,
    "shares": shares.check_shares,
    "some_shares": shares.check_some_shares,
    "ratio": bases.check_ratio,
    "bands": bands.check_bands,
    "restates": repeats.check_restates,
    "lowest": repeats.check_end,
    "highest": repeats.check_end,
    "same_group": repeats.check_same_group,
    "ranked": repeats.check_ranked,
    "median": repeats.check_median,
    "unknown_base": bases.check_unknown_base,
}


def audit(tables: Tables) -> list[Finding]:
    """Return what cannot be right in a report's tables, worst first, then in the order of the report.

    Args:
        tables: Printed numbers and their relations.

    Raises:
        InputError: if a relation names numbers that are not there, or its detail cannot be read.
    """
    found = list(single.check_numbers(tables))
    for relation in tables.relations:
        if relation.kind in CHECKS:
            found += CHECKS[relation.kind](tables, relation)
    found += stars.check_models(tables, [r for r in tables.relations if r.kind == "model"])
    place = {number.number_id: position for position, number in enumerate(tables.numbers)}
    once = {(f.rule, f.number.number_id, tuple(n.number_id for n in f.others)): f for f in reversed(found)}
    return sorted(
        once.values(), key=lambda f: (SEVERITIES.index(f.severity), place[f.number.number_id], f.rule)
    )
