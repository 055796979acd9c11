"""Turn an endpoint's result into JSON, and an error into a sentence for the page."""

from __future__ import annotations

import dataclasses
import json
from datetime import datetime
from enum import Enum
from functools import cache
from pathlib import PurePath

from starlette.responses import Response

from semcode.errors import InputError, SemcodeError, StudyBusyError, StudyError

__all__ = ["answer", "error_answer", "plain_error"]


def answer(value: object, *, status: int = 200) -> Response:
    """Give a value as JSON; records become objects."""
    text = json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))
    return Response(
        text.encode("utf-8", "replace"), status_code=status, media_type="application/json"
    )


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: getattr(value, name) for name in _names(type(value))}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, PurePath):
        return value.name
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is no answer")


@cache
def _names(record: type) -> tuple[str, ...]:
    return tuple(f.name for f in dataclasses.fields(record))


def error_answer(error: SemcodeError) -> Response:
    """Give an error with the status that tells the page whether to try again.

    503 passes by itself, 409 may pass when somebody acts, 422 will not.
    """
    status = 500
    if isinstance(error, StudyBusyError):
        status = 503
    elif isinstance(error, StudyError):
        status = 409
    elif isinstance(error, InputError):
        status = 422
    where = error.where if isinstance(error, InputError) else None
    return plain_error(error.what, remedy=error.remedy, where=where, status=status)


def plain_error(
    what: str, *, status: int, remedy: str | None = None, where: str | None = None
) -> Response:
    """Give an error in words."""
    return answer({"error": {"what": what, "remedy": remedy, "where": where}}, status=status)
