"""What the terminal shows of commands that a person types: help, and what is done by hand."""

import json
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import click
import pytest
from redis import Redis

from shiploop.cli.main import main
from shiploop.domain.delivery.autonomy import Harm, Levels
from shiploop.stores import keys
from shiploop.stores.autonomy import AutonomyStore
from tests.builders import NOON
from tests.scripted_server import Reply, ScriptedServer
from tests.snapshots.conftest import ReadsAs
from tests.snapshots.story import NEWER_SHA
from tests.snapshots.terminal import Terminal, terminal
from tests.valkey import url_of

RUN_ID: Final = "6a1f0c52-8d34-4b5e-9c7d-e2a4b6f81093"
NOBODY: Final = "127.0.0.1:1"  # the port of a service that no machine runs any more
ALERT: Final = "success-rate-burn-rate"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Terminal]:
    """A terminal where no stack runs."""
    monkeypatch.chdir(tmp_path)
    with terminal(tmp_path) as typed:
        yield typed


@pytest.fixture
def beside_redis(here: Terminal, redis: Redis) -> Terminal:
    """A terminal where Redis answers."""
    here.given(REDIS_URL=url_of(redis))
    return here


HELP: Final = {"cli/help.txt": ["--help"]} | {
    f"cli/help_{name.replace('-', '_')}.txt": [name, "--help"] for name in main.commands
}


@pytest.mark.parametrize("name", HELP)
def test_help_says_this(name: str, here: Terminal, reads_as: ReadsAs) -> None:
    here.type(*HELP[name])
    reads_as(name, here.seen())


# --- on the stack's Redis --------------------------------------------------------------------


def freezing(here: Terminal, redis: Redis) -> None:
    """Somebody has frozen merges, another one wants to, and lifts it."""
    here.type("freeze", "a demo")
    since: dict[Any, Any] = {"owner": "ada@laptop", "since": "2026-11-22T12:00:00.000Z"}
    redis.hset(keys.FREEZE, mapping=since)
    here.type("freeze", "holidays")
    here.type("unfreeze")
    here.type("unfreeze")


def switching(here: Terminal, _redis: Redis) -> None:
    """The mode of rollbacks is shown, switched and reset."""
    here.type("rollback-mode")
    here.type("rollback-mode", "shadow")
    here.type("rollback-mode")
    here.type("rollback-mode", "off", "--reset")
    here.type("rollback-mode", "sometimes")
    here.type("rollback-mode", "--reset")


def switching_levels(here: Terminal, redis: Redis) -> None:
    """How far agents go is shown, switched and reset; a kind has done harm."""
    here.type("autonomy")
    here.type("autonomy", "faq", "suggest")
    redis.hset(keys.shipped("t1"), "kind", "faq|heading")
    AutonomyStore(redis, Levels()).say_wrong("t1", Harm.FEEDBACK, "", NOON)
    here.type("autonomy")
    here.type("autonomy", "faq", "--reset")
    here.type("autonomy", "faq", "--forgive")
    here.type("autonomy", "faq", "auto", "--reset")
    here.type("autonomy", "--reset")


def silencing(here: Terminal, _redis: Redis) -> None:
    """An alert is silenced and told again; another one does not exist."""
    here.type("silence", ALERT, "--reason", "GitHub is down", "--minutes", "60")
    here.type("unsilence", ALERT)
    here.type("unsilence", ALERT)
    here.type("silence", "succes-rate", "--reason", "a slip")


def simulating(here: Terminal, _redis: Redis) -> None:
    """The numbers are filled and emptied."""
    here.type("simulate", "--tasks", "3")
    here.type("simulate", "--remove")


ON_REDIS: Final[dict[str, Callable[[Terminal, Redis], None]]] = {
    "cli/freeze.txt": freezing,
    "cli/rollback_mode.txt": switching,
    "cli/autonomy.txt": switching_levels,
    "cli/silence.txt": silencing,
    "cli/simulate.txt": simulating,
}


@pytest.mark.parametrize("name", ON_REDIS)
def test_the_terminal_shows_this(
    name: str, beside_redis: Terminal, redis: Redis, reads_as: ReadsAs
) -> None:
    ON_REDIS[name](beside_redis, redis)
    reads_as(name, beside_redis.seen())


# --- a rollback by hand ----------------------------------------------------------------------

_BODY: Final = {"id": RUN_ID, "name": "rollback", "flow_id": RUN_ID}
_STARTED: Final = {**_BODY, "state": {"type": "SCHEDULED", "name": "Scheduled"}}
_DEPLOYMENT: Final = [Reply(200, json.dumps(_BODY)), Reply(404)]  # and no CSRF token is wanted
ROLLBACKS: Final[dict[str, list[Reply]]] = {
    "cli/rollback_started.txt": [*_DEPLOYMENT, Reply(201, json.dumps(_STARTED))],
    "cli/rollback_without_deployment.txt": [Reply(404, '{"detail": "Deployment not found"}')],
    "cli/rollback_refused_by_prefect.txt": [
        *_DEPLOYMENT,
        Reply(409, '{"detail": "Error creating flow run: unknown parameter"}'),
    ],
    "cli/rollback_beside_another_server.txt": [Reply(200, "<html>Hello.</html>")],
}


