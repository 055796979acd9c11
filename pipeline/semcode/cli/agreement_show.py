"""What the terminal shows of agreement: tables, and in words what they rest on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from semcode.cli.show import print_table, say
from semcode.evaluate import TITLES, AgreementReport, AgreementRow, ModeReport, PlainReport
from semcode.evaluate.model import GapRow, ModelTable
from semcode.evaluate.words import number, with_interval
from semcode.study.agreement.files import AnyReport
from semcode.wording import counted

__all__ = ["show"]

_SHOWN = ("percent", "cohen_kappa", "krippendorff_alpha", "gwet_ac1")
_NAMED = 4
_NOBODY = "Nobody used"
_VERDICTS = {
    "behind": "agrees less than people do",
    "ahead": "agrees more than people do",
    "open": "left open",
    "unknown": "cannot be said",
}
#: What a program's table has for programs, and not for readers.
_HIDDEN = frozenset(
    {"sources", "undefined", "no_interval", "ci", "codes", "level", "domain", "prevalence"}
)


def show(report: AnyReport, *, by: str, plan: bool) -> None:
    """Print a report; `plan` says that the precision to plan for was asked for."""
    if isinstance(report, AgreementReport):
        _show_study(report, by, plan)
    elif isinstance(report, ModeReport):
        _show_mode(report)
    else:
        _show_plain(report)


def _show_study(report: AgreementReport, by: str, plan: bool) -> None:
    kappa = "cohen_kappa" if len(report.setting.coders) == 2 else "conger_kappa"
    shown = ("percent", kappa, "krippendorff_alpha", "gwet_ac1")
    rows = report.tables[by]
    header = (by, "units", "with it", *(TITLES[name] for name in shown), "positive agreement")
    lines = [*rows, report.overall] if report.overall.n else rows
    print_table(header, [_line(row, shown) for row in lines])
    if report.overall.n:
        _say_overall(report.overall)
    if report.model is not None:
        _show_model(report.model, shown)
    _say_reasons(rows, shown)
    for text in (*report.summary, *report.notes):
        say(text)
    if report.drift is not None and report.drift.change is not None:
        say(_drift(report))
    if plan:
        _say_plan(report)
    for batch in report.batches:
        progress = ", ".join(
            f"{coder} {read:,}" for coder, read in zip(batch.coders, batch.read, strict=True)
        )
        say(f"Draw {batch.name!r}: {counted(batch.spans, 'segment')}; read so far: {progress}.")


def _say_overall(row: AgreementRow) -> None:
    decisions, given = row.more.get("n_decisions"), row.more.get("n_positive_decisions")
    if isinstance(decisions, int) and isinstance(given, int):
        say(
            f"all codes: {counted(row.n, 'unit')}, {row.n_positive:,} of them with any code; the "
            f"figures rest on {counted(decisions, 'decision')} (every unit with every code), of "
            f"which somebody gave the code in {given:,}."
        )


def _say_reasons(rows: Sequence[AgreementRow], shown: Sequence[str]) -> None:
    """Say each reason for a missing value or interval once, with the rows that it is about."""
    for kind, reasons in (("undefined", "undefined"), ("no interval", "no_interval")):
        about: dict[str, list[str]] = {}
        for row in rows:
            own: Mapping[str, str] = getattr(row, reasons)
            for reason in dict.fromkeys(own[name] for name in shown if name in own):
                if not reason.startswith(_NOBODY) or len(rows) == 1:
                    about.setdefault(reason, []).append(row.label)
        for reason, labels in about.items():
            named = ", ".join(labels[:_NAMED])
            more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
            say(f"{kind}: {named}{more}: {reason}")


def _show_model(model: ModelTable, shown: Sequence[str]) -> None:
    rows = model.pairs if model.among is None else (model.among, *model.pairs)
    header = ("all codes", "units", "with it", *(TITLES[name] for name in shown), "positive")
    print_table(header, [_line(row, shown) for row in rows])
    if model.reason:
        say(model.reason)
    if model.gaps:
        gaps = model.gaps if model.overall is None else (*model.gaps, model.overall)
        header = ("code", "alpha: people", "model", "difference", "interval")
        positive = ("positive: people", "model", "the model")
        print_table((*header, *positive), [_gap(row) for row in gaps])
        for reason in dict.fromkeys(gap.reason for gap in gaps if gap.reason):
            labels = [gap.code for gap in gaps if gap.reason == reason]
            more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
            say(f"no interval: {', '.join(labels[:_NAMED])}{more}: {reason}")
    elif model.by_code:
        header = ("code", "person", *(TITLES[name] for name in shown), "positive")
        print_table(
            header,
            [
                (row.label, person, *_line(row, shown)[3:])
                for person, row in model.by_code
                if row.n_positive
            ],
        )
    for text in model.notes:
        say(text)


def _gap(row: GapRow) -> list[object]:
    low, high = row.interval or (None, None)
    return [
        row.code,
        *(number(value) for value in (row.people, row.model, row.gap)),
        _between(low, high),
        number(row.people_positive),
        number(row.model_positive),
        _VERDICTS[row.verdict],
    ]


def _say_plan(report: AgreementReport) -> None:
    for item in report.plan:
        if item.needed is None:
            continue
        enough = "" if item.enough else ", more than this study has"
        more = f"{item.more:,} more than now" if item.more else "no more than now"
        say(
            f"{item.code}: {counted(item.needed, 'unit')} for ± {item.wanted:g} around alpha "
            f"({more}{enough})."
        )


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
    keys = list(dict.fromkeys(key for row in report.rows for key in row if key not in _HIDDEN))
    keys = [key for key in keys if any(row.get(key) is not None for row in report.rows)]
    print_table(
        [key.replace("_", " ") for key in keys],
        [[_with_bounds(row, key) for key in keys] for row in report.rows],
    )
    overall = {k: v for k, v in report.overall.items() if k not in _HIDDEN}
    said = ", ".join(
        f"{key.replace('_', ' ')} {_with_bounds(report.overall, key)}" for key in overall
    )
    say(f"overall: {said}")
    for kind in ("undefined", "no_interval"):
        _say_mode_reasons([*report.rows, {**report.overall, "code": "overall"}], kind)
    for text in (*report.notes, *report.methods):
        say(text)


def _say_mode_reasons(rows: Sequence[Mapping[str, object]], kind: str) -> None:
    about: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        reasons = row.get(kind)
        for name, reason in (reasons if isinstance(reasons, Mapping) else {}).items():
            about.setdefault((name, reason), []).append(str(row["code"]))
    for (name, reason), labels in about.items():
        more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
        named = f"{', '.join(labels[:_NAMED])}{more}"
        say(f"{kind.replace('_', ' ')}: {name.replace('_', ' ')} ({named}): {reason}")


def _with_bounds(row: Mapping[str, object], key: str) -> object:
    value, bounds = row.get(key), row.get("ci")
    interval = bounds.get(key) if isinstance(bounds, Mapping) else None
    if isinstance(value, float) and interval is not None:
        return f"{number(value)} [{number(interval[0])}, {number(interval[1])}]"
    return "–" if value is None else f"{value:.2f}" if isinstance(value, float) else value


def _show_plain(report: PlainReport) -> None:
    print_table(
        ("coefficient", "value", "interval", "units", "observed", "by chance"),
        [
            (
                _title(name, report.weights),
                number(found.value),
                _between(interval.lower, interval.upper),
                found.n_units if found.value is not None else "–",
                number(found.observed),
                number(found.expected),
            )
            for name, found, interval in report.results
        ],
    )
    if report.rows:
        header = ("category", "units", "with it", *(TITLES[n] for n in _kappas(report)))
        print_table(
            (*header, "positive agreement"), [_line(row, _kappas(report)) for row in report.rows]
        )
    reasons: dict[str, list[str]] = {}
    for name, found, interval in report.results:
        reason = found.reason or interval.reason
        if reason:
            reasons.setdefault(reason, []).append(TITLES[name])
    for reason, names in reasons.items():
        say(f"{', '.join(names)}: {reason}")
    _say_reasons(report.rows, _kappas(report))
    for text in (*report.notes, *report.methods):
        say(text)


def _kappas(report: PlainReport) -> tuple[str, ...]:
    if len(report.coders) == 2:
        return _SHOWN
    return tuple("conger_kappa" if name == "cohen_kappa" else name for name in _SHOWN)


def _title(name: str, weights: str) -> str:
    if weights == "identity":
        return TITLES[name]
    return "Gwet’s AC2" if name == "gwet_ac1" else f"{TITLES[name]}, weighted"


def _between(low: float | None, high: float | None) -> str:
    return "–" if low is None or high is None else f"{number(low)} to {number(high)}"
