"""The options of the commands about agreement, and which of them mean something when."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from semcode.cli.options import Commands, command, intervals, seed, study
from semcode.errors import InputError

__all__ = ["add_agreement", "add_reliability_sample", "refuse_unused"]

_OUTPUT = frozenset({"coders", "csv", "xlsx"})
_INTERVALS = frozenset({"ci", "resamples", "seed"})
_UNITS = _OUTPUT | _INTERVALS | {"unit", "by", "model", "batch", "html", "cluster", "overlap"}
_ALLOWED = {
    "units": _UNITS | {"include_not_blind", "half_width"},
    "characters": (_UNITS - {"overlap"}) | {"include_not_blind", "half_width"},
    "spans": _OUTPUT | _INTERVALS | {"unit", "include_not_blind"},
    "nvivo": _OUTPUT | {"mode", "by", "include_not_blind"},
    "maxqda": _OUTPUT | {"mode", "overlap", "include_not_blind"},
    "atlas": _OUTPUT | {"mode", "include_not_blind"},
    "table": _OUTPUT | {"html", "weights", "level", "categories", "cluster", "ci"},
    "clustered": _OUTPUT | _INTERVALS | {"html", "weights", "level", "categories", "cluster"},
}
_WHERE = {
    "units": "here",
    "characters": "with --unit character: characters are covered or not",
    "spans": "with --unit span: passages are compared as the coders chose them",
    "nvivo": "with --mode nvivo, which counts as that program does",
    "maxqda": "with --mode maxqda, which counts as that program does",
    "atlas": "with --mode atlas, which counts as that program does",
    "table": "with --table",
    "clustered": "with --table",
}
_EVERY = sorted(frozenset().union(*_ALLOWED.values()))


def refuse_unused(options: Namespace) -> None:
    """Raise InputError for an option that was given and would change nothing."""
    kind = _kind(options)
    for name in _EVERY:
        if getattr(options, name) is None or name in _ALLOWED[kind]:
            continue
        if name == "mode" and options.mode == "semcode" and kind != "table":
            continue
        flag = f"--{name.replace('_', '-')}"
        raise InputError(f"{flag} has no effect {_WHERE[kind]}.", remedy=_remedy(name, kind))


def _kind(options: Namespace) -> str:
    if options.table is not None:
        return "clustered" if options.cluster is not None else "table"
    if options.mode not in (None, "semcode"):
        return str(options.mode)
    return {"span": "spans", "character": "characters"}.get(options.unit, "units")


def _remedy(name: str, kind: str) -> str:
    if name in ("weights", "level", "categories"):
        return "Leave it out: the codes of a study are there or not. It is for --table."
    if kind == "table" and name in ("resamples", "seed"):
        return (
            "Leave it out, or name the column of interviews with --cluster, of which the "
            "intervals are then resampled."
        )
    if kind in ("table", "clustered"):
        return "Leave it out; a table has its own units and no texts. Without --table it works."
    if kind in ("spans", "characters"):
        return "Leave it out, or choose another --unit."
    return "Leave it out, or leave --mode out."


def add_agreement(commands: Commands[ArgumentParser]) -> None:
    """Add `semcode agreement`; an option that was not given is None."""
    parser = command(
        commands,
        "agreement",
        "semcode.cli.agreement:agreement",
        "say how far coders agree, with intervals, and what to mend",
        more=(
            "Only what all compared coders have read blind counts. With --table it takes any\n"
            "table of ratings: units in rows, coders in columns, empty = missing."
        ),
        example="semcode agreement --study my-study --html agreement.html",
    )
    study(parser, json=True)
    parser.add_argument("--table", metavar="FILE", help="a .csv or .xlsx of ratings, no study")
    parser.add_argument(
        "--coders",
        metavar="A,B,...",
        help="only these (default: all who read); with --mode nvivo A+B,C compares groups",
    )
    _what(parser)
    parser.add_argument("--csv", metavar="FILE", help="write the table")
    parser.add_argument("--xlsx", metavar="FILE", help="write all tables")
    parser.add_argument("--html", metavar="FILE", help="write the page with figures")
    _how_sure(parser)
    _tables(parser)


def _what(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--unit",
        choices=("segment", "sentence", "turn", "character", "document", "span"),
        help="what is compared (default: segment); span: where coders begin and end a passage",
    )
    parser.add_argument(
        "--by",
        choices=("code", "level", "facet", "transcript", "pair", "time"),
        help="what each row of the table is (default: code)",
    )
    parser.add_argument(
        "--mode",
        choices=("semcode", "nvivo", "maxqda", "atlas"),
        help="count as another program does (default: semcode)",
    )
    parser.add_argument(
        "--batch",
        metavar="NAME",
        help="only what was assigned in this draw: its name, how it begins, or latest",
    )
    parser.add_argument(
        "--model",
        action="store_const",
        const=True,
        help="set the suggestions beside people, in tables of their own",
    )
    parser.add_argument(
        "--overlap",
        type=float,
        metavar="SHARE",
        help="how much of a unit, or of the coding, must be covered (default: 0.5; maxqda: 0.9)",
    )
    parser.add_argument(
        "--include-not-blind",
        action="store_const",
        const=True,
        help="count also what was read with suggestions on show",
    )


def _how_sure(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--ci", type=float, metavar="SHARE", help="of the intervals (default: 0.95)"
    )
    parser.add_argument("--seed", type=seed, metavar="S", help="of chance (default: 0)")
    parser.add_argument("--resamples", type=int, metavar="N", help="for intervals (default: 2000)")
    parser.add_argument(
        "--cluster",
        metavar="NAME",
        help="resample interview (default) or participant; for --table the column of interviews",
    )
    parser.add_argument(
        "--half-width",
        type=float,
        metavar="W",
        help="the precision to plan for (default: 0.1)",
    )


def _tables(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--level",
        choices=("nominal", "ordinal", "interval", "ratio"),
        help="for --table: the level of measurement (default: nominal)",
    )
    parser.add_argument(
        "--weights",
        metavar="NAME",
        help="for --table: identity, ordinal, linear, quadratic, radical, ratio, circular, bipolar",
    )
    parser.add_argument(
        "--categories", metavar="A,B,...", help="for --table: all that could be chosen, in order"
    )


def add_reliability_sample(commands: Commands[ArgumentParser]) -> None:
    """Add `semcode reliability-sample`."""
    parser = command(
        commands,
        "reliability-sample",
        "semcode.cli.agreement:reliability_sample",
        "draw what is to be coded twice, and assign it blind",
        more="It says what precision to expect before anybody codes.",
        example="semcode reliability-sample --study my-study --coders ana,ben --segments 150",
    )
    study(parser, json=True)
    parser.add_argument("--coders", required=True, metavar="A,B", help="who is to code it")
    size = parser.add_mutually_exclusive_group(required=True)
    size.add_argument("--segments", type=int, metavar="N", help="draw this many segments")
    size.add_argument("--transcripts", type=int, metavar="N", help="draw this many transcripts")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument(
        "--stratify", metavar="ATTRIBUTE", help="from each group of participants in proportion"
    )
    kind.add_argument(
        "--rare", metavar="CODE", help="half of it where this code was coded or suggested"
    )
    intervals(parser)
    parser.add_argument(
        "--kappa", type=float, default=0.7, metavar="K", help="assumed agreement (default: 0.7)"
    )
    parser.add_argument(
        "--icc",
        type=float,
        default=0.05,
        metavar="R",
        help="how alike units of one interview are assumed to be (default: 0.05)",
    )
