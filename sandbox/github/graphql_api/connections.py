"""GraphQL: lists, a page at a time.

Source: https://docs.github.com/en/graphql/guides/using-pagination-in-the-graphql-api
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, TypedDict, Unpack

from graphql import FieldNode, FragmentSpreadNode, GraphQLResolveInfo, InlineFragmentNode

from sandbox.github.refusals import Reason, RefusedError

Resolver = Callable[..., Any]
_LARGEST_PAGE = 100
_PAGED = {"nodes", "edges", "pageInfo"}


class PageArguments(TypedDict, total=False):
    """Which page: the `first` ones `after` a cursor, or the `last` ones `before` one."""

    first: int | None
    last: int | None
    after: str | None
    before: str | None


def connection(
    items: Sequence[Any], info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    """Return one page of a list.

    Raises RefusedError without `first` or `last`, unless only the count is asked for, and for
    more than 100 at once:
    https://docs.github.com/en/graphql/overview/rate-limits-and-query-limits-for-the-graphql-api#node-limit
    """
    first, last = page.get("first"), page.get("last")
    if first is None and last is None and _PAGED & selected(info):
        message = (
            "You must provide a `first` or `last` value to properly paginate"
            f" the `{info.field_name}` connection."
        )
        raise RefusedError(Reason.MISSING_PAGINATION_BOUNDARIES, message)
    _check_size(info.field_name, first, last)
    start, end = _position(page.get("after"), 0), _position(page.get("before"), len(items) + 1) - 1
    end = min(end, len(items))
    if first is not None:
        end = min(end, start + first)
    if last is not None:
        start = max(start, end - last)
    numbers = range(start, max(start, end))
    cursors = [_cursor(number + 1) for number in numbers]
    nodes = [items[number] for number in numbers]
    return {
        "nodes": nodes,
        "edges": [
            {"cursor": cursor, "node": node} for cursor, node in zip(cursors, nodes, strict=True)
        ],
        "totalCount": len(items),
        "pageInfo": {
            "hasNextPage": end < len(items),
            "hasPreviousPage": start > 0,
            "startCursor": cursors[0] if cursors else None,
            "endCursor": cursors[-1] if cursors else None,
        },
    }


def selected(info: GraphQLResolveInfo) -> set[str]:
    """Return the names of the fields that are asked of what is being resolved."""
    found: set[str] = set()
    sets = [node.selection_set for node in info.field_nodes]
    while sets:
        for selection in getattr(sets.pop(), "selections", ()):
            match selection:
                case FieldNode():
                    found.add(selection.name.value)
                case FragmentSpreadNode():
                    sets.append(info.fragments[selection.name.value].selection_set)
                case InlineFragmentNode():
                    sets.append(selection.selection_set)
                case _:
                    pass
    return found


def always_empty(
    _source: object, info: GraphQLResolveInfo, **page: Unpack[PageArguments]
) -> dict[str, Any]:
    """Resolve a list of what the sandbox never has: assignees, sub-issues, requests to review."""
    return connection((), info, **page)


def resolve_by(read: Callable[[Any], Any]) -> Resolver:
    """Make a resolver of a function of the object alone."""
    return lambda source, _info, **_arguments: read(source)


def resolve_as(value: object) -> Resolver:
    """Make a resolver of what never changes."""
    return lambda _source, _info, **_arguments: value


def _check_size(name: str, first: int | None, last: int | None) -> None:
    for limit, size in (("first", first), ("last", last)):
        if size is not None and size > _LARGEST_PAGE:
            message = (
                f"Requesting {size} records on the `{name}` connection exceeds"
                f" the `{limit}` limit of {_LARGEST_PAGE} records."
            )
            raise RefusedError(Reason.EXCESSIVE_PAGINATION, message)
        if size is not None and size < 0:
            message = f"`{limit}` on the `{name}` connection cannot be less than zero."
            raise RefusedError(Reason.EXCESSIVE_PAGINATION, message)


def _cursor(position: int) -> str:
    return base64.b64encode(f"cursor:v2:{position}".encode()).decode()


def _position(cursor: str | None, default: int) -> int:
    """Return the place in the list that a cursor names, counted from 1."""
    if cursor is None:
        return default
    try:
        text = base64.b64decode(cursor, validate=True).decode()
        return int(text.removeprefix("cursor:v2:"))
    except (binascii.Error, ValueError) as error:
        message = f"`{cursor}` does not appear to be a valid cursor."
        raise RefusedError(Reason.INVALID_CURSOR, message) from error
