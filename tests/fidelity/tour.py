"""A tour of the sandbox GitHub: every route is called, to succeed and to be refused."""

import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from tests.fidelity.tourist import DEADLINE_S, REPOSITORY, Tourist
from tests.until import until

APP_ID = 4711
_NO_COMMIT = "0" * 40


def tour(tourist: Tourist, hook_url: str) -> None:
    """Visit everything; the hook is there from the start and hears of all of it."""
    visit_hooks(tourist, hook_url)
    visit_root(tourist)
    visit_accounts(tourist)
    visit_repository(tourist)
    visit_contents(tourist)
    visit_app(tourist)
    visit_refs_and_commits(tourist)
    visit_pull_requests(tourist)
    visit_reviews(tourist)
    visit_checks(tourist)
    visit_workflow_runs(tourist)
    visit_drafts(tourist)
    visit_merge(tourist)
    visit_merge_queue(tourist)
    visit_issues(tourist)
    visit_comments_and_reactions(tourist)
    visit_labels(tourist)
    visit_deployments(tourist)
    visit_general_refusals(tourist)
    visit_the_archive(tourist)
    visit_manifest(tourist)


def visit_hooks(tourist: Tourist, url: str) -> None:
    hooks = f"{REPOSITORY}/hooks"
    config = {"url": url, "content_type": "json", "secret": "hook secret"}
    hook = {"name": "web", "config": config, "events": ["*"]}
    number = tourist.call("POST", hooks, 201, hook, token="ada")["id"]
    tourist.call("POST", hooks, 422, hook, token="ada")
    tourist.call("POST", hooks, 422, {"name": "web"}, token="ada")
    tourist.call("POST", hooks, 404, hook, token="eve")
    tourist.call("GET", hooks, 200, token="ada")
    tourist.call("GET", f"{hooks}/{number}", 200, token="ada")
    tourist.call("GET", f"{hooks}/999999", 404, token="ada")
    tourist.call("PATCH", f"{hooks}/{number}", 200, {"events": ["*"]}, token="ada")
    tourist.call("PATCH", f"{hooks}/{number}", 422, {"config": {}}, token="ada")
    tourist.call("PATCH", f"{hooks}/999999", 404, {"events": ["*"]}, token="ada")
    until(
        lambda: tourist.call("GET", f"{hooks}/{number}/deliveries", 200, token="ada"),
        lambda deliveries: bool(deliveries),
        DEADLINE_S,
    )
    tourist.call("GET", f"{hooks}/999999/deliveries", 404, token="ada")
    elsewhere = hook | {"config": config | {"url": f"{url}/elsewhere"}, "active": False}
    other = tourist.call("POST", hooks, 201, elsewhere, token="ada")["id"]
    tourist.call("DELETE", f"{hooks}/{other}", 204, token="ada")
    tourist.call("DELETE", f"{hooks}/{other}", 404, token="ada")


def visit_root(tourist: Tourist) -> None:
    tourist.call("GET", "/", 200)
    tourist.call("GET", "/meta", 200)
    tourist.call("GET", "/versions", 200)


def visit_accounts(tourist: Tourist) -> None:
    tourist.call("GET", "/user", 200)
    tourist.call("GET", "/user", 401, token="wrong")
    tourist.call("GET", "/rate_limit", 200)
    tourist.call("GET", "/users/ada", 200)
    tourist.call("GET", "/users/nobody", 404)
    people = f"{REPOSITORY}/collaborators"
    tourist.call("GET", people, 200)
    tourist.call("GET", people, 403, token="eve")
    tourist.call("GET", f"{people}/ada", 204)
    tourist.call("GET", f"{people}/nobody", 404)
    tourist.call("GET", f"{people}/ada/permission", 200)
    tourist.call("GET", f"{people}/nobody/permission", 404)


