"""The command line: each command parses, calls one function of the study, and prints.

Nothing heavy is imported here, so that `semcode --help` answers at once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from semcode.cli.parser import build_parser
from semcode.errors import SemcodeError

__all__ = ["main", "visible"]


def visible(text: str) -> str:
    """Replace what a terminal would obey rather than show, such as escape sequences."""
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give the exit code: 0 done, 1 a stated error, 2 wrong usage."""
    parser = build_parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help()
        return 0
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        from importlib import import_module

        module, _, function = options.run.partition(":")
        return getattr(import_module(module), function)(options) or 0
    except SemcodeError as error:
        print(f"semcode: {visible(str(error))}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # The reader of our output went away (semcode codings | head): nothing is wrong.
        sys.stderr.close()
        return 0
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        print(f"semcode: {visible(where)}{error.strerror or error}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(
            "\nsemcode: stopped. What was done is stored; run the same command to go on.",
            file=sys.stderr,
        )
        return 130
