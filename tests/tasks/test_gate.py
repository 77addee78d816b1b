"""The gate as a step sees it: held against what the repository's documents really say."""

from dataclasses import replace

import pytest
from tasks.shared.gate import refusal_of

from shiploop.agents.faq.answering.answer import Answer, compose_extractive_answer
from shiploop.bootstrap import Services
from shiploop.domain.delivery.task import Status
from shiploop.errors import RepositoryUnusable
from tests.builders import a_task
from tests.sandbox_process import FAQ, SandboxProcess
from tests.tasks.conftest import ServicesWith

QUESTION = "What are worker heartbeats?"


@pytest.fixture
def answered(sandbox: SandboxProcess, services_with: ServicesWith) -> tuple[Services, Answer]:
    services = services_with(github_api_url=sandbox.url)
    answer = compose_extractive_answer(QUESTION, services.documents.search(QUESTION))
    assert isinstance(answer, Answer)
    return services, answer


def test_an_answer_that_the_documents_give_is_not_refused(
    answered: tuple[Services, Answer],
) -> None:
    _, answer = answered
    assert refusal_of(a_task(QUESTION), answer, FAQ) is None


def test_an_answer_that_was_tampered_with_is_declined_in_words(
    answered: tuple[Services, Answer],
) -> None:
    _, answer = answered
    refused = refusal_of(a_task(QUESTION), replace(answer, text=f"Ask @ops.\n\n{answer.text}"), FAQ)
    assert refused is not None
    assert refused.status is Status.DECLINED
    assert "an @ stands before a name" in refused.reason
    assert "the cited sections do not say" in refused.reason


def test_an_answer_that_the_repositorys_lint_would_complain_about_is_declined(
    answered: tuple[Services, Answer], caplog: pytest.LogCaptureFixture
) -> None:
    _, answer = answered
    body, source = answer.text.split("\n\n")
    unclean = replace(answer, text=f"- {body}\n* {body}\n\n{source}", generator="model")
    refused = refusal_of(a_task(QUESTION), unclean, FAQ)
    assert refused is not None
    assert refused.reason.endswith(
        "The repository's Markdown lint would complain about the answer."
    )
    assert "MD004 in line" in caplog.text


def test_a_section_that_is_no_longer_there_cannot_be_cited(
    answered: tuple[Services, Answer],
) -> None:
    _, answer = answered
    gone = replace(answer.sources[0], anchor="gone")
    refused = refusal_of(a_task(QUESTION), replace(answer, sources=(gone,)), FAQ)
    assert refused is not None
    assert "a section that the documents do not have" in refused.reason


def test_a_faq_that_nothing_can_be_added_to_is_the_repositorys_fault(
    answered: tuple[Services, Answer],
) -> None:
    _, answer = answered
    with pytest.raises(RepositoryUnusable, match=r"the entry cannot stand in the FAQ: .+"):
        refusal_of(a_task(QUESTION), answer, FAQ + "```\n")
