"""One long piece of work behind the page, in a process of its own: started, watched, told."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock, Thread

__all__ = ["Work", "Working"]

_BROKE_OFF = (
    "It broke off, for a reason that nobody foresaw. Nothing was changed. Try again; if it "
    "stays, run it in a terminal to see what happens: "
)


@dataclass(frozen=True, slots=True)
class Working:
    """How far the work is: "idle", "running", "done" or "failed".

    `stage` is what it does just now, `done` of `total` items of it. `said` is what came of
    it, `error` why it failed, both for the reader.
    """

    state: str = "idle"
    stage: str = ""
    done: int = 0
    total: int = 0
    said: str = ""
    error: str = ""


class Work:
    """A place for one piece of work at a time.

    The process keeps the page quick while it reckons, gives its memory back, and ends with
    the server when Ctrl-C ends both. It writes a line of JSON for each step: the fields of
    `Working` that changed. What else it says could quote people and is thrown away.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._now = Working()
        self._process: subprocess.Popen[bytes] | None = None
        self._watcher: Thread | None = None

    def now(self) -> Working:
        """Say how far it is."""
        return self._now

    def start(self, command: Sequence[str], *, by_hand: str) -> Working:
        """Begin a command; where one runs, that goes on and its state is given.

        `by_hand` is what a person would type to see why it fails.
        """
        with self._lock:
            if self._now.state != "running":
                self._process = subprocess.Popen(
                    list(command),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                )
                self._now = Working("running")
                self._watcher = Thread(
                    target=self._watch, args=(self._process, by_hand), daemon=True
                )
                self._watcher.start()
            return self._now

    def wait(self, seconds: float | None = None) -> Working:
        """Wait until nothing runs, or for some seconds."""
        if self._watcher is not None:
            self._watcher.join(seconds)
        return self._now

    def stop(self) -> None:
        """End what runs; what it has not stored is as if it had not begun."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
        self.wait(5)

    def _watch(self, process: subprocess.Popen[bytes], by_hand: str) -> None:
        ended = Working("failed", error=_BROKE_OFF + by_hand)
        with process:
            for line in process.stdout or ():
                told = _read(line)
                if told is not None and told.state == "running":
                    self._now = told
                elif told is not None:
                    ended = told
        self._now = ended


def _read(line: bytes) -> Working | None:
    """Read a line of the process, None for one that says nothing to the page."""
    try:
        told = json.loads(line)
        return Working(**told) if isinstance(told, dict) else None
    except (ValueError, TypeError):
        return None
