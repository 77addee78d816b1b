"""What is concluded from what was seen."""

import re
from dataclasses import replace
from typing import Any

import pytest

from shiploop.cli.doctor.diagnosis import (
    Health,
    RedisFacts,
    judge_disk,
    judge_environments,
    judge_redis,
    judge_required_checks,
    judge_webhook,
)
from shiploop.clients.github.setup import Webhook
from shiploop.domain.delivery.webhook_facts import WEBHOOK_EVENTS, DeployState
from shiploop.domain.production.deployment import Deployment

SAFE = RedisFacts("7.2.4", append_only=True, save_points="", eviction_policy="noeviction")
HOOK = Webhook(
    "https://shiploop.example/webhooks/github",
    WEBHOOK_EVENTS,
    active=True,
    signed=True,
    delivery_statuses=(202, 202),
)


def states(facts: RedisFacts) -> dict[str, Health]:
    return {finding.name: finding.state for finding in judge_redis(facts)}


def test_a_redis_that_keeps_everything_is_well() -> None:
    assert states(SAFE) == {"redis": Health.OK, "redis persistence": Health.OK}


@pytest.mark.parametrize(
    ("version", "state"),
    [("6.0.16", Health.BROKEN), ("6.2.0", Health.OK), ("10.0.1", Health.OK), ("8.0", Health.OK)],
)
def test_a_redis_without_xautoclaim_is_too_old(version: str, state: Health) -> None:
    assert states(replace(SAFE, version=version))["redis"] is state


@pytest.mark.parametrize(
    ("save_points", "told"),
    [("3600 1 300 100", "snapshots only"), ("", "off"), (None, "CONFIG GET is not allowed")],
)
def test_a_redis_that_may_forget_is_warned_of(save_points: str | None, told: str) -> None:
    forgetful = replace(SAFE, append_only=False, save_points=save_points)
    (finding,) = (each for each in judge_redis(forgetful) if each.name == "redis persistence")
    assert finding.state is Health.WARNING
    assert told in finding.what
    assert finding.advice


def test_a_redis_that_takes_no_write_is_broken() -> None:
    assert states(replace(SAFE, write_error="OOM"))["redis writes"] is Health.BROKEN


@pytest.mark.parametrize(
    ("free_bytes", "state"),
    [(0, Health.BROKEN), (100_000_000, Health.WARNING), (10_000_000_000, Health.OK)],
)
def test_a_disk_that_is_nearly_full_is_told_before_it_is(free_bytes: int, state: Health) -> None:
    assert judge_disk("/srv", free_bytes).state is state


def test_a_redis_that_throws_keys_away_when_it_is_full_is_warned_of() -> None:
    found = states(replace(SAFE, eviction_policy="allkeys-lru"))
    assert found["redis eviction"] is Health.WARNING


@pytest.mark.parametrize(
    ("protected", "required", "ran", "protection", "health"),
    [
        (("gate",), ("gate",), {"gate"}, Health.OK, Health.OK),
        (("gate",), ("gate", "lint"), {"gate"}, Health.OK, Health.WARNING),
        (("gate",), ("gate",), {"lint"}, Health.OK, Health.WARNING),
        ((), ("gate",), {"gate", "lint"}, Health.WARNING, Health.OK),
        ((), ("gate",), set(), Health.WARNING, Health.WARNING),
        (("gate",), ("gate",), None, Health.OK, Health.WARNING),
        ((), (), {"gate"}, Health.WARNING, Health.BROKEN),
    ],
)
def test_checks_are_asked_for_and_have_run(
    protected: tuple[str, ...],
    required: tuple[str, ...],
    ran: set[str] | None,
    protection: Health,
    health: Health,
) -> None:
    found = list(
        judge_required_checks(protected, required, None if ran is None else frozenset(ran))
    )
    assert [finding.state for finding in found] == [protection, health]


def test_a_webhook_that_delivers_is_well() -> None:
    assert judge_webhook([replace(HOOK, url="https://x.example/ci"), HOOK]).state is Health.OK
    assert judge_webhook([replace(HOOK, events=frozenset("*"))]).state is Health.OK
    assert judge_webhook([replace(HOOK, delivery_statuses=())]).state is Health.OK


@pytest.mark.parametrize(
    ("hook", "told"),
    [
        (replace(HOOK, url="https://shiploop.example/elsewhere"), "none"),
        (replace(HOOK, active=False), "switched off"),
        (replace(HOOK, events=frozenset({"push", "status"})), "check_run, deployment_status"),
        (replace(HOOK, signed=False), "no secret"),
        (replace(HOOK, delivery_statuses=(202, 502, 500)), "2 of the last 3 .* latest with 502"),
        (replace(HOOK, delivery_statuses=(0,)), "the last delivery failed .*no answer"),
    ],
)
def test_a_webhook_that_does_not_deliver_is_warned_of(hook: Webhook, told: str) -> None:
    finding = judge_webhook([hook])
    assert finding.state is Health.WARNING
    assert finding.advice
    assert re.search(told, finding.what)


def to(environment: str, state: DeployState, **fields: Any) -> Deployment:
    return Deployment("a" * 40, environment, state, **fields)


@pytest.mark.parametrize(
    ("deployments", "named", "state", "said"),
    [
        ([], (), Health.OK, "none on GitHub"),
        ([to("production", DeployState.SUCCESS)], (), Health.OK, "to production is success"),
        ([to("main - docs", DeployState.SUCCESS)], ("main - docs",), Health.OK, "main - docs"),
        ([to("main - docs", DeployState.SUCCESS)], (), Health.WARNING, "production's: main - docs"),
        ([to("production", DeployState.INACTIVE)], (), Health.WARNING, "to production is inactive"),
        (
            [to("Preview", DeployState.FAILURE), to("production", DeployState.PENDING)],
            (),
            Health.OK,
            "to production is pending",
        ),
    ],
)
def test_where_production_is_deployed_is_known_or_to_be_named(
    deployments: list[Deployment], named: tuple[str, ...], state: Health, said: str
) -> None:
    finding = judge_environments(deployments, "https://docs.example.com", named)
    assert finding.state is state
    assert said in finding.what


def test_a_deploy_that_failed_is_named_with_its_log() -> None:
    failed = to("production", DeployState.FAILURE, log_url="https://logs.example.com/1")
    assert "https://logs.example.com/1" in judge_environments([failed], "", ()).advice
