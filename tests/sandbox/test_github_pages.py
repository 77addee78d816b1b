"""Pages for people."""

import pytest

from tests.sandbox.github_driver import REPOSITORY, SandboxGitHub

HOSTILE = "<script>alert(1)</script>"


def test_a_pull_request_shows_its_text_escaped_its_checks_and_its_diff(
    github: SandboxGitHub,
) -> None:
    pull = github.open(title=f"Title {HOSTILE}", body=f"Body {HOSTILE}", text=f"# {HOSTILE}\n")
    github.wait_green("topic")
    answer = github.anonymous.get(f"/{REPOSITORY}/pull/{pull['number']}")
    assert answer.status_code == 200
    assert HOSTILE not in answer.text
    assert answer.text.count("&lt;script&gt;") >= 3
    assert "faq-gate: success" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_draft_says_that_it_is_one(github: SandboxGitHub) -> None:
    pull = github.open(draft=True)
    assert "<b>Draft</b>" in github.anonymous.get(f"/{REPOSITORY}/pull/{pull['number']}").text


def test_a_merged_pull_request_links_its_commit(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    sha = github.merge(pull["number"]).json()["sha"]
    link = f"/{REPOSITORY}/commit/{sha}"
    assert link in github.anonymous.get(f"/{REPOSITORY}/pull/{pull['number']}").text
    assert "What about topic?" in github.anonymous.get(link).text


def test_an_issue_and_the_repository_have_pages(github: SandboxGitHub) -> None:
    number = github.bot.post(f"{github.repo}/issues", json={"title": HOSTILE}).json()["number"]
    page = github.anonymous.get(f"/{REPOSITORY}/issues/{number}").text
    assert "&lt;script&gt;" in page
    assert HOSTILE not in page
    assert github.anonymous.get(f"/{REPOSITORY}").status_code == 200


@pytest.mark.parametrize("path", ["/pull/9", "/pull/x", "/issues/9", "/commit/abc", "/tree/main"])
def test_other_pages_are_404(github: SandboxGitHub, path: str) -> None:
    assert github.anonymous.get(f"/{REPOSITORY}{path}").status_code == 404
