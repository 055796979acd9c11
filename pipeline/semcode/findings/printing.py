"""Shape passages of a coded study for printing: who said it, what is known of them, where."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from semcode.findings.blocks import Grid, Quoted
from semcode.findings.coded import CodedPassage, CodedStudy
from semcode.findings.quotes import clip
from semcode.records import Participant

__all__ = ["about", "quote_grid", "quote_json", "quoted"]

_LONGEST = 1_500
_HEADER = ("code", "level", "code path", "participant", "transcript", "start", "end", "quote")
_MORE = ("facets", "coders", "score")
_WIDTHS = (26, 15, 34, 12, 18, 7, 7, 80, 20, 22, 7)


def about(person: Participant | None, names: Iterable[str] | None = None) -> str:
    """Say a participant's attributes in a line; `names` None are all, at most six."""
    if person is None:
        return ""
    told = list(person.attributes if names is None else names)
    pairs = [
        f"{name.replace('_', ' ')}: {clip(person.attributes[name], 40)}"
        for name in told
        if person.attributes.get(name, "").strip()
    ]
    return "; ".join(pairs[:6])


def quoted(item: CodedPassage, people: Mapping[str, Participant]) -> Quoted:
    """Shape a passage for printing."""
    return Quoted(
        text=clip(item.text, _LONGEST),
        who=item.participant,
        about=about(people.get(item.participant)),
        where=f"{item.transcript}, characters {item.start:,} to {item.end:,}",
        facets=item.facets,
        coders=item.coders,
        score=item.score,
    )


def quote_json(item: CodedPassage) -> dict[str, object]:
    """Give a passage for programs."""
    return {
        "participant": item.participant,
        "transcript": item.transcript,
        "start": item.start,
        "end": item.end,
        "text": item.text,
        "code": item.code,
        "facets": list(item.facets),
        "coders": list(item.coders),
        "score": item.score,
    }


def quote_grid(name: str, items: Iterable[CodedPassage], data: CodedStudy) -> Grid:
    """Lay passages out for a spreadsheet, with every attribute of who said them."""
    codes = {code.name: code for code in data.codes}
    people = {person.label: person.attributes for person in data.people}
    keys = tuple(dict.fromkeys(key for own in people.values() for key in own))
    rows = tuple(
        (
            item.code,
            str(codes[item.code].level or ""),
            " > ".join(codes[item.code].path),
            item.participant,
            item.transcript,
            item.start,
            item.end,
            item.text,
            "; ".join(item.facets),
            "; ".join(item.coders),
            item.score,
            *(people.get(item.participant, {}).get(key, "") for key in keys),
        )
        for item in items
    )
    return Grid(name, (*_HEADER, *_MORE, *keys), rows, (*_WIDTHS, *(14 for _ in keys)))
