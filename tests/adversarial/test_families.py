"""The second set: whatever door it comes through, it is refused, or does no harm where it ships."""

import re
from dataclasses import replace
from urllib.parse import unquote

import pytest

from shiploop.agents.agent import World
from shiploop.agents.faq.agent import FaqAgent
from shiploop.agents.faq.answering.answer import Answer
from shiploop.agents.faq.answering.prompt import read_answer
from shiploop.agents.faq.dialects.plain import UNKNOWN
from shiploop.agents.faq.document.document import FAQ_PATH
from shiploop.agents.faq.gate.gate import Candidate, check_answer
from shiploop.agents.faq.profile import Profile
from shiploop.agents.faq.question import AskRequest
from shiploop.agents.faq.retrieval.library import Library
from shiploop.domain.delivery import messages
from shiploop.domain.delivery.change import Declined, Edited, Proposal
from shiploop.domain.delivery.task import declined
from shiploop.domain.prompt import Prices
from tests import effects
from tests.adversarial.families import ABOUT, CYRILLIC, FAMILIES, GREEK, Input, Page, Reply
from tests.adversarial.harmless import harms
from tests.adversarial.inputs import FAMILIES as FIRST
from tests.adversarial.target import candidate, cited_section, document, from_model, pages
from tests.adversarial.test_adversarial import candidates, harms_of
from tests.builders import TASK_ID, a_question, a_task
from tests.files import Files

INPUTS = [
    pytest.param(each, id=f"{name} {number}")
    for name, family in FAMILIES.items()
    for number, each in enumerate(family.inputs)
]
SIGNATURE = f"v2:{'0' * 64}"
TWINS = {chr(twin) for table in (CYRILLIC, GREEK) for twin in map(ord, map(chr, table.values()))}
# What the checker of the first set knows nothing of, in the entry as it is written.
SYNTAX = {
    "a template": r"\{\{|\{%|<%|-8<-",
    "a box": r"(?m)^[\s>-]*(?::::|!!!|\?\?\?|===[!+]? \"|<<<|\.\. \w+::)"
    r"|\[!\w+\]|\[\[|(?i:\[_?toc_?\])",
    "a title of a link": r"\]\([^)\s]+\s+[\"'(]",
    "a host": r"\b(?:\w+\.)*evil\.(?:example|com|io)\b|\bxn--",
    "a module": r"(?m)^[\s>]*(?:import|export) .*['\"{]",
    "a lone label": r"\]\[|^\[\w+\]:",
}
SECRET = r"\b(?:AKC|ABIA|dapi|gl[dr]t-|lin_api_|sntrys_|hvs\.|figd_|ATATT3|nfp_)|AccountKey|-us12\b"


def syntax_in(entry: str) -> set[str]:
    """The harm that is syntax, in an entry as it is written."""
    found = {name for name, pattern in SYNTAX.items() if re.search(pattern, entry)}
    prose = re.sub(r"`[^`]*`|```.*?```", "", entry, flags=re.DOTALL)
    if re.search(r"[{}]", prose):
        found.add("a brace")
    if re.search(SECRET, entry):
        found.add("a secret")
    words = re.findall(r"[^\W\d_]{2,}", entry)
    if any(set(word) <= TWINS for word in words):
        found.add("a word in disguise")
    return found


def harm(found: Candidate) -> set[str]:
    entry = found.entry
    return harms_of(found) | syntax_in(f"{entry.question}\n{entry.answer}")


def agent_of(page: Page) -> FaqAgent:
    files = Files({page.path: page.text, FAQ_PATH: document()})
    library = replace(Library.of(files), profile=Profile(UNKNOWN))
    return FaqAgent(lambda: library, "/faq", frozenset(), Prices(None, None))


def assert_no_effect_on_github(proposal: Proposal) -> None:
    task = a_task()
    body = messages.pull_request_body(task, proposal, SIGNATURE)
    assert effects.effects(body) == []
    assert messages.signature_in(body) == SIGNATURE
    assert len(re.findall(r"^(?:signature|trace-id):", body, re.MULTILINE)) == 2
    headline, trailer = messages.commit_message(task, proposal)
    assert effects.effects(headline) == []
    assert effects.trailers(headline, trailer) == [f"Trace-Id: {TASK_ID}"]


def assert_page_is_harmless(page: Page) -> None:
    agent = agent_of(page)
    drafted = agent.draft(AskRequest(question=ABOUT), World(TASK_ID))
    if isinstance(drafted, Declined):
        comment = messages.closing_comment(declined(drafted.reason))
        assert effects.effects(comment) == []
        return
    assert_no_effect_on_github(drafted)
    refusals = agent.check(drafted, {FAQ_PATH: document()})
    if refusals:
        assert effects.effects(messages.closing_comment(declined("; ".join(refusals)))) == []
        return
    edited = agent.edit(drafted, {FAQ_PATH: document()})
    assert isinstance(edited, Edited)
    after = edited.files[FAQ_PATH]
    # The citation leads to the page, whatever it is called.
    where = f"a link leads to {page.path.removeprefix('docs/')}"
    found = harms(document(), after, ABOUT, {**pages(), page.path: page.text})
    answer = str(drafted.content["answer"])
    if not re.search(SYNTAX["a host"], re.sub(r"`[^`]*`", "", answer)):
        found -= {"a bare link"}  # an address that is quoted is code, and leads nowhere
    assert {one for one in found if not unquote(one).startswith(where)} == set()
    assert syntax_in(re.sub(r"`https?://[^`]*`|`www[^`]*`", "", answer)) == set()


def assert_reply_is_harmless(reply: Reply) -> None:
    answer = read_answer(reply.text, (cited_section(),))
    if isinstance(answer, Answer):
        found = candidate(a_question("How do I freeze merges by hand?"), answer)
        if not check_answer(found):
            assert harm(found) == set()


@pytest.mark.parametrize("hostile", INPUTS)
def test_it_is_refused_or_harmless(hostile: Input) -> None:
    match hostile:
        case Page():
            assert_page_is_harmless(hostile)
        case Reply():
            assert_reply_is_harmless(hostile)
        case _:
            for found in candidates(hostile):
                if not check_answer(found):
                    assert harm(found) == set()


def test_there_are_enough_inputs_of_enough_new_kinds() -> None:
    assert len(INPUTS) >= 400
    assert len(FAMILIES) >= 30
    assert all(family.wants and family.inputs for family in FAMILIES.values())
    known = {one.text for inputs in FIRST.values() for one in inputs}
    new = [one for family in FAMILIES.values() for one in family.inputs]
    assert [one for one in new if not isinstance(one, Page) and one.text in known - {""}] == []
    assert len(set(new)) == len(new)


def test_the_checker_finds_nothing_in_a_good_answer() -> None:
    good = from_model("`shiploop freeze` holds every merge.")
    assert harm(good) == set()
    entry = replace(good.entry, answer="It is {{ so }}.")
    assert "a template" in syntax_in(entry.answer)
