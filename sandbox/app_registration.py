"""The page of GitHub's that a manifest is sent to, for an account or an organization.

GitHub asks the person there for the App's name, and to press "Create GitHub App"; here that is
pressed at once. Source:
https://docs.github.com/en/apps/sharing-github-apps/registering-a-github-app-from-a-manifest
"""

import json
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from sandbox.github.accounts import Account
from sandbox.github.refusals import RefusedError
from sandbox.github.state import GitHub

_PERSON = "ada"


def routes(github: GitHub) -> list[Route]:
    """Return the routes of the two pages."""

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

    return [
        Route("/settings/apps/new", register, methods=["POST"]),
        Route("/organizations/{organization}/settings/apps/new", register, methods=["POST"]),
    ]


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