@pytest.mark.parametrize("name", ROLLBACKS)
def test_a_rollback_by_hand_shows_this(
    name: str, here: Terminal, scripted: ScriptedServer, reads_as: ReadsAs
) -> None:
    scripted.replies.extend(ROLLBACKS[name])
    here.given(PREFECT_API_URL=f"{scripted.url}/api")
    here.show(scripted.url.removeprefix("http://"), "127.0.0.1:4200")
    here.type("rollback", NEWER_SHA, "--reason", "The entry names a customer.")
    reads_as(name, here.seen())


# --- what is expected to go wrong ------------------------------------------------------------


def without_stack(here: Terminal) -> None:
    """Nothing runs, and no settings say where something does."""
    here.given(SHIPLOOP_API_PORT="1")
    here.type("ask", "How do I begin?")
    here.type("freeze", "a demo")
    here.type("rollback", NEWER_SHA, "--reason", "it is wrong")


def redis_away(here: Terminal) -> None:
    """The stack's Redis does not answer."""
    here.given(REDIS_URL=f"redis://{NOBODY}")
    here.type("freeze", "a demo")


def prefect_away(here: Terminal) -> None:
    """The stack's Prefect does not answer."""
    here.given(PREFECT_API_URL=f"http://{NOBODY}/api")
    here.type("rollback", NEWER_SHA, "--reason", "it is wrong")


def no_merge(here: Terminal) -> None:
    """What is to be rolled back is no merge."""
    here.given(PREFECT_API_URL=f"http://{NOBODY}/api")
    here.type("rollback", "main", "--reason", "it is wrong")


def unreadable_settings(here: Terminal) -> None:
    """Settings hold what they cannot."""
    here.given(SHIPLOOP_API_PORT="eight thousand", SHIPLOOP_RUNNERS="-1")
    here.type("ask", "How do I begin?")


def open_to_others(here: Terminal) -> None:
    """The API would be open to other machines, without a key."""
    here.given(SHIPLOOP_API_HOST="0.0.0.0")  # noqa: S104 - it is refused
    here.type("ask", "How do I begin?")


def unreadable_objectives(here: Terminal) -> None:
    """The file of the objectives is not there."""
    here.given(SHIPLOOP_SLO_FILE="slo.yaml")
    here.type("silence", ALERT, "--reason", "GitHub is down")


def unreadable_probes(here: Terminal) -> None:
    """The file of the probes says what no probe does."""
    probes = here.home / "probes.yaml"
    probes.write_text(
        "probes:\n"
        "  - name: home\n"
        "    url: /\n"
        "    staus: 200\n"
        "  - name: shop\n"
        "    url: https://api.example.com/health\n"
    )
    here.given(SHIPLOOP_PROBES=str(probes))
    here.given(**{f"SHIPLOOP_{part}_PORT": "0" for part in ("API", "PREFECT", "GITHUB", "SITE")})
    here.given(SHIPLOOP_DASHBOARD_PORT="0")
    here.type("up")


def port_taken(here: Terminal) -> None:
    """Somebody listens where the API should."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        here.given(SHIPLOOP_API_PORT=port)
        here.show(port, "8000")
        here.type("up")


def leads_outside(here: Terminal) -> None:
    """A drill would reach what is real."""
    here.given(SENTRY_DSN="https://key@sentry.example/1", SHIPLOOP_API_URL="http://127.0.0.1:1")
    here.type("drill", "bad_deploy")


ERRORS: Final[dict[str, Callable[[Terminal], None]]] = {
    "cli/error_no_stack.txt": without_stack,
    "cli/error_redis_away.txt": redis_away,
    "cli/error_prefect_away.txt": prefect_away,
    "cli/error_no_merge.txt": no_merge,
    "cli/error_unreadable_settings.txt": unreadable_settings,
    "cli/error_open_to_others.txt": open_to_others,
    "cli/error_unreadable_objectives.txt": unreadable_objectives,
    "cli/error_unreadable_probes.txt": unreadable_probes,
    "cli/error_port_taken.txt": port_taken,
    "cli/error_drill_leads_outside.txt": leads_outside,
}


@pytest.mark.parametrize("name", ERRORS)
def test_what_is_expected_to_go_wrong_shows_this(
    name: str, here: Terminal, reads_as: ReadsAs
) -> None:
    ERRORS[name](here)
    reads_as(name, here.seen())


TEXTS: Final = (*HELP, *ON_REDIS, *ROLLBACKS, *ERRORS)


def test_every_command_has_its_help_here() -> None:
    assert isinstance(main, click.Group)
    assert len(HELP) == 1 + len(main.commands)
