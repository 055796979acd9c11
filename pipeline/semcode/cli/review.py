"""The commands around reviewing: the log of decisions, assignments, corrected transcripts."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from semcode.cli.show import print_json, print_table, say
from semcode.errors import InputError, StudyError
from semcode.exchange.tables import Sheet, write_csv
from semcode.study import Study
from semcode.study.review import Review
from semcode.study.review.rebuilding import check
from semcode.study.review.shown import Correction, HistoryRow, Moved
from semcode.wording import counted

__all__ = ["assign", "correct", "history"]

_COLUMNS = (
    *("id", "at", "coder", "verdict", "transcript", "start", "end", "code_name", "code", "text"),
    *("score", "seconds", "note", "coding", "standing", "undoes", "batch", "run"),
    "codebook_version",
)


def history(options: Namespace) -> int:
    """Show the log of decisions, the newest first."""
    with Study(options.study) as study, _review(study) as review:
        if options.check:
            return _check(study)
        known = {row.name for row in review.coders()}
        if options.coder and options.coder not in known:
            raise InputError(
                f"There is no coder {options.coder!r}.",
                remedy=f"There are: {', '.join(sorted(known)) or 'none yet'}.",
            )
        everything = options.csv or options.limit <= 0
        rows = review.history(
            coder=options.coder,
            transcript=options.transcript,
            limit=None if everything else options.limit,
        )
    if options.csv:
        values = [[getattr(row, name) for name in _COLUMNS] for row in rows]
        write_csv(Path(options.csv), Sheet("Decisions", _COLUMNS, values))
        say(f"Wrote {options.csv}: {counted(len(rows), 'decision')}.")
    elif options.json:
        print_json([asdict(row) for row in rows])
    else:
        _print_history(rows)
    return 0


def assign(options: Namespace) -> int:
    """Assign transcripts or a sample to coders."""
    coders = _names(options.coders)
    with Study(options.study) as study, _review(study) as review:
        known = {row.name for row in review.coders()}
        made = review.assign(
            coders,
            transcripts=_names(options.transcripts or ""),
            sample=options.segments,
            blind=options.blind,
            seed=options.seed,
        )
        rows = [
            {"coder": coder, **asdict(row)} for coder in coders for row in review.assignments(coder)
        ]
    new = [coder for coder in coders if coder not in known]
    if new:
        say(f"note: new to this study: {', '.join(new)}. Check the spelling.")
    if options.json:
        print_json(rows)
        return 0
    names = ("coder", "transcript", "segments", "read", "blind", "batch")
    print_table(names, [[_shown(row[name]) for name in names] for row in rows])
    given, to = counted(made, "segment"), counted(len(coders), "coder")
    say(f"Assigned {given} to {to}; what they had read was left out.")
    say(f"Next: semcode review --study {options.study} --coder {coders[0]}")
    return 0


def correct(options: Namespace) -> int:
    """Put a corrected file in place of a transcript, or say what that would do."""
    with Study(options.study) as study, _review(study) as review:
        if options.dry_run:
            done = review.preview_correction(options.transcript, options.file)
        else:
            done = review.correct(options.coder, options.transcript, options.file)
    if options.json:
        print_json(asdict(done))
    else:
        _print_correction(done, dry=options.dry_run)
    return 0


@contextmanager
def _review(study: Study) -> Iterator[Review]:
    review = Review(study)
    try:
        yield review
    finally:
        review.close()


def _check(study: Study) -> int:
    found = check(study.database)
    if found:
        raise StudyError(
            f"The log and the study differ in {counted(len(found), 'place')}. The first: "
            f"{found[0]}",
            where=str(study.folder),
            remedy="Put back a copy from your backup of the folder, or ask for help with it.",
        )
    say("The log, replayed from its beginning, gives the codings and readings of the study.")
    return 0


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _shown(value: object) -> object:
    return ("yes" if value else "no") if isinstance(value, bool) else value


def _print_history(rows: Sequence[HistoryRow]) -> None:
    print_table(
        ("line", "when", "coder", "what", "code", "transcript", "score", "words"),
        [
            (
                row.id,
                row.at[:19].replace("T", " "),
                row.coder,
                _what(row),
                row.code_name,
                row.transcript,
                "" if row.score is None else f"{row.score:.2f}",
                _short(row.text or row.note),
            )
            for row in rows
        ],
    )
    if not rows:
        say("Nobody has decided on anything yet.")


def _what(row: HistoryRow) -> str:
    verdict = f"{row.verdict} of line {row.undoes}" if row.undoes else str(row.verdict)
    return verdict if row.standing else f"{verdict} (taken back)"


def _print_correction(done: Correction, *, dry: bool) -> None:
    would = "would be" if dry else "are"
    say(
        f"{done.transcript}: {done.kept:.1%} of the text stays; "
        f"{counted(done.words_before, 'word')} before, {done.words_after:,} after."
    )
    say(
        f"Codings: {done.unmoved:,} unmoved, {len(done.moved):,} moved with their words, "
        f"{len(done.changed):,} with other words, {len(done.unplaced):,} could not be placed."
    )
    rows = [("other words", *_cells(move)) for move in done.changed]
    rows += [("not placed", *_cells(move)) for move in done.unplaced]
    if rows:
        print_table(("", "coder", "code", "was", "is"), rows)
    if done.unplaced:
        say(f"Those without a place {would} kept with the old text; they are no codings any more.")
    for note in done.notes:
        say(f"note: {note}")
    if dry:
        say("Nothing was changed. Run the same without --dry-run to do it.")


def _cells(move: Moved) -> tuple[str, str, str, str]:
    """Show where the words begin to differ."""
    pairs = zip(move.old_text, move.text, strict=False)
    same = next((n for n, (a, b) in enumerate(pairs) if a != b), 0)
    begin = max(0, same - 20) if move.text else 0
    lead = "… " if begin else ""
    was, now = move.old_text[begin:], move.text[begin:]
    return move.coder, move.code_name, lead + _short(was), lead * bool(now) + _short(now)


def _short(text: str, most: int = 60) -> str:
    words = " ".join(text.split())
    return words if len(words) <= most else f"{words[:most]} …"
