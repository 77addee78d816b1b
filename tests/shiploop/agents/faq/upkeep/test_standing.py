"""How entries stand against documents that have changed since, and which are asked again."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.answering.answer import plain_texts
from shiploop.agents.faq.document.document import FAQ_PATH, entries, insert
from shiploop.agents.faq.question import AskRequest, question_hash
from shiploop.agents.faq.retrieval.library import Library
from shiploop.agents.faq.upkeep.cited import hash_of_answer
from shiploop.domain.delivery.change import AlreadyThere, Edited, Level, Proposal, Sighting
from shiploop.domain.limits import MAX_ANSWERED_ANEW, MAX_SECTION_CHARACTERS
from shiploop.domain.prompt import Prices, Prompt, Reply
from shiploop.domain.upkeep.kept import Kept, Noted, Standing
from tests.builders import TASK_ID, an_entry
from tests.files import Files

FAQ = "# FAQ\n\nWhat people ask.\n"
PAGE = "docs/workers.md"
QUESTION = "How often does a worker beat?"
SAYS = "A worker writes a heartbeat every five seconds."
WORKERS = (
    f"# Workers\n\nThey work.\n\n## {QUESTION}\n\n{SAYS}\n\n"
    "## Where are the logs of a worker?\n\nLogs are written to a folder.\n"
)
LOGS = "Where are the logs of a worker?"


class Repository(Files):
    """One of which all is read."""

    def leave_out(self, path: str, reason: str) -> None:
        assert reason.startswith("it is a copy"), f"{path}: {reason}"


class NeverAsked:
    """A model that a sweep must not ask."""

    model = "a-model"

    def ask(self, prompt: Prompt) -> Reply:
        raise AssertionError("a sweep asks no model")


def agent_over(faq: str, pages: Mapping[str, str]) -> FaqAgent:
    library = Library.of(Repository({FAQ_PATH: faq, **pages}))
    return FaqAgent(lambda: library, "/faq", frozenset(), Prices(None, None))


def shipped(faq: str, question: str, pages: Mapping[str, str]) -> tuple[str, str]:
    """The FAQ with the answer to a question, and what that is noted to be made of."""
    agent = agent_over(faq, pages)
    proposal = agent.draft(AskRequest(question=question), World(TASK_ID))
    assert isinstance(proposal, Proposal), proposal
    edited = agent.edit(proposal, {FAQ_PATH: faq})
    assert isinstance(edited, Edited)
    return edited.files[FAQ_PATH], proposal.notes["made_of"]


def due(
    faq: str,
    pages: Mapping[str, str],
    noted: Noted,
    most: int = 20,
    model: NeverAsked | None = None,
) -> tuple[Kept, ...]:
    """All entries, each with the same note."""
    agent = agent_over(faq, pages)
    return agent.due(lambda pieces: dict.fromkeys(pieces, noted), World("", model), most)


WITHOUT = WORKERS.replace(f"## {QUESTION}\n\n{SAYS}\n\n", "")
CHANGES = [
    ("nothing", {PAGE: WORKERS}, Standing.CURRENT),
    ("line breaks", {PAGE: WORKERS.replace("writes a", "writes\na")}, Standing.CURRENT),
    ("another section", {PAGE: WORKERS.replace("a folder", "Redis")}, Standing.CURRENT),
    ("another page", {PAGE: WORKERS, "docs/new.md": "# New\n\nNews.\n"}, Standing.CURRENT),
    ("a word", {PAGE: WORKERS.replace("five seconds", "nine seconds")}, Standing.CHANGED),
    ("what is not quoted", {PAGE: WORKERS.replace(SAYS, f"{SAYS}\n\n<br>")}, Standing.CURRENT),
    ("the page's name", {"docs/runners.md": WORKERS}, Standing.MOVED),
    ("its folder", {"handbook/workers.md": WORKERS}, Standing.MOVED),
    ("the heading", {PAGE: WORKERS.replace("does a worker", "a worker does")}, Standing.MOVED),
    (
        "its page",
        {PAGE: WITHOUT, "docs/beat.md": f"# Beat\n\n## {QUESTION}\n\n{SAYS}\n"},
        Standing.MOVED,
    ),
    ("the section is gone", {PAGE: WITHOUT}, Standing.GONE),
    ("the page is gone", {"docs/other.md": "# Other\n\nNothing of it.\n"}, Standing.GONE),
]


@pytest.mark.parametrize(("what", "pages", "standing"), CHANGES, ids=[row[0] for row in CHANGES])
def test_an_entry_stands_as_what_it_cites_does(
    what: str, pages: dict[str, str], standing: Standing
) -> None:
    faq, made_of = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    (kept,) = due(faq, pages, Noted(made_of))
    assert kept.standing is standing
    assert kept.request == ({"question": QUESTION, "again": True} if standing.is_due else None)
    assert (kept.key, kept.task_id) == (question_hash(QUESTION), TASK_ID)
    (asked,) = due(faq, pages, Noted(made_of, kept.made_of))
    assert asked.request is None  # once for one change
    if standing.is_due:
        assert asked.standing is Standing.ASKED


def test_what_was_asked_for_one_change_is_asked_again_for_the_next() -> None:
    faq, made_of = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    (nine,) = due(faq, {PAGE: WORKERS.replace("five", "nine")}, Noted(made_of))
    (ten,) = due(faq, {PAGE: WORKERS.replace("five", "ten")}, Noted(made_of, nine.made_of))
    assert ten.request is not None
    assert ten.made_of not in (made_of, nine.made_of)


@pytest.mark.parametrize(
    "by_hand",
    [
        (SAYS, f"{SAYS} Ada says: or so."),
        ("## How often", "## How rarely"),
        ("Source: ", "See: "),
    ],
)
def test_what_a_person_has_edited_is_left_to_people(by_hand: tuple[str, str]) -> None:
    faq, made_of = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    edited = faq.replace(*by_hand)
    assert edited != faq
    (kept,) = due(edited, {PAGE: WITHOUT}, Noted(made_of))
    assert (kept.standing, kept.request) == (Standing.EDITED, None)


def test_a_section_that_is_left_out_is_not_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    faq, made_of = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    monkeypatch.setattr(Repository, "leave_out", lambda *_: None)
    too_long = WORKERS.replace(SAYS, "Much more is said. " * MAX_SECTION_CHARACTERS)
    (kept,) = due(faq, {PAGE: too_long}, Noted(made_of))
    assert (kept.standing, kept.request) == (Standing.CURRENT, None)


def test_without_a_note_the_quotation_tells() -> None:
    faq, _ = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    more = WORKERS.replace(SAYS, f"{SAYS} The rest is new.")
    for pages, standing in (
        ({PAGE: WORKERS}, Standing.CURRENT),
        ({PAGE: more}, Standing.CURRENT),
        ({PAGE: WORKERS.replace("five", "nine")}, Standing.CHANGED),
        ({PAGE: WITHOUT}, Standing.GONE),
    ):
        (kept,) = due(faq, pages, Noted())
        assert kept.standing is standing
    in_own_words = faq.replace(SAYS, "It beats twelve times a minute.")
    (kept,) = due(in_own_words, {PAGE: WORKERS}, Noted())
    assert kept.standing is Standing.CURRENT


def test_a_sweep_asks_no_model() -> None:
    faq, _ = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    (kept,) = due(faq, {PAGE: WITHOUT}, Noted(), model=NeverAsked())
    assert kept.standing is Standing.GONE


def many(count: int) -> tuple[str, dict[str, str]]:
    """A FAQ of so many entries, of a page each."""
    faq, pages = FAQ, {}
    for number in range(count):
        question, path = f"What is the setting number{number}x?", f"docs/{number}.md"
        pages[path] = f"# {question}\n\nSetting number{number}x is a number.\n"
        entry = an_entry(question)
        said = (
            f"Setting number{number}x is a number.\n\nSource: [it]({number}.md#{_anchor(number)})"
        )
        faq = insert(faq, replace(entry, answer=said))
    return faq, pages


def _anchor(number: int) -> str:
    return f"what-is-the-setting-number{number}x"


def changed(pages: Mapping[str, str]) -> dict[str, str]:
    return {path: text.replace("is a number", "is a word") for path, text in pages.items()}


def notes(faq: str, asked: Mapping[str, str]) -> dict[str, Noted]:
    """What is noted of each entry: that its section said something else."""
    return {
        entry.question_hash: Noted(
            f"{hash_of_answer(entry.answer)} before", asked.get(entry.question_hash, "")
        )
        for entry in entries(faq)
    }


def test_no_more_are_asked_than_may_be_and_none_twice() -> None:
    faq, pages = many(30)
    asked: dict[str, str] = {}
    agent = agent_over(faq, changed(pages))
    while True:
        found = agent.due(lambda _: notes(faq, asked), World(""), 7)
        new = {kept.key: kept.made_of for kept in found if kept.request is not None}
        assert len(found) == 30
        if not new:
            break
        assert len(new) <= 7
        assert not new.keys() & asked.keys()
        asked.update(new)
    assert asked.keys() == {entry.question_hash for entry in entries(faq)}


def test_one_sweep_answers_so_many_anew_and_the_next_ones_the_rest() -> None:
    faq, pages = many(MAX_ANSWERED_ANEW + 5)
    agent = agent_over(faq, changed(pages))
    found = agent.due(lambda _: notes(faq, {}), World(""), 1000)
    assert sum(kept.request is not None for kept in found) == MAX_ANSWERED_ANEW
    assert {kept.standing for kept in found} == {Standing.CHANGED}


def test_where_most_entries_have_lost_their_section_none_is_taken_out() -> None:
    faq, _ = many(12)
    found = due(faq, {"docs/only.md": "# Only\n\nThis.\n"}, Noted())
    assert {(kept.standing, kept.request) for kept in found} == {(Standing.GONE, None)}


def removal(faq: str, pages: Mapping[str, str]) -> Proposal:
    drafted = agent_over(faq, pages).draft(
        AskRequest(question=QUESTION, again=True), World("another-task")
    )
    assert isinstance(drafted, Proposal), drafted
    return drafted


def test_asked_again_an_entry_that_nothing_answers_any_more_is_taken_out() -> None:
    faq, _ = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    both, _ = shipped(faq, LOGS, {PAGE: WORKERS})
    proposal, agent = removal(faq, {PAGE: WITHOUT}), agent_over(faq, {PAGE: WITHOUT})
    for document, left in ((faq, FAQ), (both, shipped(FAQ, LOGS, {PAGE: WORKERS})[0])):
        assert agent.edit(proposal, {FAQ_PATH: document}) == Edited({FAQ_PATH: left})
    assert agent.check(proposal, {FAQ_PATH: faq}) == ()
    assert proposal.assessment.level is Level.AUTO
    assert proposal.title == f"Update FAQ - {QUESTION}"
    gone = (QUESTION, *plain_texts(entries(faq)[0].answer))
    assert agent.seen(proposal) == Sighting("/faq", absent=gone)
    for changed in (FAQ, faq.replace(SAYS, "By hand.")):
        assert isinstance(agent.edit(proposal, {FAQ_PATH: changed}), AlreadyThere)


def test_words_that_stand_elsewhere_are_cited_there_whatever_is_found_for_the_question() -> None:
    question = "Of which colour are the pipes?"
    entry = replace(an_entry(question, trace_id=TASK_ID), answer=f"{SAYS}\n\nSource: [W](w.md#w)")
    faq, pages = insert(FAQ, entry), {PAGE: WORKERS}
    (kept,) = due(faq, pages, Noted())
    assert kept.standing is Standing.MOVED
    agent = agent_over(faq, pages)
    moved = agent.draft(AskRequest(question=question, again=True), World("another-task"))
    assert isinstance(moved, Proposal), moved
    assert str(moved.content["answer"]).startswith(SAYS)
    assert [source.path for source in moved.evidence] == [PAGE]
    assert agent.check(moved, {FAQ_PATH: faq}) == ()
    edited = agent.edit(moved, {FAQ_PATH: faq})
    assert isinstance(edited, Edited)
    assert "Source: [W]" not in edited.files[FAQ_PATH]


def test_a_section_that_says_something_else_is_left_to_a_person() -> None:
    faq, _ = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    says_nothing = WORKERS.replace(SAYS, "<!-- to be written -->")
    assert removal(faq, {PAGE: says_nothing}).assessment.level is Level.SUGGEST


def test_an_entry_whose_page_is_deprecated_by_now_is_looked_at() -> None:
    faq, made_of = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    marked = WORKERS.replace("They work.", "> **Deprecated in 2.0.** Use runners.\n\nThey work.")
    assert marked != WORKERS
    (kept,) = due(faq, {PAGE: WORKERS}, Noted(made_of))
    assert kept.standing is Standing.CURRENT
    (kept,) = due(faq, {PAGE: marked}, Noted(made_of))
    assert kept.standing is not Standing.CURRENT


def test_asked_for_the_first_time_nothing_is_taken_out() -> None:
    faq, _ = shipped(FAQ, QUESTION, {PAGE: WORKERS})
    for request in (
        AskRequest(question=QUESTION),
        AskRequest(question="Who is Ada?", again=True),
    ):
        agent = agent_over(faq, {PAGE: WITHOUT})
        assert not isinstance(agent.draft(request, World(TASK_ID)), Proposal)


def test_a_request_is_stored_as_before_unless_it_asks_again() -> None:
    assert AskRequest(question=QUESTION).model_dump(mode="json") == {"question": QUESTION}
    again = AskRequest(question=QUESTION, again=True).model_dump(mode="json")
    assert again == {"question": QUESTION, "again": True}


TEXTS = st.sampled_from([WORKERS, WITHOUT, WORKERS.replace("five", "six"), "", "# Workers\n"])
PATHS = st.sampled_from([PAGE, "docs/runners.md", "README.md", "docs/été (1).md"])


@given(before=TEXTS, pages=st.dictionaries(PATHS, TEXTS, max_size=4), noted=st.booleans())
def test_each_entry_is_told_once_whatever_the_documents_are(
    before: str, pages: dict[str, str], noted: bool
) -> None:
    path = next(iter(pages), PAGE)
    drafted = agent_over(FAQ, {path: before}).draft(AskRequest(question=QUESTION), World(TASK_ID))
    if not isinstance(drafted, Proposal):
        return
    if list(pages.values()).count(before) > 1:
        pages = {path: before}  # of copies only one is read
    faq, made_of = shipped(FAQ, QUESTION, {path: before})
    (kept,) = due(faq, pages, Noted(made_of if noted else ""))
    assert kept.title == QUESTION
    assert [source.path for source in kept.sources] == [path]
    if pages.get(path) == before:
        assert kept.standing is Standing.CURRENT