def visit_repository(tourist: Tourist) -> None:
    tourist.call("GET", REPOSITORY, 200)
    tourist.call("GET", "/repos/acme/absent", 404)
    tourist.call("POST", f"{REPOSITORY}/forks", 202, token="eve")
    tourist.call("PATCH", REPOSITORY, 200, {"has_issues": True}, token="ada")
    tourist.call("PATCH", REPOSITORY, 422, {"name": "not a name"}, token="ada")
    protection = f"{REPOSITORY}/branches/main/protection"
    settings = {
        "required_status_checks": {"strict": False, "contexts": ["faq-gate"]},
        "enforce_admins": None,
        "required_pull_request_reviews": None,
        "restrictions": None,
    }
    tourist.call("PUT", protection, 200, settings, token="ada")
    tourist.call("PUT", protection, 422, {"required_status_checks": 1}, token="ada")
    tourist.call("PUT", protection, 404, settings, token="bot")
    tourist.call("GET", protection, 200, token="ada")
    tourist.call("GET", f"{REPOSITORY}/branches/absent/protection", 404, token="ada")
    tourist.call("DELETE", protection, 404, token="bot")
    tourist.call("DELETE", protection, 204, token="ada")
    tourist.call("DELETE", protection, 404, token="ada")
    asking = {
        "required_pull_request_reviews": {"required_approving_review_count": 1},
        "required_conversation_resolution": True,
        "required_linear_history": True,
        "enforce_admins": True,
    }
    tourist.call("PUT", protection, 200, settings | asking, token="ada")
    methods = {"allow_rebase_merge": True, "allow_merge_commit": True}
    tourist.call("PATCH", REPOSITORY, 200, methods, token="ada")
    expected = {"context": "faq-gate", "app_id": 15368}
    by_app = {"required_status_checks": {"strict": False, "contexts": [], "checks": [expected]}}
    tourist.call("PUT", protection, 200, settings | by_app, token="ada")
    unknown = {"checks": [expected | {"app_id": 999999}]}
    tourist.call("PUT", protection, 422, {"required_status_checks": unknown}, token="ada")
    visit_rulesets(tourist)
    tourist.call("GET", f"{REPOSITORY}/branches", 200)
    tourist.call("GET", f"{REPOSITORY}/branches/main", 200)
    tourist.call("GET", f"{REPOSITORY}/branches/absent", 404)


def visit_contents(tourist: Tourist) -> None:
    contents = f"{REPOSITORY}/contents"
    tourist.call("GET", f"{contents}/docs/FAQ.md", 200)
    tourist.call("GET", f"{contents}/absent.md", 404)
    tourist.call("GET", f"{contents}/docs/FAQ.md?ref=absent", 404)
    tourist.call("GET", f"{contents}/", 200)
    tourist.call("GET", f"{contents}/docs", 200)
    tourist.call("GET", f"{REPOSITORY}/readme", 200)
    tourist.call("GET", f"{REPOSITORY}/readme?ref=absent", 404)
    tourist.call("GET", f"{contents}/docs", 415, headers={"Accept": "text/html"})


_REVIEWS = {
    "allowed_merge_methods": ["squash"],
    "dismiss_stale_reviews_on_push": False,
    "require_code_owner_review": False,
    "require_last_push_approval": False,
    "required_approving_review_count": 1,
    "required_review_thread_resolution": True,
}


def visit_rulesets(tourist: Tourist) -> None:
    rulesets = f"{REPOSITORY}/rulesets"
    expected = {"context": "faq-gate", "integration_id": 15368}
    parameters = {
        "strict_required_status_checks_policy": False,
        "required_status_checks": [expected],
    }
    ruleset: dict[str, Any] = {
        "name": "checks",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
        "rules": [{"type": "required_status_checks", "parameters": parameters}],
    }
    roles = [{"actor_type": "RepositoryRole", "actor_id": 4, "bypass_mode": "pull_request"}]
    ruleset["bypass_actors"] = roles
    ruleset["rules"].append({"type": "pull_request", "parameters": _REVIEWS})
    ruleset["rules"].append({"type": "required_linear_history"})
    number = tourist.call("POST", rulesets, 201, ruleset, token="ada")["id"]
    tourist.call("GET", f"{rulesets}/{number}", 200)
    tourist.call("GET", f"{rulesets}/999999", 404)
    tourist.call("POST", rulesets, 404, ruleset, token="bot")
    tourist.call("POST", rulesets, 422, {"name": "checks"}, token="ada")
    tourist.call("GET", f"{REPOSITORY}/rules/branches/main", 200)
    tourist.call("DELETE", f"{rulesets}/{number}", 204, token="ada")
    tourist.call("DELETE", f"{rulesets}/{number}", 404, token="ada")


