"""Every REST answer of the sandbox is one that GitHub documents, in status and in shape."""

import pytest

from sandbox.github.rest.operations import OPERATIONS
from tests.fidelity.conftest import Recording
from tests.fidelity.openapi import Operation, RestDescription

pytestmark = pytest.mark.xdist_group("fidelity")  # one tour, one reading of large schemas

_GUIDES = "https://docs.github.com/en/rest/using-the-rest-api"
_TROUBLESHOOTING = f"{_GUIDES}/troubleshooting-the-rest-api"

# Answers that any operation may give: GitHub describes them once, in prose, and lists them with
# an operation only here and there.
GENERAL_ANSWERS = {
    304: f"{_GUIDES}/best-practices-for-using-the-rest-api#use-conditional-requests-if-appropriate",
    400: f"{_TROUBLESHOOTING}#problems-parsing-json",
    401: "https://docs.github.com/en/rest/authentication/authenticating-to-the-rest-api",
    403: f"{_TROUBLESHOOTING}#resource-not-accessible",
    415: f"{_GUIDES}/getting-started-with-the-rest-api#media-types",
    404: f"{_TROUBLESHOOTING}#404-not-found-for-an-existing-resource",
    503: "components/responses/service_unavailable, which other operations list",
}

# What the sandbox answers and GitHub does not document, and why it does.
TOLERATED = {
    ("GET /repos/{owner}/{repo}/commits/{ref}/check-runs", 422): (
        "a ref that is not there, as https://docs.github.com/en/rest/commits/commits#get-a-commit"
    ),
    ("POST /repos/{owner}/{repo}/check-runs", 422): f"{_TROUBLESHOOTING}#validation-failed",
    ("PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}", 422): (
        f"{_TROUBLESHOOTING}#validation-failed"
    ),
    ("POST /repos/{owner}/{repo}/statuses/{sha}", 422): f"{_TROUBLESHOOTING}#validation-failed",
}


def test_every_route_is_visited(rest_description: RestDescription, recording: Recording) -> None:
    visited = {
        str(rest_description.operation(each.method, each.path))
        for each in recording.exchanges
        if each.status < 300
    }
    modelled = {
        str(rest_description.operation(each.method, _example(each.path))) for each in OPERATIONS
    }
    assert modelled - visited == set()


def test_every_status_is_documented(
    rest_description: RestDescription, recording: Recording
) -> None:
    undocumented = {
        f"{operation} answered {each.status}"
        for each in recording.exchanges
        for operation in [rest_description.operation(each.method, each.path)]
        if str(each.status) not in operation.responses
        and each.status not in GENERAL_ANSWERS
        and (str(operation), each.status) not in TOLERATED
    }
    assert not undocumented, "\n".join(sorted(undocumented))


def test_every_answer_has_the_documented_shape(
    rest_description: RestDescription, recording: Recording
) -> None:
    problems = {
        f"{operation} {each.status}: {problem}"
        for each in recording.exchanges
        for operation in [rest_description.operation(each.method, each.path)]
        for problem in _problems(rest_description, operation, each.status, each.body)
    }
    assert not problems, "\n".join(sorted(problems))


def test_nothing_is_tolerated_that_does_not_happen(
    rest_description: RestDescription, recording: Recording
) -> None:
    undocumented = {
        (str(operation), each.status)
        for each in recording.exchanges
        for operation in [rest_description.operation(each.method, each.path)]
        if str(each.status) not in operation.responses
    }
    assert TOLERATED.keys() <= undocumented
    assert GENERAL_ANSWERS.keys() <= {each.status for each in recording.exchanges}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, "$: 'sha' is a required property"),
        ({"sha": 1, "merged": True, "message": ""}, "$.sha: 1 is not of type 'string'"),
    ],
)
def test_the_judge_refuses_a_wrong_answer(
    rest_description: RestDescription, body: object, problem: str
) -> None:
    merge = rest_description.operation("PUT", "/repos/acme/docs/pulls/1/merge")
    assert problem in list(rest_description.problems(merge, 200, body))


def _problems(
    description: RestDescription, operation: Operation, status: int, body: object
) -> list[str]:
    if str(status) in operation.responses:
        return list(description.problems(operation, status, body))
    return list(description.general_problems(status, body))


def _example(path: str) -> str:
    """Fill a route's parameters, so that it can be looked up."""
    return path.replace("{basehead:path}", "a...b").replace(":path", "")
