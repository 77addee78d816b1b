"""Every webhook of the sandbox has the headers and the shape that GitHub publishes."""

import hashlib
import hmac
import json

import pytest

from tests.fidelity.conftest import Recording
from tests.fidelity.openapi import WebhookDescription

pytestmark = pytest.mark.xdist_group("fidelity")  # one tour, one reading of large schemas

EVENTS = {
    "check_run completed",
    "check_run created",
    "check_suite completed",
    "deployment created",
    "deployment_status created",
    "issue_comment created",
    "issue_comment deleted",
    "issue_comment edited",
    "issues closed",
    "issues edited",
    "issues labeled",
    "issues opened",
    "issues reopened",
    "issues unlabeled",
    "merge_group checks_requested",
    "merge_group destroyed",
    "ping",
    "pull_request closed",
    "pull_request dequeued",
    "pull_request edited",
    "pull_request enqueued",
    "pull_request labeled",
    "pull_request opened",
    "pull_request reopened",
    "pull_request synchronize",
    "branch_protection_rule edited",
    "pull_request_review submitted",
    "repository_ruleset created",
    "repository_ruleset deleted",
    "push",
    "status",
}


def test_the_tour_hears_of_every_event(recording: Recording) -> None:
    heard = {
        f"{each.event} {json.loads(each.body).get('action', '')}".strip()
        for each in recording.deliveries
    }
    assert EVENTS - heard == set()


def test_every_webhook_has_the_published_shape(
    webhook_description: WebhookDescription, recording: Recording
) -> None:
    problems = {
        f"{each.event} {payload.get('action', '')}: {problem}"
        for each in recording.deliveries
        for payload in [json.loads(each.body)]
        for problem in webhook_description.problems(each.event, each.headers, payload)
    }
    assert not problems, "\n".join(sorted(problems))


def test_every_webhook_is_signed_over_its_raw_bytes(recording: Recording) -> None:
    for each in recording.deliveries:
        digest = hmac.new(b"hook secret", each.body, hashlib.sha256).hexdigest()
        assert each.headers["X-Hub-Signature-256"] == f"sha256={digest}"


def test_the_judge_refuses_a_wrong_webhook(webhook_description: WebhookDescription) -> None:
    problems = list(webhook_description.problems("push", {}, {"ref": 1}))
    assert "header X-GitHub-Delivery is missing" in problems
    assert "$.ref: 1 is not of type 'string'" in problems
    assert "$: 'head_commit' is a required property" in problems
