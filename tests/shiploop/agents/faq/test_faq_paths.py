"""The FAQ is the file that the repository has, and what is drafted says which."""

from dataclasses import replace

from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.question import AskRequest
from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.delivery.change import (
    AlreadyThere,
    CannotEdit,
    Edited,
    MergedChange,
    Proposal,
    Sighting,
)
from shiploop.domain.prompt import Prices
from shiploop.domain.upkeep.kept import Noted, Standing
from tests.builders import TASK_ID
from tests.files import Files

GUIDE = (
    "# Guide\n\n## How do I rotate keys?\n\n- Stop it.\n- Rotate the keys with `rotate`.\n\n"
    "See [other](other.md).\n"
)
FILES = {
    "FAQ.md": "# FAQ\n\n### Why?\n\n* a\n* b\n",
    "docs/guide.md": GUIDE,
    "docs/other.md": "# Other\n\nText.\n",
}
REQUEST = AskRequest(question="How do I rotate keys?")


def an_agent(files: dict[str, str], *paths: str) -> FaqAgent:
    library = Library.of(Files(files), faq_paths=paths)
    return FaqAgent(lambda: library, "", frozenset(), Prices(0, 0))


def drafted(agent: FaqAgent) -> Proposal:
    proposal = agent.draft(REQUEST, World(TASK_ID))
    assert isinstance(proposal, Proposal)
    return proposal


def test_an_entry_goes_into_the_file_that_is_there_and_links_from_it() -> None:
    agent = an_agent(FILES)
    assert agent.reads(REQUEST) == ("FAQ.md",)
    proposal = drafted(agent)
    assert proposal.content["path"] == "FAQ.md"
    edited = agent.edit(proposal, FILES)
    assert isinstance(edited, Edited)
    (after,) = edited.files.values()
    assert "\n* Rotate the keys with `rotate`.\n\nSee [other](docs/other.md).\n" in after
    assert "](docs/guide.md#how-do-i-rotate-keys)\n" in after
    assert agent.check(proposal, FILES) == ()
    assert agent.seen(proposal).file == "FAQ.md"
    merged = MergedChange({"FAQ.md": FILES["FAQ.md"]}, edited.files)
    assert agent.undo(merged, edited.files) == {"FAQ.md": FILES["FAQ.md"]}


def test_an_entry_is_looked_after_where_it_stands() -> None:
    agent = an_agent(FILES)
    proposal = drafted(agent)
    edited = agent.edit(proposal, FILES)
    assert isinstance(edited, Edited)
    later = an_agent({**FILES, **edited.files})
    noted = Noted(made_of=proposal.notes["made_of"])
    (kept,) = later.due(lambda traces: dict.fromkeys(traces, noted), World(TASK_ID), 5)
    assert (kept.standing, kept.place.file) == (Standing.CURRENT, "FAQ.md")
    assert kept.sources == proposal.evidence
    again = replace(proposal, content={**proposal.content, "trace_id": "another"})
    assert isinstance(later.edit(again, edited.files), AlreadyThere)


def test_a_proposal_that_names_no_file_means_the_usual_one() -> None:
    agent = an_agent({**FILES, "docs/FAQ.md": "# FAQ\n"})
    proposal = drafted(agent)
    assert "path" not in proposal.content
    assert agent.seen(proposal).file == ""
    assert isinstance(an_agent(FILES).edit(proposal, FILES), CannotEdit)


def test_the_setting_wins_and_a_question_goes_to_the_file_in_its_language() -> None:
    files = {
        **FILES,
        "help/questions.md": "# Questions\n\n## What is the meaning of all this?\n\nNothing.\n",
        "help/zh.md": "# 常見問題\n\n## 這是什麼東西？\n\n這是一個很好的東西，大家都喜歡它。\n",
    }
    agent = an_agent(files, "help/questions.md", "help/zh.md")
    assert agent.reads(REQUEST) == ("help/questions.md", "help/zh.md")
    assert drafted(agent).content["path"] == "help/questions.md"
    library = Library.of(Files(files), faq_paths=("help/questions.md", "help/zh.md"))
    assert library.faq_for("如何重設密碼？") == "help/zh.md"
    assert agent.seen(drafted(agent)) == Sighting(
        "", agent.seen(drafted(agent)).anchor, agent.seen(drafted(agent)).texts,
        file="help/questions.md",
    )  # fmt: skip
