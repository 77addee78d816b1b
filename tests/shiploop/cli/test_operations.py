"""What a person does by hand: on the stack that runs here, or with a sentence that says why not."""

import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from shiploop.cli import operations
from shiploop.settings import Settings
from shiploop.stack.addresses import free_port
from shiploop.stores import keys
from shiploop.stores.alerts import Alerts
from shiploop.stores.freeze import Freeze
from shiploop.stores.task_index import TaskIndex
from tests.scripted_server import Reply, ScriptedServer

SHA = "c0ffee" + "0" * 34
TASK_ID = "550e8400-e29b-41d4-a716-446655440000"
CANARY = "canary-that-nobody-may-see"


def stack(home: Path, **addresses: str) -> Settings:
    """Settings where a stack runs with these addresses."""
    parts = dict.fromkeys(("api", "prefect", "github", "site", "redis"), "http://127.0.0.1:1")
    (home / "stack.json").write_text(json.dumps({**parts, **addresses}))
    return Settings(_env_file=None, home=home)


def no_stack(home: Path, **given: Any) -> Settings:
    return Settings(_env_file=None, home=home, **given)


def deployment() -> list[Reply]:
    """What Prefect knows of our deployment, and that it wants no CSRF token for what follows."""
    body = {"id": str(uuid.uuid4()), "name": "rollback", "flow_id": str(uuid.uuid4())}
    return [Reply(200, json.dumps(body)), Reply(404)]


def flow_run(run_id: str, state: str, name: str) -> Reply:
    told = {"type": state, "name": name}
    body = {"id": run_id, "flow_id": str(uuid.uuid4()), "name": "a-run", "state": told}
    return Reply(201, json.dumps(body))


