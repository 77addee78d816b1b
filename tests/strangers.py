"""What others may do around our pull requests: forks, other bases, other names."""

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.loopback import loopback
from tests.world import REPOSITORY, World

_OWNER, _NAME = REPOSITORY.split("/")
_COMMIT = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}
"""


def write(world: World, method: str, path: str, **body: Any) -> Any:
    """Call any route of GitHub's as a person of the stack's GitHub."""
    headers = {"authorization": f"Bearer {world.admin_token}"}
    url = f"{world.addresses.github}{path}"
    answer = loopback.request(method, url, json=body, headers=headers)
    assert answer.is_success, answer.text
    return answer.json()


def open_from_fork(world: World, branch: str, *, closed: bool) -> int:
    """Open a pull request from a branch of this name in somebody's fork; returns its number."""
    fork = write(world, "POST", f"/repos/{REPOSITORY}/forks")
    git = f"/repos/{fork['full_name']}/git"
    # As main was when the fork was made: what came since it has not.
    sha = write(world, "GET", f"{git}/ref/heads/main")["object"]["sha"]
    write(world, "POST", f"{git}/refs", ref=f"refs/heads/{branch}", sha=sha)
    content = base64.b64encode(branch.encode()).decode()
    commit = {
        "branch": {"repositoryNameWithOwner": fork["full_name"], "branchName": branch},
        "expectedHeadOid": sha,
        "message": {"headline": "A stranger's word"},
        "fileChanges": {"additions": [{"path": "docs/stranger.md", "contents": content}]},
    }
    write(world, "POST", "/graphql", query=_COMMIT, variables={"input": commit})
    head = f"{fork['owner']['login']}:{branch}"
    pull = world.write_as_person("POST", "/pulls", title="Mine", head=head, base="main")
    if closed:
        world.write_as_person("PATCH", f"/pulls/{pull['number']}", state="closed")
    return int(pull["number"])


def point_at_other_branch(world: World, number: int, branch: str) -> None:
    """Have a pull request merged into another branch, which is made for that."""
    sha = world.github("/git/ref/heads/main")["object"]["sha"]
    world.write_as_person("POST", "/git/refs", ref=f"refs/heads/{branch}", sha=sha)
    world.write_as_person("PATCH", f"/pulls/{number}", base=branch)


@contextmanager
def renamed(world: World, name: str) -> Iterator[None]:
    """Call the repository otherwise for the length of the block."""
    write(world, "PATCH", f"/repos/{REPOSITORY}", name=name)
    try:
        yield
    finally:
        write(world, "PATCH", f"/repos/{_OWNER}/{name}", name=_NAME)


@contextmanager
def without_issues(world: World) -> Iterator[None]:
    """Switch the repository's issues off for the length of the block."""
    world.write_as_person("PATCH", "", has_issues=False)
    try:
        yield
    finally:
        world.write_as_person("PATCH", "", has_issues=True)
