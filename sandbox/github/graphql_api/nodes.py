"""GraphQL: what a node id names.

Source: https://docs.github.com/en/graphql/guides/using-global-node-ids
"""

from collections.abc import Callable, Mapping

from sandbox.github.entities import Repository
from sandbox.github.graphql_api.git_objects import Commit, Ref
from sandbox.github.graphql_api.issue_objects import CommentNode, IssueNode
from sandbox.github.graphql_api.pull_objects import Pull
from sandbox.github.graphql_api.repository_objects import LabelNode
from sandbox.github.graphql_api.session import Session, missing_node

Node = Pull | Repository | Ref | Commit | IssueNode | CommentNode | LabelNode


def find(session: Session, node: str) -> Node:
    """Return what an id names; refused when it names nothing."""
    kind = node.partition("_")[0]
    if kind == "R":
        return session.repository(node)
    repository_id, _, key = ":".join(session.node_key(node, kind)).partition(":")
    repository = session.repository_by_id(repository_id, node)
    read = _KINDS.get(kind)
    found = None if read is None else read(repository, key)
    if found is None:
        raise missing_node(node)
    return found


def ref(session: Session, node: str) -> Ref:
    """Return a ref."""
    if not isinstance(found := find(session, node), Ref):
        raise missing_node(node)
    return found


def pull(session: Session, node: str) -> Pull:
    """Return a pull request."""
    if not isinstance(found := find(session, node), Pull):
        raise missing_node(node)
    return found


def issue(session: Session, node: str) -> IssueNode:
    """Return an issue that is no pull request."""
    if not isinstance(found := find(session, node), IssueNode):
        raise missing_node(node)
    return found


def issue_or_pull(session: Session, node: str) -> IssueNode | Pull:
    """Return what can be commented on and labelled."""
    if not isinstance(found := find(session, node), IssueNode | Pull):
        raise missing_node(node)
    return found


def label(session: Session, node: str) -> LabelNode:
    """Return a label."""
    if not isinstance(found := find(session, node), LabelNode):
        raise missing_node(node)
    return found


def _pull(repository: Repository, key: str) -> Pull | None:
    found = repository.pulls.get(_number(key))
    return None if found is None else Pull(repository, found)


def _issue(repository: Repository, key: str) -> IssueNode | None:
    found = repository.issues.get(_number(key))
    return None if found is None else IssueNode(repository, found)


def _comment(repository: Repository, key: str) -> CommentNode | None:
    for about in (*repository.issues.values(), *repository.pulls.values()):
        for comment in about.comments:
            if comment.id == _number(key):
                return CommentNode(repository, about, comment)
    return None


def _label(repository: Repository, key: str) -> LabelNode | None:
    for found in repository.labels.values():
        if found.id == _number(key):
            return LabelNode(repository, found)
    return None


def _ref(repository: Repository, key: str) -> Ref | None:
    return None if repository.git.sha(key) is None else Ref(repository, key)


def _commit(repository: Repository, key: str) -> Commit | None:
    return Commit(repository, key) if repository.git.has_commit(key) else None


def _number(key: str) -> int:
    return int(key) if key.isascii() and key.isdigit() else -1


_KINDS: Mapping[str, Callable[[Repository, str], Node | None]] = {
    "PR": _pull,
    "I": _issue,
    "IC": _comment,
    "LA": _label,
    "REF": _ref,
    "C": _commit,
}
