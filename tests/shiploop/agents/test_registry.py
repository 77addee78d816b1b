"""The agents of a process: which one is asked, and what an agent must not do."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from shiploop.agents.agent import World
from shiploop.agents.registry import (
    AgentMisbehaves,
    Agents,
    AgentUnusable,
    RequestRefused,
    UnknownAgent,
    load_agents,
    task_request,
)
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
from shiploop.domain.delivery.task import TaskRequest
from shiploop.domain.upkeep.gap import DeclinedRequest, Gap
from shiploop.domain.upkeep.kept import Kept, Noted, Recall, Standing
from shiploop.errors import PermanentError
from shiploop.settings import Settings
from tests.builders import TASK_ID, a_request, a_task

FAQ = "shiploop.agents.faq.agent"
PROPOSAL = Proposal("lines", "Add a line", "Adds it", {"line": "one"})
MERGED = MergedChange({"a.txt": ""}, {"a.txt": "one\n"})
TODAY: Files = {"a.txt": "one\ntwo\n"}

KEPT = Kept("one", "One", "task-1", Sighting("/lines"), (), Standing.CHANGED, "")

Undone = Mapping[str, str] | CannotUndo | None


class Line(BaseModel):
    """A line for a file, and how often it is to stand there."""

    model_config = ConfigDict(extra="forbid", strict=True)

    times: int
    line: str
    file: str = "a.txt"


class Lines:
    """An agent that edits and undoes what it is told to."""

    request_model = Line

    def __init__(
        self,
        name: str = "lines",
        edited: Edited | AlreadyThere | CannotEdit | None = None,
        undone: Undone = None,
    ) -> None:
        self.name = name
        self.edited = edited or Edited({"a.txt": "one\n"})
        self.undone = undone
        self.drafted: list[tuple[Line, World]] = []

    def dedupe_key(self, request: Line) -> str:
        return request.line.casefold()

    def reads(self, request: Line) -> tuple[str, ...]:
        return (request.file,)

    def draft(self, request: Line, world: World) -> Proposal | Declined:
        self.drafted.append((request, world))
        return PROPOSAL

    def edit(self, proposal: Proposal, files: Files) -> Edited | AlreadyThere | CannotEdit:
        return self.edited

    def check(self, proposal: Proposal, files: Files) -> tuple[str, ...]:
        return ("it is too short",)

    def undo(self, merged: MergedChange, files: Files) -> Undone:
        return self.undone

    def seen(self, proposal: Proposal) -> Sighting:
        return Sighting("/lines")

    def due(self, recall: Recall, world: World, most: int) -> tuple[Kept, ...]:
        noted = recall({"one": "task-1"})
        return (replace(KEPT, made_of=noted["one"].made_of, request={"line": "Again"}),)[:most]

    def lacks(self, declined: Sequence[DeclinedRequest]) -> tuple[Gap, ...]:
        return tuple(Gap(each.title, 1, each.at) for each in declined)


class Later:
    """Documents that nobody asks for."""

    def keep_ready(self, build: object) -> Any:
        return lambda: None


def settings(*modules: str) -> Settings:
    return Settings(_env_file=None, agents=modules)


def test_the_agents_of_the_setting_are_loaded_in_its_order() -> None:
    toy = "tests.toy_agent.agent"
    agents = load_agents(settings(toy, FAQ), Later(), None)
    assert agents.names == ("notes", "faq")
    assert tuple(agent.name for agent in agents.all()) == agents.names
    assert agents.named("faq").name == "faq"


@pytest.mark.parametrize(
    "module", ["shiploop.agents.gone", "shiploop.agents.registry", "tests.toy_agent", "no such"]
)
def test_a_module_without_an_agent_is_named_with_its_setting(module: str) -> None:
    with pytest.raises(AgentUnusable, match=f"SHIPLOOP_AGENTS: {module} holds no agent: "):
        load_agents(settings(FAQ, module), Later(), None)


def test_an_agent_that_is_not_here_is_unknown_whatever_is_asked_of_it() -> None:
    agents, task = Agents([Lines(), Lines("more")], None), replace(a_task(), agent="gone")
    proposal = replace(PROPOSAL, agent="gone")
    for ask in (
        lambda: agents.named("gone"),
        lambda: agents.ask("gone", {}),
        lambda: agents.reads(task),
        lambda: agents.draft(task, {}),
        lambda: agents.edit(proposal, {}),
        lambda: agents.check(proposal, {}),
        lambda: agents.seen(proposal),
    ):
        with pytest.raises(UnknownAgent, match=r"no agent 'gone' here, only lines, more: .+") as no:
            ask()
        assert isinstance(no.value, PermanentError)
        assert "SHIPLOOP_AGENTS" in str(no.value)


def test_what_is_asked_becomes_what_the_intake_stores() -> None:
    fields = {"times": 2, "line": "Ship It", "file": "b.txt"}
    request = Agents([Lines()], None).ask("lines", fields)
    assert request == TaskRequest("lines", fields, "ship it", "Ship It")


def test_a_question_is_asked_of_the_faq_as_before() -> None:
    agents = load_agents(settings(FAQ), Later(), None)
    asked = agents.ask("faq", {"question": "  What is the worker heartbeat mechanism?\t"})
    assert asked == a_request()


def test_a_task_is_listed_by_the_first_text_of_its_request() -> None:
    assert task_request(Lines(), Line(times=2, line="First", file="Second")).title == "First"


def test_a_task_without_any_text_is_listed_by_its_agent() -> None:
    class Number(BaseModel):
        number: int

    class Numbers(Lines):
        request_model = Number  # type: ignore[assignment]

        def dedupe_key(self, request: Any) -> str:
            return str(request.number)

    request = Agents([Numbers("numbers")], None).ask("numbers", {"number": 7})
    assert request == TaskRequest("numbers", {"number": 7}, "7", "numbers")


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "^times: Field required; line: Field required$"),
        ({"times": 1, "line": "x", "more": 1}, "^more: Extra inputs are not permitted$"),
        ({"times": "1", "line": "x"}, "^times: Input should be a valid integer$"),
        ({"times": "1", "line": 2}, "valid integer; line: Input should be a valid string$"),
    ],
)
def test_a_request_that_the_agent_does_not_take_is_refused_in_words(
    fields: dict[str, object], words: str
) -> None:
    with pytest.raises(RequestRefused, match=words) as refused:
        Agents([Lines()], None).ask("lines", fields)
    assert "\n" not in str(refused.value)


def test_what_is_no_question_is_refused_in_the_faqs_own_words() -> None:
    agents = load_agents(settings(FAQ), Later(), None)
    with pytest.raises(RequestRefused, match=r"^The question is blank\.$"):
        agents.ask("faq", {"question": " "})


def test_a_task_is_drafted_by_its_own_agent_of_its_own_request() -> None:
    lines, others = Lines(), Lines("others")
    request: dict[str, Any] = {"times": 1, "line": "one", "file": "b.txt"}
    task = replace(a_task(), agent="lines", request=request)
    agents = Agents([others, lines], None)
    assert agents.reads(task) == ("b.txt",)
    assert agents.draft(task, {"text": "before"}) == PROPOSAL
    assert lines.drafted == [(Line(**request), World(TASK_ID, None, {"text": "before"}))]
    assert others.drafted == []


def test_a_proposal_is_checked_and_looked_for_by_its_own_agent() -> None:
    agents = Agents([Lines("others"), Lines()], None)
    assert agents.check(PROPOSAL, TODAY) == ("it is too short",)
    assert agents.seen(PROPOSAL) == Sighting("/lines")


@pytest.mark.parametrize(
    "edited",
    [
        Edited({"a.txt": "one\n"}),
        AlreadyThere("it is there", Sighting("/lines")),
        CannotEdit("it is full"),
    ],
)
def test_what_an_agent_makes_of_the_files_that_it_reads_is_its_own(
    edited: Edited | AlreadyThere | CannotEdit,
) -> None:
    assert Agents([Lines(edited=edited)], None).edit(PROPOSAL, TODAY) == edited


def test_an_agent_that_edits_what_it_does_not_read_misbehaves() -> None:
    agents = Agents([Lines(edited=Edited({"c.txt": "", "a.txt": "", "b.txt": ""}))], None)
    with pytest.raises(AgentMisbehaves, match=r"lines edits what it does not read: b\.txt, c\.txt"):
        agents.edit(PROPOSAL, TODAY)


def test_an_edit_that_was_merged_is_the_same_once_more() -> None:
    merged = Edited({"a.txt": "one\ntwo\n"})
    assert Agents([Lines(edited=merged)], None).edit(PROPOSAL, TODAY) == merged


def test_a_file_that_stays_as_it_is_is_none_of_the_change() -> None:
    files = {**TODAY, "b.txt": "as before"}
    agents = Agents([Lines(edited=Edited({"a.txt": "new", "b.txt": "as before"}))], None)
    assert agents.edit(PROPOSAL, files) == Edited({"a.txt": "new"})


def test_an_agent_that_undoes_what_it_was_not_given_misbehaves() -> None:
    agents = Agents([Lines(undone={"b.txt": ""})], None)
    with pytest.raises(AgentMisbehaves, match=r"lines edits what it does not read: b\.txt"):
        agents.undo(MERGED, TODAY)


def test_two_agents_of_one_name_are_refused() -> None:
    with pytest.raises(AgentUnusable, match="two agents that are called 'lines'"):
        Agents([Lines(), Lines()], None)


def test_the_first_agent_that_knows_a_merge_for_its_own_undoes_it() -> None:
    foreign, own, late = Lines("a"), Lines("b", undone={"a.txt": "two\n"}), Lines("c", undone={})
    assert Agents([foreign, own, late], None).undo(MERGED, TODAY) == {"a.txt": "two\n"}
    assert Agents([foreign, late, own], None).undo(MERGED, TODAY) == {}
    assert Agents([foreign], None).undo(MERGED, TODAY) is None
    assert Agents([], None).undo(MERGED, TODAY) is None


def test_what_an_agent_knows_for_its_own_and_cannot_undo_is_not_left_to_the_next() -> None:
    refused = CannotUndo("a person has edited it since")
    agents = Agents([Lines("a", undone=refused), Lines("b", undone={"a.txt": ""})], None)
    assert agents.undo(MERGED, TODAY) == refused


def test_what_is_due_is_asked_once_for_each_change_of_what_it_is_made_of() -> None:
    agents = Agents([Lines()], None)
    (kept,) = agents.due("lines", lambda pieces: dict.fromkeys(pieces, Noted("before")), 1)
    assert kept.made_of == "before"
    fields = {"line": "Again", "times": 1}
    first = agents.ask_again("lines", kept, fields)
    assert (first.agent, first.title) == ("lines", "Again")
    assert first.dedupe_key == agents.ask_again("lines", kept, fields).dedupe_key
    changed = agents.ask_again("lines", replace(kept, made_of="after"), fields)
    assert len({first.dedupe_key, changed.dedupe_key, "again"}) == 3
    with pytest.raises(RequestRefused):
        agents.ask_again("lines", kept, {"line": 7})
