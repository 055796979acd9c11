"""Keep small matrix products on one thread, and long work behind short work."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

__all__ = ["give_way", "one_thread"]

#: Seconds after which long work lets other threads go first (Python's default is ten times that).
_TURN = 0.0005

_lock = Lock()
_inside: list[Any] = []  # the limits that hold; the number of threads is the process's own


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
def give_way() -> Iterator[None]:
    """Let other threads have the interpreter ten times as often while this one works long."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(min(before, _TURN))
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@cache
def _controller() -> Any:
    import scipy.linalg  # noqa: F401  brings its own matrix library, which is to be known
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
