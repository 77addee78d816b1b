"""The API keeps what its own description promises: schemathesis tries it over HTTP."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from redis import Redis

from shiploop.stores.heartbeats import Heartbeats
from tests.api.conftest import Serve

KEY = "the-key-of-schemathesis"
UNLIMITED = "100000000/minute"
CONFIG = """
[[operations]]
include-path = "/api/agent/faq"
# No schema can say what a question is: it may be refused although the schema allows it.
checks.positive_data_acceptance.expected-statuses = ["2xx", "422"]

[[operations]]
include-path = "/api/metrics/agent"
# Nor which days there are, and in which order: 31 June is none.
checks.positive_data_acceptance.expected-statuses = ["2xx", "422"]
"""


def test_the_api_does_what_its_description_says(serve: Serve, redis: Redis, tmp_path: Path) -> None:
    api = serve(
        api_keys={"tests": KEY},
        rate_limit_per_key=UNLIMITED,
        rate_limit_per_address=UNLIMITED,
        queue_limit=1_000_000,
    )
    # One beat for all that follows: a runner is taken for dead 15 s after its last.
    Heartbeats(redis).beat("host-1", datetime.now(UTC) + timedelta(minutes=2), "ready", 0)
    tried = schemathesis(api, tmp_path)
    assert tried.returncode == 0, tried.stdout + tried.stderr
    generated = re.search(r"(\d+) generated, \1 passed", tried.stdout)
    assert generated is not None, tried.stdout
    assert int(generated[1]) > 200


def schemathesis(api: httpx.Client, directory: Path) -> subprocess.CompletedProcess[str]:
    """Run its checks on all routes but the stream, which does not end while a task lives."""
    config = directory / "schemathesis.toml"
    config.write_text(CONFIG, encoding="utf-8")
    command = [
        str(Path(sys.executable).with_name("schemathesis")),
        f"--config-file={config}",
        "run",
        str(api.base_url.join("/openapi.json")),
        "--checks=all",
        "--exclude-checks=use_after_free",  # a task that was cancelled can still be read
        f"--header=X-API-Key: {KEY}",
        "--exclude-path=/api/agent/tasks/{task_id}/events",
        "--max-examples=25",
        "--seed=1",
        "--request-timeout=5",
        "--no-color",
    ]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=90)


def test_each_route_describes_its_refusals(api: httpx.Client) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    refusals = {
        (method, path): {
            status for status, answer in route["responses"].items() if is_problem(answer)
        }
        for path, methods in paths.items()
        for method, route in methods.items()
    }
    assert refusals == {
        ("post", "/api/agent/faq"): {"400", "401", "413", "422", "429", "503"},
        ("get", "/api/agent/faq/entries"): {"401", "422", "503"},
        ("get", "/api/agent/faq/gaps"): {"401", "422", "503"},
        ("get", "/api/agent/tasks"): {"401", "422", "503"},
        ("get", "/api/agent/tasks/{task_id}"): {"401", "404", "422", "503"},
        ("delete", "/api/agent/tasks/{task_id}"): {"401", "404", "409", "422", "429", "503"},
        ("post", "/api/agent/tasks/{task_id}/approve"): {
            *("401", "404", "409", "422", "429", "503"),
        },
        ("post", "/api/agent/tasks/{task_id}/feedback"): {
            *("400", "401", "404", "409", "413", "422", "429", "503"),
        },
        ("get", "/api/agent/tasks/{task_id}/events"): {"401", "404", "422", "503"},
        ("get", "/api/metrics/agent"): {"401", "422", "503"},
        ("get", "/metrics"): {"401", "503"},
        ("post", "/webhooks/github"): {"400", "401", "413", "422", "429", "503"},
        ("get", "/healthz"): set(),
    }


def test_the_body_of_each_agents_route_is_the_agents_own_model(serve: Serve) -> None:
    api = serve(agents=("shiploop.agents.faq.agent", "tests.toy_agent.agent"))
    description = api.get("/openapi.json").json()
    models = description["components"]["schemas"]
    for agent, name, field in (("faq", "AskRequest", "question"), ("notes", "Note", "line")):
        route = description["paths"][f"/api/agent/{agent}"]["post"]
        content = route["requestBody"]["content"]["application/json"]
        assert content["schema"] == {"$ref": f"#/components/schemas/{name}"}
        assert models[name]["required"] == [field]
        assert next(iter(models[name]["properties"])) == field
        assert models[name]["additionalProperties"] is False
    question = models["AskRequest"]["properties"]["question"]
    assert (question["minLength"], question["maxLength"]) == (1, 500)
    assert question["examples"] == ["What is the worker heartbeat mechanism?"]
    operations = [
        route["operationId"]
        for methods in description["paths"].values()
        for route in methods.values()
    ]
    assert len(operations) == len(set(operations))


def is_problem(answer: dict[str, dict[str, object]]) -> bool:
    return "application/problem+json" in answer.get("content", {})


def test_the_documentation_needs_nothing_from_outside(api: httpx.Client) -> None:
    for page in ("/docs", "/redoc"):
        html = api.get(page).text
        parts = re.findall(r'(?:src|href)="([^"]+)"', html)
        assert parts
        for part in parts:
            assert part.startswith("/"), part
            assert api.get(part).status_code == 200
