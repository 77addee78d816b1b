"""A function for each fault: it breaks production, and says how production must end."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from shiploop.cli.drill.exercise import Exercise, expect
from shiploop.cli.drill.faults import DrillFault
from shiploop.domain.production.rollback import freeze_owner

_ROLLBACK_LABELS = {"P0", "incident", "auto-rollback"}
_INCIDENT_LABELS = {"P0", "incident"}
_STALE_AFTER_S = 11.0  # older than that, a look at production is no baseline for a merge
_DEAD_AFTER_S = 16.0  # a runner that is silent for 15 s is dead
_BLIPS = 3
_DEPLOY_DEADLINE_S = 5


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done in a drill, and the settings that its stack needs for it."""

    run: Callable[[Exercise], None]
    ends: str
    settings: Mapping[str, str | int] = field(default_factory=dict)


def bad_deploy(drill: Exercise) -> None:
    """The merge breaks production: it is rolled back, and people know why."""
    drill.world.inject("bad_deploy", times=1)
    drill.ask()
    _see_it_rolled_back(drill, "unhealthy_deploy")


def wrong_environment(drill: Exercise) -> None:
    """A preview of the merge succeeds while production still builds, and that build is bad."""
    drill.world.inject("wrong_environment", times=1)
    drill.world.inject("bad_deploy", times=1)
    drill.ask()
    _see_it_rolled_back(drill, "unhealthy_deploy")


def deploy_failed(drill: Exercise) -> None:
    """The platform cannot build the merge: it is taken back, for nothing else could go live."""
    drill.world.inject("deploy_failed", times=1)
    drill.ask(zero_when_live=False)
    _see_it_rolled_back(drill, "deploy_failed")


def _see_it_rolled_back(drill: Exercise, failure_kind: str) -> None:
    drill.expect_failed(failure_kind)
    task = drill.rolled_back("healthy")
    drill.expect_one_issue(about=task["merge_sha"], labels=_ROLLBACK_LABELS)
    reapply = f"reapply/{task['merge_sha']}"
    drill.wait(
        lambda: (
            [one["draft"] for one in drill.world.pulls() if one["head"]["ref"] == reapply] == [True]
        ),
        "one draft re-applies the change",
    )
    drill.expect_told("🚨 Rolling production back", "✅ Rolled back")
    expect(drill.world.frozen_by() is None, "merges are still frozen")
    expect(drill.world.site_is_healthy(), "production is not healthy")
    expect(drill.world.document() == drill.before, "the FAQ is not what it was before the merge")


def flaky_health(drill: Exercise) -> None:
    """A healthy site fails now and then: nothing happens."""
    drill.world.inject("flaky_health", times=_BLIPS)
    drill.ask()
    task = drill.settled()
    expect(task["status"] == "done", f"the task ended as {task['status']}: {task.get('error')}")
    drill.expect_nothing_rolled_back()
    expect(drill.world.issues() == [], "an incident was raised")
    drill.expect_told()
    drill.world.heal()
    expect(drill.world.site_is_healthy(), "production is not healthy")


def deploy_never_live(drill: Exercise) -> None:
    """The merge never gets to production: an incident, for there is nothing to roll back."""
    drill.world.inject("deploy_never_live", times=1)
    drill.ask(zero_when_live=False)
    drill.wait(lambda: bool(drill.task().get("merge_sha")), "the answer is merged")
    drill.timeline.start("merged")
    task = drill.expect_failed("never_live")
    drill.expect_one_issue(about="never went live", labels=_INCIDENT_LABELS)
    drill.expect_told("🚨 Production incident")
    drill.expect_nothing_rolled_back()
    expect(not drill.world.is_live(task["merge_sha"]), "the merge is live")
    expect(drill.world.site_is_healthy(), "production is not healthy")


def site_down(drill: Exercise) -> None:
    """The site goes down long after its deploy: an incident, until it is back."""
    drill.world.inject("site_down")
    drill.timeline.start("the site is down")
    _see_it_unhealthy_then_well(drill)


def already_unhealthy(drill: Exercise) -> None:
    """The site is down before the merge: the merge is not to blame."""
    drill.world.inject("site_down")
    drill.timeline.start("the site is down")
    time.sleep(_STALE_AFTER_S)
    drill.ask(zero_when_live=False)
    task = drill.expect_failed("unhealthy_deploy")
    drill.expect_nothing_rolled_back()
    known = "already unhealthy before the merge" in task["error"]
    expect(known, f"the task ended for another reason: {task['error']}")
    # The scheduled check may have raised the incident before the merge did.
    _see_it_unhealthy_then_well(drill, about="production was")


