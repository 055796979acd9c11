"""Find where participants speak of their people and organisations, by words and by first names."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from semcode.findings.addressing import addressed
from semcode.findings.relations import Relation, RelationLexicon

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.matcher import PhraseMatcher
    from spacy.tokens import Doc, Span, Token

__all__ = ["Mention", "Speech", "find_mentions"]

_WORD = re.compile(r"[^\W\d_]+|\d+")
_BEFORE = 4  # words before a relation that can say whose it is
_ON = 2  # sentences that go on about a tie ("She helps me.") where no other is named


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


def find_mentions(
    speeches: Iterable[Speech], *, nlp: Language, lexicon: RelationLexicon
) -> Iterator[Mention]:
    """Find relations in what is said. `nlp` must find sentences.

    Left out is what is somebody else's ("her mother", "my mother's boyfriend"), said not to
    be there ("I don't have a sponsor"), the speaker's own part ("I'm a nurse") or address
    ("she said, Mama, look"). A name given once ("my sponsor, Miss Pat") is found wherever
    that participant says it again. It finds words, not people: two sisters are one relation.
    """
    known, signs = _matchers(nlp, lexicon)
    words = frozenset(_key(word) for r in lexicon.relations for word in r.words)
    own: dict[str, list[Speech]] = defaultdict(list)
    for speech in speeches:
        own[speech.participant].append(speech)
    for said in own.values():
        yield from _of_participant(said, words, known, signs, nlp, lexicon)


def _of_participant(
    said: Sequence[Speech],
    words: frozenset[str],
    known: PhraseMatcher,
    signs: PhraseMatcher,
    nlp: Language,
    lexicon: RelationLexicon,
) -> Iterator[Mention]:
    """Find one participant's mentions, first by words, then by the names that came with them."""
    by_name = {relation.name: relation for relation in lexicon.relations}
    docs = dict(_docs(nlp, said, [p for p, s in enumerate(said) if words & _words(s.text)]))
    found: dict[int, dict[tuple[int, int], set[str]]] = defaultdict(lambda: defaultdict(set))
    names: dict[str, str] = {}
    for place, doc in docs.items():
        for span, name in _spans(doc, known):
            if _theirs(span, by_name[name], lexicon):
                found[place][span.sent.start, span.sent.end].add(name)
                if alias := _name_beside(span, lexicon):
                    names.setdefault(alias, name)
    named = [p for p, s in enumerate(said) if any(name in s.text for name in names)]
    docs |= dict(_docs(nlp, said, [place for place in named if place not in docs]))
    for place in named:
        for sentence, name in _by_name(docs[place], names):
            found[place][sentence.start, sentence.end].add(name)
    for place in sorted(found):
        yield from _mentions(docs[place], said[place], found[place], signs)


def _docs(
    nlp: Language, speeches: Sequence[Speech], places: Iterable[int]
) -> Iterator[tuple[int, Doc]]:
    # A curly apostrophe is one character as well, so that places stay what they are.
    pairs = ((speeches[place].text.replace("’", "'"), place) for place in places)
    for doc, place in nlp.pipe(pairs, as_tuples=True, batch_size=64):
        yield place, doc


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


def _key(phrase: str) -> str:
    """Give the longest word of a phrase: without it the phrase is not there."""
    found: list[str] = _WORD.findall(phrase)
    return max(found, key=len)


def _matchers(nlp: Language, lexicon: RelationLexicon) -> tuple[PhraseMatcher, PhraseMatcher]:
    from spacy.matcher import PhraseMatcher

    known = PhraseMatcher(nlp.vocab, attr="LOWER")
    signs = PhraseMatcher(nlp.vocab, attr="LOWER")
    for relation in lexicon.relations:
        known.add(relation.name, [nlp.make_doc(word) for word in relation.words])
    signs.add("support", [nlp.make_doc(word) for word in lexicon.support])
    signs.add("strain", [nlp.make_doc(word) for word in lexicon.strain])
    return known, signs


def _spans(doc: Doc, known: PhraseMatcher) -> list[tuple[Span, str]]:
    """Give what matches, without what lies in something longer: a case manager is no manager."""
    found = [(doc[start:end], doc.vocab.strings[key]) for key, start, end in known(doc)]
    return [
        (span, name)
        for span, name in found
        if not any(
            o.start <= span.start and span.end <= o.end and len(o) > len(span) for o, _ in found
        )
    ]


