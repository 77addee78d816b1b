"""The FAQ's agent as the loop asks it: what it drafts, edits, checks, undoes and wants seen."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.document.document import FAQ_PATH, find, insert, remove
from shiploop.agents.faq.document.entry import entry_id
from shiploop.agents.faq.question import AskRequest, question_hash
from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.delivery.change import (
    AlreadyThere,
    CannotEdit,
    Declined,
    Edited,
    Files,
    Level,
    MergedChange,
    Proposal,
    Sighting,
    Source,
)
from shiploop.domain.delivery.commit import CannotUndo
from shiploop.domain.limits import MAX_CITATION_CHARACTERS, MAX_FAQ_CHARACTERS
from shiploop.domain.prompt import Prices, Prompt, Reply, Usage
from shiploop.errors import ModelFailed
from tests import files
from tests.builders import TASK_ID, a_proposal, an_entry
from tests.hostile import assert_without_effect

FAQ = "# FAQ\n\nWhat people ask.\n"
GUIDE = "# Guide\n\n## Heartbeats\n\nA worker heartbeat is written every five seconds.\n"
QUESTION = "What are worker heartbeats?"
QUOTED = "A worker heartbeat is written every five seconds."
CITED = "Source: [Guide › Heartbeats](guide.md#heartbeats)"
HEARTBEATS = Source("docs/guide.md", "heartbeats", "Guide › Heartbeats")
CANNOT_STAND = "the entry cannot stand in the FAQ: "
USED = Usage(tokens_in=1000, tokens_out=100)


class Repository(files.Files):
    """One of which all is read."""

    def leave_out(self, path: str, reason: str) -> None:
        raise AssertionError(f"{path}: {reason}")


@dataclass(frozen=True, slots=True)
class Scripted:
    """A model that says what it is told to, and keeps what it was asked.

    `checks` is what it says of an answer; without that the call fails.
    """

    says: Mapping[str, Any] | ModelFailed
    checks: Mapping[str, Any] | ModelFailed = field(default_factory=lambda: ModelFailed("no check"))
    asked: list[Prompt] = field(default_factory=list)
    model: str = "a-model"

    def ask(self, prompt: Prompt) -> Reply:
        self.asked.append(prompt)
        reply = self.checks if "claims" in json.loads(prompt.data) else self.says
        if isinstance(reply, ModelFailed):
            raise reply
        return Reply(json.dumps(reply), USED)


def an_agent(faq: str = FAQ, prices: Prices | None = None) -> FaqAgent:
    library = Library.of(Repository({FAQ_PATH: faq, "docs/guide.md": GUIDE}))
    return FaqAgent(lambda: library, "/faq", frozenset(), prices or Prices(None, None))


def drafted(question: str = QUESTION, **world: Any) -> Proposal | Declined:
    return an_agent().draft(AskRequest(question=question), World(TASK_ID, **world))


def quoted() -> Proposal:
    proposal = drafted()
    assert isinstance(proposal, Proposal)
    return proposal


def reworded(proposal: Proposal, answer: str, **changes: Any) -> Proposal:
    return replace(proposal, content={**proposal.content, "answer": answer}, **changes)


def checked(proposal: Proposal, faq: str = FAQ) -> tuple[str, ...]:
    return an_agent().check(proposal, {FAQ_PATH: faq})


def test_the_same_question_is_one_request_however_it_is_written() -> None:
    keys = {
        an_agent().dedupe_key(AskRequest(question=text))
        for text in (QUESTION, f"  {QUESTION.upper()} ", QUESTION.rstrip("?"))
    }
    assert keys == {question_hash(QUESTION)}


def test_of_the_repository_it_reads_the_faq_alone() -> None:
    assert an_agent().reads(AskRequest(question=QUESTION)) == (FAQ_PATH,)


def test_without_a_model_the_section_that_answers_is_quoted() -> None:
    proposal = quoted()
    assert (proposal.agent, proposal.generator) == ("faq", "extractive")
    assert proposal.notes.keys() == {"made_of"}
    assert proposal.content["answer"] == f"{QUOTED}\n\n{CITED}"
    assert proposal.content["trace_id"] == TASK_ID
    assert proposal.evidence == (HEARTBEATS,)


def test_a_model_answers_from_the_sections_found_and_what_it_took_is_noted() -> None:
    says = {"answerable": True, "answer": QUOTED, "citations": [1], "confidence": 0.9}
    model = Scripted(says, checks={"answers": False, "claims": []})
    agent = an_agent(prices=Prices(1.0, 2.0))
    proposal = agent.draft(AskRequest(question=QUESTION), World(TASK_ID, model))
    assert isinstance(proposal, Proposal)
    assert (proposal.generator, proposal.evidence) == ("model", (HEARTBEATS,))
    assert proposal.notes == {
        "model": "a-model",
        "tokens_in": "2000",
        "tokens_out": "200",
        "cost_usd": "0.002400",
        "made_of": quoted().notes["made_of"],
    }
    prompt, check = model.asked
    assert json.loads(prompt.data)["sections"][0]["text"] == QUOTED
    assert [each["text"] for each in json.loads(check.data)["claims"]] == [QUOTED]


KEYS = "# Keys\n\n## Rotate the keys\n\nRun `keys rotate` and restart the server.\n"
ROTATE = "How do I rotate the keys?"
WRITTEN = {"answerable": True, "answer": "Run `keys rotate`.", "citations": [1], "confidence": 0.9}
VOUCHED = {"answers": True, "claims": [{"claim": 1, "sentence": 1}]}


def judged(question: str, model: Scripted | None) -> tuple[str, str, str]:
    """The level and the kind of an answer, and who wrote it."""
    pages = {FAQ_PATH: FAQ, "docs/guide.md": GUIDE, "docs/keys.md": KEYS}
    library = Library.of(Repository(pages))
    agent = FaqAgent(lambda: library, "/faq", frozenset(), Prices(None, None))
    proposal = agent.draft(AskRequest(question=question), World(TASK_ID, model))
    assert isinstance(proposal, Proposal), proposal
    assert proposal.assessment.reasons
    return proposal.assessment.level.value, proposal.assessment.kind, proposal.generator


@pytest.mark.parametrize(
    ("question", "model", "level", "kind", "generator"),
    [
        (ROTATE, None, "auto", "heading", "extractive"),
        (
            "What are heartbeats?",
            None,
            "suggest",
            "heading",
            "extractive",
        ),  # one word names the section
        ("When is a worker heartbeat written?", None, "suggest", "passage", "extractive"),
        (ROTATE, Scripted(WRITTEN, VOUCHED), "auto", "model", "model"),
        (
            ROTATE,
            Scripted(WRITTEN, {"answers": False, "claims": []}),
            "auto",
            "heading",
            "extractive",
        ),
        (ROTATE, Scripted(WRITTEN, ModelFailed("late")), "auto", "heading", "extractive"),
        (ROTATE, Scripted(ModelFailed("late")), "auto", "heading", "extractive"),
        (
            ROTATE,
            Scripted({"answerable": False, "answer": "", "citations": [], "confidence": 0.9}),
            *("auto", "heading", "extractive"),
        ),
        (ROTATE, Scripted({**WRITTEN, "citations": [2]}, VOUCHED), "auto", "heading", "extractive"),
        ("How are keys rotated?", Scripted(WRITTEN, VOUCHED), "auto", "model", "model"),
        ("How are keys rotated?", Scripted(WRITTEN), "suggest", "model", "model"),
    ],
)
def test_who_may_decide_on_an_answer_is_judged_by_what_it_is(
    question: str, model: Scripted | None, level: str, kind: str, generator: str
) -> None:
    assert judged(question, model) == (level, kind, generator)


@pytest.mark.parametrize(
    ("says", "problem"),
    [
        (ModelFailed("it was late"), "it was late"),
        ({"answerable": True}, "the reply cannot be used: "),
        (
            {"answerable": True, "answer": "Ask @ops.", "citations": [1], "confidence": 1},
            "the answer was not safe to ship:",
        ),
    ],
)
def test_where_the_models_answer_cannot_be_shipped_the_section_is_quoted(
    says: Mapping[str, Any] | ModelFailed, problem: str
) -> None:
    proposal = drafted(model=Scripted(says))
    assert isinstance(proposal, Proposal)
    assert proposal.generator == "extractive"
    assert proposal.content["answer"] == f"{QUOTED}\n\n{CITED}"
    assert proposal.notes["model_problem"].startswith(problem)


def test_what_the_model_finds_no_answer_to_is_declined_with_the_closest_sections() -> None:
    says = {"answerable": False, "answer": "", "citations": [], "confidence": 0.9}
    declined = drafted(model=Scripted(says))
    assert isinstance(declined, Declined)
    assert declined.closest == (HEARTBEATS,)
    assert declined.reason == (
        "the documents do not answer this question; closest: docs/guide.md#heartbeats"
    )
    assert declined.notes["tokens_in"] == "1000"


def test_what_no_section_speaks_of_is_declined_without_asking_a_model() -> None:
    model = Scripted(ModelFailed("nobody asks it"))
    declined = drafted("Quelle heure est-il?", model=model)
    assert isinstance(declined, Declined)
    assert (declined.reason, declined.closest) == (
        "the documents do not answer this question",
        (),
    )
    assert model.asked == []


def test_what_is_declined_is_looked_for_in_the_faq_all_the_same() -> None:
    declined = drafted("How can I export my data?")
    assert isinstance(declined, Declined)
    assert declined.looked_for is not None
    present = an_entry("How do I export my data?")
    there = an_agent().edit(declined.looked_for, {FAQ_PATH: insert(FAQ, present)})
    assert isinstance(there, AlreadyThere)
    assert there.place.anchor == entry_id(present)
    assert not isinstance(an_agent().edit(declined.looked_for, {FAQ_PATH: FAQ}), AlreadyThere)


def test_a_task_goes_on_with_the_answer_that_version_1_had_drafted() -> None:
    model = Scripted(ModelFailed("nobody asks it"))
    text = f"It was written before.\n\n{CITED}"
    earlier = {
        "text": text,
        "sources": [{"path": HEARTBEATS.path, "anchor": "heartbeats", "title": HEARTBEATS.title}],
        "generator": "model",
    }
    proposal = drafted(model=model, earlier=earlier)
    assert isinstance(proposal, Proposal)
    assert proposal.content["answer"] == text
    assert (proposal.evidence, proposal.generator) == ((HEARTBEATS,), "model")
    assert model.asked == []


def test_what_version_1_had_declined_stays_declined() -> None:
    closest = [{"path": HEARTBEATS.path, "anchor": "heartbeats", "title": HEARTBEATS.title}]
    declined = drafted(earlier={"closest": closest})
    assert isinstance(declined, Declined)
    assert declined.closest == (HEARTBEATS,)


def test_the_title_is_the_contract_and_the_question() -> None:
    proposal = quoted()
    assert proposal.title == f"Update FAQ - {QUESTION}"
    assert proposal.summary == f"Adds the answer to: {QUESTION}"


def test_the_longest_question_fits_githubs_limit_with_the_number_that_a_merge_adds() -> None:
    longest = f"{QUESTION} {'x ' * 250}"[:500].strip()
    text = drafted(longest)
    proposal = text.looked_for if isinstance(text, Declined) else text
    assert proposal is not None
    assert len(f"{proposal.title} (#123456)") <= 256


@pytest.mark.parametrize(
    "asked", ["Ask @everyone?", "Fixes #1?", "x [skip ci] y", "<!-- x -->", "see acme/docs#3"]
)
def test_no_question_pings_closes_or_skips_anything(asked: str) -> None:
    declined = drafted(f"{QUESTION} {asked}")
    proposal = declined.looked_for if isinstance(declined, Declined) else declined
    assert proposal is not None
    for text in (proposal.title, proposal.summary):
        assert not any(live in text for live in ("@", "#1", "#3", "[skip ci]", "<!--"))
        assert_without_effect(text, "Update FAQ - x")


def test_the_entry_stands_in_the_faq_and_nothing_else_has_changed() -> None:
    edited = an_agent().edit(a_proposal(), {FAQ_PATH: FAQ})
    assert isinstance(edited, Edited)
    assert edited.files.keys() == {FAQ_PATH}
    document, entry = edited.files[FAQ_PATH], an_entry()
    assert find(document, entry.question_hash) == entry
    assert remove(document, entry.question_hash) == FAQ


def test_the_edit_is_the_same_each_time_and_replaces_the_answer_to_the_same_question() -> None:
    before = insert(FAQ, an_entry(answer="It beats every 6 s."))
    edited = an_agent().edit(a_proposal(), {FAQ_PATH: before})
    assert edited == an_agent().edit(a_proposal(), {FAQ_PATH: before})
    assert edited == Edited({FAQ_PATH: insert(FAQ, an_entry())})


@pytest.mark.parametrize("opened", ["```sh\nmake demo\n", "<!-- to do\n"])
def test_a_faq_that_ends_inside_an_open_block_is_refused_with_the_reason(opened: str) -> None:
    refused = an_agent().edit(a_proposal(), {FAQ_PATH: FAQ + opened})
    assert isinstance(refused, CannotEdit)
    assert refused.reason.startswith(CANNOT_STAND)
    assert refused.reason != CANNOT_STAND


def test_an_answer_that_would_break_the_faq_is_refused_with_the_reason() -> None:
    refused = an_agent().edit(reworded(a_proposal(), "```sh\nmake demo"), {FAQ_PATH: FAQ})
    assert isinstance(refused, CannotEdit)
    assert refused.reason.startswith(CANNOT_STAND)
    assert refused.reason != CANNOT_STAND


@pytest.mark.parametrize("files", [{FAQ_PATH: None}, {}])
def test_without_a_readable_faq_nothing_can_be_added(files: Files) -> None:
    reason = "there is no readable docs/FAQ.md: add one, UTF-8 text"
    assert an_agent().edit(a_proposal(), files) == CannotEdit(reason)


def test_an_empty_faq_gets_its_first_entry() -> None:
    edited = an_agent().edit(a_proposal(), {FAQ_PATH: ""})
    assert isinstance(edited, Edited)
    assert find(edited.files[FAQ_PATH], an_entry().question_hash) == an_entry()


def test_a_question_that_the_faq_answers_in_other_words_is_there_already() -> None:
    present = an_entry("What is the heartbeat mechanism of a worker?")
    there = an_agent().edit(a_proposal(), {FAQ_PATH: insert(FAQ, present)})
    reason = f"the FAQ answers this already: {present.question}"
    place = Sighting("/faq", entry_id(present), (present.question,))
    assert there == AlreadyThere(reason, place)


def test_the_same_answer_of_another_task_is_looked_for_on_the_page_as_well() -> None:
    present = replace(an_entry(), trace_id="of-another-task")
    there = an_agent().edit(a_proposal(), {FAQ_PATH: insert(FAQ, present)})
    assert isinstance(there, AlreadyThere)
    assert there.place == Sighting("/faq", entry_id(present), (present.question,))


def test_an_answer_that_the_documents_give_is_not_refused() -> None:
    assert checked(quoted()) == ()


def test_what_may_not_be_quoted_is_linked_for_a_person() -> None:
    guide = "# Guide\n\n## Connect to the store\n\nUse `redis://joe:s3cr3t@store` for that.\n"
    library = Library.of(Repository({FAQ_PATH: FAQ, "docs/guide.md": guide}))
    agent = FaqAgent(lambda: library, "/faq", frozenset(), Prices(None, None))
    proposal = agent.draft(AskRequest(question="Connect to the store"), World(TASK_ID))
    assert isinstance(proposal, Proposal)
    assert proposal.assessment.level is Level.SUGGEST
    assert "Read on: [Guide › Connect to the store]" in str(proposal.content["answer"])
    assert "s3cr3t" not in str(proposal.content)
    assert "looks like" in proposal.assessment.reasons[-1]
    assert agent.check(proposal, {FAQ_PATH: FAQ}) == ()


def test_an_answer_that_was_tampered_with_is_refused_in_words() -> None:
    proposal = quoted()
    (reason,) = checked(reworded(proposal, f"Ask @ops.\n\n{proposal.content['answer']}"))
    assert "an @ stands before a name" in reason
    assert "the cited sections do not say" in reason


def test_an_answer_that_the_repositorys_lint_would_complain_about_is_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    proposal = quoted()
    body, source = str(proposal.content["answer"]).split("\n\n")
    unclean = reworded(proposal, f"- {body}\n* {body}\n\n{source}", generator="model")
    (reason,) = checked(unclean)
    assert reason.endswith("The repository's Markdown lint would complain about the answer.")
    assert "MD004 in line" in caplog.text


def test_a_section_that_is_no_longer_there_cannot_be_cited() -> None:
    gone = replace(HEARTBEATS, anchor="gone")
    (reason,) = checked(replace(quoted(), evidence=(gone,)))
    assert "a section that the documents do not have" in reason


def test_a_faq_that_nothing_can_be_added_to_is_the_repositorys_fault_and_no_answers() -> None:
    proposal, unsafe = quoted(), FAQ + "```\n"
    assert checked(proposal, unsafe) == ()
    assert isinstance(an_agent().edit(proposal, {FAQ_PATH: unsafe}), CannotEdit)


def undone(
    today: str | None, before: str | None, after: str | None
) -> Mapping[str, str] | CannotUndo | None:
    merged = MergedChange({FAQ_PATH: before}, {FAQ_PATH: after})
    return an_agent().undo(merged, {FAQ_PATH: today})


def test_an_entry_is_taken_out_of_todays_faq_and_what_came_since_stays() -> None:
    merged = insert(FAQ, an_entry())
    since = an_entry("How do I export my data?")
    assert undone(insert(merged, since), FAQ, merged) == {FAQ_PATH: insert(FAQ, since)}


def test_entries_that_a_merge_took_out_are_put_back() -> None:
    before = insert(FAQ, an_entry())
    assert undone(FAQ, before, FAQ) == {FAQ_PATH: before}


def test_an_entry_that_a_person_has_edited_since_is_a_conflict_that_names_its_question() -> None:
    merged = insert(FAQ, an_entry())
    today = merged.replace("every 5 s", "every 7 s")
    conflict = undone(today, FAQ, merged)
    assert isinstance(conflict, CannotUndo)
    assert conflict.reason.startswith(an_entry().question)


def test_what_a_person_has_merged_is_left_to_git() -> None:
    assert undone(f"{FAQ}\nBy hand.\n", FAQ, f"{FAQ}\nBy hand.\n") is None


@pytest.mark.parametrize("missing", ["today", "before", "after"])
def test_a_faq_that_was_not_there_or_is_no_text_is_left_to_git(missing: str) -> None:
    texts = {"today": insert(FAQ, an_entry()), "before": FAQ, "after": insert(FAQ, an_entry())}
    assert undone(**texts) is not None
    assert undone(**{**texts, missing: None}) is None


def test_a_merge_that_did_not_touch_the_faq_is_left_to_git() -> None:
    merged = MergedChange({"docs/guide.md": "before\n"}, {"docs/guide.md": "after\n"})
    assert an_agent().undo(merged, {"docs/guide.md": "after\n"}) is None


def test_the_question_and_its_answer_are_to_be_seen_below_their_anchor() -> None:
    answer = "It *beats* every [5 s](guide.md)."
    sighting = an_agent().seen(reworded(a_proposal(), answer))
    entry = an_entry(answer=answer)
    assert (sighting.page, sighting.anchor) == ("/faq", entry_id(entry))
    question, below = sighting.texts
    assert question == entry.question
    assert below.split() == ["It", "beats", "every", "5", "s", "."]


def test_an_faq_that_is_too_long_is_not_added_to() -> None:
    endless = FAQ + "x" * MAX_FAQ_CHARACTERS
    proposal = quoted()
    assert checked(proposal, endless) == ()
    edited = an_agent().edit(proposal, {FAQ_PATH: endless})
    assert edited == CannotEdit(f"{FAQ_PATH} is longer than {MAX_FAQ_CHARACTERS} characters")


def test_an_answer_with_an_endless_citation_is_refused() -> None:
    proposal = quoted()
    answer = str(proposal.content["answer"])
    endless = answer.replace("Guide › Heartbeats", "x" * MAX_CITATION_CHARACTERS)
    assert checked(reworded(proposal, endless)) == (
        "the answer was not safe to ship: "
        "The answer is longer than 100 words, or quotes more than 250.",
    )


def test_a_heading_of_20000_letters_is_no_source() -> None:
    page = GUIDE.replace("## Heartbeats", f"## Heartbeats {'x' * 20_000}")
    told: list[tuple[str, str]] = []

    class Noting(Repository):
        def leave_out(self, path: str, reason: str) -> None:
            told.append((path, reason))

    library = Library.of(Noting({FAQ_PATH: FAQ, "docs/guide.md": page}))
    agent = FaqAgent(lambda: library, "/faq", frozenset(), Prices(None, None))
    assert isinstance(agent.draft(AskRequest(question=QUESTION), World(TASK_ID)), Declined)
    ((path, reason),) = told
    assert path == "docs/guide.md"
    assert "its heading" in reason
