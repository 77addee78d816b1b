"""Executes a GraphQL document; what GitHub refuses is in `errors`, the answer still 200.

Source: https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
"""

import functools
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    OperationDefinitionNode,
    build_schema,
    execute_sync,
    parse,
    validate,
)

from sandbox.github.accounts import Account
from sandbox.github.entities import CheckRun, DraftChange, Repository
from sandbox.github.graphql_api.actor_objects import ACTOR_RESOLVERS
from sandbox.github.graphql_api.check_objects import CHECK_RESOLVERS, StatusNode
from sandbox.github.graphql_api.deployment_objects import DEPLOYMENT_RESOLVERS, Deploy
from sandbox.github.graphql_api.git_objects import GIT_RESOLVERS, Commit, File, Ref
from sandbox.github.graphql_api.issue_objects import ISSUE_RESOLVERS, CommentNode, IssueNode
from sandbox.github.graphql_api.pull_objects import PULL_RESOLVERS, Pull
from sandbox.github.graphql_api.queue_objects import QUEUE_RESOLVERS, RemovalEvent
from sandbox.github.graphql_api.repository_objects import REPOSITORY_RESOLVERS, LabelNode
from sandbox.github.graphql_api.review_objects import REVIEW_RESOLVERS, draft_change_type
from sandbox.github.graphql_api.roots import ROOTS
from sandbox.github.graphql_api.session import Session
from sandbox.github.refusals import Reason, RefusedError

_RESOLVERS = (
    ACTOR_RESOLVERS,
    CHECK_RESOLVERS,
    DEPLOYMENT_RESOLVERS,
    GIT_RESOLVERS,
    ISSUE_RESOLVERS,
    PULL_RESOLVERS,
    QUEUE_RESOLVERS,
    REPOSITORY_RESOLVERS,
    REVIEW_RESOLVERS,
    ROOTS,
)


def _load_schema() -> GraphQLSchema:
    text = Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")
    schema = build_schema(text)
    for name, resolvers in (each for part in _RESOLVERS for each in part.items()):
        kind = schema.type_map[name]
        assert isinstance(kind, GraphQLObjectType)
        for field, resolver in resolvers.items():
            kind.fields[field].resolve = resolver
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            kind.resolve_type = lambda value, _info, _type: _type_name(value)
    return schema


def _type_name(value: object) -> str:
    """Return the GraphQL type of a value of an interface or union."""
    if isinstance(value, Account):
        return value.kind
    if isinstance(value, DraftChange):
        return draft_change_type(value)
    return _TYPE_NAMES[type(value)]


_TYPE_NAMES: Mapping[type, str] = {
    CheckRun: "CheckRun",
    CommentNode: "IssueComment",
    dict: "RequiredStatusChecksParameters",
    Commit: "Commit",
    Deploy: "Deployment",
    File: "Blob",
    IssueNode: "Issue",
    LabelNode: "Label",
    Pull: "PullRequest",
    Ref: "Ref",
    RemovalEvent: "RemovedFromMergeQueueEvent",
    Repository: "Repository",
    StatusNode: "StatusContext",
}
_SCHEMA = _load_schema()
_NOT_MODELLED = Reason.NOT_MODELLED.graphql_type
# What graphql-core says of a name that the schema has not.
_UNKNOWN_NAME = re.compile(
    r"^Cannot query field|^Unknown (?:type|argument)|is not defined by type|does not exist in"
)


@functools.lru_cache(maxsize=256)
def _checked(text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """Parse and validate a document, once for each text."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, (error,)
    errors = validate(_SCHEMA, document)
    # GitHub lets the types of one name differ between the types of a union: gh asks for the
    # `state` of an issue or a pull request, which are two enums.
    return document, tuple(
        error for error in errors if "they return conflicting types" not in error.message
    )


def operation_name(text: str, asked: str | None) -> str:
    """Return the name of the operation that a request runs."""
    document, _ = _checked(text)
    if asked or document is None:
        return asked or "(invalid)"
    names = [
        node.name.value
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode) and node.name
    ]
    return names[0] if names else "(anonymous)"


def run(
    session: Session, text: str, variables: Mapping[str, Any], operation: str | None
) -> dict[str, Any]:
    """Execute a document; returns GitHub's answer, `data` and `errors`."""
    document, errors = _checked(text)
    if document is None or errors:
        told = [_error(error) for error in errors]
        # The others follow from what is missing: an unused variable, fields that seem to conflict.
        return {"errors": [each for each in told if each.get("type") == _NOT_MODELLED] or told}
    with session.github.lock:
        result = execute_sync(
            _SCHEMA,
            document,
            context_value=session,
            variable_values=dict(variables),
            operation_name=operation,
        )
    return _answer(result)


def not_modelled(answer: Mapping[str, Any]) -> str | None:
    """Return in words what an answer says is not modelled, if it says so."""
    errors = answer.get("errors", ())
    found = [error["message"] for error in errors if error.get("type") == _NOT_MODELLED]
    return " ".join(found) or None


def _answer(result: ExecutionResult) -> dict[str, Any]:
    answer: dict[str, Any] = {"data": result.data}
    if result.errors:
        answer["errors"] = [_error(error) for error in result.errors]
    return answer


def _error(error: GraphQLError) -> dict[str, Any]:
    cause = error.original_error
    if cause is not None and not isinstance(cause, RefusedError | GraphQLError):
        raise cause
    answer: dict[str, Any] = dict(error.formatted)
    if isinstance(cause, RefusedError):
        answer["type"] = cause.reason.graphql_type
    elif _UNKNOWN_NAME.search(error.message):
        # The schema holds what is modelled; whether GitHub has the name is not known here.
        said = error.message.partition(" Did you mean")[0]
        answer["message"] = f"Not modelled by the sandbox: {said}"
        answer["type"] = _NOT_MODELLED
    return answer
