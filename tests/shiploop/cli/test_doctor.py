"""`shiploop doctor`: real servers, servers that are away, and servers that never answer."""

import io
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from rich.console import Console

from shiploop.cli.doctor import diagnose, exit_code, show_findings
from shiploop.cli.doctor.diagnosis import Finding, Health
from shiploop.cli.doctor.examination import find_places, run_side_by_side
from shiploop.cli.doctor.github_check import check_github
from shiploop.cli.doctor.model_check import check_model
from shiploop.cli.doctor.prefect_check import check_prefect
from shiploop.cli.doctor.redis_check import check_redis, check_runners
from shiploop.cli.doctor.service_checks import (
    check_api,
    check_disks,
    check_options,
    check_signing_key,
    check_site,
)
from shiploop.settings import Settings
from shiploop.stack.addresses import free_port
from shiploop.stores.heartbeats import Heartbeats
from tests.sandbox_process import BOT_TOKEN, REPOSITORY, SandboxProcess
from tests.scripted_server import Reply, ScriptedServer
from tests.until import wait_until
from tests.world import REPOSITORY as WORLD_REPOSITORY
from tests.world import World

CANARY = "canary-that-nobody-may-see"
WORKER_TIMEOUT_S = 30.0  # it starts beside the runner, on a machine that may be busy
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def away() -> str:
    """An address at which nobody listens."""
    return f"http://127.0.0.1:{free_port()}"


