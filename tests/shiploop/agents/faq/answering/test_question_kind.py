import pytest

from shiploop.agents.faq.answering.question_kind import Kind, asks_twice, kind_of


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("How do I cancel a task?", Kind.WAY),
        ("Is it possible to cancel a task?", Kind.WAY),
        ("Can I cancel a task?", Kind.WAY),
        ("What is the command to cancel a task?", Kind.WAY),
        ("如何取消任務？", Kind.WAY),
        ("How does a lease work?", Kind.MEANING),
        ("What is a lease?", Kind.MEANING),
        ("How long does it take?", Kind.DURATION),
        ("任務會保留多久？", Kind.DURATION),
        ("How long can a question be?", Kind.AMOUNT),
        ("How many calls?", Kind.AMOUNT),
        ("What happens when a check fails?", Kind.CONSEQUENCE),
        ("What does the dashboard show?", Kind.EFFECT),
        ("Why was it declined?", Kind.REASON),
        ("Who may merge?", Kind.PERSON),
        ("When is it live?", Kind.TIME),
        ("Where is data kept?", Kind.PLACE),
        ("On which port is it?", Kind.CHOICE),
        ("Does it change my text?", Kind.TRUTH),
        ("cancel task", Kind.OPEN),
    ],
)
def test_a_kind_is_told_by_the_words_that_ask(question: str, kind: Kind) -> None:
    assert kind_of(question) is kind


def test_two_questions_in_one_are_noticed() -> None:
    assert asks_twice("What is a lease, and how does it work?")
    assert asks_twice("What is it? Who has it?")
    assert not asks_twice("What happens when a check fails?")
