"""What stands below the last answer stays there, and what an answer ends with stays its own."""

import pytest

from shiploop.agents.faq.document.document import insert, remove
from tests.builders import an_entry, below

ASKED = an_entry("How do I export it?", answer="Press it.\n\nSource: [Export](export.md)")


@pytest.mark.parametrize(
    "footer",
    [
        "## See also\n\n- [Guide](guide.md)",
        "## Still have questions?\n\nAsk us.",
        "Still have questions? Join us [there](there.md).",
        "If you have any other questions, ask.",
        "## Contact\n\nUs.",
        "<style>\na {\n  top: 0;\n}\n</style>",
        "## What if I require further assistance?\n\nAsk.",
        "## My question is not listed here.\n\nAsk.",
        "## Where can I ask other questions?\n\nThere.",
        "## There is a mistake in this FAQ!\n\nTell us.",
        "---\n\nMade with care.",
        "[guide]: guide.md\n[other]: other.md",
        "[Back to top](#faq)",
        "<!-- a note\n\nto ourselves -->",
        "</div>",
        "## How it is built\n\nWith care.",
        "# Are these kept apart?\n\nYes.",
    ],
)
def test_what_closes_a_file_stays_below(footer: str) -> None:
    document = f"# FAQ\n\n## What is it?\n\nA thing.\n\n## Why?\n\nBecause.\n\n{footer}\n"
    assert below(ASKED, document) == footer
    assert remove(insert(document, ASKED), ASKED.question_hash) == document


@pytest.mark.parametrize(
    "end",
    [
        "For more details see [it](it.md).",
        "See also [it](it.md).",
        "- [Guide](guide.md)\n- [Other](other.md)",
        "<details>\n<summary>More</summary>\n\nMuch more.\n\n</details>",
        "```sh\n---\n```",
    ],
)
def test_what_ends_an_answer_stays_with_it(end: str) -> None:
    document = f"# FAQ\n\n## What is it?\n\nA thing.\n\n{end}\n"
    assert below(ASKED, document) == ""


def test_a_line_that_ends_each_answer_is_no_footer() -> None:
    up = "[Back to top](#faq)"
    document = (
        f"# FAQ\n\n## What?\n\nA.\n\n{up}\n\n## Why?\n\nB.\n\n{up}\n\n## Who?\n\nC.\n\n{up}\n"
    )
    assert below(ASKED, document) == ""


def test_an_entry_stands_in_no_fold_of_another() -> None:
    page = (
        "<details>\n<summary>What is it?</summary>\n\nA tool.\n\n</details>\n\n"
        "<details>\n<summary>How does it work?</summary>\n\nSo:\n\n### Features\n\n- One.\n\n"
        "<details>\n<summary>More</summary>\n\nThat.\n\n</details>\n\n</details>\n"
    )
    before, _, after = insert(page, ASKED).partition("<!-- shiploop:entry")
    assert before.strip() == page.strip()
    assert after.count("<details>") == after.count("</details>") == 1


@pytest.mark.parametrize(
    "last",
    [
        "## Need help with something else?\n\nWrite to us.",
        "## How can I contact you?\n\nBy mail.",
        "## Where can I find more help?\n\nIn the forum.",
        "## How do I report a bug?\n\nThere.",
        "## 我在哪里可以找到更多帮助？\n\n论坛。",
        '{% include-markdown "includes/footer.md" %}',
    ],
)
def test_where_people_are_sent_last_stays_last(last: str) -> None:
    assert below(ASKED, f"# FAQ\n\n## What is it?\n\nA.\n\n## Why?\n\nB.\n\n{last}\n") == last


def test_link_definitions_stay_with_the_one_answer_that_uses_them() -> None:
    page = "# FAQ\n\n## Exports\n\n### Why?\n\nSee [#1].\n\n[#1]: https://x.org/1\n\n%s"
    crashes = "## Crashes\n\n### It fails\n\nSo.\n\n### It stops\n\nSo."
    edited = insert(page % crashes, ASKED)
    assert "See [#1].\n\n[#1]: https://x.org/1\n\n" in edited


def test_a_rule_in_html_ends_the_last_answer_as_well() -> None:
    assert below(ASKED, "# FAQ\n\n## Why?\n\nSo.\n\n<hr/>\n\nThe end.\n") == "<hr/>\n\nThe end."


def test_below_what_ends_each_answer_nothing_is_of_the_last_one() -> None:
    answers = "\n\n".join(f"**({n}) Why {n}?**\n\nSo.\n\n<br />" for n in range(1, 6))
    document = f"# FAQ\n\n{answers}\n\n**Only for phones.**\n"
    assert below(ASKED, document) == "**Only for phones.**"
    assert "**(6) How do I export it?**" in insert(document, ASKED)
    assert remove(insert(document, ASKED), ASKED.question_hash) == document