def rollback_conflict(drill: Exercise) -> None:
    """A person edits the bad entry while its rollback waits: that edit is not thrown away."""
    drill.world.inject("bad_deploy", times=1)
    task_id = drill.ask()
    task = drill.expect_failed("unhealthy_deploy")
    drill.wait(lambda: drill.task().get("rollback") == "waiting_for_approval", "the rollback waits")
    drill.world.edit_as_person(task_id)
    edited = drill.world.document()
    _approve(drill, task["merge_sha"])
    drill.rolled_back("stuck")
    drill.expect_one_issue(about="git revert --no-edit", labels=_ROLLBACK_LABELS)
    drill.expect_told("🚨 Production is broken", "🚨 Rolling", "🚨 The rollback is stuck")
    expect(drill.world.document() == edited, "the person's edit was thrown away")
    _expect_kept_frozen(drill, task["merge_sha"])


def bad_rollback(drill: Exercise) -> None:
    """What takes the merge back breaks production too: merges stay frozen."""
    drill.world.inject("bad_deploy", times=2)
    drill.ask()
    task = drill.expect_failed("unhealthy_deploy")
    drill.rolled_back("unhealthy")
    drill.expect_one_issue(about="production is not healthy", labels=_ROLLBACK_LABELS)
    drill.expect_told("🚨 Rolling production back", "🚨 Rolled back, and production is not healthy")
    expect(drill.world.document() == drill.before, "the FAQ is not what it was before the merge")
    _expect_kept_frozen(drill, task["merge_sha"])


def runner_dead(drill: Exercise) -> None:
    """The runner is killed: another takes its place, and people know of it, once."""
    pid = drill.runner_pid()
    expect(pid is not None, "there is no runner")
    drill.world.kill(int(pid or 0))
    drill.timeline.start(f"runner {pid} is killed")
    drill.wait(lambda: drill.runner_pid() != pid, "another runner is started")
    drill.timeline.say(f"runner {drill.runner_pid()} is started")
    time.sleep(_DEAD_AFTER_S)
    for _ in range(2):
        ended_as = drill.check_health()
        expect(ended_as == "Healthy", f"the health check ended as {ended_as}")
    drill.expect_one_issue(about="is dead", labels=_INCIDENT_LABELS)
    drill.expect_told("🚨 Production incident")
    drill.expect_nothing_rolled_back()
    drill.ask(zero_when_live=False)
    task = drill.settled()
    expect(task["status"] == "done", f"the next task ended as {task['status']}")
    expect(drill.world.site_is_healthy(), "production is not healthy")


def _see_it_unhealthy_then_well(drill: Exercise, about: str = "nothing was merged") -> None:
    ended_as = drill.check_health()
    expect(ended_as == "Unhealthy", f"the health check ended as {ended_as}")
    drill.expect_one_issue(about=about, labels=_INCIDENT_LABELS)
    drill.expect_nothing_rolled_back()
    drill.world.heal()
    drill.timeline.say("the site is back")
    ended_as = drill.check_health()
    expect(ended_as == "Healthy", f"the health check ended as {ended_as}")
    drill.expect_told("🚨 Production incident", "✅ Production is healthy again")
    expect(len(drill.world.issues()) == 1, "there is more than one issue")
    expect(drill.world.site_is_healthy(), "production is not healthy")


def _approve(drill: Exercise, sha: str) -> None:
    def accepted() -> bool:
        rollback = drill.world.rollback(sha)
        run_id = rollback.run_id if rollback else None
        return run_id is not None and drill.world.approve(run_id)

    drill.wait(accepted, "Prefect lets a person approve it")
    drill.timeline.say("a person approves the rollback")


def _expect_kept_frozen(drill: Exercise, sha: str) -> None:
    expect(drill.world.frozen_by() == freeze_owner(sha), "merges are not frozen any more")
    drafts = [one for one in drill.world.pulls() if one["draft"]]
    expect(drafts == [], "what broke production is to be re-applied")


SCENARIOS: Mapping[DrillFault, Scenario] = {
    DrillFault.BAD_DEPLOY: Scenario(bad_deploy, "rolled back, and healthy"),
    DrillFault.FLAKY_HEALTH: Scenario(flaky_health, "nothing rolled back, and the answer live"),
    DrillFault.WRONG_ENVIRONMENT: Scenario(wrong_environment, "rolled back, and healthy"),
    DrillFault.DEPLOY_FAILED: Scenario(deploy_failed, "rolled back, and healthy"),
    DrillFault.DEPLOY_NEVER_LIVE: Scenario(
        deploy_never_live,
        "an incident, nothing rolled back, and healthy as before",
        {"deploy_deadline_s": _DEPLOY_DEADLINE_S},
    ),
    DrillFault.SITE_DOWN: Scenario(site_down, "an incident, nothing rolled back, and back"),
    DrillFault.ROLLBACK_CONFLICT: Scenario(
        rollback_conflict,
        "left to a person, whose edit stays; merges are frozen",
        {"rollback": "approval"},
    ),
    DrillFault.BAD_ROLLBACK: Scenario(bad_rollback, "left to a person; merges are frozen"),
    DrillFault.ALREADY_UNHEALTHY: Scenario(
        already_unhealthy, "an incident, nothing rolled back, and back"
    ),
    DrillFault.RUNNER_DEAD: Scenario(runner_dead, "one incident, and another runner at work"),
}
