"""Several apps, commit statuses and runs that are run again: what counts, and what is refused."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.sandbox.github_driver import REPOSITORY, SandboxGitHub
from tests.until import wait_until

GREEN, RED = ("completed", "success"), ("completed", "failure")
CONTEXTS = """
query Contexts($id: ID!, $first: Int!, $after: String) {
  node(id: $id) {
    ... on PullRequest {
      commits(last: 1) {
        nodes {
          commit {
            statusCheckRollup {
              state
              contexts(first: $first, after: $after) {
                totalCount
                pageInfo { endCursor hasNextPage }
                nodes {
                  __typename
                  ... on CheckRun { name conclusion checkSuite { app { slug } status } }
                  ... on StatusContext { context state createdAt }
                }
              }
            }
          }
        }
      }
    }
  }
}
"""


@dataclass(frozen=True, slots=True)
class App:
    """Another app that reports checks."""

    id: int
    http: httpx.Client
    headers: dict[str, str]

    def report(self, sha: str, name: str, conclusion: str | None = None) -> int:
        """Make a check run; returns its number."""
        told = {"conclusion": conclusion} if conclusion else {"status": "in_progress"}
        answer = self.http.post(
            f"/repos/{REPOSITORY}/check-runs",
            json={"name": name, "head_sha": sha, **told},
            headers=self.headers,
        )
        assert answer.status_code == 201, answer.text
        return int(answer.json()["id"])


def install(github: SandboxGitHub, slug: str = "other-ci") -> App:
    app = github.anonymous.post(f"/_sandbox/apps/{slug}").json()
    return App(app["id"], github.anonymous, {"Authorization": f"Bearer {app['token']}"})


def run_of(github: SandboxGitHub, sha: str) -> dict[str, Any]:
    """The one workflow run of a commit."""
    runs = github.bot.get(f"{github.repo}/actions/runs", params={"head_sha": sha}).json()
    (run,) = runs["workflow_runs"]
    found: dict[str, Any] = run
    return found


def wait_completed(github: SandboxGitHub, sha: str) -> dict[str, Any]:
    """The one workflow run of a commit, which completes a moment after the last of its jobs."""
    wait_until(lambda: run_of(github, sha)["status"] == "completed")
    return run_of(github, sha)


def rollup(github: SandboxGitHub, pull: dict[str, Any], **page: Any) -> tuple[dict[str, Any], Any]:
    answer = github.graphql(CONTEXTS, {"id": pull["id"], "first": 100, **page})
    (node,) = answer["data"]["node"]["commits"]["nodes"]
    return node["commit"]["statusCheckRollup"], answer.get("errors")


def test_failed_jobs_are_run_again_in_the_same_suite(github: SandboxGitHub) -> None:
    github.set_faults(ci_flaky=1)
    sha = github.open()["headRefOid"]
    wait_until(lambda: github.checks(sha) == {"lint": GREEN, "faq-gate": RED})
    run = wait_completed(github, sha)
    assert run["conclusion"] == "failure"
    path = f"{github.repo}/actions/runs/{run['id']}"
    assert github.bot.post(f"{path}/rerun-failed-jobs").status_code == 201
    github.wait_green(sha)
    assert run_of(github, sha)["run_attempt"] == 2
    everything = github.bot.get(
        f"{github.repo}/commits/{sha}/check-runs", params={"filter": "all"}
    ).json()["check_runs"]
    assert [each["name"] for each in everything] == ["lint", "faq-gate", "faq-gate"]
    assert len({each["check_suite"]["id"] for each in everything}) == 1
    assert github.merge(1).status_code == 200


def test_with_no_ci_latency_only_the_failed_jobs_are_told_again(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    github.set_faults(ci_flaky=1)
    sha = github.open()["headRefOid"]
    wait_until(lambda: github.checks(sha) == {"lint": GREEN, "faq-gate": RED})
    path = f"{github.repo}/actions/runs/{wait_completed(github, sha)['id']}"
    assert github.bot.post(f"{path}/rerun-failed-jobs").status_code == 201
    github.wait_green(sha)
    suite = f"{github.repo}/check-suites/{run_of(github, sha)['check_suite_id']}"
    runs = github.bot.get(f"{suite}/check-runs", params={"filter": "all"}).json()
    assert [each["name"] for each in runs["check_runs"]] == ["lint", "faq-gate", "faq-gate"]


def test_a_run_that_is_run_again_sees_the_event_that_started_it(github: SandboxGitHub) -> None:
    github.set_latency(ci_ms=0)
    path = ".github/workflows/fast.yml"
    sees_it = 'test "${{ github.event.pull_request.head.ref }}" = topic; test -n'
    github.commit("main", github.file(path).replace("test -n", sees_it), path=path)
    sha = github.open()["headRefOid"]
    github.wait_green(sha)
    run = wait_completed(github, sha)
    again = github.bot.post(f"{github.repo}/actions/runs/{run['id']}/rerun")
    assert again.status_code == 201
    wait_until(lambda: run_of(github, sha)["status"] == "completed")
    assert run_of(github, sha)["run_attempt"] == 2
    assert run_of(github, sha)["conclusion"] == "success"


def test_what_github_runs_again_it_says_and_what_not(github: SandboxGitHub) -> None:
    sha = github.open()["headRefOid"]
    github.wait_green(sha)
    path = f"{github.repo}/actions/runs/{wait_completed(github, sha)['id']}"

    def told(action: str, client: httpx.Client = github.bot) -> tuple[int, str]:
        answer = client.post(f"{path}/{action}")
        return answer.status_code, answer.json().get("message", "")

    assert told("rerun-failed-jobs") == (403, "This workflow run cannot be retried")
    assert told("cancel") == (409, "Cannot cancel a workflow run that is completed.")
    assert told("rerun", github.eve)[0] == 403
    github.set_latency(ci_ms=60_000)
    assert told("rerun") == (201, "")
    assert told("rerun") == (403, "This workflow is already running")
    assert told("cancel") == (202, "")
    cancelled = ("completed", "cancelled")
    assert github.checks(sha) == {"lint": cancelled, "faq-gate": cancelled}
    assert github.merge(1).status_code == 405


def test_only_apps_report_checks_and_each_its_own(github: SandboxGitHub) -> None:
    sha = github.open()["headRefOid"]
    one, two = install(github), install(github, "third-ci")
    number = one.report(sha, "build")
    assert two.report(sha, "build", "success") != number
    path = f"{github.repo}/check-runs/{number}"
    refused = github.anonymous.patch(path, json={"conclusion": "success"}, headers=two.headers)
    assert refused.status_code == 403
    assert github.ada.post(f"{github.repo}/check-runs", json={}).status_code == 403
    suites = github.bot.get(f"{github.repo}/commits/{sha}/check-suites").json()["check_suites"]
    assert {each["app"]["slug"] for each in suites} >= {"other-ci", "third-ci"}
    assert one.report(sha, "lint", "success")
    again = github.bot.get(f"{github.repo}/commits/{sha}/check-suites").json()["total_count"]
    assert again == len(suites)  # an app has one suite on a commit


@pytest.mark.parametrize("reported", ["failure", None])
def test_a_merge_needs_all_that_is_reported_under_a_required_name(
    github: SandboxGitHub, reported: str | None
) -> None:
    pull = github.open()
    github.wait_green("topic")
    install(github).report(pull["headRefOid"], "faq-gate", reported)
    assert github.merge(1).status_code == 405
    install(github).report(pull["headRefOid"], "faq-gate", "success")
    assert github.merge(1).status_code == 200


def test_a_merge_needs_the_status_beside_the_check_run(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    path = f"{github.repo}/statuses/{pull['headRefOid']}"
    for state, status in (("pending", 405), ("failure", 405), ("success", 200)):
        github.bot.post(path, json={"state": state, "context": "faq-gate"})
        assert github.merge(1).status_code == status


def test_a_rule_that_expects_an_app_takes_no_other_word(github: SandboxGitHub) -> None:
    other = install(github)
    checks = [{"context": "faq-gate", "app_id": other.id}]
    required = {"required_status_checks": {"strict": False, "contexts": [], "checks": checks}}
    protection = f"{github.repo}/branches/main/protection"
    assert github.ada.put(protection, json=required).status_code == 200
    pull = github.open()
    github.wait_green("topic")
    assert github.merge(1).json()["message"] == 'Required status check "faq-gate" is expected.'
    other.report(pull["headRefOid"], "faq-gate", "success")
    assert github.merge(1).status_code == 200


def test_a_ruleset_asks_for_checks_beside_the_protection(github: SandboxGitHub) -> None:
    asked = [{"context": "lint", "integration_id": install(github).id}]
    rule = {"type": "required_status_checks", "parameters": {"required_status_checks": asked}}
    ruleset = {
        "name": "checks",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": [rule],
    }
    assert github.bot.post(f"{github.repo}/rulesets", json=ruleset).status_code == 404
    assert github.ada.post(f"{github.repo}/rulesets", json=ruleset).status_code == 201
    github.open()
    github.wait_green("topic")
    assert github.merge(1).json()["message"] == 'Required status check "lint" is expected.'
    elsewhere = {"ref_name": {"include": ["refs/heads/release-?"], "exclude": []}}
    other = ruleset | {"conditions": elsewhere}
    assert github.ada.post(f"{github.repo}/rulesets", json=other).status_code == 501
    other = ruleset | {"rules": [{"type": "deletion"}]}
    assert github.ada.post(f"{github.repo}/rulesets", json=other).status_code == 501


def test_contexts_are_paged_through_check_runs_first(github: SandboxGitHub) -> None:
    pull = github.open()
    github.wait_green("topic")
    path = f"{github.repo}/statuses/{pull['headRefOid']}"
    github.bot.post(path, json={"state": "failure", "context": "legacy"})
    github.bot.post(path, json={"state": "success", "context": "legacy"})
    first, _ = rollup(github, pull, first=2)
    assert (first["state"], first["contexts"]["totalCount"]) == ("SUCCESS", 3)
    page = first["contexts"]["pageInfo"]
    assert page["hasNextPage"]
    second, _ = rollup(github, pull, first=2, after=page["endCursor"])
    (status,) = second["contexts"]["nodes"]
    assert (status["context"], status["state"]) == ("legacy", "SUCCESS")
    assert not second["contexts"]["pageInfo"]["hasNextPage"]


@pytest.mark.parametrize("page", [{"first": 101}, {"after": "nonsense"}])
def test_a_page_that_github_refuses_is_refused(github: SandboxGitHub, page: Any) -> None:
    pull = github.open()
    github.wait_green("topic")
    answer = github.graphql(CONTEXTS, {"id": pull["id"], "first": 1, **page})
    assert answer["errors"]


def test_fault_checks_hidden_shows_nulls_as_to_a_token_without_the_right(
    github: SandboxGitHub,
) -> None:
    pull = github.open()
    github.wait_green("topic")
    path = f"{github.repo}/statuses/{pull['headRefOid']}"
    github.bot.post(path, json={"state": "success", "context": "legacy"})
    github.set_faults(checks_hidden=1)
    hidden, errors = rollup(github, pull)
    names = [node and node["__typename"] for node in hidden["contexts"]["nodes"]]
    assert names == [None, None, "StatusContext"]
    assert {error["type"] for error in errors} == {"FORBIDDEN"}
    assert rollup(github, pull)[1] is None
