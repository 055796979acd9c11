"""The endpoints of INCEpTION's and Label Studio's protocols for one study."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from semcode.errors import InputError, SemcodeError
from semcode.study import Study
from semcode.study.learning.tagging import Taggers
from semcode.web import inception, label_studio

__all__ = ["FLOOR", "MODEL_CLASS", "protocol_app"]

MODEL_CLASS = "semcode"

#: A sentence out of its interview is less telling than a segment: half the usual floor.
FLOOR = 0.1

_LARGEST = 200_000_000  # bytes of one request: INCEpTION sends all documents at once

Answer = tuple[int, Any]


def protocol_app(study: Study, *, token: str, floor: float = FLOOR) -> Starlette:
    """Make the application; every address wants the token; nothing below `floor` is suggested.

    It is the first part of the path (INCEpTION sends nothing else), a header
    "Authorization: Token ...", or the password of basic authentication with any name.
    """
    backend = _Backend(Taggers(study), floor=floor, token=token)
    routes = [
        Route("/health", backend.health, methods=["GET"]),
        Route("/", backend.health, methods=["GET"]),
        Route("/predict", backend.predict, methods=["POST"]),
        Route("/train", backend.train, methods=["POST"]),
        Route("/setup", backend.setup, methods=["POST"]),
        Route("/validate", backend.validate, methods=["POST"]),
        Route("/versions", backend.versions, methods=["GET", "POST"]),
        Route("/webhook", backend.webhook, methods=["POST"]),
    ]
    return Starlette(routes=[Mount(f"/{token}", routes=routes), *routes])


class _Backend:
    def __init__(self, taggers: Taggers, *, floor: float, token: str) -> None:
        self._taggers, self._floor, self._token = taggers, floor, token
        self._configs: dict[str, label_studio.Config] = {}

    async def health(self, request: Request) -> Response:
        """Say that the service is up."""
        if not self._allowed(request):
            return _refused()
        return JSONResponse({"status": "UP", "model_class": MODEL_CLASS})

    async def predict(self, request: Request) -> Response:
        """Answer either program, told apart by what it sends."""
        return await self._answer(request, self._predict)

    async def train(self, request: Request) -> Response:
        """Learn from INCEpTION's documents, or train Label Studio's project again."""
        return await self._answer(request, self._train)

    async def setup(self, request: Request) -> Response:
        """Take the labelling interface of a Label Studio project."""
        return await self._answer(request, self._setup)

    async def validate(self, request: Request) -> Response:
        """Say whether a labelling interface can be answered for."""
        return await self._answer(request, lambda b: (200, {"ok": bool(_config(b, "config"))}))

    async def versions(self, request: Request) -> Response:
        """List the versions of the model: the one that answers."""
        if not self._allowed(request):
            return _refused()
        return JSONResponse({"versions": [MODEL_CLASS], "message": ""})

    async def webhook(self, request: Request) -> Response:
        """Learn from what Label Studio tells."""
        return await self._answer(request, self._webhook)

    def _predict(self, body: Mapping[str, Any]) -> Answer:
        if "typeSystem" in body:
            wanted = inception.read_request(body)
            return 200, {"document": inception.predict(wanted, self._taggers, floor=self._floor)}
        config = self._config_of(body)
        learner = self._taggers.learner(_key(body), config.tags)
        tasks = body.get("tasks") or []
        found = label_studio.predict(tasks, config, learner, self._taggers, floor=self._floor)
        return 200, {"results": found, "model_version": learner.version}

    def _train(self, body: Mapping[str, Any]) -> Answer:
        if "typeSystem" in body:
            begun = inception.train(inception.read_request(body), self._taggers)
            return (204, None) if begun else (429, {"error": "Training is under way."})
        begun = self._taggers.learner(_key(body), self._config_of(body).tags).train()
        return 201, {"job": "semcode", "begun": begun}

    def _setup(self, body: Mapping[str, Any]) -> Answer:
        config = _config(body, "schema")
        self._configs[_key(body)] = config
        return 200, {"model_version": self._taggers.learner(_key(body), config.tags).version}

    def _webhook(self, body: Mapping[str, Any]) -> Answer:
        action = str(body.get("action", ""))
        config = self._config_of(body)
        learner = self._taggers.learner(_key(body), config.tags)
        learned = label_studio.learn(action, body, config, learner, self._taggers)
        return (201, {"status": "ok"}) if learned else (200, {"status": "Unknown event"})

    def _config_of(self, body: Mapping[str, Any]) -> label_studio.Config:
        """Give the project's interface: sent along, told at setup, or in the project's record."""
        project = body.get("project")
        record = project if isinstance(project, Mapping) else {}
        for holder, name in ((body, "label_config"), (record, "label_config")):
            if holder.get(name):
                self._configs[_key(body)] = _config(holder, name)
        if _key(body) not in self._configs:
            raise InputError(
                "The labelling interface of this project is not known.",
                remedy="Connect the model again in the project's settings.",
            )
        return self._configs[_key(body)]

    async def _answer(
        self, request: Request, work: Callable[[Mapping[str, Any]], Answer]
    ) -> Response:
        if not self._allowed(request):
            return _refused()
        try:
            body = await _body(request)
            status, found = await run_in_threadpool(work, body)
        except SemcodeError as error:
            return JSONResponse({"error": str(error)}, status_code=400)
        return Response(status_code=status) if found is None else JSONResponse(found, status)

    def _allowed(self, request: Request) -> bool:
        path = request.scope.get("root_path", "").strip("/")
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if kind.lower() == "basic":
            value = _password(value)
        given = value if kind.lower() in ("token", "bearer", "basic") else path
        return hmac.compare_digest(given.encode(), self._token.encode())


async def _body(request: Request) -> Mapping[str, Any]:
    size = 0
    pieces: list[bytes] = []
    async for piece in request.stream():
        size += len(piece)
        if size > _LARGEST:
            raise InputError(f"The request is larger than {_LARGEST:,} bytes.")
        pieces.append(piece)
    try:
        found = json.loads(b"".join(pieces))
    except (ValueError, RecursionError) as error:
        raise InputError(f"The request is no JSON: {error}.") from error
    if not isinstance(found, dict):
        raise InputError("The request is no JSON object.")
    return found


def _config(body: Mapping[str, Any], name: str) -> label_studio.Config:
    return label_studio.read_config(str(body.get(name) or ""))


def _key(body: Mapping[str, Any]) -> str:
    return f"label-studio/{label_studio.project_of(body)}"


def _password(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except ValueError:
        return ""


def _refused() -> Response:
    answer = {"error": "The token is missing or wrong; use the address that semcode serve printed."}
    return JSONResponse(answer, status_code=401, headers={"WWW-Authenticate": "Basic"})
