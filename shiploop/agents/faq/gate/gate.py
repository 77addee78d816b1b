"""The last word on an answer before it goes to production without a person reading it."""

from collections.abc import Iterator, Sequence

from shiploop.agents.faq.document.document import (
    UnsafeEntryError,
    entries,
    insert,
    remove,
)
from shiploop.agents.faq.document.entry import Entry
from shiploop.agents.faq.gate.ci import check_as_ci
from shiploop.agents.faq.gate.citation import check_citations, check_quotations, without_citation
from shiploop.agents.faq.gate.github import check_effects, check_visibility
from shiploop.agents.faq.gate.language import check_language, check_lookalikes
from shiploop.agents.faq.gate.link import check_bare_hosts, check_bare_links, check_links
from shiploop.agents.faq.gate.markup import check_length, check_markup
from shiploop.agents.faq.gate.privacy import check_privacy
from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.agents.faq.gate.site import check_site_syntax
from shiploop.agents.faq.gate.text import Candidate, fold, read_text
from shiploop.agents.faq.question import heading_text

__all__ = ["Candidate", "Refusal", "check_answer", "refusal_reason"]


def check_answer(candidate: Candidate) -> tuple[Refusal, ...]:
    """Return every reason not to ship an answer; none means that it may be shipped.

    Raises UnsafeDocumentError for a document that nothing can be appended to, whatever it is.
    """
    body = without_citation(candidate.entry.answer)
    citation = candidate.entry.answer.removeprefix(body)
    too_long = tuple(check_length(body, citation, candidate.answer.generator))
    if too_long:
        return too_long  # and perhaps too long to be parsed
    found = {*_of_answer(candidate), *_of_question(candidate), *_of_document(candidate)}
    # In its words only where ours do not say it better.
    found = found or {*_of_ci(candidate)}
    return tuple(refusal for refusal in Refusal if refusal in found)


def refusal_reason(refusals: Sequence[Refusal]) -> str:
    """Say in words why a question was declined although an answer had been written."""
    return " ".join(("the answer was not safe to ship:", *(each.value for each in refusals)))


def _of_ci(candidate: Candidate) -> Iterator[Refusal]:
    entry = candidate.entry
    return check_as_ci(entry.answer, heading_text(entry.question), candidate.allowed_hosts)


def _of_answer(candidate: Candidate) -> Iterator[Refusal]:
    text = read_text(candidate.entry.answer, candidate.document)
    yield from check_citations(candidate)
    yield from check_quotations(candidate, text)
    yield from check_language(candidate, text)
    yield from check_markup(text)
    yield from check_links(candidate, text)
    yield from check_site_syntax(text.raw, text.prose)
    yield from check_bare_hosts(text.prose, candidate.allowed_hosts, _documents(candidate))
    yield from check_privacy(text.seen, _documents(candidate))
    yield from check_effects(text.seen, fold(text.prose))
    yield from check_visibility("".join((text.raw, text.prose)).replace("\n", ""))


def _of_question(candidate: Candidate) -> Iterator[Refusal]:
    """Refuse what no escaping makes harmless.

    The heading shows what was typed, and a title or a commit its look-alike: there is no markup
    in them, and nobody is notified and no check skipped (see `heading_text` and `title_text`).
    """
    question = candidate.entry.question
    yield from check_site_syntax(question, question)
    yield from check_bare_links(question, candidate.allowed_hosts)
    yield from check_bare_hosts(question, candidate.allowed_hosts, _documents(candidate))
    yield from check_privacy(question, _documents(candidate))
    yield from check_visibility(question)
    yield from check_lookalikes(question)


def _documents(candidate: Candidate) -> str:
    return "\n".join(section.text for section in candidate.sections)


def _of_document(candidate: Candidate) -> Iterator[Refusal]:
    """Old entries plus one, and every other byte where it was."""
    before, entry = candidate.document, candidate.entry
    try:
        after = insert(before, entry)
    except UnsafeEntryError:
        yield Refusal.CHANGES_DOCUMENT
        return
    old, new = entries(before), entries(after)
    known = any(each.question_hash == entry.question_hash for each in old)
    rest = remove(before, entry.question_hash) if known else before
    if (
        entry not in new
        or _others(new, entry) != _others(old, entry)
        or remove(after, entry.question_hash) != rest
    ):
        yield Refusal.CHANGES_DOCUMENT


def _others(all_of_them: Sequence[Entry], entry: Entry) -> list[Entry]:
    return [each for each in all_of_them if each.question_hash != entry.question_hash]
