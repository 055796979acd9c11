"""Findings as documents: the page in a frame, files to save, the picture of a network.

A finding is shown as the very page that `semcode findings --html` writes, in a frame that is
sandboxed: its scripts (plotly.js and the report's own, allowed by their hashes and nothing else)
run in an origin of their own, which can neither read the review page nor ask this server for
anything. So the review page itself stays without inline scripts and with trusted types, and there
is one rendering of a finding for the screen and the paper.
"""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from semcode.errors import InputError, SemcodeError
from semcode.findings import page
from semcode.findings.network import ego_drawing, graphml
from semcode.findings.rapid_matrix import choose_domains
from semcode.study.findings.finding import KINDS, as_json, find, matrix_cells
from semcode.study.findings.sheets import write_templates
from semcode.web.asking import query_fields
from semcode.web.findings import finding_options, found_ties
from semcode.web.showing import not_blind
from semcode.web.site import Asked, Site

__all__ = ["ROUTES"]

_TYPES = {
    "html": "text/html; charset=utf-8",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "graphml": "application/xml",
}


def framed(asked: Asked) -> Response:
    """Give a finding's page for the frame."""
    return Response(
        _file(asked, "html"),
        media_type=_TYPES["html"],
        headers={"Content-Security-Policy": _policy(), "X-Frame-Options": "SAMEORIGIN"},
    )


def file(asked: Asked) -> Response:
    """Give a finding as a file to save."""
    ending = asked.fields.choice("format", tuple(_TYPES))
    kind = asked.fields.choice("kind", KINDS)
    return Response(
        _file(asked, ending),
        media_type=_TYPES[ending],
        headers={"Content-Disposition": f'attachment; filename="findings-{kind}.{ending}"'},
    )


def sheets(asked: Asked) -> Response:
    """Give a participant's summary sheet, or everybody's in one archive."""
    options, study = finding_options(asked.fields), asked.review.study
    only = asked.fields.text("participant", "", longest=200)
    data = find(study, "participants", options).data
    if only and only not in {person.label for person in data.people}:
        raise InputError("There is nobody to summarise.", remedy="Load the page again.")
    domains = choose_domains(data, domains=options.domains, codes=options.codes)
    cells = matrix_cells(study, data, options, domains)
    with tempfile.TemporaryDirectory(prefix="semcode-") as folder:
        paths = write_templates(data, domains, cells, Path(folder), only=only)
        if only:
            return _attached(paths[0].read_bytes(), _TYPES["docx"], paths[0].name)
        whole = BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in paths:
                packed.write(path, path.name)
    return _attached(whole.getvalue(), "application/zip", "summary sheets.zip")


def _attached(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=media_type, headers=headers)


def picture(asked: Asked) -> Response:
    """Draw the network of a participant; an image runs no script."""
    person = asked.fields.text("participant", longest=200)
    _, ties = found_ties(asked)
    standing = [tie for tie in ties if tie.participant == person and tie.state != "rejected"]
    if not standing:
        raise InputError("There is nobody to draw.", remedy="Load the page again.")
    svg = ego_drawing(person, standing).svg
    look = page.asset("report.css") + page.asset("findings.css")
    start = '<svg xmlns="http://www.w3.org/2000/svg" class="drawing"'
    drawn = svg.replace("<svg", start, 1).replace(">", f"><style><![CDATA[{look}]]></style>", 1)
    policy = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return Response(drawn, media_type="image/svg+xml", headers={"Content-Security-Policy": policy})


def _file(asked: Asked, ending: str) -> bytes:
    kind = asked.fields.choice("kind", KINDS)
    if ending == "graphml":
        return graphml(found_ties(asked)[1]).encode()
    found = find(asked.review.study, kind, finding_options(asked.fields))
    if ending == "json":
        told = json.dumps(as_json(found.findings), ensure_ascii=False, indent=1)
        return told.encode("utf-8", "replace")
    with tempfile.TemporaryDirectory(prefix="semcode-") as folder:
        return found.write(Path(folder) / f"findings.{ending}").read_bytes()


@cache
def _policy() -> str:
    scripts = (page.plotly_js(), page.asset("report.js"))
    return f"{page.policy(scripts)}; frame-ancestors 'self'; sandbox allow-scripts"


def _route(path: str, make: Callable[[Asked], Response]) -> Route:
    async def give(request: Request) -> Response:
        site: Site = request.app.state.site
        try:
            asked = Asked(site, site.coder, query_fields(request))
            not_blind(asked)
            return await run_in_threadpool(make, asked)
        except SemcodeError as error:
            headers = {
                "Content-Security-Policy": "default-src 'none'; frame-ancestors 'self'; sandbox",
                "X-Frame-Options": "SAMEORIGIN",
            }
            return PlainTextResponse(str(error), 422, headers=headers)

    return Route(path, give, methods=["GET"])


ROUTES = (
    _route("/finding", framed),
    _route("/finding/file", file),
    _route("/finding/picture", picture),
    _route("/finding/sheets", sheets),
)