def visit_app(tourist: Tourist) -> None:
    now_s = int(time.time())
    claims = {"iss": str(APP_ID), "iat": now_s - 30, "exp": now_s + 300}
    app = jwt.encode(claims, tourist.app_key, algorithm="RS256")
    tourist.call("GET", "/app", 200, token=app)
    tourist.call("GET", "/app", 401, token="wrong")
    number = tourist.call("GET", f"{REPOSITORY}/installation", 200, token=app)["id"]
    tourist.call("GET", "/repos/acme/absent/installation", 404, token=app)
    tokens = f"/app/installations/{number}/access_tokens"
    token = tourist.call("POST", tokens, 201, token=app)["token"]
    tourist.call("GET", REPOSITORY, 200, token=token)
    tourist.call("POST", "/app/installations/1000000/access_tokens", 404, token=app)
    tourist.call("POST", tokens, 401, token="wrong")


def visit_manifest(tourist: Tourist) -> None:
    """Last of all: the App is another one from then on."""
    manifest = {
        "name": "shiploop docs",
        "url": "https://acme.example",
        "hook_attributes": {"url": "https://acme.example/webhooks/github"},
        "redirect_url": "http://127.0.0.1:1/created",
        "default_events": ["check_run"],
        "default_permissions": {"checks": "read"},
    }
    page = "/organizations/acme/settings/apps?state=s"
    answer = tourist.client.post(page, data={"manifest": json.dumps(manifest)})
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert told["state"] == ["s"]
    conversions = f"/app-manifests/{told['code'][0]}/conversions"
    tourist.call("POST", conversions, 201)
    tourist.call("POST", conversions, 404)


def visit_refs_and_commits(tourist: Tourist) -> None:
    git, main = f"{REPOSITORY}/git", tourist.head("main")
    tourist.call("GET", f"{git}/ref/heads/absent", 404)
    ref = {"ref": "refs/heads/topic", "sha": main}
    tourist.call("POST", f"{git}/refs", 201, ref)
    tourist.call("POST", f"{git}/refs", 422, ref)
    tourist.call("POST", f"{git}/refs", 422, {"ref": "refs/heads/other", "sha": _NO_COMMIT})
    tourist.call("POST", f"{git}/refs", 403, ref, token="eve")
    tourist.call("PATCH", f"{git}/refs/heads/topic", 200, {"sha": main})
    tourist.call("PATCH", f"{git}/refs/heads/topic", 422, {"sha": _NO_COMMIT})
    tourist.call("PATCH", f"{git}/refs/heads/absent", 422, {"sha": main})
    tourist.call("DELETE", f"{git}/refs/heads/topic", 204)
    tourist.call("DELETE", f"{git}/refs/heads/topic", 422)
    commit = tourist.call("GET", f"{REPOSITORY}/commits/main", 200)
    tourist.call("GET", f"{REPOSITORY}/commits/{commit['sha']}", 200)
    tourist.call("GET", f"{REPOSITORY}/commits/absent", 422)
    tourist.call("GET", f"{REPOSITORY}/commits/absent/check-runs", 422)
    tourist.call("GET", f"{REPOSITORY}/compare/main...main", 200)
    tourist.call("GET", f"{REPOSITORY}/commits", 200)
    tourist.call("GET", f"{REPOSITORY}/commits?sha=absent", 404)
    tourist.call("GET", f"{REPOSITORY}/compare/main...absent", 404)


