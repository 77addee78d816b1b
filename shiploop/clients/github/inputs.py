"""What GitHub's mutations are given: pure, no I/O.

Source: https://docs.github.com/en/graphql/reference/input-objects
"""

import base64

from shiploop.domain.delivery.commit import Changes
from shiploop.domain.delivery.pull_request import Base


def ref_input(base: Base, branch: str) -> dict[str, object]:
    """A new branch at the head of the base."""
    name = f"refs/heads/{branch}"
    return {"repositoryId": base.repository_id, "name": name, "oid": base.head_sha}


def commit_input(
    base: Base, branch: str, changes: Changes, message: tuple[str, str]
) -> dict[str, object]:
    """One commit on a branch whose head is the base's; a file that is None is deleted."""
    additions = [
        {"path": path, "contents": base64.b64encode(content).decode()}
        for path, content in changes.items()
        if content is not None
    ]
    deletions = [{"path": path} for path, content in changes.items() if content is None]
    return {
        "branch": {"repositoryNameWithOwner": base.repository, "branchName": branch},
        "expectedHeadOid": base.head_sha,
        "message": {"headline": message[0], "body": message[1]},
        "fileChanges": {"additions": additions, "deletions": deletions},
    }
