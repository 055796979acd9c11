"""Make codings that are right: inside the text, with codes and facets that there are."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy import Connection

from semcode import store
from semcode.codebook import Code, Codebook
from semcode.errors import InputError
from semcode.store.changes import CodingState
from semcode.study.review.changing import Changes, put_coding
from semcode.study.review.desk import Desk

__all__ = [
    "checked_coding",
    "checked_span",
    "checked_text",
    "coding_now",
    "put_or_enrich",
    "refuse_twin",
]

_LONGEST = 100_000


def coding_now(
    coder: str,
    start: int,
    end: int,
    code: str,
    version: int,
    facets: Sequence[str] = (),
    memo: str = "",
) -> CodingState:
    """Make a new coding as of now."""
    return {
        "guid": str(uuid4()),
        "coder": coder,
        "start": start,
        "end": end,
        "code": code,
        "facets": list(facets),
        "memo": memo,
        "created_at": store.codebooks.now(),
        "version": version,
    }


def put_or_enrich(
    connection: Connection, transcript_id: int, coding: CodingState, changes: Changes
) -> str:
    """Store a coding, or add facets and memo to an equal one; give its guid."""
    there = store.changes.find_coding(
        connection,
        transcript_id,
        start=coding["start"],
        end=coding["end"],
        code=coding["code"],
        coder=coding["coder"],
    )
    if there is None:
        put_coding(connection, transcript_id, None, coding, changes)
        return coding["guid"]
    richer: CodingState = {
        **there,
        "facets": coding["facets"] or there["facets"],
        "memo": coding["memo"] or there["memo"],
    }
    put_coding(connection, transcript_id, there, richer, changes)
    return there["guid"]


def checked_span(
    desk: Desk, connection: Connection, transcript_id: int, span: tuple[int, int]
) -> tuple[int, int]:
    """Check a span and leave white space at its edges out."""
    text = desk.words(connection, transcript_id).text
    start, end = span
    if not 0 <= start < end <= len(text) or not text[start:end].strip():
        raise InputError(
            f"The span {start} to {end} holds no words of the transcript.",
            where="span",
            remedy="Select the words that the code is for.",
        )
    words = text[start:end]
    return start + len(words) - len(words.lstrip()), end - len(words) + len(words.rstrip())


def checked_coding(book: Codebook, given: Code, coding: CodingState) -> CodingState:
    """Refuse facets that the code does not have, and a memo without end."""
    values = {v for facet in book.facets if facet.name in given.facets for v in facet.values}
    for value in coding["facets"]:
        if value not in values:
            have = ", ".join(sorted(values)) or "none"
            raise InputError(f"{value!r} is no facet of {given.name!r}.", remedy=f"It has: {have}.")
    if len(set(coding["facets"])) < len(coding["facets"]):
        raise InputError("A facet is named twice.", remedy="Name each once.")
    checked_text(coding["memo"], "memo")
    return coding


def checked_text(text: str, what: str) -> str:
    """Refuse a text without end."""
    if len(text) > _LONGEST:
        raise InputError(
            f"The {what} has more than {_LONGEST:,} characters.", remedy="Make it shorter."
        )
    return text


def refuse_twin(connection: Connection, transcript_id: int, coding: CodingState) -> None:
    """Refuse a coding that would equal another one of this coder."""
    twin = store.changes.find_coding(
        connection,
        transcript_id,
        start=coding["start"],
        end=coding["end"],
        code=coding["code"],
        coder=coding["coder"],
    )
    if twin is not None and twin["guid"] != coding["guid"]:
        raise InputError(
            "You have given this span this code already.", remedy="Remove one of the two codings."
        )
