"""The password of a page that others on the network reach: hashed, compared, rate-limited."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import time
from collections import deque
from pathlib import Path

from semcode.errors import InputError

__all__ = ["Password", "TooManyAttempts", "read_password"]

_SHORTEST = 12
_TRIES, _ALL_TRIES, _WINDOW = 5, 50, 60.0


class TooManyAttempts(Exception):  # noqa: N818 - it is an answer, not a fault
    """Too many wrong passwords came within a minute; `wait` is seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(wait)
        self.wait = wait


class Password:
    """A password of which only the scrypt hash is kept."""

    def __init__(self, text: str) -> None:
        self._salt = secrets.token_bytes(16)
        self._hash = self._scrypt(text)
        self._failed: dict[str, deque[float]] = {}
        self._all_failed: deque[float] = deque()
        self._lock = threading.Lock()

    def matches(self, text: str, address: str) -> bool:
        """Compare a try from an address. Raises TooManyAttempts before comparing."""
        with self._lock:
            self._wait_or_raise(self._all_failed, _ALL_TRIES)
            self._wait_or_raise(self._failed.get(address, deque()), _TRIES)
            right = hmac.compare_digest(self._scrypt(text), self._hash)
            if not right:
                now = time.monotonic()
                self._all_failed.append(now)
                self._failed.setdefault(address, deque()).append(now)
                self._forget(now)
            return right

    def _scrypt(self, text: str) -> bytes:
        data = text.encode("utf-8", "replace")
        return hashlib.scrypt(data, salt=self._salt, n=2**14, r=8, p=1)

    def _wait_or_raise(self, failed: deque[float], most: int) -> None:
        now = time.monotonic()
        recent = [at for at in failed if now - at < _WINDOW]
        if len(recent) >= most:
            raise TooManyAttempts(max(1, round(_WINDOW - (now - recent[0]))))

    def _forget(self, now: float) -> None:
        for address, failed in list(self._failed.items()):
            while failed and now - failed[0] >= _WINDOW:
                failed.popleft()
            if not failed:
                del self._failed[address]
        while self._all_failed and now - self._all_failed[0] >= _WINDOW:
            self._all_failed.popleft()


def read_password(path: Path) -> Password:
    """Read a password from a file's first line. Raises InputError for one that is too short."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "The file with the password cannot be read.",
            where=str(path),
            remedy="Name a text file whose first line is the password.",
        ) from error
    text = lines[0].strip() if lines else ""
    if len(text) < _SHORTEST:
        raise InputError(
            f"The password has fewer than {_SHORTEST} characters.",
            where=str(path),
            remedy="Write a longer one in the file's first line: four random words will do.",
        )
    return Password(text)
