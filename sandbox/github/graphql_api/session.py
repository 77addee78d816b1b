"""What every GraphQL resolver gets: who asks, and of which GitHub."""

import dataclasses

from sandbox.github.accounts import Access, Account
from sandbox.github.entities import Repository
from sandbox.github.node_ids import parse_node_id
from sandbox.github.rate_limit import RateLimit
from sandbox.github.refusals import Reason, RefusedError
from sandbox.github.state import GitHub


@dataclasses.dataclass(frozen=True, slots=True)
class Session:
    """The context of one GraphQL request."""

    github: GitHub
    viewer: Account
    rate_limit: RateLimit

    def node_key(self, node: str, kind: str) -> tuple[str, ...]:
        """Return the key in an id; refused when it is not of that kind."""
        parsed = parse_node_id(node)
        if parsed is None or parsed[0] != kind:
            raise missing_node(node)
        return parsed[1]

    def repository(self, node: str) -> Repository:
        """Return the repository of a node id."""
        return self.repository_by_id(self.node_key(node, "R")[0], node)

    def repository_by_id(self, number: str, node: str) -> Repository:
        """Return the repository with that database id."""
        if (repository := self.github.repository_by_id(number)) is None:
            raise missing_node(node)
        return repository

    def require_writable(self, node: str) -> None:
        """Refuse to change what is in an archived repository."""
        parsed = parse_node_id(node)
        repository = self.github.repository_by_id(parsed[1][0]) if parsed else None
        if repository is not None:
            repository.require_writable()

    def require_write(self, mutation: str) -> None:
        """Refuse a mutation to those who may only read."""
        self.require(mutation, Access.WRITE)

    def require(self, mutation: str, access: Access) -> None:
        """Refuse a mutation to those who have less access."""
        if self.viewer.access < access:
            message = (
                f"{self.viewer.login} does not have the correct permissions to execute `{mutation}`"
            )
            raise RefusedError(Reason.FORBIDDEN, message)


def missing_node(node: str) -> RefusedError:
    """Return the error for an id that names nothing."""
    message = f"Could not resolve to a node with the global id of '{node}'."
    return RefusedError(Reason.NOT_FOUND, message)
