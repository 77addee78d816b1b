"""Which questions are one, asked in other words, and which only sound alike."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.many_questions import many_questions
from bench.sample import faq, sample_library
from bench.world import questions
from shiploop.agents.faq.answering.answer import Answer, Unanswered
from shiploop.agents.faq.answering.near_duplicate import find_duplicate
from shiploop.agents.faq.document.document import Entry, entry_id, insert
from shiploop.agents.faq.drafting import Drafter
from shiploop.agents.faq.question import Question, check_question
from shiploop.domain.delivery.change import Source
from shiploop.domain.prompt import Prices
from tests.documents import asked_in_the_tests_of_flows

NOTHING = Unanswered(())


def entry(text: str, answer: str = "An answer.") -> Entry:
    question = check_question(text)
    assert isinstance(question, Question)
    return Entry(question.text, question.hash, question.slug, "a-trace", answer)


def duplicate(present: str, asked: str) -> bool:
    return find_duplicate(asked, NOTHING, insert("# FAQ\n", entry(present))) is not None


@pytest.mark.parametrize(
    ("present", "asked"),
    [
        ("How do I cancel a task?", "How can I abort a task"),
        ("How do I cancel a task?", "how do I cancle a task?"),
        ("How is a rollback verified?", "How are rollbacks checked?"),
        ("Which port does the dashboard use?", "What port does the dashboard listen on?"),
        ("How long does an answer take?", "How much time does an answer take?"),
        ("Who may merge an answer?", "Who is allowed to merge answers?"),
        ("任務會保留多久？", "任務會保留多長時間？"),
        ("ロールバックの目標時間は？", "ロールバックの目標時間を教えてください"),
    ],
)
def test_the_same_in_other_words_is_found(present: str, asked: str) -> None:
    assert duplicate(present, asked)
    assert duplicate(asked, present)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I freeze merges?", "How do I lift the merge freeze?"),
        ("How do I freeze merges?", "What does a merge freeze do?"),
        ("How do I cancel a task?", "What happens when a task is cancelled?"),
        ("How do I cancel a task?", "How do I start a task?"),
        ("How long is a task kept?", "Where is a task kept?"),
        ("Which port does the dashboard use?", "Which port does the API use?"),
        ("How do I cancel a task?", "How do I cancel a task, and what does it cost?"),
        ("什麼時候算是上線？", "怎樣的問題算是重複？"),
    ],
)
def test_what_only_sounds_alike_is_another_question(one: str, other: str) -> None:
    assert not duplicate(one, other)
    assert not duplicate(other, one)


def test_the_very_same_question_is_no_duplicate_for_its_entry_is_replaced() -> None:
    document = insert("", entry("How do I cancel a task?"))
    assert find_duplicate("how do i CANCEL a task", NOTHING, document) is None


def test_what_a_person_wrote_is_found_by_its_heading() -> None:
    document = "# FAQ\n\n## Who may merge it?\n\nNobody.\n\n## Empty?\n"
    found = find_duplicate("Who can merge it?", NOTHING, document)
    assert found is not None
    assert (found.question, found.answer, found.anchor) == (
        "Who may merge it?",
        "Nobody.",
        "who-may-merge-it",
    )


def test_an_entry_of_ours_is_named_by_its_own_anchor() -> None:
    present = entry("How do I cancel a task?")
    found = find_duplicate("How can I cancel a task?", NOTHING, insert("", present))
    assert found is not None
    assert found.anchor == entry_id(present)


def test_words_of_the_titles_say_little_where_both_answers_are_from_one_section() -> None:
    text = "Set it.\n\nSource: [Alerts › Slack](alerts.md#slack)"
    document = insert("", entry("How do I connect Slack?", text))
    source = Source("docs/alerts.md", "slack", "Alerts › Slack")
    same, elsewhere = (
        Answer(one, (source,), "extractive") for one in (text, "Set it.\n\nSource: [B](b.md#b)")
    )
    assert find_duplicate("How do I connect Slack alerts?", same, document) is not None
    assert find_duplicate("How do I connect Slack alerts?", elsewhere, document) is None
    assert find_duplicate("How do I connect Slack twice?", same, document) is None


def test_a_broader_question_wants_more_than_the_narrow_one_is_told() -> None:
    text = "Set it.\n\nSource: [Alerts › Slack](alerts.md#slack)"
    document = insert("", entry("How do I connect Slack alerts?", text))
    same = Answer(text, (Source("docs/alerts.md", "slack", "Alerts › Slack"),), "extractive")
    assert find_duplicate("How do I connect alerts?", same, document) is None


@pytest.mark.parametrize(
    "texts", [asked_in_the_tests_of_flows(), questions(50)], ids=["flows", "bench"]
)
def test_what_the_tests_and_the_bench_ask_are_different_questions(texts: list[str]) -> None:
    drafter = Drafter(sample_library(), frozenset(), Prices(None, None))
    answers = {text: drafter.draft(text, None, lambda written: None).answer for text in texts}
    document = faq()
    for text, answer in answers.items():
        assert find_duplicate(text, answer, document) is None, text
        if isinstance(answer, Answer):
            document = insert(document, entry(text, answer.text))


def test_the_many_questions_of_the_bench_are_different_questions() -> None:
    document = faq()
    for text in many_questions(120):
        assert find_duplicate(text, NOTHING, document) is None, text
        document = insert(document, entry(text))


WORDS = st.sampled_from(
    ["How", "do", "I", "what", "merge", "freeze", "任務", "task", "?", "#", "<"]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(" ".join)


@given(TEXTS.filter(lambda text: isinstance(check_question(text), Question)), TEXTS)
def test_who_is_the_other_ones_duplicate_has_it_as_its_own(one: str, other: str) -> None:
    if not isinstance(check_question(other), Question):
        return
    assert duplicate(one, other) == duplicate(other, one)


@given(TEXTS, st.text(max_size=200))
def test_any_text_is_a_document(question: str, document: str) -> None:
    found = find_duplicate(question, NOTHING, document)
    assert found is None or found.question


def test_the_order_of_the_entries_does_not_matter() -> None:
    texts = ["How do I cancel a task?", "How do I start a task?", "Where is a task?"]
    for order in permutations(texts):
        document = "# FAQ\n"
        for text in order:
            document = insert(document, entry(text))
        found = find_duplicate("How can I abort a task?", NOTHING, document)
        assert found is not None
        assert found.question == texts[0]


@pytest.mark.parametrize(
    "written",
    [
        *("### Q: {}\n\nA.", "## 7. {}\n\nA.", "## {} {{#here}}\n\nA.", "### **{}**\n\nA."),
        *("## {} 🔑\n\nA.", "{}\n------\n\nA.", "## <a name='x'></a>{}\n\nA.", "## {} ##\n\nA."),
        *("**{}**\n\nA.", "**Q: {}**\n\nA: So.", "**Q:** {}\n\n**A:** So.", "__{}__  \nA."),
        *("Q: {}\n\nA: So.", "Q. {}\nA. So.", "**{}** So it is."),
        *("- **{}**\n  A.", "1. {}\n\n   A.", "- **{}** So."),
        *("<details>\n<summary>{}</summary>\n\nA.\n</details>", "<h3>{}</h3>\n\nA."),
        "<details><summary><b>{}</b></summary>\nA.\n</details>",
        "<details>\n  <summary>\n    {}\n  </summary>\n\nA.\n</details>",
        *("{}\n: A.", "{}\n\n:   A.", "::: details {}\nA.\n:::", '??? question "{}"\n\n    A.'),
        *(":::{{dropdown}} {}\nA.\n:::", '<Accordion title="{}">\nA.\n</Accordion>'),
        *("| Question | Answer |\n|---|---|\n| {} | A. |", "## {}\n\n### On Linux\n\nA."),
        *("## What else is there? {}\n\nA.", "## {} And what else is there?\n\nA."),
    ],
)
def test_a_question_is_found_in_whatever_shape_a_person_wrote_it(written: str) -> None:
    document = f"# FAQ\n\nWelcome.\n\n{written.format('How do I cancel a task?')}\n"
    for asked in ("How do I cancel a task?", "how can I abort a task"):
        found = find_duplicate(asked, NOTHING, document)
        assert found is not None
        assert "How do I cancel a task?" in found.question


@pytest.mark.parametrize(
    "written",
    [
        "- [How do I cancel a task?](#how-do-i-cancel-a-task)",
        "```\n## How do I cancel a task?\n```",
        "<!--\n**How do I cancel a task?**\n\nOne day.\n-->",
        "Some ask: how do I cancel a task? Nobody knows.",
    ],
)
def test_what_only_mentions_a_question_does_not_answer_it(written: str) -> None:
    document = f"# FAQ\n\n{written}\n\n## Why?\n\nSo.\n"
    assert find_duplicate("How do I cancel a task?", NOTHING, document) is None


def test_the_same_question_is_never_added_beside_itself_whatever_it_asks() -> None:
    twice = "How do I start a task, and how do I stop it?"
    two = "What does it look like? Is there a demo?"
    for present in (twice, two, "Why?", "任務？", "C++?"):
        document = f"# FAQ\n\n## {present}\n\nSo.\n"
        assert find_duplicate(present.upper(), NOTHING, document) is not None
