"""Executes a GraphQL document; what GitHub refuses is in `errors`, the answer still 200.

Source: https://docs.github.com/en/graphql/guides/forming-calls-with-graphql
"""

import functools
from collections.abc import Mapping
from itertools import chain
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
from sandbox.github.entities import CheckRun, CommitStatus, Repository
from sandbox.github.graphql_api.deployment_objects import DEPLOYMENT_RESOLVERS, Deploy
from sandbox.github.graphql_api.git_objects import GIT_RESOLVERS, Commit, File, Ref
from sandbox.github.graphql_api.pull_objects import PULL_RESOLVERS, Pull
from sandbox.github.graphql_api.roots import ROOTS
from sandbox.github.graphql_api.session import Session
from sandbox.github.refusals import RefusedError


def _load_schema() -> GraphQLSchema:
    text = Path(__file__).with_name("schema.graphql").read_text(encoding="utf-8")
    schema = build_schema(text)
    tables = (GIT_RESOLVERS, PULL_RESOLVERS, DEPLOYMENT_RESOLVERS, ROOTS)
    for name, resolvers in chain.from_iterable(table.items() for table in tables):
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
        return "Bot" if value.kind == "Bot" else "User"
    return _TYPE_NAMES[type(value)]


_TYPE_NAMES: Mapping[type, str] = {
    CheckRun: "CheckRun",
    CommitStatus: "StatusContext",
    dict: "RequiredStatusChecksParameters",
    Commit: "Commit",
    Deploy: "Deployment",
    File: "Blob",
    Pull: "PullRequest",
    Ref: "Ref",
    Repository: "Repository",
}
_SCHEMA = _load_schema()


@functools.lru_cache(maxsize=256)
def _checked(text: str) -> tuple[DocumentNode | None, tuple[GraphQLError, ...]]:
    """Parse and validate a document, once for each text."""
    try:
        document = parse(text)
    except GraphQLError as error:
        return None, (error,)
    return document, tuple(validate(_SCHEMA, document))


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
        return {"errors": [_error(error) for error in errors]}
    with session.github.lock:
        result = execute_sync(
            _SCHEMA,
            document,
            context_value=session,
            variable_values=dict(variables),
            operation_name=operation,
        )
    return _answer(result)


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
    return answer
