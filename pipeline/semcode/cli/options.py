"""What the parsers of the commands share."""

from __future__ import annotations

import os
from argparse import (
    ArgumentParser,
    ArgumentTypeError,
    HelpFormatter,
    RawDescriptionHelpFormatter,
    _SubParsersAction,
)

__all__ = ["Commands", "Formatter", "command", "intervals", "seed", "study"]

Commands = _SubParsersAction


class Formatter(RawDescriptionHelpFormatter):
    """Ask the terminal for its width directly: argparse would import shutil for it."""

    def __init__(self, prog: str) -> None:
        try:
            columns = os.get_terminal_size().columns
        except OSError:
            columns = 100
        super().__init__(prog, width=max(columns - 2, 40))

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Wrap sentences; leave examples, which are indented, as they are."""
        if "\n  " in text or len(text) <= width:
            return super()._fill_text(text, width, indent)
        return HelpFormatter._fill_text(self, text, width, indent)


def command(
    commands: Commands[ArgumentParser], name: str, run: str, what: str, *, more: str, example: str
) -> ArgumentParser:
    """Add a command; `run` is "module:function", imported only when the command is called."""
    parser = commands.add_parser(
        name,
        help=what,
        description=f"{what[0].upper()}{what[1:]}. {more}".strip(),
        epilog=f"example:\n  {example}",
        formatter_class=Formatter,
    )
    parser.set_defaults(run=run)
    return parser


def study(parser: ArgumentParser, *, json: bool = False) -> None:
    """Add --study, and --json where asked for."""
    parser.add_argument(
        "--study", default=".", metavar="DIR", help="the study's folder (default: this folder)"
    )
    if json:
        parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def seed(text: str) -> int:
    """Read a seed: a whole number of 0 or more."""
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text!r} is not a whole number of 0 or more")
    return int(text)


def intervals(parser: ArgumentParser) -> None:
    """Add --ci and --seed."""
    parser.add_argument(
        "--ci", type=float, default=0.95, metavar="SHARE", help="of the intervals (default: 0.95)"
    )
    parser.add_argument("--seed", type=seed, default=0, metavar="S", help="of chance (default: 0)")
