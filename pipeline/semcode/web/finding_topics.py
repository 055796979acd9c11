"""Find a study's topics in a process of its own, telling the page how far it is."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, redirect_stdout
from dataclasses import asdict
from pathlib import Path
from typing import TextIO

from semcode.errors import SemcodeError
from semcode.study import Advance, Study
from semcode.web.working import Working

__all__ = ["command", "main"]


def command(folder: Path) -> list[str]:
    """Give the command that finds the topics of the study in a folder."""
    return [sys.executable, "-m", __name__, str(folder.resolve())]


class _Told:
    """Progress as lines for the page."""

    def __init__(self, lines: TextIO) -> None:
        self._lines = lines

    def stage(self, name: str, total: int) -> AbstractContextManager[Advance]:
        return self._stage(name, total)

    @contextmanager
    def _stage(self, name: str, total: int) -> Iterator[Advance]:
        done = 0

        def advance(items: int) -> None:
            nonlocal done
            done += items
            _tell(self._lines, Working("running", name, done, total))

        advance(0)
        yield advance


def main(folder: str) -> None:
    """Find the topics and tell what came of it; a line of JSON for each step."""
    if hasattr(os, "nice"):
        os.nice(5)  # people who code meanwhile go first
    lines = sys.stdout
    with redirect_stdout(sys.stderr):  # what a library says is no line for the page
        _tell(lines, _found(folder, _Told(lines)))


def _found(folder: str, progress: _Told) -> Working:
    try:
        with Study(folder) as study:
            anew = study.find_topics(progress=progress)
    except SemcodeError as error:
        return Working("failed", error=" ".join(filter(None, (error.what, error.remedy))))
    said = "Topics were found." if anew else "Nothing has changed since topics were found."
    return Working("done", said=said)


def _tell(lines: TextIO, working: Working) -> None:
    lines.write(json.dumps(asdict(working)) + "\n")
    lines.flush()


if __name__ == "__main__":
    main(sys.argv[1])
