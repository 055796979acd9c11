"""Store a decision on topics once: its line, the spans that it rests on, and what it came to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.store.topics import Place, Span, TopicDecision
from semcode.study.topics.shown import TopicDone
from semcode.study.topics.viewing import Now, now

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["Make", "open_topic", "record", "spans_of", "the_topic", "topics_now"]

#: Makes the line, the spans it rests on, and what is to be said of it.
Make = Callable[[Connection, Now], tuple[TopicDecision, Sequence[Span], TopicDone]]

_LONGEST_NAME, _LONGEST_REQUEST = 200, 36


def record(study: Study, coder: str, make: Make, *, note: str, request: str | None) -> TopicDone:
    """Do and store what `make` gives, in one transaction; once for each request.

    A coder who is new becomes one. Raises InputError where nobody is named, where topics
    were not found yet, and what `make` raises.
    """
    who = _named(coder)
    if request is not None and not 0 < len(request) <= _LONGEST_REQUEST:
        raise InputError("A request is an id of up to 36 characters.", remedy="Give a new uuid.")
    with study.database.write() as connection:
        store.people.coder_id(connection, who)
        first = store.topics.by_request(connection, request) if request else None
        if first is not None:
            return _again(first, who)
        line, spans, done = make(connection, topics_now(connection))
        line = replace(line, coder=who, note=note.strip(), request=request)
        key = store.topics.append(connection, line)
        store.topics.add_spans(connection, key, spans)
    return replace(done, decision=key)


def topics_now(connection: Connection) -> Now:
    """Read the topics of today. Raises InputError before they were found."""
    found = now(connection)
    if found is None:
        raise InputError("No topics were found yet.", remedy="Find them first: semcode topics")
    return found


def the_topic(found: Now, topic: str) -> str:
    """Give the id of a topic that is there today. Raises InputError for another."""
    there = sorted({label for label in found.standing.labels if label}, key=_number)
    key = next((k for k in there if k.casefold() == topic.strip().casefold()), None)
    if key is not None:
        return key
    became = found.standing.became.get(topic.strip().upper())
    raise InputError(
        f"There is no topic {topic!r}.",
        remedy=f"It is part of {found.standing.now(became)} now."
        if became
        else f"Use one of: {', '.join(there) or 'none'}.",
    )


def open_topic(found: Now, topic: str) -> str:
    """Give the id of a topic that nobody accepted or rejected. Raises InputError for another."""
    key = the_topic(found, topic)
    row = found.rows.get(key)
    line = found.standing.verdict(key, row.within if row else None)
    if line is not None:
        done = "rejected" if line.code is None else "accepted"
        raise InputError(
            f"{key} was {done} by {line.coder}.", remedy=f"Take that back first: --take-back {key}"
        )
    return key


def spans_of(members: Sequence[Place], parts: Sequence[str] | None = None) -> list[Span]:
    """Give the spans of segments, each with the topic that the fit gave it."""
    return [
        Span(*p[:3], topic=p.topic or "", part=parts[n] if parts else None, likeness=p.likeness)
        for n, p in enumerate(members)
    ]


def _number(key: str) -> tuple[int, str]:
    return (int(key[1:]) if key[1:].isdigit() else 0, key)


def _named(coder: str) -> str:
    who = coder.strip()
    if not who:
        raise InputError("Nobody is named who decides.", remedy="Add --as NAME.")
    if len(who) > _LONGEST_NAME or not who.isprintable():
        raise InputError(f"{who[:80]!r} cannot be a coder's name.", remedy="Use up to 200 letters.")
    return who


def _again(line: TopicDecision, coder: str) -> TopicDone:
    if line.coder != coder:
        raise InputError(
            "This request was stored for another decision.",
            where="request",
            remedy="Give each decision a uuid of its own.",
        )
    return TopicDone(
        decision=line.id,
        topics=(line.made,) if line.made else line.topics,
        said=("This was stored before.",),
        code=line.code,
        codebook_version=line.codebook_version,
        repeated=True,
    )
