"""Filters of suggestions, as a request names them."""

from __future__ import annotations

from semcode.errors import InputError
from semcode.study.review import Filters
from semcode.web.asking import Fields

__all__ = ["filters"]

_STATUS = ("open", "skipped", "accepted", "rejected", "changed", "unsure")


def filters(fields: Fields) -> Filters:
    """Read filters; what is not named lets everything through."""
    return Filters(
        transcripts=fields.texts("transcripts"),
        codes=fields.texts("codes"),
        levels=fields.texts("levels"),
        participants=fields.texts("participants"),
        attributes=_pairs(fields.texts("attributes")),
        status=fields.choice("status", _STATUS, "open"),
        min_score=fields.number("min_score", low=0, high=1),
        max_score=fields.number("max_score", low=0, high=1),
        assigned=fields.flag("assigned"),
    )


def _pairs(values: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Pair names and values, which come one after the other."""
    if len(values) % 2:
        raise InputError("An attribute has no value.", remedy="Load the page again.")
    return tuple(zip(values[::2], values[1::2], strict=True))