def visit_pull_requests(tourist: Tourist) -> None:
    pulls = f"{REPOSITORY}/pulls"
    number = tourist.open_pull_request("edited", "# FAQ\n\n## Is it edited?\n\nYes.\n")
    tourist.call("GET", f"{pulls}/{number}", 200)
    tourist.call("GET", f"{pulls}/999999", 404)
    tourist.call("GET", f"{pulls}?head=acme:edited&state=all", 200)
    tourist.call("GET", f"{pulls}/{number}/files", 200)
    tourist.call("GET", f"{pulls}/999999/files", 404)
    tourist.call("GET", f"{pulls}/{number}/commits", 200)
    tourist.call("GET", f"{pulls}/{number}/merge", 404)
    tourist.call("GET", f"{REPOSITORY}/commits/edited/pulls", 200)
    again = {"title": "Again", "head": "edited", "base": "main"}
    tourist.call("POST", pulls, 422, again)
    tourist.call("POST", pulls, 422, again | {"head": "main"})
    tourist.call("POST", pulls, 422, {"head": "edited", "base": "main"})
    tourist.call("POST", pulls, 403, again, token="eve")
    tourist.call("PATCH", f"{pulls}/{number}", 200, {"title": "Another title"})
    for state in ("closed", "open", "closed"):
        tourist.call("PATCH", f"{pulls}/{number}", 200, {"state": state})
        tourist.call("GET", f"{pulls}/{number}", 200)
    tourist.call("PATCH", f"{pulls}/{number}", 422, {"state": "asleep"})
    tourist.call("PATCH", f"{pulls}/{number}", 403, {"title": "Mine"}, token="eve")
    tourist.call("POST", pulls, 201, again)
    tourist.call("POST", f"{REPOSITORY}/issues/{number}/labels", 200, {"labels": ["ci-failed"]})


def visit_reviews(tourist: Tourist) -> None:
    number = tourist.open_pull_request("reviewed", "# FAQ\n\n## Is it reviewed?\n\nYes.\n")
    reviews = f"{REPOSITORY}/pulls/{number}/reviews"
    tourist.call("POST", reviews, 422, {"event": "APPROVE"})
    tourist.call("POST", reviews, 422, {"event": "COMMENT"}, token="ada")
    made = tourist.call("POST", reviews, 200, {"event": "APPROVE"}, token="ada")
    for event in ("REQUEST_CHANGES", "COMMENT"):
        tourist.call("POST", reviews, 200, {"event": event, "body": "Why?"}, token="eve")
    tourist.call("GET", reviews, 200)
    tourist.call("GET", f"{reviews}/{made['id']}", 200)
    tourist.call("GET", f"{reviews}/999999", 404)
    dismissal = f"{reviews}/{made['id']}/dismissals"
    tourist.call("PUT", dismissal, 422, {}, token="ada")
    tourist.call("PUT", dismissal, 403, {"message": "No"}, token="eve")
    for status in (200, 422):
        tourist.call("PUT", dismissal, status, {"message": "On second thoughts"}, token="ada")
    tourist.call("GET", f"{REPOSITORY}/pulls/{number}/requested_reviewers", 200)


def visit_checks(tourist: Tourist) -> None:
    tourist.open_pull_request("checked", "# FAQ\n\n## Is it checked?\n\nYes.\n")
    head = tourist.head("checked")
    tourist.wait_for_checks("checked")
    app = tourist.client.post("/_sandbox/apps/other-ci").raise_for_status().json()["token"]
    runs = f"{REPOSITORY}/check-runs"
    run = {"name": "faq-gate", "head_sha": head, "status": "in_progress"}
    number = tourist.call("POST", runs, 201, run, token=app)["id"]
    tourist.call("POST", runs, 403, run)  # only an app may
    tourist.call("POST", runs, 422, run | {"head_sha": _NO_COMMIT}, token=app)
    tourist.call("POST", runs, 422, run | {"status": "waiting"}, token=app)
    tourist.call("POST", runs, 422, run | {"conclusion": "stale"}, token=app)
    tourist.call("PATCH", f"{runs}/{number}", 403, {"conclusion": "success"})
    tourist.call("PATCH", f"{runs}/{number}", 422, {"status": "completed"}, token=app)
    for conclusion in ("failure", "success"):
        tourist.call("PATCH", f"{runs}/{number}", 200, {"conclusion": conclusion}, token=app)
    tourist.call("GET", f"{runs}/{number}", 200)
    tourist.call("GET", f"{runs}/999999", 404)
    suites = tourist.call("GET", f"{REPOSITORY}/commits/checked/check-suites", 200)
    assert {each["app"]["slug"] for each in suites["check_suites"]} == {
        "github-actions",
        "other-ci",
    }
    suite = f"{REPOSITORY}/check-suites/{suites['check_suites'][0]['id']}"
    tourist.call("GET", suite, 200)
    tourist.call("GET", f"{suite}/check-runs", 200)
    tourist.call("GET", f"{REPOSITORY}/check-suites/999999", 404)
    visit_statuses(tourist, head)


