"""A second call of the model names the sentence of each claim, and is believed no further."""

import json
from typing import Any

import pytest

from shiploop.agents.faq.judging.claims import Case, build_case, build_check, read_verdict
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.limits import MAX_CLAIMS, MAX_REPLY_BYTES

SECTION = Section(
    "docs/keys.md",
    ("Keys", "Rotate keys"),
    "rotate-keys",
    1,
    9,
    "Run `keys rotate` as root. It takes 5 minutes,\nand never asks.\n\n"
    "- Restart the [server](s.md).\n",
)
QUESTION = "How do I rotate keys?"


def a_case(answer: str, question: str = QUESTION) -> Case:
    case = build_case(question, answer, [SECTION])
    assert case is not None
    return case


def a_reply(*sentences: int, answers: bool = True) -> str:
    claims = [{"claim": n, "sentence": each} for n, each in enumerate(sentences, 1)]
    return json.dumps({"answers": answers, "claims": claims})


def test_the_check_sees_question_claims_and_sentences_by_number_and_no_reasons() -> None:
    prompt = build_check(a_case("Run it as root. Then restart it.\n\n- Wait."))
    assert json.loads(prompt.data) == {
        "question": QUESTION,
        "claims": [
            {"number": 1, "text": "Run it as root."},
            {"number": 2, "text": "Then restart it."},
            {"number": 3, "text": "Wait."},
        ],
        "sections": [
            {
                "number": 1,
                "heading": "Keys › Rotate keys",
                "sentences": [
                    {"number": 1, "text": "Run `keys rotate` as root."},
                    {"number": 2, "text": "It takes 5 minutes, and never asks."},
                    {"number": 3, "text": "Restart the server."},
                ],
            }
        ],
    }
    properties: Any = prompt.schema["properties"]
    assert set(prompt.schema["required"]) == set(properties)


@pytest.mark.parametrize(
    ("answer", "sentences", "vouched"),
    [
        ("Run `keys rotate` as root.", (1,), True),
        ("As root, run `keys rotate`. It never asks and takes 5 minutes.", (1, 2), True),
        ("Run `keys rotate` as root.", (0,), False),
        ("Run `keys rotate` as root.", (9,), False),
        ("Run `keys rotate` as root.", (3,), False),  # another sentence than it says
        ("Run `keys rotate` as root. Restart it.", (1,), False),  # a claim left out
        ("It takes 9 minutes, and never asks.", (2,), False),  # another number
        ("It takes 5 minutes, and asks.", (2,), False),  # without the no
        ("Run `keys rotate` as root, not as Administrator.", (1,), False),
    ],
)
def test_each_claim_is_borne_out_by_the_sentence_that_is_named(
    answer: str, sentences: tuple[int, ...], vouched: bool
) -> None:
    verdict = read_verdict(a_reply(*sentences), a_case(answer))
    assert (verdict.vouched, bool(verdict.reason)) == (vouched, True)


def test_what_does_not_answer_the_question_is_not_vouched_for() -> None:
    case = a_case("Run `keys rotate` as root.")
    assert not read_verdict(a_reply(1, answers=False), case).vouched


def test_the_questions_names_are_in_the_answer() -> None:
    case = a_case("Run `keys rotate` as root.", "How do I rotate keys on Windows?")
    assert not read_verdict(a_reply(1), case).vouched


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "yes",
        "[" * 100_000,
        '{"answers": true}',
        '{"answers": "true", "claims": []}',
        '{"answers": true, "claims": [{"claim": true, "sentence": 1}]}',
        '{"answers": true, "claims": [{"claim": 1, "sentence": "1"}]}',
        '{"answers": true, "claims": [1]}',
        f'{{"answers": true, "claims": [], "more": "{"x" * MAX_REPLY_BYTES}"}}',
    ],
)
def test_a_reply_that_is_not_as_the_schema_asks_raises_nothing(reply: str) -> None:
    verdict = read_verdict(reply, a_case("Run `keys rotate` as root."))
    assert not verdict.vouched


def test_an_answer_of_too_many_sentences_is_not_checked() -> None:
    assert build_case(QUESTION, "It runs. " * (MAX_CLAIMS + 1), [SECTION]) is None
    assert build_case(QUESTION, "", [SECTION]) is None
