"""The pages themselves: the shell that the scripts fill, the launch address, the login."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from urllib.parse import parse_qs, quote_plus

from jinja2 import Environment, FileSystemLoader
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from semcode import __version__
from semcode.errors import SemcodeError
from semcode.web.passwords import TooManyAttempts
from semcode.web.security import VERSIONED, cookie_value
from semcode.web.site import Site, me

__all__ = ["STATIC", "VIEWS", "launch", "login", "logout", "shell", "static_address"]

#: The views; the scripts show the one that the address names.
VIEWS = (
    "/",
    "/transcript",
    "/queue",
    "/adjudicate",
    "/codebook",
    "/topics",
    "/findings",
    "/history",
)

STATIC = Path(__file__).parent / "static"
_LONGEST_FORM = 10_000


def shell(request: Request) -> Response:
    """Give the page's frame; its scripts ask for everything else."""
    site: Site = request.app.state.site
    session = site.gate.session(cookie_value(site.gate, request.headers))
    who = me(site, site.coder or (session.coder if session else ""))
    site.review.serving()
    page = _render(
        "shell.html.jinja",
        me=who,
        text=json.dumps(who),
        static=static_address(),
        modules=_modules(),
        asked=_asked_first(request) if who["coder"] else (),
    )
    return HTMLResponse(page)


@cache
def static_address() -> str:
    """Name the folder of scripts and styles by what is in it, so that browsers may keep it."""
    digest = hashlib.sha256()
    for path in sorted(STATIC.iterdir()):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return f"{VERSIONED}{digest.hexdigest()[:16]}"


def _asked_first(request: Request) -> list[str]:
    """List what the view will ask for, so that it comes while its scripts are loaded.

    An address is spelt as the scripts spell it; one that differs is merely asked twice.
    """
    found = ["/api/codebook", "/api/newest"]
    name = request.query_params.get("name")
    if request.url.path == "/transcript" and name and "attribute" not in request.query_params:
        spelt = quote_plus(name, safe="*").replace("~", "%7E")
        found.append(f"/api/transcript?name={spelt}")
    return found


def launch(request: Request) -> Response:
    """Exchange a launch token for a session, once."""
    site: Site = request.app.state.site
    gate = site.gate
    if gate.session(cookie_value(gate, request.headers)) is not None:
        return RedirectResponse("/", 303)  # a second click on the same address does no harm
    if not gate.redeem(request.query_params.get("token", "")):
        return PlainTextResponse(
            "This address was used already, or is not complete. Stop semcode review with Ctrl-C "
            "and start it again: it prints a new one. Decisions are not lost.",
            403,
        )
    return _let_in(gate.open(site.coder), site)


async def login(request: Request) -> Response:
    """Ask for name and password, and exchange them for a session."""
    site: Site = request.app.state.site
    if site.password is None:
        return PlainTextResponse("Open the address that semcode printed.", 404)
    if request.method != "POST":
        return _login_page(site)
    form = await _form(request)
    name, given = form.get("coder", "").strip(), form.get("password", "")
    address = request.client.host if request.client else ""
    try:
        right = await run_in_threadpool(site.password.matches, given, address)
    except TooManyAttempts as error:
        response = _login_page(site, f"Too many tries. Wait {error.wait} seconds.", status=429)
        response.headers["Retry-After"] = str(error.wait)
        return response
    if not right:
        return _login_page(site, "That is not the password.", status=403)
    coder = site.coder or name
    try:
        await run_in_threadpool(site.review.join, coder)
    except SemcodeError as error:
        return _login_page(site, str(error), status=422)
    return _let_in(site.gate.open(coder), site)


def logout(request: Request) -> Response:
    """End the session of this browser."""
    site: Site = request.app.state.site
    value = cookie_value(site.gate, request.headers)
    if value:
        site.gate.close(value)
    response = RedirectResponse("/login", 303)
    response.delete_cookie(site.gate.cookie, path="/")
    return response


def _let_in(value: str, site: Site) -> Response:
    response = RedirectResponse("/", 303)
    response.set_cookie(site.gate.cookie, value, httponly=True, samesite="strict", path="/")
    return response


def _login_page(site: Site, error: str = "", *, status: int = 200) -> HTMLResponse:
    page = _render("login.html.jinja", study=site.name, error=error, fixed=site.coder)
    return HTMLResponse(page, status)


async def _form(request: Request) -> dict[str, str]:
    """Read a small form by hand: python-multipart would be one more package."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return {}
    text = body.decode("utf-8", "replace")
    return {name: values[-1] for name, values in parse_qs(text, max_num_fields=20).items()}


@cache
def _modules() -> tuple[str, ...]:
    """List the scripts, to be fetched together rather than one after the other."""
    return tuple(sorted(path.name for path in STATIC.glob("*.js")))


@cache
def _templates() -> Environment:
    return Environment(loader=FileSystemLoader(STATIC.parent / "templates"), autoescape=True)


def _render(name: str, **values: object) -> str:
    return _templates().get_template(name).render(version=__version__, **values)
