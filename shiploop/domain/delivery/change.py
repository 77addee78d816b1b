"""A change as the loop knows it: what an agent proposes, what files become of it, what is seen."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# Text by path; None for a file that is not there, or is no text.
Files = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Source:
    """A section of the repository's documents; `title` names its page and heading."""

    path: str
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a reader sees of a change: texts on a page of the site, one below the other.

    An empty `page` is what the site makes of `file`, or the FAQ's where that is empty. `anchor` is
    the id that the texts have in the file: the page's own is looked up. `absent` are texts that
    must not stand there so.
    """

    page: str
    anchor: str = ""
    texts: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    file: str = ""


class Level(StrEnum):
    """Who decides that a change is shipped: the loop by itself, or a person."""

    AUTO = "auto"
    SUGGEST = "suggest"


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a judge, which is not the writer, says of a proposal.

    `level` is the highest that it vouches for, `kind` the kind of answer, which earns and loses
    its level as one, and `reasons` say why, in words that a maintainer understands.
    """

    level: Level = Level.AUTO
    kind: str = ""
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that an agent wants to be shipped.

    `title` is the pull request's title and the commit's headline, `summary` the first line of
    the pull request: both harmless on GitHub already. `content` is JSON, and all that the
    edit is made of. `notes` are kept with the task: what drafting it took.
    """

    agent: str
    title: str
    summary: str
    content: Mapping[str, Any]
    evidence: tuple[Source, ...] = ()
    generator: str = ""
    confidence: float | None = None
    assessment: Assessment = field(default_factory=Assessment)
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Declined:
    """An agent proposes nothing, and why; `closest` is what comes nearest to an answer.

    `looked_for` is the proposal as far as it goes: the files may hold already what it is about.
    """

    reason: str
    closest: tuple[Source, ...] = ()
    looked_for: Proposal | None = None
    notes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Edited:
    """The files that an edit changes, whole, by path."""

    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """The files hold already what is proposed, and where a reader finds it."""

    reason: str
    place: Sighting


@dataclass(frozen=True, slots=True)
class CannotEdit:
    """The files are such that the change cannot be made: a person has to mend them first."""

    reason: str


@dataclass(frozen=True, slots=True)
class MergedChange:
    """What one merge did: the files that it changed, before and after it."""

    before: Files
    after: Files


def content_hash(proposal: Proposal) -> str:
    """SHA-256, in hexadecimal, of the canonical JSON of all that a proposal's edit is made of.

    Canonical: sorted keys, no spaces, so that equal contents have equal bytes.
    """
    made_of = {"agent": proposal.agent, "title": proposal.title, "content": proposal.content}
    text = json.dumps(made_of, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
