"""Webhooks in any order, repeated, of others and untrue: none of them decides what is decided.

GitHub's truth changes step by step while deliveries come in that have nothing to do with it: of
other environments, apps and repositories, of states that are long over or never were. What a step
ends with has to have been true on GitHub while it waited, and what is true at the end is found.
"""

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from redis import Redis

from shiploop.bootstrap import Services
from shiploop.clients.github import check_poll, deployments
from shiploop.domain.delivery.checks import ChecksState
from shiploop.domain.delivery.webhook_facts import DeployState
from shiploop.domain.production.live import Live, NotLive, WhyNotLive
from tasks.checks import await_checks
from tasks.shared import live_commit
from tasks.shared.live_commit import await_live
from tests.api.conftest import WEBHOOK_SECRET, serving
from tests.api.conftest import settings as api_settings
from tests.sandbox_process import REPOSITORY, OtherApp, SandboxProcess, new_branch
from tests.scripted_server import Reply, ScriptedServer
from tests.tasks.conftest import ServicesWith
from tests.until import wait_until

DELIVERIES = 20  # an example; with 25 examples of each kind that is 1,000
ACTIONS = 15368
PATIENCE = timedelta(seconds=2)
ENVIRONMENTS = ("production", "production", "Preview", "Preview \u2013 docs")
SEVERAL = settings(
    max_examples=25,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),  # making a failure smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

T = TypeVar("T")
Payload = dict[str, Any]
Deliver = Callable[[str, Payload], None]

