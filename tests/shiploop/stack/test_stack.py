"""The stack: it is there whole, or it is not there at all."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest
from prefect.logging.configuration import DEFAULT_LOGGING_SETTINGS_PATH, load_logging_config
from prefect.settings import Settings as PrefectSettings
from pydantic import SecretStr
from redis import Redis

from shiploop.settings import Settings
from shiploop.stack.addresses import PortTaken
from shiploop.stack.home import only_stack_of
from shiploop.stack.process import StackFailed
from shiploop.stack.stack import Stack
from tests.loopback import loopback
from tests.stacks import processes_of
from tests.until import wait_until
from tests.valkey import url_of
from tests.world import World

_START_TIMEOUT_S = 60.0
_STOP_TIMEOUT_S = 40.0  # a stack gives its runners 15 s, and then as much to all others
ANY_PORTS = {
    f"SHIPLOOP_{part}_PORT": "0"
    for part in ("API", "PREFECT", "GITHUB", "SITE", "REDIS", "DASHBOARD")
}


def settings(home: Path, **changes: Any) -> Settings:
    given: dict[str, Any] = {
        name.lower().removeprefix("shiploop_"): int(port) for name, port in ANY_PORTS.items()
    }
    return Settings(_env_file=None, home=home, **{**given, **changes})


@pytest.fixture
def home() -> Iterator[Path]:
    """Where a stack may live whose PostgreSQL runs as a user of its own."""
    with tempfile.TemporaryDirectory(prefix="shiploop-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


def parts(pids: dict[str, int]) -> set[str]:
    """The parts that are running; of some there are several, with a number each."""
    return {name.partition("-")[0] for name in pids}


def pid_in_description(home: Path, part: str) -> int | None:
    """The process id of a part as the stack describes itself, None before it is in there."""
    try:
        pids: dict[str, int] = json.loads((home / "stack.json").read_text())["pids"]
    except FileNotFoundError:
        return None
    return pids.get(part)


def answers(url: str) -> bool:
    try:
        return loopback.get(url).is_success
    except httpx.HTTPError:
        return False


@contextmanager
def shiploop_up(home: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `shiploop up` for the length of the block; yields it when all of it is up."""
    command = [sys.executable, "-m", "shiploop.cli.main", "up"]
    given = {**os.environ, **ANY_PORTS, "SHIPLOOP_HOME": str(home), **environment}
    # What a shell starts in the background ignores Ctrl-C, and so would all that we start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with (
        (home / "up.log").open("wb") as log,
        subprocess.Popen(
            command, env=given, stdout=log, stderr=log, start_new_session=True
        ) as process,
    ):
        try:
            said = (home / "up.log").read_text
            wait_until(
                lambda: "Ctrl-C stops" in said() or process.poll() is not None, _START_TIMEOUT_S
            )
            assert process.poll() is None, said()
            yield process
        finally:
            process.terminate()  # killed, it would leave its parts behind


def assert_ends_well(up: "subprocess.Popen[bytes]", home: Path) -> None:
    """It ends by itself without an error, or the test fails with what it and its runner say."""
    with suppress(subprocess.TimeoutExpired):
        up.wait(_STOP_TIMEOUT_S)
    logs = (home / "up.log", home / "logs/runner-1.log")
    assert up.poll() == 0, "\n".join(log.read_text()[-5000:] for log in logs)
    said = (home / "up.log").read_text().partition("Ctrl-C stops everything.\n")[2]
    *before, last = said.splitlines(keepends=True)
    assert last == "stopping\n", said
    # Nothing else but of the process that a test has killed.
    assert [line for line in before if " has died, it starts again in " not in line] == [], said


def test_a_taken_port_is_known_before_anything_is_started(redis: Redis, tmp_path: Path) -> None:
    taken = int(url_of(redis).rpartition(":")[2])
    with pytest.raises(PortTaken, match=f"port {taken} .* SHIPLOOP_SITE_PORT"):
        Stack(settings(tmp_path, site_port=taken), lambda process: None)
    assert processes_of(tmp_path) == set()


def test_the_sandbox_world_has_a_slack_of_its_own_and_is_looked_at_often(tmp_path: Path) -> None:
    stack = Stack(settings(tmp_path), lambda process: None)
    given, github = stack.environment, stack.environment["GITHUB_API_URL"]
    assert given["SLACK_WEBHOOK_URL"].startswith(f"{github}/services/T000/B000/")
    assert float(given["SHIPLOOP_HEALTH_INTERVAL_S"]) == 0.25


def test_a_slack_and_an_interval_of_ones_own_are_kept_in_the_sandbox_world(tmp_path: Path) -> None:
    webhook = "https://hooks.example/services/T/B/secret"
    ours = settings(tmp_path, slack_webhook_url=webhook, health_interval_s=1.5)
    given = Stack(ours, lambda process: None).environment
    assert given["SLACK_WEBHOOK_URL"] == webhook
    assert given["SHIPLOOP_HEALTH_INTERVAL_S"] == "1.5"


def test_a_repository_of_ones_own_gets_neither(tmp_path: Path) -> None:
    given = Stack(settings(tmp_path, github_repo="acme/docs"), lambda process: None).environment
    assert given.keys().isdisjoint({"SLACK_WEBHOOK_URL", "SHIPLOOP_HEALTH_INTERVAL_S"})


_LEVEL_OF_TASK_RUNS = "PREFECT_LOGGING_LOGGERS_PREFECT_TASK_RUNS_LEVEL"