def visit_statuses(tourist: Tourist, head: str) -> None:
    statuses, status = f"{REPOSITORY}/statuses", {"state": "pending", "context": "ci/legacy"}
    status |= {"description": "Builds", "target_url": "http://127.0.0.1:1/build"}
    for state in ("pending", "failure", "success"):
        tourist.call("POST", f"{statuses}/{head}", 201, status | {"state": state})
    tourist.call("POST", f"{statuses}/{head}", 422, {"state": "asleep"})
    tourist.call("POST", f"{statuses}/{head}", 403, status, token="eve")
    tourist.call("GET", f"{REPOSITORY}/commits/checked/statuses", 200)
    assert tourist.call("GET", f"{REPOSITORY}/commits/checked/status", 200)["state"] == "success"


def visit_workflow_runs(tourist: Tourist) -> None:
    tourist.client.put("/_sandbox/faults", json={"ci_flaky": {"times": 1}}).raise_for_status()
    tourist.open_pull_request("flaky", "# FAQ\n\n## Is it flaky?\n\nYes.\n")
    tourist.wait_for_checks("flaky")
    runs, head = f"{REPOSITORY}/actions/runs", tourist.head("flaky")
    (run,) = tourist.call("GET", f"{runs}?head_sha={head}", 200)["workflow_runs"]
    assert (run["status"], run["conclusion"], run["run_attempt"]) == ("completed", "failure", 1)
    path = f"{runs}/{run['id']}"
    tourist.call("POST", f"{path}/cancel", 409)
    tourist.call("POST", f"{path}/rerun-failed-jobs", 403, token="eve")
    tourist.call("POST", f"{path}/rerun-failed-jobs", 201)
    tourist.wait_for_checks("flaky")
    again = tourist.call("GET", path, 200)
    assert (again["conclusion"], again["run_attempt"]) == ("success", 2)
    tourist.call("POST", f"{path}/rerun-failed-jobs", 403)  # none has failed
    tourist.client.put("/_sandbox/latency", json={"ci_ms": 60_000}).raise_for_status()
    tourist.call("POST", f"{path}/rerun", 201)
    tourist.call("POST", f"{path}/rerun", 403)  # it runs already
    tourist.call("POST", f"{path}/cancel", 202)
    tourist.client.put("/_sandbox/latency", json={"ci_ms": 20}).raise_for_status()
    tourist.call("GET", f"{runs}/999999", 404)
    tourist.call("POST", f"{runs}/999999/rerun", 404)


def visit_drafts(tourist: Tourist) -> None:
    pulls = f"{REPOSITORY}/pulls"
    first = tourist.open_pull_request("draft", "# FAQ\n\n## Is it a draft?\n\nYes.\n", draft=True)
    tourist.call("PATCH", f"{pulls}/{first}", 200, {"state": "closed"})
    draft = {"title": "Apply again", "head": "draft", "base": "main", "draft": True}
    tourist.call("POST", pulls, 422, draft | {"draft": "perhaps"})
    number = tourist.call("POST", pulls, 201, draft)["number"]
    tourist.wait_for_checks("draft")
    tourist.call("PUT", f"{pulls}/{number}/merge", 405, {"merge_method": "squash"})
    tourist.call("GET", f"{pulls}/{number}", 200)
    tourist.call("GET", pulls, 200)
    tourist.call("GET", f"{REPOSITORY}/issues/{number}", 200)


