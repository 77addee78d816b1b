"""The merge queue: what gets in, what is built and checked of it, and how it comes out."""

from typing import Any

import pytest

from tests.sandbox.github_driver import Receiver, SandboxGitHub
from tests.sandbox.test_github_rules import green, merge, rule, said
from tests.until import until, wait_until

ENQUEUE = "mutation E($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) "
ENQUEUE += "{ mergeQueueEntry { position state jump enqueuedAt } } }"
DEQUEUE = "mutation D($id: ID!) { dequeuePullRequest(input: {id: $id}) { clientMutationId } }"
STANDING = """
query S($id: ID!) {
  repository(owner: "acme", name: "shiploop-docs") {
    mergeQueue(branch: "main") { configuration { mergeMethod } }
  }
  node(id: $id) {
    ... on PullRequest {
      state isInMergeQueue isMergeQueueEnabled headRefOid
      mergeCommit { oid messageHeadline parents(first: 2) { nodes { oid } } }
      mergeQueueEntry { position state headCommit { oid messageHeadline } baseCommit { oid } }
      timelineItems(last: 1, itemTypes: [REMOVED_FROM_MERGE_QUEUE_EVENT]) {
        nodes {
          ... on RemovedFromMergeQueueEvent {
            reason
            beforeCommit {
              oid
              statusCheckRollup { contexts(first: 5) { nodes { ... on CheckRun { name } } } }
            }
          }
        }
      }
    }
  }
}
"""
WORKFLOW = """\
name: fast
on:
  pull_request:
  merge_group:
jobs:
  faq-gate:
    runs-on: ubuntu-latest
    steps:
      - run: test -z "$GITHUB_HEAD_REF" || [ "$GITHUB_EVENT_NAME" = pull_request ]
"""


@pytest.fixture
def queued(github: SandboxGitHub) -> SandboxGitHub:
    """A repository whose main has a merge queue, and a workflow that knows of it."""
    github.commit("main", WORKFLOW, path=".github/workflows/fast.yml")
    checks = [{"context": "faq-gate"}]
    rule(github, "required_status_checks", required_status_checks=checks)
    rule(github, "merge_queue", merge_method="SQUASH")
    return github


def enqueue(github: SandboxGitHub, pull: dict[str, Any], **more: object) -> dict[str, Any]:
    return github.graphql(ENQUEUE, {"input": {"pullRequestId": pull["id"], **more}})


def standing(github: SandboxGitHub, pull: dict[str, Any]) -> dict[str, Any]:
    answer = github.graphql(STANDING, {"id": pull["id"]})
    assert "errors" not in answer, answer
    node: dict[str, Any] = answer["data"]["node"]
    return node


def outside(github: SandboxGitHub, pull: dict[str, Any]) -> dict[str, Any]:
    """How a pull request stands once it has left the queue."""
    return until(lambda: standing(github, pull), lambda now: not now["isInMergeQueue"])


def removal(now: dict[str, Any]) -> str:
    (event,) = now["timelineItems"]["nodes"]
    return str(event["reason"])


def groups(github: SandboxGitHub) -> list[str]:
    names = (each["name"] for each in github.bot.get(f"{github.repo}/branches").json())
    return [name for name in names if name.startswith("gh-readonly-queue/")]


def test_what_is_green_is_merged_by_the_method_of_the_queue(
    queued: SandboxGitHub, receiver: Receiver
) -> None:
    config = {"url": receiver.url, "content_type": "json"}
    hook = {"name": "web", "events": ["*"], "config": config}
    queued.ada.post(f"{queued.repo}/hooks", json=hook).raise_for_status()
    pull, base = green(queued), queued.head()
    answer = enqueue(queued, pull, expectedHeadOid=pull["headRefOid"])
    assert answer["data"]["enqueuePullRequest"]["mergeQueueEntry"]["position"] == 1
    assert receiver.next("pull_request", "enqueued").body["number"] == pull["number"]
    group = receiver.next("merge_group", "checks_requested").body["merge_group"]
    name = f"refs/heads/gh-readonly-queue/main/pr-{pull['number']}-{base}"
    assert (group["head_ref"], group["base_ref"]) == (name, "refs/heads/main")
    assert (group["base_sha"], group["head_sha"] != pull["headRefOid"]) == (base, True)
    dequeued = receiver.next("pull_request", "dequeued").body
    assert dequeued["reason"] == "MERGE"
    now = outside(queued, pull)
    assert (now["state"], removal(now)) == ("MERGED", "merged")
    assert now["mergeCommit"]["oid"] == group["head_sha"] == queued.head()
    assert [each["oid"] for each in now["mergeCommit"]["parents"]["nodes"]] == [base]
    assert now["mergeCommit"]["messageHeadline"] == f"Update the FAQ (#{pull['number']})"
    assert groups(queued) == []


def test_it_is_merged_by_no_other_way(queued: SandboxGitHub) -> None:
    pull = green(queued)
    assert said(merge(queued, pull)).endswith("Changes must be made through the merge queue\n\n")
    answer = queued.ada.patch(
        f"{queued.repo}/git/refs/heads/main", json={"sha": pull["headRefOid"]}
    )
    assert (answer.status_code, "through the merge queue" in answer.text) == (422, True)


