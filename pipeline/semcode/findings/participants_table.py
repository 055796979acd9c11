"""The participants table of a manuscript: n (%), mean (SD) and median (IQR)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean, median, quantiles, stdev

from semcode.findings.blocks import Block, Finding, Grid
from semcode.findings.grouping import attribute_title, group_people, numbers_of
from semcode.findings.suppression import withheld, withheld_table
from semcode.findings.tables import Cell, Table
from semcode.records import Participant
from semcode.wording import counted, natural

__all__ = ["Measured", "measure", "participants_table"]

_WITHHELD = "*"
_MOST_VALUES = 15


@dataclass(frozen=True, slots=True)
class Measured:
    """Numbers of a group: sample SD (n - 1), quartiles as R's type 7; None where n is too small."""

    n: int
    mean: float | None
    sd: float | None
    median: float | None
    quartiles: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class _Line:
    """A row of the table: `cells` by column; `values` are what programs get."""

    attribute: str
    label: str
    cells: tuple[str, ...]
    values: tuple[Mapping[str, object] | None, ...]


def measure(values: Sequence[float]) -> Measured:
    """Describe numbers. Quartiles interpolate (n - 1) p + 1, Hyndman and Fan 1996, type 7."""
    n = len(values)
    if n == 0:
        return Measured(0, None, None, None, None)
    ends = quantiles(values, n=4, method="inclusive") if n > 1 else None
    return Measured(
        n,
        mean(values),
        stdev(values) if n > 1 else None,
        median(values),
        (ends[0], ends[2]) if ends else None,
    )


def participants_table(
    people: Sequence[Participant], *, by: str | None = None, smallest: int = 3
) -> Finding:
    """Describe participants by every attribute, in all and by the values of one of them.

    Percentages are of all participants of the column, those without a value included.
    Counts from 1 to `smallest` - 1, and what would give them away, are withheld. Raises
    InputError for an attribute `by` that cannot group people.
    """
    columns: dict[str, tuple[str, ...]] = {"All": tuple(p.label for p in people)}
    note = ""
    if by is not None:
        groups = group_people(people, by)
        columns |= groups.members
        note, by = groups.note, groups.attribute
    names = dict.fromkeys(name for person in people for name in person.attributes)
    heads, sizes = _heads(columns, smallest)
    lines: list[_Line] = []
    shortened: list[str] = []
    for name in names:
        if name != by:
            lines += _lines(name, people, list(columns.values()), smallest, shortened)
    text = (
        f"{counted(len(people), 'participant')}. n (%) of all participants of the column, unless "
        "it says mean and SD (of the sample, n − 1) or median and IQR (quartiles by interpolation)."
    )
    if smallest > 1:
        text += (
            f" A * withholds a count from 1 to {smallest - 1} and what would give it away; "
            "--smallest 1 shows all."
        )
    blocks: list[Block] = [text, *([note] if note else []), _table(lines, heads)]
    if shortened:
        blocks.append(
            f"With more than {_MOST_VALUES} different values, the rarest joined: "
            f"{', '.join(map(attribute_title, shortened))}."
        )
    notes = (
        ()
        if names
        else ("The participants have no attributes: add a table, semcode add --participants FILE.",)
    )
    data = {
        "participants": len(people),
        "smallest": smallest,
        "columns": sizes,
        "rows": [
            {
                "attribute": line.attribute,
                "value": line.label,
                "columns": dict(zip(columns, line.values, strict=True)),
            }
            for line in lines
        ],
    }
    grid = _grid(lines, heads)
    return Finding("participants", "Participants", tuple(blocks), (grid,), data, notes)


def _gone(columns: Sequence[Sequence[str]], smallest: int) -> frozenset[int]:
    """Give the columns of groups to leave blank: small ones, and what would give their size."""
    sizes = [len(members) for members in columns[1:]]
    return frozenset(place + 1 for place in withheld(sizes, smallest=smallest))


def _heads(
    columns: Mapping[str, Sequence[str]], smallest: int
) -> tuple[list[str], dict[str, int | None]]:
    gone = _gone(list(columns.values()), smallest)
    sizes = {
        name: None if place in gone else len(members)
        for place, (name, members) in enumerate(columns.items())
    }
    heads = [
        f"{name} (n withheld)" if size is None else f"{name} (n = {size:,})"
        for name, size in sizes.items()
    ]
    return heads, sizes


def _lines(
    name: str,
    people: Sequence[Participant],
    columns: Sequence[Sequence[str]],
    smallest: int,
    shortened: list[str],
) -> list[_Line]:
    said = {person.label: person.attributes.get(name, "").strip() for person in people}
    if numbers_of(list(said.values())) is not None:
        return _number_lines(name, said, columns, smallest)
    given = [value for value in said.values() if value]
    ranked = sorted(set(given), key=lambda value: (-given.count(value), value))
    if len(ranked) > _MOST_VALUES:
        shortened.append(name)
        rest = set(ranked[_MOST_VALUES - 1 :])
        other = f"{len(rest)} other values"
        said = {label: other if value in rest else value for label, value in said.items()}
        ranked = [*ranked[: _MOST_VALUES - 1], other]
    values = [*ranked, *([""] if "" in said.values() else [])]
    counts = [[sum(said[label] == value for label in own) for own in columns] for value in values]
    if any(0 < row[0] < smallest for row in counts):
        # By size, the order would say what is withheld.
        order = sorted(
            range(len(values)), key=lambda place: (not values[place], natural(values[place]))
        )
        values, counts = [values[o] for o in order], [counts[o] for o in order]
    return _count_lines(name, [value or "Not given" for value in values], counts, columns, smallest)


