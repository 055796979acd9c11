"""Who may talk to the page: launch tokens, sessions, hosts, origins and answer headers."""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
import threading
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

__all__ = ["VERSIONED", "Gate", "Guard", "Session"]

#: Nothing from another host, nothing inline, nothing that frames the page.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-src 'self'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), usb=()",
}
_NEVER_STORED, _CHECKED_AGAIN = "no-store", "no-cache"

#: Scripts and styles under an address that changes with them: browsers need not ask again.
VERSIONED = "/static/v/"
_KEPT = "private, max-age=31536000, immutable"

#: Reached without a session; each of them checks a token or a password itself.
_DOORS = ("/launch", "/login")
_LARGEST_TOKENS = 1_000


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that was let in, and the coder who sits before it ("" until said)."""

    coder: str = ""


@dataclass(slots=True)
class Gate:
    """The tokens and sessions of one server; only their hashes are kept, in memory alone.

    `hosts` are the values of the Host header that are answered; `any_address` answers IP
    addresses too, which no foreign name can be pointed at. `password` says that /login is
    a way in.
    """

    port: int
    hosts: Collection[str] = ("127.0.0.1", "localhost", "[::1]")
    any_address: bool = False
    password: bool = False
    _tokens: set[str] = field(default_factory=set)
    _sessions: dict[str, Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def cookie(self) -> str:
        """Name the cookie; browsers keep cookies by host, not by port."""
        return f"semcode-{self.port}"

    def issue_token(self) -> str:
        """Make a launch token that opens the page once."""
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._tokens.add(_hashed(token))
        return token

    def redeem(self, token: str) -> bool:
        """Use up a launch token; False for one that is unknown or was used."""
        with self._lock:
            hashed = _hashed(token)
            known = hashed in self._tokens
            self._tokens.discard(hashed)
        return known

    def open(self, coder: str = "") -> str:
        """Begin a session; give the value of its cookie."""
        value = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._sessions) >= _LARGEST_TOKENS:
                del self._sessions[next(iter(self._sessions))]
            self._sessions[_hashed(value)] = Session(coder)
        return value

    def session(self, value: str | None) -> Session | None:
        """Give the session of a cookie's value, None where there is none."""
        with self._lock:
            return self._sessions.get(_hashed(value)) if value else None

    def set_coder(self, value: str, coder: str) -> None:
        """Say who sits before a browser that was let in."""
        with self._lock:
            hashed = _hashed(value)
            if hashed in self._sessions:
                self._sessions[hashed] = replace(self._sessions[hashed], coder=coder)

    def close(self, value: str) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(_hashed(value), None)

    def answers(self, host: str) -> bool:
        """Tell whether a Host header names this server: anything else may be rebound DNS."""
        name, colon, port = host.rpartition(":")
        if not colon or port != str(self.port):
            if self.port != 80 or (colon and not host.endswith("]")):
                return False
            name = host
        if name.lower() in self.hosts:
            return True
        return self.any_address and _is_address(name)


def _hashed(value: str) -> str:
    return hashlib.sha256(value.encode("utf-8", "replace")).hexdigest()


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


class Guard:
    """Refuse what does not come from the page itself, and put the headers on every answer."""

    def __init__(self, app: ASGIApp, *, gate: Gate) -> None:
        self.app = app
        self.gate = gate

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it with a sentence for the person."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        reason = refusal(self.gate, scope)
        answer = self.app if reason is None else PlainTextResponse(reason[1], reason[0])
        await answer(scope, receive, _with_headers(send, scope["path"]))


def refusal(gate: Gate, scope: Scope) -> tuple[int, str] | None:
    """Say with which status and words a request is refused; None where it is answered."""
    headers = Headers(scope=scope)
    path, method = scope["path"], scope["method"]
    hosts = headers.getlist("host")
    if len(hosts) != 1 or not gate.answers(hosts[0]):
        return (
            421,
            "This page is not served under that name. Open the address that semcode printed.",
        )
    origins = headers.getlist("origin")
    if any(origin != f"http://{hosts[0]}" for origin in origins):
        return 403, "A page of another origin may not ask for this."
    if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        return 403, "Another page led here. Type or paste the address that semcode printed."
    if method not in ("GET", "HEAD", "POST"):
        return 405, "This is not a way to ask."
    if method == "POST" and path != "/login" and headers.get("x-semcode") != "1":
        return 403, "Only the page itself may send this."
    if path in _DOORS or (gate.password and path.startswith("/static/")):
        return None
    if gate.session(cookie_value(gate, headers)) is None:
        way = "log in at /login" if gate.password else "open the address that semcode printed"
        return 401, f"This page needs its own address once: {way}, or start semcode review again."
    return None


def cookie_value(gate: Gate, headers: Headers) -> str | None:
    """Find our cookie's value among the cookies of a request."""
    for line in headers.getlist("cookie"):
        for part in line.split(";"):
            name, _, value = part.strip().partition("=")
            if name == gate.cookie:
                return value
    return None


def _storing(path: str, status: int) -> str:
    """Say what a browser may keep: the page's own files, never anything of the study."""
    if path.startswith(VERSIONED) and status == 200:
        return _KEPT
    return _CHECKED_AGAIN if path.startswith("/static/") else _NEVER_STORED


def _with_headers(send: Send, path: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)  # a finding's page has a policy of its own
            headers["Cache-Control"] = _storing(path, message["status"])
        await send(message)

    return sending
