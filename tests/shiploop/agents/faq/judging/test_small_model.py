"""The small model: what it finds near, from any thread, and what is done without it."""

from concurrent.futures import ThreadPoolExecutor
from time import process_time

import pytest

from shiploop.agents.faq.judging import small_model as module
from shiploop.agents.faq.judging.small_model import small_model
from shiploop.domain.limits import MAX_COMPARED_CHARACTERS

QUESTION = "How do I rotate the API keys?"
NEAR = "Renewing keys\nRun the command to get new API keys."
FAR = "Banana bread\nMash three bananas with sugar."


@pytest.mark.parametrize(
    "question", [QUESTION, "Wie erneuere ich die API-Schlüssel?", "如何更換 API 金鑰？"]
)
def test_what_is_about_the_same_is_nearer_in_any_language(question: str) -> None:
    model = small_model()
    assert model is not None
    assert model.nearness(question, NEAR) > model.nearness(question, FAR) + 0.03


def test_it_may_be_asked_from_many_threads_at_once() -> None:
    model = small_model()
    assert model is not None
    texts = [f"{NEAR} {number}" for number in range(8)]
    alone = [model.nearness(QUESTION, text) for text in texts]
    fresh = module.SmallModel()
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda text: fresh.nearness(QUESTION, text), texts))
    assert together == pytest.approx(alone)


def test_a_long_text_costs_no_more_than_it_may() -> None:
    model = small_model()
    assert model is not None
    began = process_time()
    model.nearness("word " * 5_000, "text " * 5_000)
    assert process_time() - began < 1.0
    assert model.nearness(QUESTION, NEAR + " " * MAX_COMPARED_CHARACTERS + FAR) == pytest.approx(
        model.nearness(QUESTION, (NEAR + " " * MAX_COMPARED_CHARACTERS)[:MAX_COMPARED_CHARACTERS])
    )


def test_without_its_package_there_is_none(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(module, "PACKAGE", "a_package_that_is_not_there")
    with caplog.at_level("INFO"):
        assert small_model.__wrapped__() is None
    assert "judged by their words alone" in caplog.text
