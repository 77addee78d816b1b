import pytest

from shiploop.domain.delivery import messages
from shiploop.domain.delivery.task import FailureKind, failed
from tests.builders import TASK_ID, a_run

SIGNATURE = f"v1:{'0' * 64}"


def test_one_task_has_one_branch() -> None:
    assert messages.branch_name(TASK_ID) == f"orchestrator/faq-{TASK_ID}"


def test_the_title_is_the_contract_and_the_question() -> None:
    title = messages.pull_request_title("How do I export my data?")
    assert title == "Update FAQ - How do I export my data?"


def test_the_longest_question_fits_githubs_limit_with_the_number_that_a_merge_adds() -> None:
    assert len(messages.pull_request_title("x" * 500) + " (#123456)") <= 256


def test_the_body_carries_the_trace_id_and_a_signature_that_can_be_read_back() -> None:
    body = messages.pull_request_body(a_run(), ("docs/workers.md",), SIGNATURE)
    assert f"\ntrace-id: {TASK_ID}\n" in body
    assert messages.signature_in(body) == SIGNATURE


def test_the_signature_is_read_from_a_body_with_github_line_ends() -> None:
    body = messages.pull_request_body(a_run(), (), SIGNATURE).replace("\n", "\r\n")
    assert messages.signature_in(body) == SIGNATURE


@pytest.mark.parametrize("body", ["", "signature: none", f"> signature: {SIGNATURE}"])
def test_a_body_without_our_line_has_no_signature(body: str) -> None:
    assert messages.signature_in(body) == ""


def test_the_commit_message_ends_with_the_trace_trailer() -> None:
    headline, body = messages.commit_message(a_run())
    assert headline.startswith("Update FAQ - ")
    assert body == f"Trace-Id: {TASK_ID}"


@pytest.mark.parametrize(
    "question", ["Ask @everyone?", "Fixes #1?", "x [skip ci] y", "<!-- x -->", "see acme/docs#3"]
)
def test_no_question_pings_closes_or_skips_anything(question: str) -> None:
    run = a_run(question)
    texts = (
        messages.pull_request_title(question),
        messages.pull_request_body(run, (), SIGNATURE),
        *messages.commit_message(run),
    )
    for text in texts:
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
