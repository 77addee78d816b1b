"""What every refusal of the API looks like (RFC 9457)."""

from typing import Any

import httpx


def problem_of(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem in an answer; fails unless it is one of this status."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    return problem
