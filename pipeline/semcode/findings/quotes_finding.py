"""Exemplary quotes by code: typical, and of different people, to print in a paper."""

from __future__ import annotations

from collections.abc import Sequence

from semcode.errors import InputError
from semcode.findings.axes import level_slug, level_title
from semcode.findings.blocks import Block, Finding, Heading, QuoteList
from semcode.findings.choosing import Vectors, exemplars
from semcode.findings.coded import CodedPassage, CodedStudy
from semcode.findings.data import ReportCode
from semcode.findings.printing import quote_grid, quote_json, quoted
from semcode.findings.sem_counts import code_order
from semcode.wording import counted

__all__ = ["chosen_codes", "quotes", "with_attributes"]


def chosen_codes(data: CodedStudy, names: Sequence[str] | None) -> tuple[ReportCode, ...]:
    """Give the codes of these names (in any case), or all. Raises InputError for an unknown."""
    codes = code_order(data)
    if names is None:
        return codes
    known = {code.name.casefold() for code in codes}
    for name in names:
        if name.casefold() not in known:
            raise InputError(
                f"There is no code {name!r}.",
                where="--codes",
                remedy="See the names with: semcode codebook show",
            )
    wanted = {name.casefold() for name in names}
    return tuple(code for code in codes if code.name.casefold() in wanted)


def with_attributes(data: CodedStudy, where: Sequence[tuple[str, str]]) -> tuple[CodedPassage, ...]:
    """Keep what participants said who have all these attributes.

    Raises InputError for an attribute or value that nobody has.
    """
    left = {person.label: person.attributes for person in data.people}
    for name, value in where:
        names = {key.casefold(): key for own in left.values() for key in own}
        key = names.get(name.casefold())
        values = sorted({own.get(key, "") for own in left.values()}) if key else []
        fitting = [one for one in values if one.casefold() == value.casefold()]
        if key is None or not fitting:
            have = ", ".join(one for one in values if one) or ", ".join(names.values())
            raise InputError(
                f"No participant left has {name}={value}.",
                where="--where",
                remedy=f"There is: {have or 'no attribute'}.",
            )
        left = {label: own for label, own in left.items() if own.get(key, "") == fitting[0]}
    return tuple(item for item in data.passages if item.participant in left)


def quotes(
    data: CodedStudy,
    *,
    codes: Sequence[str] | None = None,
    where: Sequence[tuple[str, str]] = (),
    count: int = 3,
    vectors: Vectors | None = None,
) -> Finding:
    """Give the `count` most typical quotes of each code, people taking turns.

    Raises InputError for an unknown code or attribute, or where no quote is left.
    """
    wanted = chosen_codes(data, codes)
    items = with_attributes(data, where)
    people = {person.label: person for person in data.people}
    how = "the likeness of their meaning to the code’s other passages (mean cosine)"
    if vectors is None:
        how = "how many coders gave the code and a length that prints well"
    filtered = "".join(f" Only participants with {name}: {value}." for name, value in where)
    blocks: list[Block] = [
        f"{data.basis}{filtered} Up to {counted(count, 'quote')} a code, chosen by {how}; a "
        "participant’s second comes only after every other’s first, and none twice."
    ]
    picked: list[CodedPassage] = []
    level: object = ""
    for code in wanted:
        own = [item for item in items if item.code == code.name]
        best = exemplars(own, count=count, vectors=vectors)
        if not best:
            continue
        if code.level != level:
            level = code.level
            blocks.append(Heading(level_title(code.level), level_slug(code.level)))
        speakers = len({item.participant for item in own})
        told = f"{counted(len(own), 'passage')} of {counted(speakers, 'participant')}"
        title = f"{code.name} ({told})"
        shaped = tuple(quoted(item, people) for item in best)
        path = " › ".join(code.path)
        blocks.append(QuoteList(title, shaped, level_slug(code.level), path, folded=False))
        picked += best
    if not picked:
        raise InputError(
            "No coded passage fits.", remedy="Leave --codes, --where or --facet out, or use others."
        )
    return Finding(
        "quotes",
        "Quotes",
        tuple(blocks),
        (quote_grid("Quotes", picked, data),),
        {
            "basis": data.basis,
            "by": "meaning" if vectors is not None else "length",
            "quotes": [quote_json(item) for item in picked],
        },
        data.notes,
    )