states = st.sampled_from([state.value for state in DeployState if state.value != "unknown"])
# Nobody writes `waiting`: GitHub does, for a deployment that a person has to let go.
written_states = states.filter(lambda state: state != "waiting")
environments = st.sampled_from(ENVIRONMENTS)
repositories = st.sampled_from([REPOSITORY, REPOSITORY, "someone/fork", "acme/other"])
conclusions = st.sampled_from(
    [None, "success", "success", "failure", "cancelled", "skipped", "stale", "timed_out"]
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook: what it says, and of which repository."""

    event: str
    payload: Payload

    def of(self, sha: str) -> Payload:
        """Said of this commit."""
        return json.loads(json.dumps(self.payload).replace("HEAD", sha))  # type: ignore[no-any-return]


@st.composite
def deploy_deliveries(draw: st.DrawFn) -> Delivery:
    deployment = {"sha": draw(st.sampled_from(["HEAD", "HEAD", "f" * 40]))}
    payload = {
        "repository": {"full_name": draw(repositories)},
        "deployment": {**deployment, "environment": draw(st.none() | environments)},
        "deployment_status": {"state": draw(states)},
    }
    return Delivery("deployment_status", payload)


@st.composite
def check_deliveries(draw: st.DrawFn) -> Delivery:
    repository = {"full_name": draw(repositories)}
    if draw(st.booleans()):
        state = draw(st.sampled_from(["success", "failure", "error", "pending"]))
        return Delivery(
            "status",
            {"repository": repository, "sha": "HEAD", "context": "faq-gate", "state": state},
        )
    run = {
        "id": draw(st.integers(1, 40)),
        "head_sha": "HEAD",
        "name": draw(st.sampled_from(["faq-gate", "lint"])),
        "conclusion": draw(conclusions),
        "app": draw(st.none() | st.sampled_from([{"id": ACTIONS}, {"id": 7}])),
        "check_suite": {"id": draw(st.integers(1, 9))},
    }
    action = draw(st.sampled_from(["created", "completed", "rerequested"]))
    return Delivery("check_run", {"repository": repository, "action": action, "check_run": run})


def mixed(
    steps: st.SearchStrategy[tuple[str, str]], deliveries: st.SearchStrategy[Delivery]
) -> st.SearchStrategy[list[tuple[str, str] | Delivery]]:
    """Some steps of the truth in their order, with deliveries anywhere between them."""

    @st.composite
    def interleaved(draw: st.DrawFn) -> list[tuple[str, str] | Delivery]:
        told: list[tuple[str, str] | Delivery] = list(
            draw(st.lists(deliveries, min_size=DELIVERIES, max_size=DELIVERIES))
        )
        for step in draw(st.lists(steps, max_size=4)):
            told.insert(draw(st.integers(0, len(told))), step)
        return told

    return interleaved()


@pytest.fixture
def ours(
    services_with: ServicesWith,
    running_sandbox: SandboxProcess,
    scripted: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Services]:
    """Services as a runner's, that look often, of a site which names no commit."""
    monkeypatch.setattr(deployments, "_READ_EVERY_S", 0.05)
    monkeypatch.setattr(check_poll, "_CONFIRM_EVERY_S", 0.05)
    monkeypatch.setattr(live_commit, "_LOOK_AT_SITE_S", 0.05)
    monkeypatch.setattr(live_commit, "_ASK_AGAIN_S", 0.1)
    running_sandbox.reset()
    scripted.replies.extend([Reply(404, "<html>")] * 100_000)
    url = running_sandbox.url
    made = services_with(github_api_url=url, site_url=scripted.url, check_poll_s=0.2)
    stopping = threading.Event()
    loops = [made.check_poll.run, made.facts.listen]
    threads = [threading.Thread(target=each, args=[stopping]) for each in loops]
    for thread in threads:
        thread.start()
    yield made
    stopping.set()
    for thread in threads:
        thread.join(timeout=5)


@pytest.fixture
def deliver(redis: Redis) -> Iterator[Deliver]:
    """Send a webhook to an API, signed as GitHub signs."""
    with serving(api_settings(redis, github_repo=REPOSITORY)) as api:

        def send(event: str, payload: Payload) -> None:
            body = json.dumps(payload).encode()
            digest = hmac.new(WEBHOOK_SECRET.encode(), body, hashlib.sha256).hexdigest()
            headers = {
                "x-github-event": event,
                "x-github-delivery": new_branch(),
                "x-hub-signature-256": f"sha256={digest}",
                "content-type": "application/json",
            }
            answer: httpx.Response = api.post("/webhooks/github", content=body, headers=headers)
            assert answer.status_code == 202, answer.text

        yield send


def meanwhile(waiting: Callable[[datetime], T], happening: Callable[[], None]) -> tuple[T, bool]:
    """What the step ends with while all of that happens, and whether it was over in time."""
    deadline = datetime.now(UTC) + PATIENCE
    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(waiting, deadline)
        happening()
        over_in_time = datetime.now(UTC) < deadline
        return ended.result(), over_in_time


@pytest.mark.timeout(300)
@SEVERAL
@given(happens=mixed(st.tuples(environments, written_states), deploy_deliveries()))
def test_what_is_live_is_what_github_says_of_production(
    ours: Services,
    running_sandbox: SandboxProcess,
    deliver: Deliver,
    happens: list[tuple[str, str] | Delivery],
) -> None:
    sha = running_sandbox.commit({new_branch(): b"something\n"})
    truth = [""]

    def happening() -> None:
        for each in happens:
            if isinstance(each, Delivery):
                deliver(each.event, each.of(sha))
                continue
            environment, state = each
            if environment == "production":
                truth.append(state)
            running_sandbox.deploy(sha, state, environment=environment)

    ended, over_in_time = meanwhile(lambda deadline: await_live(sha, deadline), happening)
    match ended:
        case Live():
            assert (ended.sha, "success" in truth) == (sha, True), truth
        case NotLive(why=WhyNotLive.FAILED):
            assert {"failure", "error"} & set(truth), truth
        case NotLive(why=WhyNotLive.SKIPPED):
            assert "inactive" in truth
        case NotLive():
            decided = truth[-1] in ("success", "failure", "error", "inactive")
            assert not (decided and over_in_time), truth


@pytest.mark.timeout(300)
@SEVERAL
@given(
    happens=mixed(
        st.tuples(
            st.sampled_from(["app", "app", "status", "rerun", "cancel"]),
            st.sampled_from(["success", "failure"]),
        ),
        check_deliveries(),
    ),
    ci_ms=st.sampled_from([20, 150, 60_000]),
)
def test_what_is_green_is_what_github_says_of_the_app_that_is_expected(
    ours: Services,
    running_sandbox: SandboxProcess,
    deliver: Deliver,
    happens: list[tuple[str, str] | Delivery],
    ci_ms: int,
) -> None:
    expected = [{"context": "faq-gate", "integration_id": ACTIONS}]
    with running_sandbox.ruleset({"required_status_checks": expected}):
        running_sandbox.set_ci_ms(ci_ms)
        base, pull = running_sandbox.open(f"\n## {time.monotonic()}?\n\nYes.\n")
        other = running_sandbox.install_app("other-ci")
        truth: set[str] = set()

        def happening() -> None:
            for each in happens:
                truth.add(green_or_not(running_sandbox, pull.head_sha))
                if isinstance(each, Delivery):
                    deliver(each.event, each.of(pull.head_sha))
                else:
                    change_truth(running_sandbox, other, pull.head_sha, *each)

        def waiting(deadline: datetime) -> ChecksState:
            return await_checks(pull.id, pull.head_sha, base, deadline).state

        ended, over_in_time = meanwhile(waiting, happening)
        truth.add(last := green_or_not(running_sandbox, pull.head_sha))
        if ended is ChecksState.GREEN:
            assert "green" in truth, truth
        else:
            is_green = last == "green" and "cancelled" not in truth
            assert not (is_green and over_in_time), (ended, truth)


def change_truth(
    sandbox: SandboxProcess, other: OtherApp, sha: str, what: str, conclusion: str
) -> None:
    """Let something happen on GitHub that is no word of the app that is expected."""
    match what:
        case "app":
            other.report(sha, "faq-gate", conclusion)
        case "status":
            sandbox.status(sha, "faq-gate-of-another", conclusion)
        case _:
            wait_until(lambda: bool(runs_of(sandbox, sha)))
            (run,) = runs_of(sandbox, sha)
            runs_still = run["status"] != "completed"
            if runs_still == (what == "cancel"):
                with suppress(httpx.HTTPStatusError):  # it has ended, or begun, just now
                    sandbox.administer("POST", f"/actions/runs/{run['id']}/{what}")


def runs_of(sandbox: SandboxProcess, sha: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sandbox.read("/actions/runs", head_sha=sha)["workflow_runs"]
    return found


def green_or_not(sandbox: SandboxProcess, sha: str) -> str:
    """What GitHub's REST API says of the one check that counts."""
    runs = sandbox.read(f"/commits/{sha}/check-runs", check_name="faq-gate", app_id=str(ACTIONS))
    told = [run["conclusion"] for run in runs["check_runs"]]
    return "green" if told == ["success"] else str(told[0] if told else None)