def visit_merge(tourist: Tourist) -> None:
    pulls = f"{REPOSITORY}/pulls"
    number = tourist.open_pull_request("merged", "# FAQ\n\n## Is it merged?\n\nYes.\n")
    rival = tourist.open_pull_request("rival", "# FAQ\n\n## Is it a rival?\n\nYes.\n")
    head = tourist.head("merged")
    moved = {"sha": tourist.head("rival"), "force": True}
    tourist.call("PATCH", f"{REPOSITORY}/git/refs/heads/edited", 200, moved)
    squash = {"merge_method": "squash", "sha": head}
    tourist.call("PUT", f"{pulls}/{number}/merge", 403, squash, token="eve")
    tourist.call("PUT", f"{pulls}/999999/merge", 404, squash)
    tourist.wait_for_checks("merged")
    tourist.call("GET", f"{pulls}/{number}", 200)
    tourist.call("PUT", f"{pulls}/{number}/merge", 409, squash | {"sha": _NO_COMMIT})
    tourist.call("PUT", f"{pulls}/{number}/merge", 200, squash)
    tourist.call("GET", f"{pulls}/{number}/merge", 204)
    tourist.call("PUT", f"{pulls}/{number}/merge", 405, squash)
    tourist.call("GET", f"{pulls}/{number}", 200)
    tourist.call("GET", f"{REPOSITORY}/compare/main...merged", 200)
    tourist.call("GET", f"{REPOSITORY}/compare/merged...main", 200)
    tourist.call("GET", f"{REPOSITORY}/compare/merged...main?per_page=1&page=2", 200)
    tourist.call("GET", f"{REPOSITORY}/commits/main", 200)
    tourist.call("DELETE", f"{REPOSITORY}/git/refs/heads/merged", 204)
    faq = tourist.call("GET", f"{REPOSITORY}/contents/docs/FAQ.md", 200)
    tourist.call("GET", f"{REPOSITORY}/git/blobs/{faq['sha']}", 200)
    tourist.call("GET", f"{REPOSITORY}/git/blobs/{_NO_COMMIT}", 404)
    tourist.wait_for_checks("rival")
    until(
        lambda: tourist.call("GET", f"{pulls}/{rival}", 200),
        lambda pull: pull["mergeable"] is False,
        DEADLINE_S,
    )
    tourist.call("PUT", f"{pulls}/{rival}/merge", 405, {"merge_method": "squash"})


_QUEUE = {
    "check_response_timeout_minutes": 60,
    "grouping_strategy": "ALLGREEN",
    "max_entries_to_build": 5,
    "max_entries_to_merge": 5,
    "merge_method": "SQUASH",
    "min_entries_to_merge": 1,
    "min_entries_to_merge_wait_minutes": 5,
}


def visit_merge_queue(tourist: Tourist) -> None:
    rulesets = f"{REPOSITORY}/rulesets"
    ruleset = {
        "name": "queue",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
        "rules": [{"type": "merge_queue", "parameters": _QUEUE}],
    }
    rule = tourist.call("POST", rulesets, 201, ruleset, token="ada")["id"]
    tourist.call("GET", f"{REPOSITORY}/rules/branches/main", 200)
    number = tourist.open_pull_request("queued", "# FAQ\n\n## Is it queued?\n\nYes.\n")
    tourist.wait_for_checks("queued")
    pull = tourist.call("GET", f"{REPOSITORY}/pulls/{number}", 200)
    tourist.call("PUT", f"{REPOSITORY}/pulls/{number}/merge", 405, {"merge_method": "squash"})
    enqueue = "mutation E($id: ID!) { enqueuePullRequest(input: {pullRequestId: $id}) "
    enqueue += "{ mergeQueueEntry { id } } }"
    tourist.graphql(enqueue, {"id": pull["node_id"]})
    branches = f"{REPOSITORY}/branches"
    until(
        lambda: [each["name"] for each in tourist.call("GET", branches, 200)],
        lambda names: any(name.startswith("gh-readonly-queue/main/") for name in names),
        DEADLINE_S,
    )
    dequeue = "mutation D($id: ID!) { dequeuePullRequest(input: {id: $id}) { clientMutationId } }"
    tourist.graphql(dequeue, {"id": pull["node_id"]})
    tourist.call("DELETE", f"{rulesets}/{rule}", 204, token="ada")


