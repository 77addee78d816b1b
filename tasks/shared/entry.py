"""The entry that a run adds to the FAQ, and our signature's claim over it: no I/O."""

from shiploop.agents.faq.answering.answer import Answer
from shiploop.agents.faq.document.document import (
    Entry,
    UnsafeDocumentError,
    UnsafeEntryError,
    insert,
)
from shiploop.agents.faq.document.entry import clean_answer, render_entry
from shiploop.bootstrap import required, services
from shiploop.domain.delivery.provenance import Claim
from shiploop.domain.delivery.task import Run
from shiploop.errors import RepositoryUnusable

# What is signed does not depend on the level that the document's headings happen to have.
_SIGNED_LEVEL = 2


def entry_of(run: Run, answer: Answer) -> Entry:
    """The entry, the same however often it is made."""
    return Entry(
        question=run.question,
        question_hash=run.question_hash,
        slug=run.slug,
        trace_id=run.task_id,
        answer=clean_answer(answer.text),
    )


def with_entry(document: str, entry: Entry) -> str:
    """The FAQ with the entry in it. Raises RepositoryUnusable where that is not safe."""
    try:
        return insert(document, entry)
    except (UnsafeDocumentError, UnsafeEntryError) as error:
        raise RepositoryUnusable(f"the entry cannot stand in the FAQ: {error}") from error


def claim_of(run: Run, answer: Answer) -> Claim:
    """What our signature vouches for. Raises RepositoryUnusable."""
    try:
        text = render_entry(entry_of(run, answer), _SIGNED_LEVEL)
    except UnsafeEntryError as error:
        raise RepositoryUnusable(f"the entry cannot be written: {error}") from error
    return Claim(run.task_id, services().github.repository, run.question_hash, text)


def signing_keys() -> tuple[bytes, ...]:
    """The key that signs, then the one that did before, if any. Raises SettingMissing."""
    settings = services().settings
    key = required(settings.signing_key, "SHIPLOOP_SIGNING_KEY")
    kept = [each for each in (key, settings.previous_signing_key) if each is not None]
    return tuple(each.get_secret_value().encode() for each in kept)
