"""What is answered from the sample repository without a model, and what is not."""

import pytest

from bench.sample import sample_library
from shiploop.agents.faq.answering.answer import Answer, Unanswered
from shiploop.agents.faq.answering.draft import Draft
from shiploop.agents.faq.answering.quoter import Quoter
from shiploop.agents.faq.document.entry import answer_problem
from shiploop.agents.faq.drafting import Drafter
from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.prompt import Prices
from tests.files import Files


def drafted(question: str) -> Draft:
    drafter = Drafter(sample_library(), frozenset(), Prices(None, None))
    return drafter.draft(question, None, lambda written: None)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What is the worker heartbeat mechanism?", "worker:heartbeat:"),
        ("How do I export my data?", "git history"),
        ("What is the merge freeze?", "`shiploop freeze`"),
        ("如何檢查 Vercel 部署狀態？", "Deployments"),
        ("如何創建告警規則？", "slo.yaml"),
    ],
)
def test_what_the_documents_say_is_quoted(question: str, says: str) -> None:
    answer = drafted(question).answer
    assert isinstance(answer, Answer)
    assert says in answer.text
    assert answer_problem(answer.text) is None


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset my password?",
        "如何重設密碼？",
        "パスワードをリセットするには？",
        "How do I delete my account?",
        "Who won the world cup?",
    ],
)
def test_what_they_do_not_say_is_not_answered(question: str) -> None:
    assert isinstance(drafted(question).answer, Unanswered)


def test_a_passage_in_another_language_is_not_quoted() -> None:
    library = Library.of(Files({"docs/en.md": "# Phase 10\n\nIt comes.\n"}))
    question = "Phase 10 是什麼？"
    hits = library.index.search(question)
    assert hits
    draft = Quoter(library, frozenset()).quote(question, None, hits)
    assert isinstance(draft.answer, Unanswered)
