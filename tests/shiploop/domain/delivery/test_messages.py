from dataclasses import replace

import pytest

from shiploop.domain.delivery import messages
from shiploop.domain.delivery.task import FailureKind, declined, failed
from tests.builders import TASK_ID, a_proposal, a_task

SIGNATURE = f"v2:{'0' * 64}"


def test_one_task_has_one_branch() -> None:
    assert messages.branch_name(a_task()) == f"orchestrator/faq-{TASK_ID}"
    assert messages.temporary_branch_name(a_task()) == f"orchestrator/rebase-{TASK_ID}"


def test_a_branch_is_named_by_its_agent() -> None:
    task = replace(a_task(), agent="notes")
    assert messages.branch_name(task) == f"orchestrator/notes-{TASK_ID}"


def test_a_flow_run_is_listed_by_its_agent_and_what_was_asked() -> None:
    assert messages.flow_run_name("faq", "How do I begin?") == "faq: How do I begin?"
    name = messages.flow_run_name("notes", "x" * 500)
    assert (len(name), name[-2:]) == (len("notes: ") + 60, "x…")


def test_the_body_carries_the_trace_id_and_a_signature_that_can_be_read_back() -> None:
    body = messages.pull_request_body(a_task(), a_proposal(), SIGNATURE)
    assert f"\ntrace-id: {TASK_ID}\n" in body
    assert messages.signature_in(body) == SIGNATURE


def test_the_signature_is_read_from_a_body_with_github_line_ends() -> None:
    body = messages.pull_request_body(a_task(), a_proposal(), SIGNATURE)
    body = body.replace("\n", "\r\n")
    assert messages.signature_in(body) == SIGNATURE


def test_a_signature_of_the_version_before_is_read_as_well() -> None:
    before = f"v1:{'0' * 64}"
    assert messages.signature_in(f"Adds it.\n\nsignature: {before}\n") == before
    assert messages.signature_in(f"Adds it.\n\nsignature: v3:{'0' * 64}\n") == ""


def test_the_body_says_what_it_is_and_where_it_comes_from() -> None:
    proposal = a_proposal()
    (source,) = proposal.evidence
    body = messages.pull_request_body(a_task(), proposal, SIGNATURE)
    assert body.startswith(f"{proposal.summary}\n\nSources:\n\n")
    assert f"\n- `{source.path}#{source.anchor}`\n" in body
    without = messages.pull_request_body(a_task(), replace(proposal, evidence=()), SIGNATURE)
    assert "Sources" not in without
    assert "\n\n\n" not in without


@pytest.mark.parametrize("body", ["", "signature: none", f"> signature: {SIGNATURE}"])
def test_a_body_without_our_line_has_no_signature(body: str) -> None:
    assert messages.signature_in(body) == ""


def test_the_commit_message_ends_with_the_trace_trailer() -> None:
    headline, body = messages.commit_message(a_task(), a_proposal())
    assert headline == a_proposal().title
    assert body == f"Trace-Id: {TASK_ID}"


@pytest.mark.parametrize(
    "title", ["Ask @everyone?", "Fixes #1?", "x [skip ci] y", "<!-- x -->", "see acme/docs#3"]
)
def test_no_request_pings_closes_or_skips_anything_in_the_summary_of_its_run(title: str) -> None:
    text = messages.summary(a_task(title), declined(title), None)
    assert not any(live in text for live in ("@", "#1", "#3", "[skip ci]", "<!--"))


def test_a_red_pull_request_is_told_that_it_stays_open() -> None:
    red = failed(FailureKind.CI_FAILED, "checks failed: faq-gate")
    assert "`ci_failed`" in messages.closing_comment(red)
    assert "stays open" in messages.closing_comment(red)
    refused = failed(FailureKind.MERGE_REFUSED, "somebody else has pushed to the branch")
    assert "Closed" in messages.closing_comment(refused)


@pytest.mark.parametrize(
    ("body", "task_id"),
    [
        (f"Trace-Id: {TASK_ID}", TASK_ID),
        (f"Something.\r\n\r\nTrace-Id: {TASK_ID}\r\n", TASK_ID),
        ("", None),
        (f"see Trace-Id: {TASK_ID}", None),
        ("Trace-Id: ../../etc", None),
        ("Trace-Id: ", None),
    ],
)
def test_the_task_that_a_commit_claims_is_read_from_its_trailer(
    body: str, task_id: str | None
) -> None:
    assert messages.trace_id_in(body) == task_id


def test_branches_begin_as_it_was_set_when_the_task_was_accepted() -> None:
    task = replace(a_task(), branch_prefix="bot/")
    assert messages.branch_name(task) == f"bot/faq-{TASK_ID}"
    assert messages.temporary_branch_name(task) == f"bot/rebase-{TASK_ID}"
