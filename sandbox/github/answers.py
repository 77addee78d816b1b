"""HTTP answers of the API: JSON, refusals, and conditional requests.

Sources: https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api and
https://docs.github.com/en/rest/using-the-rest-api/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate
"""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from sandbox.github.refusals import RefusedError
from sandbox.github.rest.call import Reply

_DOCUMENTATION = "https://docs.github.com/rest"


def json_answer(status: int, value: object, headers: Mapping[str, str] | None = None) -> Response:
    """Return an answer with a JSON body, or with none when the value is None."""
    content = b"" if value is None else json.dumps(value, separators=(",", ":")).encode()
    return Response(content, status, headers, "application/json; charset=utf-8")


def reply_answer(reply: Reply, form: str, links: Mapping[str, str]) -> Response:
    """Return the answer of an operation: its media type, and the pages around it.

    Source: https://docs.github.com/en/rest/using-the-rest-api/using-pagination-in-the-rest-api#using-link-headers
    """
    if reply.content is None:
        answer = json_answer(reply.status, reply.json)
        answer.headers["x-github-media-type"] = "github.v3; format=json"
    else:
        media_type = f"application/vnd.github.{form}; charset=utf-8"
        answer = Response(reply.content, reply.status, media_type=media_type)
        answer.headers["x-github-media-type"] = f"github.v3; param={form}"
    if reply.status == 201 and isinstance(url := reply.json.get("url"), str):
        answer.headers["location"] = url
    if links:
        answer.headers["link"] = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items())
    return answer


def message_answer(status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return an error that is nothing but a message."""
    body = {"message": message, "documentation_url": _DOCUMENTATION, "status": str(status)}
    return json_answer(status, body, headers)


def refusal(error: RefusedError, headers: Mapping[str, str] | None = None) -> Response:
    """Return a refusal in GitHub's form."""
    if not error.errors:
        return message_answer(error.reason.status, error.message, headers)
    body: dict[str, Any] = {
        "message": "Validation Failed",
        "errors": list(error.errors),
        "documentation_url": _DOCUMENTATION,
        "status": str(error.reason.status),
    }
    return json_answer(error.reason.status, body, headers)


def with_etag(answer: Response, if_none_match: str | None) -> Response:
    """Return the answer with its ETag, or 304 when that is what the client has."""
    etag = f'W/"{hashlib.sha256(answer.body).hexdigest()}"'
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if etag.removeprefix("W/") in known:
        answer = Response(status_code=304)
    answer.headers["etag"] = etag
    answer.headers["cache-control"] = "private, max-age=60, s-maxage=60"
    return answer
