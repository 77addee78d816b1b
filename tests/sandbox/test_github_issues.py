"""Issues over REST: found, labelled, commented on, edited and closed."""

import pytest

from tests.sandbox.github_driver import SandboxGitHub


def test_issues_have_labels_and_comments(github: SandboxGitHub) -> None:
    url = f"{github.repo}/issues"
    made = github.bot.post(url, json={"title": "It broke", "labels": ["P0"]}).json()
    github.bot.post(f"{url}/{made['number']}/comments", json={"body": "Mending."})
    github.bot.post(f"{url}/{made['number']}/labels", json={"labels": ["p0", "rollback"]})
    found = github.bot.get(url, params={"labels": "rollback"}).json()
    assert [label["name"] for label in found[0]["labels"]] == ["P0", "rollback"]
    comments = github.bot.get(f"{url}/{made['number']}/comments").json()
    assert [comment["body"] for comment in comments] == ["Mending."]


def test_labels_that_are_new_are_made_and_may_be_given_as_objects(github: SandboxGitHub) -> None:
    body = {"title": "It broke", "labels": ["P0", {"name": "incident"}]}
    made = github.bot.post(f"{github.repo}/issues", json=body).json()
    assert [label["name"] for label in made["labels"]] == ["P0", "incident"]
    known = github.bot.get(f"{github.repo}/labels").json()
    assert [label["name"] for label in known] == ["P0", "incident"]


def test_labels_of_who_may_only_read_are_dropped(github: SandboxGitHub) -> None:
    body = {"title": "It broke", "labels": ["P0"]}
    assert github.eve.post(f"{github.repo}/issues", json=body).json()["labels"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["Two"]),
        ({"state": "all"}, ["Two", "One"]),
        ({"state": "closed"}, ["One"]),
        ({"state": "all", "labels": "p0,auto-rollback"}, ["One"]),
        ({"state": "all", "labels": "P0", "direction": "asc"}, ["One", "Two"]),
        ({"state": "all", "sort": "comments", "direction": "asc"}, ["Two", "One"]),
        ({"state": "all", "labels": "other"}, []),
        ({"state": "all", "creator": "ada"}, ["Two"]),
        ({"state": "all", "per_page": "1", "page": "2"}, ["One"]),
    ],
)
def test_issues_are_found_by_label_state_and_creator(
    github: SandboxGitHub, query: dict[str, str], expected: list[str]
) -> None:
    url = f"{github.repo}/issues"
    one = github.bot.post(url, json={"title": "One", "labels": ["P0", "auto-rollback"]}).json()
    github.ada.post(url, json={"title": "Two", "labels": ["P0"]})
    github.bot.post(f"{url}/{one['number']}/comments", json={"body": "Mended."})
    github.bot.patch(f"{url}/{one['number']}", json={"state": "closed"})
    found = github.bot.get(url, params=query).json()
    assert [issue["title"] for issue in found] == expected


def test_an_issues_labels_are_replaced_and_it_is_closed_for_a_reason(
    github: SandboxGitHub,
) -> None:
    body = {"title": "It broke", "labels": ["P0", "incident"]}
    made = github.bot.post(f"{github.repo}/issues", json=body).json()
    url = f"{github.repo}/issues/{made['number']}"
    labels = github.bot.patch(url, json={"labels": ["incident", "P2"]}).json()["labels"]
    assert [label["name"] for label in labels] == ["incident", "P2"]
    assert github.bot.patch(url, json={"labels": []}).json()["labels"] == []
    closed = github.bot.patch(url, json={"state": "closed", "state_reason": "not_planned"}).json()
    assert (closed["state"], closed["state_reason"]) == ("closed", "not_planned")
    assert github.bot.patch(url, json={"state": "open"}).json()["state_reason"] == "reopened"


def test_what_of_issues_is_not_modelled_is_501(github: SandboxGitHub) -> None:
    url = f"{github.repo}/issues"
    assert github.bot.get(url, params={"assignee": "ada"}).status_code == 501
    body = {"title": "It broke", "assignees": ["ada"]}
    assert github.bot.post(url, json=body).status_code == 501
    assert github.bot.get(url, params={"state": "all"}).json() == []


def test_issues_are_edited_closed_and_opened_again(github: SandboxGitHub) -> None:
    made = github.bot.post(f"{github.repo}/issues", json={"title": "It broke"}).json()
    url = f"{github.repo}/issues/{made['number']}"
    closed = github.bot.patch(url, json={"title": "It was mended", "state": "closed"}).json()
    assert (closed["title"], closed["state"]) == ("It was mended", "closed")
    assert github.bot.patch(url, json={"state": "open"}).json()["state"] == "open"