def test_a_freeze_is_set_and_lifted_on_the_stack_that_runs_here(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    ours = stack(tmp_path, redis=redis_url)
    operations.freeze(ours, "a demo", "ada@laptop")
    assert Freeze(redis).reason() == "a demo"
    lifted = operations.unfreeze(ours)
    assert lifted is not None
    assert operations.described(lifted).startswith("ada@laptop (since 20")
    assert operations.described(lifted).endswith(" UTC): a demo")
    assert operations.unfreeze(ours) is None


def test_another_persons_freeze_is_named_and_kept(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    ours = stack(tmp_path, redis=redis_url)
    operations.freeze(ours, "a demo", "ada@laptop")
    with pytest.raises(operations.FrozenByAnother, match=r"by ada@laptop \(since .* UTC\): a demo"):
        operations.freeze(ours, "holidays", "bob@desktop")
    assert Freeze(redis).reason() == "a demo"


def test_the_rollback_mode_is_switched_for_all_runners_and_back(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    ours = stack(tmp_path, redis=redis_url)
    assert operations.read_rollback_mode(ours) is None
    operations.set_rollback_mode(ours, "shadow")
    assert operations.read_rollback_mode(ours) == "shadow"
    assert redis.get("agent:rollback-mode") == "shadow"
    assert redis.ttl("agent:rollback-mode") == -1
    operations.set_rollback_mode(ours, None)
    assert operations.read_rollback_mode(ours) is None


def test_a_redis_elsewhere_is_used_where_no_stack_runs(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    operations.freeze(no_stack(tmp_path, redis_url=redis_url), "a demo", "ada@laptop")
    assert Freeze(redis).reason() == "a demo"


def test_where_no_stack_is_known_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(operations.NoStack, match=r"`make up`.*REDIS_URL"):
        operations.unfreeze(no_stack(tmp_path))
    with pytest.raises(operations.NoStack, match=r"`make up`.*PREFECT_API_URL"):
        operations.roll_back(no_stack(tmp_path), SHA, "it is wrong")


def test_a_redis_that_is_away_is_named_without_its_password(tmp_path: Path) -> None:
    port = free_port()
    ours = stack(tmp_path, redis=f"redis://us:{CANARY}@127.0.0.1:{port}")
    with pytest.raises(operations.RedisAway, match=f"127.0.0.1:{port} does not answer") as failed:
        operations.read_rollback_mode(ours)
    assert CANARY not in str(failed.value)


@pytest.mark.parametrize("sha", [SHA, SHA.upper()])
def test_a_merge_is_rolled_back_by_a_run_of_its_own(
    scripted: ScriptedServer, tmp_path: Path, sha: str
) -> None:
    run_id = str(uuid.uuid4())
    scripted.replies.extend([*deployment(), flow_run(run_id, "SCHEDULED", "Scheduled")])
    ours = stack(tmp_path, prefect=scripted.url)
    started = operations.roll_back(ours, sha, "it is wrong")
    assert started.run_id == run_id
    assert started.url == f"{scripted.url}/runs/flow-run/{run_id}"
    body = json.loads(scripted.bodies[2])
    assert body["parameters"] == {"merge_sha": SHA, "reason": "it is wrong"}
    assert body.get("idempotency_key") is None  # one that is refused shall not stand for others
    assert body["state"]["type"] == "SCHEDULED"


def test_the_merge_of_a_task_is_rolled_back(scripted: ScriptedServer, tmp_path: Path) -> None:
    run_id = str(uuid.uuid4())
    scripted.replies.extend([*deployment(), flow_run(run_id, "SCHEDULED", "Scheduled")])
    # With the path of the API, as PREFECT_API_URL has it.
    ours = no_stack(tmp_path, prefect_api_url=f"{scripted.url}/api")
    started = operations.roll_back(ours, TASK_ID, "it is wrong")
    assert started.url == f"{scripted.url}/runs/flow-run/{run_id}"
    assert scripted.requests[0] == "GET /api/deployments/name/rollback/rollback"
    body = json.loads(scripted.bodies[2])
    assert body["parameters"] == {"task_id": TASK_ID, "reason": "it is wrong"}
    assert body.get("idempotency_key") is None


@pytest.mark.parametrize("what", ["c0ffee", "main", "", SHA + "0", "Z" * 40])
def test_what_names_no_merge_is_refused_before_anything_is_asked(
    scripted: ScriptedServer, tmp_path: Path, what: str
) -> None:
    with pytest.raises(operations.NotRolledBack, match=r"neither the whole sha .* nor the id"):
        operations.roll_back(stack(tmp_path, prefect=scripted.url), what, "it is wrong")
    assert scripted.requests == []


def test_a_prefect_without_our_deployment_says_who_registers_it(
    scripted: ScriptedServer, tmp_path: Path
) -> None:
    scripted.replies.append(Reply(404, '{"detail": "Deployment not found"}'))
    with pytest.raises(operations.NotRolledBack, match="no deployment rollback/rollback: a runner"):
        operations.roll_back(stack(tmp_path, prefect=scripted.url), SHA, "it is wrong")


def test_a_prefect_that_refuses_says_why(scripted: ScriptedServer, tmp_path: Path) -> None:
    detail = '{"detail": "Error creating flow run: unknown parameter"}'
    scripted.replies.extend([*deployment(), Reply(409, detail)])
    with pytest.raises(operations.NotRolledBack, match="unknown parameter"):
        operations.roll_back(stack(tmp_path, prefect=scripted.url), SHA, "it is wrong")


def test_what_is_no_prefect_is_named(scripted: ScriptedServer, tmp_path: Path) -> None:
    scripted.replies.append(Reply(200, "<html>Hello.</html>"))
    with pytest.raises(operations.PrefectAway, match=r"127\.0\.0\.1"):
        operations.roll_back(stack(tmp_path, prefect=scripted.url), SHA, "it is wrong")


def test_a_prefect_that_is_away_is_named(tmp_path: Path) -> None:
    port = free_port()
    ours = stack(tmp_path, prefect=f"http://us:{CANARY}@127.0.0.1:{port}")
    with pytest.raises(operations.PrefectAway, match=f"127.0.0.1:{port}") as failed:
        operations.roll_back(ours, SHA, "it is wrong")
    assert CANARY not in str(failed.value)


def test_an_alert_is_silenced_for_a_while_and_told_again(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    ours, alert = stack(tmp_path, redis=redis_url), "success-rate-burn-rate"
    operations.silence(ours, alert, "we know", 60)
    assert Alerts(redis).silences([alert]) == {alert: "we know"}
    assert 0 < redis.ttl(keys.silence(alert)) <= 60
    assert operations.unsilence(ours, alert)
    assert not operations.unsilence(ours, alert)


def test_an_alert_that_there_is_not_is_named_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(operations.UnknownAlert, match=r"'succes'.*success-rate-burn-rate"):
        operations.silence(no_stack(tmp_path), "succes", "a slip", 60)


def test_simulated_tasks_fill_the_stack_that_runs_here_and_are_removed(
    redis: Redis, redis_url: str, tmp_path: Path
) -> None:
    ours = stack(tmp_path, redis=redis_url)
    operations.simulate(ours, 20, 5)
    assert len(TaskIndex(redis).page(100).tasks) == 20
    assert operations.remove_simulated(ours) == 20
    assert TaskIndex(redis).page(100).tasks == ()
