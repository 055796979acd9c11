"""Read a table of ratings: units in rows, coders in columns, perhaps with names of the units."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from semcode.errors import InputError
from semcode.exchange.long_ratings import turned
from semcode.readers.sheets import cell_text, read_sheets
from semcode.wording import counted

__all__ = ["RatingsFile", "read_ratings"]

_ID_NAMES = frozenset(
    {"", "case", "document", "excerpt", "id", "index", "item", "nr", "no", "number", "passage"}
    | {"quote", "row", "segment", "subject", "text", "unit", "unit_id", "item_id", "segment_id"}
)
#: Columns that say where a unit comes from, wherever they stand.
_PLACES = frozenset(
    {"case", "document", "interview", "line", "participant", "participant_id", "session"}
    | {"transcript", "turn"}
)
_MISSING = frozenset({".", "#n/a", "<na>", "na", "n/a", "nan"})
_WITH_COMMA = re.compile(r"[+-]?\d+,\d+")
_WHOLE = re.compile(r"[+-]?\d+")
_FIX = "Save it as CSV with units in rows, coders in columns and their names in the first line."


@dataclass(frozen=True, slots=True)
class RatingsFile:
    """What was read: `cells` units x coders (None: missing), and other columns by name.

    `lines` are the lines of the file that the units stand on; where each rating has a line
    of its own, `cell_lines` has it by (unit, coder). `notes` say what was taken for names,
    and what was left out.
    """

    coders: tuple[str, ...]
    cells: tuple[tuple[str | None, ...], ...]
    lines: tuple[int, ...]
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    cell_lines: Mapping[tuple[int, int], int] = field(default_factory=dict)

    def where(self, unit: int, coder: int) -> str:
        """Say where a rating stands in the file."""
        line = self.cell_lines.get((unit, coder), self.lines[unit])
        return f"line {line}, {self.coders[coder]}"


def read_ratings(
    path: Path,
    *,
    cluster: str | None = None,
    coders: Sequence[str] | None = None,
    categories: Collection[str] = (),
) -> RatingsFile:
    """Read .csv, .tsv or .xlsx; `cluster` names a column that is no coder (the interview).

    A first column that names the units is found by its header or its values. A table with
    the columns unit, coder and rating is turned round. `coders` chooses columns. A cell
    with NA or a point is missing, unless it is among the `categories`; 1,5 is 1.5 where
    every rating is a number. Raises InputError for a file that cannot be read, rows of
    different lengths, a unit that stands twice with different ratings, or columns that mix
    numbers and words.
    """
    rows = _rows(path)
    header, body = _header(path, rows)
    notes: list[str] = []
    long = turned(path, header, body, cluster) if header is not None else None
    if long is not None:
        header, body = long.header, long.body
        notes += long.notes
    if header is None:
        header = [f"column {number}" for number in range(1, len(body[0][1]) + 1)]
        notes.append("The first line holds ratings, not names: coders are named by column.")
    body, blanked = _without_na(body, categories)
    notes += blanked
    others = {cluster: _column(path, header, cluster)} if cluster else {}
    for line, cells in body:
        if any(not cells[place].strip() for place in others.values()):
            raise InputError(
                f"The column {cluster!r} is empty here.",
                where=f"{path}, line {line}",
                remedy="Fill it in: intervals need to know where each unit comes from.",
            )
    ids = 0 if long is not None else _id_column(header, body, set(others.values()))
    if ids is not None and long is None:
        notes.append(f"The first column ({header[ids] or 'no name'}) names the units.")
        body, twice = _once(path, body, ids)
        notes += twice
    chosen = [
        place for place in range(len(header)) if place != ids and place not in others.values()
    ]
    places = [place for place in chosen if header[place].strip().casefold() in _PLACES]
    if places and coders is None and len(chosen) - len(places) >= 2:
        chosen = [place for place in chosen if place not in places]
        named = ", ".join(header[place] for place in places)
        notes.append(f"Taken for names of places, not for coders: {named} (--coders chooses).")
    if coders is not None:
        chosen = [_column(path, header, name) for name in coders]
    body, commas = _without_commas(body, chosen)
    notes += commas
    cell_lines = _cell_lines(chosen, long.lines) if long is not None else {}
    _unmixed(path, header, body, chosen, cell_lines)
    return RatingsFile(
        tuple(header[place] for place in chosen),
        tuple(tuple(cells[place].strip() or None for place in chosen) for _, cells in body),
        tuple(line for line, _ in body),
        {name: tuple(cells[place] for _, cells in body) for name, place in others.items()},
        tuple(notes),
        cell_lines,
    )


def _cell_lines(
    chosen: Sequence[int], lines: Mapping[tuple[int, int], int]
) -> dict[tuple[int, int], int]:
    """Turn (unit, column) into (unit, coder) for the columns that are compared."""
    place = {column: coder for coder, column in enumerate(chosen)}
    return {
        (unit, place[column]): line for (unit, column), line in lines.items() if column in place
    }


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Read the rows of the first sheet that hold something, all equally wide."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"The table cannot be read: {error.strerror}.", where=str(path), remedy=_FIX
        ) from error
    sheets, _ = read_sheets(data, where=str(path))
    sheet = next((sheet for sheet in sheets if sheet.rows), None)
    rows = [
        (row.line, [cell_text(cell) for cell in row.cells]) for row in (sheet.rows if sheet else ())
    ]
    kept = [(line, cells) for line, cells in rows if any(cell.strip() for cell in cells)]
    if not kept or sheet is None:
        raise InputError("The table is empty.", where=str(path), remedy=_FIX)
    width = len(kept[0][1]) if sheet.delimited else max(len(cells) for _, cells in kept)
    for line, cells in kept:
        if not sheet.delimited:
            cells += [""] * (width - len(cells))
        if len(cells) != width:
            raise InputError(
                f"The line has {counted(len(cells), 'cell')} and the first has {width}.",
                where=f"{path}, line {line}",
                remedy="Give each unit one cell for each coder, empty where missing; put a text "
                "with commas in quotation marks.",
            )
    return kept


def _header(
    path: Path, rows: list[tuple[int, list[str]]]
) -> tuple[list[str] | None, list[tuple[int, list[str]]]]:
    """Take the first line for names, unless it can only be ratings."""
    names = [cell.strip() for cell in rows[0][1]]
    if _is_ratings(names, rows[1:]):
        return None, rows
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise InputError(
            f"Two columns are named {twice[0]!r}.",
            where=f"{path}, line 1",
            remedy="Give each coder a name of their own.",
        )
    if len(rows) < 2:
        raise InputError("The table has names and no ratings.", where=str(path), remedy=_FIX)
    return [name or (f"column {n}" if n > 1 else "") for n, name in enumerate(names, 1)], rows[1:]


def _is_ratings(names: Sequence[str], rest: Sequence[tuple[int, Sequence[str]]]) -> bool:
    """Say whether a first line is ratings: repeated or blank names that occur below."""
    numbers = [_number(name) for name in names]
    counted = [number for number in numbers if number is not None]
    if len(counted) == len(names) and counted in (
        [float(n) for n in range(len(names))],
        [float(n) for n in range(1, len(names) + 1)],
    ):
        return False  # a data frame saved without names
    below = {cell.strip() for _, cells in rest for cell in cells if cell.strip()}
    given = [name for name in names if name]
    known = all(name in below or _number(name) is not None for name in given)
    repeated = len(set(given)) < len(given) or "" in names[1:]
    return known and (repeated or len(counted) == len(given))


def _id_column(
    header: Sequence[str], body: Sequence[tuple[int, list[str]]], taken: set[int]
) -> int | None:
    if 0 in taken or len(header) - len(taken) < 2:
        return None
    if header[0].casefold() in _ID_NAMES:
        return 0
    if len(header) - len(taken) < 3:
        return None
    own = [cells[0].strip() for _, cells in body]
    if len(set(own)) < len(own) or "" in own or len(own) < 3:
        return None
    others = {cell.strip() for _, cells in body for cell in cells[1:]} - {""}
    numbers = [_number(cell) for cell in own]
    if all(number is not None for number in numbers):
        counted = numbers in ([*range(len(own))], [*range(1, len(own) + 1)])
        largest = max((n for cell in others if (n := _number(cell)) is not None), default=0.0)
        return 0 if counted and len(own) > 4 and largest < max(n or 0 for n in numbers) else None
    return None if others & set(own) else 0


def _without_na(
    body: Sequence[tuple[int, list[str]]], categories: Collection[str]
) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Take NA and NaN, as R and pandas write them, and the point of SPSS for missing."""
    absent = _MISSING - {category.strip().casefold() for category in categories}
    found = [
        text for _, cells in body for cell in cells if (text := cell.strip()).casefold() in absent
    ]
    if not found:
        return list(body), []
    cleared = [
        (line, ["" if cell.strip().casefold() in absent else cell for cell in cells])
        for line, cells in body
    ]
    written = " or ".join(repr(text) for text in sorted(set(found)))
    cells_hold = "1 cell holds" if len(found) == 1 else f"{len(found):,} cells hold"
    count = "counts" if len(found) == 1 else "count"
    return cleared, [
        f"{cells_hold} {written} and {count} as missing. If that is a category of yours, name it "
        "among the --categories."
    ]


