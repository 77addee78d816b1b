"""Drills: every fault has one, they stay in the sandbox, and say what took how long."""

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from shiploop.cli.drill.drill import LeadsOutside, drill_settings, run_drill, trb_ms
from shiploop.cli.drill.exercise import NotAsExpected, expect
from shiploop.cli.drill.faults import DrillFault
from shiploop.cli.drill.scenarios import SCENARIOS
from shiploop.cli.stopping import Stop
from shiploop.domain.production.rollback import TRB_TARGETS_S, RollbackCase, RollbackStatus
from shiploop.domain.timestamps import iso_ms
from shiploop.settings import Settings
from shiploop.stores.rollbacks import Rollback
from tests.stacks import processes_of
from tests.until import wait_until

LIVE_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
CASE = RollbackCase(
    lead_sha="a" * 40,
    suspects=(),
    reason="site-health failing",
    evidence=(),
    live_sha="a" * 40,
    bad_live_at=LIVE_AT,
    detected_at=LIVE_AT + timedelta(seconds=2),
    decided_at=LIVE_AT + timedelta(seconds=3),
    needs_approval=False,
)
VERIFYING_AT = iso_ms(LIVE_AT + timedelta(seconds=7))
HEALTHY_AT = iso_ms(LIVE_AT + timedelta(seconds=9))


def test_every_fault_has_its_drill() -> None:
    assert set(SCENARIOS) == set(DrillFault)
    assert [each.run.__name__ for each in SCENARIOS.values()] == [each.value for each in SCENARIOS]


def test_a_drill_never_reaches_what_is_real(tmp_path: Path) -> None:
    secret = SecretStr("of the real one")
    real = Settings(
        _env_file=None,
        github_repo="acme/real",
        github_token=secret,
        slack_webhook_url=secret,
        redis_url="redis://real",
        prefect_api_url="http://real/api",
        rollback="off",
    )
    told = drill_settings(real, tmp_path, DrillFault.BAD_DEPLOY).as_environment()
    assert not [value for value in told.values() if "real" in value]
    assert told["SHIPLOOP_ROLLBACK"] == "auto"


def test_a_drill_gets_in_the_way_of_no_other_stack(tmp_path: Path) -> None:
    drilled = drill_settings(Settings(_env_file=None), tmp_path, DrillFault.BAD_DEPLOY)
    ports = [name for name in Settings.model_fields if name.endswith("_port")]
    assert {name: getattr(drilled, name) for name in ports} == dict.fromkeys(ports, 0)
    assert drilled.home == tmp_path


def test_what_would_reach_outside_all_the_same_is_named(tmp_path: Path) -> None:
    real = Settings(_env_file=None, sentry_dsn=SecretStr("https://key@sentry.example/1"))
    with pytest.raises(LeadsOutside, match="SENTRY_DSN"):
        run_drill(DrillFault.BAD_DEPLOY, real, Console(quiet=True), Stop())


@pytest.mark.parametrize(
    ("reached", "known"),
    [
        ({}, {"detect": 2000, "decide": 1000}),
        ({"verifying_at": VERIFYING_AT}, {"detect": 2000, "decide": 1000, "execute": 4000}),
        (
            {"verifying_at": VERIFYING_AT, "healthy_at": HEALTHY_AT},
            {"detect": 2000, "decide": 1000, "execute": 4000, "total": 9000},
        ),
    ],
)
def test_the_time_to_roll_back_is_told_as_far_as_it_is_known(
    reached: dict[str, str], known: dict[str, int]
) -> None:
    assert trb_ms(Rollback(CASE, RollbackStatus.STUCK, reached)) == known


def test_what_is_not_as_expected_is_said() -> None:
    with pytest.raises(NotAsExpected, match="merges are frozen"):
        expect(False, "merges are frozen")


@pytest.fixture
def home() -> Iterator[Path]:
    """Where a stack may live whose PostgreSQL runs as a user of its own."""
    with tempfile.TemporaryDirectory(prefix="shiploop-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.xdist_group("stacks-of-their-own")
def test_the_drill_of_a_bad_deploy_tells_its_timeline_and_the_time_to_roll_back(
    home: Path,
) -> None:
    command = [sys.executable, "-m", "shiploop.cli.main", "drill", "bad_deploy"]
    given = {**os.environ, "TMPDIR": str(home), "SHIPLOOP_HOME": str(home / "real")}
    drilled = subprocess.run(command, env=given, capture_output=True, text=True)
    assert drilled.returncode == 0, drilled.stdout + drilled.stderr
    said = drilled.stdout
    steps = [
        " is live",
        "rollback: verifying",
        "rollback: healthy",
        "time to roll back",
        "As it should be: rolled back, and healthy.",
    ]
    found = [said.find(step) for step in steps]
    assert found == sorted(found), said
    # What others do meanwhile is seen sooner or later.
    meanwhile = ["merges are frozen", "task: error unhealthy_deploy", "Auto-rollback", "issue #"]
    assert [step for step in (*steps, *meanwhile) if step not in said] == []
    for name, most_s in TRB_TARGETS_S.items():
        assert re.search(rf"^{name} +\d+\.\d\d s +≤ {most_s} s", said, re.MULTILINE), said
    assert not (home / "real").exists()
    assert list(home.glob("shiploop-drill-*")) == []


@pytest.mark.xdist_group("stacks-of-their-own")
def test_a_drill_that_is_stopped_leaves_nothing_behind(home: Path) -> None:
    command = [sys.executable, "-m", "shiploop.cli.main", "drill", "bad_deploy"]
    given = {**os.environ, "TMPDIR": str(home), "SHIPLOOP_HOME": str(home / "real")}
    with subprocess.Popen(
        command, env=given, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as drill:
        wait_until(lambda: len(processes_of(home) - {drill.pid}) >= 2)
        drill.send_signal(signal.SIGTERM)
        assert drill.communicate()[1] == "stopping\n"
    assert drill.returncode == 143
    assert processes_of(home) == set()
    assert list(home.glob("shiploop-drill-*")) == []
