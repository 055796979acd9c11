"""Join mentions of people and organisations into ties, and suggest how each tie feels."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from semcode.findings.coded import CodedPassage
from semcode.findings.mentions import Mention
from semcode.findings.relations import Relation, RelationLexicon
from semcode.wording import natural

__all__ = ["QUALITIES", "Tie", "ties_of"]

#: What a tie can be; "unclear" is said of one without evidence.
QUALITIES = ("support", "strain", "both", "unclear")

_PART = 1_000  # characters of a part of a transcript, in which passages are looked for
_MINOR = 1 / 3  # share from which the rarer side makes a tie both
_HELPS, _HINDERS = frozenset({"facilitator"}), frozenset({"barrier"})


@dataclass(frozen=True, slots=True)
class Tie:
    """A participant's tie to a kind of person or organisation, with its evidence.

    `state` is "suggested", "accepted" or "rejected"; `by` and `at` say who decided, when.
    """

    participant: str
    relation: Relation
    quality: str
    mentions: tuple[Mention, ...]
    state: str = "suggested"
    by: str = ""
    at: str = ""


def ties_of(
    mentions: Iterable[Mention],
    passages: Iterable[CodedPassage],
    lexicon: RelationLexicon,
) -> tuple[Tie, ...]:
    """Join mentions into ties, and suggest of each whether it is support, strain or both.

    A sentence inside a passage that people coded as facilitator or barrier counts by that,
    else by its words.
    """
    coded: dict[tuple[str, int], list[CodedPassage]] = defaultdict(list)
    for item in passages:
        if not item.machine and (_HELPS | _HINDERS) & set(item.facets):
            for part in range(item.start // _PART, (item.end - 1) // _PART + 1):
                coded[item.transcript, part].append(item)
    grouped: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        # Half of the sentence lies in what counts, so its middle does.
        middle = (mention.start + mention.end) // 2
        weighed = _by_codings(mention, coded.get((mention.transcript, middle // _PART), ()))
        grouped[mention.participant, mention.relation].append(weighed)
    order = {relation.name: relation for relation in lexicon.relations}
    places = {name: place for place, name in enumerate(order)}
    keys = sorted(grouped, key=lambda key: (natural(key[0]), places[key[1]]))
    return tuple(
        Tie(who, order[name], _quality(grouped[who, name]), tuple(grouped[who, name]))
        for who, name in keys
    )


def _by_codings(mention: Mention, passages: Sequence[CodedPassage]) -> Mention:
    length = mention.end - mention.start
    over = [
        item
        for item in passages
        if 2 * (min(item.end, mention.end) - max(item.start, mention.start)) >= length
    ]
    if not over:
        return mention
    helps = sum(bool(_HELPS & set(item.facets)) for item in over)
    hinders = sum(bool(_HINDERS & set(item.facets)) for item in over)
    return replace(mention, support=helps, strain=hinders)


def _quality(mentions: Sequence[Mention]) -> str:
    support = sum(mention.support > 0 for mention in mentions)
    strain = sum(mention.strain > 0 for mention in mentions)
    if not support and not strain:
        return "unclear"
    if min(support, strain) / (support + strain) >= _MINOR:
        return "both"
    return "support" if support > strain else "strain"