def _count_lines(
    name: str,
    labels: Sequence[str],
    counts: Sequence[Sequence[int]],
    columns: Sequence[Sequence[str]],
    smallest: int,
) -> list[_Line]:
    """Withhold in the first column, then in groups: a row that is blank for all is blank whole."""
    groups = [row[1:] for row in counts]
    whole = withheld_table([row[:1] for row in counts], smallest=smallest, least=1)
    hidden = {(r, 0) for r, _ in whole}
    hidden |= {(r, c) for r, _ in hidden for c in range(1, len(columns))}
    hidden |= {(r, c + 1) for r, c in withheld_table(groups, smallest=smallest)}
    hidden |= {(r, c) for r in range(len(counts)) for c in _gone(columns, smallest)}
    lines = []
    for row, (label, own) in enumerate(zip(labels, counts, strict=True)):
        cells, values = [], []
        for column, (count, members) in enumerate(zip(own, columns, strict=True)):
            size = len(members)
            gone = (row, column) in hidden
            cells.append(_WITHHELD if gone else _n_percent(count, size))
            values.append(None if gone else {"n": count, "share": count / size if size else None})
        lines.append(_Line(name, label, tuple(cells), tuple(values)))
    return lines


def _number_lines(
    name: str, said: Mapping[str, str], columns: Sequence[Sequence[str]], smallest: int
) -> list[_Line]:
    found = [measure([float(said[label]) for label in own if said[label]]) for own in columns]
    few = _few([one.n for one in found], _gone(columns, smallest), smallest)
    values = tuple(
        None
        if gone
        else {
            "n": one.n,
            "mean": one.mean,
            "sd": one.sd,
            "median": one.median,
            "quartiles": one.quartiles,
        }
        for one, gone in zip(found, few, strict=True)
    )
    means = tuple(_WITHHELD if gone else _mean(one) for one, gone in zip(found, few, strict=True))
    middles = tuple(
        _WITHHELD if gone else _median(one) for one, gone in zip(found, few, strict=True)
    )
    lines = [_Line(name, "Mean (SD)", means, values), _Line(name, "Median (IQR)", middles, values)]
    missing = [sum(not said[label] for label in own) for own in columns]
    if any(missing):
        rest = [len(own) - n for own, n in zip(columns, missing, strict=True)]
        lines.append(_count_lines(name, ["Not given", ""], [missing, rest], columns, smallest)[0])
    return lines


def _few(sizes: Sequence[int], gone: frozenset[int], smallest: int) -> list[bool]:
    """Say which means to withhold: of few, and one more where theirs follows from that of all."""
    few = [0 < n < smallest or place in gone for place, n in enumerate(sizes)]
    if few[0]:
        return [True] * len(sizes)
    hidden = sum(n for n, own in zip(sizes[1:], few[1:], strict=True) if own)
    while any(few[1:]) and 0 < hidden < sizes[0] and (sum(few[1:]) < 2 or hidden < smallest):
        place = min((n, p) for p, n in enumerate(sizes) if p and not few[p])[1]
        few[place] = True
        hidden += sizes[place]
    return few


def _mean(one: Measured) -> str:
    if one.mean is None:
        return "–"
    return f"{one.mean:.1f} ({'–' if one.sd is None else f'{one.sd:.1f}'})"


def _median(one: Measured) -> str:
    if one.median is None:
        return "–"
    ends = one.quartiles
    return f"{one.median:.1f} ({f'{ends[0]:.1f} to {ends[1]:.1f}' if ends else '–'})"


def _n_percent(n: int, size: int) -> str:
    return f"{n} ({100 * n / size:.1f}%)" if size else "–"


def _table(lines: Sequence[_Line], heads: Sequence[str]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    last = ""
    for line in lines:
        if line.attribute != last:
            last = line.attribute
            rows.append((Cell(attribute_title(last)), *(Cell("") for _ in heads)))
        rows.append((Cell("\u2003" + line.label), *(Cell(text) for text in line.cells)))
    return Table(
        "Characteristics of the participants.",
        ("Characteristic", *heads),
        tuple(rows),
        numeric=tuple(range(1, len(heads) + 1)),
    )


def _grid(lines: Sequence[_Line], heads: Sequence[str]) -> Grid:
    rows = tuple((attribute_title(line.attribute), line.label, *line.cells) for line in lines)
    return Grid(
        "Participants", ("characteristic", "value", *heads), rows, (28, 30, *(18 for _ in heads))
    )
