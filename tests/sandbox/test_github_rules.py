"""Rules beside required checks: what they keep from being merged, in GitHub's own words."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.sandbox.github_driver import SandboxGitHub

MAIN, OURS = "refs/heads/main", "refs/heads/orchestrator/**/*"
VIOLATIONS = "Repository rule violations found\n\n"
REVIEW = "At least 1 approving review is required by reviewers with write access."
CONVERSATION = "A conversation must be resolved before this pull request can be merged."
THREAD = "mutation T($input: AddPullRequestReviewThreadInput!) "
THREAD += "{ addPullRequestReviewThread(input: $input) { thread { id } } }"
RESOLVE = "mutation R($id: ID!) { resolveReviewThread(input: {threadId: $id}) "
RESOLVE += "{ thread { isResolved } } }"
STATE = "query S($id: ID!) { node(id: $id) { ... on PullRequest "
STATE += "{ reviewDecision mergeStateStatus reviewThreads(first: 5) { nodes { isResolved } } } } }"
DEPLOYED = "query D($id: ID!) { node(id: $id) { ... on PullRequest { commits(last: 1) { nodes "
DEPLOYED += "{ commit { deployments(first: 5, orderBy: {field: CREATED_AT, direction: DESC}) "
DEPLOYED += "{ nodes { environment latestStatus { state } } } } } } } } }"
REF = "mutation C($ref: CreateRefInput!) { createRef(input: $ref) { ref { id } } }"


def rule(github: SandboxGitHub, kind: str, *, on: str = MAIN, **parameters: object) -> int:
    """Make a ruleset of one rule; returns its id."""
    body = {
        "name": kind,
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [on], "exclude": []}},
        "rules": [{"type": kind, "parameters": parameters}],
    }
    made = github.ada.post(f"{github.repo}/rulesets", json=body).raise_for_status()
    return int(made.json()["id"])


def protect(github: SandboxGitHub, **settings: object) -> None:
    body = {
        "required_status_checks": {"strict": False, "contexts": ["faq-gate"]},
        "enforce_admins": None,
        "required_pull_request_reviews": None,
        "restrictions": None,
    }
    url = f"{github.repo}/branches/main/protection"
    github.ada.put(url, json=body | settings).raise_for_status()


def green(github: SandboxGitHub, branch: str = "topic") -> dict[str, Any]:
    pull = github.open(branch)
    github.wait_green(branch)
    return pull


def merge(github: SandboxGitHub, pull: dict[str, Any], method: str = "squash") -> httpx.Response:
    url = f"{github.repo}/pulls/{pull['number']}/merge"
    return github.bot.put(url, json={"merge_method": method})


def said(answer: httpx.Response) -> str:
    assert answer.status_code == 405, answer.text
    return str(answer.json()["message"])


def approve(github: SandboxGitHub, pull: dict[str, Any]) -> None:
    url = f"{github.repo}/pulls/{pull['number']}/reviews"
    github.ada.post(url, json={"event": "APPROVE"}).raise_for_status()


def ask(github: SandboxGitHub, document: str, **variables: object) -> Any:
    answer = github.bot.post("/graphql", json={"query": document, "variables": variables}).json()
    assert "errors" not in answer, answer
    return answer["data"]


def refusals(github: SandboxGitHub) -> list[tuple[Callable[[], object], str]]:
    """Ways to ask for one review, and how each is told."""
    reviews = {"required_pull_request_reviews": {"required_approving_review_count": 1}}
    return [
        (lambda: protect(github, **reviews), REVIEW),
        (
            lambda: rule(github, "pull_request", required_approving_review_count=1),
            f"{VIOLATIONS}{REVIEW}\n\n",
        ),
    ]


@pytest.mark.parametrize("way", [0, 1], ids=["protection", "ruleset"])
def test_a_required_review_is_one_of_somebody_who_may_write(
    github: SandboxGitHub, way: int
) -> None:
    begin, text = refusals(github)[way]
    begin()
    pull = green(github)
    assert said(merge(github, pull)) == text
    state = ask(github, STATE, id=pull["id"])["node"]
    assert (state["reviewDecision"], state["mergeStateStatus"]) == ("REVIEW_REQUIRED", "BLOCKED")
    url = f"{github.repo}/pulls/{pull['number']}/reviews"
    github.eve.post(url, json={"event": "APPROVE"}).raise_for_status()
    assert said(merge(github, pull)) == text
    approve(github, pull)
    assert ask(github, STATE, id=pull["id"])["node"]["reviewDecision"] == "APPROVED"
    assert merge(github, pull).status_code == 200


def test_code_owners_are_read_from_the_base(github: SandboxGitHub) -> None:
    github.commit("main", "docs/ @grace\n", path=".github/CODEOWNERS")
    rule(github, "pull_request", require_code_owner_review=True)
    pull = green(github)
    approve(github, pull)
    waiting = f"{VIOLATIONS}Waiting on code owner review from grace.\n\n"
    assert said(merge(github, pull)) == waiting


def test_an_open_conversation_keeps_it_from_being_merged(github: SandboxGitHub) -> None:
    rule(github, "pull_request", required_review_thread_resolution=True)
    pull = green(github)
    about = {"pullRequestId": pull["id"], "path": "docs/FAQ.md", "body": "Really?"}
    thread = ask(github, THREAD, input=about)["addPullRequestReviewThread"]["thread"]["id"]
    assert said(merge(github, pull)) == f"{VIOLATIONS}{CONVERSATION}\n\n"
    ask(github, RESOLVE, id=thread)
    assert merge(github, pull).status_code == 200


def test_who_may_bypass_a_ruleset_is_told_so_and_merges(github: SandboxGitHub) -> None:
    writers = {"actor_type": "RepositoryRole", "actor_id": 4, "bypass_mode": "pull_request"}
    body = {
        "name": "reviews",
        "enforcement": "active",
        "bypass_actors": [writers],
        "conditions": {"ref_name": {"include": ["~DEFAULT_BRANCH"], "exclude": []}},
        "rules": [{"type": "pull_request", "parameters": {"required_approving_review_count": 1}}],
    }
    made = github.ada.post(f"{github.repo}/rulesets", json=body).raise_for_status().json()
    told = github.bot.get(f"{github.repo}/rulesets/{made['id']}").json()
    assert told["current_user_can_bypass"] == "pull_requests_only"
    assert merge(github, green(github)).status_code == 200


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("merge_queue", f"{VIOLATIONS}Changes must be made through the merge queue\n\n"),
        ("update", f"{VIOLATIONS}Cannot update this protected ref.\n\n"),
    ],
)
def test_what_nobody_may_merge_is_refused(github: SandboxGitHub, kind: str, text: str) -> None:
    number = rule(github, kind)
    pull = green(github)
    assert said(merge(github, pull)) == text
    github.ada.delete(f"{github.repo}/rulesets/{number}").raise_for_status()
    assert merge(github, pull).status_code == 200


def test_a_head_has_to_be_deployed_where_a_rule_says(github: SandboxGitHub) -> None:
    rule(github, "required_deployments", required_deployment_environments=["staging", "eu"])
    pull = green(github)
    lacking = f"{VIOLATIONS}Missing successful active staging and eu deployments.\n\n"
    assert said(merge(github, pull)) == lacking
    for environment in ("staging", "eu"):
        asked = {"ref": pull["headRefOid"], "environment": environment, "auto_merge": False}
        url = f"{github.repo}/deployments"
        made = github.ada.post(url, json=asked | {"required_contexts": []}).raise_for_status()
        path = f"{url}/{made.json()['id']}/statuses"
        github.ada.post(path, json={"state": "success"}).raise_for_status()
    node = ask(github, DEPLOYED, id=pull["id"])["node"]["commits"]["nodes"][0]["commit"]
    told = [each["environment"] for each in node["deployments"]["nodes"]]
    assert told == ["eu", "staging"]
    assert merge(github, pull).status_code == 200


def test_a_branch_that_has_to_be_up_to_date_is_behind_once_its_base_moves(
    github: SandboxGitHub,
) -> None:
    protect(github, required_status_checks={"strict": True, "contexts": ["faq-gate"]})
    pull = green(github)
    github.commit("main", "# More\n", path="docs/more.md")
    assert said(merge(github, pull)) == 'Required status check "faq-gate" is expected.'
    ask(github, STATE, id=pull["id"])
    assert ask(github, STATE, id=pull["id"])["node"]["mergeStateStatus"] in ("BEHIND", "UNKNOWN")


def test_it_is_merged_as_the_repository_allows(github: SandboxGitHub) -> None:
    methods = {"allow_squash_merge": False, "allow_rebase_merge": True, "allow_merge_commit": True}
    github.ada.patch(github.repo, json=methods).raise_for_status()
    before, pull = github.head(), green(github)
    assert said(merge(github, pull)) == "Squash merges are not allowed on this repository."
    number = rule(github, "required_linear_history")
    assert said(merge(github, pull, "merge")) == "This branch must not contain merge commits."
    rule(github, "required_signatures")
    assert said(merge(github, pull, "rebase")).startswith("Base branch requires signed commits.")
    github.ada.delete(f"{github.repo}/rulesets/{number}").raise_for_status()
    assert merge(github, pull, "merge").status_code == 200
    commit = github.bot.get(f"{github.repo}/commits/main").json()
    assert [each["sha"] for each in commit["parents"]] == [before, pull["headRefOid"]]


def test_a_rebased_commit_keeps_its_message(github: SandboxGitHub) -> None:
    github.ada.patch(github.repo, json={"allow_rebase_merge": True}).raise_for_status()
    pull = github.open(message="Answer it\n\nTrace-Id: 7")
    github.wait_green("topic")
    assert merge(github, pull, "rebase").status_code == 200
    commit = github.bot.get(f"{github.repo}/commits/main").json()
    assert commit["commit"]["message"] == "Answer it\n\nTrace-Id: 7"
    assert len(commit["parents"]) == 1


@pytest.mark.parametrize(
    ("kind", "parameters", "text"),
    [
        ("creation", {}, "Cannot create ref due to creations being restricted."),
        (
            "branch_name_pattern",
            {"operator": "starts_with", "pattern": "feature/"},
            "Branch name must starts with a matching pattern: feature/",
        ),
    ],
)
def test_a_branch_that_may_not_be_is_not_created(
    github: SandboxGitHub, kind: str, parameters: dict[str, str], text: str
) -> None:
    rule(github, kind, on=OURS, **parameters)
    repository = github.bot.get(github.repo).json()["node_id"]
    ref = {"repositoryId": repository, "oid": github.head()}
    for name, refused in (("orchestrator/faq-1", True), ("elsewhere/1", False)):
        asked = ref | {"name": f"refs/heads/{name}"}
        body = {"query": REF, "variables": {"ref": asked}}
        answer = github.bot.post("/graphql", json=body).json()
        told = [each["message"] for each in answer.get("errors", ())]
        assert told == ([f"{VIOLATIONS}{text}\n\n"] if refused else [])


@pytest.mark.parametrize(
    ("kind", "whose", "passes"),
    [
        ("commit_author_email_pattern", "Commit author email", "@users.noreply.github.com"),
        ("committer_email_pattern", "Committer email", "@github.com"),
    ],
)
def test_addresses_of_commits_are_asked_for(
    github: SandboxGitHub, kind: str, whose: str, passes: str
) -> None:
    pull = github.open()
    github.wait_green("topic")
    made = rule(github, kind, operator="ends_with", pattern="@example.org")
    refused = merge(github, pull, "squash")
    text = f"{whose} must ends with a matching pattern: @example.org"
    assert refused.json()["message"] == f"{VIOLATIONS}{text}\n\n"
    github.ada.delete(f"{github.repo}/rulesets/{made}").raise_for_status()
    rule(github, kind, operator="ends_with", pattern=passes)
    assert merge(github, pull, "squash").status_code == 200


def test_what_is_not_modelled_says_so(github: SandboxGitHub) -> None:
    body = {
        "name": "scanned",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": [MAIN], "exclude": []}},
        "rules": [{"type": "code_scanning", "parameters": {}}],
    }
    assert github.ada.post(f"{github.repo}/rulesets", json=body).status_code == 501
