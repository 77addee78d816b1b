"""Files and directories of a commit.

Source: https://docs.github.com/en/rest/repos/contents#get-repository-content
"""

import base64
from typing import Any

import pygit2
from pygit2.enums import FileMode

from sandbox.github.payloads import repositories
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.rest.call import Call, Operation, Reply, not_found

_PATH = "/repos/{owner}/{repo}/contents"
_INLINE_BYTES = 1_000_000
_LARGEST_BYTES = 100_000_000
_MOST_ENTRIES = 1000
_TYPES = {FileMode.TREE: "dir", FileMode.LINK: "symlink", FileMode.COMMIT: "submodule"}


def _contents(call: Call) -> Reply:
    path = call.path.get("path", "").strip("/")
    ref, sha = _commit(call)
    found = call.repository.git.entry(sha, path)
    match found:
        case pygit2.Tree():
            return _directory(call, found, path, ref)
        case pygit2.Blob():
            return _file(call, found, path, ref)
        case None:
            raise not_found()
        case _:
            raise RefusedError(Reason.NOT_MODELLED, "Submodules are not modelled by the sandbox")


def _commit(call: Call) -> tuple[str, str]:
    """Return the ref that is asked for, and its commit."""
    ref = call.query.get("ref", call.repository.default_branch)
    if (sha := call.repository.git.resolve(ref)) is None:
        raise not_found(f"No commit found for the ref {ref}")
    return ref, sha


def _readme(call: Call) -> Reply:
    """Return the README that GitHub shows: of `.github`, of the root, or of `docs`.

    Source: https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-readmes
    """
    ref, sha = _commit(call)
    for folder in (".github", "", "docs"):
        tree = call.repository.git.entry(sha, folder)
        for entry in tree if isinstance(tree, pygit2.Tree) else ():
            name = entry.name or ""
            if isinstance(entry, pygit2.Blob) and name.lower().partition(".")[0] == "readme":
                return _file(call, entry, f"{folder}/{name}".strip("/"), ref)
    raise not_found()


def _directory(call: Call, tree: pygit2.Tree, path: str, ref: str) -> Reply:
    entries = [
        _entry(call, entry, f"{path}/{entry.name}".strip("/"), ref)
        for entry in list(tree)[:_MOST_ENTRIES]
    ]
    match call.form:
        case "object":
            return Reply(200, _entry(call, tree, path, ref) | {"entries": entries})
        case "raw":
            message = "The media type 'raw' of a directory is not modelled by the sandbox"
            raise RefusedError(Reason.NOT_MODELLED, message)
        case _:
            return Reply(200, entries)


def _file(call: Call, blob: pygit2.Blob, path: str, ref: str) -> Reply:
    if blob.size > _LARGEST_BYTES:
        message = "This API returns blobs up to 100 MB in size."
        raise RefusedError(Reason.FORBIDDEN, message)
    if call.form == "raw":
        return Reply(200, content=blob.data)
    answer = _entry(call, blob, path, ref)
    if answer["type"] == "symlink":
        return Reply(200, answer | {"target": blob.data.decode(errors="replace")})
    if blob.size > _INLINE_BYTES:
        return Reply(200, answer | {"encoding": "none", "content": ""})
    content = base64.encodebytes(blob.data).decode()
    return Reply(200, answer | {"encoding": "base64", "content": content})


def _entry(call: Call, entry: pygit2.Object, path: str, ref: str) -> dict[str, Any]:
    github, repository = call.github, call.repository
    kind = _TYPES.get(FileMode(entry.filemode or FileMode.TREE), "file")
    is_tree = isinstance(entry, pygit2.Tree)
    url = repositories.api_url(github, repository, f"/contents/{path}?ref={ref}")
    git_url = repositories.api_url(
        github, repository, f"/git/{'trees' if is_tree else 'blobs'}/{entry.id}"
    )
    page = repositories.web_url(
        github, repository, f"/{'tree' if is_tree else 'blob'}/{ref}/{path}"
    )
    return {
        "type": kind,
        "size": entry.size if isinstance(entry, pygit2.Blob) else 0,
        "name": path.rpartition("/")[2],
        "path": path,
        "sha": str(entry.id),
        "url": url,
        "git_url": git_url,
        "html_url": page,
        "download_url": None,
        "_links": {"self": url, "git": git_url, "html": page},
    }


OPERATIONS = (
    Operation("GET", "/repos/{owner}/{repo}/readme", _readme, forms=frozenset({"raw"})),
    Operation("GET", f"{_PATH}/{{path:path}}", _contents, forms=frozenset({"raw", "object"})),
)
