"""Take back decisions on topics, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from semcode import store
from semcode.errors import InputError
from semcode.store.topics import Span, TopicDecision
from semcode.study.review.codebook_changes import Redefine, Retire
from semcode.study.topical import TOPIC
from semcode.study.topics.accepting import change_book
from semcode.study.topics.finding import describe_made
from semcode.study.topics.recording import record
from semcode.study.topics.replaying import ACCEPT, UNDO
from semcode.study.topics.shown import TopicDone
from semcode.study.topics.viewing import Now
from semcode.wording import counted

if TYPE_CHECKING:
    from semcode.study.study import Study

__all__ = ["take_back"]


def take_back(
    study: Study, topic: str, coder: str, *, note: str = "", request: str | None = None
) -> TopicDone:
    """Take the newest decision back that a topic was accepted, made or named by.

    A code that was made of it leaves the codebook where nobody used it; what people coded
    stays. Raises InputError where nothing was decided, or where something decided later
    rests upon it.
    """
    key = topic.strip().upper()

    def make(connection: Connection, found: Now) -> tuple[TopicDecision, Sequence[Span], TopicDone]:
        line = found.standing.last_on(key)
        if line is None:
            raise InputError(f"Nothing was decided on {topic!r}.", remedy="Look at: semcode topics")
        _refuse_below(found, line)
        about = ", ".join(line.topics) or line.made
        said = [f"Took back: {line.verdict} {about}, by {line.coder}."]
        if line.code is not None:
            said += _code_back(connection, line, coder)
        taken = TopicDecision(coder, UNDO, line.topics, undoes=line.id)
        return taken, (), TopicDone(0, line.topics, tuple(said), line.code)

    done = record(study, coder, make, note=note, request=request)
    describe_made(study)
    return done


def _refuse_below(found: Now, line: TopicDecision) -> None:
    made = {line.made, *line.detail.get("parts", ())} - {None}
    later = [
        other
        for other in found.standing.lines
        if other.id > line.id and made & {*other.topics, other.made}
    ]
    if later:
        newest = later[-1]
        raise InputError(
            f"{', '.join(newest.topics)} rests upon this: {newest.verdict}, by {newest.coder}.",
            remedy=f"Take that back first: --take-back {newest.topics[0]}",
        )


def _code_back(connection: Connection, line: TopicDecision, coder: str) -> list[str]:
    """Withdraw the suggestions, and undo in the codebook what can be undone."""
    book = store.codebooks.load(connection)
    code = book.get(str(line.code))
    if code is None:
        return ["Its code is no longer in the codebook."]
    run = store.runs.current(connection)
    gone = store.runs.withdraw(connection, run.id, code.guid, TOPIC) if run else 0
    said = [f"Withdrawn, having rested on it: {counted(gone, 'suggestion')}."] if gone else []
    note = f"topic {line.topics[0]} taken back"
    used = store.codings.count_by_code(connection).get(code.guid, 0)
    if line.verdict != ACCEPT:
        added = set(line.detail.get("examples", ()))
        kept = tuple(text for text in code.examples if text not in added)
        if kept != code.examples:
            change_book(connection, Redefine(code.guid, examples=kept), coder, note)
            said.append(f"Its quotes are no longer examples of {code.name!r}.")
    elif used or book.children(code.name):
        why = (
            f"{counted(used, 'coding has', 'codings have')} it"
            if used
            else "other codes are below it"
        )
        said.append(f"The code {code.name!r} stays: {why}.")
    else:
        change_book(connection, Retire(code.guid), coder, note)
        said.append(f"The code {code.name!r} left the codebook: nobody had used it.")
    return said
