"""What the sandbox knows of workflows is what the schema that GitHub publishes knows."""

import json
from typing import Any

import pytest

from sandbox.ci.constructs import EVENTS, MODELLED, OTHER_EVENTS, REFUSED
from tests.fidelity.conftest import fetched
from tests.fidelity.fetch import WORKFLOWS

# The definitions of the schema by the places of the mappings that they define.
PLACES = {
    "workflow-root": "",
    "workflow-defaults": "defaults",
    "workflow-defaults-run": "defaults.run",
    "job-factory": "jobs.*",
    "workflow-job": "jobs.*",
    "strategy": "jobs.*.strategy",
    "job-defaults": "jobs.*.defaults",
    "job-defaults-run": "jobs.*.defaults.run",
    "run-step": "jobs.*.steps.[]",
    "regular-step": "jobs.*.steps.[]",
    "wait-step": "jobs.*.steps.[]",
    "wait-all-step": "jobs.*.steps.[]",
    "cancel-step": "jobs.*.steps.[]",
    "parallel-step": "jobs.*.steps.[]",
}
# Other names for events that GitHub no longer documents.
MORE_EVENTS = {"image_version", "pull_request_comment"}


@pytest.fixture(scope="module")
def definitions() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fetched(WORKFLOWS).read_text())["definitions"]
    return found


def keys(definitions: dict[str, Any], name: str) -> set[str]:
    return set(definitions[name]["mapping"]["properties"])


def test_the_sandbox_knows_the_keys_that_github_knows(definitions: dict[str, Any]) -> None:
    known = MODELLED.keys() | REFUSED.keys()
    published = {
        f"{place}.{key}".lstrip(".")
        for name, place in PLACES.items()
        if name in definitions
        for key in keys(definitions, name)
    }
    assert published - known == set()
    places = set(PLACES.values())
    assert {
        each for each in known if each.rpartition(".")[0] in places and each[-1] not in "*]"
    } <= (published)


def test_expressions_see_the_contexts_that_github_gives_them(definitions: dict[str, Any]) -> None:
    def context(name: str) -> set[str]:
        return {each.partition("(")[0].lower() for each in definitions[name]["context"]}

    for place, name in {
        "jobs.*.if": "job-if",
        "jobs.*.env.*": "job-env",
        "jobs.*.strategy": "strategy",
        "jobs.*.runs-on": "runs-on",
        "jobs.*.concurrency": "job-concurrency",
        "jobs.*.outputs.*": "string-runner-context",
        "jobs.*.steps.[].if": "step-if",
        "jobs.*.steps.[].run": "string-steps-context",
        "jobs.*.steps.[].with.*": "step-with",
        "env.*": "workflow-env",
        "concurrency": "workflow-concurrency",
    }.items():
        construct = MODELLED[place]
        assert construct.contexts | construct.functions == context(name), place


def test_the_sandbox_knows_the_events_that_github_knows(definitions: dict[str, Any]) -> None:
    published = keys(definitions, "on-mapping-strict") | MORE_EVENTS
    assert EVENTS.keys() | OTHER_EVENTS == published