def visit_issues(tourist: Tourist) -> None:
    issues = f"{REPOSITORY}/issues"
    labels = ["P0", {"name": "incident"}]
    issue = {"title": "Production is unhealthy", "body": "Why.", "labels": labels}
    number = tourist.call("POST", issues, 201, issue)["number"]
    tourist.call("POST", issues, 422, {"body": "No title"})
    tourist.call("POST", issues, 422, issue | {"labels": [1]})
    tourist.call("GET", issues, 200)
    found = tourist.call("GET", f"{issues}?labels=P0,incident&state=all&creator=shiploop-bot", 200)
    assert [each["number"] for each in found] == [number]
    tourist.call("GET", f"{issues}?sort=title", 422)
    tourist.call("GET", f"{issues}/{number}", 200)
    tourist.call("GET", f"{issues}/999999", 404)
    for change in (
        {"title": "Production was unhealthy"},
        {"labels": ["P0"]},
        {"state": "closed", "state_reason": "not_planned"},
        {"state": "open"},
        {"state": "closed"},
    ):
        tourist.call("PATCH", f"{issues}/{number}", 200, change)
    tourist.call("PATCH", f"{issues}/{number}", 403, {"title": "Mine"}, token="eve")
    tourist.call("PATCH", f"{issues}/{number}", 422, {"title": 1})
    tourist.call("PATCH", f"{issues}/999999", 404, {"state": "closed"})
    tourist.call("POST", f"{issues}/{number}/comments", 201, {"body": "Seen."})
    tourist.call("POST", f"{issues}/{number}/comments", 422, {})
    tourist.call("POST", f"{issues}/999999/comments", 404, {"body": "Seen."})
    tourist.call("GET", f"{issues}/{number}/comments", 200)
    tourist.call("GET", f"{issues}/999999/comments", 404)


def visit_comments_and_reactions(tourist: Tourist) -> None:
    issues = f"{REPOSITORY}/issues"
    number = tourist.call("POST", issues, 201, {"title": "Say what you think"})["number"]
    said = tourist.call("POST", f"{issues}/{number}/comments", 201, {"body": "Good."})["id"]
    comment = f"{issues}/comments/{said}"
    tourist.call("GET", f"{issues}/comments", 200)
    for subject in (f"{issues}/{number}", comment):
        tourist.call("GET", subject, 200)
        reactions = f"{subject}/reactions"
        reaction = tourist.call("POST", reactions, 201, {"content": "+1"}, token="eve")
        tourist.call("POST", reactions, 200, {"content": "+1"}, token="eve")
        tourist.call("POST", reactions, 422, {"content": "yawn"})
        tourist.call("GET", reactions, 200)
        tourist.call("DELETE", f"{reactions}/{reaction['id']}", 204)
    tourist.call("GET", f"{issues}/comments/999999", 404)
    tourist.call("PATCH", comment, 200, {"body": "Better."})
    tourist.call("PATCH", comment, 422, {"body": 1})
    tourist.call("PATCH", comment, 403, {"body": "Mine."}, token="eve")
    tourist.call("DELETE", comment, 204)
    tourist.call("DELETE", comment, 404)


