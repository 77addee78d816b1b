"""What we ask by GraphQL, and what the sandbox offers, exists at GitHub in the same form."""

from collections.abc import Container, Iterable
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLType,
    GraphQLUnionType,
    build_schema,
    parse,
    validate,
)

from shiploop.clients.github import deployment_queries, queries, queue_queries
from shiploop.domain.delivery.checks import Conclusion, read_conclusion
from shiploop.domain.delivery.pull_request import Mergeable, PullRequestState
from shiploop.domain.delivery.webhook_facts import DeployState, read_deploy_state

pytestmark = pytest.mark.xdist_group("fidelity")  # one tour, one reading of large schemas

SANDBOX_SCHEMA = Path(__file__).resolve().parents[2] / "sandbox/github/graphql_api/schema.graphql"

# In https://docs.github.com/en/graphql/reference/objects#issue, and not yet in the npm package.
NEWER_THAN_THE_PACKAGE = {
    "Issue.blockedBy",
    "Issue.blocking",
    "Issue.issueType",
    "IssueType",
    "IssueTypeColor",
}

TO_COMPLETE = {"READ_BASE", "FIND_PULL_REQUEST"}
WRITTEN = {
    name: text
    for module in (deployment_queries, queries, queue_queries)
    for name, text in vars(module).items()
    if name.isupper() and not name.startswith("_")
}
DOCUMENTS = {name: text for name, text in WRITTEN.items() if name not in TO_COMPLETE} | {
    f"{name} of {count} files": queries.with_files(WRITTEN[name], ["docs/a.md", "b"][:count])
    for name in TO_COMPLETE
    for count in range(3)
}
CONCLUSIONS = ("CheckConclusionState", "StatusState")
DEPLOYS = ("DeploymentStatusState",)


@pytest.fixture(scope="module")
def sandbox_schema() -> GraphQLSchema:
    return build_schema(SANDBOX_SCHEMA.read_text())


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_github_accepts_every_document_that_we_send(
    github_schema: GraphQLSchema, name: str
) -> None:
    assert validate(github_schema, parse(DOCUMENTS[name])) == []


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_sandbox_accepts_every_document_that_we_send(
    sandbox_schema: GraphQLSchema, name: str
) -> None:
    assert validate(sandbox_schema, parse(DOCUMENTS[name])) == []


def test_the_judge_refuses_a_document_that_github_would_refuse(
    github_schema: GraphQLSchema,
) -> None:
    assert validate(github_schema, parse("{ repository(owner: 1) { nonsense } }"))


def said(schema: GraphQLSchema, *enums: str) -> set[str]:
    """Every value of some of GitHub's enums."""
    types = [schema.type_map[name] for name in enums]
    return {value for kind in types if isinstance(kind, GraphQLEnumType) for value in kind.values}


def test_our_enums_know_every_word_that_github_says(github_schema: GraphQLSchema) -> None:
    assert said(github_schema, "PullRequestState") == set(PullRequestState)
    assert said(github_schema, "MergeableState") == set(Mergeable)
    concluded = {read_conclusion(each) for each in said(github_schema, *CONCLUSIONS)}
    assert concluded - {None} == set(Conclusion) - {Conclusion.UNKNOWN}
    deploys = {read_deploy_state(each.lower()) for each in said(github_schema, *DEPLOYS)}
    assert deploys == set(DeployState) - {DeployState.UNKNOWN}


def test_the_sandbox_offers_nothing_that_github_has_not(
    github_schema: GraphQLSchema, sandbox_schema: GraphQLSchema
) -> None:
    differences = set(_differences(sandbox_schema, github_schema))
    assert differences == {f"{name} is unknown to GitHub" for name in NEWER_THAN_THE_PACKAGE}


def test_the_comparison_notices_every_kind_of_difference(github_schema: GraphQLSchema) -> None:
    invented = build_schema("""
        type Query { viewer: User, nonsense: Int, node(id: Int!): Node, rateLimit: RateLimit! }
        type RateLimit { cost(much: Boolean): Int! }
        interface Node { id: ID! }
        type User { login: String!, id: ID! }
        type Invented { id: ID! }
        enum PullRequestState { OPEN, ASLEEP }
        input CreateRefInput { name: String, repositoryId: ID! }
    """)
    assert _differences(invented, github_schema) == [
        "CreateRefInput.name: String is String! at GitHub",
        "CreateRefInput.oid is required at GitHub",
        "Invented is unknown to GitHub",
        "PullRequestState.ASLEEP is unknown to GitHub",
        "Query.node(id): Int! is ID! at GitHub",
        "Query.nonsense is unknown to GitHub",
        "Query.rateLimit: RateLimit! is RateLimit at GitHub",
        "Query.viewer: User is User! at GitHub",
        "RateLimit.cost(much) is unknown to GitHub",
    ]


def _differences(ours: GraphQLSchema, theirs: GraphQLSchema) -> list[str]:
    """Everything in our schema that is not the same in theirs."""
    found: list[str] = []
    for name, kind in ours.type_map.items():
        if name.startswith("__"):
            continue
        match other := theirs.type_map.get(name):
            case None:
                found.append(f"{name} is unknown to GitHub")
            case _ if type(kind) is not type(other):
                found.append(f"{name} is another kind of type at GitHub")
            case _:
                found += _type_differences(kind, other)
    return sorted(found)


def _type_differences(ours: GraphQLNamedType, theirs: GraphQLNamedType) -> list[str]:
    match ours, theirs:
        case GraphQLEnumType(), GraphQLEnumType():
            return _unknown(ours.name, ours.values, theirs.values)
        case GraphQLUnionType(), GraphQLUnionType():
            members = {member.name for member in theirs.types}
            return _unknown(ours.name, [member.name for member in ours.types], members)
        case GraphQLInputObjectType(), GraphQLInputObjectType():
            required = [
                f"{ours.name}.{name} is required at GitHub"
                for name, field in theirs.fields.items()
                if str(field.type).endswith("!") and name not in ours.fields
            ]
            return required + _field_differences(ours, theirs)
        case (
            (GraphQLObjectType() | GraphQLInterfaceType()),
            (GraphQLObjectType() | GraphQLInterfaceType()),
        ):
            interfaces = {interface.name for interface in theirs.interfaces}
            extra = _unknown(ours.name, [each.name for each in ours.interfaces], interfaces)
            return extra + _field_differences(ours, theirs)
        case _:
            return []


def _field_differences(
    ours: GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType,
    theirs: GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType,
) -> list[str]:
    found = _unknown(ours.name, ours.fields, theirs.fields)
    for name in ours.fields.keys() & theirs.fields.keys():
        field, other = ours.fields[name], theirs.fields[name]
        path = f"{ours.name}.{name}"
        found += _mismatch(path, field.type, other.type)
        if isinstance(field, GraphQLField) and isinstance(other, GraphQLField):
            found += _argument_differences(path, field, other)
    return found


def _argument_differences(path: str, ours: GraphQLField, theirs: GraphQLField) -> list[str]:
    found: list[str] = []
    for name, argument in ours.args.items():
        if (other := theirs.args.get(name)) is None:
            found.append(f"{path}({name}) is unknown to GitHub")
        else:
            found += _mismatch(f"{path}({name})", argument.type, other.type)
    return found


def _mismatch(path: str, ours: GraphQLType, theirs: GraphQLType) -> list[str]:
    return [] if str(ours) == str(theirs) else [f"{path}: {ours} is {theirs} at GitHub"]


def _unknown(name: str, ours: Iterable[str], theirs: Container[str]) -> list[str]:
    return [f"{name}.{member} is unknown to GitHub" for member in ours if member not in theirs]
