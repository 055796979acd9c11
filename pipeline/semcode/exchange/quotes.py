"""Codings from a table of quotes: each quote is found again in its transcript."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from semcode.codebook import Codebook
from semcode.errors import InputError
from semcode.records import Coding, Transcript
from semcode.wording import counted

__all__ = ["QuotedCodings", "read_quotes"]

_NEEDED = ("transcript", "coder", "code", "quote")
_FIX = "Save the table as CSV with the columns transcript, coder, code, facets, quote, memo."


@dataclass(frozen=True, slots=True)
class QuotedCodings:
    """The codings that were placed, and a sentence for each row that was not."""

    codings: Sequence[Coding]
    unplaced: Sequence[str]


def read_quotes(
    path: Path, *, transcripts: Mapping[str, Transcript], codebook: Codebook
) -> QuotedCodings:
    """Read codings from a CSV of quotes and anchor each in the text of its transcript.

    White space in a quote matches any white space of the text. A quote that is not there,
    or more than once, is reported and left out. Raises InputError when the table cannot be
    read at all.
    """
    codings: list[Coding] = []
    unplaced: list[str] = []
    for line, row in _rows(path):
        found = _place(row, transcripts, codebook)
        if isinstance(found, str):
            unplaced.append(f"{path.name}, line {line}: {found}")
        else:
            codings.append(found)
    return QuotedCodings(codings, unplaced)


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(
            f"The codings cannot be read: {error}.", where=str(path), remedy=_FIX
        ) from error
    lacking = [name for name in _NEEDED if name not in (reader.fieldnames or ())]
    if lacking:
        raise InputError(
            f"The column {lacking[0]!r} is missing.", where=f"{path}, line 1", remedy=_FIX
        )
    return rows


def _place(
    row: Mapping[str, str], transcripts: Mapping[str, Transcript], codebook: Codebook
) -> Coding | str:
    transcript = transcripts.get(row["transcript"])
    if transcript is None:
        return f"there is no transcript {row['transcript']!r}."
    if row["code"] not in codebook:
        return f"there is no code {row['code']!r}."
    spans = _find(row["quote"], transcript)
    if len(spans) != 1:
        count = "not" if not spans else f"{counted(len(spans), 'time')}"
        return f"the quote {row['quote'][:60]!r} is {count} in {transcript.name}."
    facets = tuple(f.strip() for f in (row.get("facets") or "").split(";") if f.strip())
    return Coding(
        guid="",
        transcript=transcript.name,
        start=spans[0][0],
        end=spans[0][1],
        code=codebook[row["code"]].guid,
        coder=row["coder"],
        facets=facets,
        memo=row.get("memo") or "",
    )


def _find(quote: str, transcript: Transcript) -> list[tuple[int, int]]:
    words = [re.escape(word) for word in quote.split()]
    if not words:
        return []
    pattern = re.compile(r"\s+".join(words))
    return [
        match.span()
        for turn in transcript.turns
        for match in pattern.finditer(transcript.text, turn.start, turn.end)
    ]
