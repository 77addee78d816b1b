"""An answer begins as the others of its file do."""

from shiploop.agents.faq.document.document import as_written, find, insert, remove
from tests.builders import an_entry

ASKED = an_entry("How do I export it?", answer="Press it.\n\nSource: [Export](export.md)")


ONES_OWN = "## What is it?\n\n**Answer:**\n\nIt.\n\n## Why?\n\n**Answer:**\n\nSo.\n"


def test_what_an_answer_begins_with_stands_in_a_line_of_its_own_where_it_does() -> None:
    for answer in ("Press it.", "- Press it.\n- Wait."):
        entry = an_entry("How do I export it?", answer=answer)
        edited = insert(ONES_OWN, entry)
        assert f"## How do I export it?\n\n**Answer:**\n\n{answer}\n" in edited
        assert find(edited, entry.question_hash) == as_written(ONES_OWN, entry)
        assert remove(edited, entry.question_hash) == ONES_OWN


def test_what_one_answer_alone_begins_with_is_not_repeated() -> None:
    assert "\nPress it." in insert("# FAQ\n\n## Why?\n\n**Answer:** So.\n", ASKED)


def test_an_answer_goes_on_below_its_question_where_all_do() -> None:
    page = "**What is it?**\nA tool.\n\n**Why?**\nSo.\n"
    edited = insert(page, ASKED)
    assert "**How do I export it?**\nPress it.\n" in edited
    assert find(edited, ASKED.question_hash) == as_written(page, ASKED)
    assert remove(edited, ASKED.question_hash) == page
    assert "it?**\n\nPress it." in insert(page.replace("Why?**", "Why?**\n"), ASKED)
    assert "it?**\n\n- One." in insert(page, an_entry("How do I export it?", answer="- One."))
