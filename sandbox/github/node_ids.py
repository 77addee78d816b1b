"""GraphQL node ids: opaque to clients, they say what they name.

Source: https://docs.github.com/en/graphql/guides/using-global-node-ids
"""

import base64
import binascii


def node_id(kind: str, *key: str | int) -> str:
    """Return the id of a `kind` ("PR", "R", "REF", …) of node."""
    text = ":".join(str(part) for part in key)
    return f"{kind}_{base64.urlsafe_b64encode(text.encode()).decode().rstrip('=')}"


def parse_node_id(node: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the kind and key of an id; None when it is none of ours."""
    kind, _, encoded = node.partition("_")
    try:
        text = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    # A ref's name may contain colons nowhere, so the split is unambiguous.
    return kind, tuple(text.split(":"))