def test_prefect_knows_every_setting_that_it_is_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It passes over a name that it does not know, as one that a new version has renamed."""
    environment = Stack(settings(tmp_path), lambda part: None).environment
    given = {name: value for name, value in environment.items() if name.startswith("PREFECT_")}
    assert given
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    known = PrefectSettings().to_environment_variables(exclude_unset=True)
    loggers = load_logging_config(DEFAULT_LOGGING_SETTINGS_PATH)["loggers"]
    assert given.keys() - known.keys() == {_LEVEL_OF_TASK_RUNS}
    assert loggers["prefect.task_runs"]["level"] == given[_LEVEL_OF_TASK_RUNS]


@pytest.mark.timeout(60)  # the others wait for it, and must not do so for long
@pytest.mark.xdist_group("patient-world")
def test_a_part_that_dies_ends_the_start_and_says_where_to_look(
    world: World, tmp_path: Path
) -> None:
    (tmp_path / "sandbox").write_text("a file where GitHub's directory should be")
    ready: list[str] = []
    stack = Stack(
        settings(
            tmp_path,
            prefect_api_url=f"{world.addresses.prefect}/api",
            prefect_auth_string=SecretStr(world.prefect_auth_string),
        ),
        ready.append,
    )
    with (
        pytest.raises(StackFailed, match=r"github .* see .*github\.log") as failed,
        stack,
    ):
        pass
    log = Path(str(failed.value).rpartition(" ")[2])
    assert "Traceback" in log.read_text()
    assert "github" not in ready
    assert processes_of(tmp_path) == set()
    assert not (tmp_path / "stack.json").exists()


@pytest.mark.xdist_group("patient-world")
def test_ctrl_c_stops_a_stack_that_describes_itself_and_keeps_its_parts_alive(
    world: World, home: Path
) -> None:
    with shiploop_up(home, **world.prefect_environment) as up:
        described = json.loads((home / "stack.json").read_text())
        pids = described.pop("pids")
        assert described.keys() == {"api", "prefect", "github", "site", "redis", "dashboard"}
        assert loopback.get(f"{described['api']}/healthz").json()["status"] == "ok"
        assert parts(pids) == {"api", "github", "site", "redis", "runner", "dashboard"}
        assert answers(f"{described['dashboard']}/_stcore/health")
        assert {up.pid, *pids.values()} <= processes_of(home)
        assert (home / "stack.json").stat().st_mode & 0o777 == 0o600
        os.kill(pids["api"], signal.SIGKILL)
        wait_until(lambda: pid_in_description(home, "api") not in (pids["api"], None))
        assert pid_in_description(home, "api") in processes_of(home)
        wait_until(lambda: answers(f"{described['api']}/healthz"))
        for _ in range(2):  # as a terminal does: to all of its processes
            os.killpg(up.pid, signal.SIGINT)
        assert_ends_well(up, home)
    assert described["dashboard"] in (home / "up.log").read_text()
    assert processes_of(home) == set()
    assert not (home / "stack.json").exists()


@pytest.mark.xdist_group("patient-world")
def test_a_stack_with_a_prefect_of_its_own_describes_that_too(world: World) -> None:
    home = world.mirror.parent
    pids = json.loads((home / "stack.json").read_text())["pids"]
    assert parts(pids) == {"api", "github", "prefect", "site", "redis", "runner"}
    assert any("postgres" in psutil.Process(pid).name() for pid in processes_of(home))


@pytest.mark.xdist_group("patient-world")
def test_a_second_stack_in_one_home_is_refused_with_the_process_that_holds_it(
    world: World, home: Path
) -> None:
    with only_stack_of(home):
        own = {**ANY_PORTS, **world.prefect_environment, "SHIPLOOP_HOME": str(home)}
        second = subprocess.run(
            [sys.executable, "-m", "shiploop.cli.main", "up"],
            env={**os.environ, **own},
            capture_output=True,
            text=True,
        )
        assert second.returncode == 1
        assert f"a stack runs in {home} already, as process {os.getpid()}: stop" in second.stderr
    with only_stack_of(home):  # who has left has left it free
        assert processes_of(home) == set()


@pytest.mark.xdist_group("patient-world")
def test_sigterm_leaves_nothing_of_a_stack(world: World, home: Path) -> None:
    with shiploop_up(home, **world.prefect_environment) as up:
        up.send_signal(signal.SIGTERM)
        assert_ends_well(up, home)
    assert processes_of(home) == set()
    assert not (home / "stack.json").exists()


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.xdist_group("patient-world")
def test_a_stop_during_the_start_leaves_nothing_behind(
    world: World, home: Path, stop: signal.Signals
) -> None:
    command = [sys.executable, "-m", "shiploop.cli.main", "up"]
    own = {**ANY_PORTS, **world.prefect_environment, "SHIPLOOP_HOME": str(home)}
    given = {**os.environ, **own}
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as in `shiploop_up`
    with subprocess.Popen(
        command, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as up:
        wait_until(lambda: len(processes_of(home) - {up.pid}) >= 2, _START_TIMEOUT_S)
        assert not (home / "stack.json").exists()
        for _ in range(2):
            up.send_signal(stop)
        assert up.communicate(timeout=_STOP_TIMEOUT_S)[1] == "stopping\n"
    assert up.returncode == 128 + stop
    assert processes_of(home) == set()