def test_a_red_merge_group_takes_its_pull_request_out(queued: SandboxGitHub) -> None:
    queued.set_faults(merge_group_red=1)
    pull = green(queued)
    enqueue(queued, pull)
    now = outside(queued, pull)
    assert (now["state"], removal(now)) == ("OPEN", "failed_checks")
    (event,) = now["timelineItems"]["nodes"]
    (check,) = event["beforeCommit"]["statusCheckRollup"]["contexts"]["nodes"]
    assert check["name"] == "faq-gate"
    assert enqueue(queued, pull).get("errors") is None
    assert outside(queued, pull)["state"] == "MERGED"


def test_each_entry_is_built_on_the_one_before_and_anew_without_it(queued: SandboxGitHub) -> None:
    first, second = green(queued, "a"), queued.open("b", "# B\n", path="docs/b.md")
    queued.wait_green("b")
    queued.set_latency(ci_ms=60_000)
    enqueue(queued, first)
    enqueue(queued, second)

    def built(pull: dict[str, Any]) -> dict[str, Any]:
        waiting = until(
            lambda: standing(queued, pull)["mergeQueueEntry"],
            lambda entry: entry["state"] == "AWAITING_CHECKS",
        )
        return dict(waiting)

    assert built(second)["baseCommit"]["oid"] == built(first)["headCommit"]["oid"]
    assert built(second)["position"] == 2
    queued.set_latency(ci_ms=0)
    queued.graphql(DEQUEUE, {"id": first["id"]})
    assert removal(outside(queued, first)) == "manual"
    assert outside(queued, second)["state"] == "MERGED"
    assert queued.file("docs/b.md") == "# B\n"
    assert queued.pull(first["number"])["state"] == "open"


def test_who_jumps_is_merged_first_and_has_to_administer(queued: SandboxGitHub) -> None:
    first, second = green(queued, "a"), queued.open("b", "# B\n", path="docs/b.md")
    queued.wait_green("b")
    queued.set_latency(ci_ms=60_000)
    enqueue(queued, first)
    refused = enqueue(queued, second, jump=True)
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    jumping = {"input": {"pullRequestId": second["id"], "jump": True}}
    entry = queued.graphql(ENQUEUE, jumping, queued.ada)["data"]["enqueuePullRequest"]
    assert entry["mergeQueueEntry"] | {"position": 1, "jump": True} == entry["mergeQueueEntry"]
    assert standing(queued, first)["mergeQueueEntry"]["position"] == 2


def test_what_conflicts_with_the_entry_before_it_is_taken_out(queued: SandboxGitHub) -> None:
    first, second = green(queued, "a"), green(queued, "b")
    queued.set_latency(ci_ms=300)
    enqueue(queued, first)
    enqueue(queued, second)
    assert removal(outside(queued, second)) == "merge_conflict"
    assert outside(queued, first)["state"] == "MERGED"


def test_what_is_closed_or_moved_leaves_the_queue(queued: SandboxGitHub) -> None:
    closed, moved = green(queued, "a"), queued.open("b", "# B\n", path="docs/b.md")
    queued.wait_green("b")
    queued.set_latency(ci_ms=60_000)
    enqueue(queued, closed)
    enqueue(queued, moved)
    queued.bot.patch(f"{queued.repo}/pulls/{closed['number']}", json={"state": "closed"})
    queued.commit("b", "# C\n", path="docs/b.md")
    assert outside(queued, closed)["state"] == "CLOSED"
    assert outside(queued, moved)["state"] == "OPEN"
    wait_until(lambda: groups(queued) == [])


def test_what_may_not_be_merged_does_not_get_in(queued: SandboxGitHub) -> None:
    queued.set_latency(ci_ms=60_000)
    pending = queued.open("a")
    refused = enqueue(queued, pending)["errors"][0]
    wait_until(lambda: queued.checks("a").get("faq-gate") == ("in_progress", None))
    assert refused["type"] == "UNPROCESSABLE"
    assert refused["message"].startswith('Pull request Required status check "faq-gate" is ')
    queued.set_latency(ci_ms=0)
    pull = green(queued, "b")
    refused = enqueue(queued, pull, expectedHeadOid="0" * 40)["errors"][0]
    assert refused["message"].startswith("Head branch was modified.")
    queued.set_latency(ci_ms=60_000)
    enqueue(queued, pull)
    assert "already in the queue" in enqueue(queued, pull)["errors"][0]["message"]
    absent = queued.graphql(DEQUEUE, {"id": pending["id"]})
    assert absent["errors"][0]["type"] == "UNPROCESSABLE"


def test_who_may_only_read_adds_nothing(queued: SandboxGitHub) -> None:
    pull = green(queued)
    variables = {"input": {"pullRequestId": pull["id"]}}
    answer = queued.graphql(ENQUEUE, variables, queued.eve)
    assert answer["errors"][0]["type"] == "FORBIDDEN"


@pytest.mark.parametrize("asked", [{"grouping_strategy": "HEADGREEN"}, {"min_entries_to_merge": 2}])
def test_queues_of_other_groups_are_not_modelled(
    github: SandboxGitHub, asked: dict[str, object]
) -> None:
    body = {
        "name": "queue",
        "enforcement": "active",
        "conditions": {"ref_name": {"include": ["refs/heads/main"], "exclude": []}},
        "rules": [{"type": "merge_queue", "parameters": asked}],
    }
    assert github.ada.post(f"{github.repo}/rulesets", json=body).status_code == 501
