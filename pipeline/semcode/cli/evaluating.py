"""The commands about the model: how good it is, the audit sample, and coding by itself."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from semcode.cli.commands import expanded
from semcode.cli.show import TerminalProgress, print_json, print_table, say
from semcode.errors import InputError
from semcode.evaluate.fairness import KINDS, AttributeTest
from semcode.evaluate.model_quality import MEASURES, Quality
from semcode.evaluate.model_report import ModelReport, Section, report_of, shown
from semcode.evaluate.risk import labels_needed
from semcode.evaluate.words import number
from semcode.study import Study
from semcode.study.learning.batch_coding import BatchCoding, CodeOutcome
from semcode.wording import counted

__all__ = ["audit", "code", "evaluate"]

_HEADS = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "average_precision": "average precision",
}


def evaluate(options: Namespace) -> int:
    """Say how good the suggestions are."""
    with Study(options.study) as study:
        report = study.evaluate(
            folds=options.folds,
            curve=not options.no_curve,
            least_group=options.smallest_group,
            ci=options.ci,
            resamples=options.resamples,
            seed=options.seed,
            progress=TerminalProgress(),
        )
        name, notice = study.name, study.notice
    if options.xlsx or options.html:
        from semcode.study.learning.evaluation_files import write_evaluation, write_evaluation_page

        if options.xlsx:
            say(f"Wrote {write_evaluation(report, options.xlsx)}.")
        if options.html:
            write_evaluation_page(report, options.html, study=name, notice=notice)
            say(f"Wrote {options.html}. Open it in a browser; it loads nothing from anywhere.")
    if options.json:
        print_json(report_of(report))
    else:
        _show(report)
        if not options.html:
            say(f"Next: semcode evaluate --study {options.study} --html model.html")
    return 0


def _show(report: ModelReport) -> None:
    for part in (report.audit, report.left_out):
        if part is not None:
            _show_section(part)
    if report.pairs:
        print_table(
            ("who and who", "segments", "F1, all decisions", "mean F1 over codes"),
            [
                (f"{row.one} and {row.other}", row.n, shown(row.pooled), shown(row.mean))
                for row in report.pairs
            ],
        )
    if report.disputed:
        print_table(
            ("left out: decisions where", "number", "the model gave it"),
            [(d.kind, d.n, f"{d.given / d.n:.0%}" if d.n else "–") for d in report.disputed],
        )
    if report.curve is not None and report.curve.points:
        print_table(
            ("learned from participants", "segments", "mean F1 on the others", "interval"),
            [
                (p.participants, round(p.units), number(p.value), _between(p.interval))
                for p in report.curve.points
            ],
        )
    _show_fairness(report.fairness)
    for text in (*report.summary, *report.notes):
        say(text)
    if report.few:
        some = ", ".join(f"{name} ({n})" for name, n in report.few[:8])
        more = f" and {len(report.few) - 8} more" if len(report.few) > 8 else ""
        say(f"Fewer than 10 examples to learn from: {some}{more}. Coding more of these helps most.")


def _show_section(part: Section) -> None:
    title = "audit sample" if part.basis == "audit" else "participants left out"
    rows = [*part.codes, *part.levels, part.macro, part.micro]
    print_table(
        (title, "coded", "suggested", *(_HEADS[name] for name in MEASURES)),
        [_line(row) for row in rows],
    )
    reasons: dict[str, list[str]] = {}
    for row in part.codes:
        for found in row.values.values():
            for text in filter(None, (found.reason, found.why)):
                names = reasons.setdefault(text, [])
                if row.label not in names:
                    names.append(row.label)
    for text, names in reasons.items():
        some = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        say(f"{some}: {text}")


def _line(row: Quality) -> list[object]:
    values = (shown(row.values[name]) if name in row.values else "" for name in MEASURES)
    return [row.label, row.n_positive, row.n_given, *values]


def _show_fairness(tests: Sequence[AttributeTest]) -> None:
    made = [test for test in tests if test.p is not None]
    if made:
        print_table(
            ("attribute", "error", "groups", "difference", "p", "p after Holm"),
            [
                (
                    test.attribute,
                    test.kind,
                    "; ".join(
                        f"{g.value} (n={g.participants}) {g.error:.0%}"
                        if g.error is not None
                        else f"{g.value} (not shown)"
                        for g in test.groups
                    ),
                    f"{test.difference:.0%}",
                    f"{test.p:.3f}",
                    f"{test.p_adjusted:.3f}",
                )
                for test in made
            ],
        )
        for kind in dict.fromkeys(test.kind for test in made):
            say(f"{kind}: {KINDS[kind]}.")
    for reason in dict.fromkeys(test.reason for test in tests if test.reason):
        about = dict.fromkeys(test.attribute for test in tests if test.reason == reason)
        say(f"{', '.join(about)}: {reason}")


def _between(interval: tuple[float, float] | None) -> str:
    return f"{number(interval[0])} to {number(interval[1])}" if interval else "–"


def audit(options: Namespace) -> int:
    """Draw the audit sample, or say how far it has been read."""
    with Study(options.study) as study:
        if options.segments is None:
            return _show_progress(study, options)
        if not options.coder:
            raise InputError(
                "Say who is to code the audit sample.", where="--coder", remedy="--coder ana"
            )
        sample = study.audit(
            _names(options.coder) or [],
            segments=options.segments,
            transcripts=_names(options.transcripts),
            new_interviews=options.new_interviews,
            seed=options.seed,
        )
    if options.json:
        print_json(asdict(sample))
        return 0
    print_table(("participant", "segments drawn"), list(sample.participants.items()))
    say(
        f"Drew {len(sample.drawn):,} of {sample.population:,} segments that nobody has read, and "
        f"assigned them to {', '.join(sample.coders)} as {sample.batch!r}."
    )
    for note in sample.notes:
        say(note)
    say(f"Next: semcode review --study {options.study}  (order: audit)")
    return 0


def _show_progress(study: Study, options: Namespace) -> int:
    rows = study.audit_progress()
    if options.json:
        print_json([asdict(row) for row in rows])
        return 0
    if not rows:
        say("No audit sample has been drawn.")
        say(f"Next: semcode audit --study {options.study} --coder NAME --segments 120")
        return 0
    print_table(
        ("draw", "coder", "segments", "read blind"),
        [(row.batch, row.coder, row.drawn, row.read) for row in rows],
    )
    return 0


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
    elif given:
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
    if not options.together:
        _show_left(left, found)
    verb = "would get" if found.dry else "got"
    say(
        f"{found.covered:,} of {found.segments:,} segments ({found.coverage:.0%}) of "
        f"{len(found.transcripts)} interviews {verb} a code from the model; "
        f"{len(given)} of {len(found.outcomes)} codes passed, on an audit of {found.audited:,} "
        f"segments of {found.participants} participants. The rest is in the queue."
    )
    for text in (*found.assumptions, *found.notes):
        say(text)
    if len(given) < len(found.outcomes):
        least = labels_needed(options.max_error, confidence=options.confidence)
        say(
            f"For {options.max_error:.0%} at {options.confidence:.0%} confidence, {least} audited "
            "segments above the score and none of them wrong are the least; a rare code needs a "
            "much larger audit. Draw more: semcode audit --study "
            f"{options.study} --coder NAME --segments 200 --new-interviews"
        )
    if found.codings and not found.dry:
        say(
            f"Stored {counted(found.codings, 'coding')} of {found.coder!r}. Take them back with: "
            f'semcode code --study {options.study} --undo "{found.coder}"'
        )


def _show_together(found: BatchCoding) -> None:
    """Say the one bound, and by code what was given."""
    first = found.outcomes[0]
    if first.threshold is None or first.bound is None:
        needed = _needed(first, found, found.segments + found.audited)
        say(f"All codes together: {first.reason} Audit needed: {needed}.")
        return
    say(
        f"All codes together, from a score of {first.threshold:.2f}: {first.errors} of "
        f"{first.audited} audited decisions were wrong, the error is {first.bound:.1%} at most."
    )
    print_table(
        ("code", "segments", "of it found in the audit"),
        [(o.name, o.accepted, f"{o.found} of {o.there}") for o in found.outcomes if o.accepted],
    )


def _show_left(left: Sequence[CodeOutcome], found: BatchCoding) -> None:
    """Tabulate the codes of which something can be said; name the others."""
    there = found.segments + found.audited
    told = [o for o in left if o.needed is not None or o.tested]
    if told:
        print_table(
            ("left to people", "audited with it", "why", "audit needed"),
            [(o.name, o.there, o.reason, _needed(o, found, there)) for o in told],
        )
    for reason in dict.fromkeys(o.reason for o in left if o not in told):
        names = [o.name for o in left if o not in told and o.reason == reason]
        say(f"Left to people: {', '.join(names)}. {reason}")


def _needed(outcome: CodeOutcome, found: BatchCoding, there: int) -> str:
    if outcome.needed is None:
        return "–"
    if found.basis == "same interviews" and outcome.needed > there:
        return f"more than the {there:,} there are"
    return f"about {outcome.needed:,}"


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
