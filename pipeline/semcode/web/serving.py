"""Serve the protocols of other annotation programs until stopped."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from semcode.errors import InputError
from semcode.study import Study

__all__ = ["serve_protocols"]

_OWN = ("127.0.0.1", "localhost", "::1")
_SHORTEST = 16
_SECONDS_TO_FINISH = 3


def serve_protocols(
    study: Study,
    *,
    host: str = "127.0.0.1",
    port: int = 9090,
    token_file: Path | None = None,
    floor: float = 0.1,
    ready: Callable[[str, str], None] = lambda _address, _token: None,
) -> None:
    """Serve until the process is told to stop; `ready` is told the address and the token.

    Port 0 takes a free one; tags below `floor` are not suggested. Raises InputError for a
    port in use, a token that is too short, and an address that others can reach without a
    token of one's own.
    """
    if not 0 <= floor <= 1:
        raise InputError(
            f"{floor} is no probability.", where="--floor", remedy="Use 0 to 1, such as 0.1."
        )
    import uvicorn

    from semcode.web.protocols import protocol_app

    token = _token(token_file, host)
    listening = _bound(host, port)
    config = uvicorn.Config(
        protocol_app(study, token=token, floor=floor),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
        lifespan="off",
        ws="none",
    )
    name = f"[{host}]" if ":" in host else host
    ready(f"http://{name}:{listening.getsockname()[1]}", token)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listening])


def _token(file: Path | None, host: str) -> str:
    if file is None:
        if host not in _OWN:
            raise InputError(
                f"Others can reach {host}: it needs a token that you keep.",
                where="--host",
                remedy="Write a long one into a file and name it with --token-file.",
            )
        return secrets.token_urlsafe(24)
    try:
        token = (file.read_text(encoding="utf-8").splitlines() or [""])[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            "The token cannot be read.", where=str(file), remedy="Write it as the first line."
        ) from error
    if len(token) < _SHORTEST or not token.replace("-", "").replace("_", "").isalnum():
        raise InputError(
            "The token is too short or has other characters than letters, digits, - and _.",
            where=str(file),
            remedy=f"Use at least {_SHORTEST}.",
        )
    return token


def _bound(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        raise InputError(
            f"The address {host} port {port} cannot be used: {error}.",
            where="--port",
            remedy="Name another port, or 0 for a free one.",
        ) from error
    listening.listen(128)
    return listening
