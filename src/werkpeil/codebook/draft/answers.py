"""Answer sets: recognised among those of the warehouse, or drafted from labels, texts or codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from werkpeil.codebook import normalise_text
from werkpeil.codebook.draft.names import snake_case
from werkpeil.codebook.draft.vocabulary import degrees_of, family_of, plain
from werkpeil.codebook.model import Answer, other_language

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Literal

    from werkpeil.codebook.draft.vocabulary import Family, Level

    Category = Literal["positive", "neutral", "negative"] | None

_PROMOTER, _PASSIVE = 9, 7  # of a recommendation from 0 to 10 (Reichheld 2003)


@dataclass(frozen=True)
class AnswerSet:
    """The answers of one or more columns.

    Args:
        set_id: Empty until a new set is named.
        kind: What the id of a new set is made of: a family, `numbers` or `codes`.
        answers: In their order; `answer_set_id` is empty in those of a new set.
        is_ordered: Scores say something: the answers run from less to more.
        is_existing: It is in the seed already.
        doubt: What about its order or direction was guessed; empty if nothing was.
    """

    set_id: str
    kind: str
    answers: tuple[Answer, ...]
    is_ordered: bool
    is_existing: bool = False
    doubt: str = ""

    @property
    def scores(self) -> dict[str, float]:
        """Score of each delivered code and text."""
        found: dict[str, float] = {}
        for answer in self.answers:
            if answer.score is not None:
                found[str(answer.answer_code)] = answer.score
                found.update(dict.fromkeys(answer.texts, answer.score))
        return found

    @property
    def identity(self) -> tuple[object, ...]:
        """What two drafts of the same set have in common."""
        return tuple((a.answer_code, a.answer_id, a.score, a.category, a.texts) for a in self.answers)


# --- Sets that exist ----------------------------------------------------------------------------


def existing_by_codes(
    labels: Mapping[int, str], existing: Mapping[str, tuple[Answer, ...]]
) -> AnswerSet | None:
    """Return the set of the warehouse that has the same codes with the same labels.

    A set without an order may have further answers, as long as half of them are used.
    """
    wanted = {code: plain(label) for code, label in labels.items()}
    for set_id, answers in existing.items():
        texts = {a.answer_code: {plain(text) for text in (a.label_nl, a.label_en, *a.texts)} for a in answers}
        if not all(label in texts.get(code, ()) for code, label in wanted.items()):
            continue
        further = len(texts) - len(wanted)
        if further == 0 or (not _is_ordered(answers) and len(wanted) >= max(2, further)):
            return _reused(set_id, answers)
    return None


def existing_by_texts(texts: Iterable[str], existing: Mapping[str, tuple[Answer, ...]]) -> AnswerSet | None:
    """Return the smallest set of the warehouse that has all of some delivered texts.

    One answer of an ordered set may be missing: sometimes nobody gives it. A set without an order
    must be used for half.
    """
    wanted = {normalise_text(text) for text in texts}
    found: list[tuple[int, str]] = []
    for set_id, answers in existing.items():
        valid = [answer for answer in answers if answer.missing_reason is None]
        if not wanted <= {text for answer in answers for text in answer.texts}:
            continue
        used = sum(not wanted.isdisjoint(answer.texts) for answer in valid)
        unused = len(valid) - used
        if used > 0 and unused <= (1 if _is_ordered(answers) else used):
            found.append((len(answers), set_id))
    if not found:
        return None
    _, set_id = min(found)
    return _reused(set_id, existing[set_id])


def _is_ordered(answers: Iterable[Answer]) -> bool:
    return any(answer.category is not None for answer in answers)


def _reused(set_id: str, answers: tuple[Answer, ...]) -> AnswerSet:
    return AnswerSet(set_id, set_id, answers, is_ordered=_is_ordered(answers), is_existing=True)


# --- New sets -----------------------------------------------------------------------------------


def from_labels(
    labels: Mapping[int, str],
    language: str,
    *,
    is_declared_ordered: bool | None,
    spellings: Mapping[int, tuple[str, ...]] | None = None,
) -> AnswerSet:
    """Draft a set from codes and their labels.

    Args:
        labels: Per code, missing ones left out.
        language: Of the labels: nl or en.
        is_declared_ordered: What the file says of an order; None if it says nothing.
        spellings: Per code other texts that mean it, where the file holds texts.
    """
    ordered = dict(sorted(labels.items()))
    recognised = family_of(ordered.values())
    if recognised is not None:
        return _of_family(*recognised, ordered, spellings or {}, language)
    if _names_only_the_ends(ordered):
        return _numbered(ordered, "numbers", "the codes between its two named ends count evenly")
    degrees = degrees_of(ordered.values())
    if degrees is not None and degrees == sorted(degrees):
        return _in_order_of_codes(
            ordered, spellings or {}, "its labels name degrees; nothing is called positive"
        )
    if is_declared_ordered and len(ordered) > 2:
        return _in_order_of_codes(
            ordered, spellings or {}, "the file calls it ordinal; nothing is called positive"
        )
    return _unordered(ordered, spellings or {})


def from_texts(texts: Iterable[str], language: str) -> AnswerSet:
    """Draft a set from delivered texts in a language, which get codes of their own."""
    different = {normalise_text(text): text for text in sorted(texts, reverse=True)}
    listed = [different[key] for key in sorted(different)]
    recognised = family_of(listed)
    if recognised is None:
        return _unordered(dict(enumerate(listed, start=1)), {})
    family, levels = recognised
    ranked = sorted(listed, key=lambda text: levels[text].rank)
    first = 0 if family.shape == "yes_no" else 1
    return _of_family(family, levels, dict(enumerate(ranked, start=first)), {}, language)


def from_numbers(low: int, high: int, ends: Mapping[int, str], *, is_recommendation: bool) -> AnswerSet:
    """Draft a set of ordered numbers.

    Args:
        low: First code.
        high: Last code.
        ends: Full texts of the codes that have one, such as `10 (All the time)`.
        is_recommendation: From 0 to 10 it divides promoters, passives and detractors.
    """
    labels = {code: ends.get(code, str(code)) for code in range(low, high + 1)}
    if is_recommendation and (low, high) == (0, 10):
        numbered = _numbered(labels, "recommendation", "")
        answers = (answer.model_copy(update={"category": _promoting(answer)}) for answer in numbered.answers)
        return AnswerSet("", numbered.kind, tuple(answers), is_ordered=True)
    return _numbered(labels, "numbers", f"it runs from {low} to {high}, and more was taken for more positive")


def from_codes(codes: Iterable[int]) -> AnswerSet:
    """Draft a set of codes that nobody explained and that have no order."""
    return _unordered({code: str(code) for code in sorted(codes)}, {})


def translated(answers: AnswerSet, labels: Mapping[str, str], language: str) -> AnswerSet:
    """Return a new set with labels in the other language where the draft has those of one language twice.

    Args:
        answers: Drafted from labels in one language.
        labels: Per code, in the other language.
        language: Of the draft: nl or en.
    """
    key = "label_en" if language == "nl" else "label_nl"
    own = "label_nl" if language == "nl" else "label_en"
    found = []
    for answer in answers.answers:
        label = labels.get(str(answer.answer_code))
        is_guess = getattr(answer, key) == getattr(answer, own)
        found.append(answer.model_copy(update={key: label}) if label and is_guess else answer)
    return replace(answers, answers=tuple(found))


def _of_family(
    family: Family,
    levels: Mapping[str, Level],
    labels: Mapping[int, str],
    spellings: Mapping[int, tuple[str, ...]],
    language: str,
) -> AnswerSet:
    codes = list(labels)
    ranks = {code: levels[label].rank for code, label in labels.items()}
    by_rank = sorted(codes, key=lambda code: ranks[code])
    is_monotone = by_rank in (codes, codes[::-1])
    is_turned = by_rank == codes[::-1] and family.shape != "yes_no"
    answers = []
    for position, code in enumerate(codes, start=1):
        level = levels[labels[code]]
        in_dutch, in_english = _in_both(level, labels[code], language)
        answers.append(
            Answer(
                answer_set_id="",
                answer_code=code,
                answer_id=snake_case(level.en),
                label_nl=in_dutch,
                label_en=in_english,
                position=position,
                score=_score(family, level, code, by_rank, is_monotone=is_monotone),
                category=_category(family, level, by_rank.index(code), len(codes)),
                spellings=_spellings(
                    (labels[code], *spellings.get(code, ())), in_dutch, in_english, snake_case(level.en)
                ),
            )
        )
    doubt = ""
    if is_turned:
        doubt = "its first code is the highest answer, so scores run against the codes"
    elif family.shape == "one_sided":
        doubt = "the upper half was called positive, which depends on what is asked"
    kind = (
        "_".join(["yes_no", *map(str, codes)]) if family.shape == "yes_no" else f"{family.name}_{len(codes)}"
    )
    return AnswerSet("", kind, tuple(answers), is_ordered=True, doubt=doubt)


def _in_both(level: Level, label: str, language: str) -> tuple[str, str]:
    """Return the label in Dutch and in English: the survey's own words in its own language."""
    usual = {"nl": level.nl, "en": level.en}
    other = other_language(language)
    if plain(label) not in (normalise_text(usual[other]), normalise_text(usual[language])):
        usual[language] = label
    return usual["nl"], usual["en"]


