"""Accept a topic as a code, new or known: its segments become suggestions of that code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Code, Codebook
from semcode.errors import InputError
from semcode.records import Suggestion
from semcode.store.topics import Place, Span, TopicDecision
from semcode.study.review.codebook_changes import Add, Change, Redefine, apply
from semcode.study.topical import TOPIC
from semcode.study.topics.drafting import draft_code
from semcode.study.topics.overlapping import Overlaps
from semcode.study.topics.recording import open_topic, record, spans_of
from semcode.study.topics.replaying import ACCEPT, INTO
from semcode.study.topics.shown import TopicDone
from semcode.study.topics.viewing import Now
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["accept_as_code", "change_book", "merge_into_code"]

_Made = tuple[TopicDecision, Sequence[Span], TopicDone]


def accept_as_code(
    study: Study,
    topic: str,
    coder: str,
    *,
    name: str | None = None,
    definition: str | None = None,
    include: str = "",
    exclude: str = "",
    examples: Sequence[str] | None = None,
    under: str | None = None,
    level: str | None = None,
    note: str = "",
    request: str | None = None,
) -> TopicDone:
    """Make a code of a topic, in a new version of the codebook.

    None takes what `draft_code` drafts; `under` is a code to place it below, by name or
    guid. The topic's segments become suggestions of the code. Raises InputError for a topic
    that was decided on or is not there, an unknown code above, or no level; CodebookError
    for a name that is taken.
    """
    draft = draft_code(study, topic)
    add = Add(
        name=draft.name if name is None else name,
        definition=draft.definition if definition is None else definition,
        include=include,
        exclude=exclude,
        examples=tuple(draft.examples if examples is None else examples),
        parent=under,
        level=None if under else (draft.level if level is None else level),
    )

    def make(connection: Connection, found: Now) -> _Made:
        key = open_topic(found, topic)
        book, number = change_book(connection, add, coder, f"from topic {key}")
        old = {code.guid for code in store.codebooks.load(connection, number - 1)}
        code = next(code for code in book if code.guid not in old)
        return _offered(study, connection, found, key, code, ACCEPT, number, by=coder.strip())

    return record(study, coder, make, note=note, request=request)


def merge_into_code(
    study: Study,
    topic: str,
    code: str,
    coder: str,
    *,
    examples: Sequence[str] | None = None,
    note: str = "",
    request: str | None = None,
) -> TopicDone:
    """Offer a topic's segments as suggestions of a code that is there, by name or guid.

    Its typical quotes (or `examples`; () for none) become examples of the code, in a new
    version of the codebook. Raises InputError for an unknown code or topic, or one that was
    decided on.
    """
    quotes = tuple(draft_code(study, topic).examples if examples is None else examples)

    def make(connection: Connection, found: Now) -> _Made:
        key = open_topic(found, topic)
        book = store.codebooks.load(connection)
        known = book.get(code)
        if known is None:
            raise InputError(
                f"The codebook has no code {code!r}.",
                remedy="See the codes with: semcode codebook show",
            )
        number = store.codebooks.latest_version(connection)
        new = tuple(text for text in quotes if text not in known.examples)
        if new:
            change = Redefine(known.guid, examples=(*known.examples, *new))
            _, number = change_book(connection, change, coder, f"examples from topic {key}")
        return _offered(
            study, connection, found, key, known, INTO, number, by=coder.strip(), examples=new
        )

    return record(study, coder, make, note=note, request=request)


def change_book(
    connection: Connection, change: Change, coder: str, note: str
) -> tuple[Codebook, int]:
    """Store a changed codebook as a new version; give it with its number."""
    number = store.codebooks.latest_version(connection)
    versions = [store.codebooks.load(connection, n) for n in range(1, number + 1)]
    used = {code.guid for version in versions for code in version}
    changed = apply(versions[-1], change, used=used)
    record = {**changed.record, "by": coder}
    number = store.codebooks.save(
        connection, changed.book, note=note, made_by=coder, changes=[record]
    )
    return changed.book, number


def _offered(
    study: Study,
    connection: Connection,
    found: Now,
    key: str,
    code: Code,
    verdict: str,
    number: int,
    *,
    by: str,
    examples: Sequence[str] = (),
) -> _Made:
    members = found.members(key)
    row = found.rows.get(key)
    terms = list(row.terms) if row else []
    line = TopicDecision(
        "",
        verdict,
        (key,),
        code=code.guid,
        codebook_version=number,
        detail={"terms": terms, "examples": list(examples)},
    )
    told = {"id": key, "terms": terms, "by": by}
    count = _suggest(connection, members, code, told, study.settings.suggest.floor)
    what = "is the new code" if verdict == ACCEPT else "goes into the code"
    offered = f"Suggested for it: {counted(count, 'passage')}; accept or reject them in the queue."
    later = f"{counted(len(members), 'passage')} will be suggested for it: semcode suggest"
    said = (f"{key} {what} {code.name!r}.", offered if count else later)
    done = TopicDone(0, (key,), said, code.guid, number, count)
    return line, spans_of(members), done


def _suggest(
    connection: Connection,
    members: Sequence[Place],
    code: Code,
    topic: Mapping[str, object],
    floor: float,
) -> int:
    """Add suggestions to the run that is shown; 0 where there is none yet."""
    run = store.runs.current(connection)
    if run is None:
        return 0
    found = []
    for transcript in {place.transcript_id for place in members}:
        segments = store.segments.of_transcript(connection, transcript)
        overlaps = Overlaps([(transcript, s.start, s.end) for s in segments])
        for place in (p for p in members if p.transcript_id == transcript):
            evidence = {"method": TOPIC, TOPIC: {**topic, "likeness": place.likeness}}
            found += [
                Suggestion(segments[row].id, code.guid, max(floor, place.likeness), evidence)
                for row in overlaps.rows(place[:3])
            ]
    unique = {(one.segment_id, one.code): one for one in found}
    return store.runs.offer(connection, run.id, list(unique.values()))
