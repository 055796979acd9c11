"""Serve a study's review page until it is stopped."""

from __future__ import annotations

import errno
import hashlib
import ipaddress
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from semcode.errors import InputError
from semcode.study import Study
from semcode.study.review import Review
from semcode.web.passwords import Password, read_password
from semcode.web.security import Gate
from semcode.web.site import Site

if TYPE_CHECKING:
    import uvicorn

__all__ = ["ReviewServer", "review_server"]

_FIRST_PORT, _PORTS, _LAST_PORT = 8765, 50, 65_535
_OWN = ("127.0.0.1", "localhost", "[::1]")
_SECONDS_TO_FINISH = 3

#: A traceback may quote what somebody said; the site's report names the place alone.
_SILENT: Mapping[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"none": {"class": "logging.NullHandler"}},
    "loggers": {"uvicorn": {"handlers": ["none"], "propagate": False}},
}


@dataclass(frozen=True, slots=True)
class ReviewServer:
    """A bound address; `address` is what a person opens, `run` serves until Ctrl-C."""

    site: Site
    listening: socket.socket
    host: str

    @property
    def address(self) -> str:
        """Give an address that opens the page: with a launch token of its own, used once."""
        base = f"http://{self.host}:{self.site.gate.port}"
        if self.site.password is not None:
            return f"{base}/login"
        return f"{base}/launch?token={self.site.gate.issue_token()}"

    def prepared(self) -> uvicorn.Server:
        """Give the server, to be run with `listening` as its one socket."""
        import uvicorn

        from semcode.web.app import build_app

        return uvicorn.Server(
            uvicorn.Config(
                build_app(self.site),
                log_config=dict(_SILENT),
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                ws="none",
                lifespan="off",
                timeout_graceful_shutdown=_SECONDS_TO_FINISH,
                limit_concurrency=500,
            )
        )

    def run(self) -> None:
        """Serve until the process is told to stop; requests that run are finished."""
        with suppress(KeyboardInterrupt):
            self.prepared().run(sockets=[self.listening])


def review_server(
    study: Study,
    *,
    coder: str = "",
    blind: bool = False,
    port: int | None = None,
    host: str = "127.0.0.1",
    password_file: Path | None = None,
    review: Review | None = None,
    live: bool = True,
    report: Callable[[str], None] = lambda _line: None,
) -> ReviewServer:
    """Bind an address for a study's review page.

    With `live` scores follow every decision, unless blind, where none are shown. `port` None
    takes the first free one from 8765 up. Another `host` than this machine's own
    needs `password_file`. Raises InputError for a port in use, a host without a password,
    or a coder who is no person.
    """
    password = _password_for(host, password_file)
    used = review or Review(study)
    if coder:
        used.join(coder)
    listening = _bind(host, port)
    if live and not blind and review is None:
        used.follow_decisions(report=report)
    bound = int(listening.getsockname()[1])
    names = {*_OWN, _shown(host).lower(), host.lower()}
    gate = Gate(bound, hosts=names, any_address=password is not None, password=bool(password))
    site = Site(
        review=used,
        study_id=hashlib.sha256(str(study.folder.resolve()).encode()).hexdigest()[:16],
        name=study.name,
        notice=study.notice,
        gate=gate,
        coder=coder,
        blind=blind,
        password=password,
        largest_file=study.settings.limits.file_mb * 2**20,
        report=report,
    )
    return ReviewServer(site, listening, _shown(host))


def _password_for(host: str, file: Path | None) -> Password | None:
    if _is_own(host):
        if file is not None:
            raise InputError(
                "A password is for an address that others reach.",
                remedy="Give --host as well, or leave --password-file out.",
            )
        return None
    if file is None:
        raise InputError(
            f"Others could reach the transcripts at {host}.",
            where="--host",
            remedy="Give --password-file FILE, or leave --host out to serve this machine alone.",
        )
    return read_password(file)


def _is_own(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _shown(host: str) -> str:
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        return socket.gethostname()
    return f"[{host}]" if ":" in host else host


def _bind(host: str, port: int | None) -> socket.socket:
    if port is not None and not 0 <= port <= _LAST_PORT:
        raise InputError(
            f"{port} is no port.", where="--port", remedy=f"Use a number up to {_LAST_PORT}."
        )
    last: OSError | None = None
    for wanted in [port] if port is not None else range(_FIRST_PORT, _FIRST_PORT + _PORTS):
        try:
            return _bound(host, wanted)
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise InputError(
                    f"The page cannot be served at {host}: {error.strerror}.",
                    where="--host",
                    remedy="Name an address of this machine.",
                ) from error
            last = error
    raise InputError(
        f"Port {port} is in use." if port is not None else "All ports tried are in use.",
        where="--port",
        remedy="Name another one with --port, or leave --port out to take a free one.",
    ) from last


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        if socket.has_ipv6 or family == socket.AF_INET:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except OSError:
        listening.close()
        raise
    return listening
