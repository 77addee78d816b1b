"""Pull requests: opened, kept in step with their branches, closed."""

import pytest

from tests.sandbox.github_driver import SandboxGitHub
from tests.until import wait_until


def test_a_pull_request_is_mergeable_when_git_can_merge_it(github: SandboxGitHub) -> None:
    pull = github.open()
    assert pull["mergeable"] == "UNKNOWN"
    wait_until(lambda: github.pull(pull["number"])["mergeable"] is True)


def test_edits_of_the_same_place_conflict(github: SandboxGitHub) -> None:
    first = github.open("first", "# FAQ\n\nFirst.\n")
    second = github.open("second", "# FAQ\n\nSecond.\n")
    github.wait_green("first")
    assert github.merge(first["number"]).status_code == 200
    wait_until(lambda: github.pull(second["number"])["mergeable"] is False)
    assert github.pull(second["number"])["mergeable_state"] == "dirty"


def test_its_files_are_what_the_branch_changed_since_it_left_the_base(
    github: SandboxGitHub,
) -> None:
    pull = github.open(text="# FAQ\n\nNew.\n")
    github.commit("main", "Elsewhere.\n", path="docs/OTHER.md")
    files = github.bot.get(f"{github.repo}/pulls/{pull['number']}/files").json()
    assert [(file["filename"], file["status"]) for file in files] == [("docs/FAQ.md", "modified")]
    assert "+New." in files[0]["patch"]


def test_a_second_pull_request_from_the_same_branch_is_refused(github: SandboxGitHub) -> None:
    github.open("topic")
    answer = github.bot.post(
        f"{github.repo}/pulls", json={"title": "Again", "head": "topic", "base": "main"}
    )
    assert answer.status_code == 422
    assert answer.json()["message"] == "Validation Failed"
    assert answer.json()["errors"][0]["message"] == (
        "A pull request already exists for acme:topic."
    )


def test_a_branch_without_commits_of_its_own_is_refused(github: SandboxGitHub) -> None:
    ref = {"ref": "refs/heads/empty", "sha": github.head()}
    assert github.bot.post(f"{github.repo}/git/refs", json=ref).status_code == 201
    answer = github.bot.post(
        f"{github.repo}/pulls", json={"title": "Empty", "head": "empty", "base": "main"}
    )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["message"] == "No commits between main and empty"


def test_a_head_reset_to_its_base_closes_the_pull_request_for_good(github: SandboxGitHub) -> None:
    pull = github.open("topic")
    moved = github.bot.patch(
        f"{github.repo}/git/refs/heads/topic", json={"sha": github.head(), "force": True}
    )
    assert moved.status_code == 200
    assert github.pull(pull["number"])["state"] == "closed"
    github.commit("topic", "# FAQ\n\nAgain.\n")
    url = f"{github.repo}/pulls/{pull['number']}"
    assert github.bot.patch(url, json={"state": "open"}).status_code == 422


def test_a_deleted_branch_closes_its_pull_request_until_it_is_back(github: SandboxGitHub) -> None:
    pull = github.open("topic")
    url = f"{github.repo}/pulls/{pull['number']}"
    assert github.bot.delete(f"{github.repo}/git/refs/heads/topic").status_code == 204
    assert github.pull(pull["number"])["state"] == "closed"
    assert github.bot.patch(url, json={"state": "open"}).status_code == 422
    ref = {"ref": "refs/heads/topic", "sha": pull["headRefOid"]}
    github.bot.post(f"{github.repo}/git/refs", json=ref)
    assert github.bot.patch(url, json={"state": "open"}).json()["state"] == "open"


def test_a_commit_on_its_branch_moves_its_head(github: SandboxGitHub) -> None:
    pull = github.open("topic")
    sha = github.commit("topic", "# FAQ\n\nBetter.\n")
    assert github.pull(pull["number"])["head"]["sha"] == sha != pull["headRefOid"]


def test_title_and_body_can_be_edited_and_it_can_be_closed(github: SandboxGitHub) -> None:
    pull = github.open()
    edited = github.bot.patch(
        f"{github.repo}/pulls/{pull['number']}",
        json={"title": "Better", "body": "Why not", "state": "closed"},
    ).json()
    assert (edited["title"], edited["body"], edited["state"]) == ("Better", "Why not", "closed")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, {"second"}),
        ({"state": "all"}, {"first", "second"}),
        ({"state": "closed"}, {"first"}),
        ({"state": "all", "head": "acme:second"}, {"second"}),
        ({"state": "all", "head": "other:second"}, set()),
        ({"base": "release"}, set()),
    ],
)
def test_the_list_filters_by_state_head_and_base(
    github: SandboxGitHub, query: dict[str, str], expected: set[str]
) -> None:
    first = github.open("first")
    github.open("second")
    github.bot.patch(f"{github.repo}/pulls/{first['number']}", json={"state": "closed"})
    found = github.bot.get(f"{github.repo}/pulls", params=query).json()
    assert {pull["head"]["ref"] for pull in found} == expected
