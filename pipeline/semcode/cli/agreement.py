"""The commands about agreement: compare coders, and draw what is to be double-coded."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from typing import Any

from semcode.cli.agreement_options import refuse_unused
from semcode.cli.agreement_show import show
from semcode.cli.show import print_json, print_table, say
from semcode.evaluate import VIEWS, AgreementReport
from semcode.evaluate.output import report_json, rounded
from semcode.study import Study
from semcode.study.agreement.files import (
    AnyReport,
    table_agreement,
    write_agreement,
    write_agreement_page,
    write_table_page,
)
from semcode.wording import counted

__all__ = ["agreement", "reliability_sample"]

_PASSED = ("mode", "ci", "resamples", "seed", "cluster", "overlap", "model", "half_width", "batch")
_OF_TABLE = ("weights", "level", "cluster", "ci", "resamples", "seed")


def agreement(options: Namespace) -> int:
    """Compare coders of a study, or of a plain table."""
    refuse_unused(options)
    if options.table is not None:
        plain = table_agreement(
            options.table,
            coders=_names(options.coders),
            categories=_names(options.categories),
            **_given(options, _OF_TABLE),
        )
        if options.html:
            write_table_page(plain, options.html, table=options.table)
            _wrote_page(options.html)
        _put_out(plain, options, "code")
        return 0
    by = options.by or "code"
    given = _given(options, _PASSED)
    if options.unit is not None:
        given["unit"] = options.unit
    with Study(options.study) as study:
        report = study.agreement(
            coders=_names(options.coders),
            by=_views(options, by),
            blind_only=not options.include_not_blind,
            **given,
        )
        if options.html and isinstance(report, AgreementReport):
            write_agreement_page(report, options.html, study=study.name, notice=study.notice)
            _wrote_page(options.html)
        _put_out(report, options, by)
    return 0


def _given(options: Namespace, names: Sequence[str]) -> dict[str, Any]:
    """Give the options that were given, so that the functions keep their own defaults."""
    return {name: value for name in names if (value := getattr(options, name)) is not None}


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _views(options: Namespace, by: str) -> Sequence[str]:
    """Compute what is shown, and everything where it is written to a page or a workbook."""
    if options.mode not in (None, "semcode") or options.unit == "span":
        return (by,)
    if not (options.html or options.xlsx):
        return (by,)
    return (by, *(view for view in VIEWS if view != by))


def _wrote_page(path: str) -> None:
    say(f"Wrote {path}. Open it in a browser; it loads nothing from anywhere.")


def _put_out(report: AnyReport, options: Namespace, by: str) -> None:
    for path in filter(None, (options.csv, options.xlsx)):
        say(f"Wrote {write_agreement(report, path, by=by)}.")
    if options.json:
        print_json(report_json(report, by=by))
        return
    show(report, by=by, plan=options.half_width is not None)
    if isinstance(report, AgreementReport) and not options.html:
        say(f"Next: semcode agreement --study {options.study} --html agreement.html")
        if report.disputed:
            told = f"semcode review --study {options.study}  (Adjudicate)"
            passages = counted(len(report.disputed), "passage")
            say(f"To settle the {passages} on which they differ: {told}")


def reliability_sample(options: Namespace) -> int:
    """Draw what is to be double-coded, and assign it."""
    with Study(options.study) as study:
        sample = study.reliability_sample(
            _names(options.coders) or [],
            segments=options.segments,
            transcripts=options.transcripts,
            stratify=options.stratify,
            rare=options.rare,
            seed=options.seed,
            kappa=options.kappa,
            icc=options.icc,
            ci=options.ci,
        )
    if options.json:
        print_json(
            rounded(
                {
                    "batch": sample.batch,
                    "coders": list(sample.coders),
                    "n_units": sample.n_units,
                    "n_total": sample.n_total,
                    "assigned": dict(sample.assigned),
                    "strata": {k: {"drawn": a, "of": b} for k, (a, b) in sample.strata.items()},
                    "drawn": [
                        {"transcript": c.transcript, "stratum": c.stratum, "spans": list(c.spans)}
                        for c in sample.drawn
                    ],
                    "precision": [
                        {
                            "code": p.label,
                            "prevalence": p.prevalence,
                            "positives": p.positives,
                            "half_width": p.half_width,
                        }
                        for p in sample.precision
                    ],
                    "notes": list(sample.notes),
                }
            )
        )
        return 0
    print_table(
        ("code", "prevalence", "units with it", "expected interval"),
        [
            (
                p.label,
                f"{p.prevalence:.1%}",
                f"{p.positives:.1f}",
                f"± {p.half_width:.2f}" if p.half_width < 1 else "more than ± 1",
            )
            for p in sample.precision
        ],
    )
    interviews = len({c.transcript for c in sample.drawn})
    say(
        f"Drew {counted(len(sample.drawn), sample.kind.removesuffix('s'))} from "
        f"{counted(interviews, 'interview')} "
        f"({sample.n_units:,} of {counted(sample.n_total, 'unit')}), seed {options.seed}."
    )
    for stratum, (drawn, of) in sample.strata.items():
        if stratum:
            say(f"  {stratum}: {drawn:,} of {of:,}")
    for coder, n in sample.assigned.items():
        say(f"{coder} has {n:,} to read, without suggestions.")
    for note in sample.notes:
        say(note)
    say(
        f"Assigned as {sample.batch!r}. When all are done: semcode agreement --study "
        f"{options.study} --batch '{sample.batch}'"
    )
    return 0
