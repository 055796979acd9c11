"""The commands about agreement: compare coders, and draw what is to be double-coded."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence

from semcode.cli.show import print_json, print_table, say
from semcode.errors import InputError
from semcode.evaluate import TITLES, VIEWS, AgreementReport, AgreementRow, ModeReport, PlainReport
from semcode.evaluate.output import report_json
from semcode.evaluate.words import number, with_interval
from semcode.study import Study
from semcode.study.agreement_files import (
    AnyReport,
    table_agreement,
    write_agreement,
    write_agreement_page,
)

__all__ = ["agreement", "reliability_sample"]

_SHOWN = ("percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac1")


def agreement(options: Namespace) -> int:
    """Compare coders of a study, or of a plain table."""
    if options.table:
        _only_study(options)
        plain = table_agreement(
            options.table,
            coders=_names(options.coders),
            weights=options.weights,
            level=options.level,
            categories=_names(options.categories),
            cluster=options.cluster,
            ci=options.ci,
            resamples=options.resamples,
            seed=options.seed,
        )
        _put_out(plain, options, "code")
        return 0
    _only_table(options)
    with Study(options.study) as study:
        report = study.agreement(
            coders=_names(options.coders),
            unit=options.unit,
            by=_views(options),
            mode=options.mode,
            ci=options.ci,
            resamples=options.resamples,
            seed=options.seed,
            cluster=options.cluster or "interview",
            overlap=options.overlap,
            blind_only=not options.include_not_blind,
            model=options.model,
            half_width=options.half_width,
        )
        if options.html:
            if not isinstance(report, AgreementReport):
                raise InputError(
                    f"The page shows semcode's own mode, not {options.mode}.",
                    where="--html",
                    remedy="Use --xlsx for that mode, or leave --mode out.",
                )
            write_agreement_page(report, options.html, study=study.name, notice=study.notice)
            say(f"Wrote {options.html}. Open it in a browser; it loads nothing from anywhere.")
        _put_out(report, options, options.by)
    return 0


def _only_study(options: Namespace) -> None:
    for name in ("html", "model"):
        if getattr(options, name):
            raise InputError(
                f"--{name} needs a study; a table has no texts and no model.",
                where=f"--{name}",
                remedy="Leave it out, or leave --table out.",
            )


def _only_table(options: Namespace) -> None:
    for name in ("weights", "level", "categories"):
        if getattr(options, name):
            raise InputError(
                f"--{name} is for --table; the codes of a study are there or not.",
                where=f"--{name}",
                remedy="Leave it out, or name a table.",
            )


def _names(text: str | None) -> list[str] | None:
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def _views(options: Namespace) -> Sequence[str]:
    """Compute what is shown, and everything where it is written to a page or a workbook."""
    if not (options.html or options.xlsx):
        return (options.by,)
    return (options.by, *(view for view in VIEWS if view != options.by))


def _put_out(report: AnyReport, options: Namespace, by: str) -> None:
    for path in filter(None, (options.csv, options.xlsx)):
        say(f"Wrote {write_agreement(report, path, by=by)}.")
    if options.json:
        print_json(report_json(report, by=by))
    elif isinstance(report, AgreementReport):
        _show_study(report, by, options.study)
    elif isinstance(report, ModeReport):
        _show_mode(report)
    else:
        _show_plain(report)


def _show_study(report: AgreementReport, by: str, folder: str) -> None:
    kappa = "cohen_kappa" if len(report.setting.coders) == 2 else "conger_kappa"
    shown = ("percent", kappa, "krippendorff_alpha", "gwet_ac1")
    rows = report.tables[by]
    header = (by, "units", "with it", *(TITLES[name] for name in shown), "positive agreement")
    print_table(header, [_line(row, shown) for row in (*rows, report.overall)])
    if report.model is not None:
        print_table(
            ("model and person", "units", "", *(TITLES[name] for name in shown), ""),
            [_line(row, shown) for row in report.model.pairs],
        )
    for reason in dict.fromkeys(r for row in rows for r in row.undefined.values()):
        about = [row.label for row in rows if reason in row.undefined.values()]
        if len(about) < 3:
            say(f"undefined: {', '.join(about)}: {reason}")
    for text in (*report.summary, *report.notes):
        say(text)
    if report.drift is not None and report.drift.change is not None:
        say(_drift(report))
    say(f"Next: semcode agreement --study {folder} --html agreement.html")


def _drift(report: AgreementReport) -> str:
    drift = report.drift
    if drift is None or drift.change is None:
        return ""
    within = (
        f"interval {number(drift.interval[0])} to {number(drift.interval[1])}"
        if drift.interval
        else drift.reason
    )
    return f"From the first period to the last alpha changes by {number(drift.change)} ({within})."


def _line(row: AgreementRow, shown: Sequence[str]) -> list[object]:
    positive = row.more.get("positive_agreement")
    return [
        row.label,
        row.n,
        row.n_positive,
        *(with_interval(row, name) for name in shown),
        number(positive if isinstance(positive, float) else None),
    ]


def _show_mode(report: ModeReport) -> None:
    keys = [
        key
        for key in report.rows[0]
        if key not in ("sources", "undefined", "codes", "level", "domain", "kind", "prevalence")
    ]
    print_table(keys, [[_shown(row.get(key)) for key in keys] for row in report.rows])
    overall = {k: v for k, v in report.overall.items() if k != "undefined"}
    say("overall: " + ", ".join(f"{key} {_shown(value)}" for key, value in overall.items()))
    reasons = report.overall.get("undefined")
    for name, reason in (reasons if isinstance(reasons, Mapping) else {}).items():
        say(f"{name} is undefined: {reason}")
    for text in (*report.notes, *report.methods):
        say(text)


def _shown(value: object) -> object:
    return "–" if value is None else f"{value:.2f}" if isinstance(value, float) else value


def _show_plain(report: PlainReport) -> None:
    print_table(
        ("coefficient", "value", "interval", "units", "observed", "by chance"),
        [
            (
                _title(name, report.weights),
                number(found.value),
                _between(interval.lower, interval.upper),
                found.n_units,
                number(found.observed),
                number(found.expected),
            )
            for name, found, interval in report.results
        ],
    )
    if report.rows:
        print_table(
            ("category", "units", "with it", *(TITLES[name] for name in _SHOWN)),
            [_line(row, _SHOWN)[:-1] for row in report.rows],
        )
    reasons: dict[str, list[str]] = {}
    for name, found, interval in report.results:
        reason = found.reason or interval.reason
        if reason:
            reasons.setdefault(reason.replace("categories=", "--categories"), []).append(
                TITLES[name]
            )
    for reason, names in reasons.items():
        say(f"{', '.join(names)}: {reason}")
    for text in (*report.notes, *report.methods):
        say(text)


def _title(name: str, weights: str) -> str:
    if weights == "identity":
        return TITLES[name]
    return "Gwet’s AC2" if name == "gwet_ac1" else f"{TITLES[name]}, weighted"


def _between(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{number(low)} to {number(high)}"


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
        f"Drew {len(sample.drawn):,} {sample.kind} from {interviews} interviews "
        f"({sample.n_units:,} of {sample.n_total:,} units), seed {options.seed}."
    )
    for stratum, (drawn, of) in sample.strata.items():
        if stratum:
            say(f"  {stratum}: {drawn:,} of {of:,}")
    for coder, n in sample.assigned.items():
        say(f"{coder} has {n:,} to read, without suggestions.")
    for note in sample.notes:
        say(note)
    say(f"Assigned as {sample.batch!r}. When both are done: semcode agreement")
    return 0
