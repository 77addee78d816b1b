"""The page of GitHub's that a manifest is sent to, for an account or an organization.

The form may come from any site. GitHub shows what the App would be called, and makes it when the
person presses "Create GitHub App" there. Source:
https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

import json
import re
from html import escape
from typing import Any, Final
from urllib.parse import parse_qs, quote, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.github.accounts import Account
from sandbox.github.refusals import RefusedError
from sandbox.github.state import GitHub

_PERSON = "ada"
FORM_PATHS: Final = re.compile(r"(?:/organizations/[^/]+)?/settings/apps/new")


def routes(github: GitHub) -> list[Route]:
    """Return the routes of the two pages, for an account and for an organization."""

    async def show(request: Request) -> Response:
        manifest = _manifest(parse_qs((await request.body()).decode()))
        with github.lock:
            owner = _owner(github, request.path_params.get("organization"))
        if owner is None or manifest is None:
            return PlainTextResponse("Not Found", 404)
        return HTMLResponse(_page(manifest, request.url.path, request.query_params.get("state")))

    async def register(request: Request) -> Response:
        form = parse_qs((await request.body()).decode())
        with github.lock:
            owner = _owner(github, request.path_params.get("organization"))
            manifest = _manifest(form)
            if owner is None or manifest is None:
                return PlainTextResponse("Not Found", 404)
            try:
                code = github.manifests.register(manifest, owner, github.now())
            except RefusedError as error:
                return PlainTextResponse(str(error), 422)
        told = {"code": code}
        if state := request.query_params.get("state"):
            told["state"] = state
        return RedirectResponse(f"{manifest['redirect_url']}?{urlencode(told)}", 302)

    organization = "/organizations/{organization}"
    return [
        Route("/settings/apps/new", show, methods=["POST"]),
        Route(f"{organization}/settings/apps/new", show, methods=["POST"]),
        Route("/settings/apps", register, methods=["POST"]),
        Route(f"{organization}/settings/apps", register, methods=["POST"]),
    ]


def _page(manifest: dict[str, Any], path: str, state: str | None) -> str:
    action = path.removesuffix("/new") + (f"?state={quote(state)}" if state else "")
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Create GitHub App'
        f"</title></head><body><h1>{escape(str(manifest.get('name', '')))}</h1>"
        f'<form method="post" action="{escape(action)}">'
        f'<input type="hidden" name="manifest" value="{escape(json.dumps(manifest))}">'
        "<button>Create GitHub App</button></form></body></html>"
    )


def _owner(github: GitHub, organization: str | None) -> Account | None:
    found = github.accounts.find(organization or _PERSON)
    wanted = "User" if organization is None else "Organization"
    return found if found is not None and found.kind == wanted else None


def _manifest(form: dict[str, list[str]]) -> dict[str, Any] | None:
    try:
        told = json.loads(form.get("manifest", [""])[0])
    except ValueError:
        return None
    return told if isinstance(told, dict) else None
