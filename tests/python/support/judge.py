"""What the attacker may not find, by the primary rule written once more and by itself."""

from __future__ import annotations

from typing import Any

from support.attacker import Attacker, Published, Row, divisions

MINIMUM, UNANIMITY = 10, 50
Counts = dict[Row, dict[str, int]]


def faults_of(published: Published, truth: Counts, telling: frozenset[str] = frozenset()) -> list[Any]:
    """Return sensitive numbers that are shown or can be narrowed too far, in groups and in rests beside them.

    Args:
        published: What the attacker sees.
        truth: True counts of every row and category.
        telling: The variable itself and those that only people of one of its answers are asked: their groups
            have the answer by definition, and who is in none of them is a missing answer.
    """
    attacker = Attacker(published)
    faults: list[Any] = []
    for row in published.counts:
        for category in sensitive_of(truth[row]) if telling.isdisjoint(row[0].split("*")) else []:
            count, allowed = truth[row][category], min(MINIMUM, sum(truth[row].values()))
            if published.counts[row][category] is not None:
                faults.append((row, category, count, "shown"))
            elif interval := attacker.narrows(row, category, count, allowed):
                faults.append((row, category, count, *interval))
    divides = any(telling & set(cut.split("*")) for cut, _ in published.counts)
    for parent, children, name in divisions(published) if not divides else []:
        rest = {
            category: count - sum(truth[child][category] for child in children)
            for category, count in truth[parent].items()
        }
        for category in sensitive_of(rest) if is_telling(rest) else []:
            allowed = min(MINIMUM, sum(rest.values()))
            if interval := attacker.narrows_rest(name, category, rest[category], allowed):
                faults.append(("rest", name, category, rest[category], *interval))
    return faults


def faults_of_kinds(published: Published, truth: Counts) -> list[Any]:
    """Return kinds of missing answers that are of few people and shown, or can be narrowed too far.

    Args:
        published: People per kind; `answered` is how many did not answer, which is public.
        truth: True counts of every row and kind.
    """
    attacker = Attacker(published)
    faults: list[Any] = []
    for row, size in published.sizes.items():
        unanswered = published.answered[row]
        if size is None or unanswered is None:
            continue
        for kind, count in truth[row].items():
            if not (0 < count < MINIMUM or 0 < size - count < MINIMUM):
                continue
            if published.counts[row][kind] is not None:
                faults.append((row, kind, count, "shown"))
            elif interval := attacker.narrows(row, kind, count, min(MINIMUM, unanswered)):
                faults.append((row, kind, count, *interval))
    return faults


def is_telling(counts: dict[str, int]) -> bool:
    """Whether a rest is small, or of one mind while not large: of other rests nothing is protected."""
    base = sum(counts.values())
    return base < MINIMUM or (base < UNANIMITY and base in counts.values())


def sensitive_of(counts: dict[str, int]) -> list[str]:
    """Return the categories of a group that may not be told."""
    base = sum(counts.values())
    extreme = any(count in (0, base) for count in counts.values())
    if 0 < base < (UNANIMITY if extreme else MINIMUM):
        return list(counts)
    return [
        category for category, count in counts.items() if 0 < count < MINIMUM or 0 < base - count < MINIMUM
    ]