def by_name(findings: Iterator[Finding] | list[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def states(findings: Iterator[Finding] | list[Finding]) -> dict[str, str]:
    return {finding.name: str(finding.state) for finding in findings}


def printed(findings: list[Finding]) -> str:
    text = io.StringIO()
    show_findings(findings, Console(file=text, width=120))
    return text.getvalue()


@contextmanager
def silent_server() -> Iterator[str]:
    """Takes connections, and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_an_embedded_redis_is_well(redis_url: str) -> None:
    assert states(check_redis(redis_url)) == {"redis": "ok", "redis persistence": "ok"}


def test_a_hosted_redis_that_hides_its_configuration_is_warned_of(
    redis: Redis, redis_url: str
) -> None:
    redis.config_set("appendonly", "no")
    redis.acl_setuser(
        "hosted", True, passwords=[f"+{CANARY}"], keys=["*"], commands=["+@all", "-config"]
    )
    try:
        found = by_name(check_redis(redis_url.replace("://", f"://hosted:{CANARY}@")))
        assert found["redis persistence"].state is Health.WARNING
        assert "CONFIG GET is not allowed" in found["redis persistence"].what
    finally:
        redis.acl_deluser("hosted")
        redis.config_set("appendonly", "yes")


def test_a_redis_without_memory_for_more_is_broken(redis: Redis, redis_url: str) -> None:
    redis.config_set("maxmemory", 1)
    try:
        found = by_name(check_redis(redis_url))
        assert found["redis writes"].state is Health.BROKEN
        assert "maxmemory" in found["redis writes"].what
    finally:
        redis.config_set("maxmemory", 0)


def test_the_disk_of_the_home_is_looked_at_also_before_there_is_one(tmp_path: Path) -> None:
    for home in (tmp_path, tmp_path / "not-yet"):
        assert {finding.name for finding in check_disks(home)} == {"disk"}


def test_a_redis_that_refuses_us_is_broken(redis_url: str) -> None:
    refusing = redis_url.replace("://", f"://nobody:{CANARY}@")
    (finding,) = check_redis(refusing)
    assert finding.state is Health.BROKEN
    assert CANARY not in finding.what


def test_runners_are_counted_by_their_heartbeats(redis: Redis, redis_url: str) -> None:
    assert states(check_runners(redis_url, NOW)) == {"runners": "broken"}
    for worker in ("a", "b"):
        Heartbeats(redis).beat(worker, NOW, "ready", 0)
    (finding,) = check_runners(redis_url, NOW)
    assert (finding.state, finding.what) == (Health.OK, "2 alive")


def test_a_token_that_may_write_is_well_and_webhooks_stay_unseen(sandbox: SandboxProcess) -> None:
    sandbox.open_green()
    ours = settings(
        github_repo=REPOSITORY,
        github_api_url=sandbox.url,
        github_token=BOT_TOKEN,
        github_webhook_secret=CANARY,
    )
    found = by_name(check_github(ours))
    # What was deployed is the doing of other tests.
    assert states([one for one in found.values() if one.name != "deployments"]) == {
        "github token": "ok",
        "github repository": "ok",
        "github permissions": "ok",
        "branch protection": "ok",
        "required checks": "ok",
        "rules": "ok",
        "webhook": "warning",
    }
    assert "administrator" in found["webhook"].what


def test_a_reader_is_told_that_it_cannot_open_pull_requests(sandbox: SandboxProcess) -> None:
    ours = settings(github_repo=REPOSITORY, github_api_url=sandbox.url, github_token="eve-token")
    found = by_name(check_github(ours))
    assert found["github permissions"].state is Health.BROKEN
    assert found["webhook secret"].state is Health.NOT_CONFIGURED


def test_an_administrator_is_told_that_there_is_no_webhook(sandbox: SandboxProcess) -> None:
    ours = settings(github_repo=REPOSITORY, github_api_url=sandbox.url, github_token="ada-token")
    found = by_name(check_github(ours))
    assert found["webhook"].what.startswith("none")


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({"github_token": "wrong-token"}, "github token"),
        ({}, "github token"),
        ({"github_token": BOT_TOKEN, "github_repo": "acme/nothing"}, "github repository"),
        ({"github_token": BOT_TOKEN, "base_branch": "no-such"}, "github repository"),
        ({"github_token": BOT_TOKEN, "github_api_url": "http://127.0.0.1:1"}, "github"),
    ],
)
def test_what_keeps_us_out_of_github_is_named(
    sandbox: SandboxProcess, given: dict[str, str], name: str
) -> None:
    ours = settings(**{"github_repo": REPOSITORY, "github_api_url": sandbox.url, **given})
    (finding,) = check_github(ours)
    assert (finding.name, finding.state) == (name, Health.BROKEN)
    assert finding.advice


def test_a_prefect_without_pool_and_deployments_is_broken(scripted: ScriptedServer) -> None:
    missing = [Reply(404, '{"detail": "not found"}')] * 9
    scripted.replies.extend([Reply(200, '"3.9.1"'), Reply(200, "[]"), *missing])
    found = by_name(check_prefect(f"{scripted.url}/api"))
    assert found["prefect access"].state is Health.WARNING  # it answers whoever asks
    assert "3.9.1" in found["prefect"].what
    assert found["prefect work pool"].state is Health.BROKEN
    assert found["prefect deployments"].state is Health.BROKEN


@pytest.mark.parametrize(
    ("replies", "expected"),
    [
        ([], {"site": "broken"}),
        ([Reply(503), Reply(200)], {"site": "broken", "site FAQ page": "ok"}),
        (
            [Reply(200), Reply(200), Reply(200, '{"no": "sha"}'), Reply(200)],
            {"site": "warning", "site FAQ page": "ok"},
        ),
        (
            [Reply(200), Reply(404), Reply(200, '{"sha": "abc"}')],
            {"site": "ok", "site FAQ page": "broken"},
        ),
        (
            [Reply(200), Reply(200), Reply(200, '{"sha": "abc"}')],
            {"site": "ok", "site FAQ page": "ok"},
        ),
    ],
)
def test_a_site_names_its_commit_and_serves_the_faq(
    scripted: ScriptedServer, replies: list[Reply], expected: dict[str, str]
) -> None:
    scripted.replies.extend(replies)
    ours = settings(site_url=scripted.url, site_faq_path="/faq")
    assert states(check_site(ours)) == expected


def test_an_api_that_cannot_work_is_broken(scripted: ScriptedServer) -> None:
    scripted.replies.extend([Reply(200), Reply(503)])
    assert [states(check_api(scripted.url)) for _ in range(2)] == [{"api": "ok"}, {"api": "broken"}]
    assert states(check_api(away())) == {"api": "broken"}


def test_a_signing_key_is_set_or_kept_for_us_alone(tmp_path: Path) -> None:
    ours = settings(home=tmp_path)
    assert states(check_signing_key(ours)) == {"signing key": "not configured"}
    (tmp_path / "signing_key").write_text(CANARY)
    (tmp_path / "signing_key").chmod(0o644)
    assert states(check_signing_key(ours)) == {"signing key": "warning"}
    (tmp_path / "signing_key").chmod(0o600)
    assert states(check_signing_key(ours)) == {"signing key": "ok"}
    assert states(check_signing_key(settings(signing_key=CANARY))) == {"signing key": "ok"}


def test_what_may_be_set_or_not_is_never_broken_for_not_being_set() -> None:
    assert set(states(check_options(settings())).values()) == {"not configured"}
    assert states(check_model(settings())) == {"model": "not configured"}
    every = settings(
        slack_webhook_url=f"https://hooks.example/services/T/B/{CANARY}",
        sentry_dsn=CANARY,
        sentry_project="acme/docs-site",
        sentry_auth_token=CANARY,
    )
    assert states(check_options(every)) == {
        "slack": "ok",
        "sentry": "ok",
        "sentry issues": "ok",
    }


def model_at(base_url: str, **more: Any) -> Finding:
    ours = settings(openai_api_key=CANARY, openai_base_url=base_url, **more)
    return by_name(check_model(ours))["model"]


def test_a_model_that_its_server_lists_is_well(sandbox: SandboxProcess) -> None:
    base_url = f"{sandbox.url}/openai/v1"
    assert model_at(base_url).state is Health.OK
    unknown = model_at(base_url, openai_model="gpt-0")
    assert unknown.state is Health.BROKEN
    assert "gpt-0" in unknown.what
    assert "gpt-4.1-mini" in unknown.advice


@pytest.mark.parametrize(
    ("reply", "state", "word"),
    [
        (Reply(401, f"no, {CANARY}!"), Health.BROKEN, "refused"),
        (Reply(403), Health.WARNING, "not listed"),
        (Reply(404), Health.WARNING, "not listed"),
        (Reply(200, "Welcome!"), Health.BROKEN, "not among"),
        (Reply(200, '{"data": [null, {"id": 7}]}'), Health.BROKEN, "not among"),
    ],
)
def test_a_model_that_cannot_be_used_says_why_and_never_the_key(
    scripted: ScriptedServer, reply: Reply, state: Health, word: str
) -> None:
    scripted.replies.append(reply)
    model = model_at(f"{scripted.url}/v1/")
    assert model.state is state
    assert word in model.what
    assert CANARY not in repr(model)
    assert scripted.requests == ["GET /v1/models"]


@pytest.mark.parametrize("base_url", ["nonsense", "ftp://example.org", "http://[", ""])
def test_a_models_server_that_cannot_be_asked_is_broken(base_url: str) -> None:
    assert model_at(base_url).state is Health.BROKEN
    assert model_at(away()).state is Health.BROKEN


def test_slack_is_neither_told_nor_named_by_its_address(scripted: ScriptedServer) -> None:
    ours = settings(slack_webhook_url=f"{scripted.url}/services/T/B/{CANARY}")
    slack = by_name(check_options(ours))["slack"]
    assert slack.state is Health.OK
    assert scripted.url not in slack.what
    assert CANARY not in repr(slack)
    assert scripted.requests == []


@pytest.mark.parametrize("url", [CANARY, "hooks.slack.com/services/T/B/x", "https://"])
def test_a_webhook_that_is_no_url_is_broken(url: str) -> None:
    slack = by_name(check_options(settings(slack_webhook_url=url)))["slack"]
    assert slack.state is Health.BROKEN
    assert url not in slack.what


def test_a_project_of_sentrys_without_a_token_is_broken() -> None:
    found = by_name(check_options(settings(sentry_project="acme/docs-site")))
    assert found["sentry issues"].state is Health.BROKEN


def test_a_stack_that_runs_here_is_found_by_its_note(tmp_path: Path) -> None:
    note = {"api": "http://a", "prefect": "http://p", "site": "http://s", "redis": "redis://r"}
    (tmp_path / "stack.json").write_text(json.dumps({**note, "github": "http://g"}))
    places = find_places(settings(home=tmp_path))
    assert (places.api_url, places.site_url) == ("http://a", "http://s")
    assert (places.prefect_api_url, places.redis_url) == ("http://p/api", "redis://r")
    set_places = find_places(
        settings(
            home=tmp_path,
            github_repo=REPOSITORY,
            site_url="http://mine",
            redis_url="redis://mine",
            prefect_api_url="http://mine/api",
        )
    )
    assert (set_places.site_url, set_places.redis_url) == ("http://mine", "redis://mine")
    assert set_places.prefect_api_url == "http://mine/api"


def test_where_nothing_is_set_and_nothing_runs_each_part_says_what_to_do(tmp_path: Path) -> None:
    found = diagnose(settings(home=tmp_path, site_url=away(), api_port=free_port()))
    assert {each.name for each in found} == {
        *("redis", "runners", "prefect", "github", "site", "probes", "api"),
        *("disk", "signing key", "model", "small model", "e-mail"),
        *("slack", "sentry", "sentry issues"),
    }
    lacking = [each for each in found if each.state is not Health.OK]
    assert (
        len(lacking) >= len(found) - 3
    )  # the disk and the probes may do, and the small model be there
    assert all(each.advice for each in lacking)
    assert exit_code(found) == 1
    for finding in lacking:
        assert finding.advice.split()[0] in printed([finding])


def test_a_check_that_fails_or_hangs_does_not_hold_up_the_others() -> None:
    never = threading.Event()
    well = Finding("well", Health.OK, "it is")

    def hangs() -> Iterator[Finding]:
        yield Finding("first", Health.OK, "seen before it hung")
        never.wait()

    def fails() -> Iterator[Finding]:
        yield from ()
        raise ValueError("no such thing")

    began_at = time.monotonic()
    checks = {"hangs": hangs, "fails": fails, "well": lambda: iter([well])}
    found = run_side_by_side(checks, timeout_s=0.3)
    assert time.monotonic() - began_at < 2.0
    never.set()
    expected = {"first": "ok", "hangs": "broken", "fails": "broken", "well": "ok"}
    assert states(found) == expected
    assert by_name(found)["hangs"].what == "no answer within 0.3 s"
    assert "no such thing" in by_name(found)["fails"].what


def test_servers_that_never_answer_cost_a_few_seconds_in_all(tmp_path: Path) -> None:
    with ExitStack() as stack:
        redis, prefect, github, site, api = (stack.enter_context(silent_server()) for _ in range(5))
        ours = settings(
            home=tmp_path,
            redis_url=f"redis://{redis}",
            prefect_api_url=f"http://{prefect}/api",
            github_repo=REPOSITORY,
            github_token=CANARY,
            github_api_url=f"http://{github}",
            site_url=f"http://{site}",
            api_port=int(api.rpartition(":")[2]),
        )
        began_at = time.monotonic()
        found = states(diagnose(ours, timeout_s=5.0))
        took_s = time.monotonic() - began_at
    broken = {name for name, state in found.items() if state == "broken"}
    assert broken == {"redis", "runners", "prefect", "github", "site", "api"}
    assert took_s < 7.0


def test_no_secret_is_ever_printed(scripted: ScriptedServer, tmp_path: Path) -> None:
    # What answers here repeats whatever it knows.
    scripted.replies.extend([Reply(401, f"no, {CANARY}!", {"x-echo": CANARY})] * 20)
    address = scripted.url.removeprefix("http://")
    ours = settings(
        home=tmp_path,
        redis_url=f"redis://us:{CANARY}@{address}",
        prefect_api_url=f"http://us:{CANARY}@{address}/api",
        github_repo=REPOSITORY,
        github_token=CANARY,
        github_app_private_key=CANARY,
        github_webhook_secret=CANARY,
        github_api_url=scripted.url,
        site_url=f"http://us:{CANARY}@{address}",
        signing_key=CANARY,
        openai_api_key=CANARY,
        openai_base_url=f"http://us:{CANARY}@{address}/v1",
        slack_webhook_url=CANARY,
        sentry_dsn=CANARY,
        api_port=free_port(),
    )
    found = diagnose(ours)
    assert CANARY not in printed(found)
    assert CANARY not in repr(found)


def test_what_looks_like_markup_is_printed_as_it_stands() -> None:
    assert "[bold]x[/nothing]" in printed([Finding("n", Health.OK, "[bold]x[/nothing]")])


def test_only_what_is_broken_fails_the_command() -> None:
    good = [Finding("a", state, "x") for state in Health if state is not Health.BROKEN]
    assert exit_code(good) == 0
    assert exit_code([*good, Finding("b", Health.BROKEN, "x")]) == 1


@pytest.mark.xdist_group("patient-world")
def test_a_stack_that_runs_has_nothing_broken(world: World, tmp_path: Path) -> None:
    places = world.addresses
    ours = settings(
        home=tmp_path,
        redis_url=places.redis,
        prefect_api_url=f"{places.prefect}/api",
        prefect_auth_string=world.prefect_auth_string,
        github_repo=WORLD_REPOSITORY,
        github_token=world.token,
        github_api_url=places.github,
        site_url=places.site,
        api_port=int(places.api.rpartition(":")[2]),
    )
    way_in = (str(ours.prefect_api_url), world.prefect_auth_string)
    wait_until(
        lambda: states(check_prefect(*way_in)).get("prefect work pool") == "ok", WORKER_TIMEOUT_S
    )
    found = diagnose(ours)
    assert exit_code(found) == 0, printed(found)
    expected = dict.fromkeys(("redis", "runners", "prefect", "site", "api"), "ok")
    expected |= dict.fromkeys(("prefect work pool", "prefect deployments", "github token"), "ok")
    assert expected.items() <= states(found).items(), printed(found)