def _spellings(texts: Iterable[str], *known: str) -> tuple[str, ...]:
    """Return the texts that no label or id of the answer covers, each once."""
    covered = {normalise_text(text) for text in known}
    found: dict[str, str] = {}
    for text in texts:
        if normalise_text(text) not in covered:
            found.setdefault(normalise_text(text), text.replace("|", "/"))
    return tuple(found.values())


def _score(family: Family, level: Level, code: int, by_rank: Sequence[int], *, is_monotone: bool) -> float:
    if family.shape == "yes_no":
        return float(level.rank)
    if not is_monotone:
        return float(by_rank.index(code) + 1)
    lowest, highest = min(by_rank), max(by_rank)
    return float(code if by_rank[0] == lowest else highest + lowest - code)


def _category(family: Family, level: Level, place: int, size: int) -> Category:
    if family.shape == "one_sided":
        return _half(place, size)
    if family.shape == "yes_no":
        return "positive" if level.rank else "negative"
    if level.rank == 0:
        return "neutral"
    return "positive" if level.rank > 0 else "negative"


def _half(place: int, size: int) -> Category:
    """Return the category of an answer by its place: below, in or above the middle."""
    distance = 2 * place - (size - 1)
    if distance == 0:
        return "neutral"
    return "positive" if distance > 0 else "negative"


