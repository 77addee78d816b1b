"""Runs one drill from start to stop, and says how it went."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from shiploop.cli.api_client import ApiClient
from shiploop.cli.drill.exercise import Exercise, NotAsExpected
from shiploop.cli.drill.faults import DrillFault
from shiploop.cli.drill.scenarios import SCENARIOS
from shiploop.cli.drill.timeline import Timeline
from shiploop.cli.drill.watcher import Watcher
from shiploop.cli.drill.world import World, milliseconds
from shiploop.cli.stopping import Stop
from shiploop.domain.production.rollback import (
    TRB_TARGETS_S,
    RollbackStatus,
    split_trb,
    trb_by_target,
)
from shiploop.errors import PermanentError
from shiploop.settings import Settings, variable_of
from shiploop.stack.addresses import PortTaken
from shiploop.stack.extras import PackageMissing
from shiploop.stack.stack import Stack
from shiploop.stores.rollbacks import Rollback

# The stack's own processes read them from the environment, and would not stay in the sandbox.
_LEADS_OUTSIDE = (
    "github_app_id",
    "github_credentials_block",
    "sentry_dsn",
    "sentry_auth_token",
    "api_url",
    "smtp_url",
)
_SANDBOX = {
    "github_repo": None,
    "github_token": None,
    "github_webhook_secret": None,
    "slack_webhook_url": None,
    "redis_url": None,
    "prefect_api_url": None,
    "prefect_auth_string": None,
    "prefect_database_url": None,
    "signing_key": None,
    "kill_at": None,
    "required_checks": ("faq-gate",),
    "base_branch": "main",
    "branch_prefix": "orchestrator/",
    "rollback_branch_prefix": "hotfix/",
    "site_faq_path": "/faq",
    "probes": Settings.model_fields["probes"].default,
    **{name: 0 for name in Settings.model_fields if name.endswith("_port")},  # any free ones
    "runners": 1,
    "rollback": "auto",
    "health_interval_s": 0.25,
}


class LeadsOutside(PermanentError):
    """With these settings a drill would reach what is real."""


# Nothing was started yet, or a person knows why it was ended: no logs are worth keeping.
_NOTHING_TO_LOOK_AT = (LeadsOutside, PackageMissing, PortTaken, KeyboardInterrupt)


def drill_settings(settings: Settings, home: Path, fault: DrillFault) -> Settings:
    """The settings of a stack that plays in the sandbox only. Raises LeadsOutside."""
    outside = [variable_of(name) for name in _LEADS_OUTSIDE if getattr(settings, name) is not None]
    if outside:
        raise LeadsOutside(f"a drill stays in the sandbox: unset {', '.join(outside)} for it")
    update = {**_SANDBOX, **SCENARIOS[fault].settings, "home": home}
    return settings.model_copy(update=update)


def run_drill(fault: DrillFault, settings: Settings, console: Console, stop: Stop) -> str | None:
    """Drill one fault; None when production ended as it should, else the reason."""
    home = Path(tempfile.mkdtemp(prefix="shiploop-drill-"))
    home.chmod(0o755)  # PostgreSQL runs as a user of its own where we are root
    try:
        wrong = _drill(fault, drill_settings(settings, home, fault), console, stop)
    except _NOTHING_TO_LOOK_AT:
        shutil.rmtree(home, ignore_errors=True)
        raise
    if wrong is None:
        shutil.rmtree(home, ignore_errors=True)
        console.print(Text(f"\nAs it should be: {SCENARIOS[fault].ends}.", "bold green"))
    else:
        console.print(Text(f"\nNot as it should be: {wrong}", "bold red"))
        console.print(Text(f"The logs are in {home / 'logs'}"), soft_wrap=True)
    return wrong


def trb_ms(rollback: Rollback) -> Mapping[str, int]:
    """What is known of the time to roll back, by the names of the RFC's targets (4.3)."""
    case, live_at = rollback.case, rollback.reached_at(RollbackStatus.VERIFYING)
    healthy_at = rollback.reached_at(RollbackStatus.HEALTHY)
    if live_at is not None and healthy_at is not None:
        # When it was merged divides only what counts as one here.
        return trb_by_target(split_trb(case, live_at, live_at, healthy_at))
    known = {
        "detect": milliseconds(case.bad_live_at, case.detected_at),
        "decide": milliseconds(case.detected_at, case.decided_at),
    }
    if live_at is not None:
        known["execute"] = milliseconds(case.decided_at, live_at)
    return known


def _drill(fault: DrillFault, settings: Settings, console: Console, stop: Stop) -> str | None:
    scenario = SCENARIOS[fault]
    stack = Stack(settings, lambda process: None, given_up=stop.given_up)
    console.print(Text(f"{fault}: {scenario.run.__doc__}\n"))
    with stop.running(stack) as addresses, stop.interrupting():
        keys = [key.get_secret_value() for key in settings.api_keys.values()]
        world, api = (
            World(addresses, stack.admin_token, stack.environment["PREFECT_API_AUTH_STRING"]),
            ApiClient(addresses.api, next(iter(keys), None)),
        )
        timeline = Timeline(console)
        watcher = Watcher(world, api, timeline)
        drill = Exercise(stack, world, api, watcher, timeline)
        wrong = None
        try:
            drill.make_baseline()
            scenario.run(drill)
        except NotAsExpected as error:
            wrong = str(error)
        finally:
            watcher.stop()
        if (rollback := _rollback(drill)) is not None:
            missed = _show_trb(trb_ms(rollback), console)
            wrong = wrong or (f"missed the target of: {missed}" if missed else None)
        world.close()
        api.close()
    return wrong


def _rollback(drill: Exercise) -> Rollback | None:
    sha = drill.task().get("merge_sha") if drill.task_id else None
    return drill.world.rollback(sha) if sha else None


def _show_trb(took_ms: Mapping[str, int], console: Console) -> str:
    """Print it against the targets; the names of those that were missed."""
    table = Table("time to roll back", "took", "target", box=None, padding=(0, 2, 0, 0))
    for name, most_s in TRB_TARGETS_S.items():
        took = f"{took_ms[name] / 1000:.2f} s" if name in took_ms else "-"
        table.add_row(name, took, f"≤ {most_s} s")
    console.print()
    console.print(table)
    return ", ".join(name for name, ms in took_ms.items() if ms > TRB_TARGETS_S[name] * 1000)
