"""What a proposal's content holds: an entry as plain Markdown, and the dialect to write it in.

Whatever influences the bytes of an edit stands there, so that every runner and the merge gate
write the same.
"""

from collections.abc import Mapping
from typing import Any, Final

from shiploop.agents.faq.answering.answer import Answer, Generator, Unanswered
from shiploop.agents.faq.answering.draft import Draft
from shiploop.agents.faq.dialects.dialect import Dialect, Unwritable
from shiploop.agents.faq.dialects.known import DIALECTS
from shiploop.agents.faq.dialects.plain import GFM, UNKNOWN
from shiploop.agents.faq.dialects.writing import read
from shiploop.agents.faq.document.entry import Entry, clean_answer, in_dialect
from shiploop.agents.faq.document.moved_links import links_as_drafted
from shiploop.agents.faq.document.proposed import content_of, entry_for, entry_in, path_in
from shiploop.agents.faq.question import Question
from shiploop.domain.delivery.change import Proposal, Source
from shiploop.domain.delivery.github_text import title_text

_AGENT: Final = "faq"
_DIALECT: Final = "dialect"


def propose(
    question: Question, trace_id: str, draft: Draft, answer: Answer, where: tuple[str, Dialect]
) -> Proposal:
    """Propose an answer to a question; `where` is the file to put it into, and its dialect."""
    path, dialect = where
    entry = Entry(question.text, question.hash, question.slug, trace_id, clean_answer(answer.text))
    return Proposal(
        agent=_AGENT,
        title=f"Update FAQ - {title_text(question.text)}",
        summary=f"Adds the answer to: {title_text(question.text)}",
        content={**content_of(entry, path), _DIALECT: dialect.name},
        evidence=answer.sources,
        generator=answer.generator,
        assessment=draft.assessment,
        notes=draft.notes,
    )


def entry_of(proposal: Proposal) -> Entry:
    """The entry as plain Markdown."""
    return entry_in(proposal.content)


def path_of(proposal: Proposal) -> str:
    """The file that a proposal is about."""
    return path_in(proposal.content)


def dialect_in(proposal: Proposal) -> Dialect:
    """The dialect that a proposal names; before there were any, all was as GitHub shows it."""
    return DIALECTS.get(str(proposal.content.get(_DIALECT, GFM.name)), UNKNOWN)


def written_entry(proposal: Proposal) -> Entry | Unwritable:
    """The entry as it stands in the document."""
    entry = entry_for(entry_of(proposal), path_of(proposal))
    return in_dialect(entry, dialect_in(proposal))


def answer_as_read(proposal: Proposal) -> str:
    """The answer as it is read back from the document: in all else it is the same."""
    written = written_entry(proposal)
    if isinstance(written, Unwritable):
        return str(proposal.content["answer"])
    return read(links_as_drafted(written.answer, path_of(proposal)), dialect_in(proposal))


def answer_of(proposal: Proposal) -> Answer:
    """The answer as plain Markdown, with its sources."""
    generator: Generator = "model" if proposal.generator == "model" else "extractive"
    return Answer(str(proposal.content["answer"]), proposal.evidence, generator)


def answer_of_version_1(stored: Mapping[str, Any]) -> Answer | Unanswered:
    """What the step of the version before had stored: an answer, or the closest sections."""
    sources = tuple(Source(**one) for one in stored.get("sources", stored.get("closest", ())))
    if "text" not in stored:
        return Unanswered(sources)
    return Answer(stored["text"], sources, stored["generator"])
