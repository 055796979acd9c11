"""Turn a table with one rating a line (unit, coder, rating) into units by coders."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from semcode.errors import InputError
from semcode.wording import counted

__all__ = ["Turned", "turned"]

_UNIT = ("unit", "unit_id", "segment", "segment_id", "item", "item_id", "id", "excerpt", "quote")
_CODER = ("coder", "rater", "annotator", "coder_id", "rater_id")
_RATING = ("rating", "code", "category", "label", "value", "score")


@dataclass(frozen=True, slots=True)
class Turned:
    """The table turned round: units in rows, the unit first, then the cluster, then coders.

    `body` are (line of the unit's first rating, cells); `lines` the line of each rating by
    (row, column).
    """

    header: list[str]
    body: list[tuple[int, list[str]]]
    lines: dict[tuple[int, int], int]
    notes: tuple[str, ...]


def turned(
    path: Path, header: Sequence[str], body: Sequence[tuple[int, list[str]]], cluster: str | None
) -> Turned | None:
    """Turn the table round; None where it has not the columns unit, coder and rating.

    With `cluster` a unit is told by its cluster and its name, so that units may be numbered
    anew in each interview. Raises InputError where a coder rated a unit twice differently,
    where a unit or coder has no name, or where there is no such column.
    """
    columns = _columns(header)
    if columns is None:
        return None
    unit, coder, rating = columns
    if cluster is not None and (cluster not in header or header.index(cluster) in columns):
        others = [name for place, name in enumerate(header) if place not in columns]
        raise InputError(
            f"There is no column {cluster!r} beside those of unit, coder and rating.",
            where=str(path),
            remedy=f"There are: {', '.join(others) or 'no others'}.",
        )
    group = None if cluster is None else header.index(cluster)
    rows: dict[tuple[str, str], int] = {}
    coders: dict[str, int] = {}
    cells: dict[tuple[int, int], tuple[str, int]] = {}
    firsts: list[int] = []
    same = 0
    for line, found in body:
        name, who, value = (found[place].strip() for place in (unit, coder, rating))
        of = "" if group is None else found[group].strip()
        if not name or not who:
            missing = header[coder] if name else header[unit]
            raise InputError(
                f"The column {missing!r} is empty here.",
                where=f"{path}, line {line}",
                remedy="Give every rating its unit and its coder.",
            )
        row = rows.setdefault((of, name), len(rows))
        if row == len(firsts):
            firsts.append(line)
        key = (row, coders.setdefault(who, len(coders)))
        before = cells.get(key)
        if before is not None and before[0] != value:
            raise InputError(
                f"{who} rated the unit {name} as {before[0]!r} (line {before[1]}) and as "
                f"{value!r} here.",
                where=f"{path}, line {line}",
                remedy="Keep one rating of each coder for each unit; where units are numbered "
                "anew in each interview, name its column with --cluster.",
            )
        same += before is not None
        cells.setdefault(key, (value, line))
    return _table(
        rows,
        coders,
        cells,
        firsts,
        cluster,
        _notes(header, columns, rows, coders, same, cluster),
    )


def _columns(header: Sequence[str]) -> tuple[int, int, int] | None:
    places = {name.strip().casefold(): place for place, name in enumerate(header)}
    found = [
        next((places[name] for name in names if name in places), None)
        for names in (_UNIT, _CODER, _RATING)
    ]
    unit, coder, rating = found
    if unit is None or coder is None or rating is None:
        return None
    return unit, coder, rating


def _table(
    rows: dict[tuple[str, str], int],
    coders: dict[str, int],
    cells: dict[tuple[int, int], tuple[str, int]],
    firsts: Sequence[int],
    cluster: str | None,
    notes: Sequence[str],
) -> Turned:
    head = 1 if cluster is None else 2
    body = [
        (line, [name, *([of] if cluster is not None else []), *[""] * len(coders)])
        for (of, name), line in zip(rows, firsts, strict=True)
    ]
    for (row, column), (value, _) in cells.items():
        body[row][1][head + column] = value
    return Turned(
        ["unit", *([cluster] if cluster is not None else []), *coders],
        body,
        {(row, head + column): line for (row, column), (_, line) in cells.items()},
        tuple(notes),
    )


def _notes(
    header: Sequence[str],
    columns: Sequence[int],
    rows: dict[tuple[str, str], int],
    coders: dict[str, int],
    same: int,
    cluster: str | None,
) -> list[str]:
    said = [
        f"Each line is one rating: {counted(len(rows), 'unit')} by {counted(len(coders), 'coder')}."
    ]
    if same:
        ratings = "1 rating stands" if same == 1 else f"{same:,} ratings stand"
        said.append(f"{ratings} twice, alike, and counted once.")
    names = [name for _, name in rows]
    if len(set(names)) < len(names):
        said.append(f"Units are numbered anew in each {cluster}: told apart by both.")
    others = [
        name
        for place, name in enumerate(header)
        if place not in columns and name != cluster and name
    ]
    if others:
        said.append(f"Not used: {', '.join(others)} (--cluster names the column of interviews).")
    return said
