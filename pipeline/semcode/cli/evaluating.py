"""The commands about the model: how good it is, the audit sample, and coding by itself."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import asdict

from semcode.cli.show import TerminalProgress, print_json, print_table, say
from semcode.errors import InputError
from semcode.evaluate.fairness import KINDS, AttributeTest
from semcode.evaluate.model_quality import MEASURES, Quality
from semcode.evaluate.model_report import ModelReport, Section, report_of, shown
from semcode.evaluate.words import number
from semcode.exchange.tables import require_folder
from semcode.study import Study
from semcode.wording import counted

__all__ = ["audit", "evaluate"]

_HEADS = {
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "average_precision": "average precision",
}


def evaluate(options: Namespace) -> int:
    """Say how good the suggestions are."""
    require_folder(options.html, options.xlsx)
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
            where_sure=options.max_error if options.where_sure else None,
            seed=options.seed,
        )
    if options.json:
        print_json(asdict(sample))
        return 0
    print_table(("participant", "segments drawn"), list(sample.participants.items()))
    say(
        f"Drew {len(sample.drawn):,} of {counted(sample.population, 'segment')} that nobody has "
        f"read, for {', '.join(sample.coders)}, as {sample.batch!r}."
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


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]