def _mentions(
    doc: Doc,
    speech: Speech,
    sentences: Mapping[tuple[int, int], set[str]],
    signs: PhraseMatcher,
) -> Iterator[Mention]:
    tells = [(doc.vocab.strings[key], start) for key, start, _ in signs(doc)]
    starts = [sentence.start for sentence in doc.sents]
    taken = {start for start, _ in sentences}
    for (start, end), names in sorted(sentences.items()):
        until = end
        for later in [s for s in starts if s >= end][:_ON]:
            if later in taken:
                break
            until = next((s for s in starts if s > later), len(doc))
        own = [tell for tell, at in tells if start <= at < until]
        sentence = doc[start:end]
        for name in sorted(names):
            yield Mention(
                transcript=speech.transcript,
                participant=speech.participant,
                relation=name,
                start=speech.start + sentence.start_char,
                end=speech.start + sentence.end_char,
                text=" ".join(speech.text[sentence.start_char : sentence.end_char].split()),
                support=own.count("support"),
                strain=own.count("strain"),
            )


def _theirs(found: Span, relation: Relation, lexicon: RelationLexicon) -> bool:
    """Tell whether a word for a relation is about the speaker's own tie."""
    doc: Doc = found.doc
    first = max(found.sent.start, found.start - _BEFORE)
    before = [token.lower_ for token in doc[first : found.start]]
    joined = " " + " ".join(before) + " "
    after = [token.lower_ for token in doc[found.end : found.end + 2]]
    word = found.text
    near = before[-2:]
    if (
        any(f" {phrase} " in joined for phrase in lexicon.none)
        or any(joined.endswith(f" {phrase} ") for phrase in lexicon.part)
        or (word.lower() in lexicon.verbs and near[-1:] == ["to"])
        or (after[:1] and after[0] in lexicon.things)
        or (after[:1] == ["'s"] and after[1:] and after[1] in _kin(lexicon))
        or (near[-1:] == ["'s"] and near[0] not in lexicon.pronouns)
        or (lexicon.others & set(near) and not lexicon.mine & set(near[-1:]))
        or (word.lower() in lexicon.capitals and not word.isupper())
        or (to := addressed(found, lexicon))
    ):
        return False
    if not relation.own or lexicon.mine & set(before) or found[0].lower_ in ("the", "a"):
        return True
    if lexicon.speaker & set(before) and lexicon.having & set(before):
        return True
    if word.lower() not in lexicon.names or lexicon.articles & set(before):
        return False
    called = bool(after) and after[0] == "," and bool(near) and near[-1] in lexicon.address
    return word[:1].isupper() and (to is False or not called)


def _kin(lexicon: RelationLexicon) -> frozenset[str]:
    return frozenset(word for r in lexicon.relations if r.own for word in r.words)


def _name_beside(found: Span, lexicon: RelationLexicon) -> str:
    """Give the name that stands beside a relation ("my sponsor, Miss Pat"), "" where none does."""
    doc: Doc = found.doc
    rest = list(doc[found.end : found.end + 5])
    if rest and rest[0].text in (",", ".", "is", "named"):
        title = len(rest) > 1 and rest[1].lower_.rstrip(".") in lexicon.titles
        if rest[0].text == "." and not title:
            return ""
        rest = rest[1:]
    if rest and rest[0].lower_.rstrip(".") in lexicon.titles:
        name = [token for token in rest[1:3] if token.text != "."][:1]
        return f"{rest[0].text} {name[0].text}" if name and _is_name(name[0], lexicon) else ""
    if rest and _is_name(rest[0], lexicon) and not rest[0].is_sent_start:
        return str(rest[0].text)
    ahead = list(doc[max(found.sent.start, found.start - 3) : found.start])
    if len(ahead) == 3 and ahead[1].text in (",", "is", "'s") and ahead[2].lower_ in lexicon.mine:
        return str(ahead[0].text) if _is_name(ahead[0], lexicon) else ""
    return ""


def _is_name(token: Token, lexicon: RelationLexicon) -> bool:
    text = token.text
    return (
        text.istitle()
        and text.isalpha()
        and len(text) > 1
        and text.lower() not in lexicon.no_names
        and not token.is_stop
    )


def _by_name(doc: Doc, names: Mapping[str, str]) -> Iterator[tuple[Span, str]]:
    """Give the sentences in which a name stands as whole words, with whose relation it is."""
    for name, relation in names.items():
        at = doc.text.find(name)
        while at >= 0:
            span = doc.char_span(at, at + len(name))
            if span is not None:
                yield span.sent, relation
            at = doc.text.find(name, at + len(name))
