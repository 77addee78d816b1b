"""The last word on an answer before it goes to production without a person reading it."""

from collections.abc import Collection, Iterator, Sequence

from shiploop.agents.faq.dialects.dialect import Unwritable
from shiploop.agents.faq.dialects.plain import UNKNOWN
from shiploop.agents.faq.dialects.writing import write_heading
from shiploop.agents.faq.document.document import (
    UnsafeEntryError,
    as_written,
    entries,
    insert,
    remove,
)
from shiploop.agents.faq.document.entry import Entry, in_dialect
from shiploop.agents.faq.document.markers import NEWLINE, match_marker, unify_newlines
from shiploop.agents.faq.gate.ci import check_as_ci, frames_in
from shiploop.agents.faq.gate.citation import check_citations, check_quotations, without_citation
from shiploop.agents.faq.gate.github import check_effects, check_visibility
from shiploop.agents.faq.gate.language import check_language, check_lookalikes
from shiploop.agents.faq.gate.link import check_bare_hosts, check_bare_links, check_links
from shiploop.agents.faq.gate.markup import check_length, check_markup
from shiploop.agents.faq.gate.privacy import check_privacy
from shiploop.agents.faq.gate.refusal import Refusal
from shiploop.agents.faq.gate.site import check_alerts, check_site_syntax
from shiploop.agents.faq.gate.text import Candidate, Text, fold, read_text

__all__ = [
    "Candidate",
    "Reason",
    "Refusal",
    "check_answer",
    "check_text",
    "is_too_long",
    "refusal_reason",
]

Reason = Refusal | Unwritable


def check_answer(candidate: Candidate) -> tuple[Reason, ...]:
    """Return every reason not to ship an answer; none means that it may be shipped.

    Raises UnsafeDocumentError for a document that nothing can be appended to, whatever it is.
    """
    if is_too_long(candidate):
        return (Refusal.TOO_LONG,)
    found = {*_of_answer(candidate), *_of_question(candidate)}
    written = in_dialect(candidate.entry, candidate.dialect)
    if isinstance(written, Unwritable):
        return (*_in_order(found), written)
    try:
        after = insert(candidate.document, written, candidate.dialect)
    except UnsafeEntryError:
        return _in_order({*found, Refusal.CHANGES_DOCUMENT})
    found |= {*_of_document(candidate, written, after)}
    # In its words only where ours do not say it better.
    return _in_order(found or {*_of_ci(candidate, written, after)})


def check_text(candidate: Candidate) -> tuple[Reason, ...]:
    """Return what is against the text of an answer, wherever it is from and is added to."""
    if is_too_long(candidate):
        return (Refusal.TOO_LONG,)
    return _in_order({*_of_text(candidate, read_text(candidate.entry.answer))})


def is_too_long(candidate: Candidate) -> bool:
    """Tell whether an answer is longer than may be shipped, and perhaps than may be parsed."""
    body = without_citation(candidate.entry.answer)
    citation = candidate.entry.answer.removeprefix(body)
    return any(check_length(body, citation, candidate.answer.generator))


def _in_order(found: Collection[Refusal]) -> tuple[Refusal, ...]:
    return tuple(refusal for refusal in Refusal if refusal in found)


def refusal_reason(refusals: Sequence[Reason]) -> str:
    """Say in words why a question was declined although an answer had been written."""
    return " ".join(("the answer was not safe to ship:", *(each.value for each in refusals)))


def _of_ci(candidate: Candidate, written: Entry, after: str) -> Iterator[Refusal]:
    heading = write_heading(written.question, candidate.dialect)
    assert not isinstance(heading, Unwritable)
    hosts = candidate.allowed_hosts
    yield from check_as_ci(written.answer, heading, hosts)
    # A question that is no heading to a reader of lines, and its line in a table of contents.
    beside = "\n".join(_beside_answer(candidate.document, written, after))
    # The document is long: it is read only where a question stands in something.
    frames = frames_in(beside) and frames_in(unify_newlines(candidate.document))
    yield from check_as_ci(beside, heading, hosts, frames)


def _beside_answer(before: str, written: Entry, after: str) -> Iterator[str]:
    known = {*NEWLINE.split(before), *as_written(before, written).answer.split("\n")}
    for line in NEWLINE.split(after):
        if line not in known and not match_marker(line):
            yield line


def _of_answer(candidate: Candidate) -> Iterator[Refusal]:
    text = read_text(candidate.entry.answer, candidate.document)
    yield from check_citations(candidate)
    yield from check_quotations(candidate, text)
    yield from check_language(candidate, text)
    yield from _of_text(candidate, text)


def _of_text(candidate: Candidate, text: Text) -> Iterator[Refusal]:
    yield from check_markup(text)
    yield from check_links(candidate, text)
    yield from check_alerts(text.raw)
    if candidate.dialect == UNKNOWN:
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
    if candidate.dialect == UNKNOWN:
        yield from check_site_syntax(question, question)
    yield from check_bare_links(question, candidate.allowed_hosts)
    yield from check_bare_hosts(question, candidate.allowed_hosts, _documents(candidate))
    yield from check_privacy(question, _documents(candidate))
    yield from check_visibility(question)
    yield from check_lookalikes(question)


def _documents(candidate: Candidate) -> str:
    """What the cited sections say, with what their page says of itself."""
    return "\n".join("\n".join((*each.marks, each.text)) for each in candidate.sections)


def _of_document(candidate: Candidate, entry: Entry, after: str) -> Iterator[Refusal]:
    """Old entries plus one, and every other byte where it was."""
    before = candidate.document
    old, new = entries(before), entries(after)
    known = any(each.question_hash == entry.question_hash for each in old)
    rest = remove(before, entry.question_hash) if known else before
    if (
        as_written(before, entry) not in new
        or _others(new, entry) != _others(old, entry)
        or remove(after, entry.question_hash) != rest
    ):
        yield Refusal.CHANGES_DOCUMENT


def _others(all_of_them: Sequence[Entry], entry: Entry) -> list[Entry]:
    return [each for each in all_of_them if each.question_hash != entry.question_hash]
