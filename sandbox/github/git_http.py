"""Clone and fetch over git's smart HTTP; pushing is not modelled.

Sources: https://git-scm.com/docs/http-protocol, https://git-scm.com/docs/gitprotocol-pack
(what is refused is answered with an ERR line, and with 200 nevertheless) and
https://docs.github.com/en/get-started/git-basics/about-remote-repositories#cloning-with-https-urls
"""

import base64
import binascii
import gzip
import subprocess
from datetime import UTC, datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.github.accounts import Access
from sandbox.github.entities import Repository
from sandbox.github.git_repository import GIT_ENVIRONMENT
from sandbox.github.state import GitHub

_SERVICE = "git-upload-pack"
_PUSH = "git-receive-pack"
_NOT_MODELLED = "Pushing by git is not modelled by the sandbox; commit through its API"
_DENIED = "Invalid username or token. Password authentication is not supported for Git operations."
_CHALLENGE = {"WWW-Authenticate": 'Basic realm="GitHub"'}
# As GitHub's own servers advertise (allow-tip-sha1-in-want, allow-reachable-sha1-in-want, filter);
# protocol version 2 takes the id of any object without being told. Partial clones:
# https://github.blog/open-source/git/get-up-to-speed-with-partial-clone-and-shallow-clone/
_SETTINGS = ("allowTipSHA1InWant", "allowReachableSHA1InWant", "allowFilter")
_NO_CACHE = {"Cache-Control": "no-cache, max-age=0, must-revalidate"}


def routes(github: GitHub) -> list[Route]:
    """Return the routes under `/{owner}/{name}`, with and without `.git`.

    The repositories are public, but a token that is sent must be right.
    """
    http = _SmartHttp(github)
    prefix = "/{owner}/{name}"
    return [
        Route(f"{prefix}/info/refs", http.advertise),
        Route(f"{prefix}/{_SERVICE}", http.upload, methods=["POST"]),
        Route(f"{prefix}/{_PUSH}", http.receive, methods=["POST"]),
    ]


class _SmartHttp:
    def __init__(self, github: GitHub) -> None:
        self._github = github

    async def advertise(self, request: Request) -> Response:
        service = request.query_params.get("service", "")
        if (refusal := self._refusal(request, is_push=service == _PUSH)) is not None:
            return refusal
        if service == _PUSH:
            content = _advertised(service, _packet(f"ERR {_NOT_MODELLED}"))
        elif service == _SERVICE:
            repository = self._find(request)
            assert repository is not None
            refs = await run_in_threadpool(
                _upload_pack, request, repository, b"", "--advertise-refs"
            )
            content = _advertised(service, refs)
        else:
            return PlainTextResponse("Please upgrade your git client.", 403)
        return Response(content, 200, _NO_CACHE, f"application/x-{service}-advertisement")

    async def upload(self, request: Request) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return refusal
        repository = self._find(request)
        assert repository is not None
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        content = await run_in_threadpool(_upload_pack, request, repository, body)
        return Response(content, 200, _NO_CACHE, f"application/x-{_SERVICE}-result")

    async def receive(self, request: Request) -> Response:
        if (refusal := self._refusal(request, is_push=True)) is not None:
            return refusal
        return PlainTextResponse(_NOT_MODELLED, 501)

    def _refusal(self, request: Request, *, is_push: bool = False) -> Response | None:
        """Return why this may not be done, if it may not."""
        account = None
        if (header := request.headers.get("authorization")) is not None:
            now = datetime.now(UTC)
            of_token = self._github.accounts.of_token
            account = next(filter(None, (of_token(each, now) for each in _tokens(header))), None)
            if account is None:
                return PlainTextResponse(_DENIED, 401, _CHALLENGE)
        if is_push and account is None:
            return PlainTextResponse("No anonymous write access.", 401, _CHALLENGE)
        repository = self._find(request)
        if repository is None:
            return PlainTextResponse("Repository not found.", 404)
        if is_push and account is not None and account.access < Access.WRITE:
            message = f"Permission to {repository.full_name}.git denied to {account.login}."
            return PlainTextResponse(message, 403)
        return None

    def _find(self, request: Request) -> Repository | None:
        path = request.path_params
        return self._github.find_repository(path["owner"], path["name"].removesuffix(".git"))


def _tokens(header: str) -> tuple[str, ...]:
    """Return what may be the token: after `Bearer`, or as password or user name of `Basic`."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() != "basic":
        return (value.strip(),)
    try:
        user, _, password = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ()
    return (password, user)


def _advertised(service: str, content: bytes) -> bytes:
    return _packet(f"# service={service}\n") + b"0000" + content


def _packet(text: str) -> bytes:
    return f"{len(text) + 4:04x}{text}".encode()


def _upload_pack(request: Request, repository: Repository, body: bytes, *options: str) -> bytes:
    environment = dict(GIT_ENVIRONMENT)
    if protocol := request.headers.get("git-protocol"):
        environment["GIT_PROTOCOL"] = protocol
    settings = [part for name in _SETTINGS for part in ("-c", f"uploadpack.{name}=true")]
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
