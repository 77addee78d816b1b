"""What the documents lack, by the questions that they did not answer."""

import random
import time
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.faq.upkeep.gaps import find_gaps
from shiploop.domain.delivery.change import Source
from shiploop.domain.limits import MAX_DECLINED, MAX_GAPS
from shiploop.domain.upkeep.gap import DeclinedRequest, Gap
from tests.builders import NOON, TASK_ID

EXPORT = Source("docs/export.md", "formats", "Export › Formats")


def declined(title: str, minute: int = 0, *closest: Source) -> DeclinedRequest:
    at = NOON + timedelta(minutes=minute)
    return DeclinedRequest(TASK_ID, title, "not answered", at, closest)


def gaps_of(*titles: str) -> list[tuple[str, int]]:
    found = find_gaps([declined(title, minute) for minute, title in enumerate(titles)])
    return [(gap.title, gap.count) for gap in found]


def test_one_thing_asked_in_several_ways_is_one_gap() -> None:
    found = gaps_of(
        "Is there a Helm chart for Kubernetes?",
        "How do I delete an account?",
        "is there a helm chart for kubernetes",
        "Where is the Kubernetes Helm chart?",
    )
    assert found == [
        ("is there a helm chart for kubernetes", 3),
        ("How do I delete an account?", 1),
    ]


def test_languages_without_spaces_are_grouped_as_well() -> None:
    found = gaps_of("如何匯出資料？", "怎麼匯出我的資料", "如何重設密碼？")
    assert [count for _, count in found] == [2, 1]


def test_questions_that_share_little_are_two_gaps_unless_they_come_near_one_section() -> None:
    first, second = "Export to Parquet files", "Export tables as spreadsheets"
    apart = find_gaps([declined(first), declined(second, 1)])
    near = find_gaps([declined(first, 0, EXPORT), declined(second, 1, EXPORT)])
    assert (len(apart), len(near)) == (2, 1)
    (gap,) = near
    assert gap == Gap(second, 2, NOON + timedelta(minutes=1), (first,), EXPORT)


def test_what_holds_personal_data_is_left_out() -> None:
    found = gaps_of(
        "Why does ada.lovelace@example.com not get mail?",
        "What is the password: hunter2hunter2 for?",
        "Who answers +44 20 7946 0958?",
        "Why is no mail sent?",
    )
    assert found == [("Why is no mail sent?", 1)]


WORDS = st.lists(
    st.sampled_from(["export", "import", "mail", "key", "user", "資料", "密碼"]), max_size=5
)


@given(st.lists(WORDS.map(lambda words: f"What of {' '.join(words)}?"), max_size=30))
def test_each_question_is_in_one_gap_and_the_most_wanted_come_first(titles: list[str]) -> None:
    found = find_gaps([declined(title, minute) for minute, title in enumerate(titles)])
    counts = [gap.count for gap in found]
    assert sum(counts) == len(titles)
    assert counts == sorted(counts, reverse=True)
    assert {gap.title for gap in found} <= set(titles)


def test_as_many_as_are_kept_are_grouped_within_two_seconds() -> None:
    chance = random.Random(1)
    words = [f"word{number}" for number in range(40)]
    asked = [
        declined(f"What of {' '.join(chance.sample(words, 8))}?", minute)
        for minute in range(MAX_DECLINED + 100)
    ]
    begun = time.thread_time()
    found = find_gaps(asked)
    assert time.thread_time() - begun < 2
    assert len(found) <= MAX_GAPS
