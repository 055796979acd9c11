"""Summary sheets: a Word document for each participant, to be filled in by whoever summarises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from semcode.errors import InputError
from semcode.exchange.word import WordHeading, WordQuote, WordTable, WordText, write_word
from semcode.findings.coded import CodedStudy
from semcode.findings.printing import about
from semcode.findings.rapid_matrix import Domain, MatrixCell
from semcode.study.findings.matrix_file import some

__all__ = ["write_templates"]


def write_templates(
    data: CodedStudy,
    domains: Sequence[Domain],
    cells: Sequence[MatrixCell],
    folder: Path,
    *,
    only: str = "",
) -> list[Path]:
    """Write a summary sheet for each participant: what is there, quotes, and room to write.

    `only` names one participant, "" all.

    Raises InputError where a sheet is there already: it may have been filled in.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The folder cannot be made: {error.strerror}.", where=str(folder)
        ) from error
    people = [p for p in data.people if only in ("", p.label)]
    paths = {p.label: folder / f"{_file_name(p.label)} summary.docx" for p in people}
    there = [path.name for path in paths.values() if path.exists()]
    if there or len(set(paths.values())) < len(paths):
        raise InputError(
            f"Already there: {some(there) or 'two names make one file'}. Nothing was written.",
            where=str(folder),
            remedy="Name an empty folder with --templates.",
        )
    found = {(cell.participant, cell.domain.key): cell for cell in cells}
    for person in people:
        own = [found[person.label, domain.key] for domain in domains]
        spoken = [i.name for i in data.interviews if person.label in i.participants]
        write_word(
            paths[person.label],
            [
                WordHeading(f"{data.study}: summary of {person.label}", 0),
                *([WordText(data.notice, "italic")] if data.notice else []),
                WordTable(
                    "To be filled in by whoever summarises.",
                    ("Interview", "Participant", "Summarised by", "Date"),
                    ((", ".join(spoken), about(person) or person.label, "", ""),),
                ),
                *(part for cell in own for part in _template(cell)),
                WordHeading("What stood out, and what does not fit a domain", 1),
                WordText("\n\n\n"),
            ],
        )
    return list(paths.values())


def _template(cell: MatrixCell) -> list[WordHeading | WordText | WordQuote]:
    parts: list[WordHeading | WordText | WordQuote] = [WordHeading(cell.domain.title, 1)]
    if cell.edited_by:
        parts.append(WordText(cell.text))
    parts.append(WordText("Summary in three to five sentences:", "italic"))
    parts.append(WordText("\n\n"))
    for item in cell.passages:
        facets = f" [{', '.join(item.facets)}]" if item.facets else ""
        told = f"— {item.code}{facets}"
        parts.append(WordQuote(item.text, f"{told}; {item.transcript}, {item.start} to {item.end}"))
    if not cell.passages:
        parts.append(WordText("Nothing was coded here.", "italic"))
    return parts


def _file_name(label: str) -> str:
    return "".join(c if c.isalnum() or c in " -_" else "_" for c in label).strip() or "_"
