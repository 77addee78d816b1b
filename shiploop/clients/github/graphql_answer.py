"""GraphQL answers: data and errors, and what the errors mean. Pure, no I/O."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shiploop.clients.github.limits import GRAPHQL_LIMITS, graphql_pause_s, tells_of_limit
from shiploop.clients.github.refusals import RIGHTS, denial_in_words, lost_answer
from shiploop.domain.delivery.merge_refusal import tells_of_rules
from shiploop.errors import (
    DraftsUnsupported,
    GitHubNotFound,
    GitHubRateLimited,
    GitHubUnauthorized,
    GitHubUncertain,
    RulesForbid,
    ShiploopError,
)

_CUT_OFF = "RESOURCE_LIMITS_EXCEEDED"


@dataclass(frozen=True, slots=True)
class GraphQLError:
    """One entry of a GraphQL answer's `errors`."""

    type: str
    message: str
    field: str
    path: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphQLAnswer:
    """The data of a GraphQL answer: with errors, part of it may be there all the same."""

    data: Mapping[str, Any]
    errors: tuple[GraphQLError, ...]


def read_graphql_answer(answer: Mapping[str, Any]) -> GraphQLAnswer:
    """Read the JSON of an answer, whatever of it is null."""
    data = answer.get("data")
    errors = tuple(map(_graphql_error, _listed(answer.get("errors"))))
    return GraphQLAnswer(data if isinstance(data, dict) else {}, errors)


def decide_refusal(
    errors: tuple[GraphQLError, ...], headers: Mapping[str, str], *, write: bool
) -> ShiploopError | None:
    """What a GraphQL answer refuses as a whole: its status is 200 all the same.

    Source: https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api
    """
    for error in errors:
        if error.type in GRAPHQL_LIMITS or tells_of_limit(error.message):
            return GitHubRateLimited(error.message, retry_after_s=graphql_pause_s(headers))
        if error.type == _CUT_OFF:
            return lost_answer(f"GitHub has cut its answer off: {error.message}", write=write)
    return None


def raise_for(errors: tuple[GraphQLError, ...]) -> None:
    """Raise what the errors mean, to a caller who can do nothing with part of the data."""
    if not errors:
        return
    said = "; ".join(f"{error.field}: {error.message} ({error.type})" for error in errors)
    types, advice = {error.type for error in errors}, denial_in_words(said)
    if advice or types & {"FORBIDDEN", "INSUFFICIENT_SCOPES"}:
        raise GitHubUnauthorized(said, advice or f"Give the token these rights: {RIGHTS}")
    # As REST says it with a 422: https://docs.github.com/en/rest/pulls/pulls#create-a-pull-request
    if "draft pull requests are not supported" in said.casefold():
        raise DraftsUnsupported(said)
    if tells_of_rules(said):
        raise RulesForbid(said)
    if "NOT_FOUND" in types:
        raise GitHubNotFound(said)
    # Mutations are not atomic, and what was refused may be refused because it is there.
    raise GitHubUncertain(said)


def _listed(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _graphql_error(error: Mapping[str, Any]) -> GraphQLError:
    told = error.get("path")
    path = tuple(told) if isinstance(told, list) else ()
    field = str(path[0]) if path else ""
    return GraphQLError(str(error.get("type", "")), str(error.get("message", "")), field, path)
