"""The events that start workflows, and the commits whose workflow files run for them.

Sources: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request
(a pull request runs on its merge ref, and not at all when it conflicts) and
https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
"""

import dataclasses
import json
import re
import zlib
from collections.abc import Mapping
from typing import Any

from sandbox.github import mergeability
from sandbox.github.accounts import Account
from sandbox.github.entities import PullRequest, Repository
from sandbox.github.payloads import accounts, commits, pulls, repositories
from sandbox.github.queue_entries import QueueEntry
from sandbox.github.state import GitHub
from sandbox.workflow_triggers import Event, EventName

_SKIP = re.compile(
    r"\[(?:skip ci|ci skip|no ci|skip actions|actions skip)\]|\n\n(?:.*\n)*skip-checks: *true\s*\Z",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True, slots=True)
class Trigger:
    """An event, and the commit whose workflow files run for it."""

    event: Event
    head_sha: str
    ref: str
    sha: str
    actor: Account
    pull: PullRequest | None = None

    @property
    def payload(self) -> Mapping[str, Any]:
        """What the event's webhook says."""
        return self.event.payload or {}

    def pack(self, alike: dict[str, bytes]) -> "PackedTrigger":
        """Make it small: a run may be run again as long as its repository is there.

        `alike` keeps the first payload of each event: most of the others are the same words.
        """
        payload = json.dumps(self.payload).encode()
        first = alike.setdefault(self.event.name, payload)
        packing = zlib.compressobj(zdict=first)
        packed = packing.compress(payload) + packing.flush()
        event = dataclasses.replace(self.event, payload=None)
        return PackedTrigger(dataclasses.replace(self, event=event), packed, first)


@dataclasses.dataclass(frozen=True, slots=True)
class PackedTrigger:
    """A trigger whose payload, 30 KB of it for each run, takes the least memory."""

    trigger: Trigger
    payload: bytes
    first: bytes

    def unpack(self) -> Trigger:
        """Return the trigger as it was."""
        payload = json.loads(zlib.decompressobj(zdict=self.first).decompress(self.payload))
        event = dataclasses.replace(self.trigger.event, payload=payload)
        return dataclasses.replace(self.trigger, event=event)


def pull_trigger(
    github: GitHub, repository: Repository, pull: PullRequest, head_sha: str, action: str
) -> Trigger | None:
    """Make the merge ref of a pull request; None when its workflows do not run.

    They don't when its head is no longer `head_sha`, conflicts, or asks to skip them.
    """
    if not pull.open or pull.head_sha != head_sha:
        return None
    tried = mergeability.try_merge(repository, pull)
    if tried.tree is None or _skips(repository, head_sha):
        return None
    ref = f"refs/pull/{pull.number}/merge"
    message = f"Merge {head_sha} into {tried.base_sha}"
    when = int(pull.updated_at.timestamp())
    parents = (tried.base_sha, head_sha)
    sha = repository.git.commit(tried.tree, parents, message, pull.author, when)
    repository.git.set_ref(ref, sha)
    paths = tuple(file.path for file in mergeability.files(repository, pull))
    payload = _pull_payload(github, repository, pull, action)
    return Trigger(
        event=Event("pull_request", pull.base_ref, pull.head_ref, paths, action, payload),
        head_sha=head_sha,
        ref=ref,
        sha=sha,
        actor=pull.author,
        pull=pull,
    )


def target_trigger(
    github: GitHub, repository: Repository, pull: PullRequest, head_sha: str, action: str
) -> Trigger | None:
    """Return what a pull request triggers on its base's newest commit, conflict or not.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#pull_request_target
    """
    base_sha = repository.git.sha(f"refs/heads/{pull.base_ref}")
    if not pull.open or pull.head_sha != head_sha or base_sha is None:
        return None
    paths = tuple(file.path for file in mergeability.files(repository, pull))
    payload = _pull_payload(github, repository, pull, action)
    name: EventName = "pull_request_target"
    return Trigger(
        event=Event(name, pull.base_ref, pull.head_ref, paths, action, payload),
        head_sha=head_sha,
        ref=f"refs/heads/{pull.base_ref}",
        sha=base_sha,
        actor=pull.author,
        pull=pull,
    )


def _pull_payload(
    github: GitHub, repository: Repository, pull: PullRequest, action: str
) -> dict[str, Any]:
    return {
        "action": action,
        "number": pull.number,
        "pull_request": pulls.pull_request(github, repository, pull),
        "repository": repositories.repository(github, repository),
        "sender": accounts.user(github, pull.author),
    }


def group_trigger(
    github: GitHub, repository: Repository, branch: str, entry: QueueEntry
) -> Trigger | None:
    """Return what a merge group triggers; None when it is there no more.

    Source: https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#merge_group
    """
    if not entry.sha:
        return None
    payload = {
        "action": "checks_requested",
        "merge_group": commits.merge_group(repository, branch, entry),
        "repository": repositories.repository(github, repository),
        "sender": accounts.user(github, entry.enqueuer),
    }
    made = entry.ref.removeprefix("refs/heads/")
    return Trigger(
        event=Event("merge_group", branch, made, (), "checks_requested", payload),
        head_sha=entry.sha,
        ref=entry.ref,
        sha=entry.sha,
        actor=entry.enqueuer,
    )


def push_trigger(
    github: GitHub,
    repository: Repository,
    branch: str,
    before: str | None,
    sha: str,
    by: Account,
) -> Trigger | None:
    """Return what a push of `sha` to a branch triggers; None when it asks to skip that."""
    if _skips(repository, sha):
        return None
    # What a new branch brings is what it has beside the default branch.
    since = before or repository.git.sha(f"refs/heads/{repository.default_branch}")
    paths: tuple[str, ...] = ()
    if since is not None:
        paths = tuple(file.path for file in repository.git.changed_paths(since, sha))
    ref = f"refs/heads/{branch}"
    body = commits.push(github, repository, ref, before, sha, by, forced=False)
    payload = body | {"repository": repositories.repository(github, repository)}
    return Trigger(
        event=Event("push", branch, branch, paths, payload=payload),
        head_sha=sha,
        ref=ref,
        sha=sha,
        actor=by,
    )


def _skips(repository: Repository, sha: str) -> bool:
    return _SKIP.search(repository.git.commit_object(sha).message) is not None
