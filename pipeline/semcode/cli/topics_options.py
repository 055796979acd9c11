"""The options of `semcode topics`."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError

from semcode.cli.options import Commands, command, seed, study

__all__ = ["add_topics"]


def add_topics(commands: Commands[ArgumentParser]) -> None:
    """Add `semcode topics`."""
    parser = command(
        commands,
        "topics",
        "semcode.cli.topics:topics",
        "find topics that nobody thought of, and accept, merge, split or reject them",
        more=(
            "Passages that a language model finds alike are one topic. Each keeps its id (T1, T2,\n"
            "...) and what was decided on it when topics are found again. A decision needs --as."
        ),
        example="semcode topics --study my-study --html topics.html",
    )
    study(parser, json=True)
    parser.add_argument(
        "--topics",
        type=_number,
        metavar="N|auto",
        help="so many topics (default: as the last time; at first chosen by the data, as auto)",
    )
    parser.add_argument(
        "--method",
        choices=("density", "centres"),
        help="density for thousands of passages, centres for fewer (default: by their number)",
    )
    parser.add_argument("--seed", type=seed, metavar="S", help="of chance (default: 0)")
    parser.add_argument(
        "--no-stability", action="store_true", help="do not try how stable the topics are"
    )
    parser.add_argument("--html", metavar="FILE", help="write a page with a map of the passages")
    parser.add_argument("--xlsx", metavar="FILE", help="write a workbook")
    _decisions(parser)
    _code(parser)


def _decisions(parser: ArgumentParser) -> None:
    parser.add_argument("--as", dest="who", default="", metavar="CODER", help="who decides")
    parser.add_argument("--note", default="", metavar="TEXT", help="why, kept with the decision")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--draft", metavar="ID", help="show the code that --accept would make")
    which.add_argument("--accept", metavar="ID", help="make a code of a topic")
    which.add_argument(
        "--merge-into", metavar="ID=CODE", help="suggest a topic's passages for a code"
    )
    which.add_argument("--merge", metavar="ID,ID", help="make one topic of several")
    which.add_argument("--split", metavar="ID[=PARTS]", help="make 2 or more topics of one")
    which.add_argument("--rename", metavar="ID=NAME", help="call a topic something")
    which.add_argument("--reject", metavar="ID", help="reject a topic; it does not come back")
    which.add_argument("--take-back", metavar="ID", help="take the newest decision on it back")


def _code(parser: ArgumentParser) -> None:
    parser.add_argument("--as-code", metavar="NAME", help="accept: the code's name")
    parser.add_argument("--definition", metavar="TEXT", help="accept: the code's definition")
    parser.add_argument("--under", metavar="CODE", help="accept: the code to place it below")
    parser.add_argument(
        "--level", metavar="LEVEL", help="accept: its level (default: the likeliest)"
    )
    parser.add_argument(
        "--no-examples",
        action="store_true",
        help="accept, merge-into: do not make the topic's quotes examples of the code",
    )


def _number(text: str) -> int:
    """Read a number of topics; auto is 0."""
    if text == "auto":
        return 0
    if not text.isdecimal() or int(text) < 2:
        raise ArgumentTypeError(f"{text!r} is neither a number of 2 or more nor auto")
    return int(text)
