"""The command that codes interviews by the model alone: what it did, and what it lacks."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from semcode.cli.commands import expanded
from semcode.cli.show import TerminalProgress, print_json, print_table, say
from semcode.errors import InputError
from semcode.study import Study
from semcode.study.learning.batch_coding import BatchCoding, CodeOutcome
from semcode.wording import counted

__all__ = ["code"]

_SHOWN = 3  # needs that are spelled out


def code(options: Namespace) -> int:
    """Code new interviews by the model alone, or take that back."""
    with Study(options.study) as study:
        if options.undo:
            taken = study.undo_code(options.undo)
            say(f"Removed {counted(taken, 'coding')} of {options.undo!r}.")
            return 0
        names, failed = _added(study, options.files)
        found = study.code(
            transcripts=names or None,
            max_error=options.max_error,
            confidence=options.confidence,
            together=options.together,
            all_at_once=options.all_codes_at_once,
            icc=options.icc,
            dry=options.dry_run,
            seed=options.seed,
            progress=TerminalProgress(),
        )
    if options.json:
        print_json(asdict(found) | {"coverage": found.coverage})
    else:
        _show_coding(found, options)
    return 1 if failed else 0


def _added(study: Study, files: Sequence[str]) -> tuple[list[str], bool]:
    """Add new files; give the names of all that were named, also of those already there."""
    if not files:
        return [], False
    paths = [path for name in files for path in expanded(name)]
    added = study.add(paths, progress=TerminalProgress())
    for failure in added.failed:
        say(f"not added: {failure}")
    names = [*added.transcripts, *added.skipped]
    if not names:
        raise InputError("None of the files could be added.", remedy="See the messages above.")
    return names, bool(added.failed)


def _show_coding(found: BatchCoding, options: Namespace) -> None:
    given = [o for o in found.outcomes if o.threshold is not None]
    left = [o for o in found.outcomes if o.threshold is None]
    if options.together:
        _show_together(found)
    else:
        _show_given(given)
        _show_left(left)
    verb = "would get" if found.dry else "got"
    codes = counted(len(found.outcomes), "code")
    passed = "" if options.together else f"{len(given)} of {codes} passed, "
    on = (
        f"{passed}on an audit of {counted(found.audited, 'segment')} of "
        f"{counted(found.participants, 'participant')}"
        if found.audited
        else "nothing was audited"
    )
    say(
        f"{found.covered:,} of {counted(found.segments, 'segment')} ({found.coverage:.0%}) of "
        f"{counted(len(found.transcripts), 'interview')} {verb} a code from the model; {on}. "
        "The rest is in the queue."
    )
    for text in (*(found.assumptions if given else ()), *found.notes):
        say(text)
    if left:
        for text in _missing(found, options):
            say(text)
    if options.files and found.dry:
        say("The new interviews are in the study now; semcode remove takes them out.")
    if found.codings and not found.dry:
        say(
            f"Stored {counted(found.codings, 'coding')} of {found.coder!r}. Take them back with: "
            f'semcode code --study {options.study} --undo "{found.coder}"'
        )


def _show_given(given: Sequence[CodeOutcome]) -> None:
    if given:
        print_table(
            ("code", "from score", "audited", "wrong", "error at most", "segments", "of it found"),
            [
                (
                    o.name,
                    f"{o.threshold:.2f}",
                    o.audited,
                    o.errors,
                    f"{o.bound:.1%}",
                    o.accepted,
                    f"{o.found} of {o.there}",
                )
                for o in given
            ],
        )


def _show_together(found: BatchCoding) -> None:
    """Say the one bound, and by code what was given."""
    first = found.outcomes[0]
    if first.threshold is None or first.bound is None:
        say(f"All codes together: {first.reason}")
        return
    say(
        f"All codes together, from a score of {first.threshold:.2f}: {first.errors} of "
        f"{first.audited} audited decisions were wrong, the error is {first.bound:.1%} at most."
    )
    print_table(
        ("code", "segments", "of it found in the audit"),
        [(o.name, o.accepted, f"{o.found} of {o.there}") for o in found.outcomes if o.accepted],
    )


def _show_left(left: Sequence[CodeOutcome]) -> None:
    """Tabulate the codes that were tested and failed; name the others by reason."""
    tested = [o for o in left if o.tested]
    if tested:
        print_table(
            ("left to people", "audited with it", "why"),
            [(o.name, o.there, o.reason) for o in tested],
        )
    rest = [o for o in left if not o.tested]
    for reason in dict.fromkeys(o.reason for o in rest):
        names = [o.name for o in rest if o.reason == reason]
        say(f"Left to people: {', '.join(names)}. {reason}")


def _missing(found: BatchCoding, options: Namespace) -> Iterator[str]:
    """Say how many more audited segments are likely to be enough, and how to draw them."""
    if found.unread:
        yield (
            f"Drawn for the audit and not coded yet: {counted(found.unread, 'segment')}. "
            f"semcode review --study {options.study}  (order: audit)"
        )
    had = found.audited if found.basis.endswith("where sure") else 0
    more = [(name, _rounded(wanted - had)) for name, wanted in found.needs if wanted > had]
    able = [(name, wanted) for name, wanted in more if 2 * wanted <= found.sure]
    if not found.sure:
        yield (
            "The model is nowhere nearly sure of a code. Code more interviews by hand and train "
            "again: semcode train"
        )
    elif able:
        told = [
            f"about {wanted:,} for {name or 'all codes together (--together)'}"
            for name, wanted in able[:_SHOWN]
        ]
        yield (
            f"Likely to be enough{' in addition' if had else ''}, four times in five, of the "
            f"{counted(found.sure, 'segment')} in which the model is nearly sure of a code: "
            f"{', '.join(told)}. Have them coded blind: semcode audit --study {options.study} "
            f"--coder NAME --segments {able[0][1]} --where-sure --new-interviews"
        )
    elif more:
        yield (
            f"The model is nearly sure of a code in only {found.sure:,} of these "
            f"{counted(found.segments, 'segment')}, and an audit would take about "
            f"{_rounded(more[0][1] + had):,}. With so few, reading the suggestions is less work "
            "than proving that one need not."
        )
    else:
        more_allowed = ", or allow more: --max-error 0.1" if options.max_error < 0.1 else ""
        yield (
            "The model is wrong too often even where it is surest: no audit would let it code "
            f"here. Code more interviews by hand and train again{more_allowed}."
        )


def _rounded(count: int) -> int:
    """Round up to two digits: the number is a guess."""
    step = int(10 ** max(len(str(count)) - 2, 0))
    return -(-count // step) * step
