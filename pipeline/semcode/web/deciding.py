"""Endpoints that decide: each is stored once for the page's own id of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from semcode.errors import InputError
from semcode.study.review import Shown
from semcode.web.asking import Fields
from semcode.web.filtering import filters
from semcode.web.showing import not_blind
from semcode.web.site import Asked, Endpoint

__all__ = ["ENDPOINTS"]

_MOST_SECONDS = 86_400.0


def accept(asked: Asked) -> object:
    """Accept a suggestion, perhaps with another span."""
    not_blind(asked)
    segment, code, request = _suggestion(asked.fields)
    made = _made(asked.fields)
    return asked.review.accept(asked.coder, segment, code, request=request, **made)


def reject(asked: Asked) -> object:
    """Reject a suggestion."""
    not_blind(asked)
    segment, code, request = _suggestion(asked.fields)
    noted = _noted(asked.fields)
    return asked.review.reject(asked.coder, segment, code, request=request, **noted)


def change(asked: Asked) -> object:
    """Give another code than the suggested one."""
    not_blind(asked)
    segment, code, request = _suggestion(asked.fields)
    to_code, made = asked.fields.text("to_code", longest=200), _made(asked.fields)
    return asked.review.change(asked.coder, segment, code, to_code, request=request, **made)


def unsure(asked: Asked) -> object:
    """Set a suggestion aside as unsure."""
    not_blind(asked)
    segment, code, request = _suggestion(asked.fields)
    noted = _noted(asked.fields)
    return asked.review.unsure(asked.coder, segment, code, request=request, **noted)


def skip(asked: Asked) -> object:
    """Leave a suggestion for later."""
    not_blind(asked)
    segment, code, request = _suggestion(asked.fields)
    return asked.review.skip(
        asked.coder, segment, code, request=request, shown=_shown(asked.fields)
    )


def code(asked: Asked) -> object:
    """Code a span."""
    fields = asked.fields
    return asked.review.code(
        asked.coder,
        fields.text("transcript"),
        fields.integer("start"),
        fields.integer("end"),
        fields.text("code", longest=200),
        facets=fields.texts("facets"),
        memo=fields.text("memo", ""),
        seconds=_seconds(fields),
        blind=asked.blind,
        request=fields.request(),
    )


def remove(asked: Asked) -> object:
    """Take a coding away."""
    guid = asked.fields.text("coding", longest=100)
    return asked.review.remove(asked.coder, guid, request=asked.fields.request())


def edit(asked: Asked) -> object:
    """Alter a coding."""
    fields = asked.fields
    return asked.review.edit(
        asked.coder,
        fields.text("coding", longest=100),
        start=fields.optional_integer("start"),
        end=fields.optional_integer("end"),
        facets=fields.texts("facets") if fields.has("facets") else None,
        memo=fields.optional_text("memo"),
        code=fields.optional_text("code"),
        request=fields.request(),
    )


def read(asked: Asked) -> object:
    """Mark segments as read: no more code here."""
    segments = asked.fields.integers("segments")
    return asked.review.read(
        asked.coder, segments, blind=asked.blind, request=asked.fields.request()
    )


def undo(asked: Asked) -> object:
    """Take this coder's newest act back."""
    return asked.review.undo(asked.coder, request=asked.fields.request())


def redo(asked: Asked) -> object:
    """Do again what was taken back last."""
    return asked.review.redo(asked.coder, request=asked.fields.request())


def preview_bulk(asked: Asked) -> object:
    """Count what a bulk decision would touch."""
    not_blind(asked)
    return asked.review.preview_bulk(
        asked.coder, _verdict(asked.fields), filters(asked.fields.record("filters"))
    )


def bulk(asked: Asked) -> object:
    """Accept or reject all that the filters let through, as one act."""
    not_blind(asked)
    return asked.review.bulk(
        asked.coder,
        _verdict(asked.fields),
        filters(asked.fields.record("filters")),
        expected=asked.fields.integer("expected"),
        preview=asked.fields.text("preview", ""),
        request=asked.fields.request(),
    )


def settle(asked: Asked) -> object:
    """Settle a difference between coders as the consensus."""
    not_blind(asked)
    fields = asked.fields
    return asked.review.settle(
        asked.coder,
        fields.text("transcript"),
        fields.integer("start"),
        fields.integer("end"),
        fields.texts("codes"),
        rationale=fields.text("rationale", ""),
        coders=fields.texts("coders"),
        request=fields.request(),
    )


def _suggestion(fields: Fields) -> tuple[int, str, str]:
    """Give the segment, the code, and the page's id of the decision."""
    return fields.integer("segment"), fields.text("code", longest=200), fields.request()


def _made(fields: Fields) -> dict[str, Any]:
    """Give what a coding is made with; start and end come together or not at all."""
    if fields.has("start") != fields.has("end"):
        raise InputError("A span needs both ends.", remedy="Load the page again.")
    return {
        "start": fields.optional_integer("start"),
        "end": fields.optional_integer("end"),
        "facets": fields.texts("facets"),
        "memo": fields.text("memo", ""),
        "seconds": _seconds(fields),
        "shown": _shown(fields),
    }


def _noted(fields: Fields) -> dict[str, Any]:
    return {
        "note": fields.text("note", ""),
        "seconds": _seconds(fields),
        "shown": _shown(fields),
    }


def _shown(fields: Fields) -> Shown | None:
    """Give the score that the page showed, which may have moved since; None for that of now."""
    score = fields.number("score", low=0, high=1)
    return None if score is None else Shown(score, fields.text("model", "", longest=200))


def _seconds(fields: Fields) -> float | None:
    return fields.number("seconds", low=0, high=_MOST_SECONDS)


def _verdict(fields: Fields) -> str:
    return fields.choice("verdict", ("accept", "reject"))


ENDPOINTS: Mapping[str, Endpoint] = {
    "accept": accept,
    "reject": reject,
    "change": change,
    "unsure": unsure,
    "skip": skip,
    "code": code,
    "remove": remove,
    "edit": edit,
    "read": read,
    "undo": undo,
    "redo": redo,
    "bulk/preview": preview_bulk,
    "bulk": bulk,
    "settle": settle,
}
