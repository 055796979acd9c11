"""Keep small matrix products on one thread, and long work behind short work."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock, local
from typing import Any

__all__ = ["give_way", "may_rest", "one_thread"]

#: Seconds after which long work lets other threads go first (Python's default is ten times that).
_TURN = 0.0005

_lock = Lock()
_inside: list[Any] = []  # the limits that hold; the number of threads is the process's own
_own = local()  # what each thread that gives way does where it may rest
_giving: list[float] = []  # the process's own interval, once for each caller that gives way


@contextmanager
def one_thread() -> Iterator[None]:
    """Let matrix products use one thread until the last of several callers is done.

    Two that spin make small products ten times as slow. The setting is the process's own,
    so callers in several threads share it: only the last one out takes it back.
    """
    with _lock:
        _inside.append(None if _inside else _controller().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _lock:
            if len(_inside) > 1:
                _inside.pop()
            else:
                _inside.pop().restore_original_limits()


@contextmanager
def give_way(rest: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Let other threads have the interpreter ten times as often while this one works long.

    `rest` is called wherever the work can wait for a while (see `may_rest`), many times a
    second; it may raise to end the work.
    """
    outer = getattr(_own, "rest", None)
    _own.rest = rest
    with _lock:
        _giving.append(_giving[0] if _giving else sys.getswitchinterval())
        sys.setswitchinterval(min(_giving[0], _TURN))
    try:
        yield
    finally:
        _own.rest = outer
        with _lock:
            before = _giving.pop()
            if not _giving:
                sys.setswitchinterval(before)


def may_rest() -> None:
    """Say that the work of this thread can wait here; nothing happens unless it gives way."""
    rest = getattr(_own, "rest", None)
    if rest is not None:
        rest()


@cache
def _controller() -> Any:
    import scipy.linalg  # noqa: F401  brings its own matrix library, which is to be known
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
