"""`actions/checkout`: the repository's commit in the job's workspace, as deep as was asked.

Source: https://github.com/actions/checkout (its README and `action.yml`).
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pygit2

from sandbox.ci.results import NotModelledError, StepFailedError

_IGNORED = frozenset(
    {
        "allow-unsafe-pr-checkout",
        "clean",
        "fetch-tags",
        "github-server-url",
        "persist-credentials",
        "set-safe-directory",
        "show-progress",
        "token",
    }
)
_UNSET = {"lfs": "false", "submodules": "false", "sparse-checkout": "", "filter": "", "ssh-key": ""}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a checkout comes from: a git checkout, of the commit that `ref` names."""

    worktree: Path
    repository: str
    ref: str
    url: str


def check_out(source: Source, workspace: Path, inputs: Mapping[str, str]) -> str:
    """Fill the workspace; return the commit's sha.

    Raises StepFailedError on what the action refuses, NotModelledError on what is not modelled.
    """
    for name, value in inputs.items():
        if name in _IGNORED or name in ("repository", "ref", "path", "fetch-depth"):
            continue
        if value.lower() != _UNSET.get(name):
            raise NotModelledError(f"actions/checkout with {name}: {value}")
    repository = inputs.get("repository", "")
    if repository not in ("", source.repository):
        raise NotModelledError(f"actions/checkout of {repository}")
    target = (workspace / inputs.get("path", ".")).resolve()
    if not target.is_relative_to(workspace.resolve()):
        raise StepFailedError(f"Repository path '{target}' is not under '{workspace}'")
    depth = inputs.get("fetch-depth", "") or "1"
    if not depth.isdigit():
        raise StepFailedError(f"fetch-depth '{depth}' is no number")
    _clear(target, keeps=inputs.get("clean", "").lower() == "false")
    repo = pygit2.Repository(source.worktree)
    sha, local_ref = _wanted(repo, source, inputs.get("ref", ""))
    _make(target, repo, source, sha, int(depth))
    _git(target, "checkout", "--quiet", "--force", *_branch(local_ref), sha)
    return sha


def _clear(target: Path, keeps: bool) -> None:
    """Take away what is there; what an earlier checkout has left may be kept."""
    if (target / ".git").exists() and keeps:
        shutil.rmtree(target / ".git")
    elif target.exists():
        for each in target.iterdir():
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink()
    target.mkdir(parents=True, exist_ok=True)


def _wanted(repo: pygit2.Repository, source: Source, ref: str) -> tuple[str, str]:
    if not ref:
        return str(repo.head.target), source.ref
    for name in (ref, f"refs/heads/{ref}", f"refs/tags/{ref}"):
        if name.startswith("refs/") and name in repo.references:
            return str(repo.references[name].peel(pygit2.Commit).id), name
    found = repo.get(ref) if len(ref) == 40 else None
    if not isinstance(found, pygit2.Commit):
        raise StepFailedError(f"A branch or tag with the name '{ref}' could not be found")
    return ref, ""


def _branch(ref: str) -> tuple[str, ...]:
    """A branch is checked out under its name, everything else detached."""
    if ref.startswith("refs/heads/"):
        return ("-B", ref.removeprefix("refs/heads/"))
    return ("--detach",)


def _make(target: Path, repo: pygit2.Repository, source: Source, sha: str, depth: int) -> None:
    """Make a repository that borrows the objects, and sees as much history as was asked for."""
    pygit2.init_repository(target, initial_head="main", origin_url=source.url)
    git = target / ".git"
    objects = Path(repo.path if repo.is_bare else _common_folder(repo)) / "objects"
    (git / "objects/info").mkdir(parents=True, exist_ok=True)
    (git / "objects/info/alternates").write_text(f"{objects}\n", encoding="utf-8")
    copied = pygit2.Repository(target)
    if depth == 0:
        _copy_refs(repo, copied)
    elif cut := _cut(repo, sha, depth):
        (git / "shallow").write_text("".join(f"{each}\n" for each in cut), encoding="utf-8")
    if (remote := _remote_ref(source.ref)) is not None:
        copied.references.create(remote, sha, True)


def _remote_ref(ref: str) -> str | None:
    if ref.startswith("refs/heads/"):
        return ref.replace("refs/heads/", "refs/remotes/origin/")
    return ref.replace("refs/", "refs/remotes/", 1) if ref.startswith("refs/pull/") else None


def _common_folder(repo: pygit2.Repository) -> Path:
    """The folder that a worktree shares with its repository."""
    pointer = Path(repo.path) / "commondir"
    if not pointer.exists():
        return Path(repo.path)
    return (Path(repo.path) / pointer.read_text(encoding="utf-8").strip()).resolve()


def _copy_refs(repo: pygit2.Repository, copied: pygit2.Repository) -> None:
    for name in repo.references:
        target = repo.references[name].target
        if isinstance(target, pygit2.Oid) and name.startswith(("refs/heads/", "refs/tags/")):
            remote = name.replace("refs/heads/", "refs/remotes/origin/")
            copied.references.create(remote, target, True)


def _cut(repo: pygit2.Repository, sha: str, depth: int) -> list[str]:
    """Return the commits whose parents are out of reach."""
    level, seen = {sha}, {sha}
    for _ in range(depth - 1):
        level = {str(parent) for each in level for parent in _parents(repo, each)} - seen
        seen |= level
    return [each for each in level if _parents(repo, each)]


def _parents(repo: pygit2.Repository, sha: str) -> list[pygit2.Oid]:
    commit = repo.get(sha)
    return list(commit.parent_ids) if isinstance(commit, pygit2.Commit) else []


def _git(folder: Path, *arguments: str) -> None:
    done = subprocess.run(
        ["git", "-C", folder, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        raise StepFailedError(f"git {arguments[0]} failed: {done.stderr.strip()}")
