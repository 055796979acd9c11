"""The commands that speak with other programs: import and inspect."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from semcode.cli.show import TerminalProgress, print_json, print_table, say
from semcode.errors import StudyError
from semcode.exchange.inspecting import Inspection, inspect
from semcode.study import Study
from semcode.study.exchange.importing import Imported, study_from_project

__all__ = ["import_project", "inspect_file"]

_MOST = 20  # sentences of one kind that the terminal shows


def import_project(options: Namespace) -> int:
    """Bring a project into a study, which is made where there is none."""
    progress = TerminalProgress()
    readings, suggestions = not options.no_readings, options.suggestions
    if (Path(options.study) / "study.db").exists():
        with Study(options.study) as study:
            done = study.import_project(
                options.file,
                readings=readings,
                suggestions=suggestions,
                coder=options.coder,
                progress=progress,
            )
    elif options.study == ".":
        raise StudyError(
            "There is no study in this folder.",
            where="--study",
            remedy="Name the study's folder with --study; a new one is made if it is not there.",
        )
    else:
        done = study_from_project(
            Path(options.study),
            Path(options.file),
            readings=readings,
            suggestions=suggestions,
            coder=options.coder,
            progress=progress,
        )
    if options.json:
        print_json(asdict(done))
    else:
        _tell(done, options.study)
    return 0


def _tell(done: Imported, folder: str) -> None:
    if done.made:
        say(f"Made {folder} from {done.project!r} ({done.program or 'program not named'}).")
    else:
        say(f"Read {done.project!r} ({done.program or 'program not named'}) into {folder}.")
    rows = [
        ("codes", len(done.codes), "new in the codebook"),
        ("transcripts", len(done.transcripts), _some(done.transcripts)),
        ("transcripts there already", len(done.matched), _some(done.matched)),
        ("participants", len(done.participants), _some(done.participants)),
        ("coders", len(done.coders), _some(done.coders)),
        ("codings", done.codings, ""),
        ("codings there already", done.known, ""),
        ("memos", done.memos, ""),
        ("sets, links, notes kept", done.kept, "written again by semcode export"),
    ]
    if told := [row for row in rows if row[1]]:
        print_table(("what", "number", ""), told)
    _list("note", done.notes)
    _list("no place for", done.lost)
    _list("not placed", done.unplaced)
    if done.transcripts:
        say(f"Next: semcode speakers --study {folder}  (check who asks, who answers)")
    else:
        say(f"Next: semcode status --study {folder}")


def _list(head: str, sentences: Sequence[str]) -> None:
    for sentence in sentences[:_MOST]:
        say(f"{head}: {sentence}")
    if len(sentences) > _MOST:
        say(f"{head}: and {len(sentences) - _MOST:,} more (--json shows all).")


def _some(names: Sequence[str], most: int = 4) -> str:
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def inspect_file(options: Namespace) -> int:
    """Say what a file holds."""
    found = inspect(Path(options.file))
    if options.json:
        print_json(asdict(found))
        return 0
    _show(found)
    return 0


def _show(found: Inspection) -> None:
    say(f"{found.file}: {found.name!r}, written by {found.program or 'a program not named'}.")
    counts = [
        ("users", found.users),
        ("codes", found.codes),
        ("documents", len(found.documents)),
        ("codings", found.codings),
        ("cases", found.cases),
        ("variables", found.variables),
        ("memos and notes", found.notes),
        ("sets", found.sets),
        ("links", found.links),
    ]
    if told := [row for row in counts if row[1]]:
        print_table(("what", "number"), told)
    if found.documents:
        rows = [
            (d.name, d.characters if d.characters is not None else "none", d.codings, d.positions)
            for d in found.documents[:_MOST]
        ]
        print_table(("document", "characters", "codings", "positions count"), rows)
        if len(found.documents) > _MOST:
            say(f"and {len(found.documents) - _MOST:,} more documents (--json shows all).")
    _list("note", found.warnings)
    _list("no place for", found.lost)
    if not found.lost:
        say("An import would lose nothing.")
