"""Lay out the report's counts as tables of text: what each figure shows, in full."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from semcode.findings.axes import level_slug, level_title
from semcode.findings.data import HumanCoding, TranscriptSummary, UncodedSegment
from semcode.findings.quotes import clip
from semcode.findings.summary import CodeCount, CoderCounts, Coverage, LevelCount, Matrix, Totals
from semcode.wording import counted

__all__ = [
    "Cell",
    "Table",
    "code_table",
    "coder_table",
    "coverage_table",
    "level_table",
    "matrix_table",
    "share_text",
    "transcript_table",
    "uncoded_table",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in a cell; `note` is smaller and beneath, `slug` a level's colour mark."""

    text: str
    note: str = ""
    slug: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose first column heads its rows; `numeric` are the columns set to the right."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()


def share_text(part: int, whole: int) -> str:
    """Write a percentage without decimals; "<1%" keeps a small number from reading as none."""
    if not whole or not part:
        return "0%"
    percent = 100 * part / whole
    if percent < 1:
        return "<1%"
    return ">99%" if 99.5 <= percent < 100 else f"{percent:.0f}%"


def level_table(levels: Sequence[LevelCount], total: Totals) -> Table:
    """Tabulate codes, segments and participants per level."""
    return Table(
        "Segments and participants with at least one suggestion, by level. A segment counts "
        "once in each level, so shares may add up to more than 100%.",
        (
            "Level",
            "Codes",
            "Segments",
            "Share of segments",
            "Participants",
            "Share of participants",
        ),
        tuple(
            _row(
                Cell(level_title(row.level), slug=level_slug(row.level)),
                row.codes,
                row.segments,
                share_text(row.segments, total.segments),
                row.participants,
                share_text(row.participants, total.participants),
            )
            for row in levels
        ),
        numeric=(1, 2, 3, 4, 5),
    )


def code_table(codes: Sequence[CodeCount]) -> Table:
    """Tabulate segments, participants and decisions per code."""
    return Table(
        "Suggestions by code. Segments and participants leave out rejected suggestions.",
        (
            "Code",
            "Level",
            "Segments",
            "Participants",
            "Waiting",
            "Accepted",
            "Rejected",
            "Median score",
        ),
        tuple(
            _row(
                Cell(row.code.name, note=" › ".join(row.code.path[:-1])),
                Cell(level_title(row.code.level), slug=level_slug(row.code.level)),
                row.segments,
                row.participants,
                row.waiting,
                row.accepted,
                row.rejected,
                "–" if row.median_score is None else f"{row.median_score:.2f}",
            )
            for row in codes
        ),
        numeric=(2, 3, 4, 5, 6, 7),
    )


def matrix_table(table: Matrix) -> Table:
    """Tabulate segments per code and participant with the share of the participant's."""
    return Table(
        "Segments by code and participant: number, and share of that participant’s segments. "
        "Empty: none.",
        (
            "Code",
            *(
                f"{person} (of {n:,})"
                for person, n in zip(table.participants, table.segments, strict=True)
            ),
        ),
        tuple(
            _row(
                Cell(code.name, slug=level_slug(code.level)),
                *(
                    f"{n:,} ({share_text(n, of)})" if n else ""
                    for n, of in zip(counts, table.segments, strict=True)
                ),
            )
            for code, counts in zip(table.codes, table.counts, strict=True)
        ),
        numeric=tuple(range(1, len(table.participants) + 1)),
    )


def coverage_table(rows: Sequence[Coverage]) -> Table:
    """Tabulate what was not coded per participant."""
    return Table(
        "Segments without a suggestion, or with rejected ones only, by participant.",
        ("Participant", "Segments", "Not coded", "Share not coded"),
        tuple(
            _row(
                Cell(row.participant),
                row.segments,
                row.uncoded,
                share_text(row.uncoded, row.segments),
            )
            for row in rows
        ),
        numeric=(1, 2, 3),
    )


def uncoded_table(caption: str, rows: Sequence[UncodedSegment]) -> Table:
    """List passages without a suggestion, with the code that came nearest."""
    return Table(
        caption,
        ("Participant", "Passage", "Nearest code", "Score"),
        tuple(
            _row(
                Cell(row.participant, note=row.transcript),
                Cell(
                    clip(row.text, 600),
                    note=f"{counted(len(row.text.split()), 'word')}, "
                    f"characters {row.start:,} to {row.end:,}",
                ),
                row.best_code or "–",
                f"{row.best_score:.2f}" if row.best_code else "–",
            )
            for row in rows
        ),
        numeric=(3,),
    )


def coder_table(counts: CoderCounts, codings: Sequence[HumanCoding]) -> Table:
    """Tabulate each coder's codings per code beside the machine's segments."""
    total = ["All codes", sum(row[1] for row in counts.rows)]
    total += [sum(item.coder == coder for item in codings) for coder in counts.coders]
    rows = [_row(Cell(name), machine, *values) for name, machine, values in counts.rows]
    return Table(
        "People’s codings by coder, and the segments with a machine suggestion that nobody "
        "rejected. People may code spans of any length: these are counts, not agreement.",
        ("Code", "Machine: segments suggested", *(f"{coder}: codings" for coder in counts.coders)),
        (*rows, _row(Cell(str(total[0])), *total[1:])),
        numeric=tuple(range(1, len(counts.coders) + 2)),
    )


def transcript_table(rows: Sequence[TranscriptSummary]) -> Table:
    """List the transcripts with what was noticed while reading them."""
    return Table(
        "Each transcript with its length, its segments and what was noticed while it was read.",
        (
            "Transcript",
            "Participants",
            "Format",
            "Words",
            "By participants",
            "Segments",
            "Warnings",
        ),
        tuple(
            _row(
                Cell(row.name),
                ", ".join(row.participants) or "none found",
                row.format,
                row.words,
                row.participant_words,
                row.segments,
                " ".join(row.warnings) or "none",
            )
            for row in rows
        ),
        numeric=(3, 4, 5),
    )


def _row(head: Cell, *values: object) -> tuple[Cell, ...]:
    return (head, *(_cell(value) for value in values))


def _cell(value: object) -> Cell:
    if isinstance(value, Cell):
        return value
    return Cell(f"{value:,}" if isinstance(value, int) else str(value))
