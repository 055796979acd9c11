"""Decide on topics: merge, split, rename and reject them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.store.topics import Span, TopicDecision
from semcode.study.progress import Silent
from semcode.study.topics.finding import describe_made
from semcode.study.topics.identity import new_ids
from semcode.study.topics.material import gather
from semcode.study.topics.recording import open_topic, record, spans_of, the_topic, topics_now
from semcode.study.topics.replaying import GATHER, MERGE, REJECT, RENAME, SPLIT
from semcode.study.topics.shown import TopicDone
from semcode.study.topics.viewing import Now
from semcode.topics import divide
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = [
    "decisions_on",
    "gather_topic",
    "merge_topics",
    "reject_topic",
    "rename_topic",
    "split_topic",
]

_LONGEST = 200
_FEWEST = 2


def decisions_on(study: Study) -> list[TopicDecision]:
    """List all decisions on topics, the newest first."""
    with study.database.read() as connection:
        return store.topics.decisions(connection)[::-1]


def reject_topic(
    study: Study, topic: str, coder: str, *, note: str = "", request: str | None = None
) -> TopicDone:
    """Reject a topic: it stays rejected when topics are found again.

    Raises InputError for a topic that is not there, or was accepted or rejected.
    """

    def make(_: Connection, found: Now) -> tuple[TopicDecision, Sequence[Span], TopicDone]:
        key = open_topic(found, topic)
        said = (f"Rejected {key}: it will not come back when topics are found again.",)
        line = TopicDecision(coder, REJECT, (key,))
        return line, spans_of(found.members(key)), TopicDone(0, (key,), said)

    return record(study, coder, make, note=note, request=request)


def rename_topic(
    study: Study, topic: str, name: str, coder: str, *, note: str = "", request: str | None = None
) -> TopicDone:
    """Call a topic something. Raises InputError for no name or a topic that is not there."""
    called = " ".join(name.split())
    if not called or len(called) > _LONGEST:
        raise InputError("A topic's name has 1 to 200 letters.", remedy="Give it another name.")

    def make(_: Connection, found: Now) -> tuple[TopicDecision, Sequence[Span], TopicDone]:
        key = the_topic(found, topic)
        line = TopicDecision(coder, RENAME, (key,), name=called)
        done = TopicDone(0, (key,), (f"{key} is called {called!r} now.",))
        return line, spans_of(found.members(key)), done

    return record(study, coder, make, note=note, request=request)


def merge_topics(
    study: Study,
    topics: Sequence[str],
    coder: str,
    *,
    name: str = "",
    note: str = "",
    request: str | None = None,
) -> TopicDone:
    """Make one topic of two or more. Raises InputError for fewer, or for one decided on."""

    def make(connection: Connection, found: Now) -> tuple[TopicDecision, Sequence[Span], TopicDone]:
        keys = tuple(dict.fromkeys(open_topic(found, topic) for topic in topics))
        if len(keys) < 2:
            raise InputError("A merge needs two topics.", remedy="Name them: --merge T1,T2")
        made = new_ids(store.topics.ids(connection), 1)[0]
        members = [place for key in keys for place in found.members(key)]
        line = TopicDecision(coder, MERGE, keys, made=made)
        done = TopicDone(0, (made,), (f"Merged {' and '.join(keys)} into {made}.",))
        return line, spans_of(members), done

    done = record(study, coder, make, note=note, request=request)
    if name and not done.repeated:
        rename_topic(study, done.topics[0], name, coder)
    describe_made(study)
    return done


def gather_topic(
    study: Study,
    spans: Sequence[tuple[str, int, int]],
    coder: str,
    *,
    name: str = "",
    note: str = "",
    request: str | None = None,
) -> TopicDone:
    """Make a topic of segments that somebody selected, whatever topic they were in.

    `spans` are a transcript's name, start and end each. Raises InputError where fewer than
    two of them are segments of the topics of today.
    """

    def make(connection: Connection, found: Now) -> tuple[TopicDecision, Sequence[Span], TopicDone]:
        ids: dict[str, int] = {}
        for transcript in {span[0] for span in spans}:
            known = store.queue.key_of(connection, transcript)
            ids |= {transcript: known[0]} if known else {}
        wanted = {(ids.get(transcript, 0), start, end) for transcript, start, end in spans}
        members = [place for place in found.places if place[:3] in wanted]
        if len(members) < _FEWEST:
            raise InputError(
                f"A topic needs {_FEWEST} passages at least.",
                remedy="Select more; where transcripts changed, find topics again first.",
            )
        made = new_ids(store.topics.ids(connection), 1)[0]
        rows = [Span(*place[:3], made, made, place.likeness) for place in members]
        said = (f"Made {made} of {counted(len(members), 'passage')}.",)
        return TopicDecision(coder, GATHER, (), made=made), rows, TopicDone(0, (made,), said)

    done = record(study, coder, make, note=note, request=request)
    if name.strip() and not done.repeated:
        rename_topic(study, done.topics[0], name, coder)
    describe_made(study)
    return done


def split_topic(
    study: Study,
    topic: str,
    coder: str,
    *,
    parts: int = 2,
    note: str = "",
    request: str | None = None,
) -> TopicDone:
    """Cluster a topic's segments again, into 2 or more parts.

    Raises InputError where there are fewer than 3 segments for each, for a topic that was
    decided on, and where transcripts changed since topics were found.
    """
    material = gather(study, Silent())
    with study.database.read() as connection:
        run = topics_now(connection).run

    def make(connection: Connection, found: Now) -> tuple[TopicDecision, Sequence[Span], TopicDone]:
        key = open_topic(found, topic)
        members = found.members(key)
        rows = [material.row.get(place[:3]) for place in members]
        own = [row for row in rows if row is not None]
        if len(own) < len(rows):
            raise InputError(
                "The transcripts changed since the topics were found.",
                remedy="Find them again first: semcode topics",
            )
        labels = divide(material.vectors[own], parts=parts, seed=run.seed)
        made = new_ids(store.topics.ids(connection), len(set(labels.tolist())))
        line = TopicDecision(coder, SPLIT, (key,), detail={"parts": made})
        said = (f"Split {key} into {', '.join(made)}.",)
        spans = spans_of(members, [made[int(label)] for label in labels])
        return line, spans, TopicDone(0, tuple(made), said)

    done = record(study, coder, make, note=note, request=request)
    describe_made(study)
    return done
