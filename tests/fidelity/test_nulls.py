"""Whatever GitHub leaves out, its answers become a value, or an error of GitHub's in words."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
import pytest
from graphql import GraphQLSchema
from pydantic import TypeAdapter

from shiploop.clients.github import deployment_queries, queries, queue_queries
from shiploop.clients.github.auth import fixed_token
from shiploop.clients.github.client import GitHub
from shiploop.clients.github.commits import Commits
from shiploop.clients.github.deployments import Deployments
from shiploop.clients.github.issues import Issues
from shiploop.clients.github.merge_queue import MergeQueue
from shiploop.clients.github.reviews import Reviews
from shiploop.clients.github.rules import Rules
from shiploop.clients.github.setup import GitHubSetup
from shiploop.clients.github.transport import GitHubTransport
from shiploop.domain.delivery.merge_queue import QueueStanding
from shiploop.domain.delivery.opinion import Opinions
from shiploop.domain.delivery.pull_request import Base, Found, PullRequest, Written
from shiploop.domain.delivery.review import PullReview
from shiploop.domain.delivery.rules import BranchRules
from shiploop.domain.production.deployment import Deployment
from shiploop.errors import ShiploopError
from tests.fidelity.answers import Answers, Path, places, with_value
from tests.fidelity.openapi import RestDescription
from tests.loopback import NO_TLS
from tests.scripted_server import Reply, ScriptedServer

pytestmark = pytest.mark.xdist_group("fidelity")  # one tour, one reading of large schemas

PATHS = ("docs/FAQ.md", "b.md")
BASE = Base("R_1", "acme/docs", "a" * 40, {}, "bot", (), "acme/docs@main")
WRITTEN = Written("REF_1", "b" * 40, {}, {})
MESSAGE = ("Headline", "Body")
BRANCH = "orchestrator/faq-1"
# The answer of a poll whose commit has more checks than a page.
_MORE_TO_READ = json.dumps(
    {
        "data": {
            "nodes": [
                {
                    "baseRefName": "main",
                    "mergeable": "MERGEABLE",
                    "commits": {
                        "nodes": [
                            {
                                "commit": {
                                    "id": "C_1",
                                    "oid": "a" * 40,
                                    "statusCheckRollup": {
                                        "contexts": {
                                            "pageInfo": {"hasNextPage": True, "endCursor": "c"},
                                            "nodes": [],
                                        }
                                    },
                                }
                            }
                        ]
                    },
                }
            ]
        }
    }
)
STRANGE: tuple[object, ...] = (None, "strange", 7, [], {})


@dataclass(frozen=True, slots=True)
class Asked:
    """How we send a document and read its answer, what comes of it, and what GitHub says of other
    requests on the way: None stands for the answer in question.
    """

    document: str
    ask: Callable[[GitHubTransport], object]
    kind: Any
    replies: tuple[str | None, ...] = (None,)


def repository(transport: GitHubTransport) -> GitHub:
    return GitHub(transport, "acme/docs", "main")


def queue(transport: GitHubTransport) -> MergeQueue:
    return MergeQueue(transport, "main", every_s=0.0)


def standing(transport: GitHubTransport) -> QueueStanding:
    """How the one pull request of the answer stands."""
    asked = queue(transport)
    with asked.watching("ID_1"):
        return asked.standing("ID_1")


def marked_ready(transport: GitHubTransport) -> bool:
    Reviews(transport, "acme/docs", "main").mark_ready("PR_1")
    return True


ASKED = {
    "READ_BASE": Asked(
        queries.with_files(queries.READ_BASE, PATHS),
        lambda transport: repository(transport).read_base(PATHS),
        Base,
    ),
    "FIND_PULL_REQUEST": Asked(
        queries.with_files(queries.FIND_PULL_REQUEST, PATHS),
        lambda transport: repository(transport).find_pull_request(BRANCH, PATHS),
        Found,
    ),
    "OPEN_PULL_REQUEST": Asked(
        queries.OPEN_PULL_REQUEST,
        lambda transport: repository(transport).open_pull_request(BASE, BRANCH, {}, MESSAGE, ""),
        PullRequest,
    ),
    "CREATE_PULL_REQUEST": Asked(
        queries.CREATE_PULL_REQUEST,
        lambda transport: repository(transport).create_pull_request("R_1", BRANCH, "t", ""),
        PullRequest,
    ),
    "POLL_CHECKS": Asked(
        queries.POLL_CHECKS,
        lambda transport: repository(transport).poll_checks(["PR_1"], deployed=True),
        tuple[Any, ...],
    ),
    "MORE_CHECKS": Asked(
        queries.MORE_CHECKS,
        lambda transport: repository(transport).poll_checks(["PR_1"]),
        tuple[Any, ...],
        (_MORE_TO_READ, None, *['{"data": {}}'] * 10),
    ),
    "READ_REVIEWS": Asked(
        queries.READ_REVIEWS,
        lambda transport: Reviews(transport, "acme/docs", "main").read(["PR_1"]),
        dict[str, PullReview],
        (None, '{"permission": "write"}'),
    ),
    "READ_PROTECTION": Asked(
        queries.READ_PROTECTION,
        lambda transport: Rules(transport, "acme/docs", "main", 300).refresh(),
        BranchRules,
        ("[]", "[]", "[]", None),
    ),
    "MARK_READY": Asked(queries.MARK_READY, lambda transport: marked_ready(transport), bool),
    "READ_OPINIONS": Asked(
        queries.READ_OPINIONS,
        lambda transport: Reviews(transport, "acme/docs", "main").read_opinions(["PR_1"]),
        tuple[Opinions, ...],
    ),
    "READ_DEPLOYMENTS": Asked(
        deployment_queries.READ_DEPLOYMENTS,
        lambda transport: Deployments(transport, "acme/docs", "https://x", ()).newest(),
        tuple[Deployment, ...],
        (None, '[{"id": 1, "production_environment": true}]'),
    ),
    "ENQUEUE": Asked(
        queue_queries.ENQUEUE,
        lambda transport: queue(transport).enqueue("PR_1", "a" * 40),
        datetime | None,
    ),
    "DEQUEUE": Asked(
        queue_queries.DEQUEUE, lambda transport: queue(transport).dequeue("PR_1"), bool
    ),
    "READ_QUEUED": Asked(
        queue_queries.READ_QUEUED,
        standing,
        QueueStanding,
    ),
    "COMMIT_ON_NEW_REF": Asked(
        queries.COMMIT_ON_NEW_REF,
        lambda transport: repository(transport).rebuild_branch(BASE, WRITTEN, "t", {}, MESSAGE),
        str,
        ("{}", None, '{"data": {}}'),
    ),
    "MOVE_BRANCH": Asked(
        queries.MOVE_BRANCH,
        lambda transport: repository(transport).rebuild_branch(BASE, WRITTEN, "t", {}, MESSAGE),
        str,
        (
            "{}",
            '{"data": {"createRef": {"ref": {"id": "R"}}, '
            '"createCommitOnBranch": {"commit": {"oid": "abc"}}}}',
            None,
        ),
    ),
}


@pytest.fixture
def transport(scripted: ScriptedServer) -> Iterator[GitHubTransport]:
    with httpx.Client(timeout=5, verify=NO_TLS) as http:
        yield GitHubTransport(http, scripted.url, fixed_token("a-token"))


def read(
    asked: Asked, transport: GitHubTransport, scripted: ScriptedServer, answer: Any
) -> object | None:
    """What comes of an answer; None for an error of ours. Anything else is raised."""
    scripted.replies.clear()
    in_question = json.dumps({"data": answer})
    replies = [in_question if each is None else each for each in asked.replies]
    scripted.replies.extend([Reply(200, each) for each in replies])
    try:
        return asked.ask(transport)
    except ShiploopError:
        return None


def test_every_document_that_we_send_is_tried() -> None:
    written = (vars(each) for each in (deployment_queries, queries, queue_queries))
    names = (name for names in written for name in names)
    sent = {name for name in names if name.isupper() and not name.startswith("_")}
    assert sent == set(ASKED)


@pytest.mark.parametrize("name", ASKED)
def test_each_field_that_may_be_null_is_null_in_turn_and_each_list_empty(
    github_schema: GraphQLSchema,
    transport: GitHubTransport,
    scripted: ScriptedServer,
    name: str,
) -> None:
    asked = ASKED[name]
    answers = Answers(github_schema, asked.document)
    whole = answers.whole()
    kind = TypeAdapter(asked.kind)
    assert kind.validate_python(read(asked, transport, scripted, whole), strict=True) is not None
    variants: list[tuple[Path, object]] = [(path, None) for path in answers.nullable]
    variants += [(path, []) for path in answers.lists]
    assert variants
    for path, value in variants:
        told = read(asked, transport, scripted, with_value(whole, path, value))
        if told is not None:
            kind.validate_python(told, strict=True)


@pytest.mark.parametrize("name", ASKED)
def test_no_answer_is_an_error_of_pythons(
    github_schema: GraphQLSchema,
    transport: GitHubTransport,
    scripted: ScriptedServer,
    name: str,
) -> None:
    asked = ASKED[name]
    whole = Answers(github_schema, asked.document).whole()
    for path in places(whole):
        for value in STRANGE:
            read(asked, transport, scripted, with_value(whole, path, value))


@dataclass(frozen=True, slots=True)
class Route:
    """A REST route that we read: how we ask, and where GitHub shows an answer of it."""

    template: str
    ask: Callable[[GitHubTransport], object]
    method: str = "get"
    status: str = "200"


ROUTES = (
    Route(
        "/repos/{owner}/{repo}/pulls/{pull_number}/merge",
        lambda transport: repository(transport).merge(7, "a" * 40, MESSAGE),
        "put",
    ),
    Route(
        "/repos/{owner}/{repo}/compare/{basehead}",
        lambda transport: repository(transport).contains("a", "b"),
    ),
    Route(
        "/repos/{owner}/{repo}/compare/{basehead}",
        lambda transport: Commits(transport, "acme/docs").since("a", "b"),
    ),
    Route("/repos/{owner}/{repo}", lambda transport: repository(transport).clone_url()),
    Route(
        "/repos/{owner}/{repo}",
        lambda transport: GitHubSetup(transport, "acme/docs").repository(),
    ),
    Route(
        "/repos/{owner}/{repo}/commits/{ref}",
        lambda transport: Commits(transport, "acme/docs").read("a"),
    ),
    Route(
        "/repos/{owner}/{repo}/issues",
        lambda transport: Issues(transport, "acme/docs").latest("incident"),
    ),
    Route(
        "/repos/{owner}/{repo}/issues",
        lambda transport: Issues(transport, "acme/docs").open("t", "b", []),
        "post",
        "201",
    ),
    Route(
        "/repos/{owner}/{repo}/pulls",
        lambda transport: GitHubSetup(transport, "acme/docs").latest_pull_request_ids(),
    ),
    Route(
        "/repos/{owner}/{repo}/hooks",
        lambda transport: GitHubSetup(transport, "acme/docs").webhooks(),
    ),
)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.template}")
def test_no_rest_answer_is_an_error_of_pythons(
    rest_description: RestDescription,
    transport: GitHubTransport,
    scripted: ScriptedServer,
    route: Route,
) -> None:
    whole = rest_description.example(route.method, route.template, route.status)
    strange: tuple[object, ...] = (None, "strange", [])
    amiss = [
        with_value(whole, path, value)
        for path in places(whole)
        if len(path) <= 3  # deeper ones nobody reads
        for value in strange
    ]
    assert len(amiss) > 5
    # A list of deliveries may be asked for beside it.
    scripted.replies.extend([Reply(200, json.dumps(whole)), Reply(200, "[]")])
    assert route.ask(transport) is not None
    for answer in amiss:
        scripted.replies.clear()
        scripted.replies.extend([Reply(200, json.dumps(answer)), Reply(200, "[]")])
        with suppress(ShiploopError):
            assert route.ask(transport) is not None
