"""What the tests of flows ask: each question that one wants to see merged is a heading there."""

import ast
from pathlib import Path
from typing import Final

from shiploop.agents.faq.question import Question, check_question

# The gate lets no heading of this kind be cited: their answers come from elsewhere.
_HOSTILE: Final = ("@everyone", "<!--", "[skip ci]", "#1")
_FLOWS: Final = Path(__file__).parent / "flows"
# The FAQ answers them already, in other words.
POINTED_AWAY: Final = ("How can I cancel a running task?", "Who can merge an answer?")
# No document answers them.
DECLINED: Final = (
    "How do I reset my password?",
    "How do I change my password?",
    "How do I change the colours of the dashboard?",
    "How do I brew an espresso?",
)


def to_be_headings() -> list[str]:
    """Those of them that have to be headings, so that they are merged without a person."""
    asked = asked_in_the_tests_of_flows()
    return [text for text in asked if not any(part in text for part in _HOSTILE)]


def asked_in_the_tests_of_flows() -> list[str]:
    """Every text there that ends as a question does, in the order in which they are asked."""
    trees = [ast.parse(path.read_text("utf-8")) for path in sorted(_FLOWS.glob("test_*.py"))]
    texts = [
        node.value
        for tree in trees
        for node in sorted(ast.walk(tree), key=lambda node: getattr(node, "lineno", 0))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    found = [text for text in texts if text.endswith(("?", "？")) and "\n" not in text]
    return [
        text
        for text in dict.fromkeys(found)
        if not text.startswith("## ")  # a line of a document
        and text not in (*POINTED_AWAY, *DECLINED)
        and isinstance(check_question(text), Question)
    ]
