"""The options of the commands around reviewing: history, assign, correct."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode.cli.options import Commands, command, seed, study

__all__ = ["add_assign", "add_correct", "add_history"]


def add_history(commands: Commands[ArgumentParser]) -> None:
    """Add `semcode history`."""
    parser = command(
        commands,
        "history",
        "semcode.cli.review:history",
        "show every decision: who, when, what, and what was taken back",
        more="The log is only ever added to. With --check it is replayed and compared with the\n"
        "codings and readings that the study holds.",
        example="semcode history --study my-study --coder ana --csv decisions.csv",
    )
    study(parser, json=True)
    parser.add_argument("--coder", metavar="NAME", help="only this coder's")
    parser.add_argument("--transcript", metavar="NAME", help="only in this transcript")
    parser.add_argument(
        "--limit", type=int, default=50, metavar="N", help="the newest N (default: 50; 0 = all)"
    )
    parser.add_argument("--csv", metavar="FILE", help="write all of them as a table")
    parser.add_argument("--check", action="store_true", help="compare the log with the study")


def add_assign(commands: Commands[ArgumentParser]) -> None:
    """Add `semcode assign`."""
    parser = command(
        commands,
        "assign",
        "semcode.cli.review:assign",
        "give transcripts, or a random sample of segments, to coders",
        more="Several coders get the same ones. With --blind, suggestions and other coders'\n"
        "codings stay hidden there until the segment is read.",
        example="semcode assign --study my-study --coders ana,ben --transcripts P01,P02",
    )
    study(parser, json=True)
    parser.add_argument("--coders", required=True, metavar="A,B", help="who is to read it")
    parser.add_argument("--transcripts", metavar="P01,P02", help="these (default: all)")
    parser.add_argument("--segments", type=int, metavar="N", help="a random sample of so many")
    parser.add_argument("--blind", action="store_true", help="hide suggestions and others' codings")
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="of chance (default: 0)")


def add_correct(commands: Commands[ArgumentParser]) -> None:
    """Add `semcode correct`."""
    parser = command(
        commands,
        "correct",
        "semcode.cli.review:correct",
        "put a corrected file in place of a transcript; codings move with their words",
        more="The old text is kept. What could not be placed is listed, and kept with it.",
        example="semcode correct --study my-study P01 corrected/P01.docx --dry-run",
    )
    study(parser, json=True)
    parser.add_argument("transcript", metavar="TRANSCRIPT", help="as `semcode speakers` shows")
    parser.add_argument("file", metavar="FILE", help="the corrected file")
    parser.add_argument("--coder", default="", metavar="NAME", help="who corrected it")
    parser.add_argument("--dry-run", action="store_true", help="say what it would do, do nothing")
