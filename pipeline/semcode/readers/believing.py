"""Tell which of the texts that stand like labels name who speaks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from semcode.readers.candidates import Candidate, Layout, Line
from semcode.readers.speakers import asks, join_variants, role_of_label
from semcode.records import Role

__all__ = ["FIELD", "believable"]

# Layouts in which a label that comes once is told apart from a line of speech.
_SPOKEN = frozenset({Layout.COLON, Layout.TIMED, Layout.BRACKET, Layout.TAB, Layout.BOLD})

_KNOWN = re.compile(
    r"(?:(?:unknown |unidentified )?speaker|spk|voice|person|participant|p|id|r|s|i|int|m|f|psw|"
    r"client|patient|male|female|group)[\s_#-]{0,2}\d{1,4}[a-z]?|unknown(?: speaker)?",
    re.IGNORECASE,
)
_LETTER = re.compile(r"[A-Z]", re.IGNORECASE)
_PARTICLES = frozenset(
    {"de", "van", "von", "der", "den", "of", "la", "le", "da", "di", "and", "bin", "al"}
)
# Words that open a line of speech or name a field, and are nobody's name.
_NO_NAME = frozenset(
    {"so", "and", "but", "or", "well", "yes", "no", "yeah", "yep", "nope", "okay", "ok", "right"}
    | {"oh", "um", "uh", "hmm", "mm", "note", "notes", "nb", "ps", "example", "first", "second"}
    | {"third", "then", "finally", "again", "like", "because", "also", "anyway", "actually", "sure"}
    | {"exactly", "great", "thanks", "sorry", "hello", "hi", "bye", "good", "perfect"}
    | {"now", "still", "yet", "plus", "honestly", "basically", "look", "listen", "here", "there"}
    | {"this", "that", "these", "those", "it", "what", "why", "how", "when", "where", "who"}
    | {"rule", "rules", "part", "point", "problem", "reason", "meaning", "result", "quote"}
    | {"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
    | {"warning", "tip", "see"}
)
FIELD = re.compile(
    r"(?:date|time|place|location|venue|setting|duration|length|file|file ?name|recording|audio|"
    r"transcri(?:ber|bed by|pt|pt id|ption)|project|study|title|subject|interview|interview "
    r"(?:date|number|no|id|length|time)|id|participant (?:id|number|no|code)|case|age|gender|sex|"
    r"language|version|page|session|present|attendees|participants|speakers|keywords|url|link|"
    r"summary|source|status|created|modified|start|end|start time|end time)\.?",
    re.IGNORECASE,
)
_SOUND = re.compile(
    r"(?:laugh|chuckl|inaudible|unclear|pause|silence|sigh|cry|crosstalk|overlap|music|noise|cough|"
    r"sniff|applause|indistinct|unintelligible|redacted|name|phone|background|break|long|short|sic)"
    r"|\W*\d|\W*$",
    re.IGNORECASE,
)


def believable(
    text: str, lines: Sequence[Line], candidates: list[Candidate], layout: Layout
) -> list[Candidate]:
    """Keep the candidates of one layout that name a speaker.

    They are a role's words or numbered, or come back, or come once where nearly every line
    is labelled, or where nobody but who asks is named otherwise.
    """
    counts = Counter(candidate.label for candidate in candidates)
    names = join_variants(list(counts.items()))
    totals: Counter[str] = Counter()
    for label, count in counts.items():
        totals[names[label]] += count
    timed = {names[candidate.label] for candidate in candidates if candidate.time_start is not None}
    least = _least(names.values(), totals, layout)
    sure = {
        name
        for name, count in totals.items()
        if _is_sure(name, count, least=1 if name in timed and len(timed) > 1 else least)
        and not (layout is Layout.BRACKET and _SOUND.match(name))
    }
    if layout in _SPOKEN:
        sure |= _letters(totals)
    found = [candidate for candidate in candidates if names[candidate.label] in sure]
    if layout in (Layout.COLON, Layout.TIMED) and found:
        found = _with_singles(text, lines, candidates, found)
    if layout in _SPOKEN and _asking_alone(text, lines, found, names):
        spoken = [
            c for c in candidates if layout is not Layout.BRACKET or not _SOUND.match(c.label)
        ]
        return _with_answers(text, lines, spoken, found)
    return found


def _least(names: Iterable[str], totals: Mapping[str, int], layout: Layout) -> int:
    """Give how often a name must come to be believed in a layout."""
    if layout in (Layout.COLON, Layout.TIMED, Layout.BOLD):
        return 2
    return 2 if any(_is_known(name) and totals[name] > 1 for name in names) else 3


def _is_known(name: str) -> bool:
    return role_of_label(name) is not Role.UNKNOWN or _KNOWN.fullmatch(name) is not None


def _is_sure(name: str, count: int, *, least: int) -> bool:
    """Tell whether a label that comes `count` times is a speaker's; names must come `least`."""
    if _is_known(name):
        return True
    if name.lower() in _NO_NAME or FIELD.fullmatch(name):
        return False
    if _LETTER.fullmatch(name):
        return count >= 2
    if _is_name(name):
        return count >= least
    return len(name.split()) == 1 and count >= 3


