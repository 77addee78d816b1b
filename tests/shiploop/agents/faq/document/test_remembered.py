"""What was read of a document is remembered, and the document is not."""

import sys

from shiploop.agents.faq.answering.answer import Unanswered
from shiploop.agents.faq.answering.near_duplicate import find_duplicate
from shiploop.agents.faq.document.document import entries, insert
from shiploop.agents.faq.document.remembered import remembered
from tests.builders import an_entry


def test_a_document_is_read_once_for_all_who_ask_for_it() -> None:
    read: list[str] = []

    @remembered
    def length(document: str) -> int:
        read.append(document)
        return len(document)

    assert [length("one"), length("one"), length("other"), length("one")] == [3, 3, 5, 3]
    assert read == ["one", "other"]


def test_few_documents_are_remembered() -> None:
    read: list[str] = []

    @remembered
    def length(document: str) -> int:
        read.append(document)
        return len(document)

    for number in range(100):
        length(str(number))
    length("0")
    assert read.count("0") == 2


def test_no_whole_faq_stays_alive_for_having_been_read() -> None:
    faq = insert("# FAQ\n\nAsked often.\n", an_entry())
    others = sys.getrefcount(faq)
    assert len(entries(faq)) == 1
    assert find_duplicate("How soon is a runner known to be dead?", Unanswered(()), faq) is None
    edited = insert(faq, an_entry("Who may cancel a task?"))
    assert len(entries(edited)) == 2
    assert sys.getrefcount(faq) == others
