"""Forks, renamed repositories, and what else somebody may change about a repository."""

from typing import Any

from tests.sandbox.github_driver import REPOSITORY, SandboxGitHub

PULLS = f"/repos/{REPOSITORY}/pulls"
_COMMIT = """
mutation ($input: CreateCommitOnBranchInput!) {
  createCommitOnBranch(input: $input) { commit { oid } }
}
"""
_PULLS = """
query ($head: String!, $after: String) {
  repository(owner: "acme", name: "shiploop-docs") {
    id
    pullRequests(headRefName: $head, first: 1, after: $after) {
      pageInfo { hasNextPage endCursor }
      nodes { number isCrossRepository baseRefName headRepository { nameWithOwner } }
    }
  }
}
"""


def fork_with_branch(github: SandboxGitHub, branch: str) -> str:
    """A fork of ada's with one commit on a branch; returns its full name."""
    fork = github.ada.post(f"/repos/{REPOSITORY}/forks").raise_for_status().json()
    assert fork["fork"]
    name, path = fork["full_name"], f"/repos/{fork['full_name']}/git"
    head = github.ada.get(f"{path}/ref/heads/main").raise_for_status().json()["object"]["sha"]
    made = {"ref": f"refs/heads/{branch}", "sha": head}
    github.ada.post(f"{path}/refs", json=made).raise_for_status()
    commit = {
        "branch": {"repositoryNameWithOwner": name, "branchName": branch},
        "expectedHeadOid": head,
        "message": {"headline": "A stranger's word"},
        "fileChanges": {"additions": [{"path": "docs/stranger.md", "contents": "aGk="}]},
    }
    said = {"query": _COMMIT, "variables": {"input": commit}}
    assert "errors" not in github.ada.post("/graphql", json=said).raise_for_status().json()
    return str(name)


def open_from_fork(github: SandboxGitHub, branch: str) -> dict[str, Any]:
    body = {"title": "t", "head": f"ada:{branch}", "base": "main"}
    pull: dict[str, Any] = github.ada.post(PULLS, json=body).raise_for_status().json()
    return pull


def test_a_pull_request_of_a_fork_names_where_it_comes_from(github: SandboxGitHub) -> None:
    name = fork_with_branch(github, "topic")
    pull = open_from_fork(github, "topic")
    assert (pull["head"]["repo"]["full_name"], pull["head"]["label"]) == (name, "ada:topic")
    assert pull["base"]["repo"]["full_name"] == REPOSITORY
    assert [each["number"] for each in github.ada.get(f"{PULLS}?head=ada:topic").json()] == [1]
    assert github.ada.get(f"{PULLS}?head=acme:topic").json() == []
    assert github.ada.get(f"{PULLS}/1/files").json()[0]["filename"] == "docs/stranger.md"


def test_a_head_that_nobody_has_is_refused(github: SandboxGitHub) -> None:
    body = {"title": "t", "head": "eve:topic", "base": "main"}
    assert github.ada.post(PULLS, json=body).status_code == 422


def test_graphql_finds_pull_requests_of_forks_by_their_branch_and_pages_through_them(
    github: SandboxGitHub,
) -> None:
    fork_with_branch(github, "topic")
    pull = open_from_fork(github, "topic")
    github.ada.patch(f"{PULLS}/{pull['number']}", json={"state": "closed"}).raise_for_status()
    open_from_fork(github, "topic")
    found, after = [], None
    for _ in range(2):
        said = {"query": _PULLS, "variables": {"head": "topic", "after": after}}
        page = github.ada.post("/graphql", json=said).json()["data"]["repository"]["pullRequests"]
        found += page["nodes"]
        after = page["pageInfo"]["endCursor"]
    assert [node["number"] for node in found] == [1, 2]
    assert {node["headRepository"]["nameWithOwner"] for node in found} == {"ada/shiploop-docs"}
    assert all(node["isCrossRepository"] for node in found)
    assert not page["pageInfo"]["hasNextPage"]


def test_a_push_to_a_branch_of_that_name_leaves_the_forks_pull_request_alone(
    github: SandboxGitHub,
) -> None:
    fork_with_branch(github, "topic")
    pull = open_from_fork(github, "topic")
    refs = f"/repos/{REPOSITORY}/git/refs"
    head = github.ada.get(f"/repos/{REPOSITORY}/git/ref/heads/main").json()["object"]["sha"]
    github.ada.post(refs, json={"ref": "refs/heads/topic", "sha": head}).raise_for_status()
    github.ada.delete(f"{refs}/heads/topic").raise_for_status()
    now = github.ada.get(f"{PULLS}/{pull['number']}").json()
    assert (now["state"], now["head"]["sha"]) == ("open", pull["head"]["sha"])


def test_somebody_may_change_the_base_of_a_pull_request(github: SandboxGitHub) -> None:
    fork_with_branch(github, "topic")
    pull = open_from_fork(github, "topic")
    head = github.ada.get(f"/repos/{REPOSITORY}/git/ref/heads/main").json()["object"]["sha"]
    body = {"ref": "refs/heads/release", "sha": head}
    github.ada.post(f"/repos/{REPOSITORY}/git/refs", json=body).raise_for_status()
    path = f"{PULLS}/{pull['number']}"
    assert github.ada.patch(path, json={"base": "release"}).json()["base"]["ref"] == "release"
    assert github.ada.patch(path, json={"base": "nothing"}).status_code == 422
    assert github.ada.get(path).json()["base"]["ref"] == "release"


def test_a_renamed_repository_is_found_by_its_old_name(github: SandboxGitHub) -> None:
    path = f"/repos/{REPOSITORY}"
    github.ada.patch(path, json={"name": "handbook"}).raise_for_status()
    asked = github.ada.get(f"{path}/pulls?state=all")
    assert asked.status_code == 301
    assert asked.json()["message"] == "Moved Permanently"
    followed = github.ada.get(asked.headers["location"])
    assert followed.json() == []
    comment = github.ada.post(f"{path}/issues", json={"title": "hi"})
    assert comment.status_code == 307
    issue = github.ada.post(comment.headers["location"], json={"title": "hi"})
    assert issue.json()["url"].endswith("/repos/acme/handbook/issues/1")
    git = github.ada.get(f"/{REPOSITORY}.git/info/refs?service=git-upload-pack")
    assert git.headers["location"].endswith("/acme/handbook.git/info/refs?service=git-upload-pack")
    said = {"query": '{ repository(owner: "acme", name: "shiploop-docs") { nameWithOwner } }'}
    answer = github.ada.post("/graphql", json=said).json()
    assert answer["data"]["repository"]["nameWithOwner"] == "acme/handbook"


def test_who_takes_the_old_name_has_it(github: SandboxGitHub) -> None:
    path = f"/repos/{REPOSITORY}"
    github.ada.patch(path, json={"name": "handbook"}).raise_for_status()
    github.ada.patch("/repos/acme/handbook", json={"name": "shiploop-docs"}).raise_for_status()
    assert github.ada.get(path).json()["full_name"] == REPOSITORY
    assert github.eve.patch(path, json={"name": "mine"}).status_code == 404


def test_where_issues_are_switched_off_none_is_opened(github: SandboxGitHub) -> None:
    path = f"/repos/{REPOSITORY}"
    assert github.ada.patch(path, json={"has_issues": False}).json()["has_issues"] is False
    refused = github.ada.post(f"{path}/issues", json={"title": "hi"})
    assert (refused.status_code, github.ada.get(f"{path}/issues").json()) == (410, [])
    assert "disabled" in refused.json()["message"]
