"""Drills: every fault has one, they stay in the sandbox, and say what took how long."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from rich.console import Console

from shiploop.domain.rollback import RollbackCase, RollbackStatus
from shiploop.domain.timestamps import iso_ms
from shiploop.drill.drill import LeadsOutside, drill_settings, run_drill, trb_ms
from shiploop.drill.exercise import NotAsExpected, expect
from shiploop.drill.faults import DrillFault
from shiploop.drill.scenarios import SCENARIOS
from shiploop.settings import Settings
from shiploop.stores.rollbacks import Rollback

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


def test_what_would_reach_outside_all_the_same_is_named(tmp_path: Path) -> None:
    real = Settings(_env_file=None, sentry_dsn=SecretStr("https://key@sentry.example/1"))
    with pytest.raises(LeadsOutside, match="SENTRY_DSN"):
        run_drill(DrillFault.BAD_DEPLOY, real, Console(quiet=True))


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
