"""What the judge lets go unattended, what it shows a person, and what it shows nobody."""

from dataclasses import replace

import pytest

from shiploop.agents.faq.judging.judge import (
    LEAST_COVERAGE,
    LEAST_COVERAGE_WITH_MODEL,
    LEAST_NEARNESS,
    Chosen,
    Refused,
    choose_passage,
    judge_link,
    judge_part,
    judge_passage,
    judge_whole,
)
from shiploop.agents.faq.retrieval.headings import Named
from shiploop.agents.faq.retrieval.sections import Hit, Section
from shiploop.domain.delivery.change import Assessment, Level

TEXT = "Run `keys rotate` on Linux, and restart the server."
SECTION = Section("docs/keys.md", ("Keys", "Rotate keys"), "rotate-keys", 1, 3, TEXT)
NAMED = Named(SECTION, "Rotate keys", in_order=True, has_more_below=False)


def test_a_whole_section_whose_heading_is_asked_for_goes_unattended() -> None:
    assert judge_whole("Rotate keys", NAMED, TEXT) == Assessment(
        Level.AUTO,
        "heading",
        ("The question is the heading “Rotate keys” of docs/keys.md, and all of it is quoted.",),
    )


@pytest.mark.parametrize(
    ("named", "quoted"),
    [
        (Named(SECTION, "Rotate keys", in_order=False, has_more_below=False), TEXT),
        (Named(SECTION, "Rotate keys", in_order=True, has_more_below=True), TEXT),
        (NAMED, "As described above, run it again and restart the server."),
    ],
)
def test_what_does_not_stand_alone_is_a_suggestion_that_says_why(named: Named, quoted: str) -> None:
    judged = judge_whole("Rotate keys", named, quoted)
    assert (judged.level, judged.kind, len(judged.reasons)) == (Level.SUGGEST, "heading", 2)


@pytest.mark.parametrize(
    ("question", "path", "coverage", "level"),
    [
        ("Rotate blue", "docs/colours.md", 1.0, Level.SUGGEST),
        ("Rotate blue", "docs/colours.md", 0.8, Level.AUTO),  # of red, perhaps
        ("Rotate blue", "docs/keys.md", 1.0, Level.AUTO),  # on the same page
        ("Rotate blue keys", "docs/colours.md", 1.0, Level.AUTO),  # which the question names
    ],
)
def test_a_question_that_names_no_page_is_told_apart_from_all_that_others_say(
    question: str, path: str, coverage: float, level: Level
) -> None:
    section = replace(SECTION, heading_path=("Keys", "Rotate blue ones now"))
    named = Named(section, "Rotate blue ones now", in_order=True, has_more_below=False)
    own, other = Hit(section, 10.0, 1.0), Hit(replace(SECTION, path=path), 5.0, coverage)
    assert judge_whole(question, named, TEXT, (), (own, other)).level is level


def test_a_part_of_the_section_is_a_suggestion() -> None:
    judged = judge_part(NAMED, "the section is longer than 100 words")
    assert judged.level is Level.SUGGEST
    assert judged.reasons == (
        "The question is the heading “Rotate keys” of docs/keys.md.",
        "Only a part of it is quoted: the section is longer than 100 words.",
    )


@pytest.mark.parametrize(
    ("question", "coverage", "near", "shown"),
    [
        ("How are keys renewed?", LEAST_COVERAGE, None, True),
        ("How are keys renewed?", LEAST_COVERAGE - 0.01, None, False),
        ("How are keys renewed?", LEAST_COVERAGE_WITH_MODEL, LEAST_NEARNESS, True),
        ("How are keys renewed?", LEAST_COVERAGE_WITH_MODEL - 0.01, 1.0, False),
        ("How are keys renewed?", 1.0, LEAST_NEARNESS - 0.01, False),
        ("How are keys renewed on Windows?", 1.0, None, False),
        ("How are keys renewed on Windows?", 1.0, 1.0, False),
        ("How are keys renewed on Linux?", 1.0, 1.0, True),
    ],
)
def test_a_passage_is_a_suggestion_at_best(
    question: str, coverage: float, near: float | None, shown: bool
) -> None:
    nearness = None if near is None else lambda asked, text: near
    chosen = choose_passage(question, [Hit(SECTION, 1.0, coverage)], nearness)
    assert isinstance(chosen, Chosen) is shown
    if isinstance(chosen, Chosen):
        judged = judge_passage(question, chosen, TEXT)
        assert (judged.level, judged.kind) == (Level.SUGGEST, "passage")


def test_the_first_hit_that_is_near_enough_is_chosen() -> None:
    other = replace(SECTION, heading_path=("Keys", "Renew"), anchor="renew")
    hits = [Hit(SECTION, 2.0, 1.0), Hit(other, 1.0, 1.0)]

    def nearness(asked: str, text: str) -> float:
        return 0.9 if "Renew" in text else 0.8

    chosen = choose_passage("How are keys renewed?", hits, nearness)
    assert isinstance(chosen, Chosen)
    assert chosen.hit.section == other


@pytest.mark.parametrize(("score", "chosen"), [(1.2, "Renew"), (9.0, "Keys")])
def test_of_what_is_near_the_nearer_is_chosen_unless_the_search_is_sure(
    score: float, chosen: str
) -> None:
    other = replace(SECTION, heading_path=("Keys", "Renew"), anchor="renew")
    hits = [Hit(replace(SECTION, heading_path=("Keys",)), score, 1.0), Hit(other, 1.0, 1.0)]

    def nearness(asked: str, text: str) -> float:
        return 0.89 if "Renew" in text else 0.86

    found = choose_passage("How are keys renewed?", hits, nearness)
    assert isinstance(found, Chosen)
    assert found.hit.section.heading_path[-1] == chosen


def test_a_section_that_says_no_is_no_answer_to_a_question_that_does_not() -> None:
    no = replace(SECTION, heading_path=("Keys", "Preventing renewal"))
    refused = choose_passage("How are keys renewed?", [Hit(no, 2.0, 1.0)], None)
    assert isinstance(refused, Refused)
    assert not isinstance(
        choose_passage("How do I prevent renewal?", [Hit(no, 2.0, 1.0)], None), Refused
    )


def test_what_is_only_linked_is_a_suggestion_that_says_why() -> None:
    judged = judge_link("heading", "It is the heading.", "it is too long")
    assert (judged.level, judged.kind, len(judged.reasons)) == (Level.SUGGEST, "heading", 2)
