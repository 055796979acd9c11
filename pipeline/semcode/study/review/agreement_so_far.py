"""The agreement so far in one sentence, reckoned behind so that the home page never waits long."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from threading import Lock

from semcode import store
from semcode.config import Settings
from semcode.errors import InputError
from semcode.evaluate import AgreementReport
from semcode.store import Database
from semcode.study.agreement.comparing import compare_coders
from semcode.wording import counted

__all__ = ["AgreementSoFar"]

_RESAMPLES = 200
_SECONDS = 2.0


class AgreementSoFar:
    """What the coders' blind work agrees on; the last sentence until a newer one is there."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self._database = database
        self._settings = settings
        self._lock = Lock()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="agreement")
        self._key: tuple[int, int] | None = None
        self._running: Future[str | None] | None = None
        self._text: str | None = None

    def text(self) -> str | None:
        """Give the sentence, None where nothing can be compared or it is not reckoned yet."""
        with self._lock:
            with self._database.read() as connection:
                key = store.codings.blind_state(connection)
            done = self._running is None or self._running.done()
            if key != self._key and done:
                self._key = key
                self._running = self._pool.submit(self._reckon)
            running = self._running
        if running is not None:
            try:
                self._text = running.result(_SECONDS)
            except Late:
                return self._text
        return self._text

    def close(self) -> None:
        """Wait for what is being reckoned."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _reckon(self) -> str | None:
        try:
            report = compare_coders(self._database, self._settings, resamples=_RESAMPLES)
        except InputError:
            return None
        if not isinstance(report, AgreementReport) or report.overall is None:
            return None
        alpha = report.overall.values.get("krippendorff_alpha")
        if alpha is None:
            return None
        bounds = report.overall.ci.get("krippendorff_alpha")
        between = f" ({bounds[0]:.2f} to {bounds[1]:.2f})" if bounds else ""
        return (
            f"Krippendorff's alpha {alpha:.2f}{between}, over "
            f"{counted(report.overall.n, 'passage')} of "
            f"{counted(report.overall.n_interviews, 'interview')} "
            "that two or more coders read blind."
        )
