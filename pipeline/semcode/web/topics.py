"""Endpoints of topics: found, shown on a map and in a list, and decided on by people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from semcode.study import topics
from semcode.web.asking import Fields
from semcode.web.finding_topics import command
from semcode.web.showing import not_blind
from semcode.web.site import Asked, Endpoint

__all__ = ["ASKING", "DECIDING"]

#: Points that a browser draws and holds the words of without trouble.
_MOST_POINTS = 20_000
_DECIMALS = 4
_ID, _NAME, _LONG = 20, 300, 5_000
_MOST_PARTS = 5


def page(asked: Asked) -> object:
    """Show the topics with what must be known of them, and whether they are being found."""
    not_blind(asked)
    found = topics.topics_page(asked.review.study)
    if found is None:
        return {"page": None, "job": asked.site.work.now()}
    views = [{**_fields(view), "of_one_person": view.of_one_person} for view in found.topics]
    return {"page": {**_fields(found), "topics": views}, "job": asked.site.work.now()}


def job(asked: Asked) -> object:
    """Say how far the finding of topics is."""
    not_blind(asked)
    return asked.site.work.now()


def on_map(asked: Asked) -> object:
    """Give the places and words of the passages, column by column."""
    not_blind(asked)
    found = topics.topic_map(asked.review.study, most=_MOST_POINTS)
    columns = _fields(found)
    for name in ("x", "y"):
        columns[name] = [round(value, _DECIMALS) for value in columns[name]]
    return columns


def draft(asked: Asked) -> object:
    """Draft a code from a topic, to be edited."""
    not_blind(asked)
    return topics.draft_code(asked.review.study, _topic(asked))


def find(asked: Asked) -> object:
    """Begin to find topics, behind the page."""
    not_blind(asked)
    return asked.site.work.start(command(asked.review.study.folder), by_hand="semcode topics")


def accept(asked: Asked) -> object:
    """Make a topic, as its draft was edited, a code of the codebook."""
    not_blind(asked)
    fields = asked.fields
    return topics.accept_as_code(
        asked.review.study,
        _topic(asked),
        asked.coder,
        name=fields.text("name", longest=_NAME),
        definition=fields.text("definition", ""),
        under=fields.optional_text("under"),
        level=fields.optional_text("level"),
        examples=fields.texts("examples", longest=_LONG),
        note=_note(asked),
        request=fields.request(),
    )


def merge_into_code(asked: Asked) -> object:
    """Let a topic's passages be suggestions of a code that is there."""
    not_blind(asked)
    code = asked.fields.text("code", longest=_NAME)
    return topics.merge_into_code(
        asked.review.study,
        _topic(asked),
        code,
        asked.coder,
        note=_note(asked),
        request=_request(asked),
    )


def merge(asked: Asked) -> object:
    """Make one topic of several."""
    not_blind(asked)
    several = asked.fields.texts("topics", longest=_ID)
    return topics.merge_topics(
        asked.review.study, several, asked.coder, note=_note(asked), request=_request(asked)
    )


def split(asked: Asked) -> object:
    """Make several topics of one."""
    not_blind(asked)
    parts = asked.fields.integer("parts", 2, low=2)
    return topics.split_topic(
        asked.review.study,
        _topic(asked),
        asked.coder,
        parts=min(parts, _MOST_PARTS),
        note=_note(asked),
        request=_request(asked),
    )


def gather(asked: Asked) -> object:
    """Make a topic of the passages that were selected on the map."""
    not_blind(asked)
    name = asked.fields.text("name", "", longest=_NAME)
    return topics.gather_topic(
        asked.review.study, _spans(asked), asked.coder, name=name, request=_request(asked)
    )


def rename(asked: Asked) -> object:
    """Give a topic another name."""
    not_blind(asked)
    name = asked.fields.text("name", longest=_NAME)
    return topics.rename_topic(
        asked.review.study, _topic(asked), name, asked.coder, request=_request(asked)
    )


def reject(asked: Asked) -> object:
    """Set a topic aside for good."""
    not_blind(asked)
    return topics.reject_topic(
        asked.review.study, _topic(asked), asked.coder, note=_note(asked), request=_request(asked)
    )


def take_back(asked: Asked) -> object:
    """Take the newest decision on a topic back."""
    not_blind(asked)
    return topics.take_back(asked.review.study, _topic(asked), asked.coder, request=_request(asked))


def code(asked: Asked) -> object:
    """Give the passages that were selected on the map a code, with one undo for all."""
    not_blind(asked)
    code = asked.fields.text("code", longest=_NAME)
    return asked.review.code_all(asked.coder, _spans(asked), code, request=_request(asked))


def _spans(asked: Asked) -> list[tuple[str, int, int]]:
    rows = [Fields(row) for row in asked.fields.records("spans")]
    return [
        (r.text("transcript", longest=_NAME), r.integer("start"), r.integer("end")) for r in rows
    ]


def _topic(asked: Asked) -> str:
    return asked.fields.text("topic", longest=_ID)


def _note(asked: Asked) -> str:
    return asked.fields.text("note", "", longest=_LONG)


def _request(asked: Asked) -> str:
    return asked.fields.request()


def _fields(record: Any) -> dict[str, Any]:
    """Give a record's fields; what is inside stays as it is."""
    return {name: getattr(record, name) for name in record.__dataclass_fields__}


ASKING: Mapping[str, Endpoint] = {
    "topics": page,
    "topics/map": on_map,
    "topics/draft": draft,
    "topics/job": job,
}
DECIDING: Mapping[str, Endpoint] = {
    "topics/find": find,
    "topics/accept": accept,
    "topics/merge-into-code": merge_into_code,
    "topics/merge": merge,
    "topics/split": split,
    "topics/gather": gather,
    "topics/rename": rename,
    "topics/reject": reject,
    "topics/take-back": take_back,
    "topics/code": code,
}
