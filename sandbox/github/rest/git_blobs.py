"""Blobs.

Source: https://docs.github.com/en/rest/git/blobs#get-a-blob
"""

import base64

from sandbox.github.node_ids import node_id
from sandbox.github.payloads import repositories as payloads
from sandbox.github.rest.call import Call, Operation, Reply, not_found


def _get(call: Call) -> Reply:
    if (blob := call.repository.git.blob_by_id(call.path["sha"])) is None:
        raise not_found()
    if call.form == "raw":
        return Reply(200, content=blob.data)
    return Reply(
        200,
        {
            "sha": str(blob.id),
            "node_id": node_id("B", str(blob.id)),
            "size": blob.size,
            "url": payloads.api_url(call.github, call.repository, f"/git/blobs/{blob.id}"),
            "content": base64.encodebytes(blob.data).decode(),
            "encoding": "base64",
        },
    )


OPERATIONS = (
    Operation("GET", "/repos/{owner}/{repo}/git/blobs/{sha}", _get, forms=frozenset({"raw"})),
)
