"""Find the people and organisations that a participant speaks of, and how the ties feel."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from semcode.findings.coded import CodedPassage
from semcode.findings.relations import Relation, RelationLexicon
from semcode.wording import natural

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span

__all__ = ["QUALITIES", "Mention", "Speech", "Tie", "find_mentions", "ties_of"]

#: What a tie can be; "unclear" is said of one without evidence.
QUALITIES = ("support", "strain", "both", "unclear")

_BEFORE = 4  # words before a relation that can say whose it is
_MINOR = 1 / 3  # share from which the rarer side makes a tie both
_HELPS, _HINDERS = frozenset({"facilitator"}), frozenset({"barrier"})


@dataclass(frozen=True, slots=True)
class Speech:
    """What a participant says in one turn, at its place in the transcript."""

    transcript: str
    participant: str
    start: int
    text: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A sentence in which a relation is named; `support` and `strain` count what tells."""

    transcript: str
    participant: str
    relation: str
    start: int
    end: int
    text: str
    support: int = 0
    strain: int = 0


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


def find_mentions(
    speeches: Iterable[Speech], *, nlp: Language, lexicon: RelationLexicon
) -> Iterator[Mention]:
    """Find relations in what is said. `nlp` must find sentences.

    Left out is what is somebody else's ("her mother"), and what is said not to be there
    ("I don't have a sponsor"). It finds words, not people: two sisters are one relation.
    """
    from spacy.matcher import PhraseMatcher

    known = PhraseMatcher(nlp.vocab, attr="LOWER")
    signs = PhraseMatcher(nlp.vocab, attr="LOWER")
    for relation in lexicon.relations:
        known.add(relation.name, [nlp.make_doc(word) for word in relation.words])
    signs.add("support", [nlp.make_doc(word) for word in lexicon.support])
    signs.add("strain", [nlp.make_doc(word) for word in lexicon.strain])
    by_name = {relation.name: relation for relation in lexicon.relations}
    # A curly apostrophe is one character as well, so that places stay what they are.
    pairs = ((speech.text.replace("’", "'"), speech) for speech in speeches)
    for doc, speech in nlp.pipe(pairs, as_tuples=True, batch_size=64):
        found: dict[tuple[int, str], Span] = {}
        for key, start, end in known(doc):
            name, words = nlp.vocab.strings[key], doc[start:end]
            if _theirs(words, by_name[name], lexicon):
                found.setdefault((words.sent.start, name), words.sent)
        tells = [(nlp.vocab.strings[key], start) for key, start, _ in signs(doc)] if found else []
        for (_, name), sentence in sorted(found.items(), key=lambda item: item[0]):
            own = [tell for tell, at in tells if sentence.start <= at < sentence.end]
            said = speech.text[sentence.start_char : sentence.end_char]
            yield Mention(
                transcript=speech.transcript,
                participant=speech.participant,
                relation=name,
                start=speech.start + sentence.start_char,
                end=speech.start + sentence.end_char,
                text=" ".join(said.split()),
                support=own.count("support"),
                strain=own.count("strain"),
            )


def ties_of(
    mentions: Iterable[Mention],
    passages: Iterable[CodedPassage],
    lexicon: RelationLexicon,
) -> tuple[Tie, ...]:
    """Join mentions into ties, and suggest of each whether it is support, strain or both.

    A sentence inside a passage that people coded as facilitator or barrier counts by that,
    else by its words.
    """
    coded: dict[str, list[CodedPassage]] = defaultdict(list)
    for item in passages:
        if not item.machine and (_HELPS | _HINDERS) & set(item.facets):
            coded[item.transcript].append(item)
    grouped: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        weighed = _by_codings(mention, coded[mention.transcript])
        grouped[mention.participant, mention.relation].append(weighed)
    order = {relation.name: relation for relation in lexicon.relations}
    places = {name: place for place, name in enumerate(order)}
    keys = sorted(grouped, key=lambda key: (natural(key[0]), places[key[1]]))
    return tuple(
        Tie(who, order[name], _quality(grouped[who, name]), tuple(grouped[who, name]))
        for who, name in keys
    )


def _theirs(found: Span, relation: Relation, lexicon: RelationLexicon) -> bool:
    """Tell whether a word for a relation is about the speaker's own tie."""
    doc: Doc = found.doc
    first = found.sent.start
    before = [token.lower_ for token in doc[max(first, found.start - _BEFORE) : found.start]]
    joined = " " + " ".join(before) + " "
    if any(f" {phrase} " in joined for phrase in lexicon.none):
        return False
    near = before[-2:]
    if lexicon.others & set(near) and not lexicon.mine & set(near[-1:]):
        return False
    word = found.text
    if word.lower() in lexicon.capitals and not word.isupper():
        return False
    if not relation.own or lexicon.mine & set(before):
        return True
    return word.lower() in lexicon.names and not lexicon.articles & set(before)


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
