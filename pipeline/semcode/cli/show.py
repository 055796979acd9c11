"""What the terminal shows: tables, and bars for long work."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

from semcode.cli import visible

__all__ = ["TerminalProgress", "print_json", "print_table", "say"]


def say(text: str) -> None:
    """Print a line to the person, beside the output that programs read."""
    print(visible(text), file=sys.stderr)


def print_json(value: object) -> None:
    """Print one JSON value."""
    print(json.dumps(value, ensure_ascii=False, indent=1))


def print_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers stand right. In a pipe no line is cut short."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    body = [[_cell(value) for value in row] for row in rows]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for position, name in enumerate(header):
        numeric = bool(body) and all(row[position][1] for row in body)
        table.add_column(name, justify="right" if numeric else "left", overflow="fold")
    for row in body:
        table.add_row(*(Text(text) for text, _ in row))
    width = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 200
    Console(width=width, highlight=False).print(table)


def _cell(value: object) -> tuple[str, bool]:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return visible(" ".join(str(value).split())), False
    return (f"{value:,}" if isinstance(value, int) else f"{value:.2f}"), True


class TerminalProgress:
    """Show a bar a stage; where the output is no terminal, a line when it is done."""

    @contextmanager
    def stage(self, name: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a stage of `total` items."""
        if not total:
            yield lambda _done: None
            return
        started = time.monotonic()
        if not sys.stderr.isatty():
            yield lambda _done: None
            say(f"{name}: {total:,} done in {time.monotonic() - started:.0f} s")
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        columns = (
            TextColumn("{task.description:<22}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
        )
        with Progress(*columns, console=Console(stderr=True)) as bar:
            task = bar.add_task(name, total=total)
            yield lambda done: bar.update(task, advance=done)
            bar.update(task, completed=total)
