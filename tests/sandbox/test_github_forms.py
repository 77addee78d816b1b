"""Pages of a list, media types, and versions of the API."""

import httpx
import pytest

from tests.sandbox.github_driver import SandboxGitHub


def _links(answer: httpx.Response) -> dict[str | None, str]:
    return {rel: link["url"].partition("?")[2] for rel, link in answer.links.items()}


@pytest.fixture
def issues(github: SandboxGitHub) -> str:
    for number in range(7):
        answer = github.bot.post(f"{github.repo}/issues", json={"title": f"Issue {number}"})
        assert answer.status_code == 201
    return f"{github.repo}/issues"


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (1, {"next": "per_page=3&page=2", "last": "per_page=3&page=3"}),
        (
            2,
            {
                "prev": "per_page=3&page=1",
                "next": "per_page=3&page=3",
                "last": "per_page=3&page=3",
                "first": "per_page=3&page=1",
            },
        ),
        (3, {"prev": "per_page=3&page=2", "first": "per_page=3&page=1"}),
    ],
)
def test_a_page_links_to_those_around_it(
    github: SandboxGitHub, issues: str, page: int, expected: dict[str | None, str]
) -> None:
    answer = github.bot.get(issues, params={"per_page": 3, "page": page})
    assert _links(answer) == expected


def test_following_the_links_reads_the_whole_list_once(github: SandboxGitHub, issues: str) -> None:
    answer = github.bot.get(issues, params={"per_page": 2, "state": "all"})
    titles = [issue["title"] for issue in answer.json()]
    while url := answer.links.get("next", {}).get("url"):
        assert "/repositories/" in url
        answer = github.bot.get(url)
        titles += [issue["title"] for issue in answer.json()]
    assert titles == [f"Issue {number}" for number in reversed(range(7))]


def test_a_list_on_one_page_has_no_links(github: SandboxGitHub, issues: str) -> None:
    assert "link" not in github.bot.get(issues).headers
    assert "link" not in github.bot.get(issues, params={"per_page": 7}).headers
    assert len(github.bot.get(issues, params={"per_page": 1000}).json()) == 7


def test_a_repository_answers_by_its_number(github: SandboxGitHub) -> None:
    found = github.bot.get(github.repo).json()
    assert github.bot.get(f"/repositories/{found['id']}").json() == found
    assert github.bot.get("/repositories/999999").status_code == 404


@pytest.mark.parametrize(
    "accept",
    [
        "*/*",
        "application/json",
        "application/vnd.github+json",
        "application/vnd.github.v3+json",
        "application/vnd.github.squirrel-girl-preview, application/vnd.github.v3+json",
        "application/vnd.github.merge-info-preview+json;q=0.9, text/html",
        "text/html, application/xhtml+xml, */*;q=0.8",
    ],
)
def test_these_media_types_ask_for_json(github: SandboxGitHub, accept: str) -> None:
    answer = github.bot.get(github.repo, headers={"accept": accept})
    assert answer.json()["full_name"] == "acme/shiploop-docs"
    assert answer.headers["x-github-media-type"] == "github.v3; format=json"


def test_a_media_type_that_github_has_not_is_415(github: SandboxGitHub) -> None:
    answer = github.bot.get(github.repo, headers={"accept": "text/html"})
    message = "Unsupported 'Accept' header: 'text/html'. Must accept 'application/json'."
    assert (answer.status_code, answer.json()["message"]) == (415, message)


def test_a_media_type_that_is_not_modelled_is_501_and_named(github: SandboxGitHub) -> None:
    accept = {"accept": "application/vnd.github.full+json"}
    answer = github.bot.get(f"{github.repo}/issues", headers=accept)
    assert answer.status_code == 501
    assert "'full' of GET /repos/{owner}/{repo}/issues" in answer.json()["message"]


def test_the_version_of_the_api_is_told_and_an_unknown_one_refused(github: SandboxGitHub) -> None:
    assert github.bot.get(github.repo).headers["x-github-api-version-selected"] == "2022-11-28"
    newer = github.bot.get(github.repo, headers={"x-github-api-version": "2026-03-10"})
    assert newer.headers["x-github-api-version-selected"] == "2026-03-10"
    refused = github.bot.get(github.repo, headers={"x-github-api-version": "2020-01-01"})
    assert refused.status_code == 400
