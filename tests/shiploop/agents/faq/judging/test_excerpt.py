"""What the small model is shown of a section."""

from shiploop.agents.faq.judging.excerpt import excerpt
from shiploop.agents.faq.retrieval.sections import Section
from shiploop.domain.limits import MAX_COMPARED_CHARACTERS

LINES = "\n".join(f"| option-{number} | does thing {number} |" for number in range(60))


def section(text: str) -> Section:
    return Section("docs/a.md", ("Guide", "Editor", "Options"), "options", 1, 9, text)


def test_it_is_the_titles_the_line_that_says_most_and_the_beginning() -> None:
    shown = excerpt("How do I turn off the mouse?", section(f"{LINES}\n| mouse | turn it off |"))
    assert shown.startswith("Editor › Options\n| mouse | turn it off |\n| option-0 |")


def test_it_is_never_longer_than_the_model_has_time_for() -> None:
    assert len(excerpt("mouse?", section("mouse " * 4000))) <= MAX_COMPARED_CHARACTERS
    assert excerpt("mouse?", section("")).strip() == "Editor › Options"
