"""What each command does: call the study, print the result, say what comes next."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from fnmatch import fnmatchcase
from glob import glob
from pathlib import Path

from semcode.cli.learning import model_line, told_of_learning
from semcode.cli.show import TerminalProgress, print_json, print_table, say
from semcode.codebook import load_codebook
from semcode.errors import InputError
from semcode.store.runs import SuggestionRow
from semcode.study import Study
from semcode.wording import counted, natural

__all__ = [
    "add",
    "codebook",
    "codings",
    "demo",
    "export",
    "init",
    "remove",
    "report",
    "speakers",
    "status",
    "suggest",
]


def init(options: Namespace) -> int:
    """Make a study."""
    if options.example and (options.codebook or options.model):
        raise InputError(
            "A starter study has its own codebook.",
            remedy="Leave --example out, or --codebook and --model.",
        )
    if options.example:
        study = Study.from_starter(options.folder, options.example, progress=TerminalProgress())
        say(f"Made {options.folder}: {study.name}. {study.notice}")
        say(f"Next: semcode suggest --study {options.folder}")
    else:
        study = Study.create(options.folder, codebook=options.codebook, model=options.model)
        book = study.codebook()
        say(
            f"Made {options.folder} with the codebook {book.name!r} ({counted(len(book), 'code')})."
        )
        if options.model:
            say(f"Its suggestions begin with what {options.model} learned elsewhere.")
        say(f"Next: semcode add --study {options.folder} YOUR_FILES")
    study.close()
    return 0


def add(options: Namespace) -> int:
    """Add transcripts and participants."""
    if not options.files and not options.participants:
        raise InputError(
            "There is nothing to add.", remedy="Name transcripts, or --participants FILE."
        )
    with Study(options.study) as study:
        added = study.add(
            [path for name in options.files for path in expanded(name)],
            columns=_columns(options.columns),
            progress=TerminalProgress(),
        )
        for warning, names in added.notes.items():
            say(f"note: {_some(names)}: {warning}")
        if added.skipped:
            say(f"skipped, already in the study: {_some(added.skipped)}")
        for failure in added.failed:
            say(f"not added: {failure}")
        if options.participants:
            for note in study.add_participants(options.participants):
                say(f"note: {note}")
        people = study.participants()
        done = (
            f"Added {counted(len(added.transcripts), 'transcript')}"
            if options.files
            else "Read the table"
        )
        say(f"{done}; the study has {counted(len(people), 'participant')}.")
        if added.transcripts and not options.participants and any(p.attributes for p in people):
            say("note: read the table of participants again (--participants) for the new files.")
        if added.transcripts:
            say(f"Next: semcode speakers --study {options.study}  (check who asks, who answers)")
    return 1 if added.failed else 0


def expanded(name: str) -> list[str]:
    """Open a pattern such as *.docx where the shell has not: Windows leaves that to programs."""
    if Path(name).exists() or not any(mark in name for mark in "*?["):
        return [name]
    return sorted(glob(name)) or [name]  # noqa: PTH207 - a pattern may be absolute


def _some(names: Sequence[str], most: int = 5) -> str:
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def _columns(text: str | None) -> dict[str, str]:
    pairs = [part.partition("=") for part in (text or "").split(",") if part.strip()]
    for name, equals, column in pairs:
        if not equals or not column.strip():
            raise InputError(
                f"{name!r} in --columns says nothing.",
                remedy="Write for example: --columns speaker=Who,text=Words",
            )
    return {name.strip(): column.strip() for name, _, column in pairs}


def speakers(options: Namespace) -> int:
    """Show speakers, and set roles and participants."""
    with Study(options.study) as study:
        known = study.speakers()
        for rule in options.set:
            pattern, name, role = _rule(rule)
            hits = [s for s in known if _is(s.transcript, s.name, pattern, name)]
            _need(hits, rule)
            for hit in hits:
                study.set_role(hit.transcript, hit.name, role)
        for rule in options.participant:
            pattern, name, person = _rule(rule)
            hits = [s for s in known if _is(s.transcript, s.name, pattern, name)]
            _need(hits, rule)
            for hit in hits:
                study.set_participant(hit.transcript, hit.name, person)
        if options.confirm:
            for row in study.speakers():
                study.set_role(row.transcript, row.name, row.role)
        rows = sorted(study.speakers(), key=lambda row: natural(row.transcript))
        alone = study.status().without_speakers
    if options.json:
        print_json([{k: v for k, v in asdict(r).items() if k != "transcript_id"} for r in rows])
        return 0
    print_table(
        ("transcript", "speaker", "role", "participant", "turns", "words", "also written"),
        [
            (
                row.transcript,
                row.name,
                f"{row.role}{' ?' if row.guessed else ''}",
                row.participant or "",
                row.turns,
                row.words,
                ", ".join(label for label in row.labels if label != row.name),
            )
            for row in rows
        ],
    )
    if any(row.guessed for row in rows):
        say("A ? marks a guess. Correct it with --set, or confirm them all with --confirm.")
    _tell_alone(alone)
    return 0


def _rule(text: str) -> tuple[str, str, str]:
    left, equals, value = text.rpartition("=")
    transcript, colon, speaker = left.partition(":")
    if not equals or not colon or not value.strip():
        raise InputError(
            f"{text!r} is not TRANSCRIPT:SPEAKER=VALUE.",
            remedy='Write for example: --set "P01:Maria=interviewer"',
        )
    return transcript.strip(), speaker.strip(), value.strip()


def _is(transcript: str, speaker: str, pattern: str, name: str) -> bool:
    return (transcript == pattern or fnmatchcase(transcript, pattern)) and speaker == name


def _need(hits: object, rule: str) -> None:
    if not hits:
        raise InputError(
            f"No speaker fits {rule!r}.", remedy="See the names with: semcode speakers"
        )


def remove(options: Namespace) -> int:
    """Remove transcripts."""
    with Study(options.study) as study:
        for name in options.transcripts:
            study.remove(name)
            say(f"Removed {name}.")
    return 0


def suggest(options: Namespace) -> int:
    """Suggest codes."""
    with Study(options.study) as study:
        done = study.suggest(progress=TerminalProgress())
        if options.json:
            _print_suggestions(study, done.transcripts, done.segments)
            return 0
        status = study.status()
        embedded = f"; {counted(done.embedded, 'new text')} embedded" if done.embedded else ""
        say(
            f"{counted(status.suggestions, 'suggestion')} for "
            f"{counted(done.segments, 'segment')} in {counted(done.transcripts, 'transcript')}"
            f"{embedded}."
        )
        for line in told_of_learning(study, done, options.study):
            say(line)
        if not done.transcripts:
            say(f"The study has no transcripts. Next: semcode add --study {options.study} FILES")
        else:
            say(f"Next: semcode report --study {options.study} report.html")
    return 0


def _print_suggestions(study: Study, transcripts: int, segments: int) -> None:
    """Print one JSON object, a suggestion at a time, so that memory does not grow with it."""
    codebook = study.codebook()
    head = json.dumps({"transcripts": transcripts, "segments": segments})
    sys.stdout.write(head[:-1] + ', "suggestions": [')
    for number, row in enumerate(study.suggestions()):
        code = codebook[row.code]
        shown = _suggestion(row) | {"code": code.name, "level": codebook.level_of(code)}
        sys.stdout.write(",\n" if number else "\n")
        json.dump(shown, sys.stdout, ensure_ascii=False)
    sys.stdout.write("\n]}\n")


def _suggestion(row: SuggestionRow) -> dict[str, object]:
    return {
        "transcript": row.transcript,
        "participant": row.participant,
        "start": row.start,
        "end": row.end,
        "text": row.text,
        "code": row.code,
        "level": None,
        "score": row.score,
        "evidence": row.evidence,
    }


def status(options: Namespace) -> int:
    """Say where the study stands."""
    with Study(options.study) as study:
        now = study.status()
        model = model_line(study)
    counts: Mapping[str, object] = {
        "study": now.name,
        "notice": now.notice,
        "codebook": now.codebook,
        "codebook_version": now.codebook_version,
        "codes": now.codes,
        "transcripts": now.transcripts,
        "participants": now.participants,
        "segments": now.segments,
        "suggestions": now.suggestions,
        "model": model,
        "transcripts_to_suggest_for": now.pending,
        "roles_not_confirmed": now.guessed_roles,
        "transcripts_without_speakers": list(now.without_speakers),
        "codings": dict(now.codings),
    }
    if options.json:
        print_json(counts)
        return 0
    apart = ("codings", "transcripts_without_speakers")
    shown = {k.replace("_", " "): v for k, v in counts.items() if v != "" and k not in apart}
    shown |= {f"codings by {coder}": count for coder, count in now.codings.items()}
    for key, value in shown.items():
        number = f"{value:,}" if isinstance(value, int) else value
        print(f"{key:<34}{number}")
    _tell_alone(now.without_speakers)
    say(f"Next: semcode {_next_step(now.transcripts, now.pending).format(options.study)}")
    return 0


def _tell_alone(names: Sequence[str]) -> None:
    """Say which transcripts name nobody: what an interviewer asked counts as said there."""
    if names:
        say(
            f"note: no speakers were found in {_some(sorted(names, key=natural))}: each is taken "
            "as one participant's, questions included. Put a name before each turn if you can "
            "(Interviewer: ..., P01: ...), and add the file again."
        )


def _next_step(transcripts: int, pending: int) -> str:
    if not transcripts:
        return "add --study {} YOUR_FILES"
    return "suggest --study {}" if pending else "report --study {} report.html"


def _tell_if_stale(study: Study) -> None:
    pending = study.status().pending
    if pending:
        say(
            f"note: {counted(pending, 'transcript has', 'transcripts have')} no suggestions, or "
            "ones made with another codebook or other settings. Call semcode suggest first to have "
            "them in."
        )


def codings(options: Namespace) -> int:
    """List what people coded."""
    with Study(options.study) as study:
        rows = list(_codings(study, options))
    if options.json:
        print_json(rows)
        return 0
    keys = ("transcript", "start", "end", "coder", "code", "facets", "text")
    print_table(keys, [[row[key] for key in keys] for row in rows])
    say(f"{counted(len(rows), 'coding')}.")
    return 0


def _codings(study: Study, options: Namespace) -> Iterator[dict[str, object]]:
    codebook = study.codebook()
    for transcript, found in study.codings_by_transcript():
        for coding in found:
            code = codebook[coding.code].name if coding.code in codebook else coding.code
            row = {
                "transcript": coding.transcript,
                "start": coding.start,
                "end": coding.end,
                "text": transcript.text[coding.start : coding.end],
                "code": code,
                "coder": coding.coder,
                "facets": "; ".join(coding.facets),
                "memo": coding.memo,
            }
            if all(
                wanted is None or row[key] == wanted
                for key, wanted in (
                    ("coder", options.coder),
                    ("code", options.code),
                    ("transcript", options.transcript),
                )
            ):
                yield row


def codebook(options: Namespace) -> int:
    """Show, check, export or import the codebook."""
    if options.action != "show" and not options.file:
        raise InputError(
            f"semcode codebook {options.action} needs a file.",
            remedy=f"For example: semcode codebook {options.action} codebook.xlsx",
        )
    if options.action == "check":
        book = load_codebook(options.file)
        say(f"{options.file} is in order: {counted(len(book), 'code')}.")
        return 0
    with Study(options.study) as study:
        if options.action == "export":
            say(f"Wrote {study.export_codebook(options.file)}.")
        elif options.action == "import":
            before = study.status().codebook_version
            number = study.set_codebook(options.file, note=f"from {Path(options.file).name}")
            if number == before:
                say(f"The codebook is as it was, version {number}.")
            else:
                say(f"The codebook is now version {number}.")
                say(f"Next: semcode suggest --study {options.study}")
        else:
            _show_codebook(study, as_json=options.json)
    return 0


def _show_codebook(study: Study, *, as_json: bool) -> None:
    book = study.codebook()
    if as_json:
        print_json([{**asdict(code), "level": book.level_of(code)} for code in book])
        return
    rows = [
        (book.level_of(c) or "", "  " * len(book.ancestors(c)) + c.name, c.definition) for c in book
    ]
    print_table(("level", "code", "definition"), rows)


def export(options: Namespace) -> int:
    """Write a table."""
    with Study(options.study) as study:
        if _with_suggestions(options):
            _tell_if_stale(study)
        if options.into or Path(options.file).suffix.lower() == ".qda":
            _into_qualcoder(study, options)
            return 0
        done = study.export(
            options.file,
            suggestions=not options.no_suggestions,
            layout=options.layout,
            table=options.table,
        )
        say(f"Wrote {done}.")
    return 0


def _with_suggestions(options: Namespace) -> bool:
    """Tell whether what is to be written has suggestions in it."""
    suffix = Path(options.file).suffix.lower()
    if suffix == ".qdpx":
        return not options.no_suggestions
    return suffix != ".qdc" and options.table == "codings"


def _into_qualcoder(study: Study, options: Namespace) -> None:
    if not options.into or Path(options.file).suffix.lower() != ".qda":
        raise InputError(
            "For QualCoder, name the project and the copy to make of it.",
            where="--into",
            remedy="For example: semcode export with-suggestions.qda --into project.qda",
        )
    for sentence in study.export_into_qualcoder(options.into, options.file):
        say(f"note: {sentence}")
    say(f"Wrote {options.file}: a copy of {options.into} with the suggestions. The original stays.")


def report(options: Namespace) -> int:
    """Write the report."""
    with Study(options.study) as study:
        _tell_if_stale(study)
        path = study.report(options.file)
    say(f"Wrote {path}. Open it in a browser; it loads nothing from anywhere.")
    return 0


def demo(options: Namespace) -> int:
    """Make a starter study and code it."""
    folder = Path(options.folder)
    progress = TerminalProgress()
    with Study.from_starter(folder, options.example, progress=progress) as study:
        done = study.suggest(progress=progress)
        report_file = study.report(folder / "report.html").resolve()
        table = study.export(folder / "codings.xlsx").resolve()
        shown = study.status()
    say(f"\n{shown.name}. {shown.notice}")
    say(
        f"{counted(shown.suggestions, 'suggestion')} for {counted(done.segments, 'segment')} of "
        f"{counted(shown.participants, 'participant')}."
    )
    say(f"Open the report in a browser:  {report_file}")
    say(f"Open the table in Excel:       {table}")
    say(f"Look around:                   semcode status --study {folder}")
    return 0
