"""GraphQL: who acts.

Source: https://docs.github.com/en/graphql/reference/interfaces#actor
"""

from collections.abc import Mapping

from graphql import GraphQLResolveInfo

from sandbox.github.accounts import Account
from sandbox.github.graphql_api.connections import Resolver, resolve_as, resolve_by
from sandbox.github.graphql_api.session import Session
from sandbox.github.node_ids import node_id


def _url(account: Account, info: GraphQLResolveInfo) -> str:
    session: Session = info.context
    return f"{session.github.url}/{account.login}"


def _kind(prefix: str) -> Mapping[str, Resolver]:
    return {
        "id": resolve_by(lambda account: node_id(prefix, account.id)),
        "databaseId": resolve_by(lambda account: account.id),
        "url": _url,
    }


ACTOR_RESOLVERS: Mapping[str, Mapping[str, Resolver]] = {
    "User": {**_kind("U"), "name": resolve_as(None)},
    "Organization": {**_kind("O"), "name": resolve_as(None)},
    "Bot": {
        **_kind("BOT"),
        # Only GraphQL's Bot has its login without the "[bot]" that `viewer` and REST show.
        "login": resolve_by(lambda account: account.login.removesuffix("[bot]")),
    },
}
