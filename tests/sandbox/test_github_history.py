"""Commits, comparisons and deployments over REST."""

import pytest

from tests.sandbox.github_driver import SandboxGitHub


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("main...main", ("identical", 0, 0)),
        ("main...topic", ("diverged", 1, 1)),
        ("start...main", ("ahead", 1, 0)),
        ("main...start", ("behind", 0, 1)),
    ],
)
def test_commits_are_compared(
    github: SandboxGitHub, names: str, expected: tuple[str, int, int]
) -> None:
    start = github.head()
    github.open("topic")
    github.commit("main", "Elsewhere.\n", path="README.md")
    url = f"{github.repo}/compare/{names.replace('start', start)}"
    answer = github.bot.get(url).json()
    assert (answer["status"], answer["ahead_by"], answer["behind_by"]) == expected


def test_a_comparison_lists_the_commits_with_their_authors_oldest_first(
    github: SandboxGitHub,
) -> None:
    start = github.head()
    pull = github.open("topic", message="Update the FAQ\n\nTrace-Id: 7")
    github.wait_green("topic")
    merged = github.merge(pull["number"]).json()["sha"]
    human = github.commit("main", "Elsewhere.\n", path="README.md", message="Edit by hand")
    answer = github.bot.get(f"{github.repo}/compare/{start}...{human}").json()
    assert [
        (
            commit["sha"],
            commit["commit"]["message"],
            commit["commit"]["author"]["name"],
            commit["author"]["login"],
            [parent["sha"] for parent in commit["parents"]],
        )
        for commit in answer["commits"]
    ] == [
        (merged, "Update the FAQ (#1)\n\nTrace-Id: 7", "shiploop-bot", "shiploop-bot", [start]),
        (human, "Edit by hand", "ada", "ada", [merged]),
    ]
    assert answer["total_commits"] == 2
    assert [file["filename"] for file in answer["files"]] == ["README.md", "docs/FAQ.md"]


def test_a_comparison_can_be_read_page_by_page(github: SandboxGitHub) -> None:
    start = github.head()
    shas = [github.commit("main", f"Version {number}.\n") for number in range(3)]
    url = f"{github.repo}/compare/{start}...main"
    pages = [
        github.bot.get(url, params={"per_page": 2, "page": number}).json() for number in (1, 2)
    ]
    assert [[commit["sha"] for commit in page["commits"]] for page in pages] == [
        shas[:2],
        shas[2:],
    ]
    assert [len(page["files"]) for page in pages] == [1, 0]
    assert [page["total_commits"] for page in pages] == [3, 3]


def test_a_commit_says_what_it_changed_also_when_it_is_the_first(github: SandboxGitHub) -> None:
    first = github.bot.get(f"{github.repo}/commits/{github.head()}").json()
    assert {(file["filename"], file["status"]) for file in first["files"]} == {
        (".github/workflows/fast.yml", "added"),
        ("docs/FAQ.md", "added"),
        ("README.md", "added"),
    }
    sha = github.commit("main", github.file() + "One more.\n")
    commit = github.bot.get(f"{github.repo}/commits/{sha}").json()
    assert commit["stats"] == {"additions": 1, "deletions": 0, "total": 1}
    assert commit["files"][0]["patch"].endswith("+One more.\n")
    assert (commit["author"]["login"], commit["committer"]["login"]) == ("ada", "web-flow")


def test_deployments_are_listed_newest_first_by_environment_and_page(
    github: SandboxGitHub,
) -> None:
    url, sha = f"{github.repo}/deployments", github.head()
    made = {"auto_merge": False, "required_contexts": []}
    production = [
        github.bot.post(url, json={**made, "ref": sha, "environment": "production"}).json()["id"]
        for _ in range(3)
    ]
    preview = github.bot.post(url, json={**made, "ref": "main", "environment": "preview"}).json()
    assert preview["sha"] == sha

    def found(**query: str) -> list[int]:
        return [each["id"] for each in github.bot.get(url, params=query).json()]

    assert found(environment="production") == production[::-1]
    assert found(environment="production", per_page="2") == [production[2], production[1]]
    assert found(environment="production", per_page="2", page="2") == [production[0]]
    assert found(environment="preview", sha=sha) == [preview["id"]]
    assert found(task="migrate") == []


@pytest.mark.parametrize(
    ("marks", "replaced"),
    [
        ({"environment": "staging"}, ["inactive"]),
        ({"environment": "staging", "transient_environment": True}, []),
        ({"environment": "live", "production_environment": True}, []),
        ({}, []),
    ],
    ids=["staging", "transient", "marked", "production"],
)
def test_deployments_report_progress_and_replace_what_is_neither_production_nor_transient(
    github: SandboxGitHub, marks: dict[str, object], replaced: list[str]
) -> None:
    url = f"{github.repo}/deployments"
    body = {"ref": "main", "auto_merge": False, "required_contexts": [], **marks}
    first, second = (github.bot.post(url, json=body).json()["id"] for _ in range(2))
    for number in (first, second):
        for state in ("in_progress", "success"):
            made = github.bot.post(f"{url}/{number}/statuses", json={"state": state})
            assert made.status_code == 201

    def states(number: int) -> list[str]:
        return [each["state"] for each in github.bot.get(f"{url}/{number}/statuses").json()]

    assert states(first) == [*replaced, "success", "in_progress"]
    assert states(second) == ["success", "in_progress"]
    listed = github.bot.get(url).json()
    assert [each["id"] for each in listed][:2] == [second, first]
    is_production = marks.get("production_environment", "environment" not in marks)
    assert listed[0]["production_environment"] is is_production
    assert github.bot.post(url, json={"ref": "main"}).status_code == 501
    assert github.bot.post(url, json={**body, "ref": "nothing"}).status_code == 422
