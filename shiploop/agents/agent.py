"""The seam: an agent decides which change is shipped, and the loop ships it.

A new agent is a module with `create_agent(settings, documents)`, named in SHIPLOOP_AGENTS. Its
eleven members are all that the loop ever asks of it; docs/architecture.md says when.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel

from shiploop.domain.delivery.change import (
    AlreadyThere,
    CannotEdit,
    Declined,
    Edited,
    Files,
    MergedChange,
    Proposal,
    Sighting,
)
from shiploop.domain.delivery.commit import CannotUndo
from shiploop.domain.prompt import Prompt, Reply
from shiploop.domain.upkeep.gap import DeclinedRequest, Gap
from shiploop.domain.upkeep.kept import Kept, Recall

# Begins the types of a request model's errors that are told in the agent's own words.
REFUSED = "refused_"

T = TypeVar("T")
RequestT = TypeVar("RequestT", bound=BaseModel)


class Repository(Protocol):
    """The repository's files, as they stood at one commit."""

    def markdown(self) -> dict[str, str]:
        """Every Markdown file in UTF-8, by path."""

    def text(self, path: str) -> str | None:
        """One file; None where there is none, none in UTF-8, or one too long."""

    def named(self, names: Collection[str]) -> tuple[str, ...]:
        """The paths of files that are called so, none deep down; the nearest to the top first."""

    def leave_out(self, path: str, reason: str) -> None:
        """Note what the agent leaves out of the files: `shiploop doctor` shows it."""

    def note(self, what: str) -> None:
        """Note what the agent has found out about the files: `shiploop doctor` shows it."""


class Documents(Protocol):
    """The repository's files as they were last fetched, some seconds ago at most."""

    def keep_ready(self, build: Callable[[Repository], T]) -> Callable[[], T]:
        """What `build` makes of the newest files, made anew in the background after each push.

        To be called when the agent is created; what it returns raises MirrorUnavailable.
        """


class Model(Protocol):
    """A language model."""

    @property
    def model(self) -> str:
        """Its name."""

    def ask(self, prompt: Prompt) -> Reply:
        """Its reply, within its deadline whatever happens. Raises ModelFailed."""


@dataclass(frozen=True, slots=True)
class World:
    """What an agent drafts with: the task's trace id, and a model where one is set.

    `earlier` is what a runner of the version before had drafted of this very task, as the plain
    JSON that it stored: a task goes on as it was, whoever goes on with it.
    """

    trace_id: str
    model: Model | None = None
    earlier: Mapping[str, Any] = field(default_factory=dict)


class Agent(Protocol[RequestT]):
    """What the loop asks of an agent: `name` and `request_model`, and nine questions."""

    @property
    def name(self) -> str:
        """Lower-case letters, digits and hyphens: in routes, branches, keys and numbers."""

    @property
    def request_model(self) -> type[RequestT]:
        """What is asked for, and the API's body; its first text is how the task is listed.

        A PydanticCustomError of a type that begins with REFUSED is told in its own words.
        """

    def dedupe_key(self, request: RequestT) -> str:
        """Equal for requests that are one: within an hour they have one task."""

    def reads(self, request: RequestT) -> tuple[str, ...]:
        """The paths that `edit` reads and writes: they are fetched while the agent drafts."""

    def draft(self, request: RequestT, world: World) -> Proposal | Declined:
        """Decide on the change. May take seconds; raises the errors of `shiploop.errors`."""

    def edit(self, proposal: Proposal, files: Files) -> Edited | AlreadyThere | CannotEdit:
        """Make the change. Pure, and the same bytes each time.

        It is made again on a new base after a conflict, and by the merge gate: what is merged
        is exactly `edit` of its parent.
        """

    def check(self, proposal: Proposal, files: Files) -> tuple[str, ...]:
        """The gate: every reason, in words, not to ship this; none means that it may go."""

    def undo(self, merged: MergedChange, files: Files) -> Mapping[str, str] | CannotUndo | None:
        """Take what a merge did out of today's files; None: not mine, merge it back textually."""

    def seen(self, proposal: Proposal) -> Sighting:
        """What production must show once the change is live."""

    def due(self, recall: Recall, world: World, most: int) -> tuple[Kept, ...]:
        """All that the agent has shipped and keeps true, as it stands in the newest files.

        What says something else than they do has a request with which it is asked again, `most`
        pieces at once; `recall` tells what earlier sweeps have noted. Raises MirrorUnavailable.
        """

    def lacks(self, declined: Sequence[DeclinedRequest]) -> tuple[Gap, ...]:
        """What the files lack, by what was declined, the most wanted first.

        Strangers have written it: what may not be shown to everybody is left out.
        """
