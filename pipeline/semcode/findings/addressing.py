"""Tell a relation that is spoken to in reported speech from one that is spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

    from semcode.findings.relations import RelationLexicon

__all__ = ["addressed"]

_QUOTES = frozenset({'"', "“", "``"})
_OPENS = _QUOTES | {",", ":", "–", "-"}
_CLOSES = frozenset({",", "!", "?", ".", '"', "”", "''", "…", "–", "-"})
_STOPS = frozenset({".", "!", "?", ";"})
_FAR = 14  # words in which who speaks is looked for


def addressed(found: Span, lexicon: RelationLexicon) -> bool | None:
    """Say who speaks to the one named, if anybody does.

    True where somebody else does ("my girl said, Mama, look"), so that it is no tie of the
    participant's; False where the participant does ("I said, Mama, help me"); None where the
    one named is not spoken to ("I told Mama", "Mama said").
    """
    doc: Doc = found.doc
    left = doc[found.start - 1].lower_ if found.start else ""
    right = doc[found.end].lower_ if found.end < len(doc) else "."
    quoted = left in _QUOTES
    if right not in _CLOSES or not (left in _OPENS or left in lexicon.address):
        return None
    before = _clause([token.lower_ for token in doc[max(0, found.start - _FAR) : found.start]])
    own = _speaks(before, lexicon)
    if own is None and quoted:
        after = [token.lower_ for token in doc[found.end : found.end + _FAR]]
        own = _tagged(after, lexicon)
        return not own
    return None if own is None else not own


def _clause(words: Sequence[str]) -> Sequence[str]:
    """Leave what an earlier sentence said; a quotation mark after a stop begins the speech."""
    ends = [place for place, word in enumerate(words) if word in _STOPS]
    return words[ends[-1] + 1 :] if ends else words


def _speaks(words: Sequence[str], lexicon: RelationLexicon) -> bool | None:
    """Tell whether the participant's is the last speech announced; None where none is."""
    for place in range(len(words) - 1, -1, -1):
        if words[place] not in lexicon.saying:
            continue
        rest = [word for word in words[place + 1 :] if word not in lexicon.told]
        if not rest or rest[0] in _OPENS:
            return _own(words[:place], lexicon)
    return None


def _tagged(words: Sequence[str], lexicon: RelationLexicon) -> bool:
    """Tell whether the participant's is a speech that is ascribed after it ("..., I said")."""
    places = [place for place, word in enumerate(words) if word in lexicon.saying]
    return bool(places) and _own(words[: places[0]], lexicon)


def _own(words: Sequence[str], lexicon: RelationLexicon) -> bool:
    for word in reversed(words):
        if word not in lexicon.auxiliaries:
            return word in lexicon.speaker
    return False
