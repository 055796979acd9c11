"""Recognise people whom a model from elsewhere had learned from, without keeping their words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

__all__ = ["marks_of", "recognised"]

#: Only passages of so many words are marked: nobody hits on one by trying what may be said.
_WORDS = 12
#: Passages of a transcript that are marked; a file that was corrected keeps most of them.
_MARKS = 5

_WORD = re.compile(r"\w+")

Marks = Mapping[str, Any]


def marks_of(texts: Sequence[str], transcripts: Sequence[str]) -> dict[str, Any]:
    """Give what a model file may tell of the passages that it learned from.

    Five passages a transcript of 12 words or more, each as a salted hash of its words: who
    has the passage can tell that it was learned from, nobody can read it there.
    """
    salt = sha256("\n".join(sorted(texts)).encode("utf-8", "replace")).hexdigest()
    by: dict[str, set[str]] = {}
    for text, transcript in zip(texts, transcripts, strict=True):
        by.setdefault(transcript, set()).add(_mark(salt, text))
    chosen = (sorted(own - {""})[:_MARKS] for own in by.values())
    return {"salt": salt, "marks": sorted(mark for own in chosen for mark in own)}


def recognised(marks: Marks | None, texts: Sequence[str], people: Sequence[str]) -> list[str]:
    """Name the people of whom a passage is marked; none where a model has no marks."""
    if not marks:
        return []
    known, salt = set(marks["marks"]), str(marks["salt"])
    pairs = zip(texts, people, strict=True)
    return sorted({who for text, who in pairs if _mark(salt, text) in known})


def _mark(salt: str, text: str) -> str:
    """Hash the words of a passage; "" for a short one."""
    said = _WORD.findall(text.casefold())
    if len(said) < _WORDS:
        return ""
    return sha256(f"{salt} {' '.join(said)}".encode("utf-8", "replace")).hexdigest()[:16]
