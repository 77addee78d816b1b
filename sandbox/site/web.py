"""The site's HTTP face: pages, health and GitHub's webhook."""

import hashlib
import hmac
import json

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from sandbox.faults import Fault
from sandbox.site.control_panel import ControlPanel, FaultsSet
from sandbox.site.deployer import Deployer
from sandbox.site.layout import SECURITY_HEADERS, error_page


def create_app(deployer: Deployer, panel: ControlPanel, webhook_secret: str) -> Starlette:
    """Build the application around a deployer."""
    site = _Site(deployer, panel, webhook_secret)
    return Starlette(
        routes=[
            Route("/healthz", site.health),
            Route("/hooks/github", site.receive_webhook, methods=["POST"]),
            Route("/builds/{sha}", site.build_log),
            Route("/{path:path}", site.page),
        ]
    )


class _Site:
    """The handlers. `site_down` is used up by each answer, pages and health alike."""

    def __init__(self, deployer: Deployer, panel: ControlPanel, webhook_secret: str) -> None:
        self._deployer = deployer
        self._panel = panel
        self._secret = webhook_secret.encode()
        self._health_failed = False

    def health(self, _request: Request) -> Response:
        faults = self._panel.faults()
        if faults.take(Fault.SITE_DOWN):
            return JSONResponse({"status": "down"}, 503)
        live = self._deployer.live
        if live is None:
            return JSONResponse({"status": "starting"}, 503)
        healthy = live.healthy and not self._flakes(faults)
        answer = {
            "status": "ok" if healthy else "error",
            "sha": live.sha,
            "deployed_at": live.built_at.isoformat(),
        }
        return JSONResponse(answer, 200 if healthy else 500, {"Cache-Control": "no-store"})

    def page(self, request: Request) -> Response:
        if self._panel.faults().take(Fault.SITE_DOWN):
            return _error(503, "Service unavailable", "The site is down.")
        live = self._deployer.live
        if live is None:
            return _error(503, "Not deployed yet", "The first build is still running.")
        if not live.healthy:
            return _error(500, "Application error", "The page could not be shown.")
        route = "/" + request.path_params["path"].rstrip("/").removesuffix(".md")
        if (page := live.pages.get(route)) is None:
            return _error(404, "Page not found", "There is no such page in the documentation.")
        headers = {**SECURITY_HEADERS, "X-Commit-Sha": live.sha, "Cache-Control": "no-cache"}
        return HTMLResponse(page, headers=headers)

    def build_log(self, request: Request) -> Response:
        log = self._deployer.log_of(request.path_params["sha"])
        return PlainTextResponse(
            "no such build" if log is None else log, 404 if log is None else 200
        )

    async def receive_webhook(self, request: Request) -> Response:
        body = await request.body()
        expected = "sha256=" + hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, request.headers.get("X-Hub-Signature-256", "")):
            return JSONResponse({"message": "bad signature"}, 401)
        if request.headers.get("X-GitHub-Event") == "push" and _is_default_branch(body):
            self._deployer.wake()
        return JSONResponse({"message": "accepted"}, 202)

    def _flakes(self, faults: FaultsSet) -> bool:
        """With `flaky_health` every second answer fails."""
        self._health_failed = not self._health_failed and faults.take(Fault.FLAKY_HEALTH)
        return self._health_failed


def _is_default_branch(body: bytes) -> bool:
    push = json.loads(body)
    return bool(push["ref"] == f"refs/heads/{push['repository']['default_branch']}")


def _error(status: int, title: str, explanation: str) -> Response:
    return HTMLResponse(error_page(title, explanation), status, SECURITY_HEADERS)
