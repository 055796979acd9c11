"""The options of the commands that speak with other programs."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode.cli.options import Commands, command, study

__all__ = ["add_import", "add_inspect", "project_options"]


def add_import(commands: Commands[ArgumentParser]) -> None:
    """Add `import`."""
    parser = command(
        commands,
        "import",
        "semcode.cli.exchange:import_project",
        "bring a coded project of another program into a study",
        more=(
            "It reads REFI-QDA, which ATLAS.ti, NVivo, MAXQDA, f4 and others export (.qdpx .qde,\n"
            "codebooks as .qdc), projects of QualCoder and Taguette, and tables of quotations.\n"
            "Where DIR holds no study, one is made. What is there already stays; the same file a\n"
            "second time changes nothing."
        ),
        example="semcode import --study my-study from-atlas.qdpx",
    )
    study(parser, json=True)
    parser.add_argument("file", metavar="FILE", help="the project's file")
    parser.add_argument(
        "--coder", default="", metavar="NAME", help="who coded, where the file does not say"
    )
    parser.add_argument(
        "--no-readings",
        action="store_true",
        help="do not take a coder who coded a document to have read all of it",
    )
    parser.add_argument(
        "--suggestions",
        action="store_true",
        help="bring suggestions of semcode in too, as a model's codings",
    )


def add_inspect(commands: Commands[ArgumentParser]) -> None:
    """Add `inspect`."""
    parser = command(
        commands,
        "inspect",
        "semcode.cli.exchange:inspect_file",
        "say what a project's file holds, and what an import would lose",
        more="It changes nothing.",
        example="semcode inspect from-atlas.qdpx",
    )
    parser.add_argument("file", metavar="FILE", help="the project's file")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def project_options(parser: ArgumentParser) -> None:
    """Add what `export` can do to a project for another program."""
    parser.add_argument(
        "--for",
        dest="layout",
        default="refi",
        choices=("refi", "atlasti", "maxqda", "nvivo"),
        help="for .qdpx: count positions and end lines as this program does (default: refi)",
    )
    parser.add_argument(
        "--table",
        default="codings",
        choices=("codings", "segments", "cases", "quotations"),
        help="for .csv and .xlsx: codings (default), quotations in ATLAS.ti's layout, or a 0/1\n"
        "matrix of segments or cases for R, SPSS and Stata",
    )
    parser.add_argument(
        "--into",
        metavar="PROJECT",
        help="for .qda: the QualCoder project of which FILE is to be a copy with suggestions",
    )
    parser.add_argument(
        "--no-suggestions", action="store_true", help="for .qdpx: only what people coded"
    )