def _is_name(label: str) -> bool:
    """Tell whether every word is written as names are."""
    words = [word.strip("()[].,'’\"") for word in label.split()]
    return all(
        not word or not word[0].islower() or word in _PARTICLES or "(" in label for word in words
    )


def _with_singles(
    text: str, lines: Sequence[Line], candidates: list[Candidate], found: list[Candidate]
) -> list[Candidate]:
    """Believe names that come once, where nearly every line is labelled anyway."""
    filled = [line for line in lines[found[0].line :] if text[line.start : line.end].strip()]
    if len(found) < 4 or len(found) < 0.8 * len(filled):
        return found
    known = {candidate.line for candidate in found}
    return [
        candidate
        for candidate in candidates
        if candidate.line in known
        or (candidate.line > found[0].line and _may_come_once(candidate.label))
    ]


def _may_come_once(label: str) -> bool:
    return (
        _is_name(label)
        and label.lower() not in _NO_NAME
        and not FIELD.fullmatch(label)
        and len(label.split()) <= 3
    )


def _letters(names: Iterable[str]) -> set[str]:
    """Believe Q and A, I and P, I and R even once, where no other letters stand like labels."""
    letters = {name for name in names if _LETTER.fullmatch(name)}
    asking = {name for name in letters if name.lower() in "iq"}
    answering = {name for name in letters if name.lower() in "apr"}
    return letters if len(asking) == len(answering) == len(letters) - 1 == 1 else set()


def _asking_alone(
    text: str, lines: Sequence[Line], found: Sequence[Candidate], names: Mapping[str, str]
) -> bool:
    """Tell whether all who are believed ask: by their role, or one person by short questions."""
    roles = {role_of_label(candidate.label) for candidate in found}
    if roles != {Role.UNKNOWN}:
        return roles == {Role.INTERVIEWER}
    speeches = [_speech(text, lines, candidate) for candidate in found]
    asking = sum(len(speech.split()) <= 60 and asks(speech) for speech in speeches)
    return len({names[candidate.label] for candidate in found}) == 1 and 2 * asking >= len(found)


def _speech(text: str, lines: Sequence[Line], candidate: Candidate) -> str:
    """Give what stands behind a label, or else in the next line near it that holds something."""
    own = text[candidate.speech : lines[candidate.line].end]
    near = lines[candidate.line + 1 : candidate.line + 6]
    below = (text[line.start : line.end] for line in near)
    return own if own.strip() else next(filter(str.strip, below), "")


def _with_answers(
    text: str, lines: Sequence[Line], candidates: list[Candidate], found: list[Candidate]
) -> list[Candidate]:
    """Believe names that come once where nobody but who asks is named otherwise.

    Where most lines are labelled each such name is a speaker's; else the one that comes
    first after a question, as "Honestly: no" may open a later paragraph of the answer.
    """
    known = {candidate.line for candidate in found}
    once = [
        candidate
        for candidate in candidates
        if candidate.line in known
        or (
            candidate.line > found[0].line
            and _may_come_once(candidate.label)
            and any(map(str.isalpha, _speech(text, lines, candidate)))
        )
    ]
    filled = sum(1 for line in lines[found[0].line :] if text[line.start : line.end].strip())
    if len(once) >= 0.6 * filled:
        return once
    return [
        candidate
        for before, candidate in zip([None, *once], once, strict=False)
        if candidate.line in known or (before is not None and before.line in known)
    ]
