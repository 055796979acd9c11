"""Recognise people whom a model from elsewhere had learned from, without keeping their words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from semcode import store
from semcode.store import Database
from semcode.store.queue import Place

__all__ = ["marked", "marks_of", "passages_of", "recognised"]

#: Only passages of so many words are marked: nobody hits on one by trying what may be said.
_WORDS = 12
#: Passages of a transcript that are marked; a file that was corrected keeps most of them.
_MARKS = 5

_WORD = re.compile(r"\w+")

Marks = Mapping[str, Any]


def marks_of(passages: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Give what a model file may tell of the passages, (transcript, text), that it learned from.

    Five passages a transcript of 12 words or more, each as a salted hash of its words: who
    has the passage can tell that it was learned from, nobody can read it there.
    """
    pairs = list(passages)
    texts = "\n".join(sorted(text for _, text in pairs))
    salt = sha256(texts.encode("utf-8", "replace")).hexdigest()
    by: dict[str, set[str]] = {}
    for transcript, text in pairs:
        by.setdefault(transcript, set()).add(_mark(salt, text))
    chosen = (sorted(own - {""})[:_MARKS] for own in by.values())
    return {"salt": salt, "marks": sorted(mark for own in chosen for mark in own)}


def marked(marks: Marks, text: str) -> bool:
    """Tell whether a passage is a marked one."""
    return _mark(str(marks["salt"]), text) in marks["marks"]


def passages_of(database: Database) -> Iterator[tuple[Place, str]]:
    """Give where all passages of a study are, and their own words without the question."""
    with database.read() as connection:
        for row in store.transcripts.rows(connection):
            text = store.transcripts.load(connection, row.id).text
            for place in store.queue.places_in(connection, row.id):
                yield place, text[place.start : place.end]


def recognised(database: Database, marks: Marks | None, people: Iterable[str]) -> list[str]:
    """Name those of some people of whom a passage is marked, coded or not.

    All of a study's passages are looked at: those of a label or an audit are few, and need
    not be the marked ones. Gives nobody where a model has no marks.
    """
    if not marks:
        return []
    found = {place.participant for place, text in passages_of(database) if marked(marks, text)}
    return sorted(found.intersection(people))


def _mark(salt: str, text: str) -> str:
    """Hash the words of a passage; "" for a short one."""
    said = _WORD.findall(text.casefold())
    if len(said) < _WORDS:
        return ""
    return sha256(f"{salt} {' '.join(said)}".encode("utf-8", "replace")).hexdigest()[:16]
