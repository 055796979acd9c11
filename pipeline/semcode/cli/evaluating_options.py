"""The options of the commands that say how good suggestions are, and that code by themselves."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode.cli.options import Commands, command, intervals, seed, study

__all__ = ["add_audit", "add_code", "add_evaluate"]


def add_evaluate(commands: Commands[ArgumentParser]) -> None:
    """Add `evaluate`."""
    parser = command(
        commands,
        "evaluate",
        "semcode.cli.evaluating:evaluate",
        "say how good the suggestions are, for whom, and what more coding would bring",
        more=(
            "Each participant is judged by a model that learned from the others only. Where a\n"
            "random blind audit sample was read, its figures come first: report those."
        ),
        example="semcode evaluate --study my-study --html model.html",
    )
    study(parser, json=True)
    parser.add_argument("--xlsx", metavar="FILE", help="write all tables")
    parser.add_argument("--html", metavar="FILE", help="write the page with figures")
    parser.add_argument(
        "--folds", type=int, metavar="N", help="how often participants are left out in turn"
    )
    parser.add_argument(
        "--no-curve", action="store_true", help="leave the learning curve out: much faster"
    )
    parser.add_argument(
        "--smallest-group",
        type=int,
        default=5,
        metavar="N",
        help="compare and show groups of at least so many participants (default: 5)",
    )
    intervals(parser)
    parser.add_argument(
        "--resamples", type=int, default=2000, metavar="N", help="for intervals (default: 2000)"
    )


def add_audit(commands: Commands[ArgumentParser]) -> None:
    """Add `audit`."""
    parser = command(
        commands,
        "audit",
        "semcode.cli.evaluating:audit",
        "draw the random blind sample from which figures are reported, or say how far it is read",
        more=(
            "Every segment that nobody has read has the same chance. The sample is coded without\n"
            "suggestions and never learned from. Without --segments: how far it has been read."
        ),
        example="semcode audit --study my-study --coder ana --segments 120",
    )
    study(parser, json=True)
    parser.add_argument("--coder", metavar="NAME[,NAME]", help="who is to code it, blind")
    parser.add_argument("--segments", type=int, metavar="N", help="draw this many")
    parser.add_argument(
        "--transcripts", metavar="A,B,...", help="only from these (default: from all)"
    )
    parser.add_argument(
        "--new-interviews",
        action="store_true",
        help="only from interviews in which nobody has read or coded anything",
    )
    parser.add_argument(
        "--where-sure",
        action="store_true",
        help="only where the model is nearly sure of a code: for semcode code, not for evaluate",
    )
    parser.add_argument(
        "--max-error",
        type=float,
        default=0.05,
        metavar="SHARE",
        help="that semcode code will be asked for, with --where-sure (default: 0.05)",
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="of chance (default: 0)")


def add_code(commands: Commands[ArgumentParser]) -> None:
    """Add `code`."""
    parser = command(
        commands,
        "code",
        "semcode.cli.coding:code",
        "code new interviews by the model alone, where the audit sample bounds its error",
        more=(
            "A code is given only above a score at which the audit sample shows, with the stated\n"
            "confidence, no more than the stated share of wrong codings. The rest stays in the\n"
            "queue. Without FILES: the interviews of the study in which nobody has coded."
        ),
        example="semcode code new/*.docx --study my-study --max-error 0.05",
    )
    parser.add_argument("files", nargs="*", metavar="FILES", help="new transcripts or folders")
    study(parser, json=True)
    parser.add_argument(
        "--max-error",
        type=float,
        default=0.05,
        metavar="SHARE",
        help="of wrong codings that is allowed (default: 0.05)",
    )
    parser.add_argument(
        "--confidence",
        type=float,
        default=0.95,
        metavar="SHARE",
        help="with which the error is bounded (default: 0.95)",
    )
    parser.add_argument(
        "--together",
        action="store_true",
        help="bound the error over all codes together, not of each code",
    )
    parser.add_argument(
        "--all-codes-at-once",
        action="store_true",
        help="let the confidence hold for all codes' bounds at once (stricter)",
    )
    parser.add_argument(
        "--icc",
        type=float,
        default=0.05,
        metavar="R",
        help="how alike errors of one participant are at least taken to be (default: 0.05)",
    )
    parser.add_argument(
        "--dry-run",
        action="store_true",
        help="say what would be coded, and code nothing (new FILES are added all the same)",
    )
    parser.add_argument(
        "--undo",
        metavar="NAME",
        help="remove the codings of an earlier run, by the name that it printed",
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="of chance (default: 0)")
