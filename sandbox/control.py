"""The control panel under `/_sandbox`: latency, faults, and what each part was asked or told."""

import dataclasses
import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.faults import Fault
from sandbox.github import checks
from sandbox.github.accounts import Access
from sandbox.github.state import GitHub
from sandbox.latency import Latency
from sandbox.openai import OpenAI
from sandbox.request_log import RequestLog
from sandbox.slack import Slack


class _InvalidError(ValueError):
    """The body is not what the control panel takes."""


def routes(github: GitHub, log: RequestLog, slack: Slack, openai: OpenAI) -> list[Route]:
    """Return the control panel's routes."""
    panel = _Panel(github, log, slack, openai)
    return [
        Route("/_sandbox/healthz", panel.healthz),
        Route("/_sandbox/latency", panel.latency, methods=["GET", "PUT"]),
        Route("/_sandbox/faults", panel.faults, methods=["GET", "PUT", "DELETE"]),
        Route("/_sandbox/faults/{name}/take", panel.take, methods=["POST"]),
        Route("/_sandbox/requests", panel.requests, methods=["GET", "DELETE"]),
        Route("/_sandbox/notifications", panel.notifications),
        Route("/_sandbox/apps/{slug}", panel.install_app, methods=["POST"]),
        Route("/_sandbox/people/{login}", panel.add_person, methods=["POST"]),
        Route("/_sandbox/slack", panel.slack, methods=["GET", "DELETE"]),
        Route("/_sandbox/openai", panel.openai, methods=["GET", "DELETE"]),
    ]


class _Panel:
    def __init__(self, github: GitHub, log: RequestLog, slack: Slack, openai: OpenAI) -> None:
        self._github = github
        self._log = log
        self._slack = slack
        self._openai = openai

    async def healthz(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def latency(self, request: Request) -> Response:
        if request.method == "PUT":
            body = await _object(request)
            try:
                self._github.latency.current = _latency(self._github.latency.current, body)
            except _InvalidError as error:
                return _problem(422, str(error))
        return JSONResponse(dataclasses.asdict(self._github.latency.current))

    async def faults(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._github.faults.clear()
        if request.method == "PUT":
            try:
                times = _faults(await _object(request))
            except _InvalidError as error:
                return _problem(422, str(error))
            self._github.faults.set(times)
        remaining = self._github.faults.remaining()
        return JSONResponse({fault.value: {"times": times} for fault, times in remaining.items()})

    async def take(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in list(Fault):
            return _problem(422, f"unknown fault: {name}")
        return JSONResponse({"taken": self._github.faults.take(Fault(name))})

    async def requests(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._log.clear()
            return Response(status_code=204)
        return JSONResponse(
            [
                dataclasses.asdict(call) | {"started_at": call.started_at.isoformat()}
                for call in self._log.requests()
            ]
        )

    async def notifications(self, _request: Request) -> Response:
        with self._github.lock:
            return JSONResponse([dataclasses.asdict(note) for note in self._github.notifications])

    async def install_app(self, request: Request) -> Response:
        """Install another app; with its token it reports checks of its own."""
        slug = request.path_params["slug"]
        with self._github.lock:
            token = self._github.accounts.install_app(slug)
            app = checks.app_of(self._github, self._github.accounts.add(f"{slug}[bot]"))
        return JSONResponse({"id": app.id, "slug": app.slug, "token": token}, 201)

    async def add_person(self, request: Request) -> Response:
        """Let a person in, with the access that the body names; returns their token."""
        access = str((await _object(request)).get("access", "read")).upper()
        if access not in Access.__members__:
            return _problem(422, f"access: one of {[each.name.lower() for each in Access]}")
        with self._github.lock:
            login = request.path_params["login"]
            token = self._github.accounts.let_in(login, Access[access])
        return JSONResponse({"login": login, "token": token}, 201)

    async def slack(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._slack.clear()
            return Response(status_code=204)
        return JSONResponse(
            [
                dataclasses.asdict(message) | {"at": message.at.isoformat()}
                for message in self._slack.messages()
            ]
        )

    async def openai(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._openai.clear()
            return Response(status_code=204)
        return JSONResponse([dataclasses.asdict(asked) for asked in self._openai.asked()])


async def _object(request: Request) -> dict[str, Any]:
    try:
        value = await request.json()
    except json.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _latency(current: Latency, body: dict[str, Any]) -> Latency:
    known = {field.name for field in dataclasses.fields(Latency)}
    for name, value in body.items():
        if name not in known or not isinstance(value, int) or value < 0:
            raise _InvalidError(f"{name}: {value!r} is not one of {sorted(known)} with ms >= 0")
    return dataclasses.replace(current, **body)


def _faults(body: dict[str, Any]) -> dict[Fault, int | None]:
    faults: dict[Fault, int | None] = {}
    for name, setting in body.items():
        if name not in list(Fault):
            raise _InvalidError(f"unknown fault: {name}")
        times = setting.get("times") if isinstance(setting, dict) else 0
        if times is not None and (not isinstance(times, int) or times < 1):
            raise _InvalidError(f'{name}: give {{"times": n}} with n >= 1, or null for always')
        faults[Fault(name)] = times
    return faults


def _problem(status: int, message: str) -> Response:
    return JSONResponse({"message": message}, status)
