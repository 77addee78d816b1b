"""Clone and fetch over git's smart HTTP; pushing is refused.

Sources: https://git-scm.com/docs/http-protocol and https://git-scm.com/docs/gitprotocol-pack
(a fetch that is refused is answered with an ERR line, and with 200 nevertheless).
"""

import gzip
import subprocess

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.github.entities import Repository
from sandbox.github.git_repository import GIT_ENVIRONMENT
from sandbox.github.state import GitHub

_SERVICE = "git-upload-pack"
# As GitHub's own servers advertise (allow-tip-sha1-in-want, allow-reachable-sha1-in-want);
# protocol version 2 takes any commit's sha without being told.
_ANY_COMMIT = ("allowTipSHA1InWant", "allowReachableSHA1InWant")
_NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}


def routes(github: GitHub) -> list[Route]:
    """Return the routes under `/{owner}/{name}.git`; the repositories are public."""
    http = _SmartHttp(github)
    prefix = "/{owner}/{name}.git"
    return [
        Route(f"{prefix}/info/refs", http.advertise),
        Route(f"{prefix}/{_SERVICE}", http.upload, methods=["POST"]),
        Route(f"{prefix}/git-receive-pack", http.receive, methods=["POST"]),
    ]


class _SmartHttp:
    def __init__(self, github: GitHub) -> None:
        self._github = github

    async def advertise(self, request: Request) -> Response:
        if (repository := self._find(request)) is None:
            return PlainTextResponse("Repository not found.", 404)
        if request.query_params.get("service") != _SERVICE:
            return await self.receive(request)
        refs = await run_in_threadpool(_upload_pack, request, repository, b"", "--advertise-refs")
        content = _packet(f"# service={_SERVICE}\n") + b"0000" + refs
        return Response(content, 200, _NO_CACHE, f"application/x-{_SERVICE}-advertisement")

    async def upload(self, request: Request) -> Response:
        if (repository := self._find(request)) is None:
            return PlainTextResponse("Repository not found.", 404)
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        content = await run_in_threadpool(_upload_pack, request, repository, body)
        return Response(content, 200, _NO_CACHE, f"application/x-{_SERVICE}-result")

    async def receive(self, _request: Request) -> Response:
        return PlainTextResponse("The sandbox does not take pushes.", 403)

    def _find(self, request: Request) -> Repository | None:
        path = request.path_params
        return self._github.find_repository(path["owner"], path["name"])


def _packet(text: str) -> bytes:
    return f"{len(text) + 4:04x}{text}".encode()


def _upload_pack(request: Request, repository: Repository, body: bytes, *options: str) -> bytes:
    environment = dict(GIT_ENVIRONMENT)
    if protocol := request.headers.get("git-protocol"):
        environment["GIT_PROTOCOL"] = protocol
    settings = [part for name in _ANY_COMMIT for part in ("-c", f"uploadpack.{name}=true")]
    finished = subprocess.run(
        ["git", *settings, "upload-pack", "--stateless-rpc", *options, str(repository.git.path)],
        env=environment,
        input=body,
        stdout=subprocess.PIPE,
        check=False,
    )
    if not finished.stdout:
        finished.check_returncode()
    return finished.stdout
