"""Asks the FAQ agent as a task does: it drafts, edits and checks, and nothing else decides."""

import time
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, assert_never
from uuid import NAMESPACE_URL, uuid5

from pydantic import ValidationError

from bench.answers.questions import Asked
from shiploop.agents.agent import Agent, World
from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.delivery.change import (
    AlreadyThere,
    CannotEdit,
    Declined,
    Edited,
    Files,
    Level,
    Proposal,
)

LOOKED_AT: Final = 3
_NO_FAQ_YET: Final = "# FAQ\n"


class Outcome(StrEnum):
    """What becomes of a question."""

    AUTO = "auto"
    SUGGEST = "suggest"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, and what became of it.

    `place` is `path#anchor` of what is quoted, and `expected_place` whether that is right; None
    where nothing is quoted or no place is expected. `found`: whether an expected section is among
    the first that the search found. `confidence` is the judge's, where it has one.
    """

    asked: Asked
    outcome: Outcome
    reasons: tuple[str, ...]
    found: bool | None
    milliseconds: float
    place: str | None = None
    expected_place: bool | None = None
    text: str = ""
    kind: str = ""
    confidence: float | None = None

    def line(self) -> dict[str, Any]:
        """As plain values, for a line of JSON."""
        return {
            "question": self.asked.question,
            "outcome": self.outcome.value,
            "place": self.place,
            "expected_place": self.expected_place,
            "text": self.text,
            "judge": {"kind": self.kind, "confidence": self.confidence},
            "reasons": list(self.reasons),
            "milliseconds": round(self.milliseconds, 1),
        }


def ask(asked: Asked, agent: Agent[Any], library: Library) -> Answered:
    """Ask one question, of the FAQ as it stands in the folder; nothing is added to it.

    The FAQ stands where the repository has it, which is not `docs/FAQ.md` for each.
    """
    hits = library.index.search(asked.question, LOOKED_AT)
    found = asked.expects(f"{hit.section.path}#{hit.section.anchor}" for hit in hits)
    started_s = time.perf_counter()
    faqs = {path: text or _NO_FAQ_YET for path, text in library.faqs.items()}
    proposal = _proposed(asked.question, agent, faqs)
    milliseconds = (time.perf_counter() - started_s) * 1000
    if isinstance(proposal, Declined):
        reasons = (proposal.reason,)
        return Answered(asked, Outcome.DECLINED, reasons, found, milliseconds)
    places = [f"{source.path}#{source.anchor}" for source in proposal.evidence]
    return Answered(
        asked,
        _outcome(proposal.assessment.level),
        proposal.assessment.reasons,
        found,
        milliseconds,
        place=", ".join(places),
        expected_place=asked.expects(places),
        text=str(proposal.content["answer"]),
        kind=proposal.assessment.kind,
        confidence=proposal.confidence,
    )


def _proposed(question: str, agent: Agent[Any], faqs: Files) -> Proposal | Declined:
    """What the agent would have shipped or suggested; Declined also where its gate refuses it."""
    try:
        request = agent.request_model.model_validate({"question": question})
    except ValidationError as error:
        return Declined(error.errors()[0]["msg"])
    proposal = agent.draft(request, World(str(uuid5(NAMESPACE_URL, question))))
    if isinstance(proposal, Declined):
        return proposal
    match edit := agent.edit(proposal, faqs):
        case AlreadyThere() | CannotEdit():
            return Declined(edit.reason)
        case Edited():
            refused = agent.check(proposal, faqs)
            return Declined("; ".join(refused)) if refused else proposal
        case _:
            assert_never(edit)


def _outcome(level: Level) -> Outcome:
    match level:
        case Level.AUTO:
            return Outcome.AUTO
        case Level.SUGGEST:
            return Outcome.SUGGEST
        case _:
            assert_never(level)
