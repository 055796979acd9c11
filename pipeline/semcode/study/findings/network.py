"""Social networks in the study: ties found in what was said, and what people decided of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import NAMESPACE_URL, uuid5

from semcode import embed, store
from semcode.errors import InputError
from semcode.findings.coded import CodedStudy
from semcode.findings.mentions import Mention, Speech, find_mentions
from semcode.findings.relations import relation_lexicon
from semcode.findings.ties import QUALITIES, Tie, ties_of
from semcode.records import Role
from semcode.store.memos import Memo

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["as_decided", "decide_tie", "settle_tie", "study_ties", "undecided_ties"]

_TIE = "tie"
_NAMESPACE = uuid5(NAMESPACE_URL, "semcode:tie")
_LONGEST = 64


def study_ties(study: Study, data: CodedStudy) -> tuple[Tie, ...]:
    """Find every participant's ties, with what people decided before.

    Raises ConfigError for a language without words for relations.
    """
    return as_decided(study, undecided_ties(study, data))


def undecided_ties(study: Study, data: CodedStudy) -> tuple[Tie, ...]:
    """Find every participant's ties, without what people decided.

    Raises ConfigError for a language without words for relations.
    """
    language = study.codebook().language
    lexicon = relation_lexicon(language)
    found = _mentions(language, tuple(_speeches(study)))
    return tuple(ties_of(found, data.passages, lexicon))


def as_decided(study: Study, ties: Sequence[Tie]) -> tuple[Tie, ...]:
    """Give ties as people decided on them."""
    decided = _decided(study)
    return tuple(_with(tie, decided) for tie in ties)


def decide_tie(study: Study, ties: Sequence[Tie], which: str, *, accept: bool, coder: str) -> Tie:
    """Accept `participant:tie`, or with `=quality`, or reject it; every decision is kept.

    Raises InputError for a tie that was not found, an unknown quality, or nobody named.
    """
    named, _, quality = (part.strip() for part in which.partition("="))
    person, _, name = (part.strip() for part in named.rpartition(":"))
    tie = next((t for t in ties if (t.participant, t.relation.name) == (person, name)), None)
    if tie is None:
        own = ", ".join(t.relation.name for t in ties if t.participant == person)
        raise InputError(
            f"There is no tie {which!r}.",
            remedy=f"Write PARTICIPANT:TIE; {person or 'this participant'} has: {own or 'none'}.",
        )
    return settle_tie(
        study, tie, "accepted" if accept else "rejected", quality=quality, coder=coder
    )


def settle_tie(study: Study, tie: Tie, state: str, *, quality: str = "", coder: str) -> Tie:
    """Make a tie accepted, rejected, or (suggested) undecided again; every decision is kept.

    `quality` is what it is accepted as, "" for what it was found to be. Raises InputError for
    an unknown quality, or nobody named.
    """
    if quality and quality not in QUALITIES:
        raise InputError(
            f"A tie cannot be {quality!r}.", remedy=f"Use one of: {', '.join(QUALITIES)}."
        )
    if not coder.strip():
        raise InputError("Nobody is named who decides.", remedy="Add --as NAME.")
    target = _target(tie)
    text = {"accepted": f"accepted {quality or tie.quality}", "suggested": ""}.get(state, state)
    with study.database.write() as connection:
        store.memos.write(
            connection,
            coder_id=store.people.coder_id(connection, coder.strip()),
            target_kind=_TIE,
            target=target,
            text=text,
            guid=str(uuid5(_NAMESPACE, target)),
        )
    undecided = replace(tie, state="suggested", by="", at="")
    return _with(undecided, _decided(study))


@lru_cache(maxsize=1)
def _mentions(language: str, speeches: tuple[Speech, ...]) -> tuple[Mention, ...]:
    """Find relations in what is said; the last study's are kept, for parsing takes seconds."""
    lexicon = relation_lexicon(language)
    return tuple(find_mentions(speeches, nlp=embed.spacy_pipeline(language), lexicon=lexicon))


def _decided(study: Study) -> Mapping[str, Memo]:
    with study.database.read() as connection:
        return {m.target: m for m in store.memos.memos(connection, target_kind=_TIE)}


def _with(tie: Tie, decided: Mapping[str, Memo]) -> Tie:
    memo = decided.get(_target(tie))
    if memo is None:
        return tie
    state, _, quality = memo.text.partition(" ")
    return replace(tie, state=state, quality=quality or tie.quality, by=memo.coder, at=memo.at)


def _target(tie: Tie) -> str:
    plain = f"{tie.participant}|{tie.relation.name}"
    return plain if len(plain) <= _LONGEST else str(uuid5(_NAMESPACE, plain))


def _speeches(study: Study) -> Iterator[Speech]:
    with study.database.read() as connection:
        for row in store.transcripts.rows(connection):
            transcript = store.transcripts.load(connection, row.id)
            who = {
                s.name: s.participant or transcript.name
                for s in transcript.speakers
                if s.role is not Role.INTERVIEWER
            }
            for turn in transcript.turns:
                if turn.speaker in who:
                    text = transcript.text[turn.start : turn.end]
                    yield Speech(transcript.name, who[turn.speaker], turn.start, text)
