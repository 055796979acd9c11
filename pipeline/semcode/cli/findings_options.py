"""The options of `semcode findings`."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode.cli.options import Commands, command, seed, study

__all__ = ["add_findings"]

#: Equal to semcode.study.findings.finding.KINDS (tested); that module is too heavy for a parser.
KINDS = (
    "sem",
    "matrix",
    "participants",
    "saturation",
    "cooccurrence",
    "quotes",
    "network",
    "report",
)


def add_findings(commands: Commands[ArgumentParser]) -> None:
    """Add `semcode findings`."""
    parser = command(
        commands,
        "findings",
        "semcode.cli.findings:findings",
        "show and write what a paper needs: tables, quotes, saturation, network, report",
        more=(
            "Findings rest on what people coded: the consensus where there is one, elsewhere\n"
            "everybody's codings. KIND is one of: " + ", ".join(KINDS) + "."
        ),
        example="semcode findings sem --study my-study --html sem.html --xlsx sem.xlsx",
    )
    parser.add_argument("kind", metavar="KIND", choices=KINDS, help="what to show")
    study(parser, json=True)
    for name, what in (
        ("html", "write a page with figures"),
        ("docx", "write a Word document"),
        ("xlsx", "write a workbook"),
    ):
        parser.add_argument(f"--{name}", metavar="FILE", help=what)
    _whose(parser)
    _what(parser)
    _matrix(parser)
    _network(parser)


def _matrix(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--domains",
        default="level",
        metavar="NAME",
        help="matrix: level, or a facet such as time for level x current, desired",
    )
    parser.add_argument("--read", metavar="FILE", help="matrix: read an edited .xlsx back")
    parser.add_argument(
        "--templates", metavar="DIR", help="matrix: a summary sheet for each person"
    )
    parser.add_argument("--comment", metavar="TEXT", help="matrix: keep what a reviewer says")
    parser.add_argument(
        "--on", default="", metavar="PERSON[:DOMAIN]", help="matrix: what the comment is about"
    )
    parser.add_argument(
        "--as", dest="who", default="", metavar="NAME", help="matrix, network: who edits or decides"
    )


def _network(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--accept",
        action="append",
        default=[],
        metavar="PERSON:TIE[=QUALITY]",
        help="network: accept a tie as support, strain, both or unclear",
    )
    parser.add_argument(
        "--reject", action="append", default=[], metavar="PERSON:TIE", help="network: reject a tie"
    )
    parser.add_argument("--graphml", metavar="FILE", help="network: write it for Gephi or R")


def _whose(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--coder",
        metavar="A,B,...",
        help="rest on these coders' codings (default: consensus, elsewhere all people)",
    )
    parser.add_argument(
        "--include-suggestions",
        action="store_true",
        help="count the model's suggestions too, marked as such; not for publication",
    )
    parser.add_argument("--facet", metavar="VALUE", help="only passages with this, as desired")
    parser.add_argument(
        "--by", metavar="ATTRIBUTE", help="sem, participants: compare participants by it"
    )
    parser.add_argument(
        "--smallest",
        type=int,
        default=3,
        metavar="N",
        help="withhold smaller counts in tables of attributes (default: 3; 1 shows all)",
    )


def _what(parser: ArgumentParser) -> None:
    parser.add_argument("--codes", metavar="A,B,...", help="quotes, matrix: only these codes")
    parser.add_argument(
        "--where",
        action="append",
        default=[],
        metavar="ATTRIBUTE=VALUE",
        help="quotes: only of participants with this",
    )
    parser.add_argument("--count", type=int, metavar="N", help="quotes of each code or cell")
    parser.add_argument(
        "--orders",
        type=int,
        default=1_000,
        metavar="N",
        help="saturation: random orders of the interviews (default: 1000)",
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="of chance (default: 0)")
