"""The options of `semcode review`."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode.cli.options import Commands, command, study

__all__ = ["add_review"]


def add_review(commands: Commands[ArgumentParser]) -> None:
    """Add the command."""
    parser = command(
        commands,
        "review",
        "semcode.cli.serving:review",
        "open the page on which coders accept, reject and code",
        more=(
            "It is served on this machine alone and needs no network. Every decision is stored\n"
            "at once. Stop it with Ctrl-C."
        ),
        example="semcode review --study my-study --coder ana",
    )
    study(parser)
    parser.add_argument("--coder", metavar="NAME", help="who codes (default: the page asks)")
    parser.add_argument(
        "--blind",
        action="store_true",
        help="hide all suggestions and other coders, for a reliability sample",
    )
    parser.add_argument(
        "--port", type=int, metavar="N", help="serve on this port (default: the first free one)"
    )
    parser.add_argument(
        "--no-browser", action="store_true", help="only print the address, open nothing"
    )
    parser.add_argument(
        "--keep-scores",
        action="store_true",
        help="leave scores as `semcode suggest` stored them, instead of following every decision",
    )
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="A",
        help="serve on another address, for others on a network you trust",
    )
    parser.add_argument(
        "--password-file",
        metavar="F",
        help="a file whose first line is the password; --host needs one",
    )