def _without_commas(
    body: Sequence[tuple[int, list[str]]], chosen: Sequence[int]
) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Read 1,5 as 1.5 where every rating is a number that way."""
    found = [text for _, cells in body for place in chosen if (text := cells[place].strip())]
    commas = [text for text in found if _WITH_COMMA.fullmatch(text)]
    if not commas or not all(_WITH_COMMA.fullmatch(t) or _WHOLE.fullmatch(t) for t in found):
        return list(body), []
    read = [
        (
            line,
            [
                cell.replace(",", ".") if place in chosen else cell
                for place, cell in enumerate(cells)
            ],
        )
        for line, cells in body
    ]
    example = commas[0]
    return read, [f"Decimal commas were read: {example} is {example.replace(',', '.')}."]


def _once(
    path: Path, body: Sequence[tuple[int, list[str]]], ids: int
) -> tuple[list[tuple[int, list[str]]], list[str]]:
    """Refuse a unit that stands twice with different ratings; keep one of two equal lines."""
    seen: dict[str, tuple[int, list[str]]] = {}
    kept, repeated = [], 0
    for line, cells in body:
        name = cells[ids].strip()
        if not name or name not in seen:
            if name:
                seen[name] = (line, cells)
            kept.append((line, cells))
            continue
        if [c.strip() for c in seen[name][1]] != [c.strip() for c in cells]:
            raise InputError(
                f"The unit {name!r} stands twice with different ratings "
                f"(also in line {seen[name][0]}).",
                where=f"{path}, line {line}",
                remedy="Keep one line for each unit.",
            )
        repeated += 1
    lines = "1 line repeats" if repeated == 1 else f"{repeated:,} lines repeat"
    left = "was" if repeated == 1 else "were"
    note = f"{lines} a unit with the same ratings and {left} left out."
    return kept, [note] if repeated else []


def _unmixed(
    path: Path,
    header: Sequence[str],
    body: Sequence[tuple[int, list[str]]],
    chosen: Sequence[int],
    cell_lines: Mapping[tuple[int, int], int],
) -> None:
    """Refuse numbers and words in one table, naming the line of the rarer kind."""
    number: list[tuple[int, int, str]] = []
    word: list[tuple[int, int, str]] = []
    for unit, (first, cells) in enumerate(body):
        for coder, place in enumerate(chosen):
            line = cell_lines.get((unit, coder), first)
            text = cells[place].strip()
            if text:
                (word if _number(text) is None else number).append((line, place, text))
    if not number or not word:
        return
    few, many = sorted((number, word), key=len)
    line, place, text = few[0]
    raise InputError(
        f"{text!r} of {header[place]} stands among ratings such as {many[0][2]!r}: numbers and "
        f"words cannot be one scale ({len(few):,} against {len(many):,}).",
        where=f"{path}, line {line}",
        remedy="Leave a missing rating empty, and write every category in one way; a column that "
        "is no coder must go, or be named with --cluster.",
    )


def _column(path: Path, header: Sequence[str], name: str) -> int:
    if name not in header:
        raise InputError(
            f"There is no column {name!r}.",
            where=str(path),
            remedy=f"There are: {', '.join(header)}.",
        )
    return list(header).index(name)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) != float("inf") else None
