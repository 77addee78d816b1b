"""The site and the sandbox GitHub together, each over HTTP."""

from pathlib import Path

from tests.sandbox.github_driver import REPOSITORY, SandboxGitHub
from tests.sandbox.site_driver import SECRET, running_site
from tests.until import until


def merge(github: SandboxGitHub, faq: str) -> str:
    """Merge a pull request that sets docs/FAQ.md and return the merge commit."""
    number = github.open("topic", faq)["number"]
    github.wait_green("topic")
    answer = github.merge(number)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["sha"])


def states(github: SandboxGitHub, sha: str) -> list[str]:
    """Return what has been reported of a commit's deployments, the last first."""
    found = github.bot.get(f"{github.repo}/deployments", params={"sha": sha}).json()
    return [
        status["state"]
        for deployment in found
        for status in github.bot.get(
            f"{github.repo}/deployments/{deployment['id']}/statuses"
        ).json()
    ]


def test_a_merge_goes_live_and_its_deployments_are_seen_on_github(
    github: SandboxGitHub, tmp_path: Path
) -> None:
    with running_site(github.url, REPOSITORY, tmp_path / "site") as site:
        config = {"url": f"{site.url}/hooks/github", "content_type": "json", "secret": SECRET}
        hook = {"name": "web", "config": config, "events": ["push"]}
        assert github.ada.post(f"{github.repo}/hooks", json=hook).status_code == 201
        faq = github.file() + "\n## Is it live?\n\nYes, it is.\n"
        sha = merge(github, faq)
        site.wait_live(sha)
        page = site.get("/faq")
        assert page.headers["X-Commit-Sha"] == sha
        assert '<h2 id="is-it-live">' in page.text
        assert until(lambda: states(github, sha), lambda seen: len(seen) == 2) == [
            "success",
            "in_progress",
        ]


def test_webhooks_that_are_lost_do_not_stop_deployments(
    github: SandboxGitHub, tmp_path: Path
) -> None:
    with running_site(github.url, REPOSITORY, tmp_path / "site") as site:
        sha = merge(github, github.file() + "\n## Was the webhook lost?\n\nThere is none.\n")
        site.wait_live(sha)


def test_faults_are_asked_of_the_control_panel(github: SandboxGitHub, tmp_path: Path) -> None:
    with running_site(github.url, REPOSITORY, tmp_path / "site") as site:
        github.set_faults(bad_deploy=1, site_down=1)
        assert site.get("/faq").status_code == 503
        assert site.get("/faq").status_code == 200
        sha = merge(github, github.file() + "\n## Is it bad?\n\nYes.\n")
        assert site.wait_live(sha).status_code == 500
