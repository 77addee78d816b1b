"""Brings the FAQ to the size of one that has been in use for long."""

import time
import uuid

import httpx

from bench.sample import sample_library
from bench.world import REPOSITORY, REQUIRED_CHECK, BenchFailed, World
from shiploop.agents.faq.answering.answer import quoted_answer
from shiploop.agents.faq.answering.quotation import Quotation, quote_section
from shiploop.agents.faq.document.document import FAQ_PATH, Entry, entries, insert
from shiploop.agents.faq.document.entry import clean_answer
from shiploop.agents.faq.question import Question, check_question
from shiploop.agents.faq.retrieval.index import DocsIndex
from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.checks import ChecksState, decide_checks, require

_BRANCH = "bench/full-faq"
_TITLE = ("Fill the FAQ", "")
_CI_MS = 1
_LOOKED_AT = 20  # sections: the best of them may be too long to be quoted whole
_CI_TIMEOUT_S = 30.0
_LOOK_S = 0.05
_LIVE_TIMEOUT_S = 60.0


def fill_faq(world: World, size: int, questions: list[str]) -> None:
    """Answer questions in one merge, until the FAQ has `size` entries, and see it live.

    The entries quote the sample repository. Raises BenchFailed.
    """
    with httpx.Client() as http:
        token = fixed_token(world.environment["GITHUB_TOKEN"])
        transport = GitHubTransport(http, world.addresses.github, token)
        github = GitHub(transport, REPOSITORY, "main")
        base = github.read_base((FAQ_PATH,))
        document = filled(base.files[FAQ_PATH] or "", size, questions)
        with world.latency(ci_ms=_CI_MS):
            changes = {FAQ_PATH: document.encode()}
            pull = github.open_pull_request(base, _BRANCH, changes, _TITLE, "")
            _wait_until_green(github, pull.id)
            merge_sha = github.merge(pull.number, pull.head_sha, _TITLE)
    _wait_until_live(world, merge_sha)


def filled(document: str, size: int, questions: list[str]) -> str:
    """A document with `size` entries, those added answering the questions. Raises BenchFailed."""
    index = sample_library().index
    for text in questions[: size - len(entries(document))]:
        document = insert(document, _entry(text, index))
    if len(entries(document)) != size:
        raise BenchFailed(f"the FAQ has {len(entries(document))} entries instead of {size}")
    return document


def _entry(text: str, index: DocsIndex) -> Entry:
    """Answer by the best section that can be quoted whole."""
    quoted = ((hit.section, quote_section(hit.section)) for hit in index.search(text, _LOOKED_AT))
    answers = (quoted_answer(of, what) for of, what in quoted if isinstance(what, Quotation))
    question, answer = check_question(text), next(answers, None)
    if not isinstance(question, Question) or answer is None:
        raise BenchFailed(f"not answered by the sample repository: {text}")
    return Entry(
        question=question.text,
        question_hash=question.hash,
        slug=question.slug,
        trace_id=str(uuid.uuid4()),
        answer=clean_answer(answer.text),
    )


def _wait_until_green(github: GitHub, pull_request_id: str) -> None:
    give_up_at = time.monotonic() + _CI_TIMEOUT_S
    while not any(
        decide_checks(require([REQUIRED_CHECK]), head.checks).state is ChecksState.GREEN
        for head in github.poll_checks([pull_request_id])
    ):
        if time.monotonic() >= give_up_at:
            raise BenchFailed("the pull request that fills the FAQ did not get green")
        time.sleep(_LOOK_S)


def _wait_until_live(world: World, sha: str) -> None:
    give_up_at = time.monotonic() + _LIVE_TIMEOUT_S
    while httpx.get(f"{world.addresses.site}/healthz").json().get("sha") != sha:
        if time.monotonic() >= give_up_at:
            raise BenchFailed("the full FAQ did not go live")
        time.sleep(_LOOK_S)
