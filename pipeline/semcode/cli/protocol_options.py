"""The option parser of `semcode serve`."""

from __future__ import annotations

from argparse import ArgumentParser

from semcode.cli.options import Commands, command, study

__all__ = ["add_serve"]


def add_serve(commands: Commands[ArgumentParser]) -> None:
    """Add `serve`."""
    parser = command(
        commands,
        "serve",
        "semcode.cli.protocols:serve",
        "suggest codes inside INCEpTION or Label Studio",
        more=(
            "It answers INCEpTION's external recommender and Label Studio's ML backend from\n"
            "this study's learner, and learns from what is annotated there. Stop it with Ctrl-C."
        ),
        example="semcode serve --study my-study --port 9090",
    )
    study(parser)
    parser.add_argument("--port", type=int, default=9090, metavar="N", help="default: 9090")
    parser.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="another address than this machine's own needs --token-file (default: 127.0.0.1)",
    )
    parser.add_argument(
        "--floor",
        type=float,
        default=0.1,
        metavar="P",
        help="suggest nothing less likely than this (default: 0.1)",
    )
    parser.add_argument(
        "--token-file",
        metavar="FILE",
        help="a file whose first line is the token (default: a new one at each start)",
    )