def _names_only_the_ends(labels: Mapping[int, str]) -> bool:
    """Whether a range of codes has words at its ends and numbers between them."""
    codes = list(labels)
    between = codes[1:-1]
    return (
        len(codes) >= 4
        and codes == list(range(codes[0], codes[-1] + 1))
        and all(labels[code] == str(code) for code in between)
    )


def _numbered(labels: Mapping[int, str], kind: str, doubt: str) -> AnswerSet:
    codes = list(labels)
    answers = tuple(
        Answer(
            answer_set_id="",
            answer_code=code,
            answer_id=f"score_{code}",
            label_nl=labels[code],
            label_en=labels[code],
            position=place + 1,
            score=float(code),
            category=_half(place, len(codes)),
            spellings=(str(code),) if labels[code] != str(code) else (),
        )
        for place, code in enumerate(codes)
    )
    return AnswerSet("", f"{kind}_{codes[0]}_{codes[-1]}", answers, is_ordered=True, doubt=doubt)


def _promoting(answer: Answer) -> Category:
    if answer.answer_code >= _PROMOTER:
        return "positive"
    return "neutral" if answer.answer_code >= _PASSIVE else "negative"


def _in_order_of_codes(
    labels: Mapping[int, str], spellings: Mapping[int, tuple[str, ...]], doubt: str
) -> AnswerSet:
    unordered = _unordered(labels, spellings)
    answers = tuple(
        answer.model_copy(update={"score": float(answer.answer_code)}) for answer in unordered.answers
    )
    return AnswerSet("", "codes", answers, is_ordered=True, doubt=doubt)


def _unordered(labels: Mapping[int, str], spellings: Mapping[int, tuple[str, ...]]) -> AnswerSet:
    answers = []
    taken: set[str] = set()
    said = {normalise_text(label) for label in labels.values()}
    for position, (code, label) in enumerate(labels.items(), start=1):
        answer_id = _answer_id(label, code, taken | (said - {normalise_text(label)}))
        taken.add(answer_id)
        answers.append(
            Answer(
                answer_set_id="",
                answer_code=code,
                answer_id=answer_id,
                label_nl=label,
                label_en=label,
                position=position,
                spellings=_spellings(spellings.get(code, ()), label, answer_id),
            )
        )
    return AnswerSet("", "codes", tuple(answers), is_ordered=False)


def _answer_id(label: str, code: int, taken: set[str]) -> str:
    """Return an id that no other answer's id or label is."""
    base = snake_case(label)
    if not base or not base[0].isalpha():
        base = f"code_{code}"
    answer_id, number = base, code
    while answer_id in taken:
        answer_id, number = f"{base}_{number}", number + 1
    return answer_id
