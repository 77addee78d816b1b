"""The agents of this process, as the loop asks them: loaded by the names of their modules."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shiploop.agents.agent import REFUSED, Agent, Documents, Model, World
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
from shiploop.domain.delivery.task import Task, TaskRequest
from shiploop.domain.upkeep.gap import DeclinedRequest, Gap
from shiploop.domain.upkeep.kept import Kept, Recall
from shiploop.errors import PermanentError
from shiploop.settings import Settings


class UnknownAgent(PermanentError):
    """A task is one of an agent that SHIPLOOP_AGENTS does not name here."""


class AgentUnusable(PermanentError):
    """A module that SHIPLOOP_AGENTS names holds no agent that can be loaded."""


class RequestRefused(PermanentError):
    """What was asked of an agent is not what it takes; the message says why."""


class AgentMisbehaves(PermanentError):
    """An agent does what its contract rules out: a bug of the agent's."""


class Agents:
    """Asks the right agent what the loop has to know, by the names in tasks and proposals."""

    def __init__(self, agents: Iterable[Agent[Any]], model: Model | None) -> None:
        """Raises AgentUnusable where two have one name."""
        self._agents: dict[str, Agent[Any]] = {}
        self._model = model
        for agent in agents:
            if agent.name in self._agents:
                raise AgentUnusable(
                    f"SHIPLOOP_AGENTS names two agents that are called {agent.name!r}"
                )
            self._agents[agent.name] = agent

    @property
    def names(self) -> tuple[str, ...]:
        """Their names, in the order of the setting."""
        return tuple(self._agents)

    def all(self) -> tuple[Agent[Any], ...]:
        """Every agent, in the order of the setting."""
        return tuple(self._agents.values())

    def named(self, name: str) -> Agent[Any]:
        """The agent of that name. Raises UnknownAgent."""
        if name not in self._agents:
            raise UnknownAgent(
                f"there is no agent {name!r} here, only {', '.join(self._agents)}: "
                "name its module in SHIPLOOP_AGENTS"
            )
        return self._agents[name]

    def ask(self, name: str, fields: Mapping[str, Any]) -> TaskRequest:
        """Read what is asked of an agent. Raises UnknownAgent and RequestRefused."""
        agent = self.named(name)
        try:
            request = agent.request_model.model_validate(dict(fields))
        except ValidationError as error:
            raise RequestRefused("; ".join(map(_told, error.errors()))) from error
        return task_request(agent, request)

    def reads(self, task: Task) -> tuple[str, ...]:
        """The paths that the task's edit reads and writes. Raises UnknownAgent."""
        return self.named(task.agent).reads(self._request_of(task))

    def draft(self, task: Task, earlier: Mapping[str, Any]) -> Proposal | Declined:
        """Let the task's agent decide on the change. Raises UnknownAgent, and what it raises."""
        world = World(task.task_id, self._model, earlier)
        return self.named(task.agent).draft(self._request_of(task), world)

    def edit(self, proposal: Proposal, files: Files) -> Edited | AlreadyThere | CannotEdit:
        """Make the change on these files; a file that stays as it is is none of the change.

        All stay as they are where the task's own change was merged. Raises AgentMisbehaves for
        an edit of other files.
        """
        edited = self.named(proposal.agent).edit(proposal, files)
        if not isinstance(edited, Edited):
            return edited
        _raise_for_others(proposal.agent, edited.files, files)
        changed = {path: text for path, text in edited.files.items() if text != files[path]}
        return Edited(changed) if changed else edited

    def check(self, proposal: Proposal, files: Files) -> tuple[str, ...]:
        """Every reason not to ship the change."""
        return self.named(proposal.agent).check(proposal, files)

    def seen(self, proposal: Proposal) -> Sighting:
        """What production must show of the change."""
        return self.named(proposal.agent).seen(proposal)

    def undo(self, merged: MergedChange, files: Files) -> Mapping[str, str] | CannotUndo | None:
        """Take a merge out of today's files, by the first agent that knows it for its own."""
        for name, agent in self._agents.items():
            undone = agent.undo(merged, files)
            if isinstance(undone, Mapping):
                _raise_for_others(name, undone, files)
            if undone is not None:
                return undone
        return None

    def due(self, name: str, recall: Recall, most: int) -> tuple[Kept, ...]:
        """All that an agent has shipped, and what of it to ask again. Raises MirrorUnavailable."""
        return self.named(name).due(recall, World("", self._model), most)

    def ask_again(self, name: str, kept: Kept, fields: Mapping[str, Any]) -> TaskRequest:
        """The request with which a piece is asked again: one for each change of what it cites."""
        request = self.ask(name, fields)
        once = f"{request.dedupe_key} {kept.made_of}"
        return replace(request, dedupe_key=hashlib.sha256(once.encode()).hexdigest())

    def lacks(self, name: str, declined: Sequence[DeclinedRequest]) -> tuple[Gap, ...]:
        """What an agent's files lack, by what was declined."""
        return self.named(name).lacks(declined)

    def _request_of(self, task: Task) -> BaseModel:
        request: BaseModel = self.named(task.agent).request_model.model_validate(dict(task.request))
        return request


def _told(error: ErrorDetails) -> str:
    """What is wrong, with the field that it is about; an agent's own words stand alone."""
    if error["type"].startswith(REFUSED):
        return error["msg"]
    return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"


def _raise_for_others(name: str, written: Mapping[str, str], files: Files) -> None:
    if others := ", ".join(sorted(written.keys() - files.keys())):
        raise AgentMisbehaves(f"agent {name} edits what it does not read: {others}")


def task_request(agent: Agent[Any], request: BaseModel) -> TaskRequest:
    """What the intake stores of a request."""
    fields = request.model_dump(mode="json")
    texts = (value for value in fields.values() if isinstance(value, str))
    return TaskRequest(agent.name, fields, agent.dedupe_key(request), next(texts, agent.name))


def load_agents(settings: Settings, documents: Documents, model: Model | None) -> Agents:
    """Load the agent of each module of SHIPLOOP_AGENTS. Raises AgentUnusable, which names it."""
    return Agents((_load(module, settings, documents) for module in settings.agents), model)


def _load(module: str, settings: Settings, documents: Documents) -> Agent[Any]:
    try:
        agent: Agent[Any] = import_module(module).create_agent(settings, documents)
    except (ImportError, AttributeError) as error:
        raise AgentUnusable(f"SHIPLOOP_AGENTS: {module} holds no agent: {error}") from error
    return agent
