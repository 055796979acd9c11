"""GUIDs as REFI-QDA writes them: any case, with or without braces; compared in one form."""

from __future__ import annotations

import re
from uuid import NAMESPACE_URL, UUID, uuid5

__all__ = ["derived", "is_guid", "normal"]

_FORM = re.compile(r"\{?([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})\}?")
_NAMESPACE: UUID = uuid5(NAMESPACE_URL, "semcode:refi")


def is_guid(text: str) -> bool:
    """Tell whether a text has the form of a GUID."""
    return _FORM.fullmatch(text.strip()) is not None


def normal(text: str) -> str:
    """Write a GUID in lower case without braces; give what is none a GUID of its own."""
    found = _FORM.fullmatch(text.strip())
    return found[1].lower() if found else derived("id", text.strip())


def derived(*parts: str) -> str:
    """Make a GUID that is the same whenever the parts are."""
    return str(uuid5(_NAMESPACE, "\n".join(parts)))