def visit_labels(tourist: Tourist) -> None:
    labels, issues = f"{REPOSITORY}/labels", f"{REPOSITORY}/issues"
    number = tourist.call("POST", issues, 201, {"title": "Labelled"})["number"]
    of_issue = f"{issues}/{number}/labels"
    new = {"name": "good first issue", "color": "7057ff", "description": "For newcomers"}
    tourist.call("POST", labels, 201, new)
    tourist.call("POST", labels, 422, new)
    tourist.call("POST", labels, 201, {"name": "wontfix"})
    tourist.call("GET", f"{labels}/wontfix", 200)
    tourist.call("PATCH", f"{labels}/wontfix", 200, {"color": "ffffff"})
    tourist.call("GET", f"{labels}/good%20first%20issue", 200)
    tourist.call("GET", f"{labels}/absent", 404)
    tourist.call("PATCH", f"{labels}/good%20first%20issue", 200, {"new_name": "easy"})
    tourist.call("POST", of_issue, 200, {"labels": ["rollback", "easy"]})
    tourist.call("POST", f"{issues}/999999/labels", 404, {"labels": ["rollback"]})
    tourist.call("GET", of_issue, 200)
    tourist.call("PUT", of_issue, 200, {"labels": ["easy"]})
    tourist.call("DELETE", f"{of_issue}/easy", 200)
    tourist.call("DELETE", f"{of_issue}/easy", 404)
    tourist.call("DELETE", of_issue, 204)
    tourist.call("GET", labels, 200)
    tourist.call("DELETE", f"{labels}/easy", 204)


def visit_deployments(tourist: Tourist) -> None:
    deployments = f"{REPOSITORY}/deployments"
    wanted = {
        "ref": "main",
        "environment": "production",
        "auto_merge": False,
        "required_contexts": [],
        "description": "Documentation site",
    }
    for _ in range(2):  # the second makes the first inactive
        number = tourist.call("POST", deployments, 201, wanted)["id"]
        statuses = f"{deployments}/{number}/statuses"
        tourist.call("POST", statuses, 201, {"state": "in_progress"})
        urls = {"environment_url": "http://127.0.0.1:1", "log_url": "http://127.0.0.1:1/log"}
        tourist.call("POST", statuses, 201, {"state": "success", **urls})
    tourist.call("POST", deployments, 422, wanted | {"ref": "absent"})
    tourist.call("POST", deployments, 403, wanted, token="eve")
    tourist.call("GET", deployments, 200)
    newest = tourist.call("GET", f"{deployments}?environment=production&per_page=1", 200)
    assert [each["id"] for each in newest] == [number]
    tourist.call("GET", f"{deployments}/{number}", 200)
    tourist.call("GET", f"{deployments}/999999", 404)
    tourist.call("GET", statuses, 200)
    tourist.call("GET", f"{deployments}/999999/statuses", 404)
    tourist.call("POST", statuses, 422, {"state": "asleep"})
    tourist.call("POST", f"{deployments}/999999/statuses", 404, {"state": "success"})


def visit_general_refusals(tourist: Tourist) -> None:
    """What may happen to any call: no credentials, no JSON, nothing new, limits, outages."""
    issues = f"{REPOSITORY}/issues"
    tourist.call("GET", REPOSITORY, 401, token="wrong")
    tourist.call("POST", issues, 400, [])
    answer = tourist.client.get(REPOSITORY, headers={"Authorization": "Bearer bot"})
    tourist.call("GET", REPOSITORY, 304, headers={"If-None-Match": answer.headers["etag"]})
    for fault, status in (
        ("github_503", 503),
        ("github_rate_limited", 403),
        ("github_secondary_limited", 403),
    ):
        tourist.client.put("/_sandbox/faults", json={fault: {"times": 1}}).raise_for_status()
        tourist.call("GET", REPOSITORY, status)


def visit_the_archive(tourist: Tourist) -> None:
    tourist.call("PATCH", REPOSITORY, 200, {"archived": True}, token="ada")
    tourist.call("GET", REPOSITORY, 200)
    tourist.call("POST", f"{REPOSITORY}/issues", 403, {"title": "Down"})
    tourist.call("PATCH", REPOSITORY, 200, {"archived": False}, token="ada")
