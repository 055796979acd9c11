"""The application: which address is answered by what, behind the guard."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path
from urllib.parse import unquote

from anyio import CapacityLimiter, to_thread
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from semcode.errors import SemcodeError
from semcode.web import finding_pages, findings, pages, topics
from semcode.web.answering import answer, error_answer, plain_error
from semcode.web.asking import query_fields, read_json
from semcode.web.deciding import ENDPOINTS as DECIDING
from semcode.web.editing import ENDPOINTS as EDITING
from semcode.web.editing import FILE_ENDPOINTS
from semcode.web.security import Guard, cookie_value
from semcode.web.showing import ENDPOINTS as SHOWING
from semcode.web.site import Asked, Endpoint, Site

__all__ = ["build_app"]

_LARGEST_JSON = 2 * 2**20
#: What pages look up by themselves, now and then: nobody waits for it.
_LOOKED_UP = ("newest", "pulse")
_POSTED = {**EDITING, **findings.DECIDING, **topics.DECIDING}
Handler = Callable[[Request], Awaitable[Response]]


def build_app(site: Site) -> Starlette:
    """Make the application that serves one study."""
    # One decision is stored at a time: threads that wait would only slow down the one that works.
    deciding = CapacityLimiter(1)
    routes = [
        *(Route(path, pages.shell, methods=["GET"]) for path in pages.VIEWS),
        Route("/launch", pages.launch, methods=["GET"]),
        Route("/login", pages.login, methods=["GET", "POST"]),
        Route("/logout", pages.logout, methods=["POST"]),
        Route("/favicon.ico", _favicon, methods=["GET"]),
        *(
            Route(
                f"/api/{name}", _handler(endpoint, waited=name not in _LOOKED_UP), methods=["GET"]
            )
            for name, endpoint in {**SHOWING, **findings.SHOWING, **topics.ASKING}.items()
        ),
        *(
            Route(f"/api/{name}", _handler(endpoint, lane=deciding), methods=["POST"])
            for name, endpoint in DECIDING.items()
        ),
        *(
            Route(f"/api/{name}", _handler(endpoint), methods=["POST"])
            for name, endpoint in _POSTED.items()
        ),
        *(
            Route(f"/api/{name}", _handler(endpoint, file=True), methods=["POST"])
            for name, endpoint in {**FILE_ENDPOINTS, **findings.READING}.items()
        ),
        *finding_pages.ROUTES,
        Route("/api/join", _join, methods=["POST"]),
        Mount(pages.static_address(), StaticFiles(directory=pages.STATIC)),
        Mount("/static", StaticFiles(directory=pages.STATIC)),
    ]
    app = Starlette(
        routes=routes,
        middleware=[
            Middleware(Guard, gate=site.gate),
            Middleware(GZipMiddleware, minimum_size=20_000, compresslevel=1),
        ],
        exception_handlers={500: _fault},
    )
    app.state.site = site
    return app


def _handler(
    endpoint: Endpoint,
    *,
    file: bool = False,
    waited: bool = True,
    lane: CapacityLimiter | None = None,
) -> Handler:
    """Wrap an endpoint: read the request, ask the study in a thread, answer in JSON.

    `waited` tells that somebody waits for the answer; `lane` limits how many are asked at once.
    """

    async def handle(request: Request) -> Response:
        site: Site = request.app.state.site
        coder = _coder(request, site)
        stranger = _stranger(request, coder)
        if stranger is not None:
            return stranger
        try:
            if request.method == "GET" or file:
                fields = query_fields(request)
                body = await _body(request, site.largest_file) if file else b""
            else:
                body = await _body(request, _LARGEST_JSON)
                fields = read_json(body)
            asked = Asked(site, coder, fields, body)
            if waited:
                site.review.serving()
            return answer(await to_thread.run_sync(endpoint, asked, limiter=lane))
        except SemcodeError as error:
            return error_answer(error)
        except _TooLarge:
            return plain_error("This is too large to be taken.", status=413)

    return handle


def _coder(request: Request, site: Site) -> str:
    session = site.gate.session(cookie_value(site.gate, request.headers))
    return site.coder or (session.coder if session else "")


def _stranger(request: Request, coder: str) -> Response | None:
    """Refuse where nobody said who codes, or where a page still believes it is another."""
    if not coder:
        return plain_error("Say first who is coding.", status=428)
    believed = request.headers.get("x-semcode-coder")
    if request.method == "POST" and (believed is None or unquote(believed) != coder):
        return plain_error(
            f"This browser now codes as {coder}.", remedy="Load the page again.", status=412
        )
    return None


async def _join(request: Request) -> Response:
    """Say who sits before this browser."""
    site: Site = request.app.state.site
    try:
        fields = read_json(await _body(request, _LARGEST_JSON))
        name = fields.text("coder", longest=200).strip()
        if site.coder and name != site.coder:
            return plain_error(f"This page is for {site.coder} alone.", status=422)
        role = fields.text("role", "", longest=200).strip()
        await run_in_threadpool(site.review.join, name, role)
    except SemcodeError as error:
        return error_answer(error)
    except _TooLarge:
        return plain_error("This is too large to be taken.", status=413)
    site.gate.set_coder(cookie_value(site.gate, request.headers) or "", name)
    return answer({"coder": name})


class _TooLarge(Exception):  # noqa: N818 - it is an answer, not a fault
    pass


async def _body(request: Request, largest: int) -> bytes:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > largest:
            raise _TooLarge
        parts.append(part)
    return b"".join(parts)


def _favicon(_request: Request) -> Response:
    return RedirectResponse("/static/icon.svg", 301)


async def _fault(request: Request, error: Exception) -> Response:
    """Answer an unforeseen fault; the report names the place in the code, never content."""
    site: Site = request.app.state.site
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(frame.filename).name}:{frame.lineno}"
    site.report(f"fault at {request.url.path}: {type(error).__name__} in {place}")
    return plain_error(
        "Something went wrong that should not.",
        remedy="Try again. If it stays, tell the makers what the terminal shows.",
        status=500,
    )
