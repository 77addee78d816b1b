"""Whatever is asked and whatever a model says: the old entries plus at most one, all else equal."""

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shiploop.agents.faq.dialects.dialect import Unwritable
from shiploop.agents.faq.document.document import (
    UnsafeDocumentError,
    UnsafeEntryError,
    as_written,
    entries,
    find,
    insert,
    remove,
)
from shiploop.agents.faq.document.entry import in_dialect
from shiploop.agents.faq.gate.gate import Candidate, Refusal, check_answer
from shiploop.agents.faq.question import Question, check_question
from tests.adversarial.inputs import FAMILIES, A
from tests.adversarial.target import candidate, document, extract, from_model

GOOD = "`shiploop freeze` holds every merge."
SMALL = [each.text for inputs in FAMILIES.values() for each in inputs if len(each.text) < 300]
ANSWERS = [
    each.text
    for inputs in FAMILIES.values()
    for each in inputs
    if isinstance(each, A) and len(each.text) < 300
]
PIECES = [
    *("```", "~~~", "<!--", "-->", "[", "](", ")", "<", ">", "`", "#", "\n", "\n\n", "    ", "- "),
    *("> ", "|", "---", "\\", "&lt;", "@", "https://", "javascript:", "\r", "\t", "\x00", "\u2028"),
    *("\ufeff", "\u202e", "<div>", "</div>", "<script>", "]:", "[^1]: ", "shiploop:entry", "凍結"),
    *("freeze merges ", "Source: ", "![", "$$", "{{", "\ud800"),
]
DOCUMENTS = [
    "", "# FAQ\n", "# FAQ\r\n\r\nText", "\ufeff# FAQ\n\n- a\n", "---\nt: x\n---\n", "# FAQ\n\n```\n"
]  # fmt: skip

pieces = st.one_of(st.sampled_from(PIECES), st.sampled_from(SMALL), st.text(max_size=12))
texts = st.lists(pieces, max_size=8).map("".join)


def assert_old_entries_plus_at_most_one(found: Candidate) -> None:
    """Whether the gate lets it through or not, nothing else in the document changes."""
    before, entry = found.document, found.entry
    try:
        refused = check_answer(found)
        after = before if refused else insert(before, entry)
    except UnsafeDocumentError:
        return
    old = [one for one in entries(before) if one.question_hash != entry.question_hash]
    assert [one for one in entries(after) if one.question_hash != entry.question_hash] == old
    if not refused:
        assert find(after, entry.question_hash) == as_written(before, entry)
        assert remove(after, entry.question_hash) == remove(before, entry.question_hash)


@settings(max_examples=400)
@given(texts, st.sampled_from(DOCUMENTS) | st.just(document()))
@example("x\n\n<!-- /shiploop:entry x -->", "")
def test_whatever_a_model_says(text: str, faq: str) -> None:
    for found in (from_model(text), from_model(text, cite=False)):
        assert_old_entries_plus_at_most_one(replace(found, document=faq))


@settings(max_examples=400)
@given(texts)
def test_whatever_is_asked(text: str) -> None:
    question = check_question(text)
    if not isinstance(question, Question):
        return
    assert_old_entries_plus_at_most_one(candidate(question, from_model(GOOD).answer))
    extracted = extract(text)
    if extracted is not None:
        assert_old_entries_plus_at_most_one(extracted)


@settings(max_examples=200)
@given(st.sampled_from(ANSWERS), st.sampled_from(["", "So it is. ", "Freeze merges:\n\n"]))
def test_what_changes_the_document_otherwise_is_always_refused(text: str, before: str) -> None:
    """The gate's last rule holds by itself, whatever the others have found."""
    found = from_model(before + text)
    reasons, written = check_answer(found), in_dialect(found.entry, found.dialect)
    if reasons == (Refusal.TOO_LONG,):
        return
    if isinstance(written, Unwritable):
        assert written in reasons
        return
    refused = Refusal.CHANGES_DOCUMENT in reasons
    try:
        after = insert(found.document, written)
    except UnsafeEntryError:
        assert refused
    else:
        assert remove(after, found.entry.question_hash) == found.document


@pytest.mark.parametrize("text", ["", " ", "\n", "\ud800", "\x00"])
def test_what_is_nearly_nothing_is_refused(text: str) -> None:
    assert check_answer(from_model(text, cite=False))
